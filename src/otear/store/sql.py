"""The store on any database that SQLAlchemy reaches: SQLite in one file (WAL) by default."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Row,
    and_,
    case,
    create_engine,
    delete,
    event,
    insert,
    inspect,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError

from otear.domain.ledger import Draft
from otear.errors import InputError, NotFoundError
from otear.store.base import FootageRow, KeepRow
from otear.store.keeping import put_keep
from otear.store.ledger import SqlLedger, writing
from otear.store.tables import VERSION, footage, meta, passes

_PRAGMAS = ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
"""The last one, so that what is purged is not left behind in free pages."""
_BOUNDS = ("west_deg", "south_deg", "east_deg", "north_deg")


class SqlStore:
    """The index in a database, brought to this version's tables when opened."""

    def __init__(self, url: str | URL) -> None:
        self.engine = _engine(url)
        self.ledger = SqlLedger(self.engine)
        try:
            if _version(self.engine) != VERSION:
                _upgrade(self.engine)
        except DBAPIError as error:
            raise InputError(
                f"the index database cannot be used ({error.orig})",
                source=self.engine.url.database,
                remedy="Check that it is whole and may be written; the raw recordings in media/ are not touched",
            ) from error

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def add_footage(self, row: FootageRow, keep: Sequence[KeepRow], notes: Sequence[Draft]) -> None:
        """Index a recording and until when it is kept; the same one twice changes nothing."""
        with writing(self.engine) as connection:
            if connection.execute(select(footage.c.sha256).where(footage.c.footage_id == row.footage_id)).first():
                return
            connection.execute(insert(footage).values(**_values(row)))
            _put_bounds(connection, row)
            put_keep(connection, keep)
            self.ledger.append_in(connection, notes)

    def change_footage(self, row: FootageRow, keep: Sequence[KeepRow], notes: Sequence[Draft]) -> None:
        """Say something else of a recording: that an authority covers it and what was seen, or that it is purged."""
        with writing(self.engine) as connection:
            change_footage_in(connection, row)
            put_keep(connection, keep)
            self.ledger.append_in(connection, notes)

    def say_why_quarantined(self, footage_id: str, why: dict[str, Any], notes: Sequence[Draft]) -> FootageRow:
        """Note in a recording's summary why it stays in quarantine, if it is there by now and nothing of it is purged;
        returns the row that stands."""
        with writing(self.engine) as connection:
            row = _footage_row(connection.execute(_footage_query().where(footage.c.footage_id == footage_id)).one())
            if row.quarantined and not row.summary.get("purged"):
                row = replace(row, summary={**row.summary, "quarantine": why})
                change_footage_in(connection, row)
            self.ledger.append_in(connection, notes)
        return row

    def footage(self, footage_id: str) -> FootageRow:
        """One recording by the beginning of its identifier. Raises `NotFoundError` for none or several."""
        query = _footage_query().where(footage.c.footage_id.startswith(footage_id, autoescape=True)).limit(2)
        with self.engine.connect() as connection:
            rows = connection.execute(query).all()
        if len(rows) == 1 and footage_id:
            return _footage_row(rows[0])
        raise NotFoundError(
            f"{'several recordings begin' if rows else 'no recording begins'} with {footage_id!r}",
            field="footage_id",
            remedy="`otear footage list` shows what there is",
        )

    def find(self, footage_id: str) -> FootageRow | None:
        """One recording by its whole identifier, None where there is none."""
        with self.engine.connect() as connection:
            row = connection.execute(_footage_query().where(footage.c.footage_id == footage_id)).first()
        return None if row is None else _footage_row(row)

    def all_footage(self) -> list[FootageRow]:
        """Every recording, oldest ingest first."""
        with self.engine.connect() as connection:
            rows = connection.execute(_footage_query().order_by(footage.c.ingested_us, footage.c.footage_id)).all()
        return [_footage_row(row) for row in rows]

    def passes_at(self, lat_deg: float, lon_deg: float) -> list[str]:
        """Footage whose coverage may reach a place, oldest first."""
        after_west, before_east = passes.c.west_deg <= lon_deg, passes.c.east_deg >= lon_deg
        query = (
            select(passes.c.footage_id)
            .join(footage)
            .where(
                # Bounds over the antimeridian have their west east of their east.
                case(
                    (passes.c.west_deg <= passes.c.east_deg, and_(after_west, before_east)),
                    else_=or_(after_west, before_east),
                )
            )
            .where(passes.c.south_deg <= lat_deg, passes.c.north_deg >= lat_deg)
            .order_by(footage.c.start_us, footage.c.footage_id)
        )
        with self.engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def accept_clock(self, note: Draft) -> None:
        """Count the ledger's time from this entry on, whatever later times stand before it."""
        with writing(self.engine) as connection:
            self.ledger.accept_clock_in(connection, note)

    def compact(self) -> None:
        """Leave nothing of what was deleted on the disk: neither in free pages nor in the log beside the database.

        Raises `InputError` where somebody else reads at this moment.
        """
        if self.engine.dialect.name != "sqlite":
            return
        with self.engine.connect() as connection:
            busy, _, _ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        if busy:
            raise InputError(
                "somebody reads the index at this moment, so that its log may still hold what was purged",
                source=self.engine.url.database,
                remedy="Run the purge again when nothing else uses the workspace",
            )

    def fact(self, key: str) -> str | None:
        """A fact about the workspace itself."""
        with self.engine.connect() as connection:
            return connection.execute(select(meta.c.value).where(meta.c.key == key)).scalar()

    def settle(self, key: str, value: str) -> str:
        """Set a fact once; returns the value that stands."""
        try:
            with self.engine.begin() as connection:
                connection.execute(insert(meta).values(key=key, value=value))
        except IntegrityError:
            standing = self.fact(key)
            if standing is None:
                raise
            return standing
        return value


def _engine(url: str | URL) -> Engine:
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _pragmas(connection: Any, _record: Any) -> None:
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}").close()

    return engine


def _version(engine: Engine) -> str | None:
    """The version of the tables that are there; None where there are none yet."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(engine: Engine) -> None:
    from alembic import command  # takes as long to load as most commands take to run
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "otear.store:migrations")
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            # Its driver would commit table by table: half a migration could stay, or two processes meet.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def change_footage_in(connection: Connection, row: FootageRow) -> None:
    """Replace what the index says of a recording, inside a transaction."""
    connection.execute(update(footage).where(footage.c.footage_id == row.footage_id).values(**_values(row)))
    connection.execute(delete(passes).where(passes.c.footage_id == row.footage_id))
    _put_bounds(connection, row)


def _values(row: FootageRow) -> dict[str, Any]:
    values = {column.name: getattr(row, column.name) for column in footage.columns}
    return {**values, "summary": json.dumps(row.summary, sort_keys=True)}


def _put_bounds(connection: Connection, row: FootageRow) -> None:
    if row.bounds_deg is not None:
        bounds = dict(zip(_BOUNDS, row.bounds_deg, strict=True))
        connection.execute(insert(passes).values(footage_id=row.footage_id, **bounds))


def _footage_query() -> Any:
    return select(footage, *(passes.c[name] for name in _BOUNDS)).select_from(footage.outerjoin(passes))


def _footage_row(row: Row[Any]) -> FootageRow:
    values = row._mapping
    bounds, authority_id = None, values["authority_id"]
    if values["west_deg"] is not None:
        west, south, east, north = (values[name] for name in _BOUNDS)
        bounds = (west, south, east, north)
    return FootageRow(
        footage_id=values["footage_id"],
        sha256=values["sha256"],
        name=values["name"],
        ingested_us=values["ingested_us"],
        start_us=values["start_us"],
        end_us=values["end_us"],
        # What the index says stands over what a version that knew no quarantine may have written.
        summary={**json.loads(values["summary"]), "quarantined": authority_id is None, "authority_id": authority_id},
        bounds_deg=bounds,
        authority_id=authority_id,
    )
