"""QGroundControl plans: the keys that its guide asks for, commands that fly the route, a fence that keeps it."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely

from otear.domain.authority import AltitudeBand, Area, Circle, Datum, Exclusion, Ring, Window
from otear.domain.sortie import Side
from otear.errors import InputError
from otear.flight.exports import qgc_plan
from otear.flight.exports.fence import left_out
from otear.flight.exports.qgc_plan import (
    CHANGE_SPEED,
    LOITER_TO_ALTITUDE,
    LOITER_TURNS,
    LOOK_AHEAD,
    LOOK_AT,
    POINT_MOUNT,
    RETURN,
    SAGITTA_M,
    TAKE_OFF,
    WAYPOINT,
)
from otear.flight.exports.stretches import stretches
from otear.flight.laying import laid_out
from otear.geo.geoid import undulation

from .flights import DEPART_US, GROUND_HAE_M, HOUR_US, WIND, aircraft, authority, ground, route, sortie


def plan(name: str = "medium-fixed-wing", *exclusions: Exclusion, hole: bool = False) -> dict[str, Any]:
    made = qgc_plan(
        route(name=name), sortie(name=name), aircraft(name), authority(24.8, -107.1, *exclusions, hole=hole), ground
    )
    document: dict[str, Any] = json.loads(json.dumps(made, allow_nan=False))
    return document


def commands(document: dict[str, Any]) -> list[int]:
    return [item["command"] for item in document["mission"]["items"]]


def test_it_has_what_the_guide_asks_for() -> None:
    document = plan()
    assert document["fileType"] == "Plan"
    assert document["version"] == 1
    mission = document["mission"]
    assert mission["version"] == 2
    assert set(mission) == {
        "version", "firmwareType", "vehicleType", "globalPlanAltitudeMode", "cruiseSpeed", "hoverSpeed",
        "plannedHomePosition", "items",
    }  # fmt: skip
    base = sortie().base
    assert mission["plannedHomePosition"] == pytest.approx([base.lat_deg, base.lon_deg, 120.0])
    assert mission["vehicleType"] == 1
    assert plan("multirotor")["mission"]["vehicleType"] == 2
    for number, item in enumerate(mission["items"], start=1):
        assert item["type"] == "SimpleItem"
        assert item["doJumpId"] == number
        assert len(item["params"]) == 7
        assert item["autoContinue"] is True
        height = {"AltitudeMode", "Altitude", "AMSLAltAboveTerrain"} & set(item)
        if item["frame"] == 0:  # above mean sea level, and all three keys or none
            assert len(height) == 3
            assert item["AltitudeMode"] == 2
            assert item["Altitude"] == item["params"][6]
        else:
            assert item["frame"] == 2
            assert not height


def test_it_takes_off_climbs_in_circles_and_returns() -> None:
    document = plan()
    found = commands(document)
    assert found[0] == TAKE_OFF
    assert found[-1] == RETURN
    climbs = [item["params"] for item in document["mission"]["items"] if item["command"] == LOITER_TO_ALTITUDE]
    assert len(climbs) == 2
    assert climbs[0][6] == pytest.approx(3_000.0, abs=0.5)
    assert climbs[1][6] == pytest.approx(420.0, abs=0.5)


@pytest.mark.parametrize(("side", "sign"), [(Side.RIGHT, 1.0), (Side.LEFT, -1.0)])
def test_an_orbit_is_a_loiter_of_its_turns_with_the_sign_of_its_side(side: Side, sign: float) -> None:
    orbit = replace(sortie().tasks[2], side=side)
    asked = replace(sortie(), tasks=(orbit,))
    flown = laid_out(asked, aircraft(), wind=WIND, heights=ground)
    items = qgc_plan(flown, asked, aircraft(), authority(), ground)["mission"]["items"]
    (at,) = [index for index, item in enumerate(items) if item["command"] == LOITER_TURNS]
    assert items[at]["params"][:3] == [2.0, 0.0, pytest.approx(sign * 2_500.0, abs=0.1)]
    assert items[at]["params"][4:6] == pytest.approx([orbit.centre.lat_deg, orbit.centre.lon_deg], abs=1e-7)
    look = items[at - 1]
    assert look["command"] == LOOK_AT
    lat, lon = np.radians(look["params"][4]), np.radians(look["params"][5])
    assert look["params"][6] == pytest.approx(GROUND_HAE_M - float(undulation(lat, lon)), abs=0.01)


def test_the_camera_is_pointed_at_each_task_and_let_go_after_it() -> None:
    document = plan()
    items = document["mission"]["items"]
    (abeam,) = [item["params"] for item in items if item["command"] == POINT_MOUNT]
    assert abeam[:3] == [-55.0, 0.0, -90.0]  # a strip on the left
    looks = [item["params"][4:6] for item in items if item["command"] == LOOK_AT]
    cells = [[cell.lat_deg, cell.lon_deg] for cell in sortie().tasks[1].cells]
    assert looks[:3] == [pytest.approx(cell, abs=1e-7) for cell in cells]
    assert commands(document).count(LOOK_AHEAD) == 1 + len(sortie().tasks)
    speeds = [item["params"][1] for item in items if item["command"] == CHANGE_SPEED]
    assert speeds[0] == 50.0
    assert 38.0 in speeds


def test_each_cell_of_a_stare_is_looked_at_for_its_dwell() -> None:
    """By the times of the route at the places where the camera goes on to the next cell."""
    items = plan()["mission"]["items"]
    circle = [one for one in stretches(route()) if one.task == 1]
    xy = np.concatenate([route().chart.xy(one.lon_deg, one.lat_deg) for one in circle])
    times = np.concatenate([one.time_us for one in circle])
    started, changes = False, []
    for before, item in pairwise(items):
        if item["command"] == LOOK_AT and before["command"] == WAYPOINT and started:
            x, y = route().chart.xy([before["params"][5]], [before["params"][4]])[0]
            changes.append(times[np.argmin(np.hypot(*(xy - (x, y)).T))])
        started |= item["command"] == LOOK_AT
        if item["command"] == LOOK_AHEAD and started:
            break
    assert len(changes) >= 2
    step_s = np.diff([times[0], *changes]) / 1e6
    assert np.abs(step_s - 21.0).max() < 4.0  # the dwell and a second; samples stand some seconds apart


@pytest.mark.parametrize("name", ["medium-fixed-wing", "multirotor"])
def test_straight_flight_between_the_items_stays_beside_the_route(name: str) -> None:
    flown = route(name=name)
    path = shapely.LineString(
        np.concatenate([flown.chart.xy(one.lon_deg, one.lat_deg) for one in stretches(flown, sagitta_m=0.1)])
    )
    items = plan(name)["mission"]["items"]
    corners: list[Any] = []
    for item in items:
        lat, lon = item["params"][4:6]
        if item["command"] in {LOITER_TURNS, LOITER_TO_ALTITUDE}:
            corners.append(None)
        elif item["command"] == WAYPOINT:
            corners.append(flown.chart.xy([lon], [lat])[0])
    legs = [(a, b) for a, b in pairwise(corners) if a is not None and b is not None]
    assert len(legs) > 20
    for leg in legs:
        points = shapely.line_interpolate_point(shapely.LineString(leg), np.linspace(0.0, 1.0, 9), normalized=True)
        assert shapely.distance(points, path).max() < SAGITTA_M + 0.5
    if name == "multirotor":
        assert not {LOITER_TURNS, LOITER_TO_ALTITUDE} & set(commands(plan(name)))


def zone(name: str, lat: float, lon: float, radius_m: float = 1_000.0, **how: Any) -> Exclusion:
    return Exclusion(name, Area(Circle(lon, lat, radius_m)), **{"flight": True, "view": False, **how})


def test_the_fence_keeps_the_route_in_and_holds_what_is_in_force() -> None:
    away = (25.1, -107.4)
    zones = (
        zone("town", *away),
        zone("watch only", 25.1, -107.3, flight=False, view=True),
        zone("low", 25.1, -107.2, altitude=AltitudeBand(0.0, 200.0, Datum.EGM96)),
        zone("tomorrow", 25.1, -107.1, window=Window(DEPART_US + 24 * HOUR_US, DEPART_US + 48 * HOUR_US)),
        Exclusion("field", Area(Ring(((-107.5, 24.4), (-107.4, 24.4), (-107.4, 24.5)))), flight=True, view=False),
    )
    fence = plan("medium-fixed-wing", *zones, hole=True)["geoFence"]
    assert fence["version"] == 2
    assert {(tuple(one["circle"]["center"]), one["inclusion"]) for one in fence["circles"]} == {
        (away, False),
        ((25.2, -107.5), False),
    }
    assert [one["inclusion"] for one in fence["polygons"]] == [True, False]
    inside = shapely.Polygon([(lon, lat) for lat, lon in fence["polygons"][0]["polygon"]])
    assert not inside.exterior.is_ccw
    assert len(fence["polygons"][0]["polygon"]) > 4  # followed along its geodesics
    for one in stretches(route()):
        assert shapely.covers(inside, shapely.points(one.lon_deg, one.lat_deg)).all()


def test_a_zone_that_the_route_flies_over_is_left_out_by_name() -> None:
    base = sortie().base
    under = zone("under", base.lat_deg, base.lon_deg, altitude=AltitudeBand(0.0, 390.0, Datum.ELLIPSOID))
    above = zone("above", base.lat_deg, base.lon_deg, altitude=AltitudeBand(2_000.0, 2_500.0, Datum.EGM96))
    assert left_out(route(), authority(24.8, -107.1, under)) == ()
    assert left_out(route(), authority(24.8, -107.1, above)) == ("above",)
    assert plan("medium-fixed-wing", above)["geoFence"]["circles"] == []


def test_a_place_whose_ground_nobody_knows_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        qgc_plan(route(), sortie(), aircraft(), authority(), lambda lat, lon: ground(lat, lon) * np.nan)
    assert caught.value.field == "tasks"
