"""A patch: a rectangle of posts in memory, with what rays need to cross it quickly.

Arrays are (row, column), row 0 in the north; heights are metres above the ellipsoid; NaN is no data.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import maximum_filter

from otear.errors import TerrainError
from otear.geo.frames import Floats
from otear.geo.terrain.chart import Chart, fit_chart
from otear.geo.terrain.grid import Bounds, Grid, bilinear

FINE, COARSE = 4, 32
"""Cells along a side of the two sizes of block that have a roof."""
RIM = 16
"""How many posts from a hole in the data the terrain tells how high the ground in it may be."""


class Roofs(NamedTuple):
    """Over every square block of cells a plane that the surface does not rise above.

    `fine` (blocks of `FINE` cells a side) and `coarse` (`COARSE`) have shape (block rows, block columns, 3): HAE at
    column 0 and row 0 in metres, rise per column, rise per row. `steepest_m` is the highest step from a post to the
    next.
    """

    fine: Floats
    coarse: Floats
    steepest_m: float


@dataclass(frozen=True, eq=False)
class Patch:
    """Posts of a terrain and where they lie.

    `heights_m` has shape (rows, columns), float32, C order: HAE in metres (good to 0.25 mm below 4,096 m, 0.5 mm below
    8,192 m), NaN where there is no data. Raises `TerrainError` for fewer than two rows or columns, for a patch without
    any data, and for one too large for an exact `Chart`.
    """

    heights_m: NDArray[np.float32]
    grid: Grid
    chart: Chart

    @classmethod
    def of(cls, heights_m: NDArray[np.float32], grid: Grid) -> Patch:
        """A patch of posts (HAE in metres) that lie on a grid."""
        if heights_m.shape != grid.shape or min(grid.shape) < 2:
            raise TerrainError(
                f"heights of shape {heights_m.shape} on a grid of shape {grid.shape}",
                remedy="Give an array of at least 2 by 2 posts and the grid of the same shape",
            )
        if np.isnan(heights_m).all():
            raise TerrainError("no post has data", remedy="Add elevation tiles that hold data for this area")
        heights_m = np.ascontiguousarray(heights_m, dtype=np.float32)
        return cls(heights_m, grid, fit_chart(grid, float(np.nanmin(heights_m)), float(np.nanmax(heights_m))))

    @property
    def bounds(self) -> Bounds:
        """The box that holds every post, in radians."""
        return self.grid.bounds

    @cached_property
    def bottom_m(self) -> float:
        """The lowest post, HAE in metres."""
        return float(np.nanmin(self.heights_m))

    @cached_property
    def top_m(self) -> float:
        """The highest post, HAE in metres."""
        return float(np.nanmax(self.heights_m))

    @cached_property
    def roofs(self) -> Roofs:
        """What lets a ray that lies above it skip a block of cells.

        A post without data counts as high as the highest post within `RIM` posts of it, or in the whole patch where
        there is none: a ray lower than that may have met ground that nobody knows.
        """
        heights, missing = self.heights_m, np.isnan(self.heights_m)
        if missing.any():
            rim = maximum_filter(np.where(missing, np.float32(-np.inf), heights), 2 * RIM + 1, mode="nearest")
            rim = np.where(np.isneginf(rim), np.float32(self.top_m), rim)
            heights = np.where(missing, rim, heights)
        steepest_m = max(float(np.abs(np.diff(heights, axis=axis)).max()) for axis in (0, 1))
        return Roofs(_roofs(heights, FINE), _roofs(heights, COARSE), steepest_m)

    def heights(self, lat: ArrayLike, lon: ArrayLike) -> Floats:
        """HAE in metres, bilinear between posts, at places in radians; NaN outside and where there is no data."""
        return bilinear(self.heights_m, *self.grid.index(lat, lon))


@njit(cache=True)  # type: ignore[untyped-decorator]
def _roofs(heights: NDArray[np.float32], size: int) -> Floats:
    """Over every block of `size` cells a side a plane that no post of the block is above.

    Shape (block rows, block columns, 3): height at column 0 and row 0, and its rise per column and per row, which are
    those of the block's posts on average.
    """
    rows, columns = heights.shape
    down, across = -(-(rows - 1) // size), -(-(columns - 1) // size)
    roofs = np.empty((down, across, 3))
    for i in range(down):
        top, bottom = i * size, min((i + 1) * size, rows - 1)
        for j in range(across):
            left, right = j * size, min((j + 1) * size, columns - 1)
            by_column = by_row = 0.0
            for r in range(top, bottom + 1):
                by_column += float(heights[r, right]) - heights[r, left]
            for c in range(left, right + 1):
                by_row += float(heights[bottom, c]) - heights[top, c]
            by_column /= (right - left) * (bottom - top + 1)
            by_row /= (bottom - top) * (right - left + 1)
            highest = -np.inf
            for r in range(top, bottom + 1):
                for c in range(left, right + 1):
                    highest = max(highest, heights[r, c] - by_column * c - by_row * r)
            roofs[i, j, 0], roofs[i, j, 1], roofs[i, j, 2] = highest, by_column, by_row
    return roofs
