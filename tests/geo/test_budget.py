"""Error budgets: what a stream states, what it leaves alone, and whom to trust."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from otear.errors import SettingError
from otear.geo.budget import ErrorBudget, ErrorSource, Parameter, Pedigree, default_budget, least_trusted

COLUMNS = ("lat_m", "lon_m", "height_m", *(f"{a}_deg" for a in ("heading", "pitch", "roll")))
COLUMNS += tuple(f"{a}_deg" for a in ("azimuth", "elevation", "twist"))


def stream(**stated: float) -> SimpleNamespace:
    """One row of a stream that states these sigmas and no others."""
    return SimpleNamespace(**{f"sigma_{c}": np.array([stated.get(c, np.nan)]) for c in COLUMNS})


def source(budget: ErrorBudget, parameter: Parameter, bias: bool) -> ErrorSource:
    return next(s for s in budget.sources if s.parameter is parameter and s.bias is bias)


def test_default_attitude_is_a_tenth_of_a_degree_about_an_axis() -> None:
    budget = default_budget(5.0)
    about_vertical = np.hypot(budget.sigma(Parameter.HEADING), budget.sigma(Parameter.AZIMUTH))
    about_wing = np.hypot(budget.sigma(Parameter.PITCH), budget.sigma(Parameter.ELEVATION))
    assert np.degrees([about_vertical, about_wing]) == pytest.approx([0.1, 0.1])
    assert budget.sigma(Parameter.TERRAIN) == 5.0
    assert budget.sigma(Parameter.CLOCK) == 0.0
    assert default_budget(0.0).sigma(Parameter.TERRAIN) == 0.0


def test_a_stated_error_keeps_its_total_and_the_proportion_of_noise_and_bias() -> None:
    budget = default_budget(5.0).stated_by_stream(stream(lat_m=0.5, heading_deg=0.02))
    assert budget.sigma(Parameter.NORTH) == pytest.approx(0.5)
    assert np.degrees(budget.sigma(Parameter.HEADING)) == pytest.approx(0.02)
    noise, bias = (source(budget, Parameter.NORTH, is_bias) for is_bias in (False, True))
    assert bias.sigma == pytest.approx(2.0 * np.asarray(noise.sigma))
    assert {noise.pedigree, bias.pedigree} == {Pedigree.STREAM_COVARIANCE}


def test_a_stated_gimbal_error_leaves_the_mounting() -> None:
    budget = default_budget(5.0).stated_by_stream(stream(elevation_deg=0.01), Pedigree.STREAM_1107)
    noise, bias = (source(budget, Parameter.ELEVATION, is_bias) for is_bias in (False, True))
    assert np.degrees(noise.sigma) == pytest.approx(0.01)
    assert np.degrees(bias.sigma) == pytest.approx(0.05)
    assert (noise.pedigree, bias.pedigree) == (Pedigree.STREAM_1107, Pedigree.DEFAULT)


def test_where_the_stream_is_silent_the_budget_stands() -> None:
    before = default_budget(5.0)
    after = before.stated_by_stream(stream(lat_m=0.0))
    for old, new in zip(before.sources, after.sources, strict=True):
        assert np.asarray(new.sigma) == pytest.approx(old.sigma)
        assert new.pedigree is old.pedigree


def test_rows_that_state_and_rows_that_do_not_live_together() -> None:
    budget = default_budget(5.0).stated({Parameter.UP: np.array([0.4, np.nan])}, Pedigree.STREAM_COVARIANCE)
    assert budget.sigma(Parameter.UP) == pytest.approx([0.4, np.hypot(1.5, 3.0)])
    assert source(budget, Parameter.UP, True).pedigree is Pedigree.DEFAULT


def test_a_profile_replaces_what_it_knows_and_adds_what_is_new() -> None:
    mount = ErrorSource(Parameter.ELEVATION, 1e-4, True, Pedigree.PLATFORM_PROFILE)
    clock = ErrorSource(Parameter.CLOCK, 0.02, True, Pedigree.PLATFORM_PROFILE)
    budget = default_budget(5.0).having(mount, clock)
    assert source(budget, Parameter.ELEVATION, True) is mount
    assert source(budget, Parameter.CLOCK, True) is clock
    assert len(budget.sources) == len(default_budget(5.0).sources) + 1


def test_trust_has_an_order() -> None:
    assert least_trusted([Pedigree.STREAM_1107, Pedigree.STREAM_COVARIANCE]) is Pedigree.STREAM_1107
    assert least_trusted(Pedigree) is Pedigree.DEFAULT


@pytest.mark.parametrize("sigma", [0.0, -1.0, np.nan, np.inf, np.array([1.0, 0.0])])
def test_an_error_that_is_none_is_refused(sigma: float) -> None:
    with pytest.raises(SettingError, match="sensor up bias"):
        ErrorSource(Parameter.UP, sigma, True, Pedigree.DEFAULT)


def test_budgets_without_sources_or_with_one_twice_are_refused() -> None:
    up = ErrorSource(Parameter.UP, 1.0, True, Pedigree.DEFAULT)
    for sources in ((), (up, up)):
        with pytest.raises(SettingError, match="at least one source"):
            ErrorBudget(sources)
    with pytest.raises(SettingError, match="the budget leaves out"):
        ErrorBudget((up,)).stated({Parameter.EAST: 1.0}, Pedigree.STREAM_COVARIANCE)
