"""A flat chart on which distances are true enough to decide by: azimuthal equidistant about a place.

Longitude and latitude are degrees, chart coordinates and lengths metres. The chart is made of geodesics of WGS 84 from
its centre (Karney 2013, as pyproj.Geod computes them), so that antimeridian and poles are places like any other.

From the centre distances are exact. Elsewhere the chart shows them too long and never too short: by at most θ / sin θ,
where θ is the distance from the centre over the radius of a sphere (Snyder 1987, eq. 25-2). The ellipsoid is nowhere
more curved than a sphere of its semi-minor axis, so that sphere bounds it. A buffer that is widened by the factor holds
the true one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import Geod

from otear.geo.frames import SEMI_MINOR_M, Floats

GEODESIC = Geod(ellps="WGS84")

STEP_M = 2_000.0
"""Geodesics are followed in steps of this length or less: their straight lines on a chart stay within `SAGITTA_M`."""
SAGITTA_M = 0.05
"""How far a chord may be from the arc or the geodesic that it stands for."""
REACH_M = 3_000_000.0
"""What a chart shows: places within this distance of its centre."""


@dataclass(frozen=True)
class Chart:
    """Azimuthal equidistant chart about a centre in degrees."""

    lon_deg: float
    lat_deg: float

    def xy(self, lon_deg: ArrayLike, lat_deg: ArrayLike) -> Floats:
        """Chart coordinates east and north, shape (n, 2), of n places."""
        lon, lat = np.asarray(lon_deg, dtype=np.float64), np.asarray(lat_deg, dtype=np.float64)
        azimuth, _, distance = GEODESIC.inv(
            np.full(lon.shape, self.lon_deg), np.full(lon.shape, self.lat_deg), lon, lat
        )
        azimuth = np.radians(azimuth)
        return np.stack([distance * np.sin(azimuth), distance * np.cos(azimuth)], axis=-1)


def stretch(reach_m: float) -> float:
    """At most how many times too long the chart shows distances, within `reach_m` of its centre.

    Infinite beyond a quarter of the globe, which no margin should come to.
    """
    angle = reach_m / SEMI_MINOR_M
    if angle > np.pi / 2.0:
        return float("inf")
    return float(angle / np.sin(angle)) if angle > 0.0 else 1.0


def middle(lon_deg: ArrayLike, lat_deg: ArrayLike) -> tuple[float, float] | None:
    """Longitude and latitude amid places, by the mean of their normals; None where they lie all around the globe."""
    lon, lat = np.radians(np.asarray(lon_deg, dtype=np.float64)), np.radians(np.asarray(lat_deg, dtype=np.float64))
    x, y, z = np.mean([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
    if not np.hypot(np.hypot(x, y), z) > 0.1:
        return None
    return float(np.degrees(np.arctan2(y, x))), float(np.degrees(np.arctan2(z, np.hypot(x, y))))


def chord_steps(radius_m: ArrayLike) -> Floats:
    """Angle in radians of chords that stay within `SAGITTA_M` of a circle, at most an eighth of a turn and `STEP_M`."""
    radius = np.asarray(radius_m, dtype=np.float64)
    by_sagitta = 2.0 * np.arccos(1.0 - np.minimum(SAGITTA_M / radius, 1.0))
    return np.asarray(np.minimum(np.minimum(by_sagitta, STEP_M / radius), np.pi / 4.0), dtype=np.float64)


def steps(length_m: ArrayLike) -> NDArray[np.int64]:
    """In how many equal parts, at least one, lengths are cut so that none is longer than `STEP_M`."""
    return np.maximum(np.ceil(np.asarray(length_m, dtype=np.float64) / STEP_M), 1).astype(np.int64)


def fractions(parts: NDArray[np.int64]) -> tuple[NDArray[np.int64], Floats]:
    """Where cutting each of n things into `parts` (n,) begins a part: index of the thing, and fraction from 0 on."""
    index = np.repeat(np.arange(parts.size), parts)
    first = np.repeat(np.cumsum(parts) - parts, parts)
    return index, (np.arange(index.size) - first) / np.repeat(parts, parts)


def closed_edges(lon_deg: Floats, lat_deg: Floats, following: NDArray[np.int64]) -> tuple[NDArray[np.int64], Floats]:
    """Vertices and the points between them along geodesics from each to the one whose index is `following`.

    Returns which vertex each point comes from or after, and the points, shape (m, 2), longitude and latitude.
    """
    azimuth, _, length = GEODESIC.inv(lon_deg, lat_deg, lon_deg[following], lat_deg[following])
    index, fraction = fractions(steps(length))
    lon, lat, _ = GEODESIC.fwd(lon_deg[index], lat_deg[index], azimuth[index], length[index] * fraction)
    return index, np.stack([lon, lat], axis=-1)
