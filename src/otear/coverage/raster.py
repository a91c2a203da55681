"""The aggregate as a Cloud-Optimized GeoTIFF on the search grid's own equal-area projection.

Bands, all float64: 1 pd_total, 2 looks, 3 best_gsd_m, 4 last_seen_s (seconds since 1970-01-01 UTC), 5 state (1 masked,
2 looked). No-data is NaN and means *never looked* in every band; a cell that was looked at with nothing to show has
pd_total 0 or more and state 2. A masked cell has pd_total 0, looks 0, state 1 and no sample distance or time.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import rasterio
import rasterio.shutil
from rasterio import Affine
from rasterio.windows import Window

from otear.coverage.aggregate import Aggregate
from otear.errors import InputError
from otear.geo.frames import Floats

BANDS = ("pd_total", "looks", "best_gsd_m", "last_seen_s", "state")

MOST_CELLS = 250_000_000
"""A square of 395 km with cells of 25 m: some minutes of work."""
_CACHE_MB = 128
"""What GDAL may keep in memory; its own default is a share of the machine's."""


def write_raster(cells: Aggregate, path: Path) -> None:
    """Write a COG, tiled, with overviews; memory is bounded by one block, ground that nobody saw takes no space.

    It takes time, though: overviews go through every cell of the extent. Raises `InputError` for an extent of more than
    `MOST_CELLS`, before anything is written.
    """
    extent, block = cells.extent, cells.block
    if extent.rows * extent.cols > MOST_CELLS:
        raise InputError(
            f"the recordings lie too far apart for one raster: {extent.rows:,} by {extent.cols:,} cells",
            source=path,
            remedy="Name recordings near one another with --footage, or write .gpkg or .parquet",
        )
    profile = {
        "driver": "GTiff",
        "width": extent.cols,
        "height": extent.rows,
        "count": len(BANDS),
        "dtype": "float64",
        "crs": cells.grid.crs,
        "transform": Affine(*cells.grid.transform(extent.row, extent.col)),
        "nodata": np.nan,
        "tiled": True,
        "blockxsize": block,
        "blockysize": block,
        "compress": "deflate",
        "sparse_ok": True,
        "bigtiff": "if_safer",
    }
    cache = rasterio.Env(GDAL_CACHEMAX=_CACHE_MB)
    with TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder, cache:
        plain, whole = Path(folder) / "plain.tif", Path(folder) / "cog.tif"
        with rasterio.open(plain, "w", **profile) as out:
            out.descriptions = BANDS
            out.update_tags(
                nodata_means="never looked",
                state="1 masked, 2 looked",
                last_seen_s="seconds since 1970-01-01T00:00:00Z",
            )
            for row, col, values in _blocks(cells):
                height, width = min(block, extent.rows - row), min(block, extent.cols - col)
                out.write(values[:, :height, :width], window=Window(col, row, width, height))
        rasterio.shutil.copy(
            plain,
            whole,
            driver="COG",
            blocksize=block,
            compress="deflate",
            predictor="yes",
            resampling="nearest",
            sparse_ok="yes",
            bigtiff="if_safer",
            num_threads="all_cpus",
        )
        whole.replace(path)


def _blocks(cells: Aggregate) -> Iterator[tuple[int, int, Floats]]:
    """Row and column of each block that holds anything, from the extent's corner, and its values (band, row, col)."""
    size = cells.block
    place: tuple[int, int] | None = None
    values = np.empty(0)
    for batch in cells.batches:
        row = batch["row"].to_numpy() - cells.extent.row
        col = batch["col"].to_numpy() - cells.extent.col
        columns = np.stack(
            [
                batch["pd_total"].to_numpy(),
                batch["looks"].to_numpy(),
                batch["best_gsd_m"].to_numpy(zero_copy_only=False),
                batch["last_seen_us"].to_numpy(zero_copy_only=False) / 1e6,
                batch["state"].to_numpy(),
            ]
        )
        block_row, block_col = row // size, col // size
        starts = np.flatnonzero(np.diff(block_row, prepend=-1) | np.diff(block_col, prepend=-1))
        for start, stop in zip(starts, [*starts[1:], len(row)], strict=True):
            here = (int(block_row[start]) * size, int(block_col[start]) * size)
            if here != place:
                if place is not None:
                    yield *place, values
                place, values = here, np.full((len(BANDS), size, size), np.nan)
            values[:, row[start:stop] - here[0], col[start:stop] - here[1]] = columns[:, start:stop]
    if place is not None:
        yield *place, values
