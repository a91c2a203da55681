"""Errors on the ground: closed forms on planes, drawn errors on hills, and what many looks are worth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pytest
from affine import Affine
from numpy.typing import NDArray

from otear.errors import SettingError
from otear.geo.budget import ErrorBudget, ErrorSource, Parameter, Pedigree, default_budget
from otear.geo.camera import Lens, Pose
from otear.geo.ellipse import inside_90
from otear.geo.frames import SEMI_MAJOR_M, Floats, LocalFrame, ecef_from_geodetic, enu_axes, geodetic_from_ecef
from otear.geo.montecarlo import draw_errors
from otear.geo.perturb import Caster, Motion, places_with
from otear.geo.raycast import cast
from otear.geo.terrain.grid import Grid
from otear.geo.terrain.patch import Patch
from otear.geo.uncertainty import combine, ground_error

LAT, LON = np.radians(24.8), np.radians(-107.4)
LENS = Lens(np.radians(1.2), np.radians(0.675), 1920, 1080)
CENTRE = (960.0, 540.0)


@dataclass(frozen=True)
class Found:
    """Hits of a caster that is a formula."""

    range_m: Floats
    lat: Floats
    lon: Floats
    height_m: Floats
    miss: NDArray[np.uint8]


def plane(slope_north: float = 0.0, *, edge_north_m: float = np.inf) -> Caster:
    """A plane through (LAT, LON) at 300 m that rises to the north and ends at an edge."""
    ground = LocalFrame(LAT, LON, 300.0)

    def meet(origins: Floats, lines: Floats) -> Found:
        start, way = ground.enu_from_ecef(origins), lines @ ground.axes.T
        range_m = (slope_north * start[:, 1] - start[:, 2]) / (way[:, 2] - slope_north * way[:, 1])
        place = start + range_m[:, None] * way
        miss = np.uint8(1) * ((range_m <= 0.0) | (place[:, 1] > edge_north_m))
        return Found(range_m, *geodetic_from_ecef(ground.ecef_from_enu(place)), miss)

    return meet


def hills(height_m: float = 60.0) -> Patch:
    """30 km of rolling country, +/- `height_m` in waves of 2.6 by 3.4 km, posts 30 m apart."""
    count, post_deg = 1001, np.degrees(30.0 / SEMI_MAJOR_M)
    across, half = post_deg / np.cos(LAT), (count - 1) / 2
    place = Affine(across, 0.0, np.degrees(LON) - half * across, 0.0, -post_deg, np.degrees(LAT) + half * post_deg)
    column, row = np.meshgrid(np.arange(count) * 30.0, np.arange(count) * 30.0)
    heights = 300.0 + height_m * np.sin(2 * np.pi * column / 2600.0) * np.cos(2 * np.pi * row / 3400.0)
    return Patch.of(heights.astype(np.float32), Grid(place, (count, count)))


def looking_at(place: Floats, azimuth: float, *, slant_m: float, above_m: float) -> dict[str, float]:
    """Fields of a pose from which the picture's centre shows a place (latitude, longitude, height) along an azimuth."""
    ground = LocalFrame(*place)
    away = np.sqrt(slant_m**2 - above_m**2)
    lat, lon, height = ground.geodetic_from_enu([-away * np.sin(azimuth), -away * np.cos(azimuth), above_m])
    line = enu_axes(lat, lon) @ (ground.origin_ecef - ecef_from_geodetic(lat, lon, height))
    turn = {"heading": np.arctan2(line[0], line[1]) - 1.4, "pitch": 0.0, "roll": 0.0, "azimuth": 1.4, "twist": 0.0}
    elevation = np.arcsin(line[2] / np.linalg.norm(line))
    return {"lat": float(lat), "lon": float(lon), "height_m": float(height), "elevation": float(elevation), **turn}


def looking_north(depression_deg: float, slant_m: float = 8_000.0) -> Pose:
    """A level platform that looks north along its nose at (LAT, LON, 300 m)."""
    depression = np.radians(depression_deg)
    ground = LocalFrame(LAT, LON, 300.0)
    lat, lon, height = ground.geodetic_from_enu(slant_m * np.array([0.0, -np.cos(depression), np.sin(depression)]))
    # The sensor's horizon is tilted against that of the ground by the angle between them.
    return Pose(float(lat), float(lon), float(height), 0.0, 0.0, 0.0, 0.0, float(-depression - (LAT - lat)), 0.0)


def only(parameter: Parameter, sigma: float, *, bias: bool = False) -> ErrorBudget:
    return ErrorBudget((ErrorSource(parameter, sigma, bias, Pedigree.DEFAULT),))


D, R, S = np.radians(40.0), 8_000.0, 1e-3
ALONG, DOWN, GROUND = 1.0 / np.sin(D), 1.0 / np.tan(D), R * np.cos(D)


@pytest.mark.parametrize(
    ("parameter", "sigma", "shift"),
    [
        (Parameter.EAST, 2.0, (2.0, 0.0, 0.0)),
        (Parameter.NORTH, 2.0, (0.0, 2.0, 0.0)),
        (Parameter.UP, 2.0, (0.0, 2.0 * DOWN, 0.0)),
        (Parameter.GEOID, 2.0, (0.0, 2.0 * DOWN, 0.0)),
        (Parameter.TERRAIN, 2.0, (0.0, -2.0 * DOWN, 2.0)),
        (Parameter.HEADING, S, (S * GROUND, 0.0, 0.0)),
        (Parameter.AZIMUTH, S, (S * GROUND, 0.0, 0.0)),
        (Parameter.PITCH, S, (0.0, S * R * ALONG, 0.0)),
        (Parameter.ELEVATION, S, (0.0, S * R * ALONG, 0.0)),
        (Parameter.ROLL, S, (-S * R * np.sin(D), 0.0, 0.0)),
        (Parameter.TWIST, S, (0.0, 0.0, 0.0)),
        (Parameter.FIELD_OF_VIEW, 0.01, (0.0, 0.0, 0.0)),
        (Parameter.PIXEL_X, 2.0, (2.0 * R * LENS.hfov / 1920, 0.0, 0.0)),
        (Parameter.PIXEL_Y, 2.0, (0.0, -2.0 * R * LENS.vfov / 1080 * ALONG, 0.0)),
        (Parameter.CLOCK, 0.1, (0.1 * (5.0 + 0.01 * GROUND), 0.1 * 80.0, 0.0)),
    ],
)
def test_each_error_moves_the_place_as_geometry_says(
    parameter: Parameter, sigma: float, shift: tuple[float, float, float]
) -> None:
    clockwise_from_above = 0.01 * np.array([np.sin(D), 0.0, np.cos(D)])
    motion = Motion(np.array([5.0, 80.0, 0.0]), clockwise_from_above)
    error = ground_error(looking_north(40.0), LENS, [CENTRE], plane(), budget=only(parameter, sigma), motion=motion)
    assert error.range_m == pytest.approx([R])
    np.testing.assert_allclose(error.columns[0, 0], shift, rtol=0.003, atol=0.003)
    assert error.covariance[0] == pytest.approx(np.outer(error.columns[0, 0], error.columns[0, 0]), abs=0.01)


def test_field_of_view_and_twist_act_away_from_the_centre() -> None:
    wide, twist = (
        ground_error(looking_north(40.0), LENS, [(1920.0, 540.0)], plane(), budget=only(parameter, 0.01)).columns[0, 0]
        for parameter in (Parameter.FIELD_OF_VIEW, Parameter.TWIST)
    )
    half_swath = R * LENS.hfov / 2
    assert wide == pytest.approx([0.01 * half_swath, 0.0, 0.0], abs=0.01)
    # Clockwise seen from behind the camera: the right edge goes down, towards the sensor.
    assert twist == pytest.approx([0.0, -0.01 * half_swath * ALONG, 0.0], abs=0.02)


@pytest.mark.parametrize("slope", [0.3, -0.3])
def test_slope_is_felt(slope: float) -> None:
    tilt = np.arctan(slope)
    along = S * R / np.sin(D + tilt)
    pitch, terrain = (
        ground_error(looking_north(40.0), LENS, [CENTRE], plane(slope), budget=only(parameter, sigma)).columns[0, 0]
        for parameter, sigma in ((Parameter.PITCH, S), (Parameter.TERRAIN, 2.0))
    )
    np.testing.assert_allclose(pitch, [0.0, along * np.cos(tilt), along * np.sin(tilt)], rtol=0.003, atol=0.003)
    back = 2.0 / (np.sin(D) + slope * np.cos(D))
    np.testing.assert_allclose(terrain, [0.0, -back * np.cos(D), back * np.sin(D)], rtol=0.003, atol=0.003)


def test_a_ray_beyond_the_edge_is_made_up_for_by_the_other_side() -> None:
    whole, cut = (
        ground_error(looking_north(40.0), LENS, [CENTRE], ground, budget=default_budget(5.0))
        for ground in (plane(), plane(edge_north_m=0.5))
    )
    assert cut.unbounded == ("",)
    assert cut.ce90_m == pytest.approx(whole.ce90_m, rel=0.01)


def test_an_error_without_a_bound_says_so() -> None:
    def narrow(origins: Floats, lines: Floats) -> Found:
        hits = plane()(origins, lines)
        return Found(hits.range_m, hits.lat, hits.lon, hits.height_m, np.uint8(1) * (abs(hits.lat - LAT) > 1e-7))

    error = ground_error(looking_north(40.0), LENS, [CENTRE], narrow, budget=default_budget(5.0))
    assert error.miss == [0]
    assert np.isfinite(error.lat).all()
    assert "platform pitch" in error.unbounded[0]
    assert "sensor east" not in error.unbounded[0]
    assert error.ce90_m == error.le90_m == [np.inf]
    assert error.pedigree == (None,)
    with pytest.raises(SettingError, match="no look has a place"):
        combine([error])


def test_a_sight_line_into_the_sky_has_neither_place_nor_error() -> None:
    up = replace(looking_north(40.0), elevation=0.2)
    error = ground_error(up, LENS, [CENTRE, (0.0, 0.0)], plane(), budget=default_budget(5.0))
    assert (error.miss == 1).all()
    assert np.isnan([error.lat, error.lon, error.height_m, error.range_m]).all()
    assert (error.ce90_m == np.inf).all()
    assert error.unbounded == ("", "")


def test_an_error_of_the_clock_needs_the_motion() -> None:
    with pytest.raises(SettingError, match="Give `motion`"):
        ground_error(looking_north(40.0), LENS, [CENTRE], plane(), budget=only(Parameter.CLOCK, 0.1))


def test_shares_add_up_and_the_pedigree_is_of_what_counts() -> None:
    profile = [
        ErrorSource(s.parameter, s.sigma, s.bias, Pedigree.PLATFORM_PROFILE)
        for s in default_budget(5.0).sources
        if s.parameter is not Parameter.PIXEL_X
    ]
    # One pixel by default is less than 1% of the variance; a hundred are more.
    for pixels, expected in ((1.0, Pedigree.PLATFORM_PROFILE), (100.0, Pedigree.DEFAULT)):
        budget = ErrorBudget((*profile, ErrorSource(Parameter.PIXEL_X, pixels, False, Pedigree.DEFAULT)))
        error = ground_error(looking_north(40.0), LENS, [CENTRE, (10.0, 10.0)], plane(), budget=budget)
        assert error.shares.shape == (2, len(budget.sources) + 1)
        assert error.shares.sum(axis=1) == pytest.approx([1.0, 1.0])
        assert error.pedigree == (expected, expected)


def test_looks_with_sigmas_of_their_own() -> None:
    budget = only(Parameter.PITCH, np.array([1e-3, 2e-3]))  # type: ignore[arg-type]
    error = ground_error(looking_north(40.0), LENS, [CENTRE, CENTRE], plane(), budget=budget)
    assert error.ce90_m[1] == pytest.approx(2.0 * error.ce90_m[0], rel=1e-3)


@pytest.mark.parametrize("relief_m", [0.0, 60.0])
@pytest.mark.parametrize("slant_m", [8_000.0, 12_000.0, 25_000.0])
def test_predicted_ce90_is_that_of_drawn_errors(slant_m: float, relief_m: float) -> None:
    """Within 5% at ten places each, from 7,500 m above them; the drawn radius itself is good to 0.5%."""
    rng = np.random.default_rng(int(slant_m))
    patch, budget = hills(relief_m), default_budget(5.0)
    ground = partial(cast, patch)
    for _ in range(10):
        lat, lon = LAT + rng.uniform(-8e-4, 8e-4), LON + rng.uniform(-8e-4, 8e-4)
        place = np.array([lat, lon, float(patch.heights(lat, lon))])
        pose = Pose(**looking_at(place, rng.uniform(0.0, 2 * np.pi), slant_m=slant_m, above_m=7_500.0))
        error = ground_error(pose, LENS, [CENTRE], ground, budget=budget)
        drawn = places_with(draw_errors(budget, np.arange(20_000), rng), pose, LENS, CENTRE, cast=ground)
        here = LocalFrame(float(error.lat[0]), float(error.lon[0]), float(error.height_m[0]))
        off = here.enu_from_ecef(drawn)
        assert error.ce90_m[0] == pytest.approx(np.quantile(np.hypot(off[:, 0], off[:, 1]), 0.9), rel=0.05)
        # Hills seen at 17 degrees leave the height far from normal.
        assert error.le90_m[0] == pytest.approx(np.quantile(abs(off[:, 2]), 0.9), rel=0.15)


def flights(rng: np.random.Generator, patch: Patch, count: int, looks: int) -> tuple[Floats, Pose]:
    """Places, shape (count, 3), and poses that look at them, `looks` in a row for each: an arc of 60 degrees."""
    lat, lon = LAT + rng.uniform(-8e-4, 8e-4, count), LON + rng.uniform(-8e-4, 8e-4, count)
    places = np.stack([lat, lon, patch.heights(lat, lon)], axis=-1)
    azimuths = rng.uniform(0.0, 2 * np.pi, (count, 1)) + np.linspace(0.0, np.pi / 3, looks)
    slants = rng.uniform(8_000.0, 25_000.0, count)
    fields = [
        looking_at(places[i], azimuths[i, j], slant_m=slants[i], above_m=6_000.0)
        for i in range(count)
        for j in range(looks)
    ]
    return places, Pose(**{name: np.array([f[name] for f in fields]) for name in fields[0]})


def off_place(ecef: Floats, lat: Floats, lon: Floats, height_m: Floats) -> Floats:
    """East and north in metres, shape (k, 2), of positions (k, 3) from where they were thought to be."""
    between = ecef - ecef_from_geodetic(lat, lon, height_m)
    return np.asarray(np.einsum("kij,kj->ki", enu_axes(lat, lon), between)[:, :2])


def test_the_ellipse_holds_90_percent_of_the_truths() -> None:
    """1,000 flights of 10 looks, 8 to 25 km away over hills: biases are drawn per flight, noise per look."""
    rng = np.random.default_rng(7)
    patch, budget, count, looks = hills(), default_budget(5.0), 1_000, 10
    ground = partial(cast, patch)
    _, pose = flights(rng, patch, count, looks)
    pixels = rng.uniform([0.0, 0.0], [1920.0, 1080.0], (count * looks, 2))
    errors = draw_errors(budget, np.repeat(np.arange(count), looks), rng)
    truths = places_with(errors, pose, LENS, pixels, cast=ground)
    held, within = [], []
    for part in np.array_split(np.arange(count * looks), 5):
        error = ground_error(pose.at(part), LENS, pixels[part], ground, budget=budget)
        off = off_place(truths[part], error.lat, error.lon, error.height_m)
        held.append(inside_90(error.covariance[:, :2, :2], off))
        within.append(np.hypot(*off.T) <= error.ce90_m)
    assert 0.88 <= np.mean(held) <= 0.92
    assert 0.88 <= np.mean(within) <= 0.92


def test_the_ellipse_of_a_whole_flight_holds_90_percent_too() -> None:
    """400 places, each from 10 looks of one flight put together."""
    rng = np.random.default_rng(8)
    patch, budget, count, looks = hills(), default_budget(5.0), 400, 10
    ground = partial(cast, patch)
    places, pose = flights(rng, patch, count, looks)
    errors = draw_errors(budget, np.repeat(np.arange(count), looks), rng)
    seen = geodetic_from_ecef(places_with(errors, pose, LENS, CENTRE, cast=ground))
    held, gains = [], []
    for i in range(count):
        part = slice(i * looks, (i + 1) * looks)
        error = ground_error(pose.at(part), LENS, np.tile(CENTRE, (looks, 1)), ground, budget=budget)
        lat, lon, height = (v[part] for v in seen)
        flight = combine([replace(error, lat=lat, lon=lon, height_m=height)])
        truth = ecef_from_geodetic(*places[i])[None]
        held.append(
            inside_90(flight.covariance[:2, :2], off_place(truth, flight.lat[None], flight.lon[None], height[:1]))
        )
        gains.append(flight.ce90_m / np.min(error.ce90_m))
    assert 0.88 <= np.mean(held) <= 0.92
    assert np.median(gains) < 0.8


@pytest.mark.parametrize("looks", [1, 4, 100])
def test_looking_again_reduces_noise_and_never_bias(looks: int) -> None:
    one = ground_error(looking_north(40.0), LENS, [CENTRE], plane(), budget=default_budget(5.0))
    many = combine([one] * looks)
    np.testing.assert_allclose(many.noise, one.noise[0] / looks, atol=1e-4)
    np.testing.assert_allclose(many.bias, one.bias[0], atol=1e-4)
    assert [many.lat, many.lon, many.height_m] == pytest.approx([one.lat[0], one.lon[0], one.height_m[0]])
    assert many.ce90_m > 0.99 * replace(one, noise=0.0 * one.noise).ce90_m[0]


def test_looking_from_the_other_side_reduces_the_bias_of_pointing() -> None:
    there, back = (
        ground_error(
            Pose(**looking_at(np.array([LAT, LON, 300.0]), azimuth, slant_m=8_000.0, above_m=5_000.0)),
            LENS,
            [CENTRE],
            plane(),
            budget=default_budget(5.0),
        )
        for azimuth in (0.0, np.pi)
    )
    same, opposite = combine([there, there]), combine([there, back])
    assert np.trace(opposite.bias[:2, :2]) < 0.7 * np.trace(same.bias[:2, :2])
    # Terrain is where it is, from whichever side.
    assert opposite.bias[2, 2] >= 0.99 * 5.0**2


def test_a_better_look_counts_for_more() -> None:
    near, far = (
        ground_error(looking_north(40.0, slant), LENS, [CENTRE], plane(), budget=only(Parameter.PITCH, S))
        for slant in (4_000.0, 12_000.0)
    )
    moved = replace(far, lat=far.lat + 10.0 / SEMI_MAJOR_M)
    between = (combine([near, moved]).lat - near.lat[0]) * SEMI_MAJOR_M
    # Variances are as 1 to 9.
    assert between == pytest.approx(1.0, abs=0.05)


def test_looks_with_different_budgets_are_not_combined() -> None:
    looks = [
        ground_error(looking_north(40.0), LENS, [CENTRE], plane(), budget=only(parameter, S))
        for parameter in (Parameter.PITCH, Parameter.ROLL)
    ]
    for wrong in (looks, []):
        with pytest.raises(SettingError, match="different error budgets"):
            combine(wrong)
