"""Watching: quick detectors see every picture, slow ones key frames, and what is dropped is counted."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import cv2
import numpy as np
import pytest

from otear.detect.base import KINDS, Detections, Picture, Pixels
from otear.detect.gathering import Gathering
from otear.detect.keyframes import KeyFrames
from otear.detect.watch import Sight, Watch
from otear.domain.authority import SensorKind
from otear.domain.kinds import CueKind

SIZE = (320, 240)


@dataclass
class Told:
    """Finds a thing at the same place of the ground, which moves through the picture; waits where it is told to."""

    name: str
    step_px: float
    wait: Callable[[], None] = lambda: None
    sensors: frozenset[SensorKind] = frozenset(SensorKind)
    kinds: frozenset[CueKind] = frozenset({CueKind.TANK})
    seen: list[float] = field(default_factory=list)

    def detect(self, picture: Picture) -> Detections:
        self.wait()
        self.seen.append(picture.gsd_m)
        x = 40.0 + self.step_px * picture.depression_deg
        boxes = np.array([[x - 5.0, 95.0, x + 5.0, 105.0]], dtype=np.float32)
        return Detections(boxes, np.array([KINDS.index(CueKind.TANK)], np.int8), np.array([0.5], np.float32))


def ground() -> Pixels:
    rng = np.random.default_rng(3)
    coarse = cv2.resize(rng.standard_normal((60, 200)), (1200, 360), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(120.0 + 40.0 * coarse + rng.normal(0.0, 3.0, coarse.shape), 0, 255), dtype=np.uint8)


def sights(count: int, step_px: int) -> list[Sight]:
    """A camera that moves over the ground; the number of the picture stands in for its depression angle."""
    whole = ground()
    return [
        Sight(
            k * 33_333, whole[20:260, 600 - step_px * k : 920 - step_px * k], lambda: np.zeros((240, 320, 3), np.uint8),
            SensorKind.VISIBLE, 0.2, float(k),
        )
        for k in range(count)
    ]  # fmt: skip


def watched(watch: Watch, pictures: list[Sight]) -> list[Gathering]:
    found: list[Gathering] = []
    for one in pictures:
        found += watch.see(one)
    return found + watch.finish()


def test_every_picture_and_every_key_frame_is_looked_at_and_one_thing_is_one() -> None:
    quick, slow = Told("quick", 4.0), Told("slow", 4.0)
    with Watch([quick], [slow], KeyFrames(0.6, 1e9), live=False) as watch:
        found = watched(watch, sights(60, 4))
        work = watch.work
    assert (work.pictures, len(quick.seen)) == (60, 60)
    assert work.unregistered == 1, "the first picture has none before it"
    assert len(slow.seen) == work.key_frames == pytest.approx(60 * 4 / (0.4 * 320), abs=1.5)
    assert work.key_frames_dropped == 0
    by_name = {one.detector: one for one in found}
    assert len(found) == len(by_name) == 2
    assert len(by_name["quick"].shots) == by_name["quick"].looked == 60


def test_live_what_is_too_slow_is_dropped_and_counted_and_else_waited_for() -> None:
    for live in (True, False):
        slow = Told("slow", 4.0, wait=partial(time.sleep, 0.02))
        with Watch([], [slow], KeyFrames(0.95, 1e9), live=live) as watch:
            watched(watch, sights(60, 4))
            work = watch.work
        assert work.pictures == 60
        assert len(slow.seen) == work.key_frames
        assert (work.key_frames_dropped > 0) is live
        wanted = work.key_frames + work.key_frames_dropped
        assert wanted == pytest.approx(60 * 4 / (0.05 * 320), abs=6)


def test_the_same_pictures_give_the_same_things_however_long_the_slow_ones_take() -> None:
    answers = []
    for pause_s in (0.0, 0.01):
        slow = Told("slow", 4.0, wait=partial(time.sleep, pause_s))
        with Watch([], [slow], KeyFrames(0.9, 1e9), live=False) as watch:
            found = watched(watch, sights(40, 4))
        answers.append([[shot.time_us for shot in one.shots] for one in found])
    assert answers[0] == answers[1]


def test_a_detector_that_fails_is_not_passed_over() -> None:
    def fail() -> None:
        raise RuntimeError("broken")

    with Watch([], [Told("slow", 4.0, wait=fail)], KeyFrames(), live=False) as watch, pytest.raises(RuntimeError):
        watched(watch, sights(5, 4))
