"""Prize-collecting routes against the best known values: `python -m benchmarks.orienteering`.

Every instance of `planning/` in the shared data that has a best known value, by our routes, by OR-Tools routing (guided
local search) and by PyVRP, one core each. Limits are seconds of processor time, so that a busy machine changes nothing:
OR-Tools asks our clock at each of its solutions, PyVRP at each iteration. Both peers know a prize as what it costs to
leave a visit out, beside the length of the routes. The price matters: it is a factor times budget over prize (of all
vehicles, of all visits), with factor 8 for OR-Tools (the best of 1.5, 3, 8 and 30 on five instances), and for PyVRP 3,
5, 8 and 1000, a quarter of the time each, the best of the four. Answers are checked by `route_rules`, the peers' too. A
gap is (best known - found) / best known in percent; a negative one is better than the best known value of SOURCES.md.
Rows go to stderr as they are made. Ours goes the same way whatever its limit, and keeps the best: an instance without a
gap after 10 s has none after 60.

`OTEAR_BENCH_SECONDS` (default `10,60`), `OTEAR_BENCH_INSTANCES` (`p4.2.j/2,c104/3`; default all), `OTEAR_BENCH_PEERS`
(default `ortools,pyvrp`; may be empty), `OTEAR_BENCH_SEED` (default 1), `OTEAR_BENCH_CORES` (default 1: instances at a
time), `OTEAR_BENCH_TUNING` (`hot=0.5,cold=0.02`: figures of `routes.Tuning` to try).
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2
from pyvrp import Model, solve

from benchmarks._orienteering_files import INSTANCES, Instance
from benchmarks._report import SHARED_DATA, Tables, main
from otear.plan.routes.anneal import TUNING, Seconds, plan_routes
from otear.plan.routes.problem import Orienteering, Routes
from otear.plan.routes.rules import accept_routes

_FOLDER = SHARED_DATA / "planning"
_CLOCK = time.process_time
_TICKS = 1000
"""The peers count whole numbers: a thousand to our second, rounded up, so that what they find can be kept."""
_KAPPAS = (3.0, 5.0, 8.0, 1000.0)
_ORTOOLS_KAPPA = 8.0


def ours(problem: Orienteering, seconds: float, seed: int) -> Routes:
    """Our routes."""
    pairs = [one.split("=") for one in os.environ.get("OTEAR_BENCH_TUNING", "").split(",") if one]
    tuning = TUNING._replace(**{name: type(getattr(TUNING, name))(figure) for name, figure in pairs})
    return plan_routes(problem, np.random.default_rng(seed), Seconds(seconds, _CLOCK), tuning)


def by_ortools(problem: Orienteering, seconds: float, seed: int) -> Routes:
    """OR-Tools routing with guided local search."""
    del seed  # it draws no random numbers
    travel, vehicles = _ticks(problem), problem.vehicles
    visits = len(problem.visits)
    node_places = [one.place for one in problem.visits]
    node_places += [one.start for one in vehicles] + [one.end for one in vehicles]
    between = travel[np.ix_(node_places, node_places)]
    service = np.zeros(len(node_places), dtype=np.int64)
    service[:visits] = [_up(one.service_s) for one in problem.visits]
    starts = list(range(visits, visits + len(vehicles)))
    manager = pywrapcp.RoutingIndexManager(
        len(node_places), len(vehicles), starts, [start + len(vehicles) for start in starts]
    )
    routing = pywrapcp.RoutingModel(manager)
    arc = routing.RegisterTransitMatrix(between.tolist())
    timed = routing.RegisterTransitMatrix((between + service[:, None]).tolist())
    routing.SetArcCostEvaluatorOfAllVehicles(arc)
    horizon = max(_down(min(one.back_by_s, one.ready_s + one.budget_s)) for one in vehicles)
    routing.AddDimension(timed, horizon, horizon, False, "time")
    dimension = routing.GetDimensionOrDie("time")
    for number, vehicle in enumerate(vehicles):
        last = _down(min(vehicle.back_by_s, vehicle.ready_s + vehicle.budget_s))
        dimension.CumulVar(routing.Start(number)).SetRange(_up(vehicle.ready_s), last)
        dimension.CumulVar(routing.End(number)).SetRange(_up(vehicle.ready_s), last)
        dimension.SetSpanUpperBoundForVehicle(_down(vehicle.budget_s), number)
    price = _price(problem, _ORTOOLS_KAPPA)
    for number, visit in enumerate(problem.visits):
        index = manager.NodeToIndex(number)
        routing.AddDisjunction([index], round(visit.prize * price))
        opens, closes = max(_up(max(visit.opens_s, 0.0)), 0), _down(min(visit.closes_s, horizon / _TICKS))
        if opens <= closes:
            dimension.CumulVar(index).SetRange(opens, closes)
        else:
            routing.VehicleVar(index).SetValue(-1)
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromSeconds(int(20 * seconds))  # of the wall, should it find nothing more
    until = _CLOCK() + seconds
    routing.AddAtSolutionCallback(lambda: routing.solver().FinishCurrentSearch() if _CLOCK() >= until else None)
    solution = routing.SolveWithParameters(parameters)
    orders: list[list[int]] = [[] for _ in vehicles]
    for number, order in enumerate(orders):
        at = solution.Value(routing.NextVar(routing.Start(number)))
        while not routing.IsEnd(at):
            order.append(manager.IndexToNode(at))
            at = solution.Value(routing.NextVar(at))
    return _answer(problem, orders)


def by_pyvrp(problem: Orienteering, seconds: float, seed: int) -> Routes:
    """PyVRP with four prices, the best answer of the four."""
    found = [_pyvrp_at(problem, seconds / len(_KAPPAS), seed, kappa) for kappa in _KAPPAS]
    return max(found, key=lambda one: one.prize)


def _pyvrp_at(problem: Orienteering, seconds: float, seed: int, kappa: float) -> Routes:
    travel = _ticks(problem)
    price = _price(problem, kappa)
    model = Model()
    places = [model.add_location(0, 0) for _ in range(len(travel))]
    ends = sorted({place for one in problem.vehicles for place in (one.start, one.end)})
    depots = {place: model.add_depot(places[place]) for place in ends}
    for a, row in enumerate(travel.tolist()):
        for b, ticks in enumerate(row):
            model.add_edge(places[a], places[b], ticks, ticks)
    for visit in problem.visits:
        opens = _up(max(visit.opens_s, 0.0))
        model.add_client(
            places[visit.place],
            service_duration=_up(visit.service_s),
            tw_early=opens,
            tw_late=max(opens, _down(min(visit.closes_s, 1e9))),
            prize=round(visit.prize * price),
            required=False,
        )
    for vehicle in problem.vehicles:
        model.add_vehicle_type(
            start_depot=depots[vehicle.start],
            end_depot=depots[vehicle.end],
            tw_early=_up(vehicle.ready_s),
            tw_late=_down(min(vehicle.back_by_s, 1e9)),
            shift_duration=_down(vehicle.budget_s),
        )
    until = _CLOCK() + seconds
    result = solve(model.data(), lambda _: until <= _CLOCK(), seed, collect_stats=False)
    orders: list[list[int]] = [[] for _ in problem.vehicles]
    if result.is_feasible():
        for route in result.best.routes():
            orders[route.vehicle_type()] = [one.idx for one in route if one.is_client()]
    return _answer(problem, orders)


def _price(problem: Orienteering, kappa: float) -> float:
    """Ticks that a prize of 1 stands for."""
    budget = sum(_down(one.budget_s) for one in problem.vehicles)
    return kappa * budget / sum(one.prize for one in problem.visits)


def _ticks(problem: Orienteering) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.ceil(problem.travel_s * _TICKS - 1e-6).astype(np.int64)


def _up(seconds: float) -> int:
    return int(np.ceil(seconds * _TICKS - 1e-6))


def _down(seconds: float) -> int:
    return int(np.floor(seconds * _TICKS + 1e-6))


def _answer(problem: Orienteering, orders: Sequence[Sequence[int]]) -> Routes:
    routes = tuple(problem.route(number, order) for number, order in enumerate(orders) if order)
    return Routes(routes, sum(problem.visits[one].prize for order in orders for one in order))


WAYS: dict[str, Callable[[Orienteering, float, int], Routes]] = {
    "ours": ours,
    "ortools": by_ortools,
    "pyvrp": by_pyvrp,
}


def row(instance: Instance) -> dict[str, Any]:
    """What each way collects on one instance within each limit, and how far that is from the best known."""
    problem = instance.read(_FOLDER)
    seed = int(os.environ.get("OTEAR_BENCH_SEED", "1"))
    made: dict[str, Any] = {"instance": str(instance), "best_known": instance.best_known}
    for seconds in _limits():
        for way in _ways():
            began_s = _CLOCK()
            answer = accept_routes(problem, WAYS[way](problem, seconds, seed))
            made[f"{way}_{seconds:g}_s"] = round(answer.prize)
            made[f"{way}_{seconds:g}_gap"] = 100.0 * (instance.best_known - answer.prize) / instance.best_known
            if way != "ours":
                made[f"{way}_{seconds:g}_took_s"] = _CLOCK() - began_s
    print(made, file=sys.stderr, flush=True)
    return made


def _limits() -> list[float]:
    return [float(one) for one in os.environ.get("OTEAR_BENCH_SECONDS", "10,60").split(",")]


def _ways() -> list[str]:
    return ["ours", *(one for one in os.environ.get("OTEAR_BENCH_PEERS", "ortools,pyvrp").split(",") if one)]


def rows() -> list[dict[str, Any]]:
    """A row for each instance, and the means."""
    wanted = os.environ.get("OTEAR_BENCH_INSTANCES")
    chosen = [one for one in INSTANCES if wanted is None or str(one) in wanted.split(",")]
    cores = int(os.environ.get("OTEAR_BENCH_CORES", "1"))
    if cores > 1:
        with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
            made = list(pool.map(row, chosen))
    else:
        made = [row(one) for one in chosen]
    gaps = [name for name in made[0] if name.endswith("gap")]
    mean = {name: float(np.mean([one[name] for one in made])) for name in gaps}
    clipped = {name: float(np.mean([max(one[name], 0.0) for one in made])) for name in gaps}
    return [*made, {"instance": "mean"} | mean, {"instance": "mean, better as 0"} | clipped]


def tables() -> Tables:
    """Prizes and gaps in percent of the best known value."""
    return {f"Prizes and gaps (%), best known values of {len(INSTANCES)} instances": rows()}


if __name__ == "__main__":
    main(tables, __doc__)
