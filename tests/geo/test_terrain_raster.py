"""Terrain in files, written here with GDAL: datums, tiles and their seams, holes, projections."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasterio.warp
from affine import Affine
from numpy.typing import NDArray

from otear.errors import SettingError, TerrainError
from otear.geo import geoid
from otear.geo.frames import LocalFrame
from otear.geo.raycast import Miss, cast
from otear.geo.terrain import Bounds, VerticalDatum, open_terrain
from otear.geo.terrain.open import DEFAULT_SIGMA_M


def write(path: Path, heights: NDArray[np.generic], transform: Affine, crs: str, **options: object) -> Path:
    rows, columns = heights.shape
    profile = {"driver": "GTiff", "height": rows, "width": columns, "count": 1, "dtype": heights.dtype, **options}
    with rasterio.open(path, "w", crs=crs, transform=transform, **profile) as dataset:
        dataset.write(heights, 1)
    return path


def corner(west: float, north: float, size: float) -> Affine:
    """Transform of a raster whose north-west corner and pixel size are given."""
    return Affine(size, 0.0, west, 0.0, -size, north)


def plane(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float32]:
    """Bilinear reproduces it exactly: heights of 100 m plus 1.4 m for each 0.001 of x, 0.6 m for each of y."""
    return (100.0 + 1_400.0 * (x + 107.5) + 600.0 * (25.0 - y)).astype(np.float32)


def geographic_tile(
    path: Path, west: float, north: float, size: int = 100, crs: str = "EPSG:4979", **options: object
) -> Path:
    """A tile of pixels 0.001 degrees wide, heights by `plane` at their centres; its edges are given."""
    x = west + 0.001 * (np.arange(size) + 0.5)
    y = north - 0.001 * (np.arange(size) + 0.5)
    return write(path, plane(*np.meshgrid(x, y)), corner(west, north, 0.001), crs, **options)


def degrees(west: float, south: float, east: float, north: float) -> Bounds:
    return Bounds(*np.radians([west, south, east, north]))


def test_posts_are_pixel_centres(tmp_path: Path) -> None:
    terrain = open_terrain(geographic_tile(tmp_path / "a.tif", -107.5, 25.0))
    x, y = np.array([-107.4995, -107.45, -107.4771]), np.array([24.9995, 24.95, 24.9333])
    np.testing.assert_allclose(terrain.heights(np.radians(y), np.radians(x)), plane(x, y), atol=1e-3)
    assert terrain.datum is VerticalDatum.ELLIPSOID
    assert terrain.sigma_m == DEFAULT_SIGMA_M
    assert terrain.name == "a.tif"
    # Half a pixel further out there is no post any more.
    assert np.isnan(terrain.heights(np.radians(24.95), np.radians(-107.4997)))


@pytest.mark.parametrize(
    ("crs", "datum"),
    [
        ("EPSG:4979", VerticalDatum.ELLIPSOID),
        ("EPSG:4326+5773", VerticalDatum.EGM96),
        ("EPSG:4326+3855", VerticalDatum.EGM2008),
    ],
)
def test_datum_is_read_from_the_file(tmp_path: Path, crs: str, datum: VerticalDatum) -> None:
    terrain = open_terrain(geographic_tile(tmp_path / "a.tif", -107.5, 25.0, crs=crs), sigma_m=2.0)
    assert terrain.datum is datum
    lat, lon = np.radians(24.95), np.radians(-107.45)
    expected = plane(np.float64(-107.45), np.float64(24.95))
    if datum is not VerticalDatum.ELLIPSOID:
        expected = expected + geoid.undulation(lat, lon)
    assert terrain.heights(lat, lon) == pytest.approx(float(expected), abs=1e-3)
    assert terrain.sigma_m == (3.0 if datum is VerticalDatum.EGM2008 else 2.0)


def test_unknown_datum_is_asked_for(tmp_path: Path) -> None:
    path = geographic_tile(tmp_path / "a.tif", -107.5, 25.0, crs="EPSG:4326")
    with pytest.raises(TerrainError, match="--terrain-datum") as caught:
        open_terrain(path)
    assert caught.value.source == str(path)
    assert open_terrain(path, datum="egm96").datum is VerticalDatum.EGM96
    with pytest.raises(SettingError, match="egm84"):
        open_terrain(path, datum="egm84")


def test_a_vertical_datum_nobody_knows_here(tmp_path: Path) -> None:
    path = geographic_tile(tmp_path / "navd.tif", -107.5, 25.0, crs="EPSG:4269+5703")
    with pytest.raises(TerrainError, match="NAVD88"):
        open_terrain(path)
    assert open_terrain(path, datum="egm96").datum is VerticalDatum.EGM96


def test_feet(tmp_path: Path) -> None:
    """NAVD88 in US survey feet (EPSG:6360)."""
    path = geographic_tile(tmp_path / "feet.tif", -107.5, 25.0, crs="EPSG:4269+6360")
    height = open_terrain(path, datum="ellipsoid").heights(np.radians(24.95), np.radians(-107.45))
    assert height == pytest.approx(float(plane(np.float64(-107.45), np.float64(24.95))) * 1200 / 3937, abs=0.01)


def test_tiles_that_share_no_posts_leave_no_gap(tmp_path: Path) -> None:
    """Four GeoTIFF tiles meet between posts; a plane goes through the seams without a step."""
    for i, west in enumerate((-107.5, -107.4)):
        for j, north in enumerate((25.0, 24.9)):
            geographic_tile(tmp_path / f"{i}{j}.tif", west, north)
    terrain = open_terrain(tmp_path)
    x, y = np.meshgrid(np.linspace(-107.4012, -107.3988, 21), np.linspace(24.8988, 24.9012, 21))
    np.testing.assert_allclose(terrain.heights(np.radians(y), np.radians(x)), plane(x, y), atol=1e-3)
    assert terrain.name == "00.tif and 3 more"
    # Also for single places, whose box is in the gap and touches neither tile's posts.
    assert terrain.heights(np.radians(24.95), np.radians(-107.4)) == pytest.approx(
        float(plane(np.float64(-107.4), np.float64(24.95))), abs=1e-3
    )
    patch = terrain.patch(degrees(-107.42, 24.88, -107.38, 24.92))
    assert not np.isnan(patch.heights_m).any()
    np.testing.assert_allclose(patch.heights(np.radians(y), np.radians(x)), plane(x, y), atol=1e-3)


def srtm(path: Path, west: int, south: int) -> Path:
    """An SRTM tile of three seconds: 1201 x 1201 posts, the outermost ones on whole degrees and shared."""
    x, y = np.meshgrid(west + np.arange(1201) / 1200, south + 1 - np.arange(1201) / 1200)
    heights = 1_000.0 + 300.0 * np.sin(40.0 * x) * np.cos(50.0 * y)
    file = path / f"{'N' if south >= 0 else 'S'}{abs(south):02d}{'E' if west >= 0 else 'W'}{abs(west):03d}.hgt"
    file.write_bytes(np.round(heights).astype(">i2").tobytes())
    return file


def test_srtm_tiles_share_their_edge(tmp_path: Path) -> None:
    srtm(tmp_path, -108, 24)
    srtm(tmp_path, -107, 24)
    terrain = open_terrain(tmp_path)
    assert terrain.datum is VerticalDatum.EGM96
    patch = terrain.patch(degrees(-107.01, 24.5, -106.99, 24.51))
    assert patch.heights_m.shape == (13, 25)
    assert not np.isnan(patch.heights_m).any()
    # The posts are the tiles' own, brought to the ellipsoid, the shared column once.
    x, y = np.meshgrid(-107.01 + np.arange(25) / 1200, 24.51 - np.arange(13) / 1200)
    own = np.round(1_000.0 + 300.0 * np.sin(40.0 * x) * np.cos(50.0 * y))
    np.testing.assert_allclose(patch.heights_m, own + geoid.undulation(np.radians(y), np.radians(x)), atol=1e-3)


def test_a_ray_crosses_the_seam(tmp_path: Path) -> None:
    """Rays down on either side of the shared edge of two tiles, and on it."""
    terrain = open_terrain([srtm(tmp_path, -108, 24), srtm(tmp_path, -107, 24)])
    patch = terrain.patch(degrees(-107.05, 24.45, -106.95, 24.55))
    sensor = LocalFrame(float(np.radians(24.5)), float(np.radians(-107.04)), 6_000.0)
    lat, lon = np.full(41, np.radians(24.503)), np.radians(np.linspace(-107.002, -106.998, 41))
    aim = sensor.enu_from_geodetic(lat, lon, terrain.heights(lat, lon))
    directions = (aim / np.linalg.norm(aim, axis=-1, keepdims=True)) @ sensor.axes
    hits = cast(patch, sensor.origin_ecef, directions)
    np.testing.assert_allclose(hits.lat, lat, atol=1e-10)
    np.testing.assert_allclose(hits.lon, lon, atol=1e-10)


def test_only_the_window_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    geographic_tile(tmp_path / "big.tif", -107.5, 25.0, size=1000)
    terrain = open_terrain(tmp_path)
    read: list[int] = []
    original = rasterio.DatasetReader.read

    def counted(self: rasterio.DatasetReader, *args: object, **options: object) -> object:
        values = original(self, *args, **options)
        read.append(values.size)
        return values

    monkeypatch.setattr(rasterio.DatasetReader, "read", counted)
    terrain.patch(degrees(-107.4, 24.9, -107.39, 24.91))
    terrain.heights(np.radians(24.5), np.radians(-107.0))
    assert read
    assert sum(read) < 200


def test_places_far_apart(tmp_path: Path) -> None:
    """Two corners of a wide raster, many posts apart, are read in two small windows."""
    x, y = np.array([-107.49, -103.6]), np.array([24.99, 21.1])
    terrain = open_terrain(geographic_tile(tmp_path / "wide.tif", -107.5, 25.0, size=4000, tiled=True))
    np.testing.assert_allclose(terrain.heights(np.radians(y), np.radians(x)), plane(x, y), atol=1e-2)


def test_no_data(tmp_path: Path) -> None:
    heights = np.full((100, 100), 50, dtype=np.int16)
    heights[40:60, 40:60] = -32768
    path = write(tmp_path / "hole.tif", heights, corner(-107.5, 25.0, 0.001), "EPSG:4979", nodata=-32768)
    terrain = open_terrain(path)
    lat, lon = np.radians([24.95, 24.99]), np.radians([-107.45, -107.49])
    np.testing.assert_array_equal(np.isnan(terrain.heights(lat, lon)), [True, False])
    patch = terrain.patch(degrees(-107.5, 24.9, -107.4, 25.0))
    over = LocalFrame(lat[0], lon[0], 3000.0)
    assert Miss(cast(patch, over.origin_ecef, -over.axes[2:]).miss[0]) is Miss.NO_DATA
    with pytest.raises(TerrainError, match="no elevation data"):
        terrain.patch(degrees(-107.455, 24.945, -107.445, 24.955))


def test_a_value_for_no_data_that_is_not_declared(tmp_path: Path) -> None:
    """It would be a pit that the ground is looked for in."""
    for value in (-32768, -9999, 32767):
        heights = np.full((100, 100), 50, dtype=np.int16)
        heights[70, 30] = value
        terrain = open_terrain(write(tmp_path / "pit.tif", heights, corner(-107.5, 25.0, 0.001), "EPSG:4979"))
        with pytest.raises(TerrainError, match="where there is no land") as caught:
            terrain.patch(degrees(-107.5, 24.9, -107.4, 25.0))
        assert caught.value.source == str(tmp_path / "pit.tif")
        assert terrain.heights(np.radians(24.99), np.radians(-107.49)) == pytest.approx(50.0)


def test_utm(tmp_path: Path) -> None:
    """Heights that are a plane of easting and northing."""
    column, row = np.meshgrid(np.arange(80), np.arange(60))
    heights = (500.0 + column + 2.0 * row).astype(np.float32)
    path = write(tmp_path / "utm.tif", heights, corner(250_000.0, 2_760_000.0, 30.0), "EPSG:32613+5773")
    terrain = open_terrain(path)
    assert terrain.datum is VerticalDatum.EGM96
    lon, lat = rasterio.warp.transform("EPSG:32613", "EPSG:4326", [250_000 + 30 * 20.5], [2_760_000 - 30 * 10.5])
    expected = 500.0 + 20.0 + 20.0 + geoid.undulation(np.radians(lat), np.radians(lon))
    np.testing.assert_allclose(terrain.heights(np.radians(lat), np.radians(lon)), expected, atol=2e-3)


def test_tiles_over_the_antimeridian(tmp_path: Path) -> None:
    terrain = open_terrain([srtm(tmp_path, 179, -17), srtm(tmp_path, -180, -17)])
    lat, lon = np.radians(np.full(2, -16.5)), np.radians([179.9995, -179.9995])
    assert not np.isnan(terrain.heights(lat, lon)).any()
    patch = terrain.patch(degrees(179.99, -16.51, -179.99, -16.5))
    assert patch.heights_m.shape == (13, 25)
    # Each tile's own posts up to the edge; on the edge the first tile's.
    np.testing.assert_allclose(patch.heights(lat, lon), terrain.heights(lat, lon), atol=1e-3)


def test_tiles_on_different_lattices(tmp_path: Path) -> None:
    geographic_tile(tmp_path / "a.tif", -107.5, 25.0)
    geographic_tile(tmp_path / "b.tif", -107.4003, 25.0)
    with pytest.raises(TerrainError, match="gdalwarp"):
        open_terrain(tmp_path).patch(degrees(-107.41, 24.95, -107.39, 24.96))


def test_files_of_different_datums(tmp_path: Path) -> None:
    geographic_tile(tmp_path / "a.tif", -107.5, 25.0)
    geographic_tile(tmp_path / "b.tif", -107.4, 25.0, crs="EPSG:4326+5773")
    with pytest.raises(TerrainError, match=r"egm96, ellipsoid"):
        open_terrain(tmp_path)


def test_a_terrain_that_does_not_reach(tmp_path: Path) -> None:
    path = geographic_tile(tmp_path / "a.tif", -107.5, 25.0)
    with pytest.raises(TerrainError, match="no elevation data") as caught:
        open_terrain(path).patch(degrees(10.0, 10.0, 10.1, 10.1))
    assert caught.value.source == "a.tif"


@pytest.mark.parametrize("content", [b"", b"not a raster at all"])
def test_files_that_are_no_rasters(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(content)
    with pytest.raises(TerrainError, match="not a raster"):
        open_terrain(path)


def test_a_raster_without_georeference(tmp_path: Path) -> None:
    path = tmp_path / "plain.img"
    with (
        pytest.warns(rasterio.errors.NotGeoreferencedWarning),
        rasterio.open(path, "w", driver="HFA", height=4, width=4, count=1, dtype="float32") as dataset,
    ):
        dataset.write(np.zeros((4, 4), dtype=np.float32), 1)
    with pytest.raises(TerrainError, match="georeference"):
        open_terrain(path)


def test_a_truncated_raster(tmp_path: Path) -> None:
    path = geographic_tile(tmp_path / "a.tif", -107.5, 25.0)
    path.write_bytes(path.read_bytes()[:20_000])
    with pytest.raises(TerrainError, match=r"(not a raster|cannot be read)"):
        open_terrain(path).patch(degrees(-107.45, 24.91, -107.44, 24.92))


def test_paths_that_lead_nowhere(tmp_path: Path) -> None:
    with pytest.raises(TerrainError, match="not there"):
        open_terrain(tmp_path / "nowhere")
    with pytest.raises(TerrainError, match="holds no elevation"):
        open_terrain(tmp_path)
    with pytest.raises(TerrainError, match="no terrain"):
        open_terrain([])
