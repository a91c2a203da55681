"""Laying a sortie out: from its tasks to the strokes that fly them, with the ways between.

Plane coordinates are metres east and north on the sortie's chart; courses are radians clockwise from north.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from otear.authority.charts import Chart, middle
from otear.domain.aircraft import Aircraft
from otear.domain.authority import Authority
from otear.domain.sortie import Orbit, Side, Sortie, Stare, Strip, Task
from otear.errors import InputError
from otear.flight import flyable
from otear.flight.dubins import Stroke, shortest
from otear.flight.pointing import STEP_S
from otear.flight.route import (
    TRANSIT,
    Heights,
    Part,
    Route,
    allowed,
    places,
    task_airspeed_mps,
    timed,
    turn_radius_m,
)
from otear.flight.wind import Wind
from otear.geo.geoid import undulation

OVER_BASE_M = 300.0
"""The path begins and ends this far above the base."""
_BEARINGS = 24
_CLIMB_USED = 0.8
_SHORTEST_M = 10.0


def plan(
    sortie: Sortie, aircraft: Aircraft, authority: Authority, *, wind: Wind, heights: Heights, now_us: int
) -> Route:
    """The route of a sortie. Raises `InputError` for what the aircraft cannot fly, `RefusedError` for what the
    authority does not allow."""
    route = laid_out(sortie, aircraft, wind=wind, heights=heights)
    allowed(route.path, sortie, aircraft, authority, now_us).enforce()
    return route


def laid_out(sortie: Sortie, aircraft: Aircraft, *, wind: Wind, heights: Heights) -> Route:
    """The route of a sortie, before anybody is asked. Raises `InputError` for what the aircraft cannot fly."""
    flyable.suits(sortie, aircraft)
    flyable.within_ceiling(sortie, aircraft, sortie.base_msl_m + OVER_BASE_M)
    flyable.against_wind(aircraft, wind)
    chart = _chart(sortie)
    cruise = aircraft.speeds.cruise_mps
    base = _on(chart, sortie.base.lat_deg, sortie.base.lon_deg)
    low = sortie.base_msl_m + OVER_BASE_M + _geoid(sortie.base.lat_deg, sortie.base.lon_deg)
    high = sortie.height_msl_m + _geoid(sortie.base.lat_deg, sortie.base.lon_deg)
    radius = turn_radius_m(aircraft, cruise, wind)
    climb = climb_slope(aircraft, wind)
    first = _first_place(chart, sortie.tasks[0])
    course = float(np.arctan2(first[0] - base[0], first[1] - base[1]))
    at = (base[0], base[1], course)
    parts = spiral(at, low, high, radius_m=radius, slope=climb, speed_mps=cruise)
    for index, task in enumerate(sortie.tasks):
        flown = task_strokes(chart, sortie, task, aircraft, wind=wind, heights=heights, at=at)
        speed = task_airspeed_mps(aircraft, task)
        reach = max(turn_radius_m(aircraft, max(cruise, speed), wind), radius)
        begin = (flown[0].x_m, flown[0].y_m, flown[0].course)
        parts += [Part(s, high, high, TRANSIT, cruise) for s in shortest(at, begin, reach)]
        parts += [Part(s, high, high, index, speed) for s in flown]
        at = flown[-1].end
    home = min(
        (shortest(at, (base[0], base[1], c), radius) for c in np.linspace(0.0, 2.0 * np.pi, _BEARINGS, endpoint=False)),
        key=lambda way: sum(stroke.length_m for stroke in way),
    )
    parts += [Part(s, high, high, TRANSIT, cruise) for s in home]
    end = home[-1].end if home else at
    parts += spiral(end, high, low, radius_m=radius, slope=climb, speed_mps=cruise)
    route = timed(chart, parts, sortie.depart_us, aircraft, wind)
    flyable.enough_fuel(route, aircraft)
    flyable.clear_of_ground(route, aircraft, heights)
    flyable.within_gimbal(route, sortie, aircraft, wind, heights)
    return route


def _points(task: Task) -> list[tuple[float, float]]:
    if isinstance(task, Strip):
        return [(p.lon_deg, p.lat_deg) for p in (task.start, task.end)]
    return [(p.lon_deg, p.lat_deg) for p in (task.cells if isinstance(task, Stare) else (task.centre,))]


def _chart(sortie: Sortie) -> Chart:
    points = [(sortie.base.lon_deg, sortie.base.lat_deg), *(p for task in sortie.tasks for p in _points(task))]
    about = middle(*np.array(points).T)
    if about is None:
        raise InputError("its places lie all around the globe", field="tasks", remedy="Give places of one survey")
    return Chart(*about)


def _first_place(chart: Chart, task: Task) -> tuple[float, float]:
    lon, lat = _points(task)[0]
    return _on(chart, lat, lon)


def _on(chart: Chart, lat_deg: float, lon_deg: float) -> tuple[float, float]:
    x, y = chart.xy([lon_deg], [lat_deg])[0]
    return float(x), float(y)


def _geoid(lat_deg: float, lon_deg: float) -> float:
    return float(undulation(np.radians(lat_deg), np.radians(lon_deg)))


def climb_slope(aircraft: Aircraft, wind: Wind) -> float:
    """How steeply it climbs and descends over the ground with the wind behind, something kept back."""
    return aircraft.climb_mps / (aircraft.speeds.cruise_mps + wind.strongest_mps) * _CLIMB_USED


def spiral(
    at: tuple[float, float, float], from_m: float, to_m: float, *, radius_m: float, slope: float, speed_mps: float
) -> list[Part]:
    """Whole turns over one place, as many as a climb or a descent needs, to the right (to the left where the radius is
    negative); none on the level."""
    around = 2.0 * np.pi * abs(radius_m)
    turns = int(np.ceil(abs(to_m - from_m) / slope / around))
    levels = np.linspace(from_m, to_m, turns + 1).tolist()
    stroke = Stroke(*at, around, radius_m)
    return [Part(stroke, low, high, TRANSIT, speed_mps) for low, high in pairwise(levels)]


def task_strokes(
    chart: Chart,
    sortie: Sortie,
    task: Task,
    aircraft: Aircraft,
    *,
    wind: Wind,
    heights: Heights,
    at: tuple[float, float, float],
) -> list[Stroke]:
    if isinstance(task, Strip):
        return [_strip(chart, sortie, task, heights)]
    airspeed = task_airspeed_mps(aircraft, task)
    tightest = turn_radius_m(aircraft, airspeed, wind)
    if task.radius_m < tightest:
        raise InputError(
            f"a circle of {task.radius_m:g} m is tighter than the {tightest:.0f} m that {aircraft.registration} flies",
            field=f"tasks.{task.name}.radius_m",
            remedy="Choose a larger radius",
        )
    lon, lat = np.mean(_points(task), axis=0)
    centre = _on(chart, float(lat), float(lon))
    around = 2.0 * np.pi * task.radius_m
    if isinstance(task, Orbit):
        length = task.turns * around
    else:
        length = len(task.cells) * (task.dwell_s + STEP_S) * (airspeed + wind.strongest_mps)
    hand = 1.0 if task.side is Side.RIGHT else -1.0
    radius = hand * task.radius_m
    entries = []
    for course in np.linspace(0.0, 2.0 * np.pi, _BEARINGS, endpoint=False).tolist():
        x, y = centre[0] - radius * np.cos(course), centre[1] + radius * np.sin(course)
        way = shortest(at, (x, y, course), tightest)
        entries.append((sum(s.length_m for s in way), Stroke(float(x), float(y), course, around, radius)))
    circle = min(entries, key=lambda entry: entry[0])[1]
    whole, rest = divmod(length, around)
    strokes = [circle] * int(whole)
    return [*strokes, replace(circle, length_m=rest)] if rest > 1.0 else strokes


def _strip(chart: Chart, sortie: Sortie, task: Strip, heights: Heights) -> Stroke:
    """The line flown beside a strip: as far to the side as the depression angle asks over the ground's mean height."""
    (x0, y0), (x1, y1) = (_on(chart, p.lat_deg, p.lon_deg) for p in (task.start, task.end))
    long_m = float(np.hypot(x1 - x0, y1 - y0))
    if long_m < _SHORTEST_M:
        raise InputError(
            f"the strip is {long_m:.1f} m long, and a strip has at least {_SHORTEST_M:g} m",
            field=f"tasks.{task.name}",
            remedy="Make it longer, or fly an orbit of the place",
        )
    share = np.linspace(0.0, 1.0, 65)
    lon, lat = places(chart, x0 + share * (x1 - x0), y0 + share * (y1 - y0))
    ground = heights(np.radians(lat), np.radians(lon))
    above = sortie.height_msl_m + _geoid(task.start.lat_deg, task.start.lon_deg) - float(np.mean(ground))
    if not (np.isfinite(above) and above > 0.0):
        raise InputError(
            f"{sortie.height_msl_m:g} m is not above the ground of the strip {task.name!r}, or its ground is not known",
            field="height_msl_m",
            remedy="Fly higher, or give a terrain that covers it",
        )
    course = float(np.arctan2(x1 - x0, y1 - y0))
    off = above / np.tan(np.radians(task.depression_deg)) if task.depression_deg < 90.0 else 0.0
    # The line lies to the left of an aircraft that looks over its left wing, so it flies to the right of the line.
    off *= 1.0 if task.side is Side.LEFT else -1.0
    return Stroke(x0 + off * float(np.cos(course)), y0 - off * float(np.sin(course)), course, long_m)
