"""What the past says of each area: the parts that its expected number is made of, and the trends that scale them.

Effort is exposure: a rate is what was found over how much was looked. The level of a state in a year is its rate, drawn
towards the nation's; whatever moves all counts of a state together (how hard it looks, whether it reports) moves its
level. With weights that fade with age, an area has

    found = sum w_t N_t,   looked = sum w_t exposure_t,   expected = sum w_t exposure_t level_t

and its parts are, the first three being multiples of the level to come and the last a rate as it stands:

- *own*, one for each half-life: found / (expected + k), with k the shape of the gamma prior of relative rates;
- *near* and *far*: the same ratio of what is around it, times its own k / (expected + k);
- *state*: k / (expected + k) alone, so that together the three are a gamma posterior mean whose prior comes from the
  surroundings and the state and fades as the area itself is looked at;
- *rate*, one for each half-life: found / looked, drawn towards the state.

An area where nothing was ever found lives off its surroundings and its state, the less the longer it was looked at in
vain. In surroundings a year counts for a few sites at most, so that one address under which a whole district was
registered does not heat everything about it. Half-lives and the like are `choices`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_array

from otear.forecast.choices import NEUTRAL, Choices
from otear.forecast.decay import decayed
from otear.forecast.panel import Floats, Panel
from otear.forecast.spread import log_mass

TRENDS = (("short", 1.0), ("long", 4.0))
"""Half-lives of levels: a trend is the short one above the long one."""

_LEAST_RATE = 1e-6
_SHAPES = (0.05, 5.0)


@dataclass(frozen=True)
class Features:
    """Of `n` areas: `parts` (n, p) with their names and which of them the level scales, and `trends` (n, q).

    `trends` are logarithms of levels (the nation's, and the state's relative to it), then covariates. `prior` is the
    shape of the gamma prior of relative rates; `looked` (n,) says whether anybody ever looked at the area.
    """

    names: tuple[str, ...]
    parts: Floats
    scaled: NDArray[np.bool_]
    trend_names: tuple[str, ...]
    trends: Floats
    prior: float
    looked: NDArray[np.bool_]

    def of(self, chosen: NDArray[np.bool_]) -> Features:
        """Those of some areas (n,)."""
        return replace(self, parts=self.parts[chosen], trends=self.trends[chosen], looked=self.looked[chosen])


def features(panel: Panel, around: tuple[csr_array, csr_array] | None, choices: Choices = NEUTRAL) -> Features:
    """What is known of every area at the end of `panel`; `around` are weights of near and far surroundings (n, n)."""
    found, looked = panel.totals()
    expected = panel.exposure * _levels(found, looked, choices)[panel.group]
    prior = prior_shape(panel.counts.sum(axis=1), expected.sum(axis=1))
    unknown = prior / (decayed(expected, choices.lasting) + prior)
    parts: dict[str, Floats] = {}
    for half_life in choices.half_lives:
        parts[f"own {half_life:g}"] = decayed(panel.counts, half_life) / (decayed(expected, half_life) + prior)
    if around is not None:
        sums = (
            decayed(np.minimum(panel.counts, choices.most_around), choices.lasting),
            decayed(expected, choices.lasting),
        )
        for name, weights in zip(("near", "far"), around, strict=True):
            parts[name] = unknown * (weights @ sums[0] + prior) / (weights @ sums[1] + prior)
    parts["state"] = unknown
    scaled = len(parts)
    for half_life in choices.half_lives:
        level = _levels(decayed(found, half_life), decayed(looked, half_life), choices)[panel.group]
        seen = decayed(panel.counts, half_life), decayed(panel.exposure, half_life)
        parts[f"rate {half_life:g}"] = (seen[0] + choices.area_looks * level) / (seen[1] + choices.area_looks)
    trends = _trends(found, looked, panel, choices)
    return Features(
        tuple(parts),
        np.column_stack(list(parts.values())),
        np.arange(len(parts)) < scaled,
        tuple(trends),
        np.column_stack(list(trends.values())),
        prior,
        panel.exposure.sum(axis=1) > 0.0,
    )


def prior_shape(found: Floats, expected: Floats) -> float:
    """The shape k of the gamma prior of relative rates that makes `found` at `expected` most probable."""
    known = expected > 0
    if not known.any():
        return 1.0

    def loss(log_shape: float) -> float:
        shape = np.full(int(known.sum()), np.exp(log_shape))
        return -float(log_mass(found[known], expected[known], shape).sum())

    best = minimize_scalar(loss, bounds=(np.log(_SHAPES[0]), np.log(_SHAPES[1])), method="bounded").x
    return float(np.exp(best))


def _trends(found: Floats, looked: Floats, panel: Panel, choices: Choices) -> dict[str, Floats]:
    trends: dict[str, Floats] = {}
    states: dict[str, Floats] = {}
    for span, half_life in TRENDS:
        sums = decayed(found, half_life), decayed(looked, half_life)
        nation = np.log((sums[0].sum() + _LEAST_RATE) / (sums[1].sum() + 1.0))
        trends[f"nation {span}"] = np.full(len(panel.areas), nation)
        states[f"state {span}"] = (np.log(_levels(*sums, choices)) - nation)[panel.group]
    trends |= states
    if panel.covariates is not None:
        trends |= {f"covariate {at}": values for at, values in enumerate(panel.covariates.T)}
    return trends


def _levels(found: Floats, looked: Floats, choices: Choices) -> Floats:
    """Rates of states (g,) or (g, t), drawn towards the nation's, year by year."""
    nation = (found.sum(axis=0) + _LEAST_RATE) / (looked.sum(axis=0) + 1.0)
    return np.asarray((found + choices.state_looks * nation) / (looked + choices.state_looks))
