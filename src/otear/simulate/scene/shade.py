"""Slopes of the land, and which of it lies in the shadow of other land.

Arrays are (row, column) of the land's posts. A post's *margin* is how far the sun stands above its horizon, in radians:
below zero it lies in shadow. Between posts the margin is interpolated, so that the edge of a shadow runs smoothly.
"""

# ruff: noqa: PLR0917 - compiled functions take plain numbers and arrays, many of them
from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numba import njit
from numpy.typing import NDArray

from otear.geo.frames import SEMI_MAJOR_M
from otear.geo.sun import Sun
from otear.simulate.world.land import Land, Singles

BLOCK = 32
"""Posts along a side of what is worked out at once."""
_REACH_M = 40_000.0
_LONGER = 1.02
"""Each step towards the sun is longer than the one before."""


@dataclass(frozen=True, eq=False)
class Relief:
    """Heights (MSL) and slopes (rise per metre east and north), smooth between posts."""

    msl_m: Singles
    rise_east: Singles
    rise_north: Singles
    post_m: tuple[float, float]
    """From a post to the next column (east) and to the row above it (north)."""

    @classmethod
    def of(cls, land: Land) -> Relief:
        """The relief of a land."""
        rows, columns = land.grid.shape
        half_east, half_north = land.half_size_m
        post_m = 2.0 * half_east / (columns - 1), 2.0 * half_north / (rows - 1)
        down, right = np.gradient(land.msl_m)
        return cls(
            np.ascontiguousarray(land.msl_m, dtype=np.float32),
            np.asarray(right / post_m[0], dtype=np.float32),
            np.asarray(-down / post_m[1], dtype=np.float32),
            post_m,
        )


@dataclass(frozen=True, eq=False)
class Shade:
    """The margins of a relief under one sun, worked out block by block where they are asked for."""

    relief: Relief
    sun: Sun
    margin: Singles
    known: NDArray[np.bool_]
    _top_m: float = field(default=0.0)

    @classmethod
    def of(cls, relief: Relief, sun: Sun) -> Shade:
        """The shade of a relief; nothing is worked out yet."""
        rows, columns = relief.msl_m.shape
        known = np.zeros((-(-rows // BLOCK), -(-columns // BLOCK)), dtype=np.bool_)
        return cls(relief, sun, np.zeros(relief.msl_m.shape, dtype=np.float32), known, float(np.nanmax(relief.msl_m)))

    def fill(self, row: int, column: int, row_end: int, column_end: int) -> None:
        """Work out the margins of a window of posts (ends excluded; it is cut to the land)."""
        rows, columns = self.margin.shape
        top, left = max(row, 0) // BLOCK, max(column, 0) // BLOCK
        for i in range(top, -(-min(row_end, rows) // BLOCK)):
            for j in range(left, -(-min(column_end, columns) // BLOCK)):
                if not self.known[i, j]:
                    part = slice(i * BLOCK, (i + 1) * BLOCK), slice(j * BLOCK, (j + 1) * BLOCK)
                    _margins(
                        self.relief.msl_m, *self.relief.post_m, self.sun.azimuth, self.sun.elevation, self._top_m,
                        i * BLOCK, j * BLOCK, self.margin[part],
                    )  # fmt: skip
                    self.known[i, j] = True


@njit(cache=True)  # type: ignore[untyped-decorator]
def _margins(
    msl: Singles,
    post_east: float,
    post_north: float,
    azimuth: float,
    elevation: float,
    top: float,
    first_row: int,
    first_column: int,
    result: Singles,
) -> None:
    rows, columns = msl.shape
    towards = np.tan(elevation)
    column_step, row_step = np.sin(azimuth) / post_east, -np.cos(azimuth) / post_north
    for i in range(result.shape[0]):
        for j in range(result.shape[1]):
            row, column = first_row + i, first_column + j
            height = np.float64(msl[row, column])
            steepest, distance, step = -10.0, 0.0, 0.7 * min(post_east, post_north)
            while distance < _REACH_M:
                distance += step
                step *= _LONGER
                # What stands so far away that even the highest post stays well below the sun no longer matters.
                if steepest > -10.0 and (top - height) / distance < max(steepest, towards - 0.05):
                    break
                c, r = column + distance * column_step, row + distance * row_step
                if not (0.0 <= c <= columns - 1.0 and 0.0 <= r <= rows - 1.0):
                    break
                left, up = min(np.int64(c), columns - 2), min(np.int64(r), rows - 2)
                u, v = c - left, r - up
                there = (1.0 - v) * ((1.0 - u) * msl[up, left] + u * msl[up, left + 1]) + v * (
                    (1.0 - u) * msl[up + 1, left] + u * msl[up + 1, left + 1]
                )
                rise = there - distance * distance / (2.0 * SEMI_MAJOR_M) - height
                steepest = max(steepest, rise / distance)
            result[i, j] = elevation - np.arctan(steepest)
