"""Retention in the index: what changes and the entries that tell of it are written together, or neither is."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.exc import IntegrityError

from otear.domain.authority import DataKind
from otear.domain.ledger import Draft
from otear.errors import InputError, NotFoundError
from otear.store.base import ExportRow, HoldRow, KeepRow
from otear.store.ledger import SqlLedger
from otear.store.sql import SqlStore
from otear.store.workspace import Workspace, create_workspace, open_workspace

from .test_workspace import ROW

NOTE = Draft(1, "ana", "administrator", "purge", "footage", ROW.footage_id)
UNWRITABLE = replace(NOTE, subject_sha256="no hash")
IMAGERY = KeepRow(ROW.footage_id, DataKind.IMAGERY, 10, 100)
METADATA = KeepRow(ROW.footage_id, DataKind.METADATA, 10, 50)
HOLD = HoldRow("h-1", ROW.footage_id, "ana", 7, "a complaint")
EXPORT = ExportRow("look.png", ROW.footage_id, DataKind.IMAGERY, "ab" * 32, 8)


@pytest.fixture
def filled(workspace: Workspace) -> Workspace:
    """One recording, kept."""
    workspace.store.add_footage(ROW, [IMAGERY, METADATA], [NOTE])
    return workspace


def state(workspace: Workspace) -> tuple[object, ...]:
    """All that these verbs can change."""
    keeping, rows = workspace.keeping, workspace.store.all_footage()
    return rows, keeping.kept(), keeping.holds(), keeping.exports(), list(workspace.ledger.bodies())


def test_what_is_kept_comes_back_soonest_first(filled: Workspace) -> None:
    assert filled.keeping.kept() == [METADATA, IMAGERY]
    longer = replace(METADATA, collected_us=11, keep_until_us=500)
    coverage = KeepRow(ROW.footage_id, DataKind.COVERAGE, 11, 200)
    filled.store.change_footage(ROW, [longer, coverage], [])
    assert filled.keeping.kept() == [IMAGERY, coverage, longer]


def test_purging_is_marked_with_its_proof_in_both_places(filled: Workspace) -> None:
    before = filled.store.footage(ROW.footage_id)
    proofs = filled.keeping.purged(ROW.footage_id, {DataKind.METADATA: NOTE}, 60)
    assert proofs == {DataKind.METADATA: 1}
    assert filled.keeping.kept() == [replace(METADATA, purged_us=60, purged_entry=1), IMAGERY]
    assert filled.store.footage(ROW.footage_id) == replace(
        before, summary={**before.summary, "purged": {"metadata": 1}}
    )
    later = replace(NOTE, time_us=2, reason="later")
    assert filled.keeping.purged(ROW.footage_id, {DataKind.IMAGERY: later}, 110) == {DataKind.IMAGERY: 2}
    assert filled.store.footage(ROW.footage_id).summary["purged"] == {"metadata": 1, "imagery": 2}
    assert filled.ledger.entry(2).draft == later


def test_holds_come_back_and_are_lifted_once(filled: Workspace) -> None:
    other = replace(HOLD, hold_id="h-0", placed_us=9, ground="ñandú")
    filled.keeping.place_hold(other, [NOTE])
    filled.keeping.place_hold(HOLD, [NOTE])
    assert filled.keeping.holds() == [HOLD, other]
    filled.keeping.lift_hold("h-1", 20, [NOTE])
    assert filled.keeping.holds() == [replace(HOLD, lifted_us=20), other]
    before = state(filled)
    for name in ("h-1", "h-2", ""):
        with pytest.raises(NotFoundError, match="no hold"):
            filled.keeping.lift_hold(name, 30, [NOTE])
    assert state(filled) == before


def test_a_hold_on_nothing_is_a_fault(filled: Workspace) -> None:
    before = state(filled)
    with pytest.raises(IntegrityError):
        filled.keeping.place_hold(replace(HOLD, footage_id="f-none"), [NOTE])
    assert state(filled) == before


def test_a_file_is_known_by_what_was_written_last(filled: Workspace) -> None:
    again, other = replace(EXPORT, sha256="cd" * 32, written_us=9), replace(EXPORT, path="/elsewhere/look.png")
    filled.keeping.add_exports([EXPORT, other], [NOTE])
    filled.keeping.add_exports([again], [NOTE])
    assert filled.keeping.exports() == [other, again]


VERBS: dict[str, Callable[[Workspace, Draft], Any]] = {
    "add": lambda at, note: at.store.add_footage(replace(ROW, footage_id="f-1", sha256="1" * 64), [], [note]),
    "change": lambda at, note: at.store.change_footage(
        replace(ROW, bounds_deg=None, name="other"), [replace(IMAGERY, keep_until_us=1)], [note]
    ),
    "purged": lambda at, note: at.keeping.purged(ROW.footage_id, {DataKind.IMAGERY: note}, 60),
    "place": lambda at, note: at.keeping.place_hold(HOLD, [note]),
    "lift": lambda at, note: at.keeping.lift_hold("h-9", 60, [note]),
    "exports": lambda at, note: at.keeping.add_exports([EXPORT], [note]),
}


@pytest.mark.parametrize("verb", VERBS)
def test_rows_and_entries_stand_or_fall_together(filled: Workspace, verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    filled.keeping.place_hold(replace(HOLD, hold_id="h-9"), [NOTE])
    before, real = state(filled), SqlLedger.append_in
    with pytest.raises(InputError, match="SHA-256"):
        VERBS[verb](filled, UNWRITABLE)
    assert state(filled) == before

    def interrupted(*arguments: Any) -> None:
        real(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(SqlLedger, "append_in", interrupted)
        with pytest.raises(KeyboardInterrupt):
            VERBS[verb](filled, NOTE)
    assert state(filled) == before
    VERBS[verb](filled, NOTE)
    after = state(filled)
    assert sum(one != other for one, other in zip(before, after, strict=True)) >= 2, "rows and ledger both changed"
    assert filled.ledger.verify().valid


def test_what_was_said_before_is_overwritten_on_the_disk(filled: Workspace) -> None:
    secret = "a place " * 500
    filled.store.change_footage(replace(ROW, summary={"said": secret}), [], [])
    filled.store.change_footage(replace(ROW, summary={}), [], [])
    filled.store.compact()
    left = b"".join(path.read_bytes() for path in filled.root.glob("otear.db*"))
    assert b"a place" not in left
    assert ROW.footage_id.encode() in left


def first_version(root: Path) -> Path:
    """The index of a workspace of the first version, with one recording that saw ground and one that did not."""
    root.mkdir(exist_ok=True)
    database = root / "otear.db"
    engine = create_engine(f"sqlite:///{database}")
    config = Config()
    config.set_main_option("script_location", "otear.store:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    with closing(sqlite3.connect(database)) as opened:
        for name, sha256 in (("f-1", "1" * 64), ("f-2", "2" * 64)):
            summary = json.dumps({"footage_id": name, "quarantined": False})
            opened.execute("INSERT INTO footage VALUES (?, ?, 'clip.ts', 1000, 1, 2, ?)", (name, sha256, summary))
        opened.execute("INSERT INTO passes VALUES ('f-1', -107.5, 24.5, -107.4, 24.6)")
        opened.execute("INSERT INTO meta VALUES ('grid', '{}')")
        opened.commit()
    return database


def test_an_index_of_the_first_version_keeps_its_rows_and_gets_times(tmp_path: Path) -> None:
    store = SqlStore(f"sqlite:///{first_version(tmp_path)}")
    one, two = store.all_footage()
    assert (one.footage_id, one.bounds_deg, one.quarantined) == ("f-1", (-107.5, 24.5, -107.4, 24.6), True)
    assert (two.footage_id, two.bounds_deg, two.summary["quarantined"]) == ("f-2", None, True)
    assert store.fact("grid") == "{}"
    assert store.ledger.size() == 0
    store.ledger.append([NOTE])
    store.close()
    again = SqlStore(f"sqlite:///{tmp_path / 'otear.db'}")
    assert again.all_footage() == [one, two]
    assert again.ledger.size() == 1
    assert again.ledger.verify().valid


def test_nothing_of_the_first_version_is_kept_for_ever(tmp_path: Path) -> None:
    made = create_workspace(tmp_path / "made")
    old = tmp_path / "old"
    first_version(old)
    (made.root / "otear.toml").rename(old / "otear.toml")
    kept = open_workspace(old).keeping.kept()
    days_us = 90 * 86_400_000_000
    assert {(row.footage_id, row.data_kind.value, row.collected_us, row.keep_until_us) for row in kept} == {
        (name, kind, 1000, 1000 + days_us)
        for name, kind in (
            ("f-1", "imagery"), ("f-1", "metadata"), ("f-1", "coverage"), ("f-2", "imagery"), ("f-2", "metadata")
        )
    }  # fmt: skip
    assert made.settings.retention.quarantine_days == 90
