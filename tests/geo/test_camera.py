"""The camera: known looks, SciPy's rotations, and the closure of real and simulated flights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation
from tstrans.klv import decode_uas_datalink
from tstrans.mpegts import Demuxer, DemuxerConfig, DemuxEvent

from otear.geo.camera import Lens, Pose, camera_axes, line_of_sight, pixel_rays, sight_lines
from otear.geo.frames import Floats, LocalFrame, ecef_from_geodetic, enu_axes

EAST, NORTH, UP = np.eye(3)
ANGLES = st.floats(-np.pi, np.pi)
LENS = Lens(np.radians(40.0), np.radians(30.0), 640, 480)


def pose(**angles_deg: float) -> Pose:
    """A pose 3 km above Culiacán, angles in degrees, 0 where not given."""
    names = ("heading", "pitch", "roll", "azimuth", "elevation", "twist")
    angles = {name: float(np.radians(angles_deg.get(name, 0.0))) for name in names}
    return Pose(lat=float(np.radians(24.8)), lon=float(np.radians(-107.4)), height_m=3_000.0, **angles)


@pytest.mark.parametrize(
    ("angles_deg", "forward", "right"),
    [
        ({}, NORTH, EAST),
        ({"heading": 90.0}, EAST, -NORTH),
        ({"azimuth": 90.0}, EAST, -NORTH),
        ({"heading": 90.0, "azimuth": 180.0}, -EAST, NORTH),
        ({"elevation": -90.0}, -UP, EAST),
        ({"heading": 90.0, "elevation": -90.0}, -UP, -NORTH),
        ({"pitch": 90.0}, UP, EAST),
        ({"roll": 90.0}, NORTH, -UP),
        ({"twist": 90.0}, NORTH, -UP),
        ({"roll": 90.0, "azimuth": 90.0}, -UP, -NORTH),
    ],
)
def test_known_looks(angles_deg: dict[str, float], forward: Floats, right: Floats) -> None:
    axes = camera_axes(pose(**angles_deg))
    np.testing.assert_allclose(axes[:, 0], forward, atol=1e-12)
    np.testing.assert_allclose(axes[:, 1], right, atol=1e-12)


def test_line_of_sight_is_clockwise_from_north_and_positive_down() -> None:
    azimuth, depression = line_of_sight(pose(heading=200.0, azimuth=95.0, elevation=-30.0))
    assert np.degrees(azimuth) % 360.0 == pytest.approx(295.0)
    assert np.degrees(depression) == pytest.approx(30.0)


@given(st.tuples(ANGLES, ANGLES, ANGLES), st.tuples(ANGLES, ANGLES, ANGLES))
def test_axes_are_the_rotations_of_st_0601_in_their_order(
    platform: tuple[float, float, float], sensor: tuple[float, float, float]
) -> None:
    axes = camera_axes(Pose(0.4, -1.8, 3_000.0, *platform, *sensor))
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(axes) == pytest.approx(1.0)
    # Capitals: SciPy turns about the axes as already turned, in the order written.
    body = Rotation.from_euler("ZYX", platform)
    gimbal = Rotation.from_euler("ZYX", sensor)
    ned = (body * gimbal).as_matrix()
    np.testing.assert_allclose(axes, np.stack([ned[1], ned[0], -ned[2]]), atol=1e-12)


def test_pixels_count_from_the_corner_of_the_picture() -> None:
    tan_x, tan_y = np.tan(np.radians([20.0, 15.0]))
    rays = pixel_rays(LENS, [[320, 240], [0, 0], [640, 0], [640, 480], [0.5, 240]])
    np.testing.assert_allclose(rays[0], [1.0, 0.0, 0.0])
    np.testing.assert_allclose(np.linalg.norm(rays, axis=-1), 1.0)
    for ray, x, y in zip(rays[1:4], (-1, 1, 1), (-1, -1, 1), strict=True):
        np.testing.assert_allclose(ray[1:] / ray[0], [x * tan_x, y * tan_y])
    assert rays[4, 1] / rays[4, 0] == pytest.approx(-tan_x * 639 / 640)


def test_edges_of_the_picture_span_the_fields_of_view() -> None:
    left, right, top, bottom = pixel_rays(LENS, [[0, 240], [640, 240], [320, 0], [320, 480]])
    assert np.degrees(np.arccos(left @ right)) == pytest.approx(40.0)
    assert np.degrees(np.arccos(top @ bottom)) == pytest.approx(30.0)


def test_a_level_picture_has_its_right_to_the_right_and_its_bottom_below() -> None:
    looking = pose(heading=180.0, elevation=-30.0)
    axes = enu_axes(looking.lat, looking.lon)
    _, lines = sight_lines(looking, LENS, [[320, 240], [640, 240], [320, 480]])
    centre, right, bottom = lines @ axes.T
    assert centre[1] < 0.0
    assert right[0] < centre[0] == pytest.approx(0.0, abs=1e-12)
    assert bottom[2] < centre[2]


def test_many_poses_are_the_same_as_one_by_one() -> None:
    rng = np.random.default_rng(3)
    angles = rng.uniform(-3.0, 3.0, (6, 5))
    many = Pose(np.linspace(0.1, 0.2, 5), np.linspace(-1.0, -1.1, 5), np.full(5, 900.0), *angles)
    pixels = rng.uniform(0, 480, (5, 2))
    origins, lines = sight_lines(many, LENS, pixels)
    for i in range(5):
        origin, line = sight_lines(many.at(i), LENS, pixels[i : i + 1])
        np.testing.assert_allclose(origins[i], origin[0])
        np.testing.assert_allclose(lines[i], line[0], atol=1e-15)


def boresight(row: Any) -> tuple[float, float]:
    """How far the modelled optical axis is off the reported frame centre: degrees, and metres on level ground there.

    Heights are as sent.
    """
    looking = Pose(
        *np.radians([row.sensor_lat_deg, row.sensor_lon_deg]),
        row.sensor_alt_m,
        *np.radians(
            [
                row.platform_heading_deg,
                row.platform_pitch_deg,
                row.platform_roll_deg,
                row.sensor_rel_az_deg,
                row.sensor_rel_el_deg,
                row.sensor_rel_roll_deg,
            ]
        ),
    )
    ground = LocalFrame(*np.radians([row.frame_center_lat_deg, row.frame_center_lon_deg]), row.frame_center_elev_m)
    origins, lines = sight_lines(looking, LENS, [[320, 240]])
    reported = ecef_from_geodetic(ground.lat, ground.lon, ground.height_m) - origins[0]
    reported /= np.linalg.norm(reported)
    angle = 2.0 * np.arcsin(np.linalg.norm(reported - lines[0]) / 2.0)
    from_ground, line = ground.enu_from_ecef(origins[0]), ground.axes @ lines[0]
    place = from_ground - line * from_ground[2] / line[2]
    return float(np.degrees(angle)), float(np.hypot(*place[:2]))


def metadata(path: Path) -> Iterator[bytes]:
    """The payloads of ST 0601 in a transport stream, whatever its PES stream_id."""
    demuxer = Demuxer(DemuxerConfig())
    demuxer.feed(path.read_bytes())
    demuxer.flush()
    for event in demuxer:
        if isinstance(event, DemuxEvent.Metadata | DemuxEvent.UnknownSample):
            yield bytes(event.payload)


def test_huntsville_closes_on_its_frame_centre_within_a_foot(shared_data: Path) -> None:
    rows = [decode_uas_datalink(payload) for payload in metadata(shared_data / "video" / "huntsville-sim.ts")]
    assert len(rows) == 277
    off_m = [boresight(row)[1] for row in rows]
    assert np.percentile(off_m, 99) < 0.3


def test_cheyenne_closes_to_a_tenth_of_a_degree(shared_data: Path) -> None:
    data = (shared_data / "video" / "cheyenne-flight.klv").read_bytes()
    key = bytes.fromhex("060e2b34020b01010e01030101000000")
    rows = [decode_uas_datalink(key + rest) for rest in data.split(key)[1:]]
    assert len(rows) == 711
    angles_deg = np.array([boresight(row)[0] for row in rows])
    assert np.median(angles_deg) == pytest.approx(0.105, abs=0.0005)
    assert np.percentile(angles_deg, 90) <= 0.30
    assert np.sqrt(np.mean(angles_deg**2)) == pytest.approx(0.182, abs=0.0005)
