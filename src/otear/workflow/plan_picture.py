"""A plan as a picture: boxes by what is left to be found in them, ways of sorties over them, and when each flies.

The map is Lambert's equal-area projection about the middle of the boxes (x east, y north, metres). It is made to be
read in black and white: what is swept has a frame, what was drawn at random a dotted one, what may not be flown a
cross.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Polygon
from pyproj import Proj

from otear.authority.outlines import boundary
from otear.coverage.maps import HeightsAt, draw_relief, finish, square_around, write_png
from otear.domain.authority import Authority
from otear.domain.plan import Because, Plan, PlannedBox
from otear.domain.sortie import GroundPoint
from otear.geo.frames import Floats

_MAP = LinearSegmentedColormap.from_list("light greys", ["#ffffff", "#8c8c8c"])
"""No darker, so that lines show on it."""
_LINES = ("-", "--", "-.", ":")
_COLOURS = ("#1b6ca8", "#b35900", "#4b7f2b", "#7a3b8f", "#8a6d00", "#a3213a", "#2b7f7a", "#555555")
_CLOSED = frozenset({Because.NOT_ALLOWED, Because.NOT_FLYABLE, Because.TOO_NARROW})


def draw_plan(plan: Plan, authority: Authority, path: Path, *, relief: HeightsAt | None) -> None:
    """Write the PNG. The same plan gives the same bytes."""
    lon, lat = np.array([(box.lon_deg, box.lat_deg) for box in plan.boxes]).T
    project = Proj(proj="laea", lon_0=float(lon.mean()), lat_0=float(lat.mean()), ellps="WGS84")
    figure = Figure(figsize=(11.0, 13.0), dpi=100, layout="constrained")
    rows = {one.sortie.aircraft for one in plan.sorties}
    upper, lower = figure.subplots(2, 1, gridspec_kw={"height_ratios": [5.0, 0.4 + 0.35 * max(len(rows), 1)]})
    _draw_map(upper, plan, authority, project, relief)
    _draw_times(lower, plan)
    one = plan.guarantee
    figure.suptitle(
        f"Plan {plan.plan_id}: {len(plan.sorties)} {_many('sortie', len(plan.sorties))} in {plan.days} "
        f"{_many('day', plan.days)} from "
        f"{datetime.fromtimestamp(plan.from_us / 1e6, UTC):%Y-%m-%d}\n"
        f"finds {one.p_detect:.1%} of what is worth finding; no plan more than {one.bound:.1%}; ratio {one.ratio:.3f}",
        fontsize=12,
    )
    write_png(figure, path)


def _draw_map(axes: Axes, plan: Plan, authority: Authority, project: Proj, relief: HeightsAt | None) -> None:
    outlines = [_xy(project, box.outline) for box in plan.boxes]
    extent = square_around(np.concatenate(outlines), 2_000.0)
    draw_relief(axes, relief, project, extent)
    dense = np.array([box.worth / max(box.area_km2, 1e-9) for box in plan.boxes]) * 100.0
    norm = Normalize(0.0, max(float(np.quantile(dense, 0.98)), 1e-12), clip=True)
    colours = ScalarMappable(norm, _MAP)
    for box, outline, value in zip(plan.boxes, outlines, dense.tolist(), strict=True):
        axes.add_patch(Polygon(outline, facecolor=colours.to_rgba(value), edgecolor="none", alpha=0.75))
        _draw_state(axes, box, outline)
    for zone in authority.authorization.exclusions:
        ring = _xy(project, boundary(zone.area.outline))
        axes.add_patch(Polygon(ring, facecolor="none", edgecolor="#b3261e", hatch="////", linewidth=1.0))
    for number, one in enumerate(plan.sorties):
        middles = _places(project, [*_boxes_in_order(plan, one.boxes)])
        base = _places(project, [one.sortie.base])
        way = np.concatenate([base, middles, base])
        axes.plot(*way.T, color=_COLOURS[number % len(_COLOURS)], linestyle=_LINES[number % len(_LINES)], linewidth=1.6)
        axes.plot(*base.T, "^", color="black", markersize=9, markeredgecolor="white")
    finish(axes, extent)
    bar = axes.figure.colorbar(colours, ax=axes, shrink=0.6, pad=0.01)
    bar.set_label("percent of what is worth finding, on each km²", fontsize=8)
    handles = [
        Patch(facecolor="none", edgecolor="black", linewidth=1.8, label="swept"),
        Patch(facecolor="none", edgecolor="black", linestyle=":", linewidth=1.8, label="swept, drawn at random"),
        Line2D([], [], color="black", marker="x", linestyle="none", label="may not or cannot be flown"),
        Patch(facecolor="none", edgecolor="#b3261e", hatch="////", label="excluded zone"),
        Line2D([], [], color="black", marker="^", linestyle="none", label="base"),
    ]
    axes.legend(handles=handles, loc="lower right", fontsize=8, framealpha=0.95)


def _draw_state(axes: Axes, box: PlannedBox, outline: Floats) -> None:
    if box.sorties:
        inner = outline.mean(axis=0) + 0.94 * (outline - outline.mean(axis=0))
        style = ":" if box.because is Because.DRAWN else "-"
        axes.add_patch(Polygon(inner, facecolor="none", edgecolor="black", linestyle=style, linewidth=1.8))
    elif box.because in _CLOSED:
        axes.plot(*outline.mean(axis=0), "x", color="black", markersize=5)


def _draw_times(axes: Axes, plan: Plan) -> None:
    """A row for each airframe, a bar for each sortie."""
    rows = sorted({one.sortie.aircraft for one in plan.sorties})
    for number, one in enumerate(plan.sorties):
        begin, end = (dates.date2num(datetime.fromtimestamp(t / 1e6, UTC)) for t in (one.sortie.depart_us, one.back_us))
        at = rows.index(one.sortie.aircraft)
        axes.barh(
            at, end - begin, 0.6, left=begin, color=_COLOURS[number % len(_COLOURS)], alpha=0.35, edgecolor="black"
        )
        axes.text((begin + end) / 2.0, at, f"{one.number}\n{one.finds:.1%}", ha="center", va="center", fontsize=7)
    axes.set_yticks(range(len(rows)), rows, fontsize=8)
    axes.xaxis_date(tz=UTC)
    axes.xaxis.set_major_formatter(dates.DateFormatter("%d %b\n%H:%M", tz=UTC))
    axes.set_title("sorties (UTC), each with what it adds to what is found", fontsize=9)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    until_us = plan.from_us + plan.days * 86_400_000_000
    axes.set_xlim(*(dates.date2num(datetime.fromtimestamp(t / 1e6, UTC)) for t in (plan.from_us, until_us)))
    axes.grid(axis="x", linewidth=0.4)


def _boxes_in_order(plan: Plan, names: Sequence[str]) -> list[GroundPoint]:
    places = {box.name: GroundPoint(box.lat_deg, box.lon_deg) for box in plan.boxes}
    return [places[name] for name in names]


def _places(project: Proj, points: Sequence[GroundPoint]) -> Floats:
    return _xy(project, [(one.lon_deg, one.lat_deg) for one in points])


def _many(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"


def _xy(project: Proj, lonlat: Sequence[tuple[float, float]] | Floats) -> Floats:
    points = np.asarray(lonlat, dtype=np.float64)
    return np.column_stack(project(points[:, 0], points[:, 1]))
