"""A forecast as a map of municipios: what is expected, how uncertain it is, where it is highest, how states change.

The legend says what the counts are and are not. Drawn in Lambert's equal-area projection about all areas; 1,600 pixels
wide; the same content gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from textwrap import fill

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from otear.domain.bilingual import Bilingual, Language
from otear.errors import InputError
from otear.forecast import map_words as words
from otear.forecast.areas import Areas, Shapes
from otear.forecast.canvas import (
    HALO,
    INK,
    Classes,
    classes,
    clear_places,
    draw_areas,
    draw_leader,
    draw_rims,
    draw_scale,
    frame,
    projected,
    write_png,
)
from otear.geo.frames import Floats

_NO_FORECAST = "#d8d8d8"
_SILENT = "#e6e6e6"
_GREY = "#444444"
_WIDE = 16.0 * 0.628 / 6.67
"""How many times as wide as high both maps are."""
_HIGH = 12.5
"""Inches from the lower to the upper edge."""
_LISTED = 8
_KEY = (0.26, 0.30)
"""How much of the map, from its lower left, the key takes."""


class Direction(StrEnum):
    """Where a rate is going; unclear is what cannot be told from so few."""

    RISING = "rising"
    STEADY = "steady"
    FALLING = "falling"
    UNCLEAR = "unclear"


_ARROWS = {Direction.RISING: "▲", Direction.STEADY: "►", Direction.FALLING: "▼", Direction.UNCLEAR: "?"}
_SAID = {
    Direction.RISING: words.RISING,
    Direction.STEADY: words.STEADY,
    Direction.FALLING: words.FALLING,
    Direction.UNCLEAR: words.UNCLEAR,
}


@dataclass(frozen=True)
class Trend:
    """How one state changes: its key, `counts` of one series in `years`, where that is going, and why that is said.

    `silent` are years in which the series reports nothing at all; `others` are what other series count there, which is
    shown beside it and added to nothing.
    """

    state: str
    years: Sequence[int]
    counts: Sequence[float]
    direction: Direction
    because: Bilingual
    silent: Sequence[int] = ()
    others: Sequence[Bilingual] = ()


@dataclass(frozen=True, eq=False)
class MapPicture:
    """What to draw: for the n `areas` the `expected` number of sites in `year`, and the lowest and highest numbers of
    an interval that holds a `share` of what may come, each (n,); NaN where nothing is forecast.

    `series` is what `model` learned from, from the `first` to the `last` year; `what` says what is counted, `note` is
    one more sentence for the legend, `unit` what an area is called, and `credit` whose boundaries these are.
    """

    areas: Areas
    states: Areas
    expected: Floats
    low: Floats
    high: Floats
    share: float
    year: int
    series: str
    first: int
    last: int
    model: Bilingual
    trends: Sequence[Trend]
    trends_series: str
    credit: str
    what: Bilingual = words.REPORTED
    note: Bilingual | None = None
    unit: Bilingual = words.MUNICIPIO

    def __post_init__(self) -> None:
        for name in ("expected", "low", "high"):
            values = getattr(self, name)
            if values.shape != (len(self.areas),) or np.any(values < 0.0):
                raise InputError(
                    f"it is not a number of at least 0 for each of {len(self.areas)} areas",
                    source="map",
                    field=name,
                    remedy="Give one number for each area, in the order of the areas",
                )
        self.states.rows([trend.state for trend in self.trends])


def draw_map(picture: MapPicture, path: Path, language: Language = "en") -> None:
    """Write the picture as a PNG. Raises `InputError` for a name that is no PNG's."""
    figure = Figure(figsize=(16.0, _HIGH), dpi=100, facecolor="white")
    project = picture.areas.projection
    shapes, states = projected(picture.areas.shapes, project), projected(picture.states.shapes, project)
    _draw_heading(figure, picture, language)
    main = figure.add_axes(_place(0.012, 4.85, 0.628, 6.67))
    main.set_anchor("W")
    steps = classes(picture.expected)
    edges = _draw_values(main, picture.expected, steps, shapes, states)
    _draw_key(main, steps, words.EXPECTED.text(language), picture, language, size=10.0)
    draw_scale(main, edges, (0.30, 0.04))
    _draw_state_names(main, picture, shapes[steps.of(np.nan_to_num(picture.expected)) >= 2], edges)
    second = figure.add_axes(_place(0.652, 7.75, 0.336, 3.6))
    upper = classes(picture.high, most=6, least=1.0)
    _draw_values(second, picture.high, upper, shapes, states)
    _draw_key(second, upper, "", picture, language, size=8.0)
    second.set_anchor("W")
    second.set_title(words.UPPER.text(language).format(share=picture.share), loc="left", fontsize=11, fontweight="bold")
    _draw_table(figure.add_axes(_place(0.652, 4.85, 0.336, 2.73)), picture, language)
    _draw_trends(figure, picture, language)
    _draw_legend(figure.add_axes(_place(0.012, 0.12, 0.976, 1.5)), picture, language)
    write_png(figure, path)


def _place(left: float, bottom_in: float, width: float, height_in: float) -> tuple[float, float, float, float]:
    """Where axes stand: shares of the width, inches of the height."""
    return left, bottom_in / _HIGH, width, height_in / _HIGH


def _draw_heading(figure: Figure, picture: MapPicture, language: Language) -> None:
    title = words.TITLE.text(language).format(year=picture.year, unit=picture.unit.text(language))
    about = words.SUBTITLE.text(language).format(
        model=picture.model.text(language), series=picture.series, first=picture.first, last=picture.last
    )
    figure.text(0.012, 12.2 / _HIGH, title, fontsize=20, fontweight="bold", va="center")
    figure.text(0.012, 11.82 / _HIGH, about, fontsize=12, va="center")


def _draw_values(
    axes: Axes, values: Floats, steps: Classes, shapes: Shapes, states: Shapes
) -> tuple[float, float, float, float]:
    known = np.isfinite(values)
    colours = np.array(steps.colours)[steps.of(values[known])]
    draw_areas(axes, shapes[known], colours.tolist())
    if not known.all():
        draw_areas(axes, shapes[~known], [_NO_FORECAST] * int((~known).sum()), hatch="////")
    draw_rims(axes, states)
    return frame(axes, states, ratio=_WIDE)


def _draw_key(axes: Axes, steps: Classes, title: str, picture: MapPicture, language: Language, *, size: float) -> None:
    labels = steps.labels(words.BELOW.text(language), words.LEAST.text(language))
    handles = [
        Patch(facecolor=colour, edgecolor=INK, linewidth=0.6, label=label)
        for colour, label in zip(reversed(steps.colours), reversed(labels), strict=True)
    ]
    if not np.isfinite(picture.expected).all():
        handles.append(
            Patch(facecolor=_NO_FORECAST, hatch="////", edgecolor="#9a9a9a", label=words.NO_FORECAST.text(language))
        )
    key = axes.legend(
        handles=handles, title=title or None, loc="lower left", fontsize=size, framealpha=0.95, edgecolor="#9a9a9a"
    )
    key.get_title().set_fontweight("bold")
    key.get_title().set_fontsize(size)


def _draw_state_names(axes: Axes, picture: MapPicture, avoid: Shapes, edges: tuple[float, float, float, float]) -> None:
    """Beside what is coloured, so that no name hides it."""
    rows = picture.states.rows([trend.state for trend in picture.trends])
    places = np.column_stack(picture.areas.projection(*picture.states.middles_deg[rows, ::-1].T))
    names = [
        f"{picture.states.names[row]} {_ARROWS[trend.direction]}"
        for trend, row in zip(picture.trends, rows, strict=True)
    ]
    height = (edges[3] - edges[2]) / 30.0
    sizes = np.array([(0.5 * height * len(name), height) for name in names])
    found = clear_places(places, sizes, edges, avoid, _KEY, weight=0.6)
    for name, at, place, size in zip(names, found, places, sizes, strict=True):
        draw_leader(axes, place, at, size)
        axes.text(
            at[0], at[1], name, ha="center", va="center", fontsize=11, fontweight="bold", color=INK, path_effects=HALO
        )


def _draw_table(axes: Axes, picture: MapPicture, language: Language) -> None:
    axes.set_axis_off()
    axes.set_title(words.HIGHEST.text(language), loc="left", fontsize=11, fontweight="bold", y=0.93)
    order = np.argsort(-np.nan_to_num(picture.expected, nan=-1.0), kind="stable")[:_LISTED]
    unit = picture.unit.text(language)
    heads = words.COLUMNS.text(language).format(share=picture.share, unit=unit).split("|")
    rows = [
        (
            picture.areas.keys[at],
            picture.areas.names[at],
            picture.areas.parents[at],
            _number(picture.expected[at]),
            f"{_number(picture.low[at])} – {_number(picture.high[at])}",
        )
        for at in order
        if np.isfinite(picture.expected[at])
    ]
    places = (0.0, 0.12, 0.44, 0.73, 1.0)
    for line, cells in enumerate([heads, *rows]):
        y = 0.88 - 0.098 * line
        for column, (x, said) in enumerate(zip(places, cells, strict=True)):
            axes.text(
                x,
                y,
                said,
                fontsize=9.5,
                va="center",
                ha="right" if column >= 3 else "left",
                fontweight="bold" if line == 0 else "normal",
            )
    axes.plot([0.0, 1.0], [0.835, 0.835], color=INK, linewidth=0.8)
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(0.0, 1.0)


def _number(value: float) -> str:
    return (
        f"{value:,.0f}"
        if value >= 10.0 or value == round(value)
        else f"{value:.1f}"
        if value >= 1.0
        else f"{value:.2g}"
    )


def _draw_trends(figure: Figure, picture: MapPicture, language: Language) -> None:
    if not picture.trends:
        return
    heading = words.TRENDS if len(picture.trends) == 5 else words.TRENDS_ANY
    figure.text(
        0.012,
        4.56 / _HIGH,
        heading.text(language).format(series=picture.trends_series),
        fontsize=11,
        fontweight="bold",
        va="center",
    )
    width = 0.976 / len(picture.trends)
    rows = picture.states.rows([trend.state for trend in picture.trends])
    for column, (trend, row) in enumerate(zip(picture.trends, rows, strict=True)):
        axes = figure.add_axes(_place(0.012 + column * width, 3.22, width - 0.022, 0.93))
        axes.bar(trend.years, trend.counts, color="#8c4a12", edgecolor=INK, linewidth=0.5, width=0.8)
        top = max(*trend.counts, 1.0)
        for year in trend.silent:
            axes.axvspan(year - 0.5, year + 0.5, color=_SILENT, linewidth=0)
        for year, count in zip(trend.years, trend.counts, strict=True):
            axes.text(year, count + 0.04 * top, f"{count:,g}" if count else "", ha="center", va="bottom", fontsize=8)
        axes.set_ylim(0.0, 1.28 * top)
        axes.set_xlim(min(trend.years) - 0.7, max(trend.years) + 0.7)
        axes.set_xticks([min(trend.years), max(trend.years)])
        axes.tick_params(labelsize=8, length=2)
        axes.set_yticks([])
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        said = f"{picture.states.names[row]}  {_ARROWS[trend.direction]} {_SAID[trend.direction].text(language)}"
        axes.set_title(said, loc="left", fontsize=11, fontweight="bold", pad=4)
        because = fill(trend.because.text(language), 46)
        axes.text(0.0, -0.27, because, transform=axes.transAxes, fontsize=8.5, va="top")
        beside = [words.OTHERS.text(language), *(each.text(language) for each in trend.others)]
        if trend.others:
            axes.text(
                0.0, -0.68, "\n".join(beside), transform=axes.transAxes, fontsize=8.5, va="top", color=_GREY,
                linespacing=1.25,
            )  # fmt: skip


def _draw_legend(axes: Axes, picture: MapPicture, language: Language) -> None:
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_facecolor("#f7f7f4")
    said = [sentence.text(language) for sentence in (picture.what, *words.WHAT)]
    if picture.note is not None:
        said.append(picture.note.text(language))
    if any(trend.silent for trend in picture.trends):
        said.append(words.SILENT.text(language))
    said.append(words.CREDIT.text(language).format(credit=picture.credit))
    half = (len(said) + 1) // 2
    axes.text(
        0.008, 0.94, words.WHAT_TITLE.text(language), fontsize=11, fontweight="bold", va="top", transform=axes.transAxes
    )
    for column, part in enumerate((said[:half], said[half:])):
        text = "\n".join(fill(f"• {sentence}", 111, subsequent_indent="   ") for sentence in part)
        axes.text(0.008 + 0.5 * column, 0.79, text, fontsize=9.2, va="top", linespacing=1.3, transform=axes.transAxes)
