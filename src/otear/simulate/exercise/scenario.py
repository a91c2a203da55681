"""A scenario: what an instructor wants of a training mission. The format is `otear-scenario/1` (docs/exercises.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from otear.authority.schema_types import Closed, Instant, Name, Words, distinct, validated, wrong
from otear.authority.signatures import canonical
from otear.authority.strict_yaml import Source, read_mapping
from otear.domain.bilingual import Bilingual
from otear.domain.kinds import SiteKind
from otear.flight.library import profile
from otear.simulate.scene.weather import Season, Weather

FORMAT = "otear-scenario/1"

_Profile = Literal["long-endurance", "medium-fixed-wing", "multirotor"]
_Speed = Annotated[float, Field(ge=0.0, le=60.0)]
_SITES = 48
_Count = Annotated[int, Field(ge=0, le=100)]


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
    hfov_deg: Annotated[float, Field(ge=0.01, lt=90.0)] = 5.7


class _Kinds(Closed):
    laboratory: _Count = 0
    store: _Count = 0
    pill_press: _Count = 0
    camp: _Count = 0
    airstrip: _Count = 0
    tunnel_mouth: _Count = 0


class _Scenario(Closed):
    format: Literal["otear-scenario/1"]
    title: Words
    task: Words
    seed: Annotated[int, Field(ge=0)] | None = None
    starts: Instant
    season: Season = Season.DRY
    sites: Annotated[int, Field(ge=1, le=500)] | None = None
    kinds: _Kinds | None = None
    district_km: Annotated[float, Field(ge=6.0, le=62.0)] = 61.0
    minutes: Annotated[int, Field(ge=1, le=100_000)] = 480
    gives: Literal["telemetry", "video"] = "video"
    weather: _Weather = _Weather()
    fleet: Annotated[tuple[_Profile, ...], distinct()] = ()
    flights: tuple[_Flight, ...] = ()
    sorties: Annotated[tuple[Name, ...], distinct(lambda path: PurePosixPath(path).name)] = ()

    @model_validator(mode="after")
    def _one_way_to_hide(self) -> Self:
        if self.kinds is not None and self.sites is not None:
            raise wrong("is given beside sites", "Give how many sites there are, or how many of each kind", "kinds")
        if self.kinds is not None and not any(dict(self.kinds).values()):
            raise wrong("hides nothing", "Ask for one site or more", "kinds")
        return self


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
    """What an exercise is made of. `seed` is None where one is to be drawn; the crew has `minutes`.

    `sites` is how many are hidden over the twelve weeks of a world, or how many of each kind are to be at work during
    the exercise. `sorties` are files of documents for those who train, relative to the scenario's own.
    """

    title: Bilingual
    task: Bilingual
    name: str
    seed: int | None
    starts_us: int
    season: Season
    sites: int | Mapping[SiteKind, int]
    district_km: float
    minutes: int
    video: bool
    weather: Weather
    fleet: tuple[str, ...]
    flights: tuple[Sweep, ...]
    sorties: tuple[str, ...]

    @property
    def registrations(self) -> frozenset[str]:
        """Of the aircraft of the fleet."""
        return frozenset(profile(name).registration for name in self.fleet)

    @property
    def crew_starts_us(self) -> int:
        """When the crew begins: when everything has departed that is flown beforehand."""
        return max([self.starts_us, *(flight.depart_us for flight in self.flights)])


def read_scenario(text: str, source: Source = None, *, name: Name = "exercise") -> Scenario:
    """Read a scenario, YAML or JSON. Raises `InputError` naming `source` and the byte offset or the field."""
    model = validated(_Scenario, canonical(read_mapping(text, source)), source)
    fleet = tuple(dict.fromkeys((*model.fleet, *(flight.aircraft for flight in model.flights))))
    kinds = None if model.kinds is None else {SiteKind(kind): n for kind, n in dict(model.kinds).items() if n}
    return Scenario(
        title=model.title.noun(),
        task=model.task.noun(),
        name=name,
        seed=model.seed,
        starts_us=model.starts,
        season=model.season,
        sites=kinds or model.sites or _SITES,
        district_km=model.district_km,
        minutes=model.minutes,
        video=model.gives == "video",
        weather=Weather(season=model.season, **dict(model.weather)),
        fleet=fleet,
        flights=tuple(Sweep(f.aircraft, f.sensor, f.depart, f.hours, f.above_m, f.hfov_deg) for f in model.flights),
        sorties=model.sorties,
    )
