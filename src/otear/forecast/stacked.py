"""Ours: the model of `pooled` under several choices, each with the weight that it earned on years before.

No constant of the model is settled by hand for a register. Every set of choices (`choices.around`) foresees each of the
last years of the past from the years before it, as it would have done then. Their weights are those under which the
mixture of their distributions makes what was found in those years most probable, with one area's worth of doubt for
each (the middle of a Dirichlet distribution); where nothing can be foreseen yet they are equal. After Yao, Vehtari,
Simpson and Gelman (2018, Bayesian Analysis 13), "Using stacking to average Bayesian predictive distributions".

The year to come gets the mixture's mean and variance, as one negative binomial. Whatever is learned, here and in the
parts, is learned from `past`; what a forecaster is handed ends before the year it foresees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from otear.errors import SettingError
from otear.forecast.base import Forecast, Forecaster
from otear.forecast.choices import NEUTRAL, Choices, around
from otear.forecast.decay import across
from otear.forecast.panel import Floats, Panel
from otear.forecast.pooled import Pooled
from otear.forecast.spread import SHAPES

RECENT = 5
"""How many of the last years of the past are foreseen to learn the weights."""

_DOUBT = 1.0
_ROUNDS = 200


class Remembered:
    """A forecaster that works out each forecast once: the same past and years ahead give the forecast made before."""

    def __init__(self, part: Forecaster) -> None:
        self._part = part
        self._made: dict[tuple[bytes, int], Forecast] = {}

    @property
    def name(self) -> str:
        """That of the forecaster it asks."""
        return self._part.name

    def forecast(self, past: Panel, ahead: int = 1) -> Forecast:
        """See `Forecaster`."""
        key = past.fingerprint(), ahead
        if key not in self._made:
            self._made[key] = self._part.forecast(past, ahead)
        return self._made[key]


@dataclass(frozen=True)
class Stacked:
    """A mixture of `parts`, which should remember, since each is asked for the same years again and again."""

    name: str
    parts: Sequence[Forecaster]
    recent: int = RECENT

    def __post_init__(self) -> None:
        if not self.parts or self.recent < 1:
            raise SettingError("no parts, or no years", field="parts", remedy="Give at least one part and one year")

    def forecast(self, past: Panel, ahead: int = 1) -> Forecast:
        """See `Forecaster`."""
        weights = self.weights(past, ahead)
        made = [part.forecast(past, ahead) for part in self.parts]
        means, shapes = np.array([each.mean for each in made]), np.array([each.shape for each in made])
        mean = across(weights, means)
        variance = across(weights, means + means**2 / shapes + (means - mean) ** 2)
        shape = np.clip(mean**2 / np.maximum(variance - mean, 1e-300), *SHAPES)
        return Forecast(self.name, made[0].year, past.areas, mean, mean, shape)

    def weights(self, past: Panel, ahead: int = 1) -> Floats:
        """How much of the mixture each part (k,) is: what the last years of `past` say."""
        tables = [self._foreseen(past, int(year), ahead) for year in past.years[ahead:][-self.recent :]]
        rows = np.concatenate([np.empty((0, len(self.parts))), *tables])
        return mixed(rows)

    def _foreseen(self, past: Panel, year: int, ahead: int) -> Floats:
        """The logarithm of the probability that each part (m, k) gave to each area of a year that could be judged."""
        before, at = past.until(year - ahead + 1), past.column(year)
        seen = (past.exposure[:, at] > 0) & (before.exposure.sum(axis=1) > 0)
        counts, exposure = past.counts[:, at], past.exposure[:, at]
        scores = [part.forecast(before, ahead).log_score(counts, exposure)[seen] for part in self.parts]
        return np.column_stack(scores)


def mixed(log_masses: Floats) -> Floats:
    """The weights (k,) of a mixture under which m things with these `log_masses` (m, k) are most probable."""
    parts = log_masses.shape[1]
    weights = np.full(parts, 1.0 / parts)
    chances = np.exp(log_masses - log_masses.max(axis=1, keepdims=True))
    for _ in range(_ROUNDS):
        share = chances * weights
        share /= share.sum(axis=1, keepdims=True)
        weights = (share.sum(axis=0) + _DOUBT) / (len(log_masses) + _DOUBT * parts)
    return weights


def ours(panel: Panel, middle: Choices = NEUTRAL) -> Stacked:
    """Our forecaster for panels with what `panel` knows of places: the choices about `middle`, none preferred."""
    near = panel.places_m is not None or panel.neighbours is not None
    return Stacked(
        "ours",
        tuple(Remembered(Pooled(name, choices)) for name, choices in around(middle, surroundings=near).items()),
    )
