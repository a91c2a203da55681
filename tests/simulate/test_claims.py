"""What a crew may simply claim, or get without looking, and what the score says of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely

from otear.simulate.exercise.answers import Answer, Answers, Claim
from otear.simulate.exercise.crews import omniscient_crew
from otear.simulate.exercise.grounds import district
from otear.simulate.exercise.report import score_document, score_lines
from otear.simulate.exercise.score import Score, score

from .truths import START_US, land, truth

TRUTH = truth()
MINUTES = 480.0
STEP_M = 130.0
"""Circles of 78 m on a triangular grid of this step leave nothing out."""
GLOBE = ((-180.0, -90.0), (180.0, -90.0), (180.0, 90.0), (-180.0, 90.0))


def scored(*answers: Answer) -> Score:
    return score(Answers("crew", START_US, answers), TRUTH, MINUTES)


def grid(confidence: float) -> tuple[Answer, ...]:
    """Answers over the whole district, by a crew that looks at nothing."""
    half = 5_600.0
    east, north = np.meshgrid(np.arange(-half, half, STEP_M), np.arange(-half, half, STEP_M * 0.87))
    east[1::2] += STEP_M / 2.0
    lat, lon = np.degrees(land().plane.place(east.ravel(), north.ravel()))
    return tuple(Answer(float(a), float(b), confidence, START_US) for a, b in zip(lat, lon, strict=True))


def known() -> tuple[Answer, ...]:
    return omniscient_crew(TRUTH, START_US, MINUTES, np.random.default_rng(1)).answers


def test_a_grid_of_answers_that_nobody_is_sure_of_finds_nothing() -> None:
    result = scored(*grid(0.0))
    assert len(result.findings) > 8_000
    assert sum(finding.site is not None for finding in result.findings) == 12
    assert (result.found, result.recall, result.precision, result.false) == (0, 0.0, None, 0)
    assert result.average_precision < 0.002
    assert result.recall_at_budget < 0.01
    assert (result.brier_skill, result.calibration_error) == pytest.approx((0.0, 1.0))


def test_a_grid_of_calls_finds_what_the_best_that_look_at_nothing_find() -> None:
    result = scored(*grid(1.0))
    assert result.recall == 1.0
    assert result.chance.expected < 10.0
    assert result.chance.best == 12.0
    assert result.precision < result.chance.precision
    assert result.average_precision < result.chance.precision
    assert result.recall_at_budget < 0.01
    assert result.brier_skill < -600.0


def test_what_any_spread_of_calls_finds_is_no_more_than_the_best_on_average() -> None:
    some = grid(0.7)[::7]
    best = scored(*some).chance.best
    assert 1.0 < best < 12.0
    rng = np.random.default_rng(2)
    found = []
    for _ in range(20):
        lat, lon = rng.uniform(-STEP_M, STEP_M, 2) * 7.0 / 110_000.0
        found.append(scored(*(replace(a, lat_deg=a.lat_deg + lat, lon_deg=a.lon_deg + lon) for a in some)).found)
    assert np.mean(found) == pytest.approx(best, abs=1.0)


def test_padding_makes_nothing_better() -> None:
    crew = tuple(
        replace(answer, confidence=0.6, lat_deg=answer.lat_deg + (0.02 if i > 6 else 0.0))
        for i, answer in enumerate(known())
    )
    far = Answer(float(np.degrees(TRUTH.land.grid.bounds.south)) + 0.001, TRUTH.sites[0].lon_deg, 0.0, START_US)
    alone, padded = scored(*crew), scored(*crew, *(far,) * 5_000)
    for figure in ("found", "false", "average_precision", "recall_at_budget", "brier_skill", "calibration_error"):
        assert getattr(padded, figure) == pytest.approx(getattr(alone, figure)), figure
    assert padded.chance == alone.chance
    # Answers that are less sure and nearer take nothing from those that found it.
    nearer = tuple(Answer(site.lat_deg, site.lon_deg, 0.1, START_US + 60_000_000) for site in TRUTH.sites)
    assert scored(*crew, *nearer).found == alone.found


def test_huge_ellipses_are_seen_to_be_huge() -> None:
    honest = scored(*known())
    huge = scored(*(replace(answer, ellipse=Claim(100_000.0, 100_000.0, 0.0)) for answer in known()))
    tiny = scored(*(replace(answer, ellipse=Claim(0.5, 0.5, 0.0)) for answer in known()))
    assert (huge.placing.inside_share, tiny.placing.inside_share) == (1.0, 0.0)
    low, high = honest.placing.honest_square
    assert low < honest.placing.mean_square < high
    assert huge.placing.mean_square < 1e-4 < low
    assert tiny.placing.mean_square > 10.0 * high
    assert huge.placing.median_ce90_m == pytest.approx(100_000.0)
    assert honest.placing.median_ce90_m < honest.placing.largest_ce90_m < 16.0


def test_a_claim_to_have_looked_ends_at_the_district_and_is_held_against_what_was_shown() -> None:
    west, south, east, north = shapely.bounds(district(TRUTH)).tolist()
    middle = (west + east) / 2.0
    shown = shapely.box(west - 1.0, south - 1.0, middle, north + 1.0)
    claims = Answers("crew", START_US, (), (GLOBE,))
    at = score(claims, TRUTH, MINUTES, shown).looked_at
    assert (at.claimed_district, at.claimed_sites) == (1.0, 1.0)
    assert (at.shown_district, at.shown_sites) == pytest.approx((0.5, 0.5))
    assert at.claimed_unshown == pytest.approx(0.5)
    ring = ((west, south), (middle, south), (middle, north), (west, north))
    honest = score(replace(claims, looked_at=(ring,)), TRUTH, MINUTES, shown).looked_at
    assert (honest.claimed_district, honest.claimed_unshown) == (pytest.approx(0.5), pytest.approx(0.0, abs=1e-9))
    unflown = score(claims, TRUTH, MINUTES).looked_at
    assert (unflown.shown_district, unflown.shown_sites, unflown.claimed_unshown) == (None, None, None)
    silent = score(replace(claims, looked_at=()), TRUTH, MINUTES, shown).looked_at
    assert (silent.claimed_district, silent.claimed_unshown, silent.shown_district) == (None, None, pytest.approx(0.5))
    elsewhere = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))
    nothing = score(replace(claims, looked_at=(elsewhere,)), TRUTH, MINUTES, shown).looked_at
    assert (nothing.claimed_district, nothing.claimed_unshown) == (0.0, None)


def test_what_is_told_names_what_is_only_claimed() -> None:
    result = score(Answers("crew", START_US, known(), (GLOBE,)), TRUTH, MINUTES, district(TRUTH))
    lines = score_lines(result)
    assert lines["looked at"] == (
        "flights showed 100% of the district and 100% of the sites; the crew claims 100% and 100%; "
        "0% of the claim was never shown"
    )
    assert lines["time"].startswith("as the crew states it: first in minute")
    assert "ellipses claimed: CE90" in lines["placed"]
    document = score_document(result)
    assert document["looked_at"].claimed_district == 1.0
    assert set(document["claimed_ce90_m"]) == {"median", "p90"}
    assert score_lines(scored())["placed"] == "nothing found"
    assert "no ellipse" in score_lines(scored(replace(known()[0], ellipse=None)))["placed"]
    twice = score_lines(scored(known()[0], known()[0], known()[0]))
    assert twice["false"] == "2: duplicate (2)"
