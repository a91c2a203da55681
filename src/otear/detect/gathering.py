"""Detections of one thing in many pictures become one: what was seen, in which pictures, and in how many it was not.

Pixels are (x, y), boxes (left, top, right, bottom). Between two pictures a homography says where the ground has moved
to; what is not there is counted against the thing, so that a flicker in one picture of thirty is not a cue.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linear_sum_assignment

from otear.detect.base import KINDS, Detections, Singles
from otear.domain.kinds import CueKind
from otear.geo.frames import Floats

_NEAREST_PX = 4.0
_FAR = 1e9


@dataclass(frozen=True, eq=False)
class Shot:
    """When a thing was seen, where in the picture, and how well; `gsd_m` and `depression_deg` are the picture's."""

    time_us: int
    box: Singles
    score: float
    gsd_m: float
    depression_deg: float

    @property
    def pixel(self) -> tuple[float, float]:
        """The middle of the box."""
        return float(self.box[0] + self.box[2]) / 2.0, float(self.box[1] + self.box[3]) / 2.0


@dataclass(frozen=True, eq=False)
class Gathering:
    """One thing as one detector saw it while it stayed in the picture. `looked` counts the pictures that would have
    shown it, those of `shots` among them."""

    detector: str
    kind: CueKind
    shots: tuple[Shot, ...]
    looked: int

    @property
    def best(self) -> Shot:
        """The shot with the highest score, the earliest of several."""
        return max(self.shots, key=lambda shot: shot.score)

    @property
    def score(self) -> float:
        """The mean score over all pictures that would have shown it; 0 where it was not seen."""
        return sum(shot.score for shot in self.shots) / self.looked


@dataclass
class _Open:
    kind: int
    at: Floats
    half: float
    shots: list[Shot]
    looked: int = 1


@dataclass
class Gatherer:
    """Takes one detector's detections picture by picture, hands out each thing when it has left the picture.

    `least_shots` and `least_share` of the pictures that looked: what was seen in fewer was nothing. The state is what
    is in the picture now.
    """

    detector: str
    least_shots: int = 1
    least_share: float = 0.34
    dropped: int = 0
    """Things that were seen too seldom to count."""
    _open: list[_Open] = field(default_factory=list)

    def moved(self, homography: Floats | None) -> list[Gathering]:
        """Carry what is open into the next picture; None where nobody knows how the picture moved, which ends all."""
        if homography is None:
            return self.finish()
        if self._open:
            at = np.array([[*one.at, 1.0] for one in self._open]) @ homography.T
            for one, (x, y, w) in zip(self._open, at, strict=True):
                one.at = np.array([x / w, y / w])
        return []

    def add(
        self, found: Detections, *, time_us: int, size_px: tuple[int, int], gsd_m: float, depression_deg: float
    ) -> list[Gathering]:
        """Take what was found in a picture of this width and height; returns what has left it."""
        partner = self._paired(found)
        seen = {index for index in partner if index >= 0}
        inside = [k in seen or _inside(one.at, one.half, size_px) for k, one in enumerate(self._open)]
        left = [one for one, there in zip(self._open, inside, strict=True) if not there]
        known = self._open
        self._open = [one for one, there in zip(known, inside, strict=True) if there]
        for one in self._open:
            one.looked += 1
        for k, box in enumerate(found.boxes):
            shot = Shot(time_us, box, float(found.score[k]), gsd_m, depression_deg)
            at, half = np.asarray(shot.pixel), 0.5 * float(max(box[2] - box[0], box[3] - box[1]))
            if partner[k] >= 0:
                one = known[partner[k]]
                one.at, one.half = at, half
                one.shots.append(shot)
            else:
                self._open.append(_Open(int(found.kind[k]), at, half, [shot]))
        return self._ended(left)

    def finish(self) -> list[Gathering]:
        """Everything that is still open."""
        left, self._open = self._open, []
        return self._ended(left)

    def _paired(self, found: Detections) -> list[int]:
        """For each detection the open thing that it is, by index; -1 for a new one."""
        partner = [-1] * len(found)
        if not len(found) or not self._open:
            return partner
        at = np.array([one.at for one in self._open])
        half = np.array([one.half for one in self._open])
        kind = np.array([one.kind for one in self._open])
        own = 0.5 * found.sizes.max(axis=1)
        away = np.hypot(*(found.middles[:, None, :] - at[None]).transpose(2, 0, 1))
        gate = np.maximum(_NEAREST_PX, np.maximum(own[:, None], half[None]))
        fits = (away <= gate) & (found.kind[:, None] == kind[None])
        rows, columns = linear_sum_assignment(np.where(fits, away, _FAR))
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            if fits[row, column]:
                partner[row] = column
        return partner

    def _ended(self, left: list[_Open]) -> list[Gathering]:
        ended = []
        for one in left:
            if len(one.shots) >= self.least_shots and len(one.shots) >= self.least_share * one.looked:
                ended.append(Gathering(self.detector, KINDS[one.kind], tuple(one.shots), one.looked))
            else:
                self.dropped += 1
        return ended


def _inside(at: Floats, half: float, size_px: tuple[int, int]) -> bool:
    return bool(np.all(at >= 0.5 * half) and at[0] <= size_px[0] - 0.5 * half and at[1] <= size_px[1] - 0.5 * half)
