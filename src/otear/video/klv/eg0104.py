"""EG 0104, the universal set that came before ST 0601: items with 16-byte keys, big-endian IEEE numbers.

Its sensor angles are not relative to the platform: "angle to north" and "obliquity" are the azimuth (clockwise from
north) and elevation (up is positive) of the line of sight itself. They are turned here into the gimbal angles of
ST 0601 under the platform's own heading, pitch and roll, so that the one camera model serves both. The sensor roll is
about the line of sight and relative to the platform as it is there; a set without one means a gimbal that has no roll
axis. (On a real flight at Fort A.P. Hill this reproduces the reported range to 5 cm and the reported corners, turned
about the frame centre, to 2 cm. The reported azimuths differ there from the reported frame centres by 1.466 degrees
throughout, the meridian convergence of the UTM grid; that is left as it is, for the closure check to find.)
Degrees throughout, metres, microseconds.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from otear.geo.camera import Pose, camera_axes
from otear.video.klv.ber import Cursor, MalformedError, text

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TIME = "time_us"
_NAMES: dict[str, tuple[str, str]] = {
    "0101200100000000": ("device_designation", ""),
    "0101210100000000": ("device_number", ""),
    "0105050000000000": ("mission_id", ""),
    "0105010000000000": ("mission_number", ""),
    "0420010201010000": ("image_source_sensor", ""),
    "0420020101080000": ("hfov_deg", "°"),
    "04200201010a0100": ("vfov_deg", "°"),
    "0701010100000000": ("image_coordinate_system", ""),
    "0701020102020000": ("sensor_msl_m", "m"),
    "0701020102040200": ("sensor_lat_deg", "°"),
    "0701020102060200": ("sensor_lon_deg", "°"),
    "0701020103020000": ("centre_lat_deg", "°"),
    "0701020103040000": ("centre_lon_deg", "°"),
    "0701020103070100": ("corner_1_lat_deg", "°"),
    "0701020103080100": ("corner_2_lat_deg", "°"),
    "0701020103090100": ("corner_3_lat_deg", "°"),
    "07010201030a0100": ("corner_4_lat_deg", "°"),
    "07010201030b0100": ("corner_1_lon_deg", "°"),
    "07010201030c0100": ("corner_2_lon_deg", "°"),
    "07010201030d0100": ("corner_3_lon_deg", "°"),
    "07010201030e0100": ("corner_4_lon_deg", "°"),
    "0701020103160000": ("centre_msl_m", "m"),
    "0701080101000000": ("slant_range_m", "m"),
    "0701090201000000": ("frame_width_m", "m"),
    "0701100101000000": ("sensor_roll_deg", "°"),
    "0701100102000000": ("angle_to_north_deg", "°"),
    "0701100103000000": ("obliquity_deg", "°"),
    "0701100104000000": ("platform_roll_deg", "°"),
    "0701100105000000": ("platform_pitch_deg", "°"),
    "0701100106000000": ("platform_heading_deg", "°"),
    "0702010101050000": (TIME, "µs"),
    "0702010201010000": ("start_date_time", ""),
    "0702010207010000": ("event_start_date_time", ""),
    "0e01010102000000": ("version", ""),
    "0e01030302000000": ("security_set", ""),
    "0208020000000000": ("security_set", ""),
}
"""Name and unit of each item by the last eight bytes of its key; the first eight differ between registry versions."""
_ITEMS = {bytes.fromhex(key): name for key, name in _NAMES.items()}
_DIRECT = (
    "sensor_msl_m", "sensor_lat_deg", "sensor_lon_deg", "centre_lat_deg", "centre_lon_deg", "centre_msl_m",
    "slant_range_m", "frame_width_m", "hfov_deg", "vfov_deg",
)  # fmt: skip
_PLATFORM = {"heading_deg": "platform_heading_deg", "pitch_deg": "platform_pitch_deg", "roll_deg": "platform_roll_deg"}


def universal_items(body: bytes) -> Iterator[tuple[bytes, str, object, str]]:
    """Key, name ("" where unknown), value and unit of each item of the set; `MalformedError` where they do not fit."""
    cursor = Cursor(body)
    while cursor:
        key, value = cursor.take(16), cursor.chunk()
        name, unit = _ITEMS.get(key[8:], ("", ""))
        if unit in ("°", "m") and len(value) in (4, 8):
            yield key, name, struct.unpack(">f" if len(value) == 4 else ">d", value)[0], unit
        elif name == TIME:
            yield key, name, int.from_bytes(value, "big"), unit
        else:
            yield key, name, text(value) if name and name != "security_set" else value, unit


def eg0104_columns(bodies: Sequence[bytes], rows: Ints, columns: dict[str, Floats]) -> Ints:
    """Fill the telemetry columns, by name, at `rows` from as many sets; returns their times, -1 for none."""
    sets = [_numbers(body) for body in bodies]
    reals = {
        name: np.array([found.get(name, np.nan) for found in sets], dtype=np.float64)
        for name, unit in _ITEMS.values()
        if unit in ("°", "m")
    }
    for name in _DIRECT:
        columns[name][rows] = reals[name]
    for corner in range(4):
        columns["corner_lat_deg"][rows, corner] = reals[f"corner_{corner + 1}_lat_deg"]
        columns["corner_lon_deg"][rows, corner] = reals[f"corner_{corner + 1}_lon_deg"]
    for name, source in _PLATFORM.items():
        columns[name][rows] = reals[source]
    columns["heading_deg"][rows] %= 360.0
    columns["twist_deg"][rows] = np.nan_to_num(reals["sensor_roll_deg"])
    columns["azimuth_deg"][rows], columns["elevation_deg"][rows] = gimbal_angles(
        (reals["platform_heading_deg"], reals["platform_pitch_deg"], reals["platform_roll_deg"]),
        (reals["angle_to_north_deg"], reals["obliquity_deg"]),
    )
    return np.array([int(found.get(TIME, -1)) for found in sets], dtype=np.int64)


def _numbers(body: bytes) -> dict[str, float]:
    """The numbers of one set by name, as far as its items can be read; infinities say as little as NaN."""
    found: dict[str, float] = {}
    try:
        for _, name, value, _ in universal_items(body):
            if isinstance(value, (float, int)) and isfinite(value):
                found[name] = value
    except MalformedError:
        # A damaged set is not trusted; what could be read is still shown.
        return found
    return found


def gimbal_angles(
    platform_deg: tuple[Floats, Floats, Floats], sight_deg: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    """Relative azimuth [0, 360) and elevation (degrees, shape (n,)) of a line of sight.

    `platform_deg` is heading, pitch and roll, `sight_deg` azimuth from north and elevation of the line of sight, all of
    shape (n,). The camera model's own conventions relate the two.
    """
    zero = np.zeros_like(sight_deg[0])
    heading, pitch, roll = (np.radians(angle) for angle in platform_deg)
    azimuth, elevation = (np.radians(angle) for angle in sight_deg)
    platform = camera_axes(Pose(zero, zero, zero, heading, pitch, roll, zero, zero, zero))
    sight = camera_axes(Pose(zero, zero, zero, azimuth, zero, zero, zero, elevation, zero))
    turned = np.swapaxes(platform, -1, -2) @ sight
    ahead, right, down = turned[:, 0, 0], turned[:, 1, 0], turned[:, 2, 0]
    return np.degrees(np.arctan2(right, ahead)) % 360.0, -np.degrees(np.arcsin(np.clip(down, -1.0, 1.0)))
