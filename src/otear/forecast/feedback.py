"""What happens when effort follows what effort found: two districts, many days, two ways of learning.

After Ensign, Friedler, Neville, Scheidegger and Venkatasubramanian, "Runaway feedback loops in predictive policing"
(2018, Proceedings of Machine Learning Research 81). Every day a fixed number of sorties is drawn over two districts.
With z sorties in a district, of the lambda sites that come up there a day,
Poisson(lambda (1 - exp(-alpha z))) are found.

- *naive*: sorties are drawn in proportion to what has been found so far (an urn). More sorties find more, which draws
  more sorties: the share runs away from the truth, and where to is luck.
- *ours*: the rate is what was found over the exposure, sum of (1 - exp(-alpha z)), and sorties are drawn in proportion
  to rates; a reserved share of them is drawn with no regard to what was found, so that no district goes dark.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from otear.errors import SettingError
from otear.forecast.panel import Floats

RESERVED = 0.12

NEAR = 0.05
"""So far from the true split a run may end and still count as near it: 5 percentage points."""


@dataclass(frozen=True)
class Districts:
    """`rates` are the sites that come up in the two districts in a day, `alpha` how well a sortie sees a district."""

    rates: tuple[float, float] = (3.0, 2.0)
    alpha: float = 0.02
    sorties_a_day: int = 25

    def __post_init__(self) -> None:
        if min(*self.rates, self.alpha) <= 0.0 or self.sorties_a_day < 1:
            raise SettingError("a rate, alpha or the sorties are not above 0", field="rates", remedy="Give all above 0")

    @property
    def split(self) -> float:
        """The first district's share of all sites: the truth."""
        return self.rates[0] / sum(self.rates)


@dataclass(frozen=True)
class Shares:
    """Of the first district, by run and day (r, d): the share of sorties meant for it, and the share it is believed to
    have of all sites."""

    effort: Floats
    belief: Floats


@dataclass(frozen=True)
class Ends:
    """Where the shares of effort of many runs end: their 5%, middle and 95%, and the share of runs `near` the truth."""

    low: float
    middle: float
    high: float
    near: float


def ends(shares: Shares, districts: Districts) -> Ends:
    """Where `shares` end."""
    last = shares.effort[:, -1]
    low, middle, high = (float(value) for value in np.quantile(last, (0.05, 0.5, 0.95)))
    return Ends(low, middle, high, float(np.mean(np.abs(last - districts.split) <= NEAR)))


def naive(districts: Districts, runs: int, days: int, rng: np.random.Generator) -> Shares:
    """Sorties by what was found, starting from one site found in each district."""
    return _simulated(districts, runs, days, rng, reserved=0.0, corrected=False)


def ours(districts: Districts, runs: int, days: int, rng: np.random.Generator, *, reserved: float = RESERVED) -> Shares:
    """Sorties by rates with effort as exposure, and a `reserved` share of them drawn at random."""
    if not 0.0 <= reserved < 1.0:
        raise SettingError(f"the reserved share is {reserved}", field="reserved", remedy="Give it from 0 to below 1")
    return _simulated(districts, runs, days, rng, reserved=reserved, corrected=True)


def _simulated(
    districts: Districts, runs: int, days: int, rng: np.random.Generator, *, reserved: float, corrected: bool
) -> Shares:
    found = np.ones((runs, 2))
    exposure = np.ones((runs, 2))  # one day fully seen: where both start, and soon nothing
    effort, belief = np.zeros((2, runs, days))
    rates = np.array(districts.rates)
    for day in range(days):
        score = found / exposure if corrected else found
        believed = score[:, 0] / score.sum(axis=1)
        meant = (1.0 - reserved) * believed + reserved / 2.0
        first = rng.binomial(districts.sorties_a_day, meant)
        sorties = np.column_stack([first, districts.sorties_a_day - first])
        seen = -np.expm1(-districts.alpha * sorties)
        found += rng.poisson(rates * seen)
        exposure += seen
        effort[:, day], belief[:, day] = meant, believed
    return Shares(effort, belief)
