"""Official totals as the press repeats them, with the page on each row (`lab_counts_press.csv`).

The series of a row is kept and never merged with another, however alike they sound. A row that counts the active sites
apart gives two records: the total, of unknown status, and the active ones. A series that calls itself revised, in its
name or in the note of any of its rows, is revision 1. A note with "nearly", "almost" or "about" marks a rounded number,
one with "derived" an active count that was worked out. A row without a state counts the whole country; a "state" that
joins places with `+` is kept in the source's own words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from otear.domain.kinds import SiteKind
from otear.domain.records import COUNTRY, CountRecord, Precision, Status
from otear.domain.series import Records, in_series
from otear.forecast.readers.table import Row, Table
from otear.forecast.readers.values import between, municipio_key, state_key, unread

NAME = "press totals"
COLUMNS = frozenset(
    {
        "series", "agency", "period_start", "period_end", "state", "municipality", "cvegeo_mun", "count",
        "active_count", "note", "source_url",
    }
)  # fmt: skip
_REVISED = re.compile(r"(?:^|[\s_])revised(?:$|[\s_])")
_ROUNDED = re.compile(r"\b(?:nearly|almost|about|casi)\b")


def fits(header: frozenset[str]) -> bool:
    """Whether a header is of this layout."""
    return header >= COLUMNS


def read(table: Table, series: str | None = None) -> Records:
    """All series of a file, or one of them. Raises `InputError`, `NotFoundError` for a series that it does not have."""
    rows = list(table)
    revised = {row.text("series") for row in rows for said in ("series", "note") if _REVISED.search(row.text(said))}
    counts = in_series(record for row in rows for record in _records(row, revised))
    found = Records(str(table.path), NAME, counts=counts, unread=unread(table.header, COLUMNS))
    return found if series is None else found.only(series)


def _records(row: Row, revised: set[str]) -> Iterator[CountRecord]:
    count, active, note = row.whole("count"), row.whole_or_none("active_count"), row.text("note")
    if active is not None and active > count:
        raise row.wrong("active_count", f"{active} active sites of {count}", "Give at most as many as `count`")
    series = row.needed("series")

    def record(number: int, status: Status, precision: Precision) -> CountRecord:
        return CountRecord(
            series=series,
            agency=row.needed("agency"),
            area=_area(row),
            period=between(row, "period_start", "period_end"),
            count=number,
            source=row.source(row.needed("source_url")),
            kind=SiteKind.LABORATORY,
            status=status,
            precision=precision,
            revision=int(series in revised),
            note=note,
        )

    rounded = _ROUNDED.search(re.sub(r"->.*", "", note)) is not None
    yield record(count, Status.UNKNOWN, Precision.ROUNDED if rounded else Precision.COUNTED)
    if active is not None:
        yield record(active, Status.ACTIVE, Precision.DERIVED if "derived" in note else Precision.COUNTED)


def _area(row: Row) -> str:
    state = row.text("state")
    if not state:
        return COUNTRY
    if "+" in state:
        return state
    key = state_key(row, "state")
    if not row.text("cvegeo_mun"):
        if row.text("municipality"):
            raise row.wrong("cvegeo_mun", "a municipality is named and its key is missing", "Give INEGI's five digits")
        return key
    municipio = municipio_key(row, "cvegeo_mun")
    if municipio[:2] != key:
        raise row.wrong("cvegeo_mun", f"{municipio} does not lie in {state} ({key})", "Correct the state or the key")
    return municipio
