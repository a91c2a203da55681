"""Where in space and time a trace is within volumes, and which of its steps meet an exclusion.

Never permissive: a step counts as inside only where it, with its margin, is inside for all of its time and at all of
its heights. Volumes add up: areas that abut, windows that follow on one another, bands that are stacked. Where a step
passes from one band into another, each part of its heights must be held by the union of the areas open to that part.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from otear.authority.areas import Bools, touches, within_union
from otear.authority.paths import Instants, Trace
from otear.domain.authority import AltitudeBand, Datum, Exclusion, Volume, Window
from otear.geo.frames import Floats


def cuts_us(volumes: Iterable[Volume], exclusions: Iterable[Exclusion]) -> frozenset[int]:
    """The moments at which a volume or an exclusion begins or ends to hold: steps of a trace must not run over them."""
    windows = [volume.window for volume in volumes]
    windows += [exclusion.window for exclusion in exclusions if exclusion.window is not None]
    return frozenset(moment for window in windows for moment in (window.start_us, window.end_us))


def in_time(window: Window, trace: Trace) -> Bools:
    """Which steps of a trace are wholly within a window."""
    return np.asarray((window.start_us <= trace.starts_us) & (trace.ends_us <= window.end_us), dtype=np.bool_)


def in_band(band: AltitudeBand, trace: Trace, height_error_m: float) -> Bools:
    """Which steps of a trace are wholly within a band of altitudes."""
    low, high = trace.heights(band.datum)
    return _between(band, low - height_error_m, high + height_error_m)


def within(volumes: tuple[Volume, ...], trace: Trace, margin_m: float, height_error_m: float) -> Bools:
    """Which steps of a trace the volumes hold together, with a margin around and above and below, shape (n,)."""
    timely = [in_time(volume.window, trace) for volume in volumes]
    whole = [t & in_band(volume.altitude, trace, height_error_m) for volume, t in zip(volumes, timely, strict=True)]
    held = np.zeros(trace.count, dtype=np.bool_)
    for volume, steps in zip(volumes, whole, strict=True):
        held |= within_union((volume.area,), trace, margin_m, steps & ~held)
    for datum in Datum:
        if len(volumes) > 1 and not held.all():
            parts = _parts(volumes, trace, ~held, height_error_m, datum)
            usable = [
                t[parts.step] & _between(volume.altitude, parts.low_m, parts.high_m)
                if volume.altitude.datum is datum
                else w[parts.step]
                for volume, t, w in zip(volumes, timely, whole, strict=True)
            ]
            held |= _held_in_all(volumes, trace, margin_m, parts.step, np.stack(usable, axis=1))
    return held


class _Parts(NamedTuple):
    """Steps cut by height into m parts: which step each is of, and its lowest and highest height, shape (m,)."""

    step: NDArray[np.int64]
    low_m: Floats
    high_m: Floats


def _parts(volumes: tuple[Volume, ...], trace: Trace, among: Bools, height_error_m: float, datum: Datum) -> _Parts:
    """Some steps, cut wherever a band of altitudes above a datum begins or ends.

    Bands above the other datum do not cut: where their limits lie in this one cannot be said exactly.
    """
    low, high = trace.heights(datum)
    low, high = low - height_error_m, high + height_error_m
    bands = [volume.altitude for volume in volumes if volume.altitude.datum is datum]
    limits = np.unique([limit for band in bands for limit in (band.lower_m, band.upper_m)])
    first, last = np.searchsorted(limits, low, side="right"), np.searchsorted(limits, high, side="left")
    counts = np.where(among, np.maximum(last - first, 0) + 1, 0)
    step = np.repeat(np.arange(trace.count), counts)
    below = first[step] + np.arange(step.size) - np.repeat(np.cumsum(counts) - counts, counts)
    edges = np.concatenate([[-np.inf], limits, [np.inf]])
    part_low, part_high = np.maximum(low[step], edges[below]), np.minimum(high[step], edges[below + 1])
    return _Parts(step, part_low, part_high)


def _held_in_all(
    volumes: tuple[Volume, ...], trace: Trace, margin_m: float, step: NDArray[np.int64], usable: Bools
) -> Bools:
    """Which steps the union of the usable volumes holds in each of their parts.

    `step` (m,) is the step that a part is of, `usable` (m, volumes) says which volumes hold the part's heights.
    """
    held = np.ones(trace.count, dtype=np.bool_)
    for choice in np.unique(usable, axis=0):
        chosen = np.zeros(trace.count, dtype=np.bool_)
        chosen[step[(usable == choice).all(axis=1)]] = True
        areas = tuple(dict.fromkeys(volume.area for volume, use in zip(volumes, choice, strict=True) if use))
        held &= ~chosen | within_union(areas, trace, margin_m, chosen)
    return held


def met(exclusion: Exclusion, trace: Trace, margin_m: float, height_error_m: float) -> Bools:
    """Which steps of a trace come into an exclusion, or within a margin of it, while it holds, shape (n,)."""
    steps = during(exclusion, trace.starts_us, trace.ends_us)
    if exclusion.altitude is not None:
        low, high = trace.heights(exclusion.altitude.datum)
        lower, upper = exclusion.altitude.lower_m - height_error_m, exclusion.altitude.upper_m + height_error_m
        steps &= ~((high < lower) | (low > upper))
    return touches(exclusion.area, trace, margin_m, steps)


def during(exclusion: Exclusion, starts_us: Instants, ends_us: Instants) -> Bools:
    """Which spans of time, from a start until just before an end, an exclusion holds in."""
    if exclusion.window is None:
        return np.ones(starts_us.shape, dtype=np.bool_)
    window = exclusion.window
    return np.asarray((starts_us < window.end_us) & (window.start_us < ends_us), dtype=np.bool_)


def _between(band: AltitudeBand, low: Floats, high: Floats) -> Bools:
    return np.asarray((band.lower_m <= low) & (high <= band.upper_m), dtype=np.bool_)
