"""From paths to terrain, and terrain by the patch while the view moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from otear.errors import SettingError, TerrainError
from otear.geo.frames import SEMI_MAJOR_M, nearest_turn
from otear.geo.terrain.base import Bounds, Patch, Terrain, VerticalDatum
from otear.geo.terrain.raster import RasterTerrain, open_tile

DEFAULT_SIGMA_M = 16.0 / 1.645
"""1-sigma error of heights that come without one: SRTM's specification, 16 m at 90%. Better models know theirs."""
SUFFIXES = frozenset({".tif", ".tiff", ".hgt", ".dt0", ".dt1", ".dt2", ".vrt", ".img"})
"""What is taken for elevation in a directory, whatever the case of its letters."""


def open_terrain(
    paths: Path | str | Sequence[Path | str], datum: VerticalDatum | str | None = None, sigma_m: float | None = None
) -> Terrain:
    """Elevation in a file, in several, or in every raster below a directory, as one terrain.

    `datum` ("egm96", "egm2008", "ellipsoid") is used instead of what the files say; `sigma_m` is the 1-sigma error of
    their heights, `DEFAULT_SIGMA_M` if not given. Only headers are read. Raises `TerrainError` for files that cannot be
    used, for a vertical datum that neither they nor the caller tell, and for files of different ones.
    """
    if datum is not None:
        try:
            datum = VerticalDatum(datum)
        except ValueError as error:
            raise SettingError(
                f"no vertical datum is called {datum!r}", field="datum", remedy=f"Use one of {', '.join(VerticalDatum)}"
            ) from error
    given = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    files = [file for path in given for file in _files(path)]
    if not files:
        raise TerrainError("no terrain was given", remedy="Name files or directories of elevation")
    tiles = [open_tile(file, datum) for file in files]
    data = {tile.datum for tile in tiles}
    for tile in tiles:
        if tile.datum is None:
            raise TerrainError(
                "does not say what its heights are measured from",
                source=tile.path,
                remedy="Say it: `--terrain-datum egm96`, `egm2008` or `ellipsoid`",
            )
    if len(data) > 1:
        raise TerrainError(
            f"files of different vertical datums ({', '.join(sorted(str(each) for each in data))})",
            source=given[0],
            remedy="Give files of one datum at a time, or convert them",
        )
    name = files[0].name if len(files) == 1 else f"{files[0].name} and {len(files) - 1} more"
    found = tiles[0].datum
    assert found is not None
    return RasterTerrain(tiles, name, found, DEFAULT_SIGMA_M if sigma_m is None else sigma_m)


def _files(path: Path) -> list[Path]:
    """The file itself, or every raster below a directory in the order of their names."""
    if not path.exists():
        raise TerrainError("is not there", source=path, remedy="Check the path of the terrain")
    if path.is_file():
        return [path]
    files = sorted(file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES)
    if not files:
        raise TerrainError(
            "holds no elevation files", source=path, remedy=f"Put files there that end in {', '.join(sorted(SUFFIXES))}"
        )
    return files


@dataclass
class PatchCache:
    """Patches of a terrain for a view that moves: hours of flight in the memory of one patch.

    A new patch reaches `margin_m` metres beyond what is asked for, so that the views that follow find theirs in it.
    """

    terrain: Terrain
    margin_m: float = 5_000.0
    _patch: Patch | None = field(default=None, repr=False)
    _bounds: Bounds | None = field(default=None, repr=False)

    def covering(self, bounds: Bounds) -> Patch:
        """A patch that holds all of `bounds` that the terrain reaches; the last one if it does."""
        if self._patch is None or self._bounds is None or not self._bounds.holds(bounds):
            wide = _widened(bounds, self.margin_m)
            self._patch, self._bounds = self.terrain.patch(wide), wide
        return self._patch


def _widened(bounds: Bounds, margin_m: float) -> Bounds:
    """The bounds with a margin in metres on every side."""
    lat = margin_m / SEMI_MAJOR_M
    south, north = max(bounds.south - lat, -np.pi / 2.0), min(bounds.north + lat, np.pi / 2.0)
    lon = lat / max(np.cos(max(abs(bounds.south), abs(bounds.north))), 1e-3)
    if bounds.width + 2.0 * lon >= 2.0 * np.pi:
        return Bounds(-np.pi, south, np.pi, north)
    west, east = nearest_turn([bounds.west - lon, bounds.east + lon])
    return Bounds(float(west), float(south), float(east), float(north))
