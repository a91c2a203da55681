"""Fictional ground: rolling terrain and what grows and stands on it, all drawn from one random generator.

Nothing here is a real place. Ground coordinates are metres east and north of the middle; arrays are (row, column) with
row 0 in the north. Heights are metres, above mean sea level or above the ellipsoid as named.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from affine import Affine
from numpy.typing import NDArray

from otear.geo.frames import Floats, metres_per_radian
from otear.geo.geoid import undulation
from otear.geo.terrain.grid import Grid
from otear.geo.terrain.patch import Patch

Pixels = NDArray[np.uint8]
Singles = NDArray[np.float32]

_POSTS = 401
_POST_DEG = 1.0 / 3600.0
_TEXTURE_PX = 3072
_BASE_MSL_M, _RELIEF_M = 420.0, 55.0
_SUN_AZIMUTH, _SUN_HEIGHT = np.radians(235.0), np.radians(38.0)

_STRAW, _SCRUB, _SOIL = (193, 172, 128), (104, 110, 66), (158, 122, 88)
_CROPS = ((118, 132, 62), (84, 112, 52), (186, 166, 104), (150, 116, 82), (204, 186, 138), (132, 124, 74))
_TREE, _SHADOW = (58, 72, 40), (52, 50, 42)
_ASPHALT, _TRACK, _SAND = (126, 124, 122), (206, 184, 146), (214, 200, 168)
_ROOFS = ((206, 204, 200), (176, 98, 70), (150, 150, 152), (222, 214, 198))


@dataclass(frozen=True, eq=False)
class Ground:
    """Terrain, as MSL heights of posts and as a patch to cast rays against, and its picture at one metre a pixel."""

    lat: float
    lon: float
    grid: Grid
    msl_m: Singles
    patch: Patch
    picture: Pixels
    focus_m: tuple[float, float]
    """East and north of the middle of the hamlet."""

    def metres(self, lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
        """East and north of the middle (metres) of places in radians, on a plane that touches it there."""
        parallel, meridian = metres_per_radian(self.lat)
        return (lon - self.lon) * parallel, (lat - self.lat) * meridian

    def place(self, east_m: float, north_m: float) -> tuple[float, float]:
        """Latitude and longitude (radians) of a place on the plane."""
        parallel, meridian = metres_per_radian(self.lat)
        return float(self.lat + north_m / meridian), float(self.lon + east_m / parallel)

    def colours(self, east_m: Singles, north_m: Singles) -> Pixels:
        """What lies at places on the plane, shape (rows, columns): colours of shape (rows, columns, 3)."""
        middle = (_TEXTURE_PX - 1) / 2.0
        x, y = (east_m + middle).astype(np.float32), (middle - north_m).astype(np.float32)
        return np.asarray(cv2.remap(self.picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101))


def make_ground(lat: float, lon: float, rng: np.random.Generator) -> Ground:
    """Ground about a place in radians: 11 km of terrain at one second of arc, 3 km of it with a picture."""
    half = (_POSTS - 1) / 2.0 * _POST_DEG
    to_map = Affine(_POST_DEG, 0.0, np.degrees(lon) - half, 0.0, -_POST_DEG, np.degrees(lat) + half)
    grid = Grid(to_map, (_POSTS, _POSTS))
    msl = np.asarray(_BASE_MSL_M + _RELIEF_M * _noise(_POSTS, 5, 5, rng), dtype=np.float32)
    post_lat, post_lon = grid.place(*np.meshgrid(np.arange(_POSTS), np.arange(_POSTS)))
    patch = Patch.of((msl + undulation(post_lat, post_lon)).astype(np.float32), grid)
    picture, (x, y) = _picture(rng)
    middle = (_TEXTURE_PX - 1) / 2.0
    return Ground(lat, lon, grid, msl, patch, _shaded(picture, msl, lat), (x - middle, middle - y))


def _noise(size: int, coarsest: int, octaves: int, rng: np.random.Generator, fade: float = 0.5) -> Singles:
    """Fractal noise of about unit scatter, (size, size): each octave twice as fine and `fade` times as strong."""
    total = np.zeros((size, size), dtype=np.float32)
    for octave in range(octaves):
        cells = rng.standard_normal((coarsest * 2**octave + 1,) * 2).astype(np.float32)
        total += np.float32(fade**octave) * cv2.resize(cells, (size, size), interpolation=cv2.INTER_CUBIC)
    return np.asarray((total - total.mean()) / total.std(), dtype=np.float32)


def _blend(picture: Singles, colour: tuple[int, int, int] | Singles, weight: Singles) -> Singles:
    return np.asarray(picture + weight[..., None] * (np.asarray(colour, dtype=np.float32) - picture), dtype=np.float32)


def _picture(rng: np.random.Generator) -> tuple[Pixels, tuple[float, float]]:
    """The ground before light falls on it, and where (x, y) the middle of the hamlet is."""
    size = _TEXTURE_PX
    wetness, soil, grain = _noise(size, 6, 7, rng), _noise(size, 9, 6, rng), _noise(size, 256, 4, rng, fade=0.8)
    base = np.full((size, size, 3), _STRAW, dtype=np.float32)
    base = _blend(base, _SCRUB, np.clip(0.5 + 0.35 * wetness, 0.0, 1.0))
    base = _blend(base, _SOIL, np.clip(0.45 * soil - 0.1, 0.0, 0.8))
    farmland = np.clip(4.0 * (_noise(size, 4, 2, rng) + 0.15), 0.0, 1.0)
    base = _blend(base, _fields(rng), farmland)
    picture = np.clip(base + 9.0 * grain[..., None], 0.0, 255.0).astype(np.uint8)
    _stream(picture, rng)
    road = _wander(rng, size * 0.5, 190.0)
    trees = wetness - 1.2 * farmland
    _trees(picture, trees, rng)
    _roads(picture, road, rng)
    _hamlet(picture, road, rng)
    x, y = road[100].tolist()
    return picture, (float(x), float(y))


def _fields(rng: np.random.Generator) -> Singles:
    """Parcels between hedges, each of one crop with its furrows."""
    size = _TEXTURE_PX
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    turn = np.float32(rng.uniform(0.2, 0.5))
    along, across = x * np.cos(turn) + y * np.sin(turn) + size, y * np.cos(turn) - x * np.sin(turn) + size
    strip = (across / 130.0).astype(np.int32)
    shifted = along + rng.uniform(0.0, 210.0, 64).astype(np.float32)[strip % 64]
    parcel = (shifted / 210.0).astype(np.int32)
    crop = rng.integers(0, len(_CROPS), 4096)[(strip * 61 + parcel) % 4096]
    colours = np.array(_CROPS, dtype=np.float32)[crop]
    furrows = np.where(crop % 2 == 0, np.sin(across * (2.0 * np.pi / 7.0)), np.sin(along * (2.0 * np.pi / 9.0)))
    colours += 7.0 * furrows[..., None].astype(np.float32)
    hedge = np.minimum(across % 130.0, shifted % 210.0) < 3.0
    colours[hedge] = _SCRUB
    return np.asarray(colours, dtype=np.float32)


def _wander(rng: np.random.Generator, level: float, swing: float) -> NDArray[np.int32]:
    """A smooth line from west to east, points (x, y) in pixels."""
    x = np.linspace(-50.0, _TEXTURE_PX + 50.0, 200)
    phase = rng.uniform(0.0, 2.0 * np.pi, 3)
    y = level + swing * sum(
        np.sin(x / length + p) / (1 + k) for k, (length, p) in enumerate(zip((620.0, 260.0, 110.0), phase, strict=True))
    )
    return np.stack([x, y], axis=1).round().astype(np.int32)


def _line(picture: Pixels, points: NDArray[np.int32], colour: tuple[int, int, int], width_px: int) -> None:
    cv2.polylines(picture, [points.reshape(-1, 1, 2)], False, colour, width_px, cv2.LINE_AA)


def _stream(picture: Pixels, rng: np.random.Generator) -> None:
    bed = _wander(rng, _TEXTURE_PX * 0.68, 170.0)
    for colour, width in ((_TREE, 46), (_SCRUB, 36), (_SAND, 16), ((112, 118, 104), 6)):
        _line(picture, bed, colour, width)


def _trees(picture: Pixels, density: Singles, rng: np.random.Generator) -> None:
    spots = rng.integers(8, _TEXTURE_PX - 8, (60_000, 2))
    keep = density[spots[:, 1], spots[:, 0]] > rng.uniform(0.0, 1.8, len(spots))
    for (x, y), radius in zip(spots[keep].tolist(), rng.integers(2, 5, int(keep.sum())).tolist(), strict=True):
        cv2.circle(picture, (x + radius, y - radius + 1), radius, _SHADOW, -1, cv2.LINE_AA)
        cv2.circle(picture, (x, y), radius, _TREE, -1, cv2.LINE_AA)


def _roads(picture: Pixels, road: NDArray[np.int32], rng: np.random.Generator) -> None:
    for start in rng.choice(np.arange(20, 180), 7, replace=False):
        drift = np.array([rng.uniform(-8.0, 8.0), rng.choice([-22.0, 22.0])])
        steps = cv2.GaussianBlur(np.cumsum(rng.normal(0.0, 9.0, (60, 2)) + drift, axis=0), (1, 9), 2.0)
        track = (road[start] + np.concatenate([np.zeros((1, 2)), steps])).round().astype(np.int32)
        _line(picture, track, _TRACK, int(rng.integers(3, 6)))
    _line(picture, road, _SAND, 15)
    _line(picture, road, _ASPHALT, 9)
    _line(picture, road, (222, 214, 190), 1)


def _hamlet(picture: Pixels, road: NDArray[np.int32], rng: np.random.Generator) -> None:
    for _ in range(16):
        x, y = road[int(rng.integers(92, 109))] + rng.choice([-1, 1]) * np.array([0, int(rng.integers(22, 80))])
        box = ((float(x), float(y)), (rng.uniform(9.0, 24.0), rng.uniform(8.0, 14.0)), rng.uniform(-20.0, 20.0))
        corners = cv2.boxPoints(box).round().astype(np.int32)
        cv2.fillPoly(picture, [corners + np.array([4, -4])], _SHADOW, cv2.LINE_AA)
        cv2.fillPoly(picture, [corners], _ROOFS[int(rng.integers(len(_ROOFS)))], cv2.LINE_AA)


def _shaded(picture: Pixels, msl_m: Singles, lat: float) -> Pixels:
    """The picture under a low afternoon sun, by the slope of the terrain."""
    parallel, meridian = (radius * np.radians(_POST_DEG) for radius in metres_per_radian(lat))
    down, right = np.gradient(msl_m)
    slope_east, slope_north = right / parallel, -down / meridian
    sun = np.array(
        [np.cos(_SUN_HEIGHT) * np.sin(_SUN_AZIMUTH), np.cos(_SUN_HEIGHT) * np.cos(_SUN_AZIMUTH), np.sin(_SUN_HEIGHT)]
    )
    light = (sun[2] - sun[0] * slope_east - sun[1] * slope_north) / np.sqrt(1.0 + slope_east**2 + slope_north**2)
    middle, post = (_TEXTURE_PX - 1) / 2.0, (_POSTS - 1) / 2.0
    y, x = np.mgrid[0:_TEXTURE_PX, 0:_TEXTURE_PX].astype(np.float32)
    x, y = (x - middle) / parallel + post, (y - middle) / meridian + post
    shade = cv2.remap(light.astype(np.float32), x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR)
    return np.asarray(np.clip(picture * (0.35 + shade / sun[2] * 0.65)[..., None], 0.0, 255.0), dtype=np.uint8)
