"""Shortest ways of arcs and straight lines."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from otear.flight.dubins import Stroke, length, shortest, ways

PLACE = st.tuples(st.floats(-5_000.0, 5_000.0), st.floats(-5_000.0, 5_000.0), st.floats(0.0, 2.0 * np.pi))


def apart(first: tuple[float, float, float], second: tuple[float, float, float]) -> tuple[float, float]:
    """Metres, and radians of course."""
    turned = (first[2] - second[2] + np.pi) % (2.0 * np.pi) - np.pi
    return float(np.hypot(first[0] - second[0], first[1] - second[1])), abs(float(turned))


@given(PLACE, PLACE, st.floats(20.0, 2_000.0))
def test_every_way_leads_from_one_end_to_the_other_without_a_corner(
    start: tuple[float, float, float], end: tuple[float, float, float], radius_m: float
) -> None:
    found = ways(start, end, radius_m)
    assert found
    assert length(found[0]) == min(map(length, found))
    for way in found:
        at = start
        for stroke in way:
            assert apart(at, (stroke.x_m, stroke.y_m, stroke.course)) < (0.01, 1e-4)
            assert abs(stroke.radius_m) in {0.0, radius_m}
            at = stroke.end
        distance_m, turned = apart(at, end)
        assert distance_m < 0.02
        assert turned < 1e-3
        assert length(way) >= np.hypot(start[0] - end[0], start[1] - end[1]) - 0.02


def test_known_ways() -> None:
    assert shortest((0.0, 0.0, 0.0), (0.0, 1_000.0, 0.0), 100.0) == [Stroke(0.0, 0.0, 0.0, 1_000.0)]
    half = shortest((0.0, 0.0, 0.0), (200.0, 0.0, np.pi), 100.0)
    assert np.isclose(length(half), 100.0 * np.pi)
    assert {stroke.radius_m for stroke in half if stroke.length_m > 1.0} == {100.0}
    assert shortest((5.0, 6.0, 1.0), (5.0, 6.0, 1.0), 100.0) == []


def test_a_hair_of_a_turn_is_not_flown_as_a_whole_one() -> None:
    for hair in (1e-9, -1e-9):
        assert max(map(length, ways((0.0, 0.0, 0.0), (0.0, 1_000.0, hair), 100.0))) < 1_000.1


@given(PLACE, st.floats(10.0, 4_000.0), st.sampled_from([-500.0, 0.0, 500.0]))
def test_parts_of_a_stroke_are_the_stroke(place: tuple[float, float, float], long_m: float, radius_m: float) -> None:
    whole = Stroke(*place, long_m, radius_m)
    first, second = whole.part(0.0, long_m / 3.0), whole.part(long_m / 3.0, long_m)
    assert apart(first.end, (second.x_m, second.y_m, second.course)) < (1e-6, 1e-9)
    assert apart(second.end, whole.end) < (1e-6, 1e-9)
