"""Watching a flight: before every stretch, whether it may go on; and where it may not, which way it goes home.

Before every stretch the authority is asked whether it is in force, and where the last answer ends, whether the way
ahead may be flown, at the times that it has come to: a flight that runs late is refused what it was planned to do.

The way home is the quickest that the authority allows. Where it allows none, as after a revocation, it is the quickest
that keeps to the airspace that was allowed, and at the last the way that it came.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from otear.authority.decide import in_force
from otear.domain.aircraft import Aircraft
from otear.domain.authority import Authority, Revocation
from otear.domain.decision import Decision
from otear.domain.sortie import Sortie
from otear.flight.dubins import Whither
from otear.flight.home import Ways
from otear.flight.route import Part, Route, allowed, cut, flight_model, timed
from otear.flight.wind import Wind

AHEAD_S = 120.0
"""So much of the route is asked for at a time."""
_ROUNDING_M = 1e-3
LATE_US = 10_000_000
"""How much later or earlier than last judged a flight may come to end before the rest of it is judged anew."""
FUEL_MARGIN = 1.05
"""More fuel is held than a way takes in a steady wind: for gusts."""


@dataclass(frozen=True)
class FlightEvent:
    """Something that changed a flight: `what` in a word (recalled, fuel), `why` as a sentence."""

    time_us: int
    what: str
    why: str


@dataclass(frozen=True)
class Spot:
    """Where a flight is: at a time, a place with its course and a height, so far along a part of the route, and the
    fuel that is left."""

    time_us: int
    at: Whither
    height_m: float
    index: int
    along_m: float
    fuel: float


class _Unrevoked:
    """A standing that knows of no revocation."""

    def revocation(self, authority_id: str) -> Revocation | None:
        return None


class Watch:
    """Watches one flight of a route in a wind that need not be the one that it was planned in."""

    def __init__(
        self,
        sortie: Sortie,
        aircraft: Aircraft,
        authority: Authority,
        *,
        route: Route,
        wind: Wind,
        now_us: Callable[[int], int],
    ) -> None:
        self._sortie, self._aircraft, self._authority = sortie, aircraft, authority
        self._route, self._wind, self._now_us = route, wind, now_us
        self._ways = Ways(route, aircraft, wind)
        self._asked_m = 0.0
        self._starts_m = np.cumsum([0.0, *(part.stroke.length_m for part in route.parts)]).tolist()
        self._judged_end_us = route.starts_us[-1]
        self._left = [(0, 0.0)]
        for part in reversed(route.parts):
            alone, (after_us, after) = self._timed([part], 0), self._left[-1]
            self._left.append((after_us + alone.starts_us[-1], after + alone.fuel_used))
        self._left.reverse()

    def may_go_on(self, spot: Spot, stretch: Part) -> FlightEvent | None:
        """What ends the flight before a stretch, None where nothing does."""
        refusal = self._fallen(spot) or self._ahead(spot, stretch) or self._late(spot)
        if refusal is not None:
            return FlightEvent(spot.time_us, "recalled", refusal)
        reserve = flight_model(self._aircraft).fuel.reserve
        if spot.fuel - self._rest(spot)[1] * FUEL_MARGIN >= reserve:
            return None
        # The plan as it stands takes too much: it goes on for as long as a shorter way home is left.
        length = stretch.stroke.length_m
        after = replace(spot, at=stretch.stroke.end, height_m=stretch.end_hae_m, along_m=spot.along_m + length)
        needs = self._fuel([stretch, *self.way_home(after)], spot.time_us)
        if spot.fuel - needs >= reserve:
            return None
        unit = flight_model(self._aircraft).fuel.unit
        why = f"{spot.fuel:.3g} {unit} are left; the next stretch and the way home take {needs:.3g} {unit}"
        return FlightEvent(spot.time_us, "fuel", f"{why}, and {reserve:g} {unit} are kept")

    def way_home(self, spot: Spot) -> list[Part]:
        """The quickest way home that may be flown."""
        every = self._ways.every(spot.at, spot.height_m, spot.index, spot.along_m)
        found = sorted(every, key=lambda way: self._timed(way, spot.time_us).duration_s)
        standing = replace(self._authority, standing=_Unrevoked())
        for authority, start_us in (
            (self._authority, spot.time_us),
            (standing, spot.time_us),
            (standing, self._sortie.depart_us),
        ):
            for way in found:
                if self._allows(authority, way, start_us):
                    return way
        return every[-1]

    def _rest(self, spot: Spot) -> tuple[int, float]:
        """Time (microseconds) and fuel from here to the end of the route."""
        after_us, after = self._left[spot.index + 1]
        part = self._route.parts[spot.index]
        if spot.along_m >= part.stroke.length_m:
            return after_us, after
        here = self._timed([cut(part, spot.along_m, part.stroke.length_m)], 0)
        return after_us + here.starts_us[-1], after + here.fuel_used

    def _fallen(self, spot: Spot) -> str | None:
        """Why the authority is not in force: asked before every stretch."""
        return _reason(in_force(self._authority, self._now_us(spot.time_us)))

    def _ahead(self, spot: Spot, stretch: Part) -> str | None:
        """Why the way ahead may not be flown: asked where the last answer ends."""
        at_m = self._starts_m[spot.index] + spot.along_m
        if at_m + stretch.stroke.length_m <= self._asked_m:
            return None
        part = self._route.parts[spot.index]
        end_m = min(part.stroke.length_m, spot.along_m + AHEAD_S * part.airspeed_mps)
        ahead = [cut(part, spot.along_m, end_m)]
        seconds = (end_m - spot.along_m) / part.airspeed_mps
        for following in self._route.parts[spot.index + 1 :] if end_m == part.stroke.length_m else ():
            seconds += following.stroke.length_m / following.airspeed_mps
            if seconds > AHEAD_S:
                break
            ahead.append(following)
        self._asked_m = at_m + sum(each.stroke.length_m for each in ahead) + _ROUNDING_M
        return self._refusal(ahead, spot.time_us)

    def _late(self, spot: Spot) -> str | None:
        """Why the rest of the route may not be flown at the times that it has come to."""
        end_us = spot.time_us + self._rest(spot)[0]
        if abs(end_us - self._judged_end_us) <= LATE_US:
            return None
        # Where it runs late it will run later still before it is judged again: that is judged, too.
        later_us = LATE_US if end_us > self._judged_end_us else 0
        self._judged_end_us = end_us
        rest = self._ways.rest(spot.index, spot.along_m)
        if not rest:
            return None
        return self._refusal(rest, spot.time_us) or self._refusal(rest, spot.time_us + later_us)

    def _refusal(self, parts: Sequence[Part], start_us: int) -> str | None:
        path = self._timed(parts, start_us).path
        return _reason(allowed(path, self._sortie, self._aircraft, self._authority, self._now_us(start_us)))

    def _allows(self, authority: Authority, parts: Sequence[Part], start_us: int) -> bool:
        path = self._timed(parts, start_us).path
        return not path or allowed(path, self._sortie, self._aircraft, authority, self._now_us(start_us)).allowed

    def _timed(self, parts: Sequence[Part], start_us: int) -> Route:
        return timed(self._route.chart, parts, start_us, self._aircraft, self._wind)

    def _fuel(self, parts: Sequence[Part], start_us: int) -> float:
        return self._timed(parts, start_us).fuel_used * FUEL_MARGIN


def _reason(decision: Decision) -> str | None:
    return None if decision.allowed else f"{decision.rule}: {decision.because.en}"
