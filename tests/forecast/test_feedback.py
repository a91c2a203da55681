"""Effort that follows what it found runs away; effort as exposure does not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from otear.errors import InputError, SettingError
from otear.forecast.feedback import Districts, Shares, ends, naive, ours
from otear.forecast.feedback_picture import draw_feedback

DAYS = 2000


def test_naive_runs_away_and_ours_ends_at_the_truth() -> None:
    districts = Districts()
    away = naive(districts, 200, DAYS, np.random.default_rng(1)).effort
    near = ours(districts, 200, DAYS, np.random.default_rng(2)).effort
    assert away.shape == near.shape == (200, DAYS)
    assert np.mean(np.abs(away[:, -1] - districts.split) > 0.05) > 0.9
    assert np.median(away[:, -1]) > 0.8
    assert np.all(np.abs(near[:, -1] - districts.split) <= 0.05)


def test_where_the_naive_ends_is_luck() -> None:
    equal = Districts(rates=(2.0, 2.0))
    away = naive(equal, 200, DAYS, np.random.default_rng(3)).effort[:, -1]
    near = ours(equal, 200, DAYS, np.random.default_rng(4)).effort[:, -1]
    assert away.std() > 0.15
    assert near.std() < 0.02


def test_a_reserved_share_is_kept_for_the_district_without_finds() -> None:
    lopsided = ours(Districts(rates=(5.0, 0.001)), 50, 300, np.random.default_rng(5))
    assert np.all(lopsided.effort <= 1.0 - 0.12 / 2 + 1e-9)
    assert np.all(lopsided.belief[:, -1] > 0.9)


def test_the_same_seed_gives_the_same_days() -> None:
    a, b = (ours(Districts(), 3, 50, np.random.default_rng(6)).effort for _ in range(2))
    assert np.array_equal(a, b)


def test_what_cannot_be() -> None:
    with pytest.raises(SettingError):
        Districts(rates=(0.0, 1.0))
    with pytest.raises(SettingError):
        ours(Districts(), 1, 1, np.random.default_rng(7), reserved=1.0)


def test_ends_are_those_of_the_last_day() -> None:
    effort = np.zeros((101, 3))
    effort[:, -1] = np.linspace(0.0, 1.0, 101)
    found = ends(Shares(effort, effort), Districts(rates=(1.0, 1.0)))
    assert (found.low, found.middle, found.high) == pytest.approx((0.05, 0.5, 0.95))
    assert found.near == pytest.approx(0.1, abs=0.02)


def test_the_picture_is_the_same_again(tmp_path: Path) -> None:
    districts = Districts()
    far, near = (each(districts, 20, 60, np.random.default_rng(8)) for each in (naive, ours))
    for name in ("a.png", "b.png"):
        draw_feedback(districts, far, near, tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    with pytest.raises(InputError, match="PNG"):
        draw_feedback(districts, far, near, tmp_path / "a.jpg")
