"""The document of an aircraft as it is written by hand: a closed schema, and the noun that it becomes."""

from __future__ import annotations

import itertools
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationInfo, field_validator, model_validator

from otear.authority.schema_types import Closed, Name, Some, distinct, wrong
from otear.domain.aircraft import (
    Aircraft,
    Airframe,
    Ceiling,
    FlightModel,
    Fuel,
    FuelUnit,
    Gimbal,
    Link,
    LinkKind,
    NavigationError,
    Optics,
    Sensor,
    Sigma,
    Speeds,
)
from otear.domain.authority import Datum, SensorKind

FORMAT = "otear-aircraft/1"

_Noun = TypeVar("_Noun")

_Speed = Annotated[float, Field(ge=0.0, le=300.0)]
_FieldOfView = Annotated[float, Field(gt=0.0, lt=180.0)]
_Azimuth = Annotated[float, Field(ge=-360.0, le=360.0)]
_Elevation = Annotated[float, Field(ge=-90.0, le=90.0)]
_AngleError = Annotated[float, Field(ge=0.0, le=10.0)]
_Amount = Annotated[float, Field(gt=0.0, le=100_000.0)]
_Pixels = Annotated[int, Field(ge=16, le=65_536)]


class _Speeds(Closed):
    loiter_mps: _Speed
    cruise_mps: Annotated[_Speed, Field(gt=0.0)]
    maximum_mps: Annotated[_Speed, Field(gt=0.0)]

    @field_validator("cruise_mps")
    @classmethod
    def _no_slower_than_loiter(cls, value: float, info: ValidationInfo) -> float:
        return _at_least(value, "loiter_mps", info)

    @field_validator("maximum_mps")
    @classmethod
    def _no_slower_than_cruise(cls, value: float, info: ValidationInfo) -> float:
        return _at_least(value, "cruise_mps", info)


class _Ceiling(Closed):
    height_m: Annotated[float, Field(gt=0.0, le=30_000.0)]
    datum: Datum


class _Gimbal(Closed):
    azimuth_min_deg: _Azimuth
    azimuth_max_deg: _Azimuth
    elevation_min_deg: _Elevation
    elevation_max_deg: _Elevation

    @field_validator("azimuth_max_deg")
    @classmethod
    def _azimuth_in_order(cls, value: float, info: ValidationInfo) -> float:
        return _at_least(value, "azimuth_min_deg", info)

    @field_validator("elevation_max_deg")
    @classmethod
    def _elevation_in_order(cls, value: float, info: ValidationInfo) -> float:
        return _at_least(value, "elevation_min_deg", info)


class _Optics(Closed):
    fields_of_view_deg: tuple[_FieldOfView, ...] = ()
    slew_dps: Annotated[float, Field(gt=0.0, le=500.0)]
    encoder_noise_deg: _AngleError
    mount_deg: _AngleError
    field_of_view_error: Annotated[float, Field(ge=0.0, le=0.2)]
    lag_s: Annotated[float, Field(ge=0.0, le=5.0)]

    @field_validator("fields_of_view_deg")
    @classmethod
    def _widening(cls, values: tuple[float, ...]) -> tuple[float, ...]:
        for index, (narrow, wide) in enumerate(itertools.pairwise(values)):
            if wide <= narrow:
                raise wrong(f"is not wider than {narrow:g}", "Give them narrowest first", index + 1)
        return values

    def noun(self) -> Optics:
        return Optics(**dict(self))


class _Sensor(Closed):
    name: Name
    kind: SensorKind
    hfov_min_deg: _FieldOfView
    hfov_max_deg: _FieldOfView
    frame_width_px: _Pixels | None = None
    frame_height_px: _Pixels | None = None
    gimbal: _Gimbal
    optics: _Optics | None = None

    @field_validator("hfov_max_deg")
    @classmethod
    def _field_in_order(cls, value: float, info: ValidationInfo) -> float:
        return _at_least(value, "hfov_min_deg", info)

    @model_validator(mode="after")
    def _pictures(self) -> _Sensor:
        missing = [key for key in ("frame_width_px", "frame_height_px") if getattr(self, key) is None]
        if len(missing) == 1 or (missing and self.kind is not SensorKind.RADAR):
            raise wrong(
                "is not given", "Say how many pixels its pictures have; only a radar may leave out both", missing[0]
            )
        return self

    @model_validator(mode="after")
    def _fields_fit(self) -> _Sensor:
        for index, field in enumerate(self.optics.fields_of_view_deg if self.optics else ()):
            if not self.hfov_min_deg <= field <= self.hfov_max_deg:
                raise wrong(
                    f"is outside {self.hfov_min_deg:g} to {self.hfov_max_deg:g} degrees",
                    "Give the fields between hfov_min_deg and hfov_max_deg",
                    "optics",
                    "fields_of_view_deg",
                    index,
                )
        return self

    def noun(self) -> Sensor:
        optics = None if self.optics is None else self.optics.noun()
        return Sensor(**{**dict(self), "gimbal": _plain(Gimbal, self.gimbal), "optics": optics})


class _Link(Closed):
    kind: LinkKind
    range_km: Annotated[float, Field(gt=0.0, le=1_000.0)] | None = None

    @model_validator(mode="after")
    def _reach(self) -> _Link:
        if (self.range_km is None) != (self.kind is LinkKind.SATELLITE):
            raise wrong("does not fit the link", "Give it, except for a satellite link, which has none", "range_km")
        return self


class _NavigationError(Closed):
    horizontal_m: Annotated[float, Field(gt=0.0, le=20_000.0)]
    vertical_m: Annotated[float, Field(gt=0.0, le=2_000.0)]
    heading_deg: Annotated[float, Field(gt=0.0, le=45.0)]


class _Sigma(Closed):
    bias: Annotated[float, Field(ge=0.0, le=1_000.0)]
    noise: Annotated[float, Field(ge=0.0, le=1_000.0)]


class _Fuel(Closed):
    unit: FuelUnit
    capacity: _Amount
    reserve: _Amount
    loiter_per_h: _Amount
    cruise_per_h: _Amount
    maximum_per_h: _Amount
    climb_per_h: Annotated[float, Field(ge=0.0, le=100_000.0)]

    @field_validator("reserve")
    @classmethod
    def _leaves_some(cls, value: float, info: ValidationInfo) -> float:
        if value >= info.data.get("capacity", value + 1.0):
            raise wrong("is all that it carries", "Give a reserve that is less than the capacity")
        return value


class _FlightModel(Closed):
    maximum_turn_rate_dps: Annotated[float, Field(gt=0.0, le=360.0)]
    fuel: _Fuel
    horizontal_m: _Sigma
    vertical_m: _Sigma
    heading_deg: _Sigma
    pitch_deg: _Sigma
    roll_deg: _Sigma
    correlation_s: Annotated[float, Field(gt=0.0, le=3_600.0)]

    def noun(self) -> FlightModel:
        parts = {key: _plain(Sigma, value) for key, value in self if isinstance(value, _Sigma)}
        return FlightModel(
            maximum_turn_rate_dps=self.maximum_turn_rate_dps,
            fuel=_plain(Fuel, self.fuel),
            correlation_s=self.correlation_s,
            **parts,
        )


class AircraftModel(Closed):
    """The whole document."""

    format: Literal["otear-aircraft/1"]
    registration: Name
    designation: Name
    airframe: Airframe
    endurance_h: Annotated[float, Field(gt=0.0, le=1_000.0)]
    speeds: _Speeds
    climb_mps: Annotated[float, Field(gt=0.0, le=100.0)]
    ceiling: _Ceiling
    maximum_bank_deg: Annotated[float, Field(gt=0.0, le=60.0)]
    sensors: Annotated[tuple[_Sensor, ...], Some, distinct(lambda sensor: sensor.name)]
    links: Annotated[tuple[_Link, ...], Some]
    navigation_error: _NavigationError
    flight_model: _FlightModel | None = None

    @field_validator("speeds")
    @classmethod
    def _flies(cls, speeds: _Speeds, info: ValidationInfo) -> _Speeds:
        if speeds.loiter_mps == 0.0 and info.data.get("airframe") is Airframe.FIXED_WING:
            raise wrong("a fixed wing does not stand still", "Give the airspeed of longest endurance", "loiter_mps")
        return speeds

    def noun(self, aircraft_id: str) -> Aircraft:
        """As the house says it."""
        return Aircraft(
            aircraft_id=aircraft_id,
            registration=self.registration,
            designation=self.designation,
            airframe=self.airframe,
            endurance_h=self.endurance_h,
            speeds=_plain(Speeds, self.speeds),
            climb_mps=self.climb_mps,
            ceiling=_plain(Ceiling, self.ceiling),
            maximum_bank_deg=self.maximum_bank_deg,
            sensors=tuple(sensor.noun() for sensor in self.sensors),
            links=tuple(_plain(Link, link) for link in self.links),
            navigation_error=_plain(NavigationError, self.navigation_error),
            flight_model=None if self.flight_model is None else self.flight_model.noun(),
        )


PARTS: dict[str, type[Closed]] = {
    "speeds": _Speeds,
    "ceiling": _Ceiling,
    "sensors": _Sensor,
    "gimbal": _Gimbal,
    "links": _Link,
    "navigation_error": _NavigationError,
    "optics": _Optics,
    "flight_model": _FlightModel,
    "fuel": _Fuel,
    **dict.fromkeys(("horizontal_m", "vertical_m", "heading_deg", "pitch_deg", "roll_deg"), _Sigma),
}
"""The mappings inside the document, by the key that they stand under, alone or in a list."""


def _plain(noun: type[_Noun], part: BaseModel) -> _Noun:
    """A noun of the same fields."""
    return noun(**dict(part))


def _at_least(value: float, lower: str, info: ValidationInfo) -> float:
    if value < info.data.get(lower, value):
        raise wrong(f"is less than {lower}, {info.data[lower]:g}", "Give the two in order")
    return value
