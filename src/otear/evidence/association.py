"""Which cue belongs to which site: cues of a pass that may be one place are one sighting, and sightings go to sites.

A site is worked ground of 1,600 to 6,000 square metres, so its cues lie tens of metres apart whatever their errors:
`EXTENT_M` is one standard deviation of where in a site a cue is. Places are metres east and north in one plane.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from otear.geo.frames import Floats

EXTENT_M = 22.0
GATE = 9.210
"""Squared distance, in sigmas, beyond which two are not one: the 99% quantile of chi-square with two degrees."""
_FAR = 1e9


@dataclass(frozen=True)
class Assignment:
    """`site` (sightings,): the index of each sighting's site, -1 where a new one is born; `squared` the distance."""

    site: NDArray[np.int64]
    squared: Floats


def sightings(places: Floats, covariances: Floats) -> NDArray[np.int64]:
    """The sighting that each cue of a pass belongs to, (n,), numbered in the order of their first cues.

    `places` (n, 2), `covariances` (n, 2, 2) of errors that cues of a pass do not share: the shared ones move them all.
    Cues are taken in order; each joins the nearest sighting within the gate of its mean, or begins one: a row of cues
    does not grow into one long site.
    """
    label = np.full(len(places), -1, dtype=np.int64)
    means: list[Floats] = []
    counts: list[int] = []
    for k in range(len(places)):
        spread = covariances[k] + 2.0 * EXTENT_M**2 * np.eye(2)
        inverse = np.linalg.inv(spread)
        away = [float((places[k] - mean) @ inverse @ (places[k] - mean)) for mean in means]
        nearest = int(np.argmin(away)) if away else -1
        if nearest >= 0 and away[nearest] <= GATE:
            label[k] = nearest
            counts[nearest] += 1
            means[nearest] = means[nearest] + (places[k] - means[nearest]) / counts[nearest]
        else:
            label[k] = len(means)
            means.append(places[k].copy())
            counts.append(1)
    return label


def assigned(places: Floats, covariances: Floats, sites: Floats, site_covariances: Floats) -> Assignment:
    """Sightings of one pass to sites, each site to one at most, so that the sum of squared distances and of what is
    left over is least: every sighting is somebody's, or a new site's. Shapes (n, 2), (n, 2, 2), (m, 2), (m, 2, 2)."""
    count, known = len(places), len(sites)
    if not count or not known:
        return Assignment(np.full(count, -1, dtype=np.int64), np.full(count, np.nan))
    spread = covariances[:, None] + site_covariances[None] + EXTENT_M**2 * np.eye(2)
    away = places[:, None] - sites[None]
    squared = np.einsum("nmi,nmij,nmj->nm", away, np.linalg.inv(spread), away)
    # A column of its own for every sighting: being born costs as much as the gate.
    cost = np.concatenate([np.where(squared <= GATE, squared, _FAR), np.full((count, count), _FAR)], axis=1)
    cost[np.arange(count), known + np.arange(count)] = GATE
    rows, columns = linear_sum_assignment(cost)
    site = np.full(count, -1, dtype=np.int64)
    site[rows] = np.where(columns < known, columns, -1)
    return Assignment(site, np.where(site >= 0, squared[np.arange(count), site], np.nan))
