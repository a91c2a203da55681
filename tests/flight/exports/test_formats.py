"""GeoJSON by RFC 7946 and KML by OGC 2.2, as others read them."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pyogrio
import pytest
import shapely

from otear.domain.times import instant_us
from otear.flight.exports import geojson, kml
from otear.flight.exports.antimeridian import cut_line, cut_ring
from otear.flight.exports.ground_seen import band
from otear.flight.exports.kml import NAMESPACE

from .flights import GROUND_HAE_M, aircraft, ground, route, sortie

ORDER = {
    "Placemark": (
        "name", "visibility", "open", "address", "phoneNumber", "Snippet", "description", "TimeStamp", "TimeSpan",
        "styleUrl", "Style", "Region", "ExtendedData", "Point", "LineString", "LinearRing", "Polygon", "MultiGeometry",
    ),
    "Document": ("name", "visibility", "open", "description", "styleUrl", "Style", "Placemark", "Folder"),
    "Folder": ("name", "visibility", "open", "description", "styleUrl", "Style", "Placemark", "Folder"),
    "LineString": ("extrude", "tessellate", "altitudeMode", "coordinates"),
    "Point": ("extrude", "altitudeMode", "coordinates"),
    "Polygon": ("extrude", "tessellate", "altitudeMode", "outerBoundaryIs", "innerBoundaryIs"),
    "TimeSpan": ("begin", "end"),
    "Style": ("IconStyle", "LabelStyle", "LineStyle", "PolyStyle"),
    "LineStyle": ("color", "colorMode", "width"),
}  # fmt: skip
"""Children in the order of the sequences of ogckml22.xsd; the schema knows no other."""


def test_kml_has_its_elements_in_the_order_of_the_schema() -> None:
    root = ElementTree.fromstring(kml(route(), sortie(), aircraft(), ground))
    assert root.tag == f"{{{NAMESPACE}}}kml"
    seen = set()
    for element in root.iter():
        tag = element.tag.removeprefix(f"{{{NAMESPACE}}}")
        children = [child.tag.removeprefix(f"{{{NAMESPACE}}}") for child in element]
        if tag in ORDER:
            seen.add(tag)
            places = [ORDER[tag].index(child) for child in children]
            assert all(before <= after for before, after in pairwise(places)), (tag, children)
    assert seen == set(ORDER)
    styles = {f"#{one.get('id')}" for one in root.iter(f"{{{NAMESPACE}}}Style")}
    assert {one.text for one in root.iter(f"{{{NAMESPACE}}}styleUrl")} <= styles


def test_gdal_reads_the_kml_with_heights_and_times(tmp_path: Path) -> None:
    file = tmp_path / "sortie.kml"
    file.write_text(kml(route(), sortie(), aircraft(), ground), encoding="utf-8")
    assert pyogrio.list_layers(file)[:, 0].tolist() == ["Path", "Tasks"]
    names = {"Path": len(route().path), "Tasks": 1 + len(sortie().tasks) + 1}
    for layer, count in names.items():
        meta, _, shapes, fields = pyogrio.raw.read(file, layer=layer)
        assert len(shapes) == count
        assert meta["crs"] == "EPSG:4326"
        if layer == "Path":
            assert shapely.has_z(shapely.from_wkb(shapes)).all()
            begins = fields[list(meta["fields"]).index("begin")]
            assert str(begins[0]).startswith("2026-03-05T08:40:00")


def test_gdal_reads_the_geojson_and_its_polygons_turn_left(tmp_path: Path) -> None:
    file = tmp_path / "sortie.geojson"
    document = geojson(route(), sortie(), aircraft(), ground)
    file.write_text(json.dumps(document, allow_nan=False), encoding="utf-8")
    _, _, shapes, _ = pyogrio.raw.read(file)
    assert len(shapes) == len(document["features"])
    assert set(document) == {"type", "features"}
    areas = [one["geometry"] for one in document["features"] if one["properties"]["what"] == "seen"]
    assert len(areas) == 1
    (ring,) = areas[0]["coordinates"]
    assert ring[0] == ring[-1]
    assert shapely.LinearRing(ring).is_ccw


def test_times_of_the_parts_follow_one_another() -> None:
    document = geojson(route(), sortie(), aircraft(), ground)
    said = [one["properties"] for one in document["features"] if one["properties"]["what"] in {"leg", "turn"}]
    for before, after in pairwise(said):
        assert before["end"] == after["start"]
    whole = document["features"][0]["properties"]
    assert (whole["start"], whole["end"]) == (said[0]["start"], said[-1]["end"])
    seconds = (instant_us(whole["end"], "") - instant_us(whole["start"], "")) / 1e6
    assert seconds == pytest.approx(route().duration_s, abs=0.002)
    assert {one["task"] for one in said} == {None, "ridge", "cells", "ford"}


def test_a_strip_sees_the_line_that_it_is_to_look_along() -> None:
    """A band about the line, as wide as height, depression and field of view make it."""
    corners = band(route(), sortie(), aircraft(), 0, ground)
    assert corners is not None
    strip = sortie().tasks[0]
    xy = route().chart.xy(corners[:, 0], corners[:, 1])
    line = shapely.LineString(
        route().chart.xy([strip.start.lon_deg, strip.end.lon_deg], [strip.start.lat_deg, strip.end.lat_deg])
    )
    area = shapely.Polygon(xy)
    assert area.buffer(1.0).covers(line)
    above = next(part.start_hae_m for part in route().parts if part.task == 0) - GROUND_HAE_M
    half = np.arctan(np.tan(np.radians(strip.hfov_deg) / 2.0) * 720.0 / 1280.0)
    dip = np.radians(strip.depression_deg)
    width = above / np.tan(dip - half) - above / np.tan(dip + half)
    assert area.area / line.length == pytest.approx(width, rel=1e-3)


@pytest.mark.parametrize(("lons", "pieces"), [([179.0, -179.0], 2), ([-179.5, 179.5, 178.0], 2), ([10.0, 12.0], 1)])
def test_lines_are_cut_at_the_antimeridian_and_lose_nothing(lons: list[float], pieces: int) -> None:
    line = np.column_stack([lons, np.linspace(0.0, 1.0, len(lons)), np.linspace(100.0, 200.0, len(lons))])
    found = cut_line(line)
    assert len(found) == pieces
    assert found[0][0] == pytest.approx(line[0])
    assert found[-1][-1] == pytest.approx(line[-1])
    for before, after in pairwise(found):
        assert abs(before[-1, 0]) == abs(after[0, 0]) == 180.0
        assert before[-1, 0] == -after[0, 0]
        assert before[-1, 1:] == pytest.approx(after[0, 1:])
    spans = sum(float(np.ptp(one[:, 0])) for one in found)
    assert spans == pytest.approx(np.ptp(np.unwrap(line[:, 0], period=360.0)))


def test_a_ring_over_the_antimeridian_becomes_two() -> None:
    ring = np.array([(179.0, 0.0), (-179.0, 0.0), (-179.0, 1.0), (179.0, 1.0)])
    found = cut_ring(ring)
    assert len(found) == 2
    assert sum(shapely.Polygon(one).area for one in found) == pytest.approx(2.0)
    assert all(shapely.LinearRing(one).is_ccw for one in found)
