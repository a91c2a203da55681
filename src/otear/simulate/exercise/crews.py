"""Two crews that are none, to hold a score against: one that guesses, and one that knows everything."""

from __future__ import annotations

import numpy as np

from otear.authority.charts import GEODESIC
from otear.domain.kinds import SiteKind
from otear.geo.ellipse import ELLIPSE_90
from otear.simulate.exercise.answers import Answer, Answers, Claim
from otear.simulate.world.truth import Truth

RANDOM, OMNISCIENT = "random guesses (no crew)", "knows the truth (no crew)"
_SECOND_US = 1_000_000
_TICK_US = 1_000
"""What a document of answers tells times to."""


def random_crew(truth: Truth, started_us: int, minutes: float, count: int, rng: np.random.Generator) -> Answers:
    """As many answers as asked for, anywhere in the district, at any of the `minutes` from the start, of any kind, as
    sure as the dice say."""
    bounds = truth.land.grid.bounds
    kinds = list(SiteKind)
    answers = tuple(
        Answer(
            lat_deg=float(np.degrees(rng.uniform(bounds.south, bounds.north))),
            lon_deg=float(np.degrees(rng.uniform(bounds.west, bounds.east))),
            confidence=float(rng.random()),
            time_us=started_us + int(rng.uniform(0.0, minutes * 60.0)) * _SECOND_US,
            kind=kinds[int(rng.integers(len(kinds)))],
            ellipse=Claim(30.0, 20.0, float(rng.uniform(0.0, 180.0))),
        )
        for _ in range(count)
    )
    return Answers(RANDOM, started_us, answers)


def omniscient_crew(truth: Truth, started_us: int, minutes: float, rng: np.random.Generator) -> Answers:
    """Every site that is there at some time of the `minutes` from the start, said while it is, and placed with an error
    drawn from the ellipse that is claimed."""
    answers = []
    ends_us = started_us + round(minutes * 60 * _SECOND_US)
    for site in truth.sites:
        first_us, last_us = max(site.from_us, started_us), min(site.until_us - 1, ends_us)
        if -(-first_us // _TICK_US) > last_us // _TICK_US:
            continue
        major, minor, azimuth = rng.uniform(8.0, 16.0), rng.uniform(3.0, 8.0), rng.uniform(0.0, 180.0)
        along, across = rng.standard_normal(2) * np.array([major, minor]) / ELLIPSE_90
        bearing = azimuth + np.degrees(np.arctan2(across, along))
        lon, lat, _ = GEODESIC.fwd(site.lon_deg, site.lat_deg, bearing, np.hypot(along, across))
        answers.append(
            Answer(
                lat_deg=float(lat),
                lon_deg=float(lon),
                confidence=1.0,
                time_us=int(rng.integers(-(-first_us // _TICK_US), last_us // _TICK_US, endpoint=True)) * _TICK_US,
                kind=site.kind,
                ellipse=Claim(float(major), float(minor), float(azimuth)),
            )
        )
    return Answers(OMNISCIENT, started_us, tuple(answers))
