"""Where the middle of a site is, from cues that lie about it: the 90% ellipse is that of the middle, not of a cue.

A cue is off the middle by where in the site its thing stands (the same for each time that it is seen, and alike for all
that is seen of a site), by noise of its own, by what its flight shares, and by what all flights share. The middle is
the generalised least-squares estimate (A. Aitken 1936) under all of these at once; seeing one drum a hundred times says
where the drum is, not where the site is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otear.domain.kinds import CueKind
from otear.errors import InputError
from otear.evidence.association import GATE
from otear.evidence.marks import Mark
from otear.geo.frames import Floats

_K = CueKind
OFF_MIDDLE_M: dict[CueKind, float] = {
    _K.STRUCTURE: 11.0, _K.CLEARING: 12.0, _K.COVER: 14.0, _K.DRUMS: 14.0, _K.TANK: 15.0, _K.VEHICLE: 16.0,
    _K.HEAT_SOURCE: 13.0, _K.WATER_POINT: 17.0, _K.WASTE_PIT: 19.0, _K.BURN_SCAR: 17.0, _K.TRACK: 36.0,
}  # fmt: skip
"""One standard deviation, along each axis, of how far a thing of each kind is found from the middle of its site: as
detectors found them at simulated sites of 1,600 to 6,000 square metres (seeds 301 to 303), where there are enough of a
kind, else as the yards of 600 such sites have it. Nobody has measured real ones."""
TOGETHER = 0.65
"""How far the things that are seen of a site are on the same side of its middle (correlation): what shows is what trees
leave open, in one part of it. Many things say where that part is."""
SIZE_M = 3.0
"""One standard deviation of where in a thing its mark is."""
_LEAST_REAL = 0.02


@dataclass(frozen=True, eq=False)
class Middle:
    """The middle of a site (2,), and its covariance (2, 2): `own`, and `ground`, which all sites about share. `things`
    is how many different things it rests on."""

    at: Floats
    own: Floats
    ground: Floats
    things: int

    @property
    def covariance(self) -> Floats:
        """All of it, (2, 2)."""
        return self.own + self.ground


def middle(marks: Sequence[Mark], off_middle_m: Mapping[CueKind, float] = OFF_MIDDLE_M) -> Middle:
    """The middle of the site that these marks are of. What was reported counts only where nothing was seen.

    Raises `InputError` without a mark, or with one whose error is not known.
    """
    seen = [one for one in marks if one.kind is not None] or list(marks)
    if not seen:
        raise InputError("there is no place to begin with", field="marks", remedy="Give at least one")
    seen.sort(key=lambda one: (one.time_us, one.piece))
    thing = same_things(seen)
    off = _off_middle(seen, thing, off_middle_m)
    count = len(seen)
    spread = np.zeros((count, 2, count, 2))
    biases = _biases(seen)
    for i, one in enumerate(seen):
        for j, other in enumerate(seen):
            (sigma, alone), (other_sigma, _) = off[int(thing[i])], off[int(thing[j])]
            block = (alone**2 if thing[i] == thing[j] else TOGETHER * sigma * other_sigma) * np.eye(2)
            if one.flight == other.flight:
                block = block + biases[one.flight]
            if i == j:
                block = block + one.noise
            spread[i, :, j, :] = block
    matrix = spread.reshape(2 * count, 2 * count)
    if not np.all(np.isfinite(matrix)):
        raise InputError(
            "a place has no error ellipse", field="covariance", remedy="Leave out places whose error is not known"
        )
    design = np.tile(np.eye(2), (count, 1))
    weighed = np.linalg.solve(matrix, design)
    own = np.linalg.inv(design.T @ weighed)
    at = own @ weighed.T @ np.concatenate([one.at for one in seen])
    ground = np.mean([one.ground for one in seen], axis=0)
    return Middle(at, 0.5 * (own + own.T), ground, len(set(thing.tolist())))


def same_things(marks: Sequence[Mark]) -> NDArray[np.int64]:
    """Which thing each mark is of, (n,): marks that are one place, within their errors and the size of things, are one,
    whatever they are said to be and whichever pass or detector says so: a drum that is also taken for a tank tells of
    one place, not of two."""
    label = np.full(len(marks), -1, dtype=np.int64)
    things: list[int] = []
    for k, one in enumerate(marks):
        best, nearest = -1, GATE
        for number, first in enumerate(things):
            other = marks[first]
            away = one.at - other.at
            spread = one.noise + other.noise + 2.0 * SIZE_M**2 * np.eye(2)
            if one.flight != other.flight:
                spread = spread + one.bias + other.bias
            squared = float(away @ np.linalg.solve(spread, away))
            if squared <= nearest:
                best, nearest = number, squared
        if best < 0:
            things.append(k)
        label[k] = best if best >= 0 else len(things) - 1
    return label


def _off_middle(
    marks: Sequence[Mark], thing: NDArray[np.int64], off_middle_m: Mapping[CueKind, float]
) -> list[tuple[float, float]]:
    """Standard deviations of each thing about the middle, by what it is surest to be: if it is there, and as it counts.
    What is hardly believed tells as little of where the site is: its variance is that over the probability that it is
    there."""
    found = []
    for number in range(int(thing.max()) + 1):
        members = [one for one, which in zip(marks, thing, strict=True) if which == number]
        surest = max(members, key=lambda one: (one.real, one.piece))
        sigma = 0.0 if surest.kind is None else off_middle_m[surest.kind]
        found.append((sigma, sigma / max(surest.real, _LEAST_REAL) ** 0.5))
    return found


def _biases(marks: Sequence[Mark]) -> dict[str, Floats]:
    """What each flight shares; it may be stated a little differently at each of its looks: the largest counts."""
    found: dict[str, Floats] = {}
    for one in marks:
        if one.flight not in found or np.trace(one.bias) > np.trace(found[one.flight]):
            found[one.flight] = one.bias
    return found
