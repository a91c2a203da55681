"""A flight is watched: consent withdrawn, delays and fuel end it, and it goes home by a way that it may fly."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely

from otear.authority.decide import may_have_flown
from otear.domain.authority import Authority
from otear.domain.sortie import Sortie
from otear.errors import RefusedError
from otear.flight.kinematics import Flown, fly
from otear.flight.laying import laid_out, plan
from otear.flight.route import flight_model
from otear.flight.wind import Wind

from .surveys import (
    DEPART_US,
    MEDIUM,
    Standings,
    aircraft,
    at,
    changed,
    consent,
    level_ground,
    metres,
    orbit,
    sortie,
    strip,
    zone,
)

CRAFT = aircraft(MEDIUM)
WIND = Wind(8.0, 270.0, 1.0)
TOWN = zone("town", 0.0, 0.0, 6_000.0)
"""Between the base and the orbit: the way there leads round it, the straight way home through it."""
ROUND = sortie(
    MEDIUM,
    strip("out a", (-12_000.0, 12_000.0), (-2_000.0, 16_000.0)),
    strip("out b", (2_000.0, 16_000.0), (14_000.0, 9_000.0)),
    orbit("orbit", (15_000.0, 0.0), turns=6.0),
    strip("back b", (14_000.0, 9_000.0), (2_000.0, 16_000.0)),
    strip("back a", (-2_000.0, 16_000.0), (-12_000.0, 12_000.0)),
    base=at(-15_000.0, 0.0),
)
STRAIGHT = sortie(
    MEDIUM, strip("there", (-12_000.0, 0.0), (12_000.0, 0.0), depression_deg=90.0), base=at(-15_000.0, 0.0)
)


def flight(asked: Sortie, authority: Authority, wind: Wind = WIND, **options: Any) -> Flown:
    craft = options.pop("craft", CRAFT)
    rng = np.random.default_rng(2)
    return fly(asked, craft, authority, wind=wind, heights=level_ground, rng=rng, **options)


def line(flown: Flown) -> shapely.LineString:
    return shapely.LineString(np.stack(metres(flown.pose.lat, flown.pose.lon), axis=1))


def is_home(flown: Flown, asked: Sortie) -> bool:
    x, y = metres(np.asarray(flown.pose.lat)[-1], np.asarray(flown.pose.lon)[-1])
    base_x, base_y = metres(np.radians(asked.base.lat_deg), np.radians(asked.base.lon_deg))
    low = flown.route.parts[0].start_hae_m
    return bool(np.hypot(x - base_x, y - base_y) < 100.0 and abs(np.asarray(flown.pose.height_m)[-1] - low) < 20.0)


def test_the_authority_is_asked_all_along() -> None:
    standing = Standings()
    flown = flight(STRAIGHT, consent(standing=standing))
    assert flown.events == ()
    assert standing.asked > len(flown.route.parts) + flown.route.duration_s / 30.0


@pytest.mark.parametrize("share", [0.1, 0.4, 0.6, 0.95])
def test_a_revocation_in_flight_recalls_it_by_a_way_that_keeps_out_of_zones(share: float) -> None:
    whole = Standings()
    flight(ROUND, consent(TOWN, standing=whole))
    flown = flight(ROUND, consent(TOWN, standing=Standings(until=round(share * whole.asked))))
    (event,) = flown.events
    assert event.what == "recalled"
    assert event.why.startswith("revoked: ")
    assert event.time_us < flown.time_us[-1]
    after = flown.time_us > event.time_us
    assert (flown.task[after] == -1).all()
    assert (flown.task[~after] >= 0).any() or share == 0.1
    assert not line(flown).intersects(shapely.Point(0.0, 0.0).buffer(6_000.0, 64))
    assert is_home(flown, ROUND)
    assert flown.fuel.min() >= flight_model(CRAFT).fuel.reserve


def test_a_straight_way_home_is_taken_where_nothing_is_in_the_way() -> None:
    whole = Standings()
    flight(STRAIGHT, consent(standing=whole))
    flown = flight(STRAIGHT, consent(standing=Standings(until=round(0.4 * whole.asked))))
    (event,) = flown.events
    assert event.what == "recalled"
    assert is_home(flown, STRAIGHT)
    assert (flown.time_us[-1] - DEPART_US) / 1e6 < flown.route.duration_s - 100.0
    assert (flown.task == 0).any()


def test_it_comes_home_by_the_quickest_way_and_not_by_the_one_that_it_came() -> None:
    """Nothing is in the middle now: from the orbit in the east it leads straight over it."""
    whole = Standings()
    flight(ROUND, consent(standing=whole))
    flown = flight(ROUND, consent(standing=Standings(until=round(0.6 * whole.asked))))
    assert flown.task[np.searchsorted(flown.time_us, flown.events[0].time_us) - 1] == 2
    assert line(flown).intersects(shapely.Point(0.0, 0.0).buffer(3_000.0))
    assert is_home(flown, ROUND)


def test_a_flight_that_wind_delays_past_the_window_is_refused_in_flight_though_it_was_planned() -> None:
    """Planned in still air, to end a minute before the window does; flown against 18 m/s."""
    ends_us = laid_out(STRAIGHT, CRAFT, wind=Wind(), heights=level_ground).starts_us[-1]
    authority = consent(until_us=ends_us + 60_000_000)
    plan(STRAIGHT, CRAFT, authority, wind=Wind(), heights=level_ground, now_us=DEPART_US)
    late = Wind(18.0, 90.0, 1.0)
    with pytest.raises(RefusedError) as refusal:
        plan(STRAIGHT, CRAFT, authority, wind=late, heights=level_ground, now_us=DEPART_US)
    assert refusal.value.rule == "outside_window"
    flown = flight(STRAIGHT, authority, late, forecast=Wind())
    (event,) = flown.events
    assert event.what == "recalled"
    assert event.why.startswith("outside_window: ")
    assert is_home(flown, STRAIGHT)
    assert flown.time_us[-1] < ends_us + 60_000_000


def test_it_is_seen_early_enough_that_what_was_flown_was_allowed() -> None:
    ends_us = laid_out(STRAIGHT, CRAFT, wind=Wind(), heights=level_ground).starts_us[-1]
    authority = consent(until_us=ends_us + 60_000_000)
    flown = flight(STRAIGHT, authority, Wind(18.0, 90.0, 1.0), forecast=Wind())
    decision = may_have_flown(
        authority,
        flown.track(6),
        sensor=CRAFT.sensors[0].kind,
        purpose="find_laboratories",
        aircraft=CRAFT.registration,
        navigation_error_m=0.0,
        height_error_m=0.0,
    )
    assert decision.allowed, decision.because.en


def test_fuel_that_a_headwind_eats_brings_it_home_with_its_reserve() -> None:
    asked = replace(STRAIGHT, tasks=(*STRAIGHT.tasks, orbit("o", (12_000.0, 5_000.0), turns=1.0)))
    used = laid_out(asked, CRAFT, wind=Wind(), heights=level_ground).fuel_used
    craft = changed(CRAFT, capacity=8.0 + used * 1.06, reserve=8.0)
    assert flight(asked, consent(), Wind(), craft=craft).events == ()
    flown = flight(asked, consent(), Wind(20.0, 90.0, 1.0), forecast=Wind(), craft=craft)
    (event,) = flown.events
    assert event.what == "fuel"
    assert "are kept" in event.why
    assert is_home(flown, asked)
    assert flown.fuel.min() >= 8.0
    assert flown.fuel[-1] < 8.0 + 0.5 * used


def test_an_authority_of_another_day_is_not_flown_under() -> None:
    with pytest.raises(RefusedError):
        flight(STRAIGHT, consent(standing=Standings(until=0)))
