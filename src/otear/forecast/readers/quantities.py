"""Seizures with their quantities in a plain table of one's own.

    series, agency, event, area, period_start, period_end, commodity, seizures, amount, unit, precision, revision,
    note, source

`commodity` is precursor, product or unknown; `amount` and `unit` (tablets, kg, g, t, lb, oz, litres, ml, gal) stand
together; `precision` is counted, rounded or derived. `event` ties what was seized in one event, also with the events of
another file. What one source rounds and another counts are two rows, and both are kept. `seizures`, `event`, the
period, `amount` with its unit, `precision` (counted), `revision` (0) and `note` may be empty.
"""

from __future__ import annotations

from collections.abc import Iterator

from otear.domain.records import Commodity, Period, Precision, Quantity, SeizureRecord
from otear.domain.series import Records, in_series
from otear.errors import InputError
from otear.forecast.readers.table import Row, Table
from otear.forecast.readers.units import quantity
from otear.forecast.readers.values import between, unread

NAME = "seizures"
COLUMNS = frozenset(
    {
        "series", "agency", "event", "area", "period_start", "period_end", "commodity", "seizures", "amount", "unit",
        "precision", "revision", "note", "source",
    }
)  # fmt: skip


def fits(header: frozenset[str]) -> bool:
    """Whether a header is of this layout."""
    return header >= COLUMNS


def read(table: Table, series: str | None = None) -> Records:
    """All series of a file, or one of them. Raises `InputError`, `NotFoundError` for a series that it does not have."""
    seizures = in_series(_records(table))
    found = Records(str(table.path), NAME, seizures=seizures, unread=unread(table.header, COLUMNS))
    return found if series is None else found.only(series)


def _records(table: Table) -> Iterator[SeizureRecord]:
    for row in table:
        seizures, amount = row.whole_or_none("seizures"), read_quantity(row)
        if seizures is None and amount is None:
            raise row.wrong("amount", "neither an amount nor a number of seizures is given", "Fill in one of them")
        yield SeizureRecord(
            series=row.needed("series"),
            agency=row.needed("agency"),
            area=row.needed("area"),
            period=read_period(row),
            commodity=read_commodity(row),
            quantity=amount,
            source=row.source(row.needed("source")),
            seizures=seizures,
            event=row.text("event"),
            revision=row.whole_or_none("revision") or 0,
            note=row.text("note"),
        )


def read_commodity(row: Row) -> Commodity:
    """The class of a commodity. Raises `InputError` for an empty field and for the name of a substance."""
    row.needed("commodity")
    return row.word("commodity", Commodity, Commodity.UNKNOWN)


def read_period(row: Row) -> Period | None:
    """The period of a row, None where neither end is given."""
    if not row.text("period_start") and not row.text("period_end"):
        return None
    return between(row, "period_start", "period_end")


def read_quantity(row: Row) -> Quantity | None:
    """The amount of a row with its unit and precision, None where neither is given. Raises `InputError`."""
    if not row.text("amount") and not row.text("unit"):
        return None
    amount, unit = row.number("amount"), row.needed("unit")
    precision = row.word("precision", Precision, Precision.COUNTED)
    try:
        return quantity(amount, unit, precision)
    except InputError as error:
        raise row.wrong(error.field or "amount", error.problem, error.remedy) from error
