"""A picture cut into tiles that a detector sees one by one, each with enough ground about what it looks for.

Boxes are left, top, right, bottom in pixels. The side follows from the ground sample distance: the same metres of
ground are in each tile, however fine the picture.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from otear.errors import SettingError

MULTIPLE = 32
"""Networks halve their input five times."""

Boxes = NDArray[np.int64]


def tile_side(gsd_m: float, context_m: float) -> int:
    """The side in pixels of a tile that shows at least `context_m` of ground, a multiple of `MULTIPLE`. Raises
    `SettingError` for lengths that are none."""
    if not (gsd_m > 0.0 and context_m > 0.0 and np.isfinite(context_m / gsd_m)):
        raise SettingError(
            f"{context_m} m of ground at {gsd_m} m for each pixel make no tile",
            field="gsd_m",
            remedy="Give both in metres, above 0",
        )
    return MULTIPLE * int(np.ceil(context_m / gsd_m / MULTIPLE))


def tiles(width: int, height: int, gsd_m: float, context_m: float, overlap_m: float) -> Boxes:
    """Tiles (n, 4) that cover a picture, none reaching out of it, from the top left to the bottom right.

    Neighbours share at least `overlap_m` of ground: whatever is no larger lies whole in one of them. A picture smaller
    than a tile is one tile. Raises `SettingError` for an overlap as large as a tile.
    """
    side = tile_side(gsd_m, context_m)
    overlap = int(np.ceil(overlap_m / gsd_m))
    if not 0 <= overlap < side:
        raise SettingError(
            f"tiles of {side} pixels cannot share {overlap}",
            field="overlap_m",
            remedy="Give less overlap, or more ground for each tile",
        )
    left, wide = _starts(width, side, overlap)
    top, high = _starts(height, side, overlap)
    x, y = (part.ravel() for part in np.meshgrid(left, top))
    return np.stack([x, y, x + wide, y + high], axis=1)


def _starts(length: int, side: int, overlap: int) -> tuple[NDArray[np.int64], int]:
    """Where tiles begin along one side of a picture, evenly spread, and how long they are."""
    if length <= side:
        return np.zeros(1, dtype=np.int64), length
    count = int(np.ceil((length - overlap) / (side - overlap)))
    return np.linspace(0.0, length - side, count).astype(np.int64), side
