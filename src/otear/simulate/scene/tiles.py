"""The ground's picture in square tiles, painted where a camera looks and kept until others need the room.

A tile of level `k` has 128 texels of 2^k / 16 m a side, from 6 cm to 32 m, and one more to the east and north, so that
a place between texels needs one tile only. Its bytes depend on its place, its moment and the world, never on what was
painted before.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from otear.geo.frames import Floats
from otear.simulate.scene import brush, paint
from otear.simulate.scene.light import Codes32, developed, face_codes
from otear.simulate.scene.moment import Moment, material_surfaces, surfaces
from otear.simulate.scene.near import Near
from otear.simulate.scene.palette import Surface
from otear.simulate.scene.shade import Relief
from otear.simulate.scene.solids import FLAT, Solids
from otear.simulate.scene.weather import Season
from otear.simulate.scene.woods import SQUARE_M, Trees, leaf_tones, trees
from otear.simulate.world.land import Land, Singles, WayKind
from otear.simulate.world.things import Shape, Things

SIDE = 128
LEVELS = 10
FINEST_M = 1.0 / 16.0
_PICTURED_FROM_M = 1.0
"""From this size of a texel on roofs are painted on the ground; below it they are drawn standing."""
_STANDING_TREES_M = 0.4
_SHADOWS_UP_TO_M = 4.0
_LONGEST_SHADOW = 5.0
_REACH_M = 60.0
_KEPT_SQUARES = 20_000


def level_texel_m(level: int) -> float:
    """The side of a texel."""
    return FINEST_M * 2.0**level


def tile_key(level: int, x: int, y: int) -> int:
    """One number for a tile; `x` and `y` count tiles east and north from the middle of the plane."""
    return (level << 48) | ((x + (1 << 23)) << 24) | (y + (1 << 23))


def tile_of(key: int) -> tuple[int, int, int]:
    """Level, x and y of a key."""
    return key >> 48, ((key >> 24) & 0xFFFFFF) - (1 << 23), (key & 0xFFFFFF) - (1 << 23)


Canvas = tuple[Singles, Singles, Singles]
"""Painted surfaces, the share of the sun's light that arrives, and that which the land alone lets through."""

# Kind: (share of the width, more metres, raggedness as a share of the width, surface, opacity), the lowest first
_STROKES: dict[WayKind, tuple[tuple[float, float, float, Surface, float], ...]] = {
    WayKind.STREAM: ((1.3, 1.0, 0.3, Surface.RIVERBED, 0.75), (0.5, 0.0, 0.2, Surface.WATER, 0.8)),
    WayKind.RIVER: (
        (1.5, 8.0, 0.25, Surface.RIPARIAN, 0.6),
        (1.25, 2.0, 0.22, Surface.RIVERBED, 0.95),
        (0.62, 0.0, 0.09, Surface.WATER, 1.0),
    ),
    WayKind.TRACK: ((1.0, 0.0, 0.22, Surface.TRACK, 0.85), (0.22, 0.0, 0.1, Surface.PASTURE_2, 0.45)),
    WayKind.GRAVEL: ((1.0, 1.2, 0.12, Surface.GRAVEL, 0.95),),
    WayKind.PAVED: ((1.0, 3.5, 0.06, Surface.GRAVEL, 0.9), (1.0, 0.0, 0.0, Surface.PAVED, 1.0)),
}


@dataclass(frozen=True, eq=False)
class Lines:
    """Pieces of ways as strokes: `lines` (k, 6) and `surface`, `opacity` (k,) as `brush.strokes` wants them, in the
    order in which they are drawn, and an index of them."""

    lines: Floats
    surface: NDArray[np.int64]
    opacity: Floats
    near: Near


def way_lines(land: Land, season: Season) -> Lines:
    """All ways as strokes. In the wet season streams run, and rivers fill their beds."""
    rows: list[Floats] = []
    order = list(_STROKES)
    for kind in order:
        for share, more, ragged, surface, opacity in _STROKES[kind]:
            wide, seen = share, opacity
            if surface is Surface.WATER:
                wide = share * (1.7 if season is Season.WET else 1.0)
                seen = 0.0 if kind is WayKind.STREAM and season is Season.DRY else opacity
            for way in land.ways:
                if way.kind is kind and len(way.points_m) > 1 and seen > 0.0:
                    ends = np.hstack([way.points_m[:-1], way.points_m[1:]])
                    style = [0.5 * (wide * way.width_m + more), ragged * way.width_m, float(surface), seen]
                    rows.append(np.hstack([ends, np.tile(style, (len(ends), 1))]))
    table = np.concatenate(rows) if rows else np.empty((0, 8))
    reach = table[:, 4] + 2.0 * table[:, 5]
    low = np.minimum(table[:, 0:2], table[:, 2:4]) - reach[:, None]
    high = np.maximum(table[:, 0:2], table[:, 2:4]) + reach[:, None]
    near = Near.of(np.hstack([low, high]))
    return Lines(np.ascontiguousarray(table[:, :6]), table[:, 6].astype(np.int64), table[:, 7].copy(), near)


@dataclass(eq=False)
class GroundPainter:
    """Paints tiles of a land with things on it. State: the trees that it has grown for the moment."""

    land: Land
    relief: Relief
    things: Things
    solids: Solids
    square: Singles
    season: Season
    seed: int
    _lines: Lines = field(init=False)
    _near: Near = field(init=False)
    first_face: NDArray[np.int64] = field(init=False)
    _woods: dict[tuple[int, int], Trees] = field(init=False, default_factory=dict)
    _woods_of: Moment | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._lines = way_lines(self.land, self.season)
        half = 0.75 * np.hypot(self.things.length_m, self.things.width_m)
        half = np.maximum(half, self.things.width_m)
        east, north = self.things.east_m, self.things.north_m
        self._near = Near.of(np.stack([east - half, north - half, east + half, north + half], axis=1))
        self.first_face = np.searchsorted(self.solids.thing, np.arange(len(self.things) + 1))

    def tile(self, key: int, at: Moment) -> Codes32:
        """The codes of a tile, shape (SIDE + 1, SIDE + 1), row 0 in the south."""
        level, x, y = tile_of(key)
        texel = level_texel_m(level)
        east, north = (x * SIDE + 0.5) * texel, (y * SIDE + 0.5) * texel
        size = SIDE + 1
        layer = np.empty((size, size, 3), dtype=np.float32)
        share, open_share, facing = (np.empty((size, size), dtype=np.float32) for _ in range(3))
        canvas = (layer, share, open_share)
        index = self._index(east, north, texel)
        ends = index @ np.array([[1.0, 1.0, 1.0, 1.0], [0.0, size, 0.0, size], [0.0, 0.0, size, size]])
        at.shade.fill(int(ends[1].min()) - 1, int(ends[0].min()) - 1, int(ends[1].max()) + 3, int(ends[0].max()) + 3)
        box = (east - texel, north - texel, east + size * texel, north + size * texel)
        paint.ground(
            *canvas, facing, east, north, texel, index, self.relief.msl_m, self.relief.rise_east,
            self.relief.rise_north, at.shade.margin, self.land.cover, self.land.canopy, self.land.moisture,
            at.palette, self.square, at.light.sun_enu, self._yards_near(box),
        )  # fmt: skip
        spot = (east, north, texel)
        self._draw_ways(canvas, spot, box, at)
        around = self._things_near(box, _REACH_M if texel <= _SHADOWS_UP_TO_M else 0.0, at)
        self._draw_flat(canvas, spot, around, at)
        if texel <= _SHADOWS_UP_TO_M and at.light.sun_enu[2] > 0.0:
            self._draw_shadows(canvas, spot, around, at)
        if texel < paint.TREES_BELOW_M:
            self._draw_trees(canvas, spot, box, at)
        if texel >= _PICTURED_FROM_M:
            self._draw_roofs(canvas, spot, around, at)
        return developed(layer, share, facing, at.light)

    def _yards_near(self, box: tuple[float, float, float, float]) -> Floats:
        """East, north and radius of the villages that a box may meet, shape (k, 3)."""
        return np.array(
            [
                (village.east_m, village.north_m, village.radius_m)
                for village in self.land.villages
                if box[0] - 1.5 * village.radius_m < village.east_m < box[2] + 1.5 * village.radius_m
                and box[1] - 1.5 * village.radius_m < village.north_m < box[3] + 1.5 * village.radius_m
            ]
        ).reshape(-1, 3)

    def trees_in(self, x: int, y: int, at: Moment) -> Trees:
        """The trees of a square of `SQUARE_M`."""
        if self._woods_of is not at or len(self._woods) > _KEPT_SQUARES:
            self._woods, self._woods_of = {}, at
        if (x, y) not in self._woods:
            west, south = x * SQUARE_M, y * SQUARE_M
            box = (west - 5.0, south - 5.0, west + SQUARE_M + 5.0, south + SQUARE_M + 5.0)
            near = self._lines.near.box(*box)
            there = self._things_near(box, 0.0, at)
            footprints = np.stack(
                [
                    self.things.east_m[there],
                    self.things.north_m[there],
                    np.radians(self.things.azimuth_deg[there]),
                    0.5 * self.things.length_m[there],
                    0.5 * self.things.width_m[there],
                ],
                axis=1,
            )
            self._woods[x, y] = trees(
                x, y, self._index(west, south, 1.0),
                (self.relief.msl_m, self.land.cover, self.land.canopy, self.land.moisture),
                self.square, np.ascontiguousarray(self._lines.lines[near, :5]), footprints, self.seed,
            )  # fmt: skip
        return self._woods[x, y]

    def faces_of(self, things: NDArray[np.int64]) -> NDArray[np.int64]:
        """The indices of the faces of things."""
        starts, ends = self.first_face[things], self.first_face[things + 1]
        counts = ends - starts
        within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
        return np.asarray(np.repeat(starts, counts) + within)

    def _index(self, east: float, north: float, step: float) -> Floats:
        """Column and row of the land's posts at a place, and what they grow by per step east and north."""
        lat, lon = self.land.plane.place(
            np.array([east, east + SIDE * step, east]), np.array([north, north, north + SIDE * step])
        )
        column, row = self.land.grid.index(lat, lon)
        return np.array([[v[0], (v[1] - v[0]) / SIDE, (v[2] - v[0]) / SIDE] for v in (column, row)])

    def _things_near(self, box: tuple[float, float, float, float], reach: float, at: Moment) -> NDArray[np.int64]:
        found = self._near.box(box[0] - reach, box[1] - reach, box[2] + reach, box[3] + reach)
        return np.asarray(found[at.present[found]])

    def _draw_ways(self, canvas: Canvas, spot: tuple[float, float, float], box: tuple[float, ...], at: Moment) -> None:
        near = self._lines.near.box(*box)
        if len(near):
            styles = np.hstack([at.palette[self._lines.surface[near]], self._lines.opacity[near, None]])
            brush.strokes(*canvas, *spot, self._lines.lines[near], styles.astype(np.float32), self.square)

    def _draw_flat(
        self, canvas: Canvas, spot: tuple[float, float, float], around: NDArray[np.int64], at: Moment
    ) -> None:
        flat = around[np.isin(self.things.shape[around], FLAT)]
        if len(flat):
            things = self.things.rows(flat)
            turn = np.radians(things.azimuth_deg)
            sign = np.where(things.shape == Shape.STRIP, -1.0, 1.0)
            places = np.stack(
                [things.east_m, things.north_m, np.sin(turn), np.cos(turn), 0.5 * things.length_m,
                 0.5 * np.maximum(things.width_m, 0.2) * sign], axis=1,
            )  # fmt: skip
            rows = surfaces(at, material_surfaces(things.material), flat)
            styles = np.hstack([rows, np.full((len(flat), 1), 0.93, dtype=np.float32)])
            brush.spots(*canvas, *spot, places, styles, self.square)

    def _draw_shadows(
        self, canvas: Canvas, spot: tuple[float, float, float], around: NDArray[np.int64], at: Moment
    ) -> None:
        face = self.faces_of(around)
        if len(face):
            corners = shadows(self.solids, face, self._slopes(self.solids.thing[face], at), at.light.sun_enu)
            styles = np.zeros((len(face), 4), dtype=np.float32)
            styles[:, 3] = self.solids.opacity[face]
            brush.polygons(*canvas, *spot, corners, styles, True)

    def _slopes(self, thing: NDArray[np.int64], at: Moment) -> Floats:
        """How much the ground rises towards the sun, per metre, at things."""
        lat, lon = self.land.plane.place(self.things.east_m[thing], self.things.north_m[thing])
        column, row = self.land.grid.index(lat, lon)
        rows, columns = self.relief.msl_m.shape
        post = np.clip(np.round(row), 0, rows - 1).astype(int), np.clip(np.round(column), 0, columns - 1).astype(int)
        east, north = np.sin(at.sun.azimuth), np.cos(at.sun.azimuth)
        return np.asarray(self.relief.rise_east[post] * east + self.relief.rise_north[post] * north, dtype=np.float64)

    def _draw_trees(self, canvas: Canvas, spot: tuple[float, float, float], box: tuple[float, ...], at: Moment) -> None:
        reach = 12.0 + _REACH_M * (1.0 - max(float(at.light.sun_enu[2]), 0.0))
        x0, y0 = (int(np.floor((side - reach) / SQUARE_M)) for side in box[:2])
        x1, y1 = (int(np.floor((side + reach) / SQUARE_M)) for side in box[2:])
        grown = [self.trees_in(x, y, at) for y in range(y0, y1 + 1) for x in range(x0, x1 + 1)]
        places = np.concatenate([wood.places for wood in grown])
        if len(places):
            kind, tone = np.concatenate([w.kind for w in grown]), np.concatenate([w.tone for w in grown])
            tones = leaf_tones(at.palette, kind, tone, thermal=at.light.thermal)
            flat = spot[2] < _STANDING_TREES_M
            brush.crowns(*canvas, *spot, places, tones, self.square, at.light.sun_enu, flat)

    def _draw_roofs(
        self, canvas: Canvas, spot: tuple[float, float, float], around: NDArray[np.int64], at: Moment
    ) -> None:
        face = self.faces_of(around)
        face = face[self.solids.normal_enu[face, 2] > 0.2]
        if len(face):
            rows = surfaces(at, self.solids.surface[face], self.solids.thing[face])
            styles = np.hstack([rows, self.solids.opacity[face, None]]).astype(np.float32)
            corners = np.ascontiguousarray(self.solids.corners_m[face, :, :2])
            brush.polygons(*canvas, *spot, corners, styles, False)

    def face_codes(self, face: NDArray[np.int64], at: Moment) -> Codes32:
        """The codes of faces under the light of a moment."""
        rows = surfaces(at, self.solids.surface[face], self.solids.thing[face])
        return face_codes(rows, self.solids.normal_enu[face], at.light)


def shadows(solids: Solids, face: NDArray[np.int64], rise: Floats, sun_enu: Floats) -> Floats:
    """Where faces cast their shadows on ground that rises by `rise` per metre towards the sun: (n, 4, 2)."""
    level = max(float(np.hypot(sun_enu[0], sun_enu[1])), 1e-9)
    fall = np.maximum(float(sun_enu[2]) / level - rise, 1.0 / _LONGEST_SHADOW)
    away = np.maximum(solids.corners_m[face, :, 2], 0.0) / fall[:, None]
    return np.ascontiguousarray(solids.corners_m[face, :, :2] - away[..., None] * (sun_enu[:2] / level))
