"""Which boxes each sortie sweeps, in which order: the search of `plan.search` on boxes that were tried, exploration
kept apart, and what no plan of the same sorties can beat.

Aircraft of different kinds plan one after the other, each for what those before it leave to be found. The bound of such
a fleet is the lower of two: that of a fleet which is at every box as good as its best aircraft is there, and the sum of
what each kind could find alone. Which is lower depends on how much of the ground is swept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from otear.domain.progress import Progress, silent
from otear.geo.frames import Floats
from otear.plan.search.campaign import Campaign, Launch, Tours
from otear.plan.search.campaign_bound import campaign_bound, koopman_campaign_bound, reach_campaign_bound
from otear.plan.search.campaign_improve import improved_campaign
from otear.plan.search.cells import Ground
from otear.plan.search.certificate import BoundMethod
from otear.plan.search.greedy import greedy_campaign
from otear.plan.search.lawnmower import mown
from otear.plan.survey.boxes import Boxes
from otear.plan.survey.trial import Trial

ROUNDS_PER_S = 10_000
"""Rounds of the search for each second that it is given: the number of rounds is fixed, so that the plan is too."""
BOUND_ROUNDS = 15
_SURE = 20.0
"""The rate of a box that is swept because it was drawn: one sweep is all that is asked for."""


@dataclass(frozen=True)
class Slot:
    """A flight that airframe and crews are there for: by the aircraft of the trial `kind`, away `away_s` at most."""

    kind: int
    airframe: str
    away_s: float
    from_us: int
    until_us: int


@dataclass(frozen=True, eq=False)
class Toured:
    """A tour for each slot; the boxes that were drawn at random, (n,); expected finds of the plan, its bounds, and what
    the two other planners find."""

    tours: Tours
    drawn: NDArray[np.bool_]
    finds: float
    bounds: dict[BoundMethod, float]
    lawnmower: float
    greedy: float


def toured(
    boxes: Boxes,
    worth: Floats,
    trials: Sequence[Trial],
    slots: Sequence[Slot],
    *,
    explore: float,
    seconds: float,
    rng: np.random.Generator,
    progress: Progress = silent,
) -> Toured:
    """Plan all slots. `worth` (n,) is what there is to find in each box, `explore` the share of the sweeping that goes
    to boxes drawn at random, `seconds` how long the search may take in all, nominally."""
    kinds = sorted({slot.kind for slot in slots}, key=lambda kind: (-trials[kind].sweep.width_m, kind))
    tours: list[NDArray[np.int32]] = [np.empty(0, dtype=np.int32) for _ in slots]
    drawn = np.zeros(len(boxes), dtype=np.bool_)
    left, other = worth.copy(), {"lawnmower": worth.copy(), "greedy": worth.copy()}
    for number, kind in enumerate(kinds):
        own = [k for k, slot in enumerate(slots) if slot.kind == kind]
        rounds = max(round(ROUNDS_PER_S * seconds * len(own) / len(slots) / 2.0), 200)
        problem = campaign(boxes, left, trials[kind], [slots[k] for k in own])
        progress("searching", 2 * number, 2 * len(kinds))
        first = improved_campaign(problem, rng, rounds=rounds)
        mine = drawn_at_random(problem, first, (trials[kind].chance > 0.0) & ~drawn, explore, rng)
        progress("searching", 2 * number + 1, 2 * len(kinds))
        found = (
            improved_campaign(_with(problem, mine), rng, rounds=rounds, start=_kept(first, mine))
            if mine.any()
            else first
        )
        problem.check(found)
        drawn |= mine
        for k, tour in zip(own, found, strict=True):
            tours[k] = tour
        left = left * np.exp(-problem.ground.rate * problem.sweeps(found))
        for name, plan in (
            ("lawnmower", mown(problem, lanes(boxes, trials[kind]))),
            ("greedy", greedy_campaign(replace(problem, ground=_of(other["greedy"], problem)))),
        ):
            other[name] = other[name] * np.exp(-problem.ground.rate * problem.sweeps(plan))
    progress("searching", 2 * len(kinds), 2 * len(kinds))
    whole = float(worth.sum())
    finds = whole - float(left.sum())
    return Toured(
        tuple(tours),
        drawn,
        finds,
        _bounds(boxes, worth, trials, slots, tours),
        whole - float(other["lawnmower"].sum()),
        whole - float(other["greedy"].sum()),
    )


def lanes(boxes: Boxes, trial: Trial) -> list[int]:
    """Boxes that can be swept, row by row, to and fro: how they are mown."""
    can = [k for k in range(len(boxes)) if trial.chance[k] > 0.0]

    def at(k: int) -> tuple[int, int]:
        box = boxes.boxes[k]
        return box.row, box.column if box.row % 2 == 0 else -box.column

    return sorted(can, key=at)


def _of(left: Floats, problem: Campaign) -> Ground:
    return Ground(np.where(problem.ground.rate > 0.0, left, 0.0), problem.ground.rate)


def campaign(boxes: Boxes, worth: Floats, trial: Trial, slots: Sequence[Slot]) -> Campaign:
    """The search problem of one kind of aircraft. What it cannot sweep has nothing to be found by it."""
    launches = [Launch(0, max(slot.away_s, 1.0)) for slot in slots]
    return _campaign(boxes, _Able(worth, trial.chance, trial.sweep_s, trial.speed_mps), [trial], launches)


@dataclass(frozen=True, eq=False)
class _Able:
    """What there is to find (n,), and what one sweep shows of it and takes, and how fast boxes are come to."""

    worth: Floats
    chance: Floats
    sweep_s: Floats
    speed_mps: float


def _campaign(boxes: Boxes, able: _Able, trials: Sequence[Trial], launches: Sequence[Launch]) -> Campaign:
    """A search problem whose bases are those of the trials."""
    bases = [boxes.chart.xy([one.craft.base.lon_deg], [one.craft.base.lat_deg])[0] for one in trials]
    return Campaign.over_plane(
        Ground(np.where(able.chance > 0.0, able.worth, 0.0), -np.log1p(-np.minimum(able.chance, 0.999))),
        np.array([box.middle_m for box in boxes.boxes]),
        np.array(bases),
        able.sweep_s,
        launches,
        speed_mps=able.speed_mps,
    )


def drawn_at_random(
    problem: Campaign, plan: Tours, can: NDArray[np.bool_], explore: float, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Boxes drawn at random, each that can be swept as likely as another, until they take their share of the sweeping
    time of a plan."""
    drawn = np.zeros(len(problem.ground), dtype=np.bool_)
    total = float(sum(problem.sweep_s[tour].sum() for tour in plan))
    spent = 0.0
    for k in rng.permutation(np.flatnonzero(can)).tolist():
        # The one that would pass the share is taken if that brings the share nearer.
        if spent + 0.5 * problem.sweep_s[k] > explore * total:
            break
        drawn[k], spent = True, spent + float(problem.sweep_s[k])
    return drawn


def _with(problem: Campaign, drawn: NDArray[np.bool_]) -> Campaign:
    """The problem in which one sweep of each drawn box is worth more than all else, and a second one nothing."""
    prior, rate = problem.ground.prior.copy(), problem.ground.rate.copy()
    prior[drawn] = 2.0 * max(float(prior.sum()), 1e-12)
    rate[drawn] = _SURE
    return replace(problem, ground=Ground(prior, rate))


def _kept(plan: Tours, drawn: NDArray[np.bool_]) -> Tours:
    """A plan without the boxes that are planned for anew."""
    return tuple(tour[~drawn[tour]] for tour in plan)


def _bounds(
    boxes: Boxes,
    worth: Floats,
    trials: Sequence[Trial],
    slots: Sequence[Slot],
    tours: Sequence[NDArray[np.int32]],
) -> dict[BoundMethod, float]:
    """What no plan of these slots can beat, by every method that is at hand."""
    if not slots:
        return {BoundMethod.KOOPMAN: 0.0}
    used = sorted({slot.kind for slot in slots})
    own = [trials[kind] for kind in used]
    can = np.array([one.chance > 0.0 for one in own])
    sweep_s = np.where(can, np.array([one.sweep_s for one in own]), np.inf).min(axis=0)
    sweep_s = np.where(np.isfinite(sweep_s), sweep_s, 1.0)
    chance = np.array([one.chance for one in own]).max(axis=0)
    best = _campaign(
        boxes,
        _Able(worth, chance, sweep_s, max(one.speed_mps for one in own)),
        own,
        [Launch(used.index(slot.kind), max(slot.away_s, 1.0)) for slot in slots],
    )
    price = campaign_bound(best, rounds=BOUND_ROUNDS, plan=tuple(tours)).bound
    if len(used) > 1:
        # What a fleet finds is at most what its kinds find each alone.
        alone = 0.0
        for kind in used:
            mine = [k for k, slot in enumerate(slots) if slot.kind == kind]
            problem = campaign(boxes, worth, trials[kind], [slots[k] for k in mine])
            alone += campaign_bound(problem, rounds=BOUND_ROUNDS, plan=tuple(tours[k] for k in mine)).bound
        price = min(price, alone)
    return {
        BoundMethod.KOOPMAN: koopman_campaign_bound(best),
        BoundMethod.REACH: reach_campaign_bound(best),
        BoundMethod.PRICE: price,
    }
