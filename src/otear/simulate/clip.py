"""A small STANAG 4609 recording of the project's own making: a survey aircraft looks at a road in fictional hills.

The coordinates are in the hills of Sinaloa, but terrain, fields and houses are invented. Every picture is rendered
through the same camera model and ray caster that read it back, so its metadata is true to what the encoding can hold.
The same seed and length give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from otear.geo.camera import Lens, Pose, camera_axes, sight_lines
from otear.geo.frames import Floats, ecef_from_geodetic, enu_axes
from otear.geo.geoid import undulation
from otear.geo.raycast import Hits, cast
from otear.simulate.elevation import write_elevation
from otear.simulate.ground import Ground, Pixels, make_ground
from otear.simulate.markings import core_id, security_set
from otear.video.klv.encode import encode_st0601, restamped
from otear.video.mux import CodedMetadata, CodedPicture, write_transport_stream

WIDTH_PX, HEIGHT_PX = 640, 360
_TICKS_PER_S = 30
_TICKS_PER_PICTURE, _TICKS_PER_PACKET = 2, 3
_FIRST_PTS_S = 1.0
_START_US = 1_709_654_400_000_000
"""2024-03-05T16:00:00Z."""
_LAT, _LON = np.radians(24.8), np.radians(-107.4)
_HEIGHT_MSL_M, _SPEED_M_S, _HFOV_DEG = 2_900.0, 72.0, 9.0
_GRAVITY_M_S2 = 9.80665
_ORBIT_M, _HEADING_0 = 2_900.0, np.radians(97.0)
_CELL_PX = 16
"""Rays are cast through the corners of cells of this size; ground coordinates in between are interpolated."""


@dataclass(frozen=True, eq=False)
class Flight:
    """A pose every 30th of a second."""

    pose: Pose
    lens: Lens


def write_clip(recording: Path, terrain: Path, *, seed: int, seconds: float = 10.0, repeats: int = 1) -> None:
    """Write a recording (15 pictures and 10 packets a second) and the terrain under it as a GeoTIFF.

    With `repeats` the same flight follows itself that many times while all clocks go on: long recordings at little
    cost.
    """
    rng = np.random.default_rng(seed)
    ground = make_ground(float(_LAT), float(_LON), rng)
    write_elevation(terrain, ground.msl_m, ground.grid)
    ticks = round(seconds * _TICKS_PER_S)
    units = _units(ground, _flight(ground, ticks, rng))
    write_transport_stream(recording, units if repeats == 1 else _repeated(list(units), ticks, repeats))


def _repeated(
    units: list[CodedPicture | CodedMetadata], ticks: int, repeats: int
) -> Iterator[CodedPicture | CodedMetadata]:
    for repeat in range(repeats):
        later_s, later_us = repeat * ticks / _TICKS_PER_S, repeat * ticks * 1_000_000 // _TICKS_PER_S
        for unit in units:
            pts_s = unit.pts_s + later_s
            if isinstance(unit, CodedMetadata):
                yield CodedMetadata(pts_s, restamped(unit.data, later_us))
            else:
                yield replace(unit, pts_s=pts_s, time_us=unit.time_us + later_us)


def _flight(ground: Ground, ticks: int, rng: np.random.Generator) -> Flight:
    """An unsteady orbit to the left about the hamlet, with the camera led along its road by hand."""
    time_s = np.arange(ticks) / _TICKS_PER_S
    phase = rng.uniform(0.0, 2.0 * np.pi, 6)
    bank = np.arctan(_SPEED_M_S**2 / (_GRAVITY_M_S2 * _ORBIT_M))
    roll = -bank + np.radians(2.5 * np.sin(time_s / 2.1 + phase[0]) + 0.5 * np.sin(time_s / 0.45 + phase[1]))
    pitch = np.radians(2.6 + 0.5 * np.sin(time_s / 1.7 + phase[2]) + 0.15 * np.sin(time_s / 0.38 + phase[3]))
    heading = _HEADING_0 + np.cumsum(_GRAVITY_M_S2 * np.tan(roll) / _SPEED_M_S) / _TICKS_PER_S
    step_m = _SPEED_M_S / _TICKS_PER_S
    focus_east, focus_north = ground.focus_m
    east = focus_east + _ORBIT_M * np.cos(_HEADING_0) + np.cumsum(step_m * np.sin(heading))
    north = focus_north - _ORBIT_M * np.sin(_HEADING_0) + np.cumsum(step_m * np.cos(heading))
    lat, lon = (np.array(v) for v in zip(*map(ground.place, east, north), strict=True))
    msl = _HEIGHT_MSL_M + 4.0 * np.sin(time_s / 3.3 + phase[4])
    height = msl + undulation(lat, lon)
    aim_east = focus_east + 150.0 * np.sin(time_s / 11.0 - 0.5) + 12.0 * np.sin(time_s / 1.9 + phase[5])
    aim_north = focus_north - 15.0 + 20.0 * np.sin(time_s / 2.7 + phase[4])
    aim_lat, aim_lon = (np.array(v) for v in zip(*map(ground.place, aim_east, aim_north), strict=True))
    aim = ecef_from_geodetic(aim_lat, aim_lon, ground.patch.heights(aim_lat, aim_lon))
    level = Pose(lat, lon, height, heading, pitch, roll, 0.0, 0.0, 0.0)
    enu = np.einsum("nij,nj->ni", enu_axes(lat, lon), aim - level.position_ecef)
    forward, right, down = np.einsum("nij,ni->jn", camera_axes(level), enu)
    azimuth, elevation = np.arctan2(right, forward), np.arctan2(-down, np.hypot(forward, right))
    pose = Pose(lat, lon, height, heading, pitch, roll, azimuth, elevation, np.zeros(ticks))
    hfov = np.radians(_HFOV_DEG)
    vfov = 2.0 * np.arctan(np.tan(hfov / 2.0) * HEIGHT_PX / WIDTH_PX)
    return Flight(pose, Lens(float(hfov), float(vfov), WIDTH_PX, HEIGHT_PX))


def _units(ground: Ground, flight: Flight) -> Iterator[CodedPicture | CodedMetadata]:
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH_PX, HEIGHT_PX, "yuv420p"
    encoder.framerate = Fraction(_TICKS_PER_S, _TICKS_PER_PICTURE)
    encoder.time_base = 1 / encoder.framerate
    encoder.thread_count = 1
    encoder.options = {
        "preset": "veryfast",
        "crf": "25",
        "x264-params": "keyint=15:min-keyint=15:scenecut=0:bframes=0:rc-lookahead=0:repeat-headers=1:aud=1:threads=1",
    }
    for tick in range(len(np.asarray(flight.pose.lat))):
        pose, pts_s = flight.pose.at(tick), _FIRST_PTS_S + tick / _TICKS_PER_S
        if tick % _TICKS_PER_PACKET == 0:
            yield CodedMetadata(pts_s, _packet(ground, pose, flight.lens, _time_us(tick)))
        if tick % _TICKS_PER_PICTURE == 0:
            frame = av.VideoFrame.from_ndarray(_render(ground, pose, flight.lens), format="rgb24")
            frame.pts = tick // _TICKS_PER_PICTURE
            yield from _coded(encoder.encode(frame))
    yield from _coded(encoder.encode(None))


def _time_us(tick: int) -> int:
    return _START_US + tick * 1_000_000 // _TICKS_PER_S


def _coded(packets: list[av.Packet]) -> Iterator[CodedPicture]:
    for packet in packets:
        tick = packet.pts * _TICKS_PER_PICTURE
        yield CodedPicture(_FIRST_PTS_S + tick / _TICKS_PER_S, _time_us(tick), packet.is_keyframe, bytes(packet))


def _look(ground: Ground, pose: Pose, lens: Lens, pixels: Floats) -> Hits:
    return cast(ground.patch, *sight_lines(pose, lens, pixels))


def _render(ground: Ground, pose: Pose, lens: Lens) -> Pixels:
    """The picture that the camera takes, (height, width, 3)."""
    columns, rows = -(-WIDTH_PX // _CELL_PX) + 1, -(-HEIGHT_PX // _CELL_PX) + 1
    x, y = np.meshgrid(np.arange(columns) * float(_CELL_PX), np.arange(rows) * float(_CELL_PX))
    hits = _look(ground, pose, lens, np.stack([x.ravel(), y.ravel()], axis=-1))
    east, north = ground.metres(hits.lat.reshape(rows, columns), hits.lon.reshape(rows, columns))
    at_x, at_y = np.meshgrid(
        ((np.arange(WIDTH_PX) + 0.5) / _CELL_PX).astype(np.float32),
        ((np.arange(HEIGHT_PX) + 0.5) / _CELL_PX).astype(np.float32),
    )
    return ground.colours(*(cv2.remap(v.astype(np.float32), at_x, at_y, cv2.INTER_LINEAR) for v in (east, north)))


def _packet(ground: Ground, pose: Pose, lens: Lens, time_us: int) -> bytes:
    """The ST 0601 packet of one moment."""
    middle = np.array([[0.5, 0.5], [0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.5], [1.0, 0.5]])
    hits = _look(ground, pose, lens, middle * [WIDTH_PX, HEIGHT_PX])
    lat, lon = np.degrees(hits.lat), np.degrees(hits.lon)
    geoid = undulation(hits.lat, hits.lon)
    ends = ecef_from_geodetic(hits.lat[5:], hits.lon[5:], hits.height_m[5:])
    degrees = {name: float(np.degrees(value)) for name, value in pose.__dict__.items() if name != "height_m"}
    sensor_hae_m = float(pose.height_m)
    values: dict[int | str, object] = {
        "time_us": time_us,
        "mission_id": "OTEAR-CLIP",
        "platform_heading_deg": degrees["heading"] % 360.0,
        "platform_pitch_deg": degrees["pitch"],
        "platform_roll_deg": degrees["roll"],
        "platform_tail_number": "OTEAR-SIM-1",
        "platform_designation": "Simulated survey aircraft",
        "image_source_sensor": "EO",
        "image_coordinate_system": "Geodetic WGS84",
        "sensor_latitude_deg": degrees["lat"],
        "sensor_longitude_deg": degrees["lon"],
        "sensor_height_msl_m": sensor_hae_m - float(undulation(pose.lat, pose.lon)),
        "sensor_hfov_deg": float(np.degrees(lens.hfov)),
        "sensor_vfov_deg": float(np.degrees(lens.vfov)),
        "sensor_relative_azimuth_deg": degrees["azimuth"] % 360.0,
        "sensor_relative_elevation_deg": degrees["elevation"],
        "sensor_relative_roll_deg": degrees["twist"] % 360.0,
        "slant_range_m": float(hits.range_m[0]),
        "frame_width_m": float(np.linalg.norm(ends[1] - ends[0])),
        "frame_centre_latitude_deg": float(lat[0]),
        "frame_centre_longitude_deg": float(lon[0]),
        "frame_centre_height_msl_m": float(hits.height_m[0] - geoid[0]),
        "flags": (),
        "security_set": security_set(),
        "platform_ground_speed_mps": round(_SPEED_M_S),
        "version": 19,
        "sensor_height_hae_m": sensor_hae_m,
        "frame_centre_height_hae_m": float(hits.height_m[0]),
    }
    for corner in range(1, 5):
        values[f"corner_{corner}_latitude_deg"] = float(lat[corner])
        values[f"corner_{corner}_longitude_deg"] = float(lon[corner])
    values["platform_pitch_full_deg"] = degrees["pitch"]
    values["platform_roll_full_deg"] = degrees["roll"]
    values["core_id"] = core_id("simulated-sensor", "simulated-platform")
    return encode_st0601(values)
