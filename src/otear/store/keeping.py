"""How long things are kept, what stops a purge, and where copies went, in the index database."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, insert, select, update

from otear.domain.authority import DataKind
from otear.domain.ledger import Draft
from otear.errors import NotFoundError
from otear.store.base import ExportRow, HoldRow, KeepRow
from otear.store.ledger import SqlLedger, writing
from otear.store.tables import exports, footage, holds, keeping


def put_keep(connection: Connection, rows: Sequence[KeepRow]) -> None:
    """Say until when kinds of data are kept, over what was said before, inside a transaction."""
    for row in rows:
        same = (keeping.c.footage_id == row.footage_id) & (keeping.c.data_kind == row.data_kind.value)
        connection.execute(delete(keeping).where(same))
        connection.execute(insert(keeping).values(**{**vars(row), "data_kind": row.data_kind.value}))


class SqlKeeping:
    """Retention; every change is written together with its ledger entries."""

    def __init__(self, engine: Engine, ledger: SqlLedger) -> None:
        self._engine = engine
        self._ledger = ledger

    def kept(self) -> list[KeepRow]:
        """Every kind of every recording, purged ones too."""
        query = select(keeping).order_by(keeping.c.keep_until_us, keeping.c.footage_id, keeping.c.data_kind)
        with self._engine.connect() as connection:
            return [KeepRow(**_with_kind(row)) for row in connection.execute(query)]

    def purged(self, footage_id: str, kinds: Mapping[DataKind, Draft], at_us: int) -> dict[DataKind, int]:
        """Mark kinds of a recording as purged, each with its ledger entry, in its summary too; returns the numbers of
        the entries."""
        with writing(self._engine) as connection:
            entries = self._ledger.append_in(connection, list(kinds.values()))
            proofs = {kind: entry.sequence for kind, entry in zip(kinds, entries, strict=True)}
            for kind, sequence in proofs.items():
                same = (keeping.c.footage_id == footage_id) & (keeping.c.data_kind == kind.value)
                connection.execute(update(keeping).where(same).values(purged_us=at_us, purged_entry=sequence))
            said = connection.execute(select(footage.c.summary).where(footage.c.footage_id == footage_id)).scalar_one()
            summary = json.loads(said)
            summary["purged"] = {**summary.get("purged", {}), **proofs}
            text = json.dumps(summary, sort_keys=True)
            connection.execute(update(footage).where(footage.c.footage_id == footage_id).values(summary=text))
        return proofs

    def place_hold(self, row: HoldRow, notes: Sequence[Draft]) -> None:
        """Stop purges of a recording."""
        with writing(self._engine) as connection:
            connection.execute(insert(holds).values(**vars(row)))
            self._ledger.append_in(connection, notes)

    def lift_hold(self, hold_id: str, at_us: int, notes: Sequence[Draft]) -> None:
        """Let purges of a recording go on. Raises `NotFoundError`."""
        with writing(self._engine) as connection:
            standing = (holds.c.hold_id == hold_id) & holds.c.lifted_us.is_(None)
            if connection.execute(update(holds).where(standing).values(lifted_us=at_us)).rowcount == 0:
                raise no_such_hold(hold_id)
            self._ledger.append_in(connection, notes)

    def holds(self) -> list[HoldRow]:
        """Every hold, lifted ones too."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(holds).order_by(holds.c.placed_us, holds.c.hold_id))
            return [HoldRow(**row._mapping) for row in rows]

    def add_exports(self, rows: Sequence[ExportRow], notes: Sequence[Draft]) -> None:
        """Remember files that were written from recordings."""
        with writing(self._engine) as connection:
            for row in rows:
                same = (exports.c.path == row.path) & (exports.c.footage_id == row.footage_id)
                connection.execute(delete(exports).where(same))
                connection.execute(insert(exports).values(**{**vars(row), "data_kind": row.data_kind.value}))
            self._ledger.append_in(connection, notes)

    def exports(self) -> list[ExportRow]:
        """Every file that was written from a recording."""
        query = select(exports).order_by(exports.c.written_us, exports.c.path, exports.c.footage_id)
        with self._engine.connect() as connection:
            return [ExportRow(**_with_kind(row)) for row in connection.execute(query)]


def no_such_hold(hold_id: str) -> NotFoundError:
    """The error for a hold that does not stand."""
    return NotFoundError(
        f"no hold {hold_id!r} stands", field="hold_id", remedy="`otear oversight holds` shows those that do"
    )


def _with_kind(row: Row[Any]) -> dict[str, Any]:
    return {**row._mapping, "data_kind": DataKind(row._mapping["data_kind"])}
