"""Flows of precursors and products between countries, ports and districts, in a plain table of one's own.

    series, agency, origin, origin_kind, origin_lat_deg, origin_lon_deg, destination, destination_kind,
    destination_lat_deg, destination_lon_deg, commodity, period_start, period_end, count, amount, unit, precision,
    revision, note, source

`origin_kind` and `destination_kind` are country, port or district; latitude and longitude are degrees on WGS 84 and
stand together (a flow without them is kept and cannot be drawn); `commodity` is precursor or product; `count` is how
many consignments the source counts. `count`, `amount` with its unit, `precision`, `revision` and `note` may be empty.
"""

from __future__ import annotations

from collections.abc import Iterator

from otear.domain.records import Commodity, End, EndKind, FlowRecord
from otear.domain.series import Records, in_series
from otear.forecast.readers.quantities import read_commodity, read_quantity
from otear.forecast.readers.table import Row, Table
from otear.forecast.readers.values import between, unread

NAME = "flows"
COLUMNS = frozenset(
    {
        "series", "agency", "origin", "origin_kind", "origin_lat_deg", "origin_lon_deg", "destination",
        "destination_kind", "destination_lat_deg", "destination_lon_deg", "commodity", "period_start", "period_end",
        "count", "amount", "unit", "precision", "revision", "note", "source",
    }
)  # fmt: skip


def fits(header: frozenset[str]) -> bool:
    """Whether a header is of this layout."""
    return header >= COLUMNS


def read(table: Table, series: str | None = None) -> Records:
    """All series of a file, or one of them. Raises `InputError`, `NotFoundError` for a series that it does not have."""
    found = Records(str(table.path), NAME, flows=in_series(_records(table)), unread=unread(table.header, COLUMNS))
    return found if series is None else found.only(series)


def _records(table: Table) -> Iterator[FlowRecord]:
    for row in table:
        commodity = read_commodity(row)
        if commodity is Commodity.UNKNOWN:
            raise row.wrong("commodity", "a flow is of precursors or of products", "Write precursor or product")
        origin, destination = _end(row, "origin"), _end(row, "destination")
        if (origin.kind, origin.name) == (destination.kind, destination.name):
            raise row.wrong("destination", f"the flow ends where it starts, in {origin.name}", "Give two places")
        yield FlowRecord(
            series=row.needed("series"),
            agency=row.needed("agency"),
            origin=origin,
            destination=destination,
            commodity=commodity,
            period=between(row, "period_start", "period_end"),
            source=row.source(row.needed("source")),
            count=row.whole_or_none("count"),
            quantity=read_quantity(row),
            revision=row.whole_or_none("revision") or 0,
            note=row.text("note"),
        )


def _end(row: Row, which: str) -> End:
    row.needed(f"{which}_kind")
    kind = row.word(f"{which}_kind", EndKind, EndKind.COUNTRY)
    name = row.needed(which)
    lat, lon = f"{which}_lat_deg", f"{which}_lon_deg"
    if not row.text(lat) and not row.text(lon):
        return End(name, kind)
    return End(name, kind, _degrees(row, lat, 90), _degrees(row, lon, 180))


def _degrees(row: Row, column: str, most: int) -> float:
    found = row.number(column)
    if abs(found) > most:
        raise row.wrong(column, f"{found} is not from -{most} to {most}", "Give degrees on WGS 84")
    return float(found)
