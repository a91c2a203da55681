"""Counts by area and time in a plain table of one's own.

An area, a time and a count on every row:

    area      `area`, or `state,county`, or `cell_row,cell_col` (the key is then the two with a slash between them)
    time      `year`, or `year,month`, or `date`, or `period_start,period_end` (both inside; 2025, 2025-03, 2025-03-14)
    count     `count` or `n`

and any of `series, agency, kind, status, part, precision, exposure, revision, note, source`. `exposure` is how well
was looked there and then (0 or more); `part` names a part of the series that is counted apart, and `piled_up_geocode`
(0 or 1) is such a part. Two rows that say the same of the same thing are refused unless they cite different sources:
nobody can tell whether the second repeats the first or adds to it. Other columns are refused, so that none is lost.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from otear.domain.records import CountRecord, Period, Precision, Status
from otear.domain.series import Records, in_series
from otear.errors import InputError
from otear.forecast.readers.table import Row, Table
from otear.forecast.readers.values import between, month, site_kind, when, whole_month, whole_year, year

NAME = "plain counts"
AREAS = (frozenset({"area"}), frozenset({"state", "county"}), frozenset({"cell_row", "cell_col"}))
TIMES = (
    frozenset({"year", "month"}),
    frozenset({"year"}),
    frozenset({"date"}),
    frozenset({"period_start", "period_end"}),
)
COUNTS = (frozenset({"count"}), frozenset({"n"}))
OTHERS = frozenset(
    {
        "series", "agency", "kind", "status", "part", "piled_up_geocode", "precision", "exposure", "revision", "note",
        "source",
    }
)  # fmt: skip
EVERY = frozenset[str]().union(*AREAS, *TIMES, *COUNTS, OTHERS)
_NO_TABLE = "Name each of area, time and count in one way"


def fits(header: frozenset[str]) -> bool:
    """Whether a header is of this layout, or meant to be: it has an area, a time and a count."""
    return all(any(header >= way for way in ways) for ways in (AREAS, TIMES, COUNTS))


def read(table: Table, series: str | None = None) -> Records:
    """All series of a file, or one of them; `series` names it where the rows do not. Raises `InputError`."""
    _check(table, series)
    named = "series" in table.header
    found = Records(str(table.path), NAME, counts=in_series(_records(table, None if named else series)))
    return found if series is None or not named else found.only(series)


def _check(table: Table, series: str | None) -> None:
    header = frozenset(table.header)
    where = f"{table.path} line 1"
    surplus = [name for name in table.header if name not in EVERY]
    if surplus:
        raise InputError(
            f"the column {surplus[0]!r} is unknown",
            source=where,
            field=surplus[0],
            remedy="Take it away or call it one of " + ", ".join(sorted(EVERY)),
        )
    for ways in (AREAS, TIMES, COUNTS):
        best = next(way for way in ways if header >= way)
        both = sorted((header & frozenset[str]().union(*ways)) - best)
        if both:
            raise InputError(
                f"{both[0]!r} stands beside {', '.join(sorted(best))}", source=where, field=both[0], remedy=_NO_TABLE
            )
    if "series" not in header and not series:
        raise InputError(
            "its rows name no series", source=where, field="series", remedy="Add the column, or say what series it is"
        )


def _records(table: Table, series: str | None) -> Iterator[CountRecord]:
    seen: dict[Hashable, int] = {}
    for row in table:
        record = CountRecord(
            series=series or row.needed("series"),
            agency=row.text("agency") or "not stated",
            area=_area(row),
            period=_period(row),
            count=row.whole("count" if "count" in row.fields else "n"),
            source=row.source(row.text("source")),
            kind=site_kind(row, "kind"),
            status=row.word("status", Status, Status.UNKNOWN),
            precision=row.word("precision", Precision, Precision.COUNTED),
            revision=row.whole_or_none("revision") or 0,
            part=_part(row),
            exposure=_exposure(row),
            note=row.text("note"),
        )
        claim = (record.series, record.subject, record.revision, record.source.url)
        if claim in seen:
            raise row.wrong(
                "area",
                f"{record.area} in {record.period} was counted on line {seen[claim]} already",
                "Add the two up, tell them apart by part or kind, or give them different sources or revisions",
            )
        seen[claim] = row.line
        yield record


def _area(row: Row) -> str:
    if "area" in row.fields:
        return row.needed("area")
    first, second = ("state", "county") if "state" in row.fields else ("cell_row", "cell_col")
    return f"{row.needed(first)}/{row.needed(second)}"


def _period(row: Row) -> Period:
    if "date" in row.fields:
        return when(row, "date")
    if "period_start" in row.fields:
        return between(row, "period_start", "period_end")
    number = year(row, "year")
    return whole_month(number, month(row, "month")) if row.text("month") else whole_year(number)


def _part(row: Row) -> str:
    piled = row.text("piled_up_geocode")
    if piled not in {"", "0", "1"}:
        raise row.wrong("piled_up_geocode", f"{piled!r} is not 0 or 1", "Write 1 where the geocode is shared by many")
    marks = (row.text("part"), "piled_up_geocode" if piled == "1" else "")
    return " ".join(mark for mark in marks if mark)


def _exposure(row: Row) -> float | None:
    if not row.text("exposure"):
        return None
    exposure = row.number("exposure")
    if exposure < 0:
        raise row.wrong("exposure", f"{exposure} is below 0", "Write 0 where nobody looked")
    return float(exposure)
