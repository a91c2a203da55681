"""Search effort: what it finds, and how best to spread it over cells if it could be spread at will.

Effort z in a cell is counted in looks, detection rate alpha per look. After random search a site in the cell was
detected with probability 1 - exp(-alpha z) (B. O. Koopman, Search and Screening, 1946): alpha = W V t / A for a sensor
of sweep width W (m) that moves at V (m/s) for t (s) a look in a cell of A (m²). W V t / A is the coverage of a look.

The best division of a total among cells with expected sites p (L. D. Stone, Theory of Optimal Search, 1975, theorem
2.2.4) is z = (1 / alpha) max(0, ln(p alpha / lambda)), where lambda, what the last unit of effort finds, is the same
in every cell that gets any. Arrays are (n,), one entry a cell.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erf

from otear.errors import InputError
from otear.geo.frames import Floats
from otear.plan.search.cells import Search, most_looks

_HALVINGS = 200
"""Bisections of ln lambda: enough for neighbouring doubles."""


def coverage(sweep_width_m: ArrayLike, speed_mps: ArrayLike, time_s: ArrayLike, area_m2: ArrayLike) -> Floats:
    """W V t / A: the area swept over the area there is. Raises `InputError` where there is no area."""
    area = np.asarray(area_m2, dtype=np.float64)
    if not (area > 0.0).all():
        raise InputError("a cell has no area", field="area_m2", remedy="Give areas above 0 m²")
    return np.asarray(np.multiply(sweep_width_m, speed_mps) * np.asarray(time_s) / area)


def random_search(covered: ArrayLike) -> Floats:
    """Probability of detection after random search of this coverage: 1 - exp(-C). The law to plan with."""
    return np.asarray(-np.expm1(-np.asarray(covered, dtype=np.float64)))


def definite_range(covered: ArrayLike) -> Floats:
    """Probability of detection if all within range is seen and nothing is swept twice: min(1, C). The best there is."""
    return np.asarray(np.minimum(1.0, np.asarray(covered, dtype=np.float64)))


def inverse_cube(covered: ArrayLike) -> Floats:
    """Probability of detection of parallel sweeps by an eye that tires with distance: erf(sqrt(pi) / 2 C)."""
    return np.asarray(erf(0.5 * math.sqrt(math.pi) * np.asarray(covered, dtype=np.float64)))


@dataclass(frozen=True, eq=False)
class Division:
    """Effort spread over cells at will: `looks` (n,) in each, `detected` expected sites, and `price`, what one more
    look finds in the cells that got any that could take more."""

    looks: Floats
    detected: float
    price: float


def divide(prior: Floats, rate: Floats, total: float, most: Floats | None = None) -> Division:
    """The best division of `total` looks among cells; none gets more than `most` (n,) looks, where given.

    What was already looked at is taken off first: `cells.after(looks)` of `search` gives what is left of the prior.
    Raises `InputError` for effort below zero.
    """
    if total < 0.0:
        raise InputError(f"effort of {total:g} looks", field="total", remedy="Give an effort of at least 0")
    cap = np.full(prior.shape, np.inf) if most is None else np.asarray(most, dtype=np.float64)
    steep = prior * rate
    worth = (steep > 0.0) & (cap > 0.0)
    if total == 0.0 or not worth.any():
        return Division(np.zeros(prior.shape), 0.0, float(steep[worth].max(initial=0.0)))
    steep, alpha, cap = steep[worth], rate[worth], cap[worth]
    if cap.sum() <= total:
        looks = cap
        price = 0.0
    else:
        low, high = math.log(steep.min()) - float(alpha.max()) * (total + 1.0), math.log(steep.max())
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            if not low < middle < high:
                break
            if _at(middle, steep, alpha, cap).sum() > total:
                low = middle
            else:
                high = middle
        # The lower price buys no less than there is: what is made of it is above every plan, by a rounding.
        looks = _at(low, steep, alpha, cap)
        price = math.exp(low)
    spread = np.zeros(prior.shape)
    spread[worth] = looks
    return Division(spread, float((prior * random_search(rate * spread)).sum()), price)


def _at(log_price: float, steep: Floats, alpha: Floats, cap: Floats) -> Floats:
    """What each cell gets at a price for effort."""
    return np.asarray(np.clip((np.log(steep) - log_price) / alpha, 0.0, cap))


def koopman_bound(search: Search) -> float:
    """B0, what no plan can beat: all looks of all aircraft, spread at will (B. O. Koopman)."""
    return divide(search.ground.prior, search.ground.rate, float(search.steps)).detected


def reach_bound(search: Search) -> float:
    """B1, what no plan can beat: as B0, but no cell gets more looks than aircraft have steps at which they can be there
    with the endurance that they have."""
    return divide(search.ground.prior, search.ground.rate, float(search.steps), most_looks(search)).detected
