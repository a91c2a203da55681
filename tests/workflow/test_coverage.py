"""Coverage through the workspace: places, files, and the difference between hidden and never looked at."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pyogrio
import pytest
import rasterio
from pyproj import Transformer

from otear.domain.clock import FixedClock
from otear.errors import InputError, NotFoundError
from otear.geo.terrain import open_terrain
from otear.store.workspace import Workspace
from otear.workflow import coverage
from otear.workflow.footage import find, packet_items, track_geojson, write_track
from otear.workflow.ingest import ingest
from otear.workflow.quicklook import quicklook

NOW = FixedClock(1_790_000_000_000_000)


@pytest.fixture
def filled(workspace: Workspace, clip: Any) -> Workspace:
    ingest(workspace, clip.recording, terrain=open_terrain([clip.terrain]), clock=NOW)
    return workspace


def seen_place(workspace: Workspace) -> tuple[float, float]:
    west, south, east, north = find(workspace, "latest").summary["bounds"]
    return (south + north) / 2.0, (west + east) / 2.0


def test_a_place_in_the_picture_has_looks(filled: Workspace) -> None:
    lat, lon = seen_place(filled)
    answer = coverage.at(filled, lat, lon)
    assert not answer["never_looked"]
    (look,) = answer["looks"]
    assert {"time", "pd", "gsd_m", "visible"} <= set(look)
    assert look["visible"]
    assert look["time"].endswith("Z")
    assert 0.5 < look["gsd_m"] < 3.0
    assert answer["pd_total"] == pytest.approx(look["pd"])


def test_a_place_outside_every_footprint_was_never_looked_at(filled: Workspace) -> None:
    lat, lon = seen_place(filled)
    for where in ((lat + 0.05, lon), (0.0, 0.0)):
        answer = coverage.at(filled, *where)
        assert answer["never_looked"]
        assert answer["looks"] == []
        assert answer["pd_total"] == 0.0


def test_the_raster_lies_where_the_places_are(filled: Workspace, tmp_path: Path) -> None:
    lat, lon = seen_place(filled)
    summary = coverage.export(filled, tmp_path / "out" / "coverage.tif", [])
    with rasterio.open(summary["file"]) as raster:
        assert raster.descriptions == ("pd_total", "looks", "best_gsd_m", "last_seen_s", "state")
        x, y = Transformer.from_crs(4326, raster.crs, always_xy=True).transform(lon, lat)
        (values,) = raster.sample([(x, y)])
    answer = coverage.at(filled, lat, lon)
    assert values[0] == pytest.approx(answer["pd_total"], abs=1e-6)
    assert values[4] == 2.0


def test_vector_files_open_and_agree(filled: Workspace, tmp_path: Path) -> None:
    coverage.export(filled, tmp_path / "coverage.gpkg", [])
    layers = {name for name, _ in pyogrio.list_layers(tmp_path / "coverage.gpkg")}
    assert layers == {"cells", "looks"}
    summary = coverage.export(filled, tmp_path / "coverage.parquet", ["latest"])
    assert summary["passes"] == 1
    twice = coverage.export(filled, tmp_path / "twice.parquet", ["latest", "f-"])
    assert twice["passes"] == 1, "a recording named twice counts once"
    count = pyogrio.read_info(tmp_path / "coverage.gpkg", layer="cells")["features"]
    import pyarrow.parquet as pq

    assert pq.read_metadata(tmp_path / "coverage.parquet").num_rows == count > 100


def test_an_unknown_ending_and_an_empty_workspace(filled: Workspace, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.shp"):
        coverage.export(filled, tmp_path / "coverage.shp", [])
    from otear.store.workspace import create_workspace

    with pytest.raises(NotFoundError, match="no recording saw any ground"):
        coverage.export(create_workspace(tmp_path / "empty"), tmp_path / "coverage.tif", [])
    assert not (tmp_path / "coverage.tif").exists()


def test_tracks_open_elsewhere(filled: Workspace, tmp_path: Path) -> None:
    row = find(filled, "latest")
    geojson = track_geojson(filled, row)
    assert {feature["properties"]["what"] for feature in geojson["features"]} == {"track", "look"}
    write_track(filled, row, tmp_path / "track.geojson")
    assert json.loads((tmp_path / "track.geojson").read_text())["type"] == "FeatureCollection"
    assert pyogrio.read_info(tmp_path / "track.geojson")["features"] == 2
    write_track(filled, row, tmp_path / "track.kml")
    root = ElementTree.parse(tmp_path / "track.kml").getroot()
    line = root.find(".//{http://www.opengis.net/kml/2.2}LineString/{http://www.opengis.net/kml/2.2}coordinates")
    assert line is not None
    lon, lat, height = (float(v) for v in (line.text or "").split()[0].split(","))
    assert (lon, lat) == (pytest.approx(-107.4, abs=0.1), pytest.approx(24.8, abs=0.1))
    assert height == pytest.approx(2900.0, abs=20.0)
    with pytest.raises(InputError):
        write_track(filled, row, tmp_path / "track.shp")


def test_one_packet_for_people(filled: Workspace) -> None:
    packet, items = packet_items(filled, find(filled, "latest"), 3)
    assert packet["index"] == 3
    assert {"sensor_latitude_deg", "platform_heading_deg"} <= {item["name"] for item in items}
    with pytest.raises(InputError, match="no packet 40"):
        packet_items(filled, find(filled, "latest"), 40)


def test_the_picture_shows_ground_and_is_the_same_again(filled: Workspace, clip: Any, tmp_path: Path) -> None:
    row = find(filled, "latest")
    for name in ("one.png", "two.png"):
        quicklook(filled, row, tmp_path / name, terrain=open_terrain([clip.terrain]))
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    from matplotlib.image import imread

    pixels = imread(tmp_path / "one.png")
    assert pixels.shape[0] > 700
    assert pixels.shape[1] > 1200
    assert len(np.unique(pixels.reshape(-1, pixels.shape[2]), axis=0)) > 5_000


def test_a_recording_that_saw_nothing_has_no_picture(workspace: Workspace, shared_data: Path, tmp_path: Path) -> None:
    ingest(workspace, shared_data / "video" / "mismms-bad-checksum.bin", terrain=None, clock=NOW)
    with pytest.raises(NotFoundError, match="saw no ground"):
        quicklook(workspace, find(workspace, "latest"), tmp_path / "none.png", terrain=None)
    assert track_geojson(workspace, find(workspace, "latest"))["features"]
