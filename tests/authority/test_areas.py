"""Inside means inside: what is found inside an area is, and little of what is inside is not found."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from otear.authority.areas import JOINT_M, TOLERANCE_M, inside, region, touches, within_union
from otear.authority.charts import Chart, stretch
from otear.authority.footprints import footprints, rings_doubt
from otear.authority.paths import Fix, Leg, Trace
from otear.authority.tracing import path_trace
from otear.domain.authority import Area, Circle, Ring

from .ground_truth import (
    GEOD,
    NOW_US,
    around,
    beyond_m,
    depth_m,
    legs,
    margins,
    offset,
    sampled,
    settings_of_areas,
    truth,
    turns,
)

MANY = settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
ORACLE_M = 0.005
"""How well the oracle itself follows geodesics."""
PLACES = [(-107.4, 24.8), (180.0, 0.0), (179.99999, -40.0), (0.0, 65.0)]


def at(*places: tuple[float, float]) -> Trace:
    """A trace through places."""
    lon, lat = np.array([*places, places[-1]]).T
    return Trace(lon, lat, np.zeros(lon.size), NOW_US + np.arange(lon.size, dtype=np.int64))


def square(lon: float, lat: float, size_m: float) -> Ring:
    return Ring(tuple(offset(lon, lat, bearing, size_m) for bearing in (45.0, 135.0, 225.0, 315.0)))


def test_what_is_inside_with_a_margin_is_inside_with_that_margin() -> None:
    found: Counter[bool] = Counter()

    @MANY
    @given(st.data())
    def check(data: st.DataObject) -> None:
        setting = data.draw(settings_of_areas())
        part = data.draw(st.one_of(legs(setting), turns(setting)))
        margin_m = data.draw(margins(setting))
        held = bool(inside(setting.area, path_trace([part], frozenset()), margin_m).all())
        found[held] += 1
        if held:
            lon, lat = around(*sampled(part)[:2], margin_m)
            assert beyond_m(setting.area, lon, lat).max() <= ORACLE_M

    check()
    assert min(found[True], found[False]) > 0.1 * found.total(), found


def test_what_does_not_touch_an_area_keeps_its_margin_from_it() -> None:
    found: Counter[bool] = Counter()

    @MANY
    @given(st.data())
    def check(data: st.DataObject) -> None:
        setting = data.draw(settings_of_areas())
        bearing, away = data.draw(st.floats(0.0, 360.0)), data.draw(st.floats(0.5, 1.5))
        lon, lat = offset(setting.lon_deg, setting.lat_deg, bearing, setting.size_m * away)
        beside = type(setting)(lon, lat, setting.size_m, setting.area)
        part = data.draw(st.one_of(legs(beside), turns(beside)))
        margin_m = data.draw(margins(setting))
        met = bool(touches(setting.area, path_trace([part], frozenset()), margin_m).any())
        found[met] += 1
        if not met:
            assert depth_m(setting.area, *around(*sampled(part)[:2], margin_m)).max() <= ORACLE_M

    check()
    assert min(found[True], found[False]) > 0.1 * found.total(), found


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("radius_m", "margin_m"), [(10.0, 0.0), (10.0, 5.0), (1_000.0, 300.0), (300_000.0, 2_000.0)])
def test_just_inside_a_circle_is_inside_and_just_outside_is_not(
    place: tuple[float, float], radius_m: float, margin_m: float
) -> None:
    zone = Area(Circle(*place, radius_m))
    holed = Area(Circle(*place, 4.0 * radius_m), (Circle(*place, radius_m),))
    for bearing in (0.0, 77.0, 200.0):
        room_m = margin_m * stretch(radius_m + margin_m) + TOLERANCE_M
        assert inside(zone, at(offset(*place, bearing, radius_m - room_m - 0.15)), margin_m).all()
        assert not inside(zone, at(offset(*place, bearing, radius_m - margin_m)), margin_m).any()
        assert not touches(zone, at(offset(*place, bearing, radius_m + room_m + 0.15)), margin_m).any()
        assert touches(zone, at(offset(*place, bearing, radius_m + margin_m)), margin_m).all()
        room_m = margin_m * stretch(4.0 * radius_m + margin_m) + TOLERANCE_M
        assert inside(holed, at(offset(*place, bearing, radius_m + room_m + 0.15)), margin_m).all()
        assert not inside(holed, at(offset(*place, bearing, radius_m + margin_m)), margin_m).any()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("size_m", "margin_m"), [(12.0, 0.0), (12.0, 3.0), (1_000.0, 200.0), (300_000.0, 2_000.0)])
def test_just_inside_an_edge_is_inside_and_just_outside_is_not(
    place: tuple[float, float], size_m: float, margin_m: float
) -> None:
    ring = square(*place, size_m)
    room_m = margin_m * stretch(size_m + margin_m) + TOLERANCE_M
    for start, end in zip(ring.points, (*ring.points[1:], ring.points[0]), strict=True):
        middle = GEOD.npts(*start, *end, 1)[0]
        outwards = GEOD.inv(*middle, *end)[0] - 90.0  # the corners go round clockwise
        beyond = np.array([offset(*middle, outwards, 1.0)]).T
        assert truth(ring).beyond_m(*beyond)[0] == pytest.approx(1.0, abs=ORACLE_M)
        assert inside(Area(ring), at(offset(*middle, outwards, -room_m - 0.15)), margin_m).all()
        assert not inside(Area(ring), at(offset(*middle, outwards, -margin_m)), margin_m).any()
        assert not touches(Area(ring), at(offset(*middle, outwards, room_m + 0.15)), margin_m).any()
        assert touches(Area(ring), at(offset(*middle, outwards, margin_m)), margin_m).all()


def test_edges_follow_geodesics_and_not_parallels() -> None:
    """Between two corners on the 60th parallel, 6 degrees apart, the geodesic runs 3.9 km north of it."""
    area = Area(Ring(((177.0, 60.0), (-177.0, 60.0), (-177.0, 58.0), (177.0, 58.0))))
    north_m = GEOD.inv(180.0, 60.0, *GEOD.npts(177.0, 60.0, -177.0, 60.0, 1)[0])[2]
    assert north_m > 3_500.0
    assert inside(area, at(offset(180.0, 60.0, 0.0, north_m - 1.0)), 0.0).all()
    assert not inside(area, at(offset(180.0, 60.0, 0.0, north_m)), 0.0).any()


def test_a_long_leg_between_two_places_inside_may_still_cross_a_hole_or_a_notch() -> None:
    notched = Area(Ring(((0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (1.001, 2.0), (1.0, 0.1), (0.999, 2.0), (0.0, 2.0))))
    holed = Area(square(1.0, 1.0, 200_000.0), (Circle(1.0, 1.0, 5.0),))
    leg = Leg(Fix(0.5, 1.0, 0.0, NOW_US), Fix(1.5, 1.0, 0.0, NOW_US + 1_000_000))
    for area in (notched, holed):
        trace = path_trace([leg], frozenset())
        held = inside(area, trace, 0.0)
        assert held[0]
        assert held[-1]
        assert not held.all()
    assert touches(Area(Circle(1.0, 1.0, 5.0)), path_trace([leg], frozenset()), 0.0).any()


def test_a_stop_in_one_place_is_judged_like_a_step() -> None:
    """GEOS finds no distance to a line without length where the other geometry is prepared; it is not asked so."""
    zone = Area(Circle(0.0, 0.0, 1_000.0))
    near = offset(0.0, 0.0, 90.0, 1_000.1)
    assert touches(zone, at(near, near), 1.0).all()
    assert not inside(zone, at(offset(0.0, 0.0, 90.0, 999.9)), 0.0).any()


def test_areas_that_abut_hold_together_what_neither_holds_alone() -> None:
    west = Area(Ring(((179.0, 0.0), (180.0, 0.0), (180.0, 1.0), (179.0, 1.0))))
    leg = Leg(Fix(179.9, 0.5, 0.0, NOW_US), Fix(-179.9, 0.5, 0.0, NOW_US + 60_000_000))
    trace = path_trace([leg], frozenset())
    for gap_deg, joined in ((0.0, True), (0.5 * JOINT_M / 111_320.0, True), (2.0 * JOINT_M / 111_320.0, False)):
        edge = -180.0 + gap_deg
        east = Area(Ring(((edge, 0.0), (-179.0, 0.0), (-179.0, 1.0), (edge, 1.0))))
        assert within_union((west, east), trace, 500.0).all() == joined
        assert not (inside(west, trace, 500.0) | inside(east, trace, 500.0)).all()


def test_a_union_is_no_wider_than_its_areas() -> None:
    west = Area(Ring(((-1.0, 0.0), (0.0, 0.0), (0.0, 1.0), (-1.0, 1.0))))
    east = Area(Ring(((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))))
    for depth_from_edge_m, expected in ((TOLERANCE_M - 0.03, False), (TOLERANCE_M + 0.03, True)):
        near = at(offset(1.0, 0.5, 270.0, depth_from_edge_m))
        assert within_union((west, east), near, 0.0).all() == expected


def test_a_margin_far_from_the_middle_is_not_eaten_by_the_chart() -> None:
    """A thousand kilometres out the chart shows five kilometres across as 5,020 m; they are five all the same."""
    out = offset(*PLACES[1], 30.0, 1_000_000.0)
    zone = Circle(*out, 10.0)
    wide = Area(Circle(*PLACES[1], 1_200_000.0), (zone,))
    across = GEOD.inv(*out, *PLACES[1])[0] + 90.0
    for away_m, expected in ((5_000.0, False), (5_009.0, False), (5_045.0, True)):
        assert inside(wide, at(offset(*out, across, away_m)), 5_000.0).all() == expected


def test_what_cannot_be_drawn_holds_nothing_and_is_touched_by_everything() -> None:
    here = at((0.0, 0.0))
    undrawable = (
        Ring(((0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0))),
        Ring(((0.0, 0.0), (1.0, 1.0))),
        Ring(((0.0, 0.0), (120.0, 0.0), (-120.0, 0.0))),
        Ring(((-60.0, -10.0), (60.0, -10.0), (60.0, 10.0), (-60.0, 10.0))),
        Ring(((0.0, 0.0), (1.0, float("nan")), (0.0, 1.0))),
        Circle(0.0, 0.0, 4_000_000.0),
        Circle(0.0, 0.0, 0.0),
        Circle(float("inf"), 0.0, 10.0),
    )
    for outline in undrawable:
        area = Area(outline)
        assert region((area,)) is None, outline
        assert not inside(area, here, 0.0).any()
        assert touches(area, here, 0.0).all()
        holed = Area(Circle(0.0, 0.0, 100_000.0), (outline,))
        assert not inside(holed, here, 0.0).any()
    assert not within_union((), here, 0.0).any()


def test_the_chart_shows_distances_never_too_short_and_never_longer_than_it_says() -> None:
    generator = np.random.default_rng(5)
    for lat in (0.0, 45.0, -80.0):
        lon_a, lat_a, _ = GEOD.fwd(
            np.full(500, 179.0), np.full(500, lat), generator.uniform(0, 360, 500), generator.uniform(0, 3e6, 500)
        )
        lon_b, lat_b, _ = GEOD.fwd(lon_a, lat_a, generator.uniform(0, 360, 500), np.full(500, 1_000.0))
        chart = Chart(179.0, lat)
        a, b = chart.xy(lon_a, lat_a), chart.xy(lon_b, lat_b)
        shown = np.hypot(*(b - a).T)
        reach = np.maximum(np.hypot(*a.T), np.hypot(*b.T))
        assert (shown >= 1_000.0 - 1e-4).all()
        assert all(s <= 1_000.0 * stretch(r) + 1e-4 for s, r in zip(shown, reach, strict=True))


def test_a_footprint_touches_what_it_meets_surrounds_or_lies_in() -> None:
    zone = Area(Circle(180.0, 10.0, 500.0))
    rings = [square(180.0, 10.0, size).points for size in (100.0, 5_000.0, 50_000.0)]
    rings += [square(*offset(180.0, 10.0, 90.0, away), 500.0).points for away in (700.0, 840.0, 880.0, 100_000.0)]
    shapes = footprints(rings)
    assert touches(zone, shapes, 0.0).tolist() == [True, True, True, True, True, False, False]
    assert touches(zone, shapes, 50.0).tolist() == [True, True, True, True, True, True, False]
    assert inside(zone, shapes, 0.0).tolist() == [True] + [False] * 6
    assert not inside(Area(Circle(180.0, 10.0, 90_000.0), (zone.outline,)), footprints(rings[2:3]), 0.0).any()


def test_a_footprint_that_crosses_itself_counts_for_all_that_its_corners_span() -> None:
    bow = [((0.0, 0.0), (0.1, 0.1), (0.1, 0.0), (0.0, 0.1))]
    assert rings_doubt(bow) is None
    assert touches(Area(Circle(0.05, 0.09, 100.0)), footprints(bow), 0.0).all()


def test_footprints_keep_their_margin_from_what_they_do_not_touch() -> None:
    found: Counter[bool] = Counter()

    @MANY
    @given(st.data())
    def check(data: st.DataObject) -> None:
        setting = data.draw(settings_of_areas())
        bearing, away = data.draw(st.floats(0.0, 360.0)), data.draw(st.floats(0.0, 2.0))
        ring = square(*offset(setting.lon_deg, setting.lat_deg, bearing, setting.size_m * away), setting.size_m * 0.5)
        margin_m = data.draw(margins(setting))
        shapes = footprints([ring.points])
        met, held = touches(setting.area, shapes, margin_m)[0], inside(setting.area, shapes, margin_m)[0]
        assert met or not held
        found[bool(met)] += 1
        edges = zip(ring.points, (*ring.points[1:], ring.points[0]), strict=True)
        legs_ = [Leg(Fix(*a, 0.0, NOW_US), Fix(*b, 0.0, NOW_US + 1)) for a, b in edges]
        lon, lat = (np.concatenate([sampled(leg, 40)[k] for leg in legs_]) for k in (0, 1))
        samples = around(lon, lat, margin_m)
        assert met or depth_m(setting.area, *samples).max() <= ORACLE_M
        assert not held or beyond_m(setting.area, *samples).max() <= ORACLE_M

    check()
    assert min(found[True], found[False]) > 0.1 * found.total(), found
