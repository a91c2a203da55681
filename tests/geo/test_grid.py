"""The search grid: round trips, true areas, neighbours, and what a raster of it says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from otear.errors import InputError, SettingError
from otear.geo.grid import SearchGrid

ORIGINS = st.tuples(st.floats(-85.0, 85.0), st.floats(-180.0, 180.0))
CELLS = st.integers(-20_000, 20_000)  # 500 km of 25 m cells


@given(ORIGINS, CELLS, CELLS)
def test_the_centre_of_a_cell_lies_in_it(origin: tuple[float, float], row: int, col: int) -> None:
    grid = SearchGrid(*origin)
    assert grid.cells(*grid.centres(row, col)) == (row, col)


@given(ORIGINS, CELLS, CELLS)
def test_a_place_is_within_half_a_diagonal_of_its_centre(origin: tuple[float, float], row: int, col: int) -> None:
    grid = SearchGrid(*origin)
    geod = Geod(ellps="WGS84")
    lat, lon = np.degrees(grid.centres(row, col))
    corner_lat, corner_lon = np.degrees(grid.corners(row, col))
    for i in range(4):
        _, _, distance = geod.inv(lon, lat, corner_lon[i], corner_lat[i])
        assert distance == pytest.approx(25.0 / np.sqrt(2.0), rel=0.003)


@given(ORIGINS, CELLS, CELLS)
def test_neighbours_share_an_edge(origin: tuple[float, float], row: int, col: int) -> None:
    grid = SearchGrid(*origin)
    lat, lon = grid.corners([row, row, row + 1], [col, col + 1, col])
    north_west, north_east, south_east, south_west = range(4)
    for mine, other, theirs in (
        (north_east, 1, north_west),
        (south_east, 1, south_west),
        (south_west, 2, north_west),
        (south_east, 2, north_east),
    ):
        assert lat[0, mine] == pytest.approx(lat[other, theirs], abs=1e-12)
        assert np.cos(lon[0, mine] - lon[other, theirs]) == pytest.approx(1.0, abs=1e-14)


@pytest.mark.parametrize("origin", [(24.8, -107.4), (0.0, 179.9), (-62.0, 30.0)])
@pytest.mark.parametrize("east_km", [-500, -200, 0, 350, 490])
@pytest.mark.parametrize("north_km", [-500, 0, 490])
def test_areas_are_true_to_a_millionth_within_500_km(origin: tuple[float, float], east_km: int, north_km: int) -> None:
    grid = SearchGrid(*origin, cell_m=100.0)
    # The edge of a block of cells, walked cell by cell: a straight edge of the projection is no geodesic.
    side, count = np.arange(100), 100
    row = np.concatenate([0 * side, side, 0 * side + count, count - side]) - north_km * 10
    col = np.concatenate([side, 0 * side + count, count - side, 0 * side]) + east_km * 10
    lat, lon = grid.corners(row, col)
    area, _ = Geod(ellps="WGS84").polygon_area_perimeter(np.degrees(lon[:, 0]), np.degrees(lat[:, 0]))
    assert abs(area) == pytest.approx(count**2 * grid.area_m2, rel=1e-6)


def test_rows_grow_to_the_south_and_columns_to_the_east() -> None:
    grid = SearchGrid(24.8, -107.4)
    lat, lon = np.radians([24.81, 24.79, 24.79]), np.radians([-107.39, -107.39, -107.41])
    row, col = grid.cells(lat, lon)
    assert row.dtype == col.dtype == np.int32
    assert (np.sign(row + 0.5) == [-1, 1, 1]).all()
    assert (np.sign(col + 0.5) == [1, 1, -1]).all()
    origin_lat, origin_lon = grid.corners(0, 0)
    assert np.degrees(origin_lat[0]) == pytest.approx(24.8, abs=1e-10)
    assert np.degrees(origin_lon[0]) == pytest.approx(-107.4, abs=1e-10)


def test_a_raster_with_its_crs_and_transform_lies_where_its_cells_do() -> None:
    grid = SearchGrid(24.8, -107.4, cell_m=50.0)
    row0, col0 = -40, 75
    a, b, c, d, e, f = grid.transform(row0, col0)
    to_map = Transformer.from_crs("EPSG:4326", grid.crs, always_xy=True)
    row, col = np.array([-40, -38, 10]), np.array([75, 76, 200])
    lat, lon = grid.centres(row, col)
    x, y = to_map.transform(np.degrees(lon), np.degrees(lat))
    pixel_x, pixel_y = col - col0 + 0.5, row - row0 + 0.5
    np.testing.assert_allclose(a * pixel_x + b * pixel_y + c, x, rtol=0.0, atol=0.002)
    np.testing.assert_allclose(d * pixel_x + e * pixel_y + f, y, rtol=0.0, atol=0.002)


def test_a_place_that_is_none_has_no_cell() -> None:
    with pytest.raises(InputError, match="place without a cell"):
        SearchGrid(0.0, 0.0).cells([0.1, np.nan], [0.1, 0.1])


@pytest.mark.parametrize("setting", [(91.0, 0.0, 25.0), (0.0, -181.0, 25.0), (0.0, 0.0, 0.0), (np.nan, 0.0, 25.0)])
def test_settings_that_cannot_be_are_refused(setting: tuple[float, float, float]) -> None:
    with pytest.raises(SettingError):
        SearchGrid(*setting)
