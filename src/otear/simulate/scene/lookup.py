"""From the ground that each pixel sees to its colour or heat: the tiles that a view wants, and reading them.

A place is looked up in the tile of its fineness, between four texels; from `_BLEND_FROM` of a level on the next coarser
one is mixed in. Places are whole numbers here: `_PARTS` of the finest texel, so that a coarser level is a shift away.
"""

# ruff: noqa: PLR0917 - compiled functions take plain numbers and arrays, many of them
from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from otear.geo.frames import Floats
from otear.simulate.scene.hands import Hands
from otear.simulate.scene.light import Codes32
from otear.simulate.scene.tiles import FINEST_M, LEVELS, SIDE, tile_key
from otear.simulate.scene.view import CELL_PX, SKY_DEPTH_M, View
from otear.simulate.world.land import Singles

_BLEND_FROM = 0.88
_SHIFT = 20
_PARTS = 1 << _SHIFT
_HALF = _PARTS >> 1
_PER_M = _PARTS / FINEST_M
_TILE_SHIFT = _SHIFT + SIDE.bit_length() - 1
_IN_TILE = SIDE - 1
_SIDE_1 = SIDE + 1
_LEVEL_SHIFT = 16
_LEVEL = 1 << _LEVEL_SHIFT
"""Fineness, too, is a whole number, of this fraction of a level."""
_SKY = -1
_BLEND = round(_BLEND_FROM * _LEVEL)
_PER_BLEND = 256.0 / (_LEVEL - _BLEND)

# How a code is laid out (`light`): what stays where it is, what is moved out of the way so that each channel has 16
# bits, and what is kept of a product. Heat has one channel.
_COLOUR = (np.uint64(0xFF00FF), np.uint64(0x00FF00), np.uint64(0x00FF00FF00FF))
_HEAT = (np.uint64(0xFFFF), np.uint64(0), np.uint64(0xFFFF))
_ASIDE = np.uint64(24)
_EIGHT = np.uint64(8)
_WHOLE = np.uint64(256)


def wanted(seen: View) -> NDArray[np.int64]:
    """The keys (`tiles.tile_key`) of all tiles that a view needs, ascending."""
    size = 1 << int(2 * seen.fine_cell.size).bit_length()
    while True:
        keys, count = np.full(size, -1, dtype=np.int64), 0
        for sight, cells in ((seen.corners, True), (seen.fine, False)):
            count = _want(
                sight.east_m, sight.north_m, sight.depth_m, sight.fineness, seen.fine_cell, cells, keys, count
            )
        if count < size // 2:
            return np.sort(keys[keys >= 0])
        size *= 2


def looked_up(
    seen: View, texels: Codes32, keys: NDArray[np.int64], slots: NDArray[np.int32], sky: int, *, thermal: bool,
    hands: Hands,
) -> tuple[Codes32, Singles]:  # fmt: skip
    """Codes and depth (metres) of every pixel, shape (height, width), from tiles in their slots."""
    size = 1 << int(2 * len(keys)).bit_length()
    table, places = np.full(size, -1, dtype=np.int64), np.full(size, -1, dtype=np.int64)
    _fill(table, places, keys, slots)
    codes = np.empty((seen.height_px, seen.width_px), dtype=np.uint32)
    depth = np.empty((seen.height_px, seen.width_px), dtype=np.float32)
    a, b = seen.corners, seen.fine

    def part(first: int, end: int) -> None:
        found = _look_up(
            a.east_m, a.north_m, a.depth_m, a.fineness, seen.fine_cell, b.east_m, b.north_m, b.depth_m, b.fineness,
            texels.reshape(-1), table, places, np.uint32(sky), *(_HEAT if thermal else _COLOUR), codes, depth, first,
            end,
        )  # fmt: skip
        if not found:
            raise RuntimeError("a pixel looks at a tile that was not wanted")

    hands(part, seen.fine_cell.shape[0])
    return codes, depth


_key = njit(cache=True, inline="always")(tile_key)


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator]
def _place(keys: NDArray[np.int64], key: int) -> int:
    """Where a key is in an open table, or would go; the table's length is a power of two, and it is never full."""
    h = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
    last = len(keys) - 1
    at = np.int64(h >> np.uint64(32)) & last
    while keys[at] >= 0 and keys[at] != key:
        at = (at + 1) & last
    return at


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator]
def _parts(metres: float) -> int:
    return np.int64(np.floor(metres * _PER_M))


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator]
def _tile_at(parts: int, level: int) -> int:
    return ((parts >> level) - _HALF) >> _TILE_SHIFT


@njit(cache=True)  # type: ignore[untyped-decorator]
def _want(
    east: Floats, north: Floats, depth: Floats, fineness: Floats, fine_cell: NDArray[np.int32], cells: bool,
    keys: NDArray[np.int64], count: int,
) -> int:  # fmt: skip
    """Put what is wanted into the table of keys, of which `count` are there; stops when it is half full."""
    rows, columns = depth.shape
    step = 1 if cells else 0
    for i in range(rows - step):
        for j in range(columns - step):
            if depth[i, j] >= SKY_DEPTH_M or (cells and fine_cell[i, j] >= 0):
                continue
            e0 = e1 = east[i, j]
            n0 = n1 = north[i, j]
            f0 = f1 = fineness[i, j]
            for a in range(1 + step):
                for b in range(1 + step):
                    e0, e1 = min(e0, east[i + a, j + b]), max(e1, east[i + a, j + b])
                    n0, n1 = min(n0, north[i + a, j + b]), max(n1, north[i + a, j + b])
                    f0, f1 = min(f0, fineness[i + a, j + b]), max(f1, fineness[i + a, j + b])
            first = np.int64(f0)
            last = np.int64(f1) + (1 if f1 - np.floor(f1) > _BLEND_FROM - 1e-4 else 0)
            for level in range(first, min(last, LEVELS - 1) + 1):
                for x in range(_tile_at(_parts(e0), level), _tile_at(_parts(e1), level) + 1):
                    for y in range(_tile_at(_parts(n0), level), _tile_at(_parts(n1), level) + 1):
                        key = _key(level, x, y)
                        at = _place(keys, key)
                        if keys[at] < 0:
                            keys[at] = key
                            count += 1
                            if 2 * count >= len(keys):
                                return count
    return count


@njit(cache=True)  # type: ignore[untyped-decorator]
def _fill(
    table: NDArray[np.int64], places: NDArray[np.int64], keys: NDArray[np.int64], slots: NDArray[np.int32]
) -> None:
    for i in range(len(keys)):
        at = _place(table, keys[i])
        table[at] = keys[i]
        places[at] = slots[i] * np.int64(_SIDE_1 * _SIDE_1)


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator]
def _mix(low: np.uint64, high: np.uint64, weight: np.uint64, lanes: np.uint64) -> np.uint64:
    """Between two codes whose channels have 16 bits each, `weight` (0 to 256) of the way to the second."""
    return ((low * (_WHOLE - weight) + high * weight) >> _EIGHT) & lanes


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator]
def _wide(code: np.uint32, stay: np.uint64, move: np.uint64) -> np.uint64:
    wide = np.uint64(code)
    return (wide & stay) | ((wide & move) << _ASIDE)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _look_up(
    east: Floats, north: Floats, depth: Floats, fineness: Floats, fine_cell: NDArray[np.int32],
    fine_east: Floats, fine_north: Floats, fine_depth: Floats, fine_fineness: Floats,
    texels: Codes32, table: NDArray[np.int64], places: NDArray[np.int64], sky: np.uint32,
    stay: np.uint64, move: np.uint64, lanes: np.uint64,
    codes: Codes32, depths: Singles, first_row: int, end_row: int,
) -> bool:  # fmt: skip
    """Cells one by one: where their pixels look, then the codes of one level, then those of the next mixed in. False
    where a tile is missing. `_place` is written out: an array handed to an inlined function is counted every time."""
    height, width = codes.shape
    step = 1.0 / CELL_PX
    pixels = CELL_PX * CELL_PX
    last = len(table) - 1
    to_east, to_north = np.empty(pixels, dtype=np.int64), np.empty(pixels, dtype=np.int64)
    fine = np.empty(pixels, dtype=np.int64)
    for a in range(first_row, end_row):
        top, bottom = a * CELL_PX, min((a + 1) * CELL_PX, height)
        for b in range(fine_cell.shape[1]):
            left, right = b * CELL_PX, min((b + 1) * CELL_PX, width)
            k = fine_cell[a, b]
            if k >= 0:
                for i in range(top, bottom):
                    for j in range(left, right):
                        p = (i - top) * CELL_PX + j - left
                        depths[i, j] = fine_depth[k, p]
                        seen = fine_depth[k, p] < SKY_DEPTH_M
                        fine[p] = np.int64(fine_fineness[k, p] * _LEVEL) if seen else _SKY
                        to_east[p] = _parts(fine_east[k, p]) if seen else 0
                        to_north[p] = _parts(fine_north[k, p]) if seen else 0
            elif depth[a, b] >= SKY_DEPTH_M:
                for i in range(top, bottom):
                    for j in range(left, right):
                        codes[i, j], depths[i, j] = sky, SKY_DEPTH_M
                continue
            else:
                e00, e01, e10, e11 = east[a, b], east[a, b + 1], east[a + 1, b], east[a + 1, b + 1]
                n00, n01, n10, n11 = north[a, b], north[a, b + 1], north[a + 1, b], north[a + 1, b + 1]
                d00, d01, d10, d11 = depth[a, b], depth[a, b + 1], depth[a + 1, b], depth[a + 1, b + 1]
                f00, f01, f10, f11 = fineness[a, b], fineness[a, b + 1], fineness[a + 1, b], fineness[a + 1, b + 1]
                for i in range(top, bottom):
                    t = (i - top + 0.5) * step
                    e, de = (e00 + t * (e10 - e00)) * _PER_M, (e01 - e00 + t * (e11 - e10 - e01 + e00)) * step * _PER_M
                    n, dn = (n00 + t * (n10 - n00)) * _PER_M, (n01 - n00 + t * (n11 - n10 - n01 + n00)) * step * _PER_M
                    d, dd = d00 + t * (d10 - d00), (d01 - d00 + t * (d11 - d10 - d01 + d00)) * step
                    f, df = (f00 + t * (f10 - f00)) * _LEVEL, (f01 - f00 + t * (f11 - f10 - f01 + f00)) * step * _LEVEL
                    p = (i - top) * CELL_PX
                    east_1, north_1 = np.int64(np.floor(e + 0.5 * de)), np.int64(np.floor(n + 0.5 * dn))
                    fine_1, more_east, more_north, more_fine = (
                        np.int64(f + 0.5 * df),
                        np.int64(de),
                        np.int64(dn),
                        np.int64(df),
                    )
                    for j in range(right - left):
                        to_east[p + j] = east_1 + j * more_east
                        to_north[p + j] = north_1 + j * more_north
                        fine[p + j] = fine_1 + j * more_fine
                        depths[i, left + j] = d + (j + 0.5) * dd
            for coarser in range(2):
                any_blend = False
                level_0, x_0, y_0, first = np.int64(-1), np.int64(0), np.int64(0), np.int64(0)
                for i in range(top, bottom):
                    for j in range(left, right):
                        p = (i - top) * CELL_PX + j - left
                        if fine[p] < 0:
                            codes[i, j] = sky
                            continue
                        more = (fine[p] & (_LEVEL - 1)) - _BLEND
                        level = (fine[p] >> _LEVEL_SHIFT) + coarser
                        if coarser == 0:
                            any_blend |= more > 0
                        elif more <= 0 or level >= LEVELS:
                            continue
                        u, v = (to_east[p] >> level) - _HALF, (to_north[p] >> level) - _HALF
                        x, y = u >> _TILE_SHIFT, v >> _TILE_SHIFT
                        if x != x_0 or y != y_0 or level != level_0:
                            level_0, x_0, y_0 = level, x, y
                            key = _key(level, x, y)
                            hashed = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
                            spot = np.int64(hashed >> np.uint64(32)) & last
                            while table[spot] != key and table[spot] >= 0:
                                spot = (spot + 1) & last
                            first = places[spot]
                            if first < 0:
                                return False
                        at = np.uint64(first + ((v >> _SHIFT) & _IN_TILE) * _SIDE_1 + ((u >> _SHIFT) & _IN_TILE))
                        right_of, above = at + np.uint64(1), at + np.uint64(_SIDE_1)
                        wu, wv = np.uint64((u >> (_SHIFT - 8)) & 255), np.uint64((v >> (_SHIFT - 8)) & 255)
                        both = (wu * wv) >> _EIGHT
                        code = (
                            _wide(texels[at], stay, move) * (_WHOLE - wu - wv + both)
                            + _wide(texels[right_of], stay, move) * (wu - both)
                            + _wide(texels[above], stay, move) * (wv - both)
                            + _wide(texels[above + np.uint64(1)], stay, move) * both
                        ) >> _EIGHT & lanes
                        if coarser == 1:
                            weight = np.uint64(np.float32(more) * np.float32(_PER_BLEND))
                            code = _mix(_wide(codes[i, j], stay, move), code, weight, lanes)
                        codes[i, j] = np.uint32((code & stay) | ((code >> _ASIDE) & move))
                if not any_blend:
                    break
    return True
