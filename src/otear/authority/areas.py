"""Whether paths and footprints lie inside areas, or touch them, with a margin all around.

Everything is decided on a chart about the area (`charts`), and never in favour of the one who asks: the margin is
widened by what the chart may stretch and by `TOLERANCE_M`, which is more than all approximations together: chords of
arcs and geodesics on both sides (0.05 m each way, twice) and the joints between areas. What is found inside *is*
inside; what comes within the tolerance of an edge is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
import shapely
from numpy.typing import NDArray

from otear.authority.charts import GEODESIC, REACH_M, Chart, chord_steps, closed_edges, middle, stretch
from otear.domain.authority import Area, Circle, Outline
from otear.geo.frames import Floats, ecef_from_geodetic

TOLERANCE_M = 0.25
"""What is nearer than this to an edge, margin included, counts as beyond it."""
JOINT_M = 0.1
"""Areas that leave a gap of at most this between them count as joined: corners are rounded when they are written."""

Bools = NDArray[np.bool_]


class Shapes(Protocol):
    """n pieces of path or footprints whose place is asked for."""

    @property
    def count(self) -> int:
        """n."""
        ...

    def near(self, centre_ecef: Floats, distance_m: float) -> Bools:
        """Shape (n,): which may come within a distance of a centre; the others certainly do not."""
        ...

    def drawn(self, chart: Chart, which: Bools) -> tuple[NDArray[np.object_], Floats]:
        """Those of them on a chart: k geometries, and one point of each, shape (k, 2)."""
        ...


@dataclass(frozen=True, eq=False)
class Region:
    """The union of areas on a chart: its shape, the segments of its rim, and how far it reaches from the centre.

    `joint_m` is how much wider than the areas it was drawn, so that neighbours join.
    """

    chart: Chart
    shape: Any
    rim: Any
    reach_m: float
    joint_m: float

    def room_m(self, margin_m: float) -> float:
        """The distance on the chart that a margin must be given, so that no approximation eats into it."""
        return margin_m * stretch(self.reach_m + margin_m) + TOLERANCE_M + self.joint_m

    def lie(self, shapes: Shapes, margin_m: float, among: Bools | None) -> tuple[Bools, Bools]:
        """Which of n shapes lie inside or across (first), and which are clear of the rim by the margin (second).

        Those that are not `among` them are neither.
        """
        room_m = self.room_m(margin_m)
        centre = ecef_from_geodetic(np.radians(self.chart.lat_deg), np.radians(self.chart.lon_deg), 0.0)
        asked = np.ones(shapes.count, dtype=np.bool_) if among is None else among
        near = asked & shapes.near(centre, self.reach_m + room_m)
        inside, clear = np.zeros(shapes.count, dtype=np.bool_), asked.copy()
        geometries, points = shapes.drawn(self.chart, near)
        touching = self.rim.query_nearest(geometries, max_distance=room_m, all_matches=False)[0]
        clear[np.flatnonzero(near)[touching]] = False
        inside[near] = shapely.contains_xy(self.shape, points[:, 0], points[:, 1])
        return inside, clear

    def depth_m(self, lon_deg: float, lat_deg: float) -> float:
        """Roughly how far inside a place lies, negative outside; what is told to people, not what is decided by."""
        point = shapely.Point(self.chart.xy([lon_deg], [lat_deg])[0])
        distance = float(point.distance(self.shape.boundary))
        return distance if self.shape.contains(point) else -distance


def inside(area: Area, shapes: Shapes, margin_m: float, among: Bools | None = None) -> Bools:
    """Which shapes lie in an area with `margin_m` all around them, holes left out. False where it cannot be told.

    Shape (n,); with `among`, shape (n,), only those are looked at and the others are False.
    """
    return within_union((area,), shapes, margin_m, among)


def within_union(areas: tuple[Area, ...], shapes: Shapes, margin_m: float, among: Bools | None = None) -> Bools:
    """Which shapes lie, with `margin_m` all around them, in what several areas cover together; else like `inside`."""
    idle = among is not None and not among.any()
    drawn = None if idle else region(areas)
    if drawn is None:
        return np.zeros(shapes.count, dtype=np.bool_)
    within, clear = drawn.lie(shapes, margin_m, among)
    return within & clear


def touches(area: Area, shapes: Shapes, margin_m: float, among: Bools | None = None) -> Bools:
    """Which shapes come within `margin_m` of an area, or are in it. True where it cannot be told.

    Shape (n,); with `among`, shape (n,), only those are looked at and the others are False.
    """
    asked = np.ones(shapes.count, dtype=np.bool_) if among is None else among
    drawn = region((area,)) if asked.any() else None
    if drawn is None:
        return asked.copy()
    within, clear = drawn.lie(shapes, margin_m, asked)
    return asked & (within | ~clear)


@lru_cache(maxsize=256)
def region(areas: tuple[Area, ...]) -> Region | None:
    """The union of areas, drawn; None where it cannot be decided on.

    That is where one chart cannot show it (it reaches more than `REACH_M` from its middle), an outline has fewer than
    three corners, crosses itself or encloses nothing, or a number is not finite.
    """
    centre = _centre(areas)
    if centre is None:
        return None
    chart = Chart(*centre)
    shapes = [_drawn(area, chart) for area in areas]
    if any(shape is None for shape in shapes):
        return None
    joint_m = JOINT_M / 2.0 if len(areas) > 1 else 0.0
    shape = shapely.union_all(shapely.buffer(shapes, joint_m)) if joint_m else shapes[0]
    shapely.prepare(shape)
    segments = _segments(shape)
    reach_m = float(np.hypot(*shapely.get_coordinates(shape).T).max(initial=0.0))
    return Region(chart, shape, shapely.STRtree(segments), reach_m, joint_m)


def _centre(areas: tuple[Area, ...]) -> tuple[float, float] | None:
    """Amid the outlines of areas; None where there is no such place."""
    corners: list[tuple[float, float]] = []
    for outline in (area.outline for area in areas):
        corners += [(outline.lon_deg, outline.lat_deg)] if isinstance(outline, Circle) else outline.points
    return middle(*np.array(corners).T) if corners and np.isfinite(corners).all() else None


def _drawn(area: Area, chart: Chart) -> Any | None:
    """An area's shape on a chart, None where it cannot be drawn."""
    polygons = []
    for outline in (area.outline, *area.holes):
        points = _points(outline)
        if points is None:
            return None
        ring = chart.xy(*points.T)
        polygon = shapely.Polygon(ring)
        if np.hypot(*ring.T).max() > REACH_M or not polygon.is_valid or polygon.area <= 0.0:
            return None
        polygons.append(polygon)
    return shapely.difference(polygons[0], shapely.union_all(polygons[1:])) if area.holes else polygons[0]


def _points(outline: Outline) -> Floats | None:
    """An outline's points, close enough for a chart, shape (m, 2), longitude and latitude; None where it is none."""
    if isinstance(outline, Circle):
        if not (np.isfinite([outline.lon_deg, outline.lat_deg]).all() and 0.0 < outline.radius_m <= REACH_M):
            return None
        count = max(64, int(np.ceil(2.0 * np.pi / chord_steps(outline.radius_m))))
        lon, lat = np.full(count, outline.lon_deg), np.full(count, outline.lat_deg)
        lon, lat, _ = GEODESIC.fwd(lon, lat, np.arange(count) * 360.0 / count, np.full(count, outline.radius_m))
        return np.stack([lon, lat], axis=-1)
    corners = np.array(outline.points, dtype=np.float64)
    if corners.ndim != 2 or len(corners) < 3 or not np.isfinite(corners).all() or np.abs(corners[:, 1]).max() > 90.0:
        return None
    return closed_edges(corners[:, 0], corners[:, 1], np.roll(np.arange(len(corners)), -1))[1]


def _segments(shape: Any) -> NDArray[np.object_]:
    """Each straight piece of a polygon's rim, as a line."""
    coordinates, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(shape)), return_index=True)
    joined = ring[1:] == ring[:-1]
    lines: NDArray[np.object_] = shapely.linestrings(np.stack([coordinates[:-1], coordinates[1:]], axis=1)[joined])
    return lines
