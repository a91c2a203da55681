"""Ellipses shrink with what is new in every look, and never below what looks share."""

from __future__ import annotations

import numpy as np
import pytest

from otear.errors import InputError
from otear.evidence.position import Fix, estimate

NOISE, BIAS, SHARED = 36.0 * np.eye(2), np.diag([100.0, 25.0]), 4.0 * np.eye(2)


def fix(flight: str, at: tuple[float, float] = (0.0, 0.0)) -> Fix:
    return Fix(flight, np.array(at), NOISE, BIAS)


def test_one_look_is_its_own_ellipse() -> None:
    found = estimate([fix("a", (3.0, 4.0))], SHARED)
    assert found.at == pytest.approx([3.0, 4.0])
    assert found.covariance == pytest.approx(NOISE + BIAS + SHARED)


def test_a_thousand_looks_of_one_flight_keep_its_bias() -> None:
    found = estimate([fix("a")] * 1_000, SHARED)
    assert found.covariance == pytest.approx(BIAS + SHARED + NOISE / 1_000)


def test_flights_average_their_biases_and_keep_what_all_share() -> None:
    found = estimate([fix(str(k)) for k in range(400)], SHARED)
    assert found.covariance == pytest.approx(SHARED + (BIAS + NOISE) / 400)


def test_the_90_percent_ellipse_holds_90_percent() -> None:
    """Three flights with two to six looks each: squared distances are chi-square with two degrees."""
    rng = np.random.default_rng(4)
    squared = []
    for _ in range(4_000):
        common = rng.multivariate_normal([0.0, 0.0], SHARED)
        fixes = []
        for name in "abc":
            off = common + rng.multivariate_normal([0.0, 0.0], BIAS)
            count = rng.integers(2, 7)
            fixes += [Fix(name, off + rng.multivariate_normal([0.0, 0.0], NOISE), NOISE, BIAS) for _ in range(count)]
        found = estimate(fixes, SHARED)
        squared.append(found.at @ np.linalg.inv(found.covariance) @ found.at)
    assert np.mean(squared) == pytest.approx(2.0, abs=0.1)
    assert np.mean(np.array(squared) < 4.605) == pytest.approx(0.9, abs=0.015)


def test_a_place_without_an_error_is_refused() -> None:
    with pytest.raises(InputError, match="no error ellipse"):
        estimate([Fix("a", np.zeros(2), np.full((2, 2), np.nan), BIAS)], SHARED)
    with pytest.raises(InputError, match="no place"):
        estimate([], SHARED)
