"""The best plan there is, for small problems: all that could still become better than the best plan known.

Aircraft are flown one after another, step by step, all half-flown plans side by side. Two that have the same looks in
every cell and end in the same cell are one. By prices (`price_bound`) the most that each can still become is known
(`beam` has the formula, with what the best paths of the aircraft that are still to fly collect added); those that can
become no better than a plan of `improve` are dropped. What is left at the end holds the best plan, or none is better
than the known one. On grids of some 5 x 5 cells, or where the bound is near, few are left; else there are too many.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otear.errors import SettingError
from otear.plan.search.beam import hopes
from otear.plan.search.cells import Paths, Search
from otear.plan.search.improve import improved
from otear.plan.search.price_bound import price_bound
from otear.plan.search.walks import ahead_of_all

_EQUAL = 1e-12


@dataclass(frozen=True, eq=False)
class Exact:
    """The most that any plan finds, a plan that does, and how many half-flown plans had to be looked at."""

    detected: float
    paths: Paths
    states: int


def exact(search: Search, generator: np.random.Generator, *, rounds: int = 100, most_states: int = 1_000_000) -> Exact:
    """The best plan. Raises `SettingError` where more than `most_states` half-flown plans would be kept at a time."""
    ground, moves = search.ground, search.moves
    known = improved(search, generator, rounds=rounds)
    best, n = search.detected(known), len(ground)
    prices = price_bound(search).prices
    hope = hopes(ground.prior, ground.rate, prices, search.steps)
    tables = ahead_of_all(search, prices)
    later = [float(tables[-1 if one.end is None else one.end][one.steps, one.start]) for one in search.searchers]
    looks = np.zeros((1, n), dtype=np.uint8)
    soft = np.array([hope[:, 0].sum()])
    trail = list[tuple[NDArray[np.int64], NDArray[np.int32]]]()
    states = 0
    for k, one in enumerate(search.searchers):
        at = np.full(len(looks), one.start, dtype=np.int32)
        ahead = tables[-1 if one.end is None else one.end]
        for step in range(one.steps):
            fan = np.diff(moves.first)[at]
            parent = np.repeat(np.arange(len(at)), fan)
            nth = np.arange(len(parent)) - np.repeat(np.cumsum(fan) - fan, fan)
            to = moves.to[moves.first[at[parent]] + nth]
            seen = looks[parent, to].astype(np.int64)
            moved = soft[parent] + hope[to, seen + 1] - hope[to, seen]
            could_be = moved + ahead[one.steps - step - 1, to] + sum(later[k + 1 :])
            kept = np.flatnonzero(could_be > best * (1.0 - _EQUAL))
            states += len(kept)
            if len(kept) > most_states:
                raise SettingError(
                    f"{len(kept)} half-flown plans", field="most_states", remedy="Use a bound instead, or allow more"
                )
            parent, to, moved = parent[kept], to[kept], moved[kept]
            grown = looks[parent]
            grown[np.arange(len(to)), to] += 1
            key = np.column_stack([grown, to.astype(np.uint8), (to // 256).astype(np.uint8)])
            _, first = np.unique(np.ascontiguousarray(key).view(f"V{n + 2}").ravel(), return_index=True)
            looks, soft, at = grown[first], moved[first], to[first]
            trail.append((parent[first], at))
        if not len(looks):
            return Exact(best, known, states)
    found = (-np.expm1(-ground.rate * looks) * ground.prior).sum(axis=1)
    top = int(np.argmax(found))
    if found[top] <= best:
        return Exact(best, known, states)
    cells = list[int]()
    for parent, at in reversed(trail):
        cells.append(int(at[top]))
        top = int(parent[top])
    flown = np.array(cells[::-1], dtype=np.int32)
    cuts = np.cumsum([one.steps for one in search.searchers])[:-1]
    paths = tuple(np.split(flown, cuts))
    return Exact(search.detected(paths), paths, states)
