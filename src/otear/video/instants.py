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
from otear.geo.frames import enu_axes
from otear.geo.perturb import Motion
from otear.video.clocks import bracket
from otear.video.heights import resolve_heights
from otear.video.poses import lenses, poses

REACH_S = 1.0
"""How far from trusted metadata an instant may lie."""
_SMOOTH_ZOOM = 0.05
_TURNS = ("heading", "pitch", "roll", "azimuth", "elevation", "twist")
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
    """Pose and lens at `time_us`, how they move, the nearer row of telemetry, and how far away in time that is."""

    time_us: int
    pose: Pose
    lens: Lens
    motion: Motion
    row: Telemetry
    age_s: float


def instant_at(telemetry: Telemetry, time_us: int, width_px: int, height_px: int) -> Instant:
    """The sensor at `time_us`, from rows around it in the order of their clock.

    Raises `InputError` where no row lies within `REACH_S`, or where the rows lack part of a pose.
    """
    if len(telemetry):
        before, after, weight = (
            int(v[0]) if v.dtype != np.float64 else float(v[0]) for v in bracket(telemetry.time_us, np.array([time_us]))
        )
        nearer = int(after if weight > 0.5 else before)
        age_s = abs(int(telemetry.time_us[nearer]) - time_us) * 1e-6
    if not len(telemetry) or age_s > REACH_S:
        raise InputError(
            f"there is no trusted metadata within {REACH_S:g} s of that moment",
            field="--time",
            remedy="Choose another moment, or add --use-flagged to use packets whose checksum failed",
        )
    pair = telemetry.rows(np.array([before, after]))
    pose = poses(pair, resolve_heights(pair).sensor_hae_m)
    lens = lenses(pair, width_px, height_px)
    missing = [what for name, what in _NEEDED.items() if not np.isfinite(getattr(pose, name)).all()]
    if not np.isfinite(lens.hfov).all():
        missing.append("field of view")
    if missing:
        raise InputError(
            f"the metadata of that moment lack {', '.join(missing)}",
            field="--time",
            remedy="Choose a moment whose packets carry it (`otear footage packets` shows what they carry)",
        )
    return Instant(
        time_us,
        Pose(**{name: _between(np.asarray(value), weight, name in _TURNS) for name, value in vars(pose).items()}),
        Lens(_zoom(lens.hfov, weight), _zoom(lens.vfov, weight), width_px, height_px),
        _motion(pose, float(pair.time_us[1] - pair.time_us[0]) * 1e-6),
        telemetry.rows(np.array([nearer])),
        age_s,
    )


def _between(pair: Floats, weight: float, turns: bool) -> float:
    step = float(pair[1] - pair[0])
    if turns:
        step = (step + np.pi) % (2.0 * np.pi) - np.pi
    return float(pair[0] + weight * step)


def _zoom(pair: Floats | float, weight: float) -> float:
    first, second = (float(v) for v in np.broadcast_to(pair, 2))
    if abs(second / first - 1.0) <= _SMOOTH_ZOOM:
        return first + weight * (second - first)
    return second if weight > 0.5 else first


def _motion(pose: Pose, step_s: float) -> Motion:
    """Velocity and turn rates between the two rows; at rest where they are one."""
    if step_s <= 0.0:
        return Motion(np.zeros(3))
    position = pose.position_ecef
    axes = enu_axes(float(np.asarray(pose.lat)[0]), float(np.asarray(pose.lon)[0]))
    rates = {
        name: (_between(np.asarray(getattr(pose, name)), 1.0, True) - _first(pose, name)) / step_s for name in _TURNS
    }
    return Motion(np.asarray(axes @ (position[1] - position[0]) / step_s), **rates)


def _first(pose: Pose, name: str) -> float:
    return float(np.asarray(getattr(pose, name))[0])
