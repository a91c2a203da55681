"""Small worlds for coverage tests: terrain given by a formula, and cameras that are aimed at a place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from affine import Affine
from numpy.typing import ArrayLike

from otear.geo.camera import Lens, Pose
from otear.geo.frames import Floats, LocalFrame
from otear.geo.grid import SearchGrid
from otear.geo.terrain.base import Bounds, Patch, VerticalDatum
from otear.geo.terrain.grid import Grid

LAT_DEG, LON_DEG = 24.7, -107.3


@dataclass(frozen=True)
class FormulaTerrain:
    """Terrain whose posts, 0.0003 degrees apart within a degree of `LAT_DEG`, `LON_DEG`, follow a formula of metres.

    `height_at` takes metres east and north of the middle. `edge_deg` is the distance from the middle at which it ends.
    """

    height_at: Callable[[Floats, Floats], Floats]
    edge_deg: float = 1.0
    name: str = "formula"
    datum: VerticalDatum = VerticalDatum.ELLIPSOID
    sigma_m: float = 0.0

    def heights(self, lat: ArrayLike, lon: ArrayLike) -> Floats:
        lat, lon = np.broadcast_arrays(np.degrees(lat), np.degrees(lon))
        inside = (np.abs(lat - LAT_DEG) <= self.edge_deg) & (np.abs(lon - LON_DEG) <= self.edge_deg)
        metres = 111_200.0
        east = (lon - LON_DEG) * metres * np.cos(np.radians(LAT_DEG))
        return np.where(inside, self.height_at(east, (lat - LAT_DEG) * metres), np.nan)

    def patch(self, bounds: Bounds) -> Patch:
        step = 0.0003
        west, south, east, north = np.degrees(bounds)
        west, south = max(west, LON_DEG - self.edge_deg), max(south, LAT_DEG - self.edge_deg)
        east, north = min(east, LON_DEG + self.edge_deg), min(north, LAT_DEG + self.edge_deg)
        grid = Grid(
            Affine(step, 0.0, west, 0.0, -step, north), (int((north - south) / step) + 1, int((east - west) / step) + 1)
        )
        rows, columns = grid.shape
        column, row = np.meshgrid(np.arange(columns), np.arange(rows))
        return Patch.of(self.heights(*grid.place(column, row)).astype(np.float32), grid)


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
