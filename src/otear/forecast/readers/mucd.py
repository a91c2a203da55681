"""The Mexican series by municipio and month, as the programme MUCD publishes it (`antidrog_1990-2022_062023.csv`).

Columns `cvemunicipio, year, month` and any of `LabMet_SEDENA, LabHer_SEDENA, LabCoc_SEDENA, pf_11, gn_11`: each of
these is a series of its own, called by its column. What `pf_11` and `gn_11` count is not certain: they are called as
they are reported, without a kind of site. An empty month is a count of the whole year; an empty key is a count that
nobody placed; an empty count (or NA) is no report and gives no record, while 0 is a report of none. Other columns are
listed and not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from otear.domain.kinds import SiteKind
from otear.domain.records import UNPLACED, CountRecord, Period
from otear.domain.series import Records, in_series
from otear.errors import NotFoundError
from otear.forecast.readers.table import Row, Table
from otear.forecast.readers.values import month, municipio_key, unread, whole_month, whole_year, year

NAME = "MUCD by municipio and month"
KEYS = frozenset({"cvemunicipio", "year", "month"})
SERIES: dict[str, tuple[str, SiteKind | None]] = {
    "LabMet_SEDENA": ("SEDENA", SiteKind.LABORATORY),
    "LabHer_SEDENA": ("SEDENA", SiteKind.LABORATORY),
    "LabCoc_SEDENA": ("SEDENA", SiteKind.LABORATORY),
    "pf_11": ("not stated", None),
    "gn_11": ("not stated", None),
}
"""Each column that counts: its agency and its kind of site, as far as the column says."""
_NOTHING = frozenset({"", "NA", "NaN"})


def fits(header: frozenset[str]) -> bool:
    """Whether a header is of this layout."""
    return header >= KEYS and bool(header & SERIES.keys())


def read(table: Table, series: str | None = None) -> Records:
    """All series of a file, or one of them. Raises `InputError`, `NotFoundError` for a series without a column."""
    columns = tuple(name for name in SERIES if name in table.header)
    found = Records(str(table.path), NAME, unread=unread(table.header, KEYS | SERIES.keys()))
    if series is not None:
        if series not in columns:
            raise NotFoundError(
                f"it has no column {series!r}",
                source=table.path,
                field="series",
                remedy="It has " + ", ".join(columns),
            )
        columns = (series,)
    return replace(found, counts=in_series(_records(table, columns)))


def _records(table: Table, columns: tuple[str, ...]) -> Iterator[CountRecord]:
    seen: dict[tuple[str, Period], int] = {}
    for row in table:
        area = UNPLACED if row.text("cvemunicipio") in _NOTHING else municipio_key(row, "cvemunicipio")
        period = _period(row)
        line = seen.setdefault((area, period), row.line)
        if line != row.line and area != UNPLACED:
            raise row.wrong("cvemunicipio", f"{area} in {period} is on line {line} already", "Keep one of the two rows")
        source = row.source()
        for column in columns:
            if row.text(column) not in _NOTHING:
                agency, kind = SERIES[column]
                yield CountRecord(column, agency, area, period, row.whole(column), source, kind)


def _period(row: Row) -> Period:
    if row.text("month") in _NOTHING:
        return whole_year(year(row, "year"))
    return whole_month(year(row, "year"), month(row, "month"))
