"""Rates of rows that are noisy: quiet where the camera sweeps evenly, and sharp where it does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from otear.domain.telemetry import Floats
from otear.geo.camera import Pose, camera_axes
from otear.geo.perturb import Motion
from otear.video.rates import motion_at

LAT, LON, METRES = np.radians(24.8), np.radians(-107.4), 6_356_000.0
NOISE = np.radians(0.03)
NORTH_MPS = 50.0
SWING = np.radians(60.0)


def seconds(rate_hz: float) -> Floats:
    """Rows of a second on either side of an instant between two of them."""
    half = round(rate_hz)
    return (np.arange(-half, half) + 0.5) / rate_hz


def rows(time: Floats, elevation: Floats | float, noise: float = 0.0, seed: int = 0) -> Pose:
    """A camera that looks ahead from an aircraft that flies north, with encoders that are new in every row."""
    new = noise * np.random.default_rng(seed).standard_normal((3, len(time)))
    still = np.zeros(len(time))
    lat = LAT + NORTH_MPS * time / METRES
    return Pose(lat, LON + still, 3_000.0 + still, 0.1 + still, still, still, new[0], elevation + new[1], new[2])


def at(time: Floats, pose: Pose, instant_s: float = 0.0) -> Motion:
    """The motion at an instant in the middle of the rows, or elsewhere between two."""
    after = int(np.searchsorted(time, instant_s))
    return motion_at(time - instant_s, pose, after - 1, after)


@pytest.mark.parametrize("rate_hz", [10.0, 30.0])
def test_the_noise_of_encoders_is_no_motion(rate_hz: float) -> None:
    """Of two rows it would be a rate of the square root of two times noise and rate: here less than a third is left."""
    time = seconds(rate_hz)
    turns = np.array([at(time, rows(time, -0.7, NOISE, seed)).turn for seed in range(200)])
    assert np.sqrt(np.mean(turns**2)) < np.sqrt(2.0) * NOISE * rate_hz / 3.0


def test_an_even_sweep_is_measured_about_the_cameras_own_axes() -> None:
    time = seconds(10.0)
    found = np.mean([at(time, rows(time, -0.7 + 0.05 * time, NOISE, seed)).turn for seed in range(100)], axis=0)
    assert found == pytest.approx([0.0, 0.05, 0.0], abs=0.001)
    assert at(time, rows(time, -0.7)).velocity_enu_mps == pytest.approx([0.0, NORTH_MPS, 0.0], rel=0.01, abs=0.01)


@pytest.mark.parametrize("rate_hz", [10.0, 30.0])
@pytest.mark.parametrize(("instant_s", "rate"), [(-0.5, 0.0), (-0.15, 1.0), (0.0, 1.0), (0.15, 1.0), (0.5, 0.0)])
def test_a_swing_is_not_smoothed_over(rate_hz: float, instant_s: float, rate: float) -> None:
    """Half a second of 60 degrees a second between two rests."""
    time = seconds(rate_hz)
    pose = rows(time, -1.2 + SWING * np.clip(time, -0.25, 0.25), NOISE)
    assert at(time, pose, instant_s).turn[1] == pytest.approx(rate * SWING, abs=6.0 * NOISE * rate_hz)


def test_a_camera_that_looks_straight_down_turns_as_a_whole() -> None:
    """There azimuth and twist turn about one axis, and jump by half a turn against each other without any motion."""
    time = seconds(10.0)
    over = np.where(time > 0.0, np.pi, 0.0)
    pose = replace(rows(time, -np.pi / 2.0 + 0.01 * np.abs(time)), azimuth=over, twist=-over)
    assert np.abs(at(time, pose).turn).max() < 0.02


def test_at_either_end_the_rows_there_are_tell_the_motion() -> None:
    time = seconds(10.0)
    pose = rows(time, -0.7 + 0.05 * time)
    for beyond_s, row in ((0.0, 0), (0.9, 0), (0.0, 19), (0.9, 19)):
        instant_s = time[row] + (beyond_s if row else -beyond_s)
        motion = motion_at(time - instant_s, pose, row, row)
        assert motion.turn == pytest.approx([0.0, 0.05, 0.0], abs=1e-6)
        assert motion.velocity_enu_mps[1] == pytest.approx(NORTH_MPS, rel=0.01)


def test_a_sensor_that_one_moment_is_known_of_is_at_rest() -> None:
    time = np.zeros(2)
    for count in (1, 2):
        motion = motion_at(time[:count], rows(time[:count], -0.7), 0, 0)
        assert not np.any([motion.velocity_enu_mps, motion.turn])


def test_rows_across_a_gap_are_all_there_is() -> None:
    time = np.array([-0.8, 0.7])
    assert motion_at(time, rows(time, -0.7 + 0.05 * time), 0, 1).turn[1] == pytest.approx(0.05)


def test_the_turn_is_that_of_the_cameras_axes() -> None:
    """Every angle sweeps at once: the turn takes the camera from one row's axes to the next one's."""
    time = np.array([-0.05, 0.05])
    spin = (0.3, -0.2, 0.4, 0.1, -0.3, 0.5)
    names = ("heading", "pitch", "roll", "azimuth", "elevation", "twist")
    swept = {name: 0.3 + rate * time for name, rate in zip(names, spin, strict=True)}
    pose = replace(rows(time, 0.0), **swept)
    first, second = camera_axes(pose)
    turned = first @ Rotation.from_rotvec(0.1 * at(time, pose).turn).as_matrix()
    np.testing.assert_allclose(turned, second, atol=1e-9)
