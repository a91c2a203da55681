"""Terrain in memory, patches of it, and the cache that keeps one."""

from __future__ import annotations

import numpy as np
import pytest
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from otear.errors import TerrainError
from otear.geo import geoid
from otear.geo.raycast import cast
from otear.geo.terrain import Bounds, ConstantTerrain, GridTerrain, Patch, PatchCache, VerticalDatum
from otear.geo.terrain.grid import Grid

GRID = Grid(Affine(1 / 3600, 0.0, -107.5, 0.0, -1 / 3600, 25.0), (200, 300))


def degrees(west: float, south: float, east: float, north: float) -> Bounds:
    return Bounds(*np.radians([west, south, east, north]))


def sloping(grid: Grid = GRID) -> GridTerrain:
    column, row = np.meshgrid(np.arange(grid.shape[1]), np.arange(grid.shape[0]))
    return GridTerrain((100.0 + column + 2.0 * row).astype(np.float32), grid)


def test_heights_between_posts() -> None:
    terrain = sloping()
    lat, lon = GRID.place([10.25, 299.0, 0.0], [20.5, 199.0, 0.0])
    np.testing.assert_allclose(terrain.heights(lat, lon), [100 + 10.25 + 41, 100 + 299 + 398, 100.0], atol=1e-4)


def test_heights_outside_are_unknown() -> None:
    lat, lon = GRID.place([-0.1, 299.1, 5.0], [5.0, 5.0, 199.1])
    assert np.isnan(sloping().heights(lat, lon)).all()


def test_a_hole_is_unknown_in_the_cells_around_it() -> None:
    terrain = sloping()
    terrain.posts_m[50, 50] = np.nan
    lat, lon = GRID.place([49.5, 50.5, 48.5], [49.5, 50.5, 49.5])
    np.testing.assert_array_equal(np.isnan(terrain.heights(lat, lon)), [True, True, False])


def test_heights_above_the_sea_are_brought_to_the_ellipsoid() -> None:
    terrain = GridTerrain(np.zeros(GRID.shape), GRID, VerticalDatum.EGM96, own_sigma_m=3.0)
    lat, lon = GRID.place(np.linspace(0, 299, 50), np.linspace(0, 199, 50))
    np.testing.assert_allclose(terrain.heights(lat, lon), geoid.undulation(lat, lon), atol=2e-4)
    assert terrain.sigma_m == 3.0
    assert GridTerrain(np.zeros(GRID.shape), GRID, VerticalDatum.EGM2008, own_sigma_m=3.0).sigma_m == 4.0


@given(st.floats(0.001, 0.08), st.floats(0.001, 0.05), st.floats(0.0, 0.003), st.floats(0.0, 0.003))
def test_a_patch_covers_its_bounds_with_the_terrains_own_posts(w: float, s: float, width: float, height: float) -> None:
    terrain = sloping()
    bounds = degrees(-107.5 + w, 24.948 + s / 2, -107.5 + w + width, 24.948 + s / 2 + height)
    patch = terrain.patch(bounds)
    assert patch.bounds.west <= bounds.west + 1e-11
    assert patch.bounds.south <= bounds.south + 1e-11
    assert patch.bounds.east >= bounds.east - 1e-11
    assert patch.bounds.north >= bounds.north - 1e-11
    lat, lon = bounds.lattice(5)
    np.testing.assert_allclose(patch.heights(lat, lon), terrain.heights(lat, lon), atol=1e-3)


def test_a_patch_is_cut_to_what_there_is() -> None:
    patch = sloping().patch(degrees(-108.0, 24.0, -107.49, 26.0))
    assert patch.heights_m.shape == (200, 37)


def test_nothing_inside() -> None:
    with pytest.raises(TerrainError, match="does not reach"):
        sloping().patch(degrees(10.0, 10.0, 11.0, 11.0))


def test_a_grid_over_the_antimeridian() -> None:
    grid = Grid(Affine(0.001, 0.0, 179.95, 0.0, -0.001, -17.0), (50, 100))
    terrain = sloping(grid)
    lat, lon = np.radians([-17.01, -17.01]), np.radians([179.99, -179.99])
    np.testing.assert_allclose(terrain.heights(lat, lon), [100 + 40 + 20, 100 + 60 + 20], atol=1e-3)
    patch = terrain.patch(degrees(179.98, -17.02, -179.98, -17.01))
    assert patch.heights_m.shape == (11, 41)
    np.testing.assert_allclose(patch.heights(lat, lon), terrain.heights(lat, lon), atol=1e-3)


def test_a_projected_grid() -> None:
    """Places through PROJ's own forward projection."""
    grid = Grid(Affine(30.0, 0.0, 300_000.0, 0.0, -30.0, 2_750_000.0), (100, 100), CRS.from_epsg(32613))
    lat, lon = grid.place([0.0, 50.5], [0.0, 20.25])
    column, row = grid.index(lat, lon)
    np.testing.assert_allclose(column, [0.0, 50.5], atol=1e-6)
    np.testing.assert_allclose(row, [0.0, 20.25], atol=1e-6)
    np.testing.assert_allclose(sloping(grid).heights(lat, lon), [100.0, 100 + 50.5 + 40.5], atol=1e-3)


@pytest.mark.parametrize("datum", list(VerticalDatum))
def test_constant(datum: VerticalDatum) -> None:
    terrain = ConstantTerrain(1200.0, datum)
    bounds = degrees(-107.6, 24.5, -107.1, 25.0)
    lat, lon = bounds.lattice(7)
    expected = np.full(lat.shape, 1200.0)
    if datum is not VerticalDatum.ELLIPSOID:
        expected = expected + geoid.undulation(lat, lon)
    np.testing.assert_allclose(terrain.heights(lat, lon), expected, atol=1e-9)
    np.testing.assert_allclose(terrain.patch(bounds).heights(lat, lon), expected, atol=2e-3)
    assert "1,200 m" in terrain.name
    assert ("ellipsoid" in terrain.name) == (datum is VerticalDatum.ELLIPSOID)


def test_a_ray_meets_a_constant_height() -> None:
    """Posts are a kilometre apart, but a level surface is exact between them."""
    bounds = degrees(-107.6, 24.5, -107.3, 24.8)
    patch = ConstantTerrain(250.0).patch(bounds)
    sensor = patch.chart.frame.ecef_from_enu([-9_000.0, 0.0, 3_000.0])
    to_middle = patch.chart.frame.origin_ecef - sensor
    hits = cast(patch, sensor, (to_middle / np.linalg.norm(to_middle))[None])
    assert hits.height_m[0] == pytest.approx(250.0, abs=1e-6)
    place = patch.chart.frame.enu_from_ecef(sensor + hits.range_m[0] * to_middle / np.linalg.norm(to_middle))
    lat, lon, height = patch.chart.frame.geodetic_from_enu(place)
    assert height == pytest.approx(250.0, abs=1e-3)
    assert np.hypot(hits.lat[0] - lat, hits.lon[0] - lon) * 6.4e6 < 1e-3


class Counting:
    """A terrain that counts how often a patch is read."""

    name = "counting"
    datum = VerticalDatum.ELLIPSOID
    sigma_m = 0.0

    def __init__(self) -> None:
        self.terrain = ConstantTerrain(10.0)
        self.read: list[Bounds] = []

    def heights(self, lat: object, lon: object) -> np.ndarray:
        raise NotImplementedError

    def patch(self, bounds: Bounds) -> Patch:
        self.read.append(bounds)
        return self.terrain.patch(bounds)


@pytest.mark.parametrize("start_deg", [-107.5, 179.9])
def test_the_cache_reads_again_only_when_the_view_leaves(start_deg: float) -> None:
    """60 views go 0.3 degrees east, over the antimeridian or not; a patch with 5 km around it lasts for several."""
    terrain = Counting()
    cache = PatchCache(terrain, margin_m=5_000.0)
    for step in range(60):
        west = (start_deg + 0.005 * step + 180.0) % 360.0 - 180.0
        bounds = degrees(west, 25.0, (west + 0.01 + 180.0) % 360.0 - 180.0, 25.01)
        patch = cache.covering(bounds)
        assert patch.bounds.holds(bounds)
    assert 5 <= len(terrain.read) <= 8


@given(st.floats(-np.pi, np.pi), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(-1.0, 1.0))
def test_a_box_holds_and_meets_its_parts(west: float, width: float, start: float, part: float, lat: float) -> None:
    def turn(lon: float) -> float:
        return float((lon + np.pi) % (2.0 * np.pi) - np.pi)

    outer = Bounds(turn(west), lat, turn(west + width + 1e-6), lat + 0.1)
    inner_west = west + start * width * 0.999
    inner = Bounds(turn(inner_west), lat + 0.01, turn(inner_west + part * (west + width - inner_west)), lat + 0.09)
    assert outer.holds(inner)
    assert outer.meets(inner)
    assert inner.meets(outer)
    far = Bounds(turn(west + width + 1.0), lat, turn(west + width + 1.1), lat + 0.1)
    assert not outer.meets(far)
    assert not outer.holds(far)
