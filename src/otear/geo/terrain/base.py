"""The terrain seam: what every source of elevation can do, and the patch that rays are cast against.

Angles are radians, lengths metres, heights above the ellipsoid. A patch's arrays are (row, column), row 0 in the north;
posts (samples) sit on whole rows and columns and the surface between four posts is bilinear in row and column.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from numpy.typing import ArrayLike

from otear.geo.frames import Floats


class Bounds(NamedTuple):
    """A box in radians. `east` < `west` means that it crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float


class VerticalDatum(StrEnum):
    """What a terrain's heights are measured from."""

    ELLIPSOID = "ellipsoid"
    EGM96 = "egm96"
    EGM2008 = "egm2008"


class Terrain(Protocol):
    """A source of elevation."""

    @property
    def name(self) -> str:
        """What to call it in a product: file names, or "constant 1,200 m above the ellipsoid"."""
        ...

    @property
    def datum(self) -> VerticalDatum:
        """What the source's own heights are measured from (they are handed out above the ellipsoid)."""
        ...

    @property
    def sigma_m(self) -> float:
        """1-sigma vertical error of a height, datum conversion included, in metres."""
        ...

    def heights(self, lat: ArrayLike, lon: ArrayLike) -> Floats:
        """HAE in metres, bilinear between posts, of places in radians; NaN where there is no data. Shape is the inputs'."""
        ...

    def patch(self, bounds: Bounds) -> Patch:
        """The part inside `bounds` (cut to what there is), ready for rays. `TerrainError` where nothing is inside."""
        ...


@dataclass(frozen=True)
class Patch:
    """Placeholder for the owner of raycast to define."""
