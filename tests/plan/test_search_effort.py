"""Effort: the laws of detection, and that no division of effort beats Stone's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.errors import InputError
from otear.plan.search.cells import Ground
from otear.plan.search.effort import (
    coverage,
    definite_range,
    divide,
    inverse_cube,
    koopman_bound,
    random_search,
    reach_bound,
)

from .search_problems import grid_search


def test_a_coverage_of_one_by_each_law() -> None:
    """Koopman's figures: 63% at random, 79% by the inverse cube law, all of it by definite range."""
    one = coverage(500.0, 100.0, 720.0, 36e6)
    assert one == pytest.approx(1.0)
    assert random_search(one) == pytest.approx(0.6321, abs=1e-4)
    assert inverse_cube(one) == pytest.approx(0.7899, abs=1e-4)
    assert definite_range(one) == 1.0
    with pytest.raises(InputError, match="no area"):
        coverage(500.0, 100.0, 720.0, 0.0)


@given(st.floats(0.0, 20.0))
def test_random_search_is_the_most_careful_law(covered: float) -> None:
    assert random_search(covered) <= inverse_cube(covered) + 1e-12
    assert inverse_cube(covered) <= definite_range(covered) + 1e-12


def test_two_cells_by_hand() -> None:
    """p = 0.8 and 0.2, rate 1: the first alone until ln 4 looks, then half and half."""
    division = divide(np.array([0.8, 0.2]), np.ones(2), 2.0)
    shared = (2.0 - np.log(4.0)) / 2.0
    assert division.looks == pytest.approx([np.log(4.0) + shared, shared])
    assert division.price == pytest.approx(0.2 * np.exp(-shared))
    assert divide(np.array([0.8, 0.2]), np.ones(2), 1.0).looks == pytest.approx([1.0, 0.0])


@given(seed=st.integers(0, 10_000), total=st.floats(0.0, 40.0), capped=st.booleans())
def test_no_division_beats_it(seed: int, total: float, capped: bool) -> None:
    rng = np.random.default_rng(seed)
    n = 12
    ground = Ground(rng.gamma(0.5, 1.0, n), np.where(rng.random(n) < 0.2, 0.0, rng.uniform(0.05, 2.0, n)))
    most = rng.uniform(0.0, 6.0, n) if capped else np.full(n, np.inf)
    best = divide(ground.prior, ground.rate, total, most)
    assert best.looks.sum() <= total * (1.0 + 1e-9) + 1e-9
    assert (best.looks <= most).all()
    assert best.detected == pytest.approx(ground.detected(best.looks))
    for _ in range(5):
        other = np.minimum(rng.dirichlet(np.full(n, 0.5)) * total, most)
        assert ground.detected(other) <= best.detected + 1e-9


def test_what_was_looked_at_is_taken_off() -> None:
    """Dividing 6 looks, then 4 of what is left, is dividing 10."""
    rng = np.random.default_rng(3)
    ground = Ground(rng.gamma(0.5, 1.0, 30), rng.uniform(0.2, 1.5, 30))
    first = divide(ground.prior, ground.rate, 6.0)
    left = ground.after(first.looks)
    second = divide(left.prior, left.rate, 4.0)
    assert first.looks + second.looks == pytest.approx(divide(ground.prior, ground.rate, 10.0).looks, abs=1e-6)


def test_reach_only_lowers_the_bound() -> None:
    for seed in range(5):
        search = grid_search(7, 7, (3, 4), seed=seed)
        assert reach_bound(search) <= koopman_bound(search) * (1.0 + 1e-12)
    assert reach_bound(grid_search(7, 7, (2,), seed=0)) < 0.9 * koopman_bound(grid_search(7, 7, (2,), seed=0))


def test_effort_below_zero_is_refused() -> None:
    with pytest.raises(InputError, match="effort"):
        divide(np.ones(2), np.ones(2), -1.0)
