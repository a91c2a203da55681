"""Sorties: laid out, put to their authority, and written down for the cockpit and for ground stations."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from otear.authority.decide import in_force, required
from otear.authority.paths import Turn
from otear.authority.roles import Action, Resource
from otear.domain.aircraft import Aircraft
from otear.domain.authority import Authority
from otear.domain.bilingual import Bilingual
from otear.domain.decision import Decision, refused
from otear.domain.sortie import Sortie
from otear.domain.times import utc_text
from otear.errors import InputError, NotFoundError
from otear.flight.aircraft import read_aircraft
from otear.flight.exports import cot_events, geojson, kml, qgc_plan
from otear.flight.exports.fence import left_out
from otear.flight.exports.stretches import Stretch, stretches
from otear.flight.laying import laid_out
from otear.flight.route import TRANSIT, Heights, Route, allowed, flight_model
from otear.flight.sortie import read_sortie, sortie_text
from otear.flight.wind import Wind
from otear.geo.terrain import Terrain
from otear.store.workspace import Workspace
from otear.workflow.authorities import acting_named, authorities_in_force
from otear.workflow.desk import Desk, Subject
from otear.workflow.files import drafted, file_sha256, read_text, text_sha256
from otear.workflow.sortie_picture import draw_sortie


@dataclass(frozen=True)
class Planned:
    """A sortie that may be flown, and how: its route in this wind, and why its authority allows it."""

    sortie: Sortie
    aircraft: Aircraft
    authority: Authority
    route: Route
    wind: Wind
    decision: Decision
    heights: Heights


Writer = Callable[[Planned, int], str]
_WRITERS: dict[str, Writer] = {
    ".kml": lambda one, _: kml(one.route, one.sortie, one.aircraft, one.heights),
    ".geojson": lambda one, _: _json(geojson(one.route, one.sortie, one.aircraft, one.heights)),
    ".plan": lambda one, _: _json(qgc_plan(one.route, one.sortie, one.aircraft, one.authority, one.heights)),
    ".cot": lambda one, now_us: "".join(
        f"{event}\n" for event in cot_events(one.route, one.sortie, one.aircraft, now_us=now_us)
    ),
}
"""By the ending of the file; a `.cot` is one event a line."""


def read(desk: Desk, path: Path) -> Sortie:
    """The sortie of a document. Raises `InputError`, and `RefusedError`, which the ledger keeps, for one that names
    anything of a weapon."""
    text = read_text(path)
    with desk.deciding(Action.PLAN, Subject("sortie", path.name, text_sha256(text))):
        return read_sortie(text, path)


def authority_of(desk: Desk, sortie: Sortie, name: str | None) -> Authority:
    """What a sortie is flown under: what `name` begins, else what its document names, else the only one in force.

    Raises `NotFoundError` for none or several, `InputError` where the document names another, `RefusedError`, which the
    ledger keeps, where nothing is in force.
    """
    if name is not None:
        named = acting_named(desk, name)
        line = {named.authority_id, *(one.authority_id for one in named.before)}
        if sortie.authority_id is not None and sortie.authority_id not in line:
            raise InputError(
                f"the sortie is to be flown under {sortie.authority_id}, which {named.authority_id} is not",
                field="--authority",
                remedy="Leave it out, or change the sortie's document",
            )
        return named
    if sortie.authority_id is not None:
        return acting_named(desk, sortie.authority_id)
    found = authorities_in_force(desk)
    if len(found) > 1:
        raise NotFoundError(
            f"the sortie names no authority, and {len(found)} are in force",
            field="--authority",
            remedy=f"Name one: {', '.join(one.authority_id for one in found)}",
        )
    if not found:
        desk.require(NONE_IN_FORCE, Action.PLAN, _subject(sortie))
    return found[0]


def planned(
    desk: Desk,
    sortie: Sortie,
    authority: Authority,
    *,
    aircraft: str | None = None,
    wind: Wind | None = None,
    terrain: Terrain | None,
) -> Planned:
    """Lay a sortie out and put it to its authority. `aircraft` is a registration or the beginning of an identifier, of
    the fleet; without it, what the sortie names.

    Raises `NotFoundError` for an aircraft that is not of the fleet, `InputError` for what it cannot fly or where there
    is no terrain, `RefusedError`, which the ledger keeps, for what the authority or this person's role does not allow.
    """
    authority, now_us, subject = required(authority), desk.clock.now_us(), _subject(sortie)
    flies = _of_fleet(desk.workspace, sortie, aircraft)
    heights = _heights(terrain)
    air = wind or Wind()
    route = laid_out(sortie, flies, wind=air, heights=heights)
    decision = allowed(route.path, sortie, flies, authority, now_us)
    desk.require(decision, Action.PLAN, subject, authority=authority)
    resource = Resource(
        kind=subject.kind,
        resource_id=subject.subject_id,
        in_force=in_force(authority, now_us).allowed,
        revoked=authority.standing.revocation(authority.authority_id) is not None,
        covered=decision.allowed,
    )
    desk.permit(Action.PLAN, subject, resource=resource, authority=authority)
    return Planned(sortie, flies, authority, route, air, decision, heights)


def export(desk: Desk, one: Planned, authority: Authority, path: Path) -> tuple[str, ...]:
    """Write a sortie by the ending of `path`; returns what a person must know of the file.

    Raises `InputError` for another ending, `RefusedError`, which the ledger keeps, where the authority fell meanwhile.
    """
    authority = required(authority)
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise InputError(
            f"cannot write a sortie as {path.suffix or 'a file without an ending'}",
            source=path,
            field="--out",
            remedy=f"End the name in {', '.join(_WRITERS)}",
        )
    with drafted(path) as draft:
        draft.write_text(write(one, desk.clock.now_us()), encoding="utf-8")
        _on_record(desk, one, authority, draft, path)
    missing = left_out(one.route, authority) if path.suffix.lower() == ".plan" else ()
    return tuple(
        f"The fence leaves out {name!r}, which the route passes over, under or where it leaves room: flat, it would "
        "stop the flight"
        for name in missing
    )


def picture(desk: Desk, one: Planned, authority: Authority, path: Path, *, terrain: Terrain | None) -> None:
    """Draw a sortie on a map, as a PNG. Raises `InputError` for another ending, `RefusedError` as `export` does."""
    authority = required(authority)
    with drafted(path) as draft:
        draw_sortie(
            one.route,
            one.sortie,
            one.aircraft,
            authority,
            draft,
            heights=one.heights,
            relief=None if terrain is None else terrain.heights,
        )
        _on_record(desk, one, authority, draft, path)


def fuel_left(one: Planned) -> dict[str, object]:
    """Fuel that the route uses, and what is left above the reserve, with the unit."""
    fuel = flight_model(one.aircraft).fuel
    used = one.route.fuel_used
    return {"unit": fuel.unit.value, "used": used, "left": fuel.capacity - fuel.reserve - used}


def parts_of(one: Planned) -> list[dict[str, object]]:
    """The parts of a route in order, whole turns about one place counted together."""
    told: list[dict[str, object]] = []
    for _, group in groupby(enumerate(stretches(one.route)), key=_circle):
        each = [stretch for _, stretch in group]
        first, last = each[0], each[-1]
        seconds = (int(last.time_us[-1]) - int(first.time_us[0])) / 1e6
        length = sum(stretch.length_m for stretch in each)
        told.append(
            {
                "what": _what(first, len(each)),
                "task": None if first.task == TRANSIT else one.sortie.tasks[first.task].name,
                "start": utc_text(int(first.time_us[0])),
                "end": utc_text(int(last.time_us[-1])),
                "length_m": length,
                "start_msl_m": float(first.msl_m[0]),
                "end_msl_m": float(last.msl_m[-1]),
                "ground_speed_mps": length / seconds,
            }
        )
    return told


def _circle(numbered: tuple[int, Stretch]) -> tuple[object, ...]:
    index, one = numbered
    part = one.part
    return (part.lon_deg, part.lat_deg, one.task) if one.whole_turn and isinstance(part, Turn) else (index,)


def _what(one: Stretch, count: int) -> str:
    part = one.part
    if not isinstance(part, Turn):
        return "leg"
    if not one.whole_turn:
        return f"turn {part.direction} by {abs(one.sweep_deg):.0f}°, {part.radius_m:.0f} m"
    return f"{count} {'circle' if count == 1 else 'circles'} {part.direction}, {part.radius_m:.0f} m"


def _on_record(desk: Desk, one: Planned, authority: Authority, draft: Path, path: Path) -> None:
    """A file leaves the workspace: under an authority that still stands, and with an entry in the ledger."""
    subject = _subject(one.sortie)
    desk.require(in_force(authority, desk.clock.now_us()), Action.PLAN, subject, authority=authority)
    note = desk.note(Action.PLAN, subject, authority=authority, reason=f"{path.resolve()} sha256 {file_sha256(draft)}")
    desk.workspace.ledger.append([note])


def _of_fleet(workspace: Workspace, sortie: Sortie, name: str | None) -> Aircraft:
    """The aircraft of a sortie, of several documents of one registration the last that came in."""
    rows = [
        row
        for row in workspace.registers.aircraft()
        if name is None or row.registration == name or row.aircraft_id.startswith(name)
    ]
    found = [row for row in rows if row.registration == sortie.aircraft]
    if found:
        return read_aircraft(found[-1].document, found[-1].aircraft_id)
    if name is not None and rows:
        raise InputError(
            f"the sortie is to be flown by {sortie.aircraft}, which {name!r} is not",
            field="--aircraft",
            remedy="Leave it out, or change the sortie's document",
        )
    raise NotFoundError(
        f"there is no {name or sortie.aircraft} in the fleet",
        field="--aircraft" if name else "aircraft",
        remedy="`otear aircraft list` shows what there is, `otear aircraft import` takes one in",
    )


def _heights(terrain: Terrain | None) -> Heights:
    if terrain is None:
        raise InputError(
            "no elevation was given, and a flight cannot be laid out over ground that nobody knows",
            field="--terrain",
            remedy="Give elevation with --terrain, or name it in the workspace's settings (terrain.paths)",
        )
    return terrain.heights


def _subject(sortie: Sortie) -> Subject:
    return Subject("sortie", sortie.sortie_id, text_sha256(sortie_text(sortie)))


def _json(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


NONE_IN_FORCE = refused(
    "no_authority",
    Bilingual("no authority is in force", "ninguna autorización está en vigor"),
    Bilingual(
        "one that covers the flight were imported (`otear authority import`)",
        "se importara una que ampare el vuelo (`otear authority import`)",
    ),
)
