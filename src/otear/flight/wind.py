"""Wind, and what it leaves of an airspeed over the ground.

Directions are degrees clockwise from north; a wind is named by where it comes from. Metres a second.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from otear.geo.frames import Floats


@dataclass(frozen=True)
class Wind:
    """A steady wind, and gusts about it of `gust_mps` (one standard deviation, each horizontal axis)."""

    mps: float = 0.0
    from_deg: float = 0.0
    gust_mps: float = 0.0

    @property
    def vector(self) -> Floats:
        """Where the air goes: east and north, shape (2,)."""
        angle = np.radians(self.from_deg)
        return np.array([-self.mps * np.sin(angle), -self.mps * np.cos(angle)])

    @property
    def strongest_mps(self) -> float:
        """Steady wind and two standard deviations of gusts: what is planned for."""
        return self.mps + 2.0 * self.gust_mps

    def ground_speed(self, airspeed_mps: ArrayLike, course_rad: ArrayLike) -> Floats:
        """Speed along courses (radians clockwise from north) with the nose held into the wind: the wind triangle.

        NaN where the wind across is more than the airspeed, and no heading keeps the course.
        """
        airspeed, course = np.asarray(airspeed_mps, dtype=np.float64), np.asarray(course_rad, dtype=np.float64)
        east, north = self.vector
        along = east * np.sin(course) + north * np.cos(course)
        across = east * np.cos(course) - north * np.sin(course)
        left = np.square(airspeed) - np.square(across)
        return np.asarray(along + np.sqrt(np.where(left >= 0.0, left, np.nan)), dtype=np.float64)
