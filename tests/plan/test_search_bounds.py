"""Bounds: none is below the best of all plans, whatever the prices; and how they stand to one another."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otear.errors import InputError, SettingError
from otear.plan.search.cells import Ground, Search, Searcher, grid_moves
from otear.plan.search.effort import koopman_bound, reach_bound
from otear.plan.search.exact import exact
from otear.plan.search.flow_bound import flow_bound
from otear.plan.search.price_bound import bound_at, price_bound

from .search_problems import best_of_all, grid_search

STEPS = st.sampled_from([(4,), (3, 2), (3, 3), (2, 2, 1), (0, 4)])
ROUNDING = 1.0 + 1e-9


@settings(max_examples=12)
@given(
    seed=st.integers(0, 10_000),
    steps=STEPS,
    rows=st.integers(2, 3),
    diagonal=st.booleans(),
    home=st.booleans(),
    whole=st.booleans(),
)
def test_no_bound_is_below_the_best_of_all_plans(
    seed: int, steps: tuple[int, ...], rows: int, diagonal: bool, home: bool, whole: bool
) -> None:
    search = grid_search(rows, 3, steps, seed=seed, diagonal=diagonal, home=home)
    best = best_of_all(search)
    priced = price_bound(search, whole_looks=whole)
    flow = flow_bound(search, whole_looks=whole)
    for bound in (priced.bound, flow.bound, reach_bound(search), koopman_bound(search)):
        assert best <= bound * ROUNDING
    # The two are dual to each other: each is no lower than what the mix of the other finds.
    assert priced.bound >= flow.relaxed / ROUNDING
    assert flow.bound >= priced.relaxed / ROUNDING
    if not whole:
        assert flow.bound <= reach_bound(search) * (1.0 + 2e-4)
    rng = np.random.default_rng(seed)
    at_random = rng.gamma(1.0, float(priced.prices.max()) + 1e-3, len(search.ground))
    assert best <= bound_at(search, at_random, whole_looks=whole) * ROUNDING
    assert best <= bound_at(search, np.zeros(len(search.ground)), whole_looks=whole) * ROUNDING


def test_a_degenerate_problem_on_which_interior_points_stop_short_is_solved_all_the_same() -> None:
    search = grid_search(3, 3, (4,), seed=126, diagonal=False, home=True)
    flow = flow_bound(search, whole_looks=True)
    assert best_of_all(search) <= flow.bound * ROUNDING
    assert flow.bound - flow.relaxed <= 1e-3 * flow.bound


@pytest.mark.parametrize("whole", [False, True])
def test_the_price_bound_comes_down_to_the_flow_bound(whole: bool) -> None:
    search = grid_search(6, 6, (7, 6), seed=4)
    priced, flow = price_bound(search, whole_looks=whole), flow_bound(search, whole_looks=whole)
    assert priced.bound == pytest.approx(flow.bound, rel=1e-3)
    assert flow.bound - flow.relaxed <= 1e-4 * flow.bound
    assert priced.relaxed <= priced.bound


def test_whole_looks_are_never_above_smooth_ones() -> None:
    for seed in range(6):
        search = grid_search(5, 6, (8, 5), seed=seed)
        whole, smooth = price_bound(search).bound, price_bound(search, whole_looks=False).bound
        assert whole <= smooth * (1.0 + 1e-3)
        assert bound_at(search, price_bound(search).prices) <= bound_at(
            search, price_bound(search).prices, whole_looks=False
        )


@settings(max_examples=12)
@given(seed=st.integers(0, 10_000), steps=STEPS, home=st.booleans())
def test_the_exact_plan_is_the_best_of_all(seed: int, steps: tuple[int, ...], home: bool) -> None:
    search = grid_search(3, 3, steps, seed=seed, home=home)
    for rounds in (0, 20):
        found = exact(search, np.random.default_rng(seed), rounds=rounds)
        search.check(found.paths)
        assert found.detected == pytest.approx(search.detected(found.paths), rel=1e-12)
        assert found.detected == pytest.approx(best_of_all(search), rel=1e-9)


def test_the_exact_planner_says_when_it_is_too_much() -> None:
    with pytest.raises(SettingError, match="half-flown"):
        exact(grid_search(6, 6, (9, 9), seed=1), np.random.default_rng(0), rounds=0, most_states=50)


def test_one_cell_has_a_tight_bound() -> None:
    """An aircraft that can only stay finds p (1 - exp(-a T)), and every bound says so."""
    search = Search(Ground(np.array([0.4]), np.array([0.3])), grid_moves(1, 1), (Searcher(0, 5),))
    best = 0.4 * -np.expm1(-1.5)
    for bound in (
        koopman_bound(search),
        reach_bound(search),
        price_bound(search).bound,
        price_bound(search, whole_looks=False).bound,
        flow_bound(search).bound,
        flow_bound(search, whole_looks=True).bound,
    ):
        assert bound == pytest.approx(best, rel=2e-4)


def test_nothing_to_find_and_nobody_to_look() -> None:
    nothing = Search(Ground(np.zeros(9), np.ones(9)), grid_moves(3, 3), (Searcher(0, 4),))
    blind = Search(Ground(np.ones(9), np.zeros(9)), grid_moves(3, 3), (Searcher(0, 4),))
    nobody = Search(Ground(np.ones(9), np.ones(9)), grid_moves(3, 3), ())
    for search in (nothing, blind, nobody):
        assert price_bound(search).bound == pytest.approx(0.0, abs=1e-9)
        assert flow_bound(search).bound == pytest.approx(0.0, abs=1e-9)


def test_prices_below_zero_prove_nothing() -> None:
    search = grid_search(3, 3, (2,), seed=0)
    with pytest.raises(InputError, match="prices"):
        bound_at(search, np.full(9, -0.1))
