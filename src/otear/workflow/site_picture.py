"""An account of a site as a picture: belief after each line of it, and its cues about its middle.

The map is the account's own plane: x east, y north of its first cue, metres.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse as EllipsePatch

from otear.coverage.maps import finish, square_around, write_png
from otear.domain.evidence import Line
from otear.domain.times import utc_text
from otear.evidence.marks import Mark, mark_of
from otear.geo.ellipse import ellipse_90
from otear.geo.frames import Floats
from otear.workflow.site_accounts import Account
from otear.workflow.site_documents import NO_PROOF, running
from otear.workflow.site_gathering import report_mark
from otear.workflow.site_words import percent

_LEAST_SPAN_M = 80.0
_COLOURS = {"cue": "#1b7837", "miss": "#b2182b", "report": "#1f78b4", "forecast": "#555555"}
_LEAST, _MOST = 1e-4, 1.0 - 1e-4
"""The belief scale ends here: its steps are those of the odds."""
_TICKS = (0.001, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 0.999)


def draw_account(account: Account, path: Path) -> None:
    """Write the picture as a PNG. The same account gives the same bytes."""
    figure = Figure(figsize=(13.0, 6.6), dpi=110, layout="constrained")
    said = f"{account.site_id}   {account.judged.state.value.replace('_', ' ')}"
    figure.suptitle(
        f"{said}   believed with {percent(account.belief.posterior)}", x=0.01, ha="left", fontsize=13, fontweight="bold"
    )
    left, right = figure.subplots(1, 2)
    _draw_belief(left, list(running(account)))
    _draw_place(right, account)
    figure.supxlabel(NO_PROOF, fontsize=8)
    write_png(figure, path)


def _draw_belief(axes: Axes, lines: list[tuple[Line, float]]) -> None:
    """One line of the account a row, the oldest on top: how far it moves belief, on a scale of odds."""
    rows = np.arange(len(lines))
    at = [_odds(after) for _, after in lines]
    for row, (line, _) in zip(rows.tolist(), lines, strict=True):
        before = at[row - 1] if row else at[row]
        colour = _COLOURS[line.kind]
        axes.barh(row, at[row] - before, left=before, height=0.5, color=colour, alpha=0.6)
        axes.plot([at[row]], [row], marker="o", color=colour)
        if row:
            axes.plot([before, before], [row - 1, row], color="#888888", linewidth=0.8)
    axes.set_yticks(rows, [_label(line) for line, _ in lines], fontsize=7)
    axes.invert_yaxis()
    axes.set_xticks([_odds(tick) for tick in _TICKS], [percent(tick) for tick in _TICKS], fontsize=7)
    axes.set_xlim(_odds(_LEAST), _odds(_MOST))
    axes.grid(axis="x", linewidth=0.4)
    axes.set_xlabel("belief that there is a site", fontsize=8)


def _draw_place(axes: Axes, account: Account) -> None:
    plane = account.plane
    marks = [mark_of(cue, plane) for cue in account.cues] + [report_mark(one, plane) for one in account.reports]
    reach = float(ellipse_90(account.middle.covariance).major_m)
    corners = np.array([account.middle.at - reach, account.middle.at + reach])
    extent = square_around(np.concatenate([corners, *(one.at[None] for one in marks)]), _LEAST_SPAN_M)
    kinds = sorted({_named(one) for one in marks})
    for one in marks:
        colour = f"C{kinds.index(_named(one))}"
        axes.plot(*one.at, marker="+", markersize=9, color=colour, linestyle="none")
        _draw_ellipse(axes, one.at, one.noise + one.bias, colour, filled=False)
    for number, kind in enumerate(kinds):
        axes.plot([], [], marker="+", color=f"C{number}", linestyle="none", label=kind)
    _draw_ellipse(axes, account.middle.at, account.middle.covariance, "black", filled=True)
    axes.plot(
        *account.middle.at, marker="x", markersize=9, color="black", linestyle="none", label="middle, 90% ellipse"
    )
    axes.legend(loc="upper left", fontsize=7)
    finish(axes, extent)


def _draw_ellipse(axes: Axes, at: Floats, covariance: Floats, colour: str, *, filled: bool) -> None:
    shape = ellipse_90(covariance)
    angle = 90.0 - float(np.degrees(shape.azimuth))
    width, height = 2.0 * float(shape.major_m), 2.0 * float(shape.minor_m)
    patch = EllipsePatch((at[0], at[1]), width, height, angle=angle, fill=filled, edgecolor=colour, linewidth=0.8)
    if filled:
        patch.set_facecolor((0.0, 0.0, 0.0, 0.12))
    axes.add_patch(patch)


def _named(mark: Mark) -> str:
    return "report" if mark.kind is None else mark.kind.value.replace("_", " ")


def _label(line: Line) -> str:
    return line.kind if line.time_us is None else f"{line.kind}\n{utc_text(line.time_us)[:16]}"


def _odds(belief: float) -> float:
    p = float(np.clip(belief, _LEAST, _MOST))
    return float(np.log(p) - np.log1p(-p))
