"""The land of a world: what any map of it shows. What is hidden in it is in `truth.py`.

Arrays are (row, column), row 0 in the north, one value per post of the terrain; plane coordinates (`plane.py`) are
metres east and north of the middle. Heights are metres above EGM96 mean sea level.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from otear.geo.frames import Floats
from otear.geo.geoid import undulation
from otear.geo.terrain.grid import Grid
from otear.geo.terrain.patch import Patch
from otear.simulate.world.plane import Plane
from otear.simulate.world.things import Things

Singles = NDArray[np.float32]
Pixels = NDArray[np.uint8]


class Cover(IntEnum):
    """What the ground is covered with."""

    WATER = 0
    SAND = 1
    ROCK = 2
    PASTURE = 3
    SCRUB = 4
    FOREST = 5
    CROPS = 6
    RIPARIAN = 7
    """Trees and reeds along water."""


class WayKind(StrEnum):
    """Lines on the land."""

    RIVER = "river"
    STREAM = "stream"
    PAVED = "paved"
    GRAVEL = "gravel"
    TRACK = "track"


@dataclass(frozen=True, eq=False)
class Way:
    """A line of points (k, 2), east and north in metres, `width_m` wide."""

    kind: WayKind
    points_m: Floats
    width_m: float


@dataclass(frozen=True)
class Village:
    """A settlement; its houses are among the land's things."""

    name: str
    east_m: float
    north_m: float
    radius_m: float
    population: int


@dataclass(frozen=True, eq=False)
class Land:
    """Terrain and what is on it. `cover` holds values of `Cover`, `canopy` the share of ground under trees in per cent,
    `moisture` how wet the ground is (0 to 255)."""

    plane: Plane
    grid: Grid
    msl_m: Singles
    cover: Pixels
    canopy: Pixels
    moisture: Pixels
    ways: tuple[Way, ...]
    villages: tuple[Village, ...]
    things: Things

    @cached_property
    def patch(self) -> Patch:
        """The terrain to cast rays against, heights above the ellipsoid."""
        rows, columns = self.grid.shape
        lat, lon = self.grid.place(*np.meshgrid(np.arange(columns), np.arange(rows)))
        return Patch.of((self.msl_m + undulation(lat, lon)).astype(np.float32), self.grid)

    @property
    def half_size_m(self) -> tuple[float, float]:
        """East and north from the middle to the outermost posts."""
        bounds = self.grid.bounds
        east, north = self.plane.metres(bounds.north, bounds.east)
        return float(east), float(north)
