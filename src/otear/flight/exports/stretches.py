"""A route as lines: each part with places along it, so close together that a chord is its arc to within a metre or so.

Degrees; heights above the ellipsoid (`hae`) and above EGM96 mean sea level (`msl`), metres; microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otear.authority.charts import GEODESIC
from otear.authority.paths import Leg, Turn
from otear.flight.route import Route
from otear.geo.frames import Floats
from otear.geo.geoid import msl_from_hae

STEP_M = 5_000.0
"""Geodesics are followed in steps of this length or less: a straight line in degrees stays within 1 m below 60° N."""
SAGITTA_M = 1.0
"""How far a chord may be from the arc that it stands for."""


@dataclass(frozen=True, eq=False)
class Stretch:
    """One part of a route and m places along it, both ends among them; arrays of shape (m,), longitudes within 180°."""

    part: Leg | Turn
    task: int
    airspeed_mps: float
    length_m: float
    sweep_deg: float
    """How far it turns, positive clockwise; 0 for a leg. A whole turn is 360, whatever its bearings are rounded to."""
    lon_deg: Floats
    lat_deg: Floats
    hae_m: Floats
    time_us: NDArray[np.int64]

    @property
    def msl_m(self) -> Floats:
        """Heights above mean sea level."""
        return msl_from_hae(np.radians(self.lat_deg), np.radians(self.lon_deg), self.hae_m)

    @property
    def whole_turn(self) -> bool:
        """Whether it ends where it began."""
        return abs(self.sweep_deg) > 359.999

    def at(self, share: Floats) -> tuple[Floats, Floats, Floats]:
        """Longitudes, latitudes and heights above the ellipsoid at shares of it, 0 at its start and 1 at its end."""
        lon, lat = (
            _along_leg(self.part, share)
            if isinstance(self.part, Leg)
            else _along_turn(self.part, self.sweep_deg, share)
        )
        return lon, lat, self.hae_m[0] + share * (self.hae_m[-1] - self.hae_m[0])


def stretches(route: Route, *, sagitta_m: float = SAGITTA_M, step_m: float = STEP_M) -> tuple[Stretch, ...]:
    """The parts of a route, in order."""
    return tuple(_stretch(route, index, sagitta_m, step_m) for index in range(len(route.path)))


def _stretch(route: Route, index: int, sagitta_m: float, step_m: float) -> Stretch:
    flown, part = route.path[index], route.parts[index]
    start_us, end_us = route.starts_us[index], route.starts_us[index + 1]
    length, radius = part.stroke.length_m, part.stroke.radius_m
    sweep = float(np.degrees(length / radius)) if radius else 0.0
    if isinstance(flown, Leg):
        share = np.linspace(0.0, 1.0, max(1, int(np.ceil(length / step_m))) + 1)
        lon, lat = _along_leg(flown, share)
    else:
        share = np.linspace(0.0, 1.0, _chords(flown.radius_m, sweep, sagitta_m) + 1)
        lon, lat = _along_turn(flown, sweep, share)
    return Stretch(
        part=flown,
        task=part.task,
        airspeed_mps=part.airspeed_mps,
        length_m=length,
        sweep_deg=sweep,
        lon_deg=lon,
        lat_deg=lat,
        hae_m=part.start_hae_m + share * (part.end_hae_m - part.start_hae_m),
        time_us=start_us + np.rint(share * (end_us - start_us)).astype(np.int64),
    )


def _along_leg(leg: Leg, share: Floats) -> tuple[Floats, Floats]:
    start, end = leg.start, leg.end
    azimuth, _, length = GEODESIC.inv(start.lon_deg, start.lat_deg, end.lon_deg, end.lat_deg)
    count = np.shape(share)
    lon, lat, _ = GEODESIC.fwd(
        np.full(count, start.lon_deg), np.full(count, start.lat_deg), np.full(count, azimuth), share * length
    )
    return np.asarray(lon), np.asarray(lat)


def _along_turn(turn: Turn, sweep_deg: float, share: Floats) -> tuple[Floats, Floats]:
    count = np.shape(share)
    lon, lat, _ = GEODESIC.fwd(
        np.full(count, turn.lon_deg),
        np.full(count, turn.lat_deg),
        turn.from_bearing_deg + share * sweep_deg,
        np.full(count, turn.radius_m),
    )
    return np.asarray(lon), np.asarray(lat)


def _chords(radius_m: float, sweep_deg: float, sagitta_m: float) -> int:
    """How many equal chords stay within a sagitta of an arc, each an eighth of a circle at most."""
    most = min(2.0 * float(np.arccos(1.0 - min(sagitta_m / radius_m, 1.0))), np.pi / 4.0)
    return max(1, int(np.ceil(abs(np.radians(sweep_deg)) / most - 1e-9)))
