"""The fleet as a plan uses it: which aircraft may fly under an authority, how high, from where, with which crews."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from otear.domain.aircraft import Aircraft, Sensor
from otear.domain.authority import Authority, Datum, SensorKind, Window
from otear.domain.bilingual import Bilingual
from otear.domain.rota import FlightWanted, Rota, RotaProblem, Slot
from otear.domain.sortie import GroundPoint
from otear.errors import InputError
from otear.flight.aircraft import read_aircraft
from otear.geo.geoid import undulation
from otear.plan.rota.roster import Roster, assumed_roster
from otear.store.workspace import Workspace

_BASE = "base"
_DAY_US, _MINUTE_US = 86_400_000_000, 60_000_000


@dataclass(frozen=True)
class Group:
    """Airframes of one designation at one base, which fly alike: their sensor, and the first of them."""

    designation: str
    base: str
    airframes: tuple[Aircraft, ...]
    sensor: Sensor

    @property
    def first(self) -> Aircraft:
        """The aircraft that stands for all of them."""
        return self.airframes[0]


def fleet_of(
    workspace: Workspace, authority: Authority, kind: SensorKind, names: Sequence[str]
) -> tuple[list[Aircraft], tuple[Bilingual, ...]]:
    """Aircraft of the fleet that the authority names, that have such a sensor and a flight model, and what was assumed.
    Raises `InputError` where there is none."""
    latest = {row.registration: row for row in workspace.registers.aircraft()}
    every = [read_aircraft(row.document, row.aircraft_id) for row in latest.values()]
    known = authority.authorization.aircraft
    fit = [
        one
        for one in every
        if one.registration in known
        and (not names or one.registration in names)
        and one.flight_model is not None
        and any(_pictures(sensor, kind) for sensor in one.sensors)
    ]
    if not fit:
        raise InputError(
            f"no aircraft of the fleet is named in the authority, has a flight model and sees by {kind}",
            field="--aircraft" if names else "aircraft",
            remedy=f"The authority names {', '.join(sorted(known))}; `otear aircraft import` takes aircraft in",
        )
    left = [one.registration for one in every if one not in fit]
    said = ", ".join(left)
    return fit, (Bilingual(f"Not planned with: {said}", f"Sin contar con: {said}"),) if left else ()


def roster_of(
    given: Roster | None, bases: Sequence[tuple[float, float]], fit: Sequence[Aircraft]
) -> tuple[Roster, list[Aircraft], tuple[Bilingual, ...]]:
    """The roster that was given, with those of the fleet that are in it; else one that is assumed, and said to be."""
    if given is not None:
        there = [one for one in fit if one.registration in given.at]
        if not there:
            raise InputError(
                "the roster has none of the aircraft that may fly",
                field="airframes",
                remedy=f"These may: {', '.join(one.registration for one in fit)}",
            )
        return given, there, ()
    if not bases:
        raise InputError(
            "nobody said where aircraft fly from",
            field="--base",
            remedy="Give --base LATITUDE LONGITUDE, or a --roster with bases, airframes and crews (docs/plans.md)",
        )
    named = {f"{_BASE} {k + 1}": GroundPoint(*at) for k, at in enumerate(bases)}
    roster = assumed_roster(named, tuple(one.registration for one in fit))
    words = Bilingual(
        f"No roster was given: {len(fit)} airframes at {next(iter(named))}, {2 * len(fit)} pilots and {2 * len(fit)} "
        "sensor operators with the usual duty hours",
        f"Sin lista de servicio: {len(fit)} aeronaves en {next(iter(named))}, {2 * len(fit)} pilotos y "
        f"{2 * len(fit)} operadores de sensor con las horas de servicio habituales",
    )
    return roster, list(fit), (words,)


def groups_of(fit: Sequence[Aircraft], roster: Roster, kind: SensorKind) -> list[Group]:
    """Aircraft that fly alike from one base, as one."""
    found: dict[tuple[str, str], list[Aircraft]] = {}
    for one in fit:
        found.setdefault((one.designation, roster.at[one.registration]), []).append(one)
    return [
        Group(designation, base, tuple(own), next(s for s in own[0].sensors if _pictures(s, kind)))
        for (designation, base), own in found.items()
    ]


def band_of(authority: Authority, from_us: int, until_us: int, lat_deg: float, lon_deg: float) -> tuple[float, float]:
    """The lowest and highest height above mean sea level that every volume of the authority has in these days.

    Raises `InputError` where they have none in common.
    """
    geoid_m = float(undulation(np.radians(lat_deg), np.radians(lon_deg)))
    volumes = [
        one for one in authority.authorization.volumes if one.window.start_us < until_us and one.window.end_us > from_us
    ]
    down = [geoid_m if one.altitude.datum is Datum.ELLIPSOID else 0.0 for one in volumes]
    low = max((one.altitude.lower_m - by for one, by in zip(volumes, down, strict=True)), default=np.inf)
    high = min((one.altitude.upper_m - by for one, by in zip(volumes, down, strict=True)), default=-np.inf)
    if not low < high:
        raise InputError(
            "the authority's volumes have no altitude in common in these days",
            field="authority",
            remedy="Plan for other days, or have one band of altitudes authorized",
        )
    return float(low) + _MARGIN_M, float(high) - _MARGIN_M


def flights(
    groups: Sequence[Group], lights: Sequence[Window], minutes: Sequence[int], roster: Roster
) -> dict[str, tuple[int, int, FlightWanted]]:
    """A flight for each airframe in each stretch of light: by name, which group and which stretch, and the flight."""
    wanted: dict[str, tuple[int, int, FlightWanted]] = {}
    for at, light in enumerate(lights):
        whole = (light.end_us - light.start_us) // 60_000_000
        for number, group in enumerate(groups):
            long = int(min(minutes[number], whole))
            for k in range(len(group.airframes)):
                name = f"{at + 1}.{number + 1}.{k + 1}"
                wanted[name] = (
                    number,
                    at,
                    FlightWanted(
                        flight_id=name,
                        value=1.0,
                        duration_min=long,
                        departure=Slot(light.start_us, light.end_us - long * 60_000_000),
                        base=group.base,
                        aircraft_types=(group.designation,),
                        sensors=(group.sensor.name,),
                        weather_area=f"light {at + 1}",
                        cancelled=roster.cancelled,
                    ),
                )
    return wanted


def rota_problem(
    groups: Sequence[Group], wanted: Sequence[FlightWanted], roster: Roster, from_us: int, until_us: int
) -> RotaProblem:
    """The rota's problem: these flights, the airframes of the groups, the crews of the roster."""
    # The plan's last flights may land late in it, and are turned round and maintained after its end.
    airframes = tuple(roster.airframe(one, from_us, until_us + _DAY_US) for group in groups for one in group.airframes)
    crews = roster.crews(tuple(dict.fromkeys(group.designation for group in groups)))
    # Rotas count whole minutes from their start, and light begins on a minute of the clock.
    return RotaProblem(from_us // _MINUTE_US * _MINUTE_US, tuple(wanted), airframes, crews, roster.handover_min)


def retimed(one: FlightWanted, duration_min: int, value: float, light: Window) -> FlightWanted:
    """A flight as it came out: how long it takes, and what it finds."""
    end_us = light.end_us - duration_min * 60_000_000
    return replace(one, value=value, duration_min=duration_min, departure=Slot(light.start_us, end_us))


def crews_on(rota: Rota, flight_id: str) -> tuple[str, ...]:
    """Who flies a flight, in the order of their shifts."""
    own = next(one for one in rota.flights if one.flight_id == flight_id)
    return tuple(dict.fromkeys(shift.crew_id for shift in sorted(own.shifts, key=lambda s: (s.start_us, s.seat))))


def _pictures(sensor: Sensor, kind: SensorKind) -> bool:
    return sensor.kind is kind and sensor.frame_width_px is not None


_MARGIN_M = 120.0
"""Kept to the limits of the band: errors of height, and of keeping it."""
