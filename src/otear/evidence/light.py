"""By day or by night: what deceives a camera in one light need not deceive it in the other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from astral import Observer
from astral.sun import zenith_and_azimuth

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HORIZON_DEG = -0.833
"""Elevation of the sun's centre at sunrise and sunset: refraction and half its disc."""


class Light(StrEnum):
    """Whether the sun is up."""

    DAY = "day"
    NIGHT = "night"


def light(time_us: int, lat_deg: float, lon_deg: float) -> Light:
    """The light at a time and place, by the sun's elevation (NOAA's, as `astral` computes it)."""
    time = _EPOCH + timedelta(microseconds=time_us)
    zenith, _ = zenith_and_azimuth(Observer(lat_deg, lon_deg), time, with_refraction=False)
    return Light.DAY if 90.0 - zenith > _HORIZON_DEG else Light.NIGHT
