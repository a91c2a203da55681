"""Cues as a picture: what each looks like in the recording, its box drawn, and how sure it is.

Pixels are (row, column[, red-green-blue]); boxes are given by their middle (x, y) and size in pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from otear.coverage.maps import write_png
from otear.detect.base import Pixels
from otear.domain.cues import Cue

MOST = 12
_COLUMNS = 4
_AROUND = 3.0
_LEAST_PX = 60.0
_BAR_M = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)


@dataclass(frozen=True, eq=False)
class CueShot:
    """A cue and the picture that showed it best."""

    cue: Cue
    frame: Pixels


def draw_cues(title: str, shots: Sequence[CueShot], path: Path) -> None:
    """Write up to `MOST` cues as a PNG. The same content gives the same bytes."""
    rows = max(1, -(-len(shots[:MOST]) // _COLUMNS))
    figure = Figure(figsize=(13.0, 0.5 + 3.6 * rows), dpi=110, layout="constrained")
    figure.suptitle(title, x=0.01, ha="left", fontsize=13, fontweight="bold")
    axes = np.atleast_1d(figure.subplots(rows, _COLUMNS)).reshape(-1)
    for one in axes:
        one.set_axis_off()
    for one, shot in zip(axes, shots[:MOST], strict=False):
        _draw(one, shot)
    write_png(figure, path)


def _draw(axes: Axes, shot: CueShot) -> None:
    cue, frame = shot.cue, shot.frame
    high, wide = frame.shape[:2]
    half = 0.5 * max(_LEAST_PX, _AROUND * max(cue.size_px))
    x, y = cue.pixel
    left, top = max(0, int(x - half)), max(0, int(y - half))
    right, bottom = min(wide, int(np.ceil(x + half))), min(high, int(np.ceil(y + half)))
    part = frame[top:bottom, left:right]
    axes.imshow(
        part, extent=(left, right, bottom, top), interpolation="nearest", cmap=None if part.ndim == 3 else "gray"
    )
    corner = (x - cue.size_px[0] / 2.0, y - cue.size_px[1] / 2.0)
    axes.add_patch(Rectangle(corner, *cue.size_px, fill=False, edgecolor="white", linewidth=2.6))
    axes.add_patch(Rectangle(corner, *cue.size_px, fill=False, edgecolor="#d95f02", linewidth=1.4))
    bar_m = max((one for one in _BAR_M if one / cue.gsd_m <= 0.5 * (right - left)), default=_BAR_M[0])
    ends, low = np.array([left + 4.0, left + 4.0 + bar_m / cue.gsd_m]), bottom - 4.0
    axes.plot(ends, [low, low], color="black", linewidth=4.0)
    axes.plot(ends, [low, low], color="white", linewidth=2.0)
    axes.set_title(
        f"{cue.kind.value.replace('_', ' ')}, {cue.real:.0%} sure; bar {bar_m:g} m\n"
        f"{cue.place.mgrs}  CE90 {cue.place.ce90_m:.0f} m",
        fontsize=8,
        loc="left",
    )
