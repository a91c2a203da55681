"""A flight as it was flown, as lines: one for each task and each transit between them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from otear.flight.kinematics import Flown

Indices = NDArray[np.int64]


def thinned(time_us: NDArray[np.int64], every_s: float) -> Indices:
    """Indices of the first of the times in every `every_s` from the first one on, and of the last of all."""
    slots = (time_us - time_us[0]) // round(every_s * 1e6)
    first = np.unique(slots, return_index=True)[1]
    return np.union1d(first, [len(time_us) - 1]).astype(np.int64)


def runs(flown: Flown, every_s: float) -> list[Indices]:
    """Indices of states, thinned; each run serves one task or none and ends where the next begins."""
    every = thinned(flown.time_us, every_s)
    starts = [0, *(np.flatnonzero(np.diff(flown.task[every])) + 1).tolist()]
    ends = [*starts[1:], len(every) - 1]
    return [every[start : end + 1] for start, end in zip(starts, ends, strict=True) if end > start]
