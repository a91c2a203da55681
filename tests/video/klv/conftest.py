"""A made flight, and what a bad link does to it."""

from __future__ import annotations

import numpy as np
import pytest

from otear.video.klv import encode_st0601


def packet(second: float) -> bytes:
    """One packet of a steady circling flight, `second` seconds after it began."""
    turn = 0.01 * second
    return encode_st0601(
        {
            "time_us": 1_600_000_000_000_000 + round(second * 1e6),
            "mission_id": "SURVEY 7 OF THE NORTHERN HILLS",
            "platform_tail_number": "OT-1",
            "platform_heading_deg": np.degrees(turn) % 360.0,
            "platform_pitch_deg": 1.5 + 0.2 * np.sin(second),
            "platform_roll_deg": 4.0 + 0.3 * np.cos(0.7 * second),
            "sensor_latitude_deg": 24.8 + 0.02 * np.sin(turn),
            "sensor_longitude_deg": -107.4 + 0.02 * np.cos(turn),
            "sensor_height_msl_m": 3000.0,
            "sensor_hfov_deg": 5.0,
            "sensor_vfov_deg": 2.8,
            "sensor_relative_azimuth_deg": 90.0,
            "sensor_relative_elevation_deg": -40.0 + 0.01 * second,
            "sensor_relative_roll_deg": 0.0,
            "frame_centre_latitude_deg": 24.8,
            "frame_centre_longitude_deg": -107.4,
            "frame_centre_height_msl_m": 50.0,
            "flags": ("slant range measured",),
            "version": 19,
        }
    )


@pytest.fixture(scope="session")
def flight() -> list[bytes]:
    """200 packets, five a second."""
    return [packet(0.2 * k) for k in range(200)]


@pytest.fixture
def cheyenne(shared_data) -> bytes:  # type: ignore[no-untyped-def]
    """A real flight, metadata only."""
    return (shared_data / "video" / "cheyenne-flight.klv").read_bytes()
