"""The middle of a site: its ellipse holds the middle nine times of ten, and the same thing seen again says no more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from otear.domain.kinds import CueKind
from otear.errors import InputError
from otear.evidence.marks import Mark, Plane, mark_of, mark_of_report, plane_about
from otear.evidence.middles import OFF_MIDDLE_M, TOGETHER, middle, same_things
from otear.geo.ellipse import inside_90

from ..made_cues import cue
from .flight_means import Fix, estimate

NOISE, BIAS, GROUND = 9.0 * np.eye(2), np.diag([60.0, 30.0]), 16.0 * np.eye(2)
NOWHERE = dict.fromkeys(CueKind, 0.0)


def mark(
    piece: str,
    flight: str,
    at: tuple[float, float] = (0.0, 0.0),
    kind: CueKind | None = CueKind.DRUMS,
) -> Mark:
    return Mark(piece, flight, 0, kind, np.array(at), NOISE, BIAS, GROUND)


def test_where_cues_stand_in_the_middle_it_is_the_place_that_looks_agree_on() -> None:
    """With no extent the estimate is the one of `flight_means`."""
    marks = [mark("a", "1", (3.0, 1.0)), mark("b", "1", (5.0, -2.0)), mark("c", "2", (-4.0, 6.0))]
    fixes = [Fix(one.flight, one.at, one.noise, one.bias) for one in marks]
    found, known = middle(marks, NOWHERE), estimate(fixes, GROUND)
    assert found.at == pytest.approx(known.at)
    assert found.covariance == pytest.approx(known.covariance)


def test_one_drum_seen_by_a_hundred_flights_leaves_the_site_as_large_as_it_is() -> None:
    found = middle([mark(f"c-{k}", f"f-{k}") for k in range(100)])
    assert found.things == 1
    assert np.diag(found.own) == pytest.approx(OFF_MIDDLE_M[CueKind.DRUMS] ** 2, rel=0.02)


def test_different_things_of_one_pass_are_different_draws() -> None:
    places = ((0.0, 0.0), (25.0, 0.0), (0.0, 25.0))
    found = middle([mark(str(k), "1", at) for k, at in enumerate(places)])
    assert found.things == 3
    assert np.trace(found.own) < 0.9 * np.trace(middle([mark("0", "1")]).own)


def test_what_is_at_one_place_is_one_thing_whatever_it_is_said_to_be() -> None:
    marks = [mark("a", "1"), mark("b", "1", (2.0, 0.0)), mark("c", "2", kind=CueKind.TANK)]
    assert same_things(marks).tolist() == [0, 0, 0]
    assert middle(marks).things == 1
    assert same_things([mark("a", "1"), mark("b", "2", (90.0, 0.0))]).tolist() == [0, 1]


def test_what_is_hardly_believed_hardly_moves_the_middle() -> None:
    sure, far = mark("a", "1"), mark("b", "1", (40.0, 0.0))
    believed = middle([sure, far]).at[0]
    doubted = middle([sure, replace(far, real=0.05)])
    assert doubted.at[0] < 0.2 * believed
    assert np.trace(doubted.own) > np.trace(middle([sure, far]).own)


def test_the_90_percent_ellipse_holds_the_middle_nine_times_of_ten() -> None:
    """Two to five things about a middle, seen by one to three flights, some only by some."""
    rng, inside = np.random.default_rng(8), []
    for _ in range(600):
        things = rng.choice([CueKind.DRUMS, CueKind.TANK, CueKind.VEHICLE, CueKind.TRACK], int(rng.integers(1, 6)))
        side = rng.normal(0.0, 1.0, 2)
        stands = [
            OFF_MIDDLE_M[CueKind(kind)] * (np.sqrt(TOGETHER) * side + np.sqrt(1.0 - TOGETHER) * rng.normal(0.0, 1.0, 2))
            for kind in things
        ]
        ground = rng.multivariate_normal([0.0, 0.0], GROUND)
        marks = []
        for flight in range(int(rng.integers(1, 4))):
            bias = rng.multivariate_normal([0.0, 0.0], BIAS)
            for k, (kind, at) in enumerate(zip(things, stands, strict=True)):
                if k == 0 or rng.random() < 0.7:
                    off = at + ground + bias + rng.multivariate_normal([0.0, 0.0], NOISE)
                    marks.append(replace(mark(f"{flight}-{k}", str(flight), kind=CueKind(kind)), at=off))
        found = middle(marks)
        inside.append(bool(inside_90(found.covariance, found.at)))
    assert 0.86 < np.mean(inside) < 0.94


def test_what_was_reported_counts_only_where_nothing_was_seen() -> None:
    plane = Plane(24.8, -107.4)
    told = mark_of_report("r", 0, (24.801, -107.4), 100.0, plane)
    alone = middle([told])
    assert alone.at == pytest.approx([0.0, 110.8], abs=0.5)
    assert bool(inside_90(alone.covariance, [99.0, 0.0]))
    assert not bool(inside_90(alone.covariance, [101.0, 0.0]))
    assert middle([told, mark("a", "1")]).at == pytest.approx([0.0, 0.0])


def test_a_cue_on_a_plane_is_where_it_says_and_comes_back() -> None:
    one = cue("c-1", "f-1", (24.8, -107.4), (30.0, -40.0))
    plane = plane_about([one, replace(one, cue_id="c-0", place=replace(one.place, lat=24.8, lon=-107.4))])
    assert (plane.lat_deg, plane.lon_deg) == (24.8, -107.4)
    found = mark_of(one, plane)
    assert found.at == pytest.approx([30.0, -40.0], abs=3e-3)
    assert found.noise.tolist() == [[9.0, 1.0], [1.0, 9.0]]
    assert np.array(plane.degrees(found.at)) == pytest.approx([one.place.lat, one.place.lon])


def test_a_place_without_an_error_is_refused() -> None:
    with pytest.raises(InputError, match="no place"):
        middle([])
    with pytest.raises(InputError, match="no error ellipse"):
        middle([replace(mark("a", "1"), noise=np.full((2, 2), np.nan))])
