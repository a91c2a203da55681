"""Authorities of a workspace: imported, found again with what became of them, explained, and revoked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from otear.authority.decide import PointFacts, in_force, may_be_at
from otear.authority.documents import Bundle, bundle_text, read_bundle, restored, verified
from otear.authority.registry import fallen_key
from otear.authority.roles import Action
from otear.authority.signatures import canonical, sign
from otear.authority.strict_yaml import read_mapping
from otear.authority.terms import standing
from otear.domain.authority import Authority, Revocation
from otear.domain.bilingual import Bilingual
from otear.domain.decision import Decision, refused
from otear.errors import InputError, NotFoundError, RefusedError
from otear.ledger.keys import SigningKey
from otear.store.base import AuthorityRow, FootageRow
from otear.store.workspace import Workspace
from otear.workflow.desk import Desk, Subject
from otear.workflow.files import read_text, text_sha256
from otear.workflow.keyring import registry


@dataclass(frozen=True)
class LiveStanding:
    """Asks the workspace each time: what was revoked a moment ago, by whichever process, allows nothing now."""

    workspace: Workspace

    def revocation(self, authority_id: str) -> Revocation | None:
        """The revocation of an authority or of a key that it rests on; None while it stands."""
        revoked = self.workspace.registers.revocation(authority_id)
        if revoked is not None:
            return revoked
        row = next((row for row in self.workspace.registers.authorities() if row.authority_id == authority_id), None)
        if row is None:
            return Revocation("revoked", "", 0, "it is not in the workspace any more")
        return fallen_key(_key_ids(row.bundle), registry(self.workspace))


def import_authority(desk: Desk, path: Path) -> Authority:
    """Take in a host's authorization with the programme's approval.

    Raises `InputError` for what is no such document, `RefusedError`, which the ledger keeps, for one that cannot be
    believed now.
    """
    workspace, now_us, text = desk.workspace, desk.clock.now_us(), read_text(path)
    subject = Subject("authority", path.name, text_sha256(text))
    desk.permit(Action.IMPORT_AUTHORITY, subject)
    with desk.deciding(Action.IMPORT_AUTHORITY, subject):
        bundle = read_bundle(text, path)
        authority = verified(bundle, registry(workspace), now_us, LiveStanding(workspace), authorities(workspace))
        if workspace.registers.revocation(authority.authority_id) is not None:
            standing(authority).enforce()  # what was taken back does not come in again
    row = AuthorityRow(authority.authority_id, authority.sha256, now_us, bundle_text(bundle))
    subject = _subject(authority)
    note = desk.note(Action.IMPORT_AUTHORITY, subject, authority=authority, reason=authority.authorization.reference)
    workspace.registers.add_authority(row, [note])
    return authority


def signed_bundle(authorization: Path, host_key: SigningKey, approval: Path, programme_key: SigningKey) -> str:
    """Both documents in one file, each signed: canonical JSON. Raises `InputError` for what is no such document."""
    pairs = ((authorization, host_key), (approval, programme_key))
    documents = [read_mapping(read_text(path), path) for path, _ in pairs]
    signatures = tuple(sign(document, key) for document, (_, key) in zip(documents, pairs, strict=True))
    return bundle_text(replace(read_bundle(_unsigned(documents), authorization), signatures=signatures))


def _unsigned(documents: Sequence[dict[str, Any]]) -> str:
    return canonical({"authorization": documents[0], "approval": documents[1]}).decode()


def authorities(workspace: Workspace) -> dict[str, Authority]:
    """Every authority by its identifier, in the order of import, whatever became of it; but those that cannot be
    believed any more, under which nothing is allowed (`unbelieved`)."""
    return _restored(workspace)[0]


def unbelieved(desk: Desk) -> dict[str, RefusedError]:
    """Why stored authorities cannot be believed any more, by their identifiers."""
    return _restored(desk.workspace)[1]


def _restored(workspace: Workspace) -> tuple[dict[str, Authority], dict[str, RefusedError]]:
    keys, rows = registry(workspace), workspace.registers.authorities()
    known, fallen = dict[str, Authority](), dict[str, RefusedError]()
    waiting = [(row, _bundle(row)) for row in rows]
    while waiting:
        # Clocks are set back now and then: what continues another may seem to be older than that.
        ready = [one for one in waiting if one[1].continues in {None, *known}] or waiting
        for row, bundle in ready:
            try:
                known[row.authority_id] = restored(bundle, keys, row.imported_us, LiveStanding(workspace), known)
            except RefusedError as refusal:  # it falls alone, and takes no other down
                fallen[row.authority_id] = refusal
        waiting = [one for one in waiting if one[0].authority_id not in {*known, *fallen}]
    return {row.authority_id: known[row.authority_id] for row in rows if row.authority_id in known}, fallen


def listed(desk: Desk) -> list[Authority]:
    """Every authority, in the order of import. Raises `RefusedError` where this person may not know."""
    desk.permit(Action.EXPLAIN_AUTHORITY, Subject("authority", "all"))
    return list(authorities(desk.workspace).values())


def shown(desk: Desk, name: str) -> Authority:
    """One authority by the beginning of its identifier, to be read. Raises `NotFoundError`, and `RefusedError` where
    this person may not know."""
    authority = authority_named(desk.workspace, name)
    desk.permit(Action.EXPLAIN_AUTHORITY, _subject(authority), authority=authority)
    return authority


def authority_named(workspace: Workspace, name: str) -> Authority:
    """One authority by the beginning of its identifier. Raises `NotFoundError` for none or several."""
    return _named(authorities(workspace), name)


def _named(known: dict[str, Authority], name: str) -> Authority:
    found = [one for authority_id, one in known.items() if name and authority_id.startswith(name)]
    if len(found) == 1:
        return found[0]
    raise NotFoundError(
        f"{'several authorities begin' if found else 'no authority begins'} with {name!r}",
        field="authority_id",
        remedy="`otear authority list` shows what there is",
    )


def acting_named(desk: Desk, name: str) -> Authority:
    """What an authority, by the beginning of its identifier, acts through today. Raises `NotFoundError`."""
    known = authorities(desk.workspace)
    named = _named(known, name)
    return acting_for(known, named.authority_id, desk.clock.now_us()) or named


def authorities_in_force(desk: Desk) -> list[Authority]:
    """Those that allow anything now, oldest import first, and of each succession the last."""
    now_us = desk.clock.now_us()
    return [one for one in heads(authorities(desk.workspace)) if in_force(one, now_us).allowed]


def heads(known: dict[str, Authority]) -> list[Authority]:
    """The last of each succession."""
    continued = {one.before[0].authority_id for one in known.values() if one.before}
    return [one for authority_id, one in known.items() if authority_id not in continued]


def acting_for(known: dict[str, Authority], authority_id: str, now_us: int) -> Authority | None:
    """What an authority acts through today: the last of its succession; None for one that is not known.

    Of several that continue it the newest that is in force, else the newest. What was continued does not come back
    when what continues it has ended or was revoked.
    """
    line = [one for one in heads(known) if authority_id in {one.authority_id, *(b.authority_id for b in one.before)}]
    return next((one for one in reversed(line) if in_force(one, now_us).allowed), line[-1] if line else None)


def authority_of(desk: Desk, row: FootageRow) -> Authority | None:
    """What a recording may be worked on under today; None for one in quarantine."""
    if row.authority_id is None:
        return None
    return acting_for(authorities(desk.workspace), row.authority_id, desk.clock.now_us())


def revoke_authority(desk: Desk, authority: Authority, reason: str) -> None:
    """Take consent back, at once and everywhere. Raises `InputError` without a reason."""
    subject = _subject(authority)
    desk.permit(Action.REVOKE_AUTHORITY, subject, authority=authority)
    if not reason.strip():
        raise InputError("a revocation needs a reason", field="--reason", remedy="Say why consent is taken back")
    revocation = Revocation("revoked", desk.actor.name, desk.clock.now_us(), reason.strip())
    note = desk.note(Action.REVOKE_AUTHORITY, subject, authority=authority, reason=reason.strip())
    desk.workspace.registers.revoke(authority.authority_id, revocation, [note])


def explain(desk: Desk, facts: PointFacts, authority: Authority | None = None) -> tuple[Authority | None, Decision]:
    """Whether something may be done at a moment and place, and why: under one authority, or under any that there is.

    Of several refusals it is that of the first authority in force, else of the first.
    """
    desk.permit(Action.EXPLAIN_AUTHORITY, Subject("authority", "any" if authority is None else authority.authority_id))
    now_us = desk.clock.now_us()
    asked = [authority] if authority is not None else heads(authorities(desk.workspace))
    decisions = [(one, may_be_at(one, facts, now_us)) for one in asked]
    for one, decision in decisions:
        if decision.allowed:
            return one, decision
    if not decisions:
        return None, _NONE
    return next(((one, d) for one, d in decisions if in_force(one, now_us).allowed), decisions[0])


_NONE = refused(
    "no_authority",
    Bilingual("the workspace holds no authority", "el espacio de trabajo no contiene ninguna autorización"),
    Bilingual(
        "a host's authorization and the programme's approval were imported (`otear authority import`)",
        "se importaran la autorización del Estado anfitrión y la aprobación del programa (`otear authority import`)",
    ),
)


@lru_cache(maxsize=256)
def _key_ids(bundle: str) -> tuple[str, ...]:
    """The keys that a stored bundle rests on: a bundle never changes, so this is read once."""
    return read_bundle(bundle).key_ids


def _bundle(row: AuthorityRow) -> Bundle:
    return _read(row.bundle, row.authority_id)


@lru_cache(maxsize=64)
def _read(text: str, name: str) -> Bundle:
    """Reading a signed text takes a tenth of a second, and every step asks for it: the same text is the same bundle."""
    return read_bundle(text, name)


def _subject(authority: Authority) -> Subject:
    return Subject("authority", authority.authority_id, authority.sha256)
