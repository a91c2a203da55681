"""How well what was found was placed, and whether the ellipses that were claimed are as large as the errors are.

A share of places inside their 90% ellipses can be claimed by making these huge. So two figures stand beside it: how
large they are, and the mean of the squared errors in standard deviations of them, which is 2 where they are honest,
about 0 where they are far too large, and more than 2 where they are too small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import beta, chi2

from otear.geo.ellipse import ELLIPSE_90, ce90
from otear.simulate.exercise.answers import Claim
from otear.simulate.exercise.findings import Finding


@dataclass(frozen=True)
class Placing:
    """Of the sites that were found; None where there is nothing to tell by.

    `inside_share` of them lie in their ellipses, with its 95% interval. `mean_square` is 2 on average where ellipses
    are honest, and in 95% of such cases inside `honest_square`. CE90 is of the ellipses that were claimed, metres.
    """

    median_error_m: float | None = None
    inside_share: float | None = None
    inside_interval: tuple[float, float] | None = None
    mean_square: float | None = None
    honest_square: tuple[float, float] | None = None
    median_ce90_m: float | None = None
    largest_ce90_m: float | None = None
    """The 90th percentile."""


def placing_of(findings: Sequence[Finding]) -> Placing:
    """How those that were found were placed."""
    errors = [finding.error_m for finding in findings if finding.found and finding.error_m is not None]
    claimed = [
        (finding.square, bool(finding.inside), finding.answer.ellipse)
        for finding in findings
        if finding.found and finding.square is not None and finding.answer.ellipse is not None
    ]
    if not errors:
        return Placing()
    if not claimed:
        return Placing(float(np.median(errors)))
    squares, inside, ellipses = zip(*claimed, strict=True)
    radius_m = ce90(np.array([_covariance(ellipse) for ellipse in ellipses]))
    count = len(claimed)
    low, high = (float(chi2.ppf(q, 2 * count)) / count for q in (0.025, 0.975))
    return Placing(
        median_error_m=float(np.median(errors)),
        inside_share=float(np.mean(inside)),
        inside_interval=_interval(sum(inside), count),
        mean_square=float(np.mean(squares)),
        honest_square=(low, high),
        median_ce90_m=float(np.median(radius_m)),
        largest_ce90_m=float(np.percentile(radius_m, 90.0)),
    )


def _covariance(ellipse: Claim) -> list[list[float]]:
    """Of a 90% ellipse along its own axes, square metres."""
    return [[(ellipse.semi_minor_m / ELLIPSE_90) ** 2, 0.0], [0.0, (ellipse.semi_major_m / ELLIPSE_90) ** 2]]


def _interval(count: int, of: int) -> tuple[float, float]:
    """The 95% interval of a share by Clopper and Pearson (1934)."""
    low = float(beta.ppf(0.025, count, of - count + 1)) if count else 0.0
    high = float(beta.ppf(0.975, count + 1, of - count)) if count < of else 1.0
    return low, high
