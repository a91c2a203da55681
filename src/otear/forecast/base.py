"""The seam of forecasting: a panel of the past comes in, an expected number with its spread comes out per area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from otear.forecast.panel import Floats, Panel
from otear.forecast.spread import interval, log_mass


@dataclass(frozen=True)
class Forecast:
    """What is expected in one year for each of `n` areas at exposure 1.

    `order` (n,) is what areas are ranked by, largest first; `mean` (n,) is the expected number of sites; `shape` (n,)
    is that of the negative binomial whose variance is mean + mean^2 / shape.
    """

    name: str
    year: int
    areas: tuple[str, ...]
    order: Floats
    mean: Floats
    shape: Floats

    def log_score(self, counts: Floats, exposure: Floats) -> Floats:
        """The natural logarithm of the probability that was given to each of `counts` (n,), found at `exposure`."""
        return log_mass(counts, self.mean * exposure, self.shape)

    def interval(self, covering: float = 0.9) -> tuple[Floats, Floats]:
        """The lowest and highest numbers (n,) of a central interval that holds at least `covering`."""
        return interval(self.mean, self.shape, covering)


class Forecaster(Protocol):
    """Learns from the past and says what is expected."""

    @property
    def name(self) -> str:
        """What tables call it."""

    def forecast(self, past: Panel, ahead: int = 1) -> Forecast:
        """What is expected `ahead` years after the last year of `past`, learned from `past` alone."""
