"""Lag and mount that were put in come out again; two recordings give the numbers others found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from otear.video.closure import closure, fit_closure, sights

from .flights import blank, flight
from .recordings import read


def test_a_true_flight_closes() -> None:
    """The camera model against rotations by scipy."""
    assert np.degrees(closure(sights(flight(seconds=10.0)))).max() < 1e-9


@pytest.mark.parametrize(("lag_s", "gimbal_lag_s"), [(0.0, 0.0), (0.35, 0.0), (-0.2, 0.1), (0.08, 0.08), (1.2, 1.2)])
def test_lags_and_mount_are_found(lag_s: float, gimbal_lag_s: float) -> None:
    mount_deg = (0.2, -0.4, 0.3)
    telemetry = flight(lag_s=lag_s, gimbal_lag_s=gimbal_lag_s, mount_deg=mount_deg, noise_deg=0.01)
    fit = fit_closure([sights(telemetry)])
    assert fit.lag_s is not None
    assert fit.gimbal_lag_s is not None
    assert fit.lag_sigma_s < 0.02
    assert fit.lag_s == pytest.approx(lag_s, abs=0.003 + 3.0 * fit.lag_sigma_s)
    # How far the two instruments are apart shows far better than either against the picture.
    assert fit.gimbal_lag_s - fit.lag_s == pytest.approx(gimbal_lag_s - lag_s, abs=0.003)
    assert np.degrees(fit.mount) == pytest.approx(mount_deg, abs=0.05)
    assert np.degrees(np.median(fit.after)) < 0.03 < np.degrees(np.median(fit.before))


def test_stated_sigma_of_the_lag_is_honest() -> None:
    """Over 40 noisy flights the error of the lag is about its stated sigma."""
    found = [
        fit_closure([sights(flight(seconds=25.0, lag_s=0.1, noise_deg=0.1, rng=np.random.default_rng(seed)))])
        for seed in range(40)
    ]
    scores = [(fit.lag_s - 0.1) / fit.lag_sigma_s for fit in found if fit.lag_s is not None]
    assert len(scores) == 40
    assert 0.6 < np.sqrt(np.mean(np.square(scores))) < 1.5


def test_a_few_wild_rows_do_not_matter() -> None:
    telemetry = flight(lag_s=0.25, noise_deg=0.01)
    telemetry.roll_deg[::40] += 20.0
    fit = fit_closure([sights(telemetry)])
    assert fit.lag_s is not None
    assert fit.gimbal_lag_s is not None
    assert fit.lag_s - fit.gimbal_lag_s == pytest.approx(0.25, abs=0.01)


def test_a_flight_without_motion_shows_no_lag() -> None:
    still = flight(noise_deg=0.01)
    for name in ("heading_deg", "pitch_deg", "roll_deg", "azimuth_deg", "elevation_deg"):
        getattr(still, name)[:] = getattr(still, name)[0]
    for name in (
        "sensor_lat_deg",
        "sensor_lon_deg",
        "sensor_hae_m",
        "centre_lat_deg",
        "centre_lon_deg",
        "centre_hae_m",
    ):
        getattr(still, name)[:] = getattr(still, name)[0]
    fit = fit_closure([sights(still)])
    assert fit.lag_s is None
    assert fit.gimbal_lag_s is None


def test_rows_that_lack_something_are_left_out() -> None:
    telemetry = flight(seconds=5.0)
    telemetry.roll_deg[3] = np.nan
    telemetry.time_us[7] = -1
    assert len(sights(telemetry)) == len(telemetry) - 2
    assert len(sights(blank(5))) == 0
    assert fit_closure([sights(blank(5))]).lag_s is None


def test_cheyenne(shared_data: Path) -> None:
    """Known answers: 0.105 degrees median, 0.30 at p90, 0.18 rms as sent; 0.12 rms or better when fitted."""
    telemetry, _ = read(shared_data / "video" / "cheyenne-flight.klv")
    fit = fit_closure([sights(telemetry)])
    before, after = np.degrees(fit.before), np.degrees(fit.after)
    assert len(before) == 711
    assert np.median(before) == pytest.approx(0.105, abs=0.001)
    assert np.percentile(before, 90) == pytest.approx(0.298, abs=0.003)
    assert np.sqrt(np.mean(before**2)) == pytest.approx(0.182, abs=0.001)
    assert np.sqrt(np.mean(after**2)) < 0.12
    assert np.percentile(after, 90) < 0.19


def test_huntsville(shared_data: Path) -> None:
    """A simulator's stream closes to what its heights can hold, and has no lag."""
    telemetry, _ = read(shared_data / "video" / "huntsville-sim.ts")
    fit = fit_closure([sights(telemetry)])
    assert np.degrees(np.percentile(fit.before, 99)) < 0.005
    assert fit.lag_s == pytest.approx(0.0, abs=0.005)
