"""From legs, turns and tracks, in which nothing is wrong, to traces: where exactly they run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from otear.authority.charts import GEODESIC, chord_steps, fractions, steps
from otear.authority.paths import Instants, Leg, Trace, Track, Turn
from otear.geo.frames import Floats

HEIGHT_STEP_M = 10.0
"""No step climbs or descends by more than this, so that volumes above one another are judged finely."""


@dataclass(frozen=True, eq=False)
class _Arcs:
    """n arcs, each seen from an anchor: azimuth (radians), distance, height and time at both ends, shape (n, 2).

    A leg is seen from its start in one direction, a turn from its centre at one distance.
    """

    lon_deg: Floats
    lat_deg: Floats
    azimuth: Floats
    distance_m: Floats
    height_m: Floats
    time_us: Instants
    parts: NDArray[np.int64]

    def at(self, index: NDArray[np.int64], fraction: Floats) -> Trace:
        """Places along them: which arc, and how far along it from 0 to 1."""
        azimuth, distance, height = (
            values[index, 0] + fraction * (values[index, 1] - values[index, 0])
            for values in (self.azimuth, self.distance_m, self.height_m)
        )
        lon, lat, _ = GEODESIC.fwd(self.lon_deg[index], self.lat_deg[index], np.degrees(azimuth), distance)
        first, last = self.time_us[index, 0], self.time_us[index, 1]
        time = first + np.rint(fraction * (last - first)).astype(np.int64)
        return Trace(np.asarray(lon), np.asarray(lat), height, time)

    def trace(self, cuts_us: frozenset[int], ends: NDArray[np.bool_]) -> Trace:
        """All of them one after the other, a step ending at every cut in time; `ends`, (n,): whose end is one, too."""
        index, fraction = fractions(self.parts)
        last = np.flatnonzero(ends)
        found, along = [index, last], [fraction, np.ones(last.size)]
        for cut_us in cuts_us:
            cut = np.flatnonzero((self.time_us[:, 0] < cut_us) & (cut_us < self.time_us[:, 1]))
            first = self.time_us[cut, 0]
            found.append(cut)
            along.append((cut_us - first) / (self.time_us[cut, 1] - first))
        index, fraction = np.concatenate(found), np.concatenate(along)
        order = np.lexsort((fraction, index))
        return self.at(index[order], fraction[order])


def path_trace(path: Sequence[Leg | Turn], cuts_us: frozenset[int]) -> Trace:
    """The trace of a path without doubts, steps ending at every one of `cuts_us`."""
    return _path_arcs(path).trace(cuts_us, np.ones(len(path), dtype=np.bool_))


def path_ends(path: Sequence[Leg | Turn]) -> tuple[Trace, Trace]:
    """Where each part of a path starts, and where each one ends."""
    arcs, every = _path_arcs(path), np.arange(len(path))
    return arcs.at(every, np.zeros(len(path))), arcs.at(every, np.ones(len(path)))


def track_trace(track: Track, cuts_us: frozenset[int]) -> Trace:
    """The trace of a track without doubts, samples joined by geodesics, steps ending at every one of `cuts_us`."""
    lon, lat, height, time = track.lon_deg, track.lat_deg, track.height_hae_m, track.time_us
    if time.size == 1:
        lon, lat, height, time = np.repeat(lon, 2), np.repeat(lat, 2), np.repeat(height, 2), np.repeat(time, 2)
    arcs = _leg_arcs(lon, lat, height, time)
    return arcs.trace(cuts_us, np.arange(time.size - 1) == time.size - 2)


def _parts(length_m: ArrayLike, height_m: Floats) -> NDArray[np.int64]:
    climbs = np.ceil(np.abs(height_m[:, 1] - height_m[:, 0]) / HEIGHT_STEP_M).astype(np.int64)
    return np.maximum(steps(length_m), climbs)


def _leg_arcs(lon: Floats, lat: Floats, height: Floats, time: Instants) -> _Arcs:
    """Legs from each of m places to the next, m - 1 of them."""
    azimuth, _, length = GEODESIC.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    heights, times = np.stack([height[:-1], height[1:]], axis=1), np.stack([time[:-1], time[1:]], axis=1)
    return _Arcs(
        lon[:-1],
        lat[:-1],
        np.radians(np.stack([azimuth, azimuth], axis=1)),
        np.stack([np.zeros_like(length), length], axis=1),
        heights,
        times,
        _parts(length, heights),
    )


def _turn_arc(turn: Turn) -> _Arcs:
    start, sweep = np.radians(turn.from_bearing_deg), np.radians(turn.sweep_deg)
    heights = np.array([[turn.start_height_hae_m, turn.end_height_hae_m]], dtype=np.float64)
    chords = np.ceil(np.abs(sweep) / chord_steps([turn.radius_m])).astype(np.int64)
    return _Arcs(
        np.array([turn.lon_deg], dtype=np.float64),
        np.array([turn.lat_deg], dtype=np.float64),
        np.array([[start, start + sweep]]),
        np.full((1, 2), turn.radius_m, dtype=np.float64),
        heights,
        np.array([[turn.start_us, turn.end_us]], dtype=np.int64),
        np.maximum(chords, _parts([0.0], heights)),
    )


def _leg_arc(leg: Leg) -> _Arcs:
    fixes = (leg.start, leg.end)
    lon, lat, height = (
        np.array(values, dtype=np.float64)
        for values in zip(*((fix.lon_deg, fix.lat_deg, fix.height_hae_m) for fix in fixes), strict=True)
    )
    return _leg_arcs(lon, lat, height, np.array([fix.time_us for fix in fixes], dtype=np.int64))


def _path_arcs(path: Sequence[Leg | Turn]) -> _Arcs:
    arcs = [_leg_arc(part) if isinstance(part, Leg) else _turn_arc(part) for part in path]
    return _Arcs(
        *(
            np.concatenate([getattr(arc, name) for arc in arcs])
            for name in ("lon_deg", "lat_deg", "azimuth", "distance_m", "height_m", "time_us", "parts")
        )
    )
