"""Rays against the slow reference, against known shapes, and every reason for a miss."""

from __future__ import annotations

import numpy as np
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyproj import CRS
from scipy.ndimage import gaussian_filter

from otear.errors import TerrainError
from otear.geo.camera import Lens, Pose, sight_lines
from otear.geo.frames import Floats, LocalFrame, ecef_from_geodetic, geodetic_from_ecef
from otear.geo.raycast import Hits, Miss, cast
from otear.geo.slowcast import clearance, slow_cast
from otear.geo.terrain.grid import Grid
from otear.geo.terrain.patch import Patch
from otear.geo.terrain.slope import gradient, normal, slope_angle

SECOND_DEG = 1.0 / 3600.0


def geographic(rows: int, columns: int, lat_deg: float = 25.0, lon_deg: float = -107.5) -> Grid:
    """Posts one second of arc apart whose north-west corner is given."""
    return Grid(Affine(SECOND_DEG, 0.0, lon_deg, 0.0, -SECOND_DEG, lat_deg), (rows, columns))


def utm(rows: int, columns: int) -> Grid:
    """Posts 30 m apart in UTM zone 13 north, near its western edge, where grid north is a degree off."""
    return Grid(Affine(30.0, 0.0, 250_000.0, 0.0, -30.0, 2_760_000.0), (rows, columns), CRS.from_epsg(32613))


def flat(height_m: float, rows: int = 64, columns: int = 64) -> Patch:
    return Patch.of(np.full((rows, columns), height_m, dtype=np.float32), geographic(rows, columns))


def at(patch: Patch, column: float, row: float, height_m: float) -> LocalFrame:
    """East-north-up axes over a column and row of a patch at an HAE."""
    lat, lon = patch.grid.place(column, row)
    return LocalFrame(float(lat), float(lon), height_m)


def one_ray(patch: Patch, frame: LocalFrame, enu: tuple[float, float, float], **limit: float) -> Hits:
    """Cast one ray from the origin of a frame along a direction in its axes."""
    direction = np.array(enu) / np.linalg.norm(enu)
    return cast(patch, frame.origin_ecef, (direction @ frame.axes)[None], **limit)


def camera(patch: Patch, depression_deg: float, slant_m: float, pixels: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Sight lines of pixels of a 1280 x 720 camera that looks at the middle of a patch from the west-south-west."""
    rows, columns = patch.grid.shape
    middle = at(patch, columns / 2, rows / 2, patch.top_m)
    away, up = slant_m * np.cos(np.radians(depression_deg)), slant_m * np.sin(np.radians(depression_deg))
    heading = np.radians(70.0)
    lat, lon, height = middle.geodetic_from_enu([-away * np.sin(heading), -away * np.cos(heading), up])
    pose = Pose(float(lat), float(lon), float(height), heading, 0.02, -0.01, 0.0, -np.radians(depression_deg), 0.0)
    return sight_lines(pose, Lens(np.radians(3.0), np.radians(1.7), 1280, 720), pixels + 0.5)


def rolling(rows: int, columns: int) -> NDArray[np.float32]:
    """Hills of +/- 60 m."""
    x, y = np.meshgrid(np.arange(columns) * 30.0, np.arange(rows) * 30.0)
    waves = 40.0 * np.sin(x / 500.0) * np.cos(y / 700.0) + 20.0 * np.sin(x / 170.0 + y / 230.0)
    return (300.0 + waves).astype(np.float32)


def assert_first_ground(
    patch: Patch, origins: Floats, directions: Floats, hits: Hits, *, step_m: float, max_range_m: float
) -> None:
    """Hits are on the surface, none is later than the slow reference's, and where it finds none there is a graze."""
    slow = slow_cast(patch.heights, origins, directions, top_m=patch.top_m, step_m=step_m, max_range_m=max_range_m)
    places = origins + hits.range_m[:, None] * directions
    # A millimetre, and a hundred-thousandth of the relief: 15 mm where posts 30 m apart differ by up to 3,000 m.
    tolerance_m = 1e-3 + 1e-5 * (patch.top_m - patch.bottom_m)
    assert np.nanmax(np.abs(clearance(patch.heights, places)), initial=0.0) < tolerance_m
    found = ~np.isnan(slow)
    assert hits.hit[found].all()
    assert (hits.range_m[found] < slow[found] + 0.05).all()
    # The walk may step over a graze shorter than its step; a closer look at it has to find the surface there.
    early = hits.hit & ~(hits.range_m > slow - 0.05)
    for i in np.flatnonzero(early):
        near = hits.range_m[i] + np.linspace(-step_m, step_m, 2001)
        assert np.nanmin(clearance(patch.heights, origins[i] + near[:, None] * directions[i])) < tolerance_m
    assert np.mean(early) < 0.05


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    grid=st.sampled_from([geographic(70, 50), utm(40, 90), geographic(60, 60, 62.0, 179.995)]),
    relief_m=st.sampled_from([20.0, 200.0, 1500.0]),
    smooth=st.sampled_from([0.0, 2.0, 6.0]),
)
def test_any_terrain_any_direction(seed: int, grid: Grid, relief_m: float, smooth: float) -> None:
    rng = np.random.default_rng(seed)
    noise = gaussian_filter(rng.normal(size=grid.shape), smooth) if smooth else rng.normal(size=grid.shape)
    patch = Patch.of((500.0 + relief_m * noise / np.abs(noise).max()).astype(np.float32), grid)
    count = 60
    lat, lon = grid.place(rng.uniform(2, grid.shape[1] - 3, count), rng.uniform(2, grid.shape[0] - 3, count))
    above_m = rng.choice([0.5, 30.0, 3000.0], count)
    origins = ecef_from_geodetic(lat, lon, patch.heights(lat, lon) + above_m)
    directions = rng.normal(size=(count, 3))
    directions /= np.linalg.norm(directions, axis=-1, keepdims=True)
    hits = cast(patch, origins, directions)
    assert set(hits.miss) <= {Miss.HIT, Miss.ABOVE_HORIZON, Miss.LEFT_TERRAIN}
    assert_first_ground(patch, origins, directions, hits, step_m=1.0, max_range_m=6_000.0)


@pytest.mark.parametrize(("depression_deg", "slant_m"), [(15.0, 12_000.0), (30.0, 12_000.0), (15.0, 25_000.0)])
@pytest.mark.parametrize("grid", [geographic(1024, 1024), utm(1024, 1024)], ids=["geographic", "utm"])
def test_every_pixel_within_a_millimetre(depression_deg: float, slant_m: float, grid: Grid) -> None:
    patch = Patch.of(rolling(*grid.shape), grid)
    pixels = np.random.default_rng(1).integers(0, [1280, 720], size=(150, 2))
    origins, directions = camera(patch, depression_deg, slant_m, pixels)
    hits = cast(patch, origins, directions)
    slow = slow_cast(patch.heights, origins, directions, top_m=patch.top_m, step_m=4.0, max_range_m=60_000.0)
    assert hits.hit.all()
    assert np.abs(hits.range_m - slow).max() < 1e-3
    lat, lon, height = geodetic_from_ecef(origins + slow[:, None] * directions)
    there, here = ecef_from_geodetic(lat, lon, height), ecef_from_geodetic(hits.lat, hits.lon, hits.height_m)
    assert np.linalg.norm(there - here, axis=-1).max() < 2e-3


def test_long_shallow_rays_go_piece_by_piece() -> None:
    """At 1.5 degrees over hills of +/- 400 m a ray is between lowest and highest post for more than 20 km."""
    grid = geographic(400, 1800)
    x, y = np.meshgrid(np.arange(1800) * 30.0, np.arange(400) * 30.0)
    patch = Patch.of((600.0 + 400.0 * np.sin(x / 2500.0 + y / 4000.0)).astype(np.float32), grid)
    sensor = at(patch, 5.0, 200.0, 1300.0)
    angles = np.radians(np.linspace(0.3, 3.0, 60))
    enu = np.stack([np.cos(angles), 0.02 * np.ones_like(angles), -np.sin(angles)], axis=-1)
    directions = (enu / np.linalg.norm(enu, axis=-1, keepdims=True)) @ sensor.axes
    origins = np.broadcast_to(sensor.origin_ecef, directions.shape)
    hits = cast(patch, origins, directions)
    assert hits.hit.any()
    assert np.nanmax(hits.range_m) > 2 * patch.chart.piece_m
    assert_first_ground(patch, origins, directions, hits, step_m=3.0, max_range_m=60_000.0)


def test_two_crossings_in_one_cell() -> None:
    """Over a saddle of one cell the ground bulges along the diagonal: the first crossing counts."""
    grid = Grid(Affine(0.01, 0.0, -107.0, 0.0, -0.01, 25.0), (2, 2))
    patch = Patch.of(np.array([[0.0, 200.0], [200.0, 0.0]], dtype=np.float32), grid)
    lat, lon = grid.place([0.02, 0.98], [0.02, 0.98])
    ends = ecef_from_geodetic(lat, lon, [60.0, 60.0])
    direction = (ends[1] - ends[0]) / np.linalg.norm(ends[1] - ends[0])
    hits = cast(patch, ends[0], direction[None])
    slow = slow_cast(patch.heights, ends[:1], direction[None], top_m=patch.top_m, step_m=1.0, max_range_m=5_000.0)
    # The cell is a kilometre across, and the path is taken as straight in it: 2 cm.
    assert hits.range_m[0] == pytest.approx(slow[0], abs=0.1)
    assert 0.0 < hits.range_m[0] < np.linalg.norm(ends[1] - ends[0]) / 2


@pytest.mark.parametrize("offset_m", [-0.01, 0.01])
def test_grazing_a_ridge(offset_m: float) -> None:
    """A level line over a north-south ridge meets it 1 cm below the crest and passes 1 cm above."""
    heights = np.full((64, 64), 100.0, dtype=np.float32)
    heights[:, 32] = 200.0
    patch = Patch.of(heights, geographic(64, 64))
    crest = at(patch, 32.0, 20.3, 200.0 + offset_m)
    start = crest.ecef_from_enu([-800.0, 0.0, 0.0])
    hits = cast(patch, start, crest.axes[:1])
    if offset_m < 0:
        assert hits.range_m[0] == pytest.approx(800.0, abs=0.02)
    else:
        assert hits.miss[0] == Miss.LEFT_TERRAIN


def test_cliff() -> None:
    """The face of a cliff of 500 m between two columns of posts, at half its height, is half way between them."""
    heights = np.full((64, 64), 100.0, dtype=np.float32)
    heights[:, 40:] = 600.0
    patch = Patch.of(heights, geographic(64, 64))
    start = at(patch, 10.0, 33.3, 350.0)
    hits = one_ray(patch, start, (1.0, 0.0, 0.0))
    column, row = patch.grid.index(hits.lat, hits.lon)
    # The line is level where it starts: 900 m on, the Earth has sunk 6 cm below it, which is 4 mm along the face.
    assert column[0] == pytest.approx(39.5, abs=1e-3)
    assert row[0] == pytest.approx(33.3, abs=1e-3)
    assert hits.height_m[0] == pytest.approx(350.0, abs=0.1)
    assert np.degrees(np.arccos(hits.normal_enu[0, 2])) == pytest.approx(86.8, abs=0.2)
    assert hits.normal_enu[0, 0] < -0.99


def test_straight_down_meets_the_post() -> None:
    patch = Patch.of(rolling(64, 64), geographic(64, 64))
    for column, row in [(0, 0), (17, 41), (63, 63), (0, 63)]:
        height = float(patch.heights_m[row, column])
        hits = one_ray(patch, at(patch, column, row, 5000.0), (0.0, 0.0, -1.0))
        assert hits.range_m[0] == pytest.approx(5000.0 - height, abs=1e-4)
        assert hits.height_m[0] == pytest.approx(height, abs=1e-4)


def test_reasons() -> None:
    heights = rolling(64, 64)
    heights[20:30, 40:50] = np.nan
    patch = Patch.of(heights, geographic(64, 64))
    over = at(patch, 20.0, 45.0, 3000.0)
    expected = [
        (one_ray(patch, over, (0.0, 0.0, -1.0)), Miss.HIT),
        (one_ray(patch, over, (0.0, 0.0, 1.0)), Miss.ABOVE_HORIZON),
        (one_ray(patch, over, (1.0, 0.0, 0.3)), Miss.ABOVE_HORIZON),
        (one_ray(patch, over, (-1.0, 0.0, -0.3)), Miss.LEFT_TERRAIN),
        (one_ray(patch, at(patch, -900.0, 30.0, 3000.0), (-1.0, 0.0, -0.3)), Miss.LEFT_TERRAIN),
        (one_ray(patch, at(patch, 45.0, 25.0, 3000.0), (0.0, 0.0, -1.0)), Miss.NO_DATA),
        (one_ray(patch, at(patch, 20.0, 45.0, 100.0), (0.0, 0.0, -1.0)), Miss.UNDERGROUND),
        (one_ray(patch, at(patch, 20.0, 45.0, 100.0), (0.0, 0.0, 1.0)), Miss.UNDERGROUND),
        (one_ray(patch, over, (0.0, 0.0, -1.0), max_range_m=2000.0), Miss.TOO_FAR),
        (one_ray(patch, over, (0.1, 0.0, -1.0), max_range_m=2650.0), Miss.TOO_FAR),
        (one_ray(patch, over, (0.0, 0.0, -1.0), max_range_m=0.0), Miss.TOO_FAR),
        (one_ray(patch, over, (0.0, 0.0, -1.0), max_range_m=np.nan), Miss.NO_RAY),
        (cast(patch, np.full(3, np.nan), np.eye(3)[:1]), Miss.NO_RAY),
        (cast(patch, over.origin_ecef, np.array([[0.0, 0.0, np.nan]])), Miss.NO_RAY),
        (cast(patch, over.origin_ecef, np.array([[0.0, 0.0, 2.0]])), Miss.NO_RAY),
    ]
    for hits, miss in expected:
        assert Miss(hits.miss[0]) is miss
        places = np.array([hits.range_m[0], hits.lat[0], hits.lon[0], hits.height_m[0], *hits.normal_enu[0]])
        assert np.isfinite(places).all() if miss is Miss.HIT else np.isnan(places).all()
    assert {miss for _, miss in expected} == set(Miss)
    assert len({miss.reason for miss in Miss}) == len(Miss)


def test_low_over_a_hole_is_not_known_high_over_it_is() -> None:
    """Unknown ground may be as high as what is around it: a ray that is lower over a hole has no answer."""
    heights = np.full((64, 64), 100.0, dtype=np.float32)
    heights[30:34, 30:34] = np.nan
    heights[32, 25] = 180.0
    patch = Patch.of(heights, geographic(64, 64))
    for height, miss in ((170.0, Miss.NO_DATA), (260.0, Miss.HIT)):
        start = at(patch, 28.0, 32.5, height)
        assert Miss(one_ray(patch, start, (500.0, 0.0, 100.0 - height)).miss[0]) is miss


def test_entering_from_the_side() -> None:
    """A ray from outside counts from the edge on: over the surface it goes on, below it came through the ground."""
    patch = flat(300.0)
    outside = at(patch, -40.0, 30.0, 400.0)
    hits = one_ray(patch, outside, (1.0, 0.0, -0.05))
    assert hits.hit[0]
    assert hits.height_m[0] == pytest.approx(300.0, abs=1e-3)
    assert Miss(one_ray(patch, outside, (1.0, 0.0, -0.15)).miss[0]) is Miss.LEFT_TERRAIN


@given(st.integers(0, 2**32 - 1), st.integers(1, 2500))
@settings(max_examples=10, deadline=None)
def test_rays_do_not_depend_on_their_neighbours(seed: int, count: int) -> None:
    patch = Patch.of(rolling(256, 256), geographic(256, 256))
    rng = np.random.default_rng(seed)
    origins, directions = camera(patch, 20.0, 9_000.0, rng.integers(0, [1280, 720], size=(count, 2)))
    limits = rng.choice([1_000.0, 500_000.0], count)
    together = cast(patch, origins, directions, max_range_m=limits)
    order = rng.permutation(count)
    apart = cast(patch, origins[order], directions[order], max_range_m=limits[order])
    np.testing.assert_array_equal(apart.miss, together.miss[order])
    np.testing.assert_array_equal(apart.range_m, together.range_m[order])
    np.testing.assert_array_equal(apart.normal_enu, together.normal_enu[order])
    np.testing.assert_array_equal(together.hit, limits > 1_000.0)


def test_no_rays() -> None:
    assert cast(flat(10.0), np.zeros(3), np.zeros((0, 3))).range_m.shape == (0,)


@pytest.mark.parametrize("grid", [geographic(120, 120), utm(120, 120), geographic(120, 120, 70.0)])
def test_normal_is_that_of_the_surface(grid: Grid) -> None:
    """Against differences of heights 5 cm apart in the axes of each place."""
    patch = Patch.of(rolling(*grid.shape), grid)
    rng = np.random.default_rng(3)
    lat, lon = grid.place(*rng.uniform(1, 118, size=(2, 40)))
    over = ecef_from_geodetic(lat, lon, 2_000.0)
    down = np.array([-LocalFrame(a, o).axes[2] for a, o in zip(lat, lon, strict=True)])
    hits = cast(patch, over, down)
    for i in range(len(lat)):
        frame = LocalFrame(lat[i], lon[i], float(hits.height_m[i]))
        slopes = []
        for step in ([0.05, 0.0, 0.0], [0.0, 0.05, 0.0]):
            a_lat, a_lon, _ = frame.geodetic_from_enu(np.array([step, [-s for s in step]]))
            ahead, behind = patch.heights(a_lat, a_lon)
            slopes.append((ahead - behind) / 0.1)
        expected = np.array([-slopes[0], -slopes[1], 1.0])
        np.testing.assert_allclose(hits.normal_enu[i], expected / np.linalg.norm(expected), atol=2e-3)
    np.testing.assert_allclose(normal(gradient(patch, lat, lon)), hits.normal_enu, atol=1e-6)
    steepness = slope_angle(gradient(patch, lat, lon))
    np.testing.assert_allclose(np.cos(steepness), hits.normal_enu[:, 2], atol=1e-6)


def test_gradient_outside_is_unknown() -> None:
    assert np.isnan(gradient(flat(10.0), 0.0, 0.0)).all()


@pytest.mark.parametrize(
    "grid",
    [
        Grid(Affine(0.01, 0.0, -110.0, 0.0, -0.01, 30.0), (1000, 1000)),
        Grid(Affine(0.01, 0.0, 0.0, 0.0, -0.001, 89.9), (90, 90)),
    ],
    ids=["a thousand kilometres", "beside the pole"],
)
def test_a_patch_without_an_exact_chart_is_refused(grid: Grid) -> None:
    with pytest.raises(TerrainError, match="smaller area"):
        Patch.of(np.zeros(grid.shape, dtype=np.float32), grid)


def test_a_patch_needs_posts() -> None:
    with pytest.raises(TerrainError, match="2 by 2"):
        Patch.of(np.zeros((1, 5), dtype=np.float32), geographic(1, 5))
    with pytest.raises(TerrainError, match="no post has data"):
        Patch.of(np.full((5, 5), np.nan, dtype=np.float32), geographic(5, 5))


@pytest.mark.parametrize("size_km", [60, 120])
def test_chart_holds_over_wide_patches(size_km: int) -> None:
    count = size_km * 10
    grid = Grid(Affine(100.0, 0.0, 300_000.0, 0.0, -100.0, 2_800_000.0), (count, count), CRS.from_epsg(32613))
    patch = Patch.of(np.zeros((count, count), dtype=np.float32), grid)
    assert patch.chart.residual_m < 2e-3
