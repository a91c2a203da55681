"""Probabilities and their log odds. Arrays broadcast."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from otear.geo.frames import Floats


def log_odds(probability: ArrayLike) -> Floats:
    """The logarithm of p / (1 - p); infinite at 0 and 1."""
    p = np.asarray(probability, dtype=np.float64)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(p) - np.log1p(-p))


def probability(log_odds_: ArrayLike) -> Floats:
    """The inverse of `log_odds`."""
    x = np.asarray(log_odds_, dtype=np.float64)
    small = np.exp(-np.abs(x))
    return np.asarray(np.where(x >= 0.0, 1.0, small) / (1.0 + small))
