"""What has changed since an earlier recording of the same ground: pairs of pictures, laid onto the ground and compared.

Each picture of the later recording that shows mostly new ground is set beside that picture of the earlier one which
shows most of the same; pairs that differ much in how finely they show it are left out, and counted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from otear.detect.base import KINDS, Detections, Pixels
from otear.detect.change import Laid, changes
from otear.detect.gathering import Gathering, Shot
from otear.domain.progress import Progress
from otear.geo.frames import Floats, ecef_from_geodetic, enu_axes, geodetic_from_ecef
from otear.workflow.pictures import Watched

_EVERY_US = 1_000_000
_MOST_GSD_RATIO = 2.0
_NEW_SHARE, _SAME_SHARE = 0.5, 0.5
"""Of a footprint's width: how far the camera moves on before it is compared again, and how far pairs may lie apart."""
_POINTS = 420
"""Lattice points along the longer side of a footprint, at most."""


@dataclass
class Compared:
    """What came of it: `gathered` changes, from `pairs` of pictures; `unlike` pairs could not be laid onto each other,
    and for `alone` pictures the earlier recording has none of the same ground."""

    gathered: list[Gathering] = field(default_factory=list)
    pairs: int = 0
    unlike: int = 0
    alone: int = 0


@dataclass(frozen=True)
class _Moment:
    time_us: int
    lat: float
    lon: float
    height_m: float
    gsd_m: float
    depression_deg: float
    across_m: float


Pictures = Callable[[Watched, int], Pixels | None]
"""The picture of a time, in colours; None where there is none."""


def compared(later: Watched, earlier: Watched, pictures: Pictures, progress: Progress) -> Compared:
    """Changes in a recording against an earlier one of the same sensor."""
    result, before = Compared(), _moments(earlier)
    name = f"change against {earlier.row.footage_id}"
    last: _Moment | None = None
    moments = _moments(later)
    for k, now in enumerate(moments):
        progress("comparing", k + 1, len(moments))
        if last is not None and _apart_m(now, last) < _NEW_SHARE * now.across_m:
            continue
        last = now
        near = [one for one in before if _fits(one, now)]
        if not near:
            result.alone += 1
            continue
        best = min(near, key=lambda one: (_apart_m(one, now), one.time_us))
        result.pairs += 1
        found = _pair((earlier, best), (later, now), pictures)
        if found is None:
            result.unlike += 1
            continue
        for row, box in enumerate(found.boxes):
            shot = Shot(now.time_us, box, float(found.score[row]), now.gsd_m, now.depression_deg)
            result.gathered.append(Gathering(name, KINDS[int(found.kind[row])], (shot,), 1))
    return result


def _moments(watched: Watched) -> list[_Moment]:
    """Moments a second apart at which the middle of the picture is on the ground."""
    found: list[_Moment] = []
    for time_us in watched.picture_times(_EVERY_US):
        facts = watched.ground_at(time_us)
        if facts is None:
            continue
        seen = watched.place(time_us, np.array([watched.middle]))
        if seen.why_not(0) is None:
            lat, lon, height = (float(part[0]) for part in (seen.errors.lat, seen.errors.lon, seen.errors.height_m))
            found.append(_Moment(time_us, lat, lon, height, *facts, facts[0] * 2.0 * watched.middle[0]))
    return found


def _apart_m(a: _Moment, b: _Moment) -> float:
    return float(np.linalg.norm(_ecef(a) - _ecef(b)))


def _ecef(one: _Moment) -> Floats:
    return ecef_from_geodetic(one.lat, one.lon, one.height_m)


def _fits(one: _Moment, now: _Moment) -> bool:
    ratio = one.gsd_m / now.gsd_m
    return 1.0 / _MOST_GSD_RATIO <= ratio <= _MOST_GSD_RATIO and _apart_m(one, now) < _SAME_SHARE * now.across_m


def _pair(old: tuple[Watched, _Moment], new: tuple[Watched, _Moment], pictures: Pictures) -> Detections | None:
    """What differs in the later picture, None where the two could not be laid onto each other."""
    (earlier, then), (later, now) = old, new
    spacing_m = max(now.gsd_m, then.gsd_m, now.across_m / _POINTS)
    half = np.arange(-0.5 * now.across_m, 0.5 * now.across_m, spacing_m)
    flat = np.stack(np.meshgrid(half, half[::-1]), axis=-1)
    east, north, _ = enu_axes(now.lat, now.lon)
    level = _ecef(now) + flat[..., :1] * east + flat[..., 1:] * north
    lat, lon, _ = geodetic_from_ecef(level.reshape(-1, 3))
    height = later.terrain.heights(lat, lon)
    ground = ecef_from_geodetic(lat, lon, np.where(np.isfinite(height), height, now.height_m)).reshape(level.shape)
    shown = pictures(earlier, then.time_us), pictures(later, now.time_us)
    if shown[0] is None or shown[1] is None:
        return None
    before = Laid(shown[0], earlier.pixels_of(then.time_us, ground))
    result = changes(before, Laid(shown[1], later.pixels_of(now.time_us, ground)), spacing_m)
    return None if result.apart_m is None else result.found
