"""From what was gathered in pictures to cues on the ground: one for each thing, with a place and an ellipse.

What one detector saw of a thing on several occasions of a pass, and what several detectors saw at one place, is one
cue: its place is the mean of a few shots, whose noise averages out and whose shared errors stay.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from otear.detect.gathering import Gathering, Shot
from otear.domain.authority import SensorKind
from otear.domain.cues import Covariance, Cue, PlaceErrors
from otear.domain.looks import Look
from otear.domain.places import Ellipse, Place
from otear.geo.budget import Parameter
from otear.geo.ellipse import ce90, ellipse_90, le90
from otear.geo.frames import Floats
from otear.geo.geoid import msl_from_hae
from otear.geo.labels import mgrs
from otear.workflow.pixels_on_ground import GroundPixels

_SHOTS = 4
"""Shots of a gathering that go into its place: spread over the time that it was seen."""
_GROUND = frozenset({Parameter.TERRAIN, Parameter.GEOID})
"""Errors that every flight shares."""
_GATE = 9.210
"""Squared distance, in sigmas, within which two are one: the 99% quantile of chi-square with two degrees."""
_EARTH_M = 6_371_000.0

Placer = Callable[[int, Floats], GroundPixels]
"""Where pixels (k, 2) of the picture of a time lie."""


@dataclass(frozen=True)
class Sure:
    """A probability, and of which calibration: see `Cue`."""

    real: float
    base_rate: float
    stratum: str


Calibrated = Callable[[Gathering], Sure]


@dataclass(frozen=True, eq=False)
class Placed:
    """A gathering on the ground: radians, metres; covariances (3, 3), east, north, up; `size_m` its larger side."""

    gathering: Gathering
    sure: Sure
    lat: float
    lon: float
    height_m: float
    noise: Floats
    flight: Floats
    ground: Floats
    size_m: float


def placed(gathering: Gathering, sure: Sure, place: Placer) -> Placed | None:
    """Where a gathering lies, None where no shot of it has a place with an error that is known."""
    found = [_spot(place(shot.time_us, np.array([shot.pixel]))) for shot in _spread(gathering.shots)]
    known = [one for one in found if one is not None]
    if not known:
        return None
    best = gathering.best
    return Placed(
        gathering,
        sure,
        lat=float(np.mean([one.lat for one in known])),
        lon=float(np.mean([one.lon for one in known])),
        height_m=float(np.mean([one.height_m for one in known])),
        noise=np.sum([one.noise for one in known], axis=0) / len(known) ** 2,
        flight=np.mean([one.flight for one in known], axis=0),
        ground=np.mean([one.ground for one in known], axis=0),
        size_m=float(max(best.box[2] - best.box[0], best.box[3] - best.box[1])) * best.gsd_m,
    )


def _spread(shots: Sequence[Shot]) -> list[Shot]:
    if len(shots) <= _SHOTS:
        return list(shots)
    return [shots[k] for k in np.linspace(0, len(shots) - 1, _SHOTS).round().astype(int).tolist()]


@dataclass(frozen=True, eq=False)
class _Spot:
    """One pixel on the ground, as `Placed`."""

    lat: float
    lon: float
    height_m: float
    noise: Floats
    flight: Floats
    ground: Floats


def _spot(seen: GroundPixels) -> _Spot | None:
    if seen.why_not(0) is not None:
        return None
    errors = seen.errors
    parts = {"noise": np.zeros((3, 3)), "flight": np.zeros((3, 3)), "ground": np.zeros((3, 3))}
    for source, column in zip(errors.sources, errors.columns[0], strict=True):
        part = "noise" if not source.bias else "ground" if source.parameter in _GROUND else "flight"
        parts[part] += np.outer(column, column)
    return _Spot(float(errors.lat[0]), float(errors.lon[0]), float(errors.height_m[0]), **parts)


def one_for_each(found: Sequence[Placed]) -> list[list[Placed]]:
    """What is one thing, together: of one kind, within its noise and its size. The surest of a group begins it."""
    order = sorted(found, key=lambda one: (-one.sure.real, one.gathering.best.time_us, one.lat, one.lon))
    groups: list[list[Placed]] = []
    for one in order:
        for group in groups:
            if group[0].gathering.kind is one.gathering.kind and _same(group[0], one):
                group.append(one)
                break
        else:
            groups.append([one])
    return groups


def _same(a: Placed, b: Placed) -> bool:
    east = (b.lon - a.lon) * np.cos(a.lat) * _EARTH_M
    away = np.array([east, (b.lat - a.lat) * _EARTH_M])
    extent = 0.25 * (a.size_m**2 + b.size_m**2)
    spread = a.noise[:2, :2] + b.noise[:2, :2] + extent * np.eye(2)
    return bool(away @ np.linalg.solve(spread, away) <= _GATE)


def cue_of(group: Sequence[Placed], footage_id: str, sensor: SensorKind, looks: Sequence[Look]) -> Cue:
    """The cue that a group of placed gatherings is; the first of them is the surest and gives its name."""
    first = group[0]
    gathering, shot = first.gathering, first.gathering.best
    weights = np.array([1.0 / np.trace(one.noise[:2, :2] + 1e-6 * np.eye(2)) for one in group])
    weights /= weights.sum()
    lat, lon, height = (weights @ np.array([[one.lat, one.lon, one.height_m] for one in group])).tolist()
    noise = np.sum([weight**2 * one.noise for weight, one in zip(weights, group, strict=True)], axis=0)
    errors = PlaceErrors(_flat(noise), _flat(first.flight), _flat(first.ground))
    total = noise + first.flight + first.ground
    axes = ellipse_90(total[:2, :2])
    lat_deg, lon_deg = float(np.degrees(lat)), (float(np.degrees(lon)) + 180.0) % 360.0 - 180.0
    place = Place(
        lat_deg,
        lon_deg,
        height,
        float(msl_from_hae(lat, lon, height)),
        mgrs(lat_deg, lon_deg),
        float(ce90(total[:2, :2])),
        float(le90(total[2, 2])),
    )
    box = [float(edge) for edge in shot.box]
    return Cue(
        cue_id=_name(footage_id, gathering, shot),
        footage_id=footage_id,
        look=_look_at(looks, shot.time_us),
        kind=gathering.kind,
        time_us=shot.time_us,
        place=place,
        ellipse=Ellipse(float(axes.major_m), float(axes.minor_m), float(np.degrees(axes.azimuth))),
        errors=errors,
        score=gathering.score,
        real=first.sure.real,
        base_rate=first.sure.base_rate,
        stratum=first.sure.stratum,
        detector=gathering.detector,
        sensor=sensor,
        gsd_m=shot.gsd_m,
        depression_deg=shot.depression_deg,
        pixel=shot.pixel,
        size_px=(box[2] - box[0], box[3] - box[1]),
        pictures=sum(len(one.gathering.shots) for one in group),
        looked=sum(one.gathering.looked for one in group),
    )


def _flat(covariance: Floats) -> Covariance:
    return float(covariance[0, 0]), float(covariance[0, 1]), float(covariance[1, 1])


def _look_at(looks: Sequence[Look], time_us: int) -> int | None:
    return next((one.index for one in looks if one.start_us <= time_us <= one.end_us), None)


def _name(footage_id: str, gathering: Gathering, shot: Shot) -> str:
    """The same thing found again by the same detector in the same recording has the same name."""
    x, y = shot.pixel
    said = f"{footage_id} {gathering.detector} {gathering.kind} {shot.time_us} {x:.1f} {y:.1f}"
    return f"c-{sha256(said.encode()).hexdigest()[:16]}"
