"""The public map of a land: relief in the light of the north-west, water, roads, villages, and where may be flown."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.colors import LightSource, LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from otear.geo.frames import Floats
from otear.simulate.world.land import Cover, Land, WayKind
from otear.simulate.world.papers import corners, excluded

_HEIGHTS = LinearSegmentedColormap.from_list(
    "foothills", ["#9fb487", "#c3c591", "#dccf9f", "#cfae7f", "#a98663", "#8a7163", "#e8e2dc"]
)
_TINTS = {
    Cover.FOREST: ("#5d7a4d", 0.38), Cover.RIPARIAN: ("#4f7d55", 0.45), Cover.CROPS: ("#d8d27a", 0.40),
    Cover.SAND: ("#e3d7b4", 0.8), Cover.WATER: ("#7fb0d2", 1.0),
}  # fmt: skip
_WAYS = {
    WayKind.STREAM: ("#8fb6d0", 0.35), WayKind.RIVER: ("#5f97c0", 1.1), WayKind.TRACK: ("#8a6a4c", 0.35),
    WayKind.GRAVEL: ("#7a4a2c", 0.7), WayKind.PAVED: ("#a3261f", 1.5),
}  # fmt: skip
_SIDE_IN, _DPI, _NAMED_PEOPLE = 9.0, 130, 300


def draw_map(path: Path, land: Land, title: str) -> None:
    """Draw it as a PNG. Only what is public is in `land`."""
    east, north = (half / 1_000.0 for half in land.half_size_m)
    figure = Figure(figsize=(_SIDE_IN, _SIDE_IN * north / east + 0.15), dpi=_DPI)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.05, 0.045, 0.935, 0.925))
    axes.imshow(_shaded(land), extent=(-east, east, -north, north), interpolation="antialiased")
    for kind, (colour, width) in _WAYS.items():
        lines = [way.points_m / 1_000.0 for way in land.ways if way.kind is kind]
        axes.add_collection(LineCollection(lines, colors=colour, linewidths=width, capstyle="round"))
    for village in land.villages:
        where = (village.east_m / 1_000.0, village.north_m / 1_000.0)
        axes.add_patch(Circle(where, village.radius_m / 1_000.0, facecolor="#4a3b36", edgecolor="white", linewidth=0.4))
        if village.population >= _NAMED_PEOPLE or len(land.villages) < 6:
            axes.annotate(
                village.name, where, xytext=(4, 4), textcoords="offset points", fontsize=6.5, color="#1c1512",
                bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "alpha": 0.65, "linewidth": 0},
            )  # fmt: skip
    ring = _on_plane(land, corners(land))
    axes.plot(*np.concatenate([ring, ring[:1]]).T, color="#143d6b", linewidth=1.6, linestyle=(0, (6, 3)))
    zone = excluded(land)
    if zone is not None:
        village, _, _, radius = zone
        where = (village.east_m / 1_000.0, village.north_m / 1_000.0)
        axes.add_patch(Circle(where, radius / 1_000.0, fill=False, edgecolor="#b3123a", linewidth=1.4, hatch="////"))
    axes.set(xlim=(-east, east), ylim=(-north, north), aspect="equal")
    axes.set_title(f"{title}: simulated, no real place", fontsize=9, loc="left")
    axes.set_xlabel("km east of the middle (dashed: may be flown in; hatched: may not)", fontsize=7)
    axes.tick_params(labelsize=6)
    figure.savefig(path, metadata={"Software": None})


def _on_plane(land: Land, points_deg: list[tuple[float, float]]) -> Floats:
    lon, lat = np.radians(np.array(points_deg)).T
    return np.stack(land.plane.metres(lat, lon), -1) / 1_000.0


def _shaded(land: Land) -> Floats:
    """The land at about three pixels a millimetre: heights as colours, what grows as a tint, and light."""
    size = tuple(max(side * 9 // 16, 2) for side in land.grid.shape)
    heights = cv2.resize(land.msl_m, size[::-1], interpolation=cv2.INTER_AREA).astype(np.float64)
    cover = cv2.resize(land.cover, size[::-1], interpolation=cv2.INTER_NEAREST)
    span = max(float(heights.max() - heights.min()), 1.0)
    colours = np.asarray(_HEIGHTS((heights - heights.min()) / span))[..., :3]
    for kind, (tint, weight) in _TINTS.items():
        rgb = np.array([int(tint[i : i + 2], 16) for i in (1, 3, 5)]) / 255.0
        where = (cover == kind)[..., None] * weight
        colours = colours + where * (rgb - colours)
    metres = 2_000.0 * land.half_size_m[1] / 1_000.0 / size[0]
    light = LightSource(315.0, 42.0).hillshade(heights, vert_exag=1.6, dx=metres, dy=metres)
    return np.asarray(np.clip(colours * (0.45 + 0.62 * light[..., None]), 0.0, 1.0))
