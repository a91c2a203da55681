"""Places that are looked at again and again: what a detector and a coverage map would say of them, to weigh.

Nothing here knows how evidence is weighed. Places differ in what the forecast says, in how well they can be seen, in
what deceives there; passes in sensor and light, in how well each looked. Concealment and deception hang together over
the passes of one place, and most over those with the same sensor in the same light: a Gaussian copula decides both. A
pass is some thirty frames that see nearly the same, so their scores hang together, too. The rates are stated: what a
look of a quality shows on average is what it is said to.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Floats = NDArray[np.float64]

PASSES, CONDITIONS, FRAMES = 8, 4, 30
PRIOR, PFA = 0.02, 0.03
_SAME_PLACE, _SAME_CONDITION = 0.30, 0.35
"""Shares of the variance of concealment, and of deception, that all passes of a place share, and that those of one
condition share; the rest is new in every pass."""
_REAL_SCORE, _FRAME_SPREAD = 1.8, 0.6


@dataclass(frozen=True, eq=False)
class Places:
    """`site`, `prior` (n,); of the passes, shape (n, PASSES): `counted` whether there was one, its `condition`, the
    `pd` that coverage states, `seen` whether a detection came of it, its `score` (NaN without), the same over the
    frames: `frame_scores` (n, PASSES, FRAMES), NaN where that frame shows nothing."""

    site: NDArray[np.bool_]
    prior: Floats
    counted: NDArray[np.bool_]
    condition: NDArray[np.int64]
    pd: Floats
    seen: NDArray[np.bool_]
    score: Floats
    frame_scores: Floats


def places(count: int, rng: np.random.Generator) -> Places:
    """Draw places, and what came of every pass over them."""
    # The forecast: most places are poor, few are rich, and it is right on average.
    prior = np.minimum(PRIOR * rng.gamma(0.5, 2.0, count), 0.5)
    site = rng.random(count) < prior
    passes = rng.integers(1, PASSES + 1, count)
    counted = np.arange(PASSES) < passes[:, None]
    condition = rng.integers(0, CONDITIONS, (count, PASSES))
    pd = rng.uniform(0.15, 0.9, (count, PASSES))
    hidden = _together(count, condition, rng)
    seen = np.where(site[:, None], ndtr(hidden) < pd, ndtr(hidden) < PFA) & counted
    # Scores: real cues score higher; what deceives, deceives alike again.
    alike = _together(count, condition, rng)
    level = np.where(site[:, None], _REAL_SCORE, 0.0) + alike
    frames = level[:, :, None] + _FRAME_SPREAD * rng.standard_normal((count, PASSES, FRAMES))
    shown = seen[:, :, None] & (rng.random((count, PASSES, FRAMES)) < 0.7)
    shown[:, :, 0] = seen
    frame_scores = np.where(shown, frames, np.nan)
    mean = np.where(shown, frames, 0.0).sum(axis=2) / np.maximum(shown.sum(axis=2), 1)
    score = np.where(seen, mean, np.nan)
    return Places(site, prior, counted, condition, pd, seen, score, frame_scores)


def _together(count: int, condition: NDArray[np.int64], rng: np.random.Generator) -> Floats:
    """Standard normals (count, PASSES) that hang together over a place and over its conditions."""
    place = rng.standard_normal((count, 1))
    conditions = rng.standard_normal((count, CONDITIONS))
    new = rng.standard_normal((count, PASSES))
    rest = 1.0 - _SAME_PLACE - _SAME_CONDITION
    mixed = np.sqrt(_SAME_PLACE) * place + np.sqrt(_SAME_CONDITION) * np.take_along_axis(conditions, condition, 1)
    return np.asarray(mixed + np.sqrt(rest) * new)
