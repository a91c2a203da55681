"""Records of what others counted: taken in, listed, and never added across their series."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from otear.authority.roles import Action
from otear.domain.progress import Progress, silent
from otear.domain.series import AnySeries, Record, Records, Series
from otear.errors import InputError
from otear.forecast.readers import Conflict, Impossible, conflicts, impossible, read_records
from otear.store.record_documents import WHAT, AnyRecord
from otear.store.records import FileRow
from otear.workflow.desk import Desk, Subject
from otear.workflow.files import file_sha256

AnyConflict = Conflict[Any]


@dataclass(frozen=True)
class Imported:
    """A file that was taken in: what it holds, how many of its records were `added` (the others were here already),
    and where it contradicts itself or what is kept: every version stands, and none is chosen."""

    file: FileRow
    found: Records
    added: int
    conflicts: tuple[AnyConflict, ...]
    impossible: tuple[Impossible, ...]


def import_records(desk: Desk, path: Path, series: str | None = None, progress: Progress = silent) -> Imported:
    """Take in a file of counts, events, seizures or flows, whole or not at all.

    `series` is the one series that is wanted, or the name of the file's only one. The same file again adds nothing.
    Raises `InputError` as `read_records` does, `RefusedError`, which the ledger keeps.
    """
    desk.permit(Action.IMPORT_RECORDS, Subject("records", path.name))
    kept = desk.workspace.records
    if not path.is_file():
        raise InputError("is no file", source=path, remedy="Give a file of counts, events, seizures or flows")
    with desk.workspace.staging() as folder:
        raw = kept.stage(path, folder)
        try:
            found = read_records(raw.path, series)
        except InputError as error:
            raise _about(error, raw.path, path) from error
        name, now = path.name, desk.clock.now_us()
        row = FileRow(raw.sha256, name, found.layout, found.unread, now, desk.actor.name)
        note = desk.note(
            Action.IMPORT_RECORDS,
            Subject("records", name, raw.sha256),
            reason=f"{len(found)} records of {', '.join(found.names)}"[:500],
        )
        added = kept.add_records(row, raw, found, [note], progress)
    every = kept.records()
    return Imported(row, found, added, _conflicts(every, found, name), _impossible(every, found))


def _about(error: InputError, copy: Path, path: Path) -> InputError:
    """The same error about the file by the name that it was given by, and not about its copy."""
    return error if error.source is None else error.naming(error.source.replace(str(copy), str(path)))


def _conflicts(every: Records, found: Records, name: str) -> tuple[AnyConflict, ...]:
    """Where a file's series contradict each other or another that is kept."""
    told: list[AnyConflict] = []
    groups: Iterable[tuple[AnyConflict, ...]] = (
        conflicts(every.counts), conflicts(every.events), conflicts(every.seizures), conflicts(every.flows),
    )  # fmt: skip
    for group in groups:
        told += [one for one in group if any(version.source.file == name for version in one.versions)]
    names = set(found.names)
    return tuple(one for one in told if any(version.series in names for version in one.versions))


def _impossible(every: Records, found: Records) -> tuple[Impossible, ...]:
    names = {one.name for one in found.counts}
    return tuple(each for one in every.counts if one.name in names for each in impossible(one))


def records_of(paths: Sequence[Path], series: str | None = None) -> Records:
    """What some files hold, without taking them in; a series in several files is one.

    `series` is the name of what a file counts whose rows name none. Raises `InputError` as `read_records` does.
    """
    for path in paths:
        if not path.is_file():
            raise InputError("is no file", source=path, remedy="Give files of counts, events, seizures or flows")
    if len({file_sha256(path) for path in paths}) < len(paths):
        raise InputError("the same file is named twice", field="--from", remedy="Name each file once")
    read = [_read(path, series) for path in paths]
    return Records(
        ", ".join(path.name for path in paths),
        "files",
        _joined([one for each in read for one in each.counts]),
        _joined([one for each in read for one in each.events]),
        _joined([one for each in read for one in each.seizures]),
        _joined([one for each in read for one in each.flows]),
        tuple(name for each in read for name in each.unread),
    )


def _read(path: Path, series: str | None) -> Records:
    try:
        return read_records(path)
    except InputError as error:
        if error.field != "series" or series is None:
            raise
        return read_records(path, series)


def _joined(parts: Sequence[Series[Record]]) -> tuple[Series[Record], ...]:
    named: dict[str, Series[Record]] = {}
    for part in parts:
        named[part.name] = named[part.name].joined(part) if part.name in named else part
    return tuple(named.values())


def kept_series(desk: Desk) -> tuple[Records, list[FileRow]]:
    """All records that are kept, and their files. Raises `RefusedError` where this person may not know."""
    desk.permit(Action.VIEW_METADATA, Subject("records", "all"))
    return desk.workspace.records.records(), desk.workspace.records.files()


def import_document(imported: Imported) -> dict[str, Any]:
    """What an import did, as one document."""
    found, file = imported.found, imported.file
    return {
        "file": file.name,
        "sha256": file.sha256,
        "layout": file.layout,
        "records": len(found),
        "added": imported.added,
        "already_here": len(found) - imported.added,
        "counts": {WHAT[kind]: sum(len(one.records) for one in every) for kind, every in _by_kind(found)},
        "series": [series_document(one) for one in found.every],
        "conflicts": [_conflict_document(one) for one in imported.conflicts],
        "impossible": [_impossible_document(one) for one in imported.impossible],
        "unread": list(found.unread),
    }


def _by_kind(found: Records) -> list[tuple[type[AnyRecord], Sequence[AnySeries]]]:
    every: tuple[Sequence[AnySeries], ...] = (found.counts, found.events, found.seizures, found.flows)
    return list(zip(WHAT, every, strict=True))


def series_document(series: AnySeries) -> dict[str, Any]:
    """What is in one series. Its numbers are not added up: periods and areas in it may hold one another."""
    records: tuple[AnyRecord, ...] = series.records
    periods = [one.period for one in records if one.period is not None]
    areas = {area for one in records if (area := getattr(one, "area", None)) is not None}
    return {
        "series": series.name,
        "what": WHAT[type(records[0])],
        "records": len(records),
        "superseded": len(series.superseded()),
        "agencies": sorted({one.agency for one in records}),
        "first": min(one.first for one in periods).isoformat() if periods else None,
        "last": max(one.last for one in periods).isoformat() if periods else None,
        "areas": len(areas),
        "kinds": sorted({str(getattr(one, "kind", None) or "not stated") for one in records if hasattr(one, "kind")}),
        "statuses": sorted({str(one.status) for one in records if hasattr(one, "status")}),
        "revisions": sorted({one.revision for one in records}),
        "files": sorted({one.source.file for one in records}),
    }


def file_document(file: FileRow) -> dict[str, Any]:
    """A file that records were read from."""
    return {
        "file": file.name,
        "sha256": file.sha256,
        "layout": file.layout,
        "unread": list(file.unread),
        "imported_by": file.imported_by,
    }


def _version(record: Any) -> dict[str, Any]:
    value = record.value
    return {
        "series": record.series,
        "agency": record.agency,
        "value": None if value is None else float(value),
        "precision": str(record.precision),
        "revision": record.revision,
        "file": record.source.file,
        "line": record.source.line,
        "url": record.source.url,
    }


def about(record: Any) -> str:
    """What a record is about, in words."""
    if hasattr(record, "origin"):
        where = f"{record.origin.name} → {record.destination.name}"
    else:
        where = " ".join(part for part in (record.area, getattr(record, "place", "")) if part)
    what = next(
        (str(said) for said in (getattr(record, name, None) for name in ("commodity", "kind")) if said), "site"
    ).replace("_", " ")
    when = str(record.period) if record.period is not None else "no date"
    status = str(getattr(record, "status", "unknown"))
    return f"{where}, {when}, {what}" + (f", {status}" if status != "unknown" else "")


def _conflict_document(conflict: AnyConflict) -> dict[str, Any]:
    return {
        "about": about(conflict.versions[0]),
        "across_series": conflict.across,
        "only_rounding": conflict.only_rounding,
        "versions": [_version(one) for one in conflict.versions],
    }


def _impossible_document(one: Impossible) -> dict[str, Any]:
    return {
        "about": about(one.whole),
        "whole": _version(one.whole),
        "parts": [{**_version(part), "about": about(part)} for part in one.parts],
        "short_by": one.short,
        "some_rounded": one.some_rounded,
    }
