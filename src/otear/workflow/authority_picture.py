"""A picture of an authority: where it allows flying and looking and where not, for how long, and for what.

The map is of the azimuthal equidistant projection about the middle of what it shows, its edges marked in degrees.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.ticker import MaxNLocator
from pyproj import Proj

from otear.authority.outlines import boundary
from otear.coverage.maps import Extent, draw_relief, finish, square_around, write_png
from otear.domain.authority import Area, Authority, DataKind, Datum, Exclusion, Volume, Window
from otear.geo.frames import Floats

_AIRSPACE, _EXCLUDED, _SURVEY = "#1f5fa8", "#b3261e", "#4a7d2c"
_LEAST_M = 1_000.0
_ROWS = 5
"""Bars are no thicker than if there were so many."""
_LINE = 68
"""Letters of a list that have room; `authority show` prints all of it."""
_ABOVE = {Datum.EGM96: "EGM96", Datum.ELLIPSOID: "WGS 84"}
_BARRED = {
    (True, False): "no flight / sin vuelo",
    (False, True): "no view / sin observación",
    (True, True): "no flight, no view / sin vuelo ni observación",
}


def draw_authority(authority: Authority, path: Path) -> None:
    """Write the PNG: a map beside windows and lists. Raises `InputError` for another ending than .png."""
    terms = authority.authorization
    figure = Figure(figsize=(13.0, 7.2), layout="constrained")
    grid = figure.add_gridspec(2, 2, width_ratios=[1.15, 1.0], height_ratios=[2.0, 1.0])
    axes = figure.add_subplot(grid[:, 0])
    areas = [one.area for one in terms.volumes] + [one.area for one in terms.exclusions] + list(terms.survey)
    project = _projection(areas)
    extent = square_around(np.concatenate([_ring(area, project) for area in areas]), _LEAST_M)
    draw_relief(axes, None, project, extent)
    for area in terms.survey:
        _draw(axes, area, project, color=_SURVEY, hatch=None, label="may be looked at / puede observarse")
    for volume in terms.volumes:
        _draw(axes, volume.area, project, color=_AIRSPACE, hatch=None, label="may be flown in / espacio autorizado")
    for zone in terms.exclusions:
        _draw(axes, zone.area, project, color=_EXCLUDED, hatch="////", label="excluded / zona excluida")
    _name_all(axes, terms.volumes, terms.exclusions, project)
    finish(axes, extent)
    _mark_degrees(axes, project, extent)
    axes.set_title(f"{terms.host}  {terms.reference}  {authority.authority_id}", fontsize=10, loc="left")
    handles, labels = axes.get_legend_handles_labels()
    unique = dict(zip(labels, handles, strict=True))
    axes.legend(unique.values(), unique.keys(), loc="lower right", fontsize=8)
    _draw_times(figure.add_subplot(grid[0, 1]), authority)
    _write_terms(figure.add_subplot(grid[1, 1]), authority)
    figure.suptitle(f"{terms.title.en}\n{terms.title.es}", fontsize=12)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_png(figure, path)


def _projection(areas: Sequence[Area]) -> Proj:
    """Metres east and north of the middle of some areas."""
    first = boundary(areas[0].outline)[0]
    rough = Proj(proj="aeqd", lon_0=float(first[0]), lat_0=float(first[1]), ellps="WGS84")
    points = np.concatenate([_ring(area, rough) for area in areas])
    x, y = ((points.min(axis=0) + points.max(axis=0)) / 2.0).tolist()
    lon, lat = rough(x, y, inverse=True)
    return Proj(proj="aeqd", lon_0=lon, lat_0=lat, ellps="WGS84")


def _ring(area: Area, project: Proj) -> Floats:
    """The outline of an area on the map, (n, 2), closed."""
    points = boundary(area.outline)
    x, y = project(points[:, 0], points[:, 1])
    ring = np.column_stack([x, y])
    return np.vstack([ring, ring[:1]])


def _draw(axes: Axes, area: Area, project: Proj, *, color: str, hatch: str | None, label: str) -> None:
    rings = [_ring(area, project)] + [_ring(Area(hole), project)[::-1] for hole in area.holes]
    path = Outline.make_compound_path(*(Outline(ring, closed=True) for ring in rings))
    axes.add_patch(PathPatch(path, facecolor=color, alpha=0.18, edgecolor="none", label=label))
    axes.add_patch(PathPatch(path, facecolor="none", edgecolor=color, linewidth=1.6, hatch=hatch))


def _name_all(axes: Axes, volumes: Sequence[Volume], exclusions: Sequence[Exclusion], project: Proj) -> None:
    """Names of volumes under their upper edges, of excluded zones, which are mostly small, above them."""
    for volume in volumes:
        _name(axes, volume.area, project, f"{volume.name}, {_band(volume)}", _AIRSPACE, inside=True)
    for zone in exclusions:
        text = f"{zone.name}\n{_BARRED[zone.flight, zone.view]}"
        if zone.altitude is not None:
            text += f"\n{_band(zone)}"
        _name(axes, zone.area, project, text, _EXCLUDED, inside=False)


def _band(airspace: Volume | Exclusion) -> str:
    band = airspace.altitude
    return "" if band is None else f"{band.lower_m:g}–{band.upper_m:g} m ({_ABOVE[band.datum]})"


def _name(axes: Axes, area: Area, project: Proj, text: str, color: str, *, inside: bool) -> None:
    ring = _ring(area, project)
    box = {"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1.5}
    top = float(ring[:, 0].min() + ring[:, 0].max()) / 2.0, float(ring[:, 1].max())
    away, align = (-7.0, "top") if inside else (5.0, "bottom")
    axes.annotate(
        text, top, (0.0, away), textcoords="offset points", ha="center", va=align, fontsize=8, color=color, bbox=box
    )


def _mark_degrees(axes: Axes, project: Proj, extent: Extent) -> None:
    """Longitudes along the lower edge and latitudes along the left one."""
    west, east, south, north = extent
    x, y = np.linspace(west, east), np.linspace(south, north)
    lon, _ = project(x, np.full_like(x, south), inverse=True)
    _, lat = project(np.full_like(y, west), y, inverse=True)
    lon = np.unwrap(lon, period=360.0)
    for axis, along, degrees, sides in ((axes.xaxis, x, lon, "EW"), (axes.yaxis, y, lat, "NS")):
        found = MaxNLocator(nbins=6, steps=[1, 2, 5, 10]).tick_values(float(degrees[0]), float(degrees[-1]))
        marks = found[(found >= degrees[0]) & (found <= degrees[-1])]
        axis.set_ticks(np.interp(marks, degrees, along), [_degrees(value, sides) for value in marks.tolist()])


def _degrees(value: float, sides: str) -> str:
    """An angle as maps have it: 107.5° W, and across the antimeridian 179° W after 179° E."""
    value = (value + 180.0) % 360.0 - 180.0
    return f"{abs(value):.6g}° {sides[value < 0.0]}"


def _draw_times(axes: Axes, authority: Authority) -> None:
    """One bar a window, from top to bottom: airspace, excluded zones, the approval; reviews are lines."""
    terms, approval = authority.authorization, authority.approval
    bars: list[tuple[str, Window | None, str]] = [(one.name, one.window, _AIRSPACE) for one in terms.volumes]
    bars += [(f"not/no {one.name}", one.window, _EXCLUDED) for one in terms.exclusions]
    bars.append(("approval / aprobación", approval.window, "black"))
    known = [window for _, window, _ in bars if window is not None]
    whole = Window(min(one.start_us for one in known), max(one.end_us for one in known))
    for row, (_, window, color) in enumerate(bars):
        held = window or whole
        start, end = _date(held.start_us), _date(held.end_us)
        axes.barh(row, end - start, left=start, height=0.5, color=color, alpha=0.7 if window else 0.25)
        if window is None:
            axes.text((start + end) / 2.0, row, "always / siempre", fontsize=8, ha="center", va="center", color=color)
    for height, name, review_us in (
        (-0.95, "host's review / revisión del anfitrión ", terms.review_by_us),
        (-0.65, "programme's review / revisión del programa ", approval.review_by_us),
    ):
        axes.axvline(_date(review_us), linestyle="--", color="grey", linewidth=1.0)
        axes.text(_date(review_us), height, name, fontsize=7, ha="right", va="center", color="dimgrey")
    axes.set_yticks(range(len(bars)), [name for name, _, _ in bars], fontsize=8)
    axes.set_ylim(max(len(bars), _ROWS) - 0.4, -1.2)
    axes.xaxis_date(UTC)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(axes.xaxis.get_major_locator()))
    axes.tick_params(labelsize=8)
    axes.set_title("Windows (UTC) / Vigencia (UTC)", fontsize=10, loc="left")


def _write_terms(axes: Axes, authority: Authority) -> None:
    """What for, with what, and how long what was seen is kept."""
    terms = authority.authorization
    kept = ", ".join(f"{kind} {terms.retention.days(kind)} d" for kind in DataKind)
    lists: dict[str, list[str]] = {
        "purposes / propósitos": sorted(terms.purposes),
        "site kinds / tipos de sitio": sorted(terms.site_kinds),
        "sensors / sensores": sorted(terms.sensors),
        "aircraft / aeronaves": sorted(terms.aircraft),
        "recipients / destinatarios": [one.recipient_id for one in terms.recipients],
        "kept / se conserva": [kept],
    }
    axes.set_axis_off()
    for row, (name, values) in enumerate(lists.items()):
        height = 1.0 - (row + 0.5) / len(lists)
        axes.text(0.24, height, name, fontsize=8, ha="right", va="center", color="dimgrey", in_layout=False)
        text = textwrap.shorten(", ".join(values), _LINE, placeholder=" …") or "none / ninguno"
        axes.text(0.26, height, text, fontsize=8, ha="left", va="center", in_layout=False)


def _date(time_us: int) -> float:
    """A time as matplotlib's dates count."""
    return float(dates.date2num(datetime.fromtimestamp(time_us / 1e6, UTC)))
