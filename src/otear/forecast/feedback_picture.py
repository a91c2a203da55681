"""The feedback experiment as a picture without colours: effort that runs away beside effort that does not.

Left and middle: the share of sorties meant for the first district, day by day, one thin line for each of some runs,
with the middle and the central 90% of all runs. Right: where all runs end. The grey ribbon is the truth, 5 percentage
points either way.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from otear.forecast.canvas import INK, write_png
from otear.forecast.feedback import NEAR, Districts, Shares, ends
from otear.forecast.panel import Floats

_RUNS_SHOWN = 25
_POINTS = 400
"""Days drawn of each line: more would only make the file larger."""
_BINS = np.linspace(0.0, 1.0, 51)
_BARS: dict[str, dict[str, Any]] = {
    "naive": {"facecolor": "white", "hatch": "////", "linewidth": 0.9},
    "ours": {"facecolor": "#444444", "linewidth": 0.9},
}


def draw_feedback(districts: Districts, naive: Shares, ours: Shares, path: Path) -> None:
    """Write the PNG. The same experiment gives the same bytes.

    Raises `InputError` for another ending than .png.
    """
    figure = Figure(figsize=(11.0, 4.6), dpi=110, layout="constrained")
    runs, days = naive.effort.shape
    rates = " and ".join(f"{rate:g}" for rate in districts.rates)
    figure.suptitle(
        f"Two districts where {rates} sites come up a day, {districts.sorties_a_day} sorties a day: the share of"
        f" sorties in the first, {runs:,} runs",
        x=0.01,
        ha="left",
        fontsize=11,
        weight="bold",
    )
    away, near, last = figure.subplots(1, 3, sharey=True, width_ratios=(4, 4, 2))
    named = (
        (away, naive, "Naive: by what was found"),
        (near, ours, "Ours: by what was found per look, a share at random"),
    )
    for axes, shares, name in named:
        _draw_days(axes, shares.effort, districts)
        axes.set_title(f"{name}\n{_said(shares, districts)}", loc="left", fontsize=9)
    _draw_ends(last, (naive.effort[:, -1], ours.effort[:, -1]), districts)
    away.set_ylim(0.0, 1.0)
    away.yaxis.set_major_formatter(PercentFormatter(1.0))
    away.set_ylabel("share of sorties in the first district", fontsize=9)
    away.legend(loc="lower left", fontsize=8, framealpha=0.95, edgecolor="none")
    for axes in (away, near, last):
        axes.tick_params(labelsize=8)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
    figure.supxlabel(
        f"Dashed: what would be right, {districts.split:.0%}. Grey ribbon: {100 * NEAR:.0f} percentage points either"
        f" way. Simulated: {days:,} days; no place on any map.",
        fontsize=8,
    )
    write_png(figure, path)


def _said(shares: Shares, districts: Districts) -> str:
    found = ends(shares, districts)
    return f"90% of runs end at {found.low:.0%} to {found.high:.0%}; {found.near:.0%} within {100 * NEAR:.0f} points"


def _draw_days(axes: Axes, effort: Floats, districts: Districts) -> None:
    days = effort.shape[1]
    shown = np.unique(np.linspace(0, days - 1, _POINTS).round().astype(int))
    low, middle, high = np.quantile(effort[:, shown], (0.05, 0.5, 0.95), axis=0)
    _draw_truth(axes, districts)
    for row, run in enumerate(effort[:_RUNS_SHOWN, shown]):
        axes.plot(shown + 1, run, color="#777777", linewidth=0.4, label=None if row else "one run")
    axes.plot(shown + 1, middle, color=INK, linewidth=2.2, label="middle of all runs")
    for row, edge in enumerate((low, high)):
        axes.plot(shown + 1, edge, ":", color=INK, linewidth=1.4, label=None if row else "90% of runs are between")
    axes.set_xlim(1, days)
    axes.set_xlabel("day", fontsize=9)


def _draw_ends(axes: Axes, last: Sequence[Floats], districts: Districts) -> None:
    _draw_truth(axes, districts)
    for end, (name, look) in zip(last, _BARS.items(), strict=True):
        shares = np.histogram(end, _BINS)[0] / len(end)
        axes.stairs(shares, _BINS, orientation="horizontal", fill=True, edgecolor=INK, label=name, **look)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel("share of runs", fontsize=9)
    axes.set_title("Where all runs end\n", loc="left", fontsize=9)
    axes.legend(loc="lower right", fontsize=8, frameon=False)


def _draw_truth(axes: Axes, districts: Districts) -> None:
    axes.axhspan(districts.split - NEAR, districts.split + NEAR, color="#dcdcdc", linewidth=0.0)
    axes.axhline(districts.split, color=INK, linewidth=1.0, linestyle=(0, (6, 4)))
