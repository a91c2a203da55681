"""Real terrain on the posts of a world: the heights as they are, small holes filled, the sea found."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from otear.errors import TerrainError
from otear.geo.frames import Floats
from otear.geo.terrain.base import VerticalDatum
from otear.geo.terrain.memory import GridTerrain
from otear.simulate.world.flow import drain
from otear.simulate.world.lattice import Lattice
from otear.simulate.world.surface import Surface, sea_of, surface_of

from .countries import PLANE

SHAPE = (220, 240)
LATTICE = Lattice(PLANE, SHAPE)


def hills(lowest_m: float, highest_m: float, seed: int = 0) -> Floats:
    noise = np.random.default_rng(seed).standard_normal(SHAPE)
    smooth = sum(sigma * cv2.GaussianBlur(noise, (0, 0), sigma) * weight for sigma, weight in ((25, 1.0), (4, 0.3)))
    return np.asarray(lowest_m + (smooth - smooth.min()) / np.ptp(smooth) * (highest_m - lowest_m), dtype=np.float64)


def surface(heights: Floats) -> Surface:
    terrain = GridTerrain(heights.astype(np.float32), LATTICE.grid, VerticalDatum.EGM96)
    return surface_of(terrain, LATTICE, Path("hills.tif"))


def test_heights_are_kept_also_in_hollows_and_between_coarse_whole_metres() -> None:
    heights = np.round(hills(300.0, 700.0))
    heights[100:110, 100:110] = 5.0
    found = surface(heights)
    assert np.abs(found.msl_m - heights).max() < 0.005
    assert not found.filled.any()
    # Water finds its way out of the hollow all the same.
    relief = found.relief(LATTICE)
    filled = drain(relief.msl_m, relief.outlets, relief.step_m).filled_m
    assert filled[105, 105] > 200.0 > relief.msl_m[105, 105]


def test_small_holes_are_filled_from_around_them_and_all_else_is_kept() -> None:
    heights = hills(300.0, 700.0)
    holed = heights.copy()
    holed[50, 60] = holed[150:155, 100:104] = holed[0, 0] = np.nan
    found = surface(holed)
    assert np.array_equal(found.filled, np.isnan(holed))
    assert np.abs(found.msl_m - heights)[~found.filled].max() < 0.005
    assert np.abs(found.msl_m - heights)[found.filled].max() < 40.0
    assert found.barred.sum() == 20
    assert found.barred[152, 102]


def test_terrain_that_is_missing_is_not_made_up() -> None:
    holed = hills(300.0, 700.0)
    holed[:, :30] = np.nan
    with pytest.raises(TerrainError, match=r"hills\.tif: has no data for 12% .* Set the sea to height 0"):
        surface(holed)


def test_sea_is_level_and_large_and_ends_at_the_shore() -> None:
    heights = hills(-150.0, 250.0, seed=4)
    shore = np.maximum(heights, 0.0)
    sea = sea_of(shore, LATTICE)
    below = heights < -1.0
    assert 0.2 < below.mean() < 0.8
    assert sea[below].mean() > 0.97
    assert not sea[shore > 0.5].any()
    assert surface(shore).relief(LATTICE).outlets[sea].all()
    # Whatever the datum of the terrain does to its level, by some tenths of a metre over the land.
    tilted = shore + np.linspace(-0.4, 0.4, SHAPE[1])
    assert sea_of(tilted, LATTICE)[below].mean() > 0.97


def test_ground_below_the_sea_is_land_and_a_salt_lake_there_is_not() -> None:
    heights = hills(-430.0, -30.0)
    assert not sea_of(heights, LATTICE).any()
    lake = np.maximum(heights, -330.0)
    assert sea_of(lake, LATTICE)[heights < -331.0].mean() > 0.95
    assert not sea_of(lake, LATTICE)[lake > -329.0].any()


def test_a_level_plain_and_a_small_pond_are_land() -> None:
    plain = np.full(SHAPE, 3.0)
    assert not sea_of(plain, LATTICE).any()
    plain[100:110, 100:110] = 0.0
    assert not sea_of(plain, LATTICE).any()
    plain[100:130, 100:130] = 0.0
    assert sea_of(plain, LATTICE).sum() == 900
