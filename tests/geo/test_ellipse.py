"""Ellipses, CE90 and LE90 against published tables, SciPy and drawn samples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from otear.geo.ellipse import ELLIPSE_90, LINE_90, ce90, ellipse_90, inside_90, le90, sigma_axes
from otear.geo.frames import Floats

# H. L. Harter, "Circular Error Probabilities", JASA 55 (1960), table for P = 0.90: ratio of the sigmas, radius / major.
HARTER_90 = {
    0.0: 1.64485,
    0.1: 1.64791,
    0.2: 1.65731,
    0.3: 1.67383,
    0.4: 1.69918,
    0.5: 1.73708,
    0.6: 1.79152,
    0.7: 1.86253,
    0.8: 1.94716,
    0.9: 2.04236,
    1.0: 2.14597,
}

NODES, WEIGHTS = np.polynomial.legendre.leggauss(500)
SIGMAS = st.floats(1e-3, 1e3)
AZIMUTHS = st.floats(0.0, np.pi, exclude_max=True)


def covariance(major_m: float, minor_m: float, azimuth: float) -> Floats:
    turn = np.array([[np.sin(azimuth), np.cos(azimuth)], [np.cos(azimuth), -np.sin(azimuth)]])
    return np.asarray(turn @ np.diag([major_m**2, minor_m**2]) @ turn.T)


def test_quantiles_are_those_of_scipy() -> None:
    assert pytest.approx(np.sqrt(stats.chi2(2).ppf(0.9)), rel=1e-14) == ELLIPSE_90
    assert pytest.approx(stats.norm.ppf(0.95), rel=1e-14) == LINE_90
    assert le90(4.0) == pytest.approx(2.0 * 1.6448536)


@pytest.mark.parametrize(("ratio", "factor"), HARTER_90.items())
def test_ce90_is_that_of_the_published_table(ratio: float, factor: float) -> None:
    assert ce90(covariance(10.0, 10.0 * ratio, 0.4)) == pytest.approx(10.0 * factor, abs=1.1e-4)


@given(SIGMAS, st.floats(0.01, 1.0), AZIMUTHS)
def test_circle_of_ce90_holds_90_percent(major_m: float, ratio: float, azimuth: float) -> None:
    radius = float(ce90(covariance(major_m, ratio * major_m, azimuth))) / major_m

    # The circle in slices along the minor axis, at x = radius * sin(t), so that the integrand has no edge.
    t = NODES * np.pi / 2.0
    slices = stats.norm.pdf(radius * np.sin(t)) * (2.0 * stats.norm.cdf(radius * np.cos(t) / ratio) - 1.0)
    inside = np.sum(WEIGHTS * slices * radius * np.cos(t)) * np.pi / 2.0
    assert inside == pytest.approx(0.9, abs=1e-9)


@given(SIGMAS, st.floats(0.0, 0.99), AZIMUTHS)
def test_axes_and_azimuth_come_back(major_m: float, ratio: float, azimuth: float) -> None:
    axes = sigma_axes(covariance(major_m, ratio * major_m, azimuth))
    assert axes.major_m == pytest.approx(major_m, rel=1e-9)
    assert axes.minor_m == pytest.approx(ratio * major_m, rel=1e-6, abs=1e-7 * major_m)
    assert 0.0 <= axes.azimuth < np.pi
    assert abs(np.sin(axes.azimuth - azimuth)) < 1e-6


def test_azimuth_counts_clockwise_from_north() -> None:
    along_north, along_east = np.diag([1.0, 4.0]), np.diag([4.0, 1.0])
    north_east = np.array([[2.0, 1.0], [1.0, 2.0]])
    np.testing.assert_allclose(
        sigma_axes([along_north, along_east, north_east, north_east * [[1, -1], [-1, 1]]]).azimuth,
        np.radians([0.0, 90.0, 45.0, 135.0]),
    )


def test_azimuth_just_west_of_north_is_below_pi() -> None:
    assert sigma_axes([[4.0, -1e-20], [-1e-20, 9.0]]).azimuth == 0.0


def test_ellipse_holds_90_percent_of_draws() -> None:
    spread = covariance(30.0, 4.0, 2.0)
    draws = np.random.default_rng(7).multivariate_normal([0.0, 0.0], spread, size=200_000)
    assert np.mean(inside_90(spread, draws)) == pytest.approx(0.9, abs=0.003)
    assert np.mean(np.hypot(*draws.T) <= ce90(spread)) == pytest.approx(0.9, abs=0.003)
    axes = ellipse_90(spread)
    assert axes.major_m == pytest.approx(2.1460 * 30.0, rel=1e-4)


def test_no_error_and_error_in_one_direction_only() -> None:
    nothing, line = np.zeros((2, 2)), covariance(5.0, 0.0, np.pi / 4)
    assert ce90(nothing) == 0.0
    assert ce90(line) == pytest.approx(5.0 * LINE_90)
    np.testing.assert_array_equal(inside_90(nothing, [[0.0, 0.0], [0.01, 0.0]]), [True, False])
    np.testing.assert_array_equal(inside_90(line, [[5.0, 5.0], [5.0, 5.01], [9.0, 9.0]]), [True, False, False])


def test_unknown_stays_unknown_and_leading_axes_are_kept() -> None:
    stack = np.stack([np.eye(2), np.full((2, 2), np.nan)])[None]
    radii = ce90(stack)
    assert radii.shape == (1, 2)
    assert radii[0, 0] == pytest.approx(2.145966)
    assert np.isnan(radii[0, 1])
    assert not inside_90(stack, np.zeros((1, 2, 2)))[0, 1]
