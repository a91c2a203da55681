"""How an aircraft is turned while it flies, beyond what guidance flies it by. Angles are radians."""

from __future__ import annotations

import numpy as np
from scipy.signal import lfilter

from otear.authority.charts import Chart
from otear.domain.aircraft import Aircraft, Airframe
from otear.flight.guidance import RATE_HZ
from otear.flight.wind import Wind
from otear.geo.frames import Floats, nearest_turn

_SHAKE_S, _INERTIA_S = 0.7, 0.2
"""How long a shake hangs together, and how long the aircraft takes to follow it: its rates never jump."""
_ATTACK = np.radians(2.5)
_LEAN = np.radians(5.0)
"""How far rotors lean into cruise."""


def convergence(chart: Chart, lon_deg: Floats, lat_deg: Floats) -> Floats:
    """How much a true course is more than the same course on the chart: nothing in its middle; places in degrees."""
    lon0, lat0 = np.radians(chart.lon_deg), np.radians(chart.lat_deg)
    east = nearest_turn(np.radians(lon_deg), lon0) - lon0
    return np.asarray(east * np.sin((np.radians(lat_deg) + lat0) / 2.0), dtype=np.float64)


def pitch(aircraft: Aircraft, climb_mps: Floats, airspeed_mps: Floats) -> Floats:
    """A wing flies nose up by its angle of attack and its climb; rotors lean into their speed."""
    if aircraft.airframe is Airframe.FIXED_WING:
        return np.asarray(_ATTACK + np.arcsin(np.clip(climb_mps / airspeed_mps, -0.5, 0.5)), dtype=np.float64)
    return np.asarray(-_LEAN * airspeed_mps / aircraft.speeds.cruise_mps, dtype=np.float64)


def shaken(count: int, wind: Wind, rng: np.random.Generator) -> Floats:
    """What rough air does to heading, pitch and roll, radians, (3, count)."""
    air, inertia = (float(np.exp(-1.0 / (RATE_HZ * seconds))) for seconds in (_SHAKE_S, _INERTIA_S))
    both = air * inertia
    # The variance of a second-order autoregression with these two poles, for pushes of unit variance.
    gain = (1.0 + both) / ((1.0 - both) * (1.0 - air**2) * (1.0 - inertia**2))
    sigma = np.radians(0.1 + 0.1 * wind.gust_mps)
    pushes = rng.standard_normal((3, count)) * (sigma / np.sqrt(gain))
    return np.asarray(lfilter([1.0], [1.0, -air - inertia, both], pushes, axis=1), dtype=np.float64)
