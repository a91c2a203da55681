"""Hot spots: what is small, compact and by itself far hotter than what is about it."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from otear.detect.base import KINDS, NONE, Picture, Pixels
from otear.detect.hotspot import HotSpot
from otear.domain.authority import SensorKind
from otear.domain.kinds import CueKind
from otear.errors import SettingError

SIZE = (360, 640)
_FINER = 8


def ground(seed: int = 1, level: float = 100.0) -> np.ndarray:
    """Land by night: warm and cool patches of all sizes, and the sensor's noise."""
    rng = np.random.default_rng(seed)
    total = np.full(SIZE, level)
    for scale, spread in ((3, 3.0), (12, 5.0), (50, 6.0)):
        coarse = rng.standard_normal((SIZE[0] // scale + 2, SIZE[1] // scale + 2)).astype(np.float32)
        total += spread * cv2.resize(coarse, SIZE[::-1], interpolation=cv2.INTER_LINEAR)
    return total + 1.6 * rng.standard_normal(SIZE)


def put(
    land: np.ndarray,
    x_m: float,
    y_m: float,
    size_m: tuple[float, float],
    level: float,
    gsd_m: float,
    turn: float = 20.0,
) -> None:
    """Lay a rectangle onto the land, from metres (its middle from the top left corner, seen from above) to pixels."""
    half = int(np.ceil(np.hypot(*size_m) / gsd_m / 2.0)) + 2
    left, top = int(x_m / gsd_m) - half, int(y_m / gsd_m) - half
    fine = np.zeros((2 * half * _FINER, 2 * half * _FINER), dtype=np.float32)
    middle = ((x_m / gsd_m - left) * _FINER, (y_m / gsd_m - top) * _FINER)
    corners = cv2.boxPoints((middle, (size_m[0] / gsd_m * _FINER - 1.0, size_m[1] / gsd_m * _FINER - 1.0), turn))
    cv2.fillPoly(fine, [np.round(corners).astype(np.int32)], 1.0)
    share = cv2.resize(fine, (2 * half, 2 * half), interpolation=cv2.INTER_AREA)
    rows, columns = slice(max(top, 0), top + 2 * half), slice(max(left, 0), left + 2 * half)
    part = land[rows, columns]
    share = share[max(-top, 0) :, max(-left, 0) :][: part.shape[0], : part.shape[1]]
    part += share * (level - part)


def picture(land: np.ndarray, gsd_m: float = 0.2, depression_deg: float = 80.0) -> Picture:
    pixels: Pixels = np.clip(land, 0.0, 255.0).astype(np.uint8)
    return Picture(pixels, SensorKind.THERMAL, gsd_m, depression_deg)


THINGS = {
    "generator": (1.9, 0.9),
    "hearth": (1.6, 1.4),
    "burning pit": (2.4, 2.0),
    "dump on fire": (5.0, 4.0),
    "kiln": (5.5, 4.5),
}


@pytest.mark.parametrize("gsd_m", [0.1, 0.2, 0.4])
@pytest.mark.parametrize("size_m", THINGS.values(), ids=THINGS)
def test_what_is_at_work_is_found_where_it_is(size_m: tuple[float, float], gsd_m: float) -> None:
    land = ground()
    put(land, 300.0 * gsd_m, 200.0 * gsd_m, size_m, 270.0, gsd_m)
    found = HotSpot().detect(picture(land, gsd_m))
    assert [KINDS[k] for k in found.kind] == [CueKind.HEAT_SOURCE]
    assert np.abs(found.middles[0] - [300.0, 200.0]).max() < max(2.0, 0.4 / gsd_m)
    assert found.sizes[0].max() * gsd_m == pytest.approx(size_m[0], abs=1.6)


def test_black_hot_is_as_good_as_white_hot() -> None:
    land = ground()
    put(land, 60.0, 40.0, (1.9, 1.4), 270.0, 0.2)
    white = picture(land)
    black = replace(white, pixels=255 - white.pixels, white_hot=False)
    first, second = HotSpot().detect(white), HotSpot().detect(black)
    assert len(first) == 1
    assert np.array_equal(first.boxes, second.boxes)
    assert np.array_equal(first.score, second.score)
    assert len(HotSpot().detect(replace(black, white_hot=True))) == 0


def test_the_score_grows_with_the_contrast_and_falls_with_the_spread_about() -> None:
    def score(level: float, grain: float) -> float:
        land = ground() + grain * np.random.default_rng(5).standard_normal(SIZE)
        put(land, 60.0, 40.0, (2.4, 2.0), level, 0.2)
        found = HotSpot(0.0).detect(picture(land))
        there = np.abs(found.middles - [300.0, 200.0]).max(axis=1) < 4.0
        return float(found.score[there].max(initial=0.0))

    rising = [score(level, 0.0) for level in (180.0, 200.0, 220.0, 240.0, 255.0)]
    assert rising == sorted(rising)
    assert 0.0 < rising[0] < 0.6
    assert 0.9 < rising[-1] <= 1.0
    assert score(255.0, 14.0) < score(255.0, 7.0) < score(255.0, 0.0)


def test_land_warm_roofs_roads_and_their_edges_show_nothing() -> None:
    for seed in range(4):
        land = ground(seed)
        put(land, 30.0, 20.0, (12.0, 9.0), 235.0, 0.2, 10.0)
        put(land, 64.0, 40.0, (200.0, 6.0), 240.0, 0.2, 15.0)
        put(land, 100.0, 15.0, (40.0, 30.0), 225.0, 0.2, 40.0)
        put(land, 20.0, 60.0, (9.0, 0.7), 230.0, 0.2, 60.0)
        assert len(HotSpot().detect(picture(land))) == 0


def test_a_row_of_kilns_is_as_many_as_there_are() -> None:
    land = ground()
    for k in range(3):
        put(land, 50.0 + 9.0 * k, 40.0, (5.5, 4.5), 300.0, 0.2, 90.0)
    found = HotSpot().detect(picture(land))
    assert sorted(np.round(found.middles[:, 0] * 0.2).tolist()) == pytest.approx([50.0, 59.0, 68.0], abs=1.0)


def test_what_took_the_gain_for_itself_hides_nothing_else() -> None:
    """Kilns fill the grey values; the land is squeezed into a tenth of them, and a generator beside it."""
    land = 30.0 + 0.1 * (ground() - 100.0) + 1.6 * np.random.default_rng(2).standard_normal(SIZE)
    put(land, 20.0, 20.0, (5.5, 4.5), 250.0, 0.2)
    put(land, 90.0, 50.0, (1.9, 1.4), 100.0, 0.2)
    assert len(HotSpot().detect(picture(land))) == 2


def test_hot_pixels_in_the_ring_and_dead_ones_change_nothing() -> None:
    land = ground()
    put(land, 60.0, 40.0, (1.9, 1.4), 270.0, 0.2)
    (alone,) = HotSpot().detect(picture(land)).score
    land[np.array([190, 180, 215]), np.array([300, 312, 295])] = 255.0
    land[60, 500] = 255.0
    (spoilt,) = HotSpot().detect(picture(land)).score
    assert spoilt == pytest.approx(alone, abs=0.02)


@pytest.mark.parametrize("gsd_m", [0.1, 0.2, 0.4])
@pytest.mark.parametrize("depression_deg", [35.0, 60.0, 85.0])
def test_people_are_no_hot_spots_alone_or_in_groups(gsd_m: float, depression_deg: float) -> None:
    """Upright, 0.5 by 1.75 m; a pixel is `across_m` wide across the line of sight."""
    across_m = gsd_m * float(np.sqrt(np.sin(np.radians(depression_deg))))
    tall = 1.75 * float(np.cos(np.radians(depression_deg))) + 0.3 * float(np.sin(np.radians(depression_deg)))
    for seed in range(4):
        rng = np.random.default_rng(seed)
        land = ground(seed)
        for count, x, y in ((1, 120.0, 80.0), (1, 480.0, 260.0), (6, 300.0, 90.0), (30, 320.0, 250.0)):
            spread = 0.65 * np.sqrt(count - 1.0)
            for east, north in rng.uniform(-spread, spread, (count, 2)):
                at = (x * across_m + east, y * across_m + north)
                put(land, *at, (0.5, tall), float(rng.uniform(150.0, 300.0)), across_m, 0.0)
        assert len(HotSpot().detect(picture(land, gsd_m, depression_deg))) == 0


def test_a_picture_too_small_to_compare_shows_nothing() -> None:
    tiny = np.full((9, 12), 90, dtype=np.uint8)
    tiny[4:7, 5:8] = 255
    assert HotSpot(0.0).detect(Picture(tiny, SensorKind.THERMAL, 0.4, 60.0)) is NONE


@pytest.mark.parametrize(("sensor", "gsd_m"), [(SensorKind.VISIBLE, 0.2), (SensorKind.THERMAL, 0.0)])
def test_what_it_is_not_made_for_is_refused(sensor: SensorKind, gsd_m: float) -> None:
    with pytest.raises(SettingError):
        HotSpot().detect(Picture(np.zeros(SIZE, dtype=np.uint8), sensor, gsd_m, 60.0))
