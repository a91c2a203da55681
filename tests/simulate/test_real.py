"""Worlds on ground that is real: with a sea, with holes, inside a boundary, of a datum that somebody says."""

from __future__ import annotations

import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin
from typer.testing import CliRunner

from otear.cli.main import app
from otear.domain.times import instant_us
from otear.errors import InputError, TerrainError
from otear.geo.frames import Floats
from otear.simulate.elevation import write_elevation
from otear.simulate.world.country import roads_of
from otear.simulate.world.folder import World, open_world
from otear.simulate.world.instructor import truth_of
from otear.simulate.world.land import Cover
from otear.simulate.world.layers import write_layers
from otear.simulate.world.make import filled_posts, make_world

from .countries import small_country

POST_DEG = 1.0 / 3600.0
SIDE = 560
WEST, NORTH = -107.0, 25.0
_VOID = -9999.0


def hills(lowest_m: float, highest_m: float, *, side: int = SIDE, seed: int = 1) -> Floats:
    noise = np.random.default_rng(seed).standard_normal((side, side))
    smooth = sum(sigma * cv2.GaussianBlur(noise, (0, 0), sigma) * weight for sigma, weight in ((50, 1.0), (14, 0.4)))
    return np.asarray(np.round(lowest_m + (smooth - smooth.min()) / np.ptp(smooth) * (highest_m - lowest_m)))


def written(path: Path, msl_m: Floats, *, west: float = WEST, crs: str = "EPSG:4326+5773") -> Path:
    rows, columns = msl_m.shape
    where = from_origin(west, NORTH, POST_DEG, POST_DEG)
    options = {"driver": "GTiff", "count": 1, "dtype": "float32", "nodata": _VOID}
    with rasterio.open(path, "w", width=columns, height=rows, crs=crs, transform=where, **options) as file:
        file.write(msl_m.astype(np.float32), 1)
    return path


def posts_of(world: World) -> tuple[slice, slice]:
    """Which posts of a terrain that was `written` are those of the world; they lie on one another."""
    grid = truth_of(world).land.grid
    column = (grid.map_from_index.c - WEST) / POST_DEG - 0.5
    row = (NORTH - grid.map_from_index.f) / POST_DEG - 0.5
    assert abs(column - round(column)) < 1e-6
    assert abs(row - round(row)) < 1e-6
    return slice(round(row), round(row) + grid.shape[0]), slice(round(column), round(column) + grid.shape[1])


@pytest.fixture(scope="module")
def coast() -> Floats:
    return np.maximum(hills(-250.0, 500.0), 0.0)


@pytest.fixture(scope="module")
def by_the_sea(coast: Floats, tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("coast")
    return make_world(folder / "world", seed=7, sites=8, terrain=written(folder / "coast.tif", coast))


def test_the_sea_is_water_and_nothing_is_in_it(coast: Floats, by_the_sea: World) -> None:
    truth = truth_of(by_the_sea)
    land = truth.land
    sea = coast[posts_of(by_the_sea)] == 0.0
    assert 0.15 < sea.mean() < 0.6
    assert (land.cover[sea] == Cover.WATER).mean() > 0.99
    assert (land.cover[~sea] == Cover.WATER).mean() < 0.02
    assert not land.canopy[land.cover == Cover.WATER].any()
    open_sea = cv2.erode(sea.astype(np.uint8), np.ones((3, 3))).astype(bool)

    def at(east_m: Floats, north_m: Floats) -> Floats:
        column, row = land.grid.index(*land.plane.place(east_m, north_m))
        inside = (row >= 0) & (row <= sea.shape[0] - 1) & (column >= 0) & (column <= sea.shape[1] - 1)
        return open_sea[np.round(row[inside]).astype(int), np.round(column[inside]).astype(int)]

    for things in (land.things, truth.things):
        assert len(things) > 300
        assert not at(things.east_m, things.north_m).any()
    roads = shapely.segmentize(shapely.MultiLineString([way.points_m for way in roads_of(land)]), 10.0)
    east_m, north_m = shapely.get_coordinates(roads).T
    assert len(east_m) > 2_000
    assert not at(east_m, north_m).any()


def test_the_map_shows_the_sea(coast: Floats, by_the_sea: World) -> None:
    picture = cv2.imread(str(by_the_sea.map))
    blue = (picture[..., 0].astype(int) - picture[..., 2]) > 30
    axes = 0.935 * 0.925
    assert blue.mean() == pytest.approx(axes * (coast[posts_of(by_the_sea)] == 0.0).mean(), abs=0.03)


def test_heights_are_those_of_the_terrain_to_the_centimetre(coast: Floats, by_the_sea: World) -> None:
    with rasterio.open(by_the_sea.terrain) as file:
        assert np.abs(file.read(1) - coast[posts_of(by_the_sea)]).max() < 0.01
    assert filled_posts(by_the_sea) == 0


def test_a_world_of_nothing_but_sea_is_said(tmp_path: Path) -> None:
    terrain = written(tmp_path / "sea.tif", np.zeros((300, 300)))
    with pytest.raises(InputError, match="100% of the world is sea"):
        make_world(tmp_path / "world", seed=7, terrain=terrain)
    assert list(tmp_path.iterdir()) == [terrain]


def test_holes_that_are_filled_are_told_and_hold_nothing(tmp_path: Path) -> None:
    heights = hills(300.0, 700.0, side=420)
    heights[100, 100:103] = heights[180:240, 200:240] = _VOID
    terrain = written(tmp_path / "holes.tif", heights)
    words = ["simulate", "world", "--terrain", str(terrain), "--sites", "4", "--out"]
    told = CliRunner().invoke(app, [*words, str(tmp_path / "told")])
    assert told.exit_code == 0, told.output
    assert "2,403 posts had no height and were filled" in told.stdout
    document = CliRunner().invoke(app, [*words, str(tmp_path / "world"), "--json"])
    assert json.loads(document.stdout)["filled_posts"] == 2_403
    public = json.loads((tmp_path / "world" / "world.json").read_text())
    assert public["filled_posts"] == 2_403
    with rasterio.open(tmp_path / "world" / "terrain.tif") as file:
        found = file.read(1)
        row, column = file.index(WEST + 220.5 * POST_DEG, NORTH - 210.5 * POST_DEG)
    assert 300.0 < found[row, column] < 700.0
    land = truth_of(open_world(tmp_path / "world")).land
    at_column, at_row = land.grid.index(*land.plane.place(land.things.east_m, land.things.north_m))
    assert len(at_row) > 300
    assert not ((abs(at_row - row) < 30.0) & (abs(at_column - column) < 20.0)).any()


def test_terrain_that_does_not_say_its_datum_is_used_with_the_option_that_the_error_names(tmp_path: Path) -> None:
    terrain = written(tmp_path / "bare.tif", hills(300.0, 700.0, side=420), crs="EPSG:4326")
    with pytest.raises(TerrainError, match="--terrain-datum egm96"):
        make_world(tmp_path / "world", seed=7, sites=4, terrain=terrain)
    words = ["--terrain", str(terrain), "--terrain-datum", "egm96", "--sites", "4", "--out", str(tmp_path / "world")]
    ran = CliRunner().invoke(app, ["simulate", "world", *words])
    assert ran.exit_code == 0, ran.output


def test_a_world_on_the_antimeridian_is_refused_before_it_is_made(tmp_path: Path) -> None:
    heights = hills(300.0, 700.0, side=420)
    (tmp_path / "both").mkdir()
    written(tmp_path / "both" / "east.tif", heights[:, 210:], west=-180.0)
    written(tmp_path / "both" / "west.tif", heights[:, :210], west=180.0 - 210 * POST_DEG)
    across = written(tmp_path / "across.tif", heights, west=180.0 - 210 * POST_DEG)
    ring = [[179.9, 10.0], [180.0, 10.0], [180.0, 10.2], [179.9, 10.2], [179.9, 10.0]]
    other = [[-180.0, 10.0], [-179.9, 10.0], [-179.9, 10.2], [-180.0, 10.2], [-180.0, 10.0]]
    area = {"type": "MultiPolygon", "coordinates": [[ring], [other]]}
    (tmp_path / "pair.geojson").write_text(json.dumps(area))
    (tmp_path / "near.geojson").write_text(json.dumps({**area, "coordinates": [[ring]]}))
    for options in (
        {"terrain": tmp_path / "both"}, {"terrain": across}, {"boundary": tmp_path / "pair.geojson"},
        {"boundary": tmp_path / "near.geojson"},
    ):  # fmt: skip
        with pytest.raises(InputError, match="both sides of the antimeridian"):
            make_world(tmp_path / "world", seed=7, **options)
    east = written(tmp_path / "full-turn.tif", heights, west=253.0)
    assert make_world(tmp_path / "world", seed=7, sites=4, terrain=east).lon_deg == pytest.approx(-106.94, abs=0.01)


def test_the_layer_of_the_boundary_is_the_boundary_that_was_given(tmp_path: Path) -> None:
    shape = shapely.Point(-107.1, 24.8).buffer(0.03) - shapely.Point(-107.1, 24.8).buffer(0.005)
    path = tmp_path / "district.geojson"
    path.write_text(shapely.to_geojson(shape))
    world = make_world(tmp_path / "world", seed=3, sites=2, boundary=path, rows=300, columns=300)
    _, _, (wkb,), _ = pyogrio.raw.read(world.layers, layer="boundary")
    assert shapely.from_wkb(wkb).symmetric_difference(shape).area < 1e-9


@pytest.mark.parametrize("starts", ["1960-01-01T00:00:00Z", "1970-01-20T00:00:00Z", "9999-06-01T00:00:00Z"])
def test_a_start_that_no_paper_can_tell_is_refused_at_once(starts: str, tmp_path: Path) -> None:
    told: list[str] = []
    with pytest.raises(InputError, match=r"'starts'.*`--starts`"):
        make_world(
            tmp_path / "world", seed=7, starts_us=instant_us(starts, "starts"),
            progress=lambda stage, *_: told.append(stage),
        )  # fmt: skip
    assert told == []


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    land = small_country().land
    with room_for(64 << 10), pytest.raises(InputError, match=r"layers\.gpkg: cannot be written .* the disk has room"):
        write_layers(tmp_path / "layers.gpkg", land)
    with room_for(64 << 10), pytest.raises(InputError, match=r"terrain\.tif: cannot be written .* the disk has room"):
        write_elevation(tmp_path / "terrain.tif", land.msl_m, land.grid)


@contextmanager
def room_for(most: int) -> Iterator[None]:
    """No file grows to more bytes than this."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
