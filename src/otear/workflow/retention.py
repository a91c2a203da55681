"""Retention: what is due goes, everywhere; what was held on a recorded ground stays; the proof of either remains.

Files go first, then what the index says of them, then what both left on the disk, and the proof is written last: a
purge that is interrupted is due again and goes on where it stopped. Nothing is ever proved to be gone that is there.
"""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from otear.authority.roles import Action, Resource
from otear.domain.authority import DataKind
from otear.domain.ledger import Draft
from otear.domain.progress import Progress, silent
from otear.domain.times import utc_text
from otear.errors import InputError
from otear.store.base import ExportRow, FootageRow, HoldRow, KeepRow
from otear.store.keeping import no_such_hold
from otear.store.recording_files import PACKETS_FILE, TELEMETRY_FILE
from otear.store.workspace import COVERAGE_FILE, Workspace
from otear.workflow.authorities import authority_of
from otear.workflow.desk import WORKSPACE, Desk, Subject
from otear.workflow.files import file_sha256, is_own

_COUNTS = ("footage_id", "sha256", "name", "standard", "duration_s", "frames", "packets", "vmti_targets", "looks")
_MARKS = ("covered_km2", "quarantined", "authority_id", "purged", "deleted")
"""What a summary keeps of a recording whose metadata are purged: how much there was, and nothing of what it said."""


@dataclass(frozen=True)
class Due:
    """One kind of one recording's data whose time is up; `held_by` are the grounds that keep it all the same.

    `files` are those in the workspace; `elsewhere` are those to be deleted by hand: written outside it, or changed
    since they were written.
    """

    row: FootageRow
    keep: KeepRow
    files: tuple[Path, ...]
    size_bytes: int
    elsewhere: tuple[str, ...]
    held_by: tuple[HoldRow, ...]


@dataclass(frozen=True)
class Purged:
    """What was done about it; `entry` is the ledger entry that proves it, None for a dry run or a hold."""

    due: Due
    entry: int | None

    def document(self) -> dict[str, object]:
        """As `--json` prints it."""
        due = self.due
        return {
            "footage_id": due.row.footage_id,
            "sha256": due.row.sha256,
            "data": due.keep.data_kind,
            "keep_until": utc_text(due.keep.keep_until_us),
            "bytes": due.size_bytes,
            "files": due.files,
            "elsewhere": due.elsewhere,
            "held": [{"hold_id": hold.hold_id, "ground": hold.ground} for hold in due.held_by],
            "ledger_entry": self.entry,
        }


def purge(desk: Desk, *, dry_run: bool, progress: Progress = silent) -> list[Purged]:
    """Delete what is due, or with `dry_run` only say what that is.

    Raises `RefusedError` where this person may not, and `InputError` where somebody else reads the index, so that its
    log may still hold what was deleted: then nothing counts as purged yet.
    """
    desk.permit(Action.READ_OVERSIGHT, WORKSPACE)
    workspace, now_us = desk.workspace, desk.clock.now_us()
    if dry_run:
        return [Purged(one, None) for one in due(workspace, now_us)]
    with workspace.alone():
        found = list(due(workspace, now_us))
        by_footage = defaultdict(list)
        for one in found:
            if _may_go(desk, one):
                by_footage[one.row.footage_id].append(one)
        for number, dues in enumerate(by_footage.values()):
            progress("purging", number, len(by_footage))
            _delete(workspace, dues)
        if by_footage:
            with workspace.staging():
                pass  # which sweeps what killed processes left of these recordings
            workspace.store.compact()
        entries: dict[tuple[str, DataKind], int] = {}
        for footage_id, dues in by_footage.items():
            proofs = {one.keep.data_kind: _proof(desk, one) for one in dues}
            written = workspace.keeping.purged(footage_id, proofs, now_us)
            entries.update({(footage_id, kind): entry for kind, entry in written.items()})
    return [Purged(one, entries.get((one.row.footage_id, one.keep.data_kind))) for one in found]


def due(workspace: Workspace, now_us: int) -> Iterator[Due]:
    """Everything whose time is up, longest overdue first."""
    rows = {row.footage_id: row for row in workspace.store.all_footage()}
    holds = [one for one in workspace.keeping.holds() if one.lifted_us is None]
    kept = [one for one in workspace.keeping.kept() if one.purged_us is None and one.keep_until_us <= now_us]
    copies = _Copies(workspace, {one.footage_id for one in holds}) if kept else None
    for keep in kept:
        row = rows[keep.footage_id]
        inside, elsewhere = copies.of(row, keep.data_kind) if copies else ([], ())
        files = [path for path in (*_own_files(workspace, row, keep.data_kind), *inside) if path.is_file()]
        yield Due(
            row=row,
            keep=keep,
            files=tuple(files),
            size_bytes=sum(path.stat().st_size for path in files),
            elsewhere=elsewhere,
            held_by=tuple(one for one in holds if one.footage_id == row.footage_id),
        )


def place_hold(desk: Desk, row: FootageRow, ground: str) -> HoldRow:
    """Keep a recording beyond its time, on a ground that is recorded. Raises `InputError` without one."""
    subject = Subject("footage", row.footage_id, row.sha256)
    desk.permit(Action.HOLD, subject)
    if not ground.strip():
        raise InputError("a hold needs a ground", field="--ground", remedy="Say why the recording must be kept")
    now_us = desk.clock.now_us()
    name = hashlib.sha256(f"{row.footage_id}\n{now_us}\n{desk.actor.name}\n{ground}".encode()).hexdigest()
    hold = HoldRow(f"h-{name[:16]}", row.footage_id, desk.actor.name, now_us, ground.strip())
    note = desk.note(Action.HOLD, subject, reason=f"{hold.hold_id}: {hold.ground}")
    with desk.workspace.alone():  # a purge that has begun is over, one that begins later sees it
        desk.workspace.keeping.place_hold(hold, [note])
    return hold


def lift_hold(desk: Desk, hold_id: str, reason: str) -> None:
    """Let a recording go when its time is up. Raises `NotFoundError` for a hold that does not stand, `InputError`
    without a reason."""
    placed_by = next((one.placed_by for one in desk.workspace.keeping.holds() if one.hold_id == hold_id), None)
    if placed_by is None:
        desk.permit(Action.READ_OVERSIGHT, WORKSPACE)
        raise no_such_hold(hold_id)
    subject = Subject("hold", hold_id)
    desk.permit(Action.LIFT_HOLD, subject, resource=Resource(kind="hold", resource_id=hold_id, author=placed_by))
    if not reason.strip():
        raise InputError("this needs a reason", field="--reason", remedy="Say why it need not be kept any longer")
    note = desk.note(Action.LIFT_HOLD, subject, reason=reason.strip())
    desk.workspace.keeping.lift_hold(hold_id, desk.clock.now_us(), [note])


def listed_holds(desk: Desk) -> list[HoldRow]:
    """Every hold, lifted ones too. Raises `RefusedError` where this person may not know."""
    desk.permit(Action.READ_OVERSIGHT, WORKSPACE)
    return desk.workspace.keeping.holds()


def _may_go(desk: Desk, one: Due) -> bool:
    """Whether nothing holds it. Raises `RefusedError` where this person may not purge; a hold is only written down."""
    subject = Subject("footage", one.row.footage_id, one.row.sha256)
    resource = Resource(kind="footage", resource_id=one.row.footage_id, held=bool(one.held_by))
    decision = desk.permission(Action.PURGE, subject, resource=resource)
    if one.held_by and decision.rule == "held":
        desk.write_down(decision.refusal(), Action.PURGE, subject)
        return False
    desk.require(decision, Action.PURGE, subject)
    return True


def _delete(workspace: Workspace, dues: Sequence[Due]) -> None:
    """Delete the files of what is due of one recording, for good, and what the index says of it."""
    folders = set()
    for path in {path for one in dues for path in one.files}:
        path.unlink(missing_ok=True)  # it may show several recordings that are due
        folders.add(path.parent)
    for folder in folders:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        os.fsync(descriptor)
        os.close(descriptor)
    if any(one.keep.data_kind is DataKind.FINDINGS for one in dues):
        workspace.sites.forget(dues[0].row.footage_id, [])
    workspace.store.change_footage(_without(dues[0].row, dues), [], [])


def _proof(desk: Desk, one: Due) -> Draft:
    files, size_bytes = _deleted(one)
    what = f"{one.keep.data_kind} of {one.row.name}: files {files}, bytes {size_bytes}"
    left = f"; to be deleted by hand: {', '.join(one.elsewhere)}" if one.elsewhere else ""
    reason = f"{what}; kept until {utc_text(one.keep.keep_until_us)}{left}"
    subject = Subject("footage", one.row.footage_id, one.row.sha256)
    return desk.note(Action.PURGE, subject, authority=authority_of(desk, one.row), reason=reason)


def _deleted(one: Due) -> tuple[int, int]:
    """Files and bytes that were deleted, by this purge and by one that was interrupted before."""
    files, size_bytes = one.row.summary.get("deleted", {}).get(one.keep.data_kind, (0, 0))
    return files + len(one.files), size_bytes + one.size_bytes


def _without(row: FootageRow, dues: Sequence[Due]) -> FootageRow:
    """A row that says no more than what is left, and that these kinds are gone; their proofs are not written yet."""
    kinds = [one.keep.data_kind for one in dues]
    deleted = {**row.summary.get("deleted", {}), **{one.keep.data_kind.value: _deleted(one) for one in dues}}
    purged = {**dict.fromkeys(kinds), **row.summary.get("purged", {})}
    summary = {**row.summary, "purged": purged, "deleted": deleted}
    if DataKind.METADATA in kinds:
        kept = (*_COUNTS, *_MARKS, "bounds")
        summary = {name: value for name, value in summary.items() if name in kept}
        row = replace(row, start_us=None, end_us=None)
    if DataKind.COVERAGE in kinds:
        summary["bounds"] = None
        row = replace(row, bounds_deg=None)
    return replace(row, summary=summary)


def _own_files(workspace: Workspace, row: FootageRow, kind: DataKind) -> list[Path]:
    derived = workspace.derived(row.footage_id)
    match kind:
        case DataKind.IMAGERY:
            return [workspace.blobs.path(row.sha256)] if row.sha256 in workspace.blobs else []
        case DataKind.METADATA:
            return [derived / PACKETS_FILE, derived / TELEMETRY_FILE]
        case DataKind.COVERAGE:
            return [derived / COVERAGE_FILE]
        case DataKind.FINDINGS:
            return []


class _Copies:
    """Files that were written from recordings, wherever in the workspace they are by now."""

    def __init__(self, workspace: Workspace, held: Collection[str]) -> None:
        self._root = workspace.root.resolve()
        self._exports = workspace.keeping.exports()
        self._held = [one for one in self._exports if one.footage_id in held]
        self._moved: dict[str, list[Path]] | None = None

    def of(self, row: FootageRow, kind: DataKind) -> tuple[list[Path], tuple[str, ...]]:
        """Those that may be deleted with one kind of a recording's data: in the workspace, still what was written, and
        not showing another recording that is held. And those that somebody has to look at: all others."""
        inside, elsewhere = [], []
        for one in self._exports:
            if one.footage_id != row.footage_id or one.data_kind is not kind:
                continue
            path = self._root / one.path
            found = file_sha256(path) if path.is_file() else None
            ours = path.resolve().is_relative_to(self._root) and not path.is_symlink()
            if self._shows_what_is_held(one):
                elsewhere.append(f"{path} (shows a recording that is held)")
            elif found == one.sha256 and ours:
                inside.append(path)
            elif found == one.sha256 or (found is not None and not self._written_later(one, found)):
                elsewhere.append(str(path))
            elif found is None and not Path(one.path).is_absolute():
                moved = self._with(one.sha256)
                inside += moved
                elsewhere += [] if moved else [f"{path} (not where it was written)"]
        return inside, tuple(elsewhere)

    def _shows_what_is_held(self, one: ExportRow) -> bool:
        """Whether a file shows another recording, too, and something holds that."""
        others = (other for other in self._held if other.footage_id != one.footage_id)
        return any((other.path, other.sha256) == (one.path, one.sha256) for other in others)

    def _written_later(self, one: ExportRow, sha256: str) -> bool:
        """Whether a name holds by now what was written there from something else."""
        return any(other.sha256 == sha256 and other.path == one.path for other in self._exports)

    def _with(self, sha256: str) -> list[Path]:
        """Files that people put into the workspace with this content, under whatever name."""
        if self._moved is None:
            by_content: dict[str, list[Path]] = defaultdict(list)
            for path in sorted(self._root.rglob("*")):
                if path.is_file() and not path.is_symlink() and not is_own(path.relative_to(self._root)):
                    by_content[file_sha256(path)].append(path)
            self._moved = by_content
        return self._moved.get(sha256, [])
