"""Shaded relief: as smooth as the ground, and blank where nothing is known."""

from __future__ import annotations

import numpy as np
from affine import Affine
from matplotlib.figure import Figure
from pyproj import Proj

from otear.coverage.maps import HeightsAt, draw_relief
from otear.geo.frames import Floats
from otear.geo.terrain import GridTerrain
from otear.geo.terrain.grid import Grid

LAT_DEG, LON_DEG, POST_DEG = 24.7, -107.3, 1.0 / 3600.0
GRID = Grid(Affine(POST_DEG, 0.0, LON_DEG - 0.05, 0.0, -POST_DEG, LAT_DEG + 0.05), (361, 361))


def hills(lat: Floats, lon: Floats) -> Floats:
    """Hills 700 m from top to top."""
    return 100.0 + 60.0 * np.sin(lat * 57_000.0) * np.cos(lon * 52_000.0)


def posts() -> GridTerrain:
    """The same hills as posts an arc second apart, bilinear between them."""
    return GridTerrain(hills(*GRID.place(*np.meshgrid(np.arange(361), np.arange(361)))), GRID)


def shade(heights_at: HeightsAt) -> np.ma.MaskedArray:
    axes = Figure().subplots()
    draw_relief(axes, heights_at, Proj(proj="laea", lat_0=LAT_DEG, lon_0=LON_DEG), (-500.0, 500.0, -500.0, 500.0))
    (image,) = axes.images
    return np.ma.masked_invalid(image.get_array())


def test_posts_are_shaded_like_the_hills_they_stand_for() -> None:
    """A bilinear surface has creases along its posts, which shading would show as a pattern of squares."""
    true, drawn = shade(hills), shade(posts().heights)
    assert np.std(true) > 0.1
    creases = np.abs(np.diff(drawn, n=2, axis=1)).max() / np.abs(np.diff(true, n=2, axis=1)).max()
    assert creases < 2.0
    assert np.abs(drawn - true).max() < 0.05


def test_a_hole_stays_a_hole_and_its_rim_keeps_its_shade() -> None:
    whole, holed = posts(), posts()
    holed.posts_m[175:186, 175:186] = np.nan
    before, after = shade(whole.heights), shade(holed.heights)
    hole = np.ma.getmaskarray(after)
    assert 0.05 < hole.mean() < 0.2
    assert np.abs(after - before)[~hole].max() < 0.35
