"""Average precision on cases worked out by hand; what does not count neither helps nor hurts."""

from __future__ import annotations

import numpy as np
import pytest

from otear.detect.base import Detections
from otear.detect.labels import Labels
from otear.detect.precision import FALSE, IGNORED, REAL, Scored, average_precision, matched, precision, recall, scored


def found(*rows: tuple[float, float]) -> Detections:
    """Boxes of 10 by 10 pixels, by their left side and score."""
    return Detections(
        np.array([[x, 0.0, x + 10.0, 10.0] for x, _ in rows], dtype=np.float32).reshape(-1, 4),
        np.zeros(len(rows), dtype=np.int8),
        np.array([score for _, score in rows], dtype=np.float32),
    )


def true(*rows: tuple[float, bool]) -> Labels:
    boxes = np.array([[x, 0.0, x + 10.0, 10.0] for x, _ in rows], dtype=np.float32).reshape(-1, 4)
    return Labels(boxes, np.zeros(len(rows), dtype=np.int8), np.array([counts for _, counts in rows], dtype=bool))


def outcome(*values: tuple[float, int], labels: int) -> Scored:
    score, came = zip(*values, strict=True)
    return Scored(np.array(score), np.array(came, dtype=np.int8), np.zeros(len(values), dtype=np.int64), labels)


def test_a_label_is_found_once_and_by_the_surest() -> None:
    assert matched(found((1, 0.5), (0, 0.9), (40, 0.7)), true((0, True)), 0.5).tolist() == [FALSE, REAL, FALSE]


def test_overlap_decides() -> None:
    assert matched(found((4, 0.5)), true((0, True)), 0.5).tolist() == [FALSE]
    assert matched(found((4, 0.5)), true((0, True)), 0.3).tolist() == [REAL]


def test_what_does_not_count_neither_counts_nor_punishes() -> None:
    labels = true((0, False), (50, True))
    assert matched(found((0, 0.9), (1, 0.8), (50, 0.7), (90, 0.6)), labels, 0.5).tolist() == [
        IGNORED,
        IGNORED,
        REAL,
        FALSE,
    ]
    inside = Detections(
        np.array([[2.0, 2.0, 5.0, 5.0]], dtype=np.float32), np.zeros(1, dtype=np.int8), np.ones(1, dtype=np.float32)
    )
    assert matched(inside, labels, 0.5).tolist() == [IGNORED], "a region nobody labelled is no place for false ones"


def test_average_precision_worked_out_by_hand() -> None:
    # Precision 1 at a recall of 1/3, 2/3 at 2/3; the third is never found.
    rows = outcome((0.9, REAL), (0.8, FALSE), (0.7, REAL), (0.6, FALSE), labels=3)
    assert average_precision(rows) == pytest.approx((1.0 + 2.0 / 3.0) / 3.0)
    assert precision(rows) == 0.5
    assert precision(rows, least=0.85) == 1.0
    assert recall(rows) == pytest.approx(2.0 / 3.0)
    assert recall(rows, least=0.85) == pytest.approx(1.0 / 3.0)


def test_equal_scores_have_no_order() -> None:
    first = outcome((0.5, REAL), (0.5, FALSE), labels=1)
    last = outcome((0.5, FALSE), (0.5, REAL), labels=1)
    assert average_precision(first) == average_precision(last) == pytest.approx(0.5)


def test_ignored_ones_change_nothing_and_without_labels_there_is_no_answer() -> None:
    assert average_precision(outcome((0.9, IGNORED), (0.5, REAL), labels=1)) == 1.0
    assert np.isnan(average_precision(outcome((0.9, FALSE), labels=0)))


def test_frames_are_matched_each_on_its_own() -> None:
    rows = scored(
        [found((0, 0.9)), found((0, 0.8)), found()], [true((0, True)), true((30, True)), true((0, True))], 0.5
    )
    assert rows.outcome.tolist() == [REAL, FALSE]
    assert rows.frame.tolist() == [0, 1]
    assert rows.labels == 3
    assert average_precision(rows) == pytest.approx(1.0 / 3.0)
