"""A pass for the map: the sensor's track and the footprints of its looks, as GeoJSON and KML.

GeoJSON (RFC 7946) is longitude, latitude, height above the ellipsoid. KML is longitude, latitude, height above mean sea
level, which is what `absolute` means there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

import numpy as np
import shapely

from otear.coverage.vector import look_shape
from otear.domain.looks import Look
from otear.domain.telemetry import Floats, Telemetry
from otear.domain.times import utc_text

_KML = "http://www.opengis.net/kml/2.2"


def track_runs(telemetry: Telemetry, height_m: Floats, *, step_s: float = 1.0, gap_s: float = 10.0) -> list[Floats]:
    """The track as runs of (longitude, latitude, height, seconds), each of shape (k, 4) with k at least 2.

    Thinned to one position each `step_s`; broken where positions are missing for longer than `gap_s`, where the clock
    runs backwards and at the antimeridian.
    """
    known = np.isfinite(telemetry.sensor_lat_deg) & np.isfinite(telemetry.sensor_lon_deg) & np.isfinite(height_m)
    known &= telemetry.time_us >= 0
    seconds = telemetry.time_us / 1e6
    rows = np.column_stack([telemetry.sensor_lon_deg, telemetry.sensor_lat_deg, height_m, seconds])[known]
    if len(rows) == 0:
        return []
    _, first = np.unique(np.floor(rows[:, 3] / step_s), return_index=True)
    rows = rows[np.union1d(first, [len(rows) - 1])]
    step = np.diff(rows[:, 3])
    breaks = (step > gap_s) | (step < 0) | (np.abs(np.diff(rows[:, 0])) > 180.0)
    return [run for run in np.split(rows, np.flatnonzero(breaks) + 1) if len(run) > 1]


def pass_geojson(telemetry: Telemetry, looks: Sequence[Look]) -> dict[str, Any]:
    """A FeatureCollection: one track feature, then one feature per look."""
    runs = track_runs(telemetry, telemetry.sensor_hae_m)
    track = {
        "type": "Feature",
        "geometry": {"type": "MultiLineString", "coordinates": [run[:, :3].tolist() for run in runs]},
        "properties": {
            "what": "track",
            "start": utc_text(round(runs[0][0, 3] * 1e6)) if runs else None,
            "end": utc_text(round(runs[-1][-1, 3] * 1e6)) if runs else None,
        },
    }
    footprints = [
        {
            "type": "Feature",
            "geometry": shapely.geometry.mapping(look_shape(look)),
            "properties": {
                "what": "look",
                "look": look.index,
                "start": utc_text(look.start_us),
                "end": utc_text(look.end_us),
                "hfov_deg": look.hfov_deg,
                "flags": list(look.flags),
            },
        }
        for look in looks
    ]
    return {"type": "FeatureCollection", "features": [track, *footprints]}


def pass_kml(name: str, telemetry: Telemetry, looks: Sequence[Look]) -> bytes:
    """A KML 2.2 document of the same content; uses `sensor_msl_m` for the track."""
    ElementTree.register_namespace("", _KML)
    root = ElementTree.Element(f"{{{_KML}}}kml")
    document = _add(root, "Document")
    _add(document, "name", name)
    style = _add(document, "Style", id="look")
    _add(_add(style, "LineStyle"), "color", "ff00a5ff")
    _add(_add(style, "PolyStyle"), "color", "3300a5ff")
    for run in track_runs(telemetry, telemetry.sensor_msl_m):
        mark = _add(document, "Placemark")
        _add(mark, "name", "Track")
        _span(mark, round(run[0, 3] * 1e6), round(run[-1, 3] * 1e6))
        line = _add(mark, "LineString")
        _add(line, "altitudeMode", "absolute")
        _add(line, "coordinates", " ".join(f"{lon:.7f},{lat:.7f},{height:.1f}" for lon, lat, height, _ in run))
    for look in looks:
        mark = _add(document, "Placemark")
        _add(mark, "name", f"Look {look.index}")
        _span(mark, look.start_us, look.end_us)
        _add(mark, "styleUrl", "#look")
        parts = _add(mark, "MultiGeometry")
        for part in look_shape(look).geoms:
            polygon = _add(parts, "Polygon")
            _add(polygon, "tessellate", "1")
            ring = _add(_add(polygon, "outerBoundaryIs"), "LinearRing")
            _add(ring, "coordinates", " ".join(f"{lon:.7f},{lat:.7f},0" for lon, lat in part.exterior.coords))
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _add(parent: ElementTree.Element, tag: str, text: str | None = None, **attributes: str) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, f"{{{_KML}}}{tag}", attributes)
    child.text = text
    return child


def _span(mark: ElementTree.Element, start_us: int, end_us: int) -> None:
    span = _add(mark, "TimeSpan")
    _add(span, "begin", utc_text(start_us))
    _add(span, "end", utc_text(end_us))
