"""Patches of a colour that is foreign to its surroundings, by the detector of I. Reed and X. Yu (1990).

The anomaly of a pixel with colour c is the Mahalanobis distance d = sqrt((c - m)' C^-1 (c - m)) from the mean m and the
covariance C of what is about it: a window of `_ABOUT_M` without the `_GUARD_M` in its middle, so that what is looked
for does not hide itself. Neighbouring pixels far out make a patch.

An anomaly is no more than that: a roof, a vehicle, a pool among trees are as foreign as a tarpaulin, and a tarpaulin
of the colour of its surroundings is none. What a patch is called follows from its size alone: of one colour and from 3
to 16 m it is STRUCTURE, for most such patches are roofs. How often that is so, its calibration says. A patch of several
colours or with gaps is called nothing, however blue: drums look so, and so do people who stand together.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numba import njit

from otear.detect.base import KINDS, NONE, Detections, Picture, Pixels, Singles
from otear.domain.authority import SensorKind
from otear.domain.kinds import CueKind
from otear.errors import SettingError
from otear.geo.frames import Floats

_FINE_M, _BLOCK_M = 0.25, 2.0
_ABOUT_M, _GUARD_M = 60.0, 20.0
_FAR = 5.0
"""The Mahalanobis distance from which on a pixel is foreign."""
_NOISE = 4.0
"""Grey levels, the least spread of any surroundings."""
_STRUCTURE_M, _NARROWEST_M = (3.0, 16.0), 1.2
_GAP_M = 0.75
"""Foreign pixels with no more between them are of one patch."""
_LEAST_FILL, _ONE_COLOUR, _WHOLE = 0.45, 22.0, 0.85
"""The share of its box that a patch fills; how far (grey levels, 1-sigma) the colours of a roof may differ; and the
share of a patch that is foreign itself, and no gap between smaller ones."""


@dataclass(frozen=True)
class ColourAnomaly:
    """Finds patches of foreign colour in visible pictures; made for key frames, not for each picture."""

    least_score: float = 0.6

    @property
    def name(self) -> str:
        """Which detector, and its version."""
        return "colour anomaly 2"

    @property
    def sensors(self) -> frozenset[SensorKind]:
        """Visible."""
        return frozenset({SensorKind.VISIBLE})

    @property
    def kinds(self) -> frozenset[CueKind]:
        """What patches are called."""
        return frozenset({CueKind.STRUCTURE})

    def detect(self, picture: Picture) -> Detections:
        """Boxes about patches, the most foreign first; the score d / (d + `_FAR`) is that of their mean distance.
        Raises `SettingError` for a picture of another sensor, without colours, or without a ground sample distance."""
        if picture.sensor not in self.sensors or picture.pixels.ndim != 3:
            raise SettingError(
                f"{self.name} is for visible pictures in colours, not for {picture.sensor} ones, nor grey ones",
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
        fine, gsd_m = _shrunk(picture.pixels, times), picture.gsd_m * times
        if min(fine.shape[:2]) * gsd_m < 2.0 * _GUARD_M:
            return NONE
        found = _patches(fine, distances(fine, gsd_m), gsd_m)
        found = found.rows(found.score >= self.least_score)
        found = found.rows(np.argsort(-found.score, kind="stable"))
        return Detections((found.boxes * times).astype(np.float32), found.kind, found.score)


def distances(colours: Pixels, gsd_m: float) -> Singles:
    """The Mahalanobis distance of each pixel from its surroundings, (rows, columns).

    Mean and covariance are those of the block that the pixel is in: they hardly change from one to the next.
    """
    block = max(round(_BLOCK_M / gsd_m), 1)
    outer, inner = (max(round(metres / (block * gsd_m)), 1) | 1 for metres in (_ABOUT_M, _GUARD_M))
    sums = _sums(colours, block)
    about = np.stack([_windowed(plane, outer) - _windowed(plane, inner) for plane in np.moveaxis(sums, 2, 0)], axis=2)
    about /= np.maximum(about[..., :1], 1.0)
    mean, product = about[..., 1:4], about[..., 4:]
    covariance = product[..., _SQUARE] - mean[..., :, None] * mean[..., None, :] + _NOISE**2 * np.eye(3)
    result = np.empty(colours.shape[:2], dtype=np.float32)
    _measured(colours, block, mean, np.linalg.inv(covariance), result)
    return result


_SQUARE = np.array([[0, 1, 2], [1, 3, 4], [2, 4, 5]])
"""Where in the six products each entry of the covariance is."""


def _windowed(plane: Floats, side: int) -> Floats:
    return np.asarray(cv2.boxFilter(plane, -1, (side, side), normalize=False, borderType=cv2.BORDER_CONSTANT))


@njit(cache=True)  # type: ignore[untyped-decorator]
def _sums(colours: Pixels, block: int) -> Floats:
    """Of each block the number of pixels, the sums of the three colours, and of their six products."""
    rows, columns, _ = colours.shape
    result = np.zeros((-(-rows // block), -(-columns // block), 10))
    for i in range(result.shape[0]):
        for j in range(result.shape[1]):
            n, r, g, b, rr, rg, rb, gg, gb, bb = 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
            for y in range(i * block, min((i + 1) * block, rows)):
                for x in range(j * block, min((j + 1) * block, columns)):
                    red, green, blue = int(colours[y, x, 0]), int(colours[y, x, 1]), int(colours[y, x, 2])
                    n, r, g, b = n + 1, r + red, g + green, b + blue
                    rr, rg, rb = rr + red * red, rg + red * green, rb + red * blue
                    gg, gb, bb = gg + green * green, gb + green * blue, bb + blue * blue
            result[i, j] = (n, r, g, b, rr, rg, rb, gg, gb, bb)
    return result


@njit(cache=True)  # type: ignore[untyped-decorator]
def _measured(colours: Pixels, block: int, mean: Floats, inverse: Floats, result: Singles) -> None:
    """The distance of each pixel from the mean of its block, by the inverse covariance of its block."""
    rows, columns, _ = colours.shape
    for i in range(mean.shape[0]):
        for j in range(mean.shape[1]):
            first, second, third = mean[i, j]
            each = inverse[i, j]
            for y in range(i * block, min((i + 1) * block, rows)):
                for x in range(j * block, min((j + 1) * block, columns)):
                    r, g, b = colours[y, x, 0] - first, colours[y, x, 1] - second, colours[y, x, 2] - third
                    square = r * r * each[0, 0] + g * g * each[1, 1] + b * b * each[2, 2]
                    square += 2.0 * (r * g * each[0, 1] + r * b * each[0, 2] + g * b * each[1, 2])
                    result[y, x] = np.sqrt(max(square, 0.0))


def _patches(colours: Pixels, distance: Singles, gsd_m: float) -> Detections:
    """Connected pixels that are foreign, where they have the size, the shape and the one colour of a thing."""
    foreign = (distance >= _FAR).astype(np.uint8)
    gap = np.ones((max(round(_GAP_M / gsd_m), 1) | 1,) * 2, dtype=np.uint8)
    count, label, stats, _ = cv2.connectedComponentsWithStats(cv2.morphologyEx(foreign, cv2.MORPH_CLOSE, gap))
    wide, high, area = (stats[:, axis] for axis in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
    longest, narrowest = np.maximum(wide, high) * gsd_m, np.minimum(wide, high) * gsd_m
    fits = (longest >= _STRUCTURE_M[0]) & (longest <= _STRUCTURE_M[1]) & (narrowest >= _NARROWEST_M)
    fits &= area >= _LEAST_FILL * wide * high
    fits[0] = False
    row, column = np.nonzero(fits[label] & (foreign == 1))
    owner = label[row, column]
    pixels = np.maximum(np.bincount(owner, minlength=count), 1)

    def mean(of: Floats) -> Floats:
        return np.asarray(np.bincount(owner, of, count) / pixels)

    each = colours[row, column].astype(np.float64)
    middle = np.stack([mean(each[:, i]) for i in range(3)], axis=1)
    spread = np.sqrt(np.stack([mean((each[:, i] - middle[owner, i]) ** 2) for i in range(3)], axis=1).mean(axis=1))
    away = mean(distance[row, column].astype(np.float64))
    kept = np.flatnonzero(fits & (spread <= _ONE_COLOUR) & (pixels >= _WHOLE * area))
    left, top = stats[kept, cv2.CC_STAT_LEFT], stats[kept, cv2.CC_STAT_TOP]
    boxes = np.stack([left, top, left + wide[kept], top + high[kept]], axis=1).astype(np.float32)
    kind = np.full(len(kept), KINDS.index(CueKind.STRUCTURE), dtype=np.int8)
    return Detections(boxes, kind, (away[kept] / (away[kept] + _FAR)).astype(np.float32))


def _shrunk(colours: Pixels, times: int) -> Pixels:
    """Every block of so many pixels as its mean."""
    rows, columns = (side // times for side in colours.shape[:2])
    if times == 1:
        return np.ascontiguousarray(colours)
    part = colours[: rows * times, : columns * times]
    return np.asarray(cv2.resize(part, (columns, rows), interpolation=cv2.INTER_AREA), dtype=np.uint8)
