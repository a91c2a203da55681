"""A sortie as OGC KML 2.2.

Coordinates are longitude, latitude, height above mean sea level, which is what `absolute` means in KML; it is EGM96.
Lines are cut at the antimeridian. Nothing but the standard is used, so that every viewer reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element

import numpy as np

from otear.domain.aircraft import Aircraft
from otear.domain.sortie import GroundPoint, Sortie, Stare, Strip, Task
from otear.domain.times import utc_text
from otear.flight.exports.antimeridian import cut_line, cut_ring
from otear.flight.exports.ground_seen import band
from otear.flight.exports.stretches import stretches
from otear.flight.exports.xml import add, document_text
from otear.flight.route import TRANSIT, Heights, Route
from otear.geo.frames import Floats

NAMESPACE = "http://www.opengis.net/kml/2.2"
_STYLES = {"transit": ("ffb0b0b0", 2), "task": ("ff00a5ff", 3), "look": ("ff2a7d4a", 2)}
"""Colours as KML has them, alpha blue green red, and widths."""
_SEEN = "332a7d4a"


def kml(route: Route, sortie: Sortie, aircraft: Aircraft, heights: Heights) -> str:
    """A document of two folders: the path, one placemark a part with its times; the tasks, and what strips see."""
    root, document = _document(sortie.name, _about(sortie, aircraft))
    path = _folder(document, "Path")
    for number, one in enumerate(stretches(route), start=1):
        on = one.task != TRANSIT
        name = sortie.tasks[one.task].name if on else "Transit"
        mark = _placemark(path, f"{number}. {name}", "task" if on else "transit")
        _span(mark, int(one.time_us[0]), int(one.time_us[-1]))
        _style(mark, "task" if on else "transit")
        _line(mark, np.column_stack([one.lon_deg, one.lat_deg, one.msl_m]))
    tasks = _folder(document, "Tasks")
    _point(_placemark(tasks, "Base"), [sortie.base], sortie.base_msl_m)
    for index, task in enumerate(sortie.tasks):
        _task(tasks, task, band(route, sortie, aircraft, index, heights) if isinstance(task, Strip) else None)
    return document_text(root)


def _document(name: str, about: str) -> tuple[Element, Element]:
    root = Element("kml", xmlns=NAMESPACE)
    document = add(root, "Document")
    add(document, "name", name)
    add(document, "description", about)
    for style, (color, width) in _STYLES.items():
        one = add(document, "Style", id=style)
        line = add(one, "LineStyle")
        add(line, "color", color)
        add(line, "width", str(width))
        if style == "look":
            add(add(one, "PolyStyle"), "color", _SEEN)
    return root, document


def _about(sortie: Sortie, aircraft: Aircraft) -> str:
    authority = sortie.authority_id or "no authority named"
    return (
        f"{sortie.sortie_id}; {aircraft.registration}, {sortie.sensor}; {sortie.purpose}; {authority}. Unarmed survey."
    )


def _folder(parent: Element, name: str) -> Element:
    folder = add(parent, "Folder")
    add(folder, "name", name)
    return folder


def _placemark(parent: Element, name: str, description: str | None = None) -> Element:
    mark = add(parent, "Placemark")
    add(mark, "name", name)
    if description is not None:
        add(mark, "description", description)
    return mark


def _span(mark: Element, start_us: int, end_us: int) -> None:
    span = add(mark, "TimeSpan")
    add(span, "begin", utc_text(start_us))
    add(span, "end", utc_text(end_us))


def _task(folder: Element, task: Task, seen: Floats | None) -> None:
    about = f"{task.hfov_deg:g}° across, over the {task.side} wing"
    if isinstance(task, Strip):
        mark = _placemark(folder, task.name, f"strip scan at {task.depression_deg:g}° of depression, {about}")
        _style(mark, "look")
        _line(mark, np.array([(p.lon_deg, p.lat_deg) for p in (task.start, task.end)]))
        if seen is not None:
            mark = _placemark(folder, f"{task.name}: what is seen of level ground")
            _style(mark, "look")
            _areas(mark, cut_ring(seen))
    elif isinstance(task, Stare):
        each = f"step-stare, {task.dwell_s:g} s at each of {len(task.cells)} cells, {about}"
        _point(_placemark(folder, task.name, each), task.cells)
    else:
        _point(_placemark(folder, task.name, f"{task.turns:g} turns at {task.radius_m:g} m, {about}"), [task.centre])


def _style(mark: Element, name: str) -> None:
    add(mark, "styleUrl", f"#{name}")


def _point(mark: Element, points: Sequence[GroundPoint], msl_m: float | None = None) -> None:
    parent = mark if len(points) == 1 else add(mark, "MultiGeometry")
    for point in points:
        one = add(parent, "Point")
        if msl_m is not None:
            add(one, "altitudeMode", "absolute")
        place = (point.lon_deg, point.lat_deg, *(() if msl_m is None else (msl_m,)))
        add(one, "coordinates", _text(np.array([place])))


def _line(mark: Element, places: Floats) -> None:
    """A line, in the air where it has heights and else on the ground."""
    pieces = cut_line(places)
    parent = mark if len(pieces) == 1 else add(mark, "MultiGeometry")
    for piece in pieces:
        line = add(parent, "LineString")
        if piece.shape[1] == 3:
            add(line, "altitudeMode", "absolute")
        else:
            add(line, "tessellate", "1")
        add(line, "coordinates", _text(piece))


def _areas(mark: Element, rings: Sequence[Floats]) -> None:
    parent = mark if len(rings) == 1 else add(mark, "MultiGeometry")
    for ring in rings:
        polygon = add(parent, "Polygon")
        add(polygon, "tessellate", "1")
        add(add(add(polygon, "outerBoundaryIs"), "LinearRing"), "coordinates", _text(ring))


def _text(places: Floats) -> str:
    """Coordinates to a millimetre or so on the ground and a centimetre of height."""
    rows = ((f"{lon:.8f}", f"{lat:.8f}", *(f"{height:.2f}" for height in rest)) for lon, lat, *rest in places.tolist())
    return " ".join(",".join(row) for row in rows)
