"""An answer about capacity as a picture without colours: what is found, what one more orbit adds, what it takes."""

from __future__ import annotations

from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter, PercentFormatter

from otear.coverage.maps import write_png
from otear.domain.capacity import Capacity, Case, Row
from otear.plan.capacity.answer import IDEAL, REAL, CapacityTerms

_LINES = {IDEAL: "--", REAL: "-"}
_MARKERS = {IDEAL: "s", REAL: "o"}
_STOPS = ("X", "P", "D", "v")
_HOLLOW: dict[str, Any] = {"color": "black", "markerfacecolor": "white", "markersize": 10, "linestyle": "none"}
_LEAST_POINTS = 1e-6
"""The scale ends here: it has no place for nothing."""
_NARROW = 15.0
"""A scale that spans less than this factor is labelled between its powers of ten, too."""
_BOXED = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.0}


def draw_capacity(answer: Capacity, terms: CapacityTerms, name: str, path: Path) -> None:
    """Write the PNG; `name` says of which forecast. The same answer gives the same bytes.

    Raises `InputError` for another ending than .png.
    """
    figure = Figure(figsize=(13.0, 6.2), dpi=110, layout="constrained")
    figure.suptitle(
        f"Survey orbits over {terms.period.days} days. Forecast: {name}", x=0.01, ha="left", fontsize=12, weight="bold"
    )
    found, adds, takes = figure.subplots(1, 3)
    _draw_found(found, answer, terms)
    _draw_adds(adds, answer, terms)
    _draw_takes(takes, answer, terms)
    for axes in (found, adds, takes):
        axes.set_xlabel("orbits", fontsize=9)
        axes.set_xlim(0.0, float(answer.curve.orbits[-1]))
        axes.grid(linewidth=0.4, color="#bbbbbb")
        axes.tick_params(which="both", labelsize=8)
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), fontsize=8, frameon=False)
    figure.supxlabel(
        "Of sites that can be seen from the air; those in towns are out of reach. A bound: flown plans find less.",
        fontsize=8,
    )
    write_png(figure, path)


def case_of(row: Row, case: str) -> Case:
    """One of a row's two cases by its name."""
    return row.ideal if case == IDEAL else row.real


def _label(case: str, terms: CapacityTerms) -> str:
    return f"{case}: {terms.share(case):.0%} of planned hours flown"


def _draw_found(axes: Axes, answer: Capacity, terms: CapacityTerms) -> None:
    curve = answer.curve
    for case, shade in ((IDEAL, "#e4e4e4"), (REAL, "#c2c2c2")):
        axes.fill_between(curve.orbits, *curve.p_detect_90[case], color=shade, linewidth=0.0)
    for case, below in ((IDEAL, False), (REAL, True)):
        axes.plot(curve.orbits, curve.p_detect[case], _LINES[case], color="black", label=_label(case, terms))
        for row in answer.rows:
            share = case_of(row, case).p_detect
            axes.plot([row.orbits], [share], _MARKERS[case], color="black", markersize=5)
            axes.annotate(
                f"{share:.0%}",
                (row.orbits, share),
                (0, -7 if below else 7),
                textcoords="offset points",
                fontsize=8,
                ha="center",
                va="top" if below else "bottom",
                bbox=_BOXED,
            )
    counts = [row.orbits for row in answer.rows]
    low, high = np.array([row.real.p_detect_flown for row in answer.rows]).T
    middle, half = (low + high) / 2.0, (high - low) / 2.0
    axes.errorbar(counts, middle, half, fmt="none", ecolor="black", capsize=4, linewidth=1.2, label="flown plans, real")
    axes.fill_between([], [], color="#c2c2c2", label="90% of draws of the forecast")
    axes.set_ylim(0.0, 1.08)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_title("Share of sites detected", loc="left", fontsize=10)


def _draw_adds(axes: Axes, answer: Capacity, terms: CapacityTerms) -> None:
    curve = answer.curve
    for case in (IDEAL, REAL):
        points = np.maximum(100.0 * curve.per_extra_orbit[case], _LEAST_POINTS)
        axes.plot(curve.orbits, points, _LINES[case], color="black", label=case)
        for row in answer.rows:
            adds = max(100.0 * case_of(row, case).p_detect_per_extra_orbit, _LEAST_POINTS)
            axes.plot([row.orbits], [adds], _MARKERS[case], color="black", markersize=5)
        for marker, stop in zip(cycle(_STOPS), answer.worth_up_to[case], strict=False):
            if curve.orbits[0] <= stop <= curve.orbits[-1]:
                at = float(np.exp(np.interp(stop, curve.orbits, np.log(points))))
                axes.plot([stop], [at], marker, **_HOLLOW)
                axes.annotate(f"{stop:.0f}", (stop, at), (7, 5), textcoords="offset points", fontsize=8, bbox=_BOXED)
    for marker, usd in zip(cycle(_STOPS), terms.worth.hour_usd, strict=False):
        label = f"beyond, a further site costs over ${terms.worth.site_usd:,.0f}\nat ${usd:,.0f} a flight hour"
        axes.plot([], [], marker, label=label, **_HOLLOW)
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    plain = FuncFormatter(lambda value, _: f"{value:g}")
    axes.yaxis.set_major_formatter(plain)
    axes.yaxis.set_minor_formatter(plain if high < _NARROW * low else NullFormatter())
    axes.set_title("What one more orbit adds, percentage points", loc="left", fontsize=10)


def _draw_takes(axes: Axes, answer: Capacity, terms: CapacityTerms) -> None:
    curve = answer.curve
    means = [row.need.airframes_by_mean / row.orbits for row in answer.rows]
    axes.plot(curve.orbits, curve.crews, "-.", color="black", label="crews, for days that make up for weather")
    axes.plot(
        curve.orbits,
        curve.airframes,
        "-",
        color="black",
        label=f"airframes, hours there with {terms.period.confidence:.0%}",
    )
    axes.plot(curve.orbits, means[0] * curve.orbits, ":", color="black", label="airframes in the mean, weather aside")
    for row in answer.rows:
        for count, marker in ((row.need.crews, "^"), (row.need.airframes, "o")):
            axes.plot([row.orbits], [count], marker, color="black", markersize=5)
            axes.annotate(
                f"{count}",
                (row.orbits, count),
                (-5, 4),
                textcoords="offset points",
                fontsize=8,
                ha="right",
                bbox=_BOXED,
            )
    axes.set_ylim(bottom=0.0)
    axes.set_title("What it takes", loc="left", fontsize=10)
