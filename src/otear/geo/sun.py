"""Where the sun stands, and what hour it makes it: local *solar* hours, noon when the sun is highest.

Angles are radians; time is whole microseconds since 1970-01-01Z. Positions are NOAA's, as `astral` computes them (to
about 0.01 degrees, without refraction).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from astral import Observer
from astral.julian import julianday, julianday_to_juliancentury
from astral.sun import eq_of_time, zenith_and_azimuth

from otear.geo.frames import Floats

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_H = 24.0


@dataclass(frozen=True)
class Sun:
    """`azimuth` clockwise from north, `elevation` above the level, `solar_h` from 0 to 24."""

    azimuth: float
    elevation: float
    solar_h: float

    @property
    def direction_enu(self) -> Floats:
        """Unit vector to the sun: east, north, up."""
        level = np.cos(self.elevation)
        return np.array([level * np.sin(self.azimuth), level * np.cos(self.azimuth), np.sin(self.elevation)])


def sun_at(time_us: int, lat: float, lon: float) -> Sun:
    """The sun over a place (radians)."""
    time = _EPOCH + timedelta(microseconds=time_us)
    zenith, azimuth = zenith_and_azimuth(
        Observer(float(np.degrees(lat)), float(np.degrees(lon))), time, with_refraction=False
    )
    return Sun(float(np.radians(azimuth)), float(np.radians(90.0 - zenith)), solar_hour(time_us, lon))


def solar_hour(time_us: int, lon: float) -> float:
    """Local solar hours, 0 to 24, at a longitude (radians): mean solar time and the equation of time."""
    time = _EPOCH + timedelta(microseconds=time_us)
    midnight = time.replace(hour=0, minute=0, second=0, microsecond=0)
    hours = (time - midnight) / timedelta(hours=1)
    minutes = eq_of_time(julianday_to_juliancentury(julianday(time)))
    return float((hours + np.degrees(lon) / 15.0 + minutes / 60.0) % _DAY_H)


def between(hour: float, from_h: Floats, to_h: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether an hour lies from one hour (inclusive) to another (exclusive), round midnight where the first is later.

    `from_h` and `to_h` of shape (n,); equal hours are no time at all.
    """
    plain = (from_h <= hour) & (hour < to_h)
    round_midnight = (hour >= from_h) | (hour < to_h)
    return np.asarray(np.where(from_h <= to_h, plain, round_midnight), dtype=np.bool_)
