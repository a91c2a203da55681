"""The sensor between rows: the short way round, steps of the zoom left whole, and reasons where there is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from otear.domain.telemetry import Telemetry
from otear.errors import InputError
from otear.video.instants import instant_at

from .flights import flight


@pytest.fixture
def rows() -> Telemetry:
    """Two seconds, ten rows a second."""
    return flight(seconds=2.0)


def test_angles_go_the_short_way_round(rows: Telemetry) -> None:
    turned = replace(rows, heading_deg=np.where(np.arange(20) < 10, 359.0, 1.0))
    middle = (int(rows.time_us[9]) + int(rows.time_us[10])) // 2
    assert np.degrees(instant_at(turned, middle, 640, 480).pose.heading) % 360.0 == pytest.approx(0.0, abs=1e-6)


def test_longitude_goes_over_the_antimeridian(rows: Telemetry) -> None:
    east = replace(rows, sensor_lon_deg=np.where(np.arange(20) < 10, 179.9999, -179.9999))
    middle = (int(rows.time_us[9]) + int(rows.time_us[10])) // 2
    instant = instant_at(east, middle, 640, 480)
    assert abs(np.degrees(instant.pose.lon)) == pytest.approx(180.0, abs=1e-6)
    assert abs(instant.motion.velocity_enu_mps[0]) == pytest.approx(
        0.0002 * 111_320 * np.cos(np.radians(24.77)) / 0.1, rel=0.01
    )


def test_a_step_of_the_zoom_is_not_interpolated(rows: Telemetry) -> None:
    zoomed = replace(rows, hfov_deg=np.where(np.arange(20) < 10, 10.0, 2.0), vfov_deg=np.full(20, np.nan))
    at = [int(rows.time_us[9]) + int(share * (rows.time_us[10] - rows.time_us[9])) for share in (0.4, 0.6)]
    assert [float(np.degrees(instant_at(zoomed, t, 640, 480).lens.hfov)) for t in at] == pytest.approx([10.0, 2.0])


def test_rows_that_lack_part_of_a_pose_are_passed_over(rows: Telemetry) -> None:
    holed = replace(rows, azimuth_deg=np.where(np.arange(20) % 2 == 0, rows.azimuth_deg, np.nan))
    instant = instant_at(holed, int(rows.time_us[9]), 640, 480)
    assert np.isfinite(instant.pose.azimuth)
    assert instant.age_s == pytest.approx(0.1, abs=0.01)


def test_what_is_missing_is_named(rows: Telemetry) -> None:
    nothing = np.full(20, np.nan)
    bare = replace(rows, sensor_msl_m=nothing, sensor_hae_m=nothing, hfov_deg=nothing)
    with pytest.raises(InputError, match="lack sensor height, field of view"):
        instant_at(bare, int(rows.time_us[3]), 640, 480)
    with pytest.raises(InputError, match="no trusted metadata within 1 s"):
        instant_at(rows, int(rows.time_us[-1]) + 2_000_000, 640, 480)


def test_noise_that_is_new_in_every_row_is_less_between_two(rows: Telemetry) -> None:
    """What `row_noise` says is what interpolation leaves of it."""
    rng = np.random.default_rng(1)
    level = replace(rows, elevation_deg=np.full(20, -45.0), vfov_deg=np.full(20, np.nan))
    for share in (0.0, 0.25, 0.5, 0.9):
        at = int(rows.time_us[9]) + int(share * (rows.time_us[10] - rows.time_us[9]))
        new = 0.1 * rng.standard_normal((100, 2, 20))
        noisy = [replace(level, elevation_deg=up - 45.0, twist_deg=across) for up, across in new]
        found = [instant_at(each, at, 640, 480) for each in noisy]
        left = np.std([np.degrees([each.pose.elevation + np.pi / 4.0, each.pose.twist]) for each in found]) / 0.1
        assert found[0].row_noise == pytest.approx(left, rel=0.15)
        assert found[0].row_noise == pytest.approx(np.hypot(share, 1.0 - share), abs=1e-3)


def test_the_last_row_is_in_motion_as_those_before_it_are(rows: Telemetry) -> None:
    speed = np.linalg.norm(instant_at(rows, int(rows.time_us[-1]), 640, 480).motion.velocity_enu_mps)
    assert speed == pytest.approx(np.hypot(70.0, 10.0), rel=0.02)
