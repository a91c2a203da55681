"""Coverage through the workspace: places, files, and the difference between hidden and never looked at."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pyogrio
import pytest
import rasterio
from pyproj import Transformer

from otear.authority.roles import Action
from otear.errors import InputError, NotFoundError, RefusedError
from otear.geo.terrain import open_terrain
from otear.store.workspace import Workspace
from otear.workflow import coverage
from otear.workflow.desk import Desk
from otear.workflow.footage import chosen, find, packet_items
from otear.workflow.held import Held, in_reach
from otear.workflow.quicklook import quicklook
from otear.workflow.track import track_geojson, write_track

from ..consent import desk_in, held_in, take


@pytest.fixture
def filled(workspace: Workspace, clip: Any) -> Workspace:
    take(workspace, clip.recording, clip.terrain)
    return workspace


def sources(workspace: Workspace, names: Sequence[str] = ()) -> tuple[Desk, list[Held]]:
    """A desk, and the recordings that may be worked on."""
    desk = desk_in(workspace)
    return desk, in_reach(desk, chosen(workspace, names), Action.EXPORT_COVERAGE)[0]


def seen_place(workspace: Workspace) -> tuple[float, float]:
    west, south, east, north = find(workspace, "latest").summary["bounds"]
    return (south + north) / 2.0, (west + east) / 2.0


def test_a_place_in_the_picture_has_looks(filled: Workspace) -> None:
    lat, lon = seen_place(filled)
    answer = coverage.at(*sources(filled), lat, lon)
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
        answer = coverage.at(*sources(filled), *where)
        assert answer["never_looked"]
        assert answer["looks"] == []
        assert answer["pd_total"] == 0.0


def test_the_raster_lies_where_the_places_are(filled: Workspace, tmp_path: Path) -> None:
    lat, lon = seen_place(filled)
    summary = coverage.export(*sources(filled), tmp_path / "out" / "coverage.tif")
    with rasterio.open(summary["file"]) as raster:
        assert raster.descriptions == ("pd_total", "looks", "best_gsd_m", "last_seen_s", "state")
        x, y = Transformer.from_crs(4326, raster.crs, always_xy=True).transform(lon, lat)
        (values,) = raster.sample([(x, y)])
    answer = coverage.at(*sources(filled), lat, lon)
    assert values[0] == pytest.approx(answer["pd_total"], abs=1e-6)
    assert values[4] == 2.0


def test_vector_files_open_and_agree(filled: Workspace, tmp_path: Path) -> None:
    coverage.export(*sources(filled), tmp_path / "coverage.gpkg")
    layers = {name for name, _ in pyogrio.list_layers(tmp_path / "coverage.gpkg")}
    assert layers == {"cells", "looks"}
    summary = coverage.export(*sources(filled, ["latest"]), tmp_path / "coverage.parquet")
    assert summary["passes"] == 1
    twice = coverage.export(*sources(filled, ["latest", "f-"]), tmp_path / "twice.parquet")
    assert twice["passes"] == 1, "a recording named twice counts once"
    count = pyogrio.read_info(tmp_path / "coverage.gpkg", layer="cells")["features"]
    import pyarrow.parquet as pq

    assert pq.read_metadata(tmp_path / "coverage.parquet").num_rows == count > 100


def test_an_unknown_ending_and_an_empty_workspace(filled: Workspace, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.shp"):
        coverage.export(*sources(filled), tmp_path / "coverage.shp")
    from otear.store.workspace import create_workspace

    with pytest.raises(NotFoundError, match="saw any ground"):
        coverage.export(*sources(create_workspace(tmp_path / "empty")), tmp_path / "coverage.tif")
    assert not (tmp_path / "coverage.tif").exists()


def test_tracks_open_elsewhere(filled: Workspace, tmp_path: Path) -> None:
    row = find(filled, "latest")
    geojson = track_geojson(desk_in(filled), row)
    assert {feature["properties"]["what"] for feature in geojson["features"]} == {"track", "look"}
    write_track(desk_in(filled), row, tmp_path / "track.geojson")
    assert json.loads((tmp_path / "track.geojson").read_text())["type"] == "FeatureCollection"
    assert pyogrio.read_info(tmp_path / "track.geojson")["features"] == 2
    write_track(desk_in(filled), row, tmp_path / "track.kml")
    root = ElementTree.parse(tmp_path / "track.kml").getroot()
    line = root.find(".//{http://www.opengis.net/kml/2.2}LineString/{http://www.opengis.net/kml/2.2}coordinates")
    assert line is not None
    lon, lat, height = (float(v) for v in (line.text or "").split()[0].split(","))
    assert (lon, lat) == (pytest.approx(-107.4, abs=0.1), pytest.approx(24.8, abs=0.1))
    assert height == pytest.approx(2900.0, abs=20.0)
    with pytest.raises(InputError):
        write_track(desk_in(filled), row, tmp_path / "track.shp")


def test_one_packet_for_people(filled: Workspace) -> None:
    packet, items = packet_items(desk_in(filled), find(filled, "latest"), 3)
    assert packet["index"] == 3
    assert {"sensor_latitude_deg", "platform_heading_deg"} <= {item["name"] for item in items}
    with pytest.raises(InputError, match="no packet 40"):
        packet_items(desk_in(filled), find(filled, "latest"), 40)


def test_the_picture_shows_ground_and_is_the_same_again(filled: Workspace, clip: Any, tmp_path: Path) -> None:
    for name in ("one.png", "two.png"):
        quicklook(*held_in(filled), tmp_path / name, terrain=open_terrain([clip.terrain]))
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    from matplotlib.image import imread

    pixels = imread(tmp_path / "one.png")
    assert pixels.shape[0] > 700
    assert pixels.shape[1] > 1200
    assert len(np.unique(pixels.reshape(-1, pixels.shape[2]), axis=0)) > 5_000


def test_a_recording_of_which_nothing_can_be_trusted_has_no_picture(
    workspace: Workspace, shared_data: Path, tmp_path: Path
) -> None:
    summary = take(workspace, shared_data / "video" / "mismms-bad-checksum.bin")
    assert summary["quarantine"]["rule"] == "missing_fact", "nothing that can be trusted says where it was made"
    with pytest.raises(RefusedError, match="quarantine"):
        quicklook(*held_in(workspace), tmp_path / "none.png", terrain=None)
    assert track_geojson(desk_in(workspace), find(workspace, "latest"))["features"]
