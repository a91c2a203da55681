"""Mean sea level against the ellipsoid: the EGM96 geoid.

Latitude and longitude are radians, undulations and heights metres. The undulation N is the height of mean sea level
above the WGS 84 ellipsoid: height above ellipsoid (HAE) = height above mean sea level (MSL) + N.

N is interpolated from the 15-minute grid by the cubic through the four nearest posts each way (Lagrange, 4 x 4 posts).
Within 1.1 cm of the six published test values of the model (NIMA's OUTPT.DAT).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from otear.geo.frames import Floats

_POSTS_PER_RADIAN = 4.0 * 180.0 / np.pi
_PAD = 2


@cache
def _grid() -> NDArray[np.int16]:
    """Undulations in centimetres, shape (725, 1444): the whole globe with two posts more past every edge.

    Past a pole the meridian goes on, half a turn away; past the last column the first ones come again.
    """
    with (files("otear.geo") / "data" / "egm96_15.npz").open("rb") as stream, np.load(stream) as archive:
        steps = archive["steps_cm"]
    globe = np.cumsum(np.cumsum(steps, axis=1, dtype=np.int16), axis=0, dtype=np.int16)
    across = np.roll(globe, globe.shape[1] // 2, axis=1)
    globe = np.concatenate([across[_PAD:0:-1], globe, across[-2 : -2 - _PAD : -1]])
    return np.pad(globe, ((0, 0), (_PAD, _PAD)), mode="wrap")


@njit(cache=True)  # type: ignore[untyped-decorator]
def _interpolate(grid: NDArray[np.int16], lat: Floats, lon: Floats, undulation_m: Floats) -> None:
    """Fill `undulation_m` for places given as flat arrays of radians."""
    turn = grid.shape[1] - 2 * _PAD
    along, down = np.empty(4), np.empty(4)
    for i in range(lat.size):
        x = lon[i] * _POSTS_PER_RADIAN % turn
        y = (np.pi / 2.0 - lat[i]) * _POSTS_PER_RADIAN
        if not (-1e-6 <= y <= grid.shape[0] - 2 * _PAD - 1 + 1e-6 and np.isfinite(x)):
            undulation_m[i] = np.nan
            continue
        column, row = int(x), max(int(y), 0)
        for weights, f in ((along, x - column), (down, y - row)):
            weights[0] = -f * (f - 1.0) * (f - 2.0) / 6.0
            weights[1] = (f + 1.0) * (f - 1.0) * (f - 2.0) / 2.0
            weights[2] = -(f + 1.0) * f * (f - 2.0) / 2.0
            weights[3] = (f + 1.0) * f * (f - 1.0) / 6.0
        total = 0.0
        for r in range(4):
            for c in range(4):
                total += down[r] * along[c] * grid[row + r + _PAD - 1, column + c + _PAD - 1]
        undulation_m[i] = total / 100.0


def undulation(lat: ArrayLike, lon: ArrayLike) -> Floats:
    """EGM96 undulation in metres of places in radians; any longitude, poles included; shape is the inputs'.

    NaN where the latitude is past a pole or either angle is NaN.
    """
    lat, lon = np.broadcast_arrays(np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64))
    result = np.empty(lat.shape)
    _interpolate(_grid(), np.ravel(lat), np.ravel(lon), result.reshape(-1))
    return result


def hae_from_msl(lat: ArrayLike, lon: ArrayLike, height_msl_m: ArrayLike) -> Floats:
    """Height above the ellipsoid (metres) of heights above mean sea level at places in radians."""
    return np.asarray(height_msl_m, dtype=np.float64) + undulation(lat, lon)


def msl_from_hae(lat: ArrayLike, lon: ArrayLike, height_m: ArrayLike) -> Floats:
    """Height above mean sea level (metres) of heights above the ellipsoid at places in radians."""
    return np.asarray(height_m, dtype=np.float64) - undulation(lat, lon)
