"""What maps of areas share: outlines as one collection, classes with their colours, places for names, a scale bar.

Axes are x east, y north, metres, of an equal-area projection, so that what looks large is large. Colours go from light
to dark and every class also has its words, so that a map copied in black and white still reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path as FilePath
from typing import Any

import numpy as np
import shapely
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from numpy.typing import NDArray
from pyproj import Proj

from otear.errors import InputError
from otear.forecast.areas import Shapes
from otear.geo.frames import Floats

SEA = "#f3f5f7"
INK = "#1b1b1b"
HALO = [withStroke(linewidth=2.6, foreground="white")]
"""Behind writing on a map."""
_FINE_M = 400.0
"""Corners nearer than this to the line between their neighbours do not show on a picture of a country."""


@dataclass(frozen=True)
class Classes:
    """Values sorted into k classes: `edges` (k - 1,) ascend, `colours` are k, light to dark."""

    edges: Floats
    colours: tuple[str, ...]

    def of(self, values: Floats) -> NDArray[np.int64]:
        """The class of each value, its lower edge included."""
        return np.searchsorted(self.edges, values, side="right")

    def labels(self, below: str, least: str) -> tuple[str, ...]:
        """What each class is called: `below` and `least` are the words before a lone edge."""
        said = [f"{edge:,g}" for edge in self.edges]
        between = [f"{low} – {high}" for low, high in pairwise(said)]
        return (f"{below} {said[0]}", *between, f"{least} {said[-1]}")


def classes(values: Floats, most: int = 7, least: float = 0.0) -> Classes:
    """Classes with edges 1, 3, 10, 30 and so on times a power of ten, none below `least`, the highest below the largest
    value."""
    largest = float(np.nanmax(values, initial=0.0)) or 1.0
    steps = [step for power in range(-6, 7) for digit in (1, 3) if (step := digit * 10.0**power) >= least]
    edges = [step for step in steps if step < largest][-(most - 1) :] or steps[:1]
    shades = colormaps["YlOrBr"](np.linspace(0.0, 1.0, len(edges) + 1))
    shades[0] = (1.0, 1.0, 0.98, 1.0)
    return Classes(np.array(edges), tuple("#" + "".join(f"{round(255 * c):02x}" for c in row[:3]) for row in shades))


def projected(shapes: Shapes, project: Proj) -> Shapes:
    """Shapes in degrees as shapes in metres, without the corners that would not show."""
    metres = shapely.transform(shapes, lambda lonlat: np.column_stack(project(*lonlat.T)))
    return np.asarray(shapely.simplify(metres, _FINE_M, preserve_topology=True), dtype=object)


def draw_areas(axes: Axes, shapes: Shapes, colours: Sequence[str], *, hatch: str | None = None) -> None:
    """Fill areas, shapes in metres, with a hair of their own colour so that no gap shows between neighbours."""
    paths = [_path(shape) for shape in shapes]
    edges = "#9a9a9a" if hatch else list(colours)
    axes.add_collection(
        PathCollection(paths, facecolors=list(colours), edgecolors=edges, linewidths=0.3, hatch=hatch), autolim=True
    )


def draw_rims(axes: Axes, shapes: Shapes, *, colour: str = INK, width: float = 0.6) -> None:
    """The outlines of areas, shapes in metres."""
    rings = shapely.get_rings(shapely.get_parts(shapes))
    lines = [shapely.get_coordinates(ring) for ring in rings]
    axes.add_collection(LineCollection(lines, colors=colour, linewidths=width, joinstyle="round"), autolim=True)


def _path(shape: Any) -> Path:
    rings = [shapely.get_coordinates(ring) for ring in shapely.get_rings(shapely.get_parts(shape))]
    codes = [np.full(len(ring), Path.LINETO, dtype=np.uint8) for ring in rings]
    for code in codes:
        code[0], code[-1] = Path.MOVETO, Path.CLOSEPOLY
    return Path(np.concatenate(rings), np.concatenate(codes))


def frame(
    axes: Axes, shapes: Shapes, margin: float = 0.02, ratio: float | None = None
) -> tuple[float, float, float, float]:
    """Show all shapes and a margin, without ticks; west, east, south, north in metres.

    With a `ratio` of width to height, more is shown on either side until the map has it.
    """
    west, south, east, north = shapely.total_bounds(shapes)
    pad = margin * max(east - west, north - south)
    wide, high = east - west + 2.0 * pad, north - south + 2.0 * pad
    more_x = more_y = pad
    if ratio is not None:
        more_x += max(0.0, ratio * high - wide) / 2.0
        more_y += max(0.0, wide / ratio - high) / 2.0
    edges = (west - more_x, east + more_x, south - more_y, north + more_y)
    axes.set_xlim(*edges[:2])
    axes.set_ylim(*edges[2:])
    axes.set_aspect("equal")
    axes.set_facecolor(SEA)
    axes.set_xticks([])
    axes.set_yticks([])
    for side in axes.spines.values():
        side.set_color("#9a9a9a")
    return edges


def clear_places(
    wanted: Floats,
    sizes: Floats,
    edges: tuple[float, float, float, float],
    avoid: Shapes,
    corner: tuple[float, float],
    *,
    weight: float = 1.0,
) -> Floats:
    """Middles (n, 2) for names of `sizes` (n, 2), each where it is `wanted` or near, over as little of the shapes to
    `avoid` and of the other names as can be, and off the lower left `corner` (shares of the map); more `weight` makes
    them move further. All in metres."""
    west, east, south, north = edges
    taken = [shapely.box(west, south, west + corner[0] * (east - west), south + corner[1] * (north - south))]
    inside = shapely.box(west, south, east, north)
    tree = shapely.STRtree(avoid)
    placed = []
    for place, size in zip(wanted, sizes, strict=True):
        best = (np.inf, (float(place[0]), float(place[1])))
        for cost, (x, y) in _candidates(place, size):
            box = _box((x, y), size)
            over = float(shapely.area(shapely.intersection(avoid[tree.query(box)], box)).sum())
            over += float(shapely.area(shapely.intersection(taken, box)).sum())
            over += box.area - box.intersection(inside).area
            best = min(best, (weight * over / box.area + cost, (x, y)))
        placed.append(best[1])
        taken.append(_box(best[1], size))
    return np.array(placed).reshape(-1, 2)


def _candidates(place: Floats, size: Floats) -> Iterator[tuple[float, tuple[float, float]]]:
    """Where a name may stand, the cheapest first: on its place, then on rings around it."""
    yield 0.0, (float(place[0]), float(place[1]))
    for ring in range(8):
        reach = size / 2.0 + 0.5 * (ring + 0.8) * size[1]
        for turn in np.arange(24) * np.pi / 12.0:
            x, y = place + reach * (np.cos(turn), np.sin(turn))
            yield 0.04 * (ring + 1), (float(x), float(y))


def _box(middle: tuple[float, float], size: Floats) -> shapely.Polygon:
    (x, y), (width, height) = middle, (size / 2.0).tolist()
    return shapely.box(x - width, y - height, x + width, y + height)


def draw_leader(axes: Axes, place: Floats, name_at: Floats, size: Floats) -> None:
    """A line to a name that stands apart from its place."""
    if (np.abs(name_at - place) > size / 2.0 + 0.9 * size[1]).any():
        edge = np.clip(place, name_at - size / 2.0, name_at + size / 2.0)
        axes.plot(*zip(edge, place, strict=True), color=INK, linewidth=0.9, path_effects=HALO, zorder=4)
        axes.plot(place[0], place[1], marker="o", markersize=3.5, color=INK, path_effects=HALO, zorder=4)


def ribbon(start: Floats, end: Floats, bend: float, width: float, gap: float) -> Floats:
    """A bent arrow from a place to another, as a polygon (k, 2) in the places' unit, `gap` short of both.

    Its middle is a parabola whose height is half of `bend` times the length; its head is three times as wide as it is.
    """
    across = np.array([end[1] - start[1], start[0] - end[0]])
    control = (start + end) / 2.0 + bend * across
    t = np.linspace(0.0, 1.0, 60)[:, None]
    line = (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end
    whole = shapely.LineString(line)
    head = min(max(2.6 * width, 1.2 * gap), 0.5 * whole.length)
    last = max(whole.length - gap, 0.0)
    at = np.linspace(min(gap, last), max(last - head, 0.0), 40)
    middle = shapely.get_coordinates(shapely.line_interpolate_point(whole, at))
    tip = shapely.get_coordinates(shapely.line_interpolate_point(whole, last))[0]
    along = np.gradient(middle, axis=0)
    along[-1] = tip - middle[-1]
    sideways = np.column_stack([-along[:, 1], along[:, 0]]) / np.hypot(*along.T)[:, None]
    left, right = middle + width / 2.0 * sideways, middle - width / 2.0 * sideways
    wing = max(1.3 * width, 0.45 * head) * sideways[-1]
    return np.concatenate([left, [middle[-1] + wing, tip, middle[-1] - wing], right[::-1]])


def draw_scale(axes: Axes, edges: tuple[float, float, float, float], at: tuple[float, float]) -> None:
    """A scale bar of 1, 2 or 5 times a power of ten; `at` is where it starts, as shares of the map."""
    west, east, south, north = edges
    power = 10.0 ** np.floor(np.log10((east - west) / 5.0))
    length = max(step * power for step in (1.0, 2.0, 5.0) if step * power <= (east - west) / 5.0)
    x, y = west + at[0] * (east - west), south + at[1] * (north - south)
    axes.plot([x, x + length], [y, y], color=INK, linewidth=4, solid_capstyle="butt")
    axes.plot([x, x + length / 2.0], [y, y], color="white", linewidth=2.4, solid_capstyle="butt")
    axes.text(x + length / 2.0, y + 0.012 * (north - south), f"{length / 1000.0:g} km", ha="center", fontsize=9)


def write_png(figure: Figure, path: FilePath) -> None:
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
