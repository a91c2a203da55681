"""The terrain seam: what every source of elevation can do.

Angles are radians, lengths metres, heights above the ellipsoid. A patch's arrays are (row, column), row 0 in the north;
posts (samples) sit on whole rows and columns and the surface between four posts is bilinear in row and column.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from numpy.typing import ArrayLike

from otear.geo.frames import Floats
from otear.geo.terrain.grid import Bounds
from otear.geo.terrain.patch import Patch

__all__ = ["Bounds", "Patch", "Terrain", "VerticalDatum"]


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
        """HAE in metres, bilinear between posts, at places in radians; NaN where there is no data. Inputs broadcast."""
        ...

    def patch(self, bounds: Bounds) -> Patch:
        """The part inside `bounds` (cut to what there is), ready for rays. `TerrainError` where nothing is inside."""
        ...
