"""Small search problems, and their best plans by trying all of them."""

from __future__ import annotations

from itertools import permutations

import numpy as np

from otear.geo.frames import Floats
from otear.plan.search.campaign import Campaign, Launch
from otear.plan.search.cells import Ground, Search, Searcher, grid_moves


def grid_search(
    rows: int, columns: int, steps: tuple[int, ...], *, seed: int, diagonal: bool = True, home: bool = False
) -> Search:
    """A lumpy prior on a grid, an aircraft for each number of steps; with `home` each ends where it starts."""
    rng = np.random.default_rng(seed)
    n = rows * columns
    prior = rng.gamma(0.5, 1.0, n)
    ground = Ground(prior / prior.sum(), rng.uniform(0.1, 1.5, n))
    starts = rng.integers(0, n, len(steps)).tolist()
    searchers = tuple(
        Searcher(start, count, start if home else None) for start, count in zip(starts, steps, strict=True)
    )
    return Search(ground, grid_moves(rows, columns, diagonal=diagonal), searchers)


def best_of_all(search: Search) -> float:
    """The most that any plan finds: every path of every aircraft, those with equal looks once."""
    ways = list[list[Floats]]()
    for one in search.searchers:
        looks = {(one.start, (0,) * len(search.ground))}
        for _ in range(one.steps):
            looks = {
                (int(cell), (*count[:cell], count[cell] + 1, *count[cell + 1 :]))
                for at, count in looks
                for cell in search.moves.of_cell(at)
            }
        ways.append([np.array(count, dtype=float) for at, count in looks if one.end in (None, at)])
    return _best(search.ground, ways)


def small_campaign(boxes: int, endurances_s: tuple[float, ...], *, seed: int) -> Campaign:
    """Boxes strewn over a plane, two bases."""
    rng = np.random.default_rng(seed)
    prior = rng.gamma(0.7, 1.0, boxes)
    return Campaign.over_plane(
        Ground(prior / prior.sum(), rng.uniform(0.3, 1.5, boxes)),
        rng.uniform(0.0, 20_000.0, (boxes, 2)),
        rng.uniform(-5_000.0, 25_000.0, (2, 2)),
        rng.uniform(100.0, 600.0, boxes),
        [Launch(k % 2, endurance) for k, endurance in enumerate(endurances_s)],
        speed_mps=60.0,
    )


def best_campaign_of_all(campaign: Campaign) -> float:
    """The most that any plan finds: every order of every set of boxes for every sortie."""
    n = len(campaign.ground)
    ways = list[list[Floats]]()
    for k, one in enumerate(campaign.launches):
        possible = set[tuple[int, ...]]()
        for size in range(n + 1):
            for order in permutations(range(n), size):
                if campaign.duration_s(k, np.array(order, dtype=np.int32)) <= one.endurance_s:
                    possible.add(tuple(sorted(order)))
        ways.append([np.bincount(np.array(each, dtype=int), minlength=n).astype(float) for each in possible])
    return _best(campaign.ground, ways)


def _best(ground: Ground, ways: list[list[Floats]]) -> float:
    """The most that one way of each aircraft finds together, all combinations tried."""
    left = ground.prior[None, :]
    for of_one in ways[:-1]:
        missed = np.exp(-ground.rate * np.array(of_one))
        left = (left[:, None, :] * missed[None, :, :]).reshape(-1, len(ground))
    last = np.exp(-ground.rate * np.array(ways[-1])) if ways else np.ones((1, len(ground)))
    return float(ground.prior.sum() - (left @ last.T).min())
