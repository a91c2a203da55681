"""Sites by event and place as the press reports them, with the page on each row (`lab_events_press.csv`).

`event_group` ties the rows of one event; each row is one place. The sample was searched by place name: it is no census.
A place without a municipio is counted for its state. Places are those of sites; nobody is named. The words for how a
site was found are brought to `Found`, so that what was told stays apart from what a search found; words for a kind of
site that fit several kinds, or none, are kept as reported with no kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from otear.domain.kinds import SiteKind
from otear.domain.records import UNPLACED, Dated, EventRecord, Found, Period, Status
from otear.domain.series import Records, in_series
from otear.forecast.readers.table import Row, Table
from otear.forecast.readers.values import municipio_key, state_key, unread, when

NAME = "press events"
COLUMNS = frozenset(
    {
        "row_id", "event_group", "date", "date_precision", "state", "municipality", "cvegeo_mun", "locality",
        "n_sites", "site_kind", "status", "setting", "found_by", "observables", "area_m2", "source_url",
    }
)  # fmt: skip
DEFAULT = "press events"
KINDS: dict[str, SiteKind | None] = {
    **{kind.value: kind for kind in SiteKind},
    "lab": SiteKind.LABORATORY,
    "lab_and_pill_press": SiteKind.LABORATORY,
    "storage_area": SiteKind.STORE,
    "warehouse": SiteKind.STORE,
    "lab_or_storage": None,
    "complex": None,
    "unknown": None,
}
"""The source's words for kinds of sites."""
FOUND: dict[str, Found] = {
    "air_recon": Found.OVERHEAD,
    "satellite": Found.OVERHEAD,
    "air_and_ground": Found.BOTH,
    "ground_patrol": Found.GROUND,
    "drone_thermal_era_patrol": Found.GROUND,
    "odour_ground": Found.GROUND,
    "citizen_report": Found.TOLD,
    "fire_report": Found.TOLD,
    "informant": Found.TOLD,
    "warrant": Found.INQUIRY,
    "intelligence": Found.INQUIRY,
    "pursuit": Found.INQUIRY,
    "not_stated": Found.UNKNOWN,
    "": Found.UNKNOWN,
}
"""The source's words for how sites were found."""
_WIDTH = {Dated.DAY: 10, Dated.REPORTED_DAY: 10, Dated.MONTH: 7, Dated.INFERRED_YEAR: 4, Dated.UNKNOWN: 0}
_Meaning = TypeVar("_Meaning")


def fits(header: frozenset[str]) -> bool:
    """Whether a header is of this layout."""
    return header >= COLUMNS


def read(table: Table, series: str | None = None) -> Records:
    """The file as one series, called `series`. Raises `InputError`."""
    events = in_series(_records(table, series or DEFAULT))
    return Records(str(table.path), NAME, events=events, unread=unread(table.header, COLUMNS))


def _records(table: Table, series: str) -> Iterator[EventRecord]:
    seen: dict[str, int] = {}
    for row in table:
        row_id = row.needed("row_id")
        if row_id in seen:
            raise row.wrong("row_id", f"{row_id!r} is on line {seen[row_id]} already", "Give each row its own id")
        seen[row_id] = row.line
        dated = row.word("date_precision", Dated, Dated.UNKNOWN)
        area_m2 = row.text("area_m2")
        yield EventRecord(
            series=series,
            agency="press",
            event=row.needed("event_group"),
            row=row_id,
            area=_area(row),
            place=row.text("locality"),
            period=_period(row, dated),
            dated=dated,
            count=row.whole("n_sites", least=1),
            source=row.source(row.needed("source_url")),
            kind=_meaning(row, "site_kind", KINDS),
            reported_kind=row.text("site_kind"),
            status=row.word("status", Status, Status.UNKNOWN),
            found=_meaning(row, "found_by", FOUND),
            setting=row.text("setting"),
            observables=tuple(word for word in row.text("observables").split(";") if word),
            note=f"area {area_m2} m2 as reported" if area_m2 else "",
        )


def _period(row: Row, dated: Dated) -> Period | None:
    said = row.text("date")
    if len(said) != _WIDTH[dated]:
        raise row.wrong("date", f"{said!r} is not as precise as date_precision says: {dated}", "Make the two agree")
    return when(row, "date") if said else None


def _area(row: Row) -> str:
    if not row.text("state"):
        return UNPLACED
    key = state_key(row, "state")
    if not row.text("cvegeo_mun"):
        return key
    municipio = municipio_key(row, "cvegeo_mun")
    if municipio[:2] != key:
        raise row.wrong(
            "cvegeo_mun", f"{municipio} does not lie in {row.text('state')} ({key})", "Correct the state or the key"
        )
    return municipio


def _meaning(row: Row, column: str, words: Mapping[str, _Meaning]) -> _Meaning:
    said = row.text(column)
    if said not in words:
        raise row.wrong(column, f"{said!r} is unknown", "Write one of " + ", ".join(word for word in words if word))
    return words[said]
