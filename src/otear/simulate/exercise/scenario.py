"""A scenario: what an instructor wants of a training mission. The format is `otear-scenario/1` (docs/exercises.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from otear.authority.schema_types import Closed, Instant, Name, Words, distinct, validated
from otear.authority.signatures import canonical
from otear.authority.strict_yaml import Source, read_mapping
from otear.domain.bilingual import Bilingual
from otear.simulate.scene.weather import Season, Weather

FORMAT = "otear-scenario/1"

_Profile = Literal["long-endurance", "medium-fixed-wing", "multirotor"]
_Speed = Annotated[float, Field(ge=0.0, le=60.0)]


class _Weather(Closed):
    coldest_c: Annotated[float, Field(ge=-40.0, le=50.0)] = 12.0
    warmest_c: Annotated[float, Field(ge=-40.0, le=60.0)] = 29.0
    wind_mps: _Speed = 5.0
    wind_from_deg: Annotated[float, Field(ge=0.0, le=360.0)] = 290.0
    gust_mps: Annotated[float, Field(ge=0.0, le=10.0)] = 0.8
    cloud_base_msl_m: Annotated[float, Field(ge=0.0, le=20_000.0)] = 9_000.0
    cloud_cover: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0
    visibility_m: Annotated[float, Field(ge=100.0, le=300_000.0)] = 40_000.0


class _Flight(Closed):
    """One flight that the instructor has flown beforehand: strips side by side over a part of the district."""

    aircraft: _Profile
    sensor: Literal["visible", "thermal"] = "visible"
    depart: Instant
    hours: Annotated[float, Field(gt=0.0, le=24.0)]
    above_m: Annotated[float, Field(ge=50.0, le=15_000.0)] = 3_000.0
    hfov_deg: Annotated[float, Field(gt=0.0, lt=90.0)] = 5.7


class _Scenario(Closed):
    format: Literal["otear-scenario/1"]
    title: Words
    task: Words
    seed: Annotated[int, Field(ge=0)] | None = None
    starts: Instant
    season: Season = Season.DRY
    sites: Annotated[int, Field(ge=1, le=500)] = 48
    district_km: Annotated[float, Field(ge=6.0, le=62.0)] = 61.0
    minutes: Annotated[int, Field(ge=1, le=100_000)] = 480
    gives: Literal["telemetry", "video"] = "video"
    weather: _Weather = _Weather()
    fleet: Annotated[tuple[_Profile, ...], distinct()] = ()
    flights: tuple[_Flight, ...] = ()


@dataclass(frozen=True)
class Sweep:
    """A flight to be flown: `aircraft` is the name of a profile, `sensor` the kind of camera."""

    aircraft: str
    sensor: str
    depart_us: int
    hours: float
    above_m: float
    hfov_deg: float


@dataclass(frozen=True)
class Scenario:
    """What an exercise is made of. `seed` is None where one is to be drawn; the crew has `minutes`."""

    title: Bilingual
    task: Bilingual
    name: str
    seed: int | None
    starts_us: int
    season: Season
    sites: int
    district_km: float
    minutes: int
    video: bool
    weather: Weather
    fleet: tuple[str, ...]
    flights: tuple[Sweep, ...]


def read_scenario(text: str, source: Source = None, *, name: Name = "exercise") -> Scenario:
    """Read a scenario, YAML or JSON. Raises `InputError` naming `source` and the byte offset or the field."""
    model = validated(_Scenario, canonical(read_mapping(text, source)), source)
    fleet = tuple(dict.fromkeys((*model.fleet, *(flight.aircraft for flight in model.flights))))
    return Scenario(
        title=model.title.noun(),
        task=model.task.noun(),
        name=name,
        seed=model.seed,
        starts_us=model.starts,
        season=model.season,
        sites=model.sites,
        district_km=model.district_km,
        minutes=model.minutes,
        video=model.gives == "video",
        weather=Weather(season=model.season, **dict(model.weather)),
        fleet=fleet,
        flights=tuple(Sweep(f.aircraft, f.sensor, f.depart, f.hours, f.above_m, f.hfov_deg) for f in model.flights),
    )
