"""Clocks set against each other: offset, drift, jitter, jumps, and a date that cannot be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otear.video.clocks import ClockAlignment, ClockObserver, ClockSource, bracket

from .recordings import events, mux, pictures, read
from .recordings import klv as klv_like

START_US = 1_709_654_400_000_000
NOW_US = START_US + 86_400_000_000


def aligned(pts_s: np.ndarray, time_us: np.ndarray) -> ClockAlignment:
    clocks = ClockObserver()
    clocks.metadata(np.arange(len(pts_s)), pts_s, time_us.astype(np.int64))
    return clocks.alignment(NOW_US)


def test_huntsville(shared_data: Path) -> None:
    """Picture and metadata carry the same clock, frame by frame."""
    telemetry, clocks = read(shared_data / "video" / "huntsville-sim.ts")
    found = clocks.alignment(NOW_US)
    assert found.source is ClockSource.PICTURE
    assert found.metadata_lag_ms == pytest.approx(0.0, abs=0.02)
    assert found.jitter_ms < 0.1
    assert found.warnings == ()
    assert found.time_us(telemetry.pts_s) == pytest.approx(telemetry.time_us, abs=1_000.0)


def test_metadata_without_presentation_time_is_placed_by_the_picture(shared_data: Path) -> None:
    telemetry, clocks = read(shared_data / "video" / "h264_klv.ts")
    assert np.isnan(telemetry.pts_s).all()
    found = clocks.alignment(NOW_US)
    assert found.source is ClockSource.PICTURE
    assert found.time_us(0.0) == pytest.approx(telemetry.time_us[0], abs=100.0)


def test_impossible_picture_stamps_are_set_aside(shared_data: Path) -> None:
    found = read(shared_data / "video" / "aphill-eg0104.ts")[1].alignment(NOW_US)
    assert found.source is ClockSource.METADATA
    assert found.warnings == ("96 pictures carry time stamps of no possible date; they are not used.",)


def test_own_clip(clip: Path) -> None:
    found = read(clip)[1].alignment(NOW_US)
    assert found.source is ClockSource.PICTURE
    assert found.offset_us == pytest.approx(START_US - 1e6, abs=20.0)


def test_place_in_the_file_is_the_last_resort(tmp_path: Path) -> None:
    clocks = ClockObserver()
    units = pictures(events(mux(tmp_path / "plain.ts", {0x101: [klv_like(n) for n in range(5)]})))
    for unit in units:
        clocks.picture(unit)
    offsets = np.array([unit.offset + 1 for unit in units])
    clocks.metadata(offsets, np.full(5, np.nan), START_US + np.arange(5) * 40_000)
    found = clocks.alignment(NOW_US)
    assert found.source is ClockSource.ARRIVAL
    assert found.time_us(1.08) == pytest.approx(START_US + 80_000, abs=20.0)


@settings(max_examples=25, deadline=None)
@given(st.floats(-200.0, 200.0), st.integers(0, 10**15), st.floats(0.0, 50_000.0))
def test_offset_and_drift_are_found(drift_ppm: float, offset_us: int, start_s: float) -> None:
    pts = start_s + np.arange(3_000) * 0.1
    found = aligned(pts, offset_us + pts * 1e6 * (1.0 + drift_ppm * 1e-6))
    assert found.drift_ppm == pytest.approx(drift_ppm, abs=0.1)
    assert found.time_us(pts) == pytest.approx(offset_us + pts * (1e6 + drift_ppm), abs=50.0)


def test_jitter_is_measured_and_does_not_move_the_offset() -> None:
    rng, pts = np.random.default_rng(3), np.arange(2_000) / 30.0
    found = aligned(pts, START_US + pts * 1e6 + rng.normal(0.0, 8_000.0, 2_000))
    assert found.jitter_ms == pytest.approx(8.0, rel=0.2)
    assert found.time_us(30.0) == pytest.approx(START_US + 30e6, abs=2_500.0)


def test_a_jump_begins_a_new_piece() -> None:
    pts = np.arange(1_000) / 10.0
    time = START_US + pts * 1e6 + np.where(pts >= 50.0, 7e6, 0.0)
    found = aligned(pts, time)
    assert found.jumps == 1
    assert found.time_us(pts) == pytest.approx(time, abs=20.0)
    assert "jumped" in found.warnings[0]


def test_a_clock_that_goes_backwards_is_said() -> None:
    pts = np.arange(100) / 10.0
    time = START_US + pts * 1e6
    time[50] -= 200_000
    found = aligned(pts, time)
    assert found.backward_steps == 1
    assert "went backwards 1 times" in found.warnings[0]


def test_a_clock_that_is_not_set_is_no_clock() -> None:
    pts = np.arange(100) / 10.0
    time = START_US + pts * 1e6
    time[40:43] = (0, -1, 0)
    found = aligned(pts, time)
    assert (found.jumps, found.backward_steps, found.warnings) == (0, 0, ())


def test_a_stream_from_the_future_is_said() -> None:
    pts = np.arange(100) / 10.0
    assert aligned(pts, START_US + pts * 1e6).warnings == ()
    (warning,) = aligned(pts, START_US + 10 * 86_400e6 + pts * 1e6).warnings
    assert "9 days in the future" in warning


def test_nothing_ties_the_clocks() -> None:
    found = ClockObserver().alignment(NOW_US)
    assert found.source is ClockSource.NONE
    assert np.isnan(found.time_us([1.0, 2.0])).all()


def test_bracket_finds_the_rows_around_a_moment() -> None:
    times = np.array([10, 20, 20, 40])
    low, high, weight = bracket(times, [5, 10, 15, 20, 30, 99])
    assert low.tolist() == [0, 0, 0, 2, 2, 3]
    assert high.tolist() == [0, 1, 1, 3, 3, 3]
    assert weight.tolist() == [0.0, 0.0, 0.5, 0.0, 0.5, 0.0]
