"""What hides behind what."""

from __future__ import annotations

import numpy as np
import pytest
from affine import Affine

from otear.geo.frames import LocalFrame, ecef_from_geodetic
from otear.geo.sightline import Sight, sights, visible
from otear.geo.slowcast import clearance
from otear.geo.terrain.grid import Grid
from otear.geo.terrain.patch import Patch

GRID = Grid(Affine(1 / 3600, 0.0, -107.5, 0.0, -1 / 3600, 25.0), (120, 120))


def ridge(height_m: float) -> Patch:
    """Flat ground at 100 m with a north-south ridge on column 60."""
    heights = np.full(GRID.shape, 100.0, dtype=np.float32)
    heights[:, 60] += height_m
    return Patch.of(heights, GRID)


def sensor(column: float, row: float, height_m: float) -> np.ndarray:
    lat, lon = GRID.place(column, row)
    return LocalFrame(float(lat), float(lon), height_m).origin_ecef


def test_a_ridge_hides_what_is_behind_it() -> None:
    """From 400 m over the ground and 30 columns before a ridge of 200 m, its shadow is 30 columns long."""
    patch = ridge(200.0)
    columns = np.setdiff1d(np.arange(35.0, 115.0), 90.0)
    lat, lon = GRID.place(columns, 60.5)
    seen = sights(patch, sensor(30.0, 60.5, 500.0), lat, lon)
    np.testing.assert_array_equal(seen == Sight.VISIBLE, (columns <= 60) | (columns > 90))
    np.testing.assert_array_equal(seen == Sight.MASKED, (columns > 60) & (columns <= 90))
    np.testing.assert_array_equal(visible(patch, sensor(30.0, 60.5, 500.0), lat, lon), seen == Sight.VISIBLE)


def test_what_stands_high_enough_shows_over_the_ridge() -> None:
    """Half way down the shadow it is 100 m deep."""
    patch = ridge(200.0)
    lat, lon = GRID.place(75.0, 60.5)
    from_where = sensor(30.0, 60.5, 500.0)
    assert not visible(patch, from_where, lat, lon, height_above_ground_m=99.0)[0]
    assert visible(patch, from_where, lat, lon, height_above_ground_m=101.0)[0]


def test_unknown_is_neither_visible_nor_masked() -> None:
    patch = ridge(200.0)
    patch.heights_m[50:52, 40:42] = np.nan
    lat, lon = GRID.place([40.5, 500.0], [50.5, 50.5])
    np.testing.assert_array_equal(sights(patch, sensor(30.0, 60.5, 500.0), lat, lon), Sight.UNKNOWN)
    inside = GRID.place(45.0, 60.5)
    assert sights(patch, sensor(30.0, 60.5, 50.0), *inside)[0] == Sight.UNKNOWN
    assert sights(patch, np.full(3, np.nan), *inside)[0] == Sight.UNKNOWN
    assert not visible(patch, sensor(30.0, 60.5, 500.0), lat, lon).any()


def test_from_far_outside_and_to_the_edge() -> None:
    lat, lon = GRID.place([0.0, 119.0, 119.0, 0.0], [0.0, 0.0, 119.0, 119.0])
    assert visible(ridge(0.0), sensor(-400.0, 60.0, 6_000.0), lat, lon).all()


@pytest.mark.parametrize("seed", [1, 2])
def test_agrees_with_a_walk_along_the_line(seed: int) -> None:
    """A line is clear where no point of it, every half a metre, is below the surface; within 1 mm it may be either."""
    rng = np.random.default_rng(seed)
    x, y = np.meshgrid(np.arange(120) * 30.0, np.arange(120) * 30.0)
    heights = 300.0 + 60.0 * np.sin(x / 150.0) * np.cos(y / 190.0) + 40.0 * np.sin(x / 90.0 + y / 110.0)
    patch = Patch.of(heights.astype(np.float32), GRID)
    start = sensor(20.0, 30.0, 520.0)
    lat, lon = GRID.place(*rng.uniform(1.0, 118.0, size=(2, 150)))
    seen = visible(patch, start, lat, lon)
    ends = ecef_from_geodetic(lat, lon, patch.heights(lat, lon) + 0.5)
    lowest = np.array(
        [
            clearance(
                patch.heights,
                start + np.linspace(0.0, 1.0, int(np.linalg.norm(end - start) * 2))[:, None] * (end - start),
            ).min()
            for end in ends
        ]
    )
    assert 20 < np.count_nonzero(seen) < 130
    clear = np.abs(lowest) > 1e-3
    np.testing.assert_array_equal(seen[clear], lowest[clear] > 0.0)
