"""Counts, events, seizures and flows as JSON, as the index keeps them: a record comes back as it was read."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from otear.domain.kinds import SiteKind
from otear.domain.records import (
    Commodity,
    CountRecord,
    Dated,
    End,
    EndKind,
    EventRecord,
    FlowRecord,
    Found,
    Period,
    Precision,
    Quantity,
    SeizureRecord,
    Source,
    Status,
    Unit,
)

AnyRecord = CountRecord | EventRecord | SeizureRecord | FlowRecord

WHAT: dict[type[AnyRecord], str] = {
    CountRecord: "count",
    EventRecord: "event",
    SeizureRecord: "seizure",
    FlowRecord: "flow",
}
"""What each is called in the index."""


def record_text(record: AnyRecord) -> str:
    """A record as JSON; the same record gives the same text. What is empty is left out."""
    return json.dumps(_said(record), default=_plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def record_from(what: str, text: str) -> AnyRecord:
    """The record that a text from `record_text` is of; `what` is one of the names in `WHAT`."""
    return _READERS[what](json.loads(text))


def _said(thing: AnyRecord | Period | Source | Quantity | End) -> dict[str, object]:
    named = ((name, getattr(thing, name)) for name in type(thing).__slots__)
    return {name: value for name, value in named if value is not None and value not in {"", ()}}


def _plain(value: object) -> object:
    """What JSON does not know; enumerations are texts already."""
    if isinstance(value, date | Decimal):
        return str(value)
    if isinstance(value, Period | Source | Quantity | End):
        return _said(value)
    raise TypeError(f"{type(value).__name__} is nothing that a record holds")


def _count(said: dict[str, Any]) -> CountRecord:
    return CountRecord(
        **{
            **said,
            "period": _period(said["period"]),
            "source": Source(**said["source"]),
            "kind": _kind(said),
            "status": Status(said["status"]),
            "precision": Precision(said["precision"]),
        }
    )


def _event(said: dict[str, Any]) -> EventRecord:
    return EventRecord(
        **{
            "reported_kind": "",
            "place": "",
            **said,
            "period": _period(said.get("period")),
            "dated": Dated(said["dated"]),
            "source": Source(**said["source"]),
            "kind": _kind(said),
            "status": Status(said["status"]),
            "found": Found(said["found"]),
            "observables": tuple(said.get("observables", ())),
            "precision": Precision(said["precision"]),
        }
    )


def _seizure(said: dict[str, Any]) -> SeizureRecord:
    return SeizureRecord(
        **{
            **said,
            "period": _period(said.get("period")),
            "commodity": Commodity(said["commodity"]),
            "quantity": _quantity(said.get("quantity")),
            "source": Source(**said["source"]),
        }
    )


def _flow(said: dict[str, Any]) -> FlowRecord:
    return FlowRecord(
        **{
            **said,
            "origin": _end(said["origin"]),
            "destination": _end(said["destination"]),
            "commodity": Commodity(said["commodity"]),
            "period": _period(said["period"]),
            "source": Source(**said["source"]),
            "quantity": _quantity(said.get("quantity")),
        }
    )


_READERS: dict[str, Callable[[dict[str, Any]], AnyRecord]] = {
    "count": _count,
    "event": _event,
    "seizure": _seizure,
    "flow": _flow,
}


def _kind(said: dict[str, Any]) -> SiteKind | None:
    return SiteKind(said["kind"]) if "kind" in said else None


def _period(said: dict[str, str] | None) -> Period | None:
    return None if said is None else _period_of(said["first"], said["last"])


@lru_cache(maxsize=65536)
def _period_of(first: str, last: str) -> Period:
    return Period(date.fromisoformat(first), date.fromisoformat(last))


def _end(said: dict[str, Any]) -> End:
    return End(**{**said, "kind": EndKind(said["kind"])})


def _quantity(said: dict[str, str] | None) -> Quantity | None:
    if said is None:
        return None
    return Quantity(
        amount=Decimal(said["amount"]),
        unit=Unit(said["unit"]),
        reported=Decimal(said["reported"]),
        reported_unit=said["reported_unit"],
        precision=Precision(said["precision"]),
    )
