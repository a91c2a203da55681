"""Tours as sorties: laid out whole, put to the authority, and shortened where they do not come home in time.

What was tried box by box may still fail whole: the way onto a box from another one crosses a zone, or the day is too
short. Then the box goes that the first stretch which fails ends with, or, where all fails for want of time, the one
that is worth least for its time, until the rest can be flown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from otear.domain.aircraft import Aircraft
from otear.domain.bilingual import Bilingual
from otear.domain.sortie import Sortie, Strip
from otear.errors import InputError, RefusedError
from otear.flight.laying import laid_out
from otear.flight.route import Route
from otear.flight.sortie import read_sortie, sortie_text
from otear.geo.frames import Floats
from otear.plan.survey.boxes import Boxes
from otear.plan.survey.patterns import tasks
from otear.plan.survey.trial import Conditions, Craft, Trial, draft, permitted

_TRIES = 3
"""Boxes that a sortie which was cut is tried with instead."""


@dataclass(frozen=True, eq=False)
class Flyable:
    """A sortie that can and may be flown, its route, the boxes in the order in which it sweeps them, and those that had
    to go with the reason."""

    sortie: Sortie
    route: Route
    tour: NDArray[np.int32]
    cut: tuple[tuple[int, Bilingual], ...]

    @property
    def late(self) -> bool:
        """Whether boxes had to go for want of time: then there is none for others."""
        return any(reason == _LATE for _, reason in self.cut)


def flyable(
    tour: NDArray[np.int32],
    trial: Trial,
    boxes: Boxes,
    conditions: Conditions,
    *,
    aircraft: Aircraft,
    name: str,
    until_us: int,
    per_hour: Floats,
) -> Flyable | None:
    """The sortie of a tour by one aircraft, departing at the time of the conditions and back before another; None where
    nothing of it can be flown. `per_hour` (n,) says what each box is worth for its time."""
    left = list(tour.tolist())
    cut: list[tuple[int, Bilingual]] = []
    craft = replace(trial.craft, aircraft=aircraft)

    def flown(part: Sequence[int]) -> tuple[Sortie, Route] | Bilingual:
        order = _order(part, trial, boxes, conditions, craft=craft, name=name)
        try:
            route = laid_out(order, aircraft, wind=conditions.wind, heights=conditions.heights)
            permitted(route, order, aircraft, conditions)
        except RefusedError as refusal:
            es = refusal.spanish[0] if refusal.spanish else refusal.because
            return Bilingual(f"{refusal.rule}: {refusal.because}", f"{refusal.rule}: {es}")
        except InputError as fault:
            return Bilingual(str(fault), f"no se puede volar: {fault}")
        return (order, route) if route.starts_us[-1] <= until_us else _LATE

    while left:
        found = flown(left)
        if not isinstance(found, Bilingual):
            return Flyable(*found, np.array(left, dtype=np.int32), tuple(cut))
        worst = min(left, key=lambda box: (float(per_hour[box]), box)) if found is _LATE else left[_fails(left, flown)]
        left.remove(worst)
        cut.append((worst, found))
    return None


def refilled(
    one: Flyable, candidates: Sequence[int], longest_s: float, added_s: Callable[[Sequence[int]], float],
    flown: Callable[[NDArray[np.int32]], Flyable | None],
) -> Flyable:  # fmt: skip
    """A sortie with more boxes, where boxes that were cut left time: each candidate, the best first, at the place of
    the tour where it adds least time, if the sortie can be flown with it.

    `added_s` says how long a tour takes; `flown` lays one out.
    """
    tries = 0
    for box in candidates:
        if tries == _TRIES:
            break
        tour = one.tour.tolist()
        ways = [[*tour[:at], box, *tour[at:]] for at in range(len(tour) + 1)]
        best = min(ways, key=added_s)
        if added_s(best) > longest_s:
            continue
        tries += 1
        more = flown(np.array(best, dtype=np.int32))
        if more is not None and not more.cut:
            one = replace(more, cut=one.cut)
    return one


def _fails(tour: Sequence[int], flown: Callable[[Sequence[int]], tuple[Sortie, Route] | Bilingual]) -> int:
    """The last box of the shortest beginning of a tour that fails, found by halving: what fails whole fails longer."""
    low, high = 0, len(tour)
    while high - low > 1:
        middle = (low + high) // 2
        if isinstance(flown(tour[:middle]), Bilingual):
            high = middle
        else:
            low = middle
    return high - 1


def _order(
    tour: Sequence[int], trial: Trial, boxes: Boxes, conditions: Conditions, *, craft: Craft, name: str
) -> Sortie:
    flown: list[Strip] = []
    for box in tour:
        one = trial.patterns[box]
        assert one is not None  # only boxes with a pattern are toured
        flown += tasks(one, boxes.chart, trial.sweep)
    order = draft(craft, trial.sweep, conditions, flown, name=name)
    return read_sortie(sortie_text(order))


_LATE = Bilingual("the light would be gone before it is back", "la luz se acabaría antes de su regreso")
