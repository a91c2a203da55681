"""Locate: a pixel at a moment of a recording to a place on the terrain, with its error and what it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from otear.authority.roles import Action
from otear.coverage.place_picture import PlacePicture, draw_places
from otear.domain.authority import Authority, DataKind
from otear.domain.places import PixelPlace
from otear.domain.times import utc_text
from otear.errors import InputError, NotFoundError
from otear.geo.budget import ErrorBudget
from otear.geo.frames import Floats
from otear.geo.labels import dms, utm
from otear.geo.terrain import Terrain
from otear.store.base import FootageRow
from otear.store.recording_files import read_telemetry_near
from otear.video.frames import frame_at
from otear.video.instants import REACH_S, Instant, instant_at
from otear.workflow.desk import Desk
from otear.workflow.ground import stand_in, stand_in_warning
from otear.workflow.held import exporting, footage_subject, under
from otear.workflow.looking import picture_size
from otear.workflow.pixels_on_ground import pixels_on_ground
from otear.workflow.platform_budget import budget_at, platform_of
from otear.workflow.track import clock_of, picture_time_us, restarts_of


@dataclass(frozen=True)
class Located:
    """One answer: a place, or in `miss` why there is none; `time` is ISO 8601 in UTC, `pixel` (x, y)."""

    pixel: tuple[float, float]
    time: str
    place: PixelPlace | None
    miss: str | None
    warnings: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """As `--json` prints it: the place's own keys beside the others, and the place as people write it."""
        head = {"pixel": self.pixel, "time": self.time, "miss": self.miss, "warnings": self.warnings}
        if self.place is None:
            return head
        lat, lon = self.place.lat, self.place.lon
        labels = {"dms": dms(lat, lon), "utm": str(utm(lat, lon)) if -80.0 <= lat < 84.0 else None}
        return {**head, **asdict(self.place), **labels}


def locate(
    desk: Desk,
    row: FootageRow,
    authority: Authority,
    *,
    time_s: float,
    pixels: Sequence[tuple[float, float]],
    terrain: Terrain | None,
    use_flagged: bool = False,
) -> list[Located]:
    """One answer per pixel, `time_s` seconds after the recording's start; a pixel that shows no ground says why.

    Raises `InputError` for a moment or a pixel outside the recording, or a moment without trusted metadata,
    `RefusedError` where the authority does not allow it.
    """
    under(desk, row, authority, Action.PROCESS, DataKind.METADATA)
    workspace = desk.workspace
    size = picture_size(row)
    for x, y in pixels:
        if not (0.0 <= x <= size[0] and 0.0 <= y <= size[1]):
            raise InputError(
                f"({x:g}, {y:g}) is outside the picture", field="--pixel", remedy=f"Give 0 0 to {size[0]} {size[1]}"
            )
    time_us = _time_us(row, time_s)
    reach_us = int(2 * REACH_S * 1e6)
    near = read_telemetry_near(
        workspace.derived(row.footage_id), time_us - reach_us, time_us + reach_us, use_flagged=use_flagged
    )
    instant = instant_at(near, time_us, *size)
    warnings = []
    if terrain is None:
        centre = row.summary["centre_hae_m"]
        terrain = stand_in(workspace, centre, row.summary["centre_spread_m"])
        if terrain is None:
            raise InputError(
                "there is no elevation, and the stream does not say how high the ground is",
                field="--terrain",
                remedy="Give elevation with --terrain, or name it in the workspace's settings (terrain.paths)",
            )
        warnings.append(stand_in_warning(terrain))
    if use_flagged:
        warnings.append("Packets whose checksum failed may have been used: check the place by other means.")
    budget = budget_at(workspace, row, platform_of(workspace, row), terrain.sigma_m, instant)
    reason = f"{len(pixels)} pixels at {utc_text(time_us)}"
    desk.workspace.ledger.append([desk.note(Action.PROCESS, footage_subject(row), authority=authority, reason=reason)])
    return place_pixels(instant, np.array(pixels, dtype=np.float64), terrain, budget, tuple(warnings))


def draw(
    desk: Desk,
    row: FootageRow,
    authority: Authority,
    located: Sequence[Located],
    path: Path,
    *,
    time_s: float,
    terrain: Terrain | None,
) -> None:
    """Draw pixels and places with their errors. Raises `NotFoundError` where no pixel has a place, `RefusedError` where
    the authority does not allow pictures to be shown."""
    under(desk, row, authority, Action.VIEW_IMAGERY, DataKind.IMAGERY)
    found = [(each.pixel, each.place) for each in located if each.place is not None]
    if not found:
        raise NotFoundError("no pixel has a place to draw", field="--picture", remedy="Choose pixels that show ground")
    frame = None
    if row.summary["video"] is not None:
        raw, pts_s = desk.workspace.blobs.path(row.sha256), (row.summary["first_pts_s"] or 0.0) + time_s
        frame = frame_at(raw, pts_s, restarts_of(row)).pixels
    drawn = PlacePicture(
        title=f"{row.name}  {located[0].time}",
        pixels=[pixel for pixel, _ in found],
        places=[place for _, place in found],
        frame=frame,
        heights_at=None if terrain is None else terrain.heights,
        terrain_name=found[0][1].terrain,
    )
    shows = (DataKind.IMAGERY, DataKind.METADATA)
    with exporting(desk, path, [(row, authority)], Action.VIEW_IMAGERY, *shows) as draft:
        draw_places(drawn, draft)


def _time_us(row: FootageRow, time_s: float) -> int:
    """The time of day `time_s` seconds into a recording, by its pictures where it has any."""
    duration_s = row.summary["duration_s"]
    if not 0.0 <= time_s <= duration_s:
        raise InputError(
            f"{time_s:g} s is outside the recording", field="--time", remedy=f"Give 0 to {duration_s:.3f} seconds"
        )
    clock = clock_of(row)
    if clock.pieces and row.summary["first_pts_s"] is not None:
        return round(picture_time_us(clock, row.summary["first_pts_s"] + time_s))
    if row.start_us is None:
        raise InputError(
            "nothing in the recording tells its time", field="--time", remedy="Its packets can still be listed"
        )
    return row.start_us + round(time_s * 1e6)


def place_pixels(
    instant: Instant, pixels: Floats, terrain: Terrain, budget: ErrorBudget, warnings: tuple[str, ...] = ()
) -> list[Located]:
    """One answer per pixel (k, 2) of one moment, by a budget that is taken as it is."""
    seen = pixels_on_ground(instant, pixels, terrain.patch, budget)
    answers = []
    for k, (x, y) in enumerate(pixels.tolist()):
        miss = seen.why_not(k)
        place = None if miss else seen.place(k, terrain.name)
        answers.append(Located((x, y), utc_text(instant.time_us), place, miss, warnings))
    return answers
