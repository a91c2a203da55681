"""Holding a path in wind: the compiled loop that flies one stroke after the other.

Plane coordinates are metres east (x) and north (y) on the route's chart, courses and headings radians clockwise from
north, distance across the path positive to its right.

The aircraft turns as coordinated flight does, at g tan(bank) / airspeed; its bank follows what it wants no faster than
`roll_rate`. What it wants is the course of the path, less an angle that leads back to it (`atan(across / ahead)`, ahead
being three seconds of flight: pure pursuit), and the curvature of the path a moment ahead. The wind moves the air that
it flies in, so the nose ends up into the wind without being told of it.
"""

# ruff: noqa: PLR0917 - compiled functions take plain numbers and arrays, many of them
from __future__ import annotations

import numpy as np
from numba import njit

from otear.geo.frames import Floats

RATE_HZ = 30
"""States a second."""

# Columns of the state, and of the rows of a flight.
X, Y, HEIGHT, HEADING, BANK, CLIMB, AIRSPEED, EAST_MPS, NORTH_MPS, ALONG, ACROSS = range(11)
COLUMNS = 11
# Rows of a stroke as the loop takes it.
SX, SY, COURSE, LENGTH, CURVE, LOW, HIGH, SPEED, NEXT_CURVE = range(9)
# Limits of the aircraft.
BANK_MAX, ROLL_RATE, TURN_RATE, CLIMB_MAX, QUICKNESS, FASTEST, CENTRED = range(7)

_G = 9.80665
_DT = 1.0 / RATE_HZ
_AHEAD_S = 3.0
_ACCELERATION = 1.5
_CLIMB_LAG_S = 1.5


@njit(cache=True)  # type: ignore[untyped-decorator]
def _wrapped(angle: float) -> float:
    return (angle + np.pi) % (2.0 * np.pi) - np.pi


@njit(cache=True)  # type: ignore[untyped-decorator]
def fly_stroke(state: Floats, stroke: Floats, limits: Floats, air: Floats, rows: Floats, homed: bool) -> int:
    """Fly a stroke from a state (`COLUMNS`,) on, writing a row per tick; returns how many, or -1 where rows ran out.

    `air` (n, 2) is the velocity of the air, east and north, for each tick; `state` ends as the last row. With `homed`
    the place along the stroke is found anew, else it goes on from the state's.
    """
    curve = stroke[CURVE]
    if homed:
        state[ALONG] = 0.0
        if curve == 0.0:
            state[ALONG] = (state[X] - stroke[SX]) * np.sin(stroke[COURSE]) + (state[Y] - stroke[SY]) * np.cos(
                stroke[COURSE]
            )
        else:
            east = stroke[SX] + np.cos(stroke[COURSE]) / curve
            north = stroke[SY] - np.sin(stroke[COURSE]) / curve
            bearing = np.arctan2(state[X] - east, state[Y] - north)
            first = np.arctan2(stroke[SX] - east, stroke[SY] - north)
            state[ALONG] = _wrapped(bearing - first) / curve
    for tick in range(rows.shape[0]):
        if state[ALONG] >= stroke[LENGTH]:
            return tick
        if curve == 0.0:
            dx, dy = state[X] - stroke[SX], state[Y] - stroke[SY]
            wanted = stroke[COURSE]
            across = dx * np.cos(wanted) - dy * np.sin(wanted)
            reach = 1.0
        else:
            east = stroke[SX] + np.cos(stroke[COURSE]) / curve
            north = stroke[SY] - np.sin(stroke[COURSE]) / curve
            dx, dy = state[X] - east, state[Y] - north
            away = max(np.sqrt(dx * dx + dy * dy), 1.0)
            hand = 1.0 if curve > 0.0 else -1.0
            wanted = np.arctan2(dx, dy) + hand * np.pi / 2.0
            across = hand * (1.0 / abs(curve) - away)
            reach = 1.0 / abs(curve) / away
        airspeed, heading = state[AIRSPEED], state[HEADING]
        east_mps = airspeed * np.sin(heading) + air[tick, 0]
        north_mps = airspeed * np.cos(heading) + air[tick, 1]
        ground = max(np.sqrt(east_mps * east_mps + north_mps * north_mps), 0.5)
        course = np.arctan2(east_mps, north_mps)
        off = _wrapped(wanted - np.arctan(across / (_AHEAD_S * ground)) - course)
        # The bank takes a moment to come: the curvature that will then be flown is the one to lean into.
        soon = ground * abs(np.arctan(ground * ground * (stroke[NEXT_CURVE] - curve) / _G)) / limits[ROLL_RATE] / 2.0
        bend = stroke[NEXT_CURVE] if state[ALONG] + soon >= stroke[LENGTH] else curve
        rate = bend * ground + limits[QUICKNESS] * off
        crab = max(np.cos(_wrapped(heading - course)), 0.3)
        rate = rate * ground / (airspeed * crab)
        rate = min(max(rate, -limits[TURN_RATE]), limits[TURN_RATE])
        bank = np.arctan(airspeed * rate / _G)
        bank = min(max(bank, -limits[BANK_MAX]), limits[BANK_MAX])
        most = limits[ROLL_RATE] * _DT
        state[BANK] += min(max(bank - state[BANK], -most), most)
        state[HEADING] = heading + _G * np.tan(state[BANK]) / airspeed * _DT
        state[AIRSPEED] += min(max(stroke[SPEED] - airspeed, -_ACCELERATION * _DT), _ACCELERATION * _DT)
        slope = (stroke[HIGH] - stroke[LOW]) / stroke[LENGTH]
        level = stroke[LOW] + slope * state[ALONG]
        climb = slope * ground + 0.3 * (level - state[HEIGHT])
        climb = min(max(climb, -limits[CLIMB_MAX]), limits[CLIMB_MAX])
        state[CLIMB] += (climb - state[CLIMB]) * _DT / _CLIMB_LAG_S
        state[X] += east_mps * _DT
        state[Y] += north_mps * _DT
        state[HEIGHT] += state[CLIMB] * _DT
        state[EAST_MPS], state[NORTH_MPS], state[ACROSS] = east_mps, north_mps, across
        state[ALONG] += ground * np.cos(_wrapped(course - wanted)) * reach * _DT
        rows[tick, :] = state
    return -1
