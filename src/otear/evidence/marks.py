"""Pieces of evidence on one plane of metres: where each is, and by which parts its place may be off.

Cues keep their errors as east and north at the place itself; on a plane whose middle is within some tens of kilometres
these are its x and y.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from pyproj import Proj

from otear.domain.cues import Covariance, Cue
from otear.domain.kinds import CueKind
from otear.geo.ellipse import ELLIPSE_90
from otear.geo.frames import Floats

_NONE = np.zeros((2, 2))


@dataclass(frozen=True)
class Plane:
    """Lambert's equal-area plane about a place in degrees: x east, y north, metres."""

    lat_deg: float
    lon_deg: float

    @cached_property
    def _proj(self) -> Proj:
        return Proj(proj="laea", lat_0=self.lat_deg, lon_0=self.lon_deg, datum="WGS84")

    def metres(self, lat_deg: float, lon_deg: float) -> Floats:
        """A place on it, (2,)."""
        return np.array(self._proj(lon_deg, lat_deg), dtype=np.float64)

    def degrees(self, at: Floats) -> tuple[Floats, Floats]:
        """Latitude and longitude of places (..., 2)."""
        lon, lat = self._proj(at[..., 0], at[..., 1], inverse=True)
        return np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Mark:
    """A piece of evidence on a plane: `at` (2,), covariances (2, 2) of its own noise, of what its flight shares and of
    what all flights share (`domain.cues.PlaceErrors`); `real` is the probability that it is there; `kind` is
    None for what somebody reports, which is about the site as a whole."""

    piece: str
    flight: str
    time_us: int
    kind: CueKind | None
    at: Floats
    noise: Floats
    bias: Floats
    ground: Floats
    real: float = 1.0


def mark_of(cue: Cue, plane: Plane) -> Mark:
    """A cue on a plane."""
    return Mark(
        piece=cue.cue_id,
        flight=cue.footage_id,
        time_us=cue.time_us,
        kind=cue.kind,
        at=plane.metres(cue.place.lat, cue.place.lon),
        noise=_square(cue.errors.noise),
        bias=_square(cue.errors.flight),
        ground=_square(cue.errors.ground),
        real=cue.real,
    )


def mark_of_report(report_id: str, time_us: int, place_deg: tuple[float, float], ce90_m: float, plane: Plane) -> Mark:
    """A reported place (latitude, longitude), known to `ce90_m`, on a plane."""
    noise = (ce90_m / ELLIPSE_90) ** 2 * np.eye(2)
    return Mark(report_id, report_id, time_us, None, plane.metres(*place_deg), noise, _NONE, _NONE)


def plane_about(cues: Sequence[Cue]) -> Plane:
    """The plane about the first of some cues."""
    first = min(cues, key=lambda cue: (cue.time_us, cue.cue_id))
    return Plane(first.place.lat, first.place.lon)


def _square(flat: Covariance) -> Floats:
    east, cross, north = flat
    return np.array([[east, cross], [cross, north]])
