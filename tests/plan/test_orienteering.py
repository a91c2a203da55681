"""Prize-collecting routes: the nouns, the search against all that is possible, and the files of the benchmark."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count, permutations, product
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otear.errors import InputError, SettingError
from otear.plan.routes.anneal import Rounds, Seconds, _meter, plan_routes
from otear.plan.routes.problem import Orienteering, Routes, Vehicle, Visit
from otear.plan.routes.rules import broken_routes

_LATEST = 24


def _random(rng: np.random.Generator, visits: int, vehicles: int) -> Orienteering:
    """Whole numbers: times that differ by direction, windows, different vehicles."""
    places = visits + 2
    travel = rng.integers(0, 9, (places, places)) * (1.0 - np.eye(places))
    for via in range(places):
        travel = np.minimum(travel, travel[:, via, None] + travel[None, via, :])
    opens = rng.integers(0, 16, visits)
    return Orienteering(
        travel,
        tuple(
            Visit(k, float(rng.integers(0, 9)), float(rng.integers(0, 3)), float(opens[k]), float(opens[k] + 6))
            for k in range(visits)
        ),
        tuple(
            Vehicle(
                visits, visits + int(rng.integers(0, 2)), float(rng.integers(9, 20)), float(rng.integers(0, 5)), 24.0
            )
            for _ in range(vehicles)
        ),
    )


def _can(problem: Orienteering, vehicle: Vehicle, order: tuple[int, ...]) -> bool:
    """Whether a vehicle can make visits in this order, leaving at any whole second."""
    for departs in range(int(vehicle.ready_s), _LATEST + 1):
        at, place, kept = float(departs), vehicle.start, True
        for name in order:
            visit = problem.visits[name]
            at = max(at + problem.travel_s[place, visit.place], visit.opens_s)
            kept &= at <= visit.closes_s
            at, place = at + visit.service_s, visit.place
        at += problem.travel_s[place, vehicle.end]
        if kept and at <= vehicle.back_by_s and at - departs <= vehicle.budget_s:
            return True
    return False


def _most(problem: Orienteering) -> float:
    """The most prize that any plan collects, by trying every order of every set for every vehicle."""
    names = range(len(problem.visits))
    sets = []
    for vehicle in problem.vehicles:
        possible = {frozenset[int]()}
        for size in range(1, len(names) + 1):
            for order in permutations(names, size):
                if frozenset(order) not in possible and _can(problem, vehicle, order):
                    possible.add(frozenset(order))
        sets.append(possible)
    most = 0.0
    for chosen in product(*sets):
        together = frozenset[int]().union(*chosen)
        if len(together) == sum(map(len, chosen)):
            most = max(most, sum(problem.visits[name].prize for name in together))
    return most


@pytest.mark.parametrize("seed", range(12))
def test_finds_the_best_of_all_plans_where_all_can_be_tried(seed: int) -> None:
    rng = np.random.default_rng(seed)
    problem = _random(rng, 5, 1 + seed % 2)
    answer = plan_routes(problem, rng, Rounds(3000))
    assert broken_routes(problem, answer) == []
    assert answer.prize == _most(problem)


@settings(max_examples=60)
@given(st.integers(0, 2**32), st.integers(0, 25), st.integers(0, 4), st.integers(1, 200))
def test_every_answer_keeps_every_rule(seed: int, visits: int, vehicles: int, rounds: int) -> None:
    rng = np.random.default_rng(seed)
    problem = _random(rng, visits, vehicles)
    assert broken_routes(problem, plan_routes(problem, rng, Rounds(rounds))) == []


@pytest.mark.parametrize("seed", range(6))
def test_what_is_left_out_fits_nowhere(seed: int) -> None:
    rng = np.random.default_rng(seed)
    problem = _random(rng, 15, 2)
    answer = plan_routes(problem, rng, Rounds(20))
    orders = {0: (), 1: ()} | {route.vehicle: route.visits for route in answer.routes}
    made = {name for order in orders.values() for name in order}
    for name in {k for k, visit in enumerate(problem.visits) if visit.prize > 0.0} - made:
        for vehicle, order in orders.items():
            for at in range(len(order) + 1):
                more = problem.route(vehicle, (*order[:at], name, *order[at:]))
                prize = sum(problem.visits[one].prize for one in more.visits)
                assert broken_routes(problem, Routes((more,), prize)) != []


def test_the_same_seed_and_rounds_give_the_same_answer() -> None:
    problem = _random(np.random.default_rng(5), 25, 3)
    first, second = (plan_routes(problem, np.random.default_rng(3), Rounds(300)) for _ in range(2))
    assert first == second
    assert first.prize > 0.0


def test_effort_against_a_clock_ends_when_the_clock_says_so() -> None:
    ticks = iter(range(1000))
    problem = _random(np.random.default_rng(5), 25, 3)
    answer = plan_routes(problem, np.random.default_rng(3), Seconds(10.0, lambda: float(next(ticks))))
    assert next(ticks) == 11
    assert broken_routes(problem, answer) == []
    assert answer.prize > 0.0


@pytest.mark.parametrize("seed", range(3))
def test_more_effort_with_the_same_seed_never_collects_less(seed: int) -> None:
    problem = _plane(np.random.default_rng(seed))
    prizes = [plan_routes(problem, np.random.default_rng(seed), Rounds(2**power)).prize for power in range(13)]
    assert prizes == sorted(prizes)
    assert prizes[0] < prizes[-1]


@pytest.mark.parametrize("seconds", [5.0, 30.0])
def test_a_clock_says_where_the_search_ends_and_not_its_way(seconds: float) -> None:
    problem = _plane(np.random.default_rng(5))
    meter = _meter(Seconds(seconds, _ticks()))
    rounds, most = 0, next(meter)
    while most:
        rounds += most
        most = meter.send(most)
    timed = plan_routes(problem, np.random.default_rng(3), Seconds(seconds, _ticks()))
    assert timed == plan_routes(problem, np.random.default_rng(3), Rounds(rounds))
    assert timed.prize > plan_routes(problem, np.random.default_rng(3), Rounds(1)).prize


def _plane(rng: np.random.Generator) -> Orienteering:
    """So many prizes on a plane that a few rounds do not find the best."""
    places = rng.uniform(0.0, 100.0, (61, 2))
    visits = tuple(Visit(place, float(rng.integers(1, 99))) for place in range(1, 61))
    return Orienteering(np.hypot(*(places[:, None] - places).T), visits, (Vehicle(0, 0, 150.0),) * 2)


def _ticks() -> Callable[[], float]:
    return map(float, count()).__next__


def test_a_vehicle_waits_on_the_ground_and_not_in_the_air() -> None:
    problem = Orienteering(
        np.array([[0.0, 10.0], [10.0, 0.0]]),
        (Visit(1, 5.0, service_s=4.0, opens_s=100.0, closes_s=120.0),),
        (Vehicle(0, 0, budget_s=24.0),),
    )
    (route,) = plan_routes(problem, np.random.default_rng(1), Rounds(10)).routes
    assert (route.departs_s, route.begins_s, route.returns_s) == (90.0, (100.0,), 114.0)


def test_it_waits_in_the_air_where_an_earlier_visit_would_close() -> None:
    problem = Orienteering(
        np.full((3, 3), 10.0),
        (Visit(1, 5.0, opens_s=0.0, closes_s=30.0), Visit(2, 5.0, opens_s=100.0, closes_s=120.0)),
        (Vehicle(0, 0, budget_s=90.0),),
    )
    (route,) = plan_routes(problem, np.random.default_rng(1), Rounds(10)).routes
    assert (route.departs_s, route.begins_s, route.returns_s) == (20.0, (30.0, 100.0), 110.0)
    tight = Orienteering(problem.travel_s, problem.visits, (Vehicle(0, 0, budget_s=89.0),))
    assert plan_routes(tight, np.random.default_rng(1), Rounds(10)).prize == 5.0


def test_wind_makes_one_way_round_the_better_one() -> None:
    against, along = 4.0, 2.0
    travel = np.array([[0.0, along, against], [against, 0.0, along], [along, against, 0.0]])
    problem = Orienteering(travel, (Visit(1, 1.0), Visit(2, 1.0)), (Vehicle(0, 0, budget_s=6.0),))
    (route,) = plan_routes(problem, np.random.default_rng(1), Rounds(20)).routes
    assert route.visits == (0, 1)


def test_what_is_worth_nothing_is_not_visited_and_no_vehicle_makes_no_route() -> None:
    here = np.zeros((1, 1))
    rng = np.random.default_rng(1)
    worthless = Orienteering(here, (Visit(0, 0.0), Visit(0, 1.0)), (Vehicle(0, 0, 1.0),))
    assert [one.visits for one in plan_routes(worthless, rng, Rounds(5)).routes] == [(1,)]
    assert plan_routes(Orienteering(here, (Visit(0, 0.0),), (Vehicle(0, 0, 1.0),)), rng, Rounds(5)) == Routes((), 0.0)
    assert plan_routes(Orienteering(here, (Visit(0, 1.0),), ()), rng, Rounds(5)) == Routes((), 0.0)


def test_numbers_that_make_no_problem_are_refused_with_the_field() -> None:
    one, here = Vehicle(0, 0, 1.0), np.zeros((1, 1))
    for field, make in (
        ("prize", lambda: Visit(0, -1.0)),
        ("service_s", lambda: Visit(0, 1.0, inf)),
        ("closes_s", lambda: Visit(0, 1.0, 0.0, 5.0, 4.0)),
        ("closes_s", lambda: Visit(0, 1.0, 0.0, inf, inf)),
        ("closes_s", lambda: Visit(0, 1.0, 0.0, float("nan"), 4.0)),
        ("budget_s", lambda: Vehicle(0, 0, inf)),
        ("ready_s", lambda: Vehicle(0, 0, 1.0, -inf)),
        ("back_by_s", lambda: Vehicle(0, 0, 1.0, 5.0, 4.0)),
        ("travel_s", lambda: Orienteering(np.zeros((1, 2)), (), (one,))),
        ("travel_s", lambda: Orienteering(np.full((1, 1), inf), (), (one,))),
        ("visits", lambda: Orienteering(here, (Visit(1, 1.0),), (one,))),
        ("vehicles", lambda: Orienteering(here, (), (Vehicle(0, -1, 1.0),))),
        ("vehicles", lambda: Orienteering(np.full((2, 2), 5.0), (), (Vehicle(0, 1, 4.0),))),
        ("rounds", lambda: Rounds(0)),
        ("seconds", lambda: Seconds(0.0, lambda: 0.0)),
    ):
        with pytest.raises(InputError if field not in {"rounds", "seconds"} else SettingError) as refused:
            make()
        assert refused.value.field == field
