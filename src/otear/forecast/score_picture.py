"""Scores as a picture without colours: the share in the top 5%, the log score, and the share year by year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from otear.forecast.canvas import INK, write_png
from otear.forecast.panel import Panel
from otear.forecast.scoring import YearScore, best_possible, pooled, top_places

_SHOWN = {"last year": ":", "three years": "--", "ours": "-"}
"""Whose shares are drawn year by year, and how: more lines than these cannot be told apart in black and white."""
_MARK = {True: ("o", INK), False: ("o", "white")}


@dataclass(frozen=True, eq=False)
class Drawn:
    """What to draw: a title, the test `years` of each forecaster by name, their panel, the share nobody exceeds."""

    title: str
    years: Mapping[str, Sequence[YearScore]]
    panel: Panel
    best_possible: float


def draw_scores(drawn: Drawn, path: Path) -> None:
    """Write the PNG. The same scores give the same bytes. Raises `InputError` for another ending than .png."""
    figure = Figure(figsize=(12.0, 4.4), dpi=110, layout="constrained")
    figure.suptitle(drawn.title, x=0.01, ha="left", fontsize=11, weight="bold")
    share, log_score, yearly = figure.subplots(1, 3, width_ratios=(3, 3, 4))
    scores = {name: pooled(years) for name, years in drawn.years.items()}
    _draw_dots(share, {name: score.share for name, score in scores.items()}, "{:.3f}")
    share.axvline(drawn.best_possible, color=INK, linewidth=1.2, linestyle="--")
    share.set_xlim(0.0, drawn.best_possible * 1.18)
    share.set_title(f"Share in the top 5%; dashed: best, {drawn.best_possible:.3f}", loc="left", fontsize=9.5)
    _draw_dots(log_score, {name: score.log_score for name, score in scores.items()}, "{:.4f}")
    log_score.margins(x=0.25)
    log_score.set_title("Log score, nearer 0 is better", loc="left", fontsize=9.5)
    log_score.set_yticklabels([])
    _draw_years(yearly, drawn)
    for axes in (share, log_score, yearly):
        axes.tick_params(labelsize=8)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
    figure.supxlabel(
        f"Top 5%: {top_places(len(drawn.panel.areas))} areas. Each year foreseen from the years before it. Counts are"
        " of what was found and reported.",
        fontsize=8,
    )
    write_png(figure, path)


def _draw_dots(axes: Axes, values: Mapping[str, float | None], form: str) -> None:
    names = list(values)[::-1]
    for row, name in enumerate(names):
        value = values[name]
        if value is None:
            continue
        marker, face = _MARK[name == "ours"]
        axes.plot([value], [row], marker, markersize=8, color=INK, markerfacecolor=face)
        axes.annotate(
            form.format(value), (value, row), (0, 7), textcoords="offset points", fontsize=8, ha="center", va="bottom"
        )
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(-0.5, len(names) - 0.3)
    axes.grid(axis="y", linewidth=0.4, color="#bbbbbb")
    axes.xaxis.set_major_locator(MaxNLocator(5))


def _draw_years(axes: Axes, drawn: Drawn) -> None:
    tested = [score.year for score in drawn.years["ours"] if score.sites]
    best = [best_possible(drawn.panel, [year]).share for year in tested]
    axes.plot(tested, best, "-", color="#999999", linewidth=1.0, label="best possible")
    for name, line in _SHOWN.items():
        shares = [score.inside / score.sites for score in drawn.years[name] if score.sites]
        axes.plot(tested, shares, line, color=INK, linewidth=2.0 if name == "ours" else 1.3, label=name)
    axes.set_ylim(0.0, 1.02)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_title("Share in the top 5%, year by year", loc="left", fontsize=9.5)
    axes.legend(fontsize=8, frameon=False, loc="lower center", ncols=2)
