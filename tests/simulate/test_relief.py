"""Relief and where its water goes: known answers on made-up ground, and the laws that eroded ground follows."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import minimum_filter

from otear.domain.progress import silent
from otear.simulate.world.flow import drain
from otear.simulate.world.relief import EXPONENT, Relief, fractal, make_relief, sea_side

STEP_M = (28.0, 31.0)


@cache
def relief(seed: int = 3) -> Relief:
    return make_relief((420, 400), STEP_M, np.random.default_rng(seed), silent)


def test_a_tilted_plane_drains_straight_down() -> None:
    heights = np.tile(np.arange(5.0)[::-1, None] * 10.0, (1, 4))
    outlets = np.zeros((5, 4), dtype=bool)
    outlets[-1] = True
    flow = drain(heights, outlets, STEP_M)
    assert np.array_equal(flow.filled_m, heights)
    assert np.array_equal(flow.gathered(1.0).reshape(5, 4), np.tile(np.arange(1.0, 6.0)[:, None], (1, 4)))
    assert flow.run_m[:16] == pytest.approx(np.full(16, 31.0))


def test_a_pit_is_filled_to_where_it_spills() -> None:
    heights = np.full((7, 7), 50.0)
    heights[2:5, 2:5] = 10.0
    heights[3, 5], heights[3, 6] = 30.0, 5.0
    outlets = np.zeros((7, 7), dtype=bool)
    outlets[3, 6] = True
    flow = drain(heights, outlets, STEP_M)
    assert flow.filled_m[2:5, 2:5] == pytest.approx(np.full((3, 3), 30.0), abs=0.01)
    assert flow.gathered(1.0)[3 * 7 + 6] == 49.0


@given(st.integers(0, 2**32 - 1))
def test_every_drop_leaves_and_no_cell_stands_before_its_receiver(seed: int) -> None:
    rng = np.random.default_rng(seed)
    heights = rng.integers(0, 6, (11, 9)).astype(float)
    flow = drain(heights, sea_side((11, 9)), STEP_M)
    at = np.empty(99, dtype=int)
    at[flow.order] = np.arange(99)
    inner = flow.receiver != np.arange(99)
    assert (at[flow.receiver[inner]] < at[np.flatnonzero(inner)]).all()
    assert flow.gathered(1.0)[~inner].sum() == 99.0
    assert (flow.filled_m >= heights).all()
    assert np.array_equal(~inner, sea_side((11, 9)).reshape(-1))


def test_no_hollow_is_left_and_the_plain_lies_in_the_south_west() -> None:
    msl = relief().msl_m
    around = np.ones((3, 3), dtype=bool)
    around[1, 1] = False
    assert (minimum_filter(msl, footprint=around) < msl)[1:-1, 1:-1].all()
    assert msl.min() > 0.0
    assert msl[280:, :130].mean() + 150.0 < msl[:140, 270:].mean()


def test_slopes_fall_with_the_drained_area_as_rivers_do() -> None:
    """Flint's law, S ~ A^-theta: theta of rivers in balance is the exponent of the stream power law."""
    flow = drain(relief().msl_m, relief().outlets, STEP_M)
    area = flow.gathered(STEP_M[0] * STEP_M[1])
    fall = flow.filled_m.reshape(-1)
    slope = (fall - fall[flow.receiver]) / flow.run_m
    channel = (area > 1.0e5) & (area < 3.0e6) & (slope > 1e-3)
    theta = -np.polyfit(np.log(area[channel]), np.log(slope[channel]), 1)[0]
    assert EXPONENT - 0.2 < theta < EXPONENT + 0.2
    # A noise of the same heights, as a plain fractal landscape is made, follows no such law.
    noise = fractal((420, 400), 100.0, 6, np.random.default_rng(3)) * float(relief().msl_m.std())
    flow = drain(noise, relief().outlets, STEP_M)
    area, fall = flow.gathered(STEP_M[0] * STEP_M[1]), flow.filled_m.reshape(-1)
    slope = (fall - fall[flow.receiver]) / flow.run_m
    channel = (area > 1.0e5) & (area < 3.0e6) & (slope > 1e-3)
    assert -np.polyfit(np.log(area[channel]), np.log(slope[channel]), 1)[0] < theta - 0.15


def test_no_slope_is_steeper_than_ground_holds() -> None:
    down, right = np.gradient(relief().msl_m, STEP_M[1], STEP_M[0])
    steep = np.degrees(np.arctan(np.hypot(down, right)))
    assert np.percentile(steep, 99.5) < 45.0
    assert np.percentile(steep, 50.0) > 3.0


def test_the_same_seed_gives_the_same_ground() -> None:
    again = make_relief((420, 400), STEP_M, np.random.default_rng(3), silent)
    assert np.array_equal(again.msl_m, relief().msl_m)
    assert not np.array_equal(relief(4).msl_m, relief().msl_m)
