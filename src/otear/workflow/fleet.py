"""The fleet: aircraft that are taken in, if they are unarmed."""

from __future__ import annotations

from pathlib import Path

from otear.authority.roles import Action
from otear.domain.aircraft import Aircraft
from otear.flight.aircraft import aircraft_text, read_aircraft
from otear.store.base import AircraftRow
from otear.workflow.desk import Desk, Subject
from otear.workflow.files import read_text, text_sha256


def import_aircraft(desk: Desk, path: Path) -> Aircraft:
    """Take in an aircraft.

    Raises `InputError` for what is no such document, `RefusedError`, which the ledger keeps, for one that is armed.
    """
    text = read_text(path)
    subject = Subject("aircraft", path.name, text_sha256(text))
    desk.permit(Action.IMPORT_AIRCRAFT, subject)
    with desk.deciding(Action.IMPORT_AIRCRAFT, subject):
        aircraft = read_aircraft(text, path)
    document = aircraft_text(aircraft)
    row = AircraftRow(aircraft.aircraft_id, aircraft.registration, desk.clock.now_us(), document)
    note = desk.note(
        Action.IMPORT_AIRCRAFT,
        Subject("aircraft", aircraft.aircraft_id, text_sha256(document)),
        reason=aircraft.registration,
    )
    desk.workspace.registers.add_aircraft(row, [note])
    return aircraft


def fleet(desk: Desk) -> list[Aircraft]:
    """Every aircraft, in the order of import. Raises `RefusedError` where this person may not know."""
    desk.permit(Action.EXPLAIN_AUTHORITY, Subject("aircraft", "all"))
    return [read_aircraft(row.document, row.aircraft_id) for row in desk.workspace.registers.aircraft()]
