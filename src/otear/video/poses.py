"""From telemetry columns (degrees) to the camera model's poses and lenses (radians)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from otear.domain.telemetry import Floats, Telemetry
from otear.geo.camera import Lens, Pose

LOWEST_SENSOR_M, HIGHEST_SENSOR_M = -1_000.0, 40_000.0
"""Above the ellipsoid: nothing that flies is lower or higher."""


def placed(telemetry: Telemetry, sensor_hae_m: Floats) -> NDArray[np.bool_]:
    """Which rows have a sensor position that can be one, (n,): 0, 0 is a receiver without a fix, not a place at sea."""
    lat, lon = telemetry.sensor_lat_deg, telemetry.sensor_lon_deg
    on_earth = (np.abs(lat) <= 90.0) & (np.abs(lon) <= 360.0) & ~((lat == 0.0) & (lon == 0.0))
    too_low_or_high = (sensor_hae_m < LOWEST_SENSOR_M) | (sensor_hae_m > HIGHEST_SENSOR_M)
    return np.asarray(on_earth & ~too_low_or_high)


def poses(telemetry: Telemetry, sensor_hae_m: Floats) -> Pose:
    """The array pose of every row, `sensor_hae_m` (n,) being its height above the ellipsoid.

    A stream that never sends the sensor's relative roll (item 20) has a camera that does not roll: it counts as 0.
    Every other missing angle stays NaN, and so does a position that cannot be one (`placed`).
    """
    t = telemetry
    there = placed(t, sensor_hae_m)
    return Pose(
        lat=np.radians(np.where(there, t.sensor_lat_deg, np.nan)),
        lon=np.radians(np.where(there, t.sensor_lon_deg, np.nan)),
        height_m=sensor_hae_m,
        heading=np.radians(t.heading_deg),
        pitch=np.radians(t.pitch_deg),
        roll=np.radians(t.roll_deg),
        azimuth=np.radians(t.azimuth_deg),
        elevation=np.radians(t.elevation_deg),
        twist=np.radians(np.nan_to_num(t.twist_deg)),
    )


def lenses(telemetry: Telemetry, width_px: int, height_px: int) -> Lens:
    """The array lens of every row for pictures of this size.

    Where only the horizontal field of view is sent, square pixels give the vertical one. A field of view that no
    picture can have (0, or half a circle and more) is NaN.
    """
    hfov = np.radians(np.where((telemetry.hfov_deg > 0.0) & (telemetry.hfov_deg < 180.0), telemetry.hfov_deg, np.nan))
    square = 2.0 * np.arctan(np.tan(hfov / 2.0) * height_px / width_px)
    sent = (telemetry.vfov_deg > 0.0) & (telemetry.vfov_deg < 180.0)
    return Lens(hfov, np.where(sent, np.radians(telemetry.vfov_deg), square), width_px, height_px)
