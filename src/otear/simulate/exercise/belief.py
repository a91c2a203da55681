"""How well a crew knew how sure it was, and what its answers are worth in the order of their confidence.

None of these gets better by answers that mean nothing: each is held against the sites that could be found, whose number
no answer changes, and never against the number of answers. Arrays are of shape (n,): `said` the confidences, `right`
1.0 where an answer is a site, else 0.0; `sites` is how many could be found.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from otear.geo.frames import Floats

_EDGES = np.linspace(0.0, 1.0, 6)


@dataclass(frozen=True)
class Bin:
    """Answers of like confidence: how many, what they said on average, and how many were right."""

    low: float
    high: float
    count: int
    said: float
    right: float


def brier_skill(said: Floats, right: Floats, sites: int) -> float | None:
    """One less the squared errors (Brier, 1950) of all answers, and of the sites that no answer names as if each had
    been given a confidence of 0, by site: 1 is perfect, 0 as good as no answers, less is worse than none."""
    if not sites:
        return None
    unnamed = sites - float(right.sum())
    return 1.0 - (float(np.sum((said - right) ** 2)) + unnamed) / sites


def bins_of(said: Floats, right: Floats) -> tuple[Bin, ...]:
    """The answers by fifths of confidence; fifths without any are left out."""
    out = []
    for low, high in pairwise(_EDGES.tolist()):
        here = (said >= low) & ((said < high) | (high == 1.0))
        if here.any():
            out.append(Bin(low, high, int(here.sum()), float(said[here].mean()), float(right[here].mean())))
    return tuple(out)


def calibration_error(bins: tuple[Bin, ...], sites: int) -> float | None:
    """How many sites the confidences announce too many or too few, bin by bin, by site. None without answers."""
    if not (bins and sites):
        return None
    return sum(one.count * abs(one.said - one.right) for one in bins) / sites


def average_precision(said: Floats, right: Floats, sites: int) -> float | None:
    """Going down the answers from the surest: the mean over all sites of how many of the answers are right by when one
    is found, 0 for what is not. Equal confidences are taken together, so that their order says nothing."""
    if not sites:
        return None
    total = 0.0
    for found, wrong, found_before, wrong_before in _steps(said, right):
        so_far = found_before + found
        total += found * so_far / (so_far + wrong_before + wrong)
    return total / sites


def recall_within(said: Floats, right: Floats, sites: int, false: int) -> float | None:
    """Share of the sites that are found going down the answers from the surest, until one more would be false than
    are allowed. Of equal confidences, what is to be expected of any order."""
    if not sites:
        return None
    total = 0.0
    for found, wrong, _, wrong_before in _steps(said, right):
        left = false - wrong_before
        if wrong > left:
            # Each of those found is as likely to come in any of the gaps that the false ones leave.
            total += found * (left + 1) / (wrong + 1)
            break
        total += found
    return total / sites


def _steps(said: Floats, right: Floats) -> list[tuple[float, float, float, float]]:
    """By confidence, the highest first: how many are right and wrong, and how many were before."""
    _, at = np.unique(-said, return_inverse=True)
    found, every = np.bincount(at, weights=right), np.bincount(at)
    wrong = every - found
    before = np.cumsum(found) - found, np.cumsum(wrong) - wrong
    return list(zip(found.tolist(), wrong.tolist(), *(column.tolist() for column in before), strict=True))
