"""Whether ground can be seen from a sensor, or is hidden behind other ground.

The sensor is ECEF (metres); places are radians. The line from the sensor ends a little above the ground, at
`height_above_ground_m`: what stands there is what is to be seen, and the ground itself does not hide its own surface.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from otear.geo.frames import ecef_from_geodetic
from otear.geo.raycast import Miss, cast
from otear.geo.terrain.base import Patch


class Sight(IntEnum):
    """What is known of the line of sight to a place."""

    VISIBLE = 0
    """Nothing is in the way."""
    MASKED = 1
    """Ground is in the way."""
    UNKNOWN = 2
    """The place, or ground under the line, is outside the patch or without data; or the sensor is underground."""


def sights(
    patch: Patch, sensor_ecef: ArrayLike, lat: ArrayLike, lon: ArrayLike, *, height_above_ground_m: float = 0.5
) -> NDArray[np.uint8]:
    """What is known of the line of sight from a sensor, shape (3,), to k places: values of `Sight`, shape (k,)."""
    sensor = np.asarray(sensor_ecef, dtype=np.float64)
    lat, lon = np.atleast_1d(np.asarray(lat, dtype=np.float64)), np.atleast_1d(np.asarray(lon, dtype=np.float64))
    to_place = ecef_from_geodetic(lat, lon, patch.heights(lat, lon) + height_above_ground_m) - sensor
    distance_m = np.linalg.norm(to_place, axis=-1)
    miss = cast(patch, sensor, to_place / distance_m[:, None], max_range_m=distance_m).miss
    clear = (miss == Miss.TOO_FAR) | (miss == Miss.ABOVE_HORIZON)
    return np.where(clear, Sight.VISIBLE, np.where(miss == Miss.HIT, Sight.MASKED, Sight.UNKNOWN)).astype(np.uint8)


def visible(
    patch: Patch, sensor_ecef: ArrayLike, lat: ArrayLike, lon: ArrayLike, *, height_above_ground_m: float = 0.5
) -> NDArray[np.bool_]:
    """Whether k places are in line of sight of a sensor, shape (k,); False where `sights` does not know."""
    seen = sights(patch, sensor_ecef, lat, lon, height_above_ground_m=height_above_ground_m)
    return np.asarray(seen == Sight.VISIBLE)
