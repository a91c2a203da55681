"""Our planner in cells: paths by beam search under prices, made better piece by piece, from many starts.

A start gives each aircraft in turn the best path that a beam search (`beam`) finds in what the others leave. Every
other start is judged by the prices of the whole problem, which keep an aircraft from what others can serve better. The
first is the best of one of each and of `greedy`; in later ones noise blurs the ground, so that starts differ. Then a
stretch of one path at a time, between a few steps and all of it, is flown anew while all else stays (now and then two
whole paths, the first of them on blurred ground), as long as that finds more. A start that no longer gets better is
left for a new one; the best plan of all is kept. The budget is a number of rounds, not seconds: the same input gives
the same plan on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from otear.geo.frames import Floats
from otear.plan.search.beam import beam, hopes
from otear.plan.search.cells import Cells32, Ground, Moves, Paths, Search, Searcher
from otear.plan.search.greedy import greedy
from otear.plan.search.price_bound import price_bound
from otear.plan.search.walks import to_go

_BETTER = 1.0 + 1e-9
_SHORTEST = 5
"""Steps of a stretch at least."""


@dataclass(frozen=True)
class Thoroughness:
    """`width` paths go on from each cell; prices of a stretch are sought in `pricing` rounds; a start is left after
    `patience` rounds an aircraft in vain; noise on the ground is at most `noise` (a standard deviation of logs); the
    share `pairs` of rounds fly two paths anew."""

    width: int = 8
    pricing: int = 20
    patience: int = 12
    noise: float = 0.6
    pairs: float = 0.4


DEFAULT = Thoroughness()


def improved(search: Search, generator: np.random.Generator, *, rounds: int, how: Thoroughness = DEFAULT) -> Paths:
    """The best plan found while stretches were flown anew `rounds` times; at least one start is always made."""
    if not search.searchers:
        return ()
    joint = price_bound(search, rounds=200, tolerance=1e-3).prices
    first = (_start(search, generator, how, joint, 0), _start(search, generator, how, joint, 1), greedy(search))
    best = max(first, key=search.detected)
    best_found = found = search.detected(best)
    paths, starts, in_vain = list(best), 2, 0
    for _ in range(rounds):
        if in_vain >= how.patience * len(paths):
            paths = list(_start(search, generator, how, joint, starts))
            found, starts, in_vain = search.detected(paths), starts + 1, 0
        else:
            k = int(generator.integers(len(paths)))
            in_vain += 1
            if len(paths) > 1 and generator.random() < how.pairs:
                changed = _both_anew(search, paths, k, generator, how)
            else:
                changed = _flown_anew(search, paths, k, generator, how)
            if changed:
                found, in_vain = search.detected(paths), 0
        if found > best_found:
            best, best_found = tuple(paths), found
    return best


def one_path(
    ground: Ground, moves: Moves, one: Searcher, how: Thoroughness, *, beat: float, prices: Floats | None = None
) -> Cells32 | None:
    """The best path found for one aircraft, None if none finds more than `beat`; `prices` (n,) for looks are sought
    where none are given."""
    if one.steps == 0:
        return np.empty(0, dtype=np.int32) if beat < 0.0 else None
    if prices is None:
        priced = price_bound(Search(ground, moves, (one,)), rounds=how.pricing, tolerance=1e-3)
        if priced.bound <= beat:
            return None
        prices = priced.prices
    end = -1 if one.end is None else one.end
    ahead = to_go(moves.first, moves.to, prices, one.steps, end)
    hope = hopes(ground.prior, ground.rate, prices, one.steps)
    found, path = beam(
        moves.first, moves.to, ground.prior, ground.rate, hope, ahead, one.start, one.steps, how.width, beat
    )
    return np.asarray(path) if found > beat else None


def _start(
    search: Search, generator: np.random.Generator, how: Thoroughness, joint: Floats, number: int
) -> tuple[Cells32, ...]:
    paths = [np.empty(0, dtype=np.int32)] * len(search.searchers)
    looks = np.zeros(len(search.ground))
    noise = generator.uniform(0.0, how.noise) if number > 1 else 0.0
    for k in generator.permutation(len(paths)):
        left = search.ground.after(looks)
        blurred = Ground(left.prior * np.exp(noise * generator.standard_normal(len(left))), left.rate)
        prices = joint if number % 2 == 1 else None
        path = one_path(blurred, search.moves, search.searchers[k], how, beat=-1.0, prices=prices)
        assert path is not None  # every aircraft has a path, and every path finds more than -1
        paths[k] = path
        looks = search.looks(paths)
    return tuple(paths)


def _flown_anew(
    search: Search, paths: list[Cells32], k: int, generator: np.random.Generator, how: Thoroughness
) -> bool:
    """Fly a stretch of the path of aircraft k better; whether that could be."""
    one, path = search.searchers[k], paths[k]
    if one.steps == 0:
        return False
    length = int(generator.integers(min(one.steps, _SHORTEST), one.steps + 1))
    begin = int(generator.integers(0, one.steps - length + 1))
    stop = begin + length
    start = one.start if begin == 0 else int(path[begin - 1])
    # A stretch within the path ends where the path goes on: in the cell of its last look.
    end = one.end if stop == one.steps else int(path[stop - 1])
    others = [*paths[:k], *paths[k + 1 :], path[:begin], path[stop:]]
    left = search.ground.after(search.looks(others))
    now = left.detected(np.bincount(path[begin:stop], minlength=len(left)))
    found = one_path(left, search.moves, Searcher(start, length, end), how, beat=now * _BETTER)
    if found is None:
        return False
    paths[k] = np.concatenate([path[:begin], found, path[stop:]]).astype(np.int32)
    return True


def _both_anew(search: Search, paths: list[Cells32], k: int, generator: np.random.Generator, how: Thoroughness) -> bool:
    """Fly aircraft k on blurred ground and another one after it; whether both together find more than before."""
    other = int((k + 1 + generator.integers(len(paths) - 1)) % len(paths))
    left = search.ground.after(search.looks([path for i, path in enumerate(paths) if i not in (k, other)]))
    noise = generator.uniform(0.0, how.noise)
    blurred = Ground(left.prior * np.exp(noise * generator.standard_normal(len(left))), left.rate)
    first = one_path(blurred, search.moves, search.searchers[k], how, beat=-1.0)
    assert first is not None  # every aircraft has a path, and every path finds more than -1
    of_first = np.bincount(first, minlength=len(left))
    now = left.detected(search.looks([paths[k], paths[other]]))
    to_beat = now * _BETTER - left.detected(of_first)
    second = one_path(left.after(of_first), search.moves, search.searchers[other], how, beat=to_beat)
    if second is None:
        return False
    paths[k], paths[other] = first, second
    return True
