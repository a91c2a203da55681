"""Hot spots in thermal pictures: small, compact, hotter than everything about them, and near the top of the picture.

The picture is brought to `_FINE_M` and cut into blocks. Where the hottest pixel of a block is far above the median of
the blocks about it, the region about that pixel is grown: down to half of its height above that median, and, where what
it stands against is warm as well and the region runs away, down to 0.8 and 0.93 of it. A region that stays small and
compact is measured against a ring beyond a guard band: `room`, how much of what the picture had left above the ring's
median it takes, and its contrast in spreads of the ring. Medians and quantiles make it indifferent to single pixels and
to a hot neighbour; a warm roof, a road or its edge has no end within `_LONGEST_M`, and is left out.

A camera's automatic gain makes the usual range of a scene fill the grey values: what works is beyond it, and saturates.
Where something large and very hot has taken the gain for itself, all else is squeezed together, and `_ABOVE_SPREAD`
spreads of the whole picture count as much as white does. By day dark paint and plastic in the sun are as hot as a
generator: no single picture tells them apart.

People and herds are warm too, and a picture that saturates does not say how warm. What is as small or as narrow as a
person is left out, and so is what is small and has other warm things beside it; a few people who stand so close that
they are one patch, and alone, can still pass.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from otear.detect.base import KINDS, NONE, Detections, Picture, Pixels
from otear.domain.authority import SensorKind
from otear.domain.kinds import CueKind
from otear.errors import SettingError
from otear.geo.frames import Floats

_FINE_M = 0.2
_BLOCK_M, _ABOUT_M = 1.6, 24.0
_GUARD_M, _RING_M = 1.0, 4.0
_LONGEST_M = 10.0
"""A brick kiln seen from the side; the height of what stands counts as length on the ground."""
_LEAST_M2, _NARROWEST_M, _MOST_ASPECT = 1.0, 0.78, 2.6
"""Across the line of sight. A person is smaller than a hearth from above, and narrower than a generator from the side.
"""
_LEAST_PX, _LEAST_FILL, _LEAST_SOLID = 3, 0.45, 0.76
"""The shares of its box, and of its convex hull, that a region fills."""
_LARGE_M2, _HOT_SHARE, _COMPANY_M2 = 18.0, 0.45, 0.5
"""Kilns stand in rows: about what is as large, a share of the ring may be as hot. What is smaller stands alone; where
there is more like it near by, it may be a group of people, or a herd, and is left out."""
_NOISE = 3.0
"""Grey levels: no ring is taken to be smoother."""
_USUAL = np.array([0.05, 0.95])
"""Between these shares of a picture's pixels lies its spread."""
_ABOVE_SPREAD = 7.0
_MOST = 150
"""Blocks of a picture that are looked at closely, those first that are furthest above what is about them."""
_COLUMNS = 10
_NEXT = np.ones((3, 3), dtype=np.uint8)


@dataclass(frozen=True)
class HotSpot:
    """Finds heat sources: generators, hearths, burning pits, kilns. `least_score` was chosen on simulated worlds."""

    least_score: float = 0.8

    @property
    def name(self) -> str:
        """Which detector, and its version."""
        return "hot-spot 1"

    @property
    def sensors(self) -> frozenset[SensorKind]:
        """Thermal."""
        return frozenset({SensorKind.THERMAL})

    @property
    def kinds(self) -> frozenset[CueKind]:
        """Heat sources."""
        return frozenset({CueKind.HEAT_SOURCE})

    def detect(self, picture: Picture) -> Detections:
        """Boxes about hot spots, the hottest first. The score grows with the contrast. Raises `SettingError` for a
        picture of another sensor or without a ground sample distance."""
        if picture.sensor not in self.sensors:
            raise SettingError(
                f"{self.name} is for thermal pictures, not {picture.sensor}",
                field="sensor",
                remedy="Take a detector for this sensor",
            )
        if not picture.gsd_m > 0.0:
            raise SettingError(
                f"a ground sample distance of {picture.gsd_m} m says nothing of sizes",
                field="gsd_m",
                remedy="Give metres for each pixel",
            )
        times = max(int(_FINE_M / picture.gsd_m + 1e-6), 1)
        fine, gsd_m = _shrunk(picture.heat, times), picture.gsd_m * times
        block = max(round(_BLOCK_M / gsd_m), 1)
        if min(fine.shape) < 3 * block:
            return NONE
        across_m = gsd_m * np.sqrt(max(np.sin(np.radians(picture.depression_deg)), 0.1))
        found, spread = _found(fine, block, gsd_m, float(across_m))
        score = _scores(found, spread)
        keep = np.flatnonzero((score >= self.least_score) & _alone(found, float(across_m)))
        keep = np.array([row for row in keep.tolist() if _solid(fine, found[row])], dtype=np.intp)
        keep = keep[np.argsort(-score[keep], kind="stable")]
        kind = np.full(len(keep), KINDS.index(CueKind.HEAT_SOURCE), dtype=np.int8)
        boxes = (found[keep, :4] * times).astype(np.float32)
        return Detections(boxes, kind, score[keep].astype(np.float32))


def _shrunk(grey: Pixels, times: int) -> Pixels:
    """Every block of so many pixels as its mean."""
    rows, columns = (side // times for side in grey.shape)
    if times == 1:
        return np.ascontiguousarray(grey)
    part = grey[: rows * times, : columns * times]
    return np.asarray(cv2.resize(part, (columns, rows), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _found(fine: Pixels, block: int, gsd_m: float, across_m: float) -> tuple[Floats, float]:
    """Compact regions, as `_measured` has them, and the spread of the whole picture in grey levels. A pixel is
    `across_m` wide and high across the line of sight."""
    coarse = _shrunk(fine, block)
    rows, columns = coarse.shape
    # Every other block is enough for the median, which takes most of the time.
    fewer = _shrunk(coarse, 2)
    fewer = cv2.medianBlur(fewer, min(round(_ABOUT_M / (2 * block * gsd_m)), 127) | 1)
    median = cv2.resize(fewer, (columns, rows), interpolation=cv2.INTER_NEAREST)
    part = fine[: rows * block, : columns * block]
    hottest = cv2.dilate(part, np.ones((block, block), dtype=np.uint8), anchor=(0, 0))[::block, ::block]
    hottest = np.ascontiguousarray(hottest)
    levels = np.searchsorted(np.cumsum(cv2.calcHist([coarse], [0], None, [256], [0, 256])), _USUAL * coarse.size)
    spread = float(max(levels[1] - levels[0], 2.0 * _NOISE))
    gate = np.clip(0.5 * np.minimum(255.0 - np.arange(256.0), _ABOVE_SPREAD * spread), 4.0 * _NOISE, 255.0)
    above = cv2.subtract(hottest, median)
    peak = (above >= cv2.LUT(median, gate.astype(np.uint8))) & (hottest == cv2.dilate(hottest, _NEXT))
    row, column = np.nonzero(peak)
    order = np.argsort(-above[row, column].astype(np.int16), kind="stable")[:_MOST]
    row, column = row[order], column[order]
    least = max(int(np.ceil(_LEAST_M2 / across_m**2)), _LEAST_PX), int(np.ceil(_NARROWEST_M / across_m))
    sizes = [max(round(metres / gsd_m), 1) for metres in (_LONGEST_M, _GUARD_M, _RING_M)]
    result = np.empty((len(row), _COLUMNS))
    return result[: _measured(fine, row, column, block, median[row, column], *least, *sizes, result)], spread


def _alone(found: Floats, across_m: float) -> NDArray[np.bool_]:
    """Which regions are large, or have next to nothing about them that is as hot."""
    count, hot = found[:, 8:].T * across_m**2
    return np.asarray((count >= _LARGE_M2) | (hot <= _COMPANY_M2))


def _solid(fine: Pixels, row: Floats) -> bool:
    """Whether the region of a row has hardly a dent. A hull of pixels reaches half a pixel beyond their middles."""
    left, top, right, bottom = row[:4].astype(int)
    hot = (fine[top:bottom, left:right] >= row[7]).astype(np.uint8)
    outlines, _ = cv2.findContours(hot, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    hull = cv2.convexHull(max(outlines, key=len))
    area = cv2.contourArea(hull) + 0.5 * cv2.arcLength(hull, closed=True) + 1.0
    # One pixel may be missing: of what is few pixels large, that is a dent already.
    return bool(row[8] + 1.0 >= _LEAST_SOLID * area)


def _scores(found: Floats, spread: float) -> Floats:
    """The score of each region from what stands out of what."""
    level, median, ring = found[:, 4:7].T
    contrast = np.maximum(level - median, 0.0)
    room = np.clip(contrast / np.minimum(np.maximum(255.0 - median, 1.0), _ABOVE_SPREAD * spread), 0.0, 1.0)
    apart = contrast / np.maximum(ring, _NOISE)
    return np.asarray(room**2 * apart / (apart + 0.5), dtype=np.float64)


@njit(cache=True)  # type: ignore[untyped-decorator]
def _measured(  # noqa: PLR0917 - compiled functions take plain numbers and arrays
    fine: Pixels, row: NDArray[np.int64], column: NDArray[np.int64], block: int, median: Pixels,
    least: int, narrowest: int, longest: int, guard: int, ring: int, result: Floats,
) -> int:  # fmt: skip
    """Grow and measure the region of each block's hottest pixel; returns how many rows of `result` were filled.

    A row: left, top, right, bottom; the region's median; median and spread (half of the way from the 16th to the 84th
    percentile) of those pixels of the ring that are not as hot; the grey level from which on a pixel is as hot; how
    many are in the region, and how many outside of it.
    """
    rows, columns = fine.shape
    side = 2 * longest + 1
    mark = np.zeros((side, side), dtype=np.int32)
    stack = np.empty(side * side, dtype=np.int32)
    own, about = np.zeros(256, dtype=np.int64), np.zeros(256, dtype=np.int64)
    marked = 0
    filled = 0
    for k in range(len(row)):
        y0, x0 = row[k] * block, column[k] * block
        peak = 0
        for y in range(row[k] * block, row[k] * block + block):
            for x in range(column[k] * block, column[k] * block + block):
                if fine[y, x] > peak:
                    peak, y0, x0 = int(fine[y, x]), y, x
        known = False
        for other in range(filled):
            known = known or (result[other, 0] <= x0 < result[other, 2] and result[other, 1] <= y0 < result[other, 3])
        if known:
            continue
        for share in (50, 80, 93):
            floor = (peak * share + int(median[k]) * (100 - share) + 50) // 100
            marked += 1
            own[:] = 0
            top, bottom, left, right = y0, y0, x0, x0
            stack[0] = longest * side + longest
            mark[longest, longest] = marked
            waiting, count = 1, 0
            while waiting > 0 and bottom - top < longest and right - left < longest:
                waiting -= 1
                at = stack[waiting]
                y, x = at // side - longest + y0, at % side - longest + x0
                count += 1
                own[fine[y, x]] += 1
                top, bottom, left, right = min(top, y), max(bottom, y), min(left, x), max(right, x)
                for v in range(max(y - 1, y0 - longest, 0), min(y + 2, y0 + longest + 1, rows)):
                    for u in range(max(x - 1, x0 - longest, 0), min(x + 2, x0 + longest + 1, columns)):
                        i, j = v - y0 + longest, u - x0 + longest
                        if mark[i, j] != marked and fine[v, u] >= floor:
                            mark[i, j] = marked
                            stack[waiting] = i * side + j
                            waiting += 1
            if bottom - top < longest and right - left < longest:
                break
        else:
            continue
        wide, high = right - left + 1, bottom - top + 1
        short, long = min(wide, high), max(wide, high)
        if short < narrowest or long > _MOST_ASPECT * short or count < max(least, _LEAST_FILL * short * long):
            continue
        about[:] = 0
        cool, hot = 0, -count
        for y in range(max(top - guard - ring, 0), min(bottom + guard + ring + 1, rows)):
            level_with = top - guard <= y <= bottom + guard
            for x in range(max(left - guard - ring, 0), min(right + guard + ring + 1, columns)):
                if fine[y, x] >= floor:
                    hot += 1
                elif not (level_with and left - guard <= x <= right + guard):
                    about[fine[y, x]] += 1
                    cool += 1
        if hot > _HOT_SHARE * (hot + cool):
            continue
        result[filled, 0], result[filled, 1], result[filled, 2], result[filled, 3] = left, top, right + 1, bottom + 1
        result[filled, 4] = _quantile(own, count, 0.5)
        result[filled, 5] = _quantile(about, cool, 0.5)
        result[filled, 6] = 0.5 * (_quantile(about, cool, 0.84) - _quantile(about, cool, 0.16))
        result[filled, 7], result[filled, 8], result[filled, 9] = floor, count, hot
        filled += 1
    return filled


@njit(cache=True)  # type: ignore[untyped-decorator]
def _quantile(counts: NDArray[np.int64], total: int, share: float) -> int:
    """The grey level up to which a share of what was counted lies."""
    below = 0
    for level in range(256):
        below += counts[level]
        if below >= share * total:
            return level
    return 255
