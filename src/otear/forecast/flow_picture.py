"""Flows as arrows between places, their widths by the number of consignments, with the sources below.

The flows of one series are drawn, and never several series together. A place beyond the map is put at its edge, in the
direction in which the great circle to it sets out. Drawn in Lambert's equal-area projection about the areas that are
given as ground; 1,600 pixels wide; the same content gives the same bytes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Polygon
from pyproj import Geod

from otear.domain.bilingual import Language
from otear.domain.records import Commodity, End, EndKind, FlowRecord, Period
from otear.domain.series import Series
from otear.errors import InputError
from otear.forecast import map_words as words
from otear.forecast.areas import Areas
from otear.forecast.canvas import (
    HALO,
    INK,
    clear_places,
    draw_areas,
    draw_leader,
    draw_rims,
    draw_scale,
    frame,
    projected,
    ribbon,
    write_png,
)
from otear.geo.frames import Floats

_WGS84 = Geod(ellps="WGS84")
_LAND = "#e9e7df"
_STYLE = {Commodity.PRECURSOR: ("#1f4e79", "#dce9f5"), Commodity.PRODUCT: ("#6b2203", "#8c2d04")}
"""Rim and face: precursors are light and products dark, also without colours."""
_NAMES = {Commodity.PRECURSOR: words.PRECURSOR, Commodity.PRODUCT: words.PRODUCT}
_KINDS = {EndKind.COUNTRY: words.COUNTRY, EndKind.PORT: words.PORT, EndKind.DISTRICT: words.DISTRICT}
_MARKERS = {EndKind.COUNTRY: "D", EndKind.PORT: "s", EndKind.DISTRICT: "o"}
_LEAST_PT, _MOST_PT = 2.0, 14.0
_MARGIN = 0.12
_MAP = (0.012, 0.115, 0.976, 0.82)
_SIZE = (16.0, 10.0)
_MOST_SOURCES = 6


@dataclass(frozen=True)
class Arrow:
    """What is drawn as one: consignments of a class between two places; `count` is None where nobody counted them."""

    origin: End
    destination: End
    commodity: Commodity
    count: int | None


def arrows(flows: Series[FlowRecord]) -> tuple[Arrow, ...]:
    """The flows of a series, latest revisions, periods put together.

    Raises `InputError` where two sources give different numbers for one thing, and where periods overlap, whose
    consignments would be counted twice.
    """
    between: dict[tuple[End, End, Commodity], list[FlowRecord]] = defaultdict(list)
    for record in flows.current():
        between[record.origin, record.destination, record.commodity].append(record)
    return tuple(Arrow(*at, _together(flows.name, records)) for at, records in between.items())


def _together(name: str, records: Sequence[FlowRecord]) -> int | None:
    by_period: dict[Period, int] = {}
    for record in records:
        if record.count is None:
            continue
        if by_period.setdefault(record.period, record.count) != record.count:
            raise _unclear(name, record, f"it is also given as {by_period[record.period]}")
        for period in by_period:
            if period != record.period and period.meets(record.period):
                raise _unclear(name, record, f"its period overlaps {period}")
    return sum(by_period.values()) if by_period else None


def _unclear(name: str, record: FlowRecord, why: str) -> InputError:
    return InputError(
        f"{record.origin.name} to {record.destination.name} in {record.period} counts {record.count}, and {why}",
        source=f"series {name}, {record.source}",
        field="count",
        remedy="Give the number that holds a higher revision, and leave out periods that overlap",
    )


def draw_flows(flows: Series[FlowRecord], ground: Areas, path: Path, language: Language = "en") -> None:
    """Write the flows of a series over the outlines of `ground` as a PNG.

    Raises `InputError` where nothing can be drawn, for numbers that contradict each other, and for a name that is no
    PNG's.
    """
    every = arrows(flows)
    placed = [each for each in every if _has_place(each.origin) and _has_place(each.destination)]
    if not placed:
        raise InputError(
            "none of its flows has a place at both ends",
            source=f"series {flows.name}",
            field="origin_lat_deg",
            remedy="Give latitude and longitude of origins and destinations",
        )
    figure = Figure(figsize=_SIZE, dpi=100, facecolor="white")
    title = words.FLOWS.text(language).format(series=flows.name)
    figure.text(0.012, 0.966, title, fontsize=20, fontweight="bold", va="center")
    axes = figure.add_axes(_MAP)
    shapes = projected(ground.shapes, ground.projection)
    draw_areas(axes, shapes, [_LAND] * len(shapes))
    draw_rims(axes, shapes, colour="#8d8a80", width=0.5)
    edges = frame(axes, shapes, _MARGIN, _SIZE[0] * _MAP[2] / (_SIZE[1] * _MAP[3]))
    point_m = (edges[1] - edges[0]) / (72.0 * _SIZE[0] * _MAP[2])
    ends = {end: _at(end, ground, edges) for each in placed for end in (each.origin, each.destination)}
    drawn = _draw_arrows(axes, placed, {end: at for end, (at, _) in ends.items()}, point_m)
    _draw_ends(axes, ends, edges, drawn)
    _draw_key(axes, placed, ends, language)
    draw_scale(axes, edges, (0.40, 0.04))
    _draw_caption(figure, flows, [each for each in every if each not in placed], language)
    write_png(figure, path)


def _has_place(end: End) -> bool:
    return end.lat_deg is not None and end.lon_deg is not None


def _at(end: End, ground: Areas, edges: tuple[float, float, float, float]) -> tuple[Floats, bool]:
    """Where an end is drawn, metres, and whether that is beyond the map and so at its edge."""
    west, east, south, north = edges
    inset = 0.03 * (east - west)
    low, high = np.array([west, south]) + inset, np.array([east, north]) - inset
    assert end.lat_deg is not None
    assert end.lon_deg is not None
    here = np.array(ground.projection(end.lon_deg, end.lat_deg))
    if np.isfinite(here).all() and (here >= low).all() and (here <= high).all():
        return here, False
    middle = (low + high) / 2.0
    lon, lat = ground.projection(middle[0], middle[1], inverse=True)
    azimuth = np.radians(_WGS84.inv(lon, lat, end.lon_deg, end.lat_deg)[0])
    way = np.array([np.sin(azimuth), np.cos(azimuth)])
    with np.errstate(divide="ignore"):
        reach = np.min(np.abs((high - middle) / way))
    return middle + reach * way, True


def _widths(placed: Sequence[Arrow]) -> list[float]:
    """In points, growing evenly with the count."""
    most = max((each.count or 0 for each in placed), default=0) or 1
    return [_LEAST_PT + (_MOST_PT - _LEAST_PT) * (each.count or 0) / most for each in placed]


def _draw_arrows(axes: Axes, placed: Sequence[Arrow], at: dict[End, Floats], point_m: float) -> list[Floats]:
    """Wide arrows first, so that narrow ones stay visible; two classes between the same places bend differently."""
    widths = _widths(placed)
    drawn = []
    for row in sorted(range(len(placed)), key=lambda row: (-widths[row], row)):
        each = placed[row]
        bend = 0.2 if each.commodity is Commodity.PRODUCT else 0.34
        outline = ribbon(at[each.origin], at[each.destination], bend, widths[row] * point_m, 8.0 * point_m)
        colour, face = _STYLE[each.commodity]
        line = "solid" if each.count is not None else (0, (1.0, 1.0))
        axes.add_patch(Polygon(outline, facecolor="none", edgecolor="white", linewidth=3.2, zorder=3))
        axes.add_patch(
            Polygon(
                outline, facecolor=face, edgecolor=colour, linewidth=1.3, linestyle=line, joinstyle="round", zorder=3
            )
        )
        drawn.append(outline)
    return drawn


def _draw_ends(
    axes: Axes,
    ends: dict[End, tuple[Floats, bool]],
    edges: tuple[float, float, float, float],
    drawn: Sequence[Floats],
) -> None:
    """Marks, and names beside marks and arrows."""
    height = (edges[3] - edges[2]) / 34.0
    for end, ((x, y), beyond) in ends.items():
        axes.plot(
            x,
            y,
            marker=_MARKERS[end.kind],
            markersize=9,
            markerfacecolor="white" if beyond else INK,
            markeredgecolor=INK,
            markeredgewidth=1.4,
            linestyle="none",
            zorder=5,
        )
    names = list(ends)
    wanted = np.array([at for at, _ in ends.values()])
    sizes = np.array([(0.52 * height * len(end.name), height) for end in names])
    marks = [shapely.box(*(at - 0.4 * height), *(at + 0.4 * height)) for at, _ in ends.values()]
    avoid = np.array([*marks, *(shapely.Polygon(outline).buffer(0.0) for outline in drawn)], dtype=object)
    found = clear_places(wanted, sizes, edges, avoid, (0.22, 0.30), weight=3.0)
    for end, at, place, size in zip(names, found, wanted, sizes, strict=True):
        draw_leader(axes, place, at, size)
        axes.text(
            at[0],
            at[1],
            end.name,
            ha="center",
            va="center",
            fontsize=11,
            fontweight="bold",
            path_effects=HALO,
            zorder=6,
        )


def _draw_key(axes: Axes, placed: Sequence[Arrow], ends: dict[End, tuple[Floats, bool]], language: Language) -> None:
    most = max((each.count or 0 for each in placed), default=0)
    handles: list[Patch | Line2D] = []
    for commodity, (colour, face) in _STYLE.items():
        if any(each.commodity is commodity for each in placed):
            handles.append(
                Patch(edgecolor=colour, facecolor=face, linewidth=1.3, label=_NAMES[commodity].text(language))
            )
    for count in sorted({1, max(1, round(most / 2)), most} - {0}) if most else ():
        width = _LEAST_PT + (_MOST_PT - _LEAST_PT) * count / most
        unit = (words.CONSIGNMENT if count == 1 else words.CONSIGNMENTS).text(language)
        label = f"{count:,} {unit}"
        handles.append(Line2D([], [], color="#555555", linewidth=width, label=label, solid_capstyle="butt"))
    if any(each.count is None for each in placed):
        uncounted = words.UNCOUNTED.text(language)
        handles.append(Line2D([], [], color="#555555", linestyle="dotted", linewidth=2.0, label=uncounted))
    for kind in EndKind:
        if any(end.kind is kind for end in ends):
            handles.append(Line2D([], [], marker=_MARKERS[kind], label=_KINDS[kind].text(language), ls="", color=INK))
    if any(beyond for _, beyond in ends.values()):
        handles.append(
            Line2D([], [], marker="D", markerfacecolor="white", label=words.BEYOND.text(language), ls="", color=INK)
        )
    axes.legend(
        handles=handles, loc="lower left", fontsize=10, framealpha=0.95, edgecolor="#9a9a9a", handlelength=3.5
    ).set_zorder(7)


def _draw_caption(figure: Figure, flows: Series[FlowRecord], left_out: Sequence[Arrow], language: Language) -> None:
    periods = [record.period for record in flows.current()]
    first, last = min(period.first for period in periods), max(period.last for period in periods)
    cited = list(dict.fromkeys(record.source.url or record.source.file for record in flows.current()))
    said = "; ".join(cited[:_MOST_SOURCES]) + (
        f" (+{len(cited) - _MOST_SOURCES})" if len(cited) > _MOST_SOURCES else ""
    )
    lines = [f"{words.FLOWS_WHAT.text(language)} {first} – {last}.", f"{words.SOURCES.text(language)}: {said}"]
    if left_out:
        names = "; ".join(f"{each.origin.name} → {each.destination.name}" for each in left_out)
        lines.append(words.NOT_DRAWN.text(language).format(names=names))
    figure.text(0.012, 0.1, "\n".join(fill(line, 200) for line in lines), fontsize=9.5, va="top", linespacing=1.4)
