"""Every rule that an answer breaks, found by following its routes: it shares no code with the solver.

Times may be off by `TOLERANCE_S`: what sums of decimal fractions in float64 come to, and no more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from otear.errors import InputError
from otear.plan.routes.problem import Orienteering, Route, Routes

TOLERANCE_S = 1e-6


class RouteRule(StrEnum):
    """What routes are held to."""

    KNOWN = "known"
    """Visits and vehicles are those of the problem, and every visit has one time of beginning."""
    ONE_ROUTE = "one_route"
    """A vehicle has one route at most."""
    ONCE = "once"
    """No visit is made twice, by whichever vehicle."""
    TRAVEL = "travel"
    """Between departure, visits and return lies the time that service and travel take."""
    WINDOW = "window"
    """A visit begins within its window."""
    READY = "ready"
    """No departure before the vehicle is ready."""
    BACK_BY = "back_by"
    """No return after the vehicle has to be back."""
    BUDGET = "budget"
    """No vehicle is out for longer than its budget."""
    PRIZE = "prize"
    """The prize that the answer claims is the sum of the prizes of its visits."""


@dataclass(frozen=True)
class BrokenRoute:
    """A rule that is broken, by which vehicle (none: by the answer as a whole), and how."""

    rule: RouteRule
    vehicle: int | None
    words: str


def accept_routes(problem: Orienteering, answer: Routes) -> Routes:
    """The answer itself, if it breaks no rule. Raises `InputError` with all that it breaks."""
    found = broken_routes(problem, answer)
    if found:
        raise InputError(
            "; ".join(one.words for one in found), field="routes", remedy="Plan them anew, or change what is named"
        )
    return answer


def broken_routes(problem: Orienteering, answer: Routes) -> list[BrokenRoute]:
    """Every rule that the answer breaks, in a fixed order; empty for an answer that can be flown.

    If it names what the problem does not know, only that is listed: nothing else can be judged then.
    """
    unknown = [broken for route in answer.routes for broken in _unknown(problem, route)]
    if unknown:
        return unknown
    return [*_together(problem, answer), *(broken for route in answer.routes for broken in _alone(problem, route))]


def _unknown(problem: Orienteering, route: Route) -> Iterator[BrokenRoute]:
    if not 0 <= route.vehicle < len(problem.vehicles):
        yield BrokenRoute(RouteRule.KNOWN, route.vehicle, f"there is no vehicle {route.vehicle}")
    for visit in route.visits:
        if not 0 <= visit < len(problem.visits):
            yield BrokenRoute(RouteRule.KNOWN, route.vehicle, f"there is no visit {visit}")
    if len(route.begins_s) != len(route.visits):
        yield BrokenRoute(
            RouteRule.KNOWN,
            route.vehicle,
            f"vehicle {route.vehicle} has {len(route.visits)} visits and {len(route.begins_s)} times for them",
        )


def _together(problem: Orienteering, answer: Routes) -> Iterator[BrokenRoute]:
    for vehicle, count in sorted(Counter(route.vehicle for route in answer.routes).items()):
        if count > 1:
            yield BrokenRoute(RouteRule.ONE_ROUTE, vehicle, f"vehicle {vehicle} has {count} routes")
    made = Counter(visit for route in answer.routes for visit in route.visits)
    for visit, count in sorted(made.items()):
        if count > 1:
            yield BrokenRoute(RouteRule.ONCE, None, f"visit {visit} is made {count} times")
    collected = sum(problem.visits[visit].prize for visit in made)
    if not abs(collected - answer.prize) <= 1e-9 * max(1.0, collected):
        yield BrokenRoute(RouteRule.PRIZE, None, f"the visits are worth {collected:g}, not {answer.prize:g}")


def _alone(problem: Orienteering, route: Route) -> Iterator[BrokenRoute]:
    vehicle, number = problem.vehicles[route.vehicle], route.vehicle
    if not route.departs_s >= vehicle.ready_s - TOLERANCE_S:
        yield BrokenRoute(
            RouteRule.READY, number, f"vehicle {number} departs at {route.departs_s:g} s, ready at {vehicle.ready_s:g}"
        )
    place, free_s = vehicle.start, route.departs_s
    for name, begins_s in zip(route.visits, route.begins_s, strict=True):
        visit = problem.visits[name]
        earliest_s = free_s + float(problem.travel_s[place, visit.place])
        if not begins_s >= earliest_s - TOLERANCE_S:
            yield BrokenRoute(
                RouteRule.TRAVEL, number, f"visit {name} begins at {begins_s:g} s, can be reached at {earliest_s:g}"
            )
        if not visit.opens_s - TOLERANCE_S <= begins_s <= visit.closes_s + TOLERANCE_S:
            yield BrokenRoute(
                RouteRule.WINDOW,
                number,
                f"visit {name} begins at {begins_s:g} s, outside {visit.opens_s:g} to {visit.closes_s:g}",
            )
        place, free_s = visit.place, begins_s + visit.service_s
    earliest_s = free_s + float(problem.travel_s[place, vehicle.end])
    if not route.returns_s >= earliest_s - TOLERANCE_S:
        yield BrokenRoute(
            RouteRule.TRAVEL, number, f"vehicle {number} returns at {route.returns_s:g} s, can at {earliest_s:g}"
        )
    if not route.returns_s <= vehicle.back_by_s + TOLERANCE_S:
        yield BrokenRoute(
            RouteRule.BACK_BY, number, f"vehicle {number} returns at {route.returns_s:g} s, after {vehicle.back_by_s:g}"
        )
    out_s = route.returns_s - route.departs_s
    if not out_s <= vehicle.budget_s + TOLERANCE_S:
        yield BrokenRoute(
            RouteRule.BUDGET, number, f"vehicle {number} is out for {out_s:g} s, longer than {vehicle.budget_s:g}"
        )
