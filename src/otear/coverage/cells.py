"""Which cells are in a picture, how finely, and what a look adds up for each: the loops that run per moment and tile.

ECEF metres throughout. A camera is its position, its axes (rows: line of sight, right, down of the picture) and the
tangents of its half fields of view. A cell is judged at 64 sub-points, eight by eight, one bit each: a field of view
narrower than a cell sees a part of it, and only that part is claimed (one narrower than an eighth of a cell may fall
between them and claim nothing). Corners are projected once per cell; sub-points only where the edge of the picture
crosses the cell.
"""
# ruff: noqa: PLR0917 - compiled functions take plain numbers and arrays, many of them

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from otear.coverage.ground import TILE
from otear.coverage.resolution import LEAST_DEPRESSION
from otear.geo.frames import SEMI_MAJOR_M, SEMI_MINOR_M, Floats

_SIDE = 8
SUB_POINTS = _SIDE * _SIDE
_WHOLE = np.uint64(0xFFFF_FFFF_FFFF_FFFF)
_ONE = np.uint64(1)
ROOM = 16 * TILE * TILE
"""How many cells are worked on together."""
_SIN_LEAST = float(np.sin(LEAST_DEPRESSION))
_POLAR = (SEMI_MAJOR_M / SEMI_MINOR_M) ** 2


class Found(NamedTuple):
    """Room for the cells of several tiles that are in one picture, and for those whose line of sight is to be cast.

    `cell` is row · TILE + column in its tile, `bits` the sub-points in the picture, `gsd_m` the geometric mean ground
    sample distance and `depression` (radians) at the middle of those sub-points. `cast` are positions in the other
    columns, `lat` and `lon` (radians) the places to cast to. All have shape (ROOM,).
    """

    cell: NDArray[np.int32]
    bits: NDArray[np.uint64]
    gsd_m: Floats
    depression: Floats
    cast: NDArray[np.int32]
    lat: Floats
    lon: Floats

    @staticmethod
    def room() -> Found:
        """Empty columns."""
        n = ROOM
        return Found(
            np.empty(n, np.int32),
            np.empty(n, np.uint64),
            np.empty(n),
            np.empty(n),
            np.empty(n, np.int32),
            np.empty(n),
            np.empty(n),
        )


class Seen(NamedTuple):
    """What a look has added up for the cells of one tile, shape (TILE · TILE,).

    `framed` and `seen`: sub-points ever in the picture, and ever in it and visible. `gsd_m`: the finest while visible,
    infinite before; `depression` in that moment. `clear`: whether the last line of sight was free, `checked`: in which
    period it was cast, counted from 1; 0 before the first.
    """

    framed: NDArray[np.uint64]
    seen: NDArray[np.uint64]
    gsd_m: Floats
    depression: Floats
    dwell_s: Floats
    clear: NDArray[np.bool_]
    checked: NDArray[np.int32]

    @staticmethod
    def nothing() -> Seen:
        """Before the first moment."""
        n = TILE * TILE
        return Seen(
            np.zeros(n, np.uint64),
            np.zeros(n, np.uint64),
            np.full(n, np.inf),
            np.zeros(n),
            np.zeros(n),
            np.zeros(n, np.bool_),
            np.zeros(n, np.int32),
        )


@njit(cache=True)  # type: ignore[untyped-decorator]
def may_hold(centre: Floats, radius_m: float, position: Floats, axes: Floats, tan_h: float, tan_v: float) -> bool:
    """Whether any part of a ball may be in the picture: it is not wholly beyond one of the picture's four sides."""
    to_centre = axes @ (centre - position)
    norm_h, norm_v = np.sqrt(1.0 + tan_h * tan_h), np.sqrt(1.0 + tan_v * tan_v)
    return bool(
        abs(to_centre[1]) - tan_h * to_centre[0] <= radius_m * norm_h
        and abs(to_centre[2]) - tan_v * to_centre[0] <= radius_m * norm_v
    )


@njit(cache=True)  # type: ignore[untyped-decorator]
def _outside(forward: float, right: float, down: float, tan_h: float, tan_v: float) -> int:
    """One bit for each side of the picture that a point is beyond, one for a point behind the camera or not known."""
    if not forward > 0.0:
        return 16
    code = 0
    if right < -tan_h * forward:
        code = 1
    elif right > tan_h * forward:
        code = 2
    if down < -tan_v * forward:
        code |= 4
    elif down > tan_v * forward:
        code |= 8
    return code


@njit(cache=True)  # type: ignore[untyped-decorator]
def find_cells(
    corners: Floats,
    places: Floats,
    position: Floats,
    axes: Floats,
    tan_h: float,
    tan_v: float,
    pixel_angle: float,
    coarsest_gsd_m: float,
    max_range_m: float,
    window: tuple[int, int, int, int],
    period: int,
    clear: NDArray[np.bool_],
    checked: NDArray[np.int32],
    found: Any,
    n_found: int,
    n_cast: int,
) -> tuple[int, int]:
    """Add the cells of a tile that are in the picture to the `n_found` so far, and those whose line of sight is to
    be cast to the `n_cast`; returns both counts.

    `window` is (first row, last row, first column, last column) in the tile, ends included. `pixel_angle` (radians) is
    the angle of one pixel in the middle of the picture. Cells beyond `max_range_m`, or sampled more coarsely than
    `coarsest_gsd_m`, count as not in the picture.
    """
    cell, bits, gsds, depressions, cast, lats, lons = found
    top, bottom, left, right_end = window
    seen = np.empty((2, TILE + 1, 3))
    codes = np.empty((2, TILE + 1), np.int64)
    for row in range(top, bottom + 2):
        now = row & 1
        for col in range(left, right_end + 2):
            d0 = corners[row, col, 0] - position[0]
            d1 = corners[row, col, 1] - position[1]
            d2 = corners[row, col, 2] - position[2]
            for k in range(3):
                seen[now, col, k] = axes[k, 0] * d0 + axes[k, 1] * d1 + axes[k, 2] * d2
            codes[now, col] = _outside(seen[now, col, 0], seen[now, col, 1], seen[now, col, 2], tan_h, tan_v)
        if row == top:
            continue
        up = 1 - now
        for col in range(left, right_end + 1):
            c00, c01, c10, c11 = codes[up, col], codes[up, col + 1], codes[now, col], codes[now, col + 1]
            if c00 & c01 & c10 & c11:
                continue
            mask = np.uint64(0)
            u_mean = 0.5
            v_mean = 0.5
            if c00 | c01 | c10 | c11 == 0:
                mask = _WHOLE
            else:
                count = 0
                u_mean = 0.0
                v_mean = 0.0
                for k in range(SUB_POINTS):
                    u = (k % _SIDE + 0.5) / _SIDE
                    v = (k // _SIDE + 0.5) / _SIDE
                    f = _between(seen, up, now, col, 0, u, v)
                    r = _between(seen, up, now, col, 1, u, v)
                    d = _between(seen, up, now, col, 2, u, v)
                    if f > 0.0 and abs(r) <= tan_h * f and abs(d) <= tan_v * f:
                        mask |= _ONE << np.uint64(k)
                        u_mean += u
                        v_mean += v
                        count += 1
                if count == 0:
                    continue
                u_mean /= count
                v_mean /= count
            f = _between(seen, up, now, col, 0, u_mean, v_mean)
            r = _between(seen, up, now, col, 1, u_mean, v_mean)
            d = _between(seen, up, now, col, 2, u_mean, v_mean)
            slant_m = np.sqrt(f * f + r * r + d * d)
            if not slant_m <= max_range_m:
                continue
            # The normal of the ellipsoid through the middle, good to a microradian at any height of ground.
            x = _mix(corners, row - 1, col, 0, u_mean, v_mean)
            y = _mix(corners, row - 1, col, 1, u_mean, v_mean)
            z = _mix(corners, row - 1, col, 2, u_mean, v_mean)
            zn = z * _POLAR
            sin_depression = ((position[0] - x) * x + (position[1] - y) * y + (position[2] - z) * zn) / (
                slant_m * np.sqrt(x * x + y * y + zn * zn)
            )
            # Off the axis of a pinhole a pixel covers less: its solid angle goes with the cube of the cosine.
            gsd_m = pixel_angle * slant_m * (f / slant_m) ** 1.5 / np.sqrt(max(sin_depression, _SIN_LEAST))
            if not gsd_m <= coarsest_gsd_m:
                continue
            index = (row - 1) * TILE + col
            cell[n_found] = index
            bits[n_found] = mask
            gsds[n_found] = gsd_m
            depressions[n_found] = np.arcsin(min(sin_depression, 1.0))
            # Hidden ground is tried in every period; what is in sight stays so for longer.
            if checked[index] < (period - 3 if clear[index] else period):
                cast[n_cast] = n_found
                lats[n_cast] = _mix(places, row - 1, col, 0, u_mean, v_mean)
                lons[n_cast] = _mix(places, row - 1, col, 1, u_mean, v_mean)
                n_cast += 1
            n_found += 1
    return n_found, n_cast


@njit(cache=True)  # type: ignore[untyped-decorator]
def _between(seen: Floats, up: int, now: int, col: int, k: int, u: float, v: float) -> float:
    """Bilinear between the four corners of a cell in the two rows at hand."""
    above = seen[up, col, k] * (1.0 - u) + seen[up, col + 1, k] * u
    return float(above * (1.0 - v) + (seen[now, col, k] * (1.0 - u) + seen[now, col + 1, k] * u) * v)


@njit(cache=True)  # type: ignore[untyped-decorator]
def _mix(lattice: Floats, row: int, col: int, k: int, u: float, v: float) -> float:
    """Bilinear between the four corners of a cell of a tile's lattice."""
    above = lattice[row, col, k] * (1.0 - u) + lattice[row, col + 1, k] * u
    return float(above * (1.0 - v) + (lattice[row + 1, col, k] * (1.0 - u) + lattice[row + 1, col + 1, k] * u) * v)


@njit(cache=True)  # type: ignore[untyped-decorator]
def record(
    part: tuple[int, int, int, int],
    clear_now: NDArray[np.bool_],
    step_s: float,
    period: int,
    found: Any,
    total: Any,
) -> None:
    """Add one moment of `step_s` to what a look has seen of a tile.

    `part` is where the tile's cells begin and end among those found, and among those cast; `clear_now` says which lines
    of sight were free.
    """
    cell, bits, gsds, depressions, cast, _, _ = found
    framed, seen, gsd_m, depression, dwell_s, clear, checked = total
    begin, end, cast_begin, cast_end = part
    for k in range(cast_begin, cast_end):
        index = cell[cast[k]]
        clear[index] = clear_now[k]
        checked[index] = period
    for k in range(begin, end):
        index = cell[k]
        framed[index] |= bits[k]
        if clear[index]:
            seen[index] |= bits[k]
            dwell_s[index] += step_s
            if gsds[k] < gsd_m[index]:
                gsd_m[index] = gsds[k]
                depression[index] = depressions[k]
