"""A pass as a picture: track, footprints and coverage over shaded relief, with a scale bar and a north arrow.

Drawn in Lambert's equal-area projection about the middle of what was seen (x east, y north, metres), so that north is
up and lengths and areas can be read off. Angles are degrees at this edge; terrain heights are asked for in radians.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Patch as Swatch
from matplotlib.transforms import Affine2D, Transform
from numpy.typing import NDArray
from pyproj import Proj

from otear.coverage.maps import HeightsAt, draw_relief, finish, square_around, write_png
from otear.domain.looks import Look, LookCells
from otear.geo.frames import Floats, nearest_turn
from otear.geo.grid import SearchGrid
from otear.geo.labels import dms, mgrs

_LEAST_SPAN_M = 200.0
_LOOK_COLOUR = "#d95f02"
_HIDDEN = -1.0
_MOST_SQUARES = 2_000
"""Along a side of the map, which has about a thousand pixels."""


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
    figure = Figure(figsize=(13.0, 7.6), dpi=110, layout="constrained")
    figure.suptitle(picture.title, x=0.01, ha="left", fontsize=13, fontweight="bold")
    left, right = figure.subfigures(1, 2, width_ratios=[1.5, 1.0], squeeze=False)[0]
    panels = right.subplots(2, 1, height_ratios=[1.0, 1.15])
    lat_deg, lon_deg = _middle(picture)
    project = Proj(proj="laea", lat_0=lat_deg, lon_0=lon_deg, datum="WGS84")
    rings = [np.column_stack(project(*np.asarray(ring).T)) for look in picture.looks for ring in look.outline]
    track = np.column_stack(project(*picture.track.T)) if len(picture.track) else np.empty((0, 2))
    _draw_map(left, picture, project, rings, track)
    _draw_frame(panels[0], picture)
    _draw_overview(panels[1], picture, rings, track)
    write_png(figure, path)


def _draw_map(figure: Any, picture: PassPicture, project: Proj, rings: Sequence[Floats], track: Floats) -> None:
    """The ground that was seen, close up."""
    axes = figure.subplots()
    extent = square_around(np.concatenate(rings) if rings else track, _LEAST_SPAN_M)
    draw_relief(axes, picture.heights_at, project, extent)
    swatches = _draw_cells(figure, axes, picture, project)
    for ring in rings:
        axes.plot(*ring.T, color=_LOOK_COLOUR, linewidth=1.3)
    swatches.append(Swatch(facecolor="none", edgecolor=_LOOK_COLOUR, label="footprints of looks"))
    finish(axes, extent)
    lat_deg, lon_deg = _middle(picture)
    axes.set_title(
        f"middle {dms(lat_deg, lon_deg)} (WGS 84), {mgrs(lat_deg, lon_deg, 4)}; relief: {picture.terrain_name}",
        loc="left",
        fontsize=8,
    )
    axes.set_xlabel("metres east", fontsize=8)
    axes.set_ylabel("metres north", fontsize=8)
    axes.legend(handles=swatches, loc="upper left", fontsize=7, framealpha=0.9)


def _middle(picture: PassPicture) -> tuple[float, float]:
    """Latitude and longitude in degrees of the middle of the ground that was seen, else of the track."""
    rings = [np.asarray(ring) for look in picture.looks for ring in look.outline]
    places = np.concatenate(rings) if rings else picture.track
    lon, lat = places.T
    lon = nearest_turn(lon, lon[0], turn=360.0)
    lon_deg = nearest_turn((lon.min() + lon.max()) / 2.0, turn=360.0)
    return float((lat.min() + lat.max()) / 2.0), float(lon_deg)


def _draw_frame(axes: Axes, picture: PassPicture) -> None:
    axes.set_axis_off()
    axes.set_anchor("NW")
    if picture.frame is not None:
        axes.imshow(picture.frame, interpolation="antialiased")
        axes.set_title(picture.frame_label, loc="left", fontsize=8)
    else:
        axes.text(0.0, 1.0, picture.frame_label, transform=axes.transAxes, va="top", fontsize=8)


def _draw_overview(axes: Axes, picture: PassPicture, rings: Sequence[Floats], track: Floats) -> None:
    """Where the sensor flew and where the ground lies that it saw."""
    axes.set_facecolor("#f4f4f0")
    for ring in rings:
        axes.fill(*ring.T, facecolor=_LOOK_COLOUR, edgecolor=_LOOK_COLOUR, alpha=0.5)
    if len(track):
        axes.plot(*track.T, color="#1b1b1b", linewidth=1.4)
        axes.plot(*track[0], marker="o", color="#1b1b1b", markersize=4)
        axes.annotate("start", track[0], xytext=(4, 4), textcoords="offset points", fontsize=7)
        if len(track) > 1:
            axes.annotate(
                "",
                xy=track[-1],
                xytext=track[-2],
                arrowprops={"arrowstyle": "-|>", "color": "#1b1b1b", "linewidth": 1.4},
            )
    finish(axes, square_around(np.concatenate([*rings, track]), _LEAST_SPAN_M))
    axes.set_title("sensor track (black) and footprints", loc="left", fontsize=8)
    axes.set_xlabel(picture.caption, fontsize=8, loc="left")


def _draw_cells(figure: Any, axes: Axes, picture: PassPicture, project: Proj) -> list[Swatch]:
    cells, grid = picture.cells, picture.grid
    if not len(cells):
        return []
    row0, col0 = int(cells.row.min()), int(cells.col.min())
    span = (int(cells.row.max()) - row0 + 1, int(cells.col.max()) - col0 + 1)
    # Cells finer than the picture's own pixels would only cost memory: as many as it takes are drawn as one.
    coarse = 1 + max(span) // _MOST_SQUARES
    row, col = (cells.row - row0) // coarse, (cells.col - col0) // coarse
    shape = (int(row.max()) + 1, int(col.max()) + 1)
    best = np.full(shape, np.nan)
    np.fmax.at(best, (row, col), np.where(cells.visible, cells.pd, _HIDDEN))
    turn = Affine2D().scale(coarse) + _turn(grid, project, row0, col0, span)
    looked = _draw_grid(axes, np.ma.masked_where(~(best >= 0.0), best), turn=turn, colours="viridis", alpha=0.45)
    bar = figure.colorbar(looked, ax=axes, orientation="horizontal", shrink=0.8, pad=0.02, aspect=40)
    bar.set_label("probability that a site there would have shown itself", fontsize=8)
    bar.ax.tick_params(labelsize=7)
    hidden = np.ma.masked_where(best != _HIDDEN, np.full(shape, 0.8))
    _draw_grid(axes, hidden, turn=turn, colours="Reds", alpha=0.6)
    return [Swatch(facecolor="#a50f15", alpha=0.6, label="in the picture, hidden by terrain")]


def _turn(grid: SearchGrid, project: Proj, row0: int, col0: int, span: tuple[int, int]) -> Affine2D:
    """From (column, row) counted from a cell to metres in the picture's own projection, fitted over `span` cells.

    Between two such projections a pass is turned as a whole; over 50 km what is left is less than a cell.
    """
    rows, cols = span
    lat, lon = grid.nodes([row0, row0, row0 + rows], [col0, col0 + cols, col0])
    (x0, x1, x2), (y0, y1, y2) = project(np.degrees(lon), np.degrees(lat))
    return Affine2D.from_values((x1 - x0) / cols, (y1 - y0) / cols, (x2 - x0) / rows, (y2 - y0) / rows, x0, y0)


def _draw_grid(axes: Axes, values: Floats, *, turn: Transform, colours: str, alpha: float) -> Any:
    """Values on the search grid; `turn` takes (column, row) of `values` into the picture's own projection."""
    rows, cols = values.shape
    return axes.imshow(
        values,
        extent=(0.0, cols, rows, 0.0),
        transform=turn + axes.transData,
        cmap=colours,
        norm=Normalize(0.0, 1.0),
        alpha=alpha,
        interpolation="nearest",
    )
