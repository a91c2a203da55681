"""Worlds from seeds: the same bytes, whole or not at all, also on ground that is real."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import rasterio
from typer.testing import CliRunner

from otear.cli.main import app
from otear.errors import InputError
from otear.simulate.elevation import write_elevation
from otear.simulate.scene.weather import Season
from otear.simulate.world.folder import World, open_world
from otear.simulate.world.instructor import truth_of
from otear.simulate.world.make import make_world

from .countries import STARTS_US, small_country

SIZE = {"rows": 300, "columns": 320}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("made") / "world", seed=7, sites=10, **SIZE)


def bytes_of(world: World) -> dict[str, bytes]:
    return {str(path.relative_to(world.folder)): path.read_bytes() for path in world.files}


def test_the_same_seed_gives_the_same_bytes_of_every_file(made: World, tmp_path: Path) -> None:
    again = make_world(tmp_path / "again", seed=7, sites=10, **SIZE)
    assert bytes_of(again) == bytes_of(made)
    assert set(bytes_of(made)) >= {
        "world.json", "terrain.tif", "layers.gpkg", "map.png", "authority.yaml", "keys/host.pub", "keys/programme.pub",
        "aircraft/long-endurance.yaml", "instructor/truth", "instructor/seed",
    }  # fmt: skip


def test_more_sites_do_not_make_another_land(made: World, tmp_path: Path) -> None:
    more = make_world(tmp_path / "more", seed=7, sites=14, **SIZE)
    assert len(truth_of(more).sites) == len(truth_of(made).sites) + 4
    assert more.terrain.read_bytes() == made.terrain.read_bytes()
    assert more.layers.read_bytes() == made.layers.read_bytes()


def test_another_seed_makes_another_world(made: World, tmp_path: Path) -> None:
    other = make_world(tmp_path / "other", seed=8, sites=10, season=Season.WET, **SIZE)
    assert other.world_id != made.world_id
    assert other.terrain.read_bytes() != made.terrain.read_bytes()
    assert other.season is Season.WET
    assert open_world(other.folder) == other


def test_a_folder_with_something_in_it_is_not_written_over(made: World, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is there already"):
        make_world(made.folder, seed=9, **SIZE)
    assert truth_of(made).world_id == made.world_id
    (tmp_path / "empty").mkdir()
    assert make_world(tmp_path / "empty", seed=7, sites=10, **SIZE).world_id == made.world_id


def test_nothing_half_written_stays_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("otear.simulate.world.make.write_truth", lambda *_: (_ for _ in ()).throw(RuntimeError("full")))
    with pytest.raises(RuntimeError, match="full"):
        make_world(tmp_path / "world", seed=7, sites=10, **SIZE)
    assert list(tmp_path.iterdir()) == []


def test_the_terrain_is_that_of_the_truth_and_says_its_datum(made: World) -> None:
    with rasterio.open(made.terrain) as file:
        assert "EGM96" in file.crs.to_wkt()
        heights = file.read(1)
        middle = file.transform @ (file.width / 2.0, file.height / 2.0)
    assert np.array_equal(heights, truth_of(made).land.msl_m)
    assert middle == pytest.approx((-107.1, 24.8))


def square(path: Path, lat: float, lon: float, half_deg: float) -> Path:
    ring = [[lon + half_deg * x, lat + half_deg * y] for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))]
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return path


def test_a_real_terrain_is_kept_and_a_boundary_holds_what_is_placed(tmp_path: Path) -> None:
    land = small_country().land
    write_elevation(tmp_path / "real.tif", land.msl_m, land.grid)
    boundary = square(tmp_path / "district.geojson", 24.8, -107.1, 0.035)
    world = make_world(
        tmp_path / "world", seed=3, sites=5, terrain=tmp_path / "real.tif", boundary=boundary, rows=350, columns=350
    )
    truth = truth_of(world)
    assert (world.lat_deg, world.lon_deg) == (pytest.approx(24.8), pytest.approx(-107.1))
    lat, lon = truth.land.grid.place(*np.meshgrid(np.arange(350), np.arange(350)))
    assert np.median(np.abs(land.patch.heights(lat, lon) - truth.land.patch.heights(lat, lon))) < 3.0
    assert truth.sites
    for place in (*truth.sites, *truth.lookalikes):
        assert abs(place.lat_deg - 24.8) < 0.0355
        assert abs(place.lon_deg + 107.1) < 0.0355


def test_what_cannot_be_used_is_said(tmp_path: Path) -> None:
    def refused(match: str, **options: Path) -> None:
        with pytest.raises(InputError, match=match):
            make_world(tmp_path / "none", seed=1, **options, **SIZE)
        assert not (tmp_path / "none").exists()

    (tmp_path / "text.geojson").write_text("no")
    refused("is no JSON", boundary=tmp_path / "text.geojson")
    (tmp_path / "point.geojson").write_text('{"type": "Point", "coordinates": [1, 2]}')
    refused("holds no area", boundary=tmp_path / "point.geojson")
    refused("cannot be read", boundary=tmp_path / "missing.geojson")
    refused("is not there", terrain=tmp_path / "missing.tif")
    land = small_country().land
    write_elevation(tmp_path / "real.tif", land.msl_m, land.grid)
    refused(
        "seconds of arc", terrain=tmp_path / "real.tif", boundary=square(tmp_path / "far.geojson", 26.0, -107.1, 0.1)
    )


def test_the_command_prints_one_document_that_names_files_and_nothing_hidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("otear.simulate.world.make.make_world.__kwdefaults__", {**make_world.__kwdefaults__, **SIZE})
    ran = CliRunner().invoke(
        app, ["simulate", "world", "--seed", "7", "--sites", "10", "--out", str(tmp_path / "world"), "--json"]
    )
    assert ran.exit_code == 0, ran.output
    document = json.loads(ran.stdout)
    world = open_world(tmp_path / "world")
    assert document["world_id"] == world.world_id
    assert [Path(file) for file in document["files"]] == list(world.files)
    assert world.starts_us == STARTS_US
    assert not any(site.site_id in ran.output for site in truth_of(world).sites)
