"""What is exported is the route: places within 1e-7 degrees, heights above what each format means."""

from __future__ import annotations

import json
from collections.abc import Iterator
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from otear.authority.paths import Leg
from otear.flight.exports import cot_events, geojson, kml, qgc_plan
from otear.flight.exports.kml import NAMESPACE
from otear.flight.exports.qgc_plan import LOITER_TO_ALTITUDE, LOITER_TURNS, WAYPOINT
from otear.flight.exports.stretches import stretches
from otear.flight.route import Route
from otear.geo.frames import Floats
from otear.geo.geoid import undulation

from .flights import DEPART_US, aircraft, authority, ground, route, sortie

WGS84 = Geod(ellps="WGS84")
PLACES = st.tuples(st.integers(-65, 65), st.integers(-180, 180))


def ends(flown: Route) -> Floats:
    """Longitude, latitude and height above the ellipsoid where the parts of the path begin, and where the last ends."""
    rows = []
    for part in flown.path:
        for at_end in (False, True):
            if isinstance(part, Leg):
                fix = part.end if at_end else part.start
                rows.append((fix.lon_deg, fix.lat_deg, fix.height_hae_m))
            else:
                bearing = part.to_bearing_deg if at_end else part.from_bearing_deg
                lon, lat, _ = WGS84.fwd(part.lon_deg, part.lat_deg, bearing, part.radius_m)
                rows.append((lon, lat, part.end_height_hae_m if at_end else part.start_height_hae_m))
    return np.array(rows)


def apart_deg(one: Floats, other: Floats) -> float:
    """The largest difference of longitudes and latitudes."""
    lon = (one[:, 0] - other[:, 0] + 180.0) % 360.0 - 180.0
    return float(max(np.abs(lon).max(), np.abs(one[:, 1] - other[:, 1]).max()))


def msl(places: Floats) -> Floats:
    return places[:, 2] - undulation(np.radians(places[:, 1]), np.radians(places[:, 0]))


def lines(geometry: dict[str, object]) -> Floats:
    """The first and the last place of a line, or of all of its pieces."""
    coordinates = geometry["coordinates"]
    assert isinstance(coordinates, list)
    pieces = [coordinates] if geometry["type"] == "LineString" else coordinates
    return np.array([pieces[0][0], pieces[-1][-1]])


def kml_lines(text: str) -> Iterator[Floats]:
    """The first and the last place of every part of the path in a KML document."""
    names = {"k": NAMESPACE}
    path = ElementTree.fromstring(text).find(".//k:Folder", names)
    assert path is not None
    for mark in path.findall("k:Placemark", names):
        found = [one.text or "" for one in mark.findall(".//k:coordinates", names)]
        rows = [tuple(map(float, row.split(","))) for row in " ".join(found).split()]
        yield np.array([rows[0], rows[-1]])


@settings(max_examples=12)
@given(place=PLACES)
@example(place=(24, 180))
@example(place=(-17, -180))
def test_every_format_says_where_the_route_is(place: tuple[int, int]) -> None:
    lat, lon = map(float, place)
    flown, asked, flies = route(lat, lon), sortie(lat, lon), aircraft()
    true = ends(flown)

    document = json.loads(json.dumps(geojson(flown, asked, flies, ground), allow_nan=False))
    parts = [one for one in document["features"] if one["properties"]["what"] in {"leg", "turn"}]
    found = np.concatenate([lines(one["geometry"]) for one in parts])
    assert apart_deg(found, true) < 1e-7
    assert np.abs(found[:, 2] - true[:, 2]).max() < 0.01

    found = np.concatenate(list(kml_lines(kml(flown, asked, flies, ground))))
    assert apart_deg(found, true) < 1e-7
    assert np.abs(found[:, 2] - msl(true)).max() < 0.01

    (event,) = cot_events(flown, asked, flies, now_us=DEPART_US)
    points = [one.attrib for one in ElementTree.fromstring(event).iter("link")]
    named = np.array([list(map(float, p["point"].split(","))) for p in points if p["type"] == "b-m-p-w"])[:, [1, 0, 2]]
    assert len(named) >= len(asked.tasks) + 2
    away = np.abs((true[:, None, :2] - named[None, :, :2] + 180.0) % 360.0 - 180.0).max(axis=2)
    higher = np.abs(true[:, None, 2] - named[None, :, 2])
    assert ((away < 1e-7) & (higher < 0.01)).any(axis=0).all()

    items = qgc_plan(flown, asked, flies, authority(lat, lon), ground)["mission"]["items"]
    goals = np.array([one["params"][4:7] for one in items if one["command"] == WAYPOINT])[:, [1, 0, 2]]
    for index in (index for index, one in enumerate(flown.path) if isinstance(one, Leg)):
        end = true[2 * index + 1]
        nearest = goals[
            np.argmin(np.abs((goals[:, 0] - end[0] + 180.0) % 360.0 - 180.0) + np.abs(goals[:, 1] - end[1]))
        ]
        assert apart_deg(nearest[None], end[None]) < 1e-7
        assert nearest[2] == pytest.approx(msl(end[None])[0], abs=0.01)


@pytest.mark.parametrize("name", ["medium-fixed-wing", "long-endurance", "multirotor"])
def test_chords_of_a_turn_stay_within_their_sagitta_and_all_of_it_is_there(name: str) -> None:
    """Also of whole turns whose two bearings differ by a rounding."""
    flown = route(name=name)
    for one, part in zip(stretches(flown, sagitta_m=1.0), flown.parts, strict=True):
        if isinstance(one.part, Leg):
            continue
        assert one.sweep_deg == pytest.approx(np.degrees(part.stroke.length_m / part.stroke.radius_m))
        xy = flown.chart.xy(one.lon_deg, one.lat_deg)
        lengths = np.hypot(*np.diff(xy, axis=0).T)
        assert lengths.sum() == pytest.approx(part.stroke.length_m, rel=0.03)
        middle = 0.5 * (xy[1:] + xy[:-1])
        away = np.hypot(*(middle - np.array(part.stroke.centre)).T)
        assert np.abs(away - abs(part.stroke.radius_m)).max() < 1.2 or abs(one.sweep_deg) < 1e-6


def test_a_route_over_the_antimeridian_is_cut_there() -> None:
    flown, asked = route(24.0, 180.0), sortie(24.0, 180.0)
    document = geojson(flown, asked, aircraft(), ground)
    crossing = [one for one in document["features"] if one["geometry"] and one["geometry"]["type"] == "MultiLineString"]
    assert crossing
    for feature in document["features"]:
        geometry = feature["geometry"]
        if geometry is None or geometry["type"] in {"Point", "MultiPoint"}:
            continue
        nested = geometry["coordinates"]
        pieces = {
            "LineString": [nested], "MultiLineString": nested, "Polygon": nested,
            "MultiPolygon": [ring for polygon in nested for ring in polygon],
        }[geometry["type"]]  # fmt: skip
        for piece in pieces:
            lon = np.array([place[0] for place in piece])
            assert np.abs(np.diff(lon)).max() < 1.0
            assert np.abs(lon).max() <= 180.0


def test_plan_commands_that_circle_are_about_the_circles_of_the_route() -> None:
    items = qgc_plan(route(), sortie(), aircraft(), authority(), ground)["mission"]["items"]
    circles = [one["params"] for one in items if one["command"] in {LOITER_TURNS, LOITER_TO_ALTITUDE}]
    centres = {(round(one.lat_deg, 8), round(one.lon_deg, 8)) for one in route().path if not isinstance(one, Leg)}
    assert circles
    assert {(one[4], one[5]) for one in circles} <= centres
