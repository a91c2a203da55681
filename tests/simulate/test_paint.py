"""Painted ground has no seams, keeps its brightness at every fineness, and shows no post as a square."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from otear.simulate.scene.moment import Moment, moment
from otear.simulate.scene.noise import noise_square
from otear.simulate.scene.shade import Relief
from otear.simulate.scene.solids import solids
from otear.simulate.scene.tiles import SIDE, GroundPainter, level_texel_m, tile_key, tile_of
from otear.simulate.scene.weather import CALM
from otear.simulate.world.land import Cover, Land
from otear.simulate.world.things import Material, Shape, Things, things

from .lands import land, thing

NOON = 1_772_064_000_000_000 + round((12.0 + 107.1 / 15.0) * 3.6e9)


def _painter(ground: Land, more: Things | None = None) -> tuple[GroundPainter, Moment]:
    everything = ground.things.joined(more if more is not None else things([]))
    relief = Relief.of(ground)
    square = noise_square(np.random.default_rng(5))
    painter = GroundPainter(ground, relief, everything, solids(everything, ground), square, CALM.season, 5)
    return painter, moment(NOON, ground, relief, everything, CALM, thermal=False)


def _grey(codes: NDArray[np.uint32]) -> NDArray[np.float64]:
    return np.asarray(sum(((codes >> shift) & 255).astype(np.float64) for shift in (16, 8, 0)) / 3.0)


def test_a_key_tells_its_tile() -> None:
    for tile in ((0, 0, 0), (9, -17, 23), (4, -1, -1), (3, 1_000_000, -1_000_000)):
        assert tile_of(tile_key(*tile)) == tile


@pytest.mark.parametrize("level", [1, 4, 6])
@pytest.mark.parametrize("cover", [Cover.SCRUB, Cover.FOREST, Cover.CROPS])
def test_a_tile_goes_on_where_its_neighbour_ends(level: int, cover: Cover) -> None:
    painter, at = _painter(land("ridge", cover, 60))
    here, east, north = (painter.tile(tile_key(level, *where), at) for where in ((2, 1), (3, 1), (2, 2)))
    assert np.array_equal(here[:, SIDE], east[:, 0])
    assert np.array_equal(here[SIDE, :], north[0, :])


@pytest.mark.parametrize("cover", [Cover.PASTURE, Cover.SCRUB, Cover.FOREST, Cover.CROPS])
def test_ground_is_about_as_bright_at_every_fineness(cover: Cover) -> None:
    painter, at = _painter(land("flat", cover, 55 if cover is Cover.FOREST else 0))
    means = []
    for level in (3, 4, 5, 6):
        count = 1 << (6 - level)
        means.append(
            np.mean([_grey(painter.tile(tile_key(level, x, y), at)).mean() for x in range(count) for y in range(count)])
        )
    assert max(means) / min(means) < 1.25


def test_the_edge_between_two_covers_does_not_follow_the_posts() -> None:
    ground = land("flat", Cover.SAND)
    cover = ground.cover.copy()
    cover[:, ground.grid.shape[1] // 2 - 2 :] = Cover.WATER
    painter, at = _painter(replace(ground, cover=cover, ways=(), villages=()))
    grey = _grey(painter.tile(tile_key(5, -1, 3), at))
    middle = 0.5 * (np.percentile(grey, 5) + np.percentile(grey, 95))
    edges = np.array([int(np.argmax(row < middle)) for row in grey[:, SIDE // 2 :]]) * level_texel_m(5)
    assert edges.std() > 2.0
    assert edges.std() < 25.0


def test_a_wall_casts_its_shadow_away_from_the_sun_and_as_long_as_it_should_be() -> None:
    wall = thing(Shape.BOX, Material.CONCRETE, 16.0, 10.0, (12.0, 0.5, 10.0), azimuth_deg=90.0)
    ground = replace(land("flat", Cover.SAND), ways=(), villages=())
    bare, at = _painter(ground)
    built, later = _painter(ground, things([wall]))
    key = tile_key(2, 0, 0)
    darker = _grey(bare.tile(key, at)) - _grey(built.tile(key, later)) > 15.0
    rows, columns = np.nonzero(darker)
    texel = level_texel_m(2)
    north = (rows + 0.5) * texel
    east = (columns + 0.5) * texel
    length = 10.0 / np.tan(at.sun.elevation)
    assert north.min() >= 9.0
    assert north.max() == pytest.approx(10.25 + length * np.cos(at.sun.azimuth - np.pi), abs=0.8)
    assert east.mean() == pytest.approx(16.0 - 0.5 * length * np.sin(at.sun.azimuth), abs=1.0)
