"""Detected: the cues of a recording kept, and joined to sites, with the ledger's word for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from otear.authority.decide import keep_until_us
from otear.authority.roles import Action
from otear.detect.cue_picture import MOST, CueShot, draw_cues
from otear.domain.authority import Authority, DataKind, SensorKind
from otear.domain.cues import Cue
from otear.domain.progress import Progress, silent
from otear.errors import NotFoundError
from otear.evidence.histories import standing
from otear.geo.terrain import Terrain
from otear.store.base import DetectionRow, FootageRow, KeepRow
from otear.video.frames import frame_at
from otear.workflow.desk import Desk
from otear.workflow.detect import Found, find_cues
from otear.workflow.families import Family
from otear.workflow.held import Held, exporting, footage_subject, lawful, under
from otear.workflow.pictures import HALF_FRAME_S
from otear.workflow.site_gathering import joining
from otear.workflow.track import clock_of, pts_of_picture, restarts_of


@dataclass(frozen=True)
class Detected:
    """What came of looking through a recording: all cues of it, the sites that they belong to, what was done."""

    footage_id: str
    detectors: str
    cues: tuple[Cue, ...]
    sites: tuple[str, ...]
    found: Found

    def document(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return {
            "footage_id": self.footage_id,
            "detectors": self.detectors,
            "cues": self.cues,
            "sites": self.sites,
            "work": self.found.counts(),
            "warnings": self.found.warnings,
        }


def detect(
    desk: Desk,
    row: FootageRow,
    authority: Authority,
    family: Family,
    *,
    sensor: SensorKind,
    earlier: Held | None,
    terrain: Terrain | None,
    black_hot: bool | None = None,
    progress: Progress = silent,
) -> Detected:
    """Find the cues of a recording, keep them, and let them join sites. Raises as `find_cues` does."""
    found = find_cues(
        desk,
        row,
        authority,
        family,
        sensor=sensor,
        earlier=earlier,
        terrain=terrain,
        black_hot=black_hot,
        progress=progress,
    )
    subject, now_us = footage_subject(row), desk.clock.now_us()
    desk.require(lawful(row, authority, now_us), Action.PROCESS, subject, authority=authority)
    reason = f"{family.name}: {len(found.cues)} cues; {found.told()}"
    run = DetectionRow(row.footage_id, family.name, sensor, now_us, found.share(row), found.counts())
    notes = [desk.note(Action.PROCESS, subject, authority=authority, reason=reason)]
    with desk.workspace.alone():
        changes = joining(desk.workspace, found.cues, now_us)
        desk.workspace.sites.put_cues(run, found.cues, changes, _kept(row, authority), notes)
    sites = standing([one.change for one in desk.workspace.sites.changes()])
    names = {one.cue_id for one in found.cues}
    theirs = tuple(site for site, pieces in sites.items() if pieces & names)
    return Detected(row.footage_id, family.name, found.cues, theirs, found)


def _kept(row: FootageRow, authority: Authority) -> list[KeepRow]:
    """Until when cues are kept: as findings of the authority are, from when the recording was made."""
    collected_us = min(row.ingested_us, row.ingested_us if row.end_us is None else row.end_us)
    until_us = keep_until_us(authority, DataKind.FINDINGS, collected_us)
    return [KeepRow(row.footage_id, DataKind.FINDINGS, collected_us, until_us)]


def draw(desk: Desk, row: FootageRow, authority: Authority, cues: Sequence[Cue], path: Path) -> None:
    """Draw the surest cues of a recording as it shows them. Raises `NotFoundError` where there is none, `RefusedError`
    where the authority does not allow pictures to be shown."""
    under(desk, row, authority, Action.VIEW_IMAGERY, DataKind.IMAGERY)
    clock, raw = clock_of(row), desk.workspace.blobs.path(row.sha256)
    shots: list[CueShot] = []
    for cue in sorted(cues, key=lambda one: (-one.real, one.cue_id)):
        pts_s = pts_of_picture(clock, cue.time_us)
        if pts_s is not None and len(shots) < MOST:
            shots.append(CueShot(cue, frame_at(raw, pts_s + HALF_FRAME_S, restarts_of(row)).pixels))
    if not shots:
        raise NotFoundError("no cue can be shown", field="--picture", remedy="Leave it out: nothing was found")
    with exporting(desk, path, [(row, authority)], Action.VIEW_IMAGERY, DataKind.IMAGERY, DataKind.FINDINGS) as draft:
        draw_cues(f"{row.name}: the surest of {len(cues)} cues", shots, draft)
