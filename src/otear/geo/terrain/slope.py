"""How steep the ground is.

A gradient is (rise per metre east, rise per metre north) in the axes of the place itself, on the last axis; places are
radians, angles radians.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from otear.geo.frames import Floats
from otear.geo.terrain.patch import Patch


@njit(inline="always", error_model="numpy")  # type: ignore[untyped-decorator]
def surface(
    flat: NDArray[np.float32], shape: tuple[int, int], metric: Floats, column: float, row: float
) -> tuple[float, float, float]:
    """HAE and gradient (east, north) at a column and row inside the patch; `flat` are its posts row by row."""
    left, up = min(max(int(column), 0), shape[1] - 2), min(max(int(row), 0), shape[0] - 2)
    u, v = column - left, row - up
    at = up * shape[1] + left
    nw, ne = float(flat[at]), float(flat[at + 1])
    sw, se = float(flat[at + shape[1]]), float(flat[at + shape[1] + 1])
    twist = nw - ne - sw + se
    by_column, by_row = ne - nw + v * twist, sw - nw + u * twist
    east = by_column * (metric[0, 0] + metric[0, 1] * column + metric[0, 2] * row)
    east += by_row * (metric[1, 0] + metric[1, 1] * column + metric[1, 2] * row)
    north = by_column * (metric[2, 0] + metric[2, 1] * column + metric[2, 2] * row)
    north += by_row * (metric[3, 0] + metric[3, 1] * column + metric[3, 2] * row)
    return nw + u * (ne - nw) + v * by_row, east, north


@njit(cache=True, error_model="numpy")  # type: ignore[untyped-decorator]
def _gradients(  # noqa: PLR0917
    heights: NDArray[np.float32], metric: Floats, column: Floats, row: Floats, east: Floats, north: Floats
) -> None:
    flat = heights.reshape(heights.size)
    rows, columns = heights.shape
    for i in range(column.size):
        if -1e-6 <= column[i] <= columns - 1 + 1e-6 and -1e-6 <= row[i] <= rows - 1 + 1e-6:
            _, east[i], north[i] = surface(flat, heights.shape, metric, column[i], row[i])
        else:
            east[i] = north[i] = np.nan


def gradient(patch: Patch, lat: ArrayLike, lon: ArrayLike) -> Floats:
    """Gradient of the surface, shape (..., 2), at places in radians; NaN outside and where there is no data."""
    column, row = patch.grid.index(lat, lon)
    east, north = np.empty((2, column.size))
    _gradients(patch.heights_m, patch.chart.metric, np.ravel(column), np.ravel(row), east, north)
    return np.stack([east, north], axis=-1).reshape(*column.shape, 2)


def normal(gradient: Floats) -> Floats:
    """Upward unit normals in east-north-up axes, shape (..., 3), of gradients."""
    upward = np.concatenate([-gradient, np.ones_like(gradient[..., :1])], axis=-1)
    return np.asarray(upward / np.linalg.norm(upward, axis=-1, keepdims=True), dtype=np.float64)


def slope_angle(gradient: Floats) -> Floats:
    """Angle between the surface and the horizontal in radians, shape (...,), of gradients."""
    return np.asarray(np.arctan(np.hypot(gradient[..., 0], gradient[..., 1])), dtype=np.float64)
