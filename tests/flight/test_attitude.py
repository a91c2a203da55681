"""Rough air shakes an aircraft as much as the gusts say, and never makes its rates jump."""

from __future__ import annotations

import numpy as np
import pytest

from otear.flight.attitude import shaken
from otear.flight.guidance import RATE_HZ
from otear.flight.wind import Wind


@pytest.mark.parametrize("gust_mps", [0.0, 2.0])
def test_shakes_are_as_large_as_the_gusts_say(gust_mps: float) -> None:
    shakes = np.degrees(shaken(400_000, Wind(5.0, 0.0, gust_mps), np.random.default_rng(1)))
    assert shakes.shape == (3, 400_000)
    assert np.std(shakes, axis=1) == pytest.approx(np.full(3, 0.1 + 0.1 * gust_mps), rel=0.05)
    assert abs(np.corrcoef(shakes)[0, 1]) < 0.05


def test_rates_do_not_jump_from_one_picture_to_the_next() -> None:
    """Between packets a tenth of a second apart a straight line is nearly right: what is left is small."""
    shakes = np.degrees(shaken(60_000, Wind(5.0, 0.0, 2.0), np.random.default_rng(2)))
    rates = np.diff(shakes, axis=1) * RATE_HZ
    assert np.corrcoef(rates[0, :-1], rates[0, 1:])[0, 1] > 0.8
    between = shakes[:, 1:-2:3] - (2.0 * shakes[:, 0:-3:3] + shakes[:, 3::3]) / 3.0
    assert np.std(between) < 0.06 * np.std(shakes)


def test_the_same_air_shakes_the_same_way() -> None:
    first, again = (shaken(500, Wind(5.0, 0.0, 1.0), np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(first, again)
