"""Water of a land: it runs downhill, comes together, and stands level."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import label

from otear.simulate.world.drainage import Drainage, river_width_m
from otear.simulate.world.land import Cover, WayKind

from .countries import small_country

WATERS = {WayKind.RIVER, WayKind.STREAM}


def drainage() -> Drainage:
    return small_country().drainage


def test_every_stream_ends_in_another_or_leaves_the_land() -> None:
    lattice = small_country().lattice
    lines = [way.points_m for way in drainage().ways]
    assert len(lines) > 20
    for i, line in enumerate(lines):
        others = np.concatenate([other for j, other in enumerate(lines) if j != i])
        joins = np.linalg.norm(others - line[-1], axis=1).min() < 120.0
        leaves = not lattice.inside(line[-1], 60.0)
        assert joins or leaves


def test_rivers_run_downhill_and_grow() -> None:
    lattice, msl, catchment = small_country().lattice, drainage().msl_m, drainage().catchment_km2
    for way in drainage().ways:
        start, end = lattice.nearest(way.points_m[0]), lattice.nearest(way.points_m[-1])
        assert msl[start] >= msl[end]
        assert catchment[start] < catchment[end]
    assert river_width_m(1_000.0) > 3.0 * river_width_m(40.0)


def test_still_water_is_level_and_covers_posts() -> None:
    water, land = drainage().water, small_country().land
    assert (land.cover[water] == Cover.WATER).all()
    assert (land.cover == Cover.WATER).sum() == water.sum()
    pools, count = label(water)
    for pool in range(1, count + 1):
        if (pools == pool).sum() > 150:
            assert np.ptp(drainage().msl_m[pools == pool]) < 0.1


def test_the_way_to_water_is_measured_to_it() -> None:
    lattice, away = small_country().lattice, drainage().channel_m
    for way in drainage().ways:
        assert away[lattice.nearest(way.points_m)].max() < 60.0
    assert away.max() > 300.0
