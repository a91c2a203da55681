"""Nothing is allowed that the terms do not allow: not in place, height or time, and nothing once it is revoked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from otear.authority import decide
from otear.authority.decide import (
    PointFacts,
    covering,
    in_force,
    keep_until_us,
    may_be_at,
    may_collect,
    may_fly,
    may_have_flown,
    may_look,
    may_process,
    may_release,
    required,
)
from otear.authority.paths import GEOID_TOLERANCE_M, Fix, Leg, Track
from otear.authority.rules import RULES
from otear.domain.authority import (
    AltitudeBand,
    Area,
    Authority,
    Circle,
    DataKind,
    Datum,
    Exclusion,
    ProductKind,
    Revocation,
    Ring,
    SensorKind,
    Window,
)
from otear.domain.decision import Decision
from otear.errors import RefusedError
from otear.geo.geoid import undulation

from .ground_truth import (
    ALWAYS,
    DAY_US,
    FACTS,
    NOW_US,
    START_US,
    Setting,
    Standings,
    around,
    authority,
    beyond_m,
    depth_m,
    legs,
    margins,
    offset,
    outlines,
    sampled,
    settings_of_areas,
    turns,
    volume,
)

MANY = settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
ORACLE_M = 0.005
HOUR_US = 3_600_000_000
HOME = (-107.4, 24.8)
DISTRICT = Area(Circle(*HOME, 20_000.0))
LEG = Leg(Fix(*HOME, 1_000.0, NOW_US), Fix(-107.35, 24.85, 1_200.0, NOW_US + 300_000_000))
POINT = PointFacts(NOW_US, HOME[1], HOME[0], 1_000.0, Datum.ELLIPSOID, SensorKind.VISIBLE, "search", "XA-OTR")
RING = ((-107.4, 24.8), (-107.39, 24.8), (-107.39, 24.81))
NAN = float("nan")


def flown(n: int = 20, **changes: Any) -> Track:
    arrays = {
        "time_us": NOW_US + 1_000_000 * np.arange(n, dtype=np.int64),
        "lat_deg": np.full(n, HOME[1]),
        "lon_deg": HOME[0] + 1e-4 * np.arange(n),
        "height_hae_m": np.full(n, 500.0),
    }
    return Track(**{**arrays, **changes})


ACTS: dict[str, Callable[[Any], Decision]] = {
    "in_force": lambda a: in_force(a, NOW_US),
    "may_be_at": lambda a: may_be_at(a, POINT, NOW_US),
    "may_fly": lambda a: may_fly(a, [LEG], **FACTS, navigation_error_m=20.0, now_us=NOW_US),
    "may_have_flown": lambda a: may_have_flown(a, flown(), **FACTS, navigation_error_m=20.0),
    "may_look": lambda a: may_look(a, [RING], NOW_US, NOW_US + 5, 20.0),
    "may_collect": lambda a: may_collect(
        a, site_kinds=frozenset({"laboratory"}), purpose="search", sensor="visible", now_us=NOW_US
    ),
    "may_process": lambda a: may_process(a, "search", NOW_US),
    "may_release": lambda a: may_release(a, "fgr", frozenset({ProductKind.REPORT}), NOW_US),
    "for_purpose": lambda a: decide.for_purpose(a, "search"),
    "with_sensor": lambda a: decide.with_sensor(a, SensorKind.VISIBLE),
    "by_aircraft": lambda a: decide.by_aircraft(a, "XA-OTR"),
    "of_site_kind": lambda a: decide.of_site_kind(a, "laboratory"),
    "covering": lambda a: covering(a, lambda one: may_process(one, "search", NOW_US))[1],
}


NONSENSE = re.compile(r"(?<![\d.])0(\.0)? (m|cm)\b(?! above| sobre)|\.000Z|\bnp\.|\bnan\b|\binf\b|—| ''")
"""Lengths of nothing, numbers as programs write them, times with digits that say nothing, and lists of none."""


def said(decision: Decision) -> Decision:
    """The decision, after a look at whether it says all that it must."""
    assert decision.rule in RULES
    assert decision.because.en
    assert decision.because.es
    for sentence in (decision.because, decision.would_be_allowed_if):
        assert not NONSENSE.search(f"{sentence.en} {sentence.es}"), sentence
    assert bool(decision.would_be_allowed_if.en) == bool(decision.would_be_allowed_if.es) == (not decision.allowed)
    return decision


def shared(found: Counter[bool], least: float) -> None:
    assert min(found[True], found[False]) >= least * found.total(), found


@st.composite
def zones(draw: st.DrawFn, setting: Setting) -> Exclusion:
    at = offset(
        setting.lon_deg, setting.lat_deg, draw(st.floats(0.0, 360.0)), setting.size_m * draw(st.floats(0.0, 0.8))
    )
    band = draw(st.one_of(st.none(), st.just(AltitudeBand(0.0, 1_500.0, Datum.ELLIPSOID))))
    area = Area(draw(outlines(*at, setting.size_m * draw(st.floats(0.01, 0.2)))))
    return Exclusion("zone", area, flight=True, view=False, altitude=band)


@pytest.mark.parametrize("kind", [legs, turns])
def test_no_accepted_leg_or_turn_leaves_the_volume_or_enters_a_zone(kind: Callable[[Setting], Any]) -> None:
    found: Counter[bool] = Counter()

    @MANY
    @given(st.data())
    def check(data: st.DataObject) -> None:
        setting = data.draw(settings_of_areas())
        zone, part, margin_m = data.draw(zones(setting)), data.draw(kind(setting)), data.draw(margins(setting))
        band = AltitudeBand(data.draw(st.floats(0.0, 500.0)), data.draw(st.floats(3_000.0, 6_000.0)), Datum.ELLIPSOID)
        held = authority(volume(setting.area, altitude=band), exclusions=(zone,))
        decision = said(may_fly(held, [part], **FACTS, navigation_error_m=margin_m, now_us=NOW_US))
        found[decision.allowed] += 1
        lon, lat, height = sampled(part)
        if decision.allowed:
            assert beyond_m(setting.area, *around(lon, lat, margin_m)).max() <= ORACLE_M
            assert band.lower_m <= height.min() <= height.max() <= band.upper_m
            low = height <= (zone.altitude.upper_m if zone.altitude else np.inf)
            assert not low.any() or depth_m(zone.area, *around(lon[low], lat[low], margin_m)).max() <= ORACLE_M
        elif decision.rule == "outside_altitude":
            assert not band.lower_m <= height.min() <= height.max() <= band.upper_m

    check()
    shared(found, 0.1)


def test_volumes_hold_together_only_what_each_moment_and_height_is_held_by_one_of_them() -> None:
    """Three volumes about one place, whose windows and bands follow on one another, in both datums."""
    found: Counter[bool] = Counter()
    half_us = NOW_US + 300_000_000
    windows = [ALWAYS, Window(START_US, half_us), Window(half_us, ALWAYS.end_us)]
    bands = [(-200.0, 1_000.0), (1_000.0, 6_000.0), (-200.0, 6_000.0)]
    west, east = (
        Ring(tuple(offset(*HOME, b, 40_000.0) if r else HOME for b, r in corners))
        for corners in (((0, 1), (0, 0), (180, 1), (225, 1), (315, 1)), ((0, 1), (45, 1), (135, 1), (180, 1), (0, 0)))
    )
    outlines_ = [west, east, Circle(*HOME, 30_000.0)]

    @MANY
    @given(st.data())
    def check(data: st.DataObject) -> None:
        volumes = [
            volume(
                Area(data.draw(st.sampled_from(outlines_))),
                name=name,
                altitude=AltitudeBand(*data.draw(st.sampled_from(bands)), data.draw(st.sampled_from(Datum))),
                window=data.draw(st.sampled_from(windows)),
            )
            for name in "abcd"
        ]
        part = data.draw(legs(Setting(*HOME, 30_000.0, DISTRICT)))
        margin_m = data.draw(st.sampled_from([0.0, 500.0]))
        decision = said(may_fly(authority(*volumes), [part], **FACTS, navigation_error_m=margin_m, now_us=NOW_US))
        found[decision.allowed] += 1
        if not decision.allowed:
            return
        lon, lat, height = sampled(part)
        time_us = np.linspace(part.start.time_us, part.end.time_us, lon.size)
        lons, lats = around(lon, lat, margin_m)
        sample = np.concatenate([np.arange(lon.size), np.repeat(np.arange(lon.size), 8)])
        separation = undulation(np.radians(lat), np.radians(lon))
        by_any = np.zeros(lons.size, dtype=bool)
        for one in volumes:
            above = height - (separation if one.altitude.datum is Datum.EGM96 else 0.0)
            open_ = (one.window.start_us <= time_us) & (time_us < one.window.end_us)
            open_ &= (one.altitude.lower_m <= above) & (above <= one.altitude.upper_m)
            by_any |= open_[sample] & (beyond_m(one.area, lons, lats) <= 0.06)
        assert by_any.all()

    check()
    shared(found, 0.1)


def test_no_accepted_time_lies_outside_a_window() -> None:
    found: Counter[bool] = Counter()
    hours = st.integers(-4 * HOUR_US, 4 * HOUR_US)

    @MANY
    @given(st.data())
    def check(data: st.DataObject) -> None:
        def window() -> Window:
            start_us = NOW_US + data.draw(hours)
            return Window(start_us, start_us + data.draw(st.integers(1, 6 * HOUR_US)))

        volumes, approved = [window() for _ in range(2)], window()
        held = authority(*(volume(DISTRICT, window=one) for one in volumes), approved=approved)
        edges = [t for w in (*volumes, approved) for t in (w.start_us - 1, w.start_us, w.end_us - 1, w.end_us)]
        moments = st.one_of(st.sampled_from(edges), hours.map(lambda h: NOW_US + h))
        start_us, end_us = sorted((data.draw(moments), data.draw(moments)))
        span = np.linspace(start_us, end_us, 50).astype(np.int64)
        open_ = np.logical_or.reduce([(w.start_us <= span) & (span < w.end_us) for w in volumes])
        approved_then = bool(((approved.start_us <= span) & (span < approved.end_us)).all())
        leg = Leg(replace(LEG.start, time_us=start_us), replace(LEG.end, time_us=end_us + 1))
        track = Track(span, np.full(50, HOME[1]), np.full(50, HOME[0]), np.full(50, 500.0))
        decisions = {
            "leg": may_fly(held, [leg], **FACTS, navigation_error_m=20.0, now_us=start_us),
            "point": may_be_at(held, replace(POINT, at_us=start_us)),
            "track": may_have_flown(held, track, **FACTS, navigation_error_m=20.0, longest_join_us=10 * HOUR_US),
            "now": in_force(held, start_us),
        }
        for name, decision in decisions.items():
            found[said(decision).allowed] += 1
            if decision.allowed:
                assert approved_then or (name in {"now", "point"} and approved.start_us <= start_us < approved.end_us)
                assert name == "now" or open_[0]
                assert name in {"now", "point"} or open_.all()
        assert decisions["point"].allowed == (bool(open_[0]) and approved.start_us <= start_us < approved.end_us)

    check()
    shared(found, 0.05)


def test_a_revoked_authority_allows_nothing_and_is_asked_each_time() -> None:
    """Every function that decides is here; a new one fails this test until it is, too."""
    assert set(ACTS) == set(decide.__all__) - {"PointFacts", "required", "keep_until_us"}
    standing = Standings()
    held = authority(volume(DISTRICT), standing=standing)
    for name, act in ACTS.items():
        asked = standing.asked
        assert said(act(held)).allowed, name
        assert standing.asked > asked, name

    @MANY
    @given(
        st.sampled_from(sorted(ACTS)),
        st.sampled_from(["revoked", "key_revoked"]),
        st.integers(0, 2 * NOW_US),
        st.text("¿por qué?", max_size=20),
        st.booleans(),
    )
    def check(name: str, rule: str, at_us: int, reason: str, lawful: bool) -> None:
        standing.answer = Revocation(rule, "host", at_us, reason)
        refused_now = held if lawful else authority(standing=standing)
        decision = said(ACTS[name](refused_now))
        assert not decision.allowed
        assert decision.rule == rule
        with pytest.raises(RefusedError):
            decision.enforce()
        standing.answer = None
        assert ACTS[name](held).allowed

    check()


@pytest.mark.parametrize("name", [*ACTS, "required", "keep_until_us"])
@pytest.mark.parametrize("nothing", [None, "a1", object(), authority])
def test_without_an_authority_nothing_is_decided(name: str, nothing: object) -> None:
    others: dict[str, Callable[[Any], Any]] = {
        "required": required,
        "keep_until_us": lambda a: keep_until_us(a, DataKind.IMAGERY, NOW_US),
    }
    with pytest.raises(RefusedError) as refusal:
        {**ACTS, **others}[name](nothing)
    assert refusal.value.rule == "no_authority"


@pytest.mark.parametrize("bad", [None, NAN, float("inf"), "soon", -1, 10**30, 1.5])
def test_a_doubtful_fact_is_a_refusal_and_never_another_error(bad: Any) -> None:
    held = authority(
        volume(DISTRICT), survey=(DISTRICT,), exclusions=(Exclusion("z", Area(Circle(0.0, 0.0, 9.0)), True, True),)
    )
    fly = {**FACTS, "navigation_error_m": 20.0, "now_us": NOW_US}
    decisions = [
        in_force(held, bad),
        may_process(held, "search", bad),
        may_process(held, bad, NOW_US),
        may_release(held, "fgr", frozenset({ProductKind.REPORT}), bad),
        may_release(held, bad, frozenset({ProductKind.REPORT}), NOW_US),
        may_release(held, "fgr", bad, NOW_US),
        may_release(held, "fgr", frozenset({bad}), NOW_US),
        may_collect(held, site_kinds=frozenset({bad}), purpose="search", sensor="visible", now_us=NOW_US),
        may_collect(held, site_kinds=bad, purpose="search", sensor="visible", now_us=NOW_US),
        may_be_at(held, replace(POINT, at_us=bad)),
        may_be_at(held, replace(POINT, datum=bad)),
        may_be_at(held, replace(POINT, sensor=bad)),
        may_be_at(held, replace(POINT, purpose=bad)),
        *(may_fly(held, [LEG], **{**fly, name: bad}) for name in ("sensor", "purpose", "aircraft", "now_us")),
        may_fly(held, bad, **fly),
        may_fly(held, [replace(LEG, start=replace(LEG.start, time_us=bad))], **fly),
        may_look(held, bad, NOW_US, NOW_US, 20.0),
        may_look(held, [bad], NOW_US, NOW_US, 20.0),
        may_look(held, [[*RING, (bad, 24.8)]], NOW_US, NOW_US, 20.0) if bad != 1.5 else in_force(held, bad),
        may_look(held, [RING], bad, NOW_US, 20.0),
        may_look(held, [RING], NOW_US, bad, 20.0),
        may_have_flown(held, bad, **FACTS, navigation_error_m=20.0),
    ]
    if bad != 1.5:
        decisions += [
            may_fly(held, [LEG], **{**fly, "navigation_error_m": bad}),
            may_fly(held, [LEG], **{**fly, "height_error_m": bad}),
            may_have_flown(held, flown(), **FACTS, navigation_error_m=bad),
            may_have_flown(held, flown(), **{**FACTS, "height_error_m": bad}, navigation_error_m=20.0),
            may_look(held, [RING], NOW_US, NOW_US, bad),
        ]
    if bad not in {1.5, -1}:
        decisions += [may_be_at(held, replace(POINT, **{name: bad})) for name in ("lat_deg", "lon_deg", "height_m")]
    for decision in decisions:
        assert not said(decision).allowed, decision
    with pytest.raises(RefusedError):
        keep_until_us(held, DataKind.IMAGERY, bad)
    with pytest.raises(RefusedError):
        keep_until_us(held, bad, NOW_US)


@pytest.mark.parametrize(
    ("now_us", "changes", "rule"),
    [
        (START_US - 1, {}, "approval_not_yet"),
        (ALWAYS.end_us, {}, "approval_expired"),
        (NOW_US, {"reviews_us": (ALWAYS.end_us, NOW_US - 1)}, "approval_unreviewed"),
        (NOW_US, {"reviews_us": (NOW_US - 1, ALWAYS.end_us)}, "authorization_unreviewed"),
        (START_US, {}, "in_force"),
        (NOW_US, {"reviews_us": (NOW_US, NOW_US)}, "in_force"),
        (ALWAYS.end_us - 1, {}, "in_force"),
    ],
)
def test_dates_decide_whether_it_is_in_force(now_us: int, changes: dict[str, Any], rule: str) -> None:
    held = authority(volume(DISTRICT), **changes)
    decision = said(in_force(held, now_us))
    assert (decision.rule, decision.allowed) == (rule, rule == "in_force")
    assert may_process(held, "search", now_us).allowed == decision.allowed
    assert may_release(held, "fgr", frozenset({ProductKind.REPORT}), now_us).allowed == decision.allowed


def test_a_flight_planned_for_after_the_review_date_is_refused_now() -> None:
    held = authority(volume(DISTRICT), reviews_us=(ALWAYS.end_us, NOW_US + 60_000_000))
    decision = ACTS["may_fly"](held)
    assert decision.rule == "approval_unreviewed"
    assert ACTS["may_have_flown"](held).allowed


def test_where_there_is_no_margin_none_is_spoken_of() -> None:
    zone = Exclusion("pueblo", Area(Circle(*HOME, 500.0)), flight=True, view=True)
    closed = authority(volume(DISTRICT), exclusions=(zone,))
    for decision in (may_be_at(closed, POINT), may_look(closed, [RING], NOW_US, NOW_US, 0.0)):
        assert said(decision).would_be_allowed_if.en == "it stayed outside 'pueblo'"
        assert decision.would_be_allowed_if.es == "se mantuviera fuera de 'pueblo'"
    assert "away from 'pueblo'" in ACTS["may_fly"](closed).would_be_allowed_if.en
    beyond = may_be_at(authority(volume(Area(Circle(*offset(*HOME, 90.0, 600.0), 500.0)))), POINT)
    assert said(beyond).would_be_allowed_if.en == "it stayed inside 'north'"
    assert "is 100.0 m outside 'north'" in beyond.because.en


@pytest.mark.parametrize(
    ("east_m", "margin_m", "how"),
    [
        (400.0, 20.0, "is in the excluded zone 'z'"),
        (500.1, 0.0, "is at the edge of the excluded zone 'z'"),
        (515.0, 20.0, "is 15.0 m from the excluded zone 'z'"),
        (500.5, 20.0, " cm from the excluded zone 'z'"),
        (520.5, 20.0, None),
    ],
)
def test_how_near_to_a_zone_is_said(east_m: float, margin_m: float, how: str | None) -> None:
    zone = Exclusion("z", Area(Circle(*offset(*HOME, 90.0, east_m), 500.0)), flight=True, view=False)
    still = flown(lon_deg=np.full(20, HOME[0]), time_us=NOW_US + np.arange(20, dtype=np.int64))
    decision = said(
        may_have_flown(authority(volume(DISTRICT), exclusions=(zone,)), still, **FACTS, navigation_error_m=margin_m)
    )
    assert decision.allowed == (how is None)
    assert how is None or how in decision.because.en


FIRST_US, LAST_US = NOW_US, NOW_US + 19_000_000
"""When `flown()` begins and ends."""


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"approved": Window(FIRST_US, LAST_US + 1)}, "within_terms"),
        ({"approved": Window(FIRST_US + 1, ALWAYS.end_us)}, "approval_not_yet"),
        ({"approved": Window(START_US, LAST_US)}, "approval_expired"),
        ({"reviews_us": (ALWAYS.end_us, LAST_US - 1)}, "approval_unreviewed"),
        ({"reviews_us": (LAST_US - 1, ALWAYS.end_us)}, "authorization_unreviewed"),
    ],
)
def test_the_approval_must_have_held_all_the_while_that_a_track_was_flown(changes: dict[str, Any], rule: str) -> None:
    assert said(ACTS["may_have_flown"](authority(volume(DISTRICT), **changes))).rule == rule


@pytest.mark.parametrize(
    ("act", "rule", "fact"),
    [
        (lambda a: may_process(a, "tourism", NOW_US), "purpose", "tourism"),
        (lambda a: decide.with_sensor(a, SensorKind.RADAR), "sensor", "radar"),
        (lambda a: decide.by_aircraft(a, "XB-1"), "aircraft", "XB-1"),
        (lambda a: decide.of_site_kind(a, "camp"), "site_kind", "camp"),
        (lambda a: may_release(a, "press", frozenset({ProductKind.REPORT}), NOW_US), "recipient", "press"),
        (lambda a: may_release(a, "fgr", frozenset({ProductKind.IMAGERY}), NOW_US), "product", "imagery"),
        (lambda a: may_be_at(a, replace(POINT, sensor="thermal")), "sensor", "thermal"),
        (lambda a: may_be_at(a, replace(POINT, aircraft="XB-1")), "aircraft", "XB-1"),
        (lambda a: may_be_at(a, replace(POINT, height_m=10_000.5)), "outside_altitude", "10000.5 m"),
        (lambda a: may_be_at(a, replace(POINT, lat_deg=25.8)), "outside_volume", "'north'"),
        (lambda a: may_be_at(a, replace(POINT, lat_deg=25.8)), "outside_volume", "25.80000° N, 107.40000° W"),
        (lambda a: may_be_at(a, replace(POINT, lat_deg=24.87, lon_deg=-107.4)), "excluded_zone", "'school'"),
        (
            lambda a: may_look(a, [[(-107.4, 24.6), (-107.4, 24.61), (-107.41, 24.6)]], NOW_US, NOW_US, 5.0),
            "outside_survey",
            "24.6",
        ),
        (
            lambda a: may_look(a, [[(-107.4, 24.77), (-107.4, 24.78), (-107.41, 24.77)]], NOW_US, NOW_US, 5.0),
            "excluded_view",
            "'pueblo'",
        ),
    ],
)
def test_a_refusal_names_the_rule_and_the_fact_in_both_languages(
    act: Callable[[Authority], Decision], rule: str, fact: str
) -> None:
    held = authority(
        volume(DISTRICT),
        exclusions=(
            Exclusion("school", Area(Circle(-107.4, 24.87, 500.0)), flight=True, view=False),
            Exclusion("pueblo", Area(Circle(-107.4, 24.77, 500.0)), flight=False, view=True),
        ),
        survey=(DISTRICT,),
    )
    decision = said(act(held))
    assert not decision.allowed
    assert decision.rule == rule
    assert fact in decision.because.en
    assert fact.replace("° W", "° O") in decision.because.es


def test_windows_are_half_open_for_points_and_paths() -> None:
    held = authority(volume(DISTRICT, window=Window(NOW_US, NOW_US + 300_000_000)))
    for at_us, expected in (
        (NOW_US - 1, False),
        (NOW_US, True),
        (NOW_US + 299_999_999, True),
        (NOW_US + 300_000_000, False),
    ):
        assert may_be_at(held, replace(POINT, at_us=at_us)).allowed == expected
    assert ACTS["may_fly"](held).rule == "outside_window"
    shorter = replace(LEG, end=replace(LEG.end, time_us=NOW_US + 299_999_999))
    assert may_fly(held, [shorter], **FACTS, navigation_error_m=20.0, now_us=NOW_US).allowed


def test_heights_at_the_very_limits_are_allowed_and_a_height_error_is_not() -> None:
    for datum in Datum:
        held = authority(volume(DISTRICT, altitude=AltitudeBand(100.0, 200.0, datum)))
        for height_m, expected in ((99.99, False), (100.0, True), (200.0, True), (200.01, False)):
            assert may_be_at(held, replace(POINT, height_m=height_m, datum=datum)).allowed == expected
    level = replace(LEG, end=replace(LEG.end, height_hae_m=1_000.0))
    held = authority(volume(DISTRICT, altitude=AltitudeBand(950.0, 1_050.0, Datum.ELLIPSOID)))
    for error_m, expected in ((50.0, True), (50.1, False)):
        facts = {**FACTS, "height_error_m": error_m}
        decision = may_fly(held, [level], **facts, navigation_error_m=20.0, now_us=NOW_US)
        assert decision.allowed == expected


def test_a_band_above_sea_level_is_compared_with_the_geoid() -> None:
    n = float(undulation(np.radians(HOME[1]), np.radians(HOME[0])))
    assert abs(n) > 20.0
    held = authority(volume(DISTRICT, altitude=AltitudeBand(0.0, 1_000.0, Datum.EGM96)))
    for slack_m, expected in ((2.0 * GEOID_TOLERANCE_M, True), (0.5 * GEOID_TOLERANCE_M, False), (-1.0, False)):
        assert may_be_at(held, replace(POINT, height_m=1_000.0 + n - slack_m)).allowed == expected


def test_an_exclusion_holds_only_in_its_window_at_its_heights_and_for_what_it_forbids() -> None:
    middle = Area(Circle(*HOME, 1_000.0))
    later = Window(NOW_US + HOUR_US, NOW_US + 2 * HOUR_US)
    low = AltitudeBand(0.0, 900.0, Datum.ELLIPSOID)
    for zone, flight, view in (
        (Exclusion("z", middle, True, False), False, True),
        (Exclusion("z", middle, False, True), True, False),
        (Exclusion("z", middle, True, True, window=later), True, True),
        (Exclusion("z", middle, True, True, altitude=low), True, False),
        (Exclusion("z", middle, True, True, altitude=replace(low, upper_m=1_000.0)), False, False),
        (Exclusion("z", middle, True, True, window=replace(later, start_us=NOW_US)), False, False),
    ):
        held = authority(volume(DISTRICT), exclusions=(zone,))
        assert ACTS["may_fly"](held).allowed == flight, zone
        assert ACTS["may_be_at"](held).allowed == flight, zone
        assert ACTS["may_look"](held).allowed == view, zone


def test_looking_into_a_zone_from_far_outside_of_it_is_refused() -> None:
    zone = Exclusion("pueblo", Area(Circle(*offset(*HOME, 90.0, 60_000.0), 1_000.0)), flight=True, view=True)
    held = authority(volume(DISTRICT), exclusions=(zone,))
    assert ACTS["may_fly"](held).allowed
    away = [[offset(*HOME, 90.0, 59_500.0), offset(*HOME, 90.5, 70_000.0), offset(*HOME, 89.5, 70_000.0)]]
    assert may_look(held, away, NOW_US, NOW_US, 0.0).rule == "excluded_view"


def test_stacked_volumes_are_climbed_through_and_successive_ones_flown_on_into() -> None:
    climb = replace(LEG, end=replace(LEG.end, height_hae_m=3_000.0))
    half_us = NOW_US + 100_000_000
    for datum in Datum:
        low, high = (AltitudeBand(a, b, datum) for a, b in ((0.0, 1_700.0), (1_700.0, 5_000.0)))
        both = authority(volume(DISTRICT, altitude=low), volume(DISTRICT, name="high", altitude=high))
        assert may_fly(both, [climb], **FACTS, navigation_error_m=20.0, now_us=NOW_US).allowed
        gap = authority(volume(DISTRICT, altitude=low), volume(DISTRICT, altitude=replace(high, lower_m=1_701.0)))
        assert may_fly(gap, [climb], **FACTS, navigation_error_m=20.0, now_us=NOW_US).rule == "outside_altitude"
    first, then = volume(DISTRICT, window=Window(START_US, half_us)), Window(half_us, ALWAYS.end_us)
    assert ACTS["may_fly"](authority(first, volume(DISTRICT, window=then))).allowed
    late = replace(then, start_us=half_us + 1)
    assert ACTS["may_fly"](authority(first, volume(DISTRICT, window=late))).rule == "outside_window"


def test_a_track_with_a_gap_is_refused_and_its_stretches_are_not() -> None:
    time_us = flown().time_us.copy()
    time_us[10:] += 60_000_000
    gappy = flown(time_us=time_us)
    held = authority(volume(DISTRICT))
    decision = said(may_have_flown(held, gappy, **FACTS, navigation_error_m=20.0))
    assert decision.rule == "doubtful_fact"
    for stretch in gappy.stretches(10_000_000):
        assert may_have_flown(held, stretch, **FACTS, navigation_error_m=20.0).allowed


def test_a_track_is_given_room_for_what_it_may_have_strayed_between_samples() -> None:
    sparse = flown(20, time_us=NOW_US + 8_000_000 * np.arange(20, dtype=np.int64))
    strayed_m = sparse.strayed_m
    assert strayed_m > 75.0
    ceiling = AltitudeBand(0.0, 500.0 + strayed_m - 1.0, Datum.ELLIPSOID)
    low = authority(volume(DISTRICT, altitude=ceiling))
    zone = Area(Circle(*offset(*HOME, 270.0, 1_000.0 + strayed_m - 1.0), 1_000.0))
    beside = authority(volume(DISTRICT), exclusions=(Exclusion("z", zone, flight=True, view=False),))
    for held, rule in ((low, "outside_altitude"), (beside, "excluded_zone")):
        assert may_have_flown(held, sparse, **FACTS, navigation_error_m=0.0).rule == rule
        assert may_have_flown(held, flown(), **FACTS, navigation_error_m=0.0).allowed


def test_two_samples_hours_apart_show_nothing_however_long_a_gap_is_accepted() -> None:
    held = authority(volume(DISTRICT))
    for hours in (1, 2, 5, 20):
        track = flown(2, time_us=np.array([NOW_US, NOW_US + hours * HOUR_US]))
        decision = may_have_flown(held, track, **FACTS, navigation_error_m=20.0, longest_join_us=30 * HOUR_US)
        assert decision.rule == "doubtful_fact"


def test_one_sample_outside_among_many_is_found() -> None:
    lat = np.full(20_000, HOME[1])
    held = authority(volume(DISTRICT))
    track = flown(20_000, lat_deg=lat, lon_deg=np.full(20_000, HOME[0]))
    assert may_have_flown(held, track, **FACTS, navigation_error_m=20.0).allowed
    lat[13_000] += 0.19
    decision = may_have_flown(held, track, **FACTS, navigation_error_m=20.0)
    assert decision.rule == "outside_volume"
    assert "24.99000° N" in decision.because.en


def test_an_area_that_cannot_be_drawn_is_a_refusal() -> None:
    bow = Area(Ring(((-108.0, 24.0), (-107.0, 25.0), (-107.0, 24.0), (-108.0, 25.0))))
    zone = Exclusion("bow", bow, flight=True, view=True)
    assert ACTS["may_fly"](authority(volume(bow))).rule == "doubtful_term"
    assert ACTS["may_be_at"](authority(volume(DISTRICT), exclusions=(zone,))).rule == "doubtful_term"
    assert ACTS["may_look"](authority(volume(DISTRICT), exclusions=(zone,))).rule == "doubtful_term"
    assert ACTS["may_look"](authority(volume(DISTRICT), survey=(bow,))).rule == "doubtful_term"
    assert ACTS["may_fly"](authority()).rule == "outside_volume"


def test_data_is_kept_for_the_days_of_its_kind() -> None:
    held = authority(standing=Standings(Revocation("revoked", "host", NOW_US, "")))
    days = [(keep_until_us(held, kind, NOW_US) - NOW_US) / DAY_US for kind in DataKind]
    assert days == [30, 60, 90, 120]


def test_a_predecessor_covers_what_was_flown_under_it_while_it_stands() -> None:
    fallen = Standings()
    old = authority(volume(DISTRICT), standing=fallen, authority_id="old")
    oldest = authority(volume(DISTRICT), authority_id="oldest")
    head = authority(volume(Area(Circle(0.0, 0.0, 1_000.0))), authority_id="new", before=(old, oldest))
    assert covering(head, ACTS["may_have_flown"])[0] is old
    fallen.answer = Revocation("revoked", "host", NOW_US, "")
    assert covering(head, ACTS["may_have_flown"])[0] is oldest
    nowhere = replace(head, before=(old,))
    found, decision = covering(nowhere, ACTS["may_have_flown"])
    assert found is None
    assert decision.rule == "outside_volume"
    revoked = replace(head, standing=fallen)
    assert covering(revoked, ACTS["may_have_flown"]) == (None, decide.in_force(revoked, NOW_US))


def test_a_check_that_breaks_is_not_an_answer() -> None:
    class Broken:
        def revocation(self, authority_id: str) -> Revocation | None:
            raise OSError(authority_id)

    held = replace(authority(volume(DISTRICT)), standing=Broken())
    for name, act in ACTS.items():
        with pytest.raises(OSError, match="a1"):
            act(held)
        assert name
