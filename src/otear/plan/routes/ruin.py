"""The rounds of the search for routes, compiled: ruin, recreate, and keep or not.

Each round takes strings of neighbouring visits out of one or more routes around a visit drawn at random (slack
induction by string removals, after Schrimpf et al. 2000 and Christiaens and Vanden Berghe 2020) and fills the routes
again, the visit with the best noisy ratio of prize to extra time first (after Vansteenwegen et al. 2009), until nothing
fits. The new plan is kept if its value, prize less a small price for time, is better, or by chance if it is little
worse: with the chance of Metropolis at a temperature.

A plan between rounds is always full: what it leaves out fits nowhere. So only routes that lost a visit, and visits that
were lost, have to be looked at again. This takes it that no detour is quicker than the straight way (the triangle
inequality); where one is, answers keep every rule, and some visits are not tried. Whether and where a visit fits is
known in constant time per position, because beginnings and ends of routes carry their shortest duration and the
earliest and latest start that allow it (Vidal et al. 2013, without time warp: a plan is always feasible).
"""

# ruff: noqa: PLR0917 - compiled functions take plain numbers and arrays, many of them
from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from otear.geo.frames import Floats

Whole = NDArray[np.int64]

_TOLERANCE_S = 1e-9
_LEAST = 1e-3
"""Mean legs that even a visit on the way is taken to cost."""


class Tuning(NamedTuple):
    """How the search goes about it; `OTEAR_BENCH_TUNING` of `benchmarks.orienteering` tries other figures."""

    hot: float = 2.0
    """Temperature at the beginning, in mean prizes."""
    cold: float = 0.1
    """And at the end."""
    time_price: float = 0.1
    """Mean prizes that a mean leg and its service cost: makes room, and guides among plans that are worth the same."""
    noise: float = 0.9
    """Share of a visit's ratio that chance may take away."""
    low_power: float = 0.5
    """The ratio is prize to a power over extra time: to this one in half of the rounds,"""
    high_power: float = 2.0
    """to this one in the others."""
    strings: int = 3
    """Most routes that lose visits in one round."""
    string: int = 10
    """Most visits that a route loses in one round."""
    forced: float = 0.5
    """Chance that a round which began at a visit left out puts that one in first."""


class Task(NamedTuple):
    """The problem as nodes: n visits, then the m starts, then the m ends."""

    travel: Floats
    """(n + 2 m, n + 2 m)."""
    service: Floats
    opens: Floats
    closes: Floats
    budget: Floats
    """(m,)."""
    prize: Floats
    """(n,), in mean prizes."""
    near: Whole
    """(n, n): for each visit all others, and itself, the nearest first."""
    leg_s: float
    """The mean time from a visit to another, service included: what extra time is measured by."""


class Plan(NamedTuple):
    """Routes as they are being changed."""

    order: Whole
    """(m, n + 2): the nodes of each route, from its start to its end."""
    length: Whole
    """(m,): how many of them are visits."""
    of: Whole
    """(n,): the route that makes each visit, or -1."""
    head: Floats
    """(m, n + 2, 3): shortest duration, earliest and latest start of each route up to a node."""
    tail: Floats
    """And from a node on."""


@njit(cache=True)  # type: ignore[untyped-decorator]
def measure(task: Task, plan: Plan, route: int) -> None:
    """Durations and starts of all beginnings and ends of a route."""
    nodes, head, tail, last = plan.order[route], plan.head[route], plan.tail[route], plan.length[route] + 1
    for i in range(last + 1):
        node = nodes[i]
        opens, closes, service = task.opens[node], task.closes[node], task.service[node]
        if i == 0:
            head[0, 0], head[0, 1], head[0, 2] = service, opens, closes
            continue
        gone = head[i - 1, 0] + task.travel[nodes[i - 1], node]
        wait = max(opens - gone - head[i - 1, 2], 0.0)
        head[i, 0] = gone + wait + service
        head[i, 1] = max(opens - gone, head[i - 1, 1]) - wait
        head[i, 2] = min(closes - gone, head[i - 1, 2])
    for i in range(last, -1, -1):
        node = nodes[i]
        opens, closes, service = task.opens[node], task.closes[node], task.service[node]
        if i == last:
            tail[i, 0], tail[i, 1], tail[i, 2] = service, opens, closes
            continue
        gone = service + task.travel[node, nodes[i + 1]]
        wait = max(tail[i + 1, 1] - gone - closes, 0.0)
        tail[i, 0] = gone + wait + tail[i + 1, 0]
        tail[i, 1] = max(tail[i + 1, 1] - gone, opens) - wait
        tail[i, 2] = min(tail[i + 1, 2] - gone, closes)


@njit(cache=True)  # type: ignore[untyped-decorator]
def _fit(task: Task, plan: Plan, route: int, visit: int) -> tuple[float, int]:
    """The least time that a visit adds to a route, and after which of its nodes; infinite if it fits nowhere."""
    nodes, head, tail = plan.order[route], plan.head[route], plan.tail[route]
    length = plan.length[route]
    opens, closes, service = task.opens[visit], task.closes[visit], task.service[visit]
    had = head[length + 1, 0]
    least, after = np.inf, -1
    most = task.budget[route] - had + _TOLERANCE_S
    for i in range(length + 1):
        gone = head[i, 0] + task.travel[nodes[i], visit]
        if head[i, 1] + gone > closes + _TOLERANCE_S:
            continue
        wait = max(opens - gone - head[i, 2], 0.0)
        earliest = max(opens - gone, head[i, 1]) - wait
        latest = min(closes - gone, head[i, 2])
        gone += wait + service + task.travel[visit, nodes[i + 1]]
        if earliest + gone > tail[i + 1, 2] + _TOLERANCE_S:
            continue
        added = gone + max(tail[i + 1, 1] - gone - latest, 0.0) + tail[i + 1, 0] - had
        if added < least and added <= most:
            least, after = added, i
    return least, after


@njit(cache=True)  # type: ignore[untyped-decorator]
def _insert(task: Task, plan: Plan, route: int, after: int, visit: int) -> None:
    nodes = plan.order[route]
    for i in range(plan.length[route] + 1, after, -1):
        nodes[i + 1] = nodes[i]
    nodes[after + 1] = visit
    plan.length[route] += 1
    plan.of[visit] = route
    measure(task, plan, route)


@njit(cache=True)  # type: ignore[untyped-decorator]
def _ruin(
    rng: np.random.Generator, task: Task, tuning: Tuning, plan: Plan, seed: int, changed: NDArray[np.bool_]
) -> None:
    """Take a string of visits out of each of the routes that come nearest to a visit."""
    routes = 1 + rng.integers(0, min(tuning.strings, len(changed)))
    for visit in task.near[seed]:
        route = plan.of[visit]
        if route < 0 or changed[route]:
            continue
        nodes, length = plan.order[route], plan.length[route]
        string = 1 + rng.integers(0, min(tuning.string, length))
        at = 1
        while nodes[at] != visit:
            at += 1
        first, final = max(1, at - string + 1), min(at, length - string + 1)
        first += rng.integers(0, final - first + 1)
        for i in range(first, first + string):
            plan.of[nodes[i]] = -1
        for i in range(first + string, length + 2):
            nodes[i - string] = nodes[i]
        plan.length[route] -= string
        measure(task, plan, route)
        changed[route] = True
        routes -= 1
        if routes == 0:
            break


@njit(cache=True)  # type: ignore[untyped-decorator]
def _recreate(
    rng: np.random.Generator,
    task: Task,
    tuning: Tuning,
    plan: Plan,
    before: Plan,
    forced: int,
    changed: NDArray[np.bool_],
    added: Floats,
    after: Whole,
) -> None:
    """Put in what fits, the best noisy ratio of prize to extra time first, until nothing fits.

    `added` and `after`, of shape (n, m), are room to work in: the time a visit adds to a route, and its place there.
    """
    count, vehicles = added.shape
    power = tuning.low_power if rng.random() < 0.5 else tuning.high_power
    for visit in range(count):
        if plan.of[visit] < 0:
            for route in range(vehicles):
                if changed[route] or before.of[visit] >= 0:
                    added[visit, route], after[visit, route] = _fit(task, plan, route, visit)
                else:
                    added[visit, route] = np.inf
    while True:
        chosen, into, best = -1, -1, 0.0
        for visit in range(count):
            if plan.of[visit] >= 0 or (forced >= 0 and visit != forced):
                continue
            cheapest = int(np.argmin(added[visit]))
            extra = added[visit, cheapest]
            if extra < np.inf:
                ratio = task.prize[visit] ** power / (max(extra / task.leg_s, 0.0) + _LEAST)
                ratio *= 1.0 - tuning.noise * rng.random()
                if ratio > best:
                    chosen, into, best = visit, cheapest, ratio
        if chosen >= 0:
            _insert(task, plan, into, after[chosen, into], chosen)
            changed[into] = True
            for visit in range(count):
                if plan.of[visit] < 0 and added[visit, into] < np.inf:
                    added[visit, into], after[visit, into] = _fit(task, plan, into, visit)
        elif forced < 0:
            break
        forced = -1


@njit(cache=True)  # type: ignore[untyped-decorator]
def _copy(source: Plan, target: Plan, changed: NDArray[np.bool_]) -> None:
    """Make the changed routes of one plan those of another. All visits leave before any arrives: some change routes."""
    for route in range(len(changed)):
        if changed[route]:
            for i in range(1, target.length[route] + 1):
                if target.of[target.order[route, i]] == route:
                    target.of[target.order[route, i]] = -1
    for route in range(len(changed)):
        if changed[route]:
            last = source.length[route] + 1
            target.length[route] = source.length[route]
            target.order[route, : last + 1] = source.order[route, : last + 1]
            target.head[route, : last + 1] = source.head[route, : last + 1]
            target.tail[route, : last + 1] = source.tail[route, : last + 1]
            for i in range(1, last):
                target.of[source.order[route, i]] = route


@njit(cache=True)  # type: ignore[untyped-decorator]
def _worth(task: Task, tuning: Tuning, plan: Plan) -> tuple[float, float]:
    """Prize, and prize less the price of time."""
    prize = time = 0.0
    for route in range(len(task.budget)):
        length = plan.length[route]
        time += plan.head[route, length + 1, 0]
        for i in range(1, length + 1):
            prize += task.prize[plan.order[route, i]]
    return prize, prize - tuning.time_price * time / task.leg_s


@njit(cache=True)  # type: ignore[untyped-decorator]
def anneal(
    rng: np.random.Generator,
    task: Task,
    tuning: Tuning,
    now: Plan,
    trial: Plan,
    best: Plan,
    worth: Floats,
    rounds: int,
    temperature: float,
) -> None:
    """Rounds at one temperature; `trial` equals `now` before and after, `worth` holds prize and value of `best`."""
    count, vehicles = len(task.prize), len(task.budget)
    added, after = np.empty((count, vehicles)), np.empty((count, vehicles), dtype=np.int64)
    changed, every = np.zeros(vehicles, dtype=np.bool_), np.ones(vehicles, dtype=np.bool_)
    value = _worth(task, tuning, now)[1]
    for _ in range(rounds):
        seed = rng.integers(0, count)
        forced = seed if trial.of[seed] < 0 and rng.random() < tuning.forced else -1
        changed[:] = trial.length == 0
        _ruin(rng, task, tuning, trial, seed, changed)
        _recreate(rng, task, tuning, trial, now, forced, changed, added, after)
        prize, reached = _worth(task, tuning, trial)
        if reached >= value + temperature * np.log(1.0 - rng.random()):
            value = reached
            _copy(trial, now, changed)
            if prize > worth[0] + 1e-9 or (prize > worth[0] - 1e-9 and reached > worth[1]):
                worth[0], worth[1] = prize, reached
                _copy(trial, best, every)
        else:
            _copy(now, trial, changed)
