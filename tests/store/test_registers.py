"""Authorities, keys and the fleet in the index, each change with the entries that tell of it or not at all."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from otear.domain.authority import Revocation
from otear.domain.ledger import Draft
from otear.errors import InputError
from otear.store.base import AircraftRow, AuthorityRow, KeyRow
from otear.store.ledger import SqlLedger
from otear.store.workspace import Workspace, open_workspace

NOTE = Draft(1, "ana", "administrator", "import_authority", "authority", "a-1")
UNWRITABLE = replace(NOTE, authority_id="half of one")
AUTHORITY = AuthorityRow("a-1", "ab" * 32, 5, '{"title":"Autorización ñ"}')
KEY = KeyRow("k-1", "host+1+A", "host", "MEX", 5, 6)
AIRCRAFT = AircraftRow("c-1", "XA-ABC", 5, "{}")
REVOCATION = Revocation("revoked", "ana", 9, "consent was taken back")


def state(workspace: Workspace) -> tuple[object, ...]:
    """All that the registers hold, and the ledger."""
    at = workspace.registers
    revocations = [at.revocation(name) for name in ("a-1", "a-2")]
    return at.authorities(), revocations, at.all_keys(), at.aircraft(), list(workspace.ledger.bodies())


def test_what_was_put_in_comes_back_in_its_order(workspace: Workspace) -> None:
    at, again = workspace.registers, open_workspace(workspace.root).registers
    first = replace(AUTHORITY, authority_id="a-2", imported_us=4)
    at.add_authority(AUTHORITY, [NOTE])
    at.add_authority(first, [NOTE])
    assert again.authorities() == [first, AUTHORITY]
    key = replace(KEY, key_id="k-2", added_us=4, not_after_us=7, revoked_us=8, revoked_by="ana", replaced_by="k-1")
    at.put_keys([KEY, key], [NOTE])
    assert again.all_keys() == [key, KEY]
    craft = replace(AIRCRAFT, aircraft_id="c-2", imported_us=4)
    at.add_aircraft(AIRCRAFT, [NOTE])
    at.add_aircraft(craft, [NOTE])
    assert again.aircraft() == [craft, AIRCRAFT]
    at.revoke("a-1", REVOCATION, [NOTE])
    assert again.revocation("a-1") == REVOCATION
    assert again.revocation("a-2") is None
    assert workspace.ledger.size() == 6


def test_what_is_there_stays_as_it_was(workspace: Workspace) -> None:
    at = workspace.registers
    at.add_authority(AUTHORITY, [])
    at.add_aircraft(AIRCRAFT, [])
    at.revoke("a-1", REVOCATION, [])
    before = state(workspace)
    at.add_authority(replace(AUTHORITY, bundle="other"), [])
    at.add_aircraft(replace(AIRCRAFT, document="other"), [])
    at.revoke("a-1", replace(REVOCATION, reason="another", at_us=99), [])
    assert state(workspace) == before
    at.revoke("a-1", REVOCATION, [NOTE])
    assert workspace.ledger.size() == 1, "that it was tried again is on record"
    at.add_authority(replace(AUTHORITY, imported_us=77), [])
    assert [one.imported_us for one in at.authorities()] == [77], "it was verified again, and counts from then"


def test_a_key_is_known_as_it_was_said_last(workspace: Workspace) -> None:
    fallen = replace(KEY, revoked_us=9, revoked_by="ana", revoked_because="lost")
    workspace.registers.put_keys([KEY], [])
    workspace.registers.put_keys([fallen], [])
    assert workspace.registers.all_keys() == [fallen]


def test_only_what_was_imported_can_be_revoked(workspace: Workspace) -> None:
    with pytest.raises(IntegrityError):
        workspace.registers.revoke("a-none", REVOCATION, [NOTE])
    assert workspace.ledger.size() == 0


VERBS: dict[str, Callable[[Workspace, Draft], Any]] = {
    "authority": lambda at, note: at.registers.add_authority(replace(AUTHORITY, authority_id="a-2"), [note]),
    "revocation": lambda at, note: at.registers.revoke("a-1", REVOCATION, [note]),
    "keys": lambda at, note: at.registers.put_keys([replace(KEY, holder="USA")], [note]),
    "aircraft": lambda at, note: at.registers.add_aircraft(AIRCRAFT, [note]),
}


@pytest.mark.parametrize("verb", VERBS)
def test_rows_and_entries_stand_or_fall_together(
    workspace: Workspace, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.registers.add_authority(AUTHORITY, [NOTE])
    workspace.registers.put_keys([KEY], [NOTE])
    before, real = state(workspace), SqlLedger.append_in
    with pytest.raises(InputError, match="half of an authority"):
        VERBS[verb](workspace, UNWRITABLE)
    assert state(workspace) == before

    def interrupted(*arguments: Any) -> None:
        real(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(SqlLedger, "append_in", interrupted)
        with pytest.raises(KeyboardInterrupt):
            VERBS[verb](workspace, NOTE)
    assert state(workspace) == before
    VERBS[verb](workspace, NOTE)
    assert sum(one != other for one, other in zip(before, state(workspace), strict=True)) == 2
    assert workspace.ledger.verify().valid


def test_several_may_revoke_the_same_at_once_and_one_stands(workspace: Workspace) -> None:
    workspace.registers.add_authority(AUTHORITY, [])
    others = [open_workspace(workspace.root) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda k: others[k].registers.revoke("a-1", replace(REVOCATION, at_us=k), [NOTE]), range(4)))
    standing = workspace.registers.revocation("a-1")
    assert standing is not None
    assert [one.registers.revocation("a-1") for one in others] == [standing] * 4
    assert workspace.ledger.size() == 4
