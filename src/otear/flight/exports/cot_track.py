"""Cursor on Target 2.0: an aircraft under way, one event each second or so, with what its camera covers.

The same events are made of a simulated flight, whose truth is known, and of the telemetry of a recording.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from otear.authority.charts import GEODESIC
from otear.domain.telemetry import Telemetry
from otear.flight.exports.cot import Platform, new_event, screened
from otear.flight.exports.xml import add, line_text
from otear.geo.camera import Pose, line_of_sight
from otear.geo.frames import Floats

_STALE_EVERY = 3.0
"""An event holds until so many of the next ones should have come."""


@dataclass(frozen=True, eq=False)
class Moments:
    """States of one aircraft in order of time, arrays of shape (n,); NaN for what is not known.

    Degrees, metres, metres a second; `course_deg` and `speed_mps` are over the ground; `azimuth_deg` is where the
    camera looks, clockwise from true north, `elevation_deg` up from the level, `range_m` how far away the ground is.
    """

    time_us: NDArray[np.int64]
    lat_deg: Floats
    lon_deg: Floats
    hae_m: Floats
    course_deg: Floats
    speed_mps: Floats
    azimuth_deg: Floats
    elevation_deg: Floats
    hfov_deg: Floats
    vfov_deg: Floats
    range_m: Floats

    def rows(self, index: NDArray[np.int64]) -> Moments:
        """Some of the states."""
        return Moments(**{one.name: getattr(self, one.name)[index] for one in fields(self)})


def moments_of_telemetry(telemetry: Telemetry) -> Moments:
    """What a recording says of itself, in order of time; course and speed follow from the places."""
    known = np.isfinite(telemetry.sensor_lat_deg) & np.isfinite(telemetry.sensor_lon_deg)
    known &= np.isfinite(telemetry.sensor_hae_m) & (telemetry.time_us >= 0)
    order = np.flatnonzero(known)
    times, first = np.unique(telemetry.time_us[order], return_index=True)
    rows = telemetry.rows(order[first])
    pose = Pose(
        lat=np.radians(rows.sensor_lat_deg),
        lon=np.radians(rows.sensor_lon_deg),
        height_m=rows.sensor_hae_m,
        heading=np.radians(rows.heading_deg),
        pitch=np.radians(rows.pitch_deg),
        roll=np.radians(rows.roll_deg),
        azimuth=np.radians(rows.azimuth_deg),
        elevation=np.radians(rows.elevation_deg),
        twist=0.0,  # about the line of sight, which it does not move
    )
    azimuth, depression = line_of_sight(pose)
    course, speed = _over_ground(times, rows.sensor_lat_deg, rows.sensor_lon_deg)
    return Moments(
        time_us=times,
        lat_deg=rows.sensor_lat_deg,
        lon_deg=rows.sensor_lon_deg,
        hae_m=rows.sensor_hae_m,
        course_deg=course,
        speed_mps=speed,
        azimuth_deg=np.degrees(azimuth) % 360.0,
        elevation_deg=-np.degrees(depression),
        hfov_deg=rows.hfov_deg,
        vfov_deg=rows.vfov_deg,
        range_m=rows.slant_range_m,
    )


def cot_track(
    moments: Moments,
    platform: Platform,
    *,
    every_s: float = 1.0,
    sensor: str = "",
    simulation: str | None = None,
    later_us: int = 0,
) -> Iterator[tuple[int, str]]:
    """When, and an event as text of one line, for one state every `every_s`.

    `simulation` names a simulation that the events belong to, and makes them say so. `later_us` is added to all times:
    a rehearsal is flown today, whatever day it is of. Raises `RefusedError` by the rule `unarmed` where a name is one
    of a weapon.
    """
    if not len(moments.time_us):
        return
    few = moments.rows(_thinned(moments.time_us, every_s))
    stale_us = round(_STALE_EVERY * every_s * 1e6)
    for row in range(len(few.time_us)):
        now_us = int(few.time_us[row]) + later_us
        event = new_event(
            uid=platform.uid,
            type_name=platform.type,
            how="m-g" if simulation is None else "m-s",
            times_us=(now_us, now_us, now_us + stale_us),
            place=(float(few.lat_deg[row]), float(few.lon_deg[row]), float(few.hae_m[row])),
            errors_m=(platform.ce_m, platform.le_m),
            simulation=simulation,
        )
        detail = event[1]
        add(detail, "contact", callsign=platform.callsign)
        motion = _said(few, row, {"course": "course_deg", "speed": "speed_mps"})
        if len(motion) == 2:
            add(detail, "track", **motion)
        look = {
            "azimuth": "azimuth_deg", "elevation": "elevation_deg", "fov": "hfov_deg", "vfov": "vfov_deg",
            "range": "range_m",
        }  # fmt: skip
        seen = _said(few, row, look)
        if {"azimuth", "elevation", "fov"} <= set(seen):
            add(detail, "sensor", **seen, **({"model": sensor} if sensor else {}))
        # What can be said in words is the same in all of them: the first one speaks for the others.
        yield now_us, screened(event) if row == 0 else line_text(event)


def _said(moments: Moments, row: int, names: dict[str, str]) -> dict[str, str]:
    values = {said: float(getattr(moments, name)[row]) for said, name in names.items()}
    return {said: f"{value:.2f}" for said, value in values.items() if np.isfinite(value)}


def _over_ground(time_us: NDArray[np.int64], lat_deg: Floats, lon_deg: Floats) -> tuple[Floats, Floats]:
    """Course and speed between the samples a second or so before and after each; NaN where there is but one."""
    unknown = np.full(len(time_us), np.nan)
    if len(time_us) < 2:
        return unknown, unknown
    before = np.searchsorted(time_us, time_us - 1_000_000, side="left")
    after = np.searchsorted(time_us, time_us + 1_000_000, side="right") - 1
    azimuth, _, length = GEODESIC.inv(lon_deg[before], lat_deg[before], lon_deg[after], lat_deg[after])
    seconds = (time_us[after] - time_us[before]) / 1e6
    moving = seconds > 0.0
    speed = np.divide(length, seconds, out=unknown.copy(), where=moving)
    return np.where(moving, azimuth % 360.0, np.nan), speed


def _thinned(time_us: NDArray[np.int64], every_s: float) -> NDArray[np.int64]:
    """NDArray[np.int64] of the first of the times in every `every_s` from the first one on, and of the last of all."""
    slots = (time_us - time_us[0]) // round(every_s * 1e6)
    first = np.unique(slots, return_index=True)[1]
    return np.union1d(first, [len(time_us) - 1]).astype(np.int64)
