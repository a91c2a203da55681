"""Frames on the WGS 84 ellipsoid: geodetic, Earth-centred (ECEF), and local east-north-up (ENU).

Angles are radians, lengths metres, heights above the ellipsoid (HAE). Axis order: geodetic is (latitude, longitude,
height); ECEF is (x, y, z) on the last axis; ENU is (east, north, up) on the last axis. Everything is float64 and
vectorised over leading axes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

SEMI_MAJOR_M = 6_378_137.0
"""WGS 84 semi-major axis in metres (NGA.STND.0036)."""
FLATTENING = 1.0 / 298.257223563
"""WGS 84 flattening (NGA.STND.0036)."""
ECCENTRICITY_SQ = FLATTENING * (2.0 - FLATTENING)
SEMI_MINOR_M = SEMI_MAJOR_M * (1.0 - FLATTENING)


def nearest_turn(lon: ArrayLike, about: ArrayLike = 0.0, *, turn: float = 2.0 * np.pi) -> Floats:
    """Longitudes (radians, or degrees with a `turn` of 360) plus whole turns: at most half a turn from `about`."""
    lon, about = np.asarray(lon, dtype=np.float64), np.asarray(about, dtype=np.float64)
    return np.asarray(np.mod(lon - about + turn / 2.0, turn) - turn / 2.0 + about, dtype=np.float64)


def ecef_from_geodetic(lat: ArrayLike, lon: ArrayLike, height_m: ArrayLike) -> Floats:
    """ECEF position, shape (..., 3) in metres, of geodetic latitude and longitude (radians) and HAE (metres)."""
    lat, lon, height = (np.asarray(v, dtype=np.float64) for v in (lat, lon, height_m))
    sin_lat, cos_lat = np.sin(lat), np.cos(lat)
    prime_vertical = SEMI_MAJOR_M / np.sqrt(1.0 - ECCENTRICITY_SQ * sin_lat**2)
    ring = (prime_vertical + height) * cos_lat
    return np.stack(
        np.broadcast_arrays(
            ring * np.cos(lon), ring * np.sin(lon), (prime_vertical * (1.0 - ECCENTRICITY_SQ) + height) * sin_lat
        ),
        axis=-1,
    )


def geodetic_from_ecef(ecef: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Latitude, longitude (radians) and HAE (metres), each shape (...,), of ECEF positions of shape (..., 3).

    Bowring (1976) with two iterations on the reduced latitude: better than 1e-9 m from the sea floor to 1,000 km.
    Within a nanometre of the Earth's axis the longitude is 0.
    """
    ecef = np.asarray(ecef, dtype=np.float64)
    x, y, z = ecef[..., 0], ecef[..., 1], ecef[..., 2]
    ring = np.hypot(x, y)
    reduced = np.arctan2(z, ring * (1.0 - FLATTENING))
    second_ecc_sq = ECCENTRICITY_SQ / (1.0 - ECCENTRICITY_SQ)
    lat = reduced
    for _ in range(2):
        lat = np.arctan2(
            z + second_ecc_sq * SEMI_MINOR_M * np.sin(reduced) ** 3,
            ring - ECCENTRICITY_SQ * SEMI_MAJOR_M * np.cos(reduced) ** 3,
        )
        reduced = np.arctan2((1.0 - FLATTENING) * np.sin(lat), np.cos(lat))
    sin_lat = np.sin(lat)
    # This form of the height stays exact at the poles, where ring / cos(lat) does not.
    height = ring * np.cos(lat) + z * sin_lat - SEMI_MAJOR_M * np.sqrt(1.0 - ECCENTRICITY_SQ * sin_lat**2)
    return lat, np.arctan2(y, x), height


def enu_axes(lat: ArrayLike, lon: ArrayLike) -> Floats:
    """Rotation from ECEF to ENU at a place (radians): shape (..., 3, 3), rows are the unit vectors east, north, up."""
    lat, lon = np.broadcast_arrays(np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64))
    sin_lat, cos_lat, sin_lon, cos_lon = np.sin(lat), np.cos(lat), np.sin(lon), np.cos(lon)
    zero = np.zeros_like(lat)
    east = np.stack([-sin_lon, cos_lon, zero], axis=-1)
    north = np.stack([-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat], axis=-1)
    up = np.stack([cos_lat * cos_lon, cos_lat * sin_lon, sin_lat], axis=-1)
    return np.stack([east, north, up], axis=-2)


def metres_per_radian(lat: ArrayLike) -> tuple[Floats, Floats]:
    """Metres per radian of longitude and of latitude on the ellipsoid at a latitude (radians): along the parallel,
    along the meridian (radius of the parallel, meridional radius of curvature)."""
    lat = np.asarray(lat, dtype=np.float64)
    bulge = 1.0 - ECCENTRICITY_SQ * np.sin(lat) ** 2
    parallel = SEMI_MAJOR_M / np.sqrt(bulge) * np.cos(lat)
    return np.asarray(parallel), np.asarray(SEMI_MAJOR_M * (1.0 - ECCENTRICITY_SQ) / bulge**1.5)


@dataclass(frozen=True)
class LocalFrame:
    """East-north-up axes with their origin at one place: `lat`, `lon` in radians, `height_m` above the ellipsoid."""

    lat: float
    lon: float
    height_m: float = 0.0

    @property
    def origin_ecef(self) -> Floats:
        """The origin in ECEF, shape (3,)."""
        return ecef_from_geodetic(self.lat, self.lon, self.height_m)

    @property
    def axes(self) -> Floats:
        """Rotation from ECEF to ENU, shape (3, 3)."""
        return enu_axes(self.lat, self.lon)

    def enu_from_ecef(self, ecef: ArrayLike) -> Floats:
        """ENU offsets from the origin, shape (..., 3), of ECEF positions of shape (..., 3)."""
        offset = np.asarray(ecef, dtype=np.float64) - self.origin_ecef
        return np.asarray(offset @ self.axes.T, dtype=np.float64)

    def ecef_from_enu(self, enu: ArrayLike) -> Floats:
        """ECEF positions, shape (..., 3), of ENU offsets of shape (..., 3)."""
        return np.asarray(np.asarray(enu, dtype=np.float64) @ self.axes + self.origin_ecef, dtype=np.float64)

    def enu_from_geodetic(self, lat: ArrayLike, lon: ArrayLike, height_m: ArrayLike) -> Floats:
        """ENU offsets from the origin, shape (..., 3), of geodetic places (radians, metres HAE)."""
        return self.enu_from_ecef(ecef_from_geodetic(lat, lon, height_m))

    def geodetic_from_enu(self, enu: ArrayLike) -> tuple[Floats, Floats, Floats]:
        """Latitude, longitude (radians) and HAE (metres) of ENU offsets of shape (..., 3)."""
        return geodetic_from_ecef(self.ecef_from_enu(enu))
