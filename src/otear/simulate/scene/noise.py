"""Noise that looks like nature: one square of smooth random numbers that repeats, looked up at many scales.

Compiled functions; everything is float64 in, float64 out. The numbers come from one `numpy.random.Generator`.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from otear.simulate.world.land import Singles

SIZE = 512
_MASK = SIZE - 1


def noise_square(rng: np.random.Generator) -> Singles:
    """Independent numbers of mean 0 and spread 1, shape (SIZE, SIZE)."""
    return rng.standard_normal((SIZE, SIZE)).astype(np.float32)


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator]
def noise(square: Singles, x: float, y: float) -> float:
    """Smooth noise at (x, y), which changes over about one unit; spread about 0.6."""
    fx, fy = np.floor(x), np.floor(y)
    i, j = np.int64(fx), np.int64(fy)
    u, v = x - fx, y - fy
    u, v = u * u * (3.0 - 2.0 * u), v * v * (3.0 - 2.0 * v)
    i0, j0 = i & _MASK, j & _MASK
    i1, j1 = (i + 1) & _MASK, (j + 1) & _MASK
    low = square[j0, i0] + u * (square[j0, i1] - square[j0, i0])
    high = square[j1, i0] + u * (square[j1, i1] - square[j1, i0])
    return low + v * (high - low)


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator]
def chance(a: int, b: int, salt: int) -> float:
    """A number from 0 to 1 that belongs to a pair of whole numbers: a mixed hash (murmur3's finaliser)."""
    h = np.uint64(a * 73856093) ^ np.uint64(b * 19349663) ^ np.uint64(salt * 83492791)
    h = (h ^ (h >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    h = (h ^ (h >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    h = h ^ (h >> np.uint64(33))
    return np.float64(h >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator]
def smooth(low: float, high: float, x: float) -> float:
    """From 0 below `low` to 1 above `high`, without a corner."""
    t = min(max((x - low) / (high - low), 0.0), 1.0)
    return t * t * (3.0 - 2.0 * t)
