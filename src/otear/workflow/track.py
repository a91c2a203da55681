"""The track of a recording, its clock and its looks, and the files that show them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from otear.authority.roles import Action
from otear.coverage.files import PassFile, read_pass
from otear.coverage.tracks import pass_geojson, pass_kml
from otear.domain.authority import Authority, DataKind
from otear.domain.looks import Look
from otear.domain.telemetry import Telemetry
from otear.errors import InputError, NotFoundError
from otear.store.base import FootageRow
from otear.store.recording_files import read_telemetry
from otear.store.workspace import COVERAGE_FILE, Workspace
from otear.video.clocks import ClockAlignment, ClockPiece, ClockSource
from otear.video.demux import Restart
from otear.video.health import joined
from otear.video.heights import with_heights
from otear.video.instants import REACH_S
from otear.workflow.authorities import authority_of
from otear.workflow.desk import Desk
from otear.workflow.footage import readable
from otear.workflow.held import exporting, lawful, not_purged


def trusted_telemetry(workspace: Workspace, row: FootageRow) -> Telemetry:
    """All trusted rows of a recording, heights resolved."""
    return with_heights(joined(list(read_telemetry(workspace.derived(row.footage_id)))))


def restarts_of(row: FootageRow) -> tuple[Restart, ...]:
    """Where a sender started afresh while a recording was made."""
    return tuple(Restart(**one) for one in row.summary.get("restarts", ()))


def clock_of(row: FootageRow) -> ClockAlignment:
    """How presentation time and the time of day go together in a recording."""
    clock = row.summary["clock"]
    return ClockAlignment(
        **{
            **clock,
            "source": ClockSource(clock["source"]),
            "pieces": tuple(ClockPiece(**piece) for piece in clock["pieces"]),
            "warnings": tuple(clock["warnings"]),
        }
    )


def picture_time_us(clock: ClockAlignment, pts_s: float) -> float:
    """When, by the clock of the metadata, a picture was taken that is shown at a presentation time; NaN where nothing
    ties the two.

    A small lag is how late metadata come beside the picture that they belong to; a large one is two clocks that were
    set differently, and then presentation time is all that ties the two together.
    """
    lag_s = (clock.metadata_lag_ms or 0.0) * 1e-3
    return float(clock.time_us(pts_s)) - (lag_s * 1e6 if abs(lag_s) > REACH_S else 0.0)


def pts_of_picture(clock: ClockAlignment, time_us: int) -> float | None:
    """The presentation time of the picture that `picture_time_us` gives this time; None where there is none."""
    for piece, after in zip(clock.pieces, [*clock.pieces[1:], None], strict=True):
        lag_us = float(clock.time_us(piece.pts_s)) - picture_time_us(clock, piece.pts_s)
        pts_s = piece.pts_s + (time_us + lag_us - piece.time_us) / 1e6 / (1.0 + piece.rate)
        begins = piece is clock.pieces[0] or pts_s >= piece.start_s
        if begins and (after is None or pts_s < after.start_s):
            return pts_s
    return None


def pass_of(desk: Desk, row: FootageRow, authority: Authority) -> PassFile:
    """The coverage of a recording. Raises `NotFoundError` where it saw no ground that could be placed, `RefusedError`
    where its authority is not in force."""
    lawful(row, authority, desk.clock.now_us()).enforce()
    if row.bounds_deg is None:
        raise NotFoundError(
            f"footage {row.footage_id} saw no ground that could be placed",
            field="footage_id",
            remedy="`otear footage show` gives its health verdict and says why",
        )
    return read_pass(desk.workspace.derived(row.footage_id) / COVERAGE_FILE)


def track_geojson(desk: Desk, row: FootageRow) -> dict[str, Any]:
    """Track and footprints as a GeoJSON FeatureCollection; without an authority in force, the track alone."""
    return pass_geojson(*_track(desk, row))


def write_track(desk: Desk, row: FootageRow, path: Path) -> None:
    """Write track and footprints as .geojson or .kml, or the track alone as .cot. Raises `InputError` for any other
    ending."""
    match path.suffix.lower():
        case ".geojson" | ".json":
            content = json.dumps(track_geojson(desk, row), ensure_ascii=False).encode()
        case ".kml":
            content = pass_kml(row.name, *_track(desk, row))
        case ".cot":
            from otear.workflow.footage_cot import track_cot  # loads the flight models, which nothing else here needs

            content = track_cot(desk.workspace, row, _track(desk, row)[0]).encode()
        case other:
            raise InputError(
                f"cannot write a track as {other or 'a file without an ending'}",
                source=path,
                field="--out",
                remedy="End the name in .geojson, .kml or .cot",
            )
    source, shows = [(row, authority_of(desk, row))], (DataKind.METADATA, DataKind.COVERAGE)
    with exporting(desk, path, source, Action.VIEW_METADATA, *shows) as draft:
        draft.write_bytes(content)


def _track(desk: Desk, row: FootageRow) -> tuple[Telemetry, tuple[Look, ...]]:
    readable(desk, row)
    not_purged(row, DataKind.METADATA)
    authority, looks = authority_of(desk, row), tuple[Look, ...]()
    if authority is not None and row.bounds_deg is not None and lawful(row, authority, desk.clock.now_us()).allowed:
        looks = pass_of(desk, row, authority).looks
    return trusted_telemetry(desk.workspace, row), looks
