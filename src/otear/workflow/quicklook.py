"""Quick look: one picture of a recording's track, footprints and coverage over shaded relief."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from otear.authority.roles import Action
from otear.coverage.files import read_cells
from otear.coverage.picture import PassPicture, draw_pass
from otear.coverage.tracks import track_runs
from otear.domain.authority import Authority, DataKind
from otear.domain.times import utc_text
from otear.geo.terrain import Terrain
from otear.store.base import FootageRow
from otear.video.frames import frame_at
from otear.workflow.desk import Desk
from otear.workflow.held import exporting, not_purged, under
from otear.workflow.track import pass_of, restarts_of, trusted_telemetry

_SHOWS = (DataKind.IMAGERY, DataKind.METADATA, DataKind.COVERAGE)


def quicklook(desk: Desk, row: FootageRow, authority: Authority, path: Path, *, terrain: Terrain | None) -> None:
    """Write the PNG. Raises `NotFoundError` where the recording saw no ground, `RefusedError` where the authority does
    not allow pictures to be shown."""
    under(desk, row, authority, Action.VIEW_IMAGERY, DataKind.IMAGERY)
    for kind in _SHOWS:
        not_purged(row, kind)
    workspace = desk.workspace
    passed = pass_of(desk, row, authority)
    summary = row.summary
    telemetry = trusted_telemetry(workspace, row)
    runs = track_runs(telemetry, telemetry.sensor_hae_m)
    middle_s = 0.5 * summary["duration_s"]
    frame = None
    if summary["video"] is not None:
        raw, pts_s = workspace.blobs.path(row.sha256), (summary["first_pts_s"] or 0.0) + middle_s
        frame = frame_at(raw, pts_s, restarts_of(row)).pixels
    drawn = PassPicture(
        title=f"{row.name}  ({row.footage_id})",
        caption=_caption(row),
        grid=passed.grid,
        looks=passed.looks,
        cells=read_cells(passed.path),
        track=np.concatenate([run[:, :2] for run in runs]) if runs else np.empty((0, 2)),
        heights_at=None if terrain is None else terrain.heights,
        terrain_name="none given" if terrain is None else terrain.name,
        frame=frame,
        frame_label="the recording holds no pictures" if frame is None else f"picture at {middle_s:.1f} s",
    )
    with exporting(desk, path, [(row, authority)], Action.VIEW_IMAGERY, *_SHOWS) as draft:
        draw_pass(drawn, draft)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _caption(row: FootageRow) -> str:
    summary = row.summary
    packets, health = summary["packets"], summary["health"]
    closure = health["pointing_rms_deg"]
    lines = [
        f"{summary['standard']}; {utc_text(row.start_us) if row.start_us is not None else 'time unknown'}; "
        f"{summary['duration_s']:.1f} s",
        f"{packets['total']} packets kept: {packets['valid']} valid, {packets['flagged']} flagged, "
        f"{packets['repaired']} repaired",
        f"{_counted(summary['looks'], 'look')} at {summary['covered_km2']:.3f} km²; places on {summary['terrain']}",
        "pointing closure unknown" if closure is None else f"pointing closure {closure:.3f}° rms",
    ]
    return "\n".join(lines)
