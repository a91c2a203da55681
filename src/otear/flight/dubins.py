"""The shortest way from one place and course to another for what turns no tighter than a radius (Dubins 1957).

Plane coordinates are metres east and north, courses radians clockwise from north. Only the four ways of an arc, a
straight line and an arc are tried: one of them always exists, and they are the shortest unless both ends lie within a
few radii of each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_WAYS = tuple((first, last) for first in (1, -1) for last in (1, -1))
_TURN = 2.0 * np.pi
Whither = tuple[float, float, float]
"""A place and the course flown there: x, y, course."""
_LEAST_M = 1e-3
"""A stroke that is shorter is none: the two beside it meet well enough."""


@dataclass(frozen=True)
class Stroke:
    """A straight line (`radius_m` 0) or an arc on the plane, from (x, y) on a course for `length_m`.

    `radius_m` is positive for a turn to the right (clockwise), negative to the left.
    """

    x_m: float
    y_m: float
    course: float
    length_m: float
    radius_m: float = 0.0

    @property
    def centre(self) -> tuple[float, float]:
        """Of the circle of an arc."""
        return (
            self.x_m + self.radius_m * float(np.cos(self.course)),
            self.y_m - self.radius_m * float(np.sin(self.course)),
        )

    def at(self, along_m: float) -> Whither:
        """Place and course after a length of it."""
        if self.radius_m == 0.0:
            sin, cos = float(np.sin(self.course)), float(np.cos(self.course))
            return self.x_m + along_m * sin, self.y_m + along_m * cos, self.course
        course = self.course + along_m / self.radius_m
        east, north = self.centre
        return (
            east - self.radius_m * float(np.cos(course)),
            north + self.radius_m * float(np.sin(course)),
            course,
        )

    @property
    def end(self) -> Whither:
        """Place and course at its end."""
        return self.at(self.length_m)

    def part(self, from_m: float, to_m: float) -> Stroke:
        """A part of it."""
        x, y, course = self.at(from_m)
        return Stroke(x, y, course, to_m - from_m, self.radius_m)


def shortest(start: Whither, end: Whither, radius_m: float) -> list[Stroke]:
    """Up to three strokes from a place and course to another; strokes without length are left out."""
    return ways(start, end, radius_m)[0]


def ways(start: Whither, end: Whither, radius_m: float) -> list[list[Stroke]]:
    """All such ways, two to four of them, shortest first."""
    found = (_way(start, end, radius_m, first, last) for first, last in _WAYS)
    return sorted((way for way in found if way is not None), key=length)


def length(way: list[Stroke]) -> float:
    """Of a way, in metres."""
    return sum(stroke.length_m for stroke in way)


def _way(start: Whither, end: Whither, radius_m: float, first: int, last: int) -> list[Stroke] | None:
    """Arc to the right (1) or left (-1), tangent, arc; None where no such tangent exists."""
    (x0, y0, c0), (x1, y1, c1) = start, end
    from_x, from_y = x0 + first * radius_m * np.cos(c0), y0 - first * radius_m * np.sin(c0)
    to_x, to_y = x1 + last * radius_m * np.cos(c1), y1 - last * radius_m * np.sin(c1)
    east, north = to_x - from_x, to_y - from_y
    apart = float(np.hypot(east, north))
    bearing = float(np.arctan2(east, north))
    if first == last:
        straight, course = apart, bearing
    else:
        if apart < 2.0 * radius_m:
            return None
        straight = float(np.sqrt(apart**2 - 4.0 * radius_m**2))
        course = bearing + first * float(np.arctan2(2.0 * radius_m, straight))
    out = _swept(first * (course - c0)) * radius_m
    back = _swept(last * (c1 - course)) * radius_m
    strokes = [Stroke(x0, y0, c0, out, first * radius_m)]
    x, y, _ = strokes[0].end
    strokes.append(Stroke(x, y, course, straight))
    x, y, _ = strokes[1].end
    strokes.append(Stroke(x, y, course, back, last * radius_m))
    return [stroke for stroke in strokes if stroke.length_m > _LEAST_M]


def _swept(angle: float) -> float:
    """An angle as a turn from 0 to less than a whole one; a hair less than a whole turn is none."""
    turn = float(np.mod(angle, _TURN))
    return 0.0 if _TURN - turn < 1e-6 else turn
