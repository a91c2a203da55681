"""The sensor at one instant: telemetry between its rows, in the camera model's units (radians, metres).

Angles go the short way round. A field of view that changes by more than 5% between two rows is a step of the
zoom: it is not interpolated but taken from the nearer row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from otear.domain.telemetry import Floats, Telemetry
from otear.errors import InputError
from otear.geo.camera import Lens, Pose
from otear.geo.perturb import Motion
from otear.video.clocks import bracket
from otear.video.heights import resolve_heights
from otear.video.poses import lenses, poses
from otear.video.rates import motion_at

REACH_S = 1.0
"""How far from trusted metadata an instant may lie."""
_SMOOTH_ZOOM = 0.05
_WRAPPED = ("heading", "pitch", "roll", "azimuth", "elevation", "twist", "lon")
_NEEDED = {
    "lat": "sensor latitude",
    "lon": "sensor longitude",
    "height_m": "sensor height",
    "heading": "platform heading",
    "pitch": "platform pitch",
    "roll": "platform roll",
    "azimuth": "sensor relative azimuth",
    "elevation": "sensor relative elevation",
}


@dataclass(frozen=True)
class Instant:
    """Pose and lens at `time_us`, how they move, the nearer row of telemetry, and how far away in time that is.

    `row_noise` is what is left of noise that is new in every row: 1 at a row, 0.71 half way between two, whose mean the
    pose there is.
    """

    time_us: int
    pose: Pose
    lens: Lens
    motion: Motion
    row: Telemetry
    age_s: float
    row_noise: float


def instant_at(telemetry: Telemetry, time_us: int, width_px: int, height_px: int) -> Instant:
    """The sensor at `time_us`, from the rows around it that have a whole pose, in the order of their clock.

    Raises `InputError` where no row lies within `REACH_S`, or none of them has a whole pose.
    """
    near = telemetry.rows(np.abs(telemetry.time_us - time_us) <= REACH_S * 1e6)
    if not len(near):
        raise InputError(
            f"there is no trusted metadata within {REACH_S:g} s of that moment",
            field="--time",
            remedy="Choose another moment, or add --use-flagged to use packets whose checksum failed",
        )
    pose = poses(near, resolve_heights(near).sensor_hae_m)
    lens = lenses(near, width_px, height_px)
    known = {what: np.isfinite(getattr(pose, name)) for name, what in _NEEDED.items()}
    known["field of view"] = np.isfinite(lens.hfov)
    whole = np.logical_and.reduce(list(known.values()))
    if not whole.any():
        missing = ", ".join(what for what, there in known.items() if not there.all())
        raise InputError(
            f"the metadata around that moment lack {missing}",
            field="--time",
            remedy="Choose a moment whose packets carry it (`otear footage packets` shows what they carry)",
        )
    near, pose, lens = near.rows(whole), pose.at(whole), lens.at(whole)
    (before,), (after,), (weight,) = bracket(near.time_us, np.array([time_us]))
    pair = np.array([before, after])
    nearer = after if weight > 0.5 else before
    ends = pose.at(pair)
    return Instant(
        time_us,
        Pose(**{name: _between(value, weight, wraps=name in _WRAPPED) for name, value in vars(ends).items()}),
        Lens(_zoom(lens.at(pair).hfov, weight), _zoom(lens.at(pair).vfov, weight), width_px, height_px),
        motion_at((near.time_us - time_us) / 1e6, pose, int(before), int(after)),
        near.rows(np.array([nearer])),
        abs(int(near.time_us[nearer]) - time_us) * 1e-6,
        float(np.hypot(weight, 1.0 - weight)),
    )


def _between(pair: Floats, weight: float, *, wraps: bool) -> float:
    """Part of the way from the first to the second; the short way round where the quantity `wraps`."""
    step = float(pair[1] - pair[0])
    return float(pair[0] + weight * ((step + np.pi) % (2.0 * np.pi) - np.pi if wraps else step))


def _zoom(pair: Floats | float, weight: float) -> float:
    first, second = (float(v) for v in np.broadcast_to(pair, 2))
    if abs(second / first - 1.0) <= _SMOOTH_ZOOM:
        return first + weight * (second - first)
    return second if weight > 0.5 else first
