"""Ways home from anywhere on a flight: straight, on along the plan without its tasks, or back the way it came."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from otear.domain.aircraft import Aircraft
from otear.flight.dubins import Stroke, Whither, length, shortest, ways
from otear.flight.laying import climb_slope, spiral
from otear.flight.route import TRANSIT, Part, Route, cut, turn_radius_m
from otear.flight.wind import Wind

_BEARINGS = 16
_LEAST_M = 1.0


class Ways:
    """The ways home on a route, the camera stowed on all of them."""

    def __init__(self, route: Route, aircraft: Aircraft, wind: Wind) -> None:
        self._route = route
        self._cruise = aircraft.speeds.cruise_mps
        self._radius_m = turn_radius_m(aircraft, self._cruise, wind)
        self._slope = climb_slope(aircraft, wind)
        self._backward: dict[int, list[Part]] = {}

    def every(self, at: Whither, height_m: float, index: int, along_m: float) -> list[list[Part]]:
        """Every way from a place, course and height, in the part `index` of the route at a length of it."""
        return [*self._straight(at, height_m), self.rest(index, along_m), *self._returns(at, height_m, index)]

    def rest(self, index: int, along_m: float) -> list[Part]:
        """On along the route: often longer than need be, but it was all allowed."""
        first, *others = self._route.parts[index:]
        long = first.stroke.length_m
        left = [cut(first, along_m, long)] if along_m < long - _LEAST_M else []
        return [replace(part, task=TRANSIT) for part in (*left, *others)]

    def _straight(self, at: Whither, height_m: float) -> list[list[Part]]:
        """Straight to the base: the shortest of the ways that begin with a turn to either side."""
        base = self._route.parts[0].stroke
        courses = np.linspace(0.0, 2.0 * np.pi, _BEARINGS, endpoint=False).tolist()
        found = [way for course in courses for way in ways(at, (base.x_m, base.y_m, course), self._radius_m)]
        best = {bool(way and way[0].radius_m > 0.0): way for way in sorted(found, key=length, reverse=True)}
        return [
            self._down([self._level(stroke) for stroke in way], way[-1].end if way else at, height_m, hand=1)
            for way in best.values()
        ]

    def _returns(self, at: Whither, height_m: float, index: int) -> list[list[Part]]:
        """Round, and back along what was flown, without the circles that it flew."""
        here = self._route.parts[index].stroke
        start = (here.x_m, here.y_m, here.course + np.pi)
        flown = [part for i in range(index - 1, -1, -1) for part in self._reversed(i)]
        base = self._route.parts[0].stroke
        end = (base.x_m, base.y_m, base.course + np.pi)
        # The climb was a circle to the right: for who comes the other way, the same circle is one to the left.
        return [
            self._down([*(self._level(stroke) for stroke in join), *flown], end, height_m, hand=-1)
            for join in ways(at, start, self._radius_m)
        ]

    def _reversed(self, index: int) -> list[Part]:
        """A part the other way round; nothing for a whole circle."""
        if index not in self._backward:
            part = self._route.parts[index]
            (x, y, course), first = part.stroke.end, part.stroke
            radius = abs(first.radius_m) or self._radius_m
            way = shortest((x, y, course + np.pi), (first.x_m, first.y_m, first.course + np.pi), radius)
            self._backward[index] = [replace(part, stroke=stroke, task=TRANSIT) for stroke in way]
        return self._backward[index]

    def _level(self, stroke: Stroke) -> Part:
        return Part(stroke, 0.0, 0.0, TRANSIT, self._cruise)

    def _down(self, parts: list[Part], end: Whither, height_m: float, *, hand: int) -> list[Part]:
        """Parts flown level at a height, then the descent over where they end."""
        low = self._route.parts[0].start_hae_m
        level = [replace(part, start_hae_m=height_m, end_hae_m=height_m) for part in parts]
        radius_m = hand * self._radius_m
        return level + spiral(end, height_m, low, radius_m=radius_m, slope=self._slope, speed_mps=self._cruise)
