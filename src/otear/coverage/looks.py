"""A pass cut into looks, with every cell that was in the picture: visible or hidden, how finely, how long.

Input is radians and metres (poses and lenses), output an edge: degrees. Memory is bounded by the ground of the look at
hand. Frames of one look are not independent: a cell counts with its best moment, raised a little by dwell, never with a
product over frames.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from otear.coverage.cells import Found
from otear.coverage.footprint import footprints
from otear.coverage.ground import Ground
from otear.coverage.moments import NINE, Views, picture_motion, usable
from otear.coverage.open_look import LookSettings, OpenLook
from otear.coverage.reach import bounds_of, range_limit, reach, windows
from otear.coverage.resolution import ResolutionModel
from otear.domain.looks import Look, LookCells
from otear.errors import TerrainError, UnchartableError
from otear.geo.camera import Lens, Pose
from otear.geo.frames import Floats
from otear.geo.grid import SearchGrid
from otear.geo.raycast import Miss, cast
from otear.geo.terrain import Patch, PatchCache, Terrain

_DEEPEST_GROUND_M = -500.0
"""No dry land is lower (HAE)."""
_BATCH = 256
"""Moments worked out together: one patch of terrain, one cast of rays."""


class _Last(NamedTuple):
    """What the next moment is compared with: when the last one was, and the ground in its picture and in the picture
    that last went into the outline, both (9, 3)."""

    time_us: int
    ground: Floats
    outlined: Floats


class _Moment(NamedTuple):
    """A moment to be worked out: which, the time it stands for, why it ends the last look, if it does, and whether its
    footprint goes into the outline."""

    at: int
    step_s: float
    ends_last: str | None
    outlined: bool


class LookBuilder:
    """Takes a recording's moments in order, hands out each look when it has ended.

    `counts` says how many rows there were ("rows"), how many were worked out ("moments"; the others came too soon or
    the picture had hardly moved), how many lacked a time, position, attitude or field of view ("unusable"), and how
    many looked where the terrain holds nothing at all ("off terrain"), or so near a pole that
    no chart is exact ("unchartable").
    """

    def __init__(
        self, grid: SearchGrid, terrain: Terrain, model: ResolutionModel, settings: LookSettings | None = None
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._settings = settings or LookSettings()
        self._terrain = terrain
        self._model = model
        self._patches = PatchCache(terrain)
        self._ground = Ground(grid, terrain)
        self._found = Found.room()
        self._waiting: list[tuple[NDArray[np.int64], Pose, Lens, NDArray[np.bool_]]] = []
        self._last_row_us = -1
        self._last: _Last | None = None
        self._began = (0, 0.0)
        self._look: OpenLook | None = None
        self._looks = 0

    def add(self, time_us: NDArray[np.int64], pose: Pose, lens: Lens) -> list[tuple[Look, LookCells]]:
        """Take the next n rows (array pose and lens, radians); returns the looks that have ended."""
        known = usable(time_us, pose, lens)
        self.counts["rows"] += len(time_us)
        self.counts["unusable"] += int(len(time_us) - known.sum())
        time_us, pose, lens = time_us[known], pose.at(known), lens.at(known)
        step_us = np.diff(time_us, prepend=self._last_row_us)
        gap = np.abs(step_us) > self._settings.gap_s * 1e6
        slot = int(self._settings.shortest_step_s * 1e6)
        kept = gap | (np.diff(time_us // slot, prepend=self._last_row_us // slot) > 0)
        if len(time_us):
            self._last_row_us = int(time_us[-1])
            self._waiting.append((time_us[kept], pose.at(kept), lens.at(kept), gap[kept]))
        return self._work(whole_batches=True)

    def finish(self) -> list[tuple[Look, LookCells]]:
        """The looks that end with the recording."""
        return self._work(whole_batches=False) + self._close("end of the recording")

    def _close(self, why: str) -> list[tuple[Look, LookCells]]:
        """End the look at hand, if there is one; whatever comes next begins another."""
        ended = [self._look.close(why, self._model)] if self._look is not None else []
        self._look = self._last = None
        return ended

    def _work(self, *, whole_batches: bool) -> list[tuple[Look, LookCells]]:
        """Work out what is waiting; batches begin at the same rows however the recording is fed."""
        ended: list[tuple[Look, LookCells]] = []
        count = sum(len(rows[0]) for rows in self._waiting)
        if count < (_BATCH if whole_batches else 1):
            return ended
        times, poses, lenses, gaps = zip(*self._waiting, strict=True)
        time_us, gap = np.concatenate(times), np.concatenate(gaps)
        pose = Pose(**{name: np.concatenate([getattr(each, name) for each in poses]) for name in vars(poses[0])})
        hfov, vfov = (np.concatenate([getattr(each, name) for each in lenses]) for name in ("hfov", "vfov"))
        lens = Lens(hfov, vfov, lenses[0].width_px, lenses[0].height_px)
        stop = count - count % _BATCH if whole_batches else count
        for start in range(0, stop, _BATCH):
            part = slice(start, min(start + _BATCH, stop))
            ended += self._batch(Views.of(time_us[part], pose.at(part), lens.at(part)), gap[part])
        rest = slice(stop, count)
        self._waiting = [(time_us[rest], pose.at(rest), lens.at(rest), gap[rest])] if stop < count else []
        return ended

    def _batch(self, views: Views, gap: NDArray[np.bool_]) -> list[tuple[Look, LookCells]]:
        settings = self._settings
        limit_m = range_limit(views, _DEEPEST_GROUND_M, settings.coarsest_gsd_m, settings.max_range_m)
        reached = reach(views, _DEEPEST_GROUND_M, _DEEPEST_GROUND_M, limit_m)
        bounds = bounds_of(views, reached)
        try:
            patch = self._patches.covering(bounds)
        except UnchartableError:
            if len(gap) == 1:
                self.counts["unchartable"] += 1
                return self._close("ground beside a pole")
            # A single wrong fix can spread a batch over more ground than one patch may hold: it is worked out apart.
            half = len(gap) // 2
            first, second = slice(None, half), slice(half, None)
            return self._batch(views.at(first), gap[first]) + self._batch(views.at(second), gap[second])
        except TerrainError:
            if not np.isfinite(self._terrain.heights(*bounds.lattice(33))).any():
                self.counts["off terrain"] += len(gap)
                return self._close("left the terrain")
            raise
        limit_m = range_limit(views, patch.bottom_m, settings.coarsest_gsd_m, settings.max_range_m)
        window = windows(self._ground.grid, reach(views, patch.bottom_m, patch.top_m, limit_m))
        ground, nearest_m = _nine_places(views, patch, limit_m)
        moments = list(self._choose(views, gap, ground))
        outlined = [moment.at for moment in moments if moment.outlined]
        outlines = dict(zip(outlined, footprints(views.at(outlined), patch, limit_m[outlined]), strict=True))
        ended = []
        look = self._look
        # Rows between two moments were left out because they show what the earlier one shows: its look has them too.
        untils = [*(moment.at for moment in moments[1:]), len(gap)]
        if look is not None and (before := moments[0].at if moments else len(gap)):
            look.lasts_until(int(views.time_us[before - 1]))
        for moment, until in zip(moments, untils, strict=len(moments) > 0):
            if look is None or moment.ends_last is not None:
                if look is not None:
                    ended.append(look.close(moment.ends_last or "", self._model))
                look = OpenLook(self._looks, int(views.time_us[moment.at]), float(views.hfov[moment.at]))
                self._looks += 1
            if moment.outlined:
                look.outline(outlines[moment.at])
            look.see(
                views,
                moment.at,
                ground=self._ground,
                patch=patch,
                window=window[moment.at],
                found=self._found,
                settings=settings,
                step_s=moment.step_s,
                max_range_m=float(limit_m[moment.at]),
                nearest_m=float(nearest_m[moment.at]),
            )
            look.lasts_until(int(views.time_us[until - 1]))
        self._look = look
        self.counts["moments"] += len(moments)
        return ended

    def _choose(self, views: Views, gap: NDArray[np.bool_], ground: Floats) -> Iterator[_Moment]:
        """The moments to be worked out, by how far the last one's ground has moved in the picture."""
        settings = self._settings
        for index, time_us in enumerate(views.time_us.tolist()):
            step_s, ends_last, outlined = settings.shortest_step_s, None, True
            hfov = float(views.hfov[index])
            last = self._last
            if last is not None:
                camera = (
                    views.position[index],
                    views.axes[index],
                    float(views.tan_h[index]),
                    float(views.tan_v[index]),
                )
                motion, overlap = picture_motion(last.ground, *camera)
                since_s = (time_us - last.time_us) / 1e6
                ends_last = self._why_new(time_us, hfov, bool(gap[index]), overlap)
                if ends_last is None:
                    if motion < settings.step_share and since_s < settings.longest_step_s:
                        continue
                    step_s = max(since_s, 0.0)
                    outlined = picture_motion(last.outlined, *camera)[0] >= settings.step_share
            if last is None or ends_last is not None:
                self._began = (time_us, hfov)
            outline = ground[index] if last is None or outlined else last.outlined
            self._last = _Last(time_us, ground[index], outline)
            yield _Moment(index, step_s, ends_last, outlined)

    def _why_new(self, time_us: int, hfov: float, gap: bool, overlap: bool) -> str | None:
        """Why a moment does not belong to the look at hand, or None."""
        settings = self._settings
        began_us, began_hfov = self._began
        if gap:
            return "gap in the telemetry"
        if abs(hfov / began_hfov - 1.0) > settings.fov_change:
            return "field of view changed"
        if not overlap:
            return "camera turned to other ground"
        if time_us - began_us > settings.longest_look_s * 1e6:
            return "longest look reached"
        return None


def _nine_places(views: Views, patch: Patch, limit_m: Floats) -> tuple[Floats, Floats]:
    """Where the rays through `NINE` end, ECEF (n, 9, 3), on the ground or at the limit; and the shortest range (n,)."""
    rays = views.rays(NINE)
    hits = cast(
        patch,
        np.repeat(views.position, len(NINE), axis=0),
        rays.reshape(-1, 3),
        max_range_m=np.repeat(limit_m, len(NINE)),
    )
    range_m = np.where(hits.miss == Miss.HIT, hits.range_m, np.repeat(limit_m, len(NINE))).reshape(-1, len(NINE))
    return views.position[:, None, :] + rays * range_m[..., None], range_m.min(axis=1)
