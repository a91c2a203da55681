"""From which score on a network passes over small upright things: the floors below which it reports nothing.

Whatever lives is no cue. So groups of small upright things are painted on frames that no training saw, and what hardly
any of them is taken for is what the network reports.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from otear.detect.base import KINDS, Detections, Detector, Singles
from otear.detect.boxes import overlaps
from otear.detect.labels import Frame
from otear.detect.training.samples import solid
from otear.detect.training.upright import painted
from otear.domain.kinds import CueKind
from otear.domain.progress import Progress, silent
from otear.geo.frames import Floats

SHARE = 0.002
"""Of the groups, at most, that may be taken for a kind."""
_SAME = 0.5
"""Overlap from which on a detection was there without the group too."""
_STEP = 1000.0
"""Floors are rounded up to a part of this."""


@dataclass(frozen=True)
class Passing:
    """How many groups were painted, and the score from which on each kind is reported."""

    groups: int
    floors: dict[CueKind, float]


def passing(
    detector: Detector,
    frames: Sequence[Frame],
    found: Sequence[Detections],
    rng: np.random.Generator,
    progress: Progress = silent,
) -> Passing:
    """Paint groups on frames and see what a detector takes them for. `found` is what it finds in the frames without.

    A detection is of a group where its middle is in the group's box and nothing like it was found without.
    """
    highest: list[Floats] = []
    for number, (frame, before) in enumerate(zip(frames, found, strict=True)):
        picture = frame.picture()
        pixels, boxes = painted(picture.pixels, picture.gsd_m, frame.depression_deg, solid(frame.labels), rng)
        after = detector.detect(replace(picture, pixels=pixels))
        highest += [_taken_for(after, before, box) for box in boxes]
        progress("passing over", number + 1, len(frames))
    scores = np.array(highest).reshape(-1, len(KINDS))
    most = np.quantile(scores, 1.0 - SHARE, axis=0, method="higher") if len(scores) else np.zeros(len(KINDS))
    kinds = sorted(detector.kinds)
    floors = {kind: (np.floor(most[KINDS.index(kind)] * _STEP) + 1.0) / _STEP for kind in kinds}
    return Passing(len(scores), {kind: float(floor) for kind, floor in floors.items()})


def _taken_for(after: Detections, before: Detections, group: Singles) -> Floats:
    """The highest score of each of `KINDS` that a group got, (kinds,)."""
    highest = np.zeros(len(KINDS))
    inside = ((after.middles >= group[:2]) & (after.middles <= group[2:])).all(axis=1)
    for k in np.flatnonzero(inside):
        alike = before.boxes[before.kind == after.kind[k]]
        if not (overlaps(after.boxes[k : k + 1], alike) > _SAME).any():
            highest[after.kind[k]] = max(highest[after.kind[k]], float(after.score[k]))
    return highest
