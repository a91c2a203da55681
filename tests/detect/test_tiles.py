"""Tiles cover the picture, and nothing that they are made for is cut by all of them."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otear.detect.tiles import MULTIPLE, tile_side, tiles
from otear.errors import SettingError

sizes = st.integers(1, 2_500)
distances = st.floats(0.03, 2.0)


@settings(max_examples=40)
@given(sizes, sizes, distances, st.floats(40.0, 200.0), st.floats(0.0, 30.0), st.randoms(use_true_random=False))
def test_whatever_is_no_larger_than_the_overlap_lies_whole_in_a_tile(
    width: int, height: int, gsd_m: float, context_m: float, overlap_m: float, random: Random
) -> None:
    cut = tiles(width, height, gsd_m, context_m, overlap_m)
    wide, high = (min(random.uniform(0.0, overlap_m / gsd_m), side) for side in (width, height))
    for _ in range(20):
        left, top = random.uniform(0.0, width - wide), random.uniform(0.0, height - high)
        inside = (cut[:, :2] <= [left, top]).all(axis=1) & (cut[:, 2:] >= [left + wide, top + high]).all(axis=1)
        assert inside.any()


@settings(max_examples=40)
@given(sizes, sizes, distances, st.floats(40.0, 200.0), st.floats(0.0, 30.0))
def test_tiles_cover_the_picture_reach_not_beyond_it_and_are_no_more_than_needed(
    width: int, height: int, gsd_m: float, context_m: float, overlap_m: float
) -> None:
    cut = tiles(width, height, gsd_m, context_m, overlap_m)
    side = tile_side(gsd_m, context_m)
    assert cut[:, :2].min() == 0
    assert (cut[:, 2].max(), cut[:, 3].max()) == (width, height)
    for first, last, length in ((0, 2, width), (1, 3, height)):
        starts, ends = np.unique(cut[:, first]), np.unique(cut[:, last])
        assert np.all(ends - starts == min(side, length))
        assert np.all(starts[1:] <= ends[:-1])
        step = side - int(np.ceil(overlap_m / gsd_m))
        assert len(starts) <= max(np.ceil((length - side) / step), 0) + 1
    assert len(np.unique(cut, axis=0)) == len(cut)


def test_the_same_ground_is_in_a_tile_however_fine_the_picture() -> None:
    assert [tile_side(gsd, 64.0) for gsd in (0.1, 0.2, 0.4)] == [640, 320, 160]
    assert tile_side(0.3, 64.0) % MULTIPLE == 0
    assert tile_side(0.3, 64.0) * 0.3 >= 64.0
    assert len(tiles(1280, 720, 0.1, 64.0, 12.0)) == 6
    assert tiles(500, 300, 0.1, 64.0, 12.0).tolist() == [[0, 0, 500, 300]]


@pytest.mark.parametrize(("gsd_m", "context_m", "overlap_m"), [(0.0, 64.0, 12.0), (0.2, 0.0, 0.0), (0.2, 20.0, 40.0)])
def test_what_makes_no_tiles_is_refused(gsd_m: float, context_m: float, overlap_m: float) -> None:
    with pytest.raises(SettingError):
        tiles(1280, 720, gsd_m, context_m, overlap_m)
