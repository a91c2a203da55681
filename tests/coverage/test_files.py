"""Pass files and what they are combined into: places, rasters, layers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pyogrio
import pytest
import rasterio
import shapely
from pyproj import CRS, Transformer

from otear.coverage.aggregate import aggregate
from otear.coverage.files import PassFile, common_grid, coverage_at, covered_km2, read_cells, read_pass, write_pass
from otear.coverage.raster import BANDS, write_raster
from otear.coverage.resolution import ResolutionModel
from otear.coverage.vector import write_geopackage, write_geoparquet
from otear.domain.looks import Look, LookCells
from otear.errors import InputError, NotFoundError
from otear.geo.grid import SearchGrid

START_US = 1_600_000_000_000_000
GRID = SearchGrid(24.7, -107.3, 25.0)


def look(index: int, start_s: float) -> Look:
    start_us = START_US + int(start_s * 1e6)
    ring = ((-107.3, 24.7), (-107.29, 24.7), (-107.29, 24.71), (-107.3, 24.7))
    return Look(index, start_us, start_us + 5_000_000, 5.7, 10, "end of the recording", (ring,), ("horizon in view",))


def cells_of(index: int, places: Sequence[tuple[int, int]], pd: Sequence[float]) -> LookCells:
    """Cells with a probability each; 0 means hidden."""
    chance = np.array(pd, np.float32)
    seen = chance > 0.0
    row, col = np.array(places, np.int32).reshape(-1, 2).T
    return LookCells(
        np.full(len(chance), index, np.int32),
        row.copy(),
        col.copy(),
        seen,
        np.where(seen, 0.3, np.nan).astype(np.float32),
        np.where(seen, 40.0, np.nan).astype(np.float32),
        np.where(seen, 2.0, 0.0).astype(np.float32),
        seen.astype(np.float32),
        chance,
    )


def written(path: Path, looks: Sequence[tuple[Look, LookCells]], grid: SearchGrid = GRID, cap: float = 0.9) -> PassFile:
    with write_pass(path, grid, path.stem, "EO", ResolutionModel(cap=cap)) as out:
        for one, cells in looks:
            out.add(one, cells)
    return read_pass(path)


@pytest.fixture
def passes(tmp_path: Path) -> list[PassFile]:
    """Two passes, over cells north-west and south-east of the origin; (7, 9) was only ever hidden."""
    first = [
        (look(0, 0.0), cells_of(0, [(-3, -5), (7, 9)], [0.5, 0.0])),
        (look(1, 60.0), cells_of(1, [(-3, -5), (-2, -5)], [0.7, 0.1])),
    ]
    second = [(look(0, 86_400.0), cells_of(0, [(-3, -5), (7, 9), (1200, 3)], [0.6, 0.0, 0.2]))]
    return [written(tmp_path / "one.parquet", first), written(tmp_path / "two.parquet", second)]


def place(row: int, col: int) -> tuple[float, float]:
    lat, lon = np.degrees(GRID.centres(row, col))
    return float(lat), float(lon)


def test_a_pass_comes_back_as_it_was_written(tmp_path: Path) -> None:
    places = [(row, col) for row in range(-100, 200, 3) for col in range(-80, 90, 3)]
    chance = np.random.default_rng(4).uniform(0.01, 0.9, len(places))
    cells = cells_of(0, places, chance.tolist())
    passed = written(tmp_path / "one.parquet", [(look(0, 0.0), cells)])
    assert passed.looks == (look(0, 0.0),)
    assert (passed.grid, passed.model, passed.footage_id, passed.sensor) == (GRID, ResolutionModel(), "one", "EO")
    back = read_cells(passed.path)
    assert sorted(zip(back.row, back.col, back.pd, strict=True)) == sorted(
        zip(cells.row, cells.col, cells.pd, strict=True)
    )
    blocks = list(zip(back.row // 64, back.col // 64, back.row, back.col, strict=True))
    assert blocks == sorted(blocks)


def test_the_box_of_a_pass_holds_all_its_cells(passes: list[PassFile]) -> None:
    west, south, east, north = passes[1].bounds_deg or pytest.fail("no bounds")
    lat, lon = np.degrees(GRID.corners(np.array([-3, 7, 1200]), np.array([-5, 9, 3])))
    assert west <= lon.min() < lon.max() <= east
    assert south <= lat.min() < lat.max() <= north


def break_off(path: Path) -> None:
    """Begin a pass and fail in the middle of it."""
    with write_pass(path, GRID, "f", "EO", ResolutionModel()) as out:
        out.add(look(0, 0.0), cells_of(0, [(1, 1)], [0.5]))
        out.add(look(1, 9.0), cells_of(1, [(1, 1)], [0.5 / (1 - len(out.looks))]))


def test_nothing_half_written_stays(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        break_off(tmp_path / "p.parquet")
    assert list(tmp_path.iterdir()) == []


def test_a_pass_that_saw_nothing_is_a_pass(tmp_path: Path) -> None:
    passed = written(tmp_path / "p.parquet", [(look(0, 0.0), cells_of(0, [], []))])
    assert passed.extent is None
    assert passed.bounds_deg is None
    assert covered_km2(passed) == 0.0
    assert coverage_at([passed], *place(1, 1)).never_looked
    with pytest.raises(NotFoundError), aggregate([passed]):
        pass


def test_never_looked_is_not_hidden_and_hidden_is_not_empty(passes: list[PassFile]) -> None:
    never, hidden, seen = (coverage_at(passes, *place(*cell)) for cell in ((0, 0), (7, 9), (-3, -5)))
    assert never.never_looked
    assert never.looks == ()
    assert never.pd_total == 0.0
    assert not hidden.never_looked
    assert [one.visible for one in hidden.looks] == [False, False]
    assert [one.gsd_m for one in hidden.looks] == [None, None]
    assert hidden.pd_total == 0.0
    assert not seen.never_looked
    # The better look of each pass, passes as independent: 1 - 0.3 * 0.4 = 0.88.
    assert seen.pd_total == pytest.approx(0.88)
    assert [one.pd for one in seen.looks] == pytest.approx([0.5, 0.7, 0.6])
    assert seen.looks[2].time == datetime.fromtimestamp(START_US / 1e6 + 86_400, UTC)


def test_many_passes_never_add_up_to_certainty(tmp_path: Path) -> None:
    many = [written(tmp_path / f"{n}.parquet", [(look(0, n * 1e5), cells_of(0, [(0, 0)], [0.8]))]) for n in range(12)]
    assert coverage_at(many, *place(0, 0)).pd_total == ResolutionModel().cap
    with aggregate(many) as combined:
        (batch,) = combined.batches
    assert batch["pd_total"].to_pylist() == [ResolutionModel().cap]


@pytest.mark.parametrize("caps", [(0.9, 0.5), (0.5, 0.9)])
def test_a_place_and_the_map_say_the_same_whatever_the_caps(tmp_path: Path, caps: tuple[float, float]) -> None:
    """Each pass was judged under its own cap, both together may claim what either of them may."""
    both = [
        written(tmp_path / f"{n}.parquet", [(look(0, n * 1e5), cells_of(0, [(0, 0)], [cap]))], cap=cap)
        for n, cap in enumerate(caps)
    ]
    with aggregate(both) as combined:
        (batch,) = combined.batches
    assert batch["pd_total"].to_pylist() == [0.9]
    assert coverage_at(both, *place(0, 0)).pd_total == 0.9


def test_no_pass_at_all_is_never_looked() -> None:
    assert coverage_at([], 24.7, -107.3).never_looked


def test_passes_on_different_grids_are_refused(tmp_path: Path, passes: list[PassFile]) -> None:
    other = written(
        tmp_path / "b.parquet", [(look(0, 0.0), cells_of(0, [(0, 0)], [0.5]))], SearchGrid(24.7, -107.3, 50.0)
    )
    with pytest.raises(InputError, match="grid"):
        common_grid([*passes, other])


def test_what_is_not_a_pass_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.parquet").write_text("no")
    with pytest.raises(InputError, match="not a coverage pass file"):
        read_pass(tmp_path / "text.parquet")
    with pytest.raises(NotFoundError):
        read_pass(tmp_path / "absent.parquet")


def test_covered_area_counts_each_cell_once(passes: list[PassFile]) -> None:
    assert covered_km2(passes[0]) == pytest.approx(2 * 25.0**2 / 1e6)


def test_raster_opens_with_the_right_georeference(tmp_path: Path, passes: list[PassFile]) -> None:
    out = tmp_path / "coverage.tif"
    with aggregate(passes, block=128) as combined:
        write_raster(combined, out)
    with rasterio.open(out) as raster:
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert raster.overviews(1)
        assert raster.descriptions == BANDS
        assert np.isnan(raster.nodata)
        values = raster.read()
        to_wgs84 = Transformer.from_crs(raster.crs, 4326, always_xy=True)
        for cell in ((-3, -5), (-2, -5), (7, 9), (1200, 3)):
            lat, lon = place(*cell)
            index = raster.index(*to_wgs84.transform(lon, lat, direction="INVERSE"))
            there = to_wgs84.transform(*raster.xy(*index))
            metres = np.multiply(np.subtract(there, (lon, lat)), [111_200.0 * np.cos(np.radians(lat)), 111_200.0])
            assert np.hypot(*metres) < 0.01
            assert not np.isnan(values[(BANDS.index("state"), *index)])
        pd_total, looks, gsd, last_seen, state = values
        assert np.isfinite(state).sum() == 4
        at = raster.index(*to_wgs84.transform(*reversed(place(-3, -5)), direction="INVERSE"))
        assert [band[at] for band in values] == pytest.approx([0.88, 3, 0.3, START_US / 1e6 + 86_405, 2])
        hidden = raster.index(*to_wgs84.transform(*reversed(place(7, 9)), direction="INVERSE"))
        assert (pd_total[hidden], looks[hidden], state[hidden]) == (0.0, 0.0, 1.0)
        assert np.isnan(gsd[hidden])
        assert np.isnan(last_seen[hidden])


@pytest.mark.parametrize("block", [16, 64, 512])
def test_raster_blocks_hold_what_the_table_says(tmp_path: Path, block: int) -> None:
    rng = np.random.default_rng(block)
    places = np.unique(rng.integers(-150, 150, (4000, 2)), axis=0)
    chance = rng.uniform(0.01, 0.9, len(places))
    cells = cells_of(0, [(int(row), int(col)) for row, col in places], chance.tolist())
    passed = written(tmp_path / "p.parquet", [(look(0, 0.0), cells)])
    out = tmp_path / "c.tif"
    with aggregate([passed], block=max(block, 128) if block == 16 else block) as combined:
        write_raster(combined, out)
        extent = combined.extent
    with rasterio.open(out) as raster:
        band = raster.read(1)
    expected = np.full((extent.rows, extent.cols), np.nan)
    expected[cells.row - extent.row, cells.col - extent.col] = cells.pd
    np.testing.assert_allclose(band, expected, rtol=1e-6)


def test_layers_open_with_the_right_georeference(tmp_path: Path, passes: list[PassFile]) -> None:
    out = tmp_path / "coverage.gpkg"
    with aggregate(passes) as combined:
        write_geopackage(combined, passes, out)
    assert sorted(name for name, _ in pyogrio.list_layers(out)) == ["cells", "looks"]
    info, _, shapes, columns = pyogrio.raw.read(out, layer="cells", read_geometry=True)
    values = dict(zip(info["fields"], columns, strict=True))
    to_wgs84 = Transformer.from_crs(CRS.from_wkt(info["crs"]), 4326, always_xy=True)
    centres = shapely.get_coordinates(shapely.centroid(shapely.from_wkb(shapes)))
    lon, lat = to_wgs84.transform(*centres.T)
    expected = np.degrees(GRID.centres(values["row"], values["col"]))
    assert np.abs(np.subtract([lat, lon], expected)).max() * 111_200.0 < 0.01
    assert dict(zip(values["row"].tolist(), values["state"].tolist(), strict=True)) == {
        -3: "looked",
        -2: "looked",
        7: "masked",
        1200: "looked",
    }
    info, _, shapes, _ = pyogrio.raw.read(out, layer="looks", read_geometry=True)
    assert len(shapes) == 3
    assert CRS.from_user_input(info["crs"]).to_epsg() == 4326
    assert shapely.total_bounds(shapely.from_wkb(shapes)) == pytest.approx([-107.3, 24.7, -107.29, 24.71])


def test_geoparquet_says_where_it_is(tmp_path: Path, passes: list[PassFile]) -> None:
    out = tmp_path / "coverage.parquet"
    with aggregate(passes) as combined:
        write_geoparquet(combined, out)
    table = pq.read_table(out)
    header = json.loads(table.schema.metadata[b"geo"])
    column = header["columns"][header["primary_column"]]
    assert CRS.from_json_dict(column["crs"]) == CRS.from_user_input(GRID.crs)
    square = shapely.from_wkb(table["geometry"][0].as_py())
    assert square.area == pytest.approx(625.0)
    assert shapely.is_ccw(square.exterior)
    west, _, _, north = square.bounds
    assert (west / 25.0, north / -25.0) == (table["col"][0].as_py(), table["row"][0].as_py())


def test_an_export_that_fails_leaves_nothing(tmp_path: Path, passes: list[PassFile]) -> None:
    before = sorted(tmp_path.iterdir())
    with aggregate(passes) as combined:
        broken: Any = iter([next(combined.batches), None])
        object.__setattr__(combined, "batches", broken)
        with pytest.raises(TypeError):
            write_raster(combined, tmp_path / "c.tif")
    assert sorted(tmp_path.iterdir()) == before
