"""What became of detections in labelled frames: what scores are made probabilities with, and judged by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otear.detect.base import KINDS, Detections, Detector
from otear.detect.labels import Frame
from otear.detect.precision import IGNORED, REAL, Scored, matched, scored
from otear.domain.kinds import CueKind
from otear.domain.progress import Progress, silent
from otear.geo.frames import Floats

REAL_OVERLAP = 0.3
"""Intersection over union from which a detection counts as real: its place is right, whatever its outline."""


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Columns of shape (n,): the kind as an index into `KINDS`, the score, whether it was real, the ground sample
    distance (m) and the depression angle (degrees) of its frame."""

    kind: NDArray[np.int8]
    score: Floats
    real: NDArray[np.bool_]
    gsd_m: Floats
    depression_deg: Floats

    def __len__(self) -> int:
        return len(self.score)

    def rows(self, rows: NDArray[np.bool_]) -> Outcomes:
        """The same columns, cut to a mask."""
        return Outcomes(self.kind[rows], self.score[rows], self.real[rows], self.gsd_m[rows], self.depression_deg[rows])


def found_in(
    detector: Detector, frames: Sequence[Frame], progress: Progress = silent, stage: str = "looking"
) -> list[Detections]:
    """What a detector finds in each frame."""
    found = []
    for number, frame in enumerate(frames):
        found.append(detector.detect(frame.picture()))
        progress(stage, number + 1, len(frames))
    return found


def scored_kind(found: Sequence[Detections], frames: Sequence[Frame], kind: CueKind, overlap: float) -> Scored:
    """Detections of a kind against its labels, in the frames in which that kind was labelled."""
    rows = [k for k, frame in enumerate(frames) if kind in frame.kinds]
    number = KINDS.index(kind)
    return scored(
        [found[k].rows(found[k].kind == number) for k in rows], [frames[k].labels.of(kind) for k in rows], overlap
    )


def real_first(flown: Outcomes, drawn: Outcomes, fewest: int) -> Outcomes:
    """All outcomes of flown frames, and those of drawn ones for the kinds of which flown frames have fewer than
    `fewest` of either sort: what was seen in the world says more of it than any drawing."""
    enough = [
        kind
        for kind in range(len(KINDS))
        if min(int((flown.real & (flown.kind == kind)).sum()), int((~flown.real & (flown.kind == kind)).sum()))
        >= fewest
    ]
    rest = drawn.rows(~np.isin(drawn.kind, enough))
    return Outcomes(
        np.concatenate([flown.kind, rest.kind]),
        np.concatenate([flown.score, rest.score]),
        np.concatenate([flown.real, rest.real]),
        np.concatenate([flown.gsd_m, rest.gsd_m]),
        np.concatenate([flown.depression_deg, rest.depression_deg]),
    )


def outcomes(found: Sequence[Detections], frames: Sequence[Frame], overlap: float = REAL_OVERLAP) -> Outcomes:
    """What became of every detection of a kind that its frame has labels of, but for those that nobody can judge."""
    kinds: list[NDArray[np.int8]] = []
    scores: list[Floats] = []
    real: list[NDArray[np.bool_]] = []
    conditions: list[Floats] = []
    for here, frame in zip(found, frames, strict=True):
        for kind in sorted(frame.kinds):
            mine = here.rows(here.kind == KINDS.index(kind))
            outcome = matched(mine, frame.labels.of(kind), overlap)
            judged = outcome != IGNORED
            kinds.append(mine.kind[judged])
            scores.append(mine.score[judged].astype(np.float64))
            real.append(outcome[judged] == REAL)
            conditions.append(np.tile([frame.gsd_m, frame.depression_deg], (int(judged.sum()), 1)))
    gsd_m, depression_deg = np.concatenate([np.zeros((0, 2)), *conditions]).T
    return Outcomes(
        np.concatenate([np.zeros(0, dtype=np.int8), *kinds]),
        np.concatenate([np.zeros(0), *scores]),
        np.concatenate([np.zeros(0, dtype=bool), *real]),
        gsd_m,
        depression_deg,
    )
