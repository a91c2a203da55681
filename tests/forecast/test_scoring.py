"""Scores: of a share that is easily counted, and never with a look at what is to be foreseen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.errors import SettingError
from otear.forecast.base import Forecast
from otear.forecast.baselines import decay, kernel_density, last_year, random_order, three_years
from otear.forecast.panel import Panel
from otear.forecast.pooled import Pooled
from otear.forecast.scoring import best_possible, inside_top, margin, pooled, score_year, score_years, top_places
from otear.forecast.stacked import ours
from tests.forecast.made import clustered, panel

EVERYONE = [
    random_order(),
    last_year(),
    three_years(),
    decay(),
    kernel_density(),
    Pooled(),
    ours(panel(clustered(0, areas=9), places=True)),
]


class Spy:
    """Keeps what it was handed."""

    name = "spy"

    def __init__(self) -> None:
        self.handed: list[Panel] = []

    def forecast(self, past: Panel, ahead: int = 1) -> Forecast:
        self.handed.append(past)
        flat = np.ones(len(past.areas))
        return Forecast(self.name, int(past.years[-1]) + ahead, past.areas, flat, flat, flat)


@pytest.mark.parametrize("ahead", [1, 2, 3])
def test_nobody_is_handed_the_year_to_be_foreseen(ahead: int) -> None:
    spy = Spy()
    score_years(spy, panel(clustered(1)), [2004, 2006], ahead=ahead)
    assert [int(past.years[-1]) for past in spy.handed] == [2004 - ahead, 2006 - ahead]
    assert [past.counts.shape[1] for past in spy.handed] == [5 - ahead, 7 - ahead]


@pytest.mark.parametrize("forecaster", EVERYONE, ids=lambda each: each.name)
@pytest.mark.parametrize("ahead", [1, 2])
def test_the_future_changes_no_forecast(forecaster: object, ahead: int) -> None:
    counts = clustered(2, areas=60)
    other = counts.copy()
    other[:, 5:] = clustered(3, areas=60)[:, 5:]
    a, b = (forecaster.forecast(panel(each, places=True).until(2005), ahead) for each in (counts, other))  # type: ignore[attr-defined]
    assert np.array_equal(a.mean, b.mean)
    assert np.array_equal(a.order, b.order)
    assert np.array_equal(a.shape, b.shape)
    assert a.year == 2004 + ahead


@pytest.mark.parametrize("forecaster", EVERYONE, ids=lambda each: each.name)
@pytest.mark.parametrize("years", [1, 2, 5])
def test_every_forecast_is_a_distribution_from_the_first_year_on(forecaster: object, years: int) -> None:
    made = forecaster.forecast(panel(clustered(4, areas=60, years=years), states=3, places=True))  # type: ignore[attr-defined]
    assert np.all(made.mean > 0)
    assert np.all(np.isfinite(made.mean))
    assert np.all(made.shape > 0)
    low, high = made.interval()
    assert np.all(low <= high)


def test_shares_of_a_known_ranking() -> None:
    sites = np.array([4.0, 3.0, 2.0, 1.0])
    assert inside_top(np.array([9.0, 8, 7, 6]), sites, 2) == 7.0
    assert inside_top(np.array([9.0, 1, 1, 1]), sites, 2) == 4.0 + 2.0  # three share one place
    assert inside_top(np.ones(4), sites, 1) == 2.5
    assert inside_top(np.ones(4), sites, 9) == 10.0


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9)), min_size=2, max_size=9), st.data())
def test_the_order_of_rows_changes_no_share(areas: list[tuple[int, int]], data: st.DataObject) -> None:
    order, sites = (np.array(each, dtype=float) for each in zip(*areas, strict=True))
    turned = np.array(data.draw(st.permutations(range(len(areas)))))
    places = data.draw(st.integers(1, len(areas)))
    assert inside_top(order, sites, places) == pytest.approx(inside_top(order[turned], sites[turned], places))
    assert inside_top(order, sites, places) <= inside_top(sites, sites, places) + 1e-9


def test_random_has_its_part_and_nobody_beats_the_truth() -> None:
    made = panel(clustered(5, areas=200))
    years = [2004, 2005, 2006, 2007]
    assert pooled(score_years(random_order(), made, years)).share == pytest.approx(0.05)
    best = best_possible(made, years).share
    assert all(pooled(score_years(each, made, years)).share <= best for each in (last_year(), three_years(), Pooled()))


def test_a_year_nobody_looked_expects_nothing() -> None:
    counts = clustered(6, areas=40)
    counts[:, 7] = 0.0
    exposure = np.ones_like(counts)
    exposure[:, 7] = 0.0
    score = score_year(Pooled(), panel(counts, exposure=exposure), 2007)
    assert score.log_score == pytest.approx(0.0, abs=1e-6)
    assert score.covered == 40


def test_top_places() -> None:
    assert [top_places(areas) for areas in (3145, 102, 3727, 4)] == [157, 5, 186, 1]
    with pytest.raises(SettingError):
        top_places(10, 0.0)


def test_a_year_without_sites_cannot_be_pooled() -> None:
    made = panel(clustered(7))
    empty = [replace(score, sites=0.0) for score in score_years(last_year(), made, [2004])]
    with pytest.raises(SettingError, match="nothing was found"):
        pooled(empty)


def test_kernel_density_needs_places() -> None:
    with pytest.raises(SettingError, match="no places"):
        kernel_density().forecast(panel(clustered(8)))


def test_a_margin_is_a_difference_with_the_error_of_a_mean() -> None:
    made = panel(clustered(9, areas=200))
    years = [2004, 2005, 2006, 2007]
    mine, other = (score_years(each, made, years) for each in (three_years(), random_order()))
    found = margin(mine, other)
    a, b = pooled(mine), pooled(other)
    assert a.log_score is not None
    assert b.log_score is not None
    assert found.share == a.share - b.share
    assert found.log_score == pytest.approx(a.log_score - b.log_score)
    assert (found.years, found.better, found.worse) == (4, 4, 0)
    by_year = [(one.log_score - two.log_score) / one.areas for one, two in zip(mine, other, strict=True)]
    assert found.log_score_error == pytest.approx(np.std(by_year, ddof=1) / 2.0)  # of a mean, the jackknife is exact
    back = margin(other, mine)
    assert back.share == -found.share
    assert back.share_error == pytest.approx(found.share_error)
    assert margin(mine[:1], other[:1]).share_error is None
    with pytest.raises(SettingError, match="years differ"):
        margin(mine[1:], other)
