"""What a look at each box is worth: sites expected there, raised by requests, less what was already looked at.

Looks grow old: what they said of a place is worth half after `HALF_LIFE_D` days, since sites come and go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from otear.domain.request import Request
from otear.geo.frames import Floats
from otear.plan.survey.boxes import Box, Boxes, Heading, on_plane
from otear.plan.survey.sweep import Sweep

HALF_LIFE_D = 60.0
"""A guess, and stated as one: no public figure says how long a site stays."""
FLAT_PER_1000_KM2 = 5.0
"""Sites expected where there is no forecast. It scales what is expected; where to look does not depend on it."""
WEIGHTS = {1: 8.0, 2: 4.0, 3: 2.0, 4: 1.0}
"""How many times as much a site counts within a request of each priority."""
_DONE = 0.7
"""A strip is not flown again that was seen this much as well as a pass would see it."""
_US_PER_DAY = 86_400e6


@dataclass(frozen=True, eq=False)
class Looked:
    """Cells that were looked at, (n,): where on the plane, how well, and when last; each is `cell_m` wide."""

    x_m: Floats
    y_m: Floats
    pd: Floats
    cell_m: float

    @staticmethod
    def nothing() -> Looked:
        """Nobody has looked at anything."""
        return Looked(np.empty(0), np.empty(0), np.empty(0), 1.0)


@dataclass(frozen=True, eq=False)
class Belief:
    """For each box, (n,): `expected` sites, the share of them that was `seen` already, how many times a site there
    counts (`weight`), and the requests that it lies in. `source` says what the expectation rests on."""

    expected: Floats
    seen: Floats
    weight: Floats
    requests: tuple[tuple[str, ...], ...]
    source: str

    @property
    def worth(self) -> Floats:
        """Of finding all that is still to be found in each box, so that all boxes make 1."""
        left = self.expected * (1.0 - self.seen) * self.weight
        total = float(left.sum())
        return left / total if total > 0.0 else left


def aged(pd: Floats, seen_us: NDArray[np.int64], now_us: int) -> Floats:
    """What looks are still worth at a time."""
    days = np.maximum(now_us - seen_us, 0) / _US_PER_DAY
    return np.asarray(pd * np.exp2(-days / HALF_LIFE_D))


def flat(boxes: Boxes) -> Floats:
    """Expected sites where nobody knows anything: as many everywhere."""
    return np.array([box.area_m2 for box in boxes.boxes]) / 1e9 * FLAT_PER_1000_KM2


def seen_share(boxes: Boxes, looked: Looked) -> Floats:
    """Of the sites of each box, the share that would have shown itself already."""
    column = np.floor((looked.x_m - boxes.west_m) / boxes.side_m).astype(np.int64)
    row = np.floor((looked.y_m - boxes.south_m) / boxes.side_m).astype(np.int64)
    inside = (column >= 0) & (column < boxes.columns) & (row >= 0) & (row < boxes.rows)
    flat_index = row[inside] * boxes.columns + column[inside]
    total = np.bincount(flat_index, looked.pd[inside], boxes.rows * boxes.columns) * looked.cell_m**2
    own = np.array([box.row * boxes.columns + box.column for box in boxes.boxes])
    return np.asarray(np.clip(total[own] / np.array([box.area_m2 for box in boxes.boxes]), 0.0, 0.999))


def missing(box: Box, strips: Floats, heading: Heading, sweep: Sweep, looked: Looked) -> Floats:
    """Those strips of a box that were not looked at as well as a pass would: what is left to be flown, (k, 4)."""
    if not len(strips) or not len(looked.pd):
        return strips
    x, y = box.corner_m
    near = (looked.x_m >= x) & (looked.x_m < x + box.side_m) & (looked.y_m >= y) & (looked.y_m < y + box.side_m)
    if not near.any():
        return strips
    along, across = (looked.x_m, looked.y_m) if heading is Heading.EAST else (looked.y_m, looked.x_m)
    first, second = (0, 1) if heading is Heading.EAST else (1, 0)
    along, across, pd = along[near], across[near], looked.pd[near]
    keep = []
    for strip in strips:
        from_m, to_m = sorted((strip[first], strip[first + 2]))
        band = (np.abs(across - strip[second]) <= sweep.apart_m / 2.0) & (along >= from_m) & (along <= to_m)
        seen = float(pd[band].sum()) * looked.cell_m**2 / (sweep.apart_m * max(to_m - from_m, looked.cell_m))
        keep.append(seen < _DONE * sweep.chance)
    return np.asarray(strips[np.array(keep)])


def weighed(boxes: Boxes, requests: Sequence[Request]) -> tuple[Floats, tuple[tuple[str, ...], ...]]:
    """How many times a site counts in each box, by the share of it that lies in requests, and which those are."""
    weight = np.ones(len(boxes))
    named: list[tuple[str, ...]] = [()] * len(boxes)
    for one in requests:
        area = on_plane(one.area, boxes.chart)
        for k, box in enumerate(boxes.boxes):
            x, y = box.corner_m
            part = area.intersection(shapely.box(x, y, x + box.side_m, y + box.side_m)).area / box.side_m**2
            if part > 0.0:
                weight[k] = max(weight[k], 1.0 + part * (WEIGHTS[one.priority] - 1.0))
                named[k] = (*named[k], one.request_id)
    return weight, tuple(named)
