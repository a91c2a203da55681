"""Outlines of areas as their writers drew them: whether they say one thing only, and where they run.

Degrees, (longitude, latitude). Edges are geodesics of WGS 84.
"""

from __future__ import annotations

import numpy as np
import shapely
from pyproj import Geod

from otear.domain.authority import Circle, Outline, Ring
from otear.geo.frames import Floats

MAX_LATITUDE_DEG = 89.5
"""Outlines stay on this side of both poles."""

_GEOD = Geod(ellps="WGS84")
_STEP_M = 10_000.0
_CIRCLE_POINTS = 360
_TOUCH_DEG = 1e-7


def boundary(outline: Outline) -> Floats:
    """Points along an outline, (n, 2), every 10 km or closer, not closed.

    Longitudes go on past 180 degrees where the outline does, so that it can be drawn on a plane.
    """
    if isinstance(outline, Circle):
        azimuth = np.linspace(0.0, 360.0, _CIRCLE_POINTS, endpoint=False)
        start = np.full_like(azimuth, outline.lon_deg), np.full_like(azimuth, outline.lat_deg)
        lon, lat, _ = _GEOD.fwd(*start, azimuth, np.full_like(azimuth, outline.radius_m))
        points = np.column_stack([lon, lat])
    else:
        points = np.concatenate(
            [_edge(*edge) for edge in zip(outline.points, np.roll(outline.points, -1, axis=0).tolist(), strict=True)]
        )
    points[:, 0] = np.unwrap(points[:, 0], period=360.0)
    return points


def ring_problem(ring: Ring) -> str | None:
    """What makes a ring unusable, None where nothing does."""
    distinct = {(lon % 360.0, lat) for lon, lat in ring.points}
    if len(distinct) < 3:
        return f"has {len(distinct)} distinct points; an outline needs three"
    if len(distinct) < len(ring.points):
        return "has the same point twice"
    line = boundary(ring)
    closed_lon = np.unwrap(np.append(line[:, 0], line[0, 0]), period=360.0)
    if np.abs(line[:, 1]).max() > MAX_LATITUDE_DEG or abs(closed_lon[-1] - closed_lon[0]) > 180.0:
        return "runs over a pole or around it"
    if np.ptp(line[:, 0]) >= 180.0:
        return "spans half of the globe or more"
    if not shapely.LinearRing(line).is_simple:
        return "crosses or touches itself"
    return None


def circle_problem(circle: Circle) -> str | None:
    """What makes a circle unusable, None where nothing does."""
    to_pole_m = min(_GEOD.inv(circle.lon_deg, circle.lat_deg, circle.lon_deg, pole)[2] for pole in (-90.0, 90.0))
    margin_m = _GEOD.inv(0.0, MAX_LATITUDE_DEG, 0.0, 90.0)[2]
    return "runs over a pole or around it" if circle.radius_m > to_pole_m - margin_m else None


def holds(outline: Outline, hole: Outline) -> bool:
    """Whether a hole lies inside an outline and leaves something of it; they may touch."""
    outer, inner = boundary(outline), boundary(hole)
    inner[:, 0] += 360.0 * np.round((outer[:, 0].mean() - inner[:, 0].mean()) / 360.0)
    around, within = shapely.Polygon(outer), shapely.Polygon(inner)
    return bool(around.buffer(_TOUCH_DEG).covers(within) and not within.buffer(_TOUCH_DEG).covers(around))


def _edge(start: tuple[float, float], end: tuple[float, float]) -> Floats:
    """Points from the start of an edge until before its end, (n, 2)."""
    length_m = _GEOD.inv(*start, *end)[2]
    steps = int(np.ceil(length_m / _STEP_M))
    between = _GEOD.npts(*start, *end, steps - 1) if steps > 1 else []
    return np.array([start, *between])
