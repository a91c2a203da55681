"""Plane coordinates of a world: metres east and north of its middle, straight multiples of longitude and latitude.

Angles are radians. The plane touches the ellipsoid at the middle; 30 km away a metre of it is 0.2% long or short along
the parallel, so it says *where* things are and is never used to measure how far a sight line goes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from otear.geo.frames import Floats, metres_per_radian


@dataclass(frozen=True)
class Plane:
    """The plane about a place: `lat`, `lon` in radians."""

    lat: float
    lon: float

    @property
    def metres_per_radian(self) -> tuple[float, float]:
        """Along the parallel (east), along the meridian (north)."""
        parallel, meridian = metres_per_radian(self.lat)
        return float(parallel), float(meridian)

    def metres(self, lat: ArrayLike, lon: ArrayLike) -> tuple[Floats, Floats]:
        """East and north of places."""
        parallel, meridian = self.metres_per_radian
        lat, lon = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
        return np.asarray((lon - self.lon) * parallel), np.asarray((lat - self.lat) * meridian)

    def place(self, east_m: ArrayLike, north_m: ArrayLike) -> tuple[Floats, Floats]:
        """Latitude and longitude (radians) of plane coordinates."""
        parallel, meridian = self.metres_per_radian
        east, north = np.asarray(east_m, dtype=np.float64), np.asarray(north_m, dtype=np.float64)
        return np.asarray(self.lat + north / meridian), np.asarray(self.lon + east / parallel)
