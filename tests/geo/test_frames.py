"""Frames against PROJ, and there and back again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from otear.geo.frames import LocalFrame, ecef_from_geodetic, enu_axes, geodetic_from_ecef, nearest_turn

LATITUDES = st.one_of(st.floats(-90.0, 90.0), st.sampled_from([-90.0, -89.9999999, 0.0, 89.9999999, 90.0]))
LONGITUDES = st.floats(-180.0, 180.0)
HEIGHTS = st.floats(-10_000.0, 100_000.0)


@given(LATITUDES, LONGITUDES, HEIGHTS)
def test_geodetic_round_trip(lat_deg: float, lon_deg: float, height_m: float) -> None:
    ecef = ecef_from_geodetic(np.radians(lat_deg), np.radians(lon_deg), height_m)
    lat, lon, height = geodetic_from_ecef(ecef)
    assert np.linalg.norm(ecef_from_geodetic(lat, lon, height) - ecef) < 1e-6
    assert height == pytest.approx(height_m, abs=1e-6)
    assert abs(lat - np.radians(lat_deg)) * 6.4e6 < 1e-6


@given(LATITUDES, LONGITUDES, HEIGHTS)
def test_agrees_with_proj(lat_deg: float, lon_deg: float, height_m: float) -> None:
    proj = Transformer.from_pipeline("+proj=cart +ellps=WGS84")
    theirs = proj.transform(lon_deg, lat_deg, height_m)
    np.testing.assert_allclose(
        ecef_from_geodetic(np.radians(lat_deg), np.radians(lon_deg), height_m), theirs, rtol=0.0, atol=1e-6
    )


@given(LATITUDES, LONGITUDES, HEIGHTS, st.tuples(*[st.floats(-3e4, 3e4)] * 3))
def test_local_frame_round_trip(lat_deg: float, lon_deg: float, height_m: float, offset: tuple[float, ...]) -> None:
    frame = LocalFrame(float(np.radians(lat_deg)), float(np.radians(lon_deg)), height_m)
    enu = np.array(offset)
    ecef = frame.ecef_from_enu(enu)
    np.testing.assert_allclose(frame.enu_from_ecef(ecef), enu, atol=1e-6)
    assert np.linalg.norm(ecef - frame.origin_ecef) == pytest.approx(np.linalg.norm(enu), abs=1e-6)


def test_local_axes_point_where_their_names_say() -> None:
    lat, lon = np.radians(25.0), np.radians(-107.5)
    frame = LocalFrame(float(lat), float(lon), 40.0)
    step = 1e-6
    east = frame.enu_from_geodetic(lat, lon + step, 40.0)
    north = frame.enu_from_geodetic(lat + step, lon, 40.0)
    up = frame.enu_from_geodetic(lat, lon, 41.0)
    np.testing.assert_allclose(east / np.linalg.norm(east), [1, 0, 0], atol=1e-5)
    np.testing.assert_allclose(north / np.linalg.norm(north), [0, 1, 0], atol=1e-5)
    np.testing.assert_allclose(up, [0, 0, 1], atol=1e-8)


@given(st.floats(-1_000.0, 1_000.0), LONGITUDES)
def test_a_longitude_is_turned_to_where_it_is_nearest(lon_deg: float, about_deg: float) -> None:
    near = float(nearest_turn(lon_deg, about_deg, turn=360.0))
    assert abs(near - about_deg) <= 180.0 + 1e-9
    assert (near - lon_deg) / 360.0 == pytest.approx(round((near - lon_deg) / 360.0), abs=1e-9)
    np.testing.assert_allclose(nearest_turn(np.radians([lon_deg]), np.radians(about_deg)), np.radians(near), atol=1e-9)


def test_axes_stack_over_places() -> None:
    lat, lon = np.radians([10.0, -60.0]), np.radians([20.0, 170.0])
    stacked = enu_axes(lat, lon)
    assert stacked.shape == (2, 3, 3)
    np.testing.assert_array_equal(stacked[1], enu_axes(lat[1], lon[1]))
    np.testing.assert_allclose(
        stacked @ np.swapaxes(stacked, -1, -2), np.broadcast_to(np.eye(3), (2, 3, 3)), atol=1e-15
    )
