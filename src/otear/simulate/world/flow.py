"""Where water runs on a grid of heights: out of every hollow, downhill, ever more of it.

Arrays are (row, column), row 0 in the north; cells are numbered row by row. A cell hands its water to one of its eight
neighbours (its receiver); a cell that is its own receiver is an outlet.

Written here because the one library that does it (fastscapelib) is under the GPL.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from otear.geo.frames import Floats

Cells = NDArray[np.int32]
Mask = NDArray[np.bool_]

_LIFT_M = 1e-4
"""Each step out of a hollow rises by this much, so that water finds its way over what was filled."""


@dataclass(frozen=True, eq=False)
class Flow:
    """How a surface drains. `filled_m` has its hollows filled, shape (rows, columns); the others have shape (n,):
    `receiver`, `run_m` (how far away that is), and `order`, in which every cell stands after its receiver."""

    filled_m: Floats
    receiver: Cells
    run_m: Floats
    order: Cells

    def gathered(self, amount: float | Floats) -> Floats:
        """What comes together in each cell of an amount that falls on each, shape (n,)."""
        total = np.full(len(self.order), amount, dtype=np.float64)
        _gather(self.order, self.receiver, total)
        return total

    def spread(self, values: Floats, mask: Mask) -> Floats:
        """To each cell the value of the first cell on its way down that is in `mask`, or of its outlet; shape (n,)."""
        result = values.astype(np.float64)
        _spread(self.order, self.receiver, mask, result)
        return result


def drain(heights_m: Floats, outlets: Mask, step_m: tuple[float, float]) -> Flow:
    """How heights drain to the cells in `outlets`. `step_m` is the distance of neighbours along a row and a column.

    Hollows are filled by priority flood (Barnes, Lehman and Mulla 2014); the order is found as by Braun and Willett
    (2013), both in one go, as a flood visits each cell after the one that it drains to.
    """
    filled = heights_m.astype(np.float64)
    order = _flood(filled.reshape(-1), outlets.reshape(-1), filled.shape[1])
    receiver, run = _receivers(filled, outlets, *step_m)
    return Flow(filled, receiver, run, _sorted_down(receiver, order))


@njit(cache=True)  # type: ignore[untyped-decorator]
def _push(keys: Floats, cells: Cells, size: int, key: float, cell: int) -> None:
    i = size
    while i > 0:
        above = (i - 1) >> 1
        if keys[above] <= key:
            break
        keys[i], cells[i] = keys[above], cells[above]
        i = above
    keys[i], cells[i] = key, cell


@njit(cache=True)  # type: ignore[untyped-decorator]
def _pop(keys: Floats, cells: Cells, size: int) -> None:
    """Take the first away from a heap that then holds `size`."""
    key, cell = keys[size], cells[size]
    i = 0
    while True:
        below = 2 * i + 1
        if below >= size:
            break
        if below + 1 < size and keys[below + 1] < keys[below]:
            below += 1
        if keys[below] >= key:
            break
        keys[i], cells[i] = keys[below], cells[below]
        i = below
    keys[i], cells[i] = key, cell


@njit(cache=True)  # type: ignore[untyped-decorator]
def _flood(heights: Floats, outlets: Mask, columns: int) -> Cells:
    """Fill hollows in place; the cells in the order of the flood. Cells that no outlet reaches do not exist: the grid
    hangs together."""
    count = heights.size
    rows = count // columns
    keys, cells = np.empty(count), np.empty(count, dtype=np.int32)
    pit = np.empty(count, dtype=np.int32)
    order, seen = np.empty(count, dtype=np.int32), np.zeros(count, dtype=np.bool_)
    size, first, last, done = 0, 0, 0, 0
    for cell in range(count):
        if outlets[cell]:
            _push(keys, cells, size, heights[cell], cell)
            size += 1
            seen[cell] = True
    while size > 0 or first < last:
        if first < last:
            here = pit[first]
            first += 1
        else:
            first = last = 0
            here = cells[0]
            size -= 1
            _pop(keys, cells, size)
        order[done] = here
        done += 1
        row, column = here // columns, here % columns
        for r in range(max(row - 1, 0), min(row + 2, rows)):
            for c in range(max(column - 1, 0), min(column + 2, columns)):
                cell = r * columns + c
                if seen[cell]:
                    continue
                seen[cell] = True
                least = heights[here] + _LIFT_M
                if heights[cell] <= least:
                    heights[cell] = least
                    pit[last] = cell
                    last += 1
                else:
                    _push(keys, cells, size, heights[cell], cell)
                    size += 1
    return order


@njit(cache=True)  # type: ignore[untyped-decorator]
def _receivers(heights: Floats, outlets: Mask, step_x: float, step_y: float) -> tuple[Cells, Floats]:
    rows, columns = heights.shape
    receiver, run = np.empty(rows * columns, dtype=np.int32), np.ones(rows * columns)
    slant = np.hypot(step_x, step_y)
    for row in range(rows):
        for column in range(columns):
            here = row * columns + column
            receiver[here] = here
            if outlets[row, column]:
                continue
            steepest = 0.0
            for r in range(max(row - 1, 0), min(row + 2, rows)):
                for c in range(max(column - 1, 0), min(column + 2, columns)):
                    far = slant if r != row and c != column else step_y if r != row else step_x
                    slope = (heights[row, column] - heights[r, c]) / far
                    if slope > steepest:
                        steepest, receiver[here], run[here] = slope, r * columns + c, far
    return receiver, run


@njit(cache=True)  # type: ignore[untyped-decorator]
def _sorted_down(receiver: Cells, flood: Cells) -> Cells:
    """Cells so that each stands after its receiver. A flood nearly does that; a heap that holds equal keys, or the
    lift over what was filled, may turn two of them round, so they are counted out from the outlets (a stack)."""
    count = receiver.size
    start = np.zeros(count + 1, dtype=np.int32)
    for cell in range(count):
        if receiver[cell] != cell:
            start[receiver[cell] + 1] += 1
    for cell in range(count):
        start[cell + 1] += start[cell]
    givers, at = np.empty(count, dtype=np.int32), start[:-1].copy()
    for i in range(count):
        cell = flood[i]
        to = receiver[cell]
        if to != cell:
            givers[at[to]] = cell
            at[to] += 1
    order, done = np.empty(count, dtype=np.int32), 0
    for i in range(count):
        if receiver[flood[i]] == flood[i]:
            order[done] = flood[i]
            done += 1
    here = 0
    while here < done:
        cell = order[here]
        for i in range(start[cell], start[cell + 1]):
            order[done] = givers[i]
            done += 1
        here += 1
    return order


@njit(cache=True)  # type: ignore[untyped-decorator]
def _gather(order: Cells, receiver: Cells, total: Floats) -> None:
    for i in range(order.size - 1, -1, -1):
        cell = order[i]
        if receiver[cell] != cell:
            total[receiver[cell]] += total[cell]


@njit(cache=True)  # type: ignore[untyped-decorator]
def _spread(order: Cells, receiver: Cells, mask: Mask, values: Floats) -> None:
    for i in range(order.size):
        cell = order[i]
        if not mask[cell]:
            values[cell] = values[receiver[cell]]
