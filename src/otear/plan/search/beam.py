"""One aircraft's path by beam search: many half-flown paths side by side, judged by the most they can still become.

With prices mu for looks (`bundle`), a half-flown path that has looked n_j times in each cell, and has k steps to go
from cell i, can become at most sum_j H_j(n_j) + ahead(k, i): H_j(n) is the most of f_j(n + v) - mu_j v over further
looks v, `ahead` the most that k steps collect at these prices (`walks`). A step into cell j moves the first sum by
H_j(n + 1) - H_j(n), so the bound of a path is kept up to date by one look-up. Of the paths that end in the same cell
after as many steps, the `width` with the highest bounds go on; those whose bound is no better than a plan already known
go no further. Two that can become as much and have found as much are taken for the same looks in another order;
otherwise nothing is lost as long as fewer than `width` paths meet in a cell.
"""

# ruff: noqa: PLR0917 - compiled functions take plain numbers and arrays
from __future__ import annotations

import numpy as np
from numba import njit

from otear.geo.frames import Floats
from otear.plan.search.cells import Cells32


def hopes(prior: Floats, rate: Floats, prices: Floats, steps: int) -> Floats:
    """H_j(n), (n cells, steps + 2): the most that a cell with n looks can come to, further looks paid for."""
    looks = np.arange(steps + 2)
    found = prior[:, None] * -np.expm1(-rate[:, None] * looks)
    paid = found - prices[:, None] * looks
    # The most over v >= 0 of found(n + v) - price v is the most over what lies ahead, plus the price of what was paid.
    return np.asarray(np.maximum.accumulate(paid[:, ::-1], axis=1)[:, ::-1] + prices[:, None] * looks)


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
def beam(
    first: Cells32, to: Cells32, prior: Floats, rate: Floats, hope: Floats, ahead: Floats,
    start: int, steps: int, width: int, beat: float,
) -> tuple[float, Cells32]:  # fmt: skip
    """The best path found and what it finds: minus infinity and an empty path if none finds more than `beat`."""
    n = len(prior)
    room = n * width
    parent, at = np.empty((steps, room), np.int32), np.empty((steps, room), np.int32)
    bound, looks = np.empty((2, room)), np.zeros((2, room, n), np.uint16)
    filled = np.zeros((2, n), np.int64)
    came = np.empty(room, np.int32)
    have_found = np.zeros((2, room))  # what each has found so far
    miss = np.exp(-rate)
    base = 0.0
    for j in range(n):
        base += hope[j, 0]
    for step in range(steps):
        now, then = step % 2, 1 - step % 2
        filled[then, :] = 0
        left = steps - step - 1
        sources = 1 if step == 0 else n
        for source in range(sources):
            cell = start if step == 0 else source
            labels = 1 if step == 0 else filled[now, cell]
            for label in range(labels):
                slot = cell * width + label
                soft = base if step == 0 else bound[now, slot]
                for k in range(first[cell], first[cell + 1]):
                    j = to[k]
                    seen = looks[now, slot, j] if step > 0 else 0
                    moved = soft + hope[j, seen + 1] - hope[j, seen]
                    if not moved + ahead[left, j] > beat:
                        continue
                    # The labels of a cell stand in order of their bounds.
                    have, place = filled[then, j], j * width
                    sum_found = (have_found[now, slot] if step > 0 else 0.0) + prior[j] * miss[j] ** seen * (
                        1.0 - miss[j]
                    )
                    if have == width and moved <= bound[then, place + width - 1]:
                        continue
                    rank = have
                    while rank > 0 and bound[then, place + rank - 1] < moved:
                        rank -= 1
                    same, look = False, rank - 1
                    while look >= 0 and bound[then, place + look] - moved < 1e-12 * base:
                        same |= abs(have_found[then, place + look] - sum_found) < 1e-12 * base
                        look -= 1
                    look = rank
                    while look < have and moved - bound[then, place + look] < 1e-12 * base:
                        same |= abs(have_found[then, place + look] - sum_found) < 1e-12 * base
                        look += 1
                    if same:
                        continue
                    last = min(have, width - 1)
                    for other in range(last, rank, -1):
                        bound[then, place + other] = bound[then, place + other - 1]
                        have_found[then, place + other] = have_found[then, place + other - 1]
                        came[place + other] = came[place + other - 1]
                    bound[then, place + rank] = moved
                    have_found[then, place + rank] = sum_found
                    came[place + rank] = slot
                    filled[then, j] = last + 1
        for j in range(n):
            for label in range(filled[then, j]):
                slot = j * width + label
                parent[step, slot], at[step, slot] = came[slot], j
                if step == 0:
                    looks[then, slot, :] = 0
                else:
                    looks[then, slot, :] = looks[now, came[slot], :]
                looks[then, slot, j] += 1
    final = steps % 2
    best, chosen = beat, -1
    for j in range(n):
        for label in range(filled[final, j] if steps > 0 else 0):
            slot = j * width + label
            if have_found[final, slot] > best and ahead[0, j] == 0.0:
                best, chosen = have_found[final, slot], slot
    if chosen < 0:
        return -np.inf, np.empty(0, np.int32)
    path = np.empty(steps, np.int32)
    for step in range(steps - 1, -1, -1):
        path[step] = at[step, chosen]
        chosen = parent[step, chosen]
    return best, path
