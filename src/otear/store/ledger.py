"""The ledger in the index database: entries, the hashes of the Merkle tree over them (RFC 9162), and its head.

Hashes of all perfect subtrees are kept, so that a root, a proof or the next entry costs a logarithm of reads. Whoever
appends holds the lock of all writers from the first read on: sequence and tree have one order, whatever the number of
processes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select, update

from otear.domain.ledger import Draft, Entry
from otear.domain.progress import Progress, silent
from otear.errors import InputError, NotFoundError
from otear.ledger.entries import entry_bytes, entry_from
from otear.ledger.merkle import Frontier, consistency_proof, frontier_nodes, inclusion_proof, leaf_hash, root_at
from otear.store.ledger_check import Checked, check
from otear.store.ledger_reads import AT_ONCE, body_bytes, hashes, hole
from otear.store.tables import ledger_entries, ledger_head, ledger_nodes


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction of the only writer: others wait here, and then see what it wrote. An exception undoes all of it."""
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            # A transaction that reads first and asks to write later is refused at once where another wrote between.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            _locked_head(connection)
        yield connection


class SqlLedger:
    """The log of one database. Its SQLite connections must wait for one another (`busy_timeout`)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def append(self, drafts: Sequence[Draft]) -> list[Entry]:
        """Append entries, all or none; they are on the disk when this returns. Raises `InputError`."""
        with writing(self._engine) as connection:
            return self.append_in(connection, drafts)

    def append_in(self, connection: Connection, drafts: Sequence[Draft]) -> list[Entry]:
        """Append entries inside a transaction from `writing`: they stand or fall with what else is in it.

        Raises `InputError` for a draft that cannot be written, and for a tree that has holes.
        """
        if not drafts:
            return []
        head = _locked_head(connection)
        latest_us = max(head.latest_us, *(draft.time_us for draft in drafts))
        return _append(connection, head.size, drafts, {"latest_us": latest_us})

    def accept_clock_in(self, connection: Connection, draft: Draft) -> Entry:
        """Append an entry from whose time on the clock counts again, whatever later times stand before it."""
        head = _locked_head(connection)
        clock = {"latest_us": max(draft.time_us, 0), "clock_from": head.size}
        return _append(connection, head.size, [draft], clock)[0]

    def size(self) -> int:
        """How many entries there are."""
        with self._engine.connect() as connection:
            return _size(connection)

    def latest_us(self) -> int:
        """The greatest time of any entry since the clock was last accepted; 0 where there is none."""
        with self._engine.connect() as connection:
            return _whole(connection.execute(select(ledger_head.c.latest_us)).scalars().all())

    def root(self, size: int | None = None) -> bytes:
        """The root hash over the first `size` entries, over all without. Raises `NotFoundError` beyond the log."""
        with self._engine.connect() as connection:
            size = _size(connection) if size is None else _reached(connection, size)
            return root_at(size, lambda nodes: hashes(connection, nodes))

    def entry(self, sequence: int) -> Entry:
        """One entry. Raises `NotFoundError`."""
        with self._engine.connect() as connection:
            query = select(body_bytes(connection)).where(ledger_entries.c.sequence == sequence)
            body = connection.execute(query).scalar()
        if body is None:
            raise NotFoundError(f"no entry {sequence}", field="sequence", remedy="`otear ledger verify` counts them")
        return entry_from(body)

    def bodies(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The canonical JSON of entries from `start` up to `stop`, in order, a thousand in memory at a time.

        Without `stop`, as many as there are when it begins. Raises `NotFoundError` beyond the log, `InputError` where
        a row is gone.
        """
        with self._engine.connect() as connection:
            stop = _size(connection) if stop is None else _reached(connection, stop)
        key = ledger_entries.c.sequence
        for first in range(start, stop, AT_ONCE):
            last = min(first + AT_ONCE, stop)
            with self._engine.connect() as connection:
                query = select(key, body_bytes(connection)).where(key >= first, key < last).order_by(key)
                rows = connection.execute(query).all()
            for expected, (sequence, body) in enumerate(rows, start=first):
                if sequence != expected:
                    raise hole(f"entry {expected}")
                yield body
            if len(rows) < last - first:
                raise hole(f"entry {first + len(rows)}")

    def inclusion(self, sequence: int, size: int) -> list[bytes]:
        """The proof that an entry is in the log's first `size`. Raises `NotFoundError` beyond the log."""
        with self._engine.connect() as connection:
            _reached(connection, size)
            return inclusion_proof(sequence, size, lambda nodes: hashes(connection, nodes))

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the first `old` entries are the beginning of the first `new`. Raises `NotFoundError`."""
        with self._engine.connect() as connection:
            _reached(connection, new)
            return consistency_proof(old, new, lambda nodes: hashes(connection, nodes))

    def verify(self, progress: Progress = silent) -> Checked:
        """Recompute the log from its bodies and compare all that is stored. Memory does not grow with the log."""
        return check(self._engine, progress)


def _append(connection: Connection, size: int, drafts: Sequence[Draft], clock: dict[str, int]) -> list[Entry]:
    entries = [Entry(sequence, draft) for sequence, draft in enumerate(drafts, start=size)]
    frontier = Frontier(size, hashes(connection, frontier_nodes(size)))
    rows, nodes = [], []
    for entry in entries:
        body = entry_bytes(entry)
        leaf = leaf_hash(body)
        rows.append({"sequence": entry.sequence, "body": body.decode(), "leaf": leaf})
        nodes += [dict(zip(("level", "position", "hash"), node, strict=True)) for node in frontier.append(leaf)]
    connection.execute(insert(ledger_entries), rows)
    if nodes:
        connection.execute(insert(ledger_nodes), nodes)
    connection.execute(update(ledger_head).values(size=size + len(rows), **clock))
    return entries


def _locked_head(connection: Connection) -> Row[Any]:
    # SQLite has no row locks and leaves the clause out: `writing` holds the lock of the whole database there.
    return connection.execute(select(ledger_head).with_for_update()).one()


def _size(connection: Connection) -> int:
    return _whole(connection.execute(select(ledger_head.c.size)).scalars().all())


def _whole(values: Sequence[object]) -> int:
    """The only value that there is. Raises `InputError` where the head of the ledger was tampered with."""
    if len(values) != 1 or not isinstance(values[0], int):
        raise InputError(
            "the head of the ledger is damaged", field="ledger_head", remedy="`otear ledger verify` says what it finds"
        )
    return values[0]


def _reached(connection: Connection, size: int) -> int:
    """`size`, where the log is that long. Otherwise raises `NotFoundError`."""
    there = _size(connection)
    if not 0 <= size <= there:
        raise NotFoundError(f"the ledger has {there} entries, not {size}", field="size", remedy=f"Ask for 0 to {there}")
    return size
