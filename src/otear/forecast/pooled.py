"""Ours: counts with effort as exposure, each area pooled with its surroundings, its state and the nation.

    N ~ negative binomial
    mean = exposure * exp(year) * (exp(slopes . trends) * sum of weighted scaled parts + sum of weighted other parts)

Parts and trends are those of `features`; no weight of a part is below 0. Weights, slopes, intercepts of years and the
spread are those that are most probable given the years before (and `PRIOR`), each of which is foreseen from those
before it: with one year of history the prior alone speaks. Whatever moves a whole year is an intercept of that year,
drawn towards 0; the year to come gets what the intercepts have in common. The form is that of Held, Hoehle and Hofmann
(2005, Statistical Modelling 5): an endemic part, a part of the area's own past and a part of its neighbours' past.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_array

from otear.forecast.base import Forecast
from otear.forecast.decay import across, along, surroundings
from otear.forecast.features import HALF_LIVES, Features, features
from otear.forecast.panel import Floats, Ints, Panel
from otear.forecast.spread import Spread, fitted_spread, log_mass, mass_slopes

PRIOR: dict[str, float] = {"own": 0.45, "rate": 0.35, "near": 0.3, "far": 0.2, "state": 0.5}
"""Weights of parts before anything is learned; those of `own` and of `rate` are shared by the half-lives."""

SLOPES: dict[str, tuple[float, float]] = {
    "nation short": (0.6, 0.3),
    "nation long": (0.3, 0.3),
    "state short": (0.45, 0.15),
    "state long": (0.45, 0.15),
}
"""Slopes of trends before anything is learned, and how far they may go (one sigma); 0 +- 0.3 for a covariate.

Those of a state may go so far one year ahead, and `ahead` times less farther ahead: a trend seldom lasts.
"""

WEIGHT_WIDTH = 0.4
"""How far the logarithm of a weight may go from the prior's: one sigma."""

YEAR_WIDTH = 0.1
"""How much a year may differ as a whole: one sigma of its logarithm."""

_LEAST = 1e-12


@dataclass(frozen=True)
class Fit:
    """What was learned: `weights` (p,) of parts, `slopes` (q,) of trends, a year to come, the spread."""

    weights: Floats
    slopes: Floats
    year: float
    spread: Spread

    def contributions(self, known: Features) -> Floats:
        """What each part adds to the expected number at exposure 1: (n, p); the sum over parts is the mean."""
        level = np.exp(along(known.trends, self.slopes))[:, None]
        return np.asarray(np.exp(self.year) * known.parts * self.weights * np.where(known.scaled, level, 1.0))

    def rate(self, known: Features) -> Floats:
        """The expected number at exposure 1: (n,)."""
        return np.asarray(np.maximum(self.contributions(known).sum(axis=1), _LEAST))


@dataclass(frozen=True)
class Pooled:
    """The forecaster of this module."""

    name: str = "ours"

    def forecast(self, past: Panel, ahead: int = 1) -> Forecast:
        """See `Forecaster`."""
        fit, now = self.learned(past, ahead)
        mean = fit.rate(now)
        return Forecast(self.name, int(past.years[-1]) + ahead, past.areas, mean, mean, fit.spread.shape(mean))

    def learned(self, past: Panel, ahead: int = 1) -> tuple[Fit, Features]:
        """What the years of `past` teach, each foreseen from those up to `ahead` before it; and what is known now."""
        around = surroundings(past)
        now = features(past, around)
        fit = Fit(*_prior(now), 0.0, Spread())
        rows = _rows(past, ahead, around)
        if rows is not None:
            for _ in range(2):
                fit = _fitted(rows, fit, now)
        return fit, now


@dataclass(frozen=True)
class _Rows:
    """Every area in every year that is foreseen, `ahead` years before; `year` (m,) counts those years from 0."""

    ahead: int
    known: Features
    counts: Floats
    exposure: Floats
    year: Ints


def _prior(known: Features) -> tuple[Floats, Floats]:
    def weight(name: str) -> float:
        kind = name.split(maxsplit=1)[0]
        return PRIOR[kind] / (len(HALF_LIVES) if kind in ("own", "rate") else 1)

    slopes = [SLOPES.get(name, (0.0, 0.3))[0] for name in known.trend_names]
    return np.array([weight(name) for name in known.names]), np.array(slopes)


def _rows(past: Panel, ahead: int, around: tuple[csr_array, csr_array] | None) -> _Rows | None:
    known: list[Features] = []
    counts: list[Floats] = []
    exposure: list[Floats] = []
    index: list[Ints] = []
    for year in past.years[ahead:]:
        at = past.column(int(year))
        seen = past.exposure[:, at] > 0
        known.append(features(past.until(int(year) - ahead + 1), around).of(seen))
        counts.append(past.counts[seen, at])
        exposure.append(past.exposure[seen, at])
        index.append(np.full(int(seen.sum()), len(index)))
    if not known or not any(len(part) for part in counts):
        return None
    first = known[0]
    parts, trends = (np.concatenate([getattr(each, name) for each in known]) for name in ("parts", "trends"))
    together = Features(first.names, parts, first.scaled, first.trend_names, trends)
    return _Rows(ahead, together, np.concatenate(counts), np.concatenate(exposure), np.concatenate(index))


def _fitted(rows: _Rows, start: Fit, now: Features) -> Fit:
    """The most probable weights, slopes and years at the spread of `start`, and then the spread that goes with them."""
    known, spread = rows.known, start.spread
    weights, slopes = _prior(now)
    p, q, years = len(weights), len(slopes), int(rows.year[-1]) + 1
    middle = np.concatenate([np.log(weights), slopes, np.zeros(years)])
    widths = [
        SLOPES.get(name, (0.0, 0.3))[1] / (rows.ahead if name.startswith("state") else 1) for name in known.trend_names
    ]
    width = np.concatenate([np.full(p, WEIGHT_WIDTH), widths, np.full(years, YEAR_WIDTH)])
    scaled, others = known.parts * known.scaled, known.parts * ~known.scaled

    def loss(at: Floats) -> tuple[float, Floats]:
        by_part, level = np.exp(at[:p]), np.exp(np.clip(along(known.trends, at[p : p + q]), -25.0, 25.0))
        moved = level * along(scaled, by_part)
        rate = moved + along(others, by_part) + _LEAST
        mean = rows.exposure * np.exp(np.clip(at[p + q :], -10.0, 10.0))[rows.year] * rate
        shape = spread.shape(mean)
        by_mean, by_shape = mass_slopes(rows.counts, mean, shape)
        slope = by_mean + spread.growth * by_shape
        share = slope / rate
        away = (at - middle) / width
        value = -float(log_mass(rows.counts, mean, shape).sum()) + 0.5 * float(away @ away)
        up = [
            by_part * (across(share * level, scaled) + across(share, others)),
            across(share * moved, known.trends),
            np.bincount(rows.year, slope, minlength=years),
        ]
        return value, -np.concatenate(up) + away / width

    begin = np.concatenate([np.log(start.weights), start.slopes, np.zeros(years)])
    best = minimize(loss, begin, jac=True, method="L-BFGS-B").x
    year = float(best[p + q :].sum() / (years + 1.0))
    fit = Fit(np.exp(best[:p]), np.asarray(best[p : p + q]), year, spread)
    return Fit(fit.weights, fit.slopes, fit.year, fitted_spread(rows.counts, rows.exposure * fit.rate(known)))
