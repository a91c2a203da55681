"""The index: its migrations make its tables, whole or not at all, and two writers do not trip over each other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from otear.store.sql import SqlStore
from otear.store.tables import metadata

from .test_workspace import ROW


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'index.db'}"


def test_migrations_make_the_tables(tmp_path: Path) -> None:
    with SqlStore(url(tmp_path)).engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_migration_that_is_interrupted_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(op, "create_index", interrupt)
        with pytest.raises(KeyboardInterrupt):
            SqlStore(url(tmp_path))
    assert SqlStore(url(tmp_path)).all_footage() == []


def test_another_may_index_the_same_recording_at_the_same_moment(tmp_path: Path) -> None:
    ours, theirs = SqlStore(url(tmp_path)), SqlStore(url(tmp_path))
    sent = []

    @event.listens_for(ours.engine, "before_cursor_execute")
    def _meanwhile(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO footage") and not sent:
            sent.append(statement)
            theirs.add_footage(ROW)

    ours.add_footage(replace(ROW, ingested_us=9))
    assert sent
    assert ours.all_footage() == [ROW]


def test_one_content_under_two_identifiers_is_a_fault(tmp_path: Path) -> None:
    store = SqlStore(url(tmp_path))
    store.add_footage(ROW)
    with pytest.raises(IntegrityError):
        store.add_footage(replace(ROW, footage_id="f-other"))


def test_a_file_is_safe_to_share(tmp_path: Path) -> None:
    with SqlStore(url(tmp_path)).engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 30_000}
