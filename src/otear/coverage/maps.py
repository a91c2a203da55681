"""What every map here has: shaded relief under it, metres along its edges, a scale bar and a north arrow.

Axes are x east, y north, metres, of a projection that is true at the middle of the map.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LightSource, Normalize
from matplotlib.figure import Figure
from matplotlib.text import Text
from pyproj import Proj
from scipy.ndimage import gaussian_filter

from otear.errors import InputError
from otear.geo.frames import Floats

HeightsAt = Callable[[Floats, Floats], Floats]
"""Heights in metres of places in radians, NaN where unknown; shape is the inputs'."""
Extent = tuple[float, float, float, float]
"""West, east, south, north in metres."""

_MARGIN = 0.12
_RELIEF_POSTS = 500
_SMOOTH_M = 30.0
"""About the spacing of global elevation posts: between those the surface is bilinear, and its creases would show."""


def write_png(figure: Figure, path: Path) -> None:
    """Write a figure, whole or not at all, every text as it is. Raises `InputError` for a name that is no PNG's."""
    if path.suffix.lower() != ".png":
        raise InputError("pictures are written as PNG", source=path, remedy="End the name in .png")
    for text in figure.findobj(Text):
        text.set_parse_math(False)
    draft = path.with_name(f".{path.name}")
    try:
        figure.savefig(draft, format="png", metadata={"Software": None})
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def square_around(places: Floats, least_m: float) -> Extent:
    """The square that shows all places (n, 2), and a margin; not smaller than `least_m`."""
    low, high = places.min(axis=0), places.max(axis=0)
    centre = (low + high) / 2.0
    half = max(float((high - low).max()), least_m) * (0.5 + _MARGIN)
    return centre[0] - half, centre[0] + half, centre[1] - half, centre[1] + half


def finish(axes: Axes, extent: Extent) -> None:
    """Set the edges, and draw scale bar and north arrow."""
    west, east, south, north = extent
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    axes.set_aspect("equal")
    axes.tick_params(labelsize=7)
    _draw_scale_and_north(axes, west, south, east, north)


def draw_relief(axes: Axes, heights_at: HeightsAt | None, project: Proj, extent: Extent) -> None:
    """Shade the terrain, lit from the north-west; plain ground where there is none."""
    axes.set_facecolor("#e8e8e4")
    if heights_at is None:
        return
    # Past the map's edges too, where smoothing has nothing to go by; the map cuts that off.
    rim = np.array([-1.0, 1.0]) * 2.0 * _SMOOTH_M
    (west, east), (south, north) = extent[:2] + rim, extent[2:] + rim
    x, step = np.linspace(west, east, _RELIEF_POSTS, retstep=True)
    y = np.linspace(north, south, _RELIEF_POSTS)
    lon, lat = project(*np.meshgrid(x, y), inverse=True)
    heights = heights_at(np.radians(lat), np.radians(lon))
    known = np.isfinite(heights)
    if known.any():
        # Weighed by what is known, so that smoothing neither spreads holes nor pulls their rims down.
        spread = _SMOOTH_M / float(step)
        weight = gaussian_filter(known.astype(np.float64), spread)
        smooth = gaussian_filter(np.where(known, heights, 0.0), spread) / np.where(known, weight, np.nan)
        shade = LightSource(azdeg=315.0, altdeg=45.0).hillshade(smooth, dx=float(step), dy=float(step))
        grey = np.ma.masked_invalid(np.where(known, 0.35 + 0.6 * shade, np.nan))
        where = (west, east, south, north)
        axes.imshow(grey, extent=where, cmap="gray", norm=Normalize(0.0, 1.0), interpolation="bilinear")


def _draw_scale_and_north(axes: Axes, west: float, south: float, east: float, north: float) -> None:
    length = _round_length((east - west) / 4.0)
    x, y = west + 0.05 * (east - west), south + 0.05 * (north - south)
    axes.plot([x, x + length], [y, y], color="black", linewidth=5, solid_capstyle="butt")
    axes.plot([x, x + length / 2.0], [y, y], color="white", linewidth=3, solid_capstyle="butt")
    text = f"{length:g} m" if length < 1000.0 else f"{length / 1000.0:g} km"
    box = {"facecolor": "white", "alpha": 0.7, "edgecolor": "none", "pad": 1.5}
    axes.text(x + length / 2.0, y + 0.015 * (north - south), text, ha="center", va="bottom", fontsize=8, bbox=box)
    axes.annotate(
        "N",
        xy=(0.95, 0.97),
        xytext=(0.95, 0.87),
        xycoords="axes fraction",
        ha="center",
        fontsize=11,
        fontweight="bold",
        arrowprops={"arrowstyle": "-|>", "linewidth": 2.0, "color": "black"},
    )


def _round_length(length_m: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is not longer."""
    power = 10.0 ** np.floor(np.log10(length_m))
    return float(max(step for step in (1.0, 2.0, 5.0) if step * power <= length_m) * power)
