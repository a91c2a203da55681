"""Detections of one thing in many pictures become one."""

from __future__ import annotations

import numpy as np
import pytest

from otear.detect.base import KINDS, NONE, Detections
from otear.detect.gathering import Gatherer, Gathering
from otear.domain.kinds import CueKind

SIZE = (640, 480)
TANK, VEHICLE = KINDS.index(CueKind.TANK), KINDS.index(CueKind.VEHICLE)


def found(*things: tuple[float, float, int, float], half: float = 6.0) -> Detections:
    """Boxes about (x, y) of a kind and a score."""
    return Detections(
        np.array([[x - half, y - half, x + half, y + half] for x, y, _, _ in things], dtype=np.float32).reshape(-1, 4),
        np.array([kind for _, _, kind, _ in things], dtype=np.int8),
        np.array([score for _, _, _, score in things], dtype=np.float32),
    )


def shifted(dx: float, dy: float = 0.0) -> np.ndarray:
    return np.array([[1.0, 0.0, dx], [0.0, 1.0, dy], [0.0, 0.0, 1.0]])


def fed(gatherer: Gatherer, pictures: list[Detections], step: float = 0.0) -> list[Gathering]:
    ended: list[Gathering] = []
    for k, one in enumerate(pictures):
        ended += gatherer.moved(shifted(step)) if k else []
        ended += gatherer.add(one, time_us=k * 33_333, size_px=SIZE, gsd_m=0.2, depression_deg=50.0)
    return ended + gatherer.finish()


def test_a_thing_that_stays_is_one_however_the_picture_moves() -> None:
    pictures = [found((300.0 + 7.0 * k, 200.0, TANK, 0.5 + 0.01 * k)) for k in range(20)]
    (one,) = fed(Gatherer("d", 3), pictures, step=7.0)
    assert one.kind is CueKind.TANK
    assert len(one.shots) == one.looked == 20
    assert one.best.time_us == 19 * 33_333
    assert one.score == pytest.approx(np.mean([0.5 + 0.01 * k for k in range(20)]))


def test_what_was_not_seen_again_counts_against_it() -> None:
    there = found((300.0, 200.0, TANK, 0.8))
    (one,) = fed(Gatherer("d", 1, 0.2), [there, NONE, NONE, there])
    assert (len(one.shots), one.looked) == (2, 4)
    assert one.score == pytest.approx(0.4)


def test_a_flicker_is_no_cue_and_is_counted() -> None:
    gatherer = Gatherer("d", 3)
    assert fed(gatherer, [found((300.0, 200.0, TANK, 0.9)), *[NONE] * 10]) == []
    assert gatherer.dropped == 1


def test_things_side_by_side_stay_apart_and_kinds_are_not_mixed() -> None:
    pictures = [found((300.0, 200.0, TANK, 0.5), (320.0, 200.0, TANK, 0.6), (300.0, 200.0, VEHICLE, 0.7))] * 4
    things = fed(Gatherer("d"), pictures)
    assert sorted((one.kind, len(one.shots)) for one in things) == [
        (CueKind.TANK, 4),
        (CueKind.TANK, 4),
        (CueKind.VEHICLE, 4),
    ]


def test_what_leaves_the_picture_ends_and_is_not_looked_for_any_longer() -> None:
    gatherer = Gatherer("d")
    pictures = [found((600.0 + 10.0 * k, 200.0, TANK, 0.5)) if k < 4 else NONE for k in range(20)]
    (one,) = fed(gatherer, pictures, step=10.0)
    assert one.looked <= 5


def test_where_nobody_knows_how_the_picture_moved_everything_ends() -> None:
    gatherer = Gatherer("d")
    there = found((300.0, 200.0, TANK, 0.8))
    gatherer.add(there, time_us=0, size_px=SIZE, gsd_m=0.2, depression_deg=50.0)
    assert len(gatherer.moved(None)) == 1
    assert gatherer.finish() == []
