"""The document of an aircraft as it is written by hand: a closed schema, and the noun that it becomes."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationInfo, field_validator, model_validator

from otear.authority.schema_types import Closed, Name, Some, distinct, wrong
from otear.domain.aircraft import (
    Aircraft,
    Airframe,
    Ceiling,
    Gimbal,
    Link,
    LinkKind,
    NavigationError,
    Sensor,
    Speeds,
)
from otear.domain.authority import Datum, SensorKind

FORMAT = "otear-aircraft/1"

_Noun = TypeVar("_Noun")

_Speed = Annotated[float, Field(ge=0.0, le=300.0)]
_FieldOfView = Annotated[float, Field(gt=0.0, lt=180.0)]
_Azimuth = Annotated[float, Field(ge=-360.0, le=360.0)]
_Elevation = Annotated[float, Field(ge=-90.0, le=90.0)]
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


class _Sensor(Closed):
    name: Name
    kind: SensorKind
    hfov_min_deg: _FieldOfView
    hfov_max_deg: _FieldOfView
    frame_width_px: _Pixels | None = None
    frame_height_px: _Pixels | None = None
    gimbal: _Gimbal

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
            sensors=tuple(
                Sensor(**{**dict(sensor), "gimbal": _plain(Gimbal, sensor.gimbal)}) for sensor in self.sensors
            ),
            links=tuple(_plain(Link, link) for link in self.links),
            navigation_error=_plain(NavigationError, self.navigation_error),
        )


PARTS: dict[str, type[Closed]] = {
    "speeds": _Speeds,
    "ceiling": _Ceiling,
    "sensors": _Sensor,
    "gimbal": _Gimbal,
    "links": _Link,
    "navigation_error": _NavigationError,
}
"""The mappings inside the document, by the key that they stand under, alone or in a list."""


def _plain(noun: type[_Noun], part: BaseModel) -> _Noun:
    """A noun of the same fields."""
    return noun(**dict(part))


def _at_least(value: float, lower: str, info: ValidationInfo) -> float:
    if value < info.data.get(lower, value):
        raise wrong(f"is less than {lower}, {info.data[lower]:g}", "Give the two in order")
    return value
