"""Where the posts of an array of heights lie.

Geodetic places are (latitude, longitude) in radians. Arrays are (row, column). A post (sample) sits on every whole row
and column; the surface between four posts is bilinear in row and column. Map coordinates are (x, y): easting and
northing, or longitude and latitude in degrees.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from affine import Affine
from numba import njit
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS, Transformer

from otear.geo.frames import Floats

WGS84 = CRS.from_epsg(4326)
_EDGE = 1e-6
"""How far past the outermost posts, in posts, a place still counts as on them: the rounding of degrees and back."""


class Bounds(NamedTuple):
    """A box in radians. `east` < `west` means that it crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float

    @property
    def text(self) -> str:
        """The box in degrees, for messages."""
        west, south, east, north = (f"{np.degrees(side):.4f}" for side in self)
        return f"longitude {west} to {east}, latitude {south} to {north} degrees"

    @property
    def width(self) -> float:
        """Longitude from west to east in radians, never negative."""
        return self.east - self.west + (2.0 * np.pi if self.east < self.west else 0.0)

    @property
    def middle(self) -> tuple[float, float]:
        """Latitude and longitude of the middle, in radians."""
        return (self.south + self.north) / 2.0, self.west + self.width / 2.0

    def holds(self, other: Bounds) -> bool:
        """Whether the other box is wholly inside."""
        start = (other.west - self.west) % (2.0 * np.pi)
        return self.south <= other.south and other.north <= self.north and start + other.width <= self.width

    def meets(self, other: Bounds) -> bool:
        """Whether the two boxes share a place."""
        ahead, behind = (other.west - self.west) % (2.0 * np.pi), (self.west - other.west) % (2.0 * np.pi)
        apart = self.north < other.south or other.north < self.south
        return not apart and (ahead <= self.width or behind <= other.width)

    def lattice(self, count: int) -> tuple[Floats, Floats]:
        """Latitudes and unbroken longitudes (radians), each of shape (count, count), spread over the box."""
        lat, lon = np.meshgrid(
            np.linspace(self.south, self.north, count),
            np.linspace(self.west, self.west + self.width, count),
            indexing="ij",
        )
        return lat, lon


class Window(NamedTuple):
    """Whole rows and columns from `row` and `column` (inclusive) to `row_end` and `column_end` (exclusive)."""

    row: int
    column: int
    row_end: int
    column_end: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.row_end - self.row, self.column_end - self.column

    def cut(self, other: Window) -> Window:
        """The part that both windows share; its shape has a number below 1 where they share nothing."""
        return Window(
            max(self.row, other.row),
            max(self.column, other.column),
            min(self.row_end, other.row_end),
            min(self.column_end, other.column_end),
        )

    def within(self, outer: Window) -> tuple[slice, slice]:
        """Slices that take this window out of an array that holds `outer`."""
        return (
            slice(self.row - outer.row, self.row_end - outer.row),
            slice(self.column - outer.column, self.column_end - outer.column),
        )


@dataclass(frozen=True)
class Grid:
    """The posts of an array.

    `map_from_index` takes (column, row) to map coordinates (x, y) of `crs`, which is horizontal (two axes); `shape` is
    (rows, columns), at least (2, 2).
    """

    map_from_index: Affine
    shape: tuple[int, int]
    crs: CRS = WGS84

    @cached_property
    def _map_from_wgs84(self) -> Transformer | None:
        """How longitude and latitude in degrees become map coordinates; None where they are map coordinates."""
        if self.crs.equals(WGS84, ignore_axis_order=True):
            return None
        return Transformer.from_crs(WGS84, self.crs, always_xy=True)

    @property
    def turn_columns(self) -> float:
        """Columns in a full turn of longitude; infinite for a projected grid."""
        return abs(360.0 / self.map_from_index.a) if self.crs.is_geographic else np.inf

    @property
    def window(self) -> Window:
        """All rows and columns."""
        return Window(0, 0, *self.shape)

    def index(self, lat: ArrayLike, lon: ArrayLike, *, about_lon: float | None = None) -> tuple[Floats, Floats]:
        """Column and row (fractions kept) of places in radians; inputs broadcast.

        In a geographic grid the column is the one nearest the middle of the grid, or nearest the longitude `about_lon`.
        """
        lat, lon = np.broadcast_arrays(np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64))
        x, y = np.degrees(lon), np.degrees(lat)
        if self._map_from_wgs84 is not None:
            x, y = self._map_from_wgs84.transform(x, y)
        if self.crs.is_geographic:
            middle, _ = self.map_from_index @ ((self.shape[1] - 1) / 2.0, (self.shape[0] - 1) / 2.0)
            about = middle if about_lon is None else np.degrees(about_lon)
            x = x - 360.0 * np.round((x - about) / 360.0)
        to_index = ~self.map_from_index
        return (
            to_index.a * x + to_index.b * y + to_index.c,
            to_index.d * x + to_index.e * y + to_index.f,
        )

    def place(self, column: ArrayLike, row: ArrayLike) -> tuple[Floats, Floats]:
        """Latitude and longitude (radians) of columns and rows, fractions and places outside the grid included."""
        column, row = np.broadcast_arrays(np.asarray(column, dtype=np.float64), np.asarray(row, dtype=np.float64))
        to_map = self.map_from_index
        x = to_map.a * column + to_map.b * row + to_map.c
        y = to_map.d * column + to_map.e * row + to_map.f
        if self._map_from_wgs84 is not None:
            x, y = self._map_from_wgs84.transform(x, y, direction="INVERSE")
        return np.radians(y), np.radians(x)

    def part(self, window: Window) -> Grid:
        """The grid of the posts in a window."""
        shift = Affine.translation(window.column, window.row)
        return Grid(self.map_from_index @ shift, window.shape, self.crs)

    def around(self, bounds: Bounds) -> Window:
        """The smallest window whose cells cover the bounds, not cut to the grid."""
        lat, lon = bounds.lattice(33)
        # Unbroken over the antimeridian: the middle is brought near the grid, then the rest near the middle.
        middle = bounds.middle[1]
        column, row = self.index(lat, lon, about_lon=middle)
        if self.crs.is_geographic:
            home, _ = self.index(bounds.middle[0], middle)
            away, _ = self.index(bounds.middle[0], middle, about_lon=middle)
            column = column + (home - away)
        return window_around(column, row)

    @cached_property
    def bounds(self) -> Bounds:
        """The box that holds every post, in radians."""
        rows, columns = self.shape
        column, row = np.meshgrid(np.linspace(0, columns - 1, 33), np.linspace(0, rows - 1, 33))
        lat, lon = self.place(column, row)
        _, middle = self.place((columns - 1) / 2.0, (rows - 1) / 2.0)
        turn = 0.0 if self.crs.is_geographic else 2.0 * np.pi * np.round((lon - middle) / (2.0 * np.pi))
        lon = lon - turn
        return Bounds(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))


def window_around(column: Floats, row: Floats) -> Window:
    """The smallest window whose cells hold all of the columns and rows given (fractions kept)."""
    top, left = int(np.floor(row.min() + _EDGE)), int(np.floor(column.min() + _EDGE))
    return Window(
        top,
        left,
        max(int(np.ceil(row.max() - _EDGE)) + 1, top + 2),
        max(int(np.ceil(column.max() - _EDGE)) + 1, left + 2),
    )


@njit(cache=True)  # type: ignore[untyped-decorator]
def _interpolate(heights: NDArray[np.float32], column: Floats, row: Floats, result: Floats) -> None:
    rows, columns = heights.shape
    for i in range(column.size):
        c, r = column[i], row[i]
        if not (-_EDGE <= c <= columns - 1 + _EDGE and -_EDGE <= r <= rows - 1 + _EDGE):
            result[i] = np.nan
            continue
        left, top = min(int(max(c, 0.0)), columns - 2), min(int(max(r, 0.0)), rows - 2)
        u, v = c - left, r - top
        result[i] = (1.0 - v) * ((1.0 - u) * heights[top, left] + u * heights[top, left + 1]) + v * (
            (1.0 - u) * heights[top + 1, left] + u * heights[top + 1, left + 1]
        )


def bilinear(heights: NDArray[np.float32], column: Floats, row: Floats) -> Floats:
    """Heights between posts, shape of `column`; NaN outside the posts and in cells where a post has no data."""
    result = np.empty(column.shape)
    _interpolate(heights, np.ravel(column), np.ravel(row), result.reshape(-1))
    return result
