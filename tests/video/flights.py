"""Synthetic telemetry whose truth is known: an aircraft that rolls and pitches past a place its camera looks at."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
from scipy.spatial.transform import Rotation

from otear.domain.telemetry import Floats, Telemetry
from otear.geo.frames import LocalFrame, enu_axes, geodetic_from_ecef

LAT, LON = np.radians(24.8), np.radians(-107.4)


def flight(
    *,
    seconds: float = 60.0,
    rate_hz: float = 10.0,
    lag_s: float = 0.0,
    gimbal_lag_s: float = 0.0,
    mount_deg: tuple[float, float, float] = (0.0, 0.0, 0.0),
    noise_deg: float = 0.0,
    rng: np.random.Generator | None = None,
) -> Telemetry:
    """Telemetry that closes exactly but for what is asked for. What happened at t is reported at t + lag.

    Rotations are scipy's, not those of the camera model. Ellipsoid heights only; time starts in 2024.
    """
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    rng = rng or np.random.default_rng(0)
    frame = LocalFrame(float(LAT), float(LON))

    def platform(at: Floats) -> Floats:
        heading = 80.0 + 8.0 * np.sin(at / 9.0) + 0.8 * np.sin(at / 0.7)
        return np.stack([heading, 3.0 + 1.5 * np.sin(at / 1.3), 6.0 * np.sin(at / 2.0) + np.sin(at / 0.4)], axis=-1)

    def gimbal(at: Floats) -> Floats:
        """Azimuth and elevation that point the mounted gimbal at the aim point."""
        sensor, aim = places(at)
        axes = frame_axes(sensor)
        ned = np.einsum("nij,nj->ni", axes, aim - sensor)
        body = Rotation.from_euler("ZYX", platform(at), degrees=True).inv().apply(ned)
        base = Rotation.from_rotvec(mount_deg, degrees=True).inv().apply(body)
        return np.degrees(
            np.stack(
                [np.arctan2(base[:, 1], base[:, 0]), np.arctan2(-base[:, 2], np.hypot(base[:, 0], base[:, 1]))], -1
            )
        )

    def places(at: Floats) -> tuple[Floats, Floats]:
        flown = np.stack([-1_500.0 + 70.0 * at, -3_000.0 + 200.0 * np.sin(at / 20.0), 2_600.0 + 0.0 * at], axis=-1)
        aim = np.stack([20.0 * at, 100.0 * np.sin(at / 5.0), 200.0 + 0.0 * at], axis=-1)
        return frame.ecef_from_enu(flown), frame.ecef_from_enu(aim)

    def frame_axes(ecef: Floats) -> Floats:
        lat, lon, _ = geodetic_from_ecef(ecef)
        enu = enu_axes(lat, lon)
        return np.stack([enu[:, 1], enu[:, 0], -enu[:, 2]], axis=1)

    sensor, aim = places(time_s)
    lat, lon, hae = geodetic_from_ecef(sensor)
    aim_lat, aim_lon, aim_hae = geodetic_from_ecef(aim)
    heading, pitch, roll = (platform(time_s - lag_s) + noise_deg * rng.standard_normal((len(time_s), 3))).T
    azimuth, elevation = gimbal(time_s - gimbal_lag_s).T
    known = {
        "time_us": 1_709_654_400_000_000 + (time_s * 1e6).astype(np.int64),
        "sensor_lat_deg": np.degrees(lat),
        "sensor_lon_deg": np.degrees(lon),
        "sensor_hae_m": hae,
        "heading_deg": heading % 360.0,
        "pitch_deg": pitch,
        "roll_deg": roll,
        "azimuth_deg": azimuth % 360.0,
        "elevation_deg": elevation,
        "twist_deg": np.zeros(len(time_s)),
        "hfov_deg": np.full(len(time_s), 9.0),
        "vfov_deg": np.full(len(time_s), 5.0),
        "slant_range_m": np.linalg.norm(aim - sensor, axis=1),
        "centre_lat_deg": np.degrees(aim_lat),
        "centre_lon_deg": np.degrees(aim_lon),
        "centre_hae_m": aim_hae,
    }
    return replace(blank(len(time_s)), **known)


def blank(rows: int) -> Telemetry:
    """Telemetry in which everything is missing."""
    columns: dict[str, np.ndarray] = {}
    for field in fields(Telemetry):
        shape = (rows, 4) if field.name.startswith("corner") else (rows,)
        columns[field.name] = np.full(shape, -1) if field.type == "Ints" else np.full(shape, np.nan)
    return replace(Telemetry(**columns), packet=np.arange(rows))
