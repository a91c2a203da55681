"""When there is light to survey by, or dark to survey heat by. Microseconds since 1970-01-01Z; degrees."""

from __future__ import annotations

import numpy as np

from otear.domain.authority import SensorKind, Window
from otear.geo.sun import sun_at

DAY_DEG, NIGHT_DEG = 12.0, -6.0
"""The sun is at least so high for colours, at most so high for heat: lower, shadows are long; higher, ground that was
in the sun is as warm as what works."""
_STEP_US = 10 * 60_000_000
_DAY_US = 86_400_000_000


def windows(sensor: SensorKind, from_us: int, days: int, lat_deg: float, lon_deg: float) -> tuple[Window, ...]:
    """Stretches of good light for a sensor at a place in `days` from a time on, to ten minutes, in order."""
    lat, lon = float(np.radians(lat_deg)), float(np.radians(lon_deg))
    first = -(-from_us // _STEP_US) * _STEP_US
    times = range(first, from_us + days * _DAY_US + 1, _STEP_US)
    found: list[Window] = []
    begun: int | None = None
    for at in times:
        good = _good(sensor, at, lat, lon)
        if good and begun is None:
            begun = at
        if not good and begun is not None:
            found.append(Window(begun, at))
            begun = None
    if begun is not None:
        found.append(Window(begun, times[-1]))
    return tuple(one for one in found if one.end_us > one.start_us)


def _good(sensor: SensorKind, at_us: int, lat: float, lon: float) -> bool:
    high = np.degrees(sun_at(at_us, lat, lon).elevation)
    return bool(high >= DAY_DEG if sensor is SensorKind.VISIBLE else high <= NIGHT_DEG)
