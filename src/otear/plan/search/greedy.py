"""A greedy planner: at every step each aircraft goes where it finds most, looking a few steps ahead.

It is what a careful dispatcher does, and stays beside ours to be beaten. Partial plans of all aircraft are kept side by
side (a beam): of all that come from them by one step of one aircraft, the `width` go on that have found most so far
plus what the same aircraft could find soonest in the best cell within reach.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from otear.geo.frames import Floats
from otear.plan.search.campaign import Campaign, Tours
from otear.plan.search.cells import Cells32, Moves, Paths, Search, Searcher, reached


def greedy(search: Search, *, width: int = 8) -> Paths:
    """A plan by a beam of `width` partial plans; aircraft are planned one after another, each in what is left."""
    looks = np.zeros(len(search.ground))
    paths = list[Cells32]()
    for one in search.searchers:
        left = search.ground.after(looks)
        path = _one(left.prior, left.rate, search.moves, one, width)
        paths.append(path)
        np.add.at(looks, path, 1.0)
    return tuple(paths)


def _one(prior: Floats, rate: Floats, moves: Moves, one: Searcher, width: int) -> Cells32:
    may_be = reached(moves, one)
    apart = _steps_apart(moves, one.steps)
    miss = np.exp(-rate)
    kept: list[tuple[float, int, list[int], Floats]] = [(0.0, one.start, [], prior)]
    for step in range(one.steps):
        grown = list[tuple[float, float, int, int]]()
        for which, (found, at, _, left) in enumerate(kept):
            for cell in moves.of_cell(at):
                if may_be[step + 1, cell]:
                    gain = left[cell] * (1.0 - miss[cell])
                    gains = left * (1.0 - miss)
                    gains[cell] *= miss[cell]
                    away = apart[cell]
                    soon = float(
                        (gains[away < one.steps - step] / (1.0 + away[away < one.steps - step])).max(initial=0)
                    )
                    grown.append((found + gain + soon, found + gain, which, int(cell)))
        grown.sort(key=lambda each: (-each[0], each[2], each[3]))
        following = list[tuple[float, int, list[int], Floats]]()
        seen = set[tuple[int, float]]()
        for _, found, which, cell in grown:
            if (cell, round(found, 12)) in seen:
                continue
            seen.add((cell, round(found, 12)))
            left = kept[which][3].copy()
            left[cell] *= miss[cell]
            following.append((found, cell, [*kept[which][2], cell], left))
            if len(following) == width:
                break
        kept = following
    return np.array(max(kept, key=lambda each: each[0])[2], dtype=np.int32)


def _steps_apart(moves: Moves, steps: int) -> Floats:
    """Moves from each cell to each other, (n, n); infinity where more than `steps` are needed."""
    n = len(moves)
    tail = np.repeat(np.arange(n), np.diff(moves.first))
    apart = np.full((n, n), np.inf)
    np.fill_diagonal(apart, 0.0)
    front = np.eye(n, dtype=np.bool_)
    leads = sparse.csr_matrix((np.ones(len(tail)), (tail, moves.to)), shape=(n, n))
    for step in range(1, steps + 1):
        front = (front @ leads).astype(np.bool_) & np.isinf(apart)
        if not front.any():
            break
        apart[front] = step
    return apart


def greedy_campaign(campaign: Campaign) -> Tours:
    """Each sortie in turn goes on to the box that finds most for the time to get there and sweep it, as long as it is
    back in time."""
    gain = campaign.ground.prior * -np.expm1(-campaign.ground.rate)
    miss = np.exp(-campaign.ground.rate)
    tours = list[Cells32]()
    for one in campaign.launches:
        left_s, way_s = one.endurance_s, campaign.out_s[one.base]
        tour, free = list[int](), np.ones(len(gain), dtype=np.bool_)
        while True:
            takes_s = way_s + campaign.sweep_s
            fits = free & (takes_s + campaign.home_s[one.base] <= left_s)
            if not fits.any():
                break
            box = int(np.argmax(np.where(fits, gain / takes_s, -1.0)))
            tour.append(box)
            free[box] = False
            gain[box] *= miss[box]
            left_s -= float(takes_s[box])
            way_s = campaign.between_s[box]
        tours.append(np.array(tour, dtype=np.int32))
    return tuple(tours)
