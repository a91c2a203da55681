"""How good detections are: average precision and recall against labels.

Detections are taken from the surest down; each takes the unclaimed label of its kind in its frame that it overlaps
most, if by enough. What falls on a label that does not count, or lies mostly within one, is neither right nor wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otear.detect.base import Detections
from otear.detect.boxes import covered, overlaps
from otear.detect.labels import Labels
from otear.geo.frames import Floats

IGNORED = -1
FALSE = 0
REAL = 1


@dataclass(frozen=True, eq=False)
class Scored:
    """Detections of one kind against their labels: `score` (n,), `outcome` (n,) REAL, FALSE or IGNORED, `frame` (n,)
    the index of the frame; `labels` how many count."""

    score: Floats
    outcome: NDArray[np.int8]
    frame: NDArray[np.int64]
    labels: int


def scored(found: Sequence[Detections], true: Sequence[Labels], overlap: float) -> Scored:
    """Detections of one kind in frames against the labels of that kind in the same frames."""
    outcome = [matched(here, labels, overlap) for here, labels in zip(found, true, strict=True)]
    return Scored(
        np.concatenate([np.zeros(0), *(here.score.astype(np.float64) for here in found)]),
        np.concatenate([np.zeros(0, dtype=np.int8), *outcome]),
        np.repeat(np.arange(len(found)), [len(here) for here in found]),
        int(sum(labels.counts.sum() for labels in true)),
    )


def matched(found: Detections, true: Labels, overlap: float) -> NDArray[np.int8]:
    """REAL, FALSE or IGNORED for each detection of one frame and one kind, (n,)."""
    outcome = np.full(len(found), FALSE, dtype=np.int8)
    if not len(true) or not len(found):
        return outcome
    share = overlaps(found.boxes, true.boxes)
    within = covered(found.boxes, true.boxes[~true.counts])
    free = true.counts.copy()
    for k in np.argsort(-found.score, kind="stable"):
        able = np.where(free, share[k], -1.0)
        best = int(np.argmax(able))
        if able[best] >= overlap:
            free[best] = False
            outcome[k] = REAL
        elif (share[k][~true.counts] >= overlap).any() or (within[k] > 0.5).any():
            outcome[k] = IGNORED
    return outcome


def average_precision(results: Scored) -> float:
    """The area under the curve of precision over recall, a step at each real detection and nothing interpolated; those
    of equal score count together. NaN where no label counts."""
    if results.labels == 0:
        return float("nan")
    taken = results.outcome != IGNORED
    order = np.argsort(-results.score[taken], kind="stable")
    score, real = results.score[taken][order], results.outcome[taken][order] == REAL
    ends = np.flatnonzero(np.append(np.diff(score) != 0.0, True)) if len(score) else np.zeros(0, dtype=np.int64)
    hits = np.cumsum(real)[ends]
    gained = np.diff(hits, prepend=0)
    return float(np.sum(gained * hits / (ends + 1.0)) / results.labels)


def precision(results: Scored, least: float = 0.0) -> float:
    """The share of detections with at least that score that are real. NaN where there are none."""
    judged = (results.outcome != IGNORED) & (results.score >= least)
    return float(np.mean(results.outcome[judged] == REAL)) if judged.any() else float("nan")


def recall(results: Scored, least: float = 0.0) -> float:
    """The share of labels found with at least that score. NaN where no label counts."""
    if results.labels == 0:
        return float("nan")
    return float(np.sum((results.outcome == REAL) & (results.score >= least)) / results.labels)
