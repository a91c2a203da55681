"""Flights as they are flown: true states, the wind triangle, fuel, and the same bytes from the same seed."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from otear.authority.charts import GEODESIC, Chart
from otear.flight.attitude import convergence
from otear.flight.fuel import burn
from otear.flight.guidance import RATE_HZ
from otear.flight.kinematics import Flown, fly
from otear.flight.route import flight_model
from otear.flight.wind import Wind
from otear.geo.frames import nearest_turn

from .surveys import DEPART_US, LARGE, MEDIUM, SMALL, aircraft, at, consent, level_ground, orbit, sortie, strip

TASKS = (strip("strip", (-8_000.0, 0.0), (8_000.0, 2_000.0)), orbit("orbit", (6_000.0, 6_000.0)))
BREEZE = Wind(12.0, 300.0, 1.0)


@cache
def flown(name: str = MEDIUM, wind: Wind = BREEZE, seed: int = 1) -> Flown:
    if name == SMALL:
        tasks = (strip("strip", (-14_500.0, -15_000.0), (-14_000.0, -14_500.0), hfov_deg=30.0),)
        asked = sortie(name, *tasks, height_msl_m=900.0)
    else:
        asked = sortie(name, *TASKS)
    rng = np.random.default_rng(seed)
    return fly(asked, aircraft(name), consent(), wind=wind, heights=level_ground, rng=rng)


def test_states_come_thirty_times_a_second_from_the_departure_on() -> None:
    flight = flown()
    assert np.array_equal(flight.time_us, DEPART_US + np.round(np.arange(1, len(flight) + 1) * 1e6 / RATE_HZ))
    lengths = {np.size(value) for value in (*flight.pose.__dict__.values(), flight.fuel, flight.task, flight.hfov_rad)}
    assert lengths == {len(flight)}
    assert len(flight) / RATE_HZ == pytest.approx(flight.route.duration_s, rel=0.01)
    assert flight.path == flight.route.path


@pytest.mark.parametrize("name", [MEDIUM, LARGE, SMALL])
def test_speed_and_track_are_those_of_the_places(name: str) -> None:
    """The geodesic between places a second apart, by a library that the flight does not use for it."""
    flight = flown(name, Wind(4.0, 300.0, 0.3))
    lon, lat = (np.degrees(np.asarray(value))[::RATE_HZ] for value in (flight.pose.lon, flight.pose.lat))
    course, _, length = GEODESIC.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    middle = slice(RATE_HZ // 2, None, RATE_HZ)
    count = len(course)
    assert np.allclose(length, flight.ground_speed_mps[middle][:count], atol=0.4)
    turned = nearest_turn(np.radians(course) - flight.track_rad[middle][:count])
    straight = np.abs(np.asarray(flight.pose.roll)[middle][:count]) < np.radians(1.0)
    assert straight.sum() > 10
    assert np.abs(turned[straight]).max() < np.radians(1.0)


def test_the_nose_points_into_the_wind_and_the_triangle_closes() -> None:
    flight = flown(wind=Wind(12.0, 300.0, 0.0))
    heading = np.asarray(flight.pose.heading)
    east = flight.airspeed_mps * np.sin(heading) - 12.0 * np.sin(np.radians(300.0))
    north = flight.airspeed_mps * np.cos(heading) - 12.0 * np.cos(np.radians(300.0))
    assert np.abs(east - flight.ground_speed_mps * np.sin(flight.track_rad)).max() < 1.0
    assert np.abs(north - flight.ground_speed_mps * np.cos(flight.track_rad)).max() < 1.0
    crab = np.degrees(np.abs(nearest_turn(heading - flight.track_rad)))
    assert crab.max() > 10.0


def test_turns_are_coordinated() -> None:
    """On the circle, away from its ends: tan(bank) is v² / (g r) over the ground in still air."""
    flight = flown(wind=Wind())
    on = np.flatnonzero(flight.task == 1)[600:-600]
    bank = np.arctan(flight.ground_speed_mps[on] ** 2 / (9.80665 * 3_000.0))
    assert np.mean(flight.pose.roll[on]) == pytest.approx(-np.mean(bank), rel=0.02)


def test_fuel_is_burnt_by_airspeed_and_by_climbing() -> None:
    flight = flown(wind=Wind())
    craft = aircraft(MEDIUM)
    fuel = flight_model(craft).fuel
    rates = -np.diff(flight.fuel) * RATE_HZ * 3600.0
    cruising = (np.abs(flight.climb_mps[1:]) < 0.1) & (flight.airspeed_mps[1:] == craft.speeds.cruise_mps)
    assert np.allclose(rates[cruising], fuel.cruise_per_h)
    assert np.allclose(rates[flight.climb_mps[1:] > 0.6], fuel.cruise_per_h + fuel.climb_per_h)
    assert fuel.capacity - flight.fuel[-1] == pytest.approx(flight.route.fuel_used, rel=0.02)
    assert burn(fuel, craft.speeds, 60.0) * 3600.0 == pytest.approx((fuel.cruise_per_h + fuel.maximum_per_h) / 2.0)


def test_the_same_seed_is_the_same_flight_and_another_is_not() -> None:
    first, second = (
        fly(sortie(MEDIUM, TASKS[1]), aircraft(MEDIUM), consent(), wind=BREEZE, heights=level_ground, rng=rng)
        for rng in (np.random.default_rng(5), np.random.default_rng(5))
    )
    other = flown(seed=6)
    for name, value in first.pose.__dict__.items():
        assert np.array_equal(value, getattr(second.pose, name)), name
    assert np.array_equal(first.fuel, second.fuel)
    assert not np.array_equal(flown().pose.lat[:1000], other.pose.lat[:1000])


def test_gusts_are_what_was_asked_for_and_hang_together() -> None:
    """A straight leg in gusts: the speed over the ground wavers by their size, and not from tick to tick."""
    long = strip("long", (-25_000.0, -15_000.0), (25_000.0, -15_000.0), depression_deg=90.0)
    asked = sortie(MEDIUM, long, base=at(-26_000.0, -15_000.0))
    rng = np.random.default_rng(3)
    flight = fly(asked, aircraft(MEDIUM), consent(), wind=Wind(0.0, 0.0, 2.0), heights=level_ground, rng=rng)
    along = flight.ground_speed_mps[flight.task == 0] - aircraft(MEDIUM).speeds.cruise_mps
    assert 1.4 < along.std() < 2.6
    assert np.abs(np.diff(along)).max() < 1.5


def test_true_courses_are_the_charts_and_the_convergence() -> None:
    """Out from the middle, the chart's course stays as it is and the geodesic's turns (Karney, as pyproj has it)."""
    chart = Chart(-107.4, 24.8)
    bearings = np.arange(0.0, 360.0, 15.0)
    middle = np.full(24, -107.4), np.full(24, 24.8)
    lon, lat, back = GEODESIC.fwd(*middle, bearings, np.full(24, 100_000.0))
    turned = nearest_turn(np.radians(np.asarray(back) + 180.0 - bearings))
    assert np.degrees(np.abs(turned)).max() > 0.4
    assert np.degrees(np.abs(convergence(chart, np.asarray(lon), np.asarray(lat)) - turned)).max() < 0.001


def test_rows_are_some_of_the_states() -> None:
    flight = flown()
    some = flight.rows(slice(100, 200, 10))
    assert len(some) == 10
    assert np.array_equal(some.time_us, flight.time_us[100:200:10])
    assert np.array_equal(some.pose.lat, flight.pose.lat[100:200:10])
    assert replace(some, route=flight.route).events == flight.events
