"""Looks: what was in the picture, what was hidden, what it is worth, and where one look ends."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from otear.coverage.looks import LookBuilder, LookSettings
from otear.coverage.resolution import ResolutionModel
from otear.domain.looks import Look, LookCells
from otear.geo.camera import Lens, Pose, sight_lines
from otear.geo.frames import LocalFrame
from otear.geo.grid import SearchGrid
from otear.geo.raycast import cast
from otear.geo.terrain import ConstantTerrain

START_US = 1_600_000_000_000_000


def times(seconds: NDArray[np.float64]) -> NDArray[np.int64]:
    return START_US + np.round(seconds * 1e6).astype(np.int64)


def built(
    world: Any, terrain: Any, seconds: Any, pose: Pose, lens: Lens, *, splits: int = 1
) -> list[tuple[Look, LookCells]]:
    builder = LookBuilder(world.grid, terrain, ResolutionModel())
    done = []
    for part in np.array_split(np.arange(len(seconds)), splits):
        done += builder.add(times(np.asarray(seconds))[part], pose.at(part), lens.at(part))
    return done + builder.finish()


def stare(
    world: Any, terrain: Any, sensor: Any, spot: Any, hfov_deg: float, *, duration_s: float = 2.0
) -> tuple[Look, LookCells]:
    seconds = np.arange(0.0, duration_s, 0.2)
    ((look, cells),) = built(
        world,
        terrain,
        seconds,
        world.aimed(np.tile(sensor, (len(seconds), 1)), [spot]),
        world.lens(hfov_deg, len(seconds)),
    )
    return look, cells


def row_of(world: Any, cells: LookCells, east: float, north: float) -> int | None:
    """The row of the table for the cell at a place, metres east and north of the middle."""
    lat, lon, _ = world.frame.geodetic_from_enu([east, north, 0.0])
    row, col = world.grid.cells(lat, lon)
    found = np.flatnonzero((cells.row == row) & (cells.col == col))
    return int(found[0]) if len(found) else None


def test_ground_behind_a_ridge_is_hidden_and_ground_outside_is_absent(world: Any) -> None:
    _, cells = stare(world, world.ridge, [-3000.0, 0.0, 1100.0], [2000.0, 0.0, 300.0], 20.0)
    near, behind, outside = (row_of(world, cells, *place) for place in ((1000.0, 0.0), (2600.0, 0.0), (0.0, 3000.0)))
    assert near is not None
    assert behind is not None
    assert outside is None
    assert cells.visible[near]
    assert cells.pd[near] > 0.0
    assert not cells.visible[behind]
    assert cells.pd[behind] == 0.0
    assert cells.share[behind] == 0.0
    assert cells.dwell_s[behind] == 0.0
    assert np.isnan(cells.gsd_m[behind])
    assert np.isnan(cells.depression_deg[behind])


@pytest.mark.parametrize(
    ("sensor", "spot", "hfov_deg", "ground"),
    [
        ([-2500.0, -2000.0, 2200.0], [300.0, 200.0, 200.0], 14.0, "rolling"),
        ([6000.0, -7000.0, 2200.0], [300.0, 200.0, 200.0], 5.0, "rolling"),
        ([-1500.0, 0.0, 2500.0], [2000.0, 300.0, 300.0], 25.0, "ridge"),
        ([100.0, 100.0, 4200.0], [0.0, 0.0, 100.0], 40.0, "ridge"),
    ],
)
def test_every_cell_that_a_pixel_hits_is_seen_and_no_other(
    world: Any, sensor: list[float], spot: list[float], hfov_deg: float, ground: str
) -> None:
    terrain = getattr(world, ground)
    _, cells = stare(world, terrain, sensor, spot, hfov_deg, duration_s=0.2)
    pose, lens = world.aimed(sensor, spot).at(0), world.lens(hfov_deg).at(0)
    x, y = np.meshgrid((np.arange(640) + 0.5) * 3.0, (np.arange(360) + 0.5) * 3.0)
    hits = cast(world.patch(terrain), *sight_lines(pose, lens, np.column_stack([x.ravel(), y.ravel()])))
    rows, cols = world.grid.cells(hits.lat[hits.hit], hits.lon[hits.hit])
    by_pixels = Counter(zip(rows.tolist(), cols.tolist(), strict=True))
    keys = list(zip(cells.row.tolist(), cells.col.tolist(), strict=True))
    seen = {key for key, visible in zip(keys, cells.visible, strict=True) if visible}
    whole = {key for key, share in zip(keys, cells.share, strict=True) if share == 1.0}
    # A cell that is wholly in the picture holds many of these pixels; a corner of one may hold none.
    typical = float(np.median(list(by_pixels.values())))
    held = {key for key, count in by_pixels.items() if count > typical / 6.0}
    # One line of sight stands for a cell: on a crest it may be hidden though a part is not, or the other way round.
    assert len(held - seen) <= 0.02 * len(held)
    assert len(whole - set(by_pixels)) <= 0.01 * len(whole)
    assert len(seen - set(by_pixels)) <= 0.02 * len(seen)


def test_sample_distance_is_the_ground_that_one_pixel_covers(world: Any) -> None:
    # Level ground, wide field: off the axis, too, a pixel's area is the square of the mean sample distance.
    sensor, spot = [0.0, -3000.0, 3100.0], [0.0, 0.0, 100.0]
    _, cells = stare(world, world.level, sensor, spot, 34.0, duration_s=0.2)
    pose, lens = world.aimed(sensor, spot).at(0), world.lens(34.0).at(0)
    patch = world.patch(world.level)
    for pixel in ([960.0, 540.0], [60.0, 60.0], [1860.0, 1000.0], [1860.0, 60.0]):
        corners = np.add(pixel, [[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
        hits = cast(patch, *sight_lines(pose, lens, corners))
        east, north, _ = world.frame.enu_from_geodetic(hits.lat, hits.lon, 100.0).T
        area = 0.5 * abs(np.dot(east, np.roll(north, 1)) - np.dot(north, np.roll(east, 1)))
        at = row_of(world, cells, float(east.mean()), float(north.mean()))
        assert at is not None
        assert cells.gsd_m[at] == pytest.approx(np.sqrt(area), rel=0.01)


def test_depression_is_the_angle_at_the_ground(world: Any) -> None:
    _, cells = stare(world, world.level, [0.0, -3000.0, 3100.0], [0.0, 0.0, 100.0], 5.0, duration_s=0.2)
    at = row_of(world, cells, 10.0, 10.0)
    assert at is not None
    assert cells.depression_deg[at] == pytest.approx(45.0, abs=0.25)


def test_a_field_narrower_than_a_cell_claims_only_what_it_saw(world: Any) -> None:
    # 8 m by 4.5 m in the middle of a cell of 25 m: about a twentieth of it.
    fov_deg = np.degrees(2.0 * np.arctan(4.0 / 2000.0))
    _, cells = stare(world, world.level, [12.0, 12.1, 2100.0], [12.5, 12.5, 100.0], fov_deg)
    assert len(cells) <= 2
    assert 0.0 < cells.share.max() <= 0.25
    assert (cells.pd <= 0.9 * cells.share + 1e-6).all()


def test_more_frames_are_not_more_evidence(world: Any) -> None:
    sensor, spot = [0.0, -3000.0, 3100.0], [0.0, 0.0, 100.0]
    tables = []
    for rate_hz in (5.0, 30.0):
        seconds = np.arange(0.0, 10.0, 1.0 / rate_hz)
        poses = world.aimed(np.tile(sensor, (len(seconds), 1)), [spot])
        ((_, cells),) = built(world, world.level, seconds, poses, world.lens(5.0, len(seconds)))
        tables.append(cells)
    assert tables[0].pd == pytest.approx(tables[1].pd, abs=0.01)
    assert max(table.pd.max() for table in tables) <= ResolutionModel().cap + 1e-6


def test_dwell_is_the_time_in_the_picture(world: Any) -> None:
    _, cells = stare(world, world.level, [0.0, -3000.0, 3100.0], [0.0, 0.0, 100.0], 5.0, duration_s=30.0)
    at = row_of(world, cells, 0.0, 0.0)
    assert at is not None
    assert cells.dwell_s[at] == pytest.approx(30.0, abs=2.2)


def test_a_sweep_leaves_no_gap(world: Any) -> None:
    # The picture moves by its own length in two seconds; the strip that it sweeps has no hole.
    seconds = np.arange(0.0, 20.0, 1.0 / 15.0)
    north = seconds * 100.0
    sensor = np.column_stack([np.zeros_like(north), north - 2000.0, np.full_like(north, 3100.0)])
    spot = np.column_stack([np.zeros_like(north), north, np.full_like(north, 100.0)])
    ((_, cells),) = built(world, world.level, seconds, world.aimed(sensor, spot), world.lens(5.0, len(seconds)))
    for step in np.arange(0.0, 2000.0, 25.0):
        at = row_of(world, cells, 5.0, float(step))
        assert at is not None
        assert cells.share[at] == 1.0


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("gap", "gap in the telemetry"),
        ("zoom", "field of view changed"),
        ("turn", "camera turned to other ground"),
        ("clock", "gap in the telemetry"),
    ],
)
def test_a_look_ends(world: Any, change: str, why: str) -> None:
    seconds = np.arange(0.0, 8.0, 0.2)
    later = seconds >= 4.0
    sensor = np.tile([0.0, -3000.0, 3100.0], (len(seconds), 1))
    spot = np.tile([0.0, 0.0, 100.0], (len(seconds), 1))
    hfov = np.full(len(seconds), 5.0)
    if change == "gap":
        seconds = seconds + 3.0 * later
    elif change == "zoom":
        hfov = np.where(later, 6.5, 5.0)
    elif change == "turn":
        spot[later] += [2000.0, 0.0, 0.0]
    else:
        seconds = seconds - 3600.0 * later
    lens = world.lens(5.0, len(seconds))
    lens = Lens(np.radians(hfov), lens.vfov, lens.width_px, lens.height_px)
    looks = [look for look, _ in built(world, world.level, seconds, world.aimed(sensor, spot), lens)]
    assert [look.ends_with for look in looks] == [why, "end of the recording"]
    assert [look.index for look in looks] == [0, 1]


def test_a_small_zoom_a_slow_pan_and_a_short_gap_do_not_end_a_look(world: Any) -> None:
    seconds = np.arange(0.0, 10.0, 0.2) + np.where(np.arange(50) >= 25, 1.5, 0.0)
    sensor = np.tile([0.0, -3000.0, 3100.0], (50, 1))
    spot = np.column_stack([seconds * 60.0, np.zeros(50), np.full(50, 100.0)])
    hfov = np.radians(np.linspace(5.0, 5.9, 50))
    lens = Lens(hfov, hfov * 9.0 / 16.0, 1920, 1080)
    ((look, _),) = built(world, world.level, seconds, world.aimed(sensor, spot), lens)
    assert look.hfov_deg == pytest.approx(5.0)


def test_a_long_look_is_cut_so_that_its_time_means_something(world: Any) -> None:
    seconds = np.arange(0.0, 300.0, 1.0)
    poses = world.aimed(np.tile([0.0, -3000.0, 3100.0], (300, 1)), [[0.0, 0.0, 100.0]])
    looks = [look for look, _ in built(world, world.level, seconds, poses, world.lens(5.0, 300))]
    assert len(looks) == 3
    assert max(look.end_us - look.start_us for look in looks) <= LookSettings().longest_look_s * 1e6


@pytest.mark.parametrize("splits", [2, 7, 100])
def test_the_way_a_recording_is_fed_makes_no_difference(world: Any, splits: int) -> None:
    seconds = np.arange(0.0, 60.0, 0.2)
    bearing = seconds / 20.0
    sensor = np.column_stack([3000.0 * np.sin(bearing), 3000.0 * np.cos(bearing), np.full(len(bearing), 3100.0)])
    spot = np.column_stack([300.0 * np.sin(seconds), 100.0 * np.cos(seconds), np.full(len(seconds), 200.0)])
    poses, lens = world.aimed(sensor, spot), world.lens(4.0, len(seconds))
    whole, parts = (built(world, world.rolling, seconds, poses, lens, splits=count) for count in (1, splits))
    assert [look for look, _ in whole] == [look for look, _ in parts]
    for (_, one), (_, other) in zip(whole, parts, strict=True):
        for name, column in one.columns().items():
            np.testing.assert_array_equal(column, other.columns()[name])


def test_rows_that_cannot_be_used_are_counted_not_guessed(world: Any) -> None:
    poses, lens = world.aimed(np.tile([0.0, -3000.0, 3100.0], (20, 1)), [[0.0, 0.0, 100.0]]), world.lens(5.0, 20)
    np.asarray(poses.roll)[:5] = np.nan
    np.asarray(lens.hfov)[5:7] = 0.0
    time_us = times(np.arange(20.0))
    time_us[7] = -1
    builder = LookBuilder(world.grid, world.level, ResolutionModel())
    builder.add(time_us, poses, lens)
    ((look, _),) = builder.finish()
    assert builder.counts["rows"] == 20
    assert builder.counts["unusable"] == 8
    assert look.start_us == START_US + 8_000_000


def test_sky_has_a_look_but_no_cell(world: Any) -> None:
    look, cells = stare(world, world.level, [0.0, 0.0, 1100.0], [0.0, 10_000.0, 9_000.0], 10.0)
    assert len(cells) == 0
    assert look.outline == ()
    assert look.flags == ("horizon in view",)


def test_nothing_in_nothing_out(world: Any) -> None:
    builder = LookBuilder(world.grid, world.level, ResolutionModel())
    assert builder.finish() == []


def test_a_flight_off_the_terrain_is_counted_and_comes_back(world: Any) -> None:
    # Sixty seconds on the small terrain, then as long far to the north of it, then back: 512 rows at 4 Hz each.
    seconds = np.arange(0.0, 384.0, 0.25)
    north = np.where((seconds >= 128.0) & (seconds < 256.0), 60_000.0, 0.0)
    sensor = np.column_stack([np.zeros_like(north), north - 500.0, np.full_like(north, 2100.0)])
    spot = np.column_stack([np.zeros_like(north), north, np.full_like(north, 100.0)])
    poses, lens = world.aimed(sensor, spot), world.lens(3.0, len(seconds))
    builder = LookBuilder(world.grid, world.small, ResolutionModel())
    looks = [look for look, _ in builder.add(times(seconds), poses, lens) + builder.finish()]
    assert builder.counts["off terrain"] == 512
    assert "left the terrain" in [look.ends_with for look in looks]
    assert all((look.end_us - START_US) / 1e6 < 128.0 or (look.start_us - START_US) / 1e6 >= 256.0 for look in looks)


def test_ground_beyond_the_terrain_is_not_claimed(world: Any) -> None:
    _, cells = stare(world, world.small, [0.0, -1000.0, 3100.0], [0.0, 2000.0, 100.0], 20.0)
    lat, _ = world.grid.centres(cells.row, cells.col)
    assert 24.71 < np.degrees(lat).max() <= 24.72


def test_one_wrong_fix_does_not_spoil_the_rest(world: Any) -> None:
    """A position 1,300 km away among good ones: no patch can hold both, and terrain that has no end reaches both."""
    seconds = np.arange(0.0, 20.0, 0.25)
    poses = world.aimed(np.tile([0.0, -3000.0, 3100.0], (len(seconds), 1)), [[0.0, 0.0, 100.0]])
    lat = np.array(poses.lat)
    lat[40] += np.radians(12.0)
    wrong = replace(poses, lat=lat)
    lens = world.lens(5.0, len(seconds))
    (_, before), (stray, _), (_, after) = built(world, ConstantTerrain(100.0), seconds, wrong, lens)
    assert stray.samples == 1
    for cells in (before, after):
        assert row_of(world, cells, 0.0, 0.0) is not None


def test_a_look_over_the_antimeridian_has_one_outline() -> None:
    seconds, grid = np.arange(0.0, 60.0, 0.5), SearchGrid(-17.0, 179.9)
    east = np.linspace(-800.0, 800.0, len(seconds))
    zero = np.zeros_like(east)
    there = LocalFrame(np.radians(-17.0), np.pi)
    place = there.geodetic_from_enu(np.column_stack([east, zero, zero + 2000.0]))
    builder = LookBuilder(grid, ConstantTerrain(100.0), ResolutionModel())
    pose = Pose(*place, zero, zero, zero, zero, zero - 1.4, zero)
    looks = builder.add(times(seconds), pose, Lens(zero + 0.14, zero + 0.08, 1920, 1080)) + builder.finish()
    ((look, cells),) = looks
    (ring,) = look.outline
    lon_deg = np.array(ring)[:, 0]
    assert lon_deg.min() < 180.0 < lon_deg.max()
    assert np.ptp(lon_deg) < 0.05
    # The strip that was swept has no gap where the longitudes jump.
    lat, lon, _ = there.geodetic_from_enu(
        np.column_stack([np.arange(-750.0, 750.0, 25.0), zero[:60] + 340.0, zero[:60]])
    )
    swept = set(zip(*grid.cells(lat, lon), strict=True))
    assert swept <= set(zip(cells.row[cells.visible], cells.col[cells.visible], strict=True))
