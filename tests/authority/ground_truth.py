"""Areas, paths and authorities made up for tests, and an oracle for where they are that shares nothing with `charts`.

The oracle draws an area in a transverse Mercator of its own, edges sampled finely along geodesics: which side of a line
a place is on does not depend on the projection. How far outside a place lies is measured along the ellipsoid.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from hypothesis import strategies as st
from pyproj import Geod, Proj

from otear.authority.paths import Fix, Leg, Turn, TurnDirection
from otear.domain.authority import (
    AltitudeBand,
    Approval,
    Area,
    Authority,
    Authorization,
    Circle,
    Datum,
    Exclusion,
    Outline,
    ProductKind,
    Recipient,
    Retention,
    Revocation,
    Ring,
    SensorKind,
    Volume,
    Window,
)
from otear.domain.bilingual import Bilingual
from otear.geo.frames import Floats

GEOD = Geod(ellps="WGS84")
DAY_US = 86_400_000_000
START_US = 1_735_689_600_000_000
"""2025-01-01T00:00:00Z, when everything made up here begins."""
NOW_US = START_US + DAY_US
ALWAYS = Window(START_US, START_US + 30 * DAY_US)
ANY_HEIGHT = AltitudeBand(0.0, 10_000.0, Datum.ELLIPSOID)
FACTS: dict[str, Any] = {
    "sensor": SensorKind.VISIBLE,
    "purpose": "search",
    "aircraft": "XA-OTR",
    "height_error_m": 0.0,
}


@dataclass
class Standings:
    """Answers with whatever is put into it, and counts how often it was asked."""

    answer: Revocation | None = None
    asked: int = 0
    ids: list[str] = field(default_factory=list)

    def revocation(self, authority_id: str) -> Revocation | None:
        self.asked += 1
        self.ids.append(authority_id)
        return self.answer


def volume(area: Area, *, name: str = "north", altitude: AltitudeBand = ANY_HEIGHT, window: Window = ALWAYS) -> Volume:
    return Volume(name, area, altitude, window)


def authority(
    *volumes: Volume,
    exclusions: tuple[Exclusion, ...] = (),
    survey: tuple[Area, ...] = (),
    standing: Standings | None = None,
    approved: Window = ALWAYS,
    reviews_us: tuple[int, int] = (ALWAYS.end_us, ALWAYS.end_us),
    authority_id: str = "a1",
    before: tuple[Authority, ...] = (),
) -> Authority:
    nothing = Bilingual("", "")
    terms = Authorization(
        host="MEX",
        reference="SRE-1",
        title=nothing,
        issued_us=START_US,
        volumes=volumes,
        exclusions=exclusions,
        survey=survey,
        purposes=frozenset({"search"}),
        site_kinds=frozenset({"laboratory"}),
        sensors=frozenset({SensorKind.VISIBLE}),
        aircraft=frozenset({"XA-OTR"}),
        recipients=(Recipient("fgr", Bilingual("FGR", "FGR"), frozenset({ProductKind.REPORT})),),
        retention=Retention(30, 60, 90, 120),
        conditions=(),
        review_by_us=reviews_us[0],
    )
    approval = Approval("00", "programme", nothing, START_US, approved, reviews_us[1])
    return Authority(authority_id, "00", terms, approval, standing or Standings(), before)


def offset(lon: float, lat: float, bearing_deg: float, distance_m: float) -> tuple[float, float]:
    """The place at a bearing and distance from another."""
    there = GEOD.fwd(lon, lat, bearing_deg, distance_m)
    return float(there[0]), float(there[1])


class Truth:
    """An outline as the oracle sees it."""

    def __init__(self, outline: Outline) -> None:
        self.outline = outline
        if isinstance(outline, Circle):
            return
        (lon, lat), n = outline.points[0], len(outline.points)
        self.plane = Proj(proj="tmerc", lon_0=lon, lat_0=lat, ellps="WGS84")
        edge = []
        for i in range(n):
            start, end = outline.points[i], outline.points[(i + 1) % n]
            length_m = GEOD.inv(*start, *end)[2]
            edge += [start, *GEOD.npts(*start, *end, max(1, int(length_m // 1_000.0)))]
        x, y = self.plane(*np.array(edge).T)
        self.polygon = shapely.Polygon(np.stack([x, y], axis=1))

    def beyond_m(self, lon: Floats, lat: Floats) -> Floats:
        """How far outside places lie, along the ellipsoid; 0 inside."""
        return self._from_edge_m(lon, lat, within=False)

    def depth_m(self, lon: Floats, lat: Floats) -> Floats:
        """How far inside places lie, along the ellipsoid; 0 outside."""
        return self._from_edge_m(lon, lat, within=True)

    def _from_edge_m(self, lon: Floats, lat: Floats, *, within: bool) -> Floats:
        if isinstance(self.outline, Circle):
            middle = np.full(lon.shape, self.outline.lon_deg), np.full(lon.shape, self.outline.lat_deg)
            outside = np.asarray(GEOD.inv(*middle, lon, lat)[2]) - self.outline.radius_m
            return np.maximum(-outside if within else outside, 0.0)
        x, y = self.plane(lon, lat)
        asked = shapely.contains_xy(self.polygon, x, y) == within
        ring, points = self.polygon.exterior, shapely.points(x[asked], y[asked])
        nearest = shapely.line_interpolate_point(ring, shapely.line_locate_point(ring, points))
        edge_lon, edge_lat = self.plane(shapely.get_x(nearest), shapely.get_y(nearest), inverse=True)
        result = np.zeros(lon.shape)
        result[asked] = GEOD.inv(edge_lon, edge_lat, lon[asked], lat[asked])[2]
        return result


@lru_cache(maxsize=64)
def truth(outline: Outline) -> Truth:
    return Truth(outline)


def beyond_m(area: Area, lon: Floats, lat: Floats) -> Floats:
    """How far places are outside an area or inside one of its holes; 0 where they are in the area."""
    outside = truth(area.outline).beyond_m(lon, lat)
    return np.maximum.reduce([outside, *(truth(hole).depth_m(lon, lat) for hole in area.holes)])


def depth_m(area: Area, lon: Floats, lat: Floats) -> Floats:
    """How far inside an area places are; 0 outside of it and in its holes."""
    within = truth(area.outline).depth_m(lon, lat)
    return np.minimum.reduce([within, *(truth(hole).beyond_m(lon, lat) for hole in area.holes)])


def sampled(part: Leg | Turn, count: int = 100) -> tuple[Floats, Floats, Floats]:
    """Longitude, latitude and height along a leg or a turn, densely."""
    share = np.linspace(0.0, 1.0, count)
    if isinstance(part, Leg):
        a, b = part.start, part.end
        azimuth, _, length_m = GEOD.inv(a.lon_deg, a.lat_deg, b.lon_deg, b.lat_deg)
        here = np.full(count, a.lon_deg), np.full(count, a.lat_deg)
        lon, lat, _ = GEOD.fwd(*here, np.full(count, azimuth), share * length_m)
        return np.asarray(lon), np.asarray(lat), a.height_hae_m + share * (b.height_hae_m - a.height_hae_m)
    here = np.full(count, part.lon_deg), np.full(count, part.lat_deg)
    turned = (part.to_bearing_deg - part.from_bearing_deg) % 360.0 or 360.0
    if part.direction == TurnDirection.LEFT:
        turned = -((part.from_bearing_deg - part.to_bearing_deg) % 360.0 or 360.0)
    lon, lat, _ = GEOD.fwd(*here, part.from_bearing_deg + share * turned, np.full(count, part.radius_m))
    rise = part.end_height_hae_m - part.start_height_hae_m
    return np.asarray(lon), np.asarray(lat), part.start_height_hae_m + share * rise


def around(lon: Floats, lat: Floats, margin_m: float) -> tuple[Floats, Floats]:
    """Places and, all around each of them at a margin, eight more."""
    bearings = np.tile(np.arange(0.0, 360.0, 45.0), lon.size)
    rim = GEOD.fwd(np.repeat(lon, 8), np.repeat(lat, 8), bearings, np.full(bearings.size, margin_m))
    return np.concatenate([lon, rim[0]]), np.concatenate([lat, rim[1]])


@dataclass(frozen=True)
class Setting:
    """A made-up area, its centre and size."""

    lon_deg: float
    lat_deg: float
    size_m: float
    area: Area


_SHARE = st.floats(0.0, 1.0)
_BEARING = st.floats(0.0, 360.0)


@st.composite
def outlines(draw: st.DrawFn, lon: float, lat: float, size_m: float) -> Outline:
    """A circle, or a star of three to nine corners, about a place."""
    if draw(st.booleans()):
        return Circle(lon, lat, size_m * draw(st.floats(0.6, 1.0)))
    count = draw(st.integers(3, 9))
    turn = draw(_BEARING)
    bearings = [turn + (i + draw(st.floats(-0.3, 0.3))) * 360.0 / count for i in range(count)]
    return Ring(tuple(offset(lon, lat, b, size_m * draw(st.floats(0.6, 1.0))) for b in bearings))


@st.composite
def settings_of_areas(draw: st.DrawFn) -> Setting:
    """Areas of 10 m to 300 km, anywhere but at the poles, often on the antimeridian, often with holes."""
    lon = draw(st.one_of(st.sampled_from([180.0, -179.9999, 0.0]), st.floats(-180.0, 180.0)))
    lat = draw(st.floats(-75.0, 75.0))
    size_m = 10.0 ** draw(st.floats(1.0, 5.48))
    outline = draw(outlines(lon, lat, size_m))
    holes = []
    if draw(st.booleans()):
        at = offset(lon, lat, draw(_BEARING), size_m * draw(_SHARE) * 0.4)
        holes.append(draw(outlines(*at, size_m * draw(st.floats(0.02, 0.15)))))
    return Setting(lon, lat, size_m, Area(outline, tuple(holes)))


@st.composite
def fixes(draw: st.DrawFn, setting: Setting, time_us: int) -> Fix:
    """A place in or about an area."""
    lon, lat = offset(setting.lon_deg, setting.lat_deg, draw(_BEARING), setting.size_m * draw(_SHARE) * 0.8)
    return Fix(lon, lat, draw(st.floats(100.0, 4_000.0)), time_us)


@st.composite
def legs(draw: st.DrawFn, setting: Setting) -> Leg:
    return Leg(draw(fixes(setting, NOW_US)), draw(fixes(setting, NOW_US + 600_000_000)))


@st.composite
def turns(draw: st.DrawFn, setting: Setting) -> Turn:
    lon, lat = offset(setting.lon_deg, setting.lat_deg, draw(_BEARING), setting.size_m * draw(_SHARE) * 0.4)
    return Turn(
        lon,
        lat,
        setting.size_m * draw(st.floats(0.01, 0.5)),
        draw(_BEARING),
        draw(_BEARING),
        draw(st.sampled_from(TurnDirection)),
        draw(st.floats(100.0, 4_000.0)),
        draw(st.floats(100.0, 4_000.0)),
        NOW_US,
        NOW_US + 600_000_000,
    )


@st.composite
def margins(draw: st.DrawFn, setting: Setting) -> float:
    """Nothing, or up to a fifteenth of the area's size."""
    return draw(st.one_of(st.just(0.0), st.floats(0.0, 1.0))) * setting.size_m / 15.0
