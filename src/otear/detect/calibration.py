"""Stated probabilities against what came of them: a curve that puts them right, and the scores that say how wrong.

Outcomes are 1 (it was a site) or 0. Arrays have shape (n,).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from otear.detect.odds import probability
from otear.errors import SettingError
from otear.geo.frames import Floats

_FEWEST = 30
"""Outcomes of either sort below which nothing is recalibrated: a curve through less is noise."""
_STRENGTH = 0.5
"""How hard the curve is held to the straight line, in pseudo-outcomes per parameter."""


@dataclass(frozen=True)
class Curve:
    """log odds that are right = `shift` + `low` log p - `high` log(1 - p), for a stated p.

    Beta calibration (M. Kull, T. Silva Filho, P. Flach 2017) has the straight line in it and keeps the order.
    """

    shift: float = 0.0
    low: float = 1.0
    high: float = 1.0

    def __call__(self, stated: Floats) -> Floats:
        """Probabilities put right."""
        p = np.clip(stated, 1e-12, 1.0 - 1e-12)
        return probability(self.shift + self.low * np.log(p) - self.high * np.log1p(-p))


STRAIGHT = Curve()


def fitted(stated: Floats, outcomes: NDArray[np.bool_]) -> Curve:
    """The curve that makes outcomes likeliest, held to the straight line; that line itself where there are too few.

    Raises `SettingError` where the two do not belong together.
    """
    if stated.shape != outcomes.shape:
        raise SettingError("there is not one outcome for each", field="outcomes", remedy="Give one for each")
    if min(int(outcomes.sum()), int((~outcomes).sum())) < _FEWEST:
        return STRAIGHT
    p = np.clip(stated, 1e-12, 1.0 - 1e-12)
    design = np.stack([np.ones_like(p), np.log(p), -np.log1p(-p)])
    straight = np.array([0.0, 1.0, 1.0])

    def loss(at: Floats) -> tuple[float, Floats]:
        x = at @ design
        off = probability(x) - outcomes
        value = float(np.sum(np.logaddexp(0.0, x) - outcomes * x)) + _STRENGTH * float(np.sum((at - straight) ** 2))
        return value, np.asarray(design @ off + 2.0 * _STRENGTH * (at - straight))

    found = minimize(loss, straight, jac=True, method="L-BFGS-B", bounds=[(None, None), (1e-3, None), (1e-3, None)])
    shift, low, high = (float(value) for value in found.x)
    return Curve(shift, low, high)


def brier(stated: Floats, outcomes: NDArray[np.bool_]) -> float:
    """The mean squared distance between what was stated and what came (G. Brier 1950)."""
    return float(np.mean((stated - outcomes) ** 2))


def log_loss(stated: Floats, outcomes: NDArray[np.bool_]) -> float:
    """The mean surprise in nats; what is stated as certain and does not come costs as if it had been 1 in 10^9."""
    p = np.clip(stated, 1e-9, 1.0 - 1e-9)
    return float(-np.mean(np.where(outcomes, np.log(p), np.log1p(-p))))


def calibration_error(stated: Floats, outcomes: NDArray[np.bool_], bins: int = 15) -> float:
    """Expected calibration error: the mean distance between stated and come in bins of equal width, weighed by their
    number (M. Naeini, G. Cooper, M. Hauskrecht 2015)."""
    group = np.minimum((stated * bins).astype(np.int64), bins - 1)
    off = np.bincount(group, stated - outcomes, bins)
    return float(np.abs(off).sum() / len(stated))


def precision_at(stated: Floats, outcomes: NDArray[np.bool_], count: int) -> float:
    """The share of sites among the `count` places stated as likeliest; ties count as their mean."""
    order = np.argsort(-stated, kind="stable")
    edge = stated[order[count - 1]]
    above, tied = stated > edge, stated == edge
    return float((outcomes[above].sum() + (count - above.sum()) * outcomes[tied].mean()) / count)
