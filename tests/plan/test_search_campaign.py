"""Campaigns: bounds are never below the best of all plans, plans are back in time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otear.errors import InputError
from otear.plan.search.campaign import Campaign, Launch
from otear.plan.search.campaign_bound import (
    campaign_bound,
    campaign_bound_at,
    kinds,
    koopman_campaign_bound,
    reach_campaign_bound,
)
from otear.plan.search.campaign_improve import improved_campaign
from otear.plan.search.cells import Ground
from otear.plan.search.greedy import greedy_campaign
from otear.plan.search.lawnmower import lawnmower_campaign
from otear.plan.search.tour_bound import best_path, legs

from .search_problems import best_campaign_of_all, small_campaign

HOURS = st.sampled_from([(2000.0,), (1500.0, 2500.0), (2000.0, 2000.0), (1800.0, 900.0, 2700.0), (60.0,)])


@settings(max_examples=8)
@given(seed=st.integers(0, 10_000), endurances=HOURS, straight=st.booleans(), nearest=st.integers(1, 5))
def test_no_bound_is_below_the_best_of_all_plans(
    seed: int, endurances: tuple[float, ...], straight: bool, nearest: int
) -> None:
    campaign = replace(small_campaign(5, endurances, seed=seed), straight=straight)
    best = best_campaign_of_all(campaign)
    of = legs(campaign, nearest=nearest, parts=2)
    plan = improved_campaign(campaign, np.random.default_rng(seed), rounds=20)
    campaign.check(plan)
    found = campaign_bound(campaign, rounds=30, of=of, plan=plan)
    for bound in (found.bound, koopman_campaign_bound(campaign), reach_campaign_bound(campaign)):
        assert campaign.detected(plan) <= best * (1.0 + 1e-9)
        assert best <= bound * (1.0 + 1e-9)
    assert campaign_bound_at(campaign, found.prices, found.time_prices, of=of) == pytest.approx(found.bound)
    rng = np.random.default_rng(seed)
    for second in (0.0, 1e-4, 1e-3):
        prices = rng.gamma(1.0, 0.1, 5)
        assert best <= campaign_bound_at(campaign, prices, dict.fromkeys(kinds(campaign), second), of=of) * (1 + 1e-9)


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), second=st.floats(0.0, 1e-3), nearest=st.integers(1, 5))
def test_no_tour_collects_more_than_the_best_path(seed: int, second: float, nearest: int) -> None:
    """Tours by chance, as long as they are back in time; the step need not divide anything."""
    campaign = small_campaign(7, (3000.0,), seed=seed)
    rng = np.random.default_rng(seed)
    prices = rng.gamma(1.0, 0.1, 7)
    most = best_path(campaign, legs(campaign, nearest=nearest, parts=3), prices, second, 0, 3000.0).worth
    for _ in range(60):
        tour = rng.permutation(7)[: rng.integers(0, 8)].astype(np.int32)
        if campaign.duration_s(0, tour) <= 3000.0:
            assert prices[tour].sum() <= most + 1e-9


def test_planners_of_campaigns() -> None:
    """25 boxes on a grid, 4 sorties: ours reaches most of the bound, greedy less, the lawn-mower least."""
    rng = np.random.default_rng(2)
    prior = rng.gamma(0.5, 1.0, 100)
    across = np.arange(10) * 5_000.0
    centres = np.array([(x, y) for y in across for x in across])
    campaign = Campaign.over_plane(
        Ground(prior / prior.sum(), np.full(100, 0.8)),
        centres,
        np.array([[-20_000.0, 0.0], [60_000.0, 60_000.0]]),
        np.full(100, 500.0),
        [Launch(k % 2, 9_000.0) for k in range(4)],
        speed_mps=80.0,
    )
    ours = improved_campaign(campaign, np.random.default_rng(0), rounds=300)
    again = improved_campaign(campaign, np.random.default_rng(0), rounds=300)
    assert [tour.tolist() for tour in ours] == [tour.tolist() for tour in again]
    careful, blind = greedy_campaign(campaign), lawnmower_campaign(campaign, 10)
    for tours in (ours, careful, blind):
        campaign.check(tours)
    found = [campaign.detected(tours) for tours in (ours, careful, blind)]
    assert found[0] > 1.03 * found[1]
    assert found[1] > 1.2 * found[2]
    assert found[0] > 0.9 * campaign_bound(campaign, rounds=30, plan=ours).bound
    from_greedy = improved_campaign(campaign, np.random.default_rng(0), rounds=0, start=careful)
    assert campaign.detected(from_greedy) >= found[1]


def test_a_second_sweep_is_for_another_sortie() -> None:
    """Two boxes, of which one holds all: each sortie sweeps it once."""
    campaign = Campaign.over_plane(
        Ground(np.array([1.0, 0.0]), np.ones(2)),
        np.array([[1000.0, 0.0], [2000.0, 0.0]]),
        np.zeros((1, 2)),
        np.full(2, 100.0),
        [Launch(0, 1000.0)] * 2,
        speed_mps=50.0,
    )
    plan = improved_campaign(campaign, np.random.default_rng(0), rounds=10)
    assert campaign.detected(plan) == pytest.approx(1.0 - np.exp(-2.0))
    assert campaign_bound(campaign, rounds=20).bound == pytest.approx(1.0 - np.exp(-2.0), rel=1e-6)
    with pytest.raises(InputError, match="twice"):
        campaign.check((np.zeros(2, dtype=np.int32), plan[1]))


def test_campaigns_that_make_no_sense_are_refused() -> None:
    campaign = small_campaign(4, (2000.0,), seed=0)
    with pytest.raises(InputError, match="late"):
        replace(campaign, launches=(Launch(0, 10.0),)).check((np.array([0], dtype=np.int32),))
    with pytest.raises(InputError, match="tours"):
        campaign.check(())
    with pytest.raises(InputError, match="sweep"):
        replace(campaign, sweep_s=np.zeros(4))
    with pytest.raises(InputError, match="launches"):
        replace(campaign, launches=(Launch(2, 100.0),))
    with pytest.raises(InputError, match="between_s"):
        replace(campaign, between_s=np.zeros((3, 3)))
    with pytest.raises(InputError, match="prices"):
        campaign_bound_at(campaign, np.full(4, -1.0), {Launch(0, 2000.0): 0.0})
    nobody = replace(campaign, launches=())
    assert campaign_bound(nobody).bound == 0.0
    assert improved_campaign(nobody, np.random.default_rng(0), rounds=1) == ()
