"""A picture's codes are what its tiles say about the ground that its pixels see."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from otear.geo.camera import Lens, Pose, sight_lines
from otear.geo.raycast import cast
from otear.simulate.scene.contact_sheet import look_at
from otear.simulate.scene.hands import TwoHands
from otear.simulate.scene.lookup import looked_up, wanted
from otear.simulate.scene.tiles import SIDE, level_texel_m, tile_of
from otear.simulate.scene.view import CELL_PX, SKY_DEPTH_M, view
from otear.simulate.world.land import Land

from .lands import land

WIDTH, HEIGHT = 330, 187
SKY = 77
SLOPES = (3.0, -2.0)
"""Codes per metre east and north."""


def _lens(hfov_deg: float) -> Lens:
    hfov = float(np.radians(hfov_deg))
    return Lens(hfov, float(2.0 * np.arctan(np.tan(hfov / 2.0) * HEIGHT / WIDTH)), WIDTH, HEIGHT)


def _plain_heat(key: int) -> NDArray[np.uint32]:
    """A tile whose texels say where they are: any texel between them says so too, at every level."""
    level, x, y = tile_of(key)
    at = (np.arange(SIDE + 1) + 0.5) * level_texel_m(level)
    side = SIDE * level_texel_m(level)
    codes = 30_000.0 + SLOPES[0] * (x * side + at[None, :]) + SLOPES[1] * (y * side + at[:, None])
    return np.round(np.clip(codes, 0.0, 65_535.0)).astype(np.uint32)


def _ground_of(ground: Land, pose: Pose, lens: Lens) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x, y = np.meshgrid(np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5)
    origins, rays = sight_lines(pose, lens, np.stack([x.ravel(), y.ravel()], axis=1))
    hits = cast(ground.patch, origins, rays)
    east, north = ground.plane.metres(hits.lat, hits.lon)
    expected = 30_000.0 + SLOPES[0] * east + SLOPES[1] * north
    return expected.reshape(HEIGHT, WIDTH), hits.hit.reshape(HEIGHT, WIDTH)


@pytest.mark.parametrize(
    ("shape", "hfov_deg", "depression_deg", "range_m"),
    [("flat", 2.0, 60.0, 800.0), ("flat", 12.0, 25.0, 2_500.0), ("ridge", 14.0, 12.0, 1_900.0)],
)
def test_every_pixel_reads_the_texels_of_its_place(
    shape: str, hfov_deg: float, depression_deg: float, range_m: float
) -> None:
    ground = land(shape)
    lens = _lens(hfov_deg)
    pose = look_at(ground, 0.0, 300.0, bearing_deg=30.0, depression_deg=depression_deg, range_m=range_m)
    seen = view(ground, pose, lens)
    keys = wanted(seen)
    texels = np.stack([_plain_heat(int(key)) for key in keys])
    slots = np.arange(len(keys), dtype=np.int32)
    codes, depth = looked_up(seen, texels, keys, slots, SKY, thermal=True, hands=TwoHands())
    expected, hit = _ground_of(ground, pose, lens)
    assert len({tile_of(int(key))[0] for key in keys}) > 1 or shape == "flat"
    assert np.array_equal(depth < SKY_DEPTH_M, hit)
    assert (codes[~hit] == SKY).all()
    # A cell may be interpolated wrongly by 0.6 of a pixel (`view`), and codes are rounded down three times.
    pixel = np.abs(np.gradient(np.where(hit, expected, np.nan)))
    allowed = np.nan_to_num(0.6 * (pixel[0] + pixel[1]), nan=np.inf) + 4.0
    assert (np.abs(codes - expected)[hit] <= allowed[hit]).mean() > 0.999


def test_colours_are_read_channel_by_channel() -> None:
    ground, lens = land("flat"), _lens(10.0)
    pose = look_at(ground, 0.0, 0.0, bearing_deg=200.0, depression_deg=35.0, range_m=2_000.0)
    seen = view(ground, pose, lens)
    keys = wanted(seen)
    channels = np.random.default_rng(3).integers(0, 256, (3, len(keys), SIDE + 1, SIDE + 1), dtype=np.uint32)
    slots = np.arange(len(keys), dtype=np.int32)

    def read(texels: NDArray[np.uint32], *, thermal: bool) -> NDArray[np.int64]:
        return looked_up(seen, texels, keys, slots, SKY, thermal=thermal, hands=TwoHands())[0].astype(np.int64)

    together = read(channels[0] << 16 | channels[1] << 8 | channels[2], thermal=False)
    for channel, shift in zip(channels, (16, 8, 0), strict=True):
        assert np.array_equal((together >> shift) & 255, read(channel, thermal=True))


def test_a_tile_that_is_not_there_is_an_error() -> None:
    ground, lens = land("flat"), _lens(4.0)
    seen = view(ground, look_at(ground, 0.0, 0.0, bearing_deg=0.0, depression_deg=40.0, range_m=900.0), lens)
    some = wanted(seen)[::2]
    texels, slots = np.zeros((len(some), SIDE + 1, SIDE + 1), dtype=np.uint32), np.arange(len(some), dtype=np.int32)
    with pytest.raises(RuntimeError, match="not wanted"):
        looked_up(seen, texels, some, slots, SKY, thermal=False, hands=TwoHands())


def test_no_tile_is_wanted_that_is_not_seen() -> None:
    ground, lens = land("flat"), _lens(6.0)
    seen = view(ground, look_at(ground, 0.0, 0.0, bearing_deg=70.0, depression_deg=40.0, range_m=900.0), lens)
    cells = seen.fine_cell.size
    assert cells == -(-WIDTH // CELL_PX) * -(-HEIGHT // CELL_PX)
    for key in wanted(seen):
        level, x, y = tile_of(int(key))
        side = SIDE * level_texel_m(level)
        reach = side + 4.0
        assert np.abs(seen.corners.east_m - (x + 0.5) * side).min() < reach
        assert np.abs(seen.corners.north_m - (y + 0.5) * side).min() < reach
