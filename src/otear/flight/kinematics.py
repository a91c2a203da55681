"""Flying a sortie: from a route to where the aircraft really was, tick by tick.

The state is the truth of a simulated flight, free of any error of measurement: an aircraft that turns by banking, in a
wind with gusts, held to its path by `guidance`. Before every stretch of it the authority is asked again, at the time
that it has become (`watch`); fuel is watched in the same place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from otear.authority.paths import Leg, Track, Turn
from otear.domain.aircraft import Aircraft, Airframe
from otear.domain.authority import Authority
from otear.domain.progress import Progress, silent
from otear.domain.sortie import Sortie
from otear.flight import guidance
from otear.flight.attitude import convergence, pitch, shaken
from otear.flight.fuel import burn
from otear.flight.guidance import RATE_HZ
from otear.flight.laying import plan
from otear.flight.pointing import Aim, pointed
from otear.flight.route import Heights, Part, Route, cut, flight_model, places
from otear.flight.watch import FlightEvent, Spot, Watch
from otear.flight.wind import Wind
from otear.geo.camera import Pose
from otear.geo.frames import Floats

CHECK_S = 30.0
"""The authority is asked at least this often."""
_GUST_S = 8.0
_TICK_US = 1_000_000.0 / RATE_HZ


@dataclass(frozen=True, eq=False)
class Flown:
    """The true states of a flight, `RATE_HZ` a second; arrays of shape (n,).

    `pose` is the camera's true pose. `hfov_rad` is its field of view, `task` the index of the task that it serves or
    -1, `across_m` how far right of its path the aircraft was, `fuel` what was left. `ends_us` is when it was over.
    """

    time_us: NDArray[np.int64]
    pose: Pose
    hfov_rad: Floats
    airspeed_mps: Floats
    ground_speed_mps: Floats
    track_rad: Floats
    climb_mps: Floats
    across_m: Floats
    fuel: Floats
    task: NDArray[np.int16]
    route: Route
    events: tuple[FlightEvent, ...]

    def __len__(self) -> int:
        return len(self.time_us)

    @property
    def path(self) -> tuple[Leg | Turn, ...]:
        """As it was planned."""
        return self.route.path

    def track(self, every: int = 1) -> Track:
        """Where the aircraft was, for the authority to judge."""
        some = slice(None, None, every)
        return Track(
            self.time_us[some],
            np.degrees(np.asarray(self.pose.lat)[some]),
            np.degrees(np.asarray(self.pose.lon)[some]),
            np.asarray(self.pose.height_m)[some],
        )

    def rows(self, index: slice | NDArray[np.int64]) -> Flown:
        """Some of the states."""
        arrays: dict[str, Any] = {
            name: value[index] for name, value in self.__dict__.items() if isinstance(value, np.ndarray)
        }
        return replace(self, pose=self.pose.at(index), **arrays)


def fly(
    sortie: Sortie,
    aircraft: Aircraft,
    authority: Authority,
    *,
    wind: Wind,
    heights: Heights,
    rng: np.random.Generator,
    forecast: Wind | None = None,
    now_us: Callable[[int], int] = lambda flight_us: flight_us,
    progress: Progress = silent,
) -> Flown:
    """Fly a sortie in a wind that is as it was forecast, unless a `forecast` is given that it was planned by. `now_us`
    gives the time at which the authority is asked, for a time of the flight: they are the same unless a flight is
    rehearsed ahead of its day.

    Raises `InputError` for what the aircraft cannot fly, `RefusedError` where the authority does not allow the plan.
    What it stops allowing during the flight ends the flight: an event says so.
    """
    route = plan(sortie, aircraft, authority, wind=forecast or wind, heights=heights, now_us=now_us(sortie.depart_us))
    flight = _Flight(sortie, aircraft, authority, wind=wind, route=route, rng=rng, now_us=now_us)
    flight.go(progress)
    return flight.flown(heights, rng)


class _Flight:
    """A flight under way."""

    def __init__(
        self,
        sortie: Sortie,
        aircraft: Aircraft,
        authority: Authority,
        *,
        wind: Wind,
        route: Route,
        rng: np.random.Generator,
        now_us: Callable[[int], int],
    ) -> None:
        self._sortie, self._aircraft = sortie, aircraft
        self._wind, self._route = wind, route
        self._rng = rng
        self._gust = np.zeros(2)
        model = flight_model(aircraft)
        quick = aircraft.airframe is not Airframe.FIXED_WING
        self._limits = np.array(
            [
                np.radians(aircraft.maximum_bank_deg),
                np.radians(60.0 if quick else 15.0),
                np.radians(model.maximum_turn_rate_dps),
                aircraft.climb_mps,
                1.5 if quick else 0.6,
            ]
        )
        first = route.parts[0]
        self._state = np.zeros(guidance.COLUMNS)
        self._state[[guidance.X, guidance.Y, guidance.HEIGHT]] = first.stroke.x_m, first.stroke.y_m, first.start_hae_m
        self._state[guidance.AIRSPEED] = first.airspeed_mps
        # The nose is held into the wind from the first moment on: the flight begins in the air.
        east, north = wind.vector
        across = east * np.cos(first.stroke.course) - north * np.sin(first.stroke.course)
        self._state[guidance.HEADING] = first.stroke.course - np.arcsin(across / first.airspeed_mps)
        ground = float(wind.ground_speed(first.airspeed_mps, first.stroke.course))
        self._state[guidance.EAST_MPS] = ground * np.sin(first.stroke.course)
        self._state[guidance.NORTH_MPS] = ground * np.cos(first.stroke.course)
        self._rows: list[Floats] = []
        self._tasks: list[NDArray[np.int16]] = []
        self._burnt: list[Floats] = []
        self._ticks = 0
        self._fuel = model.fuel.capacity
        self._along_m = 0.0
        self._watch = Watch(sortie, aircraft, authority, route=route, wind=wind, now_us=now_us)
        self.events: list[FlightEvent] = []

    def go(self, progress: Progress) -> None:
        """Fly the route, or as much of it as may be flown, and home."""
        parts = self._route.parts
        for index, (part, bend) in enumerate(_with_next(parts)):
            event = self._watched(index, part, bend)
            if event is not None:
                self.events.append(event)
                for back, ahead in _with_next(self._watch.way_home(self._spot(index))):
                    self._integrate(back, ahead)
                break
            progress("flying", index + 1, len(parts))

    def _watched(self, index: int, part: Part, bend: float) -> FlightEvent | None:
        """Fly a part, stretch by stretch; what ended the flight, where something did."""
        length = part.stroke.length_m
        count = max(1, int(np.ceil(length / (part.airspeed_mps * CHECK_S))))
        self._along_m = 0.0
        for i in range(count):
            stretch = cut(part, length * i / count, length * (i + 1) / count)
            event = self._watch.may_go_on(self._spot(index), stretch)
            if event is not None:
                return event
            self._integrate(stretch, _curve(part) if i + 1 < count else bend)
            self._along_m = length * (i + 1) / count
        return None

    def _spot(self, index: int) -> Spot:
        x, y, height, east, north = self._state[
            [guidance.X, guidance.Y, guidance.HEIGHT, guidance.EAST_MPS, guidance.NORTH_MPS]
        ].tolist()
        at = (x, y, float(np.arctan2(east, north)))
        time_us = self._sortie.depart_us + round(self._ticks * _TICK_US)
        return Spot(time_us, at, height, index, self._along_m, self._fuel)

    def _integrate(self, part: Part, bend: float) -> None:
        stroke = part.stroke
        row = np.array(
            [
                stroke.x_m, stroke.y_m, stroke.course, stroke.length_m, _curve(part),
                part.start_hae_m, part.end_hae_m, part.airspeed_mps, bend,
            ]
        )  # fmt: skip
        homed, block = True, RATE_HZ * 60
        while True:
            rows, air = np.empty((block, guidance.COLUMNS)), self._air(block)
            count = guidance.fly_stroke(self._state, row, self._limits, air, rows, homed)
            homed = False
            used = block if count < 0 else count
            if used:
                self._gust = air[used - 1] - self._wind.vector
            self._keep(rows[:used], part)
            if count >= 0:
                return

    def _air(self, ticks: int) -> Floats:
        """The velocity of the air, (ticks, 2): a steady wind and gusts, a Gauss-Markov process each way."""
        keep = float(np.exp(-1.0 / (RATE_HZ * _GUST_S)))
        pushes = self._rng.standard_normal((ticks, 2)) * self._wind.gust_mps * np.sqrt(1.0 - keep**2)
        gusts, _ = lfilter([1.0], [1.0, -keep], pushes, axis=0, zi=keep * self._gust[None])
        return np.asarray(gusts + self._wind.vector, dtype=np.float64)

    def _keep(self, rows: Floats, part: Part) -> None:
        model = flight_model(self._aircraft)
        level = burn(model.fuel, self._aircraft.speeds, rows[:, guidance.AIRSPEED])
        climbing = np.where(rows[:, guidance.CLIMB] > 0.5, model.fuel.climb_per_h / 3600.0, 0.0)
        left = self._fuel - np.cumsum(level + climbing) / RATE_HZ
        if len(rows):
            self._fuel = float(left[-1])
        self._rows.append(rows)
        self._burnt.append(left)
        self._tasks.append(np.full(len(rows), part.task, dtype=np.int16))
        self._ticks += len(rows)

    def flown(self, heights: Heights, rng: np.random.Generator) -> Flown:
        """What was flown, the camera pointed."""
        rows, task = np.concatenate(self._rows), np.concatenate(self._tasks)
        count = len(rows)
        time_us = self._sortie.depart_us + np.round((1.0 + np.arange(count)) * _TICK_US).astype(np.int64)
        lon, lat = places(self._route.chart, rows[:, guidance.X], rows[:, guidance.Y])
        shake = shaken(count, self._wind, rng)
        turned = convergence(self._route.chart, lon, lat)
        climb, airspeed = rows[:, guidance.CLIMB], rows[:, guidance.AIRSPEED]
        level = Pose(
            lat=np.radians(lat),
            lon=np.radians(lon),
            height_m=rows[:, guidance.HEIGHT],
            heading=np.mod(rows[:, guidance.HEADING] + turned + shake[0], 2.0 * np.pi),
            pitch=pitch(self._aircraft, climb, airspeed) + shake[1],
            roll=rows[:, guidance.BANK] + shake[2],
            azimuth=np.zeros(count),
            elevation=np.zeros(count),
            twist=np.zeros(count),
        )
        places_m = rows[:, [guidance.X, guidance.Y]]
        aim = Aim.of(self._sortie, self._aircraft, self._route, task=task, places_m=places_m)
        pose = pointed(level, aim, heights)
        east, north = rows[:, guidance.EAST_MPS], rows[:, guidance.NORTH_MPS]
        return Flown(
            time_us=time_us,
            pose=pose,
            hfov_rad=aim.hfov_rad,
            airspeed_mps=airspeed,
            ground_speed_mps=np.hypot(east, north),
            track_rad=np.mod(np.arctan2(east, north) + turned, 2.0 * np.pi),
            climb_mps=climb,
            across_m=rows[:, guidance.ACROSS],
            fuel=np.concatenate(self._burnt),
            task=task,
            route=self._route,
            events=tuple(self.events),
        )


def _with_next(parts: Sequence[Part]) -> list[tuple[Part, float]]:
    """Each part with the curvature of the one after it."""
    return [(part, _curve(parts[i + 1]) if i + 1 < len(parts) else 0.0) for i, part in enumerate(parts)]


def _curve(part: Part) -> float:
    return 1.0 / part.stroke.radius_m if part.stroke.radius_m else 0.0
