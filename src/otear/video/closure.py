"""Pointing closure: does the modelled line of sight go where the stream says the picture's centre is?

The closure of a row is the angle between the modelled optical axis and the direction from the sensor to the reported
frame centre (ST 0601 items 23-25 or 78). Two things are fitted to it. *Lag*: how late the platform's attitude, and the
gimbal's angles, are against position and picture; what is reported at t + lag belongs to t. The two have lags of their
own because they come from two instruments. *Mount*: three small angles, about the body axes x, y, z, that the gimbal's
base is turned against the body whose attitude is reported.

Columns are shifted against each other by linear interpolation, which also averages neighbours and so makes noise
smaller between samples than on them. To keep that from passing for a lag, the noisy attitude stays where it is: the
smooth direction to the frame centre is moved by the platform's lag, and the gimbal's angles by the difference of the
two lags.

Everything here is in radians and seconds; vectors are north-east-down at the sensor, shape (n, 3).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from otear.domain.telemetry import Floats, Telemetry
from otear.geo.camera import Pose, camera_axes
from otear.geo.frames import ecef_from_geodetic, enu_axes
from otear.video.heights import resolve_heights
from otear.video.poses import poses

MAX_LAG_S = 2.0
"""Lags are looked for up to this, or a quarter of the longest stretch; stretches twice as long have a say in it."""
_GRID_STEP_S = 0.1
_RATE_STEP_S = 0.02
_PRIOR = np.array([1.0, 1.0, *np.radians([1.0, 1.0, 1.0])])
"""1-sigma of both lags (s) and the mount angles before looking: it settles only what the flight cannot show."""
_OBSERVABLE_S = 0.1
_FLOOR = np.radians(0.003)
"""About what heights and headings of 16 bits let one know of a direction: no fit is better than this."""
_LEAST_ROWS = 16
_PLATFORM = ("heading", "pitch", "roll")
_GIMBAL = ("azimuth", "elevation", "twist")

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Sights:
    """Rows that can be closed, in order of time: seconds, unwrapped angles (n,), unit vectors to the frame centre."""

    time_s: Floats
    angles: dict[str, Floats]
    reported: Floats

    def __len__(self) -> int:
        return len(self.time_s)


@dataclass(frozen=True)
class ClosureFit:
    """What makes the pointing close best; a lag is None where the camera moved too little to show it.

    `before` and `after` are the closure of rows in radians; `after` lacks those at the ends of a stretch whose shifted
    time lies outside it.
    """

    lag_s: float | None
    lag_sigma_s: float
    gimbal_lag_s: float | None
    gimbal_lag_sigma_s: float
    mount: tuple[float, float, float]
    before: Floats
    after: Floats


def sights(telemetry: Telemetry) -> Sights:
    """The rows of one stretch of telemetry that carry everything a closure needs."""
    heights = resolve_heights(telemetry)
    pose = poses(telemetry, heights.sensor_hae_m)
    centre = ecef_from_geodetic(
        np.radians(telemetry.centre_lat_deg), np.radians(telemetry.centre_lon_deg), heights.centre_hae_m
    )
    enu = np.einsum("nij,nj->ni", enu_axes(pose.lat, pose.lon), centre - pose.position_ecef)
    with np.errstate(invalid="ignore"):
        reported = _ned(enu / np.linalg.norm(enu, axis=-1, keepdims=True))
    angles = {name: np.asarray(getattr(pose, name), dtype=np.float64) for name in _PLATFORM + _GIMBAL}
    whole = (telemetry.time_us > 0) & np.isfinite(np.stack([*angles.values(), *reported.T])).all(axis=0)
    time_s = np.asarray(telemetry.time_us * 1e-6, dtype=np.float64)
    order = np.flatnonzero(whole)
    order = order[np.argsort(time_s[order], kind="stable")]
    return Sights(time_s[order], {name: np.unwrap(angle[order]) for name, angle in angles.items()}, reported[order])


def closure(stretch: Sights) -> Floats:
    """The closure of every row in radians, shape (n,), as the stream stands."""
    return _angles_between(_modelled(stretch, 0.0)[0], stretch.reported)


def fit_closure(stretches: list[Sights]) -> ClosureFit:
    """Fit both lags and the mount to stretches of rows, each long enough to interpolate attitude in.

    The lags start from the best on a grid, first apart, then together; then all five are found by least squares with
    the soft-L1 loss (Triggs et al. 2000), which a few wild rows do not move. A fit that leaves the closure no better
    is dropped.
    """
    stretches = [s for s in stretches if len(s) >= _LEAST_ROWS]
    before = np.concatenate([closure(s) for s in stretches]) if stretches else np.empty(0)
    if not stretches:
        return ClosureFit(None, np.inf, None, np.inf, (0.0, 0.0, 0.0), before, before)
    reach = min(MAX_LAG_S, 0.25 * max(float(s.time_s[-1] - s.time_s[0]) for s in stretches))
    # The same rows for every lag: those from whose place the shifted time stays inside the stretch.
    inner = _within(stretches, reach)
    problem = _Problem(stretches, inner, noise=max(float(np.median(before)), _FLOOR))

    steps = int(reach / _GRID_STEP_S)
    grid = [_GRID_STEP_S * step for step in range(-steps, steps + 1)]
    apart = min(grid, key=lambda lag: problem.cost_with_best_mount(0.0, lag))
    lag = min(grid, key=lambda lag: problem.cost_with_best_mount(lag, apart))
    limit = np.array([reach + _GRID_STEP_S] * 2 + [0.5] * 3)
    solution = np.array([lag, apart, 0.0, 0.0, 0.0])
    for _ in range(3):
        # How noisy the rows are shows once the lag is out of them.
        problem.noise = problem.scatter(solution)
        solution = least_squares(
            problem.residuals,
            solution,
            jac=problem.slopes,
            bounds=(-limit, limit),
            x_scale=np.array([0.1, 0.1, 0.01, 0.01, 0.01]),
            loss="soft_l1",
            f_scale=1.5,
        ).x
    lag_sigma_s, gimbal_sigma_s = problem.lag_sigmas(solution)
    within = _within(stretches, float(np.abs(solution[:2]).max()))
    after = problem.closure(solution)[within]
    if np.mean(after**2) >= np.mean(before[within] ** 2):
        # What does not close the pointing better says nothing: the stream stands as it is.
        solution, after = np.zeros(5), before
    lag_s, gimbal_lag_s = (
        float(value) if sigma_s < _OBSERVABLE_S else None
        for value, sigma_s in ((solution[0], lag_sigma_s), (solution[0] + solution[1], gimbal_sigma_s))
    )
    x, y, z = (float(angle) for angle in solution[2:])
    return ClosureFit(lag_s, lag_sigma_s, gimbal_lag_s, gimbal_sigma_s, (x, y, z), before, after)


class _Problem:
    """Least squares over (platform lag, gimbal lag less platform lag, mount x, y, z) in units of the noise."""

    def __init__(self, stretches: list[Sights], inner: Bools, noise: float) -> None:
        self._stretches, self._inner, self.noise = stretches, inner, noise

    def _parts(self, lag_s: float, apart_s: float) -> tuple[Floats, Floats, Floats]:
        """Optical axes (n, 3) without a mount, how they move with each mount angle (n, 3, 3), reported directions."""
        parts = [(*_modelled(s, apart_s), _reported(s, lag_s)) for s in self._stretches]
        axis, body, reported = (np.concatenate(part) for part in zip(*parts, strict=True))
        # Turning the gimbal's base by m moves the axis by (R m) x axis, which is linear in m.
        return axis, -_cross_matrix(axis) @ body, reported

    def _misses(self, x: Floats) -> Floats:
        axis, by_mount, reported = self._parts(float(x[0]), float(x[1]))
        return np.asarray(axis + by_mount @ x[2:] - reported, dtype=np.float64)

    def closure(self, x: Floats) -> Floats:
        axis, by_mount, reported = self._parts(float(x[0]), float(x[1]))
        return _angles_between(_unit(axis + by_mount @ x[2:]), reported)

    def residuals(self, x: Floats) -> Floats:
        return np.concatenate([self._misses(x)[self._inner].ravel() / self.noise, x / _PRIOR])

    def slopes(self, x: Floats) -> Floats:
        steps = np.eye(5)[:2] * _RATE_STEP_S / 2.0
        by_lag = [(self._misses(x + step) - self._misses(x - step)) / _RATE_STEP_S for step in steps]
        by_mount = self._parts(float(x[0]), float(x[1]))[1]
        whole = np.concatenate([np.stack(by_lag, axis=-1), by_mount], axis=-1)[self._inner] / self.noise
        return np.concatenate([whole.reshape(-1, 5), np.diag(1.0 / _PRIOR)])

    def scatter(self, x: Floats) -> float:
        """Median of what is left, radians, but no less than can be known."""
        return max(float(np.median(self.closure(x)[self._inner])), float(_FLOOR))

    def lag_sigmas(self, x: Floats) -> tuple[float, float]:
        """1-sigma of both lags: least squares, widened as a first-order autocorrelation of what is left asks for."""
        slopes = self.slopes(x)
        left = self._misses(x)[self._inner] / self.noise
        # A direction's two components scatter by its median length over 1.177 (Rayleigh); wild rows are cut short.
        scale = self.scatter(x) / self.noise
        left = left * np.minimum(1.0, 3.0 * scale / np.maximum(np.linalg.norm(left, axis=-1, keepdims=True), 1e-12))
        alike = min(max(float(np.sum(left[1:] * left[:-1]) / np.sum(left**2)), 0.0), 0.98)
        variance = (scale / 1.177) ** 2 * (1.0 + alike) / (1.0 - alike)
        covariance = variance * np.linalg.inv(slopes.T @ slopes)
        return float(np.sqrt(covariance[0, 0])), float(np.sqrt(covariance[:2, :2].sum()))

    def cost_with_best_mount(self, lag_s: float, apart_s: float) -> float:
        axis, by_mount, reported = self._parts(lag_s, apart_s)
        miss, slope = (reported - axis)[self._inner], by_mount[self._inner]
        normal = np.einsum("nij,nik->jk", slope, slope) + len(miss) * np.diag((self.noise / _PRIOR[2:]) ** 2)
        mount = np.linalg.solve(normal, np.einsum("nij,ni->j", slope, miss))
        return float(np.median(np.linalg.norm(miss - slope @ mount, axis=-1)))


def _within(stretches: list[Sights], reach_s: float) -> Bools:
    """Rows at least so far from both ends of their stretch."""
    return np.concatenate(
        [(s.time_s >= s.time_s[0] + reach_s) & (s.time_s <= s.time_s[-1] - reach_s) for s in stretches]
    )


def _modelled(stretch: Sights, apart_s: float) -> tuple[Floats, Floats]:
    """Optical axes (n, 3) and body axes (n, 3, 3) in NED, with gimbal angles of `apart_s` later."""
    time_s, angles = stretch.time_s, stretch.angles
    level = dict.fromkeys((field.name for field in fields(Pose)), np.zeros(len(stretch)))
    moved = {n: np.interp(time_s + apart_s, time_s, angles[n]) if apart_s else angles[n] for n in _GIMBAL}
    platform = camera_axes(Pose(**{**level, **{name: angles[name] for name in _PLATFORM}}))
    gimbal = camera_axes(Pose(**{**level, **moved}))
    body = np.swapaxes(_ned(np.swapaxes(platform, 1, 2)), 1, 2)
    # With a level platform that heads north the body's axes are north, east and down.
    return np.einsum("nij,nj->ni", body, _ned(gimbal[:, :, 0])), body


def _reported(stretch: Sights, lag_s: float) -> Floats:
    """Directions (n, 3) to the reported frame centre of `lag_s` earlier."""
    if not lag_s:
        return stretch.reported
    earlier = stretch.time_s - lag_s
    return _unit(np.stack([np.interp(earlier, stretch.time_s, part) for part in stretch.reported.T], axis=-1))


def _ned(enu: Floats) -> Floats:
    return np.stack([enu[..., 1], enu[..., 0], -enu[..., 2]], axis=-1)


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), dtype=np.float64)


def _angles_between(a: Floats, b: Floats) -> Floats:
    """Angles between unit vectors, precise for small ones."""
    return np.asarray(2.0 * np.arcsin(np.clip(np.linalg.norm(a - b, axis=-1) / 2.0, 0.0, 1.0)), dtype=np.float64)


def _cross_matrix(vectors: Floats) -> Floats:
    """Matrices (n, 3, 3) whose product with w is v x w."""
    matrix = np.zeros((len(vectors), 3, 3))
    x, y, z = vectors.T
    matrix[:, 0, 1], matrix[:, 0, 2], matrix[:, 1, 2] = -z, y, -x
    return np.asarray(matrix - np.swapaxes(matrix, 1, 2), dtype=np.float64)
