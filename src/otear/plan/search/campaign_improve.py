"""Our planner of campaigns: take strings of boxes out of tours, put better ones in, again and again.

Each round takes a string of boxes out of a few tours near one place (J. Christiaens, G. Vanden Berghe, Slack induction
by string removals, Transportation Science 54, 2020), then puts boxes in where they find most for the time they add,
sometimes overlooking the best place, and straightens the tours that changed by turning stretches round. What finds
less is kept with a chance that falls over the rounds (annealing). A box counts for what the other sorties leave of it,
so a second sweep goes where it is worth it. The budget is a number of rounds: same input, same plan.
"""

# ruff: noqa: PLR0917 - compiled functions take plain numbers and arrays
from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from otear.geo.frames import Floats
from otear.plan.search.campaign import Campaign, Tours
from otear.plan.search.cells import Cells32

_STRING, _TOURS = 12, 3
"""Boxes in a string at most, and tours that one is taken from at most."""
_OVERLOOKED = 0.05
"""Chance that a place to put a box in is overlooked."""
_HOT, _COLD = 2e-3, 1e-5
"""Loss, as a share of what the plan finds, that is kept with a chance of 1 in e: in the first round, in the last."""
_NEAR = 40


def improved_campaign(
    campaign: Campaign, generator: np.random.Generator, *, rounds: int, start: Tours | None = None
) -> Tours:
    """The best plan found in so many rounds, from the plan `start` or from nothing."""
    n, sorties = len(campaign.ground), len(campaign.launches)
    if not n or not sorties:
        return tuple(np.empty(0, dtype=np.int32) for _ in range(sorties))
    base = np.array([one.base for one in campaign.launches])
    room = n + 1
    tours = np.zeros((sorties, room), dtype=np.int32)
    length = np.zeros(sorties, dtype=np.int32)
    for k, tour in enumerate(start or ()):
        tours[k, : len(tour)], length[k] = tour, len(tour)
    near = np.argsort(campaign.between_s, axis=1, kind="stable")[:, : _NEAR + 1].astype(np.int32)
    _anneal(
        tours, length, campaign.ground.prior, campaign.ground.rate, campaign.sweep_s, campaign.between_s,
        campaign.out_s[base], campaign.home_s[base], np.array([one.endurance_s for one in campaign.launches]), near,
        rounds, generator,
    )  # fmt: skip
    return tuple(tours[k, : length[k]].copy() for k in range(sorties))


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
def _anneal(
    tours: Cells32, length: Cells32, prior: Floats, rate: Floats, sweep: Floats, between: Floats, out: Floats,
    home: Floats, endurance: Floats, near: Cells32, rounds: int, generator: np.random.Generator,
) -> None:  # fmt: skip
    sorties, n = len(length), len(prior)
    miss = np.exp(-rate)
    gain = np.empty(n)  # what one more sweep of a box finds
    inside = np.zeros((sorties, n), np.bool_)
    time = np.zeros(sorties)
    added, place = np.empty((sorties, n)), np.zeros((sorties, n), np.int32)
    stale = np.ones(sorties, np.bool_)
    _take_stock(tours, length, prior, rate, sweep, between, out, home, gain, inside, time)
    every = np.ones(sorties, np.bool_)
    _fill(
        tours,
        length,
        gain,
        miss,
        sweep,
        between,
        out,
        home,
        endurance,
        inside,
        time,
        every,
        added,
        place,
        0.0,
        generator,
    )
    now = _found(prior, gain, miss)
    best, best_tours, best_length = now, tours.copy(), length.copy()
    old_tours, old_length = tours.copy(), length.copy()
    for number in range(rounds):
        heat = best * _HOT * (_COLD / _HOT) ** (number / rounds)
        old_tours[:], old_length[:] = tours, length
        stale[:] = False
        _take_out(tours, length, near, gain, miss, sweep, between, out, home, inside, time, stale, generator)
        _fill(
            tours, length, gain, miss, sweep, between, out, home, endurance, inside, time, stale, added, place,
            _OVERLOOKED, generator,
        )  # fmt: skip
        straightened = False
        for k in range(sorties):
            if stale[k] and _straighten(tours[k], length[k], between, out[k], home[k]):
                straightened = True
                time[k] = _duration(tours[k], length[k], sweep, between, out[k], home[k])
        if straightened:
            _fill(
                tours, length, gain, miss, sweep, between, out, home, endurance, inside, time, stale, added, place, 0.0,
                generator,
            )  # fmt: skip
        found = _found(prior, gain, miss)
        if found > now + heat * np.log(1.0 - generator.random()):
            now = found
            if found > best:
                best = found
                best_tours[:], best_length[:] = tours, length
        else:
            tours[:], length[:] = old_tours, old_length
            _take_stock(tours, length, prior, rate, sweep, between, out, home, gain, inside, time)
    tours[:], length[:] = best_tours, best_length


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
def _found(prior: Floats, gain: Floats, miss: Floats) -> float:
    """What the plan finds: the prior less what is left of it, gain / (1 - miss) in each box that can be seen."""
    total = 0.0
    for j in range(len(prior)):
        if miss[j] < 1.0:
            total += prior[j] - gain[j] / (1.0 - miss[j])
    return total


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
def _duration(tour: Cells32, length: int, sweep: Floats, between: Floats, out: Floats, home: Floats) -> float:
    if length == 0:
        return 0.0
    total: float = out[tour[0]] + home[tour[length - 1]] + sweep[tour[0]]
    for at in range(1, length):
        total += between[tour[at - 1], tour[at]] + sweep[tour[at]]
    return total


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
def _take_stock(
    tours: Cells32, length: Cells32, prior: Floats, rate: Floats, sweep: Floats, between: Floats, out: Floats,
    home: Floats, gain: Floats, inside: NDArray[np.bool_], time: Floats,
) -> None:  # fmt: skip
    """Gains, memberships and durations of the tours as they stand."""
    for j in range(len(prior)):
        gain[j] = prior[j] * -np.expm1(-rate[j])
    inside[:] = False
    for k in range(len(length)):
        for at in range(length[k]):
            j = tours[k, at]
            inside[k, j] = True
            gain[j] *= np.exp(-rate[j])
        time[k] = _duration(tours[k], length[k], sweep, between, out[k], home[k])


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
def _take_out(
    tours: Cells32, length: Cells32, near: Cells32, gain: Floats, miss: Floats, sweep: Floats, between: Floats,
    out: Floats, home: Floats, inside: NDArray[np.bool_], time: Floats, stale: NDArray[np.bool_],
    generator: np.random.Generator,
) -> None:  # fmt: skip
    """Take a string of boxes out of each of a few tours that come near some box of some tour."""
    sorties = len(length)
    k = int(generator.random() * sorties)
    if length[k] == 0:
        stale[k] = True
        return
    seed = tours[k, int(generator.random() * length[k])]
    wanted = 1 + int(generator.random() * _TOURS)
    for which in range(near.shape[1]):
        close = near[seed, which]
        first = int(generator.random() * sorties)
        for turn in range(sorties):
            k = (first + turn) % sorties
            if wanted == 0:
                return
            if stale[k] or not inside[k, close]:
                continue
            at = 0
            while tours[k, at] != close:
                at += 1
            count = min(1 + int(generator.random() * _STRING), length[k])
            begin = max(0, min(at - int(generator.random() * count), length[k] - count))
            for taken in range(begin, begin + count):
                j = tours[k, taken]
                inside[k, j] = False
                gain[j] /= miss[j]
            for later in range(begin, length[k] - count):
                tours[k, later] = tours[k, later + count]
            length[k] -= count
            time[k] = _duration(tours[k], length[k], sweep, between, out[k], home[k])
            stale[k] = True
            wanted -= 1


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
def _places(
    boxes: Cells32, tour: Cells32, length: int, between: Floats, sweep: Floats, out: Floats, home: Floats,
    inside: NDArray[np.bool_], added: Floats, place: Cells32, overlooked: float, generator: np.random.Generator,
) -> None:  # fmt: skip
    """For each of some boxes the least time that it adds to a tour, and where; infinite for what is in the tour."""
    ways = np.empty(length)
    for at in range(1, length):
        ways[at] = between[tour[at - 1], tour[at]]
    for j in boxes:
        added[j] = np.inf
        if inside[j]:
            continue
        if length == 0:
            added[j], place[j] = out[j] + home[j] + sweep[j], 0
            continue
        last = tour[length - 1]
        least, where = out[j] + between[j, tour[0]] - out[tour[0]], 0
        longer = between[last, j] + home[j] - home[last]
        if longer < least:
            least, where = longer, length
        for at in range(1, length):
            longer = between[tour[at - 1], j] + between[j, tour[at]] - ways[at]
            if longer < least and (overlooked == 0.0 or generator.random() >= overlooked):
                least, where = longer, at
        added[j] = least + sweep[j]
        place[j] = where


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
def _fill(
    tours: Cells32, length: Cells32, gain: Floats, miss: Floats, sweep: Floats, between: Floats, out: Floats,
    home: Floats, endurance: Floats, inside: NDArray[np.bool_], time: Floats, open_tours: NDArray[np.bool_],
    added: Floats, place: Cells32, overlooked: float, generator: np.random.Generator,
) -> None:  # fmt: skip
    """Put boxes into open tours, that which finds most for the time it adds first, until none fits."""
    sorties, n = len(length), len(gain)
    every, again = np.arange(n).astype(np.int32), np.empty(n, np.int32)
    for k in range(sorties):
        if open_tours[k]:
            _places(
                every, tours[k], length[k], between, sweep, out[k], home[k], inside[k], added[k], place[k], overlooked,
                generator,
            )  # fmt: skip
    while True:
        most, into, box = 0.0, -1, -1
        for k in range(sorties):
            if open_tours[k]:
                spare = endurance[k] - time[k]
                for j in range(n):
                    if added[k, j] <= spare and gain[j] > most * added[k, j]:
                        most, into, box = gain[j] / added[k, j], k, j
        if into < 0:
            return
        here = place[into, box]
        for at in range(length[into], here, -1):
            tours[into, at] = tours[into, at - 1]
        tours[into, here] = box
        length[into] += 1
        inside[into, box] = True
        gain[box] *= miss[box]
        time[into] = _duration(tours[into], length[into], sweep, between, out[into], home[into])
        added[into, box] = np.inf
        # One way is gone and two are new: only a box that wanted the first looks everywhere again.
        before = tours[into, here - 1] if here > 0 else -1
        after = tours[into, here + 1] if here + 1 < length[into] else -1
        to_box = out[into, box] if before < 0 else between[before, box]
        from_box = home[into, box] if after < 0 else between[box, after]
        wanted = 0
        for j in range(n):
            if inside[into, j]:
                continue
            if place[into, j] == here:
                again[wanted] = j
                wanted += 1
                continue
            if place[into, j] > here:
                place[into, j] += 1
            longer = (out[into, j] if before < 0 else between[before, j]) + between[j, box] - to_box + sweep[j]
            if longer < added[into, j]:
                added[into, j], place[into, j] = longer, here
            longer = between[box, j] + (home[into, j] if after < 0 else between[j, after]) - from_box + sweep[j]
            if longer < added[into, j]:
                added[into, j], place[into, j] = longer, here + 1
        _places(
            again[:wanted], tours[into], length[into], between, sweep, out[into], home[into], inside[into], added[into],
            place[into], overlooked, generator,
        )  # fmt: skip


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
def _straighten(tour: Cells32, length: int, between: Floats, out: Floats, home: Floats) -> bool:
    """Turn stretches of a tour round, and move short ones, while that is shorter; whether anything was."""
    changed, better = False, True
    forth, back = np.empty(length), np.empty(length)
    while better:
        better = False
        if length > 0:
            forth[0] = back[0] = 0.0
        for at in range(1, length):
            forth[at] = forth[at - 1] + between[tour[at - 1], tour[at]]
            back[at] = back[at - 1] + between[tour[at], tour[at - 1]]
        for i in range(length - 1):
            for j in range(i + 1, length):
                into = out[tour[i]] if i == 0 else between[tour[i - 1], tour[i]]
                into_turned = out[tour[j]] if i == 0 else between[tour[i - 1], tour[j]]
                away = home[tour[j]] if j == length - 1 else between[tour[j], tour[j + 1]]
                away_turned = home[tour[i]] if j == length - 1 else between[tour[i], tour[j + 1]]
                turned = into_turned + away_turned + back[j] - back[i]
                if turned < into + away + forth[j] - forth[i] - 1e-7:
                    tour[i : j + 1] = tour[i : j + 1][::-1].copy()
                    better = changed = True
                    break
            if better:
                break
    return changed
