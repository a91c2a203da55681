"""The verdict: each fault that is put in is found, and a clean flight has none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otear.domain.footage import Health, RangePedigree
from otear.domain.telemetry import Telemetry
from otear.video.health import HealthObserver, joined

from .flights import blank, flight
from .recordings import read


def verdict(telemetry: Telemetry, size: int = 10_000) -> Health:
    observer = HealthObserver()
    for start in range(0, len(telemetry), size):
        observer.add(telemetry.rows(slice(start, start + size)))
    return observer.verdict()


def test_a_clean_flight_has_no_faults() -> None:
    health = verdict(flight(noise_deg=0.01))
    assert health.warnings == ()
    assert health.stale_fields == ()
    assert (health.jumps, health.gaps, health.rows_closed) == (0, 0, 600)
    assert health.pointing_rms_deg == pytest.approx(0.015, abs=0.005)
    assert health.range_pedigree is RangePedigree.COMPUTED
    assert "equals the distance" in health.range_because


CLEAN = flight(seconds=70.0, noise_deg=0.02, lag_s=0.1)


@settings(max_examples=8, deadline=None)
@given(st.integers(1, 750))
def test_the_size_of_pieces_does_not_matter(size: int) -> None:
    assert verdict(CLEAN, size) == verdict(CLEAN)


def test_late_attitude_is_found_and_said() -> None:
    health = verdict(flight(lag_s=0.3, noise_deg=0.02))
    assert health.lag_ms == pytest.approx(300.0, abs=40.0)
    assert health.fitted_rms_deg < 0.1 < health.pointing_rms_deg
    assert f"The platform's attitude is {health.lag_ms:.0f} ms late against its position" in health.warnings[0]


@pytest.mark.parametrize("name", ["pitch_deg", "roll_deg", "azimuth_deg", "slant_range_m", "sensor_lon_deg"])
def test_a_frozen_field_is_stale(name: str) -> None:
    telemetry = flight()
    getattr(telemetry, name)[200:300] = getattr(telemetry, name)[200]
    assert verdict(telemetry, 37).stale_fields == (name,)


def test_a_parked_gimbal_is_not_stale() -> None:
    telemetry = flight()
    telemetry.azimuth_deg[:] = 90.0
    telemetry.elevation_deg[:] = -45.0
    assert verdict(telemetry).stale_fields == ()


def test_impossible_fields_are_counted() -> None:
    telemetry = flight()
    telemetry.sensor_lat_deg[5:8] = telemetry.sensor_lon_deg[5:8] = 0.0
    telemetry.hfov_deg[:2] = 0.0
    telemetry.centre_hae_m[9] = 9_000.0
    telemetry.centre_lat_deg[11:13] = (91.0, -1e30)
    warnings = verdict(telemetry).warnings
    assert "Impossible in 2 of 600 rows: sensor position or frame centre that is no place on Earth." in warnings
    assert "Impossible in 3 of 600 rows: sensor position at latitude and longitude 0." in warnings
    assert "Impossible in 2 of 600 rows: horizontal field of view of 0 or at least 180 degrees." in warnings
    assert "Impossible in 1 of 600 rows: sensor below the frame centre." in warnings


def test_jumps_and_gaps_are_counted_across_pieces() -> None:
    telemetry = flight()
    telemetry.sensor_lat_deg[300:] += 0.01
    telemetry.time_us[450:] += 5_000_000
    for size in (10_000, 300, 150, 7):
        health = verdict(telemetry, size)
        assert (health.jumps, health.gaps) == (1, 1)


def test_rows_without_a_time_hide_nothing() -> None:
    telemetry = flight()
    telemetry.sensor_lat_deg[300:] += 0.01
    telemetry.pitch_deg[400:520] = telemetry.pitch_deg[400]
    telemetry.time_us[[299, 300, 599]] = -1
    for size in (10_000, 300, 7):
        health = verdict(telemetry, size)
        assert (health.jumps, health.stale_fields) == (1, ("pitch_deg",))
        assert "Impossible in 3 of 600 rows: row without a time." in health.warnings


def test_a_legal_jump_of_the_frame_centre_is_no_fault() -> None:
    telemetry = flight()
    telemetry.centre_lat_deg[300:] += 0.2
    assert verdict(telemetry).jumps == 0


def test_range_pedigree() -> None:
    telemetry = flight()
    assert (
        verdict(replace(telemetry, slant_range_m=telemetry.slant_range_m * np.nan)).range_pedigree
        is RangePedigree.ABSENT
    )
    flags = np.ones(len(telemetry), dtype=np.int64)
    assert verdict(replace(telemetry, slant_range_measured=flags)).range_pedigree is RangePedigree.MEASURED
    other = verdict(replace(telemetry, slant_range_m=telemetry.slant_range_m + 30.0))
    assert other.range_pedigree is RangePedigree.COMPUTED
    assert "30.0 m" in other.range_because


def test_nothing_to_close() -> None:
    for telemetry in (blank(40), blank(0)):
        health = verdict(telemetry)
        assert health.pointing_rms_deg is health.lag_ms is health.mount_deg is None
        assert any("Pointing cannot be tested" in warning for warning in health.warnings)


def test_hours_are_judged_on_a_bounded_sample() -> None:
    piece = flight(seconds=60.0)
    observer = HealthObserver()
    for repeat in range(60):
        observer.add(replace(piece, time_us=piece.time_us + repeat * 60_000_000))
    assert observer.verdict().rows_closed <= 8 * 512 + 511
    assert observer.verdict().gaps == 0


def test_joined_keeps_rows_in_order() -> None:
    telemetry = flight(seconds=5.0)
    again = joined([telemetry.rows(slice(0, 20)), telemetry.rows(slice(20, None))])
    assert np.array_equal(again.time_us, telemetry.time_us)
    assert again.corner_lat_deg.shape == telemetry.corner_lat_deg.shape


def test_cheyenne(shared_data: Path) -> None:
    health = verdict(read(shared_data / "video" / "cheyenne-flight.klv")[0])
    assert health.pointing_median_deg == pytest.approx(0.105, abs=0.001)
    assert health.pointing_p90_deg == pytest.approx(0.298, abs=0.003)
    assert health.pointing_rms_deg == pytest.approx(0.182, abs=0.001)
    assert health.fitted_rms_deg < 0.12
    assert health.range_pedigree is RangePedigree.COMPUTED
    assert "Impossible in 711 of 711 rows: frame width of 0." in health.warnings


def test_huntsville_has_frozen_attitude(shared_data: Path) -> None:
    health = verdict(read(shared_data / "video" / "huntsville-sim.ts")[0])
    assert health.stale_fields == ("pitch_deg", "roll_deg")
    assert (health.jumps, health.gaps) == (0, 0)


def test_a_stream_that_contradicts_itself(shared_data: Path) -> None:
    health = verdict(read(shared_data / "video" / "h264_klv.ts")[0])
    assert any("contradict each other" in warning for warning in health.warnings)
    assert health.jumps > 0


def test_a_gap_near_the_end_does_not_hide_the_lag() -> None:
    telemetry = flight(lag_s=1.2, gimbal_lag_s=1.2, noise_deg=0.01)
    telemetry.time_us[580:] += 5_000_000
    health = verdict(telemetry)
    assert health.gaps == 1
    assert health.lag_ms == pytest.approx(1200.0, abs=40.0)
    assert health.gimbal_lag_ms == pytest.approx(1200.0, abs=40.0)


@pytest.mark.parametrize(("seconds", "rate_hz"), [(0.27, 60.0), (0.3, 60.0), (0.6, 30.0), (1.6, 10.0), (2.0, 1e4)])
def test_the_shortest_recordings_are_judged_too(seconds: float, rate_hz: float) -> None:
    telemetry = flight(seconds=seconds, rate_hz=rate_hz, noise_deg=0.05).rows(slice(0, 60))
    health = verdict(telemetry)
    assert health.rows_closed == len(telemetry)
    assert np.isfinite(health.fitted_rms_deg)
    assert health.fitted_rms_deg <= health.pointing_rms_deg * 1.05
