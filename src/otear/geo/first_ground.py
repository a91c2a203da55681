"""The compiled part of ray casting: many rays against one patch, to first ground or to the reason why not.

Metres in the frame of the patch's chart; columns and rows of its posts. See `raycast` for the idea. Rays are worked on
by the chunk, in passes: what can be done for several rays at once by vector instructions is kept apart from what cannot
(`_march`). Arrays go from function to function only once per chunk, because passing one counts a reference, which costs
as much as crossing a block of terrain. Functions that are called for every ray are inlined.
"""

# ruff: noqa: PLR0917 - compiled functions take plain numbers and arrays, many of them
from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from otear.geo.frames import Floats
from otear.geo.terrain.chart import evaluate
from otear.geo.terrain.patch import COARSE, FINE
from otear.geo.terrain.slope import surface

Heights = NDArray[np.float32]


_Function = TypeVar("_Function", bound=Callable[..., object])


def _compiled(function: _Function) -> _Function:
    """Compile a function on its first call and keep it on disk; NaN and order of additions are kept as written."""
    return cast(_Function, njit(cache=True, error_model="numpy", fastmath={"contract"})(function))


class Miss(IntEnum):
    """Why a ray has no place on the ground."""

    HIT = 0
    """It has one."""
    ABOVE_HORIZON = 1
    """It never comes down to the height of the highest post, or goes up past it."""
    LEFT_TERRAIN = 2
    """It would meet ground outside the patch: it never crosses it, runs off it, or comes in below its surface."""
    NO_DATA = 3
    """It comes to a cell without data, at a height where there may well be ground."""
    UNDERGROUND = 4
    """It starts below the surface."""
    TOO_FAR = 5
    """It meets nothing within the maximum range."""
    NO_RAY = 6
    """Its origin, direction or maximum range is not finite, or the direction is not a unit vector."""

    @property
    def reason(self) -> str:
        """The reason as part of a sentence."""
        return _REASONS[self]


_REASONS = {
    Miss.HIT: "meets the ground",
    Miss.ABOVE_HORIZON: "never comes down to the ground",
    Miss.LEFT_TERRAIN: "leaves the terrain before it meets the ground",
    Miss.NO_DATA: "comes to a place where the terrain has no data",
    Miss.UNDERGROUND: "starts below the ground",
    Miss.TOO_FAR: "meets no ground within the maximum range",
    Miss.NO_RAY: "has no known origin, direction or maximum range",
}
# Plain integers: compiled code knows no enumerations' members at no cost.
_HIT, _ABOVE, _LEFT, _NO_DATA, _UNDER, _TOO_FAR, _NO_RAY = (int(miss) for miss in Miss)
_ON = -1  # nothing met yet
_EDGE = 1e-6  # how far past the outermost posts, in posts, still counts as on them


_CHUNK = 1024
# Rows of the work array: what _lay and _march say of each ray of the chunk.
_START, _STEP, _PIECES, _LOW, _HIGH, _C0, _C1, _C2, _R0, _R1, _R2, _H0, _H1, _H2, _BEYOND, _FRESH, _PER_C, _PER_R = (
    range(18)
)


@_compiled
def cast_rays(
    heights: Heights, fine: Floats, coarse: Floats, chart: Floats, metric: Floats, box: Floats, sphere: Floats,
    piece_m: float, scale: float, frame: Floats,
    origins: Floats, directions: Floats, limits: Floats, places: Floats, normals: Floats, miss: NDArray[np.uint8],
) -> None:  # fmt: skip
    """Fill `places` (range, latitude, longitude, height; each a row), `normals` and `miss`.

    `sphere` is its radius and the heights above it between which there is ground, `frame` three axes and the origin.
    """
    rays, work = np.empty((6, _CHUNK)), np.empty((18, _CHUNK))
    state, index = np.empty(_CHUNK, dtype=np.int64), np.empty((2, _CHUNK))
    flat = heights.reshape(heights.size)
    for begin in range(0, len(miss), _CHUNK):
        count = min(_CHUNK, len(miss) - begin)
        _enter(frame, origins[begin : begin + count], directions[begin : begin + count], rays)
        piece = 0
        going = count
        while going > 0:
            _lay(
                chart,
                box,
                sphere,
                piece_m,
                scale,
                heights.shape,
                rays,
                limits[begin : begin + count],
                piece,
                work,
                state,
            )
            going = _march(
                flat,
                heights.shape,
                fine,
                coarse,
                piece,
                count,
                sphere[3],
                work,
                state,
                index,
                places[0, begin : begin + count],
            )
            piece += 1
        _locate(chart, scale, rays, places[:, begin : begin + count])
        _touch(
            flat, heights.shape, metric, index, state, places[3, begin : begin + count], normals[begin : begin + count]
        )
        for i in range(count):
            miss[begin + i] = state[i]


@_compiled
def _enter(frame: Floats, origins: Floats, directions: Floats, rays: Floats) -> None:
    """Origins and directions in the frame of the chart, each a row of `rays`."""
    for i in range(len(origins)):
        x, y, z = origins[i, 0] - frame[3, 0], origins[i, 1] - frame[3, 1], origins[i, 2] - frame[3, 2]
        u, v, w = directions[i, 0], directions[i, 1], directions[i, 2]
        for axis in range(3):
            rays[axis, i] = frame[axis, 0] * x + frame[axis, 1] * y + frame[axis, 2] * z
            rays[3 + axis, i] = frame[axis, 0] * u + frame[axis, 1] * v + frame[axis, 2] * w


@_compiled
def _not_zero(value: float) -> float:
    """The value, or a very small one: division by it sends the answer far off, as is right, and never to NaN."""
    return value if abs(value) > 1e-12 else 1e-12


@_compiled
def _lay(
    chart: Floats, box: Floats, sphere: Floats, piece_m: float, scale: float, shape: tuple[int, int],
    rays: Floats, limits: Floats, piece: int, work: Floats, state: NDArray[np.int64],
) -> None:  # fmt: skip
    """Piece number `piece` of every ray: its quadratics and the fractions between which it is over the patch.

    The first time, also where the ray is between the highest and the lowest post and over the box, or why nowhere.
    """
    radius, top, bottom = sphere[0], sphere[1], sphere[2]
    west, east, south, north = box[0], box[1], box[2], box[3]
    last_column, last_row = shape[1] - 1.0, shape[0] - 1.0
    if piece == 0:
        for i in range(len(limits)):
            o0, o1, o2, d0, d1, d2 = rays[0, i], rays[1, i], rays[2, i], rays[3, i], rays[4, i], rays[5, i]
            centre = o2 + radius
            along = o0 * d0 + o1 * d1 + centre * d2
            # Heights above the sphere, and products of them, keep their digits where squares of radii would not.
            distance = np.sqrt(o0 * o0 + o1 * o1 + centre * centre)
            height = distance - radius
            over_top = (height - top) * (distance + radius + top)
            over_bottom = (height - bottom) * (distance + radius + bottom)
            to_top = np.sqrt(max(along * along - over_top, 0.0))
            reaches_bottom = over_bottom > 0.0 and along < 0.0 and along * along > over_bottom
            to_bottom = np.sqrt(max(along * along - over_bottom, 0.0))
            never = over_top > 0.0 and (along >= 0.0 or along * along <= over_top)
            start = -along - to_top if over_top > 0.0 else 0.0
            end = -along - to_bottom if reaches_bottom else -along + to_top
            u, v = _not_zero(d0), _not_zero(d1)
            x_in, x_out, y_in, y_out = (west - o0) / u, (east - o0) / u, (south - o1) / v, (north - o1) / v
            start = max(start, min(x_in, x_out), min(y_in, y_out))
            end = min(end, max(x_in, x_out), max(y_in, y_out))
            limit = limits[i]
            is_ray = abs(d0 * d0 + d1 * d1 + d2 * d2 - 1.0) < 1e-6 and distance < np.inf and not np.isnan(limit)
            reached = min(end, limit)
            state[i] = (
                _NO_RAY if not is_ray
                else _ABOVE if never
                else _LEFT if start >= end
                else _TOO_FAR if start >= limit
                else _ON
            )  # fmt: skip
            pieces = np.ceil((reached - start) / piece_m)
            work[_START, i] = start
            work[_PIECES, i] = pieces
            work[_STEP, i] = (reached - start) / pieces
            work[_BEYOND, i] = end > limit
            work[_FRESH, i] = 1.0
    _curve(chart, 0, scale, rays, piece, work[_START], work[_STEP], work[_C0], work[_C1], work[_C2])
    _curve(chart, 1, scale, rays, piece, work[_START], work[_STEP], work[_R0], work[_R1], work[_R2])
    _curve(chart, 2, scale, rays, piece, work[_START], work[_STEP], work[_H0], work[_H1], work[_H2])
    _clip(
        work[_C0],
        work[_C1],
        work[_C2],
        last_column,
        work[_R0],
        work[_R1],
        work[_R2],
        last_row,
        work[_PER_C],
        work[_PER_R],
        work[_LOW],
        work[_HIGH],
    )


@_compiled
def _clip(
    c0: Floats, c1: Floats, c2: Floats, last_column: float, r0: Floats, r1: Floats, r2: Floats, last_row: float,
    per_column: Floats, per_row: Floats, low: Floats, high: Floats,
) -> None:  # fmt: skip
    """Fractions of a piece to a column and to a row of its chord, and between which the chord is over the posts.

    low > high where it is not.
    """
    for i in range(_CHUNK):
        per_column[i], per_row[i] = 1.0 / _not_zero(c1[i] + c2[i]), 1.0 / _not_zero(r1[i] + r2[i])
        one, two = (-_EDGE - c0[i]) * per_column[i], (last_column + _EDGE - c0[i]) * per_column[i]
        three, four = (-_EDGE - r0[i]) * per_row[i], (last_row + _EDGE - r0[i]) * per_row[i]
        low[i] = max(0.0, min(one, two), min(three, four))
        high[i] = min(1.0, max(one, two), max(three, four))


@_compiled
def _curve(
    chart: Floats, k: int, scale: float, rays: Floats, piece: int, start: Floats, length: Floats,
    constant: Floats, linear: Floats, square: Floats,
) -> None:  # fmt: skip
    """Polynomial `k` of the chart along a piece of every ray, as a quadratic of the fraction of the piece."""
    for i in range(_CHUNK):
        step = length[i]
        t = start[i] + piece * step
        d0, d1, d2 = rays[3, i] * scale, rays[4, i] * scale, rays[5, i] * scale
        x, y, z = rays[0, i] * scale + t * d0, rays[1, i] * scale + t * d1, rays[2, i] * scale + t * d2
        u, v, w = 0.5 * step * d0, 0.5 * step * d1, 0.5 * step * d2
        begin = evaluate(chart, k, x, y, z)
        middle = evaluate(chart, k, x + u, y + v, z + w)
        end = evaluate(chart, k, x + 2.0 * u, y + 2.0 * v, z + 2.0 * w)
        bend = 2.0 * (begin + end) - 4.0 * middle
        constant[i], linear[i], square[i] = begin, end - begin - bend, bend


@njit(inline="always", error_model="numpy", fastmath={"contract"})  # type: ignore[untyped-decorator]
def _cross(
    flat: Heights, rows: int, columns: int, c0: float, c1: float, c2: float, r0: float, r1: float, r2: float,
    h0: float, h1: float, h2: float, s: float, end: float, fresh: bool,
) -> tuple[int, float]:  # fmt: skip
    """Cross the cells between two fractions of a piece: what is met, and at which fraction."""
    c, r = c0 + s * (c1 + s * c2), r0 + s * (r1 + s * r2)
    per_column, per_row = 1.0 / _not_zero(c1 + c2 * (s + end)), 1.0 / _not_zero(r1 + r2 * (s + end))
    left, up = min(max(int(c), 0), columns - 2), min(max(int(r), 0), rows - 2)
    next_column = s + (left + (1.0 if per_column > 0.0 else 0.0) - c) * per_column
    next_row = s + (up + (1.0 if per_row > 0.0 else 0.0) - r) * per_row
    while True:
        at = up * columns + left
        nw, ne = float(flat[at]), float(flat[at + 1])
        sw, se = float(flat[at + columns]), float(flat[at + columns + 1])
        twist = nw - ne - sw + se
        u, v = c - left, r - up
        gap = h0 + s * (h1 + s * h2) - (nw + u * (ne - nw) + v * (sw - nw + u * twist))
        if not gap > 0.0:
            return (_NO_DATA if np.isnan(gap) else _UNDER if fresh and gap < 0.0 else _HIT), s
        fresh = False
        out = min(next_column, next_row, end)
        column, row = c0 + out * (c1 + out * c2), r0 + out * (r1 + out * r2)
        ds, dc, dr, u, v = out - s, column - c, row - r, column - left, row - up
        after = h0 + out * (h1 + out * h2) - (nw + u * (ne - nw) + v * (sw - nw + u * twist))
        # Clearance at fraction w of the way through the cell: gap + b w + k w^2. The bend of the path counts for k as
        # much as the slope of the surface half way through makes of it.
        by_column, by_row = ne - nw + (v - 0.5 * dr) * twist, sw - nw + (u - 0.5 * dc) * twist
        k = (h2 - by_column * c2 - by_row * r2) * ds * ds - twist * dc * dr
        b = after - gap - k
        if not after > 0.0 or (k > 0.0 and -2.0 * k < b < 0.0 and b * b >= 4.0 * k * gap):
            w = 2.0 * gap / (np.sqrt(max(b * b - 4.0 * k * gap, 0.0)) - b)
            return _HIT, s + min(w, 1.0) * ds
        if out >= end:
            return _ON, s
        s, c, r = out, column, row
        if next_column <= next_row:
            left = min(max(left + (1 if per_column > 0.0 else -1), 0), columns - 2)
            next_column += abs(per_column)
        else:
            up = min(max(up + (1 if per_row > 0.0 else -1), 0), rows - 2)
            next_row += abs(per_row)


@_compiled
def _march(
    flat: Heights, shape: tuple[int, int], fine: Floats, coarse: Floats, piece: int, count: int, steepest: float,
    work: Floats, state: NDArray[np.int64], index: Floats, range_m: Floats,
) -> int:  # fmt: skip
    """Take one piece of every ray that goes on to its first ground; how many go on still.

    A ray that meets ground gets its range, and column and row in `index`; a miss gets NaN.
    """
    rows, columns = shape
    coarse_rows, coarse_columns = -(-(rows - 1) // COARSE), -(-(columns - 1) // COARSE)
    fine_rows, fine_columns = -(-(rows - 1) // FINE), -(-(columns - 1) // FINE)
    going = 0
    for i in range(count):
        if state[i] != _ON:
            if piece == 0:
                range_m[i] = np.nan
            continue
        low, high = work[_LOW, i], work[_HIGH, i]
        result, s = _ON, low
        if low <= high:
            c0, c1, c2 = work[_C0, i], work[_C1, i], work[_C2, i]
            r0, r1, r2 = work[_R0, i], work[_R1, i], work[_R2, i]
            h0, h1, h2 = work[_H0, i], work[_H1, i], work[_H2, i]
            fresh = work[_FRESH, i] > 0.0
            # Blocks are crossed along the chord of the piece, which is off the curve by up to a quarter of the bend: in
            # height, and sideways, where neither surface nor roof rises by more than the steepest from post to post.
            dc, dr, dh = _not_zero(c1 + c2), _not_zero(r1 + r2), h1 + h2
            floor = h0 - 0.25 * max(h2, 0.0) - 0.5 * steepest * (abs(c2) + abs(r2))
            per_column, per_row = work[_PER_C, i], work[_PER_R, i]
            column_step, row_step = (1 if dc > 0.0 else -1), (1 if dr > 0.0 else -1)
            column_side, row_side = (1 if dc > 0.0 else 0), (1 if dr > 0.0 else 0)
            column = min(max(int(c0 + dc * s) // COARSE, 0), coarse_columns - 1)
            row = min(max(int(r0 + dr * s) // COARSE, 0), coarse_rows - 1)
            next_column = ((column + column_side) * COARSE - c0) * per_column
            next_row = ((row + row_side) * COARSE - r0) * per_row
            searching = True
            while searching:
                coarse_out = min(next_column, next_row, high)
                at = 3 * (row * coarse_columns + column)
                above, by_column, by_row = coarse[at], coarse[at + 1], coarse[at + 2]
                above = floor - above - by_column * c0 - by_row * r0
                sinks = dh - by_column * dc - by_row * dr
                fresh = fresh and above + sinks * s <= 0.0
                if above + min(sinks * s, sinks * coarse_out) <= 0.0:
                    if above + sinks * s > 0.0:
                        s = -above / sinks
                    fine_column = min(max(int(c0 + dc * s) // FINE, 0), fine_columns - 1)
                    fine_row = min(max(int(r0 + dr * s) // FINE, 0), fine_rows - 1)
                    next_fine_column = ((fine_column + column_side) * FINE - c0) * per_column
                    next_fine_row = ((fine_row + row_side) * FINE - r0) * per_row
                    while s < coarse_out:
                        fine_out = min(next_fine_column, next_fine_row, coarse_out)
                        at = 3 * (fine_row * fine_columns + fine_column)
                        above, by_column, by_row = fine[at], fine[at + 1], fine[at + 2]
                        above = floor - above - by_column * c0 - by_row * r0
                        sinks = dh - by_column * dc - by_row * dr
                        fresh = fresh and above + sinks * s <= 0.0
                        if s < fine_out and above + min(sinks * s, sinks * fine_out) <= 0.0:
                            if above + sinks * s > 0.0:
                                s = -above / sinks
                            result, s = _cross(
                                flat, rows, columns, c0, c1, c2, r0, r1, r2, h0, h1, h2, s, fine_out, fresh
                            )
                            searching = result == _ON
                            fresh = False
                            if not searching:
                                break
                        s = max(s, fine_out)
                        if next_fine_column <= next_fine_row:
                            fine_column = min(max(fine_column + column_step, 0), fine_columns - 1)
                            next_fine_column += FINE * abs(per_column)
                        else:
                            fine_row = min(max(fine_row + row_step, 0), fine_rows - 1)
                            next_fine_row += FINE * abs(per_row)
                if searching:
                    s = max(s, coarse_out)
                    if next_column <= next_row:
                        column = min(max(column + column_step, 0), coarse_columns - 1)
                        next_column += COARSE * abs(per_column)
                    else:
                        row = min(max(row + row_step, 0), coarse_rows - 1)
                        next_row += COARSE * abs(per_row)
                    searching = s < high
            work[_FRESH, i] = fresh
            if result == _HIT:
                range_m[i] = work[_START, i] + (piece + s) * work[_STEP, i]
                index[0, i], index[1, i] = c0 + s * (c1 + s * c2), r0 + s * (r1 + s * r2)
            elif result == _UNDER and (work[_START, i] > 0.0 or piece > 0 or low > 0.0):
                result = _LEFT
        if result == _ON:
            if piece + 1 < work[_PIECES, i]:
                going += 1
                continue
            # The whole of the reach is done. Over the patch to its end, it stops at the range, or goes up past the top.
            result = _LEFT if not low <= high == 1.0 else _TOO_FAR if work[_BEYOND, i] > 0.0 else _ABOVE
        state[i] = result
        if result != _HIT:
            range_m[i] = np.nan
    return going


@_compiled
def _locate(chart: Floats, scale: float, rays: Floats, places: Floats) -> None:
    """Latitudes and longitudes (rows 1 and 2 of `places`) at the ranges (row 0)."""
    for i in range(places.shape[1]):
        t = places[0, i]
        x, y, z = (
            (rays[0, i] + t * rays[3, i]) * scale,
            (rays[1, i] + t * rays[4, i]) * scale,
            (rays[2, i] + t * rays[5, i]) * scale,
        )
        places[1, i] = evaluate(chart, 3, x, y, z)
        places[2, i] = evaluate(chart, 4, x, y, z)


@_compiled
def _touch(
    flat: Heights, shape: tuple[int, int], metric: Floats, index: Floats, state: NDArray[np.int64],
    height_m: Floats, normals: Floats,
) -> None:  # fmt: skip
    """Height and normal of the surface where rays meet it."""
    for i in range(len(height_m)):
        if state[i] != _HIT:
            height_m[i] = np.nan
            normals[i, 0] = normals[i, 1] = normals[i, 2] = np.nan
            continue
        height_m[i], east, north = surface(flat, shape, metric, index[0, i], index[1, i])
        upward = 1.0 / np.sqrt(1.0 + east * east + north * north)
        normals[i, 0], normals[i, 1], normals[i, 2] = -east * upward, -north * upward, upward
