"""Routes: what is laid out for each kind of task, its times and its fuel, and what cannot be flown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otear.authority.path_doubts import path_doubt
from otear.authority.paths import Leg, Turn
from otear.domain.aircraft import Aircraft, Ceiling, Gimbal, Optics
from otear.domain.authority import Datum
from otear.domain.sortie import GroundPoint, Side, Sortie, Stare
from otear.errors import InputError, RefusedError
from otear.flight.laying import laid_out, plan
from otear.flight.route import TRANSIT, Route, flight_model, turn_radius_m
from otear.flight.wind import Wind
from otear.geo.frames import Floats

from .surveys import (
    DEPART_US,
    LARGE,
    MEDIUM,
    SMALL,
    aircraft,
    at,
    changed,
    consent,
    hills,
    level_ground,
    metres,
    orbit,
    sortie,
    strip,
    zone,
)

STILL = Wind()
TASKS = (
    strip("strip", (-5_000.0, 0.0), (5_000.0, 3_000.0)),
    orbit("orbit", (6_000.0, 6_000.0)),
    Stare("stare", (at(0.0, 9_000.0), at(500.0, 9_000.0)), 20.0, 2_500.0, Side.RIGHT, 1.2),
)


def route_of(asked: Sortie, name: str = MEDIUM, wind: Wind = STILL) -> Route:
    return laid_out(asked, aircraft(name), wind=wind, heights=level_ground)


def test_a_route_is_one_path_without_a_doubt_from_over_the_base_and_back() -> None:
    route = route_of(sortie(MEDIUM, *TASKS), wind=Wind(10.0, 200.0))
    assert path_doubt(route.path) is None
    assert [part.task for part in route.parts if part.task != TRANSIT] == sorted(
        part.task for part in route.parts if part.task != TRANSIT
    )
    assert {part.task for part in route.parts} == {TRANSIT, 0, 1, 2}
    first, last = route.parts[0], route.parts[-1]
    assert first.start_hae_m == last.end_hae_m
    assert 700.0 < first.start_hae_m < 800.0  # 300 m over the base at 500 m above the sea, the geoid 28 m below
    assert np.hypot(first.stroke.x_m - last.stroke.end[0], first.stroke.y_m - last.stroke.end[1]) < 1.0
    assert route.starts_us[0] == DEPART_US
    assert len(route.starts_us) == len(route.parts) + 1


@settings(deadline=None, max_examples=60)
@given(st.floats(0.0, 2.0 * np.pi), st.floats(-180.0, 180.0), st.floats(-60.0, 60.0), st.floats(1_000.0, 5_000.0))
def test_a_whole_turn_stays_a_whole_turn(course: float, lon: float, lat: float, radius_m: float) -> None:
    """Rounding once made a hair of some of them, so that nobody asked whether the circle may be flown."""
    base = GroundPoint(lat, lon)
    asked = sortie(MEDIUM, replace(orbit("o", (0.0, 0.0), radius_m), centre=base, turns=3.0), base=base)
    route = route_of(asked)
    for part, leg in zip(route.parts, route.path, strict=True):
        if isinstance(leg, Turn):
            turned = np.degrees(part.stroke.length_m / part.stroke.radius_m)
            assert abs(leg.sweep_deg - turned) < 0.1


def test_a_strip_is_flown_beside_its_line_at_the_depression_angle() -> None:
    for side, sign in ((Side.LEFT, 1.0), (Side.RIGHT, -1.0)):
        route = route_of(sortie(MEDIUM, replace(TASKS[0], side=side)))
        (leg,) = (leg for leg, part in zip(route.path, route.parts, strict=True) if part.task == 0)
        assert isinstance(leg, Leg)
        x, y = metres(
            np.radians([leg.start.lat_deg, leg.end.lat_deg]), np.radians([leg.start.lon_deg, leg.end.lon_deg])
        )
        assert np.hypot(x[1] - x[0], y[1] - y[0]) == pytest.approx(np.hypot(10_000.0, 3_000.0), rel=1e-3)
        along = np.array([10_000.0, 3_000.0]) / np.hypot(10_000.0, 3_000.0)
        right_m = (x - -5_000.0) * along[1] - y * along[0]
        above = leg.start.height_hae_m - 450.0
        assert sign * right_m == pytest.approx(above / np.tan(np.radians(60.0)), abs=10.0)


def test_straight_down_is_flown_over_the_line() -> None:
    route = route_of(sortie(MEDIUM, replace(TASKS[0], depression_deg=90.0)))
    (part,) = (part for part in route.parts if part.task == 0)
    x, y = route.chart.xy([TASKS[0].start.lon_deg], [TASKS[0].start.lat_deg])[0]
    assert (part.stroke.x_m, part.stroke.y_m) == pytest.approx((x, y))


def test_circles_have_the_wing_down_that_was_asked_for() -> None:
    for side in Side:
        route = route_of(sortie(MEDIUM, replace(TASKS[1], side=side, turns=1.5)))
        circles = [part.stroke for part in route.parts if part.task == 0]
        assert sum(stroke.length_m for stroke in circles) == pytest.approx(1.5 * 2.0 * np.pi * 3_000.0)
        assert {stroke.radius_m for stroke in circles} == {3_000.0 if side is Side.RIGHT else -3_000.0}


def test_times_are_those_of_the_wind_triangle() -> None:
    task = strip("north", (0.0, -5_000.0), (0.0, 5_000.0), depression_deg=90.0)

    def seconds(wind: Wind) -> float:
        route = route_of(sortie(MEDIUM, task), wind=wind)
        index = [part.task for part in route.parts].index(0)
        return (route.starts_us[index + 1] - route.starts_us[index]) / 1e6

    cruise = aircraft(MEDIUM).speeds.cruise_mps
    assert seconds(STILL) == pytest.approx(10_000.0 / cruise, rel=1e-3)
    assert seconds(Wind(15.0, 0.0)) == pytest.approx(10_000.0 / (cruise - 15.0), rel=1e-3)
    assert seconds(Wind(15.0, 180.0)) == pytest.approx(10_000.0 / (cruise + 15.0), rel=1e-3)
    assert seconds(Wind(15.0, 90.0)) == pytest.approx(10_000.0 / np.sqrt(cruise**2 - 15.0**2), rel=1e-3)


def test_turns_are_wide_enough_for_the_bank_and_for_the_rate_of_turn() -> None:
    for name in (MEDIUM, LARGE, SMALL):
        craft = aircraft(name)
        for wind in (STILL, Wind(5.0, 0.0, 0.5)):
            fast = craft.speeds.cruise_mps + wind.strongest_mps
            radius_m = turn_radius_m(craft, craft.speeds.cruise_mps, wind)
            assert radius_m >= fast**2 / (9.80665 * np.tan(np.radians(craft.maximum_bank_deg)))
            assert fast / radius_m < np.radians(flight_model(craft).maximum_turn_rate_dps)


def without(craft: Aircraft, **changes: Any) -> Aircraft:
    return replace(craft, sensors=tuple(replace(sensor, **changes) for sensor in craft.sensors))


def unknown(lat: Floats, lon: Floats) -> Floats:
    return np.full(np.shape(lat), np.nan)


BARE = aircraft(MEDIUM)
NARROW = Gimbal(-60.0, 60.0, -90.0, 20.0)
SHALLOW = Gimbal(-360.0, 360.0, -20.0, 20.0)
COARSE = Optics((1.0, 30.0), 60.0, 0.0, 0.0, 0.0, 0.0)
FAR = strip("far", (0.0, 0.0), (9_000.0, 0.0))


@pytest.mark.parametrize(
    ("asked", "craft", "wind", "field"),
    [
        (sortie(MEDIUM, FAR), aircraft(LARGE), STILL, "aircraft"),
        (sortie(MEDIUM, FAR), replace(BARE, flight_model=None), STILL, "flight_model"),
        (sortie(MEDIUM, FAR), without(BARE, optics=None), STILL, "optics"),
        (sortie(MEDIUM, FAR), without(BARE, optics=COARSE), STILL, "tasks.far.hfov_deg"),
        (replace(sortie(MEDIUM, FAR), sensor="other"), BARE, STILL, "sensor"),
        (sortie(MEDIUM, FAR, height_msl_m=8_000.0), BARE, STILL, "height_msl_m"),
        (
            sortie(MEDIUM, FAR, height_msl_m=3_500.0),
            replace(BARE, ceiling=Ceiling(3_460.0, Datum.ELLIPSOID)),
            STILL,
            "height_msl_m",
        ),
        (sortie(MEDIUM, FAR, height_msl_m=700.0), BARE, STILL, "height_msl_m"),
        (sortie(MEDIUM, FAR), BARE, Wind(20.0, 0.0, 2.0), "wind"),
        (sortie(MEDIUM, orbit("tight", (0.0, 0.0), 300.0)), BARE, STILL, "tasks.tight.radius_m"),
        (sortie(MEDIUM, strip("dot", (0.0, 0.0), (1.0, 1.0))), BARE, STILL, "tasks.dot"),
        (sortie(MEDIUM, FAR), without(BARE, gimbal=NARROW), STILL, "tasks.far"),
        (sortie(MEDIUM, FAR), without(BARE, gimbal=SHALLOW), STILL, "tasks.far"),
        (sortie(MEDIUM, orbit("long", (0.0, 0.0), turns=200.0)), BARE, STILL, "tasks"),
        (sortie(MEDIUM, FAR), changed(BARE, capacity=9.0), STILL, "tasks"),
    ],
)
def test_what_cannot_be_flown_is_refused_by_its_field(asked: Sortie, craft: Aircraft, wind: Wind, field: str) -> None:
    with pytest.raises(InputError) as refusal:
        laid_out(asked, craft, wind=wind, heights=level_ground)
    assert refusal.value.field == field
    assert refusal.value.remedy


def test_nobody_flies_into_the_ground_or_over_ground_that_nobody_knows() -> None:
    asked = sortie(MEDIUM, orbit("o", (0.0, 0.0)), height_msl_m=1_000.0)
    laid_out(asked, BARE, wind=STILL, heights=hills)

    def peak(lat: Floats, lon: Floats) -> Floats:
        x, y = metres(lat, lon)
        return np.where(np.hypot(x - 3_000.0, y) < 1_000.0, 940.0, 450.0)

    for heights, why in ((peak, "over the ground"), (unknown, "not known")):
        with pytest.raises(InputError, match=why) as refusal:
            laid_out(asked, BARE, wind=STILL, heights=heights)
        assert refusal.value.field == "height_msl_m"


def test_a_plan_is_asked_of_the_authority() -> None:
    asked = sortie(MEDIUM, FAR)
    assert plan(asked, BARE, consent(), wind=STILL, heights=level_ground, now_us=DEPART_US).path
    for authority, rule in (
        (consent(zone("in the way", 4_000.0, -2_000.0, 1_000.0)), "excluded_zone"),
        (consent(until_us=DEPART_US + 60_000_000), "outside_window"),
        (consent(half_m=7_000.0), "outside_volume"),
    ):
        with pytest.raises(RefusedError) as refusal:
            plan(asked, BARE, authority, wind=STILL, heights=level_ground, now_us=DEPART_US)
        assert refusal.value.rule == rule


def test_the_margin_of_the_path_is_asked_for() -> None:
    """A zone that the path itself does not touch, but the aircraft might."""
    asked = sortie(MEDIUM, replace(FAR, depression_deg=90.0))
    for gap_m, allowed in ((100.0, True), (40.0, False)):
        authority = consent(zone("beside", 4_500.0, 1_000.0 + gap_m, 1_000.0))
        if allowed:
            plan(asked, BARE, authority, wind=STILL, heights=level_ground, now_us=DEPART_US)
        else:
            with pytest.raises(RefusedError):
                plan(asked, BARE, authority, wind=STILL, heights=level_ground, now_us=DEPART_US)
