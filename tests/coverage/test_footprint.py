"""Footprints: exact when small, honest when open."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from otear.coverage.footprint import Footprint, footprint, footprints
from otear.coverage.moments import Views
from otear.geo.camera import sight_lines
from otear.geo.frames import Floats
from otear.geo.raycast import cast
from otear.geo.terrain import Patch


def ring_enu(world: Any, result: Footprint, height_m: float) -> Floats:
    lon, lat = np.radians(np.array(result.ring)).T
    return world.frame.enu_from_geodetic(lat, lon, height_m)


def test_a_field_twenty_metres_wide_is_exact(world: Any) -> None:
    # Straight down from 2 km above ground: 20 m wide is 2·atan(10 / 2000).
    pose = world.aimed([0.0, 0.1, 2100.0], [0.0, 0.0, 100.0]).at(0)
    view = world.lens(np.degrees(2.0 * np.arctan(10.0 / 2000.0))).at(0)
    result = footprint(pose, view, world.patch(world.level))
    ring = shapely.Polygon(ring_enu(world, result, 100.0)[:, :2])
    assert ring.area == pytest.approx(20.0 * 20.0 * 1080 / 1920, rel=1e-4)
    assert ring.bounds == pytest.approx((-10.0, -5.625, 10.0, 5.625), abs=0.02)
    assert result.flags == ()


def test_straight_sides_on_level_ground_need_few_places(world: Any) -> None:
    pose = world.aimed([0.0, -4000.0, 3100.0], [0.0, 0.0, 100.0]).at(0)
    assert len(footprint(pose, world.lens(5.7).at(0), world.patch(world.level)).ring) == 17


def test_a_crooked_edge_gets_more_rays(world: Any) -> None:
    pose = world.aimed([-3000.0, 0.0, 3100.0], [2000.0, 0.0, 300.0]).at(0)
    assert len(footprint(pose, world.lens(20.0).at(0), world.patch(world.ridge)).ring) > 17


def test_horizon_is_flagged_and_closed_at_the_range(world: Any) -> None:
    pose = world.aimed([0.0, 0.0, 1100.0], [0.0, 10_000.0, 1100.0]).at(0)
    result = footprint(pose, world.lens(30.0).at(0), world.patch(world.level), max_range_m=12_000.0)
    assert result.flags == ("horizon in view", "cut at the maximum range")
    assert result.cut_by_range_m == 12_000.0
    offsets = ring_enu(world, result, 100.0) - [0.0, 0.0, 1100.0]
    ranges = np.linalg.norm(offsets, axis=-1)
    assert ranges.max() <= 12_001.0
    assert ranges.max() == pytest.approx(12_000.0, rel=0.01)


def test_sky_alone_is_empty_with_its_reason(world: Any) -> None:
    pose = world.aimed([0.0, 0.0, 1100.0], [0.0, 10_000.0, 9_000.0]).at(0)
    result = footprint(pose, world.lens(10.0).at(0), world.patch(world.level))
    assert result.ring == ()
    assert result.empty_because == "no sight line meets ground: each never comes down to the ground"
    assert result.flags == ("horizon in view",)


def test_a_sensor_below_the_terrain_sees_nothing_and_says_so(world: Any) -> None:
    """What a sensor height above the wrong datum, or the wrong terrain, looks like."""
    pose = world.aimed([0.0, 0.0, 60.0], [0.0, 5_000.0, 0.0]).at(0)
    result = footprint(pose, world.lens(10.0).at(0), world.patch(world.level))
    assert result.ring == ()
    assert result.empty_because == "no sight line meets ground: each starts below the ground"
    assert result.flags == ("sensor below the terrain",)


@pytest.mark.parametrize("twist_deg", [0.0, 40.0, 90.0, 180.0, -70.0])
def test_corners_in_the_sky_are_cut_off_and_the_rest_is_ground(world: Any, twist_deg: float) -> None:
    """The horizon runs through the picture at any tilt, with one to three corners above it."""
    pose = replace(world.aimed([0.0, 0.0, 1100.0], [0.0, 14_000.0, 600.0]).at(0), twist=np.radians([twist_deg]))
    lens, patch = world.lens(12.0).at(0), world.patch(world.level, 0.4)
    result = footprint(pose, lens, patch, max_range_m=200_000.0)
    x, y = np.meshgrid(np.linspace(1.0, 1919.0, 60), np.linspace(1.0, 1079.0, 60))
    hits = cast(patch, *sight_lines(pose, lens, np.column_stack([x.ravel(), y.ravel()])))
    assert 0.2 < hits.hit.mean() < 0.9
    outline = shapely.make_valid(shapely.Polygon(result.ring))
    places = shapely.points(np.degrees(hits.lon[hits.hit]), np.degrees(hits.lat[hits.hit]))
    assert (shapely.distance(outline, places) <= 0.02 * np.ptp(np.array(result.ring)[:, 1])).all()
    # Nothing is claimed that no sight line meets: the outline is hardly larger than the hull of what they meet.
    assert outline.area <= 1.1 * shapely.convex_hull(shapely.union_all(places)).area
    assert result.flags == ("horizon in view", "cut by the edge of the terrain")


def test_the_edge_of_the_terrain_is_flagged(world: Any) -> None:
    pose = world.aimed([0.0, -1000.0, 3100.0], [0.0, 2000.0, 100.0]).at(0)
    result = footprint(pose, world.lens(20.0).at(0), world.patch(world.small))
    assert result.cut_by_terrain_edge
    assert max(lat for _, lat in result.ring) <= 24.72 + 1e-4
    assert result.flags == ("cut by the edge of the terrain",)


@pytest.fixture(scope="module")
def rolling(world: Any) -> Patch:
    return world.patch(world.rolling, 0.3)


@settings(max_examples=25, deadline=None)
@given(
    bearing_deg=st.floats(-180.0, 180.0),
    depression_deg=st.floats(15.0, 80.0),
    fov=st.floats(1.0, 25.0),
    seed=st.integers(0, 2**32 - 1),
)
def test_all_ground_in_the_picture_is_inside(
    world: Any, rolling: Patch, *, bearing_deg: float, depression_deg: float, fov: float, seed: int
) -> None:
    bearing, depression = np.radians([bearing_deg, depression_deg])
    away_m = 3000.0 / np.tan(depression)
    sensor = [away_m * np.sin(bearing), away_m * np.cos(bearing), 3200.0]
    pose = world.aimed(sensor, [0.0, 0.0, 200.0]).at(0)
    glass = world.lens(fov).at(0)
    result = footprint(pose, glass, rolling, max_range_m=25_000.0)
    pixels = np.random.default_rng(seed).uniform([0.0, 0.0], [1920.0, 1080.0], (300, 2))
    hits = cast(rolling, *sight_lines(pose, glass, pixels), max_range_m=25_000.0)
    outline = shapely.make_valid(shapely.Polygon(result.ring))
    slack = 0.02 * np.sqrt(outline.area)
    places = shapely.points(np.degrees(hits.lon[hits.hit]), np.degrees(hits.lat[hits.hit]))
    assert (shapely.distance(outline, places) <= slack).all()


def test_many_at_once_are_the_same_as_one_by_one(world: Any) -> None:
    sensors = np.array([[-4000.0, 0.0, 3100.0], [-3000.0, 500.0, 2100.0], [0.0, 0.0, 1100.0]])
    poses, glass = world.aimed(sensors, [[2000.0, 0.0, 300.0]]), world.lens(12.0, 3)
    patch = world.patch(world.ridge)
    together = footprints(Views.of(np.zeros(3, np.int64), poses, glass), patch, np.full(3, 40_000.0))
    assert together == [footprint(poses.at(i), glass.at(i), patch) for i in range(3)]
