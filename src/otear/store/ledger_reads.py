"""Reading what the ledger's tables hold: hashes of the tree, and bodies, byte for byte."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, LargeBinary, Select, and_, bindparam, case, cast, func, or_, select

from otear.errors import InputError
from otear.ledger.merkle import HASH_BYTES
from otear.store.tables import ledger_entries, ledger_nodes

_PLACE = ("level", "position")
AT_ONCE = 1000
"""Entries that are in memory at a time when the log is read from one end to the other."""


def stored_as(dialect: str, column: ColumnElement[Any], kind: str) -> ColumnElement[Any]:
    """What a column holds where that is a `kind` ("integer", "text", "blob"), and null for anything else.

    SQLite keeps whatever it was given, and its driver stumbles over text that is none. Other databases hold a column
    to its type.
    """
    return case((func.typeof(column) == kind, column)) if dialect == "sqlite" else column


def body_bytes(connection: Connection) -> ColumnElement[bytes]:
    """The column of bodies as bytes: one that is damaged may be no Unicode, and is still read. Empty for no text."""
    body = stored_as(connection.dialect.name, ledger_entries.c.body, "text")
    if connection.dialect.name == "sqlite":
        return func.coalesce(cast(body, LargeBinary), b"")
    return func.coalesce(func.convert_to(body, "UTF8", type_=LargeBinary), b"")


def stored_hashes(connection: Connection, nodes: Sequence[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    """Those hashes of perfect subtrees (level, position) that are there and are 32 bytes, by their place."""
    leaves = [position for level, position in nodes if level == 0]
    inner = [node for node in nodes if node[0] > 0]
    found: dict[tuple[int, int], Any] = {}
    if leaves:
        leaf = stored_as(connection.dialect.name, ledger_entries.c.leaf, "blob")
        query = select(ledger_entries.c.sequence, leaf).where(ledger_entries.c.sequence.in_(leaves))
        found |= {(0, sequence): stored for sequence, stored in connection.execute(query)}
    if inner:
        places = {f"{name}{i}": at for i, node in enumerate(inner) for name, at in zip(_PLACE, node, strict=True)}
        rows = connection.execute(_nodes_query(len(inner), connection.dialect.name), places)
        found |= {(level, position): stored for level, position, stored in rows}
    return {node: stored for node, stored in found.items() if stored is not None and len(stored) == HASH_BYTES}


@functools.cache
def _nodes_query(count: int, dialect: str) -> Select[int, int, bytes]:
    """One search of the key for each node: for pairs IN a list of pairs, SQLite would walk the whole table.

    To put it together takes longer than to run it, and there are no more of them than nodes in a proof.
    """
    node = ledger_nodes.c
    places = [[bindparam(f"{name}{i}", type_=node[name].type) for name in _PLACE] for i in range(count)]
    any_of = or_(*(and_(node.level == level, node.position == position) for level, position in places))
    return select(node.level, node.position, stored_as(dialect, node.hash, "blob")).where(any_of)


def hashes(connection: Connection, nodes: Sequence[tuple[int, int]]) -> list[bytes]:
    """Hashes of perfect subtrees (level, position), in the order asked for. Raises `InputError` for a hole."""
    found = stored_hashes(connection, nodes)
    for level, position in nodes:
        if (level, position) not in found:
            raise hole(f"entry {position}" if level == 0 else f"the hash at level {level}, position {position}")
    return [found[node] for node in nodes]


def hole(what: str) -> InputError:
    """The error for something that was in the ledger and is no more."""
    return InputError(
        f"{what} is missing from the ledger",
        remedy="Keep the database as it is: `otear ledger verify` names all that is wrong with it",
    )
