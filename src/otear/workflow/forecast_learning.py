"""From records to a panel: which series is learned from, year by year, and what is assumed of how well was looked.

Nothing here says how well anybody looked where the source does not. A year in which a series has no record at all is a
year in which nobody reported, exposure 0; in any other year an area without a record was looked at as long as the area
that was looked at longest, and nothing was found there. That is an assumption, and every forecast says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from otear.domain.kinds import SiteKind
from otear.domain.records import CountRecord, EventRecord, Status
from otear.domain.series import Records, Series
from otear.errors import InputError, NotFoundError
from otear.forecast.panel import Panel, panel_of
from otear.forecast.readers import Yearly, yearly_counts, yearly_events
from otear.workflow.forecast_ground import Ground

SiteSeries = Series[CountRecord] | Series[EventRecord]
AnyYearly = Yearly[CountRecord] | Yearly[EventRecord]


@dataclass(frozen=True)
class Chosen:
    """What of a series is learned from: sites of `kinds` (all where it is empty), and totals of this `status`."""

    series: str | None = None
    kinds: frozenset[SiteKind] = frozenset()
    status: Status = Status.UNKNOWN


@dataclass(frozen=True, eq=False)
class Learning:
    """A series as a panel, with what went into it.

    `what` is counts or events; `years` are the first and the last that are used; `kinds` how many sites of each kind
    were counted in them; `left_out` says how many records were not used, by the reason; `silent` are the years in
    which the series has no record at all; `stated` says whether the source tells how well was looked; `passed_over` are
    series that contradict themselves and were not considered, with the reason.
    """

    series: str
    what: str
    agencies: tuple[str, ...]
    files: tuple[str, ...]
    panel: Panel
    used: tuple[CountRecord | EventRecord, ...]
    kinds: dict[str, int]
    left_out: dict[str, int]
    silent: tuple[int, ...]
    stated: bool
    passed_over: dict[str, str]

    @property
    def years(self) -> tuple[int, int]:
        """The first and the last year."""
        return int(self.panel.years[0]), int(self.panel.years[-1])


def learning(records: Records, ground: Ground, chosen: Chosen, *, before: int) -> Learning:
    """The panel of one series over all areas, from its first year to the last one before `before`.

    Without a name the series is taken that places most sites in these areas, and the answer says which one that is.
    Raises `NotFoundError` for a series that is not there, `InputError` where it counts nothing in any of these areas.
    """
    candidates: list[SiteSeries] = [*records.counts, *records.events]
    if chosen.series is not None:
        candidates = [one for one in candidates if one.name == chosen.series]
    if not candidates:
        raise _no_such(records, chosen.series)
    placed: list[tuple[float, SiteSeries, AnyYearly]] = []
    passed_over: dict[str, str] = {}
    for one in candidates:
        try:
            yearly = _yearly(one, ground.areas.keys, chosen)
        except InputError as error:
            if chosen.series is not None:
                raise
            passed_over[one.name] = str(error)
            continue
        placed.append((sum(n for _, year, n in yearly.rows if year < before), one, yearly))
    most = max(placed, key=lambda each: each[0], default=None)
    if most is None or not any(year < before for _, year, _ in most[2].rows):
        raise _nothing(ground, chosen, [each for _, _, each in placed], before)
    return _learned(most[1], most[2], ground, before, passed_over)


def _yearly(series: SiteSeries, areas: Collection[str], chosen: Chosen) -> AnyYearly:
    kinds = chosen.kinds or None
    if series.records and isinstance(series.records[0], EventRecord):
        return yearly_events(_events(series), areas=set(areas), kinds=kinds)
    counts = _counts(series)
    if kinds is not None:
        counts = Series(counts.name, tuple(one for one in counts.records if one.kind in kinds))
    return yearly_counts(counts, areas=set(areas), status=chosen.status)


def _counts(series: SiteSeries) -> Series[CountRecord]:
    return Series(series.name, tuple(one for one in series.records if isinstance(one, CountRecord)))


def _events(series: SiteSeries) -> Series[EventRecord]:
    return Series(series.name, tuple(one for one in series.records if isinstance(one, EventRecord)))


def _learned(
    series: SiteSeries, yearly: AnyYearly, ground: Ground, before: int, passed_over: dict[str, str]
) -> Learning:
    areas = ground.areas
    rows = [row for row in yearly.rows if row[1] < before]
    looked = {at: how_well for at, how_well in yearly.exposure.items() if at[1] < before}
    first, last = min(year for _, year, _ in rows), max(year for _, year, _ in rows)
    by_year = dict.fromkeys(range(first, last + 1), 0.0)
    for (_, year), how_well in looked.items():
        by_year[year] = max(by_year[year], how_well)
    exposure = {(key, year): how_well for year, how_well in by_year.items() for key in areas.keys} | looked
    panel = panel_of(
        series.name,
        rows,
        state_of=dict(zip(areas.keys, ground.state_of, strict=True)),
        exposure=exposure,
        years=(first, last),
        places_m={key: (float(x), float(y)) for key, (x, y) in zip(areas.keys, areas.places_m, strict=True)},
        neighbours=areas.neighbour_keys(),
    )
    out = {id(one.record) for one in yearly.left_out}
    used = tuple(
        one
        for one in series.records
        if id(one) not in out and one.period is not None and first <= one.period.first.year <= last
    )
    kinds: Counter[str] = Counter()
    for one in used:
        kinds[str(one.kind or "not stated")] += one.count
    left: Counter[str] = Counter(one.why for one in yearly.left_out)
    later = sum(
        1 for one in series.records if id(one) not in out and one.period is not None and one.period.first.year >= before
    )
    if later:
        left[f"{before} and later years are not over"] = later
    return Learning(
        series.name,
        "events" if isinstance(series.records[0], EventRecord) else "counts",
        tuple(sorted({one.agency for one in series.records})),
        tuple(sorted({one.source.file for one in series.records})),
        panel,
        used,
        dict(sorted(kinds.items(), key=lambda item: (-item[1], item[0]))),
        dict(sorted(left.items(), key=lambda item: (-item[1], item[0]))),
        tuple(year for year, how_well in by_year.items() if how_well == 0.0),
        any(isinstance(one, CountRecord) and one.exposure is not None for one in used),
        passed_over,
    )


def _no_such(records: Records, name: str | None) -> NotFoundError:
    known = sorted({*(one.name for one in records.counts), *(one.name for one in records.events)})
    if name in records.names:
        return NotFoundError(
            f"the series {name!r} is of seizures or flows, and not of sites",
            field="--series",
            remedy="Name a series of counts or of events",
        )
    listed = ", ".join(known[:12]) + (f" and {len(known) - 12} more" if len(known) > 12 else "")
    return NotFoundError(
        f"there is no series {name!r}" if name else "there are no counts and no events of sites",
        field="--series",
        remedy=f"There are {listed}" if known else "Take some in with `otear forecast import`",
    )


def _nothing(ground: Ground, chosen: Chosen, yearly: Sequence[AnyYearly], before: int) -> InputError:
    reasons: Counter[str] = Counter(one.why for each in yearly for one in each.left_out)
    why = "; ".join(f"{count} records: {reason}" for reason, count in reasons.most_common(4))
    name = f"the series {chosen.series!r}" if chosen.series else "no series"
    counts = "counts nothing" if chosen.series else "counts anything"
    return InputError(
        f"{name} {counts} in one of the {len(ground.areas):,} areas of {ground.area_file.name} in a year before"
        f" {before}" + (f" ({why})" if why else ""),
        field="--series",
        remedy="Name a series that counts by year in areas with these keys, or a file of the areas that it counts in",
    )
