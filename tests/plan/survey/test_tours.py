"""Boxes tried, tours searched, sorties laid out: within the authority, within the bound, and the same every time."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import shapely

from otear.authority.paths import Leg
from otear.coverage.resolution import ResolutionModel
from otear.domain.plan import Because
from otear.flight.exports.stretches import stretches
from otear.flight.route import Route
from otear.flight.wind import Wind
from otear.plan.search.certificate import BoundMethod
from otear.plan.search.greedy import greedy_campaign
from otear.plan.survey.belief import Looked
from otear.plan.survey.boxes import Boxes, boxes_of, surveyed
from otear.plan.survey.flown import Swept, correction
from otear.plan.survey.sorties import flyable
from otear.plan.survey.sweep import best_sweep
from otear.plan.survey.tours import Slot, Toured, campaign, drawn_at_random, toured
from otear.plan.survey.trial import Conditions, Craft, Trial, tried

from ...flight.surveys import DEPART_US, HOUR_US, LARGE, MEDIUM, aircraft, at, consent, hills, metres, zone

HALF_M = 12_000.0
LATE_US = DEPART_US + 9 * HOUR_US


def survey(seed: int, name: str = MEDIUM) -> tuple[Boxes, Trial, Conditions, list[tuple[float, float, float]]]:
    """An authority with zones, and an aircraft tried on all boxes of it, drawn with a seed."""
    rng = np.random.default_rng([3, seed])
    zones = [(*rng.uniform(-9_000.0, 9_000.0, 2).tolist(), float(rng.uniform(400.0, 1_500.0))) for _ in range(3)]
    over = consent(*(zone(f"zone {k}", *each) for k, each in enumerate(zones)), half_m=HALF_M)
    over = replace(over, authority_id="a-0000000000000000")
    boxes = boxes_of(*surveyed(over, DEPART_US, LATE_US), 4_000.0)
    wind = Wind(float(rng.uniform(0.0, 12.0)), float(rng.uniform(0.0, 360.0)), 0.5)
    bases = rng.uniform(-5_000.0, 5_000.0, (200, 2))
    far = min(bases.tolist(), key=lambda xy: max(r - np.hypot(x - xy[0], y - xy[1]) for x, y, r in zones))
    base = at(*far)
    conditions = Conditions(over, wind, hills, "find_laboratories", DEPART_US, LATE_US, DEPART_US)
    craft = Craft(aircraft(name), aircraft(name).sensors[0], base, 500.0)
    sweep = best_sweep(
        craft.aircraft, craft.sensor, ResolutionModel(), ground_m=430.0, highest_m=600.0, band_m=(100.0, 8_000.0)
    )
    return boxes, tried(craft, sweep, boxes, Looked.nothing(), conditions), conditions, zones


@cache
def one_survey(name: str = MEDIUM) -> tuple[Boxes, Trial, Conditions, list[tuple[float, float, float]]]:
    return survey(0, name)


def worth_of(boxes: Boxes, seed: int = 1) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    found = np.random.default_rng(seed).gamma(0.5, 1.0, len(boxes))
    return np.asarray(found / found.sum())


def planned(trials: list[Trial], boxes: Boxes, seed: int = 5, explore: float = 0.12, slots: int = 2) -> Toured:
    every = [
        Slot(kind, f"{kind}.{k}", min(trial.endurance_s, 6.0 * 3_600.0), DEPART_US, LATE_US)
        for kind, trial in enumerate(trials)
        for k in range(slots)
    ]
    rng = np.random.default_rng(seed)
    return toured(boxes, worth_of(boxes), trials, every, explore=explore, seconds=0.05, rng=rng)


def outside(route: Route, zones: list[tuple[float, float, float]]) -> float:
    """How far the path gets out of the square or into a zone, in metres: by polygons on the tests' own plane."""
    square = shapely.box(-HALF_M, -HALF_M, HALF_M, HALF_M)
    closed = shapely.union_all([shapely.Point(x, y).buffer(radius, 64) for x, y, radius in zones])
    worst = -np.inf
    for one in stretches(route):
        east, north = metres(np.radians(one.lat_deg), np.radians(one.lon_deg))
        points = shapely.points(east, north)
        worst = max(worst, float(shapely.distance(square, points).max()))
        worst = max(
            worst, float((closed.buffer(0.0).contains(points) * shapely.distance(closed.boundary, points)).max())
        )
    return worst


def test_most_boxes_can_be_swept_and_each_other_one_has_its_reason() -> None:
    _, trial, _, _ = one_survey()
    assert sum(one is not None for one in trial.patterns) > 0.5 * len(trial.patterns)
    for one, against in zip(trial.patterns, trial.against, strict=True):
        assert (one is None) is (against is not None)
    reasons = {against[0] for against in trial.against if against is not None}
    assert reasons <= {Because.NOT_ALLOWED, Because.NOT_FLYABLE, Because.TOO_NARROW}
    assert ((trial.chance > 0.0) == np.array([one is not None for one in trial.patterns])).all()
    assert (trial.chance <= trial.sweep.chance + 1e-12).all()


def test_a_plan_finds_no_more_than_its_bounds_and_more_than_mowing() -> None:
    boxes, trial, _, _ = one_survey()
    found = planned([trial], boxes, explore=0.0)
    assert set(found.bounds) == {BoundMethod.KOOPMAN, BoundMethod.REACH, BoundMethod.PRICE}
    assert 0.9 * min(found.bounds.values()) < found.finds <= min(found.bounds.values())
    assert found.finds >= found.lawnmower
    assert not found.drawn.any()


def test_two_kinds_of_aircraft_share_the_ground_and_keep_the_bound() -> None:
    boxes, medium, _, _ = one_survey()
    _, large, _, _ = one_survey(LARGE)
    both = planned([medium, large], boxes)
    alone = planned([medium], boxes)
    assert alone.finds < both.finds <= min(both.bounds.values())


def test_a_share_goes_to_boxes_drawn_at_random() -> None:
    boxes, trial, _, _ = one_survey()
    found = planned([trial], boxes, explore=0.3)
    swept = np.concatenate(found.tours)
    drawn = float(trial.sweep_s[swept][found.drawn[swept]].sum() / trial.sweep_s[swept].sum())
    assert 0.15 < drawn < 0.45
    assert set(np.flatnonzero(found.drawn)) <= set(swept.tolist())


def test_the_draw_does_not_look_at_what_is_worth_finding() -> None:
    """Each box that can be swept is drawn as often as another, over many seeds."""
    boxes, trial, _, _ = one_survey()
    worth, can = worth_of(boxes), trial.chance > 0.0
    problem = campaign(boxes, worth, trial, [Slot(0, "one", 20_000.0, DEPART_US, LATE_US)])
    plan = greedy_campaign(problem)
    often = np.zeros(len(boxes))
    for seed in range(400):
        often += drawn_at_random(problem, plan, can, 0.3, np.random.default_rng(seed))
    best = worth[can] > np.median(worth[can])
    assert often[can][best].mean() == pytest.approx(often[can][~best].mean(), rel=0.15)
    assert often[can].min() > 0.5 * often[can].mean()
    assert not often[~can].any()


def test_the_same_seed_gives_the_same_plan() -> None:
    boxes, trial, _, _ = one_survey()
    first, second = (planned([trial], boxes) for _ in range(2))
    assert [tour.tolist() for tour in first.tours] == [tour.tolist() for tour in second.tours]
    assert first.bounds == second.bounds


def test_flown_out_it_finds_what_the_model_says() -> None:
    boxes, trial, conditions, _ = one_survey()
    found = planned([trial], boxes)
    swept = [
        Swept(int(box), number, one, trial)
        for number, tour in enumerate(found.tours)
        for box in tour
        if (one := trial.patterns[int(box)]) is not None
    ]
    said = correction(
        boxes, worth_of(boxes), found.finds, swept, heights=conditions.heights, rng=np.random.default_rng(1)
    )
    assert said.factor == pytest.approx(1.0, abs=0.03)
    assert said.error < 0.01
    gaps = [Swept(one.box, one.sortie, one.pattern, one.trial) for one in swept[::2]]
    half = correction(
        boxes, worth_of(boxes), found.finds, gaps, heights=conditions.heights, rng=np.random.default_rng(1)
    )
    assert half.factor < 0.8


@pytest.mark.parametrize("seed", range(5))
def test_no_leg_of_a_plan_breaks_the_authority(seed: int) -> None:
    """Judged by polygons that share nothing with the planner. `benchmarks.plans` does it for 300."""
    boxes, trial, conditions, zones = survey(seed)
    found = planned([trial], boxes, slots=1)
    done = flyable(
        found.tours[0], trial, boxes, conditions, aircraft=trial.craft.aircraft, name="one", until_us=LATE_US,
        per_hour=worth_of(boxes),
    )  # fmt: skip
    assert done is not None
    assert any(isinstance(part, Leg) for part in done.route.path)
    assert outside(done.route, zones) <= 0.0
    assert done.route.starts_us[-1] <= LATE_US
    assert set(done.tour) | {box for box, _ in done.cut} == set(found.tours[0])
