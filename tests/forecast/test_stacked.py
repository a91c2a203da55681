"""Ours mixes choices by what they foresaw, never by what is to come."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.errors import SettingError
from otear.forecast.base import Forecast
from otear.forecast.choices import NEUTRAL, around
from otear.forecast.panel import Panel
from otear.forecast.pooled import Pooled
from otear.forecast.stacked import RECENT, Remembered, Stacked, mixed, ours
from tests.forecast.made import clustered, panel


@dataclass
class Says:
    """Expects the same everywhere, and keeps which year it was asked for."""

    name: str
    expected: float
    asked: list[int]

    def forecast(self, past: Panel, ahead: int = 1) -> Forecast:
        year = int(past.years[-1]) + ahead
        self.asked.append(year)
        mean = np.full(len(past.areas), self.expected)
        return Forecast(self.name, year, past.areas, mean, mean, np.full(len(past.areas), 1e4))


def test_who_foresaw_the_years_before_gets_the_weight() -> None:
    made = panel(np.random.default_rng(1).poisson(3.0, size=(200, 8)).astype(float))
    right, wrong = Says("right", 3.0, []), Says("wrong", 0.3, [])
    stacked = Stacked("both", (wrong, right))
    assert stacked.weights(made)[1] > 0.95
    assert stacked.forecast(made).mean == pytest.approx(3.0, abs=0.1)


@pytest.mark.parametrize("ahead", [1, 2])
def test_weights_come_of_the_last_years_of_the_past_alone(ahead: int) -> None:
    part = Says("one", 1.0, [])
    Stacked("s", (part,)).weights(panel(clustered(1, areas=20)), ahead)
    assert sorted(part.asked) == list(range(2008 - min(RECENT, 8 - ahead), 2008))


def test_with_nothing_to_judge_by_no_choice_is_preferred() -> None:
    exposure = np.eye(2)[np.arange(150) % 2]  # whoever is looked at in the second year was not in the first
    for made in (panel(clustered(2, years=1)), panel(clustered(2, years=2) * exposure, exposure=exposure)):
        model = ours(made)
        assert model.weights(made) == pytest.approx(1.0 / len(model.parts))


def test_the_mixture_has_the_mean_and_the_variance_of_its_parts() -> None:
    made = panel(clustered(3))
    stacked = Stacked("s", (Says("low", 1.0, []), Says("high", 4.0, [])))
    weights, found = stacked.weights(made), stacked.forecast(made)
    mean = weights[0] + 4.0 * weights[1]
    variance = weights @ [1.0 + 1e-4 + (1.0 - mean) ** 2, 4.0 + 16e-4 + (4.0 - mean) ** 2]
    assert found.mean == pytest.approx(mean)
    assert found.mean + found.mean**2 / found.shape == pytest.approx(variance)


@given(st.integers(0, 1000), st.integers(2, 5))
def test_weights_sum_to_one_and_beat_every_single_part(seed: int, parts: int) -> None:
    masses = np.log(np.random.default_rng(seed).uniform(0.01, 1.0, size=(60, parts)))
    weights = mixed(masses)
    assert weights.sum() == pytest.approx(1.0)
    assert np.all(weights > 0)
    whole = np.log(np.exp(masses) @ weights).sum()
    assert whole >= masses.sum(axis=0).max() - parts * np.log(60 + parts)  # the doubt keeps it from being exact


def test_what_is_remembered_is_asked_once() -> None:
    part = Says("one", 1.0, [])
    remembered = Remembered(part)
    made = panel(clustered(4))
    first = remembered.forecast(made)
    assert remembered.forecast(panel(clustered(4))) is first
    remembered.forecast(made, 2)
    remembered.forecast(made.until(2007))
    assert part.asked == [2008, 2009, 2007]


def test_remembering_changes_no_forecast() -> None:
    made = panel(clustered(5, areas=40, years=6), states=2)
    model = ours(made)
    for year in (2004, 2005):
        model.forecast(made.until(year))
    warm, cold = model.forecast(made), ours(made).forecast(made)
    assert np.array_equal(warm.mean, cold.mean)
    assert np.array_equal(warm.shape, cold.shape)


def test_choices_lie_around_the_middle_one_at_a_time() -> None:
    tried = around(surroundings=True)
    assert next(iter(tried.values())) == NEUTRAL
    assert len(set(tried.values())) == len(tried)
    for choice in list(tried.values())[1:]:
        assert sum(getattr(choice, name) != getattr(NEUTRAL, name) for name in vars(NEUTRAL)) == 1
    assert set(tried) - set(around(surroundings=False)) == {"few around", "many around"}


def test_choices_about_surroundings_change_nothing_where_there_are_none() -> None:
    made = panel(clustered(6))
    few = around(surroundings=True)["few around"]
    assert np.array_equal(Pooled(choices=few).forecast(made).mean, Pooled().forecast(made).mean)


def test_what_cannot_be_mixed() -> None:
    with pytest.raises(SettingError):
        Stacked("s", ())
