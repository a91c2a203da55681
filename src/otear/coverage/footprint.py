"""The footprint: the outline on the terrain of the ground in a picture.

Rays go through the picture's border; where the outline is crooked, more of them. Where a border ray meets no ground the
outline runs along the last rays inside the picture that do: each is found by bisection between the border and a pixel
that sees ground. Nothing is closed without saying so. Inputs are radians and metres; the result is an edge: degrees.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otear.coverage.moments import Views
from otear.geo.camera import Lens, Pose
from otear.geo.frames import Floats, geodetic_from_ecef
from otear.geo.raycast import Miss, cast
from otear.geo.terrain.base import Patch

_PER_EDGE = 4
_ROUNDS = 6
"""How often the gaps between rays are halved at most."""
_CROOKED = 0.005
"""A ray is added between two others where it meets the ground this far off their chord, in sizes of the outline."""
_BISECTIONS = 24
_LOOKOUTS = np.array([(x, y) for y in np.linspace(-1.0, 1.0, 9) for x in np.linspace(-1.0, 1.0, 9)])
"""Where ground is first looked for, from -1 to 1 to the right and down; the border belongs to them."""


@dataclass(frozen=True)
class Footprint:
    """An outline in degrees.

    `ring` holds (longitude, latitude), first and last the same, longitudes unbroken over the antimeridian; empty where
    no ray met ground, and then `empty_because` says why. `sensor_underground`: the sensor seems to be below the
    terrain, so that one of the two heights is wrong. `horizon_in_view`: part of the picture is above all ground.
    `cut_by_terrain_edge`: part of it looks at ground that the terrain does not hold. `cut_by_range_m`: the range beyond
    which ground in the picture was left out, None where none was.
    """

    ring: tuple[tuple[float, float], ...]
    sensor_underground: bool = False
    horizon_in_view: bool = False
    cut_by_terrain_edge: bool = False
    cut_by_range_m: float | None = None
    empty_because: str | None = None

    @property
    def flags(self) -> tuple[str, ...]:
        """What is not closed by ground, in words."""
        cut = (
            (self.sensor_underground, "sensor below the terrain"),
            (self.horizon_in_view, "horizon in view"),
            (self.cut_by_terrain_edge, "cut by the edge of the terrain"),
            (self.cut_by_range_m is not None, "cut at the maximum range"),
        )
        return tuple(text for holds, text in cut if holds)


def footprint(pose: Pose, lens: Lens, patch: Patch, *, max_range_m: float = 40_000.0) -> Footprint:
    """The footprint of one picture on a patch of terrain."""
    one = Pose(**{name: np.atleast_1d(value) for name, value in vars(pose).items()})
    glass = Lens(np.atleast_1d(lens.hfov), np.atleast_1d(lens.vfov), lens.width_px, lens.height_px)
    return footprints(Views.of(np.zeros(1, np.int64), one, glass), patch, np.array([max_range_m]))[0]


def footprints(views: Views, patch: Patch, max_range_m: Floats) -> list[Footprint]:
    """The footprints of n pictures, cast together; `max_range_m` has shape (n,)."""
    edge = _Edge(views, patch, max_range_m)
    which = np.repeat(np.arange(len(edge.anchor)), 4 * _PER_EDGE)
    along = np.tile(np.arange(4 * _PER_EDGE) / _PER_EDGE, len(edge.anchor))
    kept = np.isfinite(edge.anchor[which, 0])
    which, along = which[kept], along[kept]
    places, misses = edge.trace(which, along)
    size_m = np.zeros(len(edge.anchor))
    np.maximum.at(size_m, which, np.linalg.norm(places - places[_starts(which)], axis=-1))
    fresh = np.ones(len(which), dtype=np.bool_)  # whether the gap that follows a place has yet to be tried
    for _ in range(_ROUNDS):
        following = _following(which)
        begin = np.flatnonzero(fresh)
        end = following[begin]
        middle = (along[begin] + np.where(end > begin, along[end], 4.0)) / 2.0
        found, missed = edge.trace(which[begin], middle)
        off_m = _off_chord(found, places[begin], places[end])
        crooked = off_m > _CROOKED * size_m[which[begin]]
        if not crooked.any():
            break
        fresh = np.concatenate([np.isin(np.arange(len(which)), begin[crooked]), np.ones(crooked.sum(), np.bool_)])
        which = np.concatenate([which, which[begin][crooked]])
        along = np.concatenate([along, middle[crooked]])
        places = np.concatenate([places, found[crooked]])
        misses = np.concatenate([misses, missed[crooked]])
        order = np.lexsort((along, which))
        which, along, places, misses, fresh = which[order], along[order], places[order], misses[order], fresh[order]
    return [edge.closed(index, places[which == index], misses[which == index]) for index in range(len(edge.anchor))]


class _Edge:
    """The outer edge of the ground in each of n pictures, as seen from a place inside (the anchor) that sees ground."""

    def __init__(self, views: Views, patch: Patch, max_range_m: Floats) -> None:
        self._views, self._patch, self._max_range_m = views, patch, max_range_m
        count, inside = len(views.position), len(_LOOKOUTS)
        which = np.repeat(np.arange(count), inside)
        _, missed, ranges = self._cast(which, np.tile(_LOOKOUTS, (count, 1)))
        ranges = np.where(missed == Miss.HIT, ranges, np.inf).reshape(count, inside)
        nearest = ranges.argmin(axis=1)
        # The nearest ground is the safest place to look outward from: what lies beyond it may be sky.
        self.anchor = np.where(np.isfinite(ranges.min(axis=1))[:, None], _LOOKOUTS[nearest], np.nan)
        self._why = missed.reshape(count, inside)

    def _cast(self, which: NDArray[np.int64], at: Floats) -> tuple[Floats, NDArray[np.uint8], Floats]:
        """ECEF places (NaN for a miss), misses and ranges of rays through `at` (k, 2) in pictures `which` (k,)."""
        v = self._views
        rays = np.column_stack([np.ones(len(at)), at[:, 0] * v.tan_h[which], at[:, 1] * v.tan_v[which]])
        rays /= np.linalg.norm(rays, axis=-1, keepdims=True)
        rays = np.einsum("ki,kij->kj", rays, v.axes[which])
        hits = cast(self._patch, v.position[which], rays, max_range_m=self._max_range_m[which])
        return v.position[which] + rays * hits.range_m[:, None], hits.miss, hits.range_m

    def trace(self, which: NDArray[np.int64], along: Floats) -> tuple[Floats, NDArray[np.uint8]]:
        """Last ground between anchor and border, ECEF (k, 3), and the misses at the border and just past it, (k, 2).

        `along` runs from 0 to 4 round the border, clockwise from the upper left corner.
        """
        border = _border(along)
        places, missed, _ = self._cast(which, border)
        missed = np.column_stack([missed, missed])
        lost = np.flatnonzero(missed[:, 0] != Miss.HIT)
        if len(lost):
            seen, blind = self.anchor[which[lost]], border[lost]
            for _ in range(_BISECTIONS):
                middle = (seen + blind) / 2.0
                hit = (self._cast(which[lost], middle)[1] == Miss.HIT)[:, None]
                seen, blind = np.where(hit, middle, seen), np.where(hit, blind, middle)
            places[lost] = self._cast(which[lost], seen)[0]
            missed[lost, 1] = self._cast(which[lost], blind)[1]
        return places, missed

    def closed(self, index: int, places: Floats, missed: NDArray[np.uint8]) -> Footprint:
        """The footprint of one picture from its outline."""
        if len(places) == 0:
            missed = self._why[index]
            ring: tuple[tuple[float, float], ...] = ()
        else:
            lat, lon, _ = geodetic_from_ecef(places)
            lon = np.unwrap(lon, period=2.0 * np.pi)
            corners = np.degrees(np.column_stack([lon, lat])).tolist()
            ring = tuple((lon, lat) for lon, lat in [*corners, corners[0]])
        reasons = [Miss(int(value)) for value in np.unique(missed)]
        why = [miss.reason for miss in reasons]
        return Footprint(
            ring,
            sensor_underground=Miss.UNDERGROUND in reasons,
            horizon_in_view=Miss.ABOVE_HORIZON in reasons,
            cut_by_terrain_edge=Miss.LEFT_TERRAIN in reasons or Miss.NO_DATA in reasons,
            cut_by_range_m=float(self._max_range_m[index]) if Miss.TOO_FAR in reasons else None,
            empty_because=None if ring else f"no sight line meets ground: each {' or '.join(why)}",
        )


def _border(along: Floats) -> Floats:
    """Places on the border, shape (k, 2), from -1 to 1 to the right and down, of 0 to 4 round it."""
    side, part = np.divmod(along, 1.0)
    part = 2.0 * part - 1.0
    one = np.ones_like(part)
    sides = np.stack([np.stack(xy, axis=-1) for xy in ((part, -one), (one, part), (-part, one), (-one, -part))])
    return np.asarray(sides[side.astype(np.int64), np.arange(len(along))], dtype=np.float64)


def _starts(which: NDArray[np.int64]) -> NDArray[np.int64]:
    """The index of the first place of each place's ring; rings stand one after another."""
    return np.searchsorted(which, which)


def _following(which: NDArray[np.int64]) -> NDArray[np.int64]:
    """The index of the place after each place in its ring; rings stand one after another."""
    following = np.arange(1, len(which) + 1)
    last = np.flatnonzero(np.diff(which, append=-1) != 0)
    following[last] = _starts(which)[last]
    return following


def _off_chord(places: Floats, begin: Floats, end: Floats) -> Floats:
    """Distance of places from the segments between two others; all of shape (k, 3)."""
    chord = end - begin
    length_sq = np.maximum(np.einsum("ki,ki->k", chord, chord), 1e-12)
    part = np.clip(np.einsum("ki,ki->k", places - begin, chord) / length_sq, 0.0, 1.0)
    return np.asarray(np.linalg.norm(places - begin - part[:, None] * chord, axis=-1), dtype=np.float64)
