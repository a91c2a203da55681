"""The dumb baseline of ray casting: walk along each ray in small steps, then halve the last one.

Positions and directions are ECEF (metres, unit vectors). It shares nothing with `raycast`: every point goes through the
exact formulas of the ellipsoid, and any function of latitude and longitude (radians) may be the surface (HAE in
metres), a patch's `heights` or a formula. Tests and benchmarks score `raycast` against it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from otear.geo.frames import Floats, geodetic_from_ecef

Surface = Callable[[Floats, Floats], Floats]


def clearance(surface: Surface, ecef: ArrayLike) -> Floats:
    """Height above the surface in metres, shape (...,), of positions (..., 3); NaN where there is no surface."""
    lat, lon, height = geodetic_from_ecef(ecef)
    return height - surface(lat, lon)


def slow_cast(
    surface: Surface,
    origins_ecef: ArrayLike,
    directions_ecef: ArrayLike,
    *,
    top_m: float,
    step_m: float,
    max_range_m: float,
) -> Floats:
    """Range in metres, shape (n,), to where rays first pass from above the surface to below it; NaN where they do not.

    No part of the surface is higher than `top_m` (HAE). Rays pass unharmed where there is no surface. A ray that dips
    below ground for less than `step_m` may be missed.
    """
    directions = np.asarray(directions_ecef, dtype=np.float64)
    origins = np.broadcast_to(np.asarray(origins_ecef, dtype=np.float64), directions.shape)
    rays = np.arange(len(directions))
    near, was_above = np.zeros(len(rays)), np.zeros(len(rays), dtype=bool)
    low, high = np.full((2, len(rays)), np.nan)
    while rays.size:
        lat, lon, height = geodetic_from_ecef(origins[rays] + near[:, None] * directions[rays])
        above = height - surface(lat, lon)
        ends = was_above & (above <= 0.0)
        low[rays[ends]], high[rays[ends]] = near[ends] - step_m, near[ends]
        # Over the top it is safe to go on by the height above that.
        far = near + np.maximum(height - top_m, step_m)
        was_above = above > 0.0
        going = ~ends & (far < max_range_m)
        rays, near, was_above = rays[going], far[going], was_above[going]
    done = np.flatnonzero(~np.isnan(high))
    begin, end = np.maximum(low[done], 0.0), high[done]
    for _ in range(40):
        middle = (begin + end) / 2.0
        below = clearance(surface, origins[done] + middle[:, None] * directions[done]) <= 0.0
        begin, end = np.where(below, begin, middle), np.where(below, middle, end)
    found = np.full(len(directions), np.nan)
    found[done] = end
    return found
