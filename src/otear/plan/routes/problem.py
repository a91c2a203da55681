"""Prize-collecting visits by several aircraft: the problem, and what an answer says.

In the literature this is *team orienteering*, with or without time windows. A visit (a sweep box, an orbit) is worth a
prize if some vehicle makes it, once; no vehicle has to. The answer that collects the most is the best. Places are
numbered: `travel_s[a, b]` is the time from place a to place b, and may differ from the way back (wind). Times are
seconds from an instant that the caller chooses; prizes may have any unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf, isfinite

import numpy as np

from otear.errors import InputError
from otear.geo.frames import Floats


@dataclass(frozen=True)
class Visit:
    """What may be visited: its place, what it is worth, how long it takes, and between which times it may begin.

    Raises `InputError` for a prize or a duration that is below zero or not finite, and for a window that ends before
    it opens.
    """

    place: int
    prize: float
    service_s: float = 0.0
    opens_s: float = -inf
    closes_s: float = inf

    def __post_init__(self) -> None:
        for name in ("prize", "service_s"):
            if not (isfinite(getattr(self, name)) and getattr(self, name) >= 0.0):
                raise InputError(
                    f"{getattr(self, name)!r} is not a number from 0 up", field=name, remedy="Give a finite number"
                )
        _in_order("closes_s", self.opens_s, self.closes_s)


@dataclass(frozen=True)
class Vehicle:
    """What visits: where it starts and ends, and how long it may be out.

    It departs at `ready_s` or later, is back by `back_by_s`, and is out for `budget_s` at most. Raises `InputError` if
    it would have to be back before it is ready, or if a budget is below zero or not finite.
    """

    start: int
    end: int
    budget_s: float
    ready_s: float = 0.0
    back_by_s: float = inf

    def __post_init__(self) -> None:
        if not (isfinite(self.budget_s) and self.budget_s >= 0.0):
            raise InputError(
                f"{self.budget_s!r} is no length of time", field="budget_s", remedy="Give a finite number from 0 up"
            )
        if not isfinite(self.ready_s):
            raise InputError(f"{self.ready_s!r} is no time", field="ready_s", remedy="Give a finite number")
        _in_order("back_by_s", self.ready_s, self.back_by_s)


def _in_order(field: str, first: float, last: float) -> None:
    if not first <= last or first == inf or last == -inf:
        raise InputError(f"from {first!r} to {last!r} is never", field=field, remedy="Swap or correct the two")


@dataclass(frozen=True, eq=False)
class Orienteering:
    """Visits, vehicles, and `travel_s` (places, places) between them.

    Raises `InputError` for a matrix that is not square or holds a negative or infinite time, for a visit or a vehicle
    at a place that it does not have, and for a vehicle that cannot reach its end in time even without a visit.
    """

    travel_s: Floats
    visits: tuple[Visit, ...]
    vehicles: tuple[Vehicle, ...]

    def __post_init__(self) -> None:
        travel = np.array(self.travel_s, dtype=np.float64)
        if travel.ndim != 2 or travel.shape[0] != travel.shape[1]:
            raise InputError(
                f"of shape {travel.shape}, not square", field="travel_s", remedy="Give a row and a column a place"
            )
        if not (np.isfinite(travel).all() and (travel >= 0.0).all()):
            raise InputError(
                "negative or infinite times", field="travel_s", remedy="Leave out places that cannot be reached"
            )
        travel.flags.writeable = False
        object.__setattr__(self, "travel_s", travel)
        self._places("visits", [one.place for one in self.visits])
        self._places("vehicles", [place for one in self.vehicles for place in (one.start, one.end)])
        for number, one in enumerate(self.vehicles):
            needed = float(travel[one.start, one.end])
            if needed > min(one.budget_s, one.back_by_s - one.ready_s):
                raise InputError(
                    f"vehicle {number} needs {needed:g} s from its start to its end and has less",
                    field="vehicles",
                    remedy="Leave it out, or give it more time",
                )

    def _places(self, field: str, places: Sequence[int]) -> None:
        for place in places:
            if not 0 <= place < len(self.travel_s):
                raise InputError(
                    f"place {place} of {len(self.travel_s)}", field=field, remedy="Places are numbered from 0"
                )

    def route(self, vehicle: int, visits: Sequence[int]) -> Route:
        """The visits in this order by this vehicle, out for as short a time as can be, and then as early as can be.

        Nothing is asked about budgets: that is for `route_rules`. Windows that cannot be kept are missed late, so that
        the same check finds them.
        """
        craft, made = self.vehicles[vehicle], [self.visits[one] for one in visits]
        stops = [craft.start, *(one.place for one in made), craft.end]
        legs = [float(self.travel_s[a, b]) for a, b in pairwise(stops)]
        # How late the vehicle may leave each stop without a later one beginning late. To leave as late as the windows
        # allow, and no later than the route without any delay on the ground would be back, is to be out shortest.
        latest = craft.back_by_s
        for one, leg in zip(reversed(made), reversed(legs), strict=False):
            latest = min(latest - leg - one.service_s, one.closes_s)
        latest = max(latest - legs[0], craft.ready_s)
        waited, at = 0.0, craft.ready_s
        for one, leg in zip(made, legs, strict=False):
            arrives = at + leg
            waited += max(one.opens_s - arrives, 0.0)
            at = max(arrives, one.opens_s) + one.service_s
        departs = min(latest, craft.ready_s + waited)
        begins, at = [], departs
        for one, leg in zip(made, legs, strict=False):
            begins.append(max(at + leg, one.opens_s))
            at = begins[-1] + one.service_s
        return Route(vehicle, tuple(visits), departs, tuple(begins), at + legs[-1])


@dataclass(frozen=True)
class Route:
    """One vehicle's visits in their order, with its departure, the begin of each visit, and its return, in seconds."""

    vehicle: int
    visits: tuple[int, ...]
    departs_s: float
    begins_s: tuple[float, ...]
    returns_s: float


@dataclass(frozen=True)
class Routes:
    """An answer: a route for each vehicle that has visits to make, and the sum of their prizes."""

    routes: tuple[Route, ...]
    prize: float
