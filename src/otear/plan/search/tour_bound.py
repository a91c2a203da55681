"""What one sortie can collect at most at given prices for sweeps: a bound by dynamic programming over (time, box).

Time goes in whole steps. Every leg (fly, then sweep) is taken to last its duration in steps, rounded down, so that
every tour that is back in time is also a path here: its steps so far never run ahead of its clock. Since rounding is
never up, more than the endurance could be flown; what keeps it honest is a price for time, a Lagrange multiplier on
"duration <= endurance": a path collects sum of prices + time_price * (endurance - its true duration), which for a tour
that is back in time is at least the sum of its prices. So the best path bounds every tour at any time price >= 0.

What is relaxed, and why the maximum is still above every tour:
- A box may be met again later in a path. Tours that do not are among the paths.
- Legs to the nearest boxes have their true durations. A leg from i to any other box k is taken as long as that to the
  nearest box of the part of the land (`part`) where k is, of those that are not among i's nearest: never longer.
- A box whose price is no more than the time price times its sweep is left out, where the way is `straight`: a tour that
  sweeps it collects no less without it, as that saves at least the time of the sweep. So some best tour has none.
"""

# ruff: noqa: PLR0917 - compiled functions take plain numbers and arrays
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from otear.geo.frames import Floats
from otear.plan.search.campaign import Campaign
from otear.plan.search.cells import Cells32

_NEAREST, _PARTS = 24, 48
_LAYERS = (150, 260)
"""Steps that the longest sortie is divided into: between these, whichever number loses least by rounding."""


@dataclass(frozen=True, eq=False)
class Legs:
    """Legs of a campaign in steps of `step_s`: the `nearest` (n, k) boxes from which each box is reached, how long
    that leg `lasts_s` and `takes` in steps (n, k); the `part` (n,) of the land a box is in, and the way from each box
    to the next box of each part that is not near, `apart_s` (n, parts), infinite where there is none."""

    step_s: float
    nearest: Cells32
    lasts_s: Floats
    takes: Cells32
    part: Cells32
    apart_s: Floats


def legs(campaign: Campaign, *, nearest: int = _NEAREST, parts: int = _PARTS) -> Legs:
    """The legs of a campaign, all of them, the far ones by parts of the land."""
    n = len(campaign.ground)
    k = min(nearest, n - 1)
    into = campaign.between_s + campaign.sweep_s[None, :]
    off = campaign.between_s.copy()
    np.fill_diagonal(off, np.inf)
    # near[j] holds the boxes from which j is reached soonest.
    near = np.argsort(off, axis=0, kind="stable")[:k].T.astype(np.int32)
    lasts = into[near, np.arange(n)[:, None]]
    step = _step(campaign, lasts)
    far = off.copy()
    far[near, np.arange(n)[:, None]] = np.inf
    part = _parts(campaign.between_s, parts)
    apart = np.full((n, int(part.max(initial=0)) + 1), np.inf)
    for which in range(apart.shape[1]):
        apart[:, which] = far[:, part == which].min(axis=1, initial=np.inf)
    return Legs(step, near, lasts, np.floor(lasts / step).astype(np.int32), part, apart)


def _step(campaign: Campaign, lasts: Floats) -> float:
    """The step, no longer than any sweep, at which the shortest legs lose least by rounding."""
    longest = max(one.endurance_s for one in campaign.launches)
    shortest = float(campaign.sweep_s.min())
    common = lasts[:, : min(4, lasts.shape[1])].ravel()
    if not len(common):
        common = campaign.sweep_s
    # The durations of legs over small whole numbers are the steps that divide them without a rest.
    tried = np.unique(np.concatenate([np.median(common) / np.arange(1, 40), longest / np.arange(*_LAYERS, 5)]))
    tried = tried[tried <= shortest]
    fine = tried[(longest / tried >= _LAYERS[0]) & (longest / tried <= _LAYERS[1])]
    if not len(fine):
        return min(shortest, longest / _LAYERS[0])
    kept = [float((np.floor(common / step + 1e-9) * step / common).mean()) for step in fine]
    return float(fine[int(np.argmax(kept))] * (1.0 - 1e-12))


def _parts(between: Floats, parts: int) -> Cells32:
    """The part of the land that each box is in: that of the nearest of so many boxes that lie far from one another."""
    middles = [0]
    nearest = between[0].copy()
    while len(middles) < min(parts, len(between)):
        middles.append(int(np.argmax(nearest)))
        nearest = np.minimum(nearest, between[middles[-1]])
    return np.asarray(np.argmin(between[middles], axis=0), dtype=np.int32)


@dataclass(frozen=True, eq=False)
class BestPath:
    """No tour of a sortie collects more than `worth`; the boxes of a path that does, and its true duration in s with
    far legs taken short."""

    worth: float
    boxes: Cells32
    lasts_s: float


def best_path(
    campaign: Campaign, of: Legs, prices: Floats, time_price: float, base: int, endurance_s: float
) -> BestPath:
    """The best path of a sortie at prices (n,) for sweeps and a price for a second; nothing is 0 and stays at home."""
    inside = prices > (time_price * campaign.sweep_s if campaign.straight else 0.0)
    last = np.floor((endurance_s - campaign.home_s[base]) / of.step_s + 1e-9).astype(np.int32)
    start = campaign.out_s[base] + campaign.sweep_s
    first = np.floor(start / of.step_s).astype(np.int32)
    chosen = np.flatnonzero(inside & (first <= last)).astype(np.int32)
    if not len(chosen):
        return BestPath(time_price * endurance_s, np.empty(0, dtype=np.int32), 0.0)
    worth, boxes, lasts = _best(
        chosen, prices, time_price, start, first, last, campaign.home_s[base], campaign.sweep_s,
        np.floor(campaign.sweep_s / of.step_s).astype(np.int32), of.nearest, of.lasts_s, of.takes, of.part, of.apart_s,
        of.step_s,
    )  # fmt: skip
    if worth <= 0.0:
        return BestPath(time_price * endurance_s, np.empty(0, dtype=np.int32), 0.0)
    return BestPath(float(worth + time_price * endurance_s), np.asarray(boxes), float(lasts))


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
def _best(
    chosen: Cells32, prices: Floats, time_price: float, start: Floats, first: Cells32, last: Cells32, home: Floats,
    sweep: Floats, sweep_takes: Cells32, nearest: Cells32, lasts: Floats, takes: Cells32, part: Cells32,
    apart: Floats, step_s: float,
) -> tuple[float, Cells32, float]:  # fmt: skip
    n, parts = len(prices), apart.shape[1]
    layers = 0
    for i in chosen:
        layers = max(layers, last[i] + 1)
    # at[t, i]: the most when box i has just been swept at step t. by[t, i]: the box before it, -1 the base; a far leg
    # is marked by -2 - box. over[t, c]: the most on arriving in part c at step t, not yet swept; from_box is its box.
    at = np.full((layers, n), -np.inf)
    by = np.full((layers, n), -1, np.int32)
    over = np.full((layers, parts), -np.inf)
    from_box = np.full((layers, parts), -1, np.int32)
    from_step = np.zeros((layers, parts), np.int32)
    best, best_box, best_step = 0.0, -1, -1
    for t in range(layers):
        for i in chosen:
            if t > last[i]:
                continue
            most, before = -np.inf, -1
            if t == first[i]:
                most = -time_price * start[i]
            for k in range(nearest.shape[1]):
                earlier = t - takes[i, k]
                if earlier >= 0:
                    value = at[earlier, nearest[i, k]] - time_price * lasts[i, k]
                    if value > most:
                        most, before = value, k
            earlier = t - sweep_takes[i]
            if earlier >= 0:
                value = over[earlier, part[i]] - time_price * sweep[i]
                if value > most:
                    most, before = value, -2
            if most == -np.inf:
                continue
            most += prices[i]
            at[t, i] = most
            by[t, i] = before
            if most - time_price * home[i] > best:
                best, best_box, best_step = most - time_price * home[i], i, t
        for i in chosen:
            value = at[t, i]
            if value == -np.inf:
                continue
            for c in range(parts):
                if apart[i, c] < np.inf:
                    arrives = t + np.int64(apart[i, c] / step_s)
                    if arrives < layers and value - time_price * apart[i, c] > over[arrives, c]:
                        over[arrives, c] = value - time_price * apart[i, c]
                        from_box[arrives, c] = i
                        from_step[arrives, c] = t
    boxes = np.empty(layers, np.int32)
    count, duration = 0, 0.0
    if best_box >= 0:
        duration = home[best_box]
    box, t = best_box, best_step
    while box >= 0:
        boxes[count] = box
        count += 1
        before = by[t, box]
        if before == -1:
            duration += start[box]
            box = -1
        elif before == -2:
            earlier, c = t - sweep_takes[box], part[box]
            duration += sweep[box] + apart[from_box[earlier, c], c]
            box, t = from_box[earlier, c], from_step[earlier, c]
        else:
            duration += lasts[box, before]
            box, t = nearest[box, before], t - takes[box, before]
    return best, boxes[:count][::-1].copy(), duration
