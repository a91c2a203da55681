"""Overlaps against areas that are counted pixel by pixel; of several boxes on one thing the surest stays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.detect.base import Detections, Singles
from otear.detect.boxes import clipped, covered, overlaps, suppressed

Corners = tuple[int, int, int, int]
CORNERS = st.tuples(*[st.integers(0, 20)] * 4)


def box(corners: Corners) -> Singles:
    x, y = sorted(corners[:2]), sorted(corners[2:])
    return np.array([[x[0], y[0], x[1] + 1, y[1] + 1]], dtype=np.float32)


def drawn(corners: Singles) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    left, top, right, bottom = corners[0].astype(int)
    picture = np.zeros((24, 24), dtype=bool)
    picture[top:bottom, left:right] = True
    return picture


@given(CORNERS, CORNERS)
def test_overlap_and_cover_are_those_of_pixels_counted(first: Corners, second: Corners) -> None:
    a, b = drawn(box(first)), drawn(box(second))
    assert overlaps(box(first), box(second))[0, 0] == pytest.approx((a & b).sum() / (a | b).sum())
    assert covered(box(first), box(second))[0, 0] == pytest.approx((a & b).sum() / a.sum())


def test_the_surest_of_a_kind_stays_and_other_kinds_stay_beside_it() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [1, 0, 11, 10], [30, 0, 40, 10]], dtype=np.float32)
    found = Detections(boxes, np.array([0, 0, 1, 0], dtype=np.int8), np.array([0.5, 0.9, 0.3, 0.1], dtype=np.float32))
    kept = suppressed(found, 0.5)
    assert kept.score.tolist() == pytest.approx([0.9, 0.3, 0.1])
    assert kept.kind.tolist() == [0, 1, 0]
    assert len(suppressed(found, 0.99)) == 4


def test_boxes_are_cut_to_the_picture() -> None:
    assert clipped(np.array([[-5, -5, 50, 7]], dtype=np.float32), 20, 30).tolist() == [[0, 0, 30, 7]]


def test_boxes_without_area_overlap_nothing() -> None:
    empty = np.array([[3, 3, 3, 9]], dtype=np.float32)
    assert overlaps(empty, empty)[0, 0] == covered(empty, empty)[0, 0] == 0.0
