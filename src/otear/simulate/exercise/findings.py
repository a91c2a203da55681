"""What each answer turned out to be.

An answer and a site belong together if the site was there at the time of the answer and the place said is within
`GATE_M` of the site's ground; among all ways to pair them, one to one, that which finds most, and places it best, is
taken (Kuhn-Munkres). Degrees, metres, microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from otear.authority.charts import GEODESIC
from otear.geo.frames import Floats
from otear.simulate.exercise.answers import Answer
from otear.simulate.exercise.grounds import Ground, distances_m, district
from otear.simulate.world.truth import HiddenSite, Truth

GATE_M = 50.0
"""How far beyond a site's own ground an answer still means it."""
DUPLICATE, LATE, OUTSIDE, OTHER_TIME = "duplicate", "late", "outside the district", "not there at that time"
"""Why an answer is false: another one was taken for the site that it names; it came when the time was up; it names a
place of another land; a site is there, but was not when the answer came."""
_FAR_M = 1e6


@dataclass(frozen=True)
class Finding:
    """An answer and what it turned out to be: a site (`remains` where it was no longer at work), or nothing.

    `false_for` says why it is false: one of the words above, or which lookalike stands there; "" where nothing does.
    `error_m` is from the place said to the site's middle, or to the centre line of a runway. `inside` is whether the
    middle lies in the 90% ellipse that was claimed; None where none was, and for a runway, which has no one place.
    """

    answer: Answer
    site: HiddenSite | None
    remains: bool = False
    error_m: float | None = None
    inside: bool | None = None
    false_for: str = ""


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
    # Of two answers equally near, the surer one is taken for the site.
    doubt = np.array([[1.0 - answer.confidence] for answer in answers]) if answers else np.zeros((0, 1))
    of = dict(_pairs(away + 1e-3 * doubt, fits))
    findings = []
    for i, answer in enumerate(answers):
        if i in of:
            site, ground = sites[of[i]], grounds[of[i]]
            remains = answer.time_us >= site.idle_us
            inside = None if ground.half_m else _inside(answer, site)
            findings.append(Finding(answer, site, remains=remains, error_m=float(away[i, of[i]]), inside=inside))
        elif not in_time[i]:
            findings.append(Finding(answer, None, false_for=LATE))
        elif fits[i].any():
            findings.append(Finding(answer, None, false_for=DUPLICATE))
        elif not district(truth).covers(shapely.Point(answer.lon_deg, answer.lat_deg)):
            findings.append(Finding(answer, None, false_for=OUTSIDE))
        else:
            findings.append(Finding(answer, None, false_for=OTHER_TIME if near[i].any() else _lookalike(answer, truth)))
    return tuple(findings)


def _lookalike(answer: Answer, truth: Truth) -> str:
    spots = tuple(Ground(one.lat_deg, one.lon_deg, 0.0, 0.0, one.radius_m) for one in truth.lookalikes)
    away_m = distances_m(np.array([answer.lat_deg]), np.array([answer.lon_deg]), spots)[0].tolist()
    near = [(d, item.what) for d, item in zip(away_m, truth.lookalikes, strict=True) if d <= item.radius_m + GATE_M]
    return min(near)[1] if near else ""


def _inside(answer: Answer, site: HiddenSite) -> bool | None:
    """Whether the middle of a site lies in the ellipse that an answer claims."""
    if answer.ellipse is None:
        return None
    azimuth, _, away = GEODESIC.inv(answer.lon_deg, answer.lat_deg, site.lon_deg, site.lat_deg)
    turned = np.radians(azimuth - answer.ellipse.azimuth_deg)
    along, across = away * np.cos(turned), away * np.sin(turned)
    return bool((along / answer.ellipse.semi_major_m) ** 2 + (across / answer.ellipse.semi_minor_m) ** 2 <= 1.0)


def _pairs(away_m: Floats, fits: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """One to one, as many as can be, and the nearest of those."""
    if not away_m.size:
        return []
    # A pair that does not fit costs more than all that do together.
    cost = np.where(fits, away_m, _FAR_M * max(away_m.shape))
    rows, columns = linear_sum_assignment(cost)
    return [(i, j) for i, j in zip(rows.tolist(), columns.tolist(), strict=True) if fits[i, j]]
