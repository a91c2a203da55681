"""Prices that make the bound of a search problem low: a proximal bundle method.

The problem it solves. Routes use up looks; those of group g (aircraft that could be exchanged) number `crews[g]`. With
a price mu_j for a look in cell j, every plan finds at most

    g(mu) = sum_j max over z of [f_j(z) - mu_j z]  +  sum_g crews[g] * (worth of the best route of g at these prices),

because its own looks and routes are among those maximised over. f_j(z) is what z looks in cell j find, as a smooth
function of z, or (`whole`) as straight lines between whole numbers of looks: plans have no others. Any mu >= 0 will do;
a good one makes g low. g is convex, so the routes found so far give a model of it from below. Each round minimises the
model plus a term that keeps near the best prices so far (C. Lemaréchal, An extension of Davidon methods, 1975; K. C.
Kiwiel, Mathematical Programming 46, 1990), asks for the best routes at the prices that come out, and adds them.

The minimisation is done on its dual, weights of the routes found, two weights at a time: there the looks of the mix of
routes are a division of effort that obeys everything but wholeness of aircraft. What the mix would find is a lower end
for g (`relaxed`); where both meet, no prices do better. A coordinate with a prior of 0 is a limit on a sum over routes
(`z >= 0`), and its price is a Lagrange multiplier.
"""

# ruff: noqa: PLR0917 - compiled functions take plain numbers and arrays, many of them
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from otear.geo.frames import Floats

_PAIRS = 1000
"""Pairs of weights that are moved in one round at most."""
ROUNDING = 1e-12
"""What is added to a bound, as a share of it, so that sums of doubles in another order stay below it."""
_LEAST = 1e-300


@dataclass(frozen=True, eq=False)
class Routes:
    """The best route of each group at some prices: what they are `worth` with all crews of the group together, and
    their looks: `amount` (g, length) of them in the cells `cell` (g, length); a cell may stand in a row more than once,
    what is unused has an amount of 0."""

    worth: float
    cell: NDArray[np.int32]
    amount: Floats


@dataclass(frozen=True, eq=False)
class Known:
    """Routes that are known beforehand: their `group` (k,), and their looks, `cell` and `amount` (k, length), where the
    length is that of `Routes`."""

    group: NDArray[np.int32]
    cell: NDArray[np.int32]
    amount: Floats


@dataclass(frozen=True, eq=False)
class Minimum:
    """Where the search for prices ended: the lowest `bound`, its `prices` (n,), and the mix of routes that is the other
    end: its `looks` (n,), and what they would find, `relaxed`. `rounds` is how often routes were asked for."""

    bound: float
    prices: Floats
    looks: Floats
    relaxed: float
    rounds: int


@dataclass(frozen=True, eq=False)
class Finds:
    """f of every cell: expected sites `prior`, detection `rate`, the `most` looks any plan has there (each (n,)), and
    whether it is straight between `whole` looks."""

    prior: Floats
    rate: Floats
    most: Floats
    whole: bool

    def of(self, looks: Floats) -> float:
        """What looks find, all cells together."""
        if not self.whole:
            return float((self.prior * -np.expm1(-self.rate * looks)).sum())
        low = np.floor(looks)
        below, above = np.exp(-self.rate * low), np.exp(-self.rate * (low + 1.0))
        return float((self.prior * (1.0 - below + (looks - low) * (below - above))).sum())

    def beyond(self, prices: Floats) -> float:
        """sum over j of the most of f_j(z) - prices_j z: what is left when looks are paid for."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            if self.whole:
                # Looks are bought while the next one finds more than it costs.
                first = self.prior * -np.expm1(-self.rate)
                looks = np.floor(1.0 + np.log(first / prices) / self.rate)
            else:
                looks = np.log(self.prior * self.rate / prices) / self.rate
        looks = np.clip(np.where(self.prior * self.rate > 0.0, looks, 0.0), 0.0, self.most)
        return float((self.prior * -np.expm1(-self.rate * looks) - prices * looks).sum())


def minimise(
    finds: Finds,
    routes: Callable[[Floats], Routes],
    crews: Floats,
    start: Floats,
    scale: Floats,
    *,
    rounds: int,
    tolerance: float,
    step: float = 1.0,
    known: Known | None = None,
) -> Minimum:
    """The lowest bound found in so many rounds, or as soon as no other can be lower by `tolerance` (a share) of it.

    `start` (n,) are the prices to begin with, `scale` (n,) how far a price moves at first, times `step`, when a look is
    missing. `known` routes, of a plan, give a model to begin with that is near the truth.
    """
    n, groups = len(start), len(crews)

    def bound(prices: Floats, best: Routes) -> float:
        return (finds.beyond(prices) + best.worth) * (1.0 + ROUNDING)

    centre = np.maximum(start, _LEAST)
    answer = routes(centre)
    lowest = bound(centre, answer)
    cell, amount = answer.cell, answer.amount
    group = np.arange(groups, dtype=np.int32)
    weight = np.array(crews, dtype=np.float64)
    if known is not None:
        cell, amount = np.concatenate([known.cell, cell]), np.concatenate([known.amount, amount])
        group = np.concatenate([known.group, group])
        of_group = np.bincount(known.group, minlength=groups)
        weight = np.concatenate([(crews / np.maximum(of_group, 1))[known.group], np.where(of_group > 0, 0.0, crews)])
    looks, prices, relaxed = np.zeros(n), centre.copy(), 0.0
    asked = 1
    while asked < rounds:
        moved = (cell, amount, group, weight, looks, prices)
        _mix(
            *moved,
            finds.prior, finds.rate, finds.most, centre, step * scale, finds.whole, _PAIRS, 1e-4 * tolerance * lowest,
        )  # fmt: skip
        np.maximum(prices, _LEAST, out=prices)
        # What cannot be bought by a multiplier is not found by the mix either: it breaks a limit.
        kept_to = not (looks[finds.prior == 0.0] < -1e-9).any()
        if kept_to:
            relaxed = max(relaxed, finds.of(looks))
        worth = (prices[cell] * amount).sum(axis=1)
        model = finds.beyond(prices) + sum(float(crews[g] * worth[group == g].max()) for g in range(groups))
        answer = routes(prices)
        asked += 1
        here = bound(prices, answer)
        promised, kept = lowest - model, lowest - here
        if kept > 0.0:
            centre, lowest = prices.copy(), here
            if kept > 0.5 * promised:
                step *= 1.5
        elif kept < -promised:
            step *= 0.8
        if relaxed > 0.0 and promised < 0.3 * (lowest - relaxed):
            step *= 1.5
        if lowest - relaxed <= tolerance * lowest:
            break
        used = weight > 0.0
        cell = np.concatenate([cell[used], answer.cell])
        amount = np.concatenate([amount[used], answer.amount])
        group = np.concatenate([group[used], np.arange(groups, dtype=np.int32)])
        weight = np.concatenate([weight[used], np.zeros(groups)])
    return Minimum(lowest, centre, looks, relaxed, asked)


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
def _price(z: float, p: float, a: float, most: float, centre: float, room: float, whole: bool) -> float:
    """The price at which z looks are bought, were they let go `room` for each look that is too many: the mu with
    z = bought(mu) - (mu - centre) / room."""
    if whole:
        gain, n = p * -np.expm1(-a), 0.0
        left = np.exp(-a)
        while True:
            mu = centre + room * (n - z)
            following = gain if n < most else 0.0
            if mu >= following or n >= most:
                return max(mu, 0.0)
            if z + (following - centre) / room <= n + 1.0:
                return following
            n += 1.0
            gain *= left
    steep = p * a
    low, high = 0.0, max(centre, steep) + room * (most + max(-z, 0.0) + 1.0)
    mu = min(max(centre, 1e-3 * high), high)
    for _ in range(80):
        bought, slope = 0.0, 0.0
        if steep > mu:
            bought = np.log(steep / mu) / a
            slope = -1.0 / (a * mu)
            if bought > most:
                bought, slope = most, 0.0
        over = z - bought + (mu - centre) / room
        if over > 0.0:
            high = mu
        else:
            low = mu
        if abs(over) < 1e-10:
            break
        mu -= over / (1.0 / room - slope)
        if not low < mu < high:
            mu = 0.5 * (low + high)
    return mu


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
def _mix(
    cell: NDArray[np.int32], amount: Floats, group: NDArray[np.int32], weight: Floats, looks: Floats, prices: Floats,
    prior: Floats, rate: Floats, most: Floats, centre: Floats, room: Floats, whole: bool, pairs: int, enough: float,
) -> None:  # fmt: skip
    """Weights that maximise what the mix of routes finds, with prices held near the centre; fills weight, looks and
    prices. Each step moves weight from the worst route in use of a group to its best."""
    n, count, length = len(looks), len(weight), cell.shape[1]
    groups = group.max() + 1
    looks[:] = 0.0
    for k in range(count):
        if weight[k] > 0.0:
            for i in range(length):
                looks[cell[k, i]] += weight[k] * amount[k, i]
    for j in range(n):
        prices[j] = _price(looks[j], prior[j], rate[j], most[j], centre[j], room[j], whole)
    change, touched, trial = np.zeros(n), np.empty(2 * length, np.int64), np.empty(2 * length)
    met_at = np.full(n, -1)
    best, worst = np.empty(groups, np.int64), np.empty(groups, np.int64)
    worth = np.empty(count)
    for pair in range(pairs):
        best[:] = -1
        worst[:] = -1
        for k in range(count):
            total = 0.0
            for i in range(length):
                total += prices[cell[k, i]] * amount[k, i]
            worth[k] = total
            g = group[k]
            if best[g] < 0 or total > worth[best[g]]:
                best[g] = k
            if weight[k] > 0.0 and (worst[g] < 0 or total < worth[worst[g]]):
                worst[g] = k
        chosen, gap = -1, enough
        for g in range(groups):
            if (worth[best[g]] - worth[worst[g]]) * weight[worst[g]] > gap:
                chosen, gap = g, (worth[best[g]] - worth[worst[g]]) * weight[worst[g]]
        if chosen < 0:
            break
        up, down = best[chosen], worst[chosen]
        met = 0
        for side in range(2):
            k = up if side == 0 else down
            for i in range(length):
                part = amount[k, i] if side == 0 else -amount[k, i]
                if part != 0.0:
                    j = cell[k, i]
                    if met_at[j] != pair:
                        met_at[j] = pair
                        touched[met] = j
                        met += 1
                    change[j] += part
        low, high = 0.0, weight[down]
        at_low, at_high = worth[up] - worth[down], 0.0
        share = high
        steep = at_low
        for attempt in range(20):
            slope = 0.0
            for i in range(met):
                j = touched[i]
                trial[i] = _price(looks[j] + share * change[j], prior[j], rate[j], most[j], centre[j], room[j], whole)
                slope += trial[i] * change[j]
            if attempt == 0 and slope >= 0.0:
                break
            if slope > 0.0:
                low, at_low = share, slope
            else:
                high, at_high = share, slope
            if abs(slope) < 0.02 * steep or attempt == 19:
                break
            share = low + (high - low) * min(0.9, max(0.1, at_low / (at_low - at_high)))
        for i in range(met):
            j = touched[i]
            looks[j] += share * change[j]
            prices[j] = trial[i]
            change[j] = 0.0
        weight[up] += share
        weight[down] = 0.0 if share == weight[down] else weight[down] - share
