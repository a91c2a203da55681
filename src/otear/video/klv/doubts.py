"""Trust beyond the checksum.

The 16-bit sum of ST 0601 misses two flipped bits that cancel: the same bit of a word, once up and once down, which one
pair of flips in 32 does. Where a stream is whole, nothing more is asked of a packet than its checksum and items that
fill it exactly. Where packets around it are damaged, it must also agree with what stands around it:

* an item that is the same in all trusted packets around is the same here (identity, security set, versions, tags that
  are there or not; everything that does not move);
* its clock lies between its neighbours' clocks;
* latitude, longitude and height, and the gap between the slant range and the distance from sensor to frame centre, lie
  where a line through the neighbours puts them, within what they scatter by themselves. A jump that the neighbours
  on its two sides make too is a jump of the recording, and nobody is blamed for it.

All this cannot see the low bits of a position. With a share f of the packets damaged there are about L = -ln(1 - f)
flips in a packet, and L^2 / 64 of the packets that verify do so by accident (L^2 e^-L / 2 have two flips, of which one
pair in 32 cancels, and e^-L have none). Where that share passes one in a hundred no packet is trusted: f above 0.55.
"""

from __future__ import annotations

from math import exp

import numpy as np
from numba import njit
from numpy.typing import NDArray

from otear.geo.frames import ecef_from_geodetic
from otear.video.klv import scan
from otear.video.klv.columns import Gathered
from otear.video.klv.framing import Frames
from otear.video.klv.items import LAST_TAG, TIME
from otear.video.klv.keys import ST0601_CODE, ST0903_CODE, UNKNOWN_CODE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

REACH = 32
"""Packets on either side that have a say about one packet; also how far a reader has to look ahead."""
_FALSE_SHARE = 0.01
_DENSE = 1.0 - exp(-((64.0 * _FALSE_SHARE) ** 0.5))
_SCATTER = 8.0
_STEP = (1e-7 * 111e3, 2e-7 * 111e3, 0.61, 0.61)
"""Least tolerance in metres: twice the step of a latitude, a longitude, a height, and what heights do to a range."""

_REASONS = {
    "walk": "its items do not fill it exactly",
    "repeat": "an item stands twice in it that may stand once",
    "absent": "it has no checksum, which its standard asks for",
    "unknown": "its universal key is none that is known, so nothing vouches for it",
    "dense": "so many packets around it are damaged that checksums pass by accident",
    "clock": "its clock is out of order among damaged packets",
    "latitude": "its latitude leaves the path among damaged packets",
    "longitude": "its longitude leaves the path among damaged packets",
    "height": "its height leaves the path among damaged packets",
    "range": "its slant range contradicts its places among damaged packets",
}
_SERIES = ("latitude", "longitude", "height", "range")


@njit(cache=True)  # type: ignore[untyped-decorator]
def _digest(data: NDArray[np.uint8], rows: Ints, out: NDArray[np.uint64]) -> None:
    """Fill `out` (n, tags) with a hash of each item of each packet, 0 where it has none (FNV-1a, 64 bits)."""
    for i in range(rows.shape[0]):
        at, stop = rows[i, scan.BODY], rows[i, scan.BODY_STOP]
        while at < stop:
            tag, value, length = scan.walk_item(data, at, stop)
            if tag < 0:
                break
            at = value + length
            if tag < out.shape[1]:
                mix = np.uint64(0xCBF29CE484222325) ^ out[i, tag]
                for k in range(value - 1, at):
                    mix = (mix ^ np.uint64(data[k])) * np.uint64(0x100000001B3)
                out[i, tag] = mix


@njit(cache=True)  # type: ignore[untyped-decorator]
def _odd_ones(digests: NDArray[np.uint64], usable: Mask, asked: Mask, odd: Ints) -> None:
    """Fill `odd` (n,) with the tag of an item that differs from what all usable packets around agree on, 0 for none."""
    count, tags = digests.shape
    for i in range(count):
        if not asked[i]:
            continue
        low, high = max(0, i - REACH), min(count, i + REACH + 1)
        before, after = 0, 0
        for j in range(low, high):
            if usable[j] and j < i:
                before += 1
            elif usable[j] and j > i:
                after += 1
        if before < 2 or after < 2:
            continue
        for tag in range(2, tags):
            agreed, first = True, True
            common = digests[i, tag]
            for j in range(low, high):
                if j == i or not usable[j]:
                    continue
                if first:
                    common, first = digests[j, tag], False
                elif digests[j, tag] != common:
                    agreed = False
                    break
            if agreed and common != digests[i, tag]:
                odd[i] = tag
                break


@njit(cache=True)  # type: ignore[untyped-decorator]
def _departures(values: Floats, clock: Floats, usable: Mask, off: Floats, scatter: Floats) -> None:
    """How far each value stands off the line through its two usable neighbours on either side, and they themselves.

    `off` and `scatter` (n,) get the distance and the largest distance of a neighbour, NaN where there are not four.
    """
    count = values.size
    near = np.zeros(4, dtype=np.int64)
    for i in range(count):
        off[i] = scatter[i] = np.nan
        found = 0
        j = i - 1
        while j >= max(0, i - REACH) and found < 2:
            if usable[j] and values[j] == values[j]:
                near[found] = j
                found += 1
            j -= 1
        j = i + 1
        while found >= 2 and j < min(count, i + REACH + 1) and found < 4:
            if usable[j] and values[j] == values[j]:
                near[found] = j
                found += 1
            j += 1
        if found < 4:
            continue
        mean_x, mean_y, xx, xy = 0.0, 0.0, 0.0, 0.0
        for k in near:
            mean_x += (clock[k] - clock[i]) / 4.0
            mean_y += values[k] / 4.0
        for k in near:
            x = clock[k] - clock[i] - mean_x
            xx += x * x
            xy += x * (values[k] - mean_y)
        slope = xy / xx if xx > 0.0 else 0.0
        worst = 0.0
        for k in near:
            worst = max(worst, abs(values[k] - mean_y - slope * (clock[k] - clock[i] - mean_x)))
        off[i] = abs(values[i] - mean_y + slope * mean_x)
        scatter[i] = worst


@njit(cache=True)  # type: ignore[untyped-decorator]
def _leaves(  # noqa: PLR0917 - a compiled loop takes its arrays one by one
    off: Floats, scatter: Floats, usable: Mask, asked: Mask, step: float, out: Mask
) -> None:
    """Fill `out` where a value stands further off its neighbours than values around there do by themselves."""
    count = off.size
    around = np.zeros(2 * REACH + 1)
    for i in range(count):
        if not asked[i] or off[i] != off[i]:
            continue
        found = 0
        for j in range(max(0, i - REACH), min(count, i + REACH + 1)):
            if usable[j] and j != i and off[j] == off[j]:
                around[found] = off[j]
                found += 1
        if found < 4:
            continue
        tolerance = step + _SCATTER * np.median(around[:found])
        out[i] = off[i] > tolerance and scatter[i] <= tolerance


def _share(marked: Mask) -> Floats:
    """Share of marked packets within `REACH` of each, itself included, shape (n,)."""
    total = np.concatenate([[0], np.cumsum(marked)])
    index = np.arange(len(marked))
    low, high = np.maximum(index - REACH, 0), np.minimum(index + REACH + 1, len(marked))
    return np.asarray((total[high] - total[low]) / np.maximum(high - low, 1), dtype=np.float64)


def _clock_contradicts(time_us: Ints, usable: Mask, asked: Mask) -> Mask:
    """Where the nearest usable neighbours' clocks run forward and this one is not between them, shape (n,)."""
    index = np.arange(len(time_us))
    timed = usable & (time_us >= 0)
    last = np.maximum.accumulate(np.where(timed, index, -1))
    following = np.minimum.accumulate(np.where(timed, index, len(index))[::-1])[::-1]
    before = np.concatenate([[-1], last[:-1]])
    after = np.concatenate([following[1:], [len(index)]])
    both = (before >= 0) & (after < len(index)) & asked & (time_us >= 0)
    early, late = time_us[np.maximum(before, 0)], time_us[np.minimum(after, len(index) - 1)]
    return np.asarray(both & (early < late) & ((time_us < early) | (time_us > late)), dtype=np.bool_)


def _series(items: Gathered) -> list[Floats]:
    """Latitude, longitude, height in metres from anywhere, and slant range less the distance to the frame centre."""
    lat, lon, height = items.real(13), items.real(14), items.real(15)
    for tag in (104, 75):
        height = np.where(np.isnan(height), items.real(tag), height)
    centre_height = np.where(np.isnan(items.real(25)), items.real(78), items.real(25))
    sensor = ecef_from_geodetic(np.radians(lat), np.radians(lon), height)
    centre = ecef_from_geodetic(np.radians(items.real(23)), np.radians(items.real(24)), centre_height)
    gap = np.linalg.norm(np.subtract(sensor, centre), axis=-1) - items.real(21)
    # A slant range of nothing is one that was not filled in.
    gap[items.real(21) == 0.0] = np.nan
    return [lat * 111e3, lon * 111e3 * np.cos(np.radians(lat)), height, gap]


def judge(frames: Frames, items: Gathered) -> tuple[Mask, dict[int, tuple[str, ...]]]:
    """Which packets of one stream's consecutive packets are trusted, shape (n,), and the doubts about others by row.

    Give `REACH` packets of context on either side and use what is said of those between.
    """
    summed = np.isin(frames.standard, (ST0601_CODE, ST0903_CODE))
    verified = frames.verdict == scan.GOOD
    found: dict[str, Mask] = {
        "walk": ~items.ends_well & (frames.verdict != scan.BAD),
        "absent": (frames.verdict == scan.ABSENT) & summed,
        "unknown": frames.standard == UNKNOWN_CODE,
    }
    damaged = frames.damaged | found["absent"] | found["walk"]
    odd = np.zeros(len(frames), dtype=np.int64)
    if damaged.any():
        share = _share(damaged)
        sound = verified & ~found["walk"] & (frames.standard == ST0601_CODE)
        asked = sound & (share > 0.0)
        found["dense"] = asked & (share > _DENSE)
        found["repeat"] = asked & items.repeats
        usable = sound & ~items.repeats
        digests = np.zeros((len(frames), LAST_TAG + 1), dtype=np.uint64)
        _digest(frames.data, np.where(sound[:, None], frames.rows, 0), digests)
        _odd_ones(digests, usable, asked, odd)
        usable = usable & (odd == 0)
        time_us = items.whole(TIME)
        found["clock"] = _clock_contradicts(time_us, usable, asked)
        usable = usable & ~found["clock"]
        clock = np.where(time_us >= 0, (time_us - time_us.max(initial=0)) / 1e6, 0.0)
        off, scatter = np.zeros(len(frames)), np.zeros(len(frames))
        for name, values, step in zip(_SERIES, _series(items), _STEP, strict=True):
            found[name] = np.zeros(len(frames), dtype=np.bool_)
            _departures(values, clock, usable, off, scatter)
            _leaves(off, scatter, usable, asked, step, found[name])
    doubts: dict[int, tuple[str, ...]] = {}
    for name, mask in found.items():
        for row in np.flatnonzero(mask):
            doubts[int(row)] = (*doubts.get(int(row), ()), _REASONS[name])
    for row in np.flatnonzero(odd):
        reason = f"its item {odd[row]} differs from what all around it agree on"
        doubts[int(row)] = (*doubts.get(int(row), ()), reason)
    trusted = frames.verdict != scan.BAD
    trusted[list(doubts)] = False
    return trusted, doubts
