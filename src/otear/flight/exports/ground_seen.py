"""What a strip scan sees of level ground: a band beside the path, for a map. What is really seen comes with footage."""

from __future__ import annotations

import numpy as np

from otear.domain.aircraft import Aircraft, Sensor
from otear.domain.sortie import Side, Sortie, Strip
from otear.flight.route import Heights, Route, places, sensor_of
from otear.geo.frames import Floats

_SAMPLES = 65


def band(route: Route, sortie: Sortie, aircraft: Aircraft, index: int, heights: Heights) -> Floats | None:
    """The corners (4, 2), longitude and latitude, of what task `index`, a strip, sees of ground at its mean height.

    None where the picture reaches the horizon, the sensor makes none, or the ground is not known.
    """
    task = sortie.tasks[index]
    part = next(part for part in route.parts if part.task == index)
    sensor = sensor_of(sortie, aircraft)
    if not isinstance(task, Strip) or not sensor.frame_width_px or not sensor.frame_height_px:
        return None
    half = _vfov_rad(sensor, task.hfov_deg) / 2.0
    depression = np.radians(task.depression_deg)
    if depression - half <= np.radians(1.0):
        return None
    share = np.linspace(0.0, 1.0, _SAMPLES)
    lat = task.start.lat_deg + share * (task.end.lat_deg - task.start.lat_deg)
    step = (task.end.lon_deg - task.start.lon_deg + 180.0) % 360.0 - 180.0
    ground = heights(np.radians(lat), np.radians(task.start.lon_deg + share * step))
    above = part.start_hae_m - float(np.mean(ground))
    if not np.isfinite(above):
        return None
    side = 1.0 if task.side is Side.RIGHT else -1.0
    near, far = (side * above / np.tan(depression + sign * half) for sign in (1.0, -1.0))
    stroke = part.stroke
    x1, y1, _ = stroke.end
    right, ahead = np.cos(stroke.course), -np.sin(stroke.course)
    corners = np.array(
        [(x + off * right, y + off * ahead) for x, y, off in (
            (stroke.x_m, stroke.y_m, near), (x1, y1, near), (x1, y1, far), (stroke.x_m, stroke.y_m, far)
        )]
    )  # fmt: skip
    return np.column_stack(places(route.chart, corners[:, 0], corners[:, 1]))


def _vfov_rad(sensor: Sensor, hfov_deg: float) -> float:
    ratio = (sensor.frame_height_px or 0) / (sensor.frame_width_px or 1)
    return 2.0 * float(np.arctan(np.tan(np.radians(hfov_deg) / 2.0) * ratio))
