"""A sortie: one flight of one aircraft, as it is asked for. What is flown of it comes back as footage.

Degrees, metres, seconds, microseconds since 1970-01-01Z. Heights name their datum; `msl` is EGM96.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class GroundPoint:
    """A place on the ground."""

    lat_deg: float
    lon_deg: float


class Side(StrEnum):
    """Which wing the camera looks over."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True)
class Strip:
    """Strip scan: the optical axis runs along the line from `start` to `end` while the aircraft flies beside it.

    `depression_deg` is how far below the level the camera looks at the line, 90 straight down.
    """

    name: str
    start: GroundPoint
    end: GroundPoint
    side: Side
    depression_deg: float
    hfov_deg: float


@dataclass(frozen=True)
class Stare:
    """Step-stare: the camera looks at one cell after the other for `dwell_s` each, while the aircraft circles about
    the middle of them at `radius_m`, to the side `side`."""

    name: str
    cells: tuple[GroundPoint, ...]
    dwell_s: float
    radius_m: float
    side: Side
    hfov_deg: float


@dataclass(frozen=True)
class Orbit:
    """The aircraft circles about a point, the camera on it; `side` is the wing that is down."""

    name: str
    centre: GroundPoint
    radius_m: float
    turns: float
    side: Side
    hfov_deg: float


Task = Strip | Stare | Orbit


@dataclass(frozen=True)
class Sortie:
    """One flight. `sortie_id` is derived from its document; `aircraft` is a registration, `sensor` the name of one of
    its sensors. It departs from `base` (ground there at `base_msl_m`) at `depart_us`, flies its tasks in their order at
    `height_msl_m`, and comes back to `base`."""

    sortie_id: str
    name: str
    authority_id: str | None
    aircraft: str
    sensor: str
    purpose: str
    depart_us: int
    base: GroundPoint
    base_msl_m: float
    height_msl_m: float
    tasks: tuple[Task, ...]
