"""The negative binomial, beside scipy's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import nbinom

from otear.forecast.spread import Spread, fitted_spread, held, interval, log_mass, mass_and_slopes


def test_mass_is_that_of_scipy() -> None:
    counts, mean, shape = np.array([0.0, 1, 3, 40]), np.array([0.2, 1.0, 8.0, 30.0]), np.array([0.3, 1.0, 2.5, 9.0])
    assert log_mass(counts, mean, shape) == pytest.approx(nbinom.logpmf(counts, shape, shape / (shape + mean)))


def test_slopes_are_those_of_differences() -> None:
    counts, mean, shape = np.array([0.0, 1, 3, 40]), np.array([0.2, 1.0, 8.0, 30.0]), np.array([0.3, 1.0, 2.5, 9.0])
    mass, by_mean, by_shape = mass_and_slopes(counts, mean, shape)
    assert np.array_equal(mass, log_mass(counts, mean, shape))
    up, down = np.exp(1e-5), np.exp(-1e-5)
    assert by_mean == pytest.approx(
        (log_mass(counts, mean * up, shape) - log_mass(counts, mean * down, shape)) / 2e-5, abs=1e-5
    )
    assert by_shape == pytest.approx(
        (log_mass(counts, mean, shape * up) - log_mass(counts, mean, shape * down)) / 2e-5, abs=1e-5
    )


def test_intervals_hold_at_least_what_they_state() -> None:
    mean, shape = np.geomspace(1e-3, 300, 40), np.geomspace(0.1, 50, 40)
    low, high = interval(mean, shape, 0.9)
    assert np.all(held(low, high, mean, shape) >= 0.9 - 1e-9)
    rng = np.random.default_rng(1)
    drawn = rng.poisson(rng.gamma(shape, mean / shape, size=(4000, 40)))
    assert np.mean((low <= drawn) & (drawn <= high)) == pytest.approx(held(low, high, mean, shape).mean(), abs=0.005)


def test_the_spread_of_counts_is_found_again() -> None:
    rng = np.random.default_rng(2)
    mean = rng.gamma(0.5, 6.0, size=20_000) + 0.05
    shape = Spread(-0.5, 0.6).shape(mean)
    found = fitted_spread(rng.poisson(rng.gamma(shape, mean / shape)).astype(float), mean)
    assert (found.level, found.growth) == pytest.approx((-0.5, 0.6), abs=0.06)
