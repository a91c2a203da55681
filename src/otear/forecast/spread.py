"""The negative binomial: how counts scatter about an expected number, and how much scatter the past shows.

Mean m and shape r: variance m + m^2 / r, the mixture of Poisson counts over gamma rates of shape r. As r grows it
becomes the Poisson distribution.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import digamma, gammaln
from scipy.stats import nbinom

from otear.forecast.panel import Floats

_LEAST = 1e-12
SHAPES = (1e-3, 1e4)


def log_mass(counts: Floats, mean: Floats, shape: Floats) -> Floats:
    """The natural logarithm of the probability of `counts` (n,) at `mean` (n,) and `shape` (n,)."""
    m = np.maximum(mean, _LEAST)
    mass = -shape * np.log1p(m / shape)
    some = counts > 0  # most are none, and then nothing else is left
    c, m, r = counts[some], m[some], shape[some]
    mass[some] += gammaln(c + r) - gammaln(r) - gammaln(c + 1.0) + c * np.log(m / (m + r))
    return np.asarray(mass)


def mass_and_slopes(counts: Floats, mean: Floats, shape: Floats) -> tuple[Floats, Floats, Floats]:
    """`log_mass`, and how it grows with the logarithm of the mean and with the logarithm of the shape."""
    m = np.maximum(mean, _LEAST)
    some = np.flatnonzero(counts > 0)  # most are none, and then little is left
    both, thin = m + shape, np.log1p(m / shape)
    mass, by_shape = -shape * thin, (m - counts) / both - thin
    c, r = counts[some], shape[some]
    mass[some] += gammaln(c + r) - gammaln(r) - gammaln(c + 1.0) + c * np.log(m[some] / both[some])
    by_shape[some] += digamma(c + r) - digamma(r)
    return np.asarray(mass), np.asarray(shape * (counts - m) / both), np.asarray(shape * by_shape)


def interval(mean: Floats, shape: Floats, covering: float) -> tuple[Floats, Floats]:
    """The central interval that holds at least `covering`: its lowest and highest numbers, both inside."""
    chance = shape / (shape + np.maximum(mean, _LEAST))
    tail = (1.0 - covering) / 2.0
    low, high = (nbinom.ppf(at, shape, chance) for at in (tail, 1.0 - tail))
    return np.asarray(np.maximum(low, 0.0)), np.asarray(np.maximum(high, 0.0))


def held(low: Floats, high: Floats, mean: Floats, shape: Floats) -> Floats:
    """The probability that each interval really holds: more than asked for where counts are small and lumpy."""
    chance = shape / (shape + np.maximum(mean, _LEAST))
    return np.asarray(nbinom.cdf(high, shape, chance) - nbinom.cdf(low - 1.0, shape, chance))


@dataclass(frozen=True)
class Spread:
    """The shape at a mean: log shape = `level` + `growth` * log mean."""

    level: float = np.log(0.5)
    growth: float = 0.3

    def shape(self, mean: Floats) -> Floats:
        """The shape for each mean."""
        return np.clip(np.exp(self.level + self.growth * np.log(np.maximum(mean, _LEAST))), *SHAPES)


def fitted_spread(counts: Floats, mean: Floats) -> Spread:
    """The spread that makes `counts` at `mean` most probable, held near the prior where they say little.

    The prior is normal: level log 0.5 +- 1, growth 0.3 +- 0.3.
    """
    log_mean = np.log(np.maximum(mean, _LEAST))
    prior = np.array([Spread.level, Spread.growth])
    width = np.array([1.0, 0.3])

    def loss(at: Floats) -> tuple[float, Floats]:
        shape = Spread(float(at[0]), float(at[1])).shape(mean)
        mass, _, slopes = mass_and_slopes(counts, mean, shape)
        by_shape = np.where((shape > SHAPES[0]) & (shape < SHAPES[1]), slopes, 0.0)
        away = (at - prior) / width
        value = -float(mass.sum()) + 0.5 * float(away @ away)
        return value, -np.array([by_shape.sum(), float((by_shape * log_mean).sum())]) + away / width

    best = minimize(loss, prior, jac=True, method="L-BFGS-B", bounds=[(-6.0, 6.0), (-1.0, 2.0)]).x
    return Spread(float(best[0]), float(best[1]))
