"""How far a picture can reach: the part of the grid, and of the terrain, that has to be looked through.

The region is bounded by rays through the picture's border, each between the highest and the lowest ground there is:
it holds hidden ground as well as visible. The ellipsoid is replaced by the sphere that fits it at the sensor, which is
good to a metre at 50 km. ECEF metres.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from otear.coverage.moments import Views
from otear.geo.frames import ECCENTRICITY_SQ, SEMI_MINOR_M, Floats, geodetic_from_ecef, nearest_turn
from otear.geo.grid import SearchGrid
from otear.geo.terrain.base import Bounds

_SIDE = np.linspace(-1.0, 1.0, 9)[:-1]
BORDER = np.concatenate(
    [
        np.column_stack([_SIDE, np.full(8, -1.0)]),
        np.column_stack([np.full(8, 1.0), _SIDE]),
        np.column_stack([-_SIDE, np.full(8, 1.0)]),
        np.column_stack([np.full(8, -1.0), -_SIDE]),
    ]
)
"""Thirty-two places around a picture, clockwise from the upper left, from -1 to 1 to the right and down."""


def range_limit(views: Views, bottom_m: float, coarsest_gsd_m: float, max_range_m: float) -> Floats:
    """Slant range (n,) beyond which every pixel samples the ground more coarsely than `coarsest_gsd_m`.

    From GSD = pixel angle · R / √(h / R), with the finest pixel (a corner) and the highest the sensor can stand above
    ground whose lowest place is `bottom_m`.
    """
    finest = views.pixel_angle * (1.0 + views.tan_h**2 + views.tan_v**2) ** -0.75
    above_m = np.maximum(views.height_m - bottom_m, 1.0)
    return np.minimum((coarsest_gsd_m * np.sqrt(above_m) / finest) ** (2.0 / 3.0), max_range_m)


def reach(views: Views, bottom_m: float, top_m: float, limit_m: Floats) -> Floats:
    """Places in ECEF, shape (n, 64, 3), between which all ground in each picture lies.

    `bottom_m` and `top_m` (HAE) are the lowest and highest ground; no place is farther from the sensor than `limit_m`.
    """
    rays = views.rays(BORDER)
    curvature = 1.0 - ECCENTRICITY_SQ * np.sin(views.lat) ** 2
    radius_m = SEMI_MINOR_M / curvature
    height_m = views.height_m
    from_centre_m = (radius_m + height_m)[:, None]
    slope = np.einsum("nki,ni->nk", rays, views.up) * from_centre_m
    # A ray above the horizon stands for the ground below it, as far out as any.
    level = rays - (slope / from_centre_m)[..., None] * views.up[:, None, :]
    level *= (limit_m[:, None] / np.linalg.norm(level, axis=-1))[..., None]
    places = []
    for ground_m in (top_m, bottom_m):
        power = ((height_m - ground_m) * (2.0 * radius_m + height_m + ground_m))[:, None]
        inside = slope**2 - power
        meets = (inside >= 0.0) & (slope < 0.0)
        range_m = np.clip(-slope - np.sqrt(np.maximum(inside, 0.0)), 0.0, limit_m[:, None])
        places.append(views.position[:, None, :] + np.where(meets[..., None], rays * range_m[..., None], level))
    return np.concatenate(places, axis=1)


def bounds_of(views: Views, places: Floats, margin_m: float = 500.0) -> Bounds:
    """The box in radians around the sensors and the places that they reach, with a margin."""
    lat, lon, _ = geodetic_from_ecef(np.concatenate([places.reshape(-1, 3), views.position]))
    lon = nearest_turn(lon, lon[0])
    pad = margin_m / SEMI_MINOR_M
    pad_lon = pad / np.cos(np.abs(lat).max())
    west, east = nearest_turn([lon.min() - pad_lon, lon.max() + pad_lon])
    return Bounds(float(west), float(lat.min() - pad), float(east), float(lat.max() + pad))


def windows(grid: SearchGrid, places: Floats) -> NDArray[np.int32]:
    """First and last row, first and last column, (n, 4), that hold the places of each picture, and one cell more."""
    lat, lon, _ = geodetic_from_ecef(places)
    row, col = grid.cells(lat, lon)
    return np.stack([row.min(axis=1) - 1, row.max(axis=1) + 1, col.min(axis=1) - 1, col.max(axis=1) + 1], axis=-1)
