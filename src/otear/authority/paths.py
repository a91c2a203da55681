"""Paths of aircraft in place, height and time: as planned (legs and turns) or as flown (a track).

Degrees, metres above the WGS 84 ellipsoid, microseconds since 1970-01-01Z. Either becomes a `Trace`: places so close
together that the straight line between two of them, on any chart that they are judged on, is the path itself but for
what `areas.TOLERANCE_M` accounts for. So nothing slips between samples.

Along a leg or a turn, distance and height are proportional to time.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from otear.authority.areas import Bools
from otear.authority.charts import STEP_M, Chart
from otear.domain.authority import Datum
from otear.geo.frames import Floats, ecef_from_geodetic
from otear.geo.geoid import undulation

GEOID_TOLERANCE_M = 0.1
"""Added to heights, both ways, where they are turned from one datum into another (interpolation; steps of 2 km)."""
MANOEUVRE_M_PER_S2 = 9.81
"""No survey aircraft accelerates more than this, one g, across its path: a level turn at 45 degrees of bank."""

Instants = NDArray[np.int64]


@dataclass(frozen=True)
class Fix:
    """Where and when: degrees, metres above the ellipsoid, microseconds."""

    lon_deg: float
    lat_deg: float
    height_hae_m: float
    time_us: int


@dataclass(frozen=True)
class Leg:
    """The geodesic from one fix to another."""

    start: Fix
    end: Fix


class TurnDirection(StrEnum):
    """Which way, seen from above: right is clockwise."""

    RIGHT = "right"
    LEFT = "left"


@dataclass(frozen=True)
class Turn:
    """An arc at `radius_m` along the ellipsoid around a centre; bearings are from the centre to the aircraft.

    From a bearing to the same bearing is one whole turn: an orbit.
    """

    lon_deg: float
    lat_deg: float
    radius_m: float
    from_bearing_deg: float
    to_bearing_deg: float
    direction: TurnDirection
    start_height_hae_m: float
    end_height_hae_m: float
    start_us: int
    end_us: int

    @property
    def sweep_deg(self) -> float:
        """How far it turns, up to 360 degrees, positive clockwise."""
        if self.direction == TurnDirection.RIGHT:
            return (self.to_bearing_deg - self.from_bearing_deg) % 360.0 or 360.0
        return -((self.from_bearing_deg - self.to_bearing_deg) % 360.0 or 360.0)


@dataclass(frozen=True, eq=False)
class Track:
    """Flown telemetry: arrays of one length, in order of time; `height_hae_m` in metres above the ellipsoid."""

    time_us: Instants
    lat_deg: Floats
    lon_deg: Floats
    height_hae_m: Floats

    @property
    def strayed_m(self) -> float:
        """How far from the straight line between two samples the aircraft can have been at most, in any direction.

        With an acceleration a across the line, that is a t² / 8 after half of the time t between them.
        """
        longest_s = float(np.diff(self.time_us).max(initial=0)) / 1e6
        return MANOEUVRE_M_PER_S2 * longest_s**2 / 8.0

    def stretches(self, longest_join_us: int) -> tuple[Track, ...]:
        """The track cut wherever it says nothing for longer than `longest_join_us`, in order."""
        cuts = np.flatnonzero(np.diff(self.time_us) > longest_join_us) + 1
        arrays = (np.split(a, cuts) for a in (self.time_us, self.lat_deg, self.lon_deg, self.height_hae_m))
        return tuple(Track(*parts) for parts in zip(*arrays, strict=True))


@dataclass(frozen=True, eq=False)
class Trace:
    """A path in n steps between n + 1 places; heights are above `datum`.

    Step i begins at `time_us[i]` and ends just before `time_us[i + 1]`; the last one includes its end.
    """

    lon_deg: Floats
    lat_deg: Floats
    height_m: Floats
    time_us: Instants
    datum: Datum = Datum.ELLIPSOID

    @property
    def starts_us(self) -> Instants:
        """When each step begins, shape (n,)."""
        return self.time_us[:-1]

    @cached_property
    def ends_us(self) -> Instants:
        """Just after each step, shape (n,)."""
        ends = np.maximum(self.time_us[1:], self.time_us[:-1] + 1)
        ends[-1] = max(int(ends[-1]), int(self.time_us[-1]) + 1)
        return ends

    def heights(self, datum: Datum) -> tuple[Floats, Floats]:
        """Lowest and highest of each step above a datum, shape (n,) each, widened where they had to be converted."""
        heights = self.height_m if datum is self.datum else self._converted
        doubt_m = 0.0 if datum is self.datum else GEOID_TOLERANCE_M
        return np.minimum(heights[:-1], heights[1:]) - doubt_m, np.maximum(heights[:-1], heights[1:]) + doubt_m

    @cached_property
    def _converted(self) -> Floats:
        """Heights above the other datum."""
        separation = undulation(np.radians(self.lat_deg), np.radians(self.lon_deg))
        return self.height_m + (separation if self.datum is Datum.EGM96 else -separation)

    @property
    def count(self) -> int:
        """Number of steps."""
        return self.lon_deg.size - 1

    @cached_property
    def _ecef(self) -> Floats:
        return ecef_from_geodetic(np.radians(self.lat_deg), np.radians(self.lon_deg), 0.0)

    def near(self, centre_ecef: Floats, distance_m: float) -> Bools:
        """Which steps may come within a distance of a place; a chord is never longer than the geodesic."""
        close = np.linalg.norm(self._ecef - centre_ecef, axis=1) <= distance_m + STEP_M
        return np.asarray(close[:-1] | close[1:], dtype=np.bool_)

    def drawn(self, chart: Chart, which: Bools) -> tuple[NDArray[np.object_], Floats]:
        """Steps as lines on a chart, and where each begins."""
        xy = np.zeros((self.lon_deg.size, 2))
        wanted = np.zeros(self.lon_deg.size, dtype=np.bool_)
        wanted[:-1] |= which
        wanted[1:] |= which
        xy[wanted] = chart.xy(self.lon_deg[wanted], self.lat_deg[wanted])
        first, second = xy[:-1][which], xy[1:][which]
        lines: NDArray[np.object_] = shapely.linestrings(np.stack([first, second], axis=1))
        return lines, first
