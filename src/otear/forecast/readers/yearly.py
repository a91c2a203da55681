"""A series by area and year: the only place where records are added up, and only those of one series.

`rows` and `exposure` are what `otear.forecast.panel.panel_of` takes. What is left out is listed with its reason.
"""

from __future__ import annotations

from calendar import isleap
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Generic

from otear.domain.kinds import SiteKind
from otear.domain.records import CountRecord, EventRecord, Status
from otear.domain.series import Record, Series
from otear.errors import InputError

AreaYear = tuple[str, int]
_REPLACED = "a later revision replaces it"


@dataclass(frozen=True)
class LeftOut(Generic[Record]):
    """A record that was not used, and why."""

    record: Record
    why: str


@dataclass(frozen=True)
class Yearly(Generic[Record]):
    """`rows` are area, year and number, sorted; `exposure` is how well each was looked at: the share of the year that
    was counted, times the source's own exposure where it gives one."""

    series: str
    rows: tuple[tuple[str, int, float], ...]
    exposure: dict[AreaYear, float]
    left_out: tuple[LeftOut[Record], ...]


def yearly_counts(
    series: Series[CountRecord],
    *,
    areas: Collection[str] | None = None,
    status: Status = Status.UNKNOWN,
    parts: Collection[str] | None = None,
) -> Yearly[CountRecord]:
    """Counts of one series by area and year, of the latest revisions.

    Only records of `status` are used (totals are of unknown status), of `areas` and of `parts` (all of them where these
    are None). Of records whose periods overlap the longest is used. A period that is not within one year is left out.
    Raises `InputError` where two sources give different numbers for one thing, and where keys of different levels
    would be added (give `areas` then).
    """
    left: list[LeftOut[CountRecord]] = []
    usable: dict[tuple[AreaYear, SiteKind | None, str], list[CountRecord]] = defaultdict(list)
    for versions in series.versions():
        record = versions[0]
        rivals = [one for one in versions[1:] if one.revision == record.revision]
        left += [LeftOut(one, _REPLACED) for one in versions[1:] if one.revision < record.revision]
        why = _unfit(record, areas, status, parts)
        if why:
            left += [LeftOut(one, why) for one in (record, *rivals)]
            continue
        for other in rivals:
            if other.count != record.count:
                raise _undecided(series.name, record, other)
            left.append(LeftOut(other, f"it says the same as line {record.source.line}"))
        usable[((record.area, record.period.first.year), record.kind, record.part)].append(record)
    _check_levels(series.name, {at[0][0] for at in usable})
    counts: dict[AreaYear, int] = defaultdict(int)
    shares: dict[AreaYear, list[float]] = defaultdict(list)
    for (at, _, _), records in usable.items():
        used: list[CountRecord] = []
        for record in sorted(records, key=lambda one: (-one.period.days, one.period.first)):
            holder = next((one for one in used if one.period.meets(record.period)), None)
            if holder is not None:
                left.append(LeftOut(record, f"{holder.period} is counted already, on line {holder.source.line}"))
                continue
            used.append(record)
        counts[at] += sum(record.count for record in used)
        shares[at].append(sum(_share(record) for record in used))
    rows = tuple((area, year, float(counts[area, year])) for area, year in sorted(counts))
    return Yearly(series.name, rows, {at: max(each) for at, each in shares.items()}, tuple(left))


def yearly_events(
    series: Series[EventRecord],
    *,
    areas: Collection[str] | None = None,
    kinds: Collection[SiteKind | None] | None = None,
) -> Yearly[EventRecord]:
    """Sites of the events of one series by area and year, of whatever status; what has no year is left out.

    An event that is placed in a state only counts for the state and for none of its municipios. Raises `InputError`
    where two sources give different numbers for one place in one event.
    """
    left: list[LeftOut[EventRecord]] = []
    counts: dict[AreaYear, int] = defaultdict(int)
    for versions in series.versions():
        record = versions[0]
        rivals = [one for one in versions[1:] if one.revision == record.revision]
        left += [LeftOut(one, _REPLACED) for one in versions[1:] if one.revision < record.revision]
        why = ""
        if record.period is None:
            why = "no date is known"
        elif record.period.first.year != record.period.last.year:
            why = "its period is not within one year"
        elif areas is not None and record.area not in areas:
            why = "its area was not asked for"
        elif kinds is not None and record.kind not in kinds:
            why = "its kind was not asked for"
        if why:
            left += [LeftOut(one, why) for one in (record, *rivals)]
            continue
        for other in rivals:
            if other.count != record.count:
                raise _undecided(series.name, record, other)
            left.append(LeftOut(other, f"it says the same as line {record.source.line}"))
        assert record.period is not None
        counts[record.area, record.period.first.year] += record.count
    rows = tuple((area, year, float(counts[area, year])) for area, year in sorted(counts))
    return Yearly(series.name, rows, dict.fromkeys(counts, 1.0), tuple(left))


def _unfit(
    record: CountRecord, areas: Collection[str] | None, status: Status, parts: Collection[str] | None
) -> str | None:
    if areas is not None and record.area not in areas:
        return "its area was not asked for"
    if record.status is not status:
        return f"its status is {record.status}"
    if parts is not None and record.part not in parts:
        return "its part was not asked for"
    if record.period.first.year != record.period.last.year:
        return "its period is not within one year"
    return None


def _share(record: CountRecord) -> float:
    days = 366 if isleap(record.period.first.year) else 365
    return record.period.days / days * (1.0 if record.exposure is None else record.exposure)


def _undecided(name: str, record: CountRecord | EventRecord, other: CountRecord | EventRecord) -> InputError:
    return InputError(
        f"{record.area} has {record.count} by {record.source} and {other.count} by {other.source}",
        source=f"series {name}",
        field="count",
        remedy="Give the number that holds a higher revision",
    )


def _check_levels(name: str, areas: set[str]) -> None:
    """INEGI's keys of a state and of its municipios must not be added up side by side."""
    states = {area for area in areas if area.isdigit() and len(area) == 2}
    for area in sorted(areas):
        if area.isdigit() and len(area) == 5 and area[:2] in states:
            raise InputError(
                f"it counts {area} and also the state {area[:2]} that it lies in",
                source=f"series {name}",
                field="area",
                remedy="Say which areas are wanted",
            )
