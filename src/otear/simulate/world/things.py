"""Things that stand on the land: houses, tanks, vehicles, tarpaulins. Trees grow from the land.

Plane coordinates in metres; azimuths in degrees clockwise from north, along the length of a thing.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from otear.geo.frames import Floats

Ints = NDArray[np.int64]
Codes = NDArray[np.uint8]


class Shape(IntEnum):
    """How a thing is drawn."""

    BOX = 0
    """A flat roof on four walls: containers, vehicles, crates."""
    GABLE = 1
    """A pitched roof, its ridge along the length."""
    CYLINDER = 2
    """Upright: drums, tanks, silos. `width_m` is the diameter."""
    SHEET = 3
    """A sheet on poles, open below: tarpaulins, shade nets."""
    PATCH = 4
    """An uneven oval on the ground, `height_m` 0: clearings, burns, pits, ponds, yards."""
    STRIP = 5
    """A straight strip on the ground, `height_m` 0: an airstrip, a short track."""
    FENCE = 6
    """The outline of a rectangle: corrals."""
    HEAP = 7
    """A low mound: rubbish, gravel, cut brush."""


class Material(IntEnum):
    """What a thing is made of: its colour, and how it warms and cools."""

    CONCRETE = 0
    WHITEWASH = 1
    TILE = 2
    TIN = 3
    PLASTIC_BLUE = 4
    PLASTIC_BLACK = 5
    CANVAS = 6
    """Olive or brown: meant not to be seen."""
    WOOD = 7
    BARE_SOIL = 8
    ASH = 9
    WATER = 10
    PAINT_WHITE = 11
    PAINT_RED = 12
    PAINT_DARK = 13
    BRUSH = 14
    RUBBISH = 15
    BRICK = 16
    CROP_STUBBLE = 17


@dataclass(frozen=True, eq=False)
class Things:
    """Columns of shape (n,). `heat_k` is how much warmer a thing is than its surroundings while it is at work, which is
    from `work_from_h` to `work_to_h`, local solar hours (round midnight where the first is later). It is there from
    `from_us` until `until_us`."""

    shape: Codes
    material: Codes
    east_m: Floats
    north_m: Floats
    azimuth_deg: Floats
    length_m: Floats
    width_m: Floats
    height_m: Floats
    heat_k: Floats
    work_from_h: Floats
    work_to_h: Floats
    from_us: Ints
    until_us: Ints

    def __len__(self) -> int:
        return len(self.shape)

    def rows(self, index: slice | NDArray[np.bool_] | Ints) -> Things:
        """The same columns, cut to a slice, a mask, or indices."""
        return Things(**{f.name: getattr(self, f.name)[index] for f in fields(self)})

    def at(self, time_us: int) -> Things:
        """The things that are there at a time."""
        return self.rows((self.from_us <= time_us) & (time_us < self.until_us))

    def joined(self, other: Things) -> Things:
        """Both."""
        return Things(**{f.name: np.concatenate([getattr(self, f.name), getattr(other, f.name)]) for f in fields(self)})


ALWAYS_FROM_US, ALWAYS_UNTIL_US = -(2**62), 2**62
"""What was always there and stays."""


def things(rows: list[tuple[float, ...]]) -> Things:
    """Things of rows in the order of the columns."""
    columns = np.array(rows, dtype=np.float64).reshape(-1, len(fields(Things))).T
    codes, times = {"shape", "material"}, {"from_us", "until_us"}
    whole = {f.name: columns[i] for i, f in enumerate(fields(Things))}
    return Things(
        **{
            name: values.astype(np.uint8 if name in codes else np.int64 if name in times else np.float64)
            for name, values in whole.items()
        }
    )
