"""The index: its migrations make its tables, whole or not at all, and two writers do not trip over each other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import IntegrityError

from otear.domain.ledger import Draft
from otear.store.sql import SqlStore
from otear.store.tables import VERSION, metadata

from .test_workspace import ROW

NOTE = Draft(1, "ana", "analyst", "ingest", "footage", "f-1")


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'index.db'}"


def test_migrations_make_the_tables(tmp_path: Path) -> None:
    with SqlStore(url(tmp_path)).engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_version_of_the_tables_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", "otear.store:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == VERSION


def test_a_migration_that_is_interrupted_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(op, "create_index", interrupt)
        with pytest.raises(KeyboardInterrupt):
            SqlStore(url(tmp_path))
    assert SqlStore(url(tmp_path)).all_footage() == []


def test_several_may_index_the_same_recording_at_the_same_moment(tmp_path: Path) -> None:
    stores = [SqlStore(url(tmp_path)) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda k: stores[k].add_footage(replace(ROW, ingested_us=k), [], [NOTE]), range(4)))
    (row,) = stores[0].all_footage()
    assert row == replace(ROW, ingested_us=row.ingested_us)
    assert stores[0].ledger.size() == 1, "who comes second writes no entry either"


def test_one_content_under_two_identifiers_is_a_fault(tmp_path: Path) -> None:
    store = SqlStore(url(tmp_path))
    store.add_footage(ROW, [], [])
    with pytest.raises(IntegrityError):
        store.add_footage(replace(ROW, footage_id="f-other"), [], [NOTE])
    assert store.ledger.size() == 0


def test_a_file_is_safe_to_share(tmp_path: Path) -> None:
    with SqlStore(url(tmp_path)).engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 30_000}
