"""Pictures show what is there, where it is, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from otear.domain.authority import SensorKind
from otear.errors import SettingError
from otear.geo.camera import Lens, Pose, sight_lines
from otear.geo.frames import ecef_from_geodetic, enu_axes
from otear.geo.raycast import cast
from otear.geo.sun import sun_at
from otear.simulate.scene.contact_sheet import look_at
from otear.simulate.scene.render import Renderer
from otear.simulate.scene.shade import Relief, Shade
from otear.simulate.scene.view import SKY_DEPTH_M, view
from otear.simulate.scene.weather import CALM
from otear.simulate.world.land import Cover
from otear.simulate.world.things import Material, Shape, things

from .lands import land, thing, truth

WIDTH, HEIGHT = 320, 184
NOON = 1_772_064_000_000_000 + round((12.0 + 107.1 / 15.0) * 3.6e9)
"""2026-02-26, about solar noon."""


def _lens(hfov_deg: float) -> Lens:
    hfov = np.radians(hfov_deg)
    return Lens(float(hfov), float(2.0 * np.arctan(np.tan(hfov / 2.0) * HEIGHT / WIDTH)), WIDTH, HEIGHT)


def _pixel(pose: Pose, lens: Lens, lat: float, lon: float, height_m: float) -> tuple[float, float]:
    """Where the camera model of the ground segment puts a place: the pixel whose sight line runs through it."""
    origin, axis = sight_lines(pose, lens, np.array([[WIDTH / 2.0, HEIGHT / 2.0]]))
    _, right = sight_lines(pose, lens, np.array([[WIDTH, HEIGHT / 2.0]]))
    _, low = sight_lines(pose, lens, np.array([[WIDTH / 2.0, HEIGHT]]))
    to = ecef_from_geodetic(lat, lon, height_m) - origin[0]
    x_axis, y_axis = right[0] / (right[0] @ axis[0]) - axis[0], low[0] / (low[0] @ axis[0]) - axis[0]
    plane = to / (to @ axis[0]) - axis[0]
    return (
        WIDTH / 2.0 * (1.0 + float(plane @ x_axis / (x_axis @ x_axis))),
        HEIGHT / 2.0 * (1.0 + float(plane @ y_axis / (y_axis @ y_axis))),
    )


def test_a_ridge_hides_what_a_ray_for_every_pixel_says_it_hides() -> None:
    ground = land("ridge")
    pose = look_at(ground, 0.0, 700.0, bearing_deg=0.0, depression_deg=16.0, range_m=2_000.0)
    lens = _lens(16.0)
    seen = view(ground, pose, lens)
    x, y = np.meshgrid(np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5)
    origins, rays = sight_lines(pose, lens, np.stack([x.ravel(), y.ravel()], axis=1))
    hits = cast(ground.patch, origins, rays)
    true_depth = np.where(hits.hit, hits.range_m * (rays @ seen.axes_ecef[0]), SKY_DEPTH_M).reshape(HEIGHT, WIDTH)
    renderer = Renderer(truth(ground), CALM, SensorKind.VISIBLE, WIDTH, HEIGHT, seed=1)
    depth = renderer.depth_of(pose, lens, NOON)
    jump = np.abs(np.diff(true_depth, axis=0))
    assert (jump > 300.0).any(), "the ridge hides nothing: the test looks the wrong way"
    wrong = np.abs(depth - true_depth) > 0.01 * true_depth + 5.0
    assert wrong.mean() < 0.002
    assert (seen.fine_cell >= 0).mean() < 0.35


def test_land_shadow_agrees_with_rays_towards_the_sun() -> None:
    ground = land("ridge")
    early = NOON - round(5.0 * 3.6e9)
    sun = sun_at(early, ground.plane.lat, ground.plane.lon)
    assert 0.0 < sun.elevation < 0.3
    sun = replace(sun, azimuth=np.radians(150.0))
    shade = Shade.of(Relief.of(ground), sun)
    rows, columns = ground.grid.shape
    shade.fill(0, 0, rows, columns)
    row, column = np.meshgrid(np.arange(30, 110, 3), np.arange(30, 110, 11), indexing="ij")
    row, column = row.ravel(), column.ravel()
    lat, lon = ground.grid.place(column, row)
    origins = ecef_from_geodetic(lat, lon, ground.patch.heights_m[row, column].astype(np.float64) + 0.5)
    towards = np.einsum("nij,i->nj", enu_axes(lat, lon), sun.direction_enu)
    hidden = cast(ground.patch, origins, towards / np.linalg.norm(towards, axis=1, keepdims=True)).hit
    margin = shade.margin[row, column]
    clear = np.abs(margin) > 0.02
    assert hidden[clear].any()
    assert (~hidden[clear]).any()
    assert np.array_equal(margin[clear] < 0.0, hidden[clear])


def test_foot_and_top_of_a_mast_are_where_the_camera_model_puts_them() -> None:
    mast = thing(Shape.CYLINDER, Material.PAINT_WHITE, 40.0, -30.0, (6.0, 6.0, 60.0))
    with_it, without = land(rows=[mast]), land()
    pose, lens = look_at(without, 0.0, 0.0, bearing_deg=20.0, depression_deg=30.0, range_m=1_500.0), _lens(8.0)
    pictures = [
        Renderer(truth(ground), CALM, SensorKind.VISIBLE, WIDTH, HEIGHT, seed=1).depth_of(pose, lens, NOON)
        for ground in (with_it, without)
    ]
    rows, columns = np.nonzero(pictures[0] < pictures[1] - 3.0)
    lat, lon = with_it.plane.place(40.0, -30.0)
    base = float(with_it.patch.heights_m[70, 70])
    foot = _pixel(pose, lens, float(lat), float(lon), base)
    top = _pixel(pose, lens, float(lat), float(lon), base + 60.0)
    assert rows.min() == pytest.approx(top[1], abs=3.0)
    assert rows.max() == pytest.approx(foot[1], abs=4.0)
    assert columns.mean() + 0.5 == pytest.approx(foot[0], abs=1.5)
    assert foot[1] - top[1] > 30.0


def test_what_works_is_hot_in_its_hours_and_not_outside_them() -> None:
    still = thing(Shape.BOX, Material.CANVAS, 0.0, 0.0, (8.0, 8.0, 3.0), heat=(60.0, 20.0, 4.0))
    ground = land()
    world = truth(ground, things([still]))
    pose, lens = look_at(ground, 0.0, 0.0, bearing_deg=0.0, depression_deg=60.0, range_m=1_500.0), _lens(4.0)
    renderer = Renderer(world, CALM, SensorKind.THERMAL, WIDTH, HEIGHT, seed=1)

    def contrast(hours_after_noon: float) -> float:
        picture = renderer.picture(pose, lens, NOON + round(hours_after_noon * 3.6e9)).astype(float)
        return float(
            picture[HEIGHT // 2 - 3 : HEIGHT // 2 + 2, WIDTH // 2 - 3 : WIDTH // 2 + 3].mean() - np.median(picture)
        )

    assert contrast(11.0) > 80.0
    assert abs(contrast(7.0)) < 60.0


@pytest.mark.parametrize("sensor", [SensorKind.VISIBLE, SensorKind.THERMAL])
def test_a_picture_depends_on_its_arguments_and_not_on_those_before_it(sensor: SensorKind) -> None:
    ground = land("ridge", Cover.FOREST, 60, [thing(Shape.GABLE, Material.TILE, 5.0, -420.0, (12.0, 8.0, 5.0))])
    lens = _lens(6.0)
    first = look_at(ground, 0.0, -400.0, bearing_deg=0.0, depression_deg=35.0, range_m=1_300.0)
    other = look_at(ground, 300.0, -300.0, bearing_deg=70.0, depression_deg=30.0, range_m=1_500.0)
    fresh = Renderer(truth(ground), CALM, sensor, WIDTH, HEIGHT, seed=3)
    alone = fresh.picture(first, lens, NOON)
    used = Renderer(truth(ground), CALM, sensor, WIDTH, HEIGHT, seed=3)
    used.picture(other, lens, NOON + 3_600_000_000)
    used.picture(other, lens, NOON)
    assert np.array_equal(alone, used.picture(first, lens, NOON))
    assert alone.shape == ((HEIGHT, WIDTH, 3) if sensor is SensorKind.VISIBLE else (HEIGHT, WIDTH))
    assert alone.std() > 3.0


def test_the_seed_changes_the_sensors_noise_and_not_the_land() -> None:
    ground, lens = land(cover=Cover.FOREST, canopy=40), _lens(4.0)
    pose = look_at(ground, 100.0, 50.0, bearing_deg=30.0, depression_deg=50.0, range_m=1_200.0)
    one, other = (
        Renderer(truth(ground), CALM, SensorKind.VISIBLE, WIDTH, HEIGHT, seed=seed).picture(pose, lens, NOON)
        for seed in (1, 2)
    )
    apart = one.astype(float) - other
    assert 0.5 < apart.std() < 4.0
    assert one.std() > 10.0


def test_haze_and_cloud_take_contrast_away() -> None:
    ground = land("ridge", rows=[thing(Shape.BOX, Material.WHITEWASH, 0.0, -400.0, (30.0, 30.0, 6.0))])
    pose, lens = look_at(ground, 0.0, -400.0, bearing_deg=0.0, depression_deg=35.0, range_m=6_000.0), _lens(2.0)

    def spread(weather: object) -> float:
        return float(
            Renderer(truth(ground), weather, SensorKind.VISIBLE, WIDTH, HEIGHT, seed=1).picture(pose, lens, NOON).std()
        )  # type: ignore[arg-type]

    clear = spread(CALM)
    assert spread(replace(CALM, visibility_m=5_000.0)) < 0.5 * clear
    assert spread(replace(CALM, cloud_cover=1.0, cloud_base_msl_m=1_500.0)) < 0.5 * clear


def test_at_night_the_visible_picture_is_all_but_black() -> None:
    ground = land()
    pose, lens = look_at(ground, 0.0, 0.0, bearing_deg=0.0, depression_deg=40.0, range_m=2_000.0), _lens(5.0)
    renderer = Renderer(truth(ground), CALM, SensorKind.VISIBLE, WIDTH, HEIGHT, seed=1)
    assert renderer.picture(pose, lens, NOON).mean() > 80.0
    assert renderer.picture(pose, lens, NOON + 12 * 3_600_000_000).mean() < 15.0


def test_a_radar_makes_no_pictures() -> None:
    other = next(kind for kind in SensorKind if kind not in {SensorKind.VISIBLE, SensorKind.THERMAL})
    with pytest.raises(SettingError, match="makes no pictures"):
        Renderer(truth(land()), CALM, other, WIDTH, HEIGHT, seed=1)
