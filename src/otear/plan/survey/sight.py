"""What of a box hills hide from the camera that sweeps it."""

from __future__ import annotations

import numpy as np

from otear.authority.charts import Chart
from otear.flight.route import Heights
from otear.geo.frames import Floats
from otear.geo.geoid import undulation
from otear.plan.survey.boxes import lonlat
from otear.plan.survey.patterns import Pattern, flown_lines
from otear.plan.survey.sweep import Sweep

_ALONG, _UP = 9, 24
_THINGS_M = 1.0
"""How high what is to be seen stands above the ground."""


def visible_share(one: Pattern, chart: Chart, sweep: Sweep, heights: Heights) -> float:
    """Of places evenly along the strips, the share that has a clear line of sight to the aircraft abeam of it."""
    clear = sight(one, chart, sweep, heights)
    return float(clear.mean()) if clear.size else 1.0


def sight(
    one: Pattern, chart: Chart, sweep: Sweep, heights: Heights
) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Whether places along each strip are in sight, (strips, `_ALONG`)."""
    share = (np.arange(_ALONG) + 0.5) / _ALONG
    ground = _between(one.lines, share)
    above = _between(flown_lines(one, sweep), share)
    ray = np.linspace(0.0, 1.0, _UP + 2)[1:-1]
    # (places, steps, 2): from the place up to the aircraft; the line of sight is straight on the plane.
    steps = ground[:, None] + ray[None, :, None] * (above - ground)[:, None]
    low = _heights(chart, ground, heights) + _THINGS_M
    lon, lat = chart.lon_deg, chart.lat_deg
    high = sweep.height_msl_m + float(undulation(np.radians(lat), np.radians(lon)))
    line = low[:, None] + ray[None, :] * (high - low)[:, None]
    under = _heights(chart, steps.reshape(-1, 2), heights).reshape(line.shape)
    hidden = (under > line).any(axis=1)
    return np.asarray(~hidden).reshape(len(one.lines), _ALONG)


def _between(lines: Floats, share: Floats) -> Floats:
    start, end = lines[:, None, :2], lines[:, None, 2:]
    return np.asarray((start + share[None, :, None] * (end - start)).reshape(-1, 2))


def _heights(chart: Chart, points_m: Floats, heights: Heights) -> Floats:
    lon, lat = lonlat(chart, points_m)
    return heights(np.radians(lat), np.radians(lon))
