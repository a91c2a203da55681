"""What differs between two passes, however they were pointed, and what does not."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from otear.detect.base import KINDS
from otear.detect.change import Changes, Laid, changes
from otear.domain.authority import SensorKind
from otear.domain.kinds import CueKind
from otear.errors import SettingError
from otear.geo.camera import Lens, Pose, camera_axes
from otear.geo.frames import Floats, ecef_from_geodetic, enu_axes
from otear.simulate.scene.contact_sheet import look_at
from otear.simulate.scene.render import Renderer
from otear.simulate.scene.weather import CALM
from otear.simulate.world.land import Cover, Land
from otear.simulate.world.things import Material, Shape

from ..simulate.lands import land, thing, truth

SIZE, SPACING_M, HALF_M = (640, 400), 0.5, 70.0
NOON = 1_772_064_000_000_000 + round((12.0 + 107.1 / 15.0) * 3.6e9)
LATER = NOON + 87_000_000_000
RANGE_M, DEPRESSION_DEG = 2_600.0, 55.0
HFOV = float(np.radians(3.0))
LENS = Lens(HFOV, float(2.0 * np.arctan(np.tan(HFOV / 2.0) * SIZE[1] / SIZE[0])), *SIZE)
CAME = [
    thing(Shape.BOX, Material.PAINT_WHITE, -25.0, 12.0, (5.2, 2.2, 1.9)),
    thing(Shape.BOX, Material.TIN, 22.0, -14.0, (12.0, 9.0, 3.2), azimuth_deg=30.0),
]
"""A van and a shed, metres east and north of the middle."""


def scene(*, came: bool = False, cover: Cover = Cover.PASTURE) -> Land:
    always = [
        thing(Shape.GABLE, Material.TILE, -40.0, -25.0, (11.0, 8.0, 4.0)),
        thing(Shape.PATCH, Material.BARE_SOIL, 5.0, 25.0, (24.0, 15.0, 0.0)),
        thing(Shape.STRIP, Material.BARE_SOIL, 0.0, -35.0, (130.0, 4.0, 0.0), azimuth_deg=80.0),
        thing(Shape.BOX, Material.CONCRETE, 40.0, 25.0, (9.0, 6.0, 3.0), azimuth_deg=15.0),
    ]
    return land(cover=cover, canopy=25, rows=always + (CAME if came else []))


def taken(
    ground: Land, bearing_deg: float, time_us: int, *, off_m: float = 0.0, sensor: SensorKind
) -> tuple[Laid, Floats]:
    """A picture of a scene with the places in it of the ground as a pose says that is wrong by `off_m` on the ground,
    and where the ground really is."""
    pose = look_at(ground, 0.0, 0.0, bearing_deg=bearing_deg, depression_deg=DEPRESSION_DEG, range_m=RANGE_M)
    picture = Renderer(truth(ground), CALM, sensor, *SIZE, seed=1).picture(pose, LENS, time_us)
    turned = off_m / (RANGE_M * np.cos(np.radians(DEPRESSION_DEG)))
    wrong = replace(pose, heading=float(np.asarray(pose.heading)) + turned)
    return Laid(picture, places(ground, wrong)), places(ground, pose)


def places(ground: Land, pose: Pose) -> Floats:
    """Where the points of the lattice are in a picture, north up."""
    steps = np.arange(-HALF_M, HALF_M, SPACING_M)
    east, north = np.meshgrid(steps, -steps)
    lat, lon = ground.plane.place(east.ravel(), north.ravel())
    height = ground.patch.heights(np.asarray(lat), np.asarray(lon))
    axes = (enu_axes(pose.lat, pose.lon).T @ camera_axes(pose)).T
    camera = (ecef_from_geodetic(lat, lon, height) - pose.position_ecef) @ axes.T
    tan = np.tan(0.5 * np.array([LENS.hfov, LENS.vfov], dtype=np.float64))
    pixels = 0.5 * np.array(SIZE) * (1.0 + camera[:, 1:] / camera[:, :1] / tan)
    return np.asarray(pixels.reshape(*east.shape, 2))


def spots(result: Changes, places_true: Floats) -> list[tuple[float, float]]:
    """East and north of each change."""
    found = []
    for middle in result.found.middles:
        away = np.hypot(*(places_true - middle).transpose(2, 0, 1))
        row, column = divmod(int(np.argmin(away)), away.shape[1])
        found.append((column * SPACING_M - HALF_M, HALF_M - row * SPACING_M))
    return found


VISIBLE, THERMAL = SensorKind.VISIBLE, SensorKind.THERMAL


@pytest.mark.parametrize(
    ("sensor", "cover", "turn_deg", "off_m", "van_too"),
    [
        (VISIBLE, Cover.PASTURE, 0.0, 30.0, True),
        (VISIBLE, Cover.FOREST, 25.0, -20.0, True),
        (THERMAL, Cover.SCRUB, 25.0, 40.0, True),
        (THERMAL, Cover.PASTURE, 60.0, 40.0, False),
    ],
)
def test_what_came_is_found_and_another_point_of_view_is_no_change(
    sensor: SensorKind, cover: Cover, turn_deg: float, off_m: float, *, van_too: bool
) -> None:
    before, _ = taken(scene(cover=cover), 20.0, NOON, sensor=sensor)
    for came in (True, False):
        ground = scene(came=came, cover=cover)
        after, really = taken(ground, 20.0 + turn_deg, LATER, off_m=off_m, sensor=sensor)
        result = changes(before, after, SPACING_M)
        assert result.apart_m == pytest.approx(abs(off_m), abs=3.0)
        found = np.array(spots(result, really)).reshape(-1, 2)
        van, shed = (np.hypot(*(found - place).T) < 8.0 for place in ([-25.0, 12.0], [22.0, -14.0]))
        assert shed.any() == came
        assert van.any() == (came and van_too)
        # The shed's shadow is new as well, and may count by itself.
        assert np.all(van | (np.hypot(*(found - [22.0, -14.0]).T) < 15.0))


def test_names_follow_sign_and_size() -> None:
    """On uneven ground, straight from above: what differs is of its size, its sign, and nothing is called a person."""
    rng = np.random.default_rng(1)
    ground = cv2.resize(rng.normal(110.0, 18.0, (60, 80)).astype(np.float32), (400, 300), interpolation=cv2.INTER_CUBIC)
    steps = np.stack(np.meshgrid(np.arange(400) + 0.5, np.arange(300) + 0.5), axis=2)
    later = ground.copy()
    marks = {
        CueKind.VEHICLE: (40, 40, 10, 5, 235.0),
        CueKind.STRUCTURE: (120, 40, 24, 18, 235.0),
        CueKind.CLEARING: (220, 40, 120, 76, 215.0),
        CueKind.BURN_SCAR: (60, 180, 130, 80, 5.0),
    }
    marks_too_small = (350, 200, 2, 2, 255.0)
    for x, y, wide, high, level in (*marks.values(), marks_too_small):
        later[y : y + high, x : x + wide] = level
    first, second = (np.clip(part, 0, 255).astype(np.uint8) for part in (ground, later))
    result = changes(Laid(first, steps), Laid(second, steps), 0.5)
    assert result.apart_m == pytest.approx(0.0, abs=0.3)
    named = {KINDS[k]: box for k, box in zip(result.found.kind, result.found.boxes, strict=True)}
    assert len(result.found) == len(marks)
    for kind, (x, y, wide, high, _) in marks.items():
        assert np.abs(named[kind] - [x, y, x + wide, y + high]).max() < 9.0


def test_what_cannot_be_laid_on_says_nothing() -> None:
    before, _ = taken(scene(), 20.0, NOON, sensor=VISIBLE)
    blank = Laid(np.full_like(before.pixels, 90), before.places)
    mirrored = Laid(np.ascontiguousarray(before.pixels[::-1, ::-1]), before.places)
    hidden = Laid(before.pixels, np.full_like(before.places, np.nan))
    for other in (blank, mirrored, hidden):
        result = changes(before, other, SPACING_M)
        assert result.apart_m is None
        assert len(result.found) == 0


def test_lattices_that_do_not_fit_are_refused() -> None:
    grey = np.zeros((10, 10), dtype=np.uint8)
    with pytest.raises(SettingError):
        changes(Laid(grey, np.zeros((4, 4, 2))), Laid(grey, np.zeros((4, 5, 2))), 0.5)
