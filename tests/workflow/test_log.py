"""The ledger for those who check it: what a witness saw stays, what was changed is named, what is proved holds outside.

The logs here are of a real workspace; that every single change of an exported file is found is shown in
tests/cli/test_ledger_commands.py and tests/ledger/test_export.py.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from otear.authority.registry import KeyRole
from otear.authority.roles import Action, Actor, Role
from otear.domain.clock import FixedClock
from otear.domain.ledger import Draft
from otear.errors import InputError, NotFoundError, RefusedError
from otear.ledger.checkpoint import Checkpoint, read_note, sign
from otear.ledger.keys import SigningKey, new_key
from otear.ledger.proofs import read_proof
from otear.ledger.report import Report
from otear.ledger.verify import verify_file
from otear.store.workspace import Workspace, create_workspace, open_workspace
from otear.workflow import log
from otear.workflow.desk import Desk
from otear.workflow.keyring import register_key, revoke_key
from otear.workflow.log import accept_clock, checkpoint, cosigned, entries, export, prove, verify, witness

from ..consent import NOW_US, desk_in

SEEN = new_key("host.example/witness", b"w" * 32)
OTHER = new_key("university.example/witness", b"u" * 32)
ANALYST = Actor("analista", frozenset({Role.ANALYST}))
INSPECTOR = Actor("inspectora", frozenset({Role.INSPECTOR}))


def write(workspace: Workspace, count: int, word: str = "") -> None:
    """Make the ledger longer."""
    start = workspace.ledger.size()
    workspace.ledger.append(
        [
            Draft(NOW_US + n, "ana", "analyst", "view_imagery", "footage", f"f-{word}{n}")
            for n in range(start, start + count)
        ]
    )


@pytest.fixture
def desk(workspace: Workspace) -> Desk:
    """A ledger of a dozen entries, and a little more once the witness is registered."""
    write(workspace, 12)
    at_work = desk_in(workspace)
    registered(at_work, SEEN)
    return at_work


def registered(desk: Desk, key: SigningKey) -> None:
    """Believe a witness."""
    file = desk.workspace.root.parent / "witness.pub"
    file.write_text(key.public.text)
    register_key(desk, file, KeyRole.WITNESS, key.name)


def note_file(desk: Desk, name: str = "checkpoint.note") -> Path:
    """A checkpoint of now, in a file."""
    file = desk.workspace.root.parent / name
    file.write_text(checkpoint(desk))
    return file


def signed(
    desk: Desk, note: Path, key: SigningKey = SEEN, since: Path | None = None, whole: Path | None = None
) -> Path:
    """The same note, cosigned."""
    text = cosigned(note, key, desk.workspace.log_key().public, now_us=NOW_US, since=since, log=whole)
    file = note.with_suffix(".cosigned")
    file.write_text(text)
    return file


def rewritten(desk: Desk) -> None:
    """Put another history, that agrees with itself and is signed with the same key, in the ledger's place."""
    root = desk.workspace.root
    with closing(sqlite3.connect(root / "otear.db")) as database:
        for table in ("ledger_entries", "ledger_nodes"):
            for what in ("update", "delete", "replace"):
                database.execute(f"DROP TRIGGER {table}_no_{what}")
            database.execute(f"DELETE FROM {table}")
        database.execute("UPDATE ledger_head SET size = 0, latest_us = 0, clock_from = 0")
        database.commit()
    write(desk.workspace, 30, "other")


def failures(report: Report) -> set[str]:
    return {check.name for check in report.failed}


def test_a_witness_s_signature_stays_with_the_ledger(desk: Desk) -> None:
    note = note_file(desk)
    size = read_note(note.read_text()).checkpoint.size
    assert size == desk.workspace.ledger.size()
    assert verify(desk).witnesses == ()
    (seen,) = witness(desk, signed(desk, note))
    assert (seen.witness, seen.time_us) == (SEEN.name, NOW_US // 1_000_000 * 1_000_000)
    verdict = verify(desk)
    assert verdict.valid
    assert [(one.witness, at) for one, at in verdict.witnesses] == [(SEEN.name, size)]
    assert (verdict.entries, verdict.checkpoints) == (size + 1, 1)
    assert verdict.root_hex == desk.workspace.ledger.root().hex()
    entry = desk.workspace.ledger.entry(size).draft
    assert (entry.action, entry.reason) == ("witness_ledger", f"{size} entries, seen by {SEEN.name}")


def test_witnesses_of_one_checkpoint_add_up(desk: Desk) -> None:
    registered(desk, OTHER)
    note = note_file(desk)
    witness(desk, signed(desk, note))
    witness(desk, signed(desk, note, OTHER))
    assert {one.witness for one, _ in verify(desk).witnesses} == {SEEN.name, OTHER.name}
    assert verify(desk).checkpoints == 1


def test_a_revoked_witness_says_nothing_more(desk: Desk) -> None:
    witness(desk, signed(desk, note_file(desk)))
    revoke_key(desk, SEEN.public.key_id, "lost")
    verdict = verify(desk)
    assert verdict.valid
    assert verdict.witnesses == ()
    with pytest.raises(InputError, match="no signature of a registered witness"):
        witness(desk, signed(desk, note_file(desk)))


def test_a_note_that_is_not_this_ledger_s_is_refused(desk: Desk, tmp_path: Path) -> None:
    note = note_file(desk)
    before = desk.workspace.ledger.size()
    with pytest.raises(InputError, match="no signature of a registered witness"):
        witness(desk, note)
    with pytest.raises(InputError, match="no signature of a registered witness"):
        witness(desk, signed(desk, note, OTHER))
    foreign = desk_in(create_workspace(tmp_path / "foreign"))
    write(foreign.workspace, 3)
    with pytest.raises(InputError, match="not signed with the key of the log") as caught:
        witness(desk, signed(foreign, note_file(foreign, "foreign.note")))
    assert caught.value.source == str(tmp_path / "foreign.cosigned")
    key = desk.workspace.log_key()
    fork = tmp_path / "fork.note"
    for size in (5, before, before + 100):
        fork.write_text(sign(Checkpoint(key.name, size, b"\1" * 32), key))
        with pytest.raises(InputError, match=f"does not lead to its {size} entries"):
            witness(desk, signed(desk, fork))
    changed = signed(desk, note).read_text().replace(f"\n{before}\n", f"\n{before - 1}\n")
    (tmp_path / "changed.note").write_text(changed)
    with pytest.raises(InputError, match=r"signature of the log .* does not belong"):
        witness(desk, tmp_path / "changed.note")
    assert desk.workspace.ledger.size() == before
    assert verify(desk).checkpoints == 1


def test_the_log_cannot_be_its_own_witness(desk: Desk, tmp_path: Path) -> None:
    note, key = note_file(desk), desk.workspace.log_key()
    with pytest.raises(RefusedError, match="witness-independence"):
        signed(desk, note, key)
    with pytest.raises(InputError, match="own"):
        register_key(desk, desk.workspace.root / "keys" / "log.pub", KeyRole.WITNESS, "ourselves")
    assert verify(desk).valid


def test_a_witness_signs_only_what_grew(desk: Desk, tmp_path: Path) -> None:
    first = note_file(desk, "first.note")
    write(desk.workspace, 5)
    second, whole = note_file(desk, "second.note"), tmp_path / "ledger.txt"
    with pytest.raises(RefusedError, match="witness-consistency"):
        signed(desk, second, since=first)
    write(desk.workspace, 2)
    export(desk, whole)
    with pytest.raises(RefusedError, match="ends at another checkpoint"):
        signed(desk, second, since=first, whole=whole)
    assert export(desk, whole, upto=second) == read_note(second.read_text()).checkpoint.size
    witness(desk, signed(desk, second, since=first, whole=whole))
    with pytest.raises(RefusedError, match="shrank"):
        signed(desk, first, since=second)


@pytest.mark.parametrize("entry", [0, 5, 12])
def test_a_change_of_the_database_itself_is_named(desk: Desk, entry: int) -> None:
    note_file(desk)
    with closing(sqlite3.connect(desk.workspace.root / "otear.db")) as database:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            database.execute("UPDATE ledger_entries SET body = '{}' WHERE sequence = 5")
        database.execute("DROP TRIGGER ledger_entries_no_update")
        changed = "UPDATE ledger_entries SET body = replace(body, '2026', '2025') WHERE sequence = ?"
        assert database.execute(changed, (entry,)).rowcount == 1
        database.commit()
    verdict = verify(desk)
    assert not verdict.valid
    (fault,) = verdict.faults
    assert fault.en.startswith(f"entry {entry}: ")
    assert fault.es.startswith(f"asiento {entry}: ")


def test_a_deletion_in_the_database_is_named(desk: Desk) -> None:
    with closing(sqlite3.connect(desk.workspace.root / "otear.db")) as database:
        database.execute("DROP TRIGGER ledger_entries_no_delete")
        database.execute("DELETE FROM ledger_entries WHERE sequence = 7")
        database.commit()
    assert "entry 7: is missing" in [fault.en for fault in verify(desk).faults]


def test_a_rewritten_history_is_named_by_the_checkpoint_it_left(desk: Desk, tmp_path: Path) -> None:
    note, proof = note_file(desk), tmp_path / "proof.json"
    rewritten(desk)
    size = desk.workspace.ledger.size()
    assert desk.workspace.ledger.verify().valid, "the new one agrees with itself"
    verdict = verify(desk)
    assert not verdict.valid
    (fault,) = verdict.faults
    kept = desk.workspace.root / "ledger" / "000000000013.note"
    assert fault.en.startswith(f"{kept}: the ledger does not lead to its checkpoint of 13 entries")
    assert "no conduce a su punto de control de 13 asientos" in fault.es
    for attempt in (
        lambda: checkpoint(desk),
        lambda: prove(desk, 3, proof),
        lambda: prove(desk, 3, proof, since=note),
        lambda: export(desk, proof),
        lambda: export(desk, proof, upto=note),
        lambda: witness(desk, signed(desk, note)),
    ):
        with pytest.raises(InputError, match=r"does not lead to its 13 entries.*rewritten or cut off"):
            attempt()
    assert not proof.exists()
    assert desk.workspace.ledger.size() == size, "nothing is said to be exported that was not"


def test_a_ledger_restored_from_an_old_copy_signs_no_second_history(desk: Desk, tmp_path: Path) -> None:
    desk.workspace.store.compact()
    copy = Path(shutil.copytree(desk.workspace.root, tmp_path / "copy"))
    write(desk.workspace, 3)
    note_file(desk)
    desk.workspace.store.close()  # type: ignore[attr-defined]
    for name in ("otear.db", "otear.db-wal", "otear.db-shm"):
        (desk.workspace.root / name).unlink(missing_ok=True)
    shutil.copy(copy / "otear.db", desk.workspace.root / "otear.db")
    restored = desk_in(open_workspace(desk.workspace.root))
    assert any("cut off" in fault.en for fault in verify(restored).faults)
    write(restored.workspace, 50, "second")
    with pytest.raises(InputError, match="does not lead"):
        checkpoint(restored)


def test_a_damaged_note_is_named(desk: Desk) -> None:
    note_file(desk)
    kept = desk.workspace.root / "ledger" / "000000000013.note"
    for damage in (b"nonsense", b"\xff\xfe", kept.read_bytes().replace(b"\n13\n", b"\n12\n")):
        kept.write_bytes(damage)
        verdict = verify(desk)
        assert not verdict.valid
        (fault,) = verdict.faults
        assert str(kept) in fault.en
        assert str(kept) in fault.es


def test_every_entry_can_be_proved_to_an_outsider(desk: Desk, tmp_path: Path) -> None:
    key, file = desk.workspace.log_key().public, tmp_path / "proof.json"
    for sequence in range(desk.workspace.ledger.size()):
        prove(desk, sequence, file)
        report = verify_file(file, log_key=key)
        assert report.valid, report.text("en")
        assert read_proof(file.read_bytes()).entry == desk.workspace.ledger.entry(sequence)
        assert failures(verify_file(file, log_key=SEEN.public)) >= {"key", "log-signature"}
        assert failures(verify_file(file, log_key=key, witnesses=[SEEN.public])) == {"witness"}
    with pytest.raises(NotFoundError, match="no entry 13"):
        prove(desk, 13, tmp_path / "nothing.json")
    assert not (tmp_path / "nothing.json").exists()


def test_a_proof_leads_to_what_a_witness_saw(desk: Desk, tmp_path: Path) -> None:
    key, file = desk.workspace.log_key().public, tmp_path / "proof.json"
    for _ in range(2):
        witness(desk, signed(desk, note_file(desk)))
        write(desk.workspace, 4)
    assert read_note(prove(desk, 3, file)).checkpoint.size == 13, "the smallest that a witness saw"
    assert verify_file(file, log_key=key, witnesses=[SEEN.public]).valid
    assert read_note(prove(desk, 13, file)).checkpoint.size == 18
    assert verify_file(file, log_key=key, witnesses=[SEEN.public]).valid
    assert read_note(prove(desk, 20, file)).checkpoint.size == desk.workspace.ledger.size()
    assert failures(verify_file(file, log_key=key, witnesses=[SEEN.public])) == {"witness"}


@pytest.mark.parametrize("witnessed", [False, True])
def test_a_proof_leads_on_from_what_its_reader_keeps(desk: Desk, tmp_path: Path, *, witnessed: bool) -> None:
    key, file = desk.workspace.log_key().public, tmp_path / "proof.json"
    old = note_file(desk, "old.note")
    write(desk.workspace, 6)
    newer = note_file(desk, "newer.note")
    if witnessed:
        witness(desk, signed(desk, newer))
    write(desk.workspace, 6)
    for since in (old, newer):
        for sequence in (0, 12, 13, 18, 23):
            prove(desk, sequence, file, since=since)
            report = verify_file(file, log_key=key, old=since.read_text())
            assert report.valid, report.text("en")
            assert any("nothing of that history was rewritten" in one for one in report.document("en")["proved"])
    prove(desk, 3, file)
    assert failures(verify_file(file, log_key=key, old=old.read_text())) == {"older-checkpoint"}, "nothing leads there"


def test_a_proof_leads_on_from_an_empty_log(workspace: Workspace, tmp_path: Path) -> None:
    desk, file = desk_in(workspace), tmp_path / "proof.json"
    empty = note_file(desk)
    assert read_note(empty.read_text()).checkpoint.size == 0
    assert verify(desk).valid
    write(workspace, 3)
    prove(desk, 1, file, since=empty)
    assert verify_file(file, log_key=workspace.log_key().public, old=empty.read_text()).valid


def test_a_proof_from_a_strange_checkpoint_is_refused(desk: Desk, tmp_path: Path) -> None:
    key, file, strange = desk.workspace.log_key(), tmp_path / "proof.json", tmp_path / "strange.note"
    for text, problem in (
        ("nonsense", "not a signed checkpoint"),
        (sign(Checkpoint(SEEN.name, 3, b"\1" * 32), SEEN), "not signed with the key of the log"),
        (sign(Checkpoint(key.name, 3, b"\1" * 32), key), "does not lead to its 3 entries"),
        (sign(Checkpoint(key.name, 300, b"\1" * 32), key), "does not lead to its 300 entries"),
    ):
        strange.write_text(text)
        for attempt in (lambda: prove(desk, 1, file, since=strange), lambda: export(desk, file, upto=strange)):
            with pytest.raises(InputError, match=problem) as caught:
                attempt()
            assert caught.value.source == str(strange)
    with pytest.raises(InputError, match="cannot be read"):
        prove(desk, 1, file, since=tmp_path / "nothing.note")
    assert not file.exists()


def test_an_export_is_checked_with_key_witness_and_old_checkpoint(desk: Desk, tmp_path: Path) -> None:
    key, file = desk.workspace.log_key().public, tmp_path / "out" / "ledger.txt"
    old = note_file(desk, "old.note")
    cosigned_note = signed(desk, old)
    witness(desk, cosigned_note)
    write(desk.workspace, 1500)
    told: list[float] = []
    count = export(desk, file, lambda _stage, done, _total: told.append(done))
    assert count == desk.workspace.ledger.size() == 1515
    assert told == [0, 1000]
    last = desk.workspace.ledger.entry(count - 1).draft
    assert (last.action, last.reason) == ("read_ledger", f"exported to {file.resolve()}"), "its own entry is in it"
    report = verify_file(file, log_key=key, old=old.read_text())
    assert report.valid, report.text("es")
    assert report.entries == count
    assert failures(verify_file(file, log_key=SEEN.public)) >= {"key", "log-signature"}
    assert failures(verify_file(file, log_key=key, witnesses=[SEEN.public])) == {"witness"}
    assert export(desk, file, upto=cosigned_note) == 13
    report = verify_file(file, log_key=key, witnesses=[SEEN.public], old=old.read_text())
    assert report.valid, report.text("es")
    assert [one.witness for one in report.witnesses] == [SEEN.name]


def test_a_fork_is_found_by_what_a_witness_signed(desk: Desk, tmp_path: Path) -> None:
    """The operator deletes every checkpoint of its own; the witness has one still."""
    key, file, seen = desk.workspace.log_key().public, tmp_path / "ledger.txt", signed(desk, note_file(desk))
    rewritten(desk)
    shutil.rmtree(desk.workspace.root / "ledger")
    assert verify(desk).valid, "nothing here could know"
    export(desk, file)
    assert verify_file(file, log_key=key).valid
    report = verify_file(file, log_key=key, old=seen.read_text())
    assert failures(report) == {"older-checkpoint"}
    assert report.failed[0].detail.en.startswith("Fork: the first 13 entries")
    with pytest.raises(RefusedError, match="Fork"):
        signed(desk, note_file(desk), since=seen, whole=file)


def test_a_lost_or_damaged_log_key_is_told_plainly(desk: Desk, tmp_path: Path) -> None:
    note_file(desk)
    secret = desk.workspace.root / "keys" / "log.key"
    kept = secret.read_bytes()
    for content, problem in ((None, "is gone"), (b"\xff\xfe", "not a signing key"), (kept[:-9], "signing key")):
        secret.unlink()
        if content is not None:
            secret.write_bytes(content)
        again = desk_in(open_workspace(desk.workspace.root))
        for attempt in (checkpoint, lambda at: prove(at, 1, tmp_path / "p"), lambda at: export(at, tmp_path / "l")):
            with pytest.raises(InputError, match=problem) as caught:
                attempt(again)
            assert caught.value.source == str(secret)
        verdict = verify(again)
        assert not verdict.valid
        assert (verdict.entries, len(verdict.faults)) == (13, 1)
        assert problem in verdict.faults[0].en
        assert "llave" in verdict.faults[0].es
        secret.write_bytes(kept)
    assert verify(desk).valid


def test_who_may(desk: Desk, tmp_path: Path) -> None:
    note = note_file(desk)
    cosigned_note = signed(desk, note)
    analyst, inspector = desk_in(desk.workspace, actor=ANALYST), desk_in(desk.workspace, actor=INSPECTOR)
    for attempt, action in (
        (checkpoint, Action.CHECKPOINT_LEDGER),
        (lambda at: witness(at, cosigned_note), Action.WITNESS_LEDGER),
        (lambda at: prove(at, 1, tmp_path / "p.json"), Action.READ_LEDGER),
        (lambda at: export(at, tmp_path / "l.txt"), Action.READ_LEDGER),
        (lambda at: entries(at, 5), Action.READ_LEDGER),
    ):
        size = desk.workspace.ledger.size()
        with pytest.raises(RefusedError):
            attempt(analyst)
        (denial,) = [desk.workspace.ledger.entry(n).draft for n in range(size, desk.workspace.ledger.size())]
        assert (denial.actor, denial.action, denial.outcome) == ("analista", action.value, "refused")
        attempt(inspector)
    assert verify(analyst).valid
    with pytest.raises(RefusedError):
        accept_clock(inspector, "a reason")


def test_the_last_entries_come_oldest_first(desk: Desk) -> None:
    assert [b'"sequence":%d,' % n in body for n, body in zip((11, 12), entries(desk, 2), strict=True)] == [True, True]
    assert len(entries(desk, 500)) == 13


def test_a_clock_that_was_wrong_is_got_over_with_a_reason(desk: Desk) -> None:
    ahead = desk_in(desk.workspace, FixedClock(NOW_US + 10**15))
    desk.workspace.ledger.append([ahead.note(Action.PLAN, log.LEDGER)])
    assert not desk.clock_trusted()
    with pytest.raises(InputError, match="--reason"):
        accept_clock(desk, " ")
    accept_clock(desk, "the battery was empty until today")
    assert desk.clock_trusted()
    assert verify(desk).valid
