"""What an authority leaves of the airspace, as the fence of a QGroundControl plan: flat outlines, without heights.

A fence cannot say from when until when, nor how high. So it holds the volumes and excluded zones whose windows and
bands meet the times and heights of one route; what decides is the authority.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from otear.authority.outlines import boundary
from otear.domain.authority import AltitudeBand, Authority, Circle, Datum, Outline, Window
from otear.flight.exports.stretches import stretches
from otear.flight.route import Route
from otear.geo.frames import Floats


def fence(route: Route, authority: Authority) -> dict[str, Any]:
    """The `geoFence` of a plan: volumes to stay in; their holes, and zones that forbid flight, to stay out of."""
    reach = _Reach(route)
    circles: list[dict[str, Any]] = []
    polygons: list[dict[str, Any]] = []
    for _, outline, inclusion in _outlines(reach, authority):
        if inclusion or not reach.crosses(outline):
            _add(circles, polygons, outline, inclusion=inclusion)
    return {"version": 2, "circles": circles, "polygons": polygons}


def left_out(route: Route, authority: Authority) -> tuple[str, ...]:
    """Names of zones that the fence cannot hold, because the route passes over or under them, or where they leave
    room: flat, they would stop it."""
    reach = _Reach(route)
    return tuple(
        name for name, outline, inclusion in _outlines(reach, authority) if not inclusion and reach.crosses(outline)
    )


class _Reach:
    """The places, heights and times of a route."""

    def __init__(self, route: Route) -> None:
        parts = stretches(route)
        lon, lat, hae, msl = (
            np.concatenate([getattr(one, name) for one in parts]) for name in ("lon_deg", "lat_deg", "hae_m", "msl_m")
        )
        self._chart = route.chart
        self._line = shapely.LineString(route.chart.xy(lon, lat))
        self._heights = {Datum.ELLIPSOID: (hae.min(), hae.max()), Datum.EGM96: (msl.min(), msl.max())}
        self._start_us, self._end_us = route.starts_us[0], route.starts_us[-1]

    def meets(self, band: AltitudeBand | None, window: Window | None) -> bool:
        """Whether any of the times and, apart from them, any of the heights are those."""
        if window is not None and not (window.start_us <= self._end_us and self._start_us < window.end_us):
            return False
        if band is None:
            return True
        low, high = self._heights[band.datum]
        return bool(band.lower_m <= high and low <= band.upper_m)

    def crosses(self, outline: Outline) -> bool:
        """Whether the route comes into an outline, whatever the heights."""
        points = boundary(outline)
        return bool(self._line.intersects(shapely.Polygon(self._chart.xy(points[:, 0], points[:, 1]))))


def _outlines(reach: _Reach, authority: Authority) -> Iterator[tuple[str, Outline, bool]]:
    """Name, outline, and whether it is to stay in or out of."""
    terms = authority.authorization
    for volume in terms.volumes:
        if reach.meets(volume.altitude, volume.window):
            yield volume.name, volume.area.outline, True
            yield from ((volume.name, hole, False) for hole in volume.area.holes)
    for zone in terms.exclusions:
        if zone.flight and reach.meets(zone.altitude, zone.window):
            # Holes of a zone cannot be said: they would let in what is nowhere else allowed.
            yield zone.name, zone.area.outline, False


def _add(circles: list[dict[str, Any]], polygons: list[dict[str, Any]], outline: Outline, *, inclusion: bool) -> None:
    if isinstance(outline, Circle):
        centre = [round(outline.lat_deg, 8), round(outline.lon_deg, 8)]
        circles.append({"version": 1, "inclusion": inclusion, "circle": {"center": centre, "radius": outline.radius_m}})
    else:
        polygons.append({"version": 1, "inclusion": inclusion, "polygon": _clockwise(boundary(outline))})


def _clockwise(points: Floats) -> list[list[float]]:
    """Latitudes and longitudes of an outline, clockwise as seen from above; the first point is not repeated."""
    lon, lat = points[:, 0], points[:, 1]
    twice = np.sum(lon * np.roll(lat, -1) - np.roll(lon, -1) * lat)
    ordered = points if twice < 0.0 else points[::-1]
    return [[round(y, 8), round((x + 180.0) % 360.0 - 180.0, 8)] for x, y in ordered.tolist()]
