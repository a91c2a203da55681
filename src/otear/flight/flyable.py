"""What an aircraft cannot fly, before anybody asks whether it may: each check raises `InputError` with its remedy."""

from __future__ import annotations

import numpy as np

from otear.domain.aircraft import Aircraft
from otear.domain.authority import Datum
from otear.domain.sortie import Sortie, Stare, Strip, Task
from otear.errors import InputError
from otear.flight.dubins import Stroke
from otear.flight.pointing import abeam, angles, limited, looking, measured
from otear.flight.route import (
    GRAVITY_MPS2,
    Heights,
    Part,
    Route,
    flight_model,
    path_keeping_m,
    places,
    sensor_of,
)
from otear.flight.wind import Wind
from otear.geo.camera import Pose
from otear.geo.frames import Floats
from otear.geo.geoid import undulation

LEAST_CLEARANCE_M = 30.0
_STRONGEST = 0.6
"""Of the slowest airspeed: the strongest wind that is flown in."""
_RESERVED = 1.05
"""More fuel is asked for than the plan burns: gusts and detours are not in it."""
_SPACING_M = 150.0
_SAMPLES = 24
_SLACK = np.radians(0.5)


def suits(sortie: Sortie, aircraft: Aircraft) -> None:
    """That the aircraft is the one that is meant, can be flown, and has the sensor and its fields of view."""
    if sortie.aircraft != aircraft.registration:
        raise InputError(
            f"it is for {sortie.aircraft}, not for {aircraft.registration}",
            field="aircraft",
            remedy="Give the aircraft that the sortie names",
        )
    flight_model(aircraft)
    sensor = sensor_of(sortie, aircraft)
    fields = measured(sensor).fields_of_view_deg
    for task in sortie.tasks:
        fits = task.hfov_deg in fields if fields else sensor.hfov_min_deg <= task.hfov_deg <= sensor.hfov_max_deg
        if not fits:
            has = ", ".join(f"{f:g}" for f in fields) or f"{sensor.hfov_min_deg:g} to {sensor.hfov_max_deg:g}"
            raise InputError(
                f"{sensor.name!r} has no field of view of {task.hfov_deg:g} degrees",
                field=f"tasks.{task.name}.hfov_deg",
                remedy=f"It has: {has}",
            )


def within_ceiling(sortie: Sortie, aircraft: Aircraft, lowest_msl_m: float) -> None:
    """That it flies no lower than where it departs, and no higher than its ceiling over the base."""
    highest = aircraft.ceiling.height_m
    if aircraft.ceiling.datum is Datum.ELLIPSOID:
        highest -= float(undulation(np.radians(sortie.base.lat_deg), np.radians(sortie.base.lon_deg)))
    if not lowest_msl_m <= sortie.height_msl_m <= highest:
        raise InputError(
            f"{sortie.height_msl_m:g} m is not between {lowest_msl_m:.0f} m, over the base, and {highest:.0f} m, the "
            "ceiling",
            field="height_msl_m",
            remedy="Choose a height between the two",
        )


def against_wind(aircraft: Aircraft, wind: Wind) -> None:
    """That the wind leaves it enough of its airspeed."""
    slowest = aircraft.speeds.loiter_mps or aircraft.speeds.cruise_mps
    if wind.strongest_mps > _STRONGEST * slowest:
        raise InputError(
            f"a wind of {wind.mps:.3g} m/s with gusts of {wind.gust_mps:.3g} m/s is too strong for {slowest:g} m/s of "
            "airspeed",
            field="wind",
            remedy="Wait, or fly a faster aircraft",
        )


def enough_fuel(route: Route, aircraft: Aircraft) -> None:
    """That it comes home with its reserve."""
    fuel = flight_model(aircraft).fuel
    has, needs = fuel.capacity - fuel.reserve, route.fuel_used * _RESERVED
    if needs > has:
        raise InputError(
            f"it needs {needs:.3g} {fuel.unit} and has {has:.3g} {fuel.unit} above its reserve",
            field="tasks",
            remedy="Leave out tasks, start nearer, or fly an aircraft of more endurance",
        )


def clear_of_ground(route: Route, aircraft: Aircraft, heights: Heights) -> None:
    """That no part of the route comes near the ground, or runs where the ground is not known."""
    least = max(aircraft.navigation_error.vertical_m + path_keeping_m(aircraft), LEAST_CLEARANCE_M)
    x, y, level = np.concatenate([_sampled(part) for part in route.parts], axis=1)
    lon, lat = places(route.chart, x, y)
    over = level - heights(np.radians(lat), np.radians(lon))
    for i in np.flatnonzero(~(over >= least))[:1]:
        where = f"near {lat[i]:.4f}, {lon[i]:.4f}"
        raise InputError(
            f"{where} it would fly {over[i]:.0f} m over the ground, and {least:.0f} m are kept"
            if np.isfinite(over[i])
            else f"{where} it would fly over ground whose height is not known",
            field="height_msl_m",
            remedy="Fly higher, choose another base or other tasks, or give a terrain that covers them",
        )


def _sampled(part: Part) -> Floats:
    """East, north and height along a part, shape (3, n)."""
    count = max(int(np.ceil(part.stroke.length_m / _SPACING_M)), 1) + 1
    share = np.linspace(0.0, 1.0, count)
    x, y = _along(part.stroke, share)
    return np.stack([x, y, part.start_hae_m + share * (part.end_hae_m - part.start_hae_m)])


def _along(stroke: Stroke, share: Floats) -> tuple[Floats, Floats]:
    along = share * stroke.length_m
    if stroke.radius_m == 0.0:
        return stroke.x_m + along * np.sin(stroke.course), stroke.y_m + along * np.cos(stroke.course)
    course = stroke.course + along / stroke.radius_m
    east, north = stroke.centre
    return east - stroke.radius_m * np.cos(course), north + stroke.radius_m * np.sin(course)


def within_gimbal(route: Route, sortie: Sortie, aircraft: Aircraft, wind: Wind, heights: Heights) -> None:
    """That the gimbal can turn to what each task looks at, level on strips and banked on circles, crabbing in wind."""
    gimbal = sensor_of(sortie, aircraft).gimbal
    for index, task in enumerate(sortie.tasks):
        for part in {part.stroke: part for part in route.parts if part.task == index}.values():
            pose, lat, lon = _views(route, part, task, wind)
            wanted = angles(pose, looking(pose, lat, lon, heights, task.name))
            for what, angle, given in zip(("azimuth", "elevation"), wanted, limited(gimbal, *wanted), strict=True):
                beyond = np.abs(np.sin((angle - given) / 2.0)) > np.sin(_SLACK / 2.0)
                if beyond.any():
                    raise InputError(
                        f"the sensor would have to turn to an {what} of {np.degrees(angle[beyond][0]):.0f} degrees, "
                        "and does not turn so far",
                        field=f"tasks.{task.name}",
                        remedy="Look to the other side, or fly at another distance or height",
                    )


def _views(route: Route, part: Part, task: Task, wind: Wind) -> tuple[Pose, Floats, Floats]:
    """Where the aircraft is along a part, and the places (radians) that it looks at from there; shape (n,) each."""
    stroke = part.stroke
    share = np.linspace(0.0, 1.0, _SAMPLES)
    x, y = _along(stroke, share)
    course = stroke.course + (share * stroke.length_m / stroke.radius_m if stroke.radius_m else 0.0 * share)
    east, north = wind.vector
    crab = -np.arcsin((east * np.cos(course) - north * np.sin(course)) / part.airspeed_mps)
    ground = wind.ground_speed(part.airspeed_mps, course)
    bank = np.arctan(ground**2 / (GRAVITY_MPS2 * stroke.radius_m)) if stroke.radius_m else 0.0 * share
    points = aimed_at(task, route, np.stack([x, y], axis=-1))
    each = points.shape[1]
    lon, lat = places(route.chart, x, y)
    pose = Pose(
        lat=np.repeat(np.radians(lat), each),
        lon=np.repeat(np.radians(lon), each),
        height_m=np.full(_SAMPLES * each, part.start_hae_m),
        heading=np.repeat(course + crab, each),
        pitch=np.zeros(_SAMPLES * each),
        roll=np.repeat(bank, each),
        azimuth=0.0,
        elevation=0.0,
        twist=0.0,
    )
    return pose, np.radians(points[..., 1].ravel()), np.radians(points[..., 0].ravel())


def aimed_at(task: Task, route: Route, at_m: Floats) -> Floats:
    """Longitudes and latitudes (degrees) that a task may look at from places (n, 2) on the chart, shape (n, k, 2)."""
    if isinstance(task, Strip):
        return np.stack(abeam(task, at_m, route), axis=-1)[:, None, :]
    points = task.cells if isinstance(task, Stare) else (task.centre,)
    degrees = np.array([(point.lon_deg, point.lat_deg) for point in points])
    return np.broadcast_to(degrees, (len(at_m), *degrees.shape))
