"""Which frames are for training, for calibration and for the test: whole blocks, since neighbours leak.

A frame's neighbour in a flight shows the same ground a moment later. A split that deals frames at random puts one into
training and the other into the test, and measures memory. So blocks of ids, flights, sheets or seeds are held out
whole, with a gap beside blocks of ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otear.errors import SettingError

LEAST_SHARE = 0.2
GAP = 60


@dataclass(frozen=True, eq=False)
class Split:
    """Indices of frames: `held` out, `rest`, and `gap`, which belongs to neither; `first` and `last` id held out."""

    held: NDArray[np.int64]
    rest: NDArray[np.int64]
    gap: NDArray[np.int64]
    first: int
    last: int


def block_split(
    ids: Sequence[int], conditions: Sequence[tuple[str, ...]], count: int, gap: int = GAP, first: int | None = None
) -> Split:
    """Hold out `count` frames of a contiguous range of ids, and drop all within `gap` ids on both sides of it.

    Without `first`, the id that the block begins with, it is the block that shows conditions (light, altitude, ...: one
    label per column) in the shares nearest to those of all: the least sum over columns of total variation distances,
    the earliest of equals. No score is asked, so that the choice cannot flatter. Ids need not be in order. Raises
    `SettingError` where there are too few frames or ids occur twice.
    """
    number = np.asarray(ids, dtype=np.int64)
    if len(set(ids)) != len(number) or len(conditions) != len(number):
        raise SettingError(
            "ids occur twice, or not each has its conditions", field="ids", remedy="Give each frame its own id"
        )
    if not 0 < count < len(number):
        raise SettingError(
            f"{count} of {len(number)} frames cannot be held out",
            field="count",
            remedy="Give more frames or a less share",
        )
    order = np.argsort(number)
    if first is None:
        start = _most_alike([conditions[k] for k in order], count)
    else:
        start = int(np.searchsorted(number[order], first))
        if start + count > len(number) or number[order[start]] != first:
            raise SettingError(f"no block of {count} begins at id {first}", field="first", remedy="Give another id")
    held = order[start : start + count]
    low, high = int(number[held[0]]), int(number[held[-1]])
    outside = (number < low - gap) | (number > high + gap)
    inside = (number >= low) & (number <= high)
    return Split(held, np.flatnonzero(outside), np.flatnonzero(~outside & ~inside), low, high)


def group_split(groups: Sequence[str], held: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Indices of the frames of groups (seeds, flights, sheets) that are held out, and of the rest. Raises
    `SettingError` for a group that is not there, and where nothing is left on either side."""
    missing = sorted(set(held) - set(groups))
    if missing:
        raise SettingError(f"no frame is of {missing[0]!r}", field="held", remedy="Hold out groups that are there")
    out = np.isin(np.asarray(groups), np.asarray(held))
    if out.all() or not out.any():
        raise SettingError("one side of the split is empty", field="held", remedy="Hold out some groups, not all")
    return np.flatnonzero(out), np.flatnonzero(~out)


def random_split(ids: Sequence[int], count: int, rng: np.random.Generator, *, leaky: bool = False) -> NDArray[np.int64]:
    """Indices of `count` frames dealt at random.

    Frames of a sequence are refused (`SettingError`) unless the caller says that the split is to be shown as the leaky
    one that it is: frames count as a sequence where most ids have a neighbour within `GAP`.
    """
    number = np.sort(np.asarray(ids, dtype=np.int64))
    near = float(np.mean(np.diff(number) <= GAP)) if len(number) > 1 else 0.0
    if near > 0.5 and not leaky:
        raise SettingError(
            "frames of a sequence are not split at random: with neighbours on both sides the score is leaky",
            field="ids",
            remedy="Hold out a block of ids (block_split) or whole flights, sheets or seeds (group_split)",
        )
    return np.sort(rng.choice(len(number), size=count, replace=False))


def _most_alike(conditions: Sequence[tuple[str, ...]], count: int) -> int:
    """Where the block of `count` rows begins that is most like all of them."""
    away = np.zeros(len(conditions) - count + 1)
    for column in zip(*conditions, strict=True):
        for label in sorted(set(column)):
            has = np.array([one == label for one in column], dtype=np.float64)
            within = np.convolve(has, np.ones(count), mode="valid") / count
            away += 0.5 * np.abs(within - has.mean())
    return int(np.argmin(np.round(away, 9)))
