"""Paths become traces that follow them closely, and what cannot be a path is doubted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otear.authority.charts import SAGITTA_M, STEP_M
from otear.authority.path_doubts import LONGEST_JOIN_US, path_doubt, track_doubt
from otear.authority.paths import GEOID_TOLERANCE_M, Fix, Leg, Trace, Track, Turn, TurnDirection
from otear.authority.tracing import HEIGHT_STEP_M, path_trace, track_trace
from otear.domain.authority import Datum
from otear.geo.geoid import undulation

from .ground_truth import GEOD, NOW_US, legs, offset, sampled, settings_of_areas, turns

LEG = Leg(Fix(179.5, 10.0, 500.0, NOW_US), Fix(-179.5, 10.5, 900.0, NOW_US + 600_000_000))
TURN = Turn(0.0, 50.0, 2_000.0, 90.0, 0.0, TurnDirection.RIGHT, 500.0, 500.0, NOW_US, NOW_US + 60_000_000)


def track(n: int = 50, **changes: Any) -> Track:
    arrays = {
        "time_us": NOW_US + 1_000_000 * np.arange(n, dtype=np.int64),
        "lat_deg": np.full(n, 10.0),
        "lon_deg": 20.0 + 1e-4 * np.arange(n),
        "height_hae_m": np.full(n, 500.0),
    }
    return Track(**{**arrays, **changes})


def lengths_m(trace: Trace) -> Any:
    return np.asarray(GEOD.inv(trace.lon_deg[:-1], trace.lat_deg[:-1], trace.lon_deg[1:], trace.lat_deg[1:])[2])


@settings(max_examples=200)
@given(st.data())
def test_a_trace_follows_its_path_in_place_height_and_time(data: st.DataObject) -> None:
    setting = data.draw(settings_of_areas())
    part = data.draw(st.one_of(legs(setting), turns(setting)))
    cut_us = NOW_US + data.draw(st.integers(1, 599_999_999))
    trace = path_trace([part], frozenset({cut_us, NOW_US, NOW_US - 5}))
    assert cut_us in trace.time_us
    assert (trace.time_us[0], trace.time_us[-1]) == (NOW_US, NOW_US + 600_000_000)
    assert (np.diff(trace.time_us) >= 0).all()
    assert lengths_m(trace).max() <= STEP_M + 1.0
    assert np.abs(np.diff(trace.height_m)).max() <= HEIGHT_STEP_M + 1e-6
    lon, lat, height = sampled(part, 20)
    instants = NOW_US + np.rint(np.linspace(0.0, 1.0, 20) * 600_000_000).astype(np.int64)
    step = np.minimum(np.searchsorted(trace.ends_us, instants, side="right"), trace.count - 1)
    starts, ends = ((trace.lon_deg[k], trace.lat_deg[k]) for k in (step, step + 1))
    way_round = np.asarray(GEOD.inv(*starts, lon, lat)[2]) + np.asarray(GEOD.inv(lon, lat, *ends)[2])
    # By way of a place that is beside a chord by the sagitta at most, its length grows by this much at most.
    assert (way_round <= np.hypot(np.asarray(GEOD.inv(*starts, *ends)[2]), 2.0 * SAGITTA_M) + 1e-3).all()
    low, high = trace.heights(Datum.ELLIPSOID)
    assert (low[step] - 1e-3 <= height).all()
    assert (height <= high[step] + 1e-3).all()


@pytest.mark.parametrize(
    ("start", "end", "direction", "sweep_deg"),
    [
        (0.0, 90.0, "right", 90.0),
        (0.0, 90.0, "left", -270.0),
        (350.0, 10.0, "right", 20.0),
        (10.0, 350.0, "left", -20.0),
        (45.0, 45.0, "right", 360.0),
        (45.0, 45.0, "left", -360.0),
    ],
)
def test_turns_sweep_from_bearing_to_bearing(start: float, end: float, direction: str, sweep_deg: float) -> None:
    turn = replace(TURN, from_bearing_deg=start, to_bearing_deg=end, direction=TurnDirection(direction))
    assert turn.sweep_deg == pytest.approx(sweep_deg)
    trace = path_trace([turn], frozenset())
    assert lengths_m(trace).sum() == pytest.approx(np.radians(abs(sweep_deg)) * turn.radius_m, rel=1e-4)
    middle = offset(turn.lon_deg, turn.lat_deg, start + sweep_deg / 2.0, turn.radius_m)
    nearest = np.asarray(GEOD.inv(trace.lon_deg, trace.lat_deg, *(np.full(trace.count + 1, v) for v in middle))[2])
    assert nearest.min() <= lengths_m(trace).max()


def test_steps_are_half_open_and_the_last_one_includes_its_end() -> None:
    trace = path_trace([LEG], frozenset({NOW_US + 123_456_789}))
    assert (trace.ends_us[:-1] == trace.starts_us[1:]).all()
    assert trace.ends_us[-1] == NOW_US + 600_000_001
    still = track_trace(track(1), frozenset())
    assert still.count == 1
    assert still.ends_us.tolist() == [NOW_US + 1]


def test_heights_are_exact_in_their_own_datum_and_widened_in_the_other() -> None:
    trace = path_trace([LEG], frozenset())
    n = undulation(np.radians(trace.lat_deg), np.radians(trace.lon_deg))
    low, high = trace.heights(Datum.EGM96)
    msl = trace.height_m - n
    assert low == pytest.approx(np.minimum(msl[:-1], msl[1:]) - GEOID_TOLERANCE_M)
    assert high == pytest.approx(np.maximum(msl[:-1], msl[1:]) + GEOID_TOLERANCE_M)
    assert trace.heights(Datum.ELLIPSOID)[1].max() == pytest.approx(900.0)
    above_sea = replace(trace, datum=Datum.EGM96)
    assert above_sea.heights(Datum.EGM96)[1].max() == pytest.approx(900.0)
    assert above_sea.heights(Datum.ELLIPSOID)[0] + GEOID_TOLERANCE_M == pytest.approx(
        np.minimum((trace.height_m + n)[:-1], (trace.height_m + n)[1:])
    )


def test_the_geoid_stays_within_the_tolerance_of_its_chord_over_a_step() -> None:
    generator = np.random.default_rng(3)
    lon, lat = generator.uniform(-180, 180, 20_000), np.degrees(np.arcsin(generator.uniform(-0.99, 0.99, 20_000)))
    there = GEOD.fwd(lon, lat, generator.uniform(0, 360, 20_000), np.full(20_000, STEP_M))
    half = GEOD.fwd(lon, lat, GEOD.inv(lon, lat, there[0], there[1])[0], np.full(20_000, STEP_M / 2.0))
    n = [undulation(np.radians(b), np.radians(a)) for a, b in ((lon, lat), half[:2], there[:2])]
    assert np.abs(n[1] - (n[0] + n[2]) / 2.0).max() < GEOID_TOLERANCE_M / 2.0


def test_a_track_is_joined_by_geodesics_and_cut_at_moments() -> None:
    trace = track_trace(track(3, lon_deg=np.array([179.9, -179.9, -179.9])), frozenset({NOW_US + 500_000}))
    assert lengths_m(trace).sum() == pytest.approx(GEOD.inv(179.9, 10.0, -179.9, 10.0)[2])
    assert lengths_m(trace).max() <= STEP_M
    at = int(np.flatnonzero(trace.time_us == NOW_US + 500_000)[0])
    assert GEOD.inv(trace.lon_deg[at], trace.lat_deg[at], 179.9, 10.0)[2] == pytest.approx(
        GEOD.inv(179.9, 10.0, -179.9, 10.0)[2] / 2.0
    )


def test_the_longer_between_samples_the_further_the_aircraft_may_have_strayed() -> None:
    assert track(10).strayed_m == pytest.approx(9.81 / 8.0)
    assert track(1).strayed_m == 0.0
    time_us = track(10).time_us.copy()
    time_us[5:] += 9_000_000
    assert track(10, time_us=time_us).strayed_m == pytest.approx(9.81 * 100.0 / 8.0)


def test_a_track_is_cut_into_the_stretches_between_its_gaps() -> None:
    time_us = track(10).time_us.copy()
    time_us[4:] += 60_000_000
    time_us[7:] += 60_000_000
    gappy = track(10, time_us=time_us)
    doubt = track_doubt(gappy, LONGEST_JOIN_US)
    assert doubt is not None
    assert doubt.rule == "doubtful_fact"
    assert "2 gaps" in doubt.because.en
    assert [one.time_us.size for one in gappy.stretches(LONGEST_JOIN_US)] == [4, 3, 3]
    assert all(track_doubt(one, LONGEST_JOIN_US) is None for one in gappy.stretches(LONGEST_JOIN_US))


NAN = float("nan")


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ([], "missing_fact"),
        (None, "missing_fact"),
        (LEG, "missing_fact"),
        ([None], "missing_fact"),
        ([Leg(None, LEG.end)], "missing_fact"),  # type: ignore[arg-type]
        ([replace(LEG, end=replace(LEG.end, lat_deg=NAN))], "doubtful_fact"),
        ([replace(LEG, end=replace(LEG.end, lat_deg=None))], "missing_fact"),
        ([replace(LEG, end=replace(LEG.end, lat_deg=90.1))], "doubtful_fact"),
        ([replace(LEG, end=replace(LEG.end, lon_deg=np.inf))], "doubtful_fact"),
        ([replace(LEG, end=replace(LEG.end, height_hae_m=NAN))], "doubtful_fact"),
        ([replace(LEG, end=replace(LEG.end, time_us=NOW_US - 1))], "doubtful_fact"),
        ([replace(LEG, end=replace(LEG.end, time_us=NOW_US))], "doubtful_fact"),
        ([replace(LEG, end=replace(LEG.end, time_us=NAN))], "doubtful_fact"),
        ([replace(LEG, end=replace(LEG.end, lon_deg=0.0))], "doubtful_fact"),
        ([replace(TURN, radius_m=0.0)], "doubtful_fact"),
        ([replace(TURN, radius_m=NAN)], "doubtful_fact"),
        ([replace(TURN, radius_m=None)], "missing_fact"),
        ([replace(TURN, from_bearing_deg=NAN)], "doubtful_fact"),
        ([replace(TURN, direction="up")], "missing_fact"),
        ([replace(TURN, end_us=NOW_US)], "doubtful_fact"),
        ([replace(TURN, end_height_hae_m=2e5)], "doubtful_fact"),
        ([LEG, TURN], "doubtful_fact"),
        ([LEG, LEG], "doubtful_fact"),
    ],
)
def test_what_cannot_be_a_path_is_doubted(path: Any, rule: str) -> None:
    doubt = path_doubt(path)
    assert doubt is not None
    assert not doubt.allowed
    assert doubt.rule == rule
    assert all((doubt.because.en, doubt.because.es, doubt.would_be_allowed_if.en, doubt.would_be_allowed_if.es))


def test_parts_that_follow_on_one_another_are_a_path() -> None:
    lon, lat = offset(TURN.lon_deg, TURN.lat_deg, TURN.to_bearing_deg, TURN.radius_m)
    end_us = TURN.end_us + 30_000_000
    on = Leg(Fix(lon, lat, 500.0, TURN.end_us), Fix(lon + 0.01, lat, 500.0, end_us))
    assert path_doubt([TURN, on]) is None
    assert path_doubt([TURN, replace(on, start=replace(on.start, time_us=TURN.end_us + 1))]) is not None
    assert path_doubt([TURN, replace(on, start=replace(on.start, height_hae_m=502.0))]) is not None
    assert path_doubt([TURN, replace(on, start=replace(on.start, lat_deg=lat + 1e-4))]) is not None
    trace = path_trace([TURN, on], frozenset())
    assert trace.time_us[-1] == end_us
    assert lengths_m(trace).sum() == pytest.approx(
        0.75 * 2 * np.pi * 2_000.0 + GEOD.inv(lon, lat, lon + 0.01, lat)[2], rel=1e-4
    )


@pytest.mark.parametrize(
    ("flown", "rule"),
    [
        (None, "missing_fact"),
        (track(0), "missing_fact"),
        (track(5, lat_deg=None), "missing_fact"),
        (track(5, lat_deg=[10.0] * 5), "missing_fact"),
        (track(5, lat_deg=np.full(4, 10.0)), "doubtful_fact"),
        (track(5, lat_deg=np.array(["10"] * 5)), "doubtful_fact"),
        (track(5, lat_deg=np.array([10.0, NAN, 10.0, 10.0, 10.0])), "doubtful_fact"),
        (track(5, lon_deg=np.array([20.0, 20.0, -np.inf, 20.0, 20.0])), "doubtful_fact"),
        (track(5, height_hae_m=np.full(5, NAN)), "doubtful_fact"),
        (track(5, time_us=np.full(5, NAN)), "doubtful_fact"),
        (track(5, time_us=NOW_US - np.arange(5)), "doubtful_fact"),
        (track(5, time_us=np.arange(5)), "doubtful_fact"),
        (track(5, lon_deg=np.array([20.0, 20.0, 80.0, 20.0, 20.0])), "doubtful_fact"),
    ],
)
def test_what_cannot_be_a_track_is_doubted(flown: Any, rule: str) -> None:
    doubt = track_doubt(flown, LONGEST_JOIN_US)
    assert doubt is not None
    assert doubt.rule == rule


def test_an_ordinary_track_is_not_doubted() -> None:
    assert track_doubt(track(), LONGEST_JOIN_US) is None
