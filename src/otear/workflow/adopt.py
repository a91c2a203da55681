"""Adopting: footage out of quarantine, under an authority that covers how it was made and what it shows.

The flight must have kept to the authority's terms: airspace, times, sensor, aircraft, purpose; and what the camera saw
must not reach into an excluded zone, from wherever it looked. What cannot be shown to be covered stays in quarantine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from otear.authority.decide import (
    covering,
    in_force,
    keep_until_us,
    may_have_flown,
    may_look,
    may_process,
    required,
)
from otear.authority.path_doubts import LONGEST_JOIN_US
from otear.authority.paths import Track
from otear.authority.reasons import doubtful, missing
from otear.authority.roles import Action, Resource
from otear.domain.authority import Authority, DataKind
from otear.domain.bilingual import Bilingual
from otear.domain.decision import Decision, allowed, refused
from otear.domain.ledger import Outcome
from otear.domain.progress import Progress, silent
from otear.geo.terrain import Terrain
from otear.store.base import FootageRow, KeepRow
from otear.store.settings import PlatformSettings
from otear.workflow.authorities import authority_of
from otear.workflow.custody import plain
from otear.workflow.desk import Desk
from otear.workflow.flown import Flown, Stated, footprint_margin_m
from otear.workflow.flown import flown as facts_of
from otear.workflow.held import footage_resource, footage_subject, lawful, not_purged
from otear.workflow.looking import Seen, look, settle


@dataclass(frozen=True)
class Adoption:
    """What came of it: the recording as it stands, and the decision with its reasons."""

    row: FootageRow
    decision: Decision


def adopt(
    desk: Desk,
    row: FootageRow,
    authority: Authority,
    stated: Stated,
    *,
    terrain: Terrain | None,
    progress: Progress = silent,
) -> Adoption:
    """Adopt a recording under an authority, if that covers it, and work out what was looked at.

    It is one in quarantine, or one whose own authority has fallen; any other is left as it is. `stated` is what a
    person says of the flight where the stream does not. A refusal is in the ledger, by its rule, and in the result, and
    the recording stays where it is. Raises `RefusedError` where this person may not, or where the authority falls while
    the work is under way; `TerrainError` where the terrain cannot be used.
    """
    authority = required(authority)
    subject, workspace = footage_subject(row), desk.workspace
    desk.require(who_may(desk, row), Action.ADOPT, subject, authority=authority)
    not_purged(row, DataKind.METADATA)
    own = authority_of(desk, row)
    if own is not None and lawful(row, own, desk.clock.now_us()).allowed:
        return Adoption(row, allowed("covered", f"{row.authority_id} covers it", f"{row.authority_id} la ampara"))
    flown = facts_of(workspace, row, stated)
    generation, decision = flight_covered(desk, authority, flown)
    if generation is None:
        return stays(desk, row, decision, authority)
    resource = footage_resource(row, authority, desk.clock.now_us(), covered=True)
    desk.permit(Action.ADOPT, subject, resource=resource, authority=authority)
    with workspace.staging() as staging:
        with desk.deciding(Action.ADOPT, subject, authority=authority):  # consent may fall while the work is under way
            seen = look(
                workspace, row, authority, staging, terrain=terrain, now_us=desk.clock.now_us, progress=progress
            )
        decision = _view_covered(workspace.settings.platform, generation, flown, seen)
        if not decision.allowed:
            return stays(desk, row, decision, authority)
        adopted = _adopted(row, seen, generation)
        notes = [desk.note(Action.ADOPT, subject, authority=authority, reason=_ground(decision, flown, authority))]
        keep = keep_rows(adopted, (authority, generation))
        desk.require(in_force(authority, desk.clock.now_us()), Action.ADOPT, subject, authority=authority)
        if seen.grid is not None:
            settle(workspace, seen.grid)
        row = workspace.publish_coverage(seen.coverage, adopted, instead_of=row, keep=keep, notes=notes)
    return Adoption(row, decision)


def _ground(decision: Decision, flown: Flown, authority: Authority) -> str:
    """What the ledger says of an adoption: why, and by which facts, told apart from those that a person stated."""
    facts = {
        "sensor": " and ".join(flown.sensors),
        "aircraft": flown.aircraft_for(authority),
        "purpose": flown.purpose_for(authority),
    }
    marks = dict.fromkeys(flown.stated, " (stated)")
    if flown.purpose is None:
        marks["purpose"] = " (the only one authorized)"
    told = (f"{name} {fact}{marks.get(name, '')}" for name, fact in facts.items())
    return f"{decision.because.en}; {', '.join(told)}"


def who_may(desk: Desk, row: FootageRow) -> Decision:
    """Whether this person may adopt recordings at all, by whatever covers them."""
    covered = Resource("footage", row.footage_id, in_force=True, revoked=False, covered=True)
    return desk.permission(Action.ADOPT, footage_subject(row), resource=covered)


def flight_covered(desk: Desk, authority: Authority, flown: Flown) -> tuple[Authority | None, Decision]:
    """The generation of an authority that covers a flight, and the decision; none where the authority is not in
    force, or a fact of the flight is not known."""
    authority = required(authority)
    now_us, purpose = desk.clock.now_us(), flown.purpose_for(authority)
    stretches = flown.track.stretches(LONGEST_JOIN_US)
    doubt = fact_doubt(flown, purpose, stretches)
    if doubt is not None or purpose is None:
        return None, doubt or missing(PURPOSE)
    today = may_process(authority, purpose, now_us)
    if not today.allowed:
        return None, today

    def check(one: Authority) -> Decision:
        # Of a recording with gaps each stretch is judged: where the aircraft was meanwhile, it shows nothing.
        return first_refusal(
            may_have_flown(
                one,
                stretch,
                sensor=sensor,
                purpose=purpose,
                aircraft=flown.aircraft_for(one),
                navigation_error_m=flown.navigation_error_m,
                height_error_m=flown.height_error_m,
            )
            for sensor in flown.sensors
            for stretch in stretches
        )

    return covering(authority, check)


LARGEST_HEIGHT_GAP_M = 100.0
"""A stream that writes one datum into the item of the other is further off than any geoid only beyond this."""
PURPOSE = Bilingual("the purpose (--purpose)", "el propósito (--purpose)")


def fact_doubt(flown: Flown, purpose: str | None, stretches: Sequence[Track]) -> Decision | None:
    """What keeps a flight from being judged: a fact that nobody gives, or that cannot be one. None where nothing
    does."""
    if not flown.sensors:
        return missing(Bilingual("the sensor (--sensor)", "el sensor (--sensor)"))
    if not flown.aircraft:
        return missing(Bilingual("the aircraft (--aircraft)", "la aeronave (--aircraft)"))
    if purpose is None:
        return missing(PURPOSE)
    cut = Bilingual("it were cut there, and each part ingested", "se cortara ahí y se ingiriera cada parte")
    if flown.tail_numbers > 1:
        names = ", ".join(flown.aircraft)
        return doubtful(
            Bilingual(f"the stream names several aircraft: {names}", f"el flujo nombra varias aeronaves: {names}"), cut
        )
    if flown.height_gap_m > LARGEST_HEIGHT_GAP_M:
        gap = f"{flown.height_gap_m:.0f} m"
        return doubtful(
            Bilingual(
                f"the stream's heights above sea level and above the ellipsoid contradict each other by {gap}",
                f"las alturas del flujo sobre el nivel del mar y sobre el elipsoide se contradicen en {gap}",
            ),
            Bilingual("it said one height, or two that agree", "indicara una sola altura, o dos que concuerden"),
        )
    placed_s = sum(int(one.time_us[-1] - one.time_us[0]) for one in stretches if len(one.time_us)) / 1e6
    blind_s = flown.pictures_s - placed_s
    if blind_s > LONGEST_JOIN_US / 1e6:
        return doubtful(
            Bilingual(
                f"nothing that can be trusted says where the aircraft was during {blind_s:.0f} s of pictures",
                f"nada fiable dice dónde estaba la aeronave durante {blind_s:.0f} s de imágenes",
            ),
            cut,
        )
    return None


def first_refusal(decisions: Iterable[Decision]) -> Decision:
    """The first of some decisions that refuses, else the last that allows."""
    last = missing(Bilingual("the track of the aircraft", "la trayectoria de la aeronave"))
    for last in decisions:
        if not last.allowed:
            break
    return last


def _view_covered(platform: PlatformSettings, authority: Authority, flown: Flown, seen: Seen) -> Decision:
    """Whether every look kept out of what may not be looked at, with a margin for the error of the footprint.

    Where some places must not be looked at, what could not be placed may have shown them.
    """
    terms = authority.authorization
    if seen.unplaced and (terms.survey or any(zone.view for zone in terms.exclusions)):
        return refused(
            "view_unknown",
            Bilingual(
                f"nobody can say what {seen.unplaced} rows of telemetry looked at, and not everything may be looked at",
                f"no puede saberse qué observaron {seen.unplaced} filas de telemetría, y no todo puede observarse",
            ),
            Bilingual(
                "elevation that reaches everything it looked at were given (--terrain)",
                "se indicara un modelo de elevación que alcance todo lo que observó (--terrain)",
            ),
        )
    for one in seen.looks:
        if not one.outline or seen.terrain is None:
            continue  # sky: no ground was in the picture
        margin_m = footprint_margin_m(platform, flown.track, one, seen.terrain)
        decision = may_look(authority, one.outline, one.start_us, one.end_us, margin_m=margin_m)
        if not decision.allowed:
            return decision
    return allowed(
        "covered",
        f"authority {authority.authority_id} covers the flight and everything that it looked at",
        f"la autorización {authority.authority_id} ampara el vuelo y todo lo que se observó",
    )


def choose(desk: Desk, authorities: Sequence[Authority], flown: Flown) -> tuple[Authority | None, Decision]:
    """The first of some authorities that covers a flight; where none does, why the last of them does not."""
    decision = NO_AUTHORITY
    for authority in authorities:
        generation, decision = flight_covered(desk, authority, flown)
        if generation is not None:
            return authority, decision
    return None, decision


NO_AUTHORITY = refused(
    "no_authority",
    Bilingual("no authority that covers it is known", "no se conoce autorización alguna que la ampare"),
    Bilingual(
        "one that covers it were imported (`otear authority import`), and it were adopted (`otear footage adopt`)",
        "se importara una que la ampare (`otear authority import`) y se adoptara (`otear footage adopt`)",
    ),
)


def stays(desk: Desk, row: FootageRow, decision: Decision, authority: Authority | None) -> Adoption:
    """Leave a recording in quarantine, with the reason in the ledger and in its summary."""
    subject = footage_subject(row)
    why = {
        "rule": decision.rule,
        "because": decision.because.en,
        "would_be_allowed_if": decision.would_be_allowed_if.en,
        "es": {"because": decision.because.es, "would_be_allowed_if": decision.would_be_allowed_if.es},
    }
    # The ledger is for ever: the place and time that a reason names stay in the summary, which is purged.
    note = desk.note(Action.ADOPT, subject, authority=authority, outcome=Outcome.REFUSED, reason=decision.rule)
    return Adoption(desk.workspace.store.say_why_quarantined(row.footage_id, why, [note]), decision)


def keep_rows(row: FootageRow, authorities: Sequence[Authority]) -> list[KeepRow]:
    """Until when each kind of a recording's data is kept: by the strictest of its authorities, from the time that it
    was collected.

    A stream whose clock says a time after its ingest, or none, was collected when it was ingested.
    """
    collected_us = min(row.ingested_us, row.ingested_us if row.end_us is None else row.end_us)
    return [
        KeepRow(row.footage_id, kind, collected_us, min(keep_until_us(one, kind, collected_us) for one in authorities))
        for kind in (DataKind.IMAGERY, DataKind.METADATA, DataKind.COVERAGE)
    ]


def _adopted(row: FootageRow, seen: Seen, authority: Authority) -> FootageRow:
    """The row of a recording once it is out of quarantine."""
    health, stream = row.summary["health"], row.summary["stream_warnings"]
    summary = {name: value for name, value in row.summary.items() if name != "quarantine"} | {
        "bounds": seen.bounds_deg,
        "looks": len(seen.looks),
        "covered_km2": seen.covered_km2,
        "quarantined": False,
        "health": {**health, "warnings": [*stream, *seen.warnings]},
        "terrain": seen.terrain and seen.terrain.name,
        "terrain_sigma_m": seen.terrain and seen.terrain.sigma_m,
        "authority_id": authority.authority_id,
    }
    return replace(row, summary=plain(summary), bounds_deg=seen.bounds_deg, authority_id=authority.authority_id)
