"""How a box is flown: which strip after which, from which side, and how long that takes.

An aircraft that turns wide does not go from a strip to the next one, but to one that lies a turn away, and fills in on
the way back; it looks at strips from one side of the box, so that the lines it flies lie beside one another. Which
order is shortest is found by laying one out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from otear.authority.charts import Chart
from otear.domain.aircraft import Aircraft
from otear.domain.sortie import GroundPoint, Side, Strip
from otear.flight.dubins import Whither, length, shortest
from otear.flight.route import turn_radius_m
from otear.flight.wind import Wind
from otear.geo.frames import Floats
from otear.plan.survey.boxes import Box, Heading, lonlat
from otear.plan.survey.sweep import Sweep


class From(StrEnum):
    """On which side of the strips the aircraft flies."""

    SOUTH = "south"
    NORTH = "north"
    WEST = "west"
    EAST = "east"


HEADING = {
    From.SOUTH: Heading.EAST,
    From.NORTH: Heading.EAST,
    From.WEST: Heading.NORTH,
    From.EAST: Heading.NORTH,
}
_HILLS = 1.1
_LEFT_FORWARD = frozenset({From.SOUTH, From.EAST})
"""From there strips in their own direction (east or north) lie to the left."""


@dataclass(frozen=True, eq=False)
class Pattern:
    """The strips of one box in the order and direction in which they are flown, (n, 4): where each begins and ends on
    the plane; where the aircraft enters and leaves, and how long it takes in still air, in metres."""

    box: Box
    seen_from: From
    lines: Floats
    forward: tuple[bool, ...]
    length_m: float

    @property
    def strips_m(self) -> float:
        """Of its strips alone."""
        return float(np.hypot(*(self.lines[:, 2:] - self.lines[:, :2]).T).sum())


def pattern(box: Box, strips: Floats, seen_from: From, sweep: Sweep, radius_m: float) -> Pattern | None:
    """The shortest way found through strips of a box that run as `HEADING` says; None where there are none."""
    if not len(strips):
        return None
    best: Pattern | None = None
    spacing_m = box.side_m / np.ceil(box.side_m / sweep.apart_m)
    wide = int(np.ceil(2.0 * radius_m / spacing_m))
    for jump in sorted({1, wide, wide + 1}):
        order = list(interleaved(len(strips), jump))
        forward = tuple(k % 2 == 0 for k in range(len(order)))
        lines = np.array(
            [strips[at] if ahead else np.roll(strips[at], 2) for at, ahead in zip(order, forward, strict=True)]
        )
        one = Pattern(box, seen_from, lines, forward, _length(lines, seen_from, sweep, radius_m))
        if best is None or one.length_m < best.length_m:
            best = one
    return best


def interleaved(count: int, jump: int) -> Iterator[int]:
    """0, jump, 1, jump + 1, ... in stretches of twice the jump, each number below `count` once."""
    for start in range(0, count, 2 * jump):
        for k in range(jump):
            for at in (start + k, start + k + jump):
                if at < count:
                    yield at


def tasks(one: Pattern, chart: Chart, sweep: Sweep, prefix: str = "") -> tuple[Strip, ...]:
    """A pattern as tasks of a sortie, named by their box and number."""
    lon, lat = lonlat(chart, one.lines.reshape(-1, 2))
    places = [GroundPoint(round(float(y), 6), round(float(x), 6)) for x, y in zip(lon, lat, strict=True)]
    return tuple(
        Strip(
            f"{prefix}{one.box.name}.{k + 1}",
            places[2 * k],
            places[2 * k + 1],
            _side(one.seen_from, ahead=one.forward[k]),
            sweep.depression_deg,
            sweep.hfov_deg,
        )
        for k in range(len(one.lines))
    )


def flown_lines(one: Pattern, sweep: Sweep) -> Floats:
    """Where the aircraft flies beside each strip, (n, 4)."""
    return one.lines + np.tile(_offset(one.seen_from, sweep), 2)


def radius_of(aircraft: Aircraft, wind: Wind) -> float:
    """The turns between strips, with room: over hills the lines that are flown beside strips are not evenly apart."""
    return _HILLS * turn_radius_m(aircraft, aircraft.speeds.cruise_mps, wind)


def _side(seen_from: From, *, ahead: bool) -> Side:
    return Side.LEFT if (seen_from in _LEFT_FORWARD) is ahead else Side.RIGHT


def _offset(seen_from: From, sweep: Sweep) -> Floats:
    away = {From.SOUTH: (0.0, -1.0), From.NORTH: (0.0, 1.0), From.WEST: (-1.0, 0.0), From.EAST: (1.0, 0.0)}[seen_from]
    return np.array(away) * sweep.off_m


def _length(lines: Floats, seen_from: From, sweep: Sweep, radius_m: float) -> float:
    offset = np.tile(_offset(seen_from, sweep), 2)
    total, at = 0.0, None
    for line in lines + offset:
        course = float(np.arctan2(line[2] - line[0], line[3] - line[1]))
        begin: Whither = (float(line[0]), float(line[1]), course)
        if at is not None:
            total += length(shortest(at, begin, radius_m))
        total += float(np.hypot(line[2] - line[0], line[3] - line[1]))
        at = (float(line[2]), float(line[3]), course)
    return total
