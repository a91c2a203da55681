"""Sorties, aircraft and authorities for the tests of exports: each kind of task, over a plane of a hundred metres."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from otear.authority.charts import GEODESIC
from otear.domain.aircraft import Aircraft
from otear.domain.authority import AltitudeBand, Area, Authority, Circle, Datum, Exclusion, Ring, Volume, Window
from otear.domain.sortie import GroundPoint, Orbit, Side, Sortie, Stare, Strip
from otear.flight.exports.cot_track import Moments
from otear.flight.kinematics import Flown
from otear.flight.laying import laid_out
from otear.flight.route import Heights, Route, sensor_of
from otear.flight.wind import Wind
from otear.geo.camera import Pose, line_of_sight
from otear.geo.frames import Floats

from ..surveys import ALWAYS, DEPART_US, HOUR_US, aircraft, authority_over, plain

__all__ = [
    "DEPART_US",
    "GROUND_HAE_M",
    "HOUR_US",
    "WIND",
    "aircraft",
    "authority",
    "ground",
    "moments_of_flight",
    "route",
    "sortie",
]

GROUND_HAE_M = 100.0
WIND = Wind(6.0, 300.0)
ground = plain(GROUND_HAE_M)


@cache
def sortie(lat: float = 24.8, lon: float = -107.1, name: str = "medium-fixed-wing") -> Sortie:
    """A strip, a stare and an orbit about a place, sized to the aircraft."""
    flies = aircraft(name)
    scale = 0.1 if name == "multirotor" else 1.0

    def at(north_km: float, east_km: float) -> GroundPoint:
        east = lon + scale * east_km / (111.2 * np.cos(np.radians(lat)))
        return GroundPoint(round(lat + scale * north_km / 111.2, 6), round((east + 180.0) % 360.0 - 180.0, 6))

    radius = 100.0 if name == "multirotor" else 2_500.0
    sensor = flies.sensors[0]
    fields = sensor.optics.fields_of_view_deg if sensor.optics is not None else ()
    hfov = fields[-2] if fields else 30.0
    return Sortie(
        sortie_id="s-0123456789abcdef",
        name="morning",
        authority_id=None,
        aircraft=flies.registration,
        sensor=sensor.name,
        purpose="find_laboratories",
        depart_us=DEPART_US,
        base=at(-6.0, -6.0),
        base_msl_m=120.0,
        height_msl_m=500.0 if name == "multirotor" else 3_000.0,
        tasks=(
            Strip("ridge", at(-2.0, -4.0), at(3.0, 5.0), Side.LEFT, 55.0, hfov),
            Stare("cells", (at(5.0, 0.0), at(5.0, 0.5), at(5.5, 0.5)), 20.0, radius, Side.LEFT, hfov),
            Orbit("ford", at(-3.0, 4.0), radius, 2.25, Side.RIGHT, hfov),
        ),
    )


@cache
def route(lat: float = 24.8, lon: float = -107.1, name: str = "medium-fixed-wing") -> Route:
    wind = Wind(3.0, 300.0) if name == "multirotor" else WIND
    return laid_out(sortie(lat, lon, name), aircraft(name), wind=wind, heights=ground)


def authority(lat: float = 24.8, lon: float = -107.1, *exclusions: Exclusion, hole: bool = False) -> Authority:
    """A square degree about a place, with or without a hole in its corner, from 0 to 5,000 m above sea level."""
    west, east = lon - 0.5, lon + 0.5
    square = Ring(((west, lat - 0.5), (east, lat - 0.5), (east, lat + 0.5), (west, lat + 0.5)))
    holes = (Circle(west + 0.1, lat + 0.4, 1_000.0),) if hole else ()
    volume = Volume("square", Area(square, holes), AltitudeBand(0.0, 5_000.0, Datum.EGM96), ALWAYS)
    late = replace(volume, name="next year", window=Window(DEPART_US + 9_000 * HOUR_US, ALWAYS.end_us))
    high = replace(volume, name="high", altitude=AltitudeBand(8_000.0, 9_000.0, Datum.EGM96))
    return authority_over((volume, late, high), exclusions)


def moments_of_flight(flown: Flown, sortie: Sortie, aircraft: Aircraft, heights: Heights) -> Moments:
    """The true states of a simulated flight, over ground of these heights."""
    pose = flown.pose
    azimuth, depression = line_of_sight(pose)
    sensor = sensor_of(sortie, aircraft)
    ratio = (sensor.frame_height_px or np.nan) / (sensor.frame_width_px or np.nan)
    return Moments(
        time_us=flown.time_us,
        lat_deg=np.degrees(pose.lat),
        lon_deg=np.degrees(pose.lon),
        hae_m=np.asarray(pose.height_m),
        course_deg=np.degrees(flown.track_rad),
        speed_mps=flown.ground_speed_mps,
        azimuth_deg=np.degrees(azimuth) % 360.0,
        elevation_deg=-np.degrees(depression),
        hfov_deg=np.degrees(flown.hfov_rad),
        vfov_deg=np.degrees(2.0 * np.arctan(np.tan(flown.hfov_rad / 2.0) * ratio)),
        range_m=_ranges(pose, azimuth, depression, heights),
    )


def _ranges(pose: Pose, azimuth: Floats, depression: Floats, heights: Heights) -> Floats:
    """About how far away the ground is that the camera looks at: level at the height that it has there."""
    looks_down = depression > np.radians(1.0)
    safe = np.where(looks_down, depression, np.pi / 2.0)
    lat, lon = np.degrees(pose.lat), np.degrees(pose.lon)
    ground = heights(np.asarray(pose.lat), np.asarray(pose.lon))
    for _ in range(4):
        away = (np.asarray(pose.height_m) - ground) / np.tan(safe)
        at_lon, at_lat, _ = GEODESIC.fwd(lon, lat, np.degrees(azimuth), away)
        ground = heights(np.radians(at_lat), np.radians(at_lon))
    return np.where(looks_down, (np.asarray(pose.height_m) - ground) / np.sin(safe), np.nan)
