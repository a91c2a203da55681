"""A place by the means of its flights: the estimate of `middles` worked out another way, for what has no extent.

A place of a pass is off by noise of its own, by what its flight shares (`bias`: attitude, mount, clock), and by what
all flights share (terrain, geoid). Within a flight noise averages out and the bias stays; over flights biases average
out and what all share stays. Metres east and north in one local plane; covariances (2, 2) in square metres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from otear.errors import InputError
from otear.geo.frames import Floats


@dataclass(frozen=True, eq=False)
class Fix:
    """A place from one look: `at` (2,), covariances of its own noise and of what its flight shares."""

    flight: str
    at: Floats
    noise: Floats
    bias: Floats


@dataclass(frozen=True, eq=False)
class Estimate:
    """The best place (2,) and its covariance (2, 2), shared errors included."""

    at: Floats
    covariance: Floats


def estimate(fixes: Sequence[Fix], shared: Floats) -> Estimate:
    """The place that all looks point at, for errors `shared` (2, 2) by all of them.

    The generalised least-squares estimate with one bias per flight as a state: the mean of each flight's fixes by
    their noise, then the mean of flights by noise and bias. Raises `InputError` without a fix, or with one whose noise
    is not known.
    """
    if not fixes:
        raise InputError("there is no place to begin with", field="fixes", remedy="Give at least one")
    flights = [_flight([one for one in fixes if one.flight == name]) for name in sorted({one.flight for one in fixes})]
    place, covariance = _mean([at for at, _ in flights], [spread for _, spread in flights])
    return Estimate(place, covariance + shared)


def _flight(fixes: list[Fix]) -> tuple[Floats, Floats]:
    place, noise = _mean([one.at for one in fixes], [one.noise for one in fixes])
    # What a flight shares may be stated a little differently at each of its looks: the largest counts.
    bias = max((one.bias for one in fixes), key=lambda each: float(np.trace(each)))
    return place, noise + bias


def _mean(places: list[Floats], covariances: list[Floats]) -> tuple[Floats, Floats]:
    for covariance in covariances:
        if not np.all(np.isfinite(covariance)) or np.linalg.det(covariance) <= 0.0:
            raise InputError(
                "a place has no error ellipse", field="covariance", remedy="Leave out places whose error is not known"
            )
    weights = [np.linalg.inv(covariance) for covariance in covariances]
    total = np.linalg.inv(np.sum(weights, axis=0))
    return total @ np.sum([weight @ at for weight, at in zip(weights, places, strict=True)], axis=0), total
