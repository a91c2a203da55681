"""A picture of a sortie: path, tasks and what strips see, on a map with the airspace; heights over time below it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Polygon
from matplotlib.path import Path as Outline
from pyproj import Proj

from otear.authority.outlines import boundary
from otear.coverage.maps import Extent, HeightsAt, draw_relief, finish, square_around, write_png
from otear.domain.aircraft import Aircraft
from otear.domain.authority import Area, Authority
from otear.domain.sortie import GroundPoint, Orbit, Sortie, Stare, Strip, Task
from otear.domain.times import utc_text
from otear.flight.exports.ground_seen import band
from otear.flight.exports.stretches import Stretch, stretches
from otear.flight.route import TRANSIT, Heights, Route
from otear.geo.frames import Floats
from otear.geo.geoid import msl_from_hae

_AIRSPACE, _EXCLUDED, _TRANSIT, _TASK, _LOOK = "#1f5fa8", "#b3261e", "#404040", "#d9730d", "#2f7d32"
_LEAST_M = 2_000.0
_ARROWS = 14


def draw_sortie(
    route: Route,
    sortie: Sortie,
    aircraft: Aircraft,
    authority: Authority,
    path: Path,
    *,
    heights: Heights,
    relief: HeightsAt | None,
) -> None:
    """Write the PNG. Raises `InputError` for another ending than .png."""
    project = Proj(proj="aeqd", lon_0=route.chart.lon_deg, lat_0=route.chart.lat_deg, ellps="WGS84")
    parts = stretches(route)
    figure = Figure(figsize=(9.0, 11.0), layout="constrained")
    grid = figure.add_gridspec(2, 1, height_ratios=[4.0, 1.0])
    axes = figure.add_subplot(grid[0])
    lines = [_xy(project, np.column_stack([one.lon_deg, one.lat_deg])) for one in parts]
    looked = [_xy(project, _places(task)) for task in sortie.tasks]
    extent = square_around(np.concatenate([*lines, *looked]), _LEAST_M)
    draw_relief(axes, relief, project, extent)
    _draw_airspace(axes, authority, project, extent)
    for index, task in enumerate(sortie.tasks):
        if isinstance(task, Strip):
            corners = band(route, sortie, aircraft, index, heights)
            if corners is not None:
                _draw_band(axes, _xy(project, corners))
    _draw_path(axes, parts, lines)
    for task, xy in zip(sortie.tasks, looked, strict=True):
        _draw_task(axes, task, xy)
    base = _xy(project, _lonlat([sortie.base]))
    axes.plot(*base.T, "^", color="black", markersize=9, markeredgecolor="white", label="base")
    finish(axes, extent)
    axes.set_xlabel(f"metres about {route.chart.lat_deg:.4f}, {route.chart.lon_deg:.4f}", fontsize=8)
    handles, labels = axes.get_legend_handles_labels()
    unique = dict(zip(labels, handles, strict=True))
    axes.legend(unique.values(), unique.keys(), loc="lower right", fontsize=8)
    _draw_heights(figure.add_subplot(grid[1]), parts, heights)
    hours, minutes = divmod(round(route.duration_s / 60.0), 60)
    figure.suptitle(
        f"{sortie.name}  ({sortie.sortie_id}), {aircraft.registration}, under {authority.authority_id}\n"
        f"{utc_text(route.starts_us[0])}, {hours} h {minutes:02d} min, {route.length_m / 1000.0:.1f} km",
        fontsize=11,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    write_png(figure, path)


def _draw_airspace(axes: Axes, authority: Authority, project: Proj, extent: Extent) -> None:
    """Volumes and excluded zones, those in sight with a name in the legend."""
    west, east, south, north = extent
    sight = shapely.box(west, south, east, north)
    drawn: list[tuple[Area, dict[str, Any]]] = [
        (
            one.area,
            {"facecolor": (*to_rgb(_AIRSPACE), 0.06), "edgecolor": _AIRSPACE, "linewidth": 2.0, "label": "airspace"},
        )
        for one in authority.authorization.volumes
    ]
    drawn += [
        (one.area, {"facecolor": "none", "edgecolor": (*to_rgb(_EXCLUDED), 0.7), "hatch": "////",
                    "label": "no flight" if one.flight else "no view"})
        for one in authority.authorization.exclusions
    ]  # fmt: skip
    for area, style in drawn:
        if shapely.Polygon(_xy(project, boundary(area.outline))).intersects(sight):
            axes.add_patch(PathPatch(_outline(area, project), **style))


def _outline(area: Area, project: Proj) -> Outline:
    rings = [_closed(_xy(project, boundary(area.outline)))]
    rings += [_closed(_xy(project, boundary(hole)))[::-1] for hole in area.holes]
    return Outline.make_compound_path(*(Outline(ring, closed=True) for ring in rings))


def _draw_band(axes: Axes, corners: Floats) -> None:
    axes.add_patch(Polygon(corners, facecolor=_LOOK, alpha=0.25, edgecolor=_LOOK, label="seen of level ground"))


def _draw_path(axes: Axes, parts: Sequence[Stretch], lines: Sequence[Floats]) -> None:
    for one, line in zip(parts, lines, strict=True):
        on = one.task != TRANSIT
        color, label = (_TASK, "path on task") if on else (_TRANSIT, "path in transit")
        axes.plot(*line.T, color="white", linewidth=3.2, alpha=0.7)
        axes.plot(*line.T, color=color, linewidth=2.0 if on else 1.2, label=label)
    whole = np.concatenate(lines)
    away = np.append(0.0, np.cumsum(np.hypot(*np.diff(whole, axis=0).T)))
    for at in np.linspace(0.0, away[-1], _ARROWS + 2)[1:-1].tolist():
        step = away[-1] / 2_000.0
        before, after = (
            (float(np.interp(at + s, away, whole[:, 0])), float(np.interp(at + s, away, whole[:, 1])))
            for s in (-step, step)
        )
        arrow = {"arrowstyle": "-|>", "color": "black", "linewidth": 0.0}
        axes.annotate("", xy=after, xytext=before, arrowprops=arrow)


def _draw_task(axes: Axes, task: Task, xy: Floats) -> None:
    if isinstance(task, Strip):
        axes.plot(*xy.T, color=_LOOK, linewidth=1.6, linestyle="--", label="line to look along")
    else:
        axes.plot(*xy.T, "+", color=_LOOK, markersize=11, markeredgewidth=2.2, label="place to look at")
    box = {"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1.5}
    axes.annotate(
        task.name,
        xy.mean(axis=0),
        (6.0, 6.0),
        textcoords="offset points",
        fontsize=9,
        color=_LOOK,
        bbox=box,
    )


def _draw_heights(axes: Axes, parts: Sequence[Stretch], heights: Heights) -> None:
    """The path and the ground under it, above mean sea level, over time."""
    for one in parts:
        lat, lon = np.radians(one.lat_deg), np.radians(one.lon_deg)
        times = [float(dates.date2num(datetime.fromtimestamp(t / 1e6, UTC))) for t in one.time_us.tolist()]
        ground = msl_from_hae(lat, lon, heights(lat, lon))
        axes.plot(times, ground, color="#8d6e63", linewidth=1.2, label="ground")
        axes.plot(times, one.msl_m, color=_TRANSIT if one.task == TRANSIT else _TASK, linewidth=1.8)
    axes.set_ylabel("m above sea level", fontsize=8)
    axes.xaxis_date(UTC)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(axes.xaxis.get_major_locator()))
    axes.tick_params(labelsize=8)
    axes.grid(alpha=0.3)
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, 0.0), high)
    axes.legend(*(each[:1] for each in axes.get_legend_handles_labels()), loc="upper right", fontsize=8)


def _places(task: Task) -> Floats:
    match task:
        case Strip():
            return _lonlat([task.start, task.end])
        case Stare():
            return _lonlat(task.cells)
        case Orbit():
            return _lonlat([task.centre])


def _lonlat(points: Sequence[GroundPoint]) -> Floats:
    return np.array([(point.lon_deg, point.lat_deg) for point in points])


def _xy(project: Proj, places: Floats) -> Floats:
    return np.column_stack(project(places[:, 0], places[:, 1]))


def _closed(ring: Floats) -> Floats:
    return np.vstack([ring, ring[:1]])
