"""Recomputing the stored ledger from its bodies, and naming all that is stored otherwise.

This finds what was changed by halves. Who rewrites bodies, hashes and head together leaves a ledger that agrees with
itself: that is found by a checkpoint which somebody else holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, inspect, or_, select

from otear.domain.bilingual import Bilingual
from otear.domain.progress import Progress
from otear.errors import InputError
from otear.ledger.entries import entry_from, sequence_if_canonical
from otear.ledger.merkle import EMPTY_ROOT, HASH_BYTES, Frontier, frontier_nodes, leaf_hash
from otear.store.ledger_reads import AT_ONCE, body_bytes, stored_as, stored_hashes
from otear.store.tables import ledger_entries, ledger_head, ledger_nodes

_NAMED = 100
"""Faults that are named one by one; of those beyond, only the number."""
_LEVELS = 62
"""A sequence of 63 bits fills no more."""
_TIME_BYTES = len('2026-01-02T03:04:05.000006Z"}')


@dataclass(frozen=True)
class Checked:
    """How many entries there are up to the last, the root hash recomputed over them, and what is wrong, and where.

    Where something is wrong, the root is that of what could be read.
    """

    entries: int
    root: bytes
    faults: tuple[Bilingual, ...]

    @property
    def valid(self) -> bool:
        """Whether everything that is stored agrees with itself."""
        return not self.faults


def check(engine: Engine, progress: Progress) -> Checked:
    """Read the log once from beginning to end, a thousand entries in memory at a time.

    Entries that are appended meanwhile are left out. A hash over an entry that is named already is not named again.
    """
    faults = _Faults()
    with engine.connect() as connection:
        _name_changed_tables(connection, faults)
        head = None if faults.count else _sound_head(connection, faults)
        if head is None:
            return Checked(0, EMPTY_ROOT, faults.all())
        _name_strays(connection, faults)
    walk = _Walk(faults, head.clock_from)
    while rows := walk.step(engine, head.size):
        progress("verifying the ledger", rows[-1].sequence + 1, head.size)
    walk.end(head)
    return Checked(walk.frontier.size, walk.frontier.root(), faults.all())


@dataclass(frozen=True)
class _Head:
    """The head, where it says how many entries there are; times without meaning are left out."""

    size: int
    latest_us: int | None
    clock_from: int


class _Faults:
    """Sentences about what is wrong; their number is bounded, whatever was done to the log."""

    def __init__(self) -> None:
        self.count = 0
        self._named: list[Bilingual] = []

    def add(self, en: str, es: str) -> None:
        self.count += 1
        if self.count <= _NAMED:
            self._named.append(Bilingual(en, es))

    def all(self) -> tuple[Bilingual, ...]:
        more = self.count - len(self._named)
        rest = [Bilingual(f"and {more} more", f"y {more} más")] if more else []
        return (*self._named, *rest)


class _Walk:
    """The tree as it grows over the bodies, compared with what is stored as far as it has grown."""

    def __init__(self, faults: _Faults, clock_from: int) -> None:
        self.frontier = Frontier.empty()
        self._faults = faults
        self._clock_from = clock_from
        self._latest = b""
        self._last_named = -1

    def step(self, engine: Engine, size: int) -> Sequence[Row[Any]]:
        """Take the next entries, up to `size` of all; returns their rows."""
        key = ledger_entries.c.sequence
        with engine.connect() as connection:
            columns = (
                key,
                body_bytes(connection).label("body"),
                stored_as(connection.dialect.name, ledger_entries.c.leaf, "blob").label("leaf"),
            )
            following = select(*columns).where(key >= self.frontier.size, key < size).order_by(key).limit(AT_ONCE)
            rows = connection.execute(following).all()
            grown: dict[int, dict[int, bytes]] = defaultdict(dict)
            for sequence, body, leaf in rows:
                if sequence != self.frontier.size:
                    self._compare(connection, grown)
                    grown.clear()
                    self._leap(connection, sequence)
                computed = leaf_hash(body)
                self._check_entry(sequence, body, leaf, computed)
                for level, position, whole in self.frontier.append(computed):
                    if position << level > self._last_named:
                        grown[level][position] = whole
            self._compare(connection, grown)
        return rows

    def end(self, head: _Head) -> None:
        """Compare the head with all that was read."""
        if self.frontier.size < head.size:
            self._name_missing(head.size)
        latest_us = max(0, entry_from(self._latest).draft.time_us) if self._latest else 0
        if self._last_named < 0 and head.latest_us not in {None, latest_us}:
            self._faults.add(
                "head: its latest time is not that of the entries",
                "cabecera: su hora más reciente no es la de los asientos",
            )

    def _check_entry(self, sequence: int, body: bytes, leaf: object, computed: bytes) -> None:
        fault: tuple[str, str] | None = None
        try:
            said = sequence_if_canonical(body)
            if said is None:
                said = entry_from(body).sequence
        except InputError as error:
            fault = (
                f"its body is not as the ledger writes one: {error.problem}",
                "su contenido no tiene la forma que le da la bitácora",
            )
        else:
            # Canonical bodies end in their time, which is always of the same length.
            if sequence >= self._clock_from and body[-_TIME_BYTES:] > self._latest[-_TIME_BYTES:]:
                self._latest = body
            if said != sequence:
                fault = (f"its body says that it is entry {said}", f"su contenido dice que es el asiento {said}")
            elif leaf != computed:
                fault = ("its hash is not that of its body", "su huella no es la de su contenido")
        if fault:
            self._last_named = sequence
            self._faults.add(f"entry {sequence}: {fault[0]}", f"asiento {sequence}: {fault[1]}")

    def _leap(self, connection: Connection, sequence: int) -> None:
        """Go on after a gap with the stored hashes of what was before it."""
        self._name_missing(sequence)
        nodes = frontier_nodes(sequence)
        stored = stored_hashes(connection, nodes)
        self.frontier = Frontier(sequence, [stored.get(node, bytes(HASH_BYTES)) for node in nodes])

    def _name_missing(self, until: int) -> None:
        first, last = self.frontier.size, until - 1
        self._last_named = last
        if first == last:
            self._faults.add(f"entry {first}: is missing", f"asiento {first}: falta")
        else:
            self._faults.add(f"entries {first} to {last}: are missing", f"asientos {first} a {last}: faltan")

    def _compare(self, connection: Connection, grown: dict[int, dict[int, bytes]]) -> None:
        """Compare what grew in one stretch with the stored hashes of the same stretch."""
        node = ledger_nodes.c
        for level, wholes in sorted(grown.items()):
            stretch = node.level == level, node.position >= min(wholes), node.position <= max(wholes)
            kept = stored_as(connection.dialect.name, node.hash, "blob").label("kept")
            query = select(node.position, kept).where(*stretch)
            stored: dict[int, object] = {row.position: row.kept for row in connection.execute(query)}
            for position, whole in wholes.items():
                if position not in stored:
                    self._faults.add(*_at(level, position, "is missing", "falta"))
                elif stored[position] != whole:
                    self._faults.add(
                        *_at(
                            level,
                            position,
                            "is not that of the entries below",
                            "no es la de los asientos que están debajo",
                        )
                    )


def _name_changed_tables(connection: Connection, faults: _Faults) -> None:
    """Name tables that are not there, or not as they were made: no key keeps their rows apart then."""
    inspector = inspect(connection)
    for table in (ledger_entries, ledger_nodes, ledger_head):
        if not inspector.has_table(table.name):
            faults.add(f"table {table.name}: is missing", f"tabla {table.name}: falta")
            continue
        columns = {column["name"] for column in inspector.get_columns(table.name)}
        key = inspector.get_pk_constraint(table.name)["constrained_columns"]
        if columns != set(table.columns.keys()) or key != [column.name for column in table.primary_key]:
            faults.add(
                f"table {table.name}: its columns or its key are not those that it was made with",
                f"tabla {table.name}: sus columnas o su llave no son aquellas con que se creó",
            )


def _sound_head(connection: Connection, faults: _Faults) -> _Head | None:
    """The head, None where it does not say how many entries there are; what is wrong with it is named."""
    names = ("size", "latest_us", "clock_from")
    dialect = connection.dialect.name
    rows = connection.execute(select(*(stored_as(dialect, ledger_head.c[name], "integer") for name in names))).all()
    if len(rows) != 1:
        faults.add(f"head: there are {len(rows)}, not one", f"cabecera: hay {len(rows)} en lugar de una")
        return None
    size, latest_us, clock_from = (None if value is None or value < 0 else int(value) for value in rows[0])
    if size is None:
        faults.add(
            "head: its size is no count of entries, without which nothing else can be checked",
            "cabecera: su tamaño no es un número de asientos, y sin él no puede revisarse lo demás",
        )
        return None
    if latest_us is None:
        faults.add("head: its latest time is no time", "cabecera: su hora más reciente no es una hora")
    if clock_from is None or clock_from >= max(size, 1):
        faults.add(
            "head: the entry from which the clock counts is none that it has",
            "cabecera: el asiento desde el que cuenta el reloj no es ninguno de los suyos",
        )
        return _Head(size, None, 0)
    return _Head(size, latest_us, clock_from)


def _name_strays(connection: Connection, faults: _Faults) -> None:
    """Name rows that no append has left: beyond the head, before the beginning, or at no number at all."""
    dialect, node, size = connection.dialect.name, ledger_nodes.c, ledger_head.c.size
    key = stored_as(dialect, ledger_entries.c.sequence, "integer")
    # Each is one statement with the head, and so of one moment: others may append meanwhile.
    stray = or_(key.is_(None), key < 0, key >= size)
    for sequence, counted in connection.execute(select(key, size).where(stray).order_by(key).limit(_NAMED)):
        faults.add(
            f"entry {sequence}: is not among the {counted} that the head counts",
            f"asiento {sequence}: no está entre los {counted} que cuenta la cabecera",
        )
    level, position = (stored_as(dialect, column, "integer") for column in (node.level, node.position))
    beyond = or_(level < 1, level > _LEVELS, position < 0, position >= size.bitwise_rshift(node.level))
    query = select(level, position).where(or_(level.is_(None), position.is_(None), beyond))
    for at in connection.execute(query.order_by(node.level, node.position).limit(_NAMED)):
        if None in at:
            faults.add("hash: stands at no level or no position", "huella: no está en ningún nivel o posición")
        else:
            faults.add(*_at(*at, "is over entries that are not there", "es de asientos que no existen"))


def _at(level: int, position: int, en: str, es: str) -> tuple[str, str]:
    return f"hash at level {level}, position {position}: {en}", f"huella en el nivel {level}, posición {position}: {es}"
