"""Planners: what they plan can be flown, ours is best, and the same input gives the same plan."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otear.errors import InputError
from otear.plan.search.cells import Ground, Search, Searcher, grid_moves
from otear.plan.search.greedy import greedy
from otear.plan.search.improve import improved
from otear.plan.search.lawnmower import lawnmower
from otear.plan.search.price_bound import price_bound

from .search_problems import best_of_all, grid_search


@settings(max_examples=10)
@given(
    seed=st.integers(0, 10_000),
    steps=st.sampled_from([(7,), (5, 8), (4, 4, 4), (0, 6), ()]),
    home=st.booleans(),
    diagonal=st.booleans(),
)
def test_plans_can_be_flown_and_ours_is_no_worse(seed: int, steps: tuple[int, ...], home: bool, diagonal: bool) -> None:
    search = grid_search(5, 4, steps, seed=seed, home=home, diagonal=diagonal)
    ours, careful, blind = (
        improved(search, np.random.default_rng(seed), rounds=60),
        greedy(search),
        lawnmower(search, 4),
    )
    for paths in (ours, careful, blind):
        search.check(paths)
        assert search.detected(paths) <= price_bound(search).bound
    assert search.detected(ours) >= 0.98 * search.detected(careful)


def test_ours_finds_the_best_of_all_plans() -> None:
    reached = list[float]()
    for seed in range(8):
        search = grid_search(3, 3, (4, 3), seed=seed)
        ours = improved(search, np.random.default_rng(seed), rounds=200)
        reached.append(search.detected(ours) / best_of_all(search))
    assert min(reached) > 0.985
    assert sum(each > 1.0 - 1e-9 for each in reached) >= 7


def test_ours_beats_greedy_beats_the_lawnmower() -> None:
    found = np.zeros(3)
    for seed in range(4):
        search = grid_search(9, 9, (12, 12), seed=seed)
        plans = improved(search, np.random.default_rng(seed), rounds=60), greedy(search), lawnmower(search, 9)
        found += [search.detected(paths) for paths in plans]
    assert found[0] > 1.01 * found[1]
    assert found[1] > 1.5 * found[2]


def test_same_input_same_plan() -> None:
    search = grid_search(6, 6, (9, 9), seed=5)
    first, second = (improved(search, np.random.default_rng(8), rounds=40) for _ in range(2))
    assert [path.tolist() for path in first] == [path.tolist() for path in second]
    more = improved(search, np.random.default_rng(8), rounds=120)
    assert search.detected(more) >= search.detected(first)


def test_nobody_enters_a_closed_cell() -> None:
    """A wall with one gap, all there is to find behind it."""
    closed = np.zeros((5, 5), dtype=np.bool_)
    closed[2, :4] = True
    prior = np.zeros((5, 5))
    prior[4, 0] = 1.0
    prior[closed] = 5.0
    search = Search(Ground(prior.ravel(), np.full(25, 0.7)), grid_moves(5, 5, closed=closed), (Searcher(0, 9),))
    for paths in (improved(search, np.random.default_rng(0), rounds=20), greedy(search), lawnmower(search, 5)):
        search.check(paths)
        assert not closed.ravel()[paths[0]].any()
    # Eight steps by the gap, so two looks of nine at what is there.
    assert search.detected(improved(search, np.random.default_rng(0), rounds=20)) == pytest.approx(1 - np.exp(-1.4))


def test_the_lawnmower_mows_in_lanes() -> None:
    search = Search(Ground(np.ones(9), np.ones(9)), grid_moves(3, 3), (Searcher(0, 10),))
    assert lawnmower(search, 3)[0].tolist() == [0, 1, 2, 5, 4, 3, 6, 7, 8, 4]
    with pytest.raises(InputError, match="no grid"):
        lawnmower(search, 2)
