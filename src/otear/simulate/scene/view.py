"""What ground each pixel sees: rays through the corners of cells of pixels, or through every pixel where needed.

Between the four corners of a cell the place on the plane is interpolated. A cell in which the ground bends too much for
that, above all one that an edge of the terrain runs through, gets a ray for every pixel, so that what hides what is
right to the pixel. *Depth* is the distance along the optical axis; *fineness* the level of the tile whose texels are as
large as a pixel on the ground (the geometric mean of its two sides), with fractions.
"""

# ruff: noqa: PLR0917 - compiled functions take plain numbers and arrays, many of them
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from otear.geo.camera import Lens, Pose, camera_axes, pixel_rays
from otear.geo.frames import Floats, enu_axes
from otear.geo.raycast import cast
from otear.simulate.scene.hands import Hands
from otear.simulate.scene.light import Codes32
from otear.simulate.scene.tiles import FINEST_M, LEVELS, SIDE
from otear.simulate.world.land import Land, Singles

CELL_PX = 8
SKY_DEPTH_M = 1e9
_BEND_PX = 0.6
"""Interpolation inside a cell may be wrong by this much; a cell that would be wronger gets a ray for every pixel."""
_GRAZING = 0.06
_BLEND_FROM = 0.8
"""From this fraction of a level on the next coarser one is mixed in."""
_TABLE = 1 << 14
_SIDE_1 = SIDE + 1
_SHIFT = 20
_PARTS = float(1 << _SHIFT)
_HALF, _TILE = 1 << (_SHIFT - 1), SIDE << _SHIFT


@dataclass(frozen=True, eq=False)
class Sight:
    """Ground of points of the picture: `east_m`, `north_m` on the plane, `depth_m` (`SKY_DEPTH_M` for none),
    `fineness`; all of one shape."""

    east_m: Floats
    north_m: Floats
    depth_m: Floats
    fineness: Floats


@dataclass(frozen=True, eq=False)
class View:
    """The ground of a whole picture. `corners` of shape (cell rows + 1, cell columns + 1); `fine_cell` (cell rows, cell
    columns) is the row in `fine`, of shape (k, CELL_PX * CELL_PX), of a cell that got a ray for every pixel, else -1.

    `axes_ecef` (3, 3) are rows: along the optical axis, to the right, down; `eye_ecef` is the camera."""

    width_px: int
    height_px: int
    corners: Sight
    fine_cell: NDArray[np.int32]
    fine: Sight
    axes_ecef: Floats
    eye_ecef: Floats
    tan_half: tuple[float, float]
    rays_ecef: Floats
    """Unit sight lines through the corners, shape (cell rows + 1, cell columns + 1, 3)."""


def view(land: Land, pose: Pose, lens: Lens) -> View:
    """Look at the land with one pose and one lens."""
    rows, columns = -(-lens.height_px // CELL_PX), -(-lens.width_px // CELL_PX)
    axes = (enu_axes(pose.lat, pose.lon).T @ camera_axes(pose)).T
    eye = pose.position_ecef
    x, y = np.meshgrid(np.arange(columns + 1) * float(CELL_PX), np.arange(rows + 1) * float(CELL_PX))
    rays = pixel_rays(lens, np.stack([x, y], axis=-1)) @ axes
    corners = _sight(land, eye, rays, axes[0], lens)
    bent = _bent(corners.east_m, corners.north_m, corners.depth_m)
    cell_rows, cell_columns = np.nonzero(bent)
    fine_cell = np.full((rows, columns), -1, dtype=np.int32)
    fine_cell[cell_rows, cell_columns] = np.arange(len(cell_rows))
    inside = np.arange(CELL_PX * CELL_PX)
    pixels = np.stack(
        [
            cell_columns[:, None] * CELL_PX + inside % CELL_PX + 0.5,
            cell_rows[:, None] * CELL_PX + inside // CELL_PX + 0.5,
        ],
        axis=-1,
    )
    fine = _sight(land, eye, pixel_rays(lens, pixels) @ axes, axes[0], lens)
    tan_half = float(np.tan(np.asarray(lens.hfov) / 2.0)), float(np.tan(np.asarray(lens.vfov) / 2.0))
    return View(lens.width_px, lens.height_px, corners, fine_cell, fine, axes, eye, tan_half, rays)


def _sight(land: Land, eye: Floats, rays: Floats, forward: Floats, lens: Lens) -> Sight:
    flat = np.ascontiguousarray(rays.reshape(-1, 3))
    hits = cast(land.patch, eye, flat)
    east, north = land.plane.metres(hits.lat, hits.lon)
    up = enu_axes(land.plane.lat, land.plane.lon)
    # The cosine between the ray and the ground's normal; the plane's axes will do for how fine a picture must be.
    grazing = -np.einsum("ij,ij->i", flat @ up.T, hits.normal_enu)
    pixel_m = hits.range_m * (2.0 * np.tan(np.asarray(lens.hfov) / 2.0) / lens.width_px)
    with np.errstate(invalid="ignore"):
        side = pixel_m / np.sqrt(np.maximum(grazing, _GRAZING))
        fineness = np.clip(np.log2(side / FINEST_M), 0.0, LEVELS - 1.0)
    depth = np.where(hits.hit, hits.range_m * (flat @ forward), SKY_DEPTH_M)
    shape = rays.shape[:-1]
    return Sight(east.reshape(shape), north.reshape(shape), depth.reshape(shape), fineness.reshape(shape))


@njit(cache=True)  # type: ignore[untyped-decorator]
def _bent(east: Floats, north: Floats, depth: Floats) -> NDArray[np.bool_]:
    """Cells that interpolation would get wrong, or in which only some corners see ground.

    Along a line of corners the second difference over the first is the error in the middle of a cell in pixels, for a
    cell of eight pixels: |d2| / 8 against |d1| / 8 per pixel. Over an edge of the terrain it is nearly one.
    """
    rows, columns = depth.shape
    bent = np.zeros((rows - 1, columns - 1), dtype=np.bool_)
    for i in range(rows):
        for j in range(columns):
            if depth[i, j] >= SKY_DEPTH_M:
                continue
            for across in range(2):
                di, dj = (0, 1) if across else (1, 0)
                i0, j0, i1, j1 = i - di, j - dj, i + di, j + dj
                if i0 < 0 or j0 < 0 or i1 >= rows or j1 >= columns:
                    continue
                if depth[i0, j0] >= SKY_DEPTH_M or depth[i1, j1] >= SKY_DEPTH_M:
                    continue
                ax, ay = east[i, j] - east[i0, j0], north[i, j] - north[i0, j0]
                bx, by = east[i1, j1] - east[i, j], north[i1, j1] - north[i, j]
                bend = (bx - ax) ** 2 + (by - ay) ** 2
                if bend > _BEND_PX**2 * max(ax * ax + ay * ay, bx * bx + by * by):
                    for a in range(max(i - 1, 0), min(i + 1, rows - 1)):
                        for b in range(max(j - 1, 0), min(j + 1, columns - 1)):
                            bent[a, b] = True
    for i in range(rows - 1):
        for j in range(columns - 1):
            count = 0
            for a in range(2):
                for b in range(2):
                    count += 1 if depth[i + a, j + b] < SKY_DEPTH_M else 0
            if count == 0:
                bent[i, j] = False
            elif count < 4:
                bent[i, j] = True
    return bent


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator]
def _key(level: int, x: int, y: int) -> int:
    return (level << 48) | ((x + (1 << 23)) << 24) | (y + (1 << 23))


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator]
def _place(keys: NDArray[np.int64], key: int) -> int:
    """Where a key is in an open table, or would go."""
    h = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
    at = np.int64(h >> np.uint64(50))
    while keys[at] >= 0 and keys[at] != key:
        at = (at + 1) & (_TABLE - 1)
    return at


def wanted(seen: View) -> NDArray[np.int64]:
    """The keys of all tiles that a view needs, ascending."""
    keys = np.full(_TABLE, -1, dtype=np.int64)
    for sight, cells in ((seen.corners, True), (seen.fine, False)):
        _want(sight.east_m, sight.north_m, sight.depth_m, sight.fineness, seen.fine_cell, cells, keys)
    return np.sort(keys[keys >= 0])


@njit(cache=True)  # type: ignore[untyped-decorator]
def _want(
    east: Floats, north: Floats, depth: Floats, fineness: Floats, fine_cell: NDArray[np.int32], cells: bool,
    keys: NDArray[np.int64],
) -> None:  # fmt: skip
    rows, columns = depth.shape
    step = 1 if cells else 0
    for i in range(rows - step):
        for j in range(columns - step):
            if depth[i, j] >= SKY_DEPTH_M or (cells and fine_cell[i, j] >= 0):
                continue
            e0 = e1 = east[i, j]
            n0 = n1 = north[i, j]
            f0 = f1 = fineness[i, j]
            if cells:
                for a in range(2):
                    for b in range(2):
                        e0, e1 = min(e0, east[i + a, j + b]), max(e1, east[i + a, j + b])
                        n0, n1 = min(n0, north[i + a, j + b]), max(n1, north[i + a, j + b])
                        f0, f1 = min(f0, fineness[i + a, j + b]), max(f1, fineness[i + a, j + b])
            first = np.int64(f0)
            last = np.int64(f1) + (1 if f1 - np.floor(f1) > _BLEND_FROM else 0)
            for level in range(first, min(last, LEVELS - 1) + 1):
                texel = FINEST_M * (1 << level)
                x0, x1 = np.int64(np.floor(e0 / texel - 0.5)) >> 7, np.int64(np.floor(e1 / texel - 0.5)) >> 7
                y0, y1 = np.int64(np.floor(n0 / texel - 0.5)) >> 7, np.int64(np.floor(n1 / texel - 0.5)) >> 7
                for x in range(x0, x1 + 1):
                    for y in range(y0, y1 + 1):
                        key = _key(level, x, y)
                        keys[_place(keys, key)] = key


def looked_up(
    seen: View, texels: Codes32, keys: NDArray[np.int64], slots: NDArray[np.int32], sky: int, *, thermal: bool,
    hands: Hands,
) -> tuple[Codes32, Singles]:  # fmt: skip
    """Codes and depth (metres) of every pixel, shape (height, width), from tiles in their slots."""
    table, places = np.full(_TABLE, -1, dtype=np.int64), np.zeros(_TABLE, dtype=np.int64)
    _fill(table, places, keys, slots)
    codes = np.empty((seen.height_px, seen.width_px), dtype=np.uint32)
    depth = np.empty((seen.height_px, seen.width_px), dtype=np.float32)
    a, b = seen.corners, seen.fine

    def part(first: int, end: int) -> None:
        _look_up(
            a.east_m, a.north_m, a.depth_m, a.fineness, seen.fine_cell, b.east_m, b.north_m, b.depth_m, b.fineness,
            texels.reshape(-1), table, places, np.uint32(sky), thermal, codes, depth, first, end,
        )  # fmt: skip

    hands(part, seen.fine_cell.shape[0])
    return codes, depth


@njit(cache=True)  # type: ignore[untyped-decorator]
def _fill(
    table: NDArray[np.int64], places: NDArray[np.int64], keys: NDArray[np.int64], slots: NDArray[np.int32]
) -> None:
    for i in range(len(keys)):
        at = _place(table, keys[i])
        table[at] = keys[i]
        places[at] = slots[i] * np.int64(_SIDE_1 * _SIDE_1)


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator]
def _mix(low: np.uint32, high: np.uint32, weight: np.uint32, thermal: bool) -> np.uint32:
    """Between two codes, `weight` (0 to 256) of the way to the second."""
    rest = np.uint32(256) - weight
    if thermal:
        return (low * rest + high * weight) >> np.uint32(8)
    even = (((low & np.uint32(0xFF00FF)) * rest + (high & np.uint32(0xFF00FF)) * weight) >> np.uint32(8)) & np.uint32(
        0xFF00FF
    )
    odd = (((low & np.uint32(0x00FF00)) * rest + (high & np.uint32(0x00FF00)) * weight) >> np.uint32(8)) & np.uint32(
        0x00FF00
    )
    return even | odd


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator]
def _four(a: np.uint32, b: np.uint32, c: np.uint32, d: np.uint32, u: int, v: int, thermal: bool) -> np.uint32:
    """The code between four texels, of the lower row (`a`, `b`) and the one above; `u`, `v` in 1 / `_PARTS`."""
    wu, wv = np.uint32((u >> (_SHIFT - 8)) & 255), np.uint32((v >> (_SHIFT - 8)) & 255)
    return _mix(_mix(a, b, wu, thermal), _mix(c, d, wu, thermal), wv, thermal)


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator]
def _tile_code(
    texels: Codes32, table: NDArray[np.int64], places: NDArray[np.int64], east: float, north: float, level: int,
    thermal: bool,
) -> np.uint32:  # fmt: skip
    inverse = 1.0 / (FINEST_M * (1 << level))
    u, v = east * inverse - 0.5, north * inverse - 0.5
    x, y = np.int64(np.floor(u)) >> 7, np.int64(np.floor(v)) >> 7
    first = places[_place(table, _key(level, x, y))]
    pu, pv = np.int64((u - x * SIDE) * _PARTS), np.int64((v - y * SIDE) * _PARTS)
    at = first + (pv >> _SHIFT) * _SIDE_1 + (pu >> _SHIFT)
    return _four(texels[at], texels[at + 1], texels[at + _SIDE_1], texels[at + _SIDE_1 + 1], pu, pv, thermal)


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator]
def _code(
    texels: Codes32, table: NDArray[np.int64], places: NDArray[np.int64], east: float, north: float, fineness: float,
    thermal: bool,
) -> np.uint32:  # fmt: skip
    level = np.int64(fineness)
    code = _tile_code(texels, table, places, east, north, level, thermal)
    more = fineness - level
    if more > _BLEND_FROM and level + 1 < LEVELS:
        coarser = _tile_code(texels, table, places, east, north, level + 1, thermal)
        code = _mix(code, coarser, np.uint32((more - _BLEND_FROM) * (256.0 / (1.0 - _BLEND_FROM))), thermal)
    return code


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _look_up(
    east: Floats, north: Floats, depth: Floats, fineness: Floats, fine_cell: NDArray[np.int32],
    fine_east: Floats, fine_north: Floats, fine_depth: Floats, fine_fineness: Floats,
    texels: Codes32, table: NDArray[np.int64], places: NDArray[np.int64], sky: np.uint32, thermal: bool,
    codes: Codes32, depths: Singles, first_row: int, end_row: int,
) -> None:  # fmt: skip
    height, width = codes.shape
    step = 1.0 / CELL_PX
    for a in range(first_row, end_row):
        bottom = min((a + 1) * CELL_PX, height)
        for b in range(fine_cell.shape[1]):
            right = min((b + 1) * CELL_PX, width)
            k = fine_cell[a, b]
            if k >= 0:
                for i in range(a * CELL_PX, bottom):
                    for j in range(b * CELL_PX, right):
                        p = (i - a * CELL_PX) * CELL_PX + j - b * CELL_PX
                        depths[i, j] = fine_depth[k, p]
                        if fine_depth[k, p] >= SKY_DEPTH_M:
                            codes[i, j] = sky
                        else:
                            codes[i, j] = _code(
                                texels, table, places, fine_east[k, p], fine_north[k, p], fine_fineness[k, p], thermal
                            )
                continue
            if depth[a, b] >= SKY_DEPTH_M:
                for i in range(a * CELL_PX, bottom):
                    for j in range(b * CELL_PX, right):
                        codes[i, j], depths[i, j] = sky, SKY_DEPTH_M
                continue
            e00, e01, e10, e11 = east[a, b], east[a, b + 1], east[a + 1, b], east[a + 1, b + 1]
            n00, n01, n10, n11 = north[a, b], north[a, b + 1], north[a + 1, b], north[a + 1, b + 1]
            d00, d01, d10, d11 = depth[a, b], depth[a, b + 1], depth[a + 1, b], depth[a + 1, b + 1]
            f00, f01, f10, f11 = fineness[a, b], fineness[a, b + 1], fineness[a + 1, b], fineness[a + 1, b + 1]
            low, high = min(f00, f01, f10, f11), max(f00, f01, f10, f11)
            level = np.int64(low)
            blend = high - level > _BLEND_FROM and level + 1 < LEVELS
            inverse = 1.0 / (FINEST_M * (1 << level))
            u0, u1 = (
                min(e00, e01, e10, e11) * inverse - 0.5,
                max(e00, e01, e10, e11) * inverse - 0.5,
            )
            v0, v1 = (
                min(n00, n01, n10, n11) * inverse - 0.5,
                max(n00, n01, n10, n11) * inverse - 0.5,
            )
            x, y = np.int64(np.floor(u0)) >> 7, np.int64(np.floor(v0)) >> 7
            # Mostly the cell lies within one tile, and within one of the next coarser level.
            one = high < level + 1 and x == np.int64(np.floor(u1)) >> 7 and y == np.int64(np.floor(v1)) >> 7
            x2, y2 = np.int64(np.floor(0.5 * u0 - 0.25)) >> 7, np.int64(np.floor(0.5 * v0 - 0.25)) >> 7
            if blend and one:
                one = x2 == np.int64(np.floor(0.5 * u1 - 0.25)) >> 7 and y2 == np.int64(np.floor(0.5 * v1 - 0.25)) >> 7
            key_1, key_2 = np.int64(-1), np.int64(-1)
            first = places[_place(table, _key(level, x, y))] if one else 0
            second = places[_place(table, _key(level + 1, x2, y2))] if one and blend else 0
            for i in range(a * CELL_PX, bottom):
                t = (i - a * CELL_PX + 0.5) * step
                e, de = e00 + t * (e10 - e00), (e01 - e00 + t * (e11 - e10 - e01 + e00)) * step
                n, dn = n00 + t * (n10 - n00), (n01 - n00 + t * (n11 - n10 - n01 + n00)) * step
                d, dd = d00 + t * (d10 - d00), (d01 - d00 + t * (d11 - d10 - d01 + d00)) * step
                f, df = f00 + t * (f10 - f00), (f01 - f00 + t * (f11 - f10 - f01 + f00)) * step
                if one:
                    scale = inverse * _PARTS
                    pu, pv = np.int64((e + 0.5 * de) * scale), np.int64((n + 0.5 * dn) * scale)
                    du, dv = np.int64(de * scale), np.int64(dn * scale)
                    u, v = pu - _HALF - x * _TILE, pv - _HALF - y * _TILE
                    for j in range(b * CELL_PX, right):
                        at = first + (v >> _SHIFT) * _SIDE_1 + (u >> _SHIFT)
                        above = at + _SIDE_1
                        codes[i, j] = _four(texels[at], texels[at + 1], texels[above], texels[above + 1], u, v, thermal)
                        depths[i, j] = d + (j - b * CELL_PX + 0.5) * dd
                        u += du
                        v += dv
                    if blend:
                        u, v = (pu >> 1) - _HALF - x2 * _TILE, (pv >> 1) - _HALF - y2 * _TILE
                        du, dv = du >> 1, dv >> 1
                        share = (f + 0.5 * df - level - _BLEND_FROM) * (256.0 / (1.0 - _BLEND_FROM))
                        grow = df * (256.0 / (1.0 - _BLEND_FROM))
                        for j in range(b * CELL_PX, right):
                            weight = np.uint32(min(max(share, 0.0), 256.0))
                            at = second + (v >> _SHIFT) * _SIDE_1 + (u >> _SHIFT)
                            above = at + _SIDE_1
                            coarser = _four(texels[at], texels[at + 1], texels[above], texels[above + 1], u, v, thermal)
                            codes[i, j] = _mix(codes[i, j], coarser, weight, thermal)
                            u += du
                            v += dv
                            share += grow
                else:
                    # Neighbours mostly lie on the same tile: it is looked for only where another one begins. `_code` is
                    # written out, as an array handed to a function counts its references at every pixel.
                    for j in range(b * CELL_PX, right):
                        s = j - b * CELL_PX + 0.5
                        e_here, n_here, f_here = e + s * de, n + s * dn, f + s * df
                        level = np.int64(f_here)
                        per_m = 1.0 / (FINEST_M * (1 << level))
                        u_here, v_here = e_here * per_m - 0.5, n_here * per_m - 0.5
                        x, y = np.int64(np.floor(u_here)) >> 7, np.int64(np.floor(v_here)) >> 7
                        key = _key(level, x, y)
                        if key != key_1:
                            key_1, first = key, places[_place(table, key)]
                        u, v = np.int64((u_here - x * SIDE) * _PARTS), np.int64((v_here - y * SIDE) * _PARTS)
                        at = first + (v >> _SHIFT) * _SIDE_1 + (u >> _SHIFT)
                        above = at + _SIDE_1
                        code = _four(texels[at], texels[at + 1], texels[above], texels[above + 1], u, v, thermal)
                        more = f_here - level
                        if more > _BLEND_FROM and level + 1 < LEVELS:
                            u_here, v_here = 0.5 * u_here - 0.25, 0.5 * v_here - 0.25
                            x, y = np.int64(np.floor(u_here)) >> 7, np.int64(np.floor(v_here)) >> 7
                            key = _key(level + 1, x, y)
                            if key != key_2:
                                key_2, second = key, places[_place(table, key)]
                            u, v = np.int64((u_here - x * SIDE) * _PARTS), np.int64((v_here - y * SIDE) * _PARTS)
                            weight = np.uint32((more - _BLEND_FROM) * (256.0 / (1.0 - _BLEND_FROM)))
                            at = second + (v >> _SHIFT) * _SIDE_1 + (u >> _SHIFT)
                            above = at + _SIDE_1
                            coarser = _four(texels[at], texels[at + 1], texels[above], texels[above + 1], u, v, thermal)
                            code = _mix(code, coarser, weight, thermal)
                        codes[i, j] = code
                        depths[i, j] = d + s * dd
