"""What everybody would try first: rankings by what was found before, none of which asks how well anybody looked.

Each gets a distribution in the same way as ours, so that log scores compare: the mean is a + b * score, the shape of
the negative binomial grows with the mean, and a, b and the shape are those that make the years before most probable,
each year foreseen from those before it. Areas that nobody had looked at before are left out of that: a ranking by what
was found knows nothing of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from otear.errors import SettingError
from otear.forecast.base import Forecast
from otear.forecast.choices import NEUTRAL
from otear.forecast.decay import across, decayed, near, spacing_m
from otear.forecast.panel import Floats, Panel
from otear.forecast.spread import Spread, fitted_spread, log_mass, mass_and_slopes

Scoring = Callable[[Panel], Floats]


WIDTHS = (0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True)
class Ranking:
    """Ranks by the first of `scorings`, or by the one that foresaw the years before best."""

    name: str
    scorings: Sequence[Scoring]

    def forecast(self, past: Panel, ahead: int = 1) -> Forecast:
        """See `Forecaster`; what it learns from are the years of `past`, each foreseen from those before."""
        fits = [_fit(scoring, past, ahead) for scoring in self.scorings]
        best = max(range(len(fits)), key=lambda at: (fits[at][0], -at))
        _, line, spread = fits[best]
        score = self.scorings[best](past)
        mean = line[0] + line[1] * score
        return Forecast(self.name, int(past.years[-1]) + ahead, past.areas, score, mean, spread.shape(mean))


def last_year() -> Ranking:
    """By what was found in the last year."""
    return Ranking("last year", [lambda past: past.counts[:, -1]])


def three_years() -> Ranking:
    """By what was found in the last three years; equal sums in the order of the last year."""
    return Ranking("three years", [lambda past: past.counts[:, -3:].sum(axis=1) + 1e-6 * past.counts[:, -1]])


def decay() -> Ranking:
    """By sums in which the past fades, with the half-life that foresaw best."""
    return Ranking("decay", [_fading(half_life) for half_life in (2.0, *(x for x in NEUTRAL.half_lives if x != 2.0))])


def kernel_density() -> Ranking:
    """By the last three years smoothed over places, with the width that foresaw best. Needs a panel with places."""
    return Ranking("kernel density", [_smoothing(times) for times in (1.0, *(x for x in WIDTHS if x != 1.0))])


def random_order() -> Ranking:
    """No ranking at all: every area is as good as any other, so its share is what a random order gives on average."""
    return Ranking("random", [lambda past: np.ones(len(past.areas))])


def _fading(half_life: float) -> Scoring:
    return lambda past: decayed(past.counts, half_life)


def _smoothing(times: float) -> Scoring:
    def score(past: Panel) -> Floats:
        if past.places_m is None:
            raise SettingError("the areas have no places", field="places_m", remedy="Give places or leave it out")
        width = times * spacing_m(past.places_m)
        return np.asarray(near(past.places_m, width) @ past.counts[:, -3:].sum(axis=1))

    return score


def _fit(scoring: Scoring, past: Panel, ahead: int) -> tuple[float, Floats, Spread]:
    """How probable the years before were at best, and the line and the spread that make them so."""
    scores, found, looked = [], [], []
    for year in past.years[ahead:]:
        at = past.column(int(year))
        before = past.until(int(year) - ahead + 1)
        seen = (past.exposure[:, at] > 0) & (before.exposure.sum(axis=1) > 0)
        scores.append(scoring(before)[seen])
        found.append(past.counts[seen, at])
        looked.append(past.exposure[seen, at])
    prior = _first_line(scoring(past), past)
    if not any(len(counts) for counts in found):
        return 0.0, prior, Spread()
    score, counts, exposure = (np.concatenate(parts) for parts in (scores, found, looked))

    def mean_of(line: Floats) -> Floats:
        return np.asarray(exposure * (line[0] + line[1] * score))

    spread, line = Spread(), prior
    for _ in range(3):
        line = _line(score, counts, exposure, spread, line)
        spread = fitted_spread(counts, mean_of(line))
    mean = mean_of(line)
    return float(log_mass(counts, mean, spread.shape(mean)).sum()), line, spread


def _first_line(score: Floats, past: Panel) -> Floats:
    """A tenth of the average everywhere and the rest in proportion to the score: what holds before any learning."""
    average = float(past.counts.sum() / max(1.0, (past.exposure > 0).sum())) + 1e-6
    return np.array([0.1 * average, 0.9 * average / max(float(score.mean()), 1e-9)])


def _line(score: Floats, counts: Floats, exposure: Floats, spread: Spread, start: Floats) -> Floats:
    def loss(at: Floats) -> tuple[float, Floats]:
        parts = np.exp(at)
        rate = parts[0] + parts[1] * score
        mean = exposure * rate
        shape = spread.shape(mean)
        mass, by_log_mean, by_log_shape = mass_and_slopes(counts, mean, shape)
        by_rate = (by_log_mean + spread.growth * by_log_shape) / rate
        slopes = np.array([parts[0] * by_rate.sum(), parts[1] * across(by_rate, score)])
        away = at - np.log(start)
        return -float(mass.sum()) + 0.5 * float(away @ away), -slopes + away

    return np.exp(minimize(loss, np.log(start), jac=True, method="L-BFGS-B").x)
