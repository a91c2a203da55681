"""Panels of made-up counts."""

from __future__ import annotations

import numpy as np

from otear.forecast.panel import Floats, Panel, panel_of


def panel(counts: Floats, *, states: int = 1, exposure: Floats | None = None, places: bool = False) -> Panel:
    """A panel of `counts` (n, t) from 2000 on; areas in turn belong to the states."""
    n, t = counts.shape
    names = [f"{at:04d}" for at in range(n)]
    return panel_of(
        "made up",
        [(names[at], 2000 + year, float(counts[at, year])) for at, year in np.argwhere(counts)],
        state_of={name: f"state {at % states}" for at, name in enumerate(names)},
        exposure=None
        if exposure is None
        else {(names[at], 2000 + year): float(exposure[at, year]) for at in range(n) for year in range(t)},
        years=(2000, 1999 + t),
        places_m={name: (5000.0 * (at % 10), 5000.0 * (at // 10)) for at, name in enumerate(names)} if places else None,
    )


def clustered(seed: int, areas: int = 150, years: int = 8) -> Floats:
    """Counts (n, t) of areas whose rates are very unequal and last."""
    rng = np.random.default_rng(seed)
    return rng.poisson(rng.gamma(0.4, 2.0, size=(areas, 1)) * np.ones((1, years))).astype(float)
