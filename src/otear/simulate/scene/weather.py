"""The weather of a flight, and what it does to a picture."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Season(StrEnum):
    """Of north-western Mexico: leafless and dusty, or green and hazy."""

    DRY = "dry"
    WET = "wet"


@dataclass(frozen=True)
class Weather:
    """Metres, metres a second, degrees, degrees Celsius. `wind_from_deg` is where the wind comes from, at flight
    height; `gust_mps` one standard deviation of its changes. `cloud_cover` is 0 to 1, its base stands at
    `cloud_base_msl_m`. `visibility_m` is the meteorological range (contrast down to 2%)."""

    season: Season
    coldest_c: float
    warmest_c: float
    wind_mps: float
    wind_from_deg: float
    gust_mps: float
    cloud_base_msl_m: float
    cloud_cover: float
    visibility_m: float


CALM = Weather(
    season=Season.DRY, coldest_c=12.0, warmest_c=29.0, wind_mps=0.0, wind_from_deg=0.0, gust_mps=0.0,
    cloud_base_msl_m=9_000.0, cloud_cover=0.0, visibility_m=80_000.0,
)  # fmt: skip
"""Nothing in the way."""
