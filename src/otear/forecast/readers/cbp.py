"""Seizures at and between the ports of entry of the United States, as its Customs and Border Protection publishes them.

Columns `FY, Month (abbv), Component, Region, Land Filter, Area of Responsibility, Drug Type, Count of Event,
Sum Qty (lbs)`. A fiscal year begins on 1 October of the year before. The area is the area of responsibility, the part
is component, region and land filter; what the source calls the drug stays in the note, as its own label, and is of the
class product, or of an unknown class where the source says "other". Pounds become kilograms exactly.
"""

from __future__ import annotations

from collections.abc import Iterator

from otear.domain.records import Commodity, Period, Quantity, SeizureRecord
from otear.domain.series import Records, in_series
from otear.forecast.readers.table import Row, Table
from otear.forecast.readers.units import quantity
from otear.forecast.readers.values import whole_month, year

NAME = "CBP seizures by month"
COLUMNS = frozenset(
    {
        "FY", "Month (abbv)", "Component", "Region", "Land Filter", "Area of Responsibility", "Drug Type",
        "Count of Event", "Sum Qty (lbs)",
    }
)  # fmt: skip
DEFAULT = "CBP nationwide"
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def fits(header: frozenset[str]) -> bool:
    """Whether a header is of this layout."""
    return header == COLUMNS


def read(table: Table, series: str | None = None) -> Records:
    """The file as one series, called `series`. Raises `InputError`."""
    return Records(str(table.path), NAME, seizures=in_series(_records(table, series or DEFAULT)))


def _records(table: Table, series: str) -> Iterator[SeizureRecord]:
    for row in table:
        label = row.needed("Drug Type")
        yield SeizureRecord(
            series=series,
            agency="CBP",
            area=row.needed("Area of Responsibility"),
            period=_period(row),
            commodity=Commodity.UNKNOWN if label.casefold().startswith("other") else Commodity.PRODUCT,
            quantity=_pounds(row),
            source=row.source(),
            seizures=row.whole("Count of Event"),
            part=" / ".join(row.needed(column) for column in ("Component", "Region", "Land Filter")),
            note=label,
        )


def _pounds(row: Row) -> Quantity:
    amount = row.number("Sum Qty (lbs)")
    if amount < 0:
        raise row.wrong("Sum Qty (lbs)", f"{amount} is below 0", "Give a weight of at least 0")
    return quantity(amount, "lbs")


def _period(row: Row) -> Period:
    said = row.needed("Month (abbv)").upper()
    if said not in _MONTHS:
        raise row.wrong("Month (abbv)", f"{said!r} is not a month", "Write one of " + ", ".join(_MONTHS))
    number = _MONTHS.index(said) + 1
    fiscal_year = year(row, "FY")
    return whole_month(fiscal_year - (number >= 10), number)
