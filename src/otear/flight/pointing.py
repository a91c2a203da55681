"""Where the camera points: from tasks to gimbal angles, within what the gimbal can do.

Angles are radians inside arrays; conventions of `geo.camera`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numba import njit
from numpy.typing import NDArray

from otear.domain.aircraft import Aircraft, Gimbal, Optics, Sensor
from otear.domain.sortie import Orbit, Sortie, Stare, Strip, Task
from otear.errors import InputError
from otear.flight.guidance import RATE_HZ
from otear.flight.route import Heights, Route, places, sensor_of
from otear.geo.camera import Pose, camera_axes
from otear.geo.frames import Floats, ecef_from_geodetic, enu_axes

STEP_S = 1.0
"""Cells of a step-stare are this long apart, for the gimbal to move."""
STOWED_DEPRESSION = np.radians(45.0)
"""In transit the camera looks ahead and down, and records what is on the way."""
_STEEP = np.cos(np.radians(80.0))


@dataclass(frozen=True, eq=False)
class Aim:
    """What the camera looks at, tick by tick: places (degrees) of shape (n,), NaN where it looks ahead."""

    lat_deg: Floats
    lon_deg: Floats
    hfov_rad: Floats
    gimbal: Gimbal
    slew_rad_s: float

    @classmethod
    def of(
        cls,
        sortie: Sortie,
        aircraft: Aircraft,
        route: Route,
        *,
        task: NDArray[np.int16],
        places_m: Floats,
    ) -> Aim:
        """The aim of a flight that was at `places_m` (n, 2) on the chart. Raises `InputError` where nobody measured the
        sensor."""
        sensor = sensor_of(sortie, aircraft)
        optics = measured(sensor)
        count = len(task)
        lat, lon = np.full(count, np.nan), np.full(count, np.nan)
        wide = optics.fields_of_view_deg[-1] if optics.fields_of_view_deg else sensor.hfov_max_deg
        hfov = np.full(count, np.radians(wide))
        for index, each in enumerate(sortie.tasks):
            on = np.flatnonzero(task == index)
            hfov[on] = np.radians(each.hfov_deg)
            if on.size:
                lon[on], lat[on] = _aim(each, places_m[on], route)
        return cls(lat, lon, hfov, sensor.gimbal, np.radians(optics.slew_dps))


def measured(sensor: Sensor) -> Optics:
    """How well a sensor points. Raises `InputError` where its document does not say."""
    if sensor.optics is None:
        raise InputError(
            f"nobody has measured how {sensor.name!r} points",
            field="optics",
            remedy="Add it to the sensor in the aircraft's document (docs/aircraft.md)",
        )
    return sensor.optics


def _aim(task: Task, places_m: Floats, route: Route) -> tuple[Floats, Floats]:
    """Longitudes and latitudes (degrees) that a task looks at."""
    if isinstance(task, Orbit):
        return np.full(len(places_m), task.centre.lon_deg), np.full(len(places_m), task.centre.lat_deg)
    if isinstance(task, Stare):
        seconds = np.arange(len(places_m)) / RATE_HZ
        cell = (seconds / (task.dwell_s + STEP_S)).astype(np.int64) % len(task.cells)
        lon, lat = np.array([(c.lon_deg, c.lat_deg) for c in task.cells]).T
        return lon[cell], lat[cell]
    return abeam(task, places_m, route)


def abeam(task: Strip, places_m: Floats, route: Route) -> tuple[Floats, Floats]:
    """Longitudes and latitudes (degrees) of the places on the line of a strip that are abeam of places on the chart."""
    ends = route.chart.xy([task.start.lon_deg, task.end.lon_deg], [task.start.lat_deg, task.end.lat_deg])
    line = ends[1] - ends[0]
    share = (places_m - ends[0]) @ line / (line @ line)
    return places(route.chart, ends[0, 0] + share * line[0], ends[0, 1] + share * line[1])


def pointed(level: Pose, aim: Aim, heights: Heights) -> Pose:
    """The poses with gimbal angles that look at the aim, no faster than the gimbal slews and no further than it turns.

    `level` has platform angles of shape (n,); the gimbal's are set here. Its twist keeps the horizon level in the
    picture, as a stabilised turret does, and where it looks steeply down the nose at the top.
    """
    on = ~np.isnan(aim.lat_deg)
    heading = np.asarray(level.heading)
    look = np.stack(
        [
            np.sin(heading) * np.cos(STOWED_DEPRESSION),
            np.cos(heading) * np.cos(STOWED_DEPRESSION),
            np.full(len(heading), -np.sin(STOWED_DEPRESSION)),
        ],
        axis=-1,
    )
    look[on] = looking(level.at(on), np.radians(aim.lat_deg[on]), np.radians(aim.lon_deg[on]), heights)
    _slewed(look, float(aim.slew_rad_s) / RATE_HZ)
    azimuth, elevation = limited(aim.gimbal, *angles(level, look))
    return _levelled(replace(level, azimuth=azimuth, elevation=elevation, twist=np.zeros(len(heading))))


def _levelled(pose: Pose) -> Pose:
    """The pose twisted about its line of sight until what is up, or ahead, is at the top of the picture."""
    axes, heading = camera_axes(pose), np.asarray(pose.heading)
    nose = np.stack([np.sin(heading), np.cos(heading), np.zeros(len(heading))], axis=-1)
    upright = np.clip(np.hypot(axes[:, 0, 0], axes[:, 1, 0]) / _STEEP, 0.0, 1.0)[:, None]
    top = upright * [0.0, 0.0, 1.0] + (1.0 - upright) * nose
    _, right, down = np.einsum("nij,ni->jn", axes, top)
    return replace(pose, twist=np.arctan2(right, -down))


def looking(pose: Pose, lat: Floats, lon: Floats, heights: Heights, name: str = "") -> Floats:
    """Unit vectors east, north, up, (n, 3), from n poses to the ground at n places (radians). Raises `InputError`,
    which names the task `name`, where the height of that ground is not known."""
    ground = heights(lat, lon)
    if not np.isfinite(ground).all():
        raise InputError(
            "it looks at ground whose height is not known",
            field=f"tasks.{name}" if name else "tasks",
            remedy="Give a terrain that covers every place that is looked at",
        )
    away = ecef_from_geodetic(lat, lon, ground) - pose.position_ecef
    enu = np.einsum("nij,nj->ni", enu_axes(pose.lat, pose.lon), away)
    return np.asarray(enu / np.linalg.norm(enu, axis=1, keepdims=True), dtype=np.float64)


def angles(level: Pose, look: Floats) -> tuple[Floats, Floats]:
    """Azimuth and elevation of the gimbal, (n,) each, that look along unit vectors east, north, up (n, 3) from a
    platform that is turned as `level` says."""
    east, north, up = look.T
    (sin_h, cos_h), (sin_p, cos_p), (sin_r, cos_r) = (
        (np.sin(angle), np.cos(angle)) for angle in (level.heading, level.pitch, level.roll)
    )
    # North-east-down into the body, one turn after the other (`geo.camera`, the other way).
    ahead, right = north * cos_h + east * sin_h, east * cos_h - north * sin_h
    forward, down = ahead * cos_p + up * sin_p, ahead * sin_p - up * cos_p
    right, down = right * cos_r + down * sin_r, down * cos_r - right * sin_r
    return np.arctan2(right, forward), np.arctan2(-down, np.hypot(forward, right))


def limited(gimbal: Gimbal, azimuth: Floats, elevation: Floats) -> tuple[Floats, Floats]:
    """The nearest angles that a gimbal turns to; an azimuth may come out a whole turn away."""
    low, high = np.radians(gimbal.azimuth_min_deg), np.radians(gimbal.azimuth_max_deg)
    turn = 2.0 * np.pi
    azimuth = np.where((azimuth < low) & (azimuth + turn <= high), azimuth + turn, azimuth)
    azimuth = np.where((azimuth > high) & (azimuth - turn >= low), azimuth - turn, azimuth)
    lowest, highest = np.radians(gimbal.elevation_min_deg), np.radians(gimbal.elevation_max_deg)
    return np.clip(azimuth, low, high), np.clip(elevation, lowest, highest)


@njit(cache=True)  # type: ignore[untyped-decorator]
def _slewed(look: Floats, most: float) -> None:
    """Hold unit vectors (n, 3) to turn by no more than an angle from one to the next."""
    for i in range(1, look.shape[0]):
        dot = look[i, 0] * look[i - 1, 0] + look[i, 1] * look[i - 1, 1] + look[i, 2] * look[i - 1, 2]
        angle = np.arccos(min(max(dot, -1.0), 1.0))
        if angle > most:
            near, far = np.sin(angle - most) / np.sin(angle), np.sin(most) / np.sin(angle)
            for k in range(3):
                look[i, k] = near * look[i - 1, k] + far * look[i, k]
