"""Places as a picture: the pixels in the recording's picture, and on shaded relief their 90% ellipses and CE90 circles.

The map is Lambert's equal-area projection about the first place (x east, y north, metres); angles are degrees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from matplotlib.patches import Ellipse as EllipsePatch
from numpy.typing import NDArray
from pyproj import Proj

from otear.coverage.maps import HeightsAt, draw_relief, finish, square_around, write_png
from otear.domain.places import PixelPlace
from otear.geo.labels import dms

_Thing = TypeVar("_Thing")
_COLOURS = ("#d95f02", "#1f78b4", "#6a3d9a", "#b2182b", "#1b7837")
_LEAST_SPAN_M = 60.0


@dataclass(frozen=True)
class PlacePicture:
    """What to draw: `pixels` (x, y) and their places in the same order, the recording's picture where there is one."""

    title: str
    pixels: Sequence[tuple[float, float]]
    places: Sequence[PixelPlace]
    frame: NDArray[np.uint8] | None
    heights_at: HeightsAt | None
    terrain_name: str


def draw_places(picture: PlacePicture, path: Path) -> None:
    """Write the picture as a PNG. The same content gives the same bytes."""
    figure = Figure(figsize=(13.0, 6.6), dpi=110, layout="constrained")
    figure.suptitle(picture.title, x=0.01, ha="left", fontsize=13, fontweight="bold")
    left, right = figure.subplots(1, 2)
    _draw_frame(left, picture)
    _draw_map(right, picture)
    write_png(figure, path)


def _draw_frame(axes: Axes, picture: PlacePicture) -> None:
    axes.set_axis_off()
    if picture.frame is None:
        axes.text(0.0, 1.0, "the recording holds no pictures", transform=axes.transAxes, va="top", fontsize=9)
        return
    height, width = picture.frame.shape[:2]
    axes.imshow(picture.frame, extent=(0.0, width, height, 0.0), interpolation="antialiased")
    for number, ((x, y), colour) in enumerate(_coloured(picture.pixels), start=1):
        axes.plot(x, y, marker="+", markersize=16, markeredgewidth=2.0, color=colour)
        axes.annotate(str(number), (x, y), xytext=(7, 7), textcoords="offset points", color=colour, fontweight="bold")


def _draw_map(axes: Axes, picture: PlacePicture) -> None:
    first = picture.places[0]
    project = Proj(proj="laea", lat_0=first.lat, lon_0=first.lon, datum="WGS84")
    at = np.array([project(place.lon, place.lat) for place in picture.places])
    reach = np.array([[place.ellipse.semi_major_m] * 2 for place in picture.places])
    extent = square_around(np.concatenate([at - reach, at + reach]), _LEAST_SPAN_M)
    draw_relief(axes, picture.heights_at, project, extent)
    for number, ((place, (x, y)), colour) in enumerate(
        _coloured(list(zip(picture.places, at.tolist(), strict=True))), start=1
    ):
        ellipse = place.ellipse
        axes.add_patch(
            EllipsePatch(
                (x, y),
                2.0 * ellipse.semi_major_m,
                2.0 * ellipse.semi_minor_m,
                angle=90.0 - ellipse.azimuth_deg,
                facecolor=colour,
                edgecolor=colour,
                alpha=0.25,
            )
        )
        axes.add_patch(Circle((x, y), place.ce90_m, fill=False, edgecolor=colour, linestyle="--"))
        label = f"{number}: {dms(place.lat, place.lon)}\nCE90 {place.ce90_m:.1f} m, LE90 {place.le90_m:.1f} m"
        axes.plot(x, y, marker="+", markersize=10, color=colour, label=label, linestyle="none")
    finish(axes, extent)
    axes.set_title(f"90% ellipse (filled) and CE90 circle (dashed); {picture.terrain_name}", loc="left", fontsize=8)
    axes.set_xlabel("metres east", fontsize=8)
    axes.set_ylabel("metres north", fontsize=8)
    axes.legend(loc="lower right", fontsize=7, framealpha=0.9)


def _coloured(things: Sequence[_Thing]) -> list[tuple[_Thing, str]]:
    return [(thing, _COLOURS[k % len(_COLOURS)]) for k, thing in enumerate(things)]
