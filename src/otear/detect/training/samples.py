"""Training samples: a labelled frame becomes a crop with what a network should answer to it. Needs no torch.

Each sample is drawn by a generator of its own, so that it is the same however many processes draw them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from otear.detect.base import KINDS, Picture, Pixels, Singles
from otear.detect.labels import Frame, Labels
from otear.detect.levels import levelled
from otear.detect.training.upright import strewn
from otear.domain.kinds import CueKind

STRIDE = 4
"""Pixels of the picture per cell of the answer."""
CROP_PX = 416
NOT_ASKED = 255
_LEAST_PX = 3.0
_KEPT_SHARE = 0.5
"""A thing of which the crop shows less is not asked for."""
_JITTER = (0.6, 1.6)
_OFTEN = 0.3
_MOST_TIMES = 4
_SPREAD = 0.09
"""Deviation of the hill over a thing's middle, as a share of its width and height (TTFNet: Z. Liu and others 2020)."""


@dataclass(frozen=True)
class Range:
    """Ground sample distances of training, in metres; finer pictures are scaled down to `finest_m`."""

    finest_m: float
    coarsest_m: float


@dataclass(frozen=True, eq=False)
class Sample:
    """`level` (channels, CROP_PX, CROP_PX) as `levels.levelled` makes it, of pixels of `gsd_m`.

    `heat` (kinds, rows, columns) uint8 in cells: 254 at the middle of a thing, falling to 0, NOT_ASKED where nothing is
    known. `cells` (n, 3) int64 are kind, row and column of cells that know a thing's box, `boxes` (n, 4) their boxes in
    pixels of the crop, `weight` (n,) their share of the thing, adding up to 1.
    """

    level: Singles
    gsd_m: float
    heat: NDArray[np.uint8]
    cells: NDArray[np.int64]
    boxes: Singles
    weight: Singles


def sample(frame: Frame, picture: Picture, kinds: Sequence[CueKind], ranges: Range, rng: np.random.Generator) -> Sample:
    """A crop of a frame and its picture, scaled, turned, mirrored and worn at random; `kinds` are what the network
    answers to."""
    crop, labels, gsd_m = _cropped(picture, frame.labels, ranges, rng)
    worn = _worn(strewn(crop, gsd_m, frame.depression_deg, solid(labels), rng), rng)
    part = levelled(Picture(worn, frame.sensor, gsd_m, frame.depression_deg))
    level = np.zeros((len(part), CROP_PX, CROP_PX), dtype=np.float32)
    level[:, : part.shape[1], : part.shape[2]] = part
    heat, cells, boxes, weight = answers(labels, frame.kinds, kinds)
    return Sample(level, gsd_m, heat, cells, boxes, weight)


def solid(labels: Labels) -> Singles:
    """Boxes of labels that nothing else can stand in: of all but clearings."""
    return np.asarray(labels.boxes[[KINDS[k] is not CueKind.CLEARING for k in labels.kind]])


def repeated(frames: Sequence[Frame], kinds: Sequence[CueKind]) -> list[int]:
    """Rows of frames for one pass, rare kinds more often: a frame with a kind that is in the share f of the frames in
    which it was looked for comes sqrt(`_OFTEN` / f) times, `_MOST_TIMES` at most (A. Gupta and others 2019)."""
    shown = [{KINDS[k] for k in frame.labels.kind[frame.labels.counts]} for frame in frames]
    times = np.ones(len(frames))
    for kind in kinds:
        asked = [k for k, frame in enumerate(frames) if kind in frame.kinds]
        having = [k for k in asked if kind in shown[k]]
        if having:
            times[having] = np.maximum(times[having], np.sqrt(_OFTEN * len(asked) / len(having)))
    often = np.minimum(np.round(times), _MOST_TIMES).astype(int)
    return [k for k in range(len(frames)) for _ in range(often[k])]


def answers(
    labels: Labels, known: frozenset[CueKind], kinds: Sequence[CueKind]
) -> tuple[NDArray[np.uint8], NDArray[np.int64], Singles, Singles]:
    """`heat`, `cells`, `boxes` and `weight` of a `Sample` for labels in pixels of the crop."""
    side = CROP_PX // STRIDE
    heat = np.zeros((len(kinds), side, side), dtype=np.uint8)
    for row, kind in enumerate(kinds):
        if kind not in known:
            heat[row] = NOT_ASKED
    cells: list[tuple[int, int, int]] = []
    boxes: list[Singles] = []
    weight: list[float] = []
    # What does not count first, so that a thing that does count is asked for inside of it too.
    for k in np.argsort(labels.counts, kind="stable"):
        kind = KINDS[labels.kind[k]]
        if kind not in kinds or kind not in known:
            continue
        box, row = labels.boxes[k], kinds.index(kind)
        left, top, right, bottom = (box / STRIDE).tolist()
        if not labels.counts[k]:
            rows, cols = slice(int(top), int(np.ceil(bottom))), slice(int(left), int(np.ceil(right)))
            heat[row, rows, cols] = NOT_ASKED
            continue
        x, y = min(int((left + right) / 2), side - 1), min(int((top + bottom) / 2), side - 1)
        _hill(heat[row], x, y, max(_SPREAD * (right - left), 0.4), max(_SPREAD * (bottom - top), 0.4))
        near = [
            (row, y + dy, x + dx)
            for dy in (-1, 0, 1)
            for dx in (-1, 0, 1)
            if (dx == dy == 0) or (left <= x + dx + 0.5 <= right and top <= y + dy + 0.5 <= bottom)
        ]
        near = [cell for cell in near if 0 <= cell[1] < side and 0 <= cell[2] < side]
        cells += near
        boxes += [box] * len(near)
        weight += [1.0 / len(near)] * len(near)
    return (
        heat,
        np.array(cells, dtype=np.int64).reshape(-1, 3),
        np.array(boxes, dtype=np.float32).reshape(-1, 4),
        np.array(weight, dtype=np.float32),
    )


def _hill(heat: NDArray[np.uint8], x: int, y: int, wide: float, high: float) -> None:
    """Raise one kind's answer to a bell of deviations `wide` and `high` cells around a cell, 254 in it."""
    reach_x, reach_y = int(3 * wide + 1), int(3 * high + 1)
    cols = np.arange(max(x - reach_x, 0), min(x + reach_x + 1, heat.shape[1]))
    rows = np.arange(max(y - reach_y, 0), min(y + reach_y + 1, heat.shape[0]))
    bell = np.exp(-0.5 * (((cols - x) / wide) ** 2)[None, :] - 0.5 * (((rows - y) / high) ** 2)[:, None])
    part = heat[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1]
    raised = np.maximum(np.where(part == NOT_ASKED, 0, part), np.round(254 * bell).astype(np.uint8))
    # What is not asked stays so, but for the slope that says where the thing itself is.
    part[...] = np.where((part == NOT_ASKED) & (bell < 0.5), NOT_ASKED, raised)


def _cropped(picture: Picture, labels: Labels, ranges: Range, rng: np.random.Generator) -> tuple[Pixels, Labels, float]:
    """A part of the picture, at most CROP_PX on a side, at another scale, mirrored and turned by quarters."""
    gsd_m = picture.gsd_m
    base = min(1.0, gsd_m / ranges.finest_m)
    low, high = max(base * _JITTER[0], gsd_m / ranges.coarsest_m), min(base * _JITTER[1], gsd_m / ranges.finest_m * 1.1)
    scale = float(np.exp(rng.uniform(np.log(low), np.log(high)))) if low < high else base
    rows, cols = picture.pixels.shape[:2]
    size = (min(round(cols * scale), CROP_PX), min(round(rows * scale), CROP_PX))
    away = rng.uniform(0.0, np.maximum([cols * scale - size[0], rows * scale - size[1]], 1e-9))
    kind = cv2.INTER_AREA if scale < 0.7 else cv2.INTER_LINEAR
    if scale < 0.7:
        whole = cv2.resize(picture.pixels, (round(cols * scale), round(rows * scale)), interpolation=kind)
        away = np.floor(np.minimum(away, [whole.shape[1] - size[0], whole.shape[0] - size[1]]))
        x, y = int(away[0]), int(away[1])
        crop = whole[y : y + size[1], x : x + size[0]]
    else:
        move = np.array([[scale, 0.0, 0.5 * scale - 0.5 - away[0]], [0.0, scale, 0.5 * scale - 0.5 - away[1]]])
        crop = cv2.warpAffine(picture.pixels, move, size, flags=kind, borderMode=cv2.BORDER_REPLICATE)
    boxes = labels.boxes * scale - np.tile(away, 2)
    crop, boxes = _turned(crop, boxes.astype(np.float32), int(rng.integers(8)))
    return crop, _shown(boxes, labels, crop.shape[0], crop.shape[1]), gsd_m / scale


def _turned(crop: Pixels, boxes: Singles, way: int) -> tuple[Pixels, Singles]:
    """One of the eight ways to lay a picture on itself: transposed (4), mirrored left-right (2) and top-bottom (1)."""
    if way & 4:
        crop, boxes = np.swapaxes(crop, 0, 1), boxes[:, [1, 0, 3, 2]]
    rows, cols = crop.shape[:2]
    if way & 2:
        crop, boxes = crop[:, ::-1], np.stack([cols - boxes[:, 2], boxes[:, 1], cols - boxes[:, 0], boxes[:, 3]], 1)
    if way & 1:
        crop, boxes = crop[::-1], np.stack([boxes[:, 0], rows - boxes[:, 3], boxes[:, 2], rows - boxes[:, 1]], 1)
    return np.ascontiguousarray(crop), np.asarray(boxes, dtype=np.float32)


def _shown(boxes: Singles, labels: Labels, rows: int, cols: int) -> Labels:
    """Labels cut to the crop; what is mostly outside or too small to see does not count, what is all outside goes."""
    cut = np.clip(boxes, 0.0, np.array([cols, rows, cols, rows], dtype=np.float32))
    size, whole = cut[:, 2:] - cut[:, :2], boxes[:, 2:] - boxes[:, :2]
    inside = (size > 0.0).all(axis=1)
    share = np.prod(size, axis=1) / np.maximum(np.prod(whole, axis=1), 1e-6)
    counts = labels.counts & (share >= _KEPT_SHARE) & (size.min(axis=1, initial=np.inf) >= _LEAST_PX)
    return Labels(cut[inside], labels.kind[inside], counts[inside])


def _worn(crop: Pixels, rng: np.random.Generator) -> Pixels:
    """Other light, contrast, focus, noise and compression, never another polarity. Each at times only."""
    grey = np.linspace(0.0, 1.0, 256) ** np.exp(rng.uniform(-0.4, 0.4))
    grey = (grey - 0.5) * rng.uniform(0.6, 1.4) + 0.5 + rng.uniform(-0.15, 0.15)
    tint = rng.uniform(0.88, 1.12, crop.shape[2]) if crop.ndim == 3 else np.ones(1)
    table = np.clip(255.0 * grey[:, None] * tint, 0.0, 255.0).astype(np.uint8)
    worn = cv2.LUT(crop, table[None] if crop.ndim == 3 else table[:, 0])
    if rng.random() < 0.3:
        worn = cv2.GaussianBlur(worn, (0, 0), float(rng.uniform(0.3, 1.1)))
    if rng.random() < 0.5:
        grain = np.float32(rng.uniform(0.0, 8.0)) * rng.standard_normal(worn.shape, dtype=np.float32)
        worn = cv2.add(worn, grain, dtype=cv2.CV_8U)
    if rng.random() < 0.5:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 95))]
        _, packed = cv2.imencode(".jpg", worn, quality)
        worn = cv2.imdecode(packed, cv2.IMREAD_UNCHANGED)
    return np.asarray(worn, dtype=np.uint8)
