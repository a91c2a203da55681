"""Boxes: the ground that may be looked at, cut into squares that are swept in one go, strip by strip.

A box is a square of a lattice on the plane of a `Chart` (metres east and north of its middle). Its strips are parallel
lines, as far apart as a sweep sees, cut where the authority ends or a zone is out of view.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely

from otear.authority.areas import region
from otear.authority.charts import GEODESIC, Chart
from otear.domain.authority import Area, Authority
from otear.errors import InputError
from otear.geo.frames import Floats
from otear.plan.survey.sweep import Sweep

_SHORTEST_M = 400.0
"""A shorter rest of a strip at a border is not flown."""
_MARGIN_M = 250.0
"""Beyond the strip's own width that is kept to the border of what may be looked at."""


class Heading(StrEnum):
    """Which way strips run."""

    EAST = "east"
    NORTH = "north"


@dataclass(frozen=True, eq=False)
class Box:
    """A square of `side_m`, its south-west corner at `corner_m` (east, north); `area_m2` of it may be looked at."""

    name: str
    row: int
    column: int
    corner_m: tuple[float, float]
    side_m: float
    area_m2: float

    @property
    def middle_m(self) -> tuple[float, float]:
        """Its middle on the plane."""
        return self.corner_m[0] + self.side_m / 2.0, self.corner_m[1] + self.side_m / 2.0


@dataclass(frozen=True, eq=False)
class Boxes:
    """Boxes on their plane. `columns` and `rows` are those of the whole lattice; `ground` is what may be looked at."""

    chart: Chart
    side_m: float
    rows: int
    columns: int
    boxes: tuple[Box, ...]
    ground: shapely.Geometry

    def __len__(self) -> int:
        return len(self.boxes)

    @property
    def west_m(self) -> float:
        """Where the lattice begins."""
        one = self.boxes[0]
        return one.corner_m[0] - one.column * self.side_m

    @property
    def south_m(self) -> float:
        """Where the lattice begins."""
        one = self.boxes[0]
        return one.corner_m[1] - one.row * self.side_m


def surveyed(authority: Authority, from_us: int, until_us: int) -> tuple[Chart, shapely.Geometry]:
    """What may be looked at from a time to another, as a shape on a plane: the survey, else the airspace, less every
    zone that is out of view at any time between. Raises `InputError` where that is nothing that can be drawn."""
    terms = authority.authorization
    during = [v.area for v in terms.volumes if v.window.start_us < until_us and v.window.end_us > from_us]
    drawn = region(tuple(terms.survey) or tuple(during)) if terms.survey or during else None
    if drawn is None:
        raise InputError(
            "there is no ground that it lets anybody look at in these days, or it cannot be drawn",
            field="authority",
            remedy="Plan for days within its window (`otear authority show`)",
        )
    shape = drawn.shape
    for zone in terms.exclusions:
        fallen = zone.window is not None and (zone.window.end_us <= from_us or zone.window.start_us >= until_us)
        if zone.view and not fallen:
            shape = shape.difference(on_plane(zone.area, drawn.chart).buffer(_MARGIN_M))
    return drawn.chart, shape


def open_air(authority: Authority, chart: Chart, from_us: int, until_us: int, reach_m: float) -> shapely.Geometry:
    """Ground over which an aircraft may be anywhere within `reach_m` at all times from one to another, as a shape on a
    plane: deep inside the airspace, and far from every zone that may not be flown through."""
    terms = authority.authorization
    shape: shapely.Geometry = shapely.union_all(
        [
            on_plane(one.area, chart)
            for one in terms.volumes
            if one.window.start_us <= from_us and one.window.end_us >= until_us
        ]
    ).buffer(-reach_m)
    for zone in terms.exclusions:
        if zone.flight:
            shape = shape.difference(on_plane(zone.area, chart).buffer(reach_m))
    shapely.prepare(shape)
    return shape


def boxes_of(chart: Chart, ground: shapely.Geometry, side_m: float) -> Boxes:
    """Cut ground into squares of `side_m`; those of which nothing may be looked at are left out.
    Raises `InputError` where none is left."""
    west, south, east, north = ground.bounds
    columns, rows = (max(int(np.ceil(long / side_m)), 1) for long in (east - west, north - south))
    # The lattice lies evenly over the ground: as much sticks out in the west as in the east.
    west -= (columns * side_m - (east - west)) / 2.0
    south -= (rows * side_m - (north - south)) / 2.0
    found = []
    shapely.prepare(ground)
    for row in range(rows):
        for column in range(columns):
            corner = west + column * side_m, south + row * side_m
            area = ground.intersection(shapely.box(*corner, corner[0] + side_m, corner[1] + side_m)).area
            if area > 0.0:
                name = f"{row + 1:02d}-{column + 1:02d}"
                found.append(Box(name, row, column, corner, side_m, float(area)))
    if not found:
        raise InputError("no ground may be looked at", field="authority", remedy="Plan for days within its window")
    return Boxes(chart, side_m, rows, columns, tuple(found), ground)


def inside(boxes: Boxes, sweep: Sweep) -> shapely.Geometry:
    """Where strips may run, so that what they show stays within what may be looked at."""
    inner = boxes.ground.buffer(-(sweep.swath_m / 2.0 + _MARGIN_M))
    shapely.prepare(inner)
    return inner


def strips_of(box: Box, within: shapely.Geometry, sweep: Sweep, heading: Heading) -> Floats:
    """The strips of a box, (n, 4): east and north of one end, east and north of the other; from south to north or from
    west to east, no further apart than the sweep allows, and cut where `within` ends."""
    (x, y), side = box.corner_m, box.side_m
    count = int(np.ceil(side / sweep.apart_m))
    rows = []
    for at in (np.arange(count) + 0.5) * side / count:
        ends = [(x, y + at), (x + side, y + at)] if heading is Heading.EAST else [(x + at, y), (x + at, y + side)]
        for part in shapely.get_parts(shapely.LineString(ends).intersection(within)):
            if part.geom_type == "LineString" and part.length >= _SHORTEST_M:
                rows.append(np.concatenate([part.coords[0], part.coords[-1]]))
    return np.array(rows).reshape(-1, 4)


def on_plane(area: Area, chart: Chart) -> shapely.Geometry:
    """An area of an authority or a request on another plane. Raises `InputError` where it cannot be drawn."""
    own = region((area,))
    if own is None:
        raise InputError("an area cannot be drawn", field="area", remedy="Mend its outline")
    drawn: shapely.Geometry = shapely.transform(own.shape, lambda xy: chart.xy(*lonlat(own.chart, xy)))
    return drawn


def lonlat(chart: Chart, points_m: Floats) -> tuple[Floats, Floats]:
    """Longitude and latitude in degrees of places on a plane, (n, 2)."""
    n = len(points_m)
    azimuth = np.degrees(np.arctan2(points_m[:, 0], points_m[:, 1]))
    lon, lat, _ = GEODESIC.fwd(
        np.full(n, chart.lon_deg), np.full(n, chart.lat_deg), azimuth, np.hypot(points_m[:, 0], points_m[:, 1])
    )
    return np.asarray(lon), np.asarray(lat)
