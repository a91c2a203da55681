"""Which pictures the slow detectors look at."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.detect.keyframes import KeyFrames, overlap
from otear.errors import SettingError


def shifted(dx: float, dy: float = 0.0) -> np.ndarray:
    return np.array([[1.0, 0.0, dx], [0.0, 1.0, dy], [0.0, 0.0, 1.0]])


def chosen(step_px: float, count: int = 300, rate_hz: float = 30.0) -> int:
    """How many of some pictures are key frames, for a camera that moves so far from one to the next."""
    keys, since, number = KeyFrames(longest_s=1e9), None, 0
    for k in range(count):
        since = None if since is None else shifted(step_px) @ since
        if keys.wants(since, 640, 360, k / rate_hz):
            number += 1
            since = np.eye(3)
    return number


def test_a_camera_that_stares_needs_one_and_one_that_sweeps_needs_as_many_as_its_ground_asks_for() -> None:
    assert chosen(0.0) == 1
    for step_px in (2.0, 20.0):
        every = np.ceil(0.4 * 640 / step_px)
        assert chosen(step_px) == pytest.approx(300 / every, abs=2)


def test_the_next_comes_in_time_and_where_nobody_knows_the_motion() -> None:
    keys = KeyFrames(longest_s=2.0)
    assert keys.wants(None, 640, 360, 0.0)
    assert not keys.wants(np.eye(3), 640, 360, 1.9)
    assert keys.wants(np.eye(3), 640, 360, 2.0)
    assert keys.wants(None, 640, 360, 2.1)
    assert keys.wants(np.eye(3), 640, 360, 0.0)  # the clock has gone back


@given(st.floats(-700.0, 700.0), st.floats(-400.0, 400.0))
def test_overlap_of_a_shift_is_what_is_left(dx: float, dy: float) -> None:
    left = max(0.0, 640.0 - abs(dx)) * max(0.0, 360.0 - abs(dy)) / (640.0 * 360.0)
    assert overlap(shifted(dx, dy), 640, 360) == pytest.approx(left, abs=1e-4)


def test_a_picture_that_has_turned_over_shares_nothing() -> None:
    assert overlap(np.diag([1.0, 1.0, -1.0]), 640, 360) == 0.0


@pytest.mark.parametrize(("share", "longest_s"), [(0.0, 1.0), (1.0, 1.0), (0.5, 0.0)])
def test_all_or_none_is_refused(share: float, longest_s: float) -> None:
    with pytest.raises(SettingError):
        KeyFrames(share, longest_s)
