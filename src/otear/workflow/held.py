"""Recordings and the authorities that they may be worked on under: the gate before everything that exploits footage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

from otear.authority.decide import in_force, required
from otear.authority.roles import Action, Resource
from otear.authority.terms import standing
from otear.domain.authority import Authority, DataKind
from otear.domain.bilingual import Bilingual
from otear.domain.decision import Decision, refused
from otear.errors import NotFoundError
from otear.store.base import ExportRow, FootageRow
from otear.workflow.authorities import acting_for, authorities, authority_of
from otear.workflow.desk import Desk, Subject
from otear.workflow.files import drafted, file_sha256


@dataclass(frozen=True)
class Held:
    """A recording and the authority that it is held under."""

    row: FootageRow
    authority: Authority


def footage_subject(row: FootageRow) -> Subject:
    """A recording, as the ledger names it."""
    return Subject("footage", row.footage_id, row.sha256)


def footage_resource(
    row: FootageRow, authority: Authority | None, now_us: int, *, covered: bool | None = None
) -> Resource:
    """A recording, as the policies see it; `covered` unless said otherwise where it is out of quarantine."""
    return Resource(
        kind="footage",
        resource_id=row.footage_id,
        quarantined=row.quarantined,
        in_force=authority is not None and in_force(authority, now_us).allowed,
        revoked=authority is not None and authority.standing.revocation(authority.authority_id) is not None,
        covered=not row.quarantined if covered is None else covered,
    )


def held(desk: Desk, row: FootageRow, action: Action) -> Held:
    """A recording with its authority as it stands today. Raises `RefusedError` for one in quarantine."""
    authority = authority_of(desk, row)
    if authority is None:
        desk.require(quarantined(row), action, footage_subject(row))
        raise AssertionError  # what is in quarantine is always refused
    return Held(row, authority)


def under(desk: Desk, row: FootageRow, authority: Authority, action: Action, kind: DataKind) -> None:
    """Go on if this person may do this to one kind of a recording's data under this authority, now.

    Raises `RefusedError`, which the ledger keeps, and `NotFoundError` for data that were purged.
    """
    authority, subject, now_us = required(authority), footage_subject(row), desk.clock.now_us()
    row = desk.workspace.store.find(row.footage_id) or row  # as it stands now, whatever the caller was told
    desk.require(lawful(row, authority, now_us), action, subject, authority=authority)
    desk.permit(action, subject, resource=footage_resource(row, authority, now_us), authority=authority)
    not_purged(row, kind)


def lawful(row: FootageRow, authority: Authority, now_us: int) -> Decision:
    """Whether an authority is in force, and that generation of it which covers a recording was not revoked.

    Raises `RefusedError` where there is no authority.
    """
    authority = required(authority)
    if row.authority_id is None:
        return quarantined(row)
    covering = next((one for one in (authority, *authority.before) if one.authority_id == row.authority_id), None)
    if covering is None:
        return uncovered(row, authority)
    stands = standing(covering)
    return in_force(authority, now_us) if stands.allowed else stands


def all_held(sources: object) -> list[Held]:
    """Recordings, each with its authority. Raises `RefusedError` (`no_authority`) for anything else."""
    given: list[Any] = list(sources) if isinstance(sources, Sequence) else [None]
    for one in given:
        required(one.authority if isinstance(one, Held) else None)
    return given


def not_purged(row: FootageRow, kind: DataKind) -> None:
    """Raises `NotFoundError` where one kind of a recording's data was purged, naming the entry that proves it."""
    purged = row.summary.get("purged", {})
    if kind.value not in purged:
        return
    entry = purged[kind.value]
    proof = "`otear oversight purge` goes on" if entry is None else f"`otear ledger prove {entry}` gives the proof"
    raise NotFoundError(
        f"the {kind.value} of {row.footage_id} was purged when its time was up", field="footage_id", remedy=proof
    )


def in_reach(desk: Desk, rows: Sequence[FootageRow], action: Action) -> tuple[list[Held], int]:
    """Those of some recordings whose coverage may be worked on now, and how many may not: in quarantine, without an
    authority in force, or purged."""
    reachable, now_us, known = [], desk.clock.now_us(), authorities(desk.workspace)
    for row in rows:
        authority = None if row.authority_id is None else acting_for(known, row.authority_id, now_us)
        there = DataKind.COVERAGE.value not in row.summary.get("purged", {})
        if there and authority is not None and lawful(row, authority, now_us).allowed:
            desk.permit(action, footage_subject(row), resource=footage_resource(row, authority, now_us))
            reachable.append(Held(row, authority))
    return reachable, len(rows) - len(reachable)


@contextmanager
def exporting(
    desk: Desk, path: Path, sources: Sequence[tuple[FootageRow, Authority | None]], action: Action, *shows: DataKind
) -> Iterator[Path]:
    """A draft to write something from recordings to, that appears under its name once it is on record: in the ledger,
    and where a purge finds it, which is with the kind of data, of those that it shows, whose time is up first.

    Raises `RefusedError`, which the ledger keeps, where an authority fell while it was being written; `InputError` for
    a name that cannot be written to.
    """
    with drafted(path) as draft:
        yield draft
        for row, authority in sources:
            if authority is not None:
                decision = lawful(row, authority, desk.clock.now_us())
                desk.require(decision, action, footage_subject(row), authority=authority)
        _record(desk, draft, path, sources=sources, action=action, shows=shows)


def _record(
    desk: Desk,
    draft: Path,
    path: Path,
    *,
    sources: Sequence[tuple[FootageRow, Authority | None]],
    action: Action,
    shows: Sequence[DataKind],
) -> None:
    sha256, place, now_us = file_sha256(draft), path.resolve(), desk.clock.now_us()
    until_us = {(one.footage_id, one.data_kind): one.keep_until_us for one in desk.workspace.keeping.kept()}
    root = desk.workspace.root.resolve()
    # A workspace may be moved, and what is inside it moves along.
    known_as = str(place.relative_to(root) if place.is_relative_to(root) else place)

    def export(footage_id: str) -> ExportRow:
        first = min(shows, key=lambda kind: until_us.get((footage_id, kind), inf))
        return ExportRow(known_as, footage_id, first, sha256, now_us)

    desk.workspace.keeping.add_exports(
        [export(row.footage_id) for row, _ in sources],
        [
            desk.note(action, footage_subject(row), authority=authority, reason=f"{place} sha256 {sha256}")
            for row, authority in sources
        ],
    )


def uncovered(row: FootageRow, authority: Authority) -> Decision:
    """Why a recording cannot be worked on under an authority that is not its own."""
    held, asked = row.authority_id, authority.authority_id
    return refused(
        "uncovered",
        Bilingual(
            f"footage {row.footage_id} was adopted under {held}, which {asked} is not and does not continue",
            f"la grabación {row.footage_id} se adoptó bajo {held}, que no es {asked} ni la continúa",
        ),
        Bilingual(f"it were worked on under {held} or what continues it", f"se trabajara bajo {held} o su sucesora"),
    )


def quarantined(row: FootageRow) -> Decision:
    """Why a recording in quarantine cannot be worked on."""
    why = row.summary.get("quarantine")
    because, porque = (f": {why['because']}", f": {why['es']['because']}") if why else ("", "")
    return refused(
        "quarantined",
        Bilingual(
            f"footage {row.footage_id} is in quarantine{because}",
            f"la grabación {row.footage_id} está en cuarentena{porque}",
        ),
        Bilingual(
            "an authority that covers it were imported, and the footage adopted (`otear footage adopt`)",
            "se importara una autorización que la ampare y se adoptara la grabación (`otear footage adopt`)",
        ),
    )
