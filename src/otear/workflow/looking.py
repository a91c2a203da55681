"""Looking: from the telemetry of a recording and the terrain under it to looks and coverage, under an authority."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from otear.authority.decide import in_force
from otear.coverage.files import covered_km2, read_pass, write_pass
from otear.coverage.looks import LookBuilder
from otear.coverage.open_look import LookSettings
from otear.coverage.resolution import ResolutionModel
from otear.domain.authority import Authority
from otear.domain.looks import Look
from otear.domain.progress import Progress
from otear.domain.telemetry import Telemetry
from otear.errors import InputError, SettingError
from otear.geo.grid import SearchGrid
from otear.geo.terrain import Terrain
from otear.store.base import FootageRow
from otear.store.recording_files import read_telemetry
from otear.store.workspace import COVERAGE_FILE, SETTINGS_FILE, Workspace
from otear.video.health import joined
from otear.video.heights import resolve_heights, terrain_doubts
from otear.video.poses import lenses, poses
from otear.video.thinning import EvenSample
from otear.workflow.ground import stand_in, stand_in_warning

FARTHEST_M = 60_000.0
"""Beyond this slant range nothing is located, and nothing counts as looked at."""
NOMINAL_PX = (1280, 720)
"""Picture size that ground sample distance is worked out for where a recording holds no pictures."""
_ROWS_AT_A_TIME = 5_000
_SAMPLES, _SAMPLE_ROWS = 8, 512
"""Batches, and rows of each, that heights are compared with the terrain by."""


@dataclass(frozen=True)
class Seen:
    """What came of looking; `bounds_deg` are (west, south, east, north) of all cells that were in a picture, `terrain`
    what they stand on, `coverage` the pass file in staging, None where no ground could be placed; `warnings` are what
    a person must know who uses them."""

    bounds_deg: tuple[float, float, float, float] | None
    looks: tuple[Look, ...]
    covered_km2: float
    terrain: Terrain | None
    coverage: Path | None
    grid: SearchGrid | None
    warnings: tuple[str, ...]
    unplaced: int = 0
    """How many rows of telemetry nobody can say of what they looked at."""


def look(
    workspace: Workspace,
    row: FootageRow,
    authority: Authority,
    folder: Path,
    *,
    terrain: Terrain | None,
    now_us: Callable[[], int],
    progress: Progress,
) -> Seen:
    """Work out what was looked at, into a pass file in `folder`.

    Without terrain the ground is taken to be flat where the stream says it is, with a warning; where it does not say,
    there are no looks. Every few thousand rows the authority is asked whether it still stands. Raises `RefusedError`
    when it does not, `TerrainError` where the terrain cannot be used.
    """
    in_force(authority, now_us()).enforce()
    ground = terrain or stand_in(workspace, row.summary["centre_hae_m"], row.summary["centre_spread_m"])
    place, size = row.summary["first_place_deg"], picture_size(row)
    warnings = _warnings(row, ground, given=terrain is not None)
    if place is None or ground is None:
        return Seen(None, (), 0.0, ground, None, None, tuple(warnings), row.summary["packets"]["valid"])
    settings = workspace.settings.coverage
    model = ResolutionModel(reference_kind=settings.site_kind, cap=settings.cap)
    grid = _grid(workspace, *place)
    builder = LookBuilder(
        grid, ground, model, LookSettings(shortest_step_s=1.0 / settings.samples_per_s, max_range_m=FARTHEST_M)
    )
    sample: EvenSample[Telemetry] = EvenSample(_SAMPLES)
    file, total = folder / COVERAGE_FILE, row.summary["packets"]["total"]
    with write_pass(file, grid, row.footage_id, ", ".join(row.summary["says"]["sensor"]), model) as writer:
        for telemetry in read_telemetry(workspace.derived(row.footage_id), rows=_ROWS_AT_A_TIME):
            in_force(authority, now_us()).enforce()
            sample.add(telemetry.rows(slice(_SAMPLE_ROWS)))
            pose = poses(telemetry, resolve_heights(telemetry).sensor_hae_m)
            for one, cells in builder.add(telemetry.time_us, pose, lenses(telemetry, *size)):
                writer.add(one, cells)
            progress("looking", builder.counts["rows"], total)
        for one, cells in builder.finish():
            writer.add(one, cells)
    in_force(authority, now_us()).enforce()
    passed = read_pass(file)
    progress("looking", 1, 1)
    area_km2 = covered_km2(passed)
    warnings += _passed_over(builder)
    if passed.looks and not area_km2:
        flags = sorted({flag for one in passed.looks for flag in one.flags})
        warnings.append(
            f"No ground was seen, only sky, ground without elevation, or ground behind ground ({', '.join(flags)})."
        )
    if terrain is not None and sample.items:
        warnings += terrain_doubts(joined(sample.items), terrain)
    return Seen(
        bounds_deg=passed.bounds_deg,
        looks=passed.looks,
        covered_km2=area_km2,
        terrain=ground,
        coverage=file,
        grid=None if passed.bounds_deg is None else grid,
        warnings=tuple(warnings),
        unplaced=sum(builder.counts[count] for count in _NOT_PLACED),
    )


def picture_size(row: FootageRow) -> tuple[int, int]:
    """Width and height in pixels of a recording's pictures, or of the nominal one where it holds none."""
    video = row.summary["video"]
    return (video["width"], video["height"]) if video else NOMINAL_PX


def settle(workspace: Workspace, grid: SearchGrid) -> None:
    """Make this the workspace's grid, now that there is something to count on it.

    Raises `InputError` where another ingest has just settled another one.
    """
    if SearchGrid(**json.loads(workspace.store.settle("grid", json.dumps(asdict(grid))))) != grid:
        raise InputError(
            "another ingest has just settled the workspace's search grid elsewhere",
            source=workspace.root,
            remedy="Ingest this recording again",
        )


def _warnings(row: FootageRow, ground: Terrain | None, *, given: bool) -> list[str]:
    warnings = [] if given else [stand_in_warning(ground)]
    if row.summary["video"] is None:
        width_px, height_px = NOMINAL_PX
        warnings.append(
            f"There are no pictures to go by: ground sample distances are for one of {width_px} by {height_px} pixels."
        )
    return warnings


_NOT_PLACED = {
    "unusable": "lack a time, a position, an attitude or a field of view",
    "off terrain": "were made where the terrain does not reach",
    "unchartable": "were made beside a pole, where no chart is exact",
}


def _passed_over(builder: LookBuilder) -> list[str]:
    return [
        f"{builder.counts[count]:,} of {builder.counts['rows']:,} rows {what}: nothing is claimed for them."
        for count, what in _NOT_PLACED.items()
        if builder.counts[count]
    ]


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
