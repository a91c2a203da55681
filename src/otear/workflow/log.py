"""The ledger of a workspace, for those who check it: verified, checkpointed, witnessed, proved and handed out.

Checkpoints stay in `ledger/`, one note a size, with the signatures of everybody who witnessed it: a ledger that does
not lead to one of its own checkpoints any more was changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from otear.authority.registry import KeyRole
from otear.authority.roles import Action
from otear.domain.bilingual import Bilingual
from otear.domain.progress import Progress, silent
from otear.errors import InputError
from otear.ledger.checkpoint import Checkpoint, Cosignature, Verified, merged, read_note, sign, verified
from otear.ledger.export import Header, write_export
from otear.ledger.keys import PublicKey, SigningKey
from otear.ledger.proofs import Older, make_proof, proof_bytes
from otear.ledger.witness import cosign_checked
from otear.workflow.desk import Desk, Subject
from otear.workflow.files import read_text, write_own_text, write_text
from otear.workflow.keyring import registry

LEDGER = Subject("ledger", "ledger")
_FOLDER = "ledger"


@dataclass(frozen=True)
class Verdict:
    """What a whole ledger was found to be; `checkpoints` counts the notes that it leads to."""

    entries: int
    root_hex: str
    valid: bool
    faults: tuple[Bilingual, ...]
    checkpoints: int
    witnesses: tuple[tuple[Cosignature, int], ...]
    """Who signed which size."""


def verify(desk: Desk, progress: Progress = silent) -> Verdict:
    """Recompute the ledger, and compare it with every checkpoint that is kept. Raises `RefusedError`."""
    # Anybody may; so whatever is wrong is named before anybody is asked who they are.
    checked = desk.workspace.ledger.verify(progress)
    if checked.faults:
        return Verdict(checked.entries, checked.root.hex(), False, checked.faults, 0, ())
    desk.permit(Action.VERIFY, LEDGER)
    notes = _notes(desk)
    faults, witnesses = list(checked.faults), list[tuple[Cosignature, int]]()
    try:
        key = desk.workspace.log_key().public
    except InputError as error:
        spanish = "no hay, o no sirve, la llave que firma los puntos de control de esta bitácora"
        faults.append(Bilingual(str(error), spanish))
        return Verdict(checked.entries, checked.root.hex(), False, tuple(faults), len(notes), ())
    for path in notes:
        try:
            seen = verified(read_text(path), key, _witness_keys(desk), source=path)
        except InputError as error:
            faults.append(Bilingual(str(error), f"{path}: el punto de control no puede leerse o está alterado"))
            continue
        witnesses += [(one, seen.checkpoint.size) for one in seen.witnesses]
        if not checked.faults and not _leads_to(desk, seen.checkpoint):
            faults.append(
                Bilingual(
                    f"{path}: the ledger does not lead to its checkpoint of {seen.checkpoint.size} entries: it was "
                    "rewritten or cut off since",
                    f"{path}: la bitácora no conduce a su punto de control de {seen.checkpoint.size} asientos: desde "
                    "entonces se reescribió o se cortó",
                )
            )
    return Verdict(checked.entries, checked.root.hex(), not faults, tuple(faults), len(notes), tuple(witnesses))


def checkpoint(desk: Desk) -> str:
    """Sign the ledger as it stands, and keep the note.

    Raises `InputError` where it does not lead on from the last one, as after a restored copy: two histories would bear
    one signature. Raises `RefusedError`.
    """
    desk.permit(Action.CHECKPOINT_LEDGER, LEDGER)
    _leads_on(desk)
    size = desk.workspace.ledger.size()
    key = desk.workspace.log_key()
    note = sign(Checkpoint(key.name, size, desk.workspace.ledger.root(size)), key)
    return _kept(desk, note)


def witness(desk: Desk, path: Path) -> list[Cosignature]:
    """Take in a checkpoint that somebody cosigned: it must be of this ledger, and the witness's key registered.

    Raises `InputError` where it is not, `RefusedError`.
    """
    desk.permit(Action.WITNESS_LEDGER, LEDGER)
    note, seen = _own(desk, path)
    if not seen.witnesses:
        raise InputError(
            "carries no signature of a registered witness",
            source=path,
            remedy="Register the witness's key with `otear key add --role witness`",
        )
    _kept(desk, note)
    names = ", ".join(one.witness for one in seen.witnesses)
    reason = f"{seen.checkpoint.size} entries, seen by {names}"
    desk.workspace.ledger.append([desk.note(Action.WITNESS_LEDGER, LEDGER, reason=reason)])
    return list(seen.witnesses)


def prove(desk: Desk, sequence: int, path: Path, *, since: Path | None = None) -> str:
    """Write the proof that an entry is in the ledger, and return the note that it leads to.

    That is the smallest witnessed checkpoint that holds the entry and all of `since`, an older checkpoint that the
    reader keeps; else a new one. Raises `NotFoundError` for an entry that does not exist, `InputError` for a checkpoint
    that is not of this ledger, `RefusedError`.
    """
    desk.permit(Action.READ_LEDGER, LEDGER)
    ledger = desk.workspace.ledger
    entry = ledger.entry(sequence)
    old_note, old_size = "", 0
    if since is not None:
        old_note, seen = _own(desk, since)
        old_size = seen.checkpoint.size
    note = _witnessed(desk, max(sequence, old_size - 1)) or checkpoint(desk)
    size = read_note(note).checkpoint.size
    # Every log begins with the empty one: there is no proof of that, and none is asked for.
    older = Older(old_note, tuple(ledger.consistency(old_size, size))) if old_size else None
    proof = make_proof(entry, ledger.inclusion(sequence, size), note, desk.workspace.log_key().public, older)
    write_text(path, proof_bytes(proof).decode())
    return note


def export(desk: Desk, path: Path, progress: Progress = silent, *, upto: Path | None = None) -> int:
    """Write the ledger as one file that anybody can verify; returns the number of entries.

    All of it, or what a checkpoint in `upto` covers, with the signatures under that: so a witness sees what it is to
    sign, and others that it signed. Raises `InputError` for a checkpoint that is not of this ledger, `RefusedError`.
    """
    desk.permit(Action.READ_LEDGER, LEDGER)
    key, asked = desk.workspace.log_key().public, None if upto is None else _own(desk, upto)[0]
    _leads_on(desk)
    desk.workspace.ledger.append([desk.note(Action.READ_LEDGER, LEDGER, reason=f"exported to {path.resolve()}")])
    note = asked or checkpoint(desk)
    size = read_note(note).checkpoint.size

    def bodies() -> Iterator[bytes]:
        for number, body in enumerate(desk.workspace.ledger.bodies(0, size)):
            if number % 1_000 == 0:
                progress("writing the ledger", number, size)
            yield body

    path.parent.mkdir(parents=True, exist_ok=True)
    return write_export(path, Header(key.name, key), bodies(), note)


def cosigned(
    note: Path, key: SigningKey, log_key: PublicKey, *, now_us: int, since: Path | None, log: Path | None
) -> str:
    """A checkpoint's note with a witness's signature, once the witness has seen that the log only grew.

    Needs no workspace. Raises `RefusedError` where that is not shown, `InputError` for what is no note of this log.
    """
    old = None if since is None else read_text(since)
    return cosign_checked(read_text(note), key, now_us, log_key=log_key, old_note=old, export=log)


def entries(desk: Desk, last: int) -> Sequence[bytes]:
    """The canonical JSON of the last entries, oldest first. Raises `RefusedError`."""
    desk.permit(Action.READ_LEDGER, LEDGER)
    size = desk.workspace.ledger.size()
    return list(desk.workspace.ledger.bodies(max(0, size - last), size))


def accept_clock(desk: Desk, reason: str) -> None:
    """Count time from now on, although the ledger holds later times: a clock that was wrong wrote those."""
    desk.permit(Action.ACCEPT_CLOCK, LEDGER)
    if not reason.strip():
        raise InputError("this needs a reason", field="--reason", remedy="Say which clock was wrong, and since when")
    desk.workspace.store.accept_clock(desk.note(Action.ACCEPT_CLOCK, LEDGER, reason=reason.strip()))


def _kept(desk: Desk, note: str) -> str:
    path = desk.workspace.root / _FOLDER / f"{read_note(note).checkpoint.size:012d}.note"
    if path.is_file():
        note = merged(read_text(path), note)
    write_own_text(path, note)
    return note


def _leads_on(desk: Desk) -> None:
    """Raises `InputError` where the ledger does not lead on from its last checkpoint."""
    for path in _notes(desk)[-1:]:
        _own(desk, path)


def _notes(desk: Desk) -> list[Path]:
    return sorted((desk.workspace.root / _FOLDER).glob("*.note"))


def _witnessed(desk: Desk, sequence: int) -> str | None:
    """The smallest checkpoint over an entry that a registered witness signed."""
    for path in _notes(desk):
        note, seen = _own(desk, path)
        if seen.checkpoint.size > sequence and seen.witnesses:
            return note
    return None


def _own(desk: Desk, path: Path) -> tuple[str, Verified]:
    """A note that this ledger signed and leads to. Raises `InputError` for any other."""
    note = read_text(path)
    seen = verified(note, desk.workspace.log_key().public, _witness_keys(desk), source=path)
    if not _leads_to(desk, seen.checkpoint):
        raise InputError(
            f"is signed by this ledger's key, but the ledger does not lead to its {seen.checkpoint.size} entries",
            source=path,
            remedy="Run `otear ledger verify`: the ledger was rewritten or cut off, or its key signed another one",
        )
    return note, seen


def _witness_keys(desk: Desk) -> list[PublicKey]:
    keys = registry(desk.workspace).keys.values()
    return [entry.key for entry in keys if entry.role is KeyRole.WITNESS and entry.revoked_us is None]


def _leads_to(desk: Desk, seen: Checkpoint) -> bool:
    ledger = desk.workspace.ledger
    return seen.size <= ledger.size() and ledger.root(seen.size) == seen.root
