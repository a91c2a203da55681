"""One look while it lasts: it adds up, tile by tile, what each moment shows, and closes into a row and its cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from otear.coverage.cells import ROOM, SUB_POINTS, Found, Seen, find_cells, may_hold, record
from otear.coverage.footprint import Footprint
from otear.coverage.ground import TILE, Ground
from otear.coverage.moments import Views
from otear.coverage.resolution import ResolutionModel
from otear.domain.looks import Look, LookCells
from otear.geo.frames import nearest_turn
from otear.geo.sightline import visible
from otear.geo.terrain.base import Patch

_OUTLINE_DEG = 5e-6
"""Outlines are simplified to within this, half a metre on the ground."""


@dataclass(frozen=True)
class LookSettings:
    """What makes a look, and what counts as in the picture.

    Moments are at least `shortest_step_s` and at most `longest_step_s` apart, in between as soon as the picture has
    moved by `step_share` of itself. A new look begins after `gap_s` without telemetry, when the field of view has
    changed by `fov_change` since the look began, when none of the last picture is left in view, or after
    `longest_look_s` (so that a look's time says when). Ground beyond `max_range_m`, or sampled more coarsely than
    `coarsest_gsd_m`, was not looked at. A cell is visible where the line of sight reaches `clearance_m` above its
    ground, and hidden where the terrain has no data to tell; the line is cast again once the sensor has moved by
    `recheck_deg` as seen from the nearest ground, by four times as much where the cell was visible.
    """

    shortest_step_s: float = 0.2
    longest_step_s: float = 2.0
    step_share: float = 0.25
    gap_s: float = 2.0
    fov_change: float = 0.2
    longest_look_s: float = 120.0
    max_range_m: float = 40_000.0
    coarsest_gsd_m: float = 10.0
    clearance_m: float = 2.0
    recheck_deg: float = 1.0


class OpenLook:
    """A look that has begun at `start_us` with a horizontal field of view in radians."""

    def __init__(self, index: int, start_us: int, hfov: float) -> None:
        self.start_us = start_us
        self.hfov = hfov
        self._index = index
        self._end_us = start_us
        self._samples = 0
        self._tiles: dict[tuple[int, int], Seen] = {}
        self._footprints: list[Footprint] = []
        self._period = 0
        self._period_began = np.full(3, np.inf)

    def outline(self, footprint: Footprint) -> None:
        """Add a footprint to the outline."""
        self._footprints.append(footprint)

    def see(
        self,
        views: Views,
        moment: int,
        *,
        ground: Ground,
        patch: Patch,
        window: NDArray[np.int32],
        found: Found,
        settings: LookSettings,
        step_s: float,
        max_range_m: float,
        nearest_m: float,
    ) -> None:
        """Add one moment of `step_s`.

        `window` (4,) is first and last row, first and last column that its picture can reach, `nearest_m` the range of
        the nearest ground in it; `found` is room to work in.
        """
        position, axes = views.position[moment], views.axes[moment]
        if not np.linalg.norm(position - self._period_began) <= np.radians(settings.recheck_deg) * nearest_m:
            self._period += 1
            self._period_began = position
        tan_h, tan_v = float(views.tan_h[moment]), float(views.tan_v[moment])
        top, bottom, left, right = (int(edge) for edge in window)
        parts: list[tuple[Seen, tuple[int, int, int, int]]] = []
        n_found = n_cast = 0

        def settle() -> None:
            lat, lon = found.lat[:n_cast], found.lon[:n_cast]
            clear = visible(patch, position, lat, lon, height_above_ground_m=settings.clearance_m)
            for seen, part in parts:
                record(part, clear, step_s, self._period, found, seen)
            parts.clear()

        keys, centres, radius_m = ground.balls(window, patch.bottom_m, patch.top_m)
        for key, centre in zip(keys, centres, strict=True):
            if not may_hold(centre, radius_m, position, axes, tan_h, tan_v):
                continue
            tile = ground.tile(key)
            if tile is None or not may_hold(tile.centre, tile.radius_m, position, axes, tan_h, tan_v):
                continue
            if n_found > ROOM - TILE * TILE:
                settle()
                n_found = n_cast = 0
            seen = self._tiles.get(key) or Seen.nothing()
            row, col = key[0] * TILE, key[1] * TILE
            before = n_found, n_cast
            n_found, n_cast = find_cells(
                tile.corners,
                tile.places,
                position,
                axes,
                tan_h,
                tan_v,
                float(views.pixel_angle[moment]),
                settings.coarsest_gsd_m,
                max_range_m,
                (max(top - row, 0), min(bottom - row, TILE - 1), max(left - col, 0), min(right - col, TILE - 1)),
                self._period,
                seen.clear,
                seen.checked,
                found,
                *before,
            )
            if n_found > before[0]:
                self._tiles[key] = seen
                parts.append((seen, (before[0], n_found, before[1], n_cast)))
        settle()
        self._end_us = int(views.time_us[moment])
        self._samples += 1

    def lasts_until(self, time_us: int) -> None:
        """Take note of a row that shows what the last moment showed."""
        self._end_us = max(self._end_us, time_us)

    def close(self, ends_with: str, model: ResolutionModel) -> tuple[Look, LookCells]:
        """The look and the cells that were in its picture."""
        parts = [_columns(key, seen) for key, seen in sorted(self._tiles.items())] or [_columns((0, 0), Seen.nothing())]
        row, col, seen_bits, gsd_m, depression, dwell_s = (
            np.concatenate(column) for column in zip(*parts, strict=True)
        )
        share = np.bitwise_count(seen_bits) / SUB_POINTS
        in_sight = share > 0.0
        gsd_m = np.where(in_sight, gsd_m, np.nan)
        cells = LookCells(
            look=np.full(len(row), self._index, np.int32),
            row=row.astype(np.int32),
            col=col.astype(np.int32),
            visible=in_sight,
            gsd_m=gsd_m.astype(np.float32),
            depression_deg=np.degrees(np.where(in_sight, depression, np.nan)).astype(np.float32),
            dwell_s=dwell_s.astype(np.float32),
            share=share.astype(np.float32),
            pd=model.probability(gsd_m, dwell_s, share).astype(np.float32),
        )
        look = Look(
            index=self._index,
            start_us=self.start_us,
            end_us=self._end_us,
            hfov_deg=float(np.degrees(self.hfov)),
            samples=self._samples,
            ends_with=ends_with,
            outline=_union(self._footprints),
            flags=tuple(sorted({flag for footprint in self._footprints for flag in footprint.flags})),
        )
        return look, cells


def _columns(key: tuple[int, int], seen: Seen) -> tuple[NDArray[Any], ...]:
    """Row, column, sub-points seen, GSD, depression and dwell of the cells of one tile that were in the picture."""
    at = np.flatnonzero(seen.framed)
    row, col = key[0] * TILE + at // TILE, key[1] * TILE + at % TILE
    return row, col, seen.seen[at], seen.gsd_m[at], seen.depression[at], seen.dwell_s[at]


def _union(footprints: list[Footprint]) -> tuple[tuple[tuple[float, float], ...], ...]:
    """The outer rings of everything that the footprints cover."""
    rings = [np.array(footprint.ring) for footprint in footprints if footprint.ring]
    for ring in rings:  # unbroken each; over the antimeridian they have to be on the same turn too
        ring[:, 0] += nearest_turn(ring[0, 0], rings[0][0, 0], turn=360.0) - ring[0, 0]
    shapes = shapely.make_valid([shapely.Polygon(ring) for ring in rings])
    parts = shapely.get_parts(shapely.simplify(shapely.union_all(shapes), _OUTLINE_DEG))
    return tuple(
        tuple((round(lon, 7), round(lat, 7)) for lon, lat in part.exterior.coords)
        for part in parts
        if part.geom_type == "Polygon"
    )
