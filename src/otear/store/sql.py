"""The store on any database that SQLAlchemy reaches: SQLite in one file (WAL) by default."""

from __future__ import annotations

import json
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Engine, Row, and_, case, create_engine, event, insert, or_, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from otear.errors import InputError, NotFoundError
from otear.store.base import FootageRow
from otear.store.tables import footage, meta, passes

_BOUNDS = ("west_deg", "south_deg", "east_deg", "north_deg")


class SqlStore:
    """The index in a database, brought to this version's tables when opened."""

    def __init__(self, url: str | URL) -> None:
        self.engine = _engine(url)
        config = Config()
        config.set_main_option("script_location", "otear.store:migrations")
        try:
            with self.engine.begin() as connection:
                if connection.dialect.name == "sqlite":
                    # Its driver would commit table by table: half a migration could stay, or two processes meet.
                    connection.exec_driver_sql("BEGIN IMMEDIATE")
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except DBAPIError as error:
            raise InputError(
                f"the index database cannot be used ({error.orig})",
                source=self.engine.url.database,
                remedy="Check that it is whole and may be written; the raw recordings in media/ are not touched",
            ) from error

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def add_footage(self, row: FootageRow) -> None:
        """Index a recording in one transaction; the same content twice changes nothing."""
        values = {c.name: getattr(row, c.name) for c in footage.columns if c.name != "summary"}
        try:
            with self.engine.begin() as connection:
                connection.execute(insert(footage).values(**values, summary=json.dumps(row.summary, sort_keys=True)))
                if row.bounds_deg is not None:
                    bounds = dict(zip(_BOUNDS, row.bounds_deg, strict=True))
                    connection.execute(insert(passes).values(footage_id=row.footage_id, **bounds))
        except IntegrityError:
            if not self._holds(row.footage_id):
                raise

    def _holds(self, footage_id: str) -> bool:
        query = select(footage.c.footage_id).where(footage.c.footage_id == footage_id)
        with self.engine.connect() as connection:
            return connection.execute(query).first() is not None

    def footage(self, footage_id: str) -> FootageRow:
        """One recording by the beginning of its identifier. Raises `NotFoundError` for none or several."""
        query = _footage_query().where(footage.c.footage_id.startswith(footage_id, autoescape=True)).limit(2)
        with self.engine.connect() as connection:
            rows = connection.execute(query).all()
        if len(rows) == 1:
            return _footage_row(rows[0])
        raise NotFoundError(
            f"{'several recordings begin' if rows else 'no recording begins'} with {footage_id!r}",
            field="footage_id",
            remedy="`otear footage list` shows what there is",
        )

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
            for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {pragma}").close()

    return engine


def _footage_query() -> Any:
    return select(footage, *(passes.c[name] for name in _BOUNDS)).select_from(footage.outerjoin(passes))


def _footage_row(row: Row[Any]) -> FootageRow:
    values = row._mapping
    bounds = None
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
        summary=json.loads(values["summary"]),
        bounds_deg=bounds,
    )
