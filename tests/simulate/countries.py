"""A small made-up land for the tests of worlds, made once for all of them."""

from __future__ import annotations

from functools import cache

import numpy as np

from otear.domain.progress import silent
from otear.simulate.world.country import Country, make_country
from otear.simulate.world.lattice import Lattice
from otear.simulate.world.make import MIDDLE_DEG, STARTS_US
from otear.simulate.world.plane import Plane
from otear.simulate.world.prospect import Prospect, survey

__all__ = ["DAY_US", "PLANE", "STARTS_US", "small_country", "small_prospect"]

DAY_US = 86_400_000_000
PLANE = Plane(*np.radians(MIDDLE_DEG).tolist())


@cache
def small_country() -> Country:
    """About 14 by 14 km."""
    return make_country(Lattice(PLANE, (460, 500)), np.random.default_rng(11), silent)


@cache
def small_prospect() -> Prospect:
    """The same, as somebody sees it who looks for places."""
    return survey(small_country())
