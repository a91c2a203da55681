"""The dumb baseline of `uncertainty`: draw every error, look again, and see where the ground is met.

It shares the chain of `perturb` with `uncertainty`, and none of its derivatives: all errors act at once and in full.
Tests, benchmarks and simulated flights use it with `places_with`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from otear.geo.budget import ErrorBudget, Parameter
from otear.geo.frames import Floats


def draw_errors(budget: ErrorBudget, flight: NDArray[np.int64], rng: np.random.Generator) -> dict[Parameter, Floats]:
    """One error of each parameter of a budget for each of n looks, shape (n,), normal with zero mean.

    `flight`, shape (n,), counts flights from 0: looks with the same number share their biases.
    """
    errors: dict[Parameter, Floats] = {}
    for source in budget.sources:
        drawn = rng.standard_normal(int(flight.max()) + 1)[flight] if source.bias else rng.standard_normal(len(flight))
        errors[source.parameter] = errors.get(source.parameter, np.zeros(len(flight))) + source.sigma * drawn
    return errors
