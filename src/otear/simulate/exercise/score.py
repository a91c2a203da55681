"""Answers against the truth: what was found, what was missed, what was false, how well it was placed and believed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from scipy.stats import beta

from otear.authority.charts import GEODESIC
from otear.domain.kinds import SiteKind
from otear.geo.frames import Floats
from otear.simulate.exercise.answers import Answers
from otear.simulate.exercise.findings import GATE_M, Finding, findings_of
from otear.simulate.exercise.grounds import Ground, district, ground_of
from otear.simulate.world.truth import HiddenSite, Truth

_MINUTE_US = 6e7
_BINS = np.linspace(0.0, 1.0, 6)


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
    grounds = tuple(ground_of(site, truth) for site in there)
    findings = findings_of(answers.answers, there, grounds, truth, until_us)
    found = {finding.site.site_id for finding in findings if finding.site}
    right = np.array([finding.site is not None for finding in findings], dtype=np.float64)
    said = np.array([finding.answer.confidence for finding in findings], dtype=np.float64)
    bins = _bins(said, right)
    inside = [finding.inside for finding in findings if finding.inside is not None]
    errors = [finding.error_m for finding in findings if finding.error_m is not None]
    after = sorted((f.answer.time_us - answers.started_us) / _MINUTE_US for f in findings if f.site)
    looked_at, sites_covered = _covered(answers, grounds, truth)
    in_time = [answer.time_us for answer in answers.answers if answer.time_us <= until_us]
    return Score(
        crew=answers.crew,
        minutes=minutes,
        findings=findings,
        missed=tuple(site for site in there if site.site_id not in found),
        chance=_chance(in_time, there, grounds, truth),
        minutes_to_find=tuple(after),
        district_covered=looked_at,
        sites_covered=sites_covered,
        inside_share=float(np.mean(inside)) if inside else None,
        inside_interval=_interval(sum(inside), len(inside)) if inside else None,
        median_error_m=float(np.median(errors)) if errors else None,
        brier=float(np.mean((said - right) ** 2)) if len(said) else None,
        brier_base_rate=float(right.mean() * (1.0 - right.mean())) if len(said) else None,
        calibration_error=sum(b.count * abs(b.said - b.right) for b in bins) / len(said) if len(said) else None,
        bins=bins,
        kinds=_kinds(findings),
    )


def _chance(times_us: list[int], sites: list[HiddenSite], grounds: tuple[Ground, ...], truth: Truth) -> Chance:
    """As many answers at the same times, anywhere in the district.

    Each site is hit by some of them or by none; the number that are hit is a sum of unequal coins, whose distribution
    is built coin by coin. Sites so near each other that one answer may mean either count as if they were apart.
    """
    ring = shapely.get_coordinates(district(truth))
    area_m2 = abs(GEODESIC.polygon_area_perimeter(ring[:, 0], ring[:, 1])[0])
    found = np.ones(1)
    for site, ground in zip(sites, grounds, strict=True):
        tries = sum(site.from_us <= time_us < site.until_us for time_us in times_us)
        hit = 1.0 - (1.0 - min(ground.area_m2(GATE_M) / area_m2, 1.0)) ** tries
        found = np.append(found, 0.0) * (1.0 - hit) + np.append(0.0, found) * hit
    cumulative = np.cumsum(found)
    low, high = (int(np.searchsorted(cumulative, q)) for q in (0.025, 0.975))
    return Chance(float(found @ np.arange(found.size)), float(low), float(high))


def _covered(answers: Answers, grounds: tuple[Ground, ...], truth: Truth) -> tuple[float | None, float | None]:
    """Share of the district, and of the sites in it, that a crew says it looked at: of a runway, any of it."""
    if not answers.looked_at:
        return None, None
    seen = shapely.union_all([shapely.make_valid(shapely.Polygon(ring)) for ring in answers.looked_at])
    whole = district(truth)
    inside = [bool(shapely.intersects(seen, ground.axis)) for ground in grounds]
    share = float(shapely.area(shapely.intersection(seen, whole)) / shapely.area(whole))
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
