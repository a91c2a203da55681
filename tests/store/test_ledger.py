"""The stored ledger: one order for all writers, all or nothing, nothing taken back, and every hand in it is found."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, insert

from otear.domain.ledger import Draft, Entry
from otear.errors import InputError, NotFoundError
from otear.ledger.entries import entry_bytes, entry_from
from otear.ledger.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_at,
    verify_consistency,
    verify_inclusion,
)
from otear.store.ledger import SqlLedger, writing
from otear.store.sql import SqlStore
from otear.store.tables import meta

NOON_US = 1_780_000_000_000_000
WRITERS = 4


def draft(number: int = 0) -> Draft:
    return Draft(NOON_US + number, "ana", "planner", "footage.show", "footage", f"f-{number}")


def drafts(count: int) -> list[Draft]:
    return [draft(number) for number in range(count)]


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'index.db'}"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    opened = SqlStore(url(tmp_path))
    yield opened
    opened.close()


@pytest.fixture
def ledger(store: SqlStore) -> SqlLedger:
    return store.ledger


@contextmanager
def behind_its_back(store: SqlStore) -> Iterator[sqlite3.Connection]:
    """The database file as somebody opens it who does not ask Otear."""
    with closing(sqlite3.connect(str(store.engine.url.database))) as connection, connection:
        yield connection


# What it keeps


def test_entries_are_counted_and_read_back(ledger: SqlLedger) -> None:
    first = ledger.append(drafts(3))
    second = ledger.append([draft(9)])
    entries = [*first, *second]
    assert entries == [Entry(n, d) for n, d in enumerate([*drafts(3), draft(9)])]
    assert ledger.size() == 4
    assert [ledger.entry(n) for n in range(4)] == entries
    assert list(ledger.bodies()) == [entry_bytes(entry) for entry in entries]
    assert list(ledger.bodies(1, 3)) == [entry_bytes(entry) for entry in entries[1:3]]


def test_nothing_is_appended_by_nothing(ledger: SqlLedger) -> None:
    assert ledger.append([]) == []
    assert (ledger.size(), ledger.root(), ledger.latest_us()) == (0, EMPTY_ROOT, 0)
    assert ledger.verify().valid


def test_more_than_fit_in_memory_at_a_time_are_streamed(ledger: SqlLedger) -> None:
    ledger.append(drafts(2500))
    assert list(ledger.bodies(7)) == [entry_bytes(Entry(n, draft(n))) for n in range(7, 2500)]
    told: list[tuple[float, float]] = []
    found = ledger.verify(lambda _stage, done, total: told.append((done, total)))
    assert (found.entries, found.root, found.faults) == (2500, ledger.root(), ())
    assert told == [(1000, 2500), (2000, 2500), (2500, 2500)]


@pytest.mark.parametrize(
    "ask",
    [
        lambda ledger: ledger.entry(2),
        lambda ledger: ledger.root(3),
        lambda ledger: ledger.inclusion(1, 3),
        lambda ledger: ledger.consistency(1, 3),
        lambda ledger: list(ledger.bodies(0, 3)),
        lambda ledger: ledger.root(-1),
    ],
)
def test_what_is_not_there_yet_is_not_found(ledger: SqlLedger, ask: Callable[[SqlLedger], Any]) -> None:
    ledger.append(drafts(2))
    with pytest.raises(NotFoundError):
        ask(ledger)


def test_the_clock_never_went_back_unless_it_is_accepted(store: SqlStore) -> None:
    store.ledger.append([draft(50)])
    store.ledger.append([draft(10)])
    assert store.ledger.latest_us() == NOON_US + 50
    with writing(store.engine) as connection:
        accepted = store.ledger.accept_clock_in(connection, draft(20))
    assert accepted == Entry(2, draft(20))
    assert store.ledger.latest_us() == NOON_US + 20
    store.ledger.append([draft(30), draft(25)])
    assert store.ledger.latest_us() == NOON_US + 30
    assert store.ledger.verify().faults == ()


def test_a_database_from_before_gains_an_empty_ledger(tmp_path: Path) -> None:
    config, engine = Config(), create_engine(url(tmp_path))
    config.set_main_option("script_location", "otear.store:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    ledger = SqlStore(url(tmp_path)).ledger
    assert ledger.verify() == replace(ledger.verify(), entries=0, root=EMPTY_ROOT, faults=())
    assert ledger.append([draft()]) == [Entry(0, draft())]


# Its tree


def naive_root(leaves: Sequence[bytes]) -> bytes:
    """RFC 9162 section 2.1.1, word by word."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return node_hash(naive_root(leaves[:half]), naive_root(leaves[half:]))


@settings(max_examples=25)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_roots_and_proofs_are_those_of_the_pure_functions(batches: list[int]) -> None:
    with TemporaryDirectory() as folder:
        store = SqlStore(url(Path(folder)))
        ledger = store.ledger
        entries = [entry for count in batches for entry in ledger.append(drafts(count))]
        leaves = [leaf_hash(entry_bytes(entry)) for entry in entries]
        size = len(leaves)

        def read(nodes: Sequence[tuple[int, int]]) -> list[bytes]:
            return [naive_root(leaves[index << level : (index + 1) << level]) for level, index in nodes]

        for at in range(size + 1):
            assert ledger.root(at) == root_at(at, read) == naive_root(leaves[:at])
        for old in range(1, size + 1):
            proof = ledger.consistency(old, size)
            assert proof == consistency_proof(old, size, read)
            assert verify_consistency(old, size, proof, ledger.root(old), ledger.root())
            proof = ledger.inclusion(old - 1, size)
            assert proof == inclusion_proof(old - 1, size, read)
            assert verify_inclusion(old - 1, size, leaves[old - 1], proof, ledger.root())
        assert ledger.verify().root == naive_root(leaves)
        store.close()


def test_a_proof_reads_few_rows(store: SqlStore) -> None:
    """By its keys, whatever the size of the log: the plan of the query may not walk a table."""
    store.ledger.append(drafts(64))
    with behind_its_back(store) as connection:
        statements: list[str] = []
        with store.engine.connect() as ours:
            raw = ours.connection.dbapi_connection
            assert isinstance(raw, sqlite3.Connection)
            raw.set_trace_callback(statements.append)
        store.ledger.inclusion(5, 63)
        reads = [statement for statement in statements if "ledger_nodes" in statement or "ledger_entries" in statement]
        plans = [row[3] for read in reads for row in connection.execute(f"EXPLAIN QUERY PLAN {read}")]
    assert len(reads) == 2
    assert not [step for step in plans if step.startswith("SCAN")]


# All or nothing, and in one order


def test_a_change_and_its_entry_stand_or_fall_together(store: SqlStore) -> None:
    store.ledger.append([draft()])
    root = store.ledger.root()
    with pytest.raises(KeyboardInterrupt), writing(store.engine) as connection:  # noqa: PT012
        connection.execute(insert(meta).values(key="grid", value="10 m"))
        store.ledger.append_in(connection, drafts(3))
        raise KeyboardInterrupt
    assert (store.ledger.size(), store.ledger.root(), store.fact("grid")) == (1, root, None)
    with writing(store.engine) as connection:
        connection.execute(insert(meta).values(key="grid", value="10 m"))
        store.ledger.append_in(connection, drafts(3))
    assert (store.ledger.size(), store.fact("grid")) == (4, "10 m")
    assert store.ledger.verify().valid


def test_one_bad_draft_keeps_all_of_its_batch_out(ledger: SqlLedger) -> None:
    ledger.append([draft()])
    with pytest.raises(InputError):
        ledger.append([draft(1), replace(draft(2), reason="\ud800"), draft(3)])
    assert ledger.size() == 1
    assert ledger.verify().valid


def test_threads_take_turns(ledger: SqlLedger) -> None:
    def work(writer: int) -> list[Entry]:
        return [entry for number in range(25) for entry in ledger.append([draft(100 * writer + number)] * 2)]

    with ThreadPoolExecutor(WRITERS) as pool:
        entries = [entry for done in pool.map(work, range(WRITERS)) for entry in done]
    assert sorted(entry.sequence for entry in entries) == list(range(2 * 25 * WRITERS))
    assert all(ledger.entry(entry.sequence) == entry for entry in entries)
    assert ledger.verify().faults == ()


def hashed(body: bytes) -> str:
    return leaf_hash(body).hex()


class Writers:
    """The process that forks four writers when asked. See `ledger_writer`."""

    def __init__(self, database: str) -> None:
        program = [sys.executable, str(Path(__file__).with_name("ledger_writer.py"))]
        self._parent = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._database = database

    def __enter__(self) -> Writers:
        return self

    def __exit__(self, *_: object) -> None:
        self._parent.__exit__(None, None, None)

    def start(self, notes: Path, batches: int = 0) -> list[int]:
        """Let four of them append; returns their process numbers."""
        assert self._parent.stdin is not None
        notes.mkdir()
        print(self._database, notes, NOON_US, batches, file=self._parent.stdin, flush=True)
        return self._numbers()

    def ended(self) -> list[int]:
        """Wait for all four; returns their exit codes."""
        return self._numbers()

    def _numbers(self) -> list[int]:
        assert self._parent.stdout is not None
        return [int(word) for word in self._parent.stdout.readline().split()]


def acknowledged(notes: Path) -> dict[int, str]:
    """What four writers noted before they ended: leaf by sequence. A line that was not finished is no note."""
    found: dict[int, str] = {}
    for file in notes.iterdir():
        for line in file.read_text().splitlines(keepends=True):
            if line.endswith("\n"):
                sequence, leaf = line.split()
                assert int(sequence) not in found
                found[int(sequence)] = leaf
    return found


def check_batches(bodies: Sequence[bytes]) -> None:
    """Entries come in whole batches: each names its own, and how many belong to it."""
    written = [entry_from(body).draft for body in bodies]
    for (subject_id, count), there in Counter((entry.subject_id, entry.subject_kind) for entry in written).items():
        assert there == int(count), subject_id


def test_processes_take_turns(store: SqlStore, tmp_path: Path) -> None:
    with Writers(url(tmp_path)) as writers:
        writers.start(tmp_path / "notes", batches=30)
        assert writers.ended() == [0] * WRITERS
    noted, bodies = acknowledged(tmp_path / "notes"), list(store.ledger.bodies())
    assert noted == dict(enumerate(map(hashed, bodies)))
    assert len(noted) == WRITERS * 30 * 2
    check_batches(bodies)
    assert store.ledger.verify().faults == ()


@pytest.mark.slow
def test_fifty_kills_lose_nothing_that_was_acknowledged(store: SqlStore, tmp_path: Path) -> None:
    ledger, rng = store.ledger, random.Random(9162)
    ledger.append([draft()])
    noted: dict[int, str] = {}
    with Writers(url(tmp_path)) as writers:
        for number in range(50):
            size, root = ledger.size(), ledger.root()
            notes = tmp_path / f"round-{number}"
            pids = writers.start(notes)
            while not any((file := notes / str(n)).exists() and file.stat().st_size for n in range(WRITERS)):
                time.sleep(0.001)  # else nobody may have begun when the kill comes
            time.sleep(rng.uniform(0.0, 0.2))
            for pid in rng.sample(pids, WRITERS):
                os.kill(pid, signal.SIGKILL)
            assert writers.ended() == [-signal.SIGKILL] * WRITERS

            fresh, added = acknowledged(notes), list(ledger.bodies(size))
            assert fresh.items() <= dict(enumerate(map(hashed, added), start=size)).items()
            assert [entry_from(body).sequence for body in added] == list(range(size, size + len(added)))
            check_batches(added)
            proof = ledger.consistency(size, size + len(added))
            assert verify_consistency(size, size + len(added), proof, root, ledger.root())
            noted |= fresh
    bodies = list(ledger.bodies())
    assert noted.items() <= dict(enumerate(map(hashed, bodies))).items()
    assert len({entry_from(bodies[sequence]).draft.actor for sequence in noted}) == WRITERS
    found = ledger.verify()
    assert (found.entries, found.root, found.faults) == (ledger.size(), ledger.root(), ())


# Nothing is taken back


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entries SET body = '{}' WHERE sequence = 1",
        "DELETE FROM ledger_entries WHERE sequence = 2",
        "REPLACE INTO ledger_entries SELECT 1, body, leaf FROM ledger_entries WHERE sequence = 0",
        "UPDATE ledger_nodes SET hash = zeroblob(32)",
        "DELETE FROM ledger_nodes",
        "REPLACE INTO ledger_nodes VALUES (1, 0, zeroblob(32))",
    ],
)
def test_the_database_itself_refuses_changes(store: SqlStore, statement: str) -> None:
    store.ledger.append(drafts(3))
    with behind_its_back(store) as connection, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(statement)
    assert store.ledger.verify().valid


def tamper(store: SqlStore, *statements: str) -> None:
    """Change the file as somebody would who owns it: without the triggers."""
    with behind_its_back(store) as connection:
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            connection.execute(statement)


TAKE_OUT = "DELETE FROM ledger_entries WHERE sequence"
SWAP = (
    "UPDATE ledger_entries SET sequence = -1 WHERE sequence = 3",
    "UPDATE ledger_entries SET sequence = 3 WHERE sequence = 6",
    "UPDATE ledger_entries SET sequence = 6 WHERE sequence = -1",
)


@pytest.mark.parametrize(
    ("statements", "named"),
    [
        (["UPDATE ledger_entries SET body = replace(body, 'ana', 'eva') WHERE sequence = 5"], ["entry 5: its hash"]),
        (["UPDATE ledger_entries SET leaf = zeroblob(32) WHERE sequence = 5"], ["entry 5: its hash"]),
        (["UPDATE ledger_entries SET leaf = 'text' WHERE sequence = 5"], ["entry 5: its hash"]),
        (["UPDATE ledger_entries SET body = body || ' ' WHERE sequence = 9"], ["entry 9: its body is not as"]),
        (["UPDATE ledger_entries SET body = CAST(x'ff' AS TEXT) WHERE sequence = 9"], ["entry 9: its body is not as"]),
        ([f"{TAKE_OUT} = 4"], ["entry 4: is missing"]),
        ([f"{TAKE_OUT} = 0"], ["entry 0: is missing"]),
        ([f"{TAKE_OUT} BETWEEN 2 AND 6"], ["entries 2 to 6: are missing"]),
        ([f"{TAKE_OUT} > 8"], ["entries 9 to 10: are missing"]),
        ([f"{TAKE_OUT} IN (1, 10)"], ["entry 1: is missing", "entry 10: is missing"]),
        (SWAP, ["entry 3: its body says that it is entry 6", "entry 6: its body says that it is entry 3"]),
        (["UPDATE ledger_nodes SET hash = zeroblob(32) WHERE level = 2 AND position = 1"], ["hash at level 2"]),
        (["DELETE FROM ledger_nodes WHERE level = 1 AND position = 4"], ["hash at level 1, position 4: is missing"]),
        (["INSERT INTO ledger_nodes VALUES (1, 5, zeroblob(32))"], ["hash at level 1, position 5: is over entries"]),
        (["INSERT INTO ledger_nodes VALUES (63, 0, zeroblob(32))"], ["hash at level 63, position 0: is over entries"]),
        (["INSERT INTO ledger_entries SELECT 11, body, leaf FROM ledger_entries LIMIT 1"], ["entry 11: is not among"]),
        (["INSERT INTO ledger_entries SELECT -1, body, leaf FROM ledger_entries LIMIT 1"], ["entry -1: is not among"]),
        (["UPDATE ledger_head SET size = 12"], ["entry 11: is missing"]),
        (["UPDATE ledger_head SET size = 10"], ["entry 10: is not among the 10", "head: its latest time"]),
        (["UPDATE ledger_head SET latest_us = 0"], ["head: its latest time"]),
        (["DELETE FROM ledger_head"], ["head: there are 0"]),
        (["INSERT INTO ledger_head VALUES (1, 11, 0, 0)"], ["head: there are 2"]),
        (["UPDATE ledger_head SET size = 'many'"], ["head: its size is no count"]),
        (["UPDATE ledger_head SET size = CAST(x'ff' AS TEXT)"], ["head: its size is no count"]),
        (["UPDATE ledger_head SET size = -1"], ["head: its size is no count"]),
        (["UPDATE ledger_head SET latest_us = 'noon'"], ["head: its latest time is no time"]),
        (["UPDATE ledger_head SET latest_us = x'00'"], ["head: its latest time is no time"]),
        (["UPDATE ledger_head SET clock_from = 'now'"], ["head: the entry from which the clock counts"]),
        (["UPDATE ledger_head SET clock_from = 11"], ["head: the entry from which the clock counts"]),
        (["UPDATE ledger_entries SET body = 7 WHERE sequence = 9"], ["entry 9: its body is not as"]),
        (["UPDATE ledger_entries SET body = CAST(body AS BLOB) WHERE sequence = 9"], ["entry 9: its body is not as"]),
        (["UPDATE ledger_entries SET leaf = CAST(leaf AS TEXT) WHERE sequence = 9"], ["entry 9: its hash"]),
        (["UPDATE ledger_entries SET sequence = -5 WHERE sequence = 10"], ["entry -5: is not", "entry 10: is missing"]),
        ([f"UPDATE ledger_entries SET sequence = {2**63 - 1} WHERE sequence = 10"],
         [f"entry {2**63 - 1}: is not", "entry 10: is missing"]),
        (["UPDATE ledger_nodes SET hash = CAST(hash AS TEXT) WHERE level = 3"], ["hash at level 3, position 0: is"]),
        (["UPDATE ledger_nodes SET position = 'one' WHERE level = 3"], ["hash: stands at no", "hash at level 3"]),
        (["UPDATE ledger_nodes SET level = 1.5 WHERE level = 3"], ["hash: stands at no", "hash at level 3"]),
        (["DROP TABLE ledger_entries"], ["table ledger_entries: is missing"]),
        (["DROP TABLE ledger_nodes", "DROP TABLE ledger_head"], ["table ledger_nodes: is", "table ledger_head: is"]),
        (["ALTER TABLE ledger_entries DROP COLUMN leaf"], ["table ledger_entries: its columns or its key"]),
        (["CREATE TABLE twin AS SELECT * FROM ledger_entries", "DROP TABLE ledger_entries",
          "ALTER TABLE twin RENAME TO ledger_entries"], ["table ledger_entries: its columns or its key"]),
    ],
)  # fmt: skip
def test_every_hand_in_it_is_named(store: SqlStore, statements: Sequence[str], named: list[str]) -> None:
    store.ledger.append(drafts(11))
    tamper(store, *statements)
    found = store.ledger.verify()
    assert not found.valid
    assert len(found.faults) == len(named)
    for fault, beginning in zip(found.faults, named, strict=True):
        assert fault.en.startswith(beginning)
        assert fault.es != fault.en


def without_constraints(database: Path) -> None:
    """Let nulls into the columns of the ledger, as an editor of the schema does."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET sql = replace(sql, ' NOT NULL', '') WHERE name LIKE 'ledger_%'")


def contents(database: Path) -> list[list[Any]]:
    """All that the ledger's tables hold, and as what."""
    with closing(sqlite3.connect(database)) as connection:
        return [
            connection.execute(f"SELECT {', '.join(f'typeof({name}), quote({name})' for name in names)} FROM {table}")
            .fetchall()
            for table, names in COLUMNS.items()
        ]  # fmt: skip


COLUMNS = {
    "ledger_entries": ("sequence", "body", "leaf"),
    "ledger_nodes": ("level", "position", "hash"),
    "ledger_head": ("size", "latest_us", "clock_from"),
}
WHATEVER = (
    st.none() | st.integers(-(2**63), 2**63 - 1) | st.integers(-2, 12) | st.floats() | st.text(max_size=3)
    | st.binary(max_size=3) | st.sampled_from(["11", "{}", bytes(32)])
)  # fmt: skip


@pytest.fixture(scope="module")
def eleven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of eleven entries that takes anything in any column."""
    folder = tmp_path_factory.mktemp("eleven")
    store = SqlStore(url(folder))
    store.ledger.append(drafts(11))
    tamper(store)
    store.close()
    without_constraints(folder / "index.db")
    return folder / "index.db"


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_whatever_is_put_wherever_is_named_and_stops_nothing(eleven: Path, data: st.DataObject) -> None:
    before = contents(eleven)
    with TemporaryDirectory() as folder:
        database = Path(folder) / "index.db"
        shutil.copy(eleven, database)
        for _ in range(data.draw(st.integers(1, 3))):
            table = data.draw(st.sampled_from(sorted(COLUMNS)))
            # Of clock_from alone any entry from which the times agree is a sound one.
            column = data.draw(st.sampled_from([name for name in COLUMNS[table] if name != "clock_from"]))
            place, value = data.draw(st.integers(0, 10)), data.draw(WHATEVER)
            keys = ", ".join(COLUMNS[table][:2] if table == "ledger_nodes" else COLUMNS[table][:1])
            row = f"SELECT {keys} FROM {table} ORDER BY 1 LIMIT 1 OFFSET {place}"
            with closing(sqlite3.connect(database)) as connection, connection, suppress(sqlite3.IntegrityError):
                connection.execute(f"UPDATE {table} SET {column} = ? WHERE ({keys}) IN ({row})", (value,))
        store = SqlStore(url(Path(folder)))
        found = store.ledger.verify()
        store.close()
        assert found.valid == (contents(database) == before)


def test_an_entry_that_was_rewritten_with_its_hash_breaks_the_tree_above(store: SqlStore) -> None:
    ledger = store.ledger
    ledger.append(drafts(11))
    other = entry_bytes(Entry(5, replace(draft(5), actor="eva")))
    tamper(
        store,
        f"UPDATE ledger_entries SET body = '{other.decode()}', leaf = x'{leaf_hash(other).hex()}' WHERE sequence = 5",
    )
    assert [fault.en for fault in ledger.verify().faults] == [
        f"hash at level {level}, position {position}: is not that of the entries below"
        for level, position in ((1, 2), (2, 1), (3, 0))
    ]


def test_what_it_says_of_a_ruined_log_is_bounded(store: SqlStore) -> None:
    store.ledger.append(drafts(150))
    tamper(store, "UPDATE ledger_entries SET body = '{}'")
    faults = store.ledger.verify().faults
    assert len(faults) == 101
    assert (faults[-1].en, faults[-1].es) == ("and 50 more", "y 50 más")


@pytest.mark.parametrize("gone", [0, 5, 10])
def test_a_log_with_a_hole_is_not_read_as_if_it_had_none(store: SqlStore, gone: int) -> None:
    store.ledger.append(drafts(11))
    tamper(store, f"{TAKE_OUT} = {gone}")
    with pytest.raises(InputError, match=f"entry {gone} is missing"):
        list(store.ledger.bodies())


def test_nothing_is_built_on_a_tree_with_a_hole(store: SqlStore) -> None:
    store.ledger.append(drafts(11))
    tamper(store, "DELETE FROM ledger_nodes WHERE level = 3")
    for attempt in (lambda: store.ledger.append([draft()]), store.ledger.root, lambda: store.ledger.inclusion(9, 11)):
        with pytest.raises(InputError, match="the hash at level 3, position 0 is missing"):
            attempt()
    assert store.ledger.size() == 11
