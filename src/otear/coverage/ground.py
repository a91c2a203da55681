"""The search grid laid on the terrain, tile by tile: the Earth-centred place of every cell's corners.

Between the four corners of a cell the ground is taken as bilinear. Tiles are kept for as long as they are in use and
room lasts; heights come from the terrain once per tile.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otear.geo.frames import Floats, ecef_from_geodetic
from otear.geo.grid import SearchGrid
from otear.geo.terrain.base import Terrain

TILE = 64
"""Cells along each side of a tile."""


@dataclass(frozen=True)
class Tile:
    """The ground of one tile.

    `corners` (TILE + 1, TILE + 1, 3) ECEF in metres, NaN where the terrain has no data; `places` of shape (TILE + 1,
    TILE + 1, 2) latitude and longitude in radians. A ball of `radius_m` about `centre` (3,) holds every known corner.
    """

    corners: Floats
    places: Floats
    centre: Floats
    radius_m: float


class Ground:
    """Tiles of a grid on a terrain, at most `room` of them in memory, the least recently used dropped first."""

    def __init__(self, grid: SearchGrid, terrain: Terrain, room: int = 384) -> None:
        self.grid = grid
        self._terrain = terrain
        self._room = room
        self._tiles: OrderedDict[tuple[int, int], Tile | None] = OrderedDict()

    def tile(self, key: tuple[int, int]) -> Tile | None:
        """The tile whose first cell is (TILE · key[0], TILE · key[1]); None where the terrain has no data for it."""
        if key in self._tiles:
            self._tiles.move_to_end(key)
        else:
            self._tiles[key] = self._load(key)
            if len(self._tiles) > self._room:
                self._tiles.popitem(last=False)
        return self._tiles[key]

    def balls(
        self, window: NDArray[np.int32], bottom_m: float, top_m: float
    ) -> tuple[list[tuple[int, int]], Floats, float]:
        """Tiles that a window of cells touches: their keys, and balls that hold them, without loading any.

        `window` (4,) is first and last row, first and last column; all ground lies from `bottom_m` to `top_m` (HAE).
        The balls have their centres (n, 3) in ECEF and one radius in metres.
        """
        top, bottom, left, right = (int(edge) // TILE for edge in window)
        keys = [(row, col) for row in range(top, bottom + 1) for col in range(left, right + 1)]
        row, col = (np.array(keys).T + 0.5) * TILE
        lat, lon = self.grid.nodes(row, col)
        # Half the diagonal and half the relief, and a little for the bend of the Earth and of the grid.
        radius_m = 1.01 * TILE * self.grid.cell_m / np.sqrt(2.0) + (top_m - bottom_m) / 2.0
        return keys, ecef_from_geodetic(lat, lon, (bottom_m + top_m) / 2.0), float(radius_m)

    def _load(self, key: tuple[int, int]) -> Tile | None:
        steps = np.arange(TILE + 1)
        lat, lon = self.grid.nodes((key[0] * TILE + steps)[:, None], (key[1] * TILE + steps)[None, :])
        height_m = self._terrain.heights(lat, lon)
        known = np.isfinite(height_m)
        if not known.any():
            return None
        corners = ecef_from_geodetic(lat, lon, height_m)
        low, high = corners[known].min(axis=0), corners[known].max(axis=0)
        return Tile(
            corners,
            np.ascontiguousarray(np.stack([lat, np.unwrap(lon, period=2.0 * np.pi)], axis=-1)),
            (low + high) / 2.0,
            float(np.linalg.norm(high - low) / 2.0),
        )
