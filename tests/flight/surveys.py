"""An authority over a square with excluded zones, hills under it, and sorties for the aircraft that come with Otear."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from pyproj import Proj

from otear.domain.aircraft import Aircraft
from otear.domain.authority import (
    AltitudeBand,
    Approval,
    Area,
    Authority,
    Authorization,
    Circle,
    Datum,
    Exclusion,
    Retention,
    Revocation,
    Ring,
    SensorKind,
    Volume,
    Window,
)
from otear.domain.bilingual import Bilingual
from otear.domain.sortie import GroundPoint, Orbit, Side, Sortie, Strip, Task
from otear.flight.library import profile
from otear.flight.route import Heights
from otear.geo.frames import Floats

DEPART_US = 1_772_700_000_000_000
"""2026-03-05T08:40:00Z."""
HOUR_US = 3_600_000_000
ALWAYS = Window(0, 4_102_444_800_000_000)
MEDIUM, LARGE, SMALL = "medium-fixed-wing", "long-endurance", "multirotor"
BASE_MSL_M = 500.0
PLANE = Proj(proj="tmerc", lon_0=-107.4, lat_0=24.8, ellps="WGS84")
"""The tests' own plane: metres east and north of the middle of the square."""


def at(east_m: float, north_m: float) -> GroundPoint:
    """A place of the tests' own plane."""
    lon, lat = PLANE(east_m, north_m, inverse=True)
    return GroundPoint(float(lat), float(lon))


def metres(lat_rad: Floats, lon_rad: Floats) -> tuple[Floats, Floats]:
    """East and north on the tests' own plane."""
    east, north = PLANE(np.degrees(lon_rad), np.degrees(lat_rad))
    return np.asarray(east), np.asarray(north)


def plain(hae_m: float) -> Heights:
    """Level ground, so high above the ellipsoid."""
    return lambda lat, lon: np.full(np.broadcast(lat, lon).shape, hae_m)


level_ground = plain(450.0)


def hills(lat: Floats, lon: Floats) -> Floats:
    """Hills of 250 to 550 m above the ellipsoid, 9 km from one to the next."""
    east, north = np.asarray(lon) * 5_795_000.0, np.asarray(lat) * 6_378_000.0
    return np.asarray(400.0 + 150.0 * np.sin(east / 1_500.0) * np.cos(north / 1_500.0))


@dataclass
class Standings:
    """A standing that falls when it has been asked often enough."""

    until: int = 10**9
    asked: int = 0

    def revocation(self, authority_id: str) -> Revocation | None:
        self.asked += 1
        return Revocation("revoked", "host", DEPART_US, "changed its mind") if self.asked > self.until else None


def zone(name: str, east_m: float, north_m: float, radius_m: float) -> Exclusion:
    """An excluded circle."""
    centre = at(east_m, north_m)
    return Exclusion(name, Area(Circle(centre.lon_deg, centre.lat_deg, radius_m)), flight=True, view=True)


def consent(
    *zones: Exclusion,
    half_m: float = 30_000.0,
    until_us: int = DEPART_US + 100 * HOUR_US,
    standing: Standings | None = None,
) -> Authority:
    """An authority over a square of twice `half_m`, up to 9 km, for the aircraft that come with Otear."""
    corners = tuple(at(x * half_m, y * half_m) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1)))
    area = Area(Ring(tuple((c.lon_deg, c.lat_deg) for c in corners)))
    volume = Volume("square", area, AltitudeBand(0.0, 9_000.0, Datum.ELLIPSOID), Window(DEPART_US, until_us))
    return authority_over((volume,), zones, standing=standing)


def authority_over(
    volumes: tuple[Volume, ...], zones: tuple[Exclusion, ...] = (), *, standing: Standings | None = None
) -> Authority:
    """An authority for the aircraft that come with Otear, whose own dates are no limit."""
    nothing = Bilingual("", "")
    terms = Authorization(
        host="MEX",
        reference="TEST/1",
        title=nothing,
        issued_us=ALWAYS.start_us,
        volumes=volumes,
        exclusions=zones,
        survey=(),
        purposes=frozenset({"find_laboratories"}),
        site_kinds=frozenset({"laboratory"}),
        sensors=frozenset(SensorKind),
        aircraft=frozenset({"OTEAR-SIM-1", "OTEAR-SIM-2", "OTEAR-SIM-3"}),
        recipients=(),
        retention=Retention(30, 60, 90, 120),
        conditions=(),
        review_by_us=ALWAYS.end_us,
    )
    approval = Approval("00", "programme", nothing, ALWAYS.start_us, ALWAYS, ALWAYS.end_us)
    return Authority("a-1", "00", terms, approval, standing or Standings())


@cache
def aircraft(name: str = MEDIUM) -> Aircraft:
    """One that comes with Otear."""
    return profile(name)


def changed(craft: Aircraft, **fuel: Any) -> Aircraft:
    """The aircraft with other fuel."""
    assert craft.flight_model is not None
    model = replace(craft.flight_model, fuel=replace(craft.flight_model.fuel, **fuel))
    return replace(craft, flight_model=model)


def sortie(name: str, *tasks: Task, base: GroundPoint | None = None, height_msl_m: float = 3_500.0) -> Sortie:
    """A sortie of an aircraft that comes with Otear, from the south-west of the square."""
    craft = aircraft(name)
    return Sortie(
        sortie_id="s-0000000000000000",
        name="test",
        authority_id=None,
        aircraft=craft.registration,
        sensor=craft.sensors[0].name,
        purpose="find_laboratories",
        depart_us=DEPART_US,
        base=base or at(-15_000.0, -15_000.0),
        base_msl_m=BASE_MSL_M,
        height_msl_m=height_msl_m,
        tasks=tasks,
    )


def strip(name: str, start: tuple[float, float], end: tuple[float, float], **changes: Any) -> Strip:
    """A strip between two places of the plane, seen over the left wing."""
    return replace(Strip(name, at(*start), at(*end), Side.LEFT, 60.0, 5.7), **changes)


def orbit(name: str, centre: tuple[float, float], radius_m: float = 3_000.0, **changes: Any) -> Orbit:
    """Two turns about a place of the plane, the left wing down."""
    return replace(Orbit(name, at(*centre), radius_m, 2.0, Side.LEFT, 2.8), **changes)
