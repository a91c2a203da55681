"""A sortie as a QGroundControl `.plan` (file version 1, mission 2, fence 2, rally points 2), for an autopilot.

Source: QGroundControl developer guide, "Plan File Format", and the MAVLink common message set for commands and frames.

Every altitude is above mean sea level (frame 0, `MAV_FRAME_GLOBAL`), but those of rally points, which the format has
above home. A leg is one waypoint at its end. Whole turns are loiters for what flies on a wing; all other arcs, and
every arc of what hovers, are waypoints along them, so near that straight flight between two stays within `SAGITTA_M`.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

import numpy as np

from otear.authority.paths import Turn, TurnDirection
from otear.domain.aircraft import Aircraft, Airframe
from otear.domain.authority import Authority
from otear.domain.sortie import GroundPoint, Orbit, Side, Sortie, Stare, Strip
from otear.errors import InputError
from otear.flight.exports.fence import fence
from otear.flight.exports.stare_cuts import cells_of
from otear.flight.exports.stretches import Stretch, stretches
from otear.flight.laying import OVER_BASE_M
from otear.flight.route import TRANSIT, Heights, Route
from otear.geo.geoid import msl_from_hae

SAGITTA_M = 10.0
"""How far from an arc the straight line between two waypoints on it may be."""

WAYPOINT, LOITER_TURNS, RETURN, TAKE_OFF, LOITER_TO_ALTITUDE, VTOL_TAKE_OFF = 16, 18, 20, 22, 31, 84
CHANGE_SPEED, LOOK_AT, LOOK_AHEAD, POINT_MOUNT = 178, 195, 197, 205
_AMSL, _MISSION_FRAME = 0, 2
_ALTITUDE_MODE_AMSL = 2
_ANY_AUTOPILOT = 0
_VEHICLES = {
    Airframe.FIXED_WING: 1,
    Airframe.MULTIROTOR: 2,
    Airframe.HELICOPTER: 4,
    Airframe.AIRSHIP: 7,
    Airframe.VTOL: 22,
}
"""MAV_TYPE."""
_ON_A_WING = (Airframe.FIXED_WING, Airframe.VTOL)
_PITCH_UP_DEG = 15.0
_BY_ANGLES = 2
"""MAV_MOUNT_MODE: angles come with the mission."""


def qgc_plan(
    route: Route, sortie: Sortie, aircraft: Aircraft, authority: Authority, heights: Heights
) -> dict[str, Any]:
    """The plan as a JSON document. Its fence is what the authority leaves of the airspace while the route is flown.

    Raises `InputError` for a place that is looked at where nobody knows how high the ground is.
    """
    mission = _Mission(route, sortie, aircraft, heights)
    mission.write()
    base = sortie.base
    cruise = aircraft.speeds.cruise_mps
    return {
        "fileType": "Plan",
        "version": 1,
        "groundStation": "Otear",
        "mission": {
            "version": 2,
            "firmwareType": _ANY_AUTOPILOT,
            "vehicleType": _VEHICLES[aircraft.airframe],
            "globalPlanAltitudeMode": _ALTITUDE_MODE_AMSL,
            "cruiseSpeed": cruise,
            "hoverSpeed": cruise,
            "plannedHomePosition": [*_degrees(base.lat_deg, base.lon_deg), round(sortie.base_msl_m, 2)],
            "items": mission.items,
        },
        "geoFence": fence(route, authority),
        "rallyPoints": {"version": 2, "points": [[*_degrees(base.lat_deg, base.lon_deg), OVER_BASE_M]]},
    }


class _Mission:
    """The items of a mission, numbered as they come."""

    def __init__(self, route: Route, sortie: Sortie, aircraft: Aircraft, heights: Heights) -> None:
        self.items: list[dict[str, Any]] = []
        self._route, self._sortie, self._aircraft, self._heights = route, sortie, aircraft, heights
        self._on_a_wing = aircraft.airframe in _ON_A_WING
        self._speed: float | None = None

    def write(self) -> None:
        """Take-off, every part in order, what the camera does at the beginning of each task, and back to base."""
        parts = stretches(self._route, sagitta_m=SAGITTA_M, step_m=np.inf)
        base, first = self._sortie.base, parts[0]
        vertical = self._aircraft.airframe is Airframe.VTOL
        pitch = _PITCH_UP_DEG if self._aircraft.airframe is Airframe.FIXED_WING else 0.0
        lead = [0.0, 0.0, 0.0, None] if vertical else [pitch, 0.0, 0.0, None]
        self._there(VTOL_TAKE_OFF if vertical else TAKE_OFF, lead, base.lat_deg, base.lon_deg, float(first.msl_m[0]))
        self._look_ahead()
        for task, group in groupby(parts, key=lambda one: one.task):
            self._task(task, list(group))
        self._do(RETURN, [0.0] * 7)

    def _task(self, index: int, parts: list[Stretch]) -> None:
        task = None if index == TRANSIT else self._sortie.tasks[index]
        self._change_speed(parts[0].airspeed_mps)
        if isinstance(task, Stare):
            for cell, places in cells_of(task, parts):
                self._look_at(cell)
                for lon, lat, msl in places.tolist():
                    self._waypoint(lat, lon, msl)
        else:
            if isinstance(task, Strip):
                self._point_abeam(task)
            elif isinstance(task, Orbit):
                self._look_at(task.centre)
            self._fly(parts)
        if task is not None:
            self._look_ahead()

    def _fly(self, parts: list[Stretch]) -> None:
        """Whole turns about one place one after the other are one loiter; all else is waypoints."""
        for circle, group in groupby(parts, key=self._circle):
            each = list(group)
            if circle is None:
                for one in each:
                    self._change_speed(one.airspeed_mps)
                    for lon, lat, msl in list(zip(one.lon_deg, one.lat_deg, one.msl_m, strict=True))[1:]:
                        self._waypoint(float(lat), float(lon), float(msl))
                continue
            lon, lat, radius, climbs = circle
            msl = _msl(lat, lon, float(each[-1].hae_m[-1]))
            if climbs:
                self._there(LOITER_TO_ALTITUDE, [1.0, radius, 0.0, 1.0], lat, lon, msl)
            else:
                self._there(LOITER_TURNS, [float(len(each)), 0.0, radius, 1.0], lat, lon, msl)

    def _circle(self, one: Stretch) -> tuple[float, float, float, bool] | None:
        """Centre, radius (positive clockwise), and whether it climbs or descends; None for what is no loiter."""
        part = one.part
        if not (self._on_a_wing and isinstance(part, Turn) and one.whole_turn):
            return None
        radius = part.radius_m if part.direction is TurnDirection.RIGHT else -part.radius_m
        return part.lon_deg, part.lat_deg, round(radius, 2), part.start_height_hae_m != part.end_height_hae_m

    def _look_at(self, point: GroundPoint) -> None:
        ground = float(self._heights(np.radians(point.lat_deg), np.radians(point.lon_deg)))
        if not np.isfinite(ground):
            raise InputError(
                f"nobody knows how high the ground is at {point.lat_deg:g}, {point.lon_deg:g}, which is looked at",
                field="tasks",
                remedy="Give a terrain that covers every place that is looked at",
            )
        msl = _msl(point.lat_deg, point.lon_deg, ground)
        self._there(LOOK_AT, [0.0, 0.0, 0.0, 0.0], point.lat_deg, point.lon_deg, msl)

    def _look_ahead(self) -> None:
        self._do(LOOK_AHEAD, [0.0] * 7)

    def _point_abeam(self, task: Strip) -> None:
        yaw = 90.0 if task.side is Side.RIGHT else -90.0
        self._do(POINT_MOUNT, [-task.depression_deg, 0.0, yaw, 0.0, 0.0, 0.0, _BY_ANGLES])

    def _change_speed(self, mps: float) -> None:
        if mps != self._speed:
            self._speed = mps
            # Type 0 is airspeed, 1 speed over the ground, as what hovers measures no airspeed; -1 leaves the throttle.
            self._do(CHANGE_SPEED, [0.0 if self._on_a_wing else 1.0, mps, -1.0, 0.0, 0.0, 0.0, 0.0])

    def _waypoint(self, lat: float, lon: float, msl: float) -> None:
        self._there(WAYPOINT, [0.0, 0.0, 0.0, None], lat, lon, msl)

    def _there(self, command: int, lead: list[float | None], lat: float, lon: float, msl: float) -> None:
        """An item at a place; `lead` are its first four parameters, None to leave it to the autopilot."""
        height = round(msl, 2)
        self._add(command, _AMSL, [*lead, *_degrees(lat, lon), height])
        self.items[-1] |= {"AltitudeMode": _ALTITUDE_MODE_AMSL, "Altitude": height, "AMSLAltAboveTerrain": None}

    def _do(self, command: int, parameters: list[float | None] | list[float]) -> None:
        """An item without a place."""
        self._add(command, _MISSION_FRAME, parameters)

    def _add(self, command: int, frame: int, parameters: list[float | None] | list[float]) -> None:
        self.items.append(
            {
                "type": "SimpleItem",
                "command": command,
                "frame": frame,
                "params": parameters,
                "autoContinue": True,
                "doJumpId": len(self.items) + 1,
            }
        )


def _degrees(lat: float, lon: float) -> tuple[float, float]:
    return round(lat, 8), round(lon, 8)


def _msl(lat_deg: float, lon_deg: float, hae_m: float) -> float:
    return float(msl_from_hae(np.radians(lat_deg), np.radians(lon_deg), hae_m))
