"""Small upright things that a network learns to pass over, and the floors below which it reports nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.detect.base import KINDS, NONE, Detections, Picture
from otear.detect.labels import Frame, Labels
from otear.detect.training.passing import passing
from otear.detect.training.upright import painted, strewn
from otear.domain.authority import SensorKind
from otear.domain.kinds import CueKind

NOTHING = np.zeros((0, 4), dtype=np.float32)
DRUMS = KINDS.index(CueKind.DRUMS)


@given(st.integers(0, 10_000), st.sampled_from([0.1, 0.2, 0.4]), st.floats(30.0, 90.0))
def test_what_is_painted_on_a_thermal_picture_by_night_is_within_the_boxes(
    seed: int, gsd_m: float, depression_deg: float
) -> None:
    plain = np.full((200, 240), 90, dtype=np.uint8)
    pixels, boxes = painted(plain, gsd_m, depression_deg, NOTHING, np.random.default_rng(seed))
    assert (pixels.shape, pixels.dtype) == (plain.shape, plain.dtype)
    assert 1 <= len(boxes) <= 4
    row, column = np.nonzero(pixels > 92)
    inside = np.zeros(len(row), dtype=bool)
    for left, top, right, bottom in boxes:
        inside |= (column >= left - 3) & (column <= right + 2) & (row >= top - 3) & (row <= bottom + 2)
    assert inside.all(), "only shadows, which are darker, reach beyond"


def test_the_same_generator_paints_the_same_and_the_picture_itself_stays() -> None:
    plain = np.full((120, 160, 3), 120, dtype=np.uint8)
    first, second = (painted(plain, 0.2, 60.0, NOTHING, np.random.default_rng(5))[0] for _ in range(2))
    assert np.array_equal(first, second)
    assert (plain == 120).all()
    assert (first != plain).any()


def test_nothing_is_painted_where_something_is() -> None:
    plain = np.full((120, 160, 3), 120, dtype=np.uint8)
    everything = np.array([[0.0, 0.0, 160.0, 120.0]], dtype=np.float32)
    pixels, boxes = painted(plain, 0.2, 60.0, everything, np.random.default_rng(5))
    assert np.array_equal(pixels, plain)
    assert len(boxes) == 0


def test_some_samples_stay_as_they_are_and_most_do_not() -> None:
    plain = np.full((60, 60), 120, dtype=np.uint8)
    same = [np.array_equal(strewn(plain, 0.1, 60.0, NOTHING, np.random.default_rng(k)), plain) for k in range(60)]
    assert 10 < sum(same) < 40


@dataclass
class Bright:
    """Takes whatever is brighter than a level for drums; `fixed`: the whole picture, whatever is in it."""

    fixed: bool
    name: str = "bright 1"
    sensors: frozenset[SensorKind] = frozenset({SensorKind.THERMAL})
    kinds: frozenset[CueKind] = frozenset({CueKind.DRUMS, CueKind.TANK})

    def detect(self, picture: Picture) -> Detections:
        row, column = np.nonzero(picture.pixels > 140)
        if self.fixed:
            box = [0.0, 0.0, 240.0, 200.0]
        elif not len(row):
            return NONE
        else:
            box = [column.min(), row.min(), column.max() + 1.0, row.max() + 1.0]
        score = np.array([0.7], dtype=np.float32)
        return Detections(np.array([box], dtype=np.float32), np.array([DRUMS], dtype=np.int8), score)


@pytest.fixture
def frames(tmp_path: Path) -> list[Frame]:
    path = tmp_path / "plain.png"
    cv2.imwrite(str(path), np.full((200, 240), 90, dtype=np.uint8))
    labels = Labels(NOTHING, np.zeros(0, dtype=np.int8), np.zeros(0, dtype=bool))
    return [Frame("plain", path, "1", SensorKind.THERMAL, 0.2, 60.0, frozenset(KINDS), labels, True)] * 40


def test_what_groups_are_taken_for_is_reported_from_a_higher_score_on(frames: list[Frame]) -> None:
    detector = Bright(fixed=False)
    found = passing(detector, frames, [detector.detect(one.picture()) for one in frames], np.random.default_rng(2))
    assert found.groups >= len(frames)
    assert float(np.float32(0.7)) < found.floors[CueKind.DRUMS] <= 0.701
    assert found.floors[CueKind.TANK] <= 0.001


def test_what_was_there_without_them_raises_no_floor(frames: list[Frame]) -> None:
    detector = Bright(fixed=True)
    found = passing(detector, frames, [detector.detect(one.picture()) for one in frames], np.random.default_rng(2))
    assert found.floors[CueKind.DRUMS] <= 0.001
