"""Plans drawn at random, judged by what shares nothing with the planner: `python -m benchmarks.plans`.

Each is over a square of 24 km with three excluded zones, in a wind, from a base, all drawn (`tests.plan.survey`), by
one aircraft for one day. Every metre of every route is looked at: how far it gets out of the square or into a zone, by
polygons on a plane of the tests' own. It should be 0. `OTEAR_BENCH_PLANS` says how many; 300 unless it is set.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

import numpy as np

from benchmarks._report import Tables, main
from otear.plan.search.campaign_improve import improved_campaign
from otear.plan.survey.sorties import flyable
from otear.plan.survey.tours import Slot, campaign
from tests.flight.surveys import DEPART_US, LARGE, MEDIUM
from tests.plan.survey.test_tours import LATE_US, outside, survey, worth_of

_ROUNDS = 500


def rows() -> list[dict[str, Any]]:
    """A row for each aircraft."""
    count = int(os.environ.get("OTEAR_BENCH_PLANS", "300"))
    return [_row(name, range(k, count, 2)) for k, name in enumerate((MEDIUM, LARGE))]


def _row(name: str, seeds: range) -> dict[str, Any]:
    began = time.perf_counter()
    flown, boxes_swept, cut, worst = 0, 0, 0, -np.inf
    closed = 0
    for seed in seeds:
        print(f"{name}: plan {seed}", file=sys.stderr, flush=True)
        boxes, trial, conditions, zones = survey(seed, name)
        worth = worth_of(boxes, seed)
        slot = Slot(0, "one", min(trial.endurance_s, 6.0 * 3_600.0), DEPART_US, LATE_US)
        problem = campaign(boxes, worth, trial, [slot])
        (tour,) = improved_campaign(problem, np.random.default_rng(seed), rounds=_ROUNDS)
        done = flyable(
            tour, trial, boxes, conditions, aircraft=trial.craft.aircraft, name="one", until_us=LATE_US, per_hour=worth
        )
        closed += sum(one is None for one in trial.patterns)
        if done is None:
            continue
        flown += 1
        boxes_swept += len(done.tour)
        cut += len(done.cut)
        worst = max(worst, outside(done.route, zones))
    return {
        "aircraft": name,
        "plans": len(seeds),
        "with_a_sortie": flown,
        "boxes_swept": boxes_swept,
        "cut_when_laid_out": cut,
        "boxes_refused_alone": closed,
        "furthest_out_m": worst,
        "s_each": (time.perf_counter() - began) / len(seeds),
    }


def tables() -> Tables:
    """How far out any route gets; 0 or less is inside."""
    return {"Routes of random plans, and how far they get out of what the authority opens": rows()}


if __name__ == "__main__":
    main(tables, __doc__)
