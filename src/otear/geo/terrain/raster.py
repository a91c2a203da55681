"""Terrain in raster files: GeoTIFF and COG, SRTM .hgt, DTED, and whatever else GDAL reads; many tiles as one.

Only the window that is asked for is read. Posts are at pixel centres. Tiles must lie on one lattice (same projection,
same spacing, whole posts apart); where they overlap, as SRTM's do by one post, the first file that has data wins.
Places are radians, heights metres.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from otear.errors import TerrainError
from otear.geo.frames import Floats, nearest_turn
from otear.geo.terrain.base import Bounds, Patch, VerticalDatum
from otear.geo.terrain.datum import ellipsoidal, sigma_with_datum
from otear.geo.terrain.grid import Grid, Window, bilinear, window_around

_LOWEST_M, _HIGHEST_M = -1_000.0, 9_000.0
"""Between these lies all land, above any datum, and what sensors take for it."""
_MOST_POSTS = 1 << 26
_SAMPLE_POSTS = 1 << 22
_ASK_DATUM = "Say what its heights are measured from: `--terrain-datum egm96`, `egm2008` or `ellipsoid`"
# By format, where the format says it; by the name of the vertical reference system, where the file has one.
_DATUM_OF_DRIVER = {"SRTMHGT": VerticalDatum.EGM96, "DTED": VerticalDatum.EGM96}
_DATUM_OF_NAME = {"EGM96": VerticalDatum.EGM96, "EGM2008": VerticalDatum.EGM2008}
_METRES_OF_UNIT = {
    "": 1.0,
    "m": 1.0,
    "metre": 1.0,
    "meter": 1.0,
    "metres": 1.0,
    "meters": 1.0,
    "ft": 0.3048,
    "foot": 0.3048,
    "feet": 0.3048,
    "us survey foot": 1200.0 / 3937.0,
    "us survey feet": 1200.0 / 3937.0,
}


@dataclass(frozen=True)
class Tile:
    """One file: where its posts are, what its heights are above (None if it does not say), metres in their unit."""

    path: Path
    grid: Grid
    datum: VerticalDatum | None
    metres: float

    @cached_property
    def reach(self) -> Bounds:
        """The box that holds every post and one more on every side: up to a neighbour that shares no posts."""
        rows, columns = self.grid.shape
        return self.grid.part(Window(-1, -1, rows + 1, columns + 1)).bounds

    def read(self, window: Window) -> NDArray[np.float32]:
        """Heights in the file's datum, in metres, NaN where there is no data, of the posts in a window of the file.

        Raises `TerrainError` for a file that is damaged, and for heights that are no land's: often a value that means
        no data and is not declared as such.
        """
        area = rasterio.windows.Window.from_slices(*window.within(self.grid.window))
        try:
            with rasterio.open(self.path) as dataset:
                values = dataset.read(1, window=area, masked=True)
                scale, offset = dataset.scales[0], dataset.offsets[0]
        except RasterioError as error:
            raise TerrainError(f"cannot be read ({error})", source=self.path, remedy="Fetch the file again") from error
        heights = (np.ma.filled(values.astype(np.float64), np.nan) * scale + offset) * self.metres
        strange = heights[(heights < _LOWEST_M) | (heights > _HIGHEST_M)]
        if strange.size:
            raise TerrainError(
                f"holds a height of {strange[0]:,.0f} m, where there is no land",
                source=self.path,
                remedy="Say which value means no data with gdal_edit.py -a_nodata, or set the sea floor to sea level",
            )
        return np.asarray(heights, dtype=np.float32)


def open_tile(path: Path, datum: VerticalDatum | None) -> Tile:
    """Read the header of a file; `datum` is used instead of what the file says.

    Raises `TerrainError` for a file that GDAL cannot read, has no georeference, or a vertical datum that is not known
    here.
    """
    try:
        with warnings.catch_warnings(), rasterio.Env(GTIFF_REPORT_COMPD_CS="YES"):
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(path) as dataset:
                wkt, shape, driver = dataset.crs and dataset.crs.to_wkt(), dataset.shape, dataset.driver
                transform, unit, bands = dataset.transform, dataset.units[0] or "", dataset.count
    except RasterioError as error:
        raise TerrainError(
            f"is not a raster that GDAL can read ({error})", source=path, remedy="Give GeoTIFF, COG, .hgt or DTED files"
        ) from error
    if not wkt or min(shape) < 2:
        raise TerrainError(
            "has no georeference, or fewer than 2 by 2 posts",
            source=path,
            remedy="Write its reference system and transform with gdal_edit.py, or fetch the file again",
        )
    if bands != 1:
        raise TerrainError(
            f"has {bands} bands: it is a picture, not elevation",
            source=path,
            remedy="Give rasters with one band of heights",
        )
    crs = CRS.from_wkt(wkt)
    own, metres = _vertical(crs, path, datum)
    if unit.lower() not in _METRES_OF_UNIT:
        raise TerrainError(f"unknown unit of height {unit!r}", source=path, remedy="Convert its heights to metres")
    of_band = _METRES_OF_UNIT[unit.lower()]
    if unit and metres is not None and abs(metres - of_band) > 1e-3:
        raise TerrainError(
            f"its heights are in {unit!r} by the band and in units of {metres:g} m by the reference system",
            source=path,
            remedy="Set the right one with gdal_edit.py (-units or -a_srs), or convert its heights to metres",
        )
    metres = of_band if metres is None else metres
    map_from_index = Affine(*tuple(transform)[:6]) @ Affine.translation(0.5, 0.5)
    horizontal = crs.sub_crs_list[0] if crs.is_compound else crs.to_2d()
    return Tile(path, Grid(map_from_index, shape, horizontal), datum or own or _DATUM_OF_DRIVER.get(driver), metres)


def _vertical(crs: CRS, path: Path, given: VerticalDatum | None) -> tuple[VerticalDatum | None, float | None]:
    """Datum and metres per unit of a reference system's third axis; None for what it does not say."""
    if len(crs.axis_info) < 3:
        return None, None
    metres = crs.axis_info[2].unit_conversion_factor
    if not crs.is_compound:
        return VerticalDatum.ELLIPSOID, metres
    name = crs.sub_crs_list[1].name
    datum = next((datum for start, datum in _DATUM_OF_NAME.items() if name.startswith(start)), given)
    if datum is None:
        raise TerrainError(f"heights are above {name!r}, which is not known here", source=path, remedy=_ASK_DATUM)
    return datum, metres


@dataclass(frozen=True, eq=False)
class RasterTerrain:
    """Files as one terrain. `own_sigma_m` is the 1-sigma error of their heights above `datum`."""

    tiles: Sequence[Tile]
    name: str
    datum: VerticalDatum
    own_sigma_m: float

    @property
    def sigma_m(self) -> float:
        """1-sigma error of a height above the ellipsoid, in metres."""
        return sigma_with_datum(self.own_sigma_m, self.datum)

    def heights(self, lat: ArrayLike, lon: ArrayLike) -> Floats:
        """HAE in metres, bilinear between posts; NaN outside and where there is no data. Inputs broadcast.

        Places far apart are read in groups, so that memory does not grow with the distance between them.
        """
        lat, lon = np.broadcast_arrays(np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64))
        result = np.full(lat.size, np.nan)
        flat_lat, flat_lon = lat.ravel(), lon.ravel()
        known = np.flatnonzero(np.isfinite(flat_lat) & np.isfinite(flat_lon))
        if known.size:
            result[known] = self._sample(flat_lat[known], nearest_turn(flat_lon[known], flat_lon[known[0]]))
        return result.reshape(lat.shape)

    def patch(self, bounds: Bounds) -> Patch:
        """The posts whose cells cover the part of the bounds that the files reach."""
        found = self._mosaic(*bounds.lattice(33))
        if found is None or np.isnan(found[0]).all():
            raise TerrainError(
                f"no elevation data for {bounds.text}",
                source=self.name,
                remedy="Add the tiles that cover the area that the sensor looks at",
            )
        return Patch.of(*found)

    def _sample(self, lat: Floats, lon: Floats) -> Floats:
        """Heights at places whose longitudes are unbroken."""
        lattice = self.tiles[0].grid
        column, row = lattice.index(lat, lon, about_lon=(lon.min() + lon.max()) / 2.0)
        if lat.size > 1 and np.ptp(column) * np.ptp(row) > _SAMPLE_POSTS:
            axis = lat if np.ptp(lat) > np.ptp(lon) else lon
            order = np.argsort(axis)
            result = np.empty(lat.size)
            for half in np.array_split(order, 2):
                result[half] = self._sample(lat[half], lon[half])
            return result
        found = self._mosaic(lat, lon)
        return np.full(lat.shape, np.nan) if found is None else bilinear(found[0], *found[1].index(lat, lon))

    def _mosaic(self, lat: Floats, lon: Floats) -> tuple[NDArray[np.float32], Grid] | None:
        """HAE of the posts whose cells hold all of the places, cut to what the files reach; None where they do not."""
        box = Bounds(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))
        tiles = [tile for tile in self.tiles if tile.reach.meets(box)]
        if not tiles:
            return None
        lattice = tiles[0].grid
        wanted = window_around(*lattice.index(lat, lon, about_lon=box.middle[1]))
        parts = [part for tile in tiles for part in _parts(tile, lattice, wanted)]
        if not parts:
            return None
        reached = Window(
            min(part.row for _, _, part in parts),
            min(part.column for _, _, part in parts),
            max(part.row_end for _, _, part in parts),
            max(part.column_end for _, _, part in parts),
        )
        if min(reached.shape) < 2:
            return None
        if reached.shape[0] * reached.shape[1] > _MOST_POSTS:
            raise TerrainError(
                f"{reached.shape[0]:,} by {reached.shape[1]:,} posts are too many at once",
                source=self.name,
                remedy="Ask for a smaller area, or give coarser terrain",
            )
        heights = np.full(reached.shape, np.nan, dtype=np.float32)
        for tile, placed, part in parts:
            area = heights[part.within(reached)]
            inside = Window(
                part.row - placed.row,
                part.column - placed.column,
                part.row_end - placed.row,
                part.column_end - placed.column,
            )
            np.copyto(area, tile.read(inside), where=np.isnan(area))
        grid = lattice.part(reached)
        return ellipsoidal(heights, grid, self.datum), grid


def _parts(tile: Tile, lattice: Grid, wanted: Window) -> Iterator[tuple[Tile, Window, Window]]:
    """Where a tile lies on the lattice of the first one, and what of it is wanted: at any turn of longitude.

    Raises `TerrainError` for a tile on another lattice.
    """
    own, first = tile.grid, lattice
    change = ~first.map_from_index @ own.map_from_index
    rows, columns = own.shape
    drift = max(
        abs(change.a - 1.0) * columns, abs(change.b) * rows, abs(change.d) * columns, abs(change.e - 1.0) * rows
    )
    turn = first.turn_columns
    for start in [change.c] if np.isinf(turn) else [change.c - turn, change.c, change.c + turn]:
        placed = Window(round(change.f), round(start), round(change.f) + rows, round(start) + columns)
        part = placed.cut(wanted)
        if min(part.shape) < 1:
            continue
        off = max(abs(change.f - round(change.f)), abs(start - round(start)), drift)
        if off > 0.01 or not own.crs.equals(first.crs):
            raise TerrainError(
                "lies on another lattice than its neighbours (projection, spacing or part of a post)",
                source=tile.path,
                remedy="Bring the tiles to one lattice with gdalwarp, or give the terrain of one area at a time",
            )
        yield tile, placed, part
