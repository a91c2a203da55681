"""What lies near a box of the plane: boxes of many items, kept by squares of the plane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otear.geo.frames import Floats

_SQUARE_M = 500.0
_WIDE = 1 << 20


@dataclass(frozen=True, eq=False)
class Near:
    """Items by the squares that their boxes meet. `boxes_m` (n, 4): west, south, east, north."""

    boxes_m: Floats
    squares: NDArray[np.int64]
    items: NDArray[np.int64]

    @classmethod
    def of(cls, boxes_m: Floats) -> Near:
        """An index of boxes of shape (n, 4)."""
        low = np.floor(boxes_m[:, :2] / _SQUARE_M).astype(np.int64)
        spans = np.floor(boxes_m[:, 2:] / _SQUARE_M).astype(np.int64) - low + 1
        counts = spans[:, 0] * spans[:, 1]
        items = np.repeat(np.arange(len(boxes_m)), counts)
        within = np.arange(len(items)) - np.repeat(np.cumsum(counts) - counts, counts)
        x, y = low[items, 0] + within % spans[items, 0], low[items, 1] + within // spans[items, 0]
        squares = y * _WIDE + x
        order = np.argsort(squares, kind="stable")
        return cls(boxes_m, squares[order], items[order])

    def box(self, west: float, south: float, east: float, north: float) -> NDArray[np.int64]:
        """The items whose boxes meet a box, in their order."""
        if not len(self.items):
            return self.items
        x0, y0, x1, y1 = (int(np.floor(side / _SQUARE_M)) for side in (west, south, east, north))
        rows = np.arange(y0, y1 + 1)
        starts = np.searchsorted(self.squares, rows * _WIDE + x0, side="left")
        ends = np.searchsorted(self.squares, rows * _WIDE + x1, side="right")
        found = np.unique(np.concatenate([self.items[a:b] for a, b in zip(starts, ends, strict=True)]))
        boxes = self.boxes_m[found]
        meets = (boxes[:, 0] <= east) & (boxes[:, 2] >= west) & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
        return np.asarray(found[meets])
