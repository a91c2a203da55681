"""What fewer or more survey orbits need, what they find, and where one more stops being worth it.

Two cases beside each other: *ideal*, in which every planned hour is flown, and *real*, in which the share is flown that
a programme of this kind has shown. The real share holds availability, weather, maintenance and money already, so it is
put to the planned hours and to nothing that has those taken off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from otear.domain.capacity import (
    Capacity,
    Case,
    Crewing,
    Curve,
    Expectation,
    Floats,
    Looking,
    OrbitFleet,
    Period,
    Row,
    Step,
    Worth,
)
from otear.errors import InputError
from otear.plan.capacity.fleet import flown_per_station_hour, need
from otear.plan.capacity.search import CapacitySearch, searched

IDEAL, REAL = "ideal", "real"
OVERSTATED = (1.2, 2.0)
"""How many times more a cell model finds than a continuous simulation of a flown plan does: from, to."""
_CURVE_POINTS = 25
_MOST_ORBITS = 1000


@dataclass(frozen=True)
class CapacityTerms:
    """What an answer rests on besides the forecast."""

    fleet: OrbitFleet
    crewing: Crewing
    looking: Looking
    worth: Worth
    period: Period

    def share(self, case: str) -> float:
        """The share of planned hours that is flown in a case."""
        return 1.0 if case == IDEAL else self.period.flown_share

    def station_h(self, orbits: float, case: str) -> float:
        """Hours on station in the period."""
        return orbits * 24.0 * self.period.days * self.share(case)


def capacity(
    forecast: Expectation, terms: CapacityTerms, orbits: Sequence[int], generator: np.random.Generator
) -> Capacity:
    """The answer for each number of `orbits`, in the order given. The generator draws what may really be there.

    Raises `InputError` for numbers that are not from 1 to 1,000 or come twice, and as `capacity_fleet.need` does.
    """
    if not orbits or len(set(orbits)) != len(orbits) or not all(1 <= one <= _MOST_ORBITS for one in orbits):
        raise InputError(
            f"orbits {', '.join(map(str, orbits)) or 'none'}",
            field="orbits",
            remedy=f"Give whole numbers from 1 to {_MOST_ORBITS}, each once, as in 40,60,90",
        )
    search = searched(forecast, terms.looking, generator)
    rows = tuple(_row(search, terms, count) for count in orbits)
    return Capacity(
        rows,
        tuple(_step(one, other) for one, other in pairwise(rows)),
        {case: _worth_up_to(search, terms, case) for case in (IDEAL, REAL)},
        _curve(search, terms, max(orbits)),
    )


def _row(search: CapacitySearch, terms: CapacityTerms, orbits: int) -> Row:
    needed = need(terms.fleet, terms.crewing, orbits, terms.period.days, terms.period.confidence)
    return Row(orbits, needed, _case(search, terms, orbits, IDEAL), _case(search, terms, orbits, REAL))


def _case(search: CapacitySearch, terms: CapacityTerms, orbits: int, case: str) -> Case:
    hours = terms.station_h(orbits, case)
    found, extra = search.found(hours), _extra(search, terms, orbits, case)
    more_h = terms.station_h(1, case) * flown_per_station_hour(terms.fleet)
    sites = extra * search.forecast.sites
    return Case(
        terms.share(case),
        hours,
        hours * flown_per_station_hour(terms.fleet),
        found,
        search.found_90(hours),
        (found / OVERSTATED[1], found / OVERSTATED[0]),
        extra,
        found * search.forecast.sites,
        tuple(more_h * usd / sites if sites > 0.0 else float("inf") for usd in terms.worth.hour_usd),
    )


def _extra(search: CapacitySearch, terms: CapacityTerms, orbits: float, case: str) -> float:
    """What the next orbit adds to the share found."""
    after, before = (search.found(terms.station_h(count, case)) for count in (orbits + 1, orbits))
    return max(0.0, after - before)


def _worth_up_to(search: CapacitySearch, terms: CapacityTerms, case: str) -> tuple[float, ...]:
    """For each cost of a flight hour: how many orbits until a further site costs more than it is worth."""
    station_usd = (usd * flown_per_station_hour(terms.fleet) for usd in terms.worth.hour_usd)
    least = (usd / terms.worth.site_usd / search.forecast.sites for usd in station_usd)
    return tuple(search.hours_until(share) / terms.station_h(1.0, case) for share in least)


def _step(before: Row, after: Row) -> Step:
    return Step(
        before.orbits,
        after.orbits,
        after.orbits / before.orbits,
        after.need.airframes - before.need.airframes,
        after.need.crews - before.need.crews,
        after.real.hours_flown - before.real.hours_flown,
        after.real.p_detect - before.real.p_detect,
        after.real.p_detect / before.real.p_detect,
    )


def _curve(search: CapacitySearch, terms: CapacityTerms, most: int) -> Curve:
    end = np.ceil(1.25 * most)
    counts = np.unique(
        np.concatenate([np.geomspace(1.0, end, _CURVE_POINTS), np.linspace(1.0, end, _CURVE_POINTS)]).round()
    )
    needs = [need(terms.fleet, terms.crewing, count, terms.period.days, terms.period.confidence) for count in counts]

    def along(case: str) -> tuple[Floats, Floats, Floats]:
        hours = [terms.station_h(count, case) for count in counts]
        return (
            np.array([search.found(one) for one in hours]),
            np.array([search.found_90(one) for one in hours]).T,
            np.array([_extra(search, terms, count, case) for count in counts]),
        )

    cases = {case: along(case) for case in (IDEAL, REAL)}
    return Curve(
        counts,
        {case: values[0] for case, values in cases.items()},
        {case: values[1] for case, values in cases.items()},
        {case: values[2] for case, values in cases.items()},
        np.array([one.airframes for one in needs], dtype=np.float64),
        np.array([one.crews for one in needs], dtype=np.float64),
    )
