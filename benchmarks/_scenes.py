"""Terrain of which the truth is a formula, and cameras that look at it: what the ray and corner benchmarks share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from affine import Affine

from otear.geo.camera import Lens, Pose, sight_lines
from otear.geo.frames import Floats, LocalFrame, ecef_from_geodetic
from otear.geo.terrain.grid import Grid
from otear.geo.terrain.patch import Patch

POSTS, POST_M = 1024, 30.0
LAT, LON = np.radians(24.8), np.radians(-107.4)
LENS = Lens(np.radians(5.7), np.radians(3.2), 1280, 720)
_METRES = 6_371_000.0


@dataclass(frozen=True)
class Scene:
    """A formula for heights of metres east and north of (LAT, LON), and a patch of its values 30 m apart."""

    name: str
    formula: Callable[[Floats, Floats], Floats]

    def surface(self, lat: Floats, lon: Floats) -> Floats:
        """HAE in metres of the formula itself at places in radians."""
        return self.formula((lon - LON) * _METRES * np.cos(LAT), (lat - LAT) * _METRES)

    def patch(self) -> Patch:
        """1,024 x 1,024 posts around (LAT, LON)."""
        step = np.degrees(POST_M / _METRES)
        across, half = step / np.cos(LAT), (POSTS - 1) / 2.0
        corner = Affine(across, 0.0, np.degrees(LON) - half * across, 0.0, -step, np.degrees(LAT) + half * step)
        grid = Grid(corner, (POSTS, POSTS))
        column, row = np.meshgrid(np.arange(POSTS), np.arange(POSTS))
        return Patch.of(self.surface(*grid.place(column, row)).astype(np.float32), grid)


def _rolling(x: Floats, y: Floats) -> Floats:
    return 300.0 + 40.0 * np.sin(x / 500.0) * np.cos(y / 700.0) + 20.0 * np.sin(x / 170.0) * np.sin(y / 230.0)


def _mountains(x: Floats, y: Floats) -> Floats:
    ranges = 500.0 * np.sin(x / 3000.0) * np.cos(y / 2500.0 + 1.0) + 200.0 * np.sin(x / 900.0) * np.sin(y / 1100.0)
    return 1200.0 + ranges + 100.0 * np.sin(x / 300.0) * np.cos(y / 350.0)


ROLLING = Scene("rolling", _rolling)
MOUNTAINS = Scene("mountains", _mountains)


def looking_at_middle(scene: Scene, slant_m: float, depression_deg: float, azimuth_deg: float) -> Pose:
    """A pose whose optical axis meets the formula at (LAT, LON), `slant_m` away, from above along an azimuth."""
    ground = LocalFrame(float(LAT), float(LON), float(scene.surface(LAT, LON)))
    azimuth, depression = np.radians(azimuth_deg), np.radians(depression_deg)
    away = slant_m * np.cos(depression)
    enu = [-away * np.sin(azimuth), -away * np.cos(azimuth), slant_m * np.sin(depression)]
    lat, lon, height = ground.geodetic_from_enu(enu)
    sensor = LocalFrame(float(lat), float(lon), float(height))
    line = sensor.enu_from_ecef(ground.origin_ecef) / slant_m
    heading = float(np.arctan2(line[0], line[1]))
    return Pose(sensor.lat, sensor.lon, sensor.height_m, heading, 0.0, 0.0, 0.0, float(np.arcsin(line[2])), 0.0)


def frame(pose: Pose) -> tuple[Floats, Floats]:
    """Origins and directions in ECEF of every pixel of one picture, row by row."""
    x, y = np.meshgrid(np.arange(LENS.width_px) + 0.5, np.arange(LENS.height_px) + 0.5)
    return sight_lines(pose, LENS, np.stack([x.ravel(), y.ravel()], axis=-1))


def scattered(patch: Patch, count: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Rays with nothing in common: each from 3 to 9 km over ground at 15 to 60 degrees of depression, any azimuth."""
    lat, lon = patch.grid.place(*rng.uniform(300.0, POSTS - 301.0, size=(2, count)))
    ends = ecef_from_geodetic(lat, lon, patch.heights(lat, lon))
    azimuth, depression = rng.uniform(0.0, 2.0 * np.pi, count), np.radians(rng.uniform(15.0, 60.0, count))
    above_m = rng.uniform(3_000.0, 9_000.0, count)
    away = above_m / np.tan(depression)
    here = patch.chart.frame
    start = here.ecef_from_enu(
        here.enu_from_ecef(ends) + np.stack([away * np.sin(azimuth), away * np.cos(azimuth), above_m], axis=-1)
    )
    directions = ends - start
    return start, directions / np.linalg.norm(directions, axis=-1, keepdims=True)
