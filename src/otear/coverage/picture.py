"""A pass as a picture: track, footprints and coverage over shaded relief, with a scale bar and a north arrow.

Drawn in the search grid's equal-area projection (x east, y north, metres), so that lengths and areas can be read off.
Angles are degrees at this edge; terrain heights are asked for in radians.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LightSource, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Patch as Swatch
from numpy.typing import NDArray
from pyproj import Proj

from otear.domain.looks import Look, LookCells
from otear.geo.frames import Floats
from otear.geo.grid import SearchGrid

HeightsAt = Callable[[Floats, Floats], Floats]
"""Heights in metres of places in radians, NaN where unknown; shape is the inputs'."""

_MARGIN = 0.12
_LEAST_SPAN_M = 500.0
_RELIEF_POSTS = 500
_TRACK_REACH = 3.0
"""The track is shown as far as this many times the size of the ground seen; beyond, it runs off the map."""


@dataclass(frozen=True)
class PassPicture:
    """What to draw: `track` is (n, 2) longitude, latitude; `frame` a picture of the recording, (height, width, 3)."""

    title: str
    caption: str
    grid: SearchGrid
    looks: Sequence[Look]
    cells: LookCells
    track: Floats
    heights_at: HeightsAt | None
    terrain_name: str
    frame: NDArray[np.uint8] | None
    frame_label: str


def draw_pass(picture: PassPicture, path: Path) -> None:
    """Write the picture as a PNG. The same content gives the same bytes."""
    wide = picture.frame is not None
    figure = Figure(figsize=(13.0 if wide else 8.5, 7.6), dpi=110, layout="constrained")
    panels: Any = figure.subplots(1, 2 if wide else 1, width_ratios=[1.45, 1.0] if wide else None, squeeze=False)[0]
    figure.suptitle(picture.title, x=0.01, ha="left", fontsize=13, fontweight="bold")
    _draw_map(figure, panels[0], picture)
    if picture.frame is not None:
        panels[1].imshow(picture.frame, interpolation="antialiased")
        panels[1].set_title(picture.frame_label, loc="left", fontsize=9)
        panels[1].set_axis_off()
        panels[1].set_anchor("N")
        panels[1].text(0.0, -0.04, picture.caption, transform=panels[1].transAxes, va="top", fontsize=9)
    else:
        figure.supxlabel(picture.caption, x=0.01, ha="left", fontsize=8)
    figure.savefig(path, format="png", metadata={"Software": None})


def _draw_map(figure: Figure, axes: Axes, picture: PassPicture) -> None:
    project = Proj(picture.grid.crs)
    rings = [np.column_stack(project(*np.asarray(ring).T)) for look in picture.looks for ring in look.outline]
    track = np.column_stack(project(*picture.track.T)) if len(picture.track) else np.empty((0, 2))
    west, south, east, north = _view(rings, track)
    _draw_relief(axes, picture, project, (west, east, south, north))
    swatches = _draw_cells(figure, axes, picture)
    for ring in rings:
        axes.plot(*ring.T, color="#d95f02", linewidth=1.3)
    swatches.append(Swatch(facecolor="none", edgecolor="#d95f02", label="footprints of looks"))
    if len(track):
        (line,) = axes.plot(*track.T, color="#1b1b1b", linewidth=1.6, label="sensor track")
        axes.plot(*track[0], marker="o", color="#1b1b1b", markersize=4)
        axes.plot(*track[-1], marker=">", color="#1b1b1b", markersize=6)
        swatches.append(line)  # type: ignore[arg-type]
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    axes.set_aspect("equal")
    axes.tick_params(labelsize=7)
    axes.set_xlabel("metres east of the grid's origin", fontsize=8)
    axes.set_ylabel("metres north of the grid's origin", fontsize=8)
    axes.set_title(f"WGS 84, Lambert equal-area; relief: {picture.terrain_name}", loc="left", fontsize=8)
    axes.legend(handles=swatches, loc="upper left", fontsize=7, framealpha=0.9)
    _draw_scale_and_north(axes, west, south, east, north)


def _view(rings: Sequence[Floats], track: Floats) -> tuple[float, float, float, float]:
    """The box to show: all ground that was seen, and as much of the track as lies near it."""
    seen = np.concatenate(rings) if rings else track
    low, high = seen.min(axis=0), seen.max(axis=0)
    reach = _TRACK_REACH * max(float((high - low).max()), _LEAST_SPAN_M)
    near = track[(np.abs(track - (low + high) / 2.0) <= reach).all(axis=1)]
    shown = np.concatenate([seen, near])
    low, high = shown.min(axis=0), shown.max(axis=0)
    centre = (low + high) / 2.0
    half = max(float((high - low).max()), _LEAST_SPAN_M) * (0.5 + _MARGIN)
    return centre[0] - half, centre[1] - half, centre[0] + half, centre[1] + half


def _draw_relief(axes: Axes, picture: PassPicture, project: Proj, extent: tuple[float, float, float, float]) -> None:
    axes.set_facecolor("#e8e8e4")
    if picture.heights_at is None:
        return
    west, east, south, north = extent
    x, step = np.linspace(west, east, _RELIEF_POSTS, retstep=True)
    y = np.linspace(north, south, _RELIEF_POSTS)
    lon, lat = project(*np.meshgrid(x, y), inverse=True)
    heights = picture.heights_at(np.radians(lat), np.radians(lon))
    if np.isfinite(heights).any():
        shade = LightSource(azdeg=315.0, altdeg=45.0).hillshade(heights, dx=float(step), dy=float(step))
        grey = np.ma.masked_invalid(np.where(np.isfinite(heights), 0.35 + 0.6 * shade, np.nan))
        axes.imshow(grey, extent=extent, cmap="gray", norm=Normalize(0.0, 1.0), interpolation="bilinear")


def _draw_cells(figure: Figure, axes: Axes, picture: PassPicture) -> list[Swatch]:
    cells, grid = picture.cells, picture.grid
    if not len(cells):
        return []
    row0, col0 = int(cells.row.min()), int(cells.col.min())
    shape = (int(cells.row.max()) - row0 + 1, int(cells.col.max()) - col0 + 1)
    best = np.full(shape, -1.0)
    np.maximum.at(best, (cells.row - row0, cells.col - col0), np.where(cells.visible, cells.pd, -0.5))
    left, top = col0 * grid.cell_m, -row0 * grid.cell_m
    extent = (left, left + shape[1] * grid.cell_m, top - shape[0] * grid.cell_m, top)
    looked = axes.imshow(
        np.ma.masked_less(best, 0.0),
        extent=extent,
        cmap="viridis",
        norm=Normalize(0.0, 1.0),
        alpha=0.55,
        interpolation="nearest",
    )
    figure.colorbar(looked, ax=axes, shrink=0.6, pad=0.01).set_label(
        "probability that a site there would have shown itself", fontsize=8
    )
    masked = np.ma.masked_where(best != -0.5, np.ones(shape))
    axes.imshow(masked, extent=extent, cmap="Reds", norm=Normalize(0.0, 1.2), alpha=0.6, interpolation="nearest")
    return [Swatch(facecolor="#a50f15", alpha=0.6, label="in the picture, hidden by terrain")]


def _draw_scale_and_north(axes: Axes, west: float, south: float, east: float, north: float) -> None:
    length = _round_length((east - west) / 4.0)
    x, y = west + 0.05 * (east - west), south + 0.05 * (north - south)
    axes.plot([x, x + length], [y, y], color="black", linewidth=5, solid_capstyle="butt")
    axes.plot([x, x + length / 2.0], [y, y], color="white", linewidth=3, solid_capstyle="butt")
    text = f"{length:g} m" if length < 1000.0 else f"{length / 1000.0:g} km"
    box = {"facecolor": "white", "alpha": 0.7, "edgecolor": "none", "pad": 1.5}
    axes.text(x + length / 2.0, y + 0.015 * (north - south), text, ha="center", va="bottom", fontsize=8, bbox=box)
    axes.annotate(
        "N",
        xy=(0.95, 0.97),
        xytext=(0.95, 0.87),
        xycoords="axes fraction",
        ha="center",
        fontsize=11,
        fontweight="bold",
        arrowprops={"arrowstyle": "-|>", "linewidth": 2.0, "color": "black"},
    )


def _round_length(length_m: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is not longer."""
    power = 10.0 ** np.floor(np.log10(length_m))
    return float(max(step for step in (1.0, 2.0, 5.0) if step * power <= length_m) * power)
