"""What hours on station find over a forecast, and what one more hour is worth.

In a cell of area A (km²) an hour sweeps the share W / A of it, and shows each site there with probability pd: rate
alpha = pd W / A per hour of random search. Hours are divided among cells by the optimum of Koopman and Stone
(`effort`), on what is expected. That is a bound: aircraft that have to fly from cell to cell find less.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from otear.domain.capacity import Expectation, Floats, Looking
from otear.errors import InputError
from otear.plan.search.effort import divide, random_search

_DRAWS = 400


@dataclass(frozen=True, eq=False)
class CapacitySearch:
    """A forecast, how it is looked at, and draws (draws, n) of what may really be there, each adding up to 1."""

    forecast: Expectation
    looking: Looking
    drawn: Floats

    @cached_property
    def rate(self) -> Floats:
        """How fast an hour finds what is in each cell, (n,), per hour."""
        return self.looking.pd * self.looking.sweep_km2_h / self.forecast.area_km2

    @cached_property
    def shares(self) -> Floats:
        """The share of the expected sites in each cell, (n,)."""
        return self.forecast.expected / self.forecast.sites

    def found(self, hours: float) -> float:
        """The expected share of sites that `hours` on station detect."""
        return divide(self.shares, self.rate, hours).detected

    def found_90(self, hours: float) -> tuple[float, float]:
        """What 90% of the draws lie between, with the hours divided by what was expected."""
        seen = random_search(self.rate * divide(self.shares, self.rate, hours).looks)
        # Not the product `@`: it sums in an order that depends on how many cores are free.
        low, high = np.quantile(np.einsum("dn,n->d", self.drawn, seen), (0.05, 0.95))
        return float(low), float(high)

    def hours_until(self, share_per_hour: float) -> float:
        """The hours on station after which one more finds less than `share_per_hour` of the sites.

        By Stone's rule each cell gets (1 / alpha) max(0, ln(p alpha / price)). Raises `InputError` for a price of 0.
        """
        if not share_per_hour > 0.0:
            raise InputError(f"a price of {share_per_hour:g}", field="share_per_hour", remedy="Give more than 0")
        steep = self.shares * self.rate
        some = steep > share_per_hour
        return float((np.log(steep[some] / share_per_hour) / self.rate[some]).sum())


def searched(
    forecast: Expectation, looking: Looking, generator: np.random.Generator, draws: int = _DRAWS
) -> CapacitySearch:
    """The search of a forecast, with draws of it: gamma numbers in each cell about what is expected."""
    drawn = generator.gamma(forecast.shape, forecast.expected / forecast.shape, (draws, len(forecast.expected)))
    total = drawn.sum(axis=1, keepdims=True)
    return CapacitySearch(forecast, looking, drawn[total[:, 0] > 0.0] / total[total[:, 0] > 0.0])
