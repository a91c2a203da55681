"""How much an aircraft burns."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from otear.domain.aircraft import Fuel, Speeds
from otear.geo.frames import Floats


def burn(fuel: Fuel, speeds: Speeds, airspeed_mps: ArrayLike) -> Floats:
    """Fuel a second in level flight at airspeeds, in the fuel's unit: straight between the speeds that are known."""
    rates = (fuel.loiter_per_h, fuel.cruise_per_h, fuel.maximum_per_h)
    known = (speeds.loiter_mps, speeds.cruise_mps, speeds.maximum_mps)
    return np.asarray(np.interp(np.asarray(airspeed_mps, dtype=np.float64), known, rates) / 3600.0, dtype=np.float64)
