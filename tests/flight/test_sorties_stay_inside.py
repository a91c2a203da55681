"""Two hundred sorties drawn at random: what is planned is flown inside the authority, in wind, home with its reserve.

Two judges that share nothing with the planner look at where the aircraft truly was: `may_have_flown`, and polygons on
the tests' own plane.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
import shapely

from otear.authority.decide import may_have_flown
from otear.domain.sortie import GroundPoint, Orbit, Side, Sortie, Stare, Strip, Task
from otear.errors import InputError, RefusedError
from otear.flight.kinematics import Flown, fly
from otear.flight.route import flight_model, path_keeping_m
from otear.flight.wind import Wind

from .surveys import LARGE, MEDIUM, SMALL, aircraft, at, consent, hills, metres, sortie, zone

COUNT = 200
HALF_M = 20_000.0
ZONES = [(-8_000.0, 5_000.0, 2_000.0), (6_000.0, 7_000.0, 1_200.0), (3_000.0, -9_000.0, 2_500.0)]
AUTHORITY = consent(*(zone(f"zone {i}", *each) for i, each in enumerate(ZONES)), half_m=HALF_M)
SQUARE = shapely.box(-HALF_M, -HALF_M, HALF_M, HALF_M)
FORBIDDEN = shapely.union_all([shapely.Point(x, y).buffer(radius, 64) for x, y, radius in ZONES])


def drawn(rng: np.random.Generator, name: str) -> tuple[Sortie, Wind]:
    """A sortie from somewhere in the square, and weather that is sometimes too much for it."""
    small = name == SMALL
    base = rng.uniform(-12_000.0, 12_000.0, 2)
    reach = 1_500.0 if small else 8_000.0
    fields = aircraft(name).sensors[0].optics.fields_of_view_deg or (10.0, 40.0)  # type: ignore[union-attr]

    def place(near: float = reach) -> GroundPoint:
        x, y = np.clip(base + rng.uniform(-near, near, 2), -19_000.0, 19_000.0)
        return at(float(x), float(y))

    def task(index: int) -> Task:
        side = Side.LEFT if rng.random() < 0.5 else Side.RIGHT
        radius_m = float(rng.uniform(60.0, 300.0) if small else rng.uniform(2_300.0, 4_000.0))
        hfov_deg = float(rng.choice(fields))
        kind = rng.integers(3)
        if kind == 0:
            return Strip(f"t{index}", place(), place(), side, float(rng.uniform(45.0, 90.0)), hfov_deg)
        if kind == 1:
            return Orbit(f"t{index}", place(), radius_m, float(rng.uniform(0.3, 1.2)), side, hfov_deg)
        cells = tuple(place(reach / 8.0) for _ in range(rng.integers(1, 5)))
        return Stare(f"t{index}", cells, float(rng.uniform(5.0, 20.0)), radius_m, side, hfov_deg)

    height_msl_m = float(rng.uniform(780.0, 1_100.0) if small else rng.uniform(1_200.0, 2_800.0))
    tasks = tuple(task(index) for index in range(rng.integers(1, 3)))
    strongest_mps, roughest_mps = (7.0, 0.8) if small else (20.0, 2.5)
    share = rng.random(3)
    wind = Wind(float(strongest_mps * share[0]), float(360.0 * share[1]), float(roughest_mps * share[2]))
    return sortie(name, *tasks, base=at(*base.tolist()), height_msl_m=height_msl_m), wind


def outcome(index: int) -> tuple[str, Sortie, Wind, Flown | str]:
    rng = np.random.default_rng([7, index])
    name = (MEDIUM, LARGE, MEDIUM, LARGE, SMALL)[index % 5]
    asked, wind = drawn(rng, name)
    try:
        return name, asked, wind, fly(asked, aircraft(name), AUTHORITY, wind=wind, heights=hills, rng=rng)
    except RefusedError:
        return name, asked, wind, "refused"
    except InputError as error:
        return name, asked, wind, f"cannot: {error.field}"


@pytest.fixture(scope="module")
def outcomes() -> list[tuple[str, Sortie, Wind, Flown | str]]:
    return [outcome(index) for index in range(COUNT)]


@pytest.fixture(scope="module")
def flights(outcomes: list[Any]) -> list[tuple[str, Sortie, Wind, Flown]]:
    return [each for each in outcomes if isinstance(each[3], Flown)]


def test_many_are_flown_and_many_are_refused(outcomes: list[Any]) -> None:
    counts = Counter(each[3] if isinstance(each[3], str) else f"flown {each[0]}" for each in outcomes)
    assert counts["refused"] >= 30, counts
    assert all(counts[f"flown {name}"] >= 15 for name in (MEDIUM, LARGE, SMALL)), counts
    assert sum(number for each, number in counts.items() if each.startswith("cannot")) > 0, counts


def test_none_leaves_the_authority(flights: list[Any]) -> None:
    for name, asked, _, flown in flights:
        craft = aircraft(name)
        decision = may_have_flown(
            AUTHORITY,
            flown.track(6),
            sensor=craft.sensors[0].kind,
            purpose=asked.purpose,
            aircraft=craft.registration,
            navigation_error_m=0.0,
            height_error_m=0.0,
        )
        assert decision.allowed, decision.because.en
        line = shapely.LineString(np.stack(metres(flown.pose.lat, flown.pose.lon), axis=1))
        assert SQUARE.contains(line)
        assert not FORBIDDEN.intersects(line)


def test_some_come_as_near_to_a_zone_as_the_margin_and_none_nearer(flights: list[Any]) -> None:
    """The margin is used: a flight that strayed by all that is kept for straying would still be outside."""
    for name, _, _, flown in flights:
        craft = aircraft(name)
        assert np.abs(flown.across_m).max() < path_keeping_m(craft)


def test_wind_is_compensated(flights: list[Any]) -> None:
    """Off the path by a few metres, whatever the wind: 99% of the time within a quarter of a second of cruise."""
    for name, _, wind, flown in flights:
        across = np.abs(flown.across_m)
        assert np.percentile(across, 99) < aircraft(name).speeds.cruise_mps * (0.1 + 0.1 * wind.gust_mps)
    windy = [(wind, flown) for _, _, wind, flown in flights if wind.mps > 3.0]
    assert len(windy) > 20
    crabs = [float(np.abs(np.sin(np.asarray(flown.pose.heading) - flown.track_rad)).max()) for _, flown in windy]
    assert min(crabs) > 0.02


def test_none_comes_below_its_reserve_and_all_come_home(flights: list[Any]) -> None:
    for name, asked, _, flown in flights:
        fuel = flight_model(aircraft(name)).fuel
        assert flown.fuel.min() >= fuel.reserve
        assert (np.diff(flown.fuel) < 0.0).all()
        assert flown.events == ()
        assert set(flown.task.tolist()) == {-1, *range(len(asked.tasks))}
        x, y = metres(np.asarray(flown.pose.lat)[-1], np.asarray(flown.pose.lon)[-1])
        base_x, base_y = metres(np.radians(asked.base.lat_deg), np.radians(asked.base.lon_deg))
        assert np.hypot(x - base_x, y - base_y) < 100.0


def test_none_does_more_than_its_aircraft_can(flights: list[Any]) -> None:
    for name, _, wind, flown in flights:
        craft = aircraft(name)
        shake = 5.0 * np.radians(0.1 + 0.1 * wind.gust_mps)
        assert np.abs(flown.pose.roll).max() < np.radians(craft.maximum_bank_deg) + shake
        assert np.abs(flown.climb_mps).max() <= craft.climb_mps
        assert flown.airspeed_mps.max() <= craft.speeds.cruise_mps + 1e-6
        assert (np.asarray(flown.pose.height_m) - hills(flown.pose.lat, flown.pose.lon) > 0.0).all()
        assert (np.diff(flown.time_us) > 33_000).all()
