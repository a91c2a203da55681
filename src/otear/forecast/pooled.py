"""Counts with effort as exposure, each area pooled with its surroundings, its state and the nation.

    N ~ negative binomial
    mean = exposure * exp(year) * (exp(slopes . trends) * sum of weighted scaled parts + sum of weighted other parts)

Parts and trends are those of `features`; no weight of a part is below 0. Weights, slopes, intercepts of years and the
spread are those that are most probable given the years before (and a prior), each of which is foreseen from those
before it: with one year of history the prior alone speaks. The prior is what holds where levels stay as they are: half
of a gamma posterior mean, whose own prior near, far and state share equally, and half of a plain rate; half-lives share
equally. Areas that nobody ever looked at before teach nothing about that, and where one of them is foreseen, what is
not known of its rate (the gamma prior) widens its spread. Whatever moves a whole year is an intercept of that year,
drawn towards 0; the year to come gets what the intercepts have in common. The form is that of Held, Hoehle and Hofmann
(2005, Statistical Modelling 5): an endemic part, a part of the area's own past and a part of its neighbours' past.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_array

from otear.forecast.base import Forecast
from otear.forecast.choices import NEUTRAL, Choices
from otear.forecast.decay import across, along, surroundings
from otear.forecast.features import Features, features
from otear.forecast.panel import Floats, Ints, Panel
from otear.forecast.spread import Spread, fitted_spread, mass_and_slopes

OWN = 0.5
"""The weight of all gamma posterior means together before anything is learned; the rest is that of plain rates."""

TREND = 0.5
"""The slope of each trend before anything is learned: short and long together say that a level stays as it is."""

COVARIATE_WIDTH = 0.3
"""How far the slope of a standardised covariate may go from 0: one sigma."""

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
    """The forecaster of this module, with one set of `choices`."""

    name: str = "pooled"
    choices: Choices = NEUTRAL

    def forecast(self, past: Panel, ahead: int = 1) -> Forecast:
        """See `Forecaster`."""
        fit, now = self.learned(past, ahead)
        mean = fit.rate(now)
        shape = 1.0 / (1.0 / fit.spread.shape(mean) + np.where(now.looked, 0.0, 1.0 / now.prior))
        return Forecast(self.name, int(past.years[-1]) + ahead, past.areas, mean, mean, shape)

    def learned(self, past: Panel, ahead: int = 1) -> tuple[Fit, Features]:
        """What the years of `past` teach, each foreseen from those up to `ahead` before it; and what is known now."""
        around = surroundings(past)
        now = features(past, around, self.choices)
        prior = _prior(now, self.choices, ahead)
        fit = Fit(prior.weights, prior.slopes, 0.0, Spread())
        rows = _rows(past, ahead, around, self.choices)
        if rows is not None:
            for _ in range(2):
                fit = _fitted(rows, fit, prior)
        return fit, now


@dataclass(frozen=True)
class _Prior:
    """Of p parts and q trends: the `weights` (p,) and `slopes` (q,) that are most probable before anything is learned,
    and one sigma of the logarithm of a weight, of each slope (q,) and of a year's logarithm."""

    weights: Floats
    slopes: Floats
    log_weight_width: float
    slope_widths: Floats
    year_width: float


@dataclass(frozen=True)
class _Rows:
    """Every area in every year that is foreseen and was looked at before; `year` (m,) counts those years from 0."""

    known: Features
    counts: Floats
    exposure: Floats
    year: Ints


def _prior(known: Features, choices: Choices, ahead: int) -> _Prior:
    """What holds where levels stay as they are. A state's trend seldom lasts: `ahead` years ahead it may do as much
    less to the slope."""
    memories = len(choices.half_lives)
    shared = len(known.names) - 2 * memories  # state, and near and far where there are surroundings
    weights = [
        OWN / memories
        if name.startswith("own")
        else (1.0 - OWN) / memories
        if name.startswith("rate")
        else OWN / shared
        for name in known.names
    ]
    trends = [not name.startswith("covariate") for name in known.trend_names]
    widths = [
        choices.slope_width / (ahead if name.startswith("state") else 1) if trend else COVARIATE_WIDTH
        for name, trend in zip(known.trend_names, trends, strict=True)
    ]
    return _Prior(
        np.array(weights), np.where(trends, TREND, 0.0), choices.weight_width, np.array(widths), choices.year_width
    )


def _rows(past: Panel, ahead: int, around: tuple[csr_array, csr_array] | None, choices: Choices) -> _Rows | None:
    known: list[Features] = []
    counts: list[Floats] = []
    exposure: list[Floats] = []
    index: list[Ints] = []
    for year in past.years[ahead:]:
        at = past.column(int(year))
        before = features(past.until(int(year) - ahead + 1), around, choices)
        seen = before.looked & (past.exposure[:, at] > 0)
        known.append(before.of(seen))
        counts.append(past.counts[seen, at])
        exposure.append(past.exposure[seen, at])
        index.append(np.full(int(seen.sum()), len(index)))
    if not known or not any(len(part) for part in counts):
        return None
    first = known[0]
    parts, trends, looked = (
        np.concatenate([getattr(each, name) for each in known]) for name in ("parts", "trends", "looked")
    )
    together = replace(first, parts=parts, trends=trends, looked=looked)
    return _Rows(together, np.concatenate(counts), np.concatenate(exposure), np.concatenate(index))


def _fitted(rows: _Rows, start: Fit, prior: _Prior) -> Fit:
    """The most probable weights, slopes and years at the spread of `start`, and then the spread that goes with them."""
    known, spread = rows.known, start.spread
    p, q, years = len(prior.weights), len(prior.slopes), int(rows.year[-1]) + 1
    middle = np.concatenate([np.log(prior.weights), prior.slopes, np.zeros(years)])
    width = np.concatenate([np.full(p, prior.log_weight_width), prior.slope_widths, np.full(years, prior.year_width)])
    scaled, others = known.parts * known.scaled, known.parts * ~known.scaled

    def loss(at: Floats) -> tuple[float, Floats]:
        by_part, level = np.exp(at[:p]), np.exp(np.clip(along(known.trends, at[p : p + q]), -25.0, 25.0))
        moved = level * along(scaled, by_part)
        rate = moved + along(others, by_part) + _LEAST
        mean = rows.exposure * np.exp(np.clip(at[p + q :], -10.0, 10.0))[rows.year] * rate
        shape = spread.shape(mean)
        mass, by_mean, by_shape = mass_and_slopes(rows.counts, mean, shape)
        slope = by_mean + spread.growth * by_shape
        share = slope / rate
        away = (at - middle) / width
        value = -float(mass.sum()) + 0.5 * float(away @ away)
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
