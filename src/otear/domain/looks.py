"""Looks: what one pass of a camera saw, and how well.

Edge units: degrees, metres, seconds, microseconds since 1970-01-01 UTC. Rows and columns are those of a search grid;
row numbers grow to the south.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Look:
    """One continuous view of some ground on one pass.

    `index` counts from 0 in its pass. `hfov_deg` is the field of view at its start. `samples` is the number of moments
    that were worked out, `ends_with` says why the next look is another one. `outline` are the rings of what the camera
    covered on the terrain, each a tuple of (longitude, latitude) that ends where it begins: first the outer ring of
    each part, with `holes` left out. `flags` says where the footprint is not closed by ground.
    """

    index: int
    start_us: int
    end_us: int
    hfov_deg: float
    samples: int
    ends_with: str
    outline: tuple[tuple[tuple[float, float], ...], ...]
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class LookCells:
    """One row per look and cell that was in the picture; columns of shape (n,).

    `visible` is False where ground in front hid the cell the whole time. `gsd_m` is the finest mean ground sample
    distance and `depression_deg` the depression angle at the cell in that moment, NaN where not visible. `dwell_s` is
    the time that it was in the picture and visible. `share` is the part of the cell that was in the picture and visible
    at some time of the look. `pd` is the probability that a site of the reference kind there would have shown itself.
    """

    look: NDArray[np.int32]
    row: NDArray[np.int32]
    col: NDArray[np.int32]
    visible: NDArray[np.bool_]
    gsd_m: NDArray[np.float32]
    depression_deg: NDArray[np.float32]
    dwell_s: NDArray[np.float32]
    share: NDArray[np.float32]
    pd: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.look)

    def columns(self) -> dict[str, NDArray[Any]]:
        """The columns by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}
