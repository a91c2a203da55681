"""Flights for an exercise: strips side by side over the district, as many as fit into the hours that are asked for.

Climb and descent come on top: the hours are those at height.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from otear.domain.aircraft import Aircraft, Sensor
from otear.domain.authority import Authority
from otear.domain.sortie import GroundPoint, Side, Sortie, Strip
from otear.errors import InputError, RefusedError
from otear.flight.laying import plan
from otear.flight.route import Heights, Route
from otear.flight.wind import Wind
from otear.geo.terrain.grid import Bounds
from otear.simulate.exercise.scenario import Sweep

_DEPRESSION_DEG = 55.0
_INSET = 0.27
"""Share of the district kept clear on each side, for turns."""
_BASES = 60
_STRIPS = 40


def sweep_sortie(
    sweep: Sweep,
    aircraft: Aircraft,
    authority: Authority,
    *,
    name: str,
    district: Bounds,
    highest_msl_m: float,
    heights: Heights,
    wind: Wind,
    rng: np.random.Generator,
) -> Sortie:
    """A sortie of strips for a sweep, from a base where the authority lets it fly. Without one raises `InputError` or
    `RefusedError`, for the cause that stood against most of what was tried."""
    sensor = _sensor(sweep, aircraft)
    height = highest_msl_m + sweep.above_m
    strips = list(_strips(sweep, district, rng))
    causes: list[InputError | RefusedError] = []
    for base in _places(district, rng):
        ground = float(heights(np.radians([base.lat_deg]), np.radians([base.lon_deg]))[0])

        def sortie(tasks: tuple[Strip, ...], base: GroundPoint = base, ground: float = ground) -> Sortie:
            return Sortie(
                sortie_id="s-draft",
                name=name,
                authority_id=authority.authority_id,
                aircraft=aircraft.registration,
                sensor=sensor.name,
                purpose="find_laboratories",
                depart_us=sweep.depart_us,
                base=base,
                base_msl_m=round(ground, 1),
                height_msl_m=round(height, 1),
                tasks=tasks,
            )

        chosen: tuple[Strip, ...] = ()
        for strip in strips:
            order = sortie((*chosen, strip))
            try:
                route = plan(order, aircraft, authority, wind=wind, heights=heights, now_us=order.depart_us)
            except (InputError, RefusedError) as cause:
                causes.append(cause)
                continue
            if _level_s(route) <= sweep.hours * 3_600.0:
                chosen = (*chosen, strip)
            else:
                causes.append(_too_long(sweep, route))
        if chosen:
            return sortie(chosen)
    raise _commonest(causes, name)


def _sensor(sweep: Sweep, aircraft: Aircraft) -> Sensor:
    for sensor in aircraft.sensors:
        if sensor.kind == sweep.sensor:
            return sensor
    raise InputError(
        f"{aircraft.registration} has no {sweep.sensor} sensor", field="flights", remedy="Choose another aircraft"
    )


def _too_long(sweep: Sweep, route: Route) -> InputError:
    takes = _level_s(route) / 3_600.0
    return InputError(
        f"a strip takes {takes:.2g} hours with the way to it and home, and {sweep.hours:g} are given",
        field="hours",
        remedy="Give it more hours, or a smaller district",
    )


def _commonest(causes: Sequence[InputError | RefusedError], name: str) -> InputError | RefusedError:
    """The cause that was met most often, as what stands against a flight; in all of them only the places differ."""
    kinds = [cause.rule if isinstance(cause, RefusedError) else cause.remedy for cause in causes]
    cause = causes[kinds.index(Counter(kinds).most_common(1)[0][0])]
    if isinstance(cause, RefusedError):
        spanish = cause.spanish and (f"{name}: {cause.spanish[0]}", cause.spanish[1])
        return RefusedError(
            rule=cause.rule,
            because=f"{name}: {cause.because}",
            would_be_allowed_if=cause.would_be_allowed_if,
            spanish=spanish,
        )
    problem = f"{name} cannot be flown: {cause.problem}"
    return InputError(problem, field="flights", remedy=cause.remedy)


def _level_s(route: Route) -> float:
    """Seconds of a route that are flown at one height."""
    spans = zip(route.parts, route.starts_us[:-1], route.starts_us[1:], strict=True)
    return sum(end - start for part, start, end in spans if part.start_hae_m == part.end_hae_m) / 1e6


def _strips(sweep: Sweep, district: Bounds, rng: np.random.Generator) -> Iterator[Strip]:
    """Lines from south to north and back, from west to east, in an order drawn anew for each flight."""
    away = sweep.above_m / np.sin(np.radians(_DEPRESSION_DEG))
    swath_rad = 2.0 * away * np.tan(np.radians(sweep.hfov_deg) / 2.0) / 6_371_000.0 / np.cos(district.middle[0])
    south, north = np.interp([_INSET, 1.0 - _INSET], [0.0, 1.0], [district.south, district.north])
    west, east = np.interp([_INSET, 1.0 - _INSET], [0.0, 1.0], [district.west, district.east])
    count = int(np.ceil((east - west) / swath_rad))
    first = int(rng.integers(count))
    for number in range(min(count, _STRIPS)):
        lon = west + (first + number) % count * swath_rad
        ends = [GroundPoint(float(np.degrees(lat)), float(np.degrees(lon))) for lat in (south, north)]
        start, end = ends if number % 2 == 0 else ends[::-1]
        yield Strip(f"strip {number + 1}", start, end, Side.RIGHT, _DEPRESSION_DEG, sweep.hfov_deg)


def _places(district: Bounds, rng: np.random.Generator) -> Iterator[GroundPoint]:
    for _ in range(_BASES):
        lat = rng.uniform(*np.interp([0.35, 0.65], [0.0, 1.0], [district.south, district.north]))
        lon = rng.uniform(*np.interp([0.35, 0.65], [0.0, 1.0], [district.west, district.east]))
        yield GroundPoint(round(float(np.degrees(lat)), 6), round(float(np.degrees(lon)), 6))
