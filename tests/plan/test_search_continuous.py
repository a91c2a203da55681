"""The continuous simulation: exposure by hand, lines of the right length, and a correction that holds elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.errors import InputError
from otear.plan.search.campaign import Campaign, Launch
from otear.plan.search.cells import Ground, Search, Searcher, grid_moves
from otear.plan.search.continuous import (
    Camera,
    Lattice,
    Line,
    Modelled,
    Simulated,
    correction_of,
    exposure_s,
    fit_correction,
    hazard_per_s,
    look_track,
    modelled,
    simulate,
    simulate_campaign,
    sweep_width_m,
)
from otear.plan.search.greedy import greedy

from .search_problems import grid_search

CAMERA = Camera(800.0, 50.0)


def test_exposure_by_hand() -> None:
    """A pass over the place: the width; 240 m beside it: a chord of 640 m; a pass that ends over it: half of the width;
    no exposure across a gap."""
    over = np.array([[-5000.0, 0.0], [5000.0, 0.0]])
    places = np.array([[0.0, 0.0], [0.0, 240.0], [0.0, -401.0], [5000.0, 0.0]])
    assert exposure_s(over, places, 800.0, 50.0) == pytest.approx([16.0, 12.8, 0.0, 8.0])
    parted = np.array([[-5000.0, 0.0], [np.nan, np.nan], [5000.0, 0.0]])
    assert exposure_s(parted, places, 800.0, 50.0).tolist() == [0.0] * 4


def test_sweep_widths() -> None:
    """At a great hazard the width of the disc; at a small one hazard x area / speed; and back again."""
    assert sweep_width_m(CAMERA, np.array([1e4])) == pytest.approx([800.0], rel=1e-3)
    assert sweep_width_m(CAMERA, np.array([1e-7])) == pytest.approx([1e-7 * np.pi * 400.0**2 / 50.0], rel=1e-4)
    widths = np.array([1.0, 200.0, 500.0, 780.0])
    assert sweep_width_m(CAMERA, hazard_per_s(CAMERA, widths)) == pytest.approx(widths, rel=1e-6)
    with pytest.raises(InputError, match="sweep width"):
        hazard_per_s(CAMERA, np.array([801.0]))


@given(st.integers(0, 10_000), st.floats(2_000.0, 200_000.0), st.booleans())
def test_a_look_is_as_long_as_it_is(seed: int, length_m: float, on_the_way: bool) -> None:
    at = np.array([-3_000.0, 2_000.0]) if on_the_way else None
    track = look_track((1_000.0, 0.0), 6_000.0, length_m, at, np.random.default_rng(seed))
    assert np.hypot(*np.diff(track, axis=0).T).sum() == pytest.approx(length_m)
    inside = track[1:] if on_the_way and length_m > 12_000.0 else track[:0]
    assert (inside >= [999.0, -1.0]).all()
    assert (inside <= [7_001.0, 6_001.0]).all()


def test_lines_at_random_obey_the_random_law() -> None:
    """The law that the model is made of: many short straight pieces, each anywhere, detect 1 - exp(-W L / A)."""
    rng = np.random.default_rng(5)
    side, hazard, pieces = 10_000.0, 0.02, 1_600
    width = float(sweep_width_m(CAMERA, np.array([hazard]))[0])
    # Pieces of 4 km with their middles up to 2.4 km outside: all that can touch the land.
    middle = rng.uniform(-2_400.0, side + 2_400.0, (pieces, 2))
    turn = rng.uniform(0.0, 2.0 * np.pi, pieces)
    half = 2_000.0 * np.column_stack([np.cos(turn), np.sin(turn)])
    track = np.stack([middle - half, middle + half, np.full((pieces, 2), np.nan)], axis=1).reshape(-1, 2)
    places = side * rng.random((2_000, 2))
    for count in (400, pieces):
        exposed = exposure_s(track[: 3 * count], places, CAMERA.width_m, CAMERA.speed_mps)
        covered = width * count * 4_000.0 / (side + 4_800.0) ** 2
        assert -np.expm1(-hazard * exposed).mean() == pytest.approx(-np.expm1(-covered), rel=0.05)


def test_a_plan_through_the_middles_finds_less_than_the_model_says() -> None:
    """Looks along the same line again see the same strip: for many looks at one cell the model says far too much."""
    search = Search(Ground(np.array([1.0]), np.array([0.1])), grid_moves(1, 1), (Searcher(0, 12),))
    paths = (np.zeros(12, dtype=np.int32),)
    through, swept = (
        simulate(
            search, paths, Lattice(1, 6_000.0), CAMERA, np.random.default_rng(1), look_s=120.0, line=line, flights=24
        )
        for line in (Line.THROUGH, Line.SWEPT)
    )
    said = search.detected(paths)
    assert said > 1.5 * through.detected
    assert swept.detected > 1.5 * through.detected


def test_the_correction_holds_for_plans_it_was_not_fitted_on() -> None:
    said, got = list[Modelled](), list[Simulated]()
    for seed in range(24):
        search = grid_search(5, 5, (6, 6), seed=seed)
        ground = Ground(search.ground.prior, 0.4 * search.ground.rate)
        search = Search(ground, search.moves, search.searchers)
        paths = greedy(search, width=2)
        said.append(modelled(search.ground, search.looks(paths)))
        got.append(
            simulate(
                search,
                paths,
                Lattice(5, 6_000.0),
                CAMERA,
                np.random.default_rng(seed),
                look_s=700.0,
                flights=20,
                sites=6,
            )
        )
    fitted = fit_correction(said[:12], got[:12])
    off, raw = list[float](), list[float]()
    for model, flight in zip(said[12:], got[12:], strict=True):
        correction = fitted.at(model)
        corrected, error = correction.of(model.detected)
        off.append((flight.detected - corrected) / error)
        raw.append((flight.detected - model.detected) / error)
    assert np.mean(np.abs(off) < 2.0) >= 0.75
    assert abs(np.mean(off)) < 0.8
    # Without the correction they would not agree.
    assert abs(np.mean(raw)) > 1.5


def test_a_fit_by_hand() -> None:
    """Factors of 1.0, 1.1, 1.0, 1.1 at repeats of 1, 1, 2, 2: no slope, a spread of 0.1 / sqrt(2)."""
    said = [Modelled(0.5, repeats) for repeats in (1.0, 1.0, 2.0, 2.0)]
    got = [Simulated(0.5 * factor, 0.01, 8) for factor in (1.0, 1.1, 1.0, 1.1)]
    fitted = fit_correction(said, got)
    assert fitted.slope == pytest.approx(0.0, abs=1e-12)
    assert fitted.spread == pytest.approx(0.1 / np.sqrt(2.0))
    far = fitted.at(Modelled(0.5, 2.5))
    assert far.factor == pytest.approx(1.05)
    assert far.error == pytest.approx(0.1 / np.sqrt(2.0) * np.sqrt(1.0 + 0.25 + 1.0))


def test_a_campaign_flown() -> None:
    """Nine boxes, all swept once with a coverage of 1: evenly laid lines find more than random search."""
    rate = np.full(9, 1.0)
    campaign = Campaign.over_plane(
        Ground(np.full(9, 1.0 / 9.0), rate),
        np.array([(3_000.0 + 6_000.0 * x, 3_000.0 + 6_000.0 * y) for y in range(3) for x in range(3)]),
        np.zeros((1, 2)),
        np.full(9, 6_000.0**2 / 600.0 / 50.0),
        [Launch(0, 1e6)],
        speed_mps=50.0,
    )
    tours = (np.arange(9, dtype=np.int32),)
    flown = simulate_campaign(campaign, tours, Lattice(3, 6_000.0), CAMERA, np.random.default_rng(0), sites=20)
    assert campaign.detected(tours) == pytest.approx(1.0 - np.exp(-1.0))
    assert campaign.detected(tours) + 3.0 * flown.error < flown.detected < 1.0
    own = correction_of(modelled(campaign.ground, campaign.sweeps(tours)), flown)
    assert own.of(campaign.detected(tours)) == pytest.approx((flown.detected, flown.error))


def test_what_gives_no_correction_is_refused() -> None:
    some = Simulated(0.3, 0.01, 8)
    search = grid_search(2, 2, (2,), seed=0)
    with pytest.raises(InputError, match="2 plans"):
        fit_correction([Modelled(0.3, 1.0)] * 2, [some] * 2)
    with pytest.raises(InputError, match="alike"):
        fit_correction([Modelled(0.3, 1.0)] * 4, [some] * 4)
    with pytest.raises(InputError, match="finds nothing"):
        modelled(search.ground, np.zeros(4))
    with pytest.raises(InputError, match="flights"):
        simulate(
            search,
            (np.zeros(2, dtype=np.int32),),
            Lattice(2, 6_000.0),
            CAMERA,
            np.random.default_rng(0),
            look_s=5_000.0,
            flights=1,
        )
