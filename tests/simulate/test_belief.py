"""Belief and rank: known answers, and that no answer which means nothing makes any of it better."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.simulate.exercise.belief import (
    average_precision,
    bins_of,
    brier_skill,
    calibration_error,
    recall_within,
)

SITES = 10
ANSWERS = st.lists(st.tuples(st.floats(0.0, 1.0), st.booleans()), max_size=10)


def columns(answers: list[tuple[float, bool]]) -> tuple[np.ndarray, np.ndarray]:
    said, right = np.array(answers, dtype=np.float64).reshape(-1, 2).T
    return said, right


def figures(said: np.ndarray, right: np.ndarray) -> list[float]:
    """All of them, so that more is better."""
    wrong = calibration_error(bins_of(said, right), SITES) or 0.0
    ranked = average_precision(said, right, SITES), recall_within(said, right, SITES, 3)
    skill = brier_skill(said, right, SITES)
    assert skill is not None
    assert None not in ranked
    return [skill, *ranked, -wrong]  # type: ignore[list-item]


@given(ANSWERS, st.integers(1, 5_000))
def test_answers_without_confidence_that_are_no_site_change_nothing(
    answers: list[tuple[float, bool]], padding: int
) -> None:
    said, right = columns([(max(confidence, 0.01), true) for confidence, true in answers])
    padded = np.concatenate([said, np.zeros(padding)]), np.concatenate([right, np.zeros(padding)])
    assert figures(*padded) == pytest.approx(figures(said, right), abs=1e-12)


@given(ANSWERS, st.floats(0.0, 1.0))
def test_one_more_false_answer_never_helps_skill_or_rank(answers: list[tuple[float, bool]], confidence: float) -> None:
    before = figures(*columns(answers))
    after = figures(*columns([*answers, (confidence, False)]))
    assert all(one <= other + 1e-12 for one, other in zip(after[:3], before[:3], strict=True))


def test_skill_is_best_when_what_is_said_is_what_is_so() -> None:
    """Of forty answers of which eight are sites, the skill is best where each says one in five."""
    right = np.repeat([1.0, 0.0], [8, 32])
    skills = [brier_skill(np.full(40, confidence), right, SITES) for confidence in np.linspace(0.0, 1.0, 21)]
    assert int(np.argmax(skills)) == 4
    assert skills[0] == 0.0


def test_rank_of_a_known_list() -> None:
    said, right = np.array([0.9, 0.8, 0.7, 0.6]), np.array([1.0, 0.0, 1.0, 0.0])
    assert average_precision(said, right, 4) == pytest.approx((1.0 + 2.0 / 3.0) / 4.0)
    assert [recall_within(said, right, 4, n) for n in (0, 1, 2)] == [0.25, 0.5, 0.5]


def test_equal_confidences_are_worth_what_any_order_of_them_is_expected_to_be() -> None:
    right = np.repeat([1.0, 0.0], [3, 7])
    rng = np.random.default_rng(1)
    orders = [rng.permutation(right) for _ in range(4_000)]
    within = [recall_within(-np.arange(10.0), order, 5, 2) for order in orders]
    level = np.full(10, 0.5)
    assert recall_within(level, right, 5, 2) == pytest.approx(np.mean(within), abs=0.01)
    assert all(recall_within(level, order, 5, 2) == recall_within(level, right, 5, 2) for order in orders[:5])
    assert average_precision(level, right, 5) == pytest.approx(3 / 5 * 3 / 10)


def test_calibration_counts_sites_announced_too_many_or_too_few() -> None:
    said, right = np.array([0.9, 0.9, 0.9, 0.9, 0.1, 0.1]), np.array([1.0, 1.0, 0.0, 0.0, 1.0, 0.0])
    # 3.6 are announced where 2 are, and 0.2 where 1 is.
    assert calibration_error(bins_of(said, right), SITES) == pytest.approx((1.6 + 0.8) / SITES)
    assert calibration_error((), SITES) is None


def test_without_sites_there_is_nothing_to_tell() -> None:
    said, right = np.array([0.5]), np.array([0.0])
    assert brier_skill(said, right, 0) is None
    assert average_precision(said, right, 0) is None
    assert recall_within(said, right, 0, 0) is None
    assert calibration_error(bins_of(said, right), 0) is None
