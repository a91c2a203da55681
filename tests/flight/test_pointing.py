"""Cameras look where their tasks say, as fast as they turn and no further."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.domain.aircraft import Gimbal
from otear.domain.sortie import Side, Stare
from otear.errors import InputError
from otear.flight.guidance import RATE_HZ
from otear.flight.kinematics import Flown, fly
from otear.flight.pointing import angles, limited, looking
from otear.flight.wind import Wind
from otear.geo.camera import Pose, camera_axes, line_of_sight
from otear.geo.frames import Floats, ecef_from_geodetic, enu_axes, nearest_turn

from .surveys import MEDIUM, aircraft, at, consent, hills, orbit, sortie, strip

CELLS = (at(0.0, 9_000.0), at(900.0, 9_000.0), at(0.0, 9_900.0))
TASKS = (
    strip("strip", (-5_000.0, 0.0), (5_000.0, 3_000.0), side=Side.RIGHT),
    orbit("orbit", (6_000.0, 6_000.0), turns=0.7),
    Stare("stare", CELLS, 20.0, 2_500.0, Side.RIGHT, 1.2),
)


@cache
def flown() -> Flown:
    rng = np.random.default_rng(4)
    wind = Wind(10.0, 200.0, 1.0)
    return fly(sortie(MEDIUM, *TASKS), aircraft(MEDIUM), consent(), wind=wind, heights=hills, rng=rng)


def axis(pose: Pose) -> Floats:
    """The optical axis, east, north, up, by way of `geo.camera`."""
    azimuth, depression = line_of_sight(pose)
    return np.stack(
        [np.sin(azimuth) * np.cos(depression), np.cos(azimuth) * np.cos(depression), -np.sin(depression)], axis=-1
    )


def off_deg(pose: Pose, lat: float, lon: float) -> Floats:
    """How far the optical axis is from the ground at a place (radians)."""
    ground = ecef_from_geodetic(lat, lon, hills(np.array(lat), np.array(lon)))
    enu = np.einsum("nij,nj->ni", enu_axes(pose.lat, pose.lon), ground - pose.position_ecef)
    cross = np.linalg.norm(np.cross(axis(pose), enu / np.linalg.norm(enu, axis=1, keepdims=True)), axis=1)
    return np.degrees(np.arcsin(np.minimum(cross, 1.0)))


def during(task: int) -> Pose:
    return flown().pose.at(flown().task == task)


def test_an_orbit_looks_at_its_centre_once_the_camera_is_there() -> None:
    centre = TASKS[1].centre
    off = off_deg(during(1), np.radians(centre.lat_deg), np.radians(centre.lon_deg))
    assert off[3 * RATE_HZ :].max() < 1e-4
    assert off[0] > 1.0


def test_a_stare_looks_at_one_cell_after_the_other() -> None:
    pose = during(2)
    seen = np.stack([off_deg(pose, np.radians(c.lat_deg), np.radians(c.lon_deg)) < 1e-4 for c in CELLS])
    for index in range(3):
        dwell = seen[:, round((21.0 * index + 3.0) * RATE_HZ) : round((21.0 * index + 20.0) * RATE_HZ)]
        assert dwell[index].all()
        assert dwell.sum() == dwell.shape[1]


def test_a_strip_is_looked_at_abeam_from_the_side_and_depression_asked_for() -> None:
    pose = during(0).at(slice(5 * RATE_HZ, None))
    azimuth, depression = line_of_sight(pose)
    course = np.arctan2(10_000.0, 3_000.0)
    assert np.degrees(np.abs(nearest_turn(azimuth - course - np.pi / 2.0))).max() < 1.5
    assert np.degrees(depression).mean() == pytest.approx(60.0, abs=2.0)


def test_the_field_of_view_is_the_tasks() -> None:
    flight = flown()
    for index, task in enumerate(TASKS):
        assert np.allclose(np.degrees(flight.hfov_rad[flight.task == index]), task.hfov_deg)


def test_in_transit_the_camera_looks_ahead_and_down() -> None:
    flight = flown()
    end = np.flatnonzero(flight.task == 2)[-1]
    pose = flight.pose.at(slice(end + 5 * RATE_HZ, None))
    azimuth, depression = line_of_sight(pose)
    assert np.degrees(depression) == pytest.approx(45.0, abs=1e-3)
    assert np.degrees(np.abs(nearest_turn(azimuth - np.asarray(pose.heading)))).max() < 1e-3


def test_the_camera_turns_no_faster_than_it_can() -> None:
    look = axis(flown().pose)
    chord = np.linalg.norm(np.diff(look, axis=0), axis=1)
    slew = np.degrees(2.0 * np.arcsin(chord / 2.0)).max() * RATE_HZ
    assert slew == pytest.approx(60.0, rel=0.01)


ANGLE = st.floats(-3.0, 3.0)


@given(ANGLE, st.floats(-1.2, 1.2), st.floats(-1.2, 1.2), ANGLE, st.floats(-1.4, 1.4))
def test_angles_are_the_inverse_of_the_camera(
    heading: float, pitch: float, roll: float, azimuth: float, elevation: float
) -> None:
    pose = Pose(*(np.array([value]) for value in (0.4, -1.9, 3_000.0, heading, pitch, roll, azimuth, elevation, 0.0)))
    found = angles(pose, camera_axes(pose)[:, :, 0])
    assert np.abs(nearest_turn(found[0] - azimuth)).max() < 1e-6
    assert np.abs(found[1] - elevation).max() < 1e-6


def test_a_gimbal_stops_where_it_stops_and_goes_the_other_way_round() -> None:
    gimbal = Gimbal(0.0, 270.0, -90.0, 10.0)
    azimuth, elevation = limited(gimbal, np.radians([-100.0, 100.0, -45.0]), np.radians([-95.0, 0.0, 30.0]))
    assert np.degrees(azimuth) == pytest.approx([260.0, 100.0, 0.0])
    assert np.degrees(elevation) == pytest.approx([-90.0, 0.0, 10.0])


def test_ground_of_unknown_height_is_not_looked_at() -> None:
    pose = replace(during(0).at(slice(0, 1)))
    with pytest.raises(InputError) as refusal:
        looking(pose, np.array([0.4]), np.array([-1.9]), lambda lat, _: np.full(lat.shape, np.nan), "river")
    assert refusal.value.field == "tasks.river"
