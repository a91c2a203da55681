"""The price bound: what no plan can beat, from a price for a look in each cell.

At prices mu >= 0 every plan finds at most sum_j max_z [f_j(z) - mu_j z] plus, for each aircraft, what its best path
collects at these prices (`bundle` has the reasoning; it is Lagrangian relaxation of "looks in j = visits to j"). The
best path is a longest path in the graph of (step, cell), found in one sweep (`walks`), so a bound costs one sweep for
each set of prices and thousands of cells are no matter. At the best prices it equals the flow relaxation of
`flow_bound`: there the two are dual to each other.

z is a whole number in every plan, so f_j may be drawn straight between whole numbers of looks (`whole_looks`), which
is lower between them: the bound is as valid and tighter by some percent. Without it, f_j is the smooth curve of the
random search, and the bound is that of J. O. Royset and H. Sato (Naval Research Logistics 57, 2010).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from otear.errors import InputError
from otear.geo.frames import Floats
from otear.plan.search.bundle import ROUNDING, Finds, Minimum, Routes, minimise
from otear.plan.search.cells import Search, most_looks
from otear.plan.search.effort import divide
from otear.plan.search.walks import best_paths

_FLOOR = 1e-3
"""Prices of cells that are worth little move as if they were worth this share of what others are."""


@dataclass(frozen=True, eq=False)
class PriceBound:
    """No plan finds more than `bound`. `prices` (n,) prove it; `looks` (n,) are a division of effort that flows as
    aircraft do but may be split, and `relaxed` is what it finds: the lowest that any prices come is between."""

    bound: float
    prices: Floats
    looks: Floats
    relaxed: float
    rounds: int


def bound_at(search: Search, prices: Floats, *, whole_looks: bool = True) -> float:
    """What no plan can beat, by these prices (n,), whatever they are. Raises `InputError` for one below zero."""
    if prices.shape != (len(search.ground),) or not (prices >= 0.0).all():
        raise InputError("prices are not numbers from 0 up", field="prices", remedy="Give one a cell")
    worths, _ = best_paths(search, prices)
    return (_finds(search, whole_looks).beyond(np.maximum(prices, 1e-300)) + sum(worths)) * (1.0 + ROUNDING)


def price_bound(search: Search, *, whole_looks: bool = True, rounds: int = 400, tolerance: float = 1e-4) -> PriceBound:
    """The lowest bound by prices found in `rounds` sweeps; it stops when no other can be lower by `tolerance` of it."""
    finds = _finds(search, whole_looks)
    steps = sum(one.steps for one in search.searchers)
    length = max((one.steps for one in search.searchers), default=0)
    if steps == 0:
        return PriceBound(0.0, np.zeros(len(search.ground)), np.zeros(len(search.ground)), 0.0, 0)

    def routes(prices: Floats) -> Routes:
        worths, paths = best_paths(search, prices)
        cell = np.zeros((len(paths), length), dtype=np.int32)
        amount = np.zeros((len(paths), length))
        for k, path in enumerate(paths):
            cell[k, : len(path)] = path
            amount[k, : len(path)] = 1.0
        return Routes(sum(worths), cell, amount)

    spread = divide(finds.prior, finds.rate, float(steps), finds.most)
    steep = finds.prior * finds.rate
    start = np.minimum(spread.price, steep) if spread.price > 0.0 else steep
    found: Minimum = minimise(
        finds,
        routes,
        np.ones(len(search.searchers)),
        start,
        finds.rate * np.maximum(start, _FLOOR * start.max()),
        rounds=rounds,
        tolerance=tolerance,
    )
    return PriceBound(found.bound, found.prices, found.looks, found.relaxed, found.rounds)


def _finds(search: Search, whole: bool) -> Finds:
    return Finds(search.ground.prior, search.ground.rate, most_looks(search), whole)
