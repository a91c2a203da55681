"""The ground that a site takes up: all within a distance of its axis, which is the centre line of a runway, and for all
other sites their middle alone. Degrees, metres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from otear.authority.charts import GEODESIC
from otear.domain.kinds import SiteKind
from otear.geo.frames import Floats
from otear.simulate.world.things import Shape
from otear.simulate.world.truth import HiddenSite, Truth

_SAME_M = 1.0
"""The middle of a runway is that of its site, less what degrees and metres are rounded to."""


@dataclass(frozen=True)
class Ground:
    """The axis reaches `half_m` to both sides of the middle along an azimuth, the ground `beside_m` from the axis."""

    lat_deg: float
    lon_deg: float
    azimuth_deg: float
    half_m: float
    beside_m: float

    @property
    def axis(self) -> shapely.Geometry:
        """As longitude and latitude: a point, or a line."""
        if self.half_m == 0.0:
            return shapely.Point(self.lon_deg, self.lat_deg)
        ends = (
            GEODESIC.fwd(self.lon_deg, self.lat_deg, self.azimuth_deg, way)[:2] for way in (-self.half_m, self.half_m)
        )
        return shapely.LineString(list(ends))

    def area_m2(self, more_m: float) -> float:
        """Of the ground and all within `more_m` of it."""
        beside = self.beside_m + more_m
        return 4.0 * self.half_m * beside + float(np.pi) * beside**2


def ground_of(site: HiddenSite, truth: Truth) -> Ground:
    """The ground of a site: of an airstrip, as its runway lies."""
    if site.kind is not SiteKind.AIRSTRIP:
        return Ground(site.lat_deg, site.lon_deg, 0.0, 0.0, site.radius_m)
    things = truth.things
    east, north = truth.land.plane.metres(np.radians(site.lat_deg), np.radians(site.lon_deg))
    away = np.hypot(things.east_m - east, things.north_m - north)
    runway = int(np.flatnonzero((things.shape == Shape.STRIP) & (away < _SAME_M))[0])
    return Ground(
        lat_deg=site.lat_deg,
        lon_deg=site.lon_deg,
        azimuth_deg=float(things.azimuth_deg[runway]),
        half_m=float(things.length_m[runway]) / 2.0,
        beside_m=float(things.width_m[runway]) / 2.0,
    )


def distances_m(lat_deg: Floats, lon_deg: Floats, grounds: tuple[Ground, ...]) -> Floats:
    """How far n places are from the axes of m grounds, shape (n, m)."""
    columns = ("lat_deg", "lon_deg", "azimuth_deg", "half_m")
    lat, lon, axis, half = np.array([[getattr(g, name) for name in columns] for g in grounds]).reshape(-1, 4).T
    shape = (len(lat_deg), len(grounds))
    from_lat, from_lon = (np.broadcast_to(one[:, None], shape) for one in (lat_deg, lon_deg))
    azimuth, _, away = GEODESIC.inv(np.broadcast_to(lon, shape), np.broadcast_to(lat, shape), from_lon, from_lat)
    turned = np.radians(np.reshape(azimuth, shape) - axis)
    away = np.reshape(away, shape)
    beyond = np.maximum(np.abs(away * np.cos(turned)) - half, 0.0)
    return np.asarray(np.hypot(beyond, away * np.sin(turned)), dtype=np.float64)


def district(truth: Truth) -> shapely.Geometry:
    """The whole of a world's land, as longitude and latitude."""
    bounds = truth.land.grid.bounds
    return shapely.box(*np.degrees([bounds.west, bounds.south, bounds.east, bounds.north]))
