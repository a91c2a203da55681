"""From a sortie to the path that flies it: strokes on a plane, then legs and turns with their times.

Plane coordinates are metres east and north on an azimuthal equidistant chart about the sortie; courses are radians
clockwise from north; heights stand above the ellipsoid. Everything that is flown is in the path, from the climb over
the base to the descent to it; take-off and landing themselves are not the survey's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from otear.authority.charts import GEODESIC, Chart
from otear.authority.decide import may_fly
from otear.authority.paths import Fix, Leg, Turn, TurnDirection
from otear.domain.aircraft import Aircraft, FlightModel, Sensor
from otear.domain.authority import Authority
from otear.domain.decision import Decision
from otear.domain.sortie import Sortie, Strip, Task
from otear.errors import InputError
from otear.flight.dubins import Stroke
from otear.flight.fuel import burn
from otear.flight.wind import Wind
from otear.geo.frames import Floats

Heights = Callable[[Floats, Floats], Floats]
"""Heights above the ellipsoid (metres) of the ground at latitudes and longitudes in radians."""

GRAVITY_MPS2 = 9.80665
TRANSIT = -1
_WHOLE = 1e-6
"""Radians that a turn may lack of a whole one and be one."""
_BANK_USED = 0.8
"""Of the bank and the rate of turn that an aircraft has; the rest is for holding the path against gusts."""


@dataclass(frozen=True)
class Part:
    """One stroke of a route, with its heights, the task that it serves (`TRANSIT` for none) and the airspeed."""

    stroke: Stroke
    start_hae_m: float
    end_hae_m: float
    task: int
    airspeed_mps: float


@dataclass(frozen=True)
class Route:
    """A sortie as it is to be flown. `starts_us` says when each part begins, and last when the flight ends."""

    chart: Chart
    parts: tuple[Part, ...]
    path: tuple[Leg | Turn, ...]
    starts_us: tuple[int, ...]
    fuel_used: float

    @property
    def duration_s(self) -> float:
        """From the first to the last."""
        return (self.starts_us[-1] - self.starts_us[0]) / 1e6

    @property
    def length_m(self) -> float:
        """Over the ground."""
        return sum(part.stroke.length_m for part in self.parts)


def flight_model(aircraft: Aircraft) -> FlightModel:
    """How an aircraft flies. Raises `InputError` where its document does not say."""
    if aircraft.flight_model is None:
        raise InputError(
            f"{aircraft.registration} has no flight model, so nobody knows how it flies",
            field="flight_model",
            remedy="Add it to the aircraft's document (docs/aircraft.md)",
        )
    return aircraft.flight_model


def sensor_of(sortie: Sortie, aircraft: Aircraft) -> Sensor:
    """The sensor that a sortie names. Raises `InputError` where the aircraft has none of that name."""
    for sensor in aircraft.sensors:
        if sensor.name == sortie.sensor:
            return sensor
    raise InputError(
        f"{aircraft.registration} has no sensor {sortie.sensor!r}",
        field="sensor",
        remedy=f"It has: {', '.join(sensor.name for sensor in aircraft.sensors)}",
    )


def turn_radius_m(aircraft: Aircraft, airspeed_mps: float, wind: Wind) -> float:
    """The tightest turn that is planned: with the wind behind, by bank and by rate of turn, something kept back."""
    ground = airspeed_mps + wind.strongest_mps
    bank = np.radians(aircraft.maximum_bank_deg) * _BANK_USED
    rate = np.radians(flight_model(aircraft).maximum_turn_rate_dps) * _BANK_USED
    return float(max(ground**2 / (GRAVITY_MPS2 * np.tan(bank)), ground / rate))


def task_airspeed_mps(aircraft: Aircraft, task: Task) -> float:
    """Slow round a point where the aircraft can fly slowly, else at cruise."""
    slow = aircraft.speeds.loiter_mps
    return slow if slow > 0.0 and not isinstance(task, Strip) else aircraft.speeds.cruise_mps


def allowed(
    path: Sequence[Leg | Turn],
    sortie: Sortie,
    aircraft: Aircraft,
    authority: Authority,
    now_us: int,
    *,
    room_m: float = 0.0,
) -> Decision:
    """Whether an authority allows a path, with room for errors of navigation and of keeping to the path, and `room_m`
    more to the sides."""
    return may_fly(
        authority,
        path,
        sensor=sensor_of(sortie, aircraft).kind,
        purpose=sortie.purpose,
        aircraft=aircraft.registration,
        navigation_error_m=aircraft.navigation_error.horizontal_m + path_keeping_m(aircraft) + room_m,
        height_error_m=aircraft.navigation_error.vertical_m + path_keeping_m(aircraft),
        now_us=now_us,
    )


def path_keeping_m(aircraft: Aircraft) -> float:
    """How far from its path an aircraft may come in gusts: what it flies in one second at cruise, at least 10 m."""
    return max(aircraft.speeds.cruise_mps, 10.0)


def timed(chart: Chart, parts: Sequence[Part], depart_us: int, aircraft: Aircraft, wind: Wind) -> Route:
    """Parts as legs and turns, one after the other from a time on. Raises `InputError` where a wind is too strong."""
    path: list[Leg | Turn] = []
    starts = [depart_us]
    used = 0.0
    for part in parts:
        seconds = _seconds(part, wind)
        starts.append(starts[-1] + max(round(seconds * 1e6), 1))
        used += float(burn(flight_model(aircraft).fuel, aircraft.speeds, part.airspeed_mps)) * seconds
        if part.end_hae_m > part.start_hae_m:
            used += flight_model(aircraft).fuel.climb_per_h / 3600.0 * seconds
        path.append(_on_earth(chart, part, starts[-2], starts[-1]))
    return Route(chart, tuple(parts), tuple(path), tuple(starts), used)


def cut(part: Part, from_m: float, to_m: float) -> Part:
    """A piece of a part, its heights in proportion."""
    length = part.stroke.length_m
    rise = part.end_hae_m - part.start_hae_m
    return replace(
        part,
        stroke=part.stroke.part(from_m, to_m),
        start_hae_m=part.start_hae_m + rise * from_m / length,
        end_hae_m=part.start_hae_m + rise * to_m / length,
    )


def _seconds(part: Part, wind: Wind) -> float:
    """How long a part takes in the steady wind: the mean of the time per metre over its courses."""
    stroke = part.stroke
    share = (np.arange(16) + 0.5) / 16.0
    turned = stroke.length_m / stroke.radius_m if stroke.radius_m else 0.0
    speed = wind.ground_speed(part.airspeed_mps, stroke.course + turned * share)
    if not (speed > 0.1 * part.airspeed_mps).all():
        raise InputError(
            f"a wind of {wind.mps:g} m/s is too strong for {part.airspeed_mps:g} m/s of airspeed",
            field="wind",
            remedy="Wait, or fly a faster aircraft",
        )
    return float(np.mean(stroke.length_m / speed))


def _on_earth(chart: Chart, part: Part, start_us: int, end_us: int) -> Leg | Turn:
    stroke = part.stroke
    if stroke.radius_m == 0.0:
        (x1, y1, _) = stroke.end
        lon, lat = places(chart, np.array([stroke.x_m, x1]), np.array([stroke.y_m, y1]))
        return Leg(
            Fix(float(lon[0]), float(lat[0]), part.start_hae_m, start_us),
            Fix(float(lon[1]), float(lat[1]), part.end_hae_m, end_us),
        )
    east, north = stroke.centre
    x1, y1, _ = stroke.end
    lon, lat = places(chart, np.array([east, stroke.x_m, x1]), np.array([north, stroke.y_m, y1]))
    bearing, _, reach = GEODESIC.inv(np.full(2, lon[0]), np.full(2, lat[0]), lon[1:], lat[1:])
    if stroke.length_m > (2.0 * np.pi - _WHOLE) * abs(stroke.radius_m):
        # Rounding must not make a hair of a whole turn: one bearing twice says that it is one.
        bearing = np.full(2, bearing[0])
    return Turn(
        lon_deg=float(lon[0]),
        lat_deg=float(lat[0]),
        radius_m=float(np.mean(reach)),
        from_bearing_deg=float(bearing[0]) % 360.0,
        to_bearing_deg=float(bearing[1]) % 360.0,
        direction=TurnDirection.RIGHT if stroke.radius_m > 0.0 else TurnDirection.LEFT,
        start_height_hae_m=part.start_hae_m,
        end_height_hae_m=part.end_hae_m,
        start_us=start_us,
        end_us=end_us,
    )


def places(chart: Chart, x_m: Floats, y_m: Floats) -> tuple[Floats, Floats]:
    """Longitudes and latitudes in degrees of places on the chart."""
    count = np.shape(x_m)
    lon, lat, _ = GEODESIC.fwd(
        np.full(count, chart.lon_deg),
        np.full(count, chart.lat_deg),
        np.degrees(np.arctan2(x_m, y_m)),
        np.hypot(x_m, y_m),
    )
    return np.asarray(lon), np.asarray(lat)
