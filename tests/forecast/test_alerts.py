"""Alerts: what rises is found, what only looks so is not, and effort is no rise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from otear.errors import SettingError
from otear.forecast.alerts import adjusted, rising, scatter
from tests.forecast.made import panel


def _counts(seed: int, areas: int = 300) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.random.default_rng(seed).poisson(2.0, size=(areas, 8)).astype(float)


def test_what_rises_is_found_with_its_numbers() -> None:
    counts = _counts(1)
    counts[7] = [2, 2, 2, 2, 2, 2, 14, 16]
    alerts = rising(panel(counts))
    assert alerts[0].area == "0007"
    first = alerts[0]
    assert (first.recent_sites, first.recent_exposure, first.earlier_sites, first.earlier_exposure) == (30, 2, 8, 4)
    assert first.low < 7.5 < first.high
    assert first.probability > 0.999
    assert first.false_share < 0.01


def test_where_nothing_rises_alerts_are_rare() -> None:
    assert sum(len(rising(panel(_counts(seed)))) > 0 for seed in range(20)) <= 4


def test_more_effort_is_no_rise() -> None:
    counts, exposure = _counts(2), np.ones((300, 8))
    counts[5, -2:], exposure[5, -2:] = 20.0, 10.0
    assert rising(panel(counts, exposure=exposure)) == []
    assert [alert.area for alert in rising(panel(counts))] == ["0005"]


def test_a_year_in_which_all_report_more_is_no_rise_beside_all() -> None:
    counts = np.random.default_rng(3).poisson(2.0 * np.array([1, 1, 1, 1, 1, 1, 3, 3]), size=(200, 8)).astype(float)
    assert len(rising(panel(counts))) > 20
    assert rising(panel(counts), beside_all=True) == []


def test_a_factor_is_asked_of_the_rise() -> None:
    counts = _counts(4)
    counts[7] = [3, 3, 3, 3, 3, 3, 14, 14]
    assert [alert.area for alert in rising(panel(counts), factor=1.0)] == ["0007"]
    assert rising(panel(counts), factor=4.0) == []


def test_what_was_never_looked_at_before_is_not_judged() -> None:
    counts, exposure = _counts(5), np.ones((300, 8))
    counts[5], exposure[5, :6] = 0.0, 0.0
    counts[5, -2:] = 40.0
    assert "0005" not in [alert.area for alert in rising(panel(counts, exposure=exposure))]


def test_the_chance_is_that_of_the_binomial() -> None:
    counts = np.zeros((2, 6))
    counts[0] = [1, 0, 1, 0, 5, 6]
    alerts = rising(panel(counts), false_share=0.99)
    weight = scatter(panel(counts))
    n1, n0 = 11 / weight, 2 / weight
    lower, upper = (binom.sf(np.floor(n1) - 1 + up, np.floor(n1 + n0) + up, 2 / 6) for up in (1, 0))
    assert min(lower, upper) * 0.5 <= alerts[0].p_value <= max(lower, upper) * 2.0


def test_scatter_is_one_for_poisson_and_more_for_lumpy_counts() -> None:
    rng = np.random.default_rng(6)
    assert scatter(panel(rng.poisson(3.0, size=(2000, 6)).astype(float))) == pytest.approx(1.0, abs=0.05)
    lumpy = rng.poisson(rng.gamma(1.0, 3.0, size=(2000, 6))).astype(float)
    assert scatter(panel(lumpy)) == pytest.approx(4.0, abs=0.5)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_adjusted_shares_keep_the_order_and_are_no_smaller(p_values: list[float]) -> None:
    p = np.array(p_values)
    shares = adjusted(p)
    assert np.all(shares >= p - 1e-12)
    assert np.all(np.diff(shares[np.argsort(p, kind="stable")]) >= 0)


@pytest.mark.parametrize("asked", [{"recent_years": 0}, {"recent_years": 5}, {"factor": 0.0}, {"false_share": 1.0}])
def test_what_cannot_be_asked(asked: dict[str, float]) -> None:
    with pytest.raises(SettingError):
        rising(panel(_counts(7)), **asked)  # type: ignore[arg-type]
