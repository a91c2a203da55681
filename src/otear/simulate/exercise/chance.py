"""What a crew that looks at nothing would find: the yardstick that stands beside what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from otear.authority.charts import GEODESIC
from otear.simulate.exercise.findings import GATE_M
from otear.simulate.exercise.grounds import Ground, district
from otear.simulate.world.truth import HiddenSite, Truth


@dataclass(frozen=True)
class Chance:
    """How many sites as many answers by a crew that looks at nothing would find.

    `expected`, `low`, `high`: thrown at random over the district, the mean and 95% of cases. `best`: the most that can
    be expected of any way to spread them, a grid with no overlap, say. `precision`: the share of the district in which
    an answer means a site; more of its answers, on average, no such crew can have right.
    """

    expected: float
    low: float
    high: float
    best: float
    precision: float


def chance_of(times_us: Sequence[int], sites: Sequence[HiddenSite], grounds: Sequence[Ground], truth: Truth) -> Chance:
    """Of answers at these times.

    Each site is hit by some of them or by none; the number that are hit is a sum of unequal coins, whose distribution
    is built coin by coin. Sites so near each other that one answer may mean either count as if they were apart.
    """
    ring = shapely.get_coordinates(district(truth))
    area_m2 = abs(GEODESIC.polygon_area_perimeter(ring[:, 0], ring[:, 1])[0])
    found, best, meant = np.ones(1), 0.0, 0.0
    for site, ground in zip(sites, grounds, strict=True):
        share = min(ground.area_m2(GATE_M) / area_m2, 1.0)
        tries = sum(site.from_us <= time_us < site.until_us for time_us in times_us)
        hit = 1.0 - (1.0 - share) ** tries
        found = np.append(found, 0.0) * (1.0 - hit) + np.append(0.0, found) * hit
        best += min(tries * share, 1.0)
        meant += share
    cumulative = np.cumsum(found)
    low, high = (int(np.searchsorted(cumulative, q)) for q in (0.025, 0.975))
    return Chance(float(found @ np.arange(found.size)), float(low), float(high), best, min(meant, 1.0))
