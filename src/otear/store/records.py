"""What others counted, and the forecasts made of it, in the index database; every change is written with its entries.

Records and files are only ever added to. Their bytes lie in `sources/`, named by their SHA-256; the index
says what is in them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, Row, insert, select, update

from otear.domain.ledger import Draft
from otear.domain.progress import Progress, silent
from otear.domain.series import Records, in_series
from otear.errors import NotFoundError
from otear.store.blobs import FolderBlobs, StagedBlob
from otear.store.forecast_tables import forecast_areas, forecasts, record_files, records
from otear.store.ledger import SqlLedger, writing
from otear.store.record_documents import WHAT, AnyRecord, record_from, record_text

Floats = NDArray[np.float64]
_AT_ONCE = 10_000
_Key = tuple[str, str, int, int]


@dataclass(frozen=True)
class FileRow:
    """A file that records were read from: its name, the layout it was read as, the columns that were not read."""

    sha256: str
    name: str
    layout: str
    unread: tuple[str, ...]
    imported_us: int
    imported_by: str


@dataclass(frozen=True, eq=False)
class ForecastRow:
    """A forecast: for each of the n `areas` the expected number of sites in `year` (`mean`, shape (n,)) and the shape
    of its negative binomial (`shape`, (n,)). `document` says of what it was learned, how, and what it assumes."""

    forecast_id: str
    made_us: int
    made_by: str
    series: str
    year: int
    document: dict[str, Any]
    areas: tuple[str, ...]
    mean: Floats
    shape: Floats


class SqlRecords:
    """Records of what others counted, boundaries, and forecasts."""

    def __init__(self, engine: Engine, ledger: SqlLedger, sources: FolderBlobs) -> None:
        self._engine = engine
        self._ledger = ledger
        self._sources = sources

    def add_records(
        self, row: FileRow, raw: StagedBlob, found: Records, notes: Sequence[Draft], progress: Progress = silent
    ) -> int:
        """Keep a file and the records that were read from it; returns how many were not there yet.

        The same file again adds nothing but the notes.
        """
        raw.keep()
        with writing(self._engine) as connection:
            if connection.execute(select(record_files).where(record_files.c.sha256 == row.sha256)).first() is None:
                values = {**vars(row), "unread": json.dumps(row.unread, ensure_ascii=False)}
                connection.execute(insert(record_files).values(**values))
            key = (records.c.what, records.c.series, records.c.line, records.c.nth)
            there = {tuple(one) for one in connection.execute(select(*key).where(records.c.sha256 == row.sha256))}
            rows = [
                {"sha256": row.sha256, **values} for at, values in _rows(found, row.name).items() if at not in there
            ]
            for start in range(0, len(rows), _AT_ONCE):
                connection.execute(insert(records), rows[start : start + _AT_ONCE])
                progress("Keeping", float(min(start + _AT_ONCE, len(rows))), float(len(rows)))
            self._ledger.append_in(connection, notes)
        return len(rows)

    def files(self) -> list[FileRow]:
        """Every file that records were read from, in the order of import."""
        query = select(record_files).order_by(record_files.c.imported_us, record_files.c.sha256)
        with self._engine.connect() as connection:
            return [_file(row) for row in connection.execute(query)]

    def records(self, series: str | None = None) -> Records:
        """All records, or those of one series, in the order of import and of the lines of their files.

        Raises `NotFoundError` for a series that is not there.
        """
        query = select(records.c.what, records.c.document).join(record_files)
        if series is not None:
            query = query.where(records.c.series == series)
        query = query.order_by(record_files.c.imported_us, records.c.sha256, records.c.line, records.c.nth)
        found: dict[str, list[Any]] = {what: [] for what in WHAT.values()}
        with self._engine.connect() as connection:
            for what, document in connection.execute(query):
                found[what].append(record_from(what, document))
            if series is not None and not any(found.values()):
                raise _no_series(connection, series)
        counts, events, seizures, flows = (in_series(found[what]) for what in WHAT.values())
        return Records("the workspace", "kept records", counts, events, seizures, flows)

    def source(self, sha256: str) -> Path:
        """The bytes of a file of records or boundaries. Raises `NotFoundError` where they are gone."""
        if sha256 not in self._sources:
            raise NotFoundError(
                f"the file {sha256} is not there any more",
                source=self._sources.root,
                remedy="Import it again, from a copy with the same content",
            )
        return self._sources.path(sha256)

    def stage(self, path: Path, folder: Path) -> StagedBlob:
        """Copy a file of records or boundaries into `folder`, to be kept later. Raises `InputError`."""
        return self._sources.stage(path, folder)

    def add_forecast(self, row: ForecastRow, raws: Sequence[StagedBlob], notes: Sequence[Draft]) -> None:
        """Keep a forecast and the files of its boundaries; the same one again counts as made now."""
        for raw in raws:
            raw.keep()
        with writing(self._engine) as connection:
            same = forecasts.c.forecast_id == row.forecast_id
            if connection.execute(select(forecasts.c.forecast_id).where(same)).first() is None:
                values = {name: value for name, value in vars(row).items() if name in forecasts.columns}
                document = json.dumps(row.document, sort_keys=True, ensure_ascii=False)
                connection.execute(insert(forecasts).values(**{**values, "document": document}))
                numbers = zip(row.areas, row.mean.tolist(), row.shape.tolist(), strict=True)
                connection.execute(
                    insert(forecast_areas),
                    [
                        {"forecast_id": row.forecast_id, "area": area, "mean": mean, "shape": shape}
                        for area, mean, shape in numbers
                    ],
                )
            else:
                connection.execute(update(forecasts).where(same).values(made_us=row.made_us, made_by=row.made_by))
            self._ledger.append_in(connection, notes)

    def latest_forecast(self, series: str | None = None) -> ForecastRow | None:
        """The forecast that was made last, of one series or of any; None where there is none."""
        query = select(forecasts).order_by(forecasts.c.made_us.desc(), forecasts.c.forecast_id).limit(1)
        if series is not None:
            query = query.where(forecasts.c.series == series)
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
            return None if row is None else _forecast(connection, row)


def _rows(found: Records, name: str) -> dict[_Key, dict[str, Any]]:
    """The rows of a file's records by their key, which says where in the file each stands."""
    seen: Counter[tuple[str, str, int]] = Counter()
    rows: dict[_Key, dict[str, Any]] = {}
    for series in found.every:
        for record in series.records:
            kept = replace(record, source=replace(record.source, file=name))
            place = (WHAT[type(kept)], series.name, kept.source.line)
            nth = seen[place]
            seen[place] += 1
            rows[(*place, nth)] = _values(kept, nth)
    return rows


def _values(record: AnyRecord, nth: int) -> dict[str, Any]:
    """What of a record stands in columns of its own, and the whole record."""
    return {
        "what": WHAT[type(record)],
        "series": record.series,
        "line": record.source.line,
        "nth": nth,
        "agency": record.agency,
        "area": str(getattr(record, "area", "")),
        "kind": str(getattr(record, "kind", None) or ""),
        "status": str(getattr(record, "status", "")),
        "revision": record.revision,
        "document": record_text(record),
    }


def _file(row: Row[Any]) -> FileRow:
    said = dict(row._mapping)
    return FileRow(**{**said, "unread": tuple(json.loads(said["unread"]))})


def _forecast(connection: Connection, row: Row[Any]) -> ForecastRow:
    said = dict(row._mapping)
    columns = (forecast_areas.c.area, forecast_areas.c.mean, forecast_areas.c.shape)
    query = select(*columns).where(forecast_areas.c.forecast_id == said["forecast_id"]).order_by(columns[0])
    numbers = connection.execute(query).all()
    return ForecastRow(
        **{**said, "document": json.loads(said["document"])},
        areas=tuple(one.area for one in numbers),
        mean=np.array([one.mean for one in numbers]),
        shape=np.array([one.shape for one in numbers]),
    )


def _no_series(connection: Connection, series: str) -> NotFoundError:
    known = connection.execute(select(records.c.series).distinct().order_by(records.c.series)).scalars().all()
    listed = ", ".join(known[:12]) + (f" and {len(known) - 12} more" if len(known) > 12 else "")
    return NotFoundError(
        f"there is no series {series!r} here",
        field="series",
        remedy=f"There are {listed}" if known else "Import records with `otear forecast import`",
    )
