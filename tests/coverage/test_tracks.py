"""Track and footprints as GeoJSON and KML."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pyogrio
import pytest
import shapely

from otear.coverage.tracks import pass_geojson, pass_kml, track_runs
from otear.coverage.vector import look_shape
from otear.domain.looks import Look
from otear.domain.telemetry import Telemetry

START_US = 1_600_000_000_000_000
RING = ((-107.3, 24.7), (-107.3, 24.71), (-107.29, 24.71), (-107.3, 24.7))
LOOK = Look(0, START_US, START_US + 5_000_000, 5.7, 10, "end of the recording", (RING,), ("horizon in view",))


def telemetry(seconds: np.ndarray, **columns: np.ndarray) -> Telemetry:
    count = len(seconds)
    values = {f.name: np.full(count, np.nan) for f in fields(Telemetry)}
    values["time_us"] = START_US + np.round(seconds * 1e6).astype(np.int64)
    values["sensor_lat_deg"] = 24.7 + seconds * 1e-3
    values["sensor_lon_deg"] = np.full(count, -107.3)
    values["sensor_hae_m"] = np.full(count, 2970.0)
    values["sensor_msl_m"] = np.full(count, 3000.0)
    return Telemetry(**{**values, **columns})


def test_track_is_longitude_latitude_height_above_the_ellipsoid() -> None:
    document = pass_geojson(telemetry(np.arange(0.0, 5.0)), [LOOK])
    track, footprint = document["features"]
    assert track["geometry"]["coordinates"][0][0] == pytest.approx([-107.3, 24.7, 2970.0])
    assert track["properties"]["start"] == "2020-09-13T12:26:40.000Z"
    shape = shapely.geometry.shape(footprint["geometry"])
    assert shapely.is_ccw(shape.geoms[0].exterior)  # RFC 7946: outer rings go anticlockwise
    assert shape.area == pytest.approx(0.5e-4)
    assert footprint["properties"]["flags"] == ["horizon in view"]


@pytest.mark.parametrize("shift", [0.0, -360.0])
def test_a_footprint_over_the_antimeridian_is_cut_there(shift: float) -> None:
    ring = tuple(
        (lon + shift, lat) for lon, lat in ((179.99, -17.0), (180.03, -17.0), (180.03, -17.02), (179.99, -17.0))
    )
    shape = look_shape(replace(LOOK, outline=(ring,)))
    east, west = sorted(shape.geoms, key=lambda part: part.bounds[0], reverse=True)
    assert east.bounds == pytest.approx((179.99, -17.005, 180.0, -17.0))
    assert west.bounds == pytest.approx((-180.0, -17.02, -179.97, -17.0))
    assert shape.area == pytest.approx(shapely.Polygon(ring).area)


def test_track_is_thinned_and_broken_at_gaps() -> None:
    seconds = np.concatenate([np.arange(0.0, 10.0, 1.0 / 30.0), np.arange(60.0, 65.0, 1.0 / 30.0)])
    here = telemetry(seconds)
    first, second = track_runs(here, here.sensor_hae_m)
    assert [len(first), len(second)] == [10, 6]
    assert second[0, 3] - first[-1, 3] > 10.0


def test_track_is_broken_at_the_antimeridian_and_skips_what_is_unknown() -> None:
    seconds = np.arange(0.0, 8.0)
    lon = np.array([179.7, 179.8, 179.9, np.nan, -179.9, -179.8, -179.7, -179.6])
    here = telemetry(seconds, sensor_lon_deg=lon)
    assert [len(run) for run in track_runs(here, here.sensor_hae_m)] == [3, 4]


def test_no_position_is_an_empty_track() -> None:
    here = telemetry(np.arange(3.0), sensor_lat_deg=np.full(3, np.nan))
    assert pass_geojson(here, [])["features"][0]["geometry"]["coordinates"] == []


def test_kml_opens_in_gdal_and_stands_above_sea_level(tmp_path: Path) -> None:
    path = tmp_path / "pass.kml"
    path.write_bytes(pass_kml("A & B", telemetry(np.arange(0.0, 5.0)), [LOOK]))
    root = ElementTree.parse(path).getroot()
    assert root.tag == "{http://www.opengis.net/kml/2.2}kml"
    names = {"k": "http://www.opengis.net/kml/2.2"}
    line = root.find(".//k:LineString", names)
    assert line is not None
    assert line.findtext("k:altitudeMode", namespaces=names) == "absolute"
    assert (line.findtext("k:coordinates", namespaces=names) or "").split()[0] == "-107.3000000,24.7000000,3000.0"
    _, _, shapes, _ = pyogrio.raw.read(path, layer="A & B", read_geometry=True)
    bounds = shapely.total_bounds(shapely.force_2d(shapely.from_wkb(shapes)))
    assert bounds == pytest.approx([-107.3, 24.7, -107.29, 24.71])
