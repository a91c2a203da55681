"""Cues: what a pass showed, where, how surely, and how well the place is known. There is no cue of a person.

Edge units: degrees, metres, microseconds since 1970-01-01 UTC. Covariances are (east-east, east-north, north-north) in
square metres at the place itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from otear.domain.authority import SensorKind
from otear.domain.kinds import CueKind
from otear.domain.places import Ellipse, Place

Covariance = tuple[float, float, float]


@dataclass(frozen=True)
class PlaceErrors:
    """What a place may be off by, in parts: `noise` is new in every picture, `flight` the same for all pictures of a
    flight (mount, heading, clock), `ground` the same for every flight (terrain, geoid)."""

    noise: Covariance
    flight: Covariance
    ground: Covariance


@dataclass(frozen=True)
class Cue:
    """Something seen on one pass: all pictures in which it was seen make one cue.

    `score` is the detector's own, `real` the probability that it is what `kind` says, calibrated where the share
    `base_rate` of such detections is real (`stratum` names the calibration). `pixel` (x, y) and `size_px` (width,
    height) are where it is in the picture of `time_us`, the one that showed it best; `pictures` in how many it was
    seen, of `looked` that showed the place. `look` is the index of the look in its pass, None where none is known.
    """

    cue_id: str
    footage_id: str
    look: int | None
    kind: CueKind
    time_us: int
    place: Place
    ellipse: Ellipse
    errors: PlaceErrors
    score: float
    real: float
    base_rate: float
    stratum: str
    detector: str
    sensor: SensorKind
    gsd_m: float
    depression_deg: float
    pixel: tuple[float, float]
    size_px: tuple[float, float]
    pictures: int
    looked: int
