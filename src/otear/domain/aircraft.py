"""An unarmed survey aircraft, as a planner needs to know it: how it flies, what it sees with, how it keeps in touch.

Degrees, metres, metres a second and hours; heights name their datum. Nothing else can be carried or said.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from otear.domain.authority import Datum, SensorKind


class Airframe(StrEnum):
    """How it stays up."""

    FIXED_WING = "fixed_wing"
    HELICOPTER = "helicopter"
    MULTIROTOR = "multirotor"
    VTOL = "vtol"
    """Takes off and lands upright, and cruises on a wing."""
    AIRSHIP = "airship"


class LinkKind(StrEnum):
    """What a link goes by."""

    LINE_OF_SIGHT = "line_of_sight"
    SATELLITE = "satellite"
    CELLULAR = "cellular"


@dataclass(frozen=True)
class Speeds:
    """True airspeeds; `loiter_mps` is that of longest endurance, 0 for an aircraft that hovers."""

    loiter_mps: float
    cruise_mps: float
    maximum_mps: float


@dataclass(frozen=True)
class Ceiling:
    """The greatest height that is flown at."""

    height_m: float
    datum: Datum


@dataclass(frozen=True)
class Gimbal:
    """How far a sensor turns: azimuth clockwise from the nose, elevation up from the level; -90 is straight down."""

    azimuth_min_deg: float
    azimuth_max_deg: float
    elevation_min_deg: float
    elevation_max_deg: float


@dataclass(frozen=True)
class Sigma:
    """One standard deviation of an error: what stays the same for a flight, and what is drawn anew all the time."""

    bias: float
    noise: float


@dataclass(frozen=True)
class Optics:
    """How well a sensor points. Angles in degrees, errors one standard deviation.

    `fields_of_view_deg` are the horizontal fields that it can be set to, narrowest first; empty for a zoom that stops
    anywhere. `encoder_noise_deg` is the noise of the gimbal's angles; `mount_deg` how far
    the sensor is turned against its mount about each axis on a flight; `field_of_view_error` a fraction of it; `lag_s`
    how far the clock of the metadata is from that of the pictures on a flight.
    """

    fields_of_view_deg: tuple[float, ...]
    slew_dps: float
    encoder_noise_deg: float
    mount_deg: float
    field_of_view_error: float
    lag_s: float


@dataclass(frozen=True)
class Sensor:
    """A sensor. Its horizontal field of view goes from `hfov_min_deg` to `hfov_max_deg`.

    Pictures are `frame_width_px` by `frame_height_px` square pixels; both are None for a radar that makes none.
    """

    name: str
    kind: SensorKind
    hfov_min_deg: float
    hfov_max_deg: float
    frame_width_px: int | None
    frame_height_px: int | None
    gimbal: Gimbal
    optics: Optics | None = None
    """None where nobody has measured it: then it cannot be simulated."""


@dataclass(frozen=True)
class Link:
    """A data link; `range_km` is None where distance does not limit it, as by satellite."""

    kind: LinkKind
    range_km: float | None


@dataclass(frozen=True)
class NavigationError:
    """What 95% of errors stay within: of position, of height, and of heading to either side."""

    horizontal_m: float
    vertical_m: float
    heading_deg: float


class FuelUnit(StrEnum):
    """What endurance is counted in."""

    KILOGRAMS = "kg"
    KILOWATT_HOURS = "kWh"


@dataclass(frozen=True)
class Fuel:
    """Fuel or charge, in `unit` and `unit` an hour; `reserve` is never touched. `climb_per_h` is burnt on top of the
    rest while it climbs; between loiter, cruise and maximum speed the burn is interpolated."""

    unit: FuelUnit
    capacity: float
    reserve: float
    loiter_per_h: float
    cruise_per_h: float
    maximum_per_h: float
    climb_per_h: float


@dataclass(frozen=True)
class FlightModel:
    """How it really flies, and how well it knows where it is: what a simulated flight needs.

    `correlation_s` is how long its navigation noise hangs together: the time constant of a Gauss-Markov process.
    """

    maximum_turn_rate_dps: float
    fuel: Fuel
    horizontal_m: Sigma
    vertical_m: Sigma
    heading_deg: Sigma
    pitch_deg: Sigma
    roll_deg: Sigma
    correlation_s: float


@dataclass(frozen=True)
class Aircraft:
    """One aircraft. `aircraft_id` is derived from its document; `maximum_bank_deg` is the steepest bank in a turn."""

    aircraft_id: str
    registration: str
    designation: str
    airframe: Airframe
    endurance_h: float
    speeds: Speeds
    climb_mps: float
    ceiling: Ceiling
    maximum_bank_deg: float
    sensors: tuple[Sensor, ...]
    links: tuple[Link, ...]
    navigation_error: NavigationError
    flight_model: FlightModel | None = None
    """None where nobody has measured it: then it cannot be simulated."""
