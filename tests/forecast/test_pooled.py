"""Ours: effort is exposure, what is near and in the same state says something, and rates that are real are found."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from otear.forecast import baselines
from otear.forecast.features import prior_shape
from otear.forecast.panel import Floats, panel_of
from otear.forecast.pooled import Pooled
from otear.forecast.scoring import pooled, score_years
from tests.forecast.made import clustered, panel


def test_less_effort_is_not_fewer_sites() -> None:
    rng = np.random.default_rng(1)
    exposure = np.where(np.arange(600)[:, None] % 2 == 0, 1.0, 0.1) * np.ones((1, 8))
    rate = rng.gamma(2.0, 1.0, size=(600, 1))
    made = panel(rng.poisson(rate * exposure).astype(float), exposure=exposure)
    ours, naive = Pooled().forecast(made), baselines.three_years().forecast(made)
    assert ours.mean[::2].mean() == pytest.approx(rate[::2].mean(), rel=0.2)
    assert ours.mean[1::2].mean() == pytest.approx(rate[1::2].mean(), rel=0.2)
    assert naive.mean[1::2].mean() < 0.7 * rate[1::2].mean(), "who counts alone expects too few"


def _grid(counts_at: dict[tuple[int, int], list[float]]) -> Floats:
    counts = np.zeros((100, 6))
    for (row, column), found in counts_at.items():
        counts[10 * row + column] = found
    return counts


def test_a_place_where_nothing_was_found_has_more_to_expect_beside_one_where_much_was() -> None:
    counts = _grid({(2, 2): [3.0] * 6, (2, 3): [2.0] * 6, (7, 7): [1.0] * 6})
    ours = Pooled().forecast(panel(counts, places=True))
    assert ours.mean[10 * 1 + 2] > 1.5 * ours.mean[10 * 5 + 9]


def test_a_place_never_looked_at_has_more_to_expect_than_one_looked_at_in_vain() -> None:
    counts = clustered(2, areas=100, years=6)
    counts[:2] = 0.0
    exposure = np.ones_like(counts)
    exposure[0] = 0.0
    ours = Pooled().forecast(panel(counts, exposure=exposure))
    assert ours.mean[0] > 2.0 * ours.mean[1]


def test_what_is_expected_where_nobody_looked_is_less_sure() -> None:
    counts = clustered(2, areas=100, years=6)
    counts[0] = 0.0
    exposure = np.ones_like(counts)
    exposure[0] = 0.0
    made = panel(counts, exposure=exposure)
    ours, (fit, known) = Pooled().forecast(made), Pooled().learned(made)
    assert ours.shape[0] < known.prior
    assert ours.shape[1:] == pytest.approx(fit.spread.shape(ours.mean)[1:])


def test_what_nobody_had_looked_at_before_teaches_nothing() -> None:
    counts = clustered(9, areas=120, years=6)
    exposure = np.ones_like(counts)
    exposure[60:, :5] = 0.0
    counts[60:, :5] = 0.0
    louder = counts.copy()
    louder[60:, 5] += 40.0
    quiet, loud = (Pooled().learned(panel(each, exposure=exposure))[0] for each in (counts, louder))
    assert quiet.weights == pytest.approx(loud.weights, rel=0.1)
    ranked = [baselines.three_years().forecast(panel(each, exposure=exposure)) for each in (counts, louder)]
    assert ranked[0].shape[:60] == pytest.approx(ranked[1].shape[:60], rel=0.01)


def test_before_anything_is_learned_levels_stay_as_they_are() -> None:
    made = panel(np.random.default_rng(10).poisson(2.0, size=(400, 1)).astype(float), places=True)
    assert Pooled().forecast(made).mean.mean() == pytest.approx(made.counts.mean(), rel=0.1)


def test_a_place_never_seen_has_more_to_expect_in_a_state_where_much_is() -> None:
    rng = np.random.default_rng(3)
    counts = rng.poisson(np.where(np.arange(100)[:, None] % 2 == 0, 2.0, 0.1) * np.ones((1, 6))).astype(float)
    counts[:2] = 0.0
    ours = Pooled().forecast(panel(counts, states=2))
    assert ours.mean[0] > 3.0 * ours.mean[1]


def test_touching_areas_are_surroundings_too() -> None:
    names = [f"{at:02d}" for at in range(40)]
    rows = [("10", 2000 + t, 6.0) for t in range(6)] + [("30", 2000 + t, 1.0) for t in range(6)]
    chain = list(pairwise(names))
    ours = Pooled().forecast(panel_of("s", rows, state_of=dict.fromkeys(names, "x"), neighbours=chain))
    assert ours.mean[11] > ours.mean[12] > ours.mean[20]


def test_contributions_add_up_to_the_mean() -> None:
    made = panel(clustered(4), states=3, places=True)
    fit, known = Pooled().learned(made)
    assert fit.contributions(known).sum(axis=1) == pytest.approx(Pooled().forecast(made).mean)
    assert np.all(fit.contributions(known) >= 0.0)


def test_a_covariate_that_matters_is_used() -> None:
    rng = np.random.default_rng(5)
    water = rng.normal(size=200)
    counts = rng.poisson(np.exp(water - 1.0)[:, None] * np.ones((1, 5)))
    counts[:100, :4] = 0  # nothing of their own to go by
    names = [f"{at:03d}" for at in range(200)]
    rows = [(names[at], 2000 + t, float(counts[at, t])) for at, t in np.argwhere(counts)]
    made = panel_of(
        "s", rows, state_of=dict.fromkeys(names, "x"), covariates={n: (w,) for n, w in zip(names, water, strict=True)}
    )
    fit, known = Pooled().learned(made)
    assert fit.slopes[known.trend_names.index("covariate 0")] > 0.1


def test_better_than_the_baselines_where_rates_last() -> None:
    made = panel(clustered(6, areas=400), states=4)
    years = [2004, 2005, 2006, 2007]
    ours = pooled(score_years(Pooled(), made, years))
    for each in (baselines.last_year(), baselines.three_years(), baselines.random_order()):
        other = pooled(score_years(each, made, years))
        assert ours.log_score is not None
        assert other.log_score is not None
        assert ours.log_score > other.log_score


def test_intervals_hold_what_they_state() -> None:
    made = panel(clustered(7, areas=600), states=4)
    ours = pooled(score_years(Pooled(), made, [2005, 2006, 2007]))
    assert ours.covered == pytest.approx(ours.stated, abs=0.015)
    assert ours.some_covered == pytest.approx(ours.some_stated, abs=0.025)


def test_the_prior_of_rates_is_found_again() -> None:
    rng = np.random.default_rng(8)
    expected = np.full(5000, 3.0)
    found = rng.poisson(expected * rng.gamma(0.5, 2.0, size=5000)).astype(float)
    assert prior_shape(found, expected) == pytest.approx(0.5, abs=0.05)
    assert prior_shape(np.zeros(3), np.zeros(3)) == 1.0
