"""From telemetry columns (degrees) to the camera model's poses and lenses (radians)."""

from __future__ import annotations

import numpy as np

from otear.domain.telemetry import Floats, Telemetry
from otear.geo.camera import Lens, Pose


def poses(telemetry: Telemetry, sensor_hae_m: Floats) -> Pose:
    """The array pose of every row, `sensor_hae_m` (n,) being its height above the ellipsoid.

    A stream that never sends the sensor's relative roll (item 20) has a camera that does not roll: it counts as 0.
    Every other missing angle stays NaN.
    """
    t = telemetry
    return Pose(
        lat=np.radians(t.sensor_lat_deg),
        lon=np.radians(t.sensor_lon_deg),
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

    Where only the horizontal field of view is sent, square pixels give the vertical one.
    """
    hfov = np.radians(telemetry.hfov_deg)
    square = 2.0 * np.arctan(np.tan(hfov / 2.0) * height_px / width_px)
    vfov = np.radians(telemetry.vfov_deg)
    return Lens(hfov, np.where(np.isnan(vfov) | (vfov <= 0.0), square, vfov), width_px, height_px)
