"""Cues, sites and what people say of them, in the index database; every change is written with its ledger entries."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Row, Table, and_, delete, func, insert, or_, select

from otear.domain.authority import SensorKind
from otear.domain.cues import Cue
from otear.domain.evidence import Report
from otear.domain.ledger import Draft
from otear.domain.sites import PlacedReport, Review, Verdict
from otear.evidence.histories import Seen, checked
from otear.store.base import ChangeRow, DetectionRow, KeepRow
from otear.store.keeping import put_keep
from otear.store.ledger import SqlLedger, writing
from otear.store.site_documents import change_from, change_text, cue_from, cue_text
from otear.store.tables import cues, detections, site_changes, site_reports, site_reviews

_AT_ONCE = 500
"""Names that one question may hold: databases limit how many."""


class SqlSites:
    """Cues and sites. Changes, reviews and reports are only ever added to."""

    def __init__(self, engine: Engine, ledger: SqlLedger) -> None:
        self._engine = engine
        self._ledger = ledger

    def put_cues(
        self,
        detection: DetectionRow,
        found: Sequence[Cue],
        changes: Sequence[ChangeRow],
        keep: Sequence[KeepRow],
        notes: Sequence[Draft],
    ) -> None:
        """Keep the cues of a recording, the sites that they join, and that they were looked for; cues and changes that
        are there already stay as they are. Raises `InputError` for changes that may not follow those that are there."""
        with writing(self._engine) as connection:
            _put_detection(connection, detection)
            own = select(cues.c.cue_id).where(cues.c.footage_id == detection.footage_id)
            known = set(connection.execute(own).scalars())
            rows = {cue.cue_id: _cue_values(cue) for cue in found if cue.cue_id not in known}
            if rows:
                connection.execute(insert(cues), list(rows.values()))
            _add_changes(connection, changes)
            put_keep(connection, keep)
            self._ledger.append_in(connection, notes)

    def detections(self) -> list[DetectionRow]:
        """Where cues were looked for, oldest first."""
        query = select(detections).order_by(detections.c.ran_us, detections.c.footage_id, detections.c.detector)
        with self._engine.connect() as connection:
            return [_detection(row) for row in connection.execute(query)]

    def cues(self, footage_ids: Collection[str] | None = None) -> list[Cue]:
        """The cues of some recordings, or of all, in the order of time."""
        query = select(cues.c.document)
        if footage_ids is None:
            return self._cues([query])
        names = sorted(footage_ids)
        parts = [names[k : k + _AT_ONCE] for k in range(0, len(names), _AT_ONCE)]
        return self._cues([query.where(cues.c.footage_id.in_(part)) for part in parts])

    def cues_at(self, bounds_deg: tuple[float, float, float, float]) -> list[Cue]:
        """The cues within bounds: west, south, east and north; west is greater than east over the antimeridian."""
        west, south, east, north = bounds_deg
        both = and_ if west <= east else or_
        across = both(cues.c.lon_deg >= west, cues.c.lon_deg <= east)
        return self._cues([select(cues.c.document).where(across, cues.c.lat_deg >= south, cues.c.lat_deg <= north)])

    def _cues(self, queries: Sequence[Any]) -> list[Cue]:
        with self._engine.connect() as connection:
            found = [cue_from(text) for query in queries for text in connection.execute(query).scalars()]
        return sorted(found, key=lambda cue: (cue.time_us, cue.cue_id))

    def changes(self) -> list[ChangeRow]:
        """Every change, in order."""
        with self._engine.connect() as connection:
            return _changes(connection)

    def add_changes(self, rows: Sequence[ChangeRow], notes: Sequence[Draft]) -> None:
        """Change what belongs to which site. Raises `InputError` for what may not follow."""
        with writing(self._engine) as connection:
            _add_changes(connection, rows)
            self._ledger.append_in(connection, notes)

    def reviews(self) -> list[Review]:
        """Every review, in the order in which they came."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(site_reviews).order_by(site_reviews.c.sequence))
            return [_review(row) for row in rows]

    def add_review(self, review: Review, notes: Sequence[Draft]) -> None:
        """Keep what somebody says of a site."""
        evidence = json.dumps({"pieces": sorted(review.pieces), "passes": sorted(review.passes)})
        kept = {name: getattr(review, name) for name in ("review_id", "site", "by", "at_us", "note")}
        with writing(self._engine) as connection:
            said = {**kept, "verdict": review.verdict.value, "evidence": evidence}
            connection.execute(insert(site_reviews).values(**said, sequence=_next(connection, site_reviews)))
            self._ledger.append_in(connection, notes)

    def reports(self) -> list[PlacedReport]:
        """Every report from outside, oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(site_reports).order_by(site_reports.c.time_us, site_reports.c.report_id))
            return [_report(row) for row in rows]

    def add_report(self, report: PlacedReport, changes: Sequence[ChangeRow], notes: Sequence[Draft]) -> None:
        """Keep a report, and the site that it joins."""
        said = {**vars(report.report), **vars(report), "derived_from": json.dumps(report.report.derived_from)}
        del said["report"]
        with writing(self._engine) as connection:
            connection.execute(insert(site_reports).values(**said))
            _add_changes(connection, changes)
            self._ledger.append_in(connection, notes)

    def forget(self, footage_id: str, notes: Sequence[Draft]) -> None:
        """Delete the cues of a recording, and that they were looked for; the names stay in the histories of sites."""
        with writing(self._engine) as connection:
            connection.execute(delete(cues).where(cues.c.footage_id == footage_id))
            connection.execute(delete(detections).where(detections.c.footage_id == footage_id))
            self._ledger.append_in(connection, notes)


def _put_detection(connection: Connection, row: DetectionRow) -> None:
    """Note a run, unless the same detector has looked through as much of the recording already."""
    same = (detections.c.footage_id == row.footage_id) & (detections.c.detector == row.detector)
    before = connection.execute(select(detections).where(same)).first()
    if before is not None:
        known = _detection(before)
        if (known.share, -_dropped_us(known)) >= (row.share, -_dropped_us(row)):
            return
        connection.execute(delete(detections).where(same))
    said = {**vars(row), "sensor": row.sensor.value, "counts": json.dumps(dict(row.counts), sort_keys=True)}
    connection.execute(insert(detections).values(**{**said, "dropped": json.dumps(row.dropped)}))


def _dropped_us(row: DetectionRow) -> int:
    return sum(end - start for start, end in row.dropped)


def _changes(connection: Connection) -> list[ChangeRow]:
    rows = connection.execute(select(site_changes).order_by(site_changes.c.sequence))
    return [ChangeRow(change_from(row.document), row.at_us, row.by, row.sequence) for row in rows]


def _add_changes(connection: Connection, rows: Sequence[ChangeRow]) -> None:
    """Append changes inside a transaction of the only writer; a cue that joined a site already joins no other."""
    if not rows:
        return
    known = _changes(connection)
    history = [one.change for one in known]
    names = {one.change_id for one in history}
    sequence = _next(connection, site_changes)
    for row in rows:
        change = row.change
        if isinstance(change, Seen) and change.change_id in names:
            continue
        if not isinstance(change, Seen):  # the others may say what cannot be
            checked(history, change)
        history.append(change)
        names.add(change.change_id)
        connection.execute(
            insert(site_changes).values(
                sequence=sequence,
                change_id=change.change_id,
                at_us=row.at_us,
                by=row.by,
                document=change_text(change),
            )
        )
        sequence += 1


def _next(connection: Connection, table: Table) -> int:
    """The number of the next row of a table that is only added to."""
    latest = connection.execute(select(func.max(table.c.sequence))).scalar()
    return 0 if latest is None else int(latest) + 1


def _cue_values(cue: Cue) -> dict[str, Any]:
    return {
        "cue_id": cue.cue_id,
        "footage_id": cue.footage_id,
        "time_us": cue.time_us,
        "lat_deg": cue.place.lat,
        "lon_deg": cue.place.lon,
        "document": cue_text(cue),
    }


def _detection(row: Row[Any]) -> DetectionRow:
    said = dict(row._mapping)
    dropped = tuple((start, end) for start, end in json.loads(said.pop("dropped")))
    counts, sensor = json.loads(said.pop("counts")), SensorKind(said.pop("sensor"))
    return DetectionRow(**said, sensor=sensor, counts=counts, dropped=dropped)


def _review(row: Row[Any]) -> Review:
    said = dict(row._mapping)
    del said["sequence"]
    evidence, verdict = json.loads(said.pop("evidence")), Verdict(said.pop("verdict"))
    pieces, passes = frozenset(evidence["pieces"]), frozenset(evidence["passes"])
    return Review(**said, verdict=verdict, pieces=pieces, passes=passes)


def _report(row: Row[Any]) -> PlacedReport:
    said = dict(row._mapping)
    derived_from = tuple(json.loads(said.pop("derived_from")))
    own = {name: said.pop(name) for name in ("report_id", "time_us", "source", "hit", "false")}
    return PlacedReport(Report(**own, derived_from=derived_from), **said)
