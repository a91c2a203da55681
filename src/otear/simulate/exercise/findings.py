"""What each answer turned out to be.

An answer and a site belong together if the site was there at the time of the answer and the place said is within
`GATE_M` of the site's ground. Among all ways to pair them, one to one, that is taken which finds most, by the surest
answers, placed best (Kuhn-Munkres): going down the answers from the surest finds as many sites as can be at each step,
and no less sure answer changes what a surer one has found. Degrees, metres, microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from otear.authority.charts import GEODESIC
from otear.geo.ellipse import ELLIPSE_90
from otear.geo.frames import Floats
from otear.simulate.exercise.answers import Answer
from otear.simulate.exercise.grounds import Ground, distances_m, district
from otear.simulate.world.truth import HiddenSite, Truth

GATE_M = 50.0
"""How far beyond a site's own ground an answer still means it."""
DUPLICATE, LATE, OUTSIDE, OTHER_TIME = "duplicate", "late", "outside the district", "not there at that time"
"""Why an answer is false: another one was taken for the site that it names; it came when the time was up; it names a
place of another land; a site is there, but was not when the answer came."""
_LESS_SURE_M = 1e5
"""What an answer costs more than the next surer one: further than all pairs together may be apart."""


@dataclass(frozen=True)
class Finding:
    """An answer and what it turned out to be: a site (`remains` where it was no longer at work), or nothing.

    `false_for` says why it is false: one of the words above, or which lookalike stands there; "" where nothing does.
    `error_m` is from the place said to the site's middle, or to the centre line of a runway. `square` is the square of
    the error in standard deviations of the ellipse that was claimed (Mahalanobis), which is 2 on average where that is
    as large as the errors are; None where none was, and for a runway, which has no one place.
    """

    answer: Answer
    site: HiddenSite | None
    remains: bool = False
    error_m: float | None = None
    square: float | None = None
    false_for: str = ""

    @property
    def found(self) -> bool:
        """Whether it says that there is a site, and there is."""
        return self.site is not None and self.answer.called

    @property
    def inside(self) -> bool | None:
        """Whether the site's middle lies in the 90% ellipse that was claimed."""
        return None if self.square is None else self.square <= ELLIPSE_90**2


def findings_of(
    answers: tuple[Answer, ...], sites: list[HiddenSite], grounds: tuple[Ground, ...], truth: Truth, until_us: int
) -> tuple[Finding, ...]:
    """What answers are of sites on these grounds, if they come until the time is up; in the order of the answers."""
    lat, lon = (np.array([getattr(a, name) for a in answers]) for name in ("lat_deg", "lon_deg"))
    away = distances_m(lat, lon, grounds)
    near = away <= np.array([ground.beside_m + GATE_M for ground in grounds])
    time_us = np.array([answer.time_us for answer in answers], dtype=np.int64)
    from_us, gone_us = np.array([(site.from_us, site.until_us) for site in sites], dtype=np.int64).reshape(-1, 2).T
    there = (from_us <= time_us[:, None]) & (time_us[:, None] < gone_us)
    in_time = time_us <= until_us
    fits = near & there & in_time[:, None]
    of = dict(_pairs(away, fits, np.array([answer.confidence for answer in answers])))
    outside = ~shapely.covers(district(truth), shapely.points(lon, lat))
    alike = _lookalikes(lat, lon, truth)
    findings = []
    for i, answer in enumerate(answers):
        if i in of:
            site, ground = sites[of[i]], grounds[of[i]]
            remains = answer.time_us >= site.idle_us
            square = None if ground.half_m else _square(answer, site)
            findings.append(Finding(answer, site, remains=remains, error_m=float(away[i, of[i]]), square=square))
        elif not in_time[i]:
            findings.append(Finding(answer, None, false_for=LATE))
        elif fits[i].any():
            findings.append(Finding(answer, None, false_for=DUPLICATE))
        elif outside[i]:
            findings.append(Finding(answer, None, false_for=OUTSIDE))
        else:
            findings.append(Finding(answer, None, false_for=OTHER_TIME if near[i].any() else alike[i]))
    return tuple(findings)


def _lookalikes(lat_deg: Floats, lon_deg: Floats, truth: Truth) -> list[str]:
    """Which lookalike stands at each place, the nearest; "" where none does."""
    if not truth.lookalikes:
        return [""] * len(lat_deg)
    spots = tuple(Ground(one.lat_deg, one.lon_deg, 0.0, 0.0, one.radius_m) for one in truth.lookalikes)
    away = distances_m(lat_deg, lon_deg, spots)
    away[away > np.array([one.radius_m + GATE_M for one in truth.lookalikes])] = np.inf
    nearest = away.argmin(axis=1)
    there = np.isfinite(away[np.arange(len(away)), nearest])
    return [truth.lookalikes[i].what if stands else "" for i, stands in zip(nearest, there, strict=True)]


def _square(answer: Answer, site: HiddenSite) -> float | None:
    """The squared distance of an answer from the middle of a site, in standard deviations of the ellipse it claims."""
    if answer.ellipse is None:
        return None
    azimuth, _, away = GEODESIC.inv(answer.lon_deg, answer.lat_deg, site.lon_deg, site.lat_deg)
    turned = np.radians(azimuth - answer.ellipse.azimuth_deg)
    along, across = away * np.cos(turned), away * np.sin(turned)
    nineties = np.hypot(along / answer.ellipse.semi_major_m, across / answer.ellipse.semi_minor_m)
    return float((nineties * ELLIPSE_90) ** 2)


def _pairs(away_m: Floats, fits: NDArray[np.bool_], confidence: Floats) -> list[tuple[int, int]]:
    """One to one, as many as can be, of those the surest, and of those the nearest."""
    some = np.flatnonzero(fits.any(axis=1))
    if not some.size:
        return []
    _, rank = np.unique(-confidence[some], return_inverse=True)
    cost = away_m[some] + _LESS_SURE_M * rank[:, None]
    # A pair that does not fit costs more than all that do together.
    never = _LESS_SURE_M * (rank.max() + 1.0) * min(cost.shape)
    rows, columns = linear_sum_assignment(np.where(fits[some], cost, never))
    pairs = zip(some[rows].tolist(), columns.tolist(), strict=True)
    return [(i, j) for i, j in pairs if fits[i, j]]
