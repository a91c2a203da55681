"""A recording while it is looked through: when its pictures were taken, from where, and what ground they show."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from otear.authority.decide import in_force
from otear.coverage.moments import Views
from otear.detect.watch import Sight
from otear.domain.authority import Authority, SensorKind
from otear.domain.progress import Progress
from otear.errors import InputError
from otear.geo.frames import Floats
from otear.geo.terrain import PatchCache, Terrain
from otear.store.base import FootageRow
from otear.video.decode import Decoded
from otear.video.instants import instant_at
from otear.workflow.desk import Desk
from otear.workflow.ground import stand_in, stand_in_warning
from otear.workflow.looking import picture_size
from otear.workflow.pixels_on_ground import GroundPixels, pixels_on_ground
from otear.workflow.platform_budget import budget_at, platform_of
from otear.workflow.track import clock_of, picture_time_us, pts_of_picture, trusted_telemetry

_GROUND_EVERY_US = 500_000
"""How often ground sample distance and depression are worked out anew."""
_ASK_EVERY = 300
"""Pictures after which the authority is asked again whether it stands."""
HALF_FRAME_S = 0.005
"""Presentation times are rounded: a picture is asked for a little after it begins."""


class Watched:
    """A recording while it is looked through: its telemetry, its clock, the ground below it."""

    def __init__(
        self, desk: Desk, row: FootageRow, authority: Authority, sensor: SensorKind, terrain: Terrain | None,
        *, black_hot: bool | None = None,
    ) -> None:  # fmt: skip
        self.desk, self.row, self._authority = desk, row, authority
        ground = terrain or stand_in(desk.workspace, row.summary["centre_hae_m"], row.summary["centre_spread_m"])
        if ground is None:
            raise InputError(
                "there is no elevation, and the stream does not say how high the ground is",
                field="--terrain",
                remedy="Give elevation with --terrain, or name it in the workspace's settings (terrain.paths)",
            )
        self.terrain = ground
        self._patches = PatchCache(ground)
        self.warnings = () if terrain is not None else (stand_in_warning(ground),)
        self.no_ground = 0
        self._sensor, self._black_hot = sensor, black_hot
        self._telemetry = trusted_telemetry(desk.workspace, row)
        order = np.argsort(self._telemetry.time_us, kind="stable")
        self._telemetry = self._telemetry.rows(order)
        self._platform = platform_of(desk.workspace, row)
        self._clock = clock_of(row)
        self._size = picture_size(row)
        self._facts: tuple[int, tuple[float, float] | None] = (-1, None)

    def place(self, time_us: int, pixels: Floats) -> GroundPixels:
        """Where pixels of the picture of a time lie."""
        instant = instant_at(self._telemetry, time_us, *self._size)
        budget = budget_at(self.desk.workspace, self.row, self._platform, self.terrain.sigma_m, instant)
        return pixels_on_ground(instant, pixels, self._patches.covering, budget)

    def ground_at(self, time_us: int) -> tuple[float, float] | None:
        """Ground sample distance (m) and depression (degrees) in the middle of a picture; None where it shows no
        ground, or where no metadata are near."""
        slot = time_us // _GROUND_EVERY_US
        if self._facts[0] != slot:
            self._facts = (slot, self._ground_at(time_us))
        return self._facts[1]

    def _ground_at(self, time_us: int) -> tuple[float, float] | None:
        try:
            seen = self.place(time_us, np.array([[self._size[0] / 2.0, self._size[1] / 2.0]]))
        except InputError:
            return None  # no metadata near enough to say where the picture was taken from
        if seen.why_not(0) is not None:
            return None
        return float(seen.gsd_m[0]), float(np.degrees(seen.depression[0]))

    def sights(self, pictures: Iterator[Decoded], progress: Progress) -> Iterator[Sight]:
        """The pictures that show ground, with how finely."""
        frames = max(int(self.row.summary["frames"]), 1)
        for k, one in enumerate(pictures):
            if k % _ASK_EVERY == 0:
                in_force(self._authority, self.desk.clock.now_us()).enforce()
                progress("looking", k, frames)
            time_us = self._time_us(one.pts_s)
            facts = None if time_us is None else self.ground_at(time_us)
            if time_us is None or facts is None:
                self.no_ground += 1
                continue
            yield Sight(time_us, one.grey, one.colours, self._sensor, *facts, white_hot=not self._black_hot_at(time_us))
        progress("looking", frames, frames)

    def _black_hot_at(self, time_us: int) -> bool:
        """Whether what is hot is dark at a time: as stated, else as the stream's flags say, white where they do not."""
        if self._black_hot is not None or not len(self._telemetry):
            return bool(self._black_hot)
        row = max(int(np.searchsorted(self._telemetry.time_us, time_us, side="right")) - 1, 0)
        return bool(self._telemetry.infrared_black_hot[row] == 1)

    def _time_us(self, pts_s: float) -> int | None:
        """The time of day of a picture, None where nothing ties its clock to the day."""
        time_us = picture_time_us(self._clock, pts_s)
        return None if np.isnan(time_us) else round(time_us)

    @property
    def middle(self) -> tuple[float, float]:
        """The pixel in the middle of the picture."""
        return self._size[0] / 2.0, self._size[1] / 2.0

    def picture_times(self, every_us: int) -> list[int]:
        """Times so far apart at which there are pictures, by the clock of the metadata."""
        first, seconds = self.row.summary["first_pts_s"] or 0.0, self.row.summary["duration_s"]
        times = (self._time_us(first + k * every_us / 1e6) for k in range(int(seconds * 1e6 // every_us) + 1))
        return [time_us for time_us in times if time_us is not None]

    def pts_s(self, time_us: int) -> float | None:
        """The presentation time of the picture of a time; None where there is none."""
        return pts_of_picture(self._clock, time_us)

    def pixels_of(self, time_us: int, ecef: Floats) -> Floats:
        """Where places (..., 3) are in the picture of a time, (..., 2) as x, y; NaN behind the camera and outside.
        What stands in front of a place is not looked for."""
        instant = instant_at(self._telemetry, time_us, *self._size)
        one = np.zeros(1, dtype=np.intp)
        views = Views.of(np.array([time_us]), instant.pose.at(one), instant.lens.at(one))
        ahead, right, down = np.moveaxis((ecef - views.position[0]) @ views.axes[0].T, -1, 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            across = np.stack([right / ahead / views.tan_h[0], down / ahead / views.tan_v[0]], axis=-1)
        pixels = 0.5 * (across + 1.0) * np.array(self._size, dtype=np.float64)
        inside = (ahead > 0.0) & (np.abs(across) <= 1.0).all(axis=-1)
        return np.where(inside[..., None], pixels, np.nan)
