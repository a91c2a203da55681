"""A whole search end to end on simulated worlds that nothing was fitted on: `python -m benchmarks.sites`.

World by world (`OTEAR_BENCH_WORLDS`, 10): three passes (morning and afternoon in colours, one by night in heat) over
every site that is there and over a sample of lookalikes, villages and open land (`_survey`), each picture looked at by
the detectors that ship, cues placed with reported positions, joined to sites, and believed from a prior of 2%. What is
believed with `DECLARED` or more is declared; it is right where a true site has its middle within `MATCH_M`, one to one.
Numbers are for the whole world: what was found in the sample of a stratum counts for the places that it stands for.
Where a site was declared, its 90% ellipse is to hold the true middle.

How often real cues are at sites and elsewhere, and the outcome curve, are fitted on `FITTED_ON` other worlds.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import _survey
from benchmarks._report import Tables, main
from benchmarks._survey import PassPlan, Raised, Sights, Spot
from otear.detect.calibration import fitted
from otear.domain.authority import SensorKind
from otear.domain.cues import Cue
from otear.domain.evidence import PassOver, Sign
from otear.domain.kinds import CueKind
from otear.evidence.accounts import joined
from otear.evidence.belief import DEFAULT, Scales, believed
from otear.evidence.marks import Plane, mark_of
from otear.evidence.middles import middle
from otear.evidence.rates import Rates
from otear.geo.ellipse import inside_90
from otear.geo.frames import Floats
from otear.simulate.sortie.fly import ground_of
from otear.simulate.world.instructor import truth_of
from otear.simulate.world.make import make_world
from otear.workflow.detect import LEAST_REAL
from otear.workflow.families import family_of

PRIOR, DECLARED, MATCH_M = 0.02, 0.5, 100.0
FITTED_ON = (301, 302, 303)
TRIED_ON = tuple(range(401, 401 + int(os.environ.get("OTEAR_BENCH_WORLDS", "10"))))
_SITES, _POSTS = 12, 700
_SAMPLE = (8, 3, 6)
"""Lookalikes, places in villages, places on open land that are looked at in each world."""
_DAY_US, _HOUR_US = 86_400_000_000, 3_600_000_000
_PASSES = (("morning", SensorKind.VISIBLE, 16.2, 200.0), ("night", SensorKind.THERMAL, 28.7, 80.0),
           ("afternoon", SensorKind.VISIBLE, 45.5, 320.0))  # fmt: skip
"""Name, sensor, hours after midnight UTC of the first day, side from which places are seen."""


@dataclass(frozen=True, eq=False)
class Account:
    """What came of one hypothesis: where it is and how well that is known, what passed over it, which spot it is at,
    and the true site that it is (its index), -1 for none."""

    at: Floats
    covariance: Floats
    passes: tuple[PassOver, ...]
    spot: int
    true: int


@dataclass(frozen=True, eq=False)
class Searched:
    """A world after the search: its spots, true sites (n, 2) on the plane, accounts, and how many square kilometres it
    has."""

    seed: int
    spots: tuple[Spot, ...]
    true: Floats
    accounts: tuple[Account, ...]
    km2: float


@dataclass(frozen=True, eq=False)
class Flown:
    """A world and what was seen of it: its spots and true sites (n, 2) on the plane, and square kilometres."""

    seed: int
    spots: tuple[Spot, ...]
    sights: tuple[Sights, ...]
    plane: Plane
    at: Floats
    true: Floats
    km2: float


def flown(seed: int) -> Flown:
    """Make a world, fly over it, and look at the pictures."""
    with tempfile.TemporaryDirectory(prefix="otear-bench-") as folder:
        world = make_world(Path(folder) / "world", seed=seed, sites=_SITES, rows=_POSTS, columns=_POSTS)
        truth, patch = truth_of(world), ground_of(world)
    begin = world.starts_us + 70 * _DAY_US
    rng = np.random.default_rng([seed, 9])
    places = _survey.spots(truth, begin + 16 * _HOUR_US, _SAMPLE, rng)
    terrain = Raised(patch, _survey.TERRAIN_SIGMA_M * float(rng.standard_normal()))
    plane = Plane(float(np.degrees(truth.land.plane.lat)), float(np.degrees(truth.land.plane.lon)))
    sights = []
    for number, (name, sensor, hours, side) in enumerate(_PASSES):
        plan = PassPlan(f"{seed} {name}", sensor, begin + round(hours * _HOUR_US), side)
        family = family_of(sensor)
        detectors, drawn = (*family.quick, *family.slow), 1000 * seed + number
        sights.append(
            _survey.seen(truth, places, plan, detectors, calibrated=family.calibrated, terrain=terrain, seed=drawn)
        )
    there = [one for one in truth.sites if one.from_us <= begin + 16 * _HOUR_US < one.until_us]
    true = np.array([plane.metres(one.lat_deg, one.lon_deg) for one in there]).reshape(-1, 2)
    at = np.array([plane.metres(*_survey.degrees(truth, one)) for one in places])
    half = np.array(_survey.half_m(truth))
    return Flown(seed, tuple(places), tuple(sights), plane, at, true, float(np.prod(2.0 * half)) / 1e6)


def searched(one: Flown) -> Searched:
    """Join what was seen of a world to hypotheses."""
    accounts = tuple(_accounts(one.sights, one.plane, one.at, one.true))
    return Searched(one.seed, one.spots, one.true, accounts, one.km2)


def _accounts(sights: Sequence[Sights], plane: Plane, at: Floats, true: Floats) -> list[Account]:
    """Cues of all passes joined to sites, in the order of the passes."""
    cues = {cue.cue_id: cue for one in sights for cue in one.cues if cue.real >= LEAST_REAL}
    marks = {name: mark_of(cue, plane) for name, cue in cues.items()}
    changes = joined([], [], list(marks.values()))
    pieces: dict[str, list[str]] = {}
    for change in changes:
        pieces.setdefault(change.site, []).append(change.piece)
    accounts = []
    for its in pieces.values():
        place = middle([marks[piece] for piece in its])
        spot = int(np.argmin(np.hypot(*(at - place.at).T)))
        passes = tuple(_pass_over(one, [cues[piece] for piece in its], spot) for one in sights)
        accounts.append(Account(place.at, place.covariance, passes, spot, -1))
    return _matched(accounts, true)


def _pass_over(one: Sights, cues: Sequence[Cue], spot: int) -> PassOver:
    best: dict[CueKind, Cue] = {}
    for cue in sorted(cues, key=lambda each: each.real):
        if cue.footage_id == one.plan.name:
            best[cue.kind] = cue
    gsd_m = float(one.gsd_m[spot])
    pd = 0.0 if np.isnan(gsd_m) else _survey.detection_probability(gsd_m)
    signs = tuple(Sign(kind, cue.real, cue.base_rate) for kind, cue in sorted(best.items()))
    return PassOver(one.plan.name, one.plan.time_us, one.plan.condition, pd, signs)


def _matched(accounts: Sequence[Account], true: Floats) -> list[Account]:
    """One to one, the nearest first."""
    pairs = sorted(
        (float(np.hypot(*(one.at - place))), k, t) for k, one in enumerate(accounts) for t, place in enumerate(true)
    )
    whose: dict[int, int] = {}
    for away, k, t in pairs:
        if away <= MATCH_M and k not in whose and t not in whose.values():
            whose[k] = t
    return [replace(one, true=whose.get(k, -1)) for k, one in enumerate(accounts)]


def fitted_scales(worlds: Sequence[Searched]) -> Scales:
    """How often cues are at sites and elsewhere, and the outcome curve, from worlds whose truth is known."""
    rates = _rates(worlds)
    plain = Scales(rates=rates)
    stated = np.array([_belief(one, plain) for world in worlds for one in world.accounts])
    weight = np.array([max(1, round(world.spots[one.spot].weight)) for world in worlds for one in world.accounts])
    real = np.array([one.true >= 0 for world in worlds for one in world.accounts])
    weight[real] = 1
    return replace(plain, curve=fitted(np.repeat(stated, weight), np.repeat(real, weight)))


_KINDS_OF_PLACES, _ROUNDS = 6, 60
"""What else a place may be is sorted into so many kinds, in so many rounds of expectation and maximisation."""


def _rates(worlds: Sequence[Searched]) -> Rates:
    """What shows at sites and at other hypotheses, drawn towards the stated estimates: the others as a mixture of kinds
    of places (A. Dempster, N. Laird, D. Rubin 1977), so that what hangs together at a homestead is known to."""
    rates = DEFAULT.rates
    true = [one for world in worlds for one in world.accounts if one.true >= 0]
    others = [(one, world.spots[one.spot].weight) for world in worlds for one in world.accounts if one.true < 0]
    at_sites = np.mean([_shown(one) for one in true], axis=0)
    share = len(true) / (len(true) + 8.0)
    at = {
        kind: {cue: float(np.clip(share * at_sites[k] + (1.0 - share) * its.get(cue, 0.02), 0.005, 0.98))
               for k, cue in enumerate(CueKind)}
        for kind, its in rates.at.items()
    }  # fmt: skip
    shown = np.array([_shown(one) for one, _ in others])
    weight = np.array([weight for _, weight in others])
    members = np.random.default_rng(1).dirichlet(np.ones(_KINDS_OF_PLACES), len(shown))
    for _ in range(_ROUNDS):
        # Each sort of place counts its members once, by how many hypotheses there are, not by how large the land is.
        count = members.sum(axis=0)
        cues = (members.T @ shown + 0.5 * shown.mean(axis=0)) / (count[:, None] + 0.5)
        cues = np.clip(cues, 0.005, 0.98)
        portion = (weight @ members + 1.0) / (weight.sum() + _KINDS_OF_PLACES)
        logs = np.log(portion) + shown @ np.log(cues).T + (1.0 - shown) @ np.log1p(-cues).T
        members = np.exp(logs - np.logaddexp.reduce(logs, axis=1, keepdims=True))
    names = [f"other {k}" for k in range(_KINDS_OF_PLACES)]
    return replace(
        rates,
        at=at,
        others={name: dict(zip(CueKind, row, strict=True)) for name, row in zip(names, cues.tolist(), strict=True)},
        other_shares=dict(zip(names, portion.tolist(), strict=True)),
    )


def _shown(one: Account) -> Floats:
    """How surely each kind of cue was seen at a hypothesis, on the pass that showed it best."""
    best = dict.fromkeys(CueKind, 0.0)
    for each in one.passes:
        for sign in each.signs:
            best[sign.kind] = max(best[sign.kind], sign.real)
    return np.array(list(best.values()))


def _belief(one: Account, scales: Scales) -> float:
    at_us = max(each.time_us for each in one.passes)
    return believed(PRIOR, one.passes, (), at_us=at_us, scales=scales).posterior


@dataclass(frozen=True)
class Counts:
    """For one world: sites found and missed, false ones (for the whole world), per 1,000 km², F1, ellipses."""

    found: int
    missed: int
    false: float
    km2: float
    held: int

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2.0 * self.found / max(2.0 * self.found + self.missed + self.false, 1e-9)

    @property
    def false_per_1000_km2(self) -> float:
        """False sites where a thousand square kilometres were searched."""
        return 1000.0 * self.false / self.km2


def counted(world: Searched, belief: Callable[[Account], float]) -> Counts:
    """What is declared by a way of believing."""
    declared = [one for one in world.accounts if belief(one) >= DECLARED]
    right = [one for one in declared if one.true >= 0]
    wrong = [one for one in declared if one.true < 0]
    held = sum(bool(inside_90(one.covariance, world.true[one.true] - one.at)) for one in right)
    false = sum(world.spots[one.spot].weight for one in wrong)
    return Counts(len(right), len(world.true) - len(right), false, world.km2, held)


def _highest(one: Account) -> float:
    return max((sign.real for each in one.passes for sign in each.signs), default=0.0)


def _rows(worlds: Sequence[Searched], belief: Callable[[Account], float]) -> list[dict[str, Any]]:
    return [
        {
            "world": world.seed, "sites": len(world.true), "found": one.found, "false": one.false, "F1": one.f1,
            "false_per_1000_km2": one.false_per_1000_km2, "ellipses_hold_%": 100.0 * one.held / max(one.found, 1),
        }
        for world, one in ((world, counted(world, belief)) for world in worlds)
    ]  # fmt: skip


def _summary(name: str, worlds: Sequence[Searched], belief: Callable[[Account], float]) -> dict[str, Any]:
    counts = [counted(world, belief) for world in worlds]
    f1, false = np.array([one.f1 for one in counts]), np.array([one.false_per_1000_km2 for one in counts])
    found, held = sum(one.found for one in counts), sum(one.held for one in counts)
    every = [one for world in worlds for one in world.accounts if one.true >= 0]
    inside = [
        bool(inside_90(one.covariance, world.true[one.true] - one.at))
        for world in worlds for one in world.accounts if one.true >= 0
    ]  # fmt: skip
    return {
        "way": name, "F1": float(f1.mean()), "F1_sd": float(f1.std(ddof=1)), "F1_least": float(f1.min()),
        "false_per_1000_km2": float(false.mean()), "false_sd": float(false.std(ddof=1)),
        "recall": found / sum(one.found + one.missed for one in counts),
        "ellipses_hold_%": 100.0 * held / max(found, 1), "of_declared": found,
        "of_all_%": 100.0 * float(np.mean(inside)), "of_all": len(every),
    }  # fmt: skip


def tables() -> Tables:
    """Search all worlds, two at a time."""
    with ProcessPoolExecutor(max_workers=2) as pool:
        worlds = {one.seed: one for one in map(searched, pool.map(flown, (*FITTED_ON, *TRIED_ON)))}
    scales = fitted_scales([worlds[seed] for seed in FITTED_ON])
    tried = [worlds[seed] for seed in TRIED_ON]

    def ours(one: Account) -> float:
        return _belief(one, scales)

    def stated(one: Account) -> float:
        return _belief(one, DEFAULT)

    return {
        f"{len(tried)} unseen worlds, what evidence declares at {DECLARED:.0%}": _rows(tried, ours),
        "All of them: mean, and spread over worlds": [
            _summary("evidence, put right by other worlds", tried, ours),
            _summary("evidence, as estimated", tried, stated),
            _summary("surest cue alone", tried, _highest),
        ],
    }


if __name__ == "__main__":
    main(tables, __doc__)
