"""Ingest: a recording in; every packet, its telemetry, the verdict on its health, its looks and its coverage out.

Nothing is published before everything is done: the raw bytes are staged, what is derived is built in a staging folder,
and the index row comes last. An interrupted ingest leaves nothing, and the same bytes twice change nothing.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from otear.coverage.files import covered_km2, read_pass, write_pass
from otear.coverage.looks import LookBuilder
from otear.coverage.open_look import LookSettings
from otear.coverage.resolution import ResolutionModel
from otear.domain.clock import Clock
from otear.domain.footage import Footage, VideoInfo, footage_id
from otear.domain.progress import Progress, silent
from otear.domain.times import utc_text
from otear.errors import InputError, NotFoundError, RecordingError, SettingError
from otear.geo.grid import SearchGrid
from otear.geo.terrain import Terrain
from otear.store.base import FootageRow
from otear.store.recording_files import RecordingWriter, read_packet, read_telemetry
from otear.store.workspace import COVERAGE_FILE, SETTINGS_FILE, Workspace
from otear.video.demux import PyavDemuxer, TstransDemuxer
from otear.video.frames import video_info
from otear.video.heights import resolve_heights
from otear.video.klv import describe
from otear.video.poses import lenses, poses
from otear.video.probe import container_of
from otear.video.recording import Reading, RecordingReader
from otear.workflow.ground import stand_in, stand_in_warning

NOMINAL_PX = (1280, 720)
"""Picture size that ground sample distance is worked out for where a recording holds no pictures."""
_ROWS_AT_A_TIME = 5_000


def ingest(
    workspace: Workspace,
    source: Path,
    *,
    terrain: Terrain | None,
    authority_id: str | None = None,
    clock: Clock,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Take a recording into the workspace; returns its summary, as `footage show` will print it.

    Without terrain the ground is taken to be flat where the stream says it is, with a warning; where it does not say,
    there are no looks. Raises `RecordingError` for what is no recording, `TerrainError` where the terrain cannot be
    used, `NotFoundError` for an authority that is not known.
    """
    if authority_id is not None:
        raise NotFoundError(
            f"authority {authority_id!r} is not known: this version of Otear keeps no authorities yet",
            field="--authority",
            remedy="Leave --authority out",
        )
    container_of(source)
    with workspace.staging() as staging:
        blob = workspace.blobs.stage(source, staging, lambda done, total: progress("copying", done, total))
        identifier = footage_id(blob.sha256)
        known = next((row for row in workspace.store.all_footage() if row.footage_id == identifier), None)
        if known is not None and workspace.holds(known):
            return known.summary
        now_us = clock.now_us()
        folder = staging / "derived"
        folder.mkdir()
        demuxer = PyavDemuxer() if workspace.settings.video.demuxer == "pyav" else TstransDemuxer()
        try:
            with RecordingWriter(folder) as writer:
                reading = RecordingReader(blob.path, writer, demuxer).read(now_us, progress)
        except RecordingError as error:
            raise error.naming(source) from error
        ground = terrain or stand_in(workspace, reading.centre_hae_m, reading.centre_spread_m)
        video, undecodable = _video(blob.path) if reading.frames else (None, [])
        seen = _look(workspace, folder, identifier, reading=reading, video=video, terrain=ground, progress=progress)
        warnings = [
            *reading.notices,
            *undecodable,
            *_warnings(video, ground, given=terrain is not None),
            *seen.warnings,
        ]
        footage = Footage(
            footage_id=identifier,
            sha256=blob.sha256,
            standard=reading.standard,
            duration_s=reading.duration_s,
            frames=reading.frames,
            video=video,
            packets=reading.counts,
            repairs=reading.repairs,
            vmti_targets=reading.vmti_targets,
            bounds=seen.bounds,
            looks=seen.looks,
            covered_km2=seen.covered_km2,
            quarantined=False,
            health=reading.health.verdict(terrain=terrain, also=warnings),
        )
        if seen.grid is not None and seen.bounds is not None:
            _settle(workspace, seen.grid)
        row = _row(footage, reading, source.name, ground, now_us)
        blob.keep()
        return workspace.publish(folder, row).summary


def _video(path: Path) -> tuple[VideoInfo | None, list[str]]:
    """What the pictures are; None, and why, where they cannot be decoded: the metadata are worth keeping anyway."""
    try:
        return video_info(path), []
    except RecordingError as error:
        return None, [f"The pictures cannot be used: {error.problem}."]


def _warnings(video: VideoInfo | None, ground: Terrain | None, *, given: bool) -> list[str]:
    warnings = [] if given else [stand_in_warning(ground)]
    if video is None:
        width_px, height_px = NOMINAL_PX
        warnings.append(
            f"There are no pictures to go by: ground sample distances are for one of {width_px} by {height_px} pixels."
        )
    return warnings


@dataclass(frozen=True)
class _Seen:
    """What came of looking; `bounds` are (west, south, east, north) in degrees of all cells that were in a picture."""

    bounds: tuple[float, float, float, float] | None = None
    looks: int = 0
    covered_km2: float = 0.0
    grid: SearchGrid | None = None
    warnings: tuple[str, ...] = ()


def _look(
    workspace: Workspace,
    folder: Path,
    identifier: str,
    *,
    reading: Reading,
    video: VideoInfo | None,
    terrain: Terrain | None,
    progress: Progress,
) -> _Seen:
    """Work out what was looked at, into the pass file."""
    if reading.first_place_deg is None or terrain is None:
        return _Seen()
    settings = workspace.settings.coverage
    model = ResolutionModel(reference_kind=settings.site_kind, cap=settings.cap)
    grid = _grid(workspace, *reading.first_place_deg)
    builder = LookBuilder(grid, terrain, model, LookSettings(shortest_step_s=1.0 / settings.samples_per_s))
    width_px, height_px = (video.width, video.height) if video else NOMINAL_PX
    with write_pass(folder / COVERAGE_FILE, grid, identifier, _sensor(folder), model) as writer:
        for telemetry in read_telemetry(folder, rows=_ROWS_AT_A_TIME):
            pose = poses(telemetry, resolve_heights(telemetry).sensor_hae_m)
            for look, cells in builder.add(telemetry.time_us, pose, lenses(telemetry, width_px, height_px)):
                writer.add(look, cells)
            progress("looking", builder.counts["rows"], reading.counts.total)
        for look, cells in builder.finish():
            writer.add(look, cells)
    passed = read_pass(folder / COVERAGE_FILE)
    progress("looking", 1, 1)
    warnings = [
        f"{builder.counts[count]:,} of {builder.counts['rows']:,} rows {what}: nothing is claimed for them."
        for count, what in (
            ("unusable", "lack a time, a position, an attitude or a field of view"),
            ("off terrain", "were made where the terrain does not reach"),
            ("unchartable", "were made beside a pole, where no chart is exact"),
        )
        if builder.counts[count]
    ]
    area_km2 = covered_km2(passed)
    if passed.looks and not area_km2:
        flags = sorted({flag for look in passed.looks for flag in look.flags})
        warnings.append(
            f"No ground was seen, only sky, ground without elevation, or ground behind ground ({', '.join(flags)})."
        )
    return _Seen(passed.bounds_deg, len(passed.looks), area_km2, grid, tuple(warnings))


def _sensor(folder: Path) -> str:
    """What the first packet calls its sensor, "" where it does not say."""
    packet = read_packet(folder, 0)
    named = {name: value for _, name, value, _ in describe(packet)} if packet else {}
    return str(named.get("image_source_sensor") or "")


def _grid(workspace: Workspace, lat_deg: float, lon_deg: float) -> SearchGrid:
    """The workspace's search grid: as settled by its first footage, else as set, else about this place.

    Raises `SettingError` where the settings have come to differ from what footage was counted on.
    """
    settings = workspace.settings.grid
    given = {"origin_lat_deg": settings.origin_lat_deg, "origin_lon_deg": settings.origin_lon_deg}
    fact = workspace.store.fact("grid")
    if fact is None:
        nearest = {"origin_lat_deg": float(round(lat_deg)), "origin_lon_deg": float(round(lon_deg))}
        wanted = {name: nearest[name] if value is None else value for name, value in given.items()}
        return SearchGrid(**wanted, cell_m=settings.cell_m)
    settled = json.loads(fact)
    for name, value in {**given, "cell_m": settings.cell_m}.items():
        if value is not None and value != settled[name]:
            raise SettingError(
                f"is {value}, but footage of this workspace was counted on a grid where it is {settled[name]}",
                source=workspace.root / SETTINGS_FILE,
                field=f"grid.{name}",
                remedy="Set it back, or make a new workspace and ingest the recordings there",
            )
    return SearchGrid(**settled)


def _settle(workspace: Workspace, grid: SearchGrid) -> None:
    """Make this the workspace's grid, now that there is something to count on it.

    Raises `InputError` where another ingest has just settled another one.
    """
    if SearchGrid(**json.loads(workspace.store.settle("grid", json.dumps(asdict(grid))))) != grid:
        raise InputError(
            "another ingest has just settled the workspace's search grid elsewhere",
            source=workspace.root,
            remedy="Ingest this recording again",
        )


def _row(footage: Footage, reading: Reading, name: str, terrain: Terrain | None, now_us: int) -> FootageRow:
    summary = json.loads(
        json.dumps(
            {
                **asdict(footage),
                "name": name,
                "terrain": terrain and terrain.name,
                "terrain_sigma_m": terrain and terrain.sigma_m,
                "centre_hae_m": reading.centre_hae_m,
                "centre_spread_m": reading.centre_spread_m,
                "first_pts_s": reading.first_pts_s,
                "start": None if reading.start_us is None else utc_text(reading.start_us),
                "end": None if reading.end_us is None else utc_text(reading.end_us),
                "clock": asdict(reading.clock),
            }
        )
    )
    return FootageRow(
        footage_id=footage.footage_id,
        sha256=footage.sha256,
        name=name,
        ingested_us=now_us,
        start_us=reading.start_us,
        end_us=reading.end_us,
        summary=summary,
        bounds_deg=footage.bounds,
    )
