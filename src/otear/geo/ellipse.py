"""How well a place is known, as numbers that people use: error ellipse, CE90 and LE90.

A horizontal covariance is in square metres, shape (..., 2, 2), in the order (east, north). Azimuths are radians,
clockwise from north. Errors are taken to be normal with zero mean. Everything is vectorised over leading axes; a
covariance that is zero in one direction or in both is allowed, and NaN stays NaN.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from otear.geo.frames import Floats

ELLIPSE_90 = float(np.sqrt(-2.0 * np.log(0.1)))
"""Semi-axes of the 90% ellipse in sigmas, 2.1460: the square root of the chi-square quantile with two degrees."""
LINE_90 = 1.6448536269514722
"""Half width of the 90% interval of one normal variable, in sigmas."""

_NODES = 48
_NEWTON_STEPS = 7


class Axes(NamedTuple):
    """Semi-axes in metres and azimuth of the major one in [0, pi), each shape (...,); azimuth 0 for a circle."""

    major_m: Floats
    minor_m: Floats
    azimuth: Floats


def sigma_axes(covariance: ArrayLike) -> Axes:
    """The 1-sigma ellipse: square roots of the eigenvalues of the covariance, and the azimuth of the larger."""
    covariance = np.asarray(covariance, dtype=np.float64)
    east, north, cross = covariance[..., 0, 0], covariance[..., 1, 1], covariance[..., 0, 1]
    mean, spread = (east + north) / 2.0, np.hypot((east - north) / 2.0, cross)
    # Rounding may leave the smaller eigenvalue of a degenerate covariance just below zero.
    minor = np.sqrt(np.maximum(mean - spread, 0.0))
    azimuth = np.mod(np.arctan2(2.0 * cross, north - east) / 2.0, np.pi)
    # The remainder of an angle just below zero rounds to pi itself, which is 0.
    return Axes(np.sqrt(mean + spread), minor, np.where(azimuth == np.pi, 0.0, azimuth))


def ellipse_90(covariance: ArrayLike) -> Axes:
    """The ellipse that holds 90% of the errors."""
    axes = sigma_axes(covariance)
    return Axes(axes.major_m * ELLIPSE_90, axes.minor_m * ELLIPSE_90, axes.azimuth)


def ce90(covariance: ArrayLike) -> Floats:
    """Radius in metres, shape (...,), of the circle about the place that holds 90% of the errors; exact for any ratio.

    In coordinates that make the normal round, the part outside the circle of radius k (in major sigmas) is the mean
    over all directions phi of exp(-k^2 / 2 / (cos^2 phi + u^2 sin^2 phi)), where u is the ratio of the axes. The
    integrand is smooth and periodic, so 48 midpoints give it to rounding error; Newton's method then solves for k.
    """
    axes = sigma_axes(covariance)
    ratio_sq = np.square(
        np.divide(axes.minor_m, axes.major_m, out=np.ones_like(axes.major_m), where=axes.major_m != 0.0)
    )
    angles = (np.arange(_NODES) + 0.5) * np.pi / (2 * _NODES)
    radius = LINE_90 + (ELLIPSE_90 - LINE_90) * ratio_sq
    for _ in range(_NEWTON_STEPS):
        outside, slope = np.zeros_like(radius), np.zeros_like(radius)
        for cos_sq, sin_sq in zip(np.cos(angles) ** 2, np.sin(angles) ** 2, strict=True):
            reach_sq = cos_sq + ratio_sq * sin_sq
            tail = np.exp(-(radius**2) / (2.0 * reach_sq))
            outside += tail
            slope += tail * radius / reach_sq
        radius = radius + (outside - 0.1 * _NODES) / slope
    return np.asarray(radius * axes.major_m, dtype=np.float64)


def le90(variance: ArrayLike) -> Floats:
    """Half width in metres of the interval that holds 90% of the vertical errors, from their variance."""
    return np.asarray(LINE_90 * np.sqrt(variance), dtype=np.float64)


def inside_90(covariance: ArrayLike, offset_m: ArrayLike) -> NDArray[np.bool_]:
    """Whether offsets (east, north) of shape (..., 2) from the place lie in its 90% ellipse (Mahalanobis distance).

    Where the covariance is zero in some direction, only an offset that is zero in it (within a micrometre) is inside.
    """
    axes, offset = sigma_axes(covariance), np.asarray(offset_m, dtype=np.float64)
    sin, cos = np.sin(axes.azimuth), np.cos(axes.azimuth)
    along = offset[..., 0] * sin + offset[..., 1] * cos
    across = offset[..., 0] * cos - offset[..., 1] * sin
    return np.asarray(
        np.hypot(along / np.maximum(axes.major_m, 1e-6), across / np.maximum(axes.minor_m, 1e-6)) <= ELLIPSE_90
    )
