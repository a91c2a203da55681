"""How far boxes overlap, and which of several on one thing to keep. Boxes are (n, 4): left, top, right, bottom."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from otear.detect.base import Detections, Singles
from otear.geo.frames import Floats


def overlaps(first: Singles, second: Singles) -> Floats:
    """Intersection over union of every box of one with every box of the other, (n, m)."""
    common = _common(first, second)
    areas = _areas(first)[:, None] + _areas(second)[None, :] - common
    return np.divide(common, areas, out=np.zeros_like(common), where=areas > 0.0)


def covered(first: Singles, second: Singles) -> Floats:
    """The share of each box of the first that lies in each box of the second, (n, m)."""
    areas = np.broadcast_to(_areas(first)[:, None], (len(first), len(second)))
    common = _common(first, second)
    return np.divide(common, areas, out=np.zeros_like(common), where=areas > 0.0)


def suppressed(found: Detections, overlap: float = 0.5) -> Detections:
    """Of boxes of one kind that overlap by more than `overlap`, the one with the highest score; best first."""
    order = np.argsort(-found.score, kind="stable")
    found = found.rows(order)
    same = found.kind[:, None] == found.kind[None, :]
    close = (overlaps(found.boxes, found.boxes) > overlap) & same
    keep: NDArray[np.bool_] = np.ones(len(found), dtype=bool)
    for k in range(len(found)):
        if keep[k]:
            keep[k + 1 :] &= ~close[k, k + 1 :]
    return found.rows(keep)


def clipped(boxes: Singles, rows: int, cols: int) -> Singles:
    """Boxes cut to a picture of that many rows and columns."""
    return np.asarray(
        np.stack(
            [
                np.clip(boxes[:, 0], 0, cols),
                np.clip(boxes[:, 1], 0, rows),
                np.clip(boxes[:, 2], 0, cols),
                np.clip(boxes[:, 3], 0, rows),
            ],
            axis=1,
        ),
        dtype=np.float32,
    )


def _areas(boxes: Singles) -> Floats:
    size = np.maximum(boxes[:, 2:].astype(np.float64) - boxes[:, :2], 0.0)
    return size[:, 0] * size[:, 1]


def _common(first: Singles, second: Singles) -> Floats:
    a, b = first.astype(np.float64)[:, None, :], second.astype(np.float64)[None, :, :]
    size = np.maximum(np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2]), 0.0)
    return np.asarray(size[..., 0] * size[..., 1])
