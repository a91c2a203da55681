"""Sweeps, boxes, patterns, light and belief: what is planned on, before anybody searches."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from otear.coverage.resolution import ResolutionModel
from otear.domain.authority import Area, Circle, SensorKind
from otear.domain.bilingual import Bilingual
from otear.domain.request import Request
from otear.errors import InputError
from otear.flight.wind import Wind
from otear.geo.sun import sun_at
from otear.plan.survey.belief import HALF_LIFE_D, Looked, aged, flat, missing, seen_share, weighed
from otear.plan.survey.boxes import Box, Boxes, Heading, boxes_of, inside, lonlat, strips_of, surveyed
from otear.plan.survey.light import DAY_DEG, NIGHT_DEG, windows
from otear.plan.survey.patterns import HEADING, From, flown_lines, interleaved, pattern, radius_of, tasks
from otear.plan.survey.sweep import Sweep, best_sweep

from ...flight.surveys import DEPART_US, HOUR_US, MEDIUM, aircraft, at, consent, zone

CRAFT = aircraft(MEDIUM)
SENSOR = CRAFT.sensors[0]
DAY_US = 24 * HOUR_US


def sweep(**changes: float) -> Sweep:
    terms = {"ground_m": 450.0, "highest_m": 600.0, "band_m": (0.0, 9_000.0), **changes}
    return best_sweep(CRAFT, SENSOR, ResolutionModel(), **terms)  # type: ignore[arg-type]


def boxes(*zones: tuple[float, float, float], side_m: float = 3_000.0) -> Boxes:
    over = consent(*(zone(f"zone {k}", *each) for k, each in enumerate(zones)), half_m=9_000.0)
    return boxes_of(*surveyed(over, DEPART_US, DEPART_US + DAY_US), side_m)


def whole(made: Boxes) -> Box:
    """A box of which all may be looked at."""
    return next(box for box in made.boxes if box.area_m2 > 0.999 * box.side_m**2)


def test_the_lowest_height_that_finds_nearly_the_most_is_flown() -> None:
    best = sweep()
    assert 600.0 + 500.0 <= best.height_msl_m <= CRAFT.ceiling.height_m
    assert SENSOR.optics is not None
    assert best.hfov_deg in SENSOR.optics.fields_of_view_deg
    assert best.apart_m < best.swath_m
    assert best.width_m == pytest.approx(best.apart_m * best.chance)


@given(st.floats(0.05, 0.5))
def test_pictures_are_as_fine_as_is_asked(gsd_m: float) -> None:
    assert sweep(coarsest_gsd_m=gsd_m).gsd_m <= gsd_m


def test_a_band_below_the_hills_is_refused_with_what_would_help() -> None:
    with pytest.raises(InputError, match="there is no height") as caught:
        sweep(band_m=(0.0, 700.0))
    assert "ceiling" in str(caught.value.remedy)


def test_strips_keep_inside_what_may_be_looked_at() -> None:
    made = boxes((2_000.0, 2_000.0, 1_500.0))
    one = sweep()
    within = inside(made, one)
    total = 0.0
    for box in made.boxes:
        for heading in Heading:
            for strip in strips_of(box, within, one, heading):
                line = shapely.LineString([strip[:2], strip[2:]])
                assert made.ground.contains(line.buffer(one.swath_m / 2.0, cap_style="flat"))
                total += line.length if heading is Heading.EAST else 0.0
    assert total * one.apart_m > 0.7 * made.ground.area
    assert sum(box.area_m2 for box in made.boxes) == pytest.approx(made.ground.area, rel=1e-6)


def test_ground_that_may_not_be_viewed_is_no_ground() -> None:
    every, less = boxes(), boxes((0.0, 0.0, 3_000.0))
    taken = every.ground.area - less.ground.area
    assert taken > np.pi * 3_000.0**2


@given(st.integers(0, 60), st.integers(1, 25))
def test_every_strip_is_flown_once(count: int, jump: int) -> None:
    assert sorted(interleaved(count, jump)) == list(range(count))


@pytest.mark.parametrize("seen_from", list(From))
def test_a_pattern_looks_at_its_strips_over_the_right_wing(seen_from: From) -> None:
    made, one = boxes(), sweep()
    box = whole(made)
    strips = strips_of(box, inside(made, one), one, HEADING[seen_from])
    found = pattern(box, strips, seen_from, one, radius_of(CRAFT, Wind(5.0, 200.0)))
    assert found is not None
    assert len(found.lines) == len(strips)
    assert found.length_m > found.strips_m
    for line, flown, task in zip(found.lines, flown_lines(found, one), tasks(found, made.chart, one), strict=True):
        way, across = line[2:] - line[:2], line[:2] - flown[:2]
        left = way[0] * across[1] - way[1] * across[0] > 0.0
        assert task.side.value == ("left" if left else "right")
        assert float(np.hypot(*across)) == pytest.approx(one.off_m)


def test_wide_turns_cost_less_than_flying_strip_after_strip() -> None:
    made, one = boxes(side_m=4_000.0), sweep()
    box = whole(made)
    strips = strips_of(box, inside(made, one), one, Heading.EAST)
    found = pattern(box, strips, From.SOUTH, one, radius_of(CRAFT, Wind()))
    assert found is not None
    assert found.length_m < 1.8 * found.strips_m


@pytest.mark.parametrize("kind", [SensorKind.VISIBLE, SensorKind.THERMAL])
def test_there_is_light_in_every_stretch_of_it(kind: SensorKind) -> None:
    found = windows(kind, DEPART_US, 3, 24.8, -107.4)
    assert len(found) in (3, 4)
    for one in found:
        for share in (0.0, 0.5, 1.0):
            time_us = round(one.start_us + share * (one.end_us - one.start_us - 600_000_000))
            high = np.degrees(sun_at(time_us, np.radians(24.8), np.radians(-107.4)).elevation)
            assert high >= DAY_DEG if kind is SensorKind.VISIBLE else high <= NIGHT_DEG


def test_looks_grow_old() -> None:
    day = 86_400_000_000
    worth = aged(np.array([0.8, 0.8, 0.8]), np.array([0, -round(HALF_LIFE_D * day), 5 * day]), 0)
    assert worth == pytest.approx([0.8, 0.4, 0.8])


def test_only_what_is_missing_is_flown_again() -> None:
    """Half of a box was looked at: its other half is left, and half of its sites."""
    made, one = boxes(), sweep()
    box = whole(made)
    strips = strips_of(box, inside(made, one), one, Heading.EAST)
    x, y = np.meshgrid(np.arange(50.0, box.side_m, 100.0), np.arange(50.0, box.side_m / 2.0, 100.0))
    looked = Looked(box.corner_m[0] + x.ravel(), box.corner_m[1] + y.ravel(), np.full(x.size, one.chance), 100.0)
    left = missing(box, strips, Heading.EAST, one, looked)
    middle = box.middle_m[1]
    assert 0 < len(left) < len(strips)
    assert (left[:, 1] > middle - one.apart_m).all()
    assert {tuple(strip) for strip in strips if strip[1] > middle + one.apart_m} <= {tuple(strip) for strip in left}
    share = seen_share(made, looked)
    assert share[made.boxes.index(box)] == pytest.approx(0.5 * one.chance, rel=0.02)
    assert np.count_nonzero(share) == 1


def test_nothing_looked_at_leaves_all() -> None:
    made, one = boxes(), sweep()
    strips = strips_of(made.boxes[0], inside(made, one), one, Heading.NORTH)
    assert missing(made.boxes[0], strips, Heading.NORTH, one, Looked.nothing()) is strips
    assert not seen_share(made, Looked.nothing()).any()
    assert flat(made).sum() == pytest.approx(5.0 * made.ground.area / 1e9)


def test_requests_weigh_the_ground_that_they_ask_for() -> None:
    made = boxes()
    middle = at(0.0, 0.0)
    asked = Request(
        "r-1", Bilingual("a", "b"), "somebody", Area(Circle(middle.lon_deg, middle.lat_deg, 4_000.0)),
        frozenset(), 1, None, DEPART_US, DEPART_US + DAY_US,
    )  # fmt: skip
    weight, named = weighed(made, [asked, replace(asked, request_id="r-2", priority=4)])
    assert weight.max() == pytest.approx(8.0, rel=0.02)
    assert weight.min() == 1.0
    assert named[int(np.argmax(weight))] == ("r-1", "r-2")
    assert () in named


def test_plane_and_globe_agree() -> None:
    made = boxes()
    points = np.array([[1_000.0, -2_000.0], [8_000.0, 8_000.0]])
    assert made.chart.xy(*lonlat(made.chart, points)) == pytest.approx(points, abs=1e-3)
