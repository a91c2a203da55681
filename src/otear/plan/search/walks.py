"""The most that one aircraft can collect at given prices for looks, by dynamic programming backwards in time."""

# ruff: noqa: PLR0917 - compiled functions take plain numbers and arrays
from __future__ import annotations

import numpy as np
from numba import njit

from otear.geo.frames import Floats
from otear.plan.search.cells import Cells32, Search


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
def to_go(first: Cells32, to: Cells32, reward: Floats, steps: int, end: int) -> Floats:
    """The most that can still be collected with k steps to go from each cell, (steps + 1, n): minus infinity where no
    path leads to `end`; -1 ends anywhere."""
    n = len(reward)
    ahead = np.empty((steps + 1, n))
    for j in range(n):
        ahead[0, j] = 0.0 if end in (-1, j) else -np.inf
    for k in range(1, steps + 1):
        for j in range(n):
            best = -np.inf
            for at in range(first[j], first[j + 1]):
                best = max(best, reward[to[at]] + ahead[k - 1, to[at]])
            ahead[k, j] = best
    return ahead


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
def follow(ahead: Floats, first: Cells32, to: Cells32, reward: Floats, start: int, steps: int) -> Cells32:
    """A path that collects the most; of equals the first in the order of the moves."""
    path = np.empty(steps, np.int32)
    j = start
    for step in range(steps):
        best, chosen = -np.inf, -1
        for at in range(first[j], first[j + 1]):
            i = to[at]
            if reward[i] + ahead[steps - step - 1, i] > best:
                best, chosen = reward[i] + ahead[steps - step - 1, i], i
        path[step] = chosen
        j = chosen
    return path


def ahead_of_all(search: Search, reward: Floats) -> dict[int, Floats]:
    """`to_go` for each end that an aircraft of the search has (-1: anywhere), with steps for the longest."""
    longest = dict[int, int]()
    for one in search.searchers:
        end = -1 if one.end is None else one.end
        longest[end] = max(longest.get(end, 0), one.steps)
    return {
        end: np.asarray(to_go(search.moves.first, search.moves.to, reward, steps, end))
        for end, steps in longest.items()
    }


def best_paths(search: Search, reward: Floats) -> tuple[list[float], list[Cells32]]:
    """For each aircraft the most it can collect, and a path that does, where every look in a cell collects its
    reward (n,) anew."""
    ahead = ahead_of_all(search, reward)
    worths, paths = list[float](), list[Cells32]()
    for one in search.searchers:
        table = ahead[-1 if one.end is None else one.end]
        worths.append(float(table[one.steps, one.start]))
        paths.append(follow(table, search.moves.first, search.moves.to, reward, one.start, one.steps))
    return worths, paths
