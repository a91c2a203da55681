"""What an aircraft says of itself, which is not quite what is: the errors of one flight.

A bias is drawn once for a flight; noise of navigation is a Gauss-Markov process with the time constant of the
aircraft's flight model, noise of the gimbal's encoders is new in every packet. Angles are radians, lengths metres.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.signal import lfilter

from otear.domain.aircraft import Aircraft, Sensor, Sigma
from otear.flight.kinematics import Flown
from otear.flight.pointing import measured
from otear.flight.route import flight_model
from otear.geo.camera import Pose
from otear.geo.frames import Floats, metres_per_radian
from otear.simulate.sortie.lens import camera_lens

_ANGLES = ("heading", "pitch", "roll")
_GIMBAL = ("azimuth", "elevation", "twist")


@dataclass(frozen=True, eq=False)
class Deviations:
    """One flight's errors: biases as drawn, noises as one standard deviation; `clock_s` is how late metadata come."""

    place_bias_m: Floats
    """East, north, up."""
    place_noise_m: Floats
    angle_bias: Floats
    """Heading, pitch, roll."""
    angle_noise: Floats
    gimbal_bias: Floats
    """Azimuth, elevation, twist."""
    gimbal_noise: float
    field_bias: float
    """As a fraction."""
    clock_s: float
    correlation_s: float


NONE = Deviations(np.zeros(3), np.zeros(3), np.zeros(3), np.zeros(3), np.zeros(3), 0.0, 0.0, 0.0, 1.0)
"""A flight that is measured without error."""


def drawn(aircraft: Aircraft, sensor: Sensor, rng: np.random.Generator) -> Deviations:
    """The errors of a flight. Raises `InputError` for an aircraft or a sensor that nobody measured."""
    model, optics = flight_model(aircraft), measured(sensor)
    place = (model.horizontal_m, model.horizontal_m, model.vertical_m)
    angles = (model.heading_deg, model.pitch_deg, model.roll_deg)
    return Deviations(
        place_bias_m=_biases(place) * rng.standard_normal(3),
        place_noise_m=_noises(place),
        angle_bias=np.radians(_biases(angles)) * rng.standard_normal(3),
        angle_noise=np.radians(_noises(angles)),
        gimbal_bias=np.radians(optics.mount_deg) * rng.standard_normal(3),
        gimbal_noise=float(np.radians(optics.encoder_noise_deg)),
        field_bias=optics.field_of_view_error * float(rng.standard_normal()),
        clock_s=optics.lag_s * float(rng.standard_normal()),
        correlation_s=model.correlation_s,
    )


@dataclass(frozen=True, eq=False)
class Reported:
    """What an aircraft says, packet by packet; arrays of shape (n,)."""

    time_us: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
    pose: Pose
    hfov: Floats
    vfov: Floats
    ground_speed_mps: Floats

    def rows(self, index: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Reported:
        """Some of the packets."""
        return Reported(
            self.time_us[index], self.pose.at(index), self.hfov[index], self.vfov[index], self.ground_speed_mps[index]
        )


def reported(
    flown: Flown, deviations: Deviations, *, every: int, width_px: int, height_px: int, rng: np.random.Generator
) -> Reported:
    """What is said of every `every`th state of a flight, whose pictures have this size."""
    ticks = np.arange(0, len(flown), every)
    time_us = flown.time_us[ticks]
    step_s = float(np.median(np.diff(flown.time_us))) * every * 1e-6
    # What is said now is what was so a little earlier, or later.
    seen_us = time_us - round(deviations.clock_s * 1e6)
    pose = _moved(_between(flown, seen_us), deviations, step_s, rng)
    lens = camera_lens(flown.hfov_rad[ticks], width_px, height_px)
    zoom = 1.0 + deviations.field_bias
    hfov, vfov = (np.asarray(field) * zoom for field in (lens.hfov, lens.vfov))
    return Reported(time_us, pose, hfov, vfov, flown.ground_speed_mps[ticks])


def _between(flown: Flown, time_us: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Pose:
    """True poses at any times: straight between the states of a flight, and on beyond its first and last two."""
    known = flown.time_us.astype(np.float64)
    before = np.clip(np.searchsorted(flown.time_us, time_us, side="right") - 1, 0, len(known) - 2)
    share = (time_us - known[before]) / (known[before + 1] - known[before])
    turning = {"heading", "azimuth"}
    values = {}
    for name, value in flown.pose.__dict__.items():
        column = np.unwrap(value) if name in turning else np.asarray(value)
        values[name] = column[before] + share * (column[before + 1] - column[before])
    return Pose(**values)


def _moved(pose: Pose, deviations: Deviations, step_s: float, rng: np.random.Generator) -> Pose:
    """Poses with every error added."""
    count = len(np.asarray(pose.lat))
    slow = _wandering(6, count, step_s / deviations.correlation_s, rng)
    place = deviations.place_bias_m[:, None] + deviations.place_noise_m[:, None] * slow[:3]
    angle = deviations.angle_bias[:, None] + deviations.angle_noise[:, None] * slow[3:]
    gimbal = deviations.gimbal_bias[:, None] + deviations.gimbal_noise * rng.standard_normal((3, count))
    lat = np.asarray(pose.lat)
    parallel, meridian = metres_per_radian(lat)
    turned = {name: np.asarray(getattr(pose, name)) + angle[i] for i, name in enumerate(_ANGLES)}
    turned |= {name: np.asarray(getattr(pose, name)) + gimbal[i] for i, name in enumerate(_GIMBAL)}
    return replace(
        pose,
        lat=lat + place[1] / meridian,
        lon=np.asarray(pose.lon) + place[0] / parallel,
        height_m=np.asarray(pose.height_m) + place[2],
        **turned,
    )


def _wandering(rows: int, count: int, step: float, rng: np.random.Generator) -> Floats:
    """Gauss-Markov processes of unit scatter, (rows, count), `step` time constants from one value to the next."""
    keep = float(np.exp(-step))
    pushes = rng.standard_normal((rows, count))
    pushes[:, 1:] *= np.sqrt(1.0 - keep**2)
    return np.asarray(lfilter([1.0], [1.0, -keep], pushes, axis=1), dtype=np.float64)


def _biases(sigmas: tuple[Sigma, ...]) -> Floats:
    return np.array([sigma.bias for sigma in sigmas])


def _noises(sigmas: tuple[Sigma, ...]) -> Floats:
    return np.array([sigma.noise for sigma in sigmas])
