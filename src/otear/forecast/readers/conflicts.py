"""Where records contradict each other: every version is shown, and none is chosen.

`conflicts` are different numbers for the same thing. `impossible` are numbers that cannot all be true: a total that is
less than what the same series counts in parts of its period or of its area.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Generic

from otear.domain.records import COUNTRY, CountRecord, Precision
from otear.domain.series import Record, Series


@dataclass(frozen=True)
class Conflict(Generic[Record]):
    """Versions of one number that differ, in the order of their sources. `across` says that they are of several series,
    which may well count different things."""

    versions: tuple[Record, ...]
    across: bool

    @property
    def only_rounding(self) -> bool:
        """Whether one number was counted and all others are that number, rounded."""
        exact = {one.value for one in self.versions if one.precision is not Precision.ROUNDED}
        rounded = {one.value for one in self.versions if one.precision is Precision.ROUNDED}
        if len(exact) != 1:
            return False
        counted = next(iter(exact))
        return counted is not None and all(value is not None and _rounds_to(counted, value) for value in rounded)


@dataclass(frozen=True)
class Impossible:
    """A total that is less than its parts, which do not overlap: `short` is by how much."""

    whole: CountRecord
    parts: tuple[CountRecord, ...]
    short: int

    @property
    def some_rounded(self) -> bool:
        """Whether a number among them was rounded, which may be all there is to it."""
        return any(one.precision is Precision.ROUNDED for one in (self.whole, *self.parts))


def conflicts(series: Sequence[Series[Record]]) -> tuple[Conflict[Record], ...]:
    """Different numbers for the same thing: within each series first (latest revisions), then across the series.

    Across, one number of each series stands for it: that of its latest revision.
    """
    within = [
        Conflict(each, across=False) for one in series for each in _differing(_by_subject(one.current()).values())
    ]
    every = _by_subject(record for one in series for record in one.current())
    several = [each for each in every.values() if len({record.series for record in each}) > 1]
    return (*within, *(Conflict(each, across=True) for each in _differing(several)))


def _by_subject(records: Iterable[Record]) -> dict[Hashable, list[Record]]:
    about: dict[Hashable, list[Record]] = defaultdict(list)
    for record in records:
        about[record.subject].append(record)
    return about


def _differing(groups: Iterable[Sequence[Record]]) -> list[tuple[Record, ...]]:
    return [tuple(group) for group in groups if len({one.value for one in group if one.value is not None}) > 1]


def _rounds_to(exact: Decimal, rounded: Decimal) -> bool:
    """Whether a number becomes another when it is rounded to the digits that the other has."""
    least = rounded.normalize().as_tuple().exponent
    return isinstance(least, int) and exact.quantize(Decimal(1).scaleb(least)) == rounded


def impossible(series: Series[CountRecord]) -> tuple[Impossible, ...]:
    """Totals of a series that are less than its own counts of parts of their period, or of parts of their area.

    Parts of an area are told by INEGI's keys: municipios of a state, states of the country.
    """
    alike: dict[Hashable, list[CountRecord]] = defaultdict(list)
    for record in series.current():
        alike[(record.kind, record.status, record.part)].append(record)
    return tuple(found for group in alike.values() for found in (*_in_time(group), *_in_space(group)))


def _in_time(records: Sequence[CountRecord]) -> list[Impossible]:
    areas: dict[str, list[CountRecord]] = defaultdict(list)
    for record in records:
        areas[record.area].append(record)
    found = []
    for group in areas.values():
        ordered = sorted(group, key=lambda record: (record.period.last, record.period.first))
        if not any(earlier.period.meets(later.period) for earlier, later in pairwise(ordered)):
            continue
        for whole in ordered:
            inside = [one for one in ordered if whole.period.holds(one.period) and one.period != whole.period]
            parts = _most(inside)
            short = sum(part.count for part in parts) - whole.count
            if short > 0:
                found.append(Impossible(whole, parts, short))
    return found


def _most(records: Sequence[CountRecord]) -> tuple[CountRecord, ...]:
    """Of records in the order of their last days, those without a common day that count the most together."""
    ends = [record.period.last for record in records]
    best: list[tuple[int, tuple[CountRecord, ...]]] = [(0, ())]
    for at, record in enumerate(records):
        before, chosen = best[bisect_left(ends, record.period.first, hi=at)]
        best.append(max(best[at], (before + record.count, (*chosen, record)), key=lambda each: each[0]))
    return best[-1][1]


def _in_space(records: Sequence[CountRecord]) -> list[Impossible]:
    known = {(record.area, record.period): record for record in records}
    parts: dict[tuple[str, object], list[CountRecord]] = defaultdict(list)
    for record in records:
        parent = _parent(record.area)
        if parent is not None:
            parts[(parent, record.period)].append(record)
    return [
        Impossible(known[at], tuple(group), short)
        for at, group in parts.items()
        if at in known and (short := sum(part.count for part in group) - known[at].count) > 0
    ]


def _parent(area: str) -> str | None:
    """The state of a municipio, the country of a state, None of anything else."""
    if not area.isdigit() or area == COUNTRY:
        return None
    return {5: area[:2], 2: COUNTRY}.get(len(area))
