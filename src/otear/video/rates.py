"""How the sensor moves at an instant, from rows of telemetry that are noisy.

The difference of two rows 0.1 s apart makes a rate of 0.4 degrees a second of an encoder's noise of 0.03 degrees. A
straight line through more rows is quieter, but wrong where the camera swings or the aircraft is jolted. So rows are
taken in on both sides for as long as every line through fewer of them allows for it: the intersection of confidence
intervals (A. Goldenshluger, A. Nemirovski, "On spatially adaptive estimation of nonparametric regression", 1997). How
noisy the rows are, they say themselves: by how far each lies beside the line between its neighbours.

Angles are radians, lengths metres, times seconds.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.spatial.transform import Rotation

from otear.domain.telemetry import Floats
from otear.geo.camera import Pose, camera_axes
from otear.geo.frames import enu_axes
from otear.geo.perturb import AT_REST, Motion

WINDOW_S = 0.5
"""How far on either side rows are taken in at most: aircraft turn and cameras sweep evenly for longer."""
_SURE = 3.0
"""Half width of the confidence intervals, in sigmas."""
_MEDIAN_OF_NORMAL = 0.6744897501960817
"""The median of the size of a normal variable, in sigmas."""


def motion_at(seconds: Floats, pose: Pose, before: int, after: int) -> Motion:
    """Velocity and turn at an instant, from rows `seconds` (n,) after it, in their order, and their array pose.

    The instant lies between rows `before` and `after`, or beside the one that both are. A sensor that is known of only
    one moment is at rest.
    """
    slope = _slope_about(seconds, _moved(pose, before), before, after)
    return AT_REST if slope is None else Motion(slope[:3], slope[3:])


def _moved(pose: Pose, middle: int) -> Floats:
    """How far the sensor is from where it is in the row `middle`, east, north and up, and how far the camera is turned
    from how it looks there, about its axes: (n, 6). It is the whole turn that counts: what wind does to the aircraft a
    stabilised gimbal takes back, and straight down the azimuth's turns and the twist's are one."""
    place, axes = pose.position_ecef, camera_axes(pose)
    moved = (place - place[middle]) @ enu_axes(pose.lat, pose.lon)[middle].T
    return np.column_stack([moved, Rotation.from_matrix(axes[middle].T @ axes).as_rotvec()])


def _slope_about(seconds: Floats, moved: Floats, before: int, after: int) -> Floats | None:
    """Slopes (k,) of the line through the most rows about an instant in which all that `moved` (n, k) does so evenly,
    as far as noise lets one see it; None where there is no line."""
    noise = _noise(seconds, moved)
    low, high = np.full(moved.shape[1], -np.inf), np.full(moved.shape[1], np.inf)
    chosen = None
    for rows in _windows(seconds, before, after):
        away = seconds[rows] - seconds[rows].mean()
        slope = away @ moved[rows] / (away @ away)
        unsure = _SURE * noise / np.sqrt(away @ away)
        low, high = np.maximum(low, slope - unsure), np.minimum(high, slope + unsure)
        if np.any(low > high):
            break
        chosen = slope
    return chosen


def _windows(seconds: Floats, first: int, last: int) -> Iterator[slice]:
    """The rows on both sides of an instant, then with one more on either side each time."""
    inside = np.flatnonzero(np.abs(seconds) <= WINDOW_S + np.abs(seconds).min())
    while True:
        if seconds[last] > seconds[first]:
            yield slice(first, last + 1)
        wider = max(first - 1, min(first, int(inside[0]))), min(last + 1, max(last, int(inside[-1])))
        if wider == (first, last):
            return
        first, last = wider


def _noise(seconds: Floats, moved: Floats) -> Floats:
    """One standard deviation (k,) of what is new in every row: half of the rows lie closer to the line between their
    neighbours than such noise puts them. 0 where there are no three rows."""
    span = seconds[2:] - seconds[:-2]
    inner = span > 0.0
    if not inner.any():
        return np.zeros(moved.shape[1])
    later = ((seconds[1:-1] - seconds[:-2])[inner] / span[inner])[:, None]
    beside = moved[1:-1][inner] - (1.0 - later) * moved[:-2][inner] - later * moved[2:][inner]
    scatter = beside / np.sqrt(1.0 + later**2 + (1.0 - later) ** 2)
    return np.asarray(np.median(np.abs(scatter), axis=0) / _MEDIAN_OF_NORMAL, dtype=np.float64)
