"""The curve puts probabilities right and keeps their order; the scores are what they are called."""

from __future__ import annotations

import numpy as np
import pytest

from otear.detect.calibration import STRAIGHT, brier, calibration_error, fitted, log_loss, precision_at
from otear.detect.odds import log_odds, probability


def test_overconfidence_is_put_right_on_places_that_were_not_fitted() -> None:
    rng = np.random.default_rng(2)
    true = rng.beta(0.5, 3.0, 60_000)
    outcomes = rng.random(60_000) < true
    stated = probability(2.0 * log_odds(np.clip(true, 1e-9, 1 - 1e-9)) + 0.5)
    curve = fitted(stated[:30_000], outcomes[:30_000])
    right = curve(stated[30_000:])
    assert calibration_error(stated[30_000:], outcomes[30_000:]) > 0.04
    assert calibration_error(right, outcomes[30_000:]) < 0.006
    assert brier(right, outcomes[30_000:]) < brier(stated[30_000:], outcomes[30_000:])
    assert (np.diff(right[np.argsort(stated[30_000:])]) >= 0.0).all()


def test_few_outcomes_change_nothing() -> None:
    rng = np.random.default_rng(3)
    stated = rng.random(500)
    outcomes = np.zeros(500, dtype=bool)
    outcomes[:20] = True
    assert fitted(stated, outcomes) is STRAIGHT
    assert STRAIGHT(stated) == pytest.approx(stated)


def test_scores_of_known_answers() -> None:
    stated, came = np.array([0.9, 0.1, 0.5, 0.5]), np.array([True, False, True, False])
    assert brier(stated, came) == pytest.approx((0.01 + 0.01 + 0.25 + 0.25) / 4)
    assert log_loss(stated, came) == pytest.approx(-(2 * np.log(0.9) + 2 * np.log(0.5)) / 4)
    assert calibration_error(stated, came) == pytest.approx(0.05)
    assert precision_at(stated, came, 1) == 1.0
    assert precision_at(stated, came, 2) == pytest.approx(0.75), "of two that are tied half is taken"
    assert np.isfinite(log_loss(np.array([0.0]), np.array([True])))
