"""Haze, clouds and gain."""

from __future__ import annotations

import numpy as np
import pytest

from otear.simulate.scene.noise import noise_square
from otear.simulate.scene.sky import clouds, gain, transmission


def test_along_the_ground_contrast_falls_to_two_per_cent_over_the_visibility() -> None:
    assert transmission(np.array([20_000.0]), 1.0, 20_000.0, thermal=False)[0] == pytest.approx(0.02, abs=0.001)


def test_from_higher_up_and_in_heat_more_arrives() -> None:
    far = np.array([10_000.0])
    low, high = (transmission(far, up, 20_000.0, thermal=False)[0] for up in (100.0, 6_000.0))
    assert low < high < transmission(far, 6_000.0, 20_000.0, thermal=True)[0] < 1.0


@pytest.mark.parametrize("cover", [0.2, 0.5, 0.8])
def test_clouds_cover_about_the_share_they_are_told_to(cover: float) -> None:
    east, north = np.meshgrid(np.arange(0.0, 200e3, 700.0), np.arange(0.0, 200e3, 700.0))
    seen = np.ones(east.shape, dtype=np.bool_)
    dense = clouds(east, north, seen, cover, 0.0, 0.0, noise_square(np.random.default_rng(1)))
    assert (dense > 0.5).mean() == pytest.approx(cover, abs=0.17)


def test_clouds_drift_with_the_wind() -> None:
    square = noise_square(np.random.default_rng(1))
    east, north = np.meshgrid(np.arange(0.0, 20e3, 300.0), np.arange(0.0, 20e3, 300.0))
    seen = np.ones(east.shape, dtype=np.bool_)
    before = clouds(east, north, seen, 0.5, 0.0, 0.0, square)
    after = clouds(east + 900.0, north, seen, 0.5, 900.0, 0.0, square)
    assert np.allclose(before, after, atol=1e-5)
    assert not np.allclose(before, clouds(east, north, seen, 0.5, 900.0, 0.0, square), atol=0.1)


def test_gain_leaves_the_sky_out() -> None:
    values = np.full((80, 80), 15_000.0, dtype=np.float32)
    values[40:] = 18_000.0
    values[:16] = 0.0
    black, white = gain(values, values > 1.0)
    assert 13_000.0 < black < 15_000.0
    assert 18_000.0 < white < 20_000.0
