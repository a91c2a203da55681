"""How the picture has moved since the one before."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from otear.detect.base import Pixels
from otear.detect.registration import Registrar
from otear.geo.frames import Floats

SIZE = (640, 360)


def ground(seed: int = 1) -> Pixels:
    """Something with texture at all scales, larger than the picture."""
    rng = np.random.default_rng(seed)
    total = np.zeros((720, 1280))
    for scale in (4, 9, 25, 60):
        coarse = rng.standard_normal((720 // scale + 2, 1280 // scale + 2))
        total += cv2.resize(coarse, (1280, 720), interpolation=cv2.INTER_CUBIC) * scale**0.5
    return np.asarray(np.clip(128.0 + 18.0 * total / total.std(), 0, 255), dtype=np.uint8)


def view(picture: Pixels, motion: Floats) -> Pixels:
    """The picture as a camera sees it: `motion` maps places of the ground to pixels (both count from corners)."""
    half = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.0, 0.0, 1.0]])
    return np.asarray(cv2.warpPerspective(picture, np.linalg.inv(half) @ motion @ half, SIZE, flags=cv2.INTER_AREA))


def motion(dx: float, dy: float, turn_deg: float = 0.0, zoom: float = 1.0, tilt: float = 0.0) -> Floats:
    c, s = zoom * np.cos(np.radians(turn_deg)), zoom * np.sin(np.radians(turn_deg))
    return np.array([[c, -s, dx - 300.0], [s, c, dy - 180.0], [tilt, 0.0, 1.0]])


@pytest.mark.parametrize(
    "second",
    [motion(3.4, -7.6), motion(0.3, 0.2), motion(12.0, 5.0, 1.2), motion(-4.0, 9.0, -0.6, 1.02, 2e-6)],
    ids=["shift", "less than a pixel", "turn", "zoom and tilt"],
)
def test_a_known_motion_is_found_to_a_third_of_a_pixel(second: Floats) -> None:
    picture, first = ground(), motion(0.0, 0.0)
    registrar = Registrar()
    assert not registrar.step(view(picture, first)).ok
    step = registrar.step(view(picture, second))
    assert step.homography is not None
    spots = np.array([[x, y, 1.0] for x in (20.0, 320.0, 620.0) for y in (20.0, 180.0, 340.0)])
    true = spots @ (second @ np.linalg.inv(first)).T
    found = spots @ step.homography.T
    off = np.hypot(*(true[:, :2] / true[:, 2:] - found[:, :2] / found[:, 2:]).T)
    assert off.max() < 0.3
    assert step.inliers > 0.7 * step.tracked


def test_what_moves_by_itself_is_left_out() -> None:
    picture, registrar = ground(), Registrar()
    other = ground(2)[:120, :160]
    for k in range(5):
        seen = view(picture, motion(2.0 * k, 0.0)).copy()
        seen[100 + 6 * k : 220 + 6 * k, 200 + 9 * k : 360 + 9 * k] = other
        step = registrar.step(seen)
    assert step.homography is not None
    assert np.abs(step.homography[:2, 2] - [2.0, 0.0]).max() < 0.5
    assert np.abs(step.homography[:2, :2] - np.eye(2)).max() < 0.005


def test_motion_adds_up_over_many_pictures() -> None:
    picture, registrar, total = ground(), Registrar(), np.eye(3)
    for k in range(40):
        step = registrar.step(view(picture, motion(1.5 * k, 0.7 * k, 0.1 * k)))
        if step.homography is not None:
            total = step.homography @ total
    true = motion(1.5 * 39, 0.7 * 39, 3.9) @ np.linalg.inv(motion(0.0, 0.0))
    middle = np.array([320.0, 180.0, 1.0])
    assert np.hypot(*((true @ middle) / (true @ middle)[2] - (total @ middle) / (total @ middle)[2])[:2]) < 2.5


@pytest.mark.parametrize(
    "second", [np.full((360, 640), 90, dtype=np.uint8), ground(9)[:360, :640]], ids=["blank", "cut"]
)
def test_what_cannot_be_laid_on_says_so_and_the_next_can_again(second: Pixels) -> None:
    picture, registrar = ground(), Registrar()
    registrar.step(view(picture, motion(0.0, 0.0)))
    assert not registrar.step(second).ok
    registrar.step(view(picture, motion(1.0, 0.0)))
    assert registrar.step(view(picture, motion(2.0, 0.0))).ok


def test_a_picture_of_another_size_begins_anew() -> None:
    registrar = Registrar()
    registrar.step(ground())
    assert not registrar.step(ground()[:360, :640]).ok
    assert registrar.step(ground()[:360, :640]).ok
