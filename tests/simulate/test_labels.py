"""Labels say what a picture shows, where, and how much of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from otear.cli.main import app
from otear.detect.scenes import read_scenes
from otear.domain.authority import SensorKind
from otear.domain.kinds import CueKind
from otear.errors import SettingError
from otear.geo.camera import Lens, Pose
from otear.geo.sun import solar_hour, sun_at
from otear.simulate.scene.contact_sheet import look_at
from otear.simulate.scene.label_kinds import KINDS, NO_KIND, named_things
from otear.simulate.scene.labels import Labeller, Labels
from otear.simulate.scene.render import Renderer
from otear.simulate.scene.viewpoints import SUN_ABOVE_DEG, Wanted, viewpoint
from otear.simulate.scene.weather import CALM
from otear.simulate.world.folder import World
from otear.simulate.world.land import Cover, Land, Way, WayKind
from otear.simulate.world.make import make_world
from otear.simulate.world.things import Material, Shape, things
from otear.simulate.world.truth import Truth

from .crowds import NIGHT_H, crowded
from .lands import LAT_DEG, LON_DEG, land, thing, truth

WIDTH, HEIGHT, HFOV = 240, 192, float(np.radians(3.0))
NOON = 1_772_064_000_000_000 + round((12.0 + 107.1 / 15.0) * 3.6e9)
NIGHT = NOON + 10 * 3_600_000_000
LENS = Lens(HFOV, float(2.0 * np.arctan(np.tan(HFOV / 2.0) * HEIGHT / WIDTH)), WIDTH, HEIGHT)
BARN = thing(Shape.GABLE, Material.TIN, 0.0, 0.0, (18.0, 9.0, 4.5), azimuth_deg=30.0)
Row = tuple[float, ...]


def world(*rows: Row, ground: Land | None = None) -> Truth:
    bare = land() if ground is None else ground
    return truth(replace(bare, ways=(), villages=()), things(list(rows)))


EMPTY = world()


def labelled(
    shown: Truth, *, at: tuple[float, float] = (0.0, 0.0), gsd: float = 0.15, down: float = 60.0, time_us: int = NOON,
    thermal: bool = False,
) -> Labels:  # fmt: skip
    renderer = drawn(shown, thermal)
    return Labeller(shown).labels(renderer, _pose(shown, at, gsd, down), LENS, time_us, thermal=thermal)


def drawn(shown: Truth, thermal: bool = False) -> Renderer:
    return Renderer(shown, CALM, SensorKind.THERMAL if thermal else SensorKind.VISIBLE, WIDTH, HEIGHT, seed=1)


def _pose(shown: Truth, at: tuple[float, float], gsd: float, down: float) -> Pose:
    reach = 0.5 * WIDTH * gsd / np.tan(HFOV / 2.0)
    return look_at(shown.land, *at, bearing_deg=20.0, depression_deg=down, range_m=float(reach))


def kinds(labels: Labels) -> list[CueKind]:
    return sorted(KINDS[code] for code in labels.kind)


@pytest.mark.parametrize(
    ("row", "down"),
    [
        (BARN, 35.0),
        (BARN, 85.0),
        (thing(Shape.BOX, Material.WHITEWASH, 1.0, 2.0, (11.0, 7.0, 3.1), azimuth_deg=75.0), 40.0),
        (thing(Shape.CYLINDER, Material.CONCRETE, -2.0, 1.0, (4.0, 4.0, 2.2)), 35.0),
        (thing(Shape.SHEET, Material.CANVAS, 0.0, 1.0, (9.0, 5.0, 2.6), azimuth_deg=110.0), 60.0),
        (thing(Shape.BOX, Material.PAINT_RED, 0.0, 0.0, (5.2, 1.9, 1.6), azimuth_deg=50.0), 85.0),
    ],
)
def test_a_box_holds_exactly_the_pixels_that_a_thing_changes(row: Row, down: float) -> None:
    shown = world(row)
    pose = _pose(shown, (3.0, -2.0), 0.15, down)
    nearer = drawn(EMPTY).depth_of(pose, LENS, NOON) - drawn(shown).depth_of(pose, LENS, NOON) > 0.05
    y, x = np.nonzero(nearer)
    labels = labelled(shown, at=(3.0, -2.0), down=down)
    assert len(labels) == 1
    np.testing.assert_allclose(labels.boxes[0], [x.min(), y.min(), x.max() + 1, y.max() + 1], atol=2.5)
    assert labels.visible[0] > 0.97


def test_a_patch_is_where_the_picture_changes() -> None:
    shown = world(thing(Shape.PATCH, Material.ASH, 0.0, 0.0, (16.0, 10.0, 0.0), azimuth_deg=40.0))
    pose = _pose(shown, (0.0, 0.0), 0.15, 60.0)
    before, after = (drawn(one).picture(pose, LENS, NOON).astype(int) for one in (EMPTY, shown))
    y, x = np.nonzero(np.abs(after - before).sum(axis=2) > 60)
    labels = labelled(shown)
    assert kinds(labels) == [CueKind.BURN_SCAR]
    # Its edge is uneven by a sixth of its half width: 0.8 m.
    changed = np.quantile(x, [0.002, 0.998]), np.quantile(y, [0.002, 0.998])
    np.testing.assert_allclose(labels.boxes[0], np.stack(changed, axis=1).ravel(), atol=9.0)


def _drums(count: int, east: float, material: Material = Material.PLASTIC_BLUE) -> list[Row]:
    return [
        thing(Shape.CYLINDER, material, east + 0.78 * (i // 4), 0.78 * (i % 4), (0.58, 0.58, 0.88))
        for i in range(count)
    ]


def _lorry(north: float, azimuth: float) -> list[Row]:
    sin, cos = np.sin(np.radians(azimuth)), np.cos(np.radians(azimuth))
    return [
        thing(Shape.BOX, paint, ahead * sin, north + ahead * cos, size, azimuth_deg=azimuth)
        for paint, ahead, size in (
            (Material.PAINT_RED, -0.8, (5.6, 2.3, 2.0)), (Material.PAINT_WHITE, 3.0, (1.9, 2.2, 2.3))
        )
    ]  # fmt: skip


TUB = thing(Shape.CYLINDER, Material.PLASTIC_BLACK, -2.6, 0.0, (1.5, 1.5, 0.9))
GAS = [thing(Shape.CYLINDER, Material.PAINT_WHITE, 0.6 * i, 0.0, (0.4, 0.4, 1.3)) for i in range(6)]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([BARN], [CueKind.STRUCTURE]),
        ([thing(Shape.GABLE, Material.CANVAS, 0.0, 0.0, (4.0, 2.5, 1.9))], [CueKind.STRUCTURE]),
        ([thing(Shape.BOX, Material.PAINT_DARK, 0.0, 0.0, (12.2, 2.4, 2.6))], [CueKind.STRUCTURE]),
        ([thing(Shape.BOX, Material.BRICK, 0.0, 0.0, (6.0, 1.6, 1.4))], []),
        (_drums(20, 0.0), [CueKind.DRUMS]),
        ([*_drums(12, 0.0), *_drums(12, 9.0)], [CueKind.DRUMS] * 2),
        ([*_drums(12, 0.0), TUB], [CueKind.DRUMS]),
        ([thing(Shape.CYLINDER, Material.PLASTIC_BLACK, 2.2 * i, 0.0, (1.8, 1.8, 1.9)) for i in range(3)],
         [CueKind.TANK] * 3),
        (GAS, [CueKind.TANK]),
        (_lorry(0.0, 80.0), [CueKind.VEHICLE]),
        ([*_lorry(0.0, 80.0), *_lorry(3.8, 84.0)], [CueKind.VEHICLE] * 2),
        ([thing(Shape.PATCH, Material.WATER, 0.0, 0.0, (7.0, 4.0, 0.0))], [CueKind.WATER_POINT]),
        ([thing(Shape.PATCH, Material.RUBBISH, 0.0, 0.0, (7.0, 4.0, 0.0))], [CueKind.WASTE_PIT]),
        ([thing(Shape.PATCH, Material.BARE_SOIL, 0.0, 0.0, (22.0, 14.0, 0.0))], [CueKind.CLEARING]),
        ([thing(Shape.STRIP, Material.BARE_SOIL, 0.0, 0.0, (20.0, 3.2, 0.0))], [CueKind.TRACK]),
        ([thing(Shape.FENCE, Material.WOOD, 0.0, 0.0, (20.0, 15.0, 1.5))], []),
    ],
)  # fmt: skip
def test_what_things_are_called(rows: Sequence[Row], found: list[CueKind]) -> None:
    named = named_things(world(*rows))
    groups = {(group, kind) for group, kind in zip(named.group.tolist(), named.kind.tolist(), strict=True)}
    assert [KINDS[kind] for _, kind in sorted(groups) if kind != NO_KIND] == found


def test_tracks_of_the_land_are_tracks_and_long_strips_come_in_pieces() -> None:
    ground = replace(land(), villages=(), ways=(Way(WayKind.TRACK, np.array([[-400.0, 0.0], [400.0, 0.0]]), 4.0),))
    labels = labelled(truth(ground), gsd=0.5)
    assert set(kinds(labels)) == {CueKind.TRACK}
    assert (labels.visible > 0.9).sum() >= 2
    strip = thing(Shape.STRIP, Material.BARE_SOIL, 0.0, 0.0, (800.0, 16.0, 0.0), azimuth_deg=60.0)
    assert (labelled(world(strip), gsd=0.5).visible > 0.9).sum() >= 2


def test_what_is_hidden_shows_less() -> None:
    drums = _drums(12, 0.0)
    assert labelled(world(*drums), gsd=0.1).visible[0] > 0.85
    sheet = thing(Shape.SHEET, Material.CANVAS, 1.0, 1.0, (9.0, 7.0, 2.6))
    under = labelled(world(*drums, sheet), gsd=0.1, down=85.0)
    assert kinds(under) == [CueKind.COVER]
    beside = thing(Shape.SHEET, Material.CANVAS, 1.1, 5.0, (7.0, 9.0, 2.6))
    half = labelled(world(*drums, beside), gsd=0.1, down=89.0)
    assert 0.2 < half.visible[half.kind == KINDS.index(CueKind.DRUMS)][0] < 0.8


def test_a_hill_hides_and_trees_do() -> None:
    barn = thing(Shape.GABLE, Material.TIN, 0.0, -330.0, (18.0, 9.0, 4.5))
    ridge = land("ridge")
    from_north = look_at(ridge, 0.0, -330.0, bearing_deg=180.0, depression_deg=18.0, range_m=2_500.0)
    from_south = look_at(ridge, 0.0, -330.0, bearing_deg=0.0, depression_deg=18.0, range_m=2_500.0)
    shown = world(barn, ground=ridge)
    renderer, labeller = drawn(shown), Labeller(shown)
    assert len(labeller.labels(renderer, from_south, LENS, NOON, thermal=False)) == 1
    assert len(labeller.labels(renderer, from_north, LENS, NOON, thermal=False)) == 0
    woods = world(*_drums(12, 0.0), ground=land("flat", Cover.FOREST, canopy=95))
    assert labelled(woods, gsd=0.1, down=32.0).visible.max(initial=0.0) < 0.8


def test_a_box_ends_where_the_picture_does() -> None:
    shown = world(thing(Shape.BOX, Material.CONCRETE, 0.0, 0.0, (10.0, 10.0, 3.0), azimuth_deg=20.0))
    edge = 0.5 * WIDTH * 0.15
    sideways = (edge * np.cos(np.radians(20.0)), -edge * np.sin(np.radians(20.0)))
    labels = labelled(shown, at=sideways, down=89.0)
    assert len(labels) == 1
    assert labels.boxes[0, 0] == 0.0
    assert labels.visible[0] == pytest.approx(0.5, abs=0.1)
    assert not len(labelled(shown, at=(4.0 * sideways[0], 4.0 * sideways[1]), down=89.0))


def test_what_is_at_work_is_a_heat_source_in_heat_and_only_then() -> None:
    generator = thing(Shape.BOX, Material.PAINT_DARK, 0.0, 0.0, (1.9, 0.9, 1.1), heat=(30.0, 19.0, 5.0))
    kiln = thing(Shape.BOX, Material.BRICK, 8.0, 0.0, (5.5, 4.5, 3.6), heat=(60.0, 14.0, 8.0))
    shown = world(generator, kiln)
    night = labelled(shown, gsd=0.1, time_us=NIGHT, thermal=True)
    assert kinds(night) == [CueKind.HEAT_SOURCE, CueKind.HEAT_SOURCE, CueKind.STRUCTURE]
    assert sorted(night.heat_k.tolist()) == [30.0, 60.0, 60.0]
    assert kinds(labelled(shown, gsd=0.1, time_us=NIGHT)) == [CueKind.STRUCTURE]
    day = labelled(shown, gsd=0.1, time_us=NOON, thermal=True)
    assert (kinds(day), day.heat_k.tolist()) == ([CueKind.STRUCTURE], [0.0])


def test_what_is_not_there_yet_has_no_label() -> None:
    later = replace(things([BARN]), from_us=np.array([NOON + 86_400_000_000]))
    assert not len(labelled(truth(replace(land(), ways=()), later)))


@pytest.mark.parametrize(("thermal", "time_us"), [(False, NOON), (True, NIGHT)])
def test_people_are_in_the_picture_and_have_no_label(thermal: bool, time_us: int) -> None:
    full = crowded(EMPTY, [(0.0, 0.0), (9.0, -7.0)], np.random.default_rng(3))
    added = full.things
    assert 10 <= len(added) <= 80
    assert 3.0 <= added.heat_k.min() <= added.heat_k.max() <= 12.0
    pose = _pose(full, (4.0, -3.0), 0.1, 60.0)
    before, after = (drawn(one, thermal).picture(pose, LENS, time_us).astype(int) for one in (EMPTY, full))
    # Where each stands, as the labels of houses of that size and place say.
    where = truth(EMPTY.land, replace(added, shape=np.full_like(added.shape, Shape.GABLE)))
    stood = Labeller(where).labels(drawn(where), pose, LENS, time_us, thermal=False)
    boxes = stood.boxes[stood.visible > 0.6].round().astype(int)
    assert len(boxes) > 5
    outside = np.ones((HEIGHT, WIDTH), dtype=bool)
    for x0, y0, x1, y1 in stood.boxes.round().astype(int):
        outside[max(y0 - 2, 0) : y1 + 2, max(x0 - 2, 0) : x1 + 2] = False
    # By night the gain follows what is warm, so that the rest of the picture changes too; people stand out of it.
    differs = after > np.quantile(after[outside], 0.99) if thermal else np.abs(after - before).max(axis=2) > 12
    assert np.mean([differs[y0:y1, x0:x1].mean() > 0.2 for x0, y0, x1, y1 in boxes]) > 0.8
    assert differs[outside].mean() < 0.1
    labels = Labeller(EMPTY).labels(drawn(full, thermal), pose, LENS, time_us, thermal=thermal)
    assert not len(labels)


def test_people_are_warm_by_night_only() -> None:
    full = crowded(EMPTY, [(0.0, 0.0)], np.random.default_rng(3))
    assert set(full.things.work_from_h) == {NIGHT_H[0]}
    assert set(full.things.work_to_h) == {NIGHT_H[1]}


def test_viewpoints_are_the_stated_mix() -> None:
    ground = replace(land(), villages=(replace(land().villages[0], radius_m=60.0),))
    shown = truth(ground, things([BARN]))
    wanted = Wanted(((0.1, 0.4),), 640, 512, (0.0, 24.0))
    rng = np.random.default_rng(5)
    starts = NOON - 10 * 86_400_000_000
    views = [viewpoint(shown, starts, SensorKind.VISIBLE, wanted, gsd=(0.1, 0.4), rng=rng) for _ in range(400)]
    shares = {over: np.mean([view.over == over for view in views]) for over in ("site", "lookalike", "village", "land")}
    assert shares == pytest.approx({"site": 0.26, "lookalike": 0.16, "village": 0.08, "land": 0.5}, abs=0.08)
    lat, lon = np.radians(LAT_DEG), np.radians(LON_DEG)
    for view in views:
        assert 30.0 <= view.depression_deg <= 90.0
        assert 0.1 <= view.gsd_m <= 0.4
        across = 2.0 * view.range_m * np.tan(0.5 * float(view.lens.hfov)) / 640
        assert across / np.sqrt(np.sin(np.radians(view.depression_deg))) == pytest.approx(view.gsd_m)
        assert np.degrees(sun_at(view.time_us, lat, lon).elevation) > SUN_ABOVE_DEG
        assert solar_hour(view.time_us, lon) == pytest.approx(view.solar_h)
    medians = np.median([view.gsd_m for view in views])
    assert medians == pytest.approx(0.2, abs=0.03)


def test_hours_without_daylight_make_no_visible_picture() -> None:
    wanted = Wanted(((0.1, 0.1),), 640, 512, (20.0, 4.0))
    rng = np.random.default_rng(5)
    with pytest.raises(SettingError, match="sun does not stand"):
        viewpoint(truth(land()), NOON, SensorKind.VISIBLE, wanted, gsd=(0.1, 0.1), rng=rng)
    view = viewpoint(truth(land()), NOON, SensorKind.THERMAL, wanted, gsd=(0.1, 0.1), rng=rng)
    assert view.solar_h > 19.9 or view.solar_h < 4.1


def test_scenes_are_written_whole_and_the_same_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # One small world for both runs: that the same seed makes the same world, tests/simulate/test_make.py shows.
    small = make_world(tmp_path / "world", seed=31, rows=200, columns=200, sites=3)
    asked: list[int] = []

    def made(_: Path, *, seed: int, rows: int, columns: int, sites: int) -> World:
        asked.append(seed)
        assert min(rows, columns, 20 * sites) > 200
        return small

    monkeypatch.setattr("otear.simulate.scene.scenes.make_world", made)
    size = ["--size", "128", "96", "--gsd", "0.2", "--gsd", "0.4"]

    def scenes(folder: str, *more: str) -> str:
        words = ["simulate", "scenes", "--seed", "31", "--out", str(tmp_path / folder), *size, *more, "--json"]
        ran = CliRunner().invoke(app, words)
        assert ran.exit_code == 0, ran.output
        return ran.stdout

    said = json.loads(scenes("first", "--count", "4", "--sensor", "visible"))
    scenes("again", "--count", "2", "--sensor", "both", "--hours", "0", "24")
    first, again = (read_scenes(tmp_path / folder) for folder in ("first", "again"))
    assert said["pictures"] == len(first) == 4
    assert sum(said["labels"].values()) == sum(len(scene.labels) for scene in first) > 0
    assert [scene.gsd_m for scene in first] == [0.2, 0.4] * 2
    assert {scene.seed for scene in first} == {31}
    assert [scene.sensor for scene in again] == [SensorKind.VISIBLE] * 2 + [SensorKind.THERMAL] * 2
    for one, other in zip(first, again[:2], strict=False):
        assert one.path.read_bytes() == other.path.read_bytes()
        np.testing.assert_array_equal(one.boxes, other.boxes)
    for scene in (*first, *again):
        picture = scene.picture()
        assert picture.pixels.shape == ((96, 128, 3) if scene.sensor is SensorKind.VISIBLE else (96, 128))
        assert picture.pixels.std() > 1.0
        assert (scene.boxes >= 0.0).all()
        assert (scene.boxes <= [128.0, 96.0, 128.0, 96.0]).all()
    assert asked == [31, 31]
    assert {path.name for path in tmp_path.iterdir()} == {"world", "first", "again"}


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (["--gsd", "fine"], "--gsd"), (["--gsd", "0.4,0.1"], "--gsd"), (["--gsd", "3"], "--gsd"),
        (["--hours", "8", "8"], "--hours"), (["--hours", "8", "25"], "--hours"), (["--size", "9", "9"], "--size"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_said_by_its_option(words: list[str], field: str, tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["simulate", "scenes", "--seed", "1", "--out", str(tmp_path / "x"), *words])
    assert ran.exit_code != 0
    assert field in str(ran.exception)
    assert not list(tmp_path.iterdir())
