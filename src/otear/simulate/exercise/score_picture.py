"""A score as a picture: the map of what was found and missed, how true the confidence was, when sites were found."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LightSource
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.text import Text

from otear.simulate.exercise.score import Score
from otear.simulate.world.truth import Truth

_FOUND, _MISSED, _FALSE = "#1b7837", "#b2182b", "#e08214"


def draw_score(score: Score, truth: Truth, path: Path) -> None:
    """Write the picture as a PNG. The same score gives the same bytes."""
    with mpl.rc_context({"font.family": "DejaVu Sans", "axes.titlesize": 10, "axes.titlelocation": "left"}):
        figure = Figure(figsize=(12.5, 7.0), dpi=110, layout="constrained")
        title = f"Exercise in {truth.world_id}: {_drawable(score.crew)}"
        figure.suptitle(title, x=0.01, ha="left", fontsize=13, fontweight="bold")
        grid = figure.add_gridspec(2, 2, width_ratios=(1.25, 1.0))
        _draw_map(figure.add_subplot(grid[:, 0]), score, truth)
        _draw_belief(figure.add_subplot(grid[0, 1]), score)
        _draw_time(figure.add_subplot(grid[1, 1]), score)
        # A crew may be called as it likes: a dollar sign in its name is no formula.
        for text in figure.findobj(Text):
            text.set_parse_math(False)
        figure.savefig(path, format="png", metadata={"Software": None})


def _drawable(name: str) -> str:
    """A name with a replacement character for each that the font of the title does not have."""
    font = get_font(findfont(FontProperties(family="DejaVu Sans", weight="bold")))
    return "".join(letter if font.get_char_index(ord(letter)) else "\ufffd" for letter in name)


def _draw_map(axes: Axes, score: Score, truth: Truth) -> None:
    land = truth.land
    step = max(1, land.msl_m.shape[0] // 600)
    heights = land.msl_m[::step, ::step]
    parallel, meridian = land.plane.metres_per_radian
    post_rad = np.radians(abs(land.grid.map_from_index.e)) * step
    shade = LightSource(315, 40).hillshade(heights, vert_exag=2.0, dx=post_rad * parallel, dy=post_rad * meridian)
    bounds = land.grid.bounds
    box = np.degrees([bounds.west, bounds.east, bounds.south, bounds.north])
    axes.imshow(shade, cmap="gray", extent=tuple(box.tolist()), vmin=-0.4, vmax=1.0, interpolation="bilinear")
    axes.set_aspect(1.0 / float(np.cos(land.plane.lat)))
    hits = [finding.site for finding in score.calls if finding.site is not None]
    stray = [finding.answer for finding in score.calls if finding.site is None]
    for places, marker, colour, label in (
        (hits, "o", _FOUND, f"found: {len(hits)}"),
        (score.missed, "s", _MISSED, f"missed: {len(score.missed)}"),
        (stray, "X", _FALSE, f"false: {len(stray)}"),
    ):
        lon, lat = [p.lon_deg for p in places], [p.lat_deg for p in places]
        axes.plot(lon, lat, marker, color=colour, markersize=8, fillstyle="none", markeredgewidth=1.8, label=label)
    axes.set_xlim(box[0], box[1])
    axes.set_ylim(box[2], box[3])
    axes.legend(loc="upper left", framealpha=0.9, fontsize=9)
    axes.set_xlabel("longitude, degrees")
    axes.set_ylabel("latitude, degrees")
    chance = score.chance
    axes.set_title(f"as many calls without looking find {chance.expected:.2g} at random, {chance.best:.2g} at best")


def _draw_belief(axes: Axes, score: Score) -> None:
    axes.plot([0, 1], [0, 1], color="0.6", linewidth=1.0, label="as true as said")
    if score.bins:
        said, right, count = zip(*((b.said, b.right, b.count) for b in score.bins), strict=True)
        axes.plot(said, right, marker="o", color=_FOUND, label="this crew")
        for x, y, n in zip(said, right, count, strict=True):
            axes.annotate(f"{n}", (x, y), textcoords="offset points", xytext=(6, -10), fontsize=8)
        axes.legend(loc="upper left", fontsize=8)
    axes.set_xlim(-0.03, 1.03)
    axes.set_ylim(-0.03, 1.03)
    axes.set_xlabel("confidence that was stated")
    axes.set_ylabel("share that are sites")
    skill = "none" if score.brier_skill is None else f"{score.brier_skill:.2f}"
    axes.set_title(f"Belief: skill {skill}, 1 is perfect; the number of answers beside each point")


def _draw_time(axes: Axes, score: Score) -> None:
    minutes = np.array([0.0, *score.minutes_to_find, score.minutes])
    axes.step(minutes, [*range(score.found + 1), score.found], where="post", color=_FOUND)
    axes.axhline(score.found + len(score.missed), color="0.6", linewidth=1.0)
    axes.set_xlabel("minutes from the start, as the crew states them")
    axes.set_ylabel("sites found")
    axes.set_ylim(0, max(score.found + len(score.missed), 1) * 1.1)
    median = f"half of them by minute {np.median(score.minutes_to_find):.0f}" if score.minutes_to_find else "none"
    axes.set_title(f"Time to find: {median}")
