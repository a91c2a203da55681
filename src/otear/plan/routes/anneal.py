"""Routes that collect the most prize: waves of simulated annealing on the prize itself.

A wave is many rounds of ruin and recreate (`ruin`) at a temperature that falls from hot to cold; each wave is twice as
long as the one before and begins with what that one left. The way of the search depends on the problem and the seed
alone; effort says only where it ends. So more of it never collects less, and an answer may be asked for at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

import numpy as np

from otear.errors import SettingError
from otear.plan.routes.problem import Orienteering, Routes
from otear.plan.routes.ruin import Plan, Task, Tuning, Whole, anneal, measure

TUNING = Tuning()
_WAVE = 5_000
"""Rounds of the first wave."""
_LONGER = 2
"""Each next wave is this many times as long."""
_STRETCHES = 100
"""Temperatures on the way from hot to cold."""
_FIRST_ROUNDS = 50
"""Rounds before a clock is asked for the first time."""
_CHECKS = 200
"""How often a clock is asked on the way."""


@dataclass(frozen=True)
class Rounds:
    """Effort as a number of rounds: the same seed gives the same answer, on any machine of the same kind."""

    count: int

    def __post_init__(self) -> None:
        if self.count < 1:
            raise SettingError(f"{self.count} rounds", field="rounds", remedy="Give at least one")


@dataclass(frozen=True)
class Seconds:
    """Effort as seconds of a clock that is passed in (`time.monotonic`, `time.process_time`) and that must go on."""

    seconds: float
    clock: Callable[[], float]

    def __post_init__(self) -> None:
        if not self.seconds > 0.0:
            raise SettingError(f"{self.seconds!r} s", field="seconds", remedy="Give a number above 0")


def plan_routes(
    problem: Orienteering, rng: np.random.Generator, effort: Rounds | Seconds, tuning: Tuning = TUNING
) -> Routes:
    """Routes that collect as much prize as this effort finds.

    More effort with the same seed never collects less: the way is the same, and the best plan on it is kept. The first
    call on a machine compiles the search, which takes a quarter of a minute of processor time and is not counted as
    effort. Visits without a prize are never made.
    """
    worth = np.array([one.prize for one in problem.visits], dtype=np.float64)
    if not problem.vehicles or not (worth > 0.0).any():
        return Routes((), 0.0)
    names = np.flatnonzero(worth > 0.0)
    best = _searched(_task(problem, names), rng, effort, tuning)
    routes = [
        problem.route(vehicle, names[best.order[vehicle, 1 : length + 1]].tolist())
        for vehicle, length in enumerate(best.length.tolist())
        if length
    ]
    return Routes(tuple(routes), float(sum(worth[visit] for route in routes for visit in route.visits)))


def _task(problem: Orienteering, names: Whole) -> Task:
    visits, vehicles = [problem.visits[name] for name in names.tolist()], problem.vehicles
    places = [one.place for one in visits] + [one.start for one in vehicles] + [one.end for one in vehicles]
    travel = np.ascontiguousarray(problem.travel_s[np.ix_(places, places)])
    idle = np.zeros(2 * len(vehicles))
    ready, back_by = [one.ready_s for one in vehicles], [one.back_by_s for one in vehicles]
    service = np.array([one.service_s for one in visits])
    prize = np.array([one.prize for one in visits])
    between = travel[: len(visits), : len(visits)]
    leg_s = float(between.mean() + service.mean())
    return Task(
        travel,
        np.concatenate([service, idle]),
        np.array([one.opens_s for one in visits] + ready + ready),
        np.array([one.closes_s for one in visits] + back_by + back_by),
        np.array([one.budget_s for one in vehicles]),
        prize / prize.mean(),
        np.argsort(between + between.T, axis=1, kind="stable").astype(np.int64),
        leg_s if leg_s > 0.0 else 1.0,
    )


def _empty(task: Task) -> Plan:
    count, vehicles = len(task.prize), len(task.budget)
    order = np.zeros((vehicles, count + 2), dtype=np.int64)
    order[:, 0] = np.arange(count, count + vehicles)
    order[:, 1] = order[:, 0] + vehicles
    parts = np.zeros((2, vehicles, count + 2, 3))
    plan = Plan(order, np.zeros(vehicles, dtype=np.int64), np.full(count, -1, dtype=np.int64), parts[0], parts[1])
    for route in range(vehicles):
        measure(task, plan, route)
    return plan


def _searched(task: Task, rng: np.random.Generator, effort: Rounds | Seconds, tuning: Tuning) -> Plan:
    now, trial, best = _empty(task), _empty(task), _empty(task)
    worth = np.array([0.0, 0.0])
    anneal(rng, task, tuning, now, trial, best, worth, 0, tuning.hot)
    meter = _meter(effort)
    most = next(meter)
    for temperature, rounds in _stretches(tuning):
        left = rounds
        while left:
            if not most:
                return best
            some = min(left, most)
            anneal(rng, task, tuning, now, trial, best, worth, some, temperature)
            left -= some
            most = meter.send(some)
    raise AssertionError("waves never end")


def _stretches(tuning: Tuning) -> Iterator[tuple[float, int]]:
    """Temperatures and how many rounds each lasts: wave after wave, whatever the effort."""
    wave = _WAVE
    while True:
        for stretch in range(_STRETCHES):
            yield _cooled(tuning, stretch / _STRETCHES), wave // _STRETCHES
        wave *= _LONGER


def _meter(effort: Rounds | Seconds) -> Generator[int, int, None]:
    """Yields how many rounds may follow before it is asked again, 0 at the end, and is sent how many did."""
    done = 0
    if isinstance(effort, Rounds):
        while True:
            done += yield effort.count - done
    began_s = effort.clock()
    done += yield _FIRST_ROUNDS
    while (gone_s := effort.clock() - began_s) < effort.seconds:
        soon_s = min(effort.seconds / _CHECKS, effort.seconds - gone_s)
        done += yield max(1, int(done / max(gone_s, 1e-6) * soon_s))
    yield 0


def _cooled(tuning: Tuning, done: float) -> float:
    return float(tuning.hot * (tuning.cold / tuning.hot) ** done)
