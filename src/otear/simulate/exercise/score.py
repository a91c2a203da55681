"""Answers against the truth: what was found, what was missed, what was false, how well it was placed and believed.

An answer and a site belong together if the site was there at the time of the answer and the place said is within the
site's own radius and `GATE_M` of its middle; among all ways to pair them, one to one, that which finds most, and places
it best, is taken (Kuhn-Munkres). Degrees, metres, microseconds.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
import shapely
from scipy.optimize import linear_sum_assignment
from scipy.stats import beta

from otear.authority.charts import GEODESIC
from otear.domain.kinds import SiteKind
from otear.geo.frames import Floats
from otear.simulate.exercise.answers import Answer, Answers
from otear.simulate.world.truth import HiddenSite, Truth

GATE_M = 50.0
"""How far beyond a site's own radius an answer still means it."""
_FAR_M = 1e6
_MINUTE_US = 6e7
_BINS = np.linspace(0.0, 1.0, 6)


@dataclass(frozen=True)
class Finding:
    """An answer and what it turned out to be: a site (`remains` where it was no longer at work), or nothing.

    `late` tells an answer that came when the time was up, which finds nothing. `false_for` says which lookalike stands
    there, "" where nothing does. `error_m` is from the place said to the true
    one, `inside` whether the truth lies in the 90% ellipse that was claimed, None where none was.
    """

    answer: Answer
    site: HiddenSite | None
    remains: bool = False
    late: bool = False
    error_m: float | None = None
    inside: bool | None = None
    false_for: str = ""


@dataclass(frozen=True)
class Bin:
    """Answers of like confidence: how many, what they said on average, and how many were right."""

    low: float
    high: float
    count: int
    said: float
    right: float


@dataclass(frozen=True)
class Chance:
    """How many sites as many answers thrown at random over the district would find: mean, and 95% of cases."""

    expected: float
    low: float
    high: float


@dataclass(frozen=True)
class Score:
    """The whole account of so many minutes. Shares are None where there is nothing to take them of."""

    crew: str
    minutes: float
    findings: tuple[Finding, ...]
    missed: tuple[HiddenSite, ...]
    chance: Chance
    minutes_to_find: tuple[float, ...]
    district_covered: float | None
    sites_covered: float | None
    inside_share: float | None
    inside_interval: tuple[float, float] | None
    median_error_m: float | None
    brier: float | None
    brier_base_rate: float | None
    calibration_error: float | None
    bins: tuple[Bin, ...]
    kinds: dict[str, dict[str, int]]

    @property
    def found(self) -> int:
        """Sites found."""
        return sum(finding.site is not None for finding in self.findings)

    @property
    def false(self) -> int:
        """Answers that are no site."""
        return len(self.findings) - self.found

    @property
    def recall(self) -> float | None:
        """Share of the sites that were found."""
        return _share(self.found, self.found + len(self.missed))

    @property
    def precision(self) -> float | None:
        """Share of the answers that are sites."""
        return _share(self.found, len(self.findings))


def score(answers: Answers, truth: Truth, minutes: float) -> Score:
    """Hold answers against a world. What can be found is what is there at some time of the `minutes` from the start,
    whatever is answered: else one answer more would change what there is to miss."""
    until_us = answers.started_us + round(minutes * _MINUTE_US)
    there = [s for s in truth.sites if s.from_us <= until_us and answers.started_us < s.until_us]
    findings = _findings(answers.answers, there, truth, until_us)
    found = {finding.site.site_id for finding in findings if finding.site}
    right = np.array([finding.site is not None for finding in findings], dtype=np.float64)
    said = np.array([finding.answer.confidence for finding in findings], dtype=np.float64)
    bins = _bins(said, right)
    inside = [finding.inside for finding in findings if finding.inside is not None]
    errors = [finding.error_m for finding in findings if finding.error_m is not None]
    after = sorted((f.answer.time_us - answers.started_us) / _MINUTE_US for f in findings if f.site)
    district, covered = _covered(answers, there, truth)
    return Score(
        crew=answers.crew,
        minutes=minutes,
        findings=findings,
        missed=tuple(site for site in there if site.site_id not in found),
        chance=_chance(answers.answers, there, truth),
        minutes_to_find=tuple(after),
        district_covered=district,
        sites_covered=covered,
        inside_share=float(np.mean(inside)) if inside else None,
        inside_interval=_interval(sum(inside), len(inside)) if inside else None,
        median_error_m=float(np.median(errors)) if errors else None,
        brier=float(np.mean((said - right) ** 2)) if len(said) else None,
        brier_base_rate=float(right.mean() * (1.0 - right.mean())) if len(said) else None,
        calibration_error=sum(b.count * abs(b.said - b.right) for b in bins) / len(said) if len(said) else None,
        bins=bins,
        kinds=_kinds(findings),
    )


def distances_m(lat_deg: Floats, lon_deg: Floats, to: tuple[tuple[float, float], ...]) -> Floats:
    """Along the ellipsoid from n places to m places (latitude, longitude), shape (n, m)."""
    there = np.array(to, dtype=np.float64).reshape(-1, 2)
    rows, columns = np.meshgrid(np.arange(len(lat_deg)), np.arange(len(there)), indexing="ij")
    away = GEODESIC.inv(lon_deg[rows], lat_deg[rows], there[columns, 1], there[columns, 0])[2]
    return np.asarray(away, dtype=np.float64).reshape(rows.shape)


def _pairs(away_m: Floats, fits: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> list[tuple[int, int]]:
    """One to one, as many as can be, and the nearest of those."""
    if not away_m.size:
        return []
    # A pair that does not fit costs more than all that do together.
    cost = np.where(fits, away_m, _FAR_M * max(away_m.shape))
    rows, columns = linear_sum_assignment(cost)
    return [(i, j) for i, j in zip(rows.tolist(), columns.tolist(), strict=True) if fits[i, j]]


def _findings(answers: tuple[Answer, ...], sites: list[HiddenSite], truth: Truth, until_us: int) -> tuple[Finding, ...]:
    lat, lon = (np.array([getattr(a, name) for a in answers]) for name in ("lat_deg", "lon_deg"))
    away = distances_m(lat, lon, tuple((s.lat_deg, s.lon_deg) for s in sites))
    fits = np.zeros(away.shape, dtype=np.bool_)
    for i, j in product(range(len(answers)), range(len(sites))):
        site, time_us = sites[j], answers[i].time_us
        in_time = time_us <= until_us and site.from_us <= time_us < site.until_us
        fits[i, j] = in_time and away[i, j] <= site.radius_m + GATE_M
    # Of two answers equally near, the surer one is taken for the site.
    doubt = np.array([[1.0 - answer.confidence] for answer in answers]) if answers else np.zeros((0, 1))
    of = dict(_pairs(away + 1e-3 * doubt, fits))
    like = distances_m(lat, lon, tuple((item.lat_deg, item.lon_deg) for item in truth.lookalikes))
    findings = []
    for i, answer in enumerate(answers):
        if i in of:
            site = sites[of[i]]
            findings.append(
                Finding(
                    answer,
                    site,
                    remains=answer.time_us >= site.idle_us,
                    error_m=float(away[i, of[i]]),
                    inside=_inside(answer, site),
                )
            )
        else:
            late = answer.time_us > until_us
            findings.append(Finding(answer, None, late=late, false_for=_lookalike(like[i], truth)))
    return tuple(findings)


def _lookalike(away_m: Floats, truth: Truth) -> str:
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


def _chance(answers: tuple[Answer, ...], sites: list[HiddenSite], truth: Truth) -> Chance:
    """As many answers at the same times, anywhere in the district.

    Each site is hit by some of them or by none; the number that are hit is a sum of unequal coins, whose distribution
    is built coin by coin. Sites so near each other that one answer may mean either count as if they were apart.
    """
    bounds = truth.land.grid.bounds
    area = GEODESIC.polygon_area_perimeter(
        np.degrees([bounds.west, bounds.east, bounds.east, bounds.west]),
        np.degrees([bounds.south, bounds.south, bounds.north, bounds.north]),
    )[0]
    found = np.ones(1)
    for site in sites:
        tries = sum(site.from_us <= answer.time_us < site.until_us for answer in answers)
        hit = 1.0 - (1.0 - min(np.pi * (site.radius_m + GATE_M) ** 2 / abs(area), 1.0)) ** tries
        found = np.append(found, 0.0) * (1.0 - hit) + np.append(0.0, found) * hit
    cumulative = np.cumsum(found)
    low, high = (int(np.searchsorted(cumulative, q)) for q in (0.025, 0.975))
    return Chance(float(found @ np.arange(found.size)), float(low), float(high))


def _covered(answers: Answers, sites: list[HiddenSite], truth: Truth) -> tuple[float | None, float | None]:
    """Share of the district, and of the sites in it, that a crew says it looked at."""
    if not answers.looked_at:
        return None, None
    seen = shapely.union_all([shapely.make_valid(shapely.Polygon(ring)) for ring in answers.looked_at])
    bounds = truth.land.grid.bounds
    district = shapely.box(*np.degrees([bounds.west, bounds.south, bounds.east, bounds.north]))
    inside = [bool(shapely.contains_xy(seen, site.lon_deg, site.lat_deg)) for site in sites]
    share = float(shapely.area(shapely.intersection(seen, district)) / shapely.area(district))
    return share, float(np.mean(inside)) if inside else None


def _bins(said: Floats, right: Floats) -> tuple[Bin, ...]:
    out = []
    for low, high in pairwise(_BINS):
        here = (said >= low) & ((said < high) | (high == 1.0))
        if here.any():
            out.append(
                Bin(float(low), float(high), int(here.sum()), float(said[here].mean()), float(right[here].mean()))
            )
    return tuple(out)


def _kinds(findings: tuple[Finding, ...]) -> dict[str, dict[str, int]]:
    """Of the sites of each kind that were found: how often each kind was said ("" where none was)."""
    table: dict[str, Counter[str]] = {kind.value: Counter() for kind in SiteKind}
    for finding in findings:
        if finding.site is not None:
            table[finding.site.kind.value][finding.answer.kind or ""] += 1
    return {kind: dict(row) for kind, row in table.items() if row}


def _interval(count: int, of: int) -> tuple[float, float]:
    """The 95% interval of a share by Clopper and Pearson (1934)."""
    low = float(beta.ppf(0.025, count, of - count + 1)) if count else 0.0
    high = float(beta.ppf(0.975, count + 1, of - count)) if count < of else 1.0
    return low, high


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
