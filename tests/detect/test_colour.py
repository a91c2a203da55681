"""Foreign colours: what stands out of its own surroundings, by their mean and covariance."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from otear.detect.base import KINDS, NONE, Picture, Pixels
from otear.detect.colour import ColourAnomaly, distances
from otear.domain.authority import SensorKind
from otear.domain.kinds import CueKind
from otear.errors import SettingError

SIZE, GSD_M = (300, 500), 0.25
BLUE, RED = (40, 85, 180), (190, 70, 60)


def land(seed: int = 1) -> Pixels:
    """Green in the west, brown in the east, both uneven."""
    rng = np.random.default_rng(seed)
    share = np.repeat((np.arange(SIZE[1]) > SIZE[1] // 2).astype(float)[None], SIZE[0], axis=0)[..., None]
    colours = (1.0 - share) * [70.0, 95.0, 50.0] + share * [150.0, 120.0, 85.0]
    for scale, spread in ((2, 5.0), (9, 8.0)):
        coarse = rng.standard_normal((SIZE[0] // scale + 2, SIZE[1] // scale + 2)).astype(np.float32)
        colours = colours + spread * cv2.resize(coarse, SIZE[::-1], interpolation=cv2.INTER_LINEAR)[..., None]
    return np.asarray(np.clip(colours + 2.0 * rng.standard_normal(colours.shape), 0, 255), dtype=np.uint8)


def picture(pixels: Pixels, gsd_m: float = GSD_M) -> Picture:
    return Picture(pixels, SensorKind.VISIBLE, gsd_m, 70.0)


def lay(pixels: Pixels, x: int, y: int, size_m: tuple[float, float], colour: tuple[int, int, int]) -> None:
    wide, high = (round(side / GSD_M) for side in size_m)
    pixels[y : y + high, x : x + wide] = colour


def kinds(pixels: Pixels) -> list[CueKind]:
    return [KINDS[k] for k in ColourAnomaly().detect(picture(pixels)).kind]


def test_the_distance_is_that_of_reed_and_xiaoli() -> None:
    """In a uniform field of known covariance squared distances are chi-squared with three degrees of freedom."""
    rng = np.random.default_rng(3)
    covariance = np.array([[200.0, 120.0, -40.0], [120.0, 260.0, 30.0], [-40.0, 30.0, 150.0]])
    drawn = rng.multivariate_normal([120.0, 110.0, 100.0], covariance, SIZE)
    found = distances(np.clip(np.round(drawn), 0, 255).astype(np.uint8), GSD_M)
    inverse = np.linalg.inv(covariance + 16.0 * np.eye(3))
    off = drawn - [120.0, 110.0, 100.0]
    true = np.sqrt(np.einsum("...i,ij,...j->...", off, inverse, off))
    assert np.abs(found - true).mean() < 0.05
    assert found.mean() == pytest.approx(true.mean(), rel=0.02)


def test_a_sheet_is_taken_for_a_roof_and_a_field_of_small_blue_things_for_nothing() -> None:
    pixels = land()
    lay(pixels, 60, 60, (6.0, 4.0), RED)
    for row in range(5):
        for column in range(6):
            lay(pixels, 120 + 4 * column, 200 + 4 * row, (0.6, 0.6), BLUE)
    found = ColourAnomaly().detect(picture(pixels))
    assert [KINDS[k] for k in found.kind] == [CueKind.STRUCTURE]
    assert np.abs(found.boxes[0] - [60.0, 60.0, 84.0, 76.0]).max() <= 1.0


def test_what_is_foreign_here_is_common_there() -> None:
    """Brown among green is foreign; the same brown among brown is not."""
    pixels = land()
    lay(pixels, 60, 100, (5.0, 5.0), (150, 120, 85))
    lay(pixels, 400, 100, (5.0, 5.0), (150, 120, 85))
    found = ColourAnomaly(0.5).detect(picture(pixels))
    assert found.middles.tolist() == [pytest.approx([70.0, 110.0], abs=1.0)]


def test_land_what_is_too_small_and_what_is_too_large_shows_nothing() -> None:
    pixels = land()
    lay(pixels, 60, 60, (1.0, 1.0), RED)
    lay(pixels, 60, 150, (30.0, 24.0), RED)
    assert kinds(pixels) == []
    for seed in range(2, 5):
        assert kinds(land(seed)) == []


def test_a_crowd_in_all_colours_is_no_patch() -> None:
    pixels = land()
    rng = np.random.default_rng(4)
    clothes = [(40, 85, 180), (25, 25, 28), (230, 225, 215), (150, 80, 60), (110, 110, 70), (200, 60, 60)]
    for _ in range(40):
        x, y = rng.integers(0, 30, 2).tolist()
        lay(pixels, 100 + x, 100 + y, (0.5, 1.0), clothes[int(rng.integers(len(clothes)))])
    assert kinds(pixels) == []


def test_finer_pictures_show_the_same() -> None:
    pixels = land()
    lay(pixels, 60, 60, (6.0, 4.0), RED)
    fine = cv2.resize(pixels, None, fx=2.0, fy=2.0, interpolation=cv2.INTER_NEAREST)
    once, twice = ColourAnomaly().detect(picture(pixels)), ColourAnomaly().detect(picture(fine, GSD_M / 2.0))
    assert np.array_equal(twice.boxes, 2.0 * once.boxes)
    assert len(once) == 1


def test_a_picture_smaller_than_the_surroundings_shows_nothing() -> None:
    assert ColourAnomaly(0.0).detect(picture(land()[:60, :60])) is NONE


@pytest.mark.parametrize(
    "refused",
    [
        Picture(land(), SensorKind.THERMAL, GSD_M, 70.0),
        Picture(land()[..., 0], SensorKind.VISIBLE, GSD_M, 70.0),
        Picture(land(), SensorKind.VISIBLE, float("nan"), 70.0),
    ],
    ids=["thermal", "grey", "no size"],
)
def test_what_it_is_not_made_for_is_refused(refused: Picture) -> None:
    with pytest.raises(SettingError):
        ColourAnomaly().detect(refused)
