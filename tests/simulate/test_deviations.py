"""The errors of a flight are as large as the profile says, biased as it says, and none where they are switched off."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from otear.errors import InputError
from otear.simulate.sortie.deviations import NONE, drawn

from .flights import camera, craft, flown, on_task, said

METRES_PER_RADIAN = 6_350_000.0


def test_without_errors_what_is_said_is_what_is() -> None:
    truth, report = on_task(), said()
    for name, value in report.pose.__dict__.items():
        np.testing.assert_allclose(np.sin(value), np.sin(np.asarray(getattr(truth.pose, name))[::3]), atol=1e-12)
    assert np.array_equal(report.time_us, truth.time_us[::3])


def test_a_flight_is_said_the_same_way_again() -> None:
    some = drawn(craft(), camera(), np.random.default_rng(4))
    first, again, other = said(some), said(some), said(some, seed=2)
    assert np.array_equal(first.pose.heading, again.pose.heading)
    assert not np.array_equal(first.pose.heading, other.pose.heading)


def test_biases_are_as_large_as_the_profile_says() -> None:
    rng = np.random.default_rng(5)
    many = [drawn(craft(), camera(), rng) for _ in range(3_000)]
    model, optics = craft().flight_model, camera().optics
    assert model is not None
    assert optics is not None
    place = np.std([one.place_bias_m for one in many], axis=0)
    assert place == pytest.approx([model.horizontal_m.bias, model.horizontal_m.bias, model.vertical_m.bias], rel=0.05)
    angle = np.degrees(np.std([one.angle_bias for one in many], axis=0))
    assert angle == pytest.approx([model.heading_deg.bias, model.pitch_deg.bias, model.roll_deg.bias], rel=0.05)
    assert np.degrees(np.std([one.gimbal_bias for one in many])) == pytest.approx(optics.mount_deg, rel=0.05)
    assert np.std([one.field_bias for one in many]) == pytest.approx(optics.field_of_view_error, rel=0.05)
    assert np.std([one.clock_s for one in many]) == pytest.approx(optics.lag_s, rel=0.05)


def test_noise_wanders_as_long_as_the_profile_says_and_encoders_do_not() -> None:
    """A Gauss-Markov process: what is left of it after its time constant is 1/e."""
    one = replace(NONE, place_noise_m=np.full(3, 2.0), gimbal_noise=1e-3, correlation_s=5.0)
    whole, report = flown(), said(one, of=flown())
    north = (report.pose.lat - np.asarray(whole.pose.lat)[::3]) * METRES_PER_RADIAN
    assert np.std(north) == pytest.approx(2.0, rel=0.25)
    assert np.corrcoef(north[:-50], north[50:])[0, 1] == pytest.approx(np.exp(-1.0), abs=0.2)
    elevation = report.pose.elevation - np.asarray(whole.pose.elevation)[::3]
    assert np.std(elevation) == pytest.approx(1e-3, rel=0.05)
    assert abs(np.corrcoef(elevation[:-1], elevation[1:])[0, 1]) < 0.1


def test_a_bias_is_in_every_packet_and_a_place_is_moved_in_metres() -> None:
    report = said(replace(NONE, place_bias_m=np.array([30.0, -20.0, 5.0])))
    truth = on_task().pose
    north = (report.pose.lat - np.asarray(truth.lat)[::3]) * METRES_PER_RADIAN
    assert north == pytest.approx(np.full(len(north), -20.0), rel=0.01)
    assert report.pose.height_m - np.asarray(truth.height_m)[::3] == pytest.approx(np.full(len(north), 5.0))


def test_late_metadata_say_what_was_so_before() -> None:
    late = said(replace(NONE, clock_s=0.1), of=flown())
    assert late.pose.lat[5:50] == pytest.approx(np.asarray(flown().pose.lat)[12:147:3], abs=1e-12)


def test_what_nobody_measured_cannot_be_drawn() -> None:
    with pytest.raises(InputError, match="flight model"):
        drawn(replace(craft(), flight_model=None), camera(), np.random.default_rng(0))
    with pytest.raises(InputError, match="measured"):
        drawn(craft(), replace(camera(), optics=None), np.random.default_rng(0))


@pytest.mark.parametrize("clock_s", [0.06, -0.06])
def test_a_clock_is_off_at_the_ends_of_a_flight_too(clock_s: float) -> None:
    off = said(replace(NONE, clock_s=clock_s), of=flown())
    exact = said(NONE, of=flown())
    moved = np.hypot(*((off.pose.lat - exact.pose.lat), (off.pose.lon - exact.pose.lon)))[[0, -1]] * METRES_PER_RADIAN
    assert moved == pytest.approx(abs(clock_s) * flown().ground_speed_mps[[0, -1]], rel=0.15)
