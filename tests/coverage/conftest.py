"""Small worlds for coverage tests: terrain given by a formula, and cameras that are aimed at a place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pytest
from affine import Affine
from numpy.typing import ArrayLike

from otear.geo.camera import Lens, Pose
from otear.geo.frames import Floats, LocalFrame
from otear.geo.grid import SearchGrid
from otear.geo.terrain import Bounds, GridTerrain, Patch, VerticalDatum
from otear.geo.terrain.grid import Grid

LAT_DEG, LON_DEG = 24.7, -107.3
_RADIUS_M = 6_371_000.0


@dataclass(frozen=True)
class FormulaTerrain:
    """Terrain whose posts, 0.0003 degrees apart, follow a formula of metres east and north of `LAT_DEG`, `LON_DEG`.

    It ends `edge_deg` from there.
    """

    height_at: Callable[[Floats, Floats], Floats]
    edge_deg: float = 0.5
    name: str = "formula"
    datum: VerticalDatum = VerticalDatum.ELLIPSOID
    sigma_m: float = 0.0

    def heights(self, lat: ArrayLike, lon: ArrayLike) -> Floats:
        return self._posts.heights(lat, lon)

    def patch(self, bounds: Bounds) -> Patch:
        return self._posts.patch(bounds)

    @cached_property
    def _posts(self) -> GridTerrain:
        step = 0.0003
        count = round(2.0 * self.edge_deg / step) + 1
        corner = Affine(step, 0.0, LON_DEG - self.edge_deg, 0.0, -step, LAT_DEG + self.edge_deg)
        grid = Grid(corner, (count, count))
        column, row = np.meshgrid(np.arange(count), np.arange(count))
        lat, lon = grid.place(column, row)
        east = (lon - np.radians(LON_DEG)) * _RADIUS_M * np.cos(np.radians(LAT_DEG))
        north = (lat - np.radians(LAT_DEG)) * _RADIUS_M
        return GridTerrain(self.height_at(east, north).astype(np.float32), grid)


class World:
    """Everything that a coverage test needs, around `LAT_DEG`, `LON_DEG`."""

    grid = SearchGrid(LAT_DEG, LON_DEG, 25.0)
    frame = LocalFrame(np.radians(LAT_DEG), np.radians(LON_DEG))
    level = FormulaTerrain(lambda east, north: np.full(np.shape(east), 100.0))
    ridge = FormulaTerrain(lambda east, north: 100.0 + 400.0 * np.exp(-(((east - 2000.0) / 150.0) ** 2)))
    """Level ground at 100 m with a ridge 400 m higher that runs north and south, 2 km east of the middle."""
    rolling = FormulaTerrain(lambda east, north: 200.0 + 80.0 * np.sin(east / 700.0) * np.cos(north / 500.0))
    small = FormulaTerrain(lambda east, north: np.full(np.shape(east), 100.0), edge_deg=0.02)
    """Level ground at 100 m that ends 2 km from the middle."""

    def patch(self, terrain: FormulaTerrain, half_deg: float = 0.2) -> Patch:
        """The middle of a terrain."""
        sides = [LON_DEG - half_deg, LAT_DEG - half_deg, LON_DEG + half_deg, LAT_DEG + half_deg]
        return terrain.patch(Bounds(*np.radians(sides)))

    def aimed(self, sensor_enu: ArrayLike, spot_enu: ArrayLike) -> Pose:
        """Array pose of a level platform heading north whose gimbal looks from places to spots, (n, 3) ENU metres."""
        sensor, spot = np.broadcast_arrays(np.atleast_2d(sensor_enu), np.atleast_2d(spot_enu))
        lat, lon, height_m = self.frame.geodetic_from_enu(sensor)
        there = self.frame.ecef_from_enu(spot)
        offsets = [
            LocalFrame(a, o, h).enu_from_ecef(place) for a, o, h, place in zip(lat, lon, height_m, there, strict=True)
        ]
        east, north, up = np.array(offsets, dtype=np.float64).T
        zero = np.zeros(len(lat))
        elevation = np.arctan2(up, np.hypot(east, north))
        return Pose(lat, lon, height_m, zero, zero, zero, np.arctan2(east, north), elevation, zero)

    def lens(self, hfov_deg: float, count: int = 1, width_px: int = 1920, height_px: int = 1080) -> Lens:
        """Array lens with square pixels."""
        hfov = np.full(count, np.radians(hfov_deg))
        return Lens(hfov, 2.0 * np.arctan(np.tan(hfov / 2.0) * height_px / width_px), width_px, height_px)


@pytest.fixture(scope="session")
def world() -> World:
    """The place, the grid, some terrains, and cameras to aim."""
    return World()
