"""A series: the records that one counter made in one way. What two series say is never added.

Whatever adds records takes a `Series`, and a series refuses a record of another. A later revision of a number replaces
the earlier one for use; the earlier one is kept and can be listed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, Protocol, TypeVar

from otear.domain.records import CountRecord, EventRecord, FlowRecord, Precision, SeizureRecord, Source
from otear.errors import InputError, NotFoundError


class Recorded(Protocol):
    """What every record has."""

    @property
    def series(self) -> str:
        """The series that it belongs to."""

    @property
    def revision(self) -> int:
        """0 as first published, then 1, 2 and so on."""

    @property
    def subject(self) -> Hashable:
        """What it is about: records of one subject are versions of one number."""

    @property
    def value(self) -> Decimal | None:
        """The number; None where the source gives none."""

    @property
    def precision(self) -> Precision:
        """How the number came about."""

    @property
    def source(self) -> Source:
        """Who says so."""


Record = TypeVar("Record", bound=Recorded)


@dataclass(frozen=True)
class Series(Generic[Record]):
    """The records of one series. Raises `InputError` for a record of another."""

    name: str
    records: tuple[Record, ...]

    def __post_init__(self) -> None:
        for record in self.records:
            if record.series != self.name:
                raise InputError(
                    f"a record of the series {record.series!r} cannot be put into the series {self.name!r}",
                    source=str(record.source),
                    field="series",
                    remedy="Keep series apart: they count different things in different ways",
                )

    def joined(self, other: Series[Record]) -> Series[Record]:
        """This series with more of its records. Raises `InputError` where the other is another series."""
        return Series(self.name, self.records + other.records)

    def versions(self) -> tuple[tuple[Record, ...], ...]:
        """The records of each subject, the latest revision first, subjects in the order of the source."""
        about: dict[Hashable, list[Record]] = defaultdict(list)
        for record in self.records:
            about[record.subject].append(record)
        return tuple(tuple(sorted(each, key=lambda record: -record.revision)) for each in about.values())

    def current(self) -> tuple[Record, ...]:
        """What is to be used: of each subject its latest revision, more than one record where sources differ."""
        return tuple(one for each in self.versions() for one in each if one.revision == each[0].revision)

    def superseded(self) -> tuple[Record, ...]:
        """What a later revision has replaced."""
        return tuple(one for each in self.versions() for one in each if one.revision < each[0].revision)


def in_series(records: Iterable[Record]) -> tuple[Series[Record], ...]:
    """Records sorted into their series, in the order in which the series first come."""
    named: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        named[record.series].append(record)
    return tuple(Series(name, tuple(each)) for name, each in named.items())


AnySeries = Series[CountRecord] | Series[EventRecord] | Series[SeizureRecord] | Series[FlowRecord]


@dataclass(frozen=True)
class Records:
    """What one file holds: its layout's name, its series, and the columns that were not read."""

    source: str
    layout: str
    counts: tuple[Series[CountRecord], ...] = ()
    events: tuple[Series[EventRecord], ...] = ()
    seizures: tuple[Series[SeizureRecord], ...] = ()
    flows: tuple[Series[FlowRecord], ...] = ()
    unread: tuple[str, ...] = ()

    def __len__(self) -> int:
        return sum(len(series.records) for series in self.every)

    @property
    def every(self) -> tuple[AnySeries, ...]:
        """All series, of whatever they are."""
        return (*self.counts, *self.events, *self.seizures, *self.flows)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all series."""
        return tuple(series.name for series in self.every)

    def only(self, name: str) -> Records:
        """One series alone. Raises `NotFoundError` where there is none of that name."""
        if name not in self.names:
            raise NotFoundError(
                f"there is no series {name!r} in it",
                source=self.source,
                field="series",
                remedy="It has " + ", ".join(self.names),
            )
        return Records(
            self.source,
            self.layout,
            tuple(series for series in self.counts if series.name == name),
            tuple(series for series in self.events if series.name == name),
            tuple(series for series in self.seizures if series.name == name),
            tuple(series for series in self.flows if series.name == name),
            self.unread,
        )
