"""The dumb baseline of ray casting: walk along each ray in small steps, then halve the last one.

Positions and directions are ECEF (metres, unit vectors). It shares nothing with `raycast` but the posts: every point
goes through the exact formulas of the ellipsoid and of the map projection. Tests and benchmarks score `raycast` against
it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from otear.geo.frames import Floats, geodetic_from_ecef
from otear.geo.terrain.grid import bilinear
from otear.geo.terrain.patch import Patch


def clearance(patch: Patch, ecef: ArrayLike) -> Floats:
    """Height above the surface in metres, shape (...,), of positions (..., 3); NaN where the patch has no surface."""
    lat, lon, height = geodetic_from_ecef(ecef)
    return height - bilinear(patch.heights_m, *patch.grid.index(lat, lon))


def slow_cast(
    patch: Patch, origins_ecef: ArrayLike, directions_ecef: ArrayLike, *, step_m: float, max_range_m: float
) -> Floats:
    """Range in metres, shape (n,), to where rays first pass from above the surface to below it; NaN where they do not.

    Rays pass unharmed where the patch has no surface. A ray that dips below ground for less than `step_m` may be
    missed.
    """
    directions = np.asarray(directions_ecef, dtype=np.float64)
    origins = np.broadcast_to(np.asarray(origins_ecef, dtype=np.float64), directions.shape)
    found = np.full(len(directions), np.nan)
    rays = np.arange(len(directions))
    near, was_above = np.zeros(len(rays)), np.zeros(len(rays), dtype=bool)
    low, high = np.full((2, len(rays)), np.nan)
    while rays.size:
        position = origins[rays] + near[:, None] * directions[rays]
        above = clearance(patch, position)
        _, _, height = geodetic_from_ecef(position)
        ends = was_above & (above <= 0.0)
        low[rays[ends]], high[rays[ends]] = near[ends] - step_m, near[ends]
        # Over the highest post it is safe to go on by the height above that.
        far = near + np.maximum(height - patch.top_m, step_m)
        was_above = np.where(np.isnan(above), False, above > 0.0)
        going = ~ends & (far < max_range_m)
        rays, near, was_above = rays[going], far[going], was_above[going]
    done = np.flatnonzero(~np.isnan(low))
    low, high = np.maximum(low[done], 0.0), high[done]
    for _ in range(40):
        middle = (low + high) / 2.0
        above = clearance(patch, origins[done] + middle[:, None] * directions[done])
        below = above <= 0.0
        low, high = np.where(below, low, middle), np.where(below, middle, high)
    found[done] = high
    return found
