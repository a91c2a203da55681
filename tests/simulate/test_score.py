"""Scores: what chance gives, what knowing everything gives, and what must hold of any answers in between."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otear.domain.kinds import SiteKind
from otear.domain.times import utc_text
from otear.errors import InputError
from otear.simulate.exercise.answers import Answer, Answers, Claim, answers_text, read_answers
from otear.simulate.exercise.crews import omniscient_crew, random_crew
from otear.simulate.exercise.findings import DUPLICATE, GATE_M, LATE, OTHER_TIME, OUTSIDE
from otear.simulate.exercise.grounds import distances_m, ground_of
from otear.simulate.exercise.score import Score, score

from .truths import DAY_US, START_US, land, runway, site, truth

TRUTH = truth()


def scored(answers: Answers) -> Score:
    return score(answers, TRUTH, MINUTES)


def at(number: int, **changes: object) -> Answer:
    """An answer that names a site."""
    there = TRUTH.sites[number]
    facts: dict[str, object] = {
        "lat_deg": there.lat_deg,
        "lon_deg": there.lon_deg,
        "confidence": 0.8,
        "time_us": START_US + 60_000_000 * (number + 1),
        "kind": there.kind,
        "ellipse": Claim(20.0, 10.0, 30.0),
    }
    return Answer(**{**facts, **changes})  # type: ignore[arg-type]


def said(*answers: Answer) -> Answers:
    return Answers("crew", START_US, answers)


MINUTES = 480.0
NOWHERE = at(0, lat_deg=TRUTH.sites[0].lat_deg + 0.01)


def test_a_crew_that_guesses_scores_as_chance_does() -> None:
    rng = np.random.default_rng(1)
    results = [scored(random_crew(TRUTH, START_US, MINUTES, 600, rng)) for _ in range(40)]
    # As many guesses as are calls at 12 circles of 78.2 m in a district of 10.2 by 11.2 km.
    reach = TRUTH.sites[0].radius_m + GATE_M
    share = np.pi * reach**2 / (10_200.0 * 11_170.0)
    for result in results:
        assert result.chance.expected == pytest.approx(12 * len(result.calls) * share, rel=0.04)
        assert result.chance.precision == pytest.approx(12 * share, rel=0.02)
    assert sum(result.chance.low <= result.found <= result.chance.high for result in results) >= 36
    expected = np.mean([result.chance.expected for result in results])
    assert np.mean([result.found for result in results]) == pytest.approx(expected, abs=0.4)
    assert all(result.recall < 0.5 and result.precision < 0.03 for result in results)
    assert np.mean([result.average_precision for result in results]) < 2 * results[0].chance.precision
    assert np.mean([result.recall_at_budget for result in results]) < 0.05
    assert all(result.brier_skill < 0.0 for result in results)


def test_a_crew_that_knows_everything_scores_as_well_as_can_be() -> None:
    inside, squares = [], []
    for seed in range(40):
        result = scored(omniscient_crew(TRUTH, START_US, MINUTES, np.random.default_rng(seed)))
        assert (result.found, result.false, result.recall, result.precision) == (12, 0, 1.0, 1.0)
        assert (result.average_precision, result.recall_at_budget, result.brier_skill) == (1.0, 1.0, 1.0)
        assert result.calibration_error == 0.0
        assert result.found > 50 * result.chance.expected
        assert all(row == {kind: sum(row.values())} for kind, row in result.kinds.items())
        inside.append(result.placing.inside_share)
        squares.append(result.placing.mean_square)
    # Its errors are drawn from the ellipses that it claims: 480 of them, 90% inside.
    assert np.mean(inside) == pytest.approx(0.9, abs=0.04)
    assert np.mean(squares) == pytest.approx(2.0, abs=0.25)


def test_a_site_that_is_named_twice_counts_once_and_once_as_false() -> None:
    result = scored(said(at(3, confidence=0.6), at(3)))
    assert (result.found, result.false, len(result.missed)) == (1, 1, 11)
    assert [finding.false_for for finding in result.findings] == [DUPLICATE, ""]


def test_the_surer_of_two_answers_has_the_site_however_near_the_other_is() -> None:
    off = at(3, lat_deg=TRUTH.sites[3].lat_deg + 40.0 / 110_800.0)
    result = scored(said(at(3, confidence=0.6), replace(off, confidence=0.7)))
    assert [finding.site for finding in result.findings] == [None, TRUTH.sites[3]]
    # Of two that are as sure, the nearer has it.
    even = scored(said(replace(off, confidence=0.6), at(3, confidence=0.6)))
    assert [finding.site for finding in even.findings] == [None, TRUTH.sites[3]]


def test_an_answer_that_is_rather_doubted_finds_nothing_and_is_not_false() -> None:
    result = scored(said(at(3, confidence=0.49), replace(NOWHERE, confidence=0.3), at(4, confidence=0.5)))
    assert (result.found, result.false, len(result.missed)) == (1, 0, 11)
    assert [site.site_id for site in result.missed].count(TRUTH.sites[3].site_id) == 1
    assert len(result.minutes_to_find) == 1
    assert sum(sum(row.values()) for row in result.kinds.values()) == 1
    # The one that was doubted and true still says how well the crew knows how sure it is.
    assert result.brier_skill > scored(said(replace(NOWHERE, confidence=0.3), at(4, confidence=0.5))).brier_skill


def test_what_only_looks_like_a_site_is_named() -> None:
    kiln = TRUTH.lookalikes[2]
    result = scored(said(at(1), at(1, lat_deg=kiln.lat_deg, lon_deg=kiln.lon_deg), NOWHERE))
    assert [finding.false_for for finding in result.findings] == ["", "kiln", ""]
    assert (result.found, result.false) == (1, 2)


def test_a_site_is_found_only_while_it_is_there_and_remains_are_told_apart() -> None:
    gone = site(90, 4_000.0, 0.0, until_us=START_US + 1_000_000)
    coming = site(91, 4_000.0, 1_500.0, from_us=START_US + 5 * DAY_US)
    world = truth(gone, coming)
    late = START_US + 12 * DAY_US

    def found(time_us: int, place: object, minutes: float = 30 * 1_440.0) -> Score:
        answer = at(0, lat_deg=place.lat_deg, lon_deg=place.lon_deg, time_us=time_us)  # type: ignore[attr-defined]
        return score(said(answer), world, minutes)

    assert found(late, gone).found == 0
    assert found(START_US + 1, coming).found == 0
    assert found(late, coming).findings[0].remains
    assert not found(START_US + 6 * DAY_US, coming).findings[0].remains
    # What comes only when the time is up was not missed.
    assert len(found(START_US + 1, gone, MINUTES).missed) == 12
    assert len(found(START_US + 1, gone).missed) == 13


def test_an_answer_that_comes_when_the_time_is_up_finds_nothing() -> None:
    last = START_US + round(MINUTES * 60_000_000)
    result = scored(said(at(4, time_us=last), at(5, time_us=last + 1)))
    assert (result.found, result.false) == (1, 1)
    assert [finding.false_for for finding in result.findings] == ["", LATE]


def test_every_false_answer_says_why() -> None:
    bounds = TRUTH.land.grid.bounds
    beyond = at(0, lat_deg=float(np.degrees(bounds.north)) + 0.001)
    swapped = at(0, lat_deg=-80.0, lon_deg=24.8)
    soon = site(90, 4_000.0, 0.0, from_us=START_US + 3_600_000_000)
    early = at(0, lat_deg=soon.lat_deg, lon_deg=soon.lon_deg)
    result = score(said(beyond, swapped, early, NOWHERE), truth(soon), MINUTES)
    assert [finding.false_for for finding in result.findings] == [OUTSIDE, OUTSIDE, OTHER_TIME, ""]
    assert (result.found, result.false) == (0, 4)


def test_chance_has_no_more_tries_than_came_in_time() -> None:
    last = START_US + round(MINUTES * 60_000_000)
    late = (at(5, time_us=last + 1),) * 50
    assert scored(said(at(4), *late)).chance == scored(said(at(4))).chance


AZIMUTH_DEG, LENGTH_M, WIDTH_M = 60.0, 800.0, 16.0
STRIP = site(90, 4_000.0, 0.0, kind=SiteKind.AIRSTRIP, area_m2=LENGTH_M * WIDTH_M)
WITH_STRIP = truth(STRIP, hidden=runway(STRIP, AZIMUTH_DEG, LENGTH_M, WIDTH_M))


def beside_strip(ahead_m: float, right_m: float) -> tuple[float, float]:
    """Latitude and longitude of a place in the frame of the runway."""
    angle = np.radians(AZIMUTH_DEG)
    east = ahead_m * np.sin(angle) + right_m * np.cos(angle)
    north = 4_000.0 + ahead_m * np.cos(angle) - right_m * np.sin(angle)
    lat, lon = (float(np.degrees(v)) for v in land().plane.place(east, north))
    return lat, lon


@pytest.mark.parametrize(
    ("ahead_m", "right_m", "found"),
    [
        (0.0, 0.0, True),
        (380.0, 0.0, True),
        (-380.0, 50.0, True),
        (390.0, -55.0, True),
        (450.0, 0.0, True),
        (-465.0, 0.0, False),
        (0.0, 62.0, False),
        (300.0, -62.0, False),
        (440.0, 45.0, False),
    ],
)
def test_an_airstrip_is_found_anywhere_on_its_runway_and_nowhere_else(
    ahead_m: float, right_m: float, *, found: bool
) -> None:
    lat, lon = beside_strip(ahead_m, right_m)
    result = score(said(at(0, lat_deg=lat, lon_deg=lon, kind=SiteKind.AIRSTRIP)), WITH_STRIP, MINUTES)
    assert result.found == found
    if found:
        (finding,) = result.findings
        beyond = max(abs(ahead_m) - LENGTH_M / 2.0, 0.0)
        assert finding.error_m == pytest.approx(np.hypot(beyond, right_m), abs=1.5)
        assert (finding.square, finding.inside) == (None, None)


def test_an_airstrip_was_looked_at_where_any_of_its_runway_was() -> None:
    corners = [beside_strip(*corner) for corner in ((250.0, -60.0), (350.0, -60.0), (350.0, 60.0), (250.0, 60.0))]
    end = tuple((lon, lat) for lat, lon in corners)
    result = score(replace(said(), looked_at=(end,)), WITH_STRIP, MINUTES)
    assert result.looked_at.claimed_sites == pytest.approx(1 / 13)
    off = tuple((lon + 0.003, lat - 0.003) for lon, lat in end)
    assert score(replace(said(), looked_at=(off,)), WITH_STRIP, MINUTES).looked_at.claimed_sites == 0.0


def test_chance_reckons_with_all_the_ground_that_an_answer_may_name() -> None:
    """Of places spread evenly about a runway, as large a share means it as its ground and the gate have of the area."""
    ground = ground_of(STRIP, WITH_STRIP)
    east, north = np.random.default_rng(1).uniform(-600.0, 600.0, (2, 100_000))
    lat, lon = land().plane.place(east, 4_000.0 + north)
    away = distances_m(np.degrees(lat), np.degrees(lon), (ground,))[:, 0]
    share = np.mean(away <= ground.beside_m + GATE_M)
    assert ground.area_m2(GATE_M) == pytest.approx(share * 1_200.0**2, rel=0.03)
    bounds = TRUTH.land.grid.bounds
    area = (bounds.east - bounds.west) * (bounds.north - bounds.south) * np.prod(land().plane.metres_per_radian)
    alone = replace(WITH_STRIP, sites=(STRIP,))
    assert score(said(NOWHERE), alone, MINUTES).chance.expected == pytest.approx(
        ground.area_m2(GATE_M) / area, rel=0.01
    )


def test_what_there_is_to_miss_does_not_depend_on_when_answers_come() -> None:
    world = truth(site(90, 4_000.0, 0.0, from_us=START_US + DAY_US))
    known = tuple(at(i) for i in range(6))
    before = score(said(*known), world, MINUTES)
    assert before.recall == 0.5
    assert score(said(*known, at(6, time_us=START_US + 2 * DAY_US)), world, MINUTES).recall == 0.5
    assert score(said(*known, replace(NOWHERE, time_us=START_US + 2 * DAY_US)), world, MINUTES).recall == 0.5


def test_a_crew_that_knows_everything_finds_what_comes_while_it_is_at_work() -> None:
    world = truth(site(90, 4_000.0, 0.0, from_us=START_US + 3_600_000_000))
    answers = omniscient_crew(world, START_US, MINUTES, np.random.default_rng(2))
    result = score(answers, world, MINUTES)
    assert (result.found, result.false, len(result.missed)) == (13, 0, 0)
    assert score(omniscient_crew(world, START_US, 30.0, np.random.default_rng(2)), world, 30.0).found == 12


def test_the_claimed_ellipse_is_held_against_the_true_place() -> None:
    east = at(2, lon_deg=TRUTH.sites[2].lon_deg + 25.0 / 101_000.0)
    along, across = Claim(30.0, 5.0, 90.0), Claim(30.0, 5.0, 0.0)
    result = scored(said(replace(east, ellipse=along)))
    assert (result.placing.inside_share, result.findings[0].error_m) == (1.0, pytest.approx(25.0, abs=0.2))
    # 25 m along a half axis of 30 m that is 2.146 standard deviations.
    assert result.placing.mean_square == pytest.approx((25.0 / 30.0 * 2.146) ** 2, rel=0.02)
    assert scored(said(replace(east, ellipse=across))).placing.inside_share == 0.0
    assert scored(said(replace(east, ellipse=None))).placing.inside_share is None


def test_confidence_is_judged_by_what_came_true() -> None:
    sure = scored(said(*(at(i, confidence=1.0) for i in range(6)), *(replace(NOWHERE, confidence=0.0),) * 6))
    assert (sure.brier_skill, sure.calibration_error) == (0.5, 0.0)
    wrong = scored(said(*(at(i, confidence=0.0) for i in range(6)), *(replace(NOWHERE, confidence=1.0),) * 6))
    assert (wrong.brier_skill, wrong.calibration_error) == (-0.5, 1.0)


def test_no_answers_are_a_score_too() -> None:
    result = scored(said())
    assert (result.found, result.false, result.recall, result.precision, result.brier_skill) == (0, 0, 0.0, None, 0.0)
    assert (result.average_precision, result.recall_at_budget, result.calibration_error) == (0.0, 0.0, None)


@given(st.permutations(range(6)), st.lists(st.floats(0.0, 1.0), min_size=6, max_size=6))
@settings(max_examples=25, deadline=None)
def test_the_order_of_answers_does_not_matter(order: list[int], confidences: list[float]) -> None:
    answers = [at(i, confidence=c) for i, c in enumerate(confidences[:4])] + [NOWHERE, at(1)]
    one, other = scored(said(*answers)), scored(said(*(answers[i] for i in order)))
    assert (one.found, one.false, one.recall) == (other.found, other.false, other.recall)
    assert one.brier_skill == pytest.approx(other.brier_skill)
    assert one.average_precision == pytest.approx(other.average_precision)
    assert one.recall_at_budget == pytest.approx(other.recall_at_budget)


@given(st.sets(st.integers(0, 11), max_size=8), st.floats(0.0, 400.0))
@settings(max_examples=25, deadline=None)
def test_a_false_answer_never_helps_and_a_true_one_never_hurts(known: set[int], off_m: float) -> None:
    answers = [at(i) for i in sorted(known)]
    before = scored(said(*answers))
    stray = at(0, lat_deg=TRUTH.sites[0].lat_deg + (TRUTH.sites[0].radius_m + GATE_M + 1.0 + off_m) / 110_000.0)
    more = scored(said(*answers, stray))
    assert more.found == before.found
    assert more.precision is not None
    assert before.precision is None or more.precision <= before.precision
    assert scored(said(*answers, at(11))).found >= before.found


def test_answers_are_read_as_they_are_written() -> None:
    answers = replace(
        omniscient_crew(TRUTH, START_US, MINUTES, np.random.default_rng(3)),
        looked_at=(((1.0, 2.0), (2.0, 2.0), (2.0, 3.0)),),
    )
    assert read_answers(answers_text(answers)) == answers


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"lat_deg": 91.0}, "answers[0].lat_deg"),
        ({"lat_deg": float("nan")}, "answers[0].lat_deg"),
        ({"lon_deg": float("-inf")}, "answers[0].lon_deg"),
        ({"lon_deg": None}, "answers[0].lon_deg"),
        ({"confidence": 1.2}, "answers[0].confidence"),
        ({"confidence": -0.1}, "answers[0].confidence"),
        ({"confidence": float("nan")}, "answers[0].confidence"),
        ({"confidence": float("inf")}, "answers[0].confidence"),
        ({"confidence": "0.5"}, "answers[0].confidence"),
        ({"confidence": True}, "answers[0].confidence"),
        ({"kind": "ranch"}, "answers[0].kind"),
        ({"time": "2026-03-01T00:30"}, "answers[0].time"),
        ({"time": utc_text(START_US - 1_000_000)}, "answers[0].time"),
        (
            {"ellipse": {"semi_major_m": 0.0, "semi_minor_m": 1.0, "azimuth_deg": 0.0}},
            "answers[0].ellipse.semi_major_m",
        ),
        (
            {"ellipse": {"semi_major_m": 9.0, "semi_minor_m": 1e-200, "azimuth_deg": 0.0}},
            "answers[0].ellipse.semi_minor_m",
        ),
        (
            {"ellipse": {"semi_major_m": 9.0, "semi_minor_m": 10.0, "azimuth_deg": 0.0}},
            "answers[0].ellipse.semi_minor_m",
        ),
        (
            {"ellipse": {"semi_major_m": 9.0, "semi_minor_m": 1.0, "azimuth_deg": float("nan")}},
            "answers[0].ellipse.azimuth_deg",
        ),
        ({"person": "x"}, "answers[0].person"),
    ],
)
def test_what_is_wrong_in_answers_is_named(changes: dict[str, object], field: str) -> None:
    document = json.loads(answers_text(said(at(0))))
    document["answers"][0] |= changes
    with pytest.raises(InputError) as caught:
        read_answers(json.dumps(document), "answers.json")
    assert caught.value.source == "answers.json"
    assert caught.value.field == field
