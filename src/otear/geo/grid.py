"""The search grid: square cells of truly equal area around a district, in Lambert's azimuthal equal-area projection.

Places are radians on WGS 84, lengths metres. Cells are counted like the pixels of a raster: rows grow to the south,
columns to the east, both whole numbers of either sign. Cell (0, 0) has its north-west corner at the origin; a place on
an edge belongs to the cell south or east of it. In the projection x points east and y north from the origin.

Every cell covers the same area of the ellipsoid; its shape is a square at the origin and shears by 0.2% at 500 km.
The way to the projection is exact; the way back is PROJ's series, which is within 2 mm of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import Proj

from otear.errors import InputError, SettingError
from otear.geo.frames import Floats

Ints = NDArray[np.int32]


@dataclass(frozen=True)
class SearchGrid:
    """A grid with its origin in degrees, as settings and files carry it, and cells of `cell_m` on each side."""

    origin_lat_deg: float
    origin_lon_deg: float
    cell_m: float = 25.0

    def __post_init__(self) -> None:
        for field, value, ok, remedy in (
            ("origin_lat_deg", self.origin_lat_deg, abs(self.origin_lat_deg) <= 90.0, "Give -90 to 90 degrees"),
            ("origin_lon_deg", self.origin_lon_deg, abs(self.origin_lon_deg) <= 180.0, "Give -180 to 180 degrees"),
            ("cell_m", self.cell_m, 0.0 < self.cell_m < np.inf, "Give a positive number of metres"),
        ):
            if not ok:
                raise SettingError(f"{value} is not possible", field=field, remedy=remedy)

    @cached_property
    def crs(self) -> str:
        """The projection as a PROJ string, for the header of a raster."""
        return (
            f"+proj=laea +lat_0={self.origin_lat_deg!r} +lon_0={self.origin_lon_deg!r} "
            "+x_0=0 +y_0=0 +datum=WGS84 +units=m +no_defs"
        )

    @cached_property
    def _proj(self) -> Proj:
        return Proj(self.crs)

    @property
    def area_m2(self) -> float:
        """Area of every cell on the ellipsoid."""
        return self.cell_m**2

    def cells(self, lat: ArrayLike, lon: ArrayLike) -> tuple[Ints, Ints]:
        """Row and column, int32 and of the inputs' shape, of the cells that hold places in radians.

        Raises `InputError` for a place that is not finite: which cell a missed ray saw is for the caller to leave out.
        """
        x, y = self._proj(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64), radians=True)
        row, col = np.floor(np.asarray(y) / -self.cell_m), np.floor(np.asarray(x) / self.cell_m)
        if not (np.isfinite(row).all() and np.isfinite(col).all()):
            raise InputError("a place without a cell", field="lat, lon", remedy="Leave out places that are not finite")
        return row.astype(np.int32), col.astype(np.int32)

    def centres(self, row: ArrayLike, col: ArrayLike) -> tuple[Floats, Floats]:
        """Latitude and longitude in radians of the centres of cells, of the inputs' shape."""
        return self._places(np.asarray(row) + 0.5, np.asarray(col) + 0.5)

    def corners(self, row: ArrayLike, col: ArrayLike) -> tuple[Floats, Floats]:
        """Latitude and longitude in radians, shape (..., 4), of the corners of cells, clockwise from the north-west."""
        rows = np.asarray(row)[..., None] + np.array([0, 0, 1, 1])
        cols = np.asarray(col)[..., None] + np.array([0, 1, 1, 0])
        return self._places(rows, cols)

    def nodes(self, row: ArrayLike, col: ArrayLike) -> tuple[Floats, Floats]:
        """Latitude and longitude in radians of the north-west corners of cells, of the inputs' shape.

        Fractions are places within: (row + 0.5, column + 0.5) is the centre.
        """
        return self._places(row, col)

    def transform(self, row0: int, col0: int) -> tuple[float, float, float, float, float, float]:
        """Of a raster whose first pixel is cell (row0, col0): the six numbers that `rasterio`'s `Affine` takes."""
        return (self.cell_m, 0.0, col0 * self.cell_m, 0.0, -self.cell_m, -row0 * self.cell_m)

    def _places(self, row: ArrayLike, col: ArrayLike) -> tuple[Floats, Floats]:
        x, y = np.broadcast_arrays(np.asarray(col) * self.cell_m, np.asarray(row) * -self.cell_m)
        lon, lat = self._proj(x, y, inverse=True, radians=True)
        return np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
