"""Invented elevation as a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.errors import RasterioError

from otear.geo.terrain.grid import Grid
from otear.simulate.whole import unwritten


def write_elevation(path: Path, msl_m: NDArray[np.float32], grid: Grid) -> None:
    """Write the posts of a geographic grid as a GeoTIFF of metres above EGM96 mean sea level, said so in its reference
    system. Raises `InputError` where it cannot be written."""
    rows, columns = grid.shape
    try:
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            width=columns,
            height=rows,
            count=1,
            dtype="float32",
            crs=CRS.from_string("EPSG:4326+5773"),
            transform=grid.map_from_index @ Affine.translation(-0.5, -0.5),
            compress="deflate",
            predictor=3,
            tiled=True,
        ) as file:
            file.write(msl_m, 1)
    except RasterioError as error:
        raise unwritten(path, error) from error
