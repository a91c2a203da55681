"""A step-stare cut into what is flown while the camera is on each cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from otear.domain.sortie import GroundPoint, Stare
from otear.flight.exports.stretches import Stretch
from otear.flight.pointing import STEP_S
from otear.geo.frames import Floats
from otear.geo.geoid import msl_from_hae


def cells_of(task: Stare, parts: Sequence[Stretch]) -> Iterator[tuple[GroundPoint, Floats]]:
    """Each cell in its turn, and the places (k, 3) on the circle, longitude, latitude and height above mean sea level,
    that are flown to while it is looked at: where parts end, where the arcs bend, and last where the next cell's turn
    comes. After the last cell the first one's turn comes again, as long as the circle is flown."""
    start_us, end_us = int(parts[0].time_us[0]), int(parts[-1].time_us[-1])
    each_us = round((task.dwell_s + STEP_S) * 1e6)
    changes = np.arange(start_us, end_us, each_us)
    bends = np.unique(np.concatenate([one.time_us for one in parts]))
    for number, begins in enumerate(changes.tolist()):
        ends = min(begins + each_us, end_us)
        between = bends[(bends > begins) & (bends < ends)].tolist()
        places = np.array([_at(parts, time_us) for time_us in (*between, ends)])
        yield task.cells[number % len(task.cells)], places


def _at(parts: Sequence[Stretch], time_us: int) -> tuple[float, float, float]:
    one = next(one for one in parts if time_us <= one.time_us[-1])
    start, end = int(one.time_us[0]), int(one.time_us[-1])
    lon, lat, hae = one.at(np.array([(time_us - start) / (end - start)]))
    return float(lon[0]), float(lat[0]), float(msl_from_hae(np.radians(lat), np.radians(lon), hae)[0])
