"""The key registry of a workspace: whose signatures are believed, and as what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from otear.authority.registry import KeyRole, RegisteredKey, Registry, registered, revoked
from otear.authority.roles import Action
from otear.authority.rotation import read_rotation, rotated, rotation_text
from otear.domain.times import utc_text
from otear.errors import InputError
from otear.ledger.keys import PublicKey, SigningKey, new_key, public_key, signing_key
from otear.store.base import KeyRow
from otear.store.log_key import write_secret
from otear.store.workspace import Workspace
from otear.workflow.desk import Desk, Subject
from otear.workflow.files import read_text


def registry(workspace: Workspace) -> Registry:
    """The keys as they stand at this moment."""
    return Registry({row.key_id: _registered(row) for row in workspace.registers.all_keys()})


def listed(desk: Desk) -> list[RegisteredKey]:
    """Every key, in the order of addition. Raises `RefusedError` where this person may not know."""
    desk.permit(Action.EXPLAIN_AUTHORITY, Subject("key", "all"))
    return list(registry(desk.workspace).keys.values())


def make_key(name: str, path: Path, entropy: Callable[[int], bytes]) -> SigningKey:
    """Make a signing key and its `.pub` beside it. Raises `InputError` where a file is there already."""
    public = path.with_name(f"{path.name}.pub")
    for taken in (path, public):
        if taken.exists():
            raise InputError(
                "is there already, and a key that is lost signs nothing more",
                source=taken,
                remedy="Choose another name",
            )
    key = new_key(name, entropy(32))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_secret(path, key)
    public.write_text(key.public.text + "\n", encoding="utf-8")
    return key


def register_key(desk: Desk, path: Path, role: KeyRole, holder: str, not_after_us: int | None = None) -> RegisteredKey:
    """Believe a public key in a role; the same key for the same holder again changes nothing.

    Raises `InputError` for one that is registered otherwise.
    """
    key, now_us = read_public_key(path), desk.clock.now_us()
    if not holder.strip():
        raise InputError("a key needs a holder", field="--holder", remedy="Say whose key it is")
    subject = Subject("key", key.key_id)
    desk.permit(Action.REGISTER_KEY, subject)
    known = registry(desk.workspace)
    entry = RegisteredKey(key, role, holder, now_us, now_us, not_after_us)
    standing = known.keys.get(key.key_id)
    same = standing and replace(standing, added_us=now_us, not_before_us=now_us, replaced_by=None) == entry
    if standing is not None and same and standing.not_before_us <= now_us:
        return standing
    if standing is not None and same:  # it was registered by a clock that ran ahead
        _keep(desk, [entry], Action.REGISTER_KEY, subject, f"{role} key of {holder}, from now on: {key.text}")
        return entry
    registered(known, entry)
    if role is KeyRole.WITNESS and key.raw == desk.workspace.log_key().public.raw:
        raise InputError(
            "is the key of this workspace's own ledger, which cannot witness itself",
            source=path,
            remedy="Register the key of somebody independent",
        )
    _keep(desk, [entry], Action.REGISTER_KEY, subject, f"{role} key of {holder}: {key.text}")
    return entry


def revoke_key(desk: Desk, key_id: str, reason: str) -> RegisteredKey:
    """Trust a key no longer, nor what it signed. Raises `NotFoundError` for a key that is not registered."""
    subject = Subject("key", key_id)
    desk.permit(Action.REVOKE_KEY, subject)
    if not reason.strip():
        raise InputError("a revocation needs a reason", field="--reason", remedy="Say why the key is trusted no longer")
    entry = revoked(registry(desk.workspace), key_id, desk.clock.now_us(), reason.strip(), desk.actor.name)[key_id]
    _keep(desk, [entry], Action.REVOKE_KEY, subject, reason.strip())
    return entry


def hand_over(old: Path, new: Path, now_us: int) -> str:
    """A rotation statement by which the key in one file hands over to the public key in another."""
    return rotation_text(read_signing_key(old), read_public_key(new), utc_text(now_us))


def rotate_key(desk: Desk, statement: Path) -> RegisteredKey:
    """Put a new key in an old one's place, as the old one signed that it is. Raises `InputError`, `RefusedError`."""
    rotation = read_rotation(read_text(statement), statement)
    subject = Subject("key", rotation.new.key_id)
    desk.permit(Action.REGISTER_KEY, subject)
    with desk.deciding(Action.REGISTER_KEY, subject):
        after = rotated(registry(desk.workspace), rotation, desk.clock.now_us())
    both = [after[rotation.old_key_id], after[rotation.new.key_id]]
    _keep(desk, both, Action.REGISTER_KEY, subject, f"in place of {rotation.old_key_id}: {rotation.new.text}")
    return both[1]


def read_public_key(path: Path) -> PublicKey:
    """The public key in a file. Raises `InputError`."""
    return public_key(read_text(path), source=path)


def read_signing_key(path: Path) -> SigningKey:
    """The signing key in a file. Raises `InputError`."""
    return signing_key(read_text(path), source=path)


def _keep(desk: Desk, entries: list[RegisteredKey], action: Action, subject: Subject, reason: str) -> None:
    desk.workspace.registers.put_keys([_row(entry) for entry in entries], [desk.note(action, subject, reason=reason)])


def _registered(row: KeyRow) -> RegisteredKey:
    shared = {name: value for name, value in vars(row).items() if name not in {"key_id", "line", "role"}}
    return RegisteredKey(key=public_key(row.line, source=row.key_id), role=KeyRole(row.role), **shared)


def _row(entry: RegisteredKey) -> KeyRow:
    shared = {name: value for name, value in vars(entry).items() if name not in {"key", "role"}}
    return KeyRow(key_id=entry.key_id, line=entry.key.text, role=entry.role.value, **shared)
