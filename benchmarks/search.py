"""Plans beside the bounds that no plan can beat: `python -m benchmarks.search`.

Grids of 9 x 9 to 15 x 15 cells and 1 to 3 aircraft over a forecast of lumps on a background (`lumps`), and over few
lumps far apart (`apart`), where one aircraft has to choose and a flow need not. *B0*, *B1* spread effort at will, *B2*
is the flow relaxation by HiGHS, *price* the same by prices, *price whole* with looks in whole numbers, *exact* the best
of all plans where that could be found. Small grids: how far the bounds are above the best of all plans. States: 1,500
boxes and more, 4 aircraft, 3 days. Flown: the model of cells against a continuous simulation, where the correction is
fitted on one set of plans and tested on another.

Seconds are of one core: `s` by the clock, `cpu s` of the processor. A busy machine makes the first longer.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from benchmarks._report import Tables, main
from otear.errors import SettingError
from otear.geo.frames import Floats
from otear.plan.search.campaign import Campaign, Launch
from otear.plan.search.campaign_bound import campaign_bound, koopman_campaign_bound, reach_campaign_bound
from otear.plan.search.campaign_improve import improved_campaign
from otear.plan.search.cells import Ground, Search, Searcher, grid_moves
from otear.plan.search.continuous import Camera, Lattice, Line, Modelled, Simulated, fit_correction, modelled, simulate
from otear.plan.search.effort import koopman_bound, reach_bound
from otear.plan.search.exact import exact
from otear.plan.search.flow_bound import flow_bound
from otear.plan.search.greedy import greedy, greedy_campaign
from otear.plan.search.improve import improved
from otear.plan.search.lawnmower import lawnmower, lawnmower_campaign
from otear.plan.search.price_bound import price_bound

_SIZES = (
    (9, 1, 18),
    (9, 2, 14),
    (9, 3, 12),
    (12, 1, 24),
    (12, 2, 20),
    (12, 3, 16),
    (15, 1, 30),
    (15, 2, 25),
    (15, 3, 25),
)
_SEEDS = (0, 1)
_ROUNDS = 300
_STATES = 400_000
_CAMPAIGN_ROUNDS, _BOUND_ROUNDS = 3_000, 60
_PLANS = 50
_T = TypeVar("_T")


def forecast(size: int, generator: np.random.Generator, *, lumps: int, apart: bool) -> Floats:
    """Expected sites by cell, adding up to 1: lumps 1 to 2.5 cells wide on a background that holds 20%, uneven; or, if
    `apart`, narrow ones on 4%."""
    y, x = np.mgrid[:size, :size]
    prior = np.zeros((size, size))
    for _ in range(lumps):
        at_y, at_x = generator.uniform(0.0, size - 1.0, 2)
        wide = generator.uniform(0.6, 1.2) if apart else generator.uniform(1.0, 2.5)
        prior += generator.uniform(0.3, 1.0) / wide**2 * np.exp(-((y - at_y) ** 2 + (x - at_x) ** 2) / (2.0 * wide**2))
    background = 0.04 if apart else 0.2
    prior = (1.0 - background) * prior.ravel() / prior.sum() + background / size**2
    prior *= generator.gamma(8.0, 1.0 / 8.0, size * size)
    return np.asarray(prior / prior.sum())


def grid(size: int, aircraft: int, steps: int, seed: int, *, apart: bool = False) -> Search:
    """A grid to search: rates of 0.3 to 0.8 a look, aircraft that start anywhere."""
    generator = np.random.default_rng([size, aircraft, seed])
    ground = Ground(
        forecast(size, generator, lumps=3 if apart else 4, apart=apart), generator.uniform(0.3, 0.8, size * size)
    )
    starts = generator.integers(0, size * size, aircraft).tolist()
    return Search(ground, grid_moves(size, size), tuple(Searcher(start, steps) for start in starts))


def state(seed: int, *, far: bool) -> Campaign:
    """1,600 boxes of 6 km, 4 aircraft, 3 days: 14 h each from two bases near by, or 10 to 18 h from three bases up to
    300 km away."""
    generator = np.random.default_rng([seed, far])
    size, side_m, speed_mps, width_m = 40, 6_000.0, 100.0, 600.0
    prior = forecast(size, generator, lumps=12, apart=False)
    y, x = np.mgrid[:size, :size]
    centres = np.column_stack([x.ravel() + 0.5, y.ravel() + 0.5]) * side_m
    rate = generator.uniform(0.6, 1.2, size * size)
    if far:
        bases = np.array([[-300_000.0, 100_000.0], [380_000.0, -100_000.0], [0.0, 290_000.0]])
        flown = ((2, 10.0), (0, 14.0), (1, 14.0), (0, 18.0))
    else:
        bases = np.array([[0.0, -30_000.0], [260_000.0, 144_000.0]])
        flown = ((0, 14.0), (0, 14.0), (1, 14.0), (1, 14.0))
    launches = [Launch(base, hours * 3600.0) for base, hours in flown for _ in range(3)]
    sweep_s = rate * side_m**2 / (width_m * speed_mps)
    return Campaign.over_plane(Ground(prior, rate), centres, bases, sweep_s, launches, speed_mps=speed_mps)


def _timed(work: Callable[[], _T]) -> tuple[_T, float, float]:
    clock, processor = time.perf_counter(), time.process_time()
    done = work()
    return done, time.perf_counter() - clock, time.process_time() - processor


def grids(*, apart: bool, seeds: tuple[int, ...] = _SEEDS) -> list[dict[str, Any]]:
    """A row for each size and number of aircraft, means over seeds; and one for all."""
    rows = list[dict[str, Any]]()
    for size, aircraft, steps in _SIZES:
        found = list[dict[str, float]]()
        of_exact = list[float]()
        for seed in seeds:
            search = grid(size, aircraft, steps, seed, apart=apart)
            ours, clock, processor = _timed(lambda s=search: improved(s, np.random.default_rng(0), rounds=_ROUNDS))  # type: ignore[misc]
            search.check(ours)
            smooth = price_bound(search, whole_looks=False)
            whole, _, price_cpu = _timed(lambda s=search: price_bound(s))  # type: ignore[misc]
            flow, _, flow_cpu = _timed(lambda s=search, p=smooth: flow_bound(s, first=p.looks))  # type: ignore[misc]
            value = search.detected(ours)
            one = {
                "lawnmower": search.detected(lawnmower(search, size)),
                "greedy": search.detected(greedy(search)),
                "ours": value,
                "B0": koopman_bound(search),
                "B1": reach_bound(search),
                "B2": flow.bound,
                "price": smooth.bound,
                "price_whole": whole.bound,
                "cpu_s": processor,
                "s": clock,
                "B2_cpu_s": flow_cpu,
                "price_cpu_s": price_cpu,
            }
            one |= {f"{name}_of_B2": one[name] / flow.bound for name in ("lawnmower", "greedy", "ours")}
            one["ours_of_whole"] = value / whole.bound
            best = _exact(search)
            if best is not None:
                of_exact.append(value / best)
            found.append(one)
        row = {name: float(np.mean([one[name] for one in found])) for name in found[0]}
        row["slowest_s"] = max(one["s"] for one in found)
        rows.append(
            {"grid": f"{size} x {size}", "aircraft": aircraft, "steps": steps, **row}
            | {"ours_of_exact": float(np.mean(of_exact)) if of_exact else None, "exact_known": len(of_exact)}
        )
    total = {
        name: float(np.mean([row[name] for row in rows if row[name] is not None]))
        for name in rows[0]
        if name not in ("grid", "aircraft", "steps", "ours_of_exact", "exact_known")
    }
    total["slowest_s"] = max(row["slowest_s"] for row in rows)
    known = [(row["ours_of_exact"], row["exact_known"]) for row in rows if row["exact_known"]]
    rows.append(
        {"grid": "all", **total, "exact_known": sum(count for _, count in known)}
        | {
            "ours_of_exact": sum(each * count for each, count in known) / sum(count for _, count in known)
            if known
            else None
        }
    )
    return rows


_RATIOS = (
    "lawnmower_of_B2",
    "greedy_of_B2",
    "ours_of_B2",
    "ours_of_whole",
    "ours_of_exact",
    "exact_known",
    "s",
    "slowest_s",
    "cpu_s",
)
_VALUES = ("ours", "B0", "B1", "B2", "price", "price_whole", "B2_cpu_s", "price_cpu_s")


def _only(rows: list[dict[str, Any]], names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{name: row.get(name) for name in ("grid", "aircraft", "steps", *names)} for row in rows]


def _exact(search: Search) -> float | None:
    """What the best of all plans finds, where that can be found."""
    try:
        return exact(search, np.random.default_rng(0), rounds=_ROUNDS, most_states=_STATES).detected
    except SettingError:
        return None


def small() -> list[dict[str, Any]]:
    """How far the bounds are above the best of all plans."""
    rows = []
    for size, aircraft, steps in ((5, 1, 10), (5, 2, 7), (5, 3, 5), (6, 2, 8), (7, 1, 14)):
        over = []
        for seed in range(6):
            search = grid(size, aircraft, steps, seed)
            best = _exact(search)
            if best is None:
                continue
            smooth = price_bound(search, whole_looks=False)
            bounds = (
                koopman_bound(search), reach_bound(search), flow_bound(search, first=smooth.looks).bound, smooth.bound,
                price_bound(search).bound, search.detected(improved(search, np.random.default_rng(0), rounds=_ROUNDS)),
            )  # fmt: skip
            over.append([100.0 * (each / best - 1.0) for each in bounds])
        names = ("B0", "B1", "B2", "price", "price_whole", "ours")
        rows.append(
            {"grid": f"{size} x {size}", "aircraft": aircraft, "steps": steps}
            | {f"{name}_over_exact_%": float(each) for name, each in zip(names, np.mean(over, axis=0), strict=True)}
            | {"lowest_bound_over_exact_%": float(np.min(np.array(over)[:, :5])), "problems": len(over)}
        )
    return rows


def states() -> list[dict[str, Any]]:
    """A row for each state."""
    rows = []
    for far in (False, True):
        for seed in (0, 1):
            campaign = state(seed, far=far)
            plan, plan_s, plan_cpu = _timed(
                lambda c=campaign: improved_campaign(c, np.random.default_rng(0), rounds=_CAMPAIGN_ROUNDS)  # type: ignore[misc]
            )
            campaign.check(plan)
            bound, bound_s, bound_cpu = _timed(
                lambda c=campaign, p=plan: campaign_bound(c, rounds=_BOUND_ROUNDS, plan=p)  # type: ignore[misc]
            )
            value = campaign.detected(plan)
            careful, blind = greedy_campaign(campaign), lawnmower_campaign(campaign, 40)
            campaign.check(careful)
            campaign.check(blind)
            rows.append(
                {
                    "bases": "far" if far else "near",
                    "seed": seed,
                    "boxes": len(campaign.ground),
                    "sorties": len(campaign.launches),
                    "sweeps": int(campaign.sweeps(plan).sum()),
                    "lawnmower": campaign.detected(blind),
                    "greedy": campaign.detected(careful),
                    "ours": value,
                    "bound": bound.bound,
                    "B0": koopman_campaign_bound(campaign),
                    "B1": reach_campaign_bound(campaign),
                    "ratio": value / bound.bound,
                    "greedy_ratio": campaign.detected(careful) / bound.bound,
                    "s": plan_s + bound_s,
                    "plan_cpu_s": plan_cpu,
                    "bound_cpu_s": bound_cpu,
                    "peak_MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0,
                }
            )
    return rows


def flown() -> list[dict[str, Any]]:
    """A row for each way to fly a look: fitted on plans of even seeds, tested on those of odd ones."""
    rows = []
    lattice = Lattice(9, 6_000.0)
    for line in Line:
        # Swept: looks long enough for the rates. Through: a look is the way across a cell, and rates are what that is.
        camera = Camera(1_200.0, 60.0) if line is Line.SWEPT else Camera(1_000.0, 60.0)
        look_s = 0.8 * lattice.side_m**2 / 1_000.0 / camera.speed_mps if line is Line.SWEPT else 100.0
        said, got = list[Modelled](), list[Simulated]()
        for seed in range(2 * _PLANS):
            search = grid(9, 1 + seed // 2 % 3, 14, seed)
            if line is Line.THROUGH:
                ground = Ground(search.ground.prior, 0.2 * search.ground.rate)
                search = Search(ground, search.moves, search.searchers)
            paths = greedy(search) if seed // 2 % 2 else improved(search, np.random.default_rng(0), rounds=10)
            said.append(modelled(search.ground, search.looks(paths)))
            got.append(simulate(search, paths, lattice, camera, np.random.default_rng(seed), look_s=look_s, line=line))
        fitted = fit_correction(said[::2], got[::2])
        off, apart = [], []
        for model, one in zip(said[1::2], got[1::2], strict=True):
            corrected, error = fitted.at(model).of(model.detected)
            off.append((one.detected - corrected) / error)
            apart.append(one.detected / corrected - 1.0)
        rows.append(
            {
                "looks": line.value,
                "fitted_on": fitted.plans,
                "tested_on": len(off),
                "factor": fitted.factor,
                "at_repeats": fitted.repeats,
                "slope": fitted.slope,
                "spread_of_plans": fitted.spread,
                "mean_difference": float(np.mean(apart)),
                "its_standard_error": float(
                    np.hypot(np.std(apart, ddof=1) / np.sqrt(len(apart)), fitted.spread / np.sqrt(fitted.plans))
                ),
                "within_2_errors": float(np.mean(np.abs(off) < 2.0)),
                "rms_of_errors": float(np.sqrt(np.mean(np.square(off)))),
            }
        )
    return rows


def tables() -> Tables:
    """Campaigns first, as the peak of memory is that of the process."""
    _warm_up()
    found = {"States": states()}
    lumps, apart = grids(apart=False), grids(apart=True)
    return found | {
        "Grids, lumps: shares of the bounds": _only(lumps, _RATIOS),
        "Grids, lumps: expected sites detected, and bounds": _only(lumps, _VALUES),
        "Grids, lumps apart: shares of the bounds": _only(apart, _RATIOS),
        "Grids, lumps apart: expected sites detected, and bounds": _only(apart, _VALUES),
        "Small grids": small(),
        "Flown": flown(),
    }


def _warm_up() -> None:
    """Compile what will be timed."""
    search, campaign = grid(9, 1, 6, 0), state(0, far=False)
    improved(search, np.random.default_rng(0), rounds=2)
    campaign_bound(campaign, rounds=2, plan=improved_campaign(campaign, np.random.default_rng(0), rounds=1))


if __name__ == "__main__":
    main(tables, __doc__)
