"""What was counted, seized and moved, as its source says it: counts, events, seizures and flows.

A record says which series it belongs to, who counted, where, when, what, in which revision, and which file, line or
page says so. Series are never added to one another (`otear.domain.series`). Areas are keys: of Mexico INEGI's, two
digits for a state and five for a municipio, `00` for the whole country; of another country whatever its file uses.
Commodities are classes and never substances. A place is a place of work or of passage; there is no field for a person.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from otear.domain.kinds import SiteKind

COUNTRY = "00"
"""INEGI's key of the whole country."""
UNPLACED = "unplaced"
"""The area of what the source counts and does not place."""


class Status(StrEnum):
    """Whether a site was at work when it was found. A total that does not say so is unknown."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    UNKNOWN = "unknown"


class Precision(StrEnum):
    """How a number came about: counted, rounded by whoever reported it, or worked out from other numbers."""

    COUNTED = "counted"
    ROUNDED = "rounded"
    DERIVED = "derived"


class Commodity(StrEnum):
    """What was seized or moved, as a class."""

    PRECURSOR = "precursor"
    PRODUCT = "product"
    UNKNOWN = "unknown"


class Unit(StrEnum):
    """What quantities are kept in."""

    TABLET = "tablet"
    KILOGRAM = "kg"
    LITRE = "litre"


class Dated(StrEnum):
    """What is known of the date of an event; a reported day is that of the report."""

    DAY = "day"
    REPORTED_DAY = "day_reported"
    MONTH = "month"
    INFERRED_YEAR = "year_inferred"
    UNKNOWN = "unknown"


class Found(StrEnum):
    """How a site came to be known. What was told, or came of an inquiry, is kept apart from what a search found."""

    OVERHEAD = "overhead"
    GROUND = "ground"
    BOTH = "overhead_and_ground"
    TOLD = "told"
    INQUIRY = "inquiry"
    UNKNOWN = "unknown"


class EndKind(StrEnum):
    """What a flow starts from or comes to."""

    COUNTRY = "country"
    PORT = "port"
    DISTRICT = "district"


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """From a first to a last day, both inside."""

    first: date
    last: date

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def holds(self, other: Period) -> bool:
        """Whether the other lies within."""
        return self.first <= other.first and other.last <= self.last

    def meets(self, other: Period) -> bool:
        """Whether they share a day."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, slots=True)
class Source:
    """Who says so: a file, its line (the header is line 1), and the page that the line cites, where it does."""

    file: str
    line: int
    url: str = ""

    def __str__(self) -> str:
        return f"{self.file} line {self.line}" + (f" ({self.url})" if self.url else "")


@dataclass(frozen=True, slots=True)
class Quantity:
    """How much: `amount` in `unit`, exactly; and as it was reported, `reported` in `reported_unit`."""

    amount: Decimal
    unit: Unit
    reported: Decimal
    reported_unit: str
    precision: Precision

    def __str__(self) -> str:
        said = f"{self.reported:,f} {self.reported_unit} ({self.precision})"
        return said if self.amount == self.reported else f"{self.amount:,f} {self.unit}, reported as {said}"


@dataclass(frozen=True, slots=True)
class CountRecord:
    """How many sites a series counts in an area and a period.

    `kind` is None where the source does not say; `part` names a part of the series that is counted apart from the rest
    (and may be added to it); `exposure` is how well was looked, where the source says so.
    """

    series: str
    agency: str
    area: str
    period: Period
    count: int
    source: Source
    kind: SiteKind | None = None
    status: Status = Status.UNKNOWN
    precision: Precision = Precision.COUNTED
    revision: int = 0
    part: str = ""
    exposure: float | None = None
    note: str = ""

    @property
    def subject(self) -> Hashable:
        """What it is about: records of one subject are versions of one number."""
        return (self.area, self.period, self.kind, self.status, self.part)

    @property
    def value(self) -> Decimal | None:
        """The number."""
        return Decimal(self.count)


@dataclass(frozen=True, slots=True)
class EventRecord:
    """Sites found at one place in one event; `event` ties the records of one event together.

    `reported_kind` and `observables` are the source's words; `period` is None where no date is known.
    """

    series: str
    agency: str
    event: str
    row: str
    area: str
    place: str
    period: Period | None
    dated: Dated
    count: int
    source: Source
    kind: SiteKind | None
    reported_kind: str
    status: Status
    found: Found
    setting: str = ""
    observables: tuple[str, ...] = ()
    precision: Precision = Precision.COUNTED
    revision: int = 0
    note: str = ""

    @property
    def subject(self) -> Hashable:
        """What it is about: one kind of site at one place in one event; a row that names no place is its own."""
        return (self.event, self.area, self.place.casefold() or self.row, self.reported_kind)

    @property
    def value(self) -> Decimal | None:
        """The number of sites."""
        return Decimal(self.count)


@dataclass(frozen=True, slots=True)
class SeizureRecord:
    """What was seized in an area and a period, or in one event; `seizures` is how many seizures that were.

    `note` is the source's own label for it. It tells records of one class apart, and nothing else reads it.
    """

    series: str
    agency: str
    area: str
    period: Period | None
    commodity: Commodity
    quantity: Quantity | None
    source: Source
    seizures: int | None = None
    event: str = ""
    revision: int = 0
    part: str = ""
    note: str = ""

    @property
    def subject(self) -> Hashable:
        """What it is about; amounts in different units are about different things."""
        unit = self.quantity.unit if self.quantity else None
        if self.event:
            return (self.event, self.commodity, unit, self.note)
        return (self.area, self.period, self.commodity, unit, self.part, self.note)

    @property
    def value(self) -> Decimal | None:
        """The amount in its unit, or how many seizures where no amount is known."""
        if self.quantity is None:
            return None if self.seizures is None else Decimal(self.seizures)
        return self.quantity.amount

    @property
    def precision(self) -> Precision:
        """That of the amount."""
        return self.quantity.precision if self.quantity else Precision.COUNTED


@dataclass(frozen=True, slots=True)
class End:
    """Where a flow starts or ends; degrees, None where the source gives no place."""

    name: str
    kind: EndKind
    lat_deg: float | None = None
    lon_deg: float | None = None


@dataclass(frozen=True, slots=True)
class FlowRecord:
    """A class of commodity on its way from one place to another; `count` is how many consignments the source counts."""

    series: str
    agency: str
    origin: End
    destination: End
    commodity: Commodity
    period: Period
    source: Source
    count: int | None = None
    quantity: Quantity | None = None
    revision: int = 0
    note: str = ""

    @property
    def subject(self) -> Hashable:
        """What it is about."""
        ends = tuple((end.kind, end.name) for end in (self.origin, self.destination))
        return (*ends, self.commodity, self.period, self.quantity.unit if self.quantity else None)

    @property
    def value(self) -> Decimal | None:
        """How many consignments, or the amount where they were not counted; None where neither is known."""
        if self.count is not None:
            return Decimal(self.count)
        return self.quantity.amount if self.quantity else None

    @property
    def precision(self) -> Precision:
        """That of the number."""
        return self.quantity.precision if self.quantity and self.count is None else Precision.COUNTED
