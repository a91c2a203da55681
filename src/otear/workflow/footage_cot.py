"""The track of a recording as Cursor on Target events: where its aircraft was, second by second, and what it saw."""

from __future__ import annotations

from otear.domain.telemetry import Telemetry
from otear.flight.aircraft import read_aircraft
from otear.flight.exports import Platform, cot_track, moments_of_telemetry, platform_of
from otear.flight.exports.cot import UNKNOWN_M
from otear.store.base import FootageRow
from otear.store.workspace import Workspace


def track_cot(workspace: Workspace, row: FootageRow, telemetry: Telemetry) -> str:
    """One event a line, one line a second.

    Raises `RefusedError` where the stream gives its aircraft or camera a name that is one of a weapon.
    """
    sensor = next(iter(_said(row, "sensor")), "")
    events = cot_track(moments_of_telemetry(telemetry), _platform(workspace, row), sensor=sensor)
    return "".join(f"{event}\n" for _, event in events)


def _platform(workspace: Workspace, row: FootageRow) -> Platform:
    """The aircraft of the fleet that the stream names, else a civil aircraft whose errors nobody knows."""
    tails = _said(row, "tail_number")
    for one in reversed(workspace.registers.aircraft()):
        if one.registration in tails:
            return platform_of(read_aircraft(one.document, one.aircraft_id))
    name = next(iter((*tails, *_said(row, "designation"))), row.footage_id)
    return Platform(f"otear.{row.footage_id}", name, "a-f-A-C", UNKNOWN_M, UNKNOWN_M)


def _said(row: FootageRow, what: str) -> list[str]:
    names: list[str] = (row.summary.get("says") or {}).get(what, [])
    return names
