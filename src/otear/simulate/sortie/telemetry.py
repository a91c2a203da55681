"""The metadata of a simulated flight: what it reports of itself, as ST 0601 packets.

Frame centre and corners are where the *reported* sight lines meet the terrain, as an aircraft would reckon them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tstrans.klv import encode_sdcc_flp_mode2

from otear.domain.aircraft import Aircraft, Sensor
from otear.domain.authority import SensorKind
from otear.geo.camera import Lens, camera_axes, pixel_rays
from otear.geo.frames import Floats, ecef_from_geodetic, enu_axes
from otear.geo.geoid import undulation
from otear.geo.raycast import Hits, cast
from otear.geo.terrain.patch import Patch
from otear.simulate.markings import core_id, security_set
from otear.simulate.sortie.deviations import Reported
from otear.simulate.sortie.heading import with_heading_on_a_step
from otear.simulate.sortie.stated import centre_errors, stated_sigmas
from otear.video.klv.write_columns import packets_of

_SENSORS = {SensorKind.VISIBLE: "EO", SensorKind.THERMAL: "IR"}
# Centre, the four corners from the upper left clockwise, and the middles of the left and right edges.
_SPOTS = np.array([[0.5, 0.5], [0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.5], [1.0, 0.5]])
_CORNERS = slice(1, 5)
_FARTHEST_M = 200_000.0
_OFFSET_DEG = 0.075
_BATCH = 20_000
_VERSION = 19


@dataclass(frozen=True)
class Mission:
    """What the packets of a recording say of whom they come from."""

    name: str
    aircraft: Aircraft
    sensor: Sensor


def packets(reported: Reported, mission: Mission, patch: Patch) -> list[bytes]:
    """A packet for each report, in order. One whose picture does not lie on the terrain says nothing of the ground."""
    out: list[bytes] = []
    for first in range(0, len(reported.time_us), _BATCH):
        rows = np.arange(first, min(first + _BATCH, len(reported.time_us)))
        out += _batch(reported.rows(rows), mission, patch)
    return out


def _batch(reported: Reported, mission: Mission, patch: Patch) -> list[bytes]:
    count = len(reported.time_us)
    hits = _looked_at(reported, patch)
    ends = np.reshape(hits.miss == 0, (count, len(_SPOTS))).all(axis=1)
    out: list[bytes] = [b""] * count
    for grounded in (True, False):
        rows = np.flatnonzero(ends == grounded)
        if rows.size:
            some = reported.rows(rows)
            values = _sensor_values(some, mission)
            if grounded:
                values |= _ground_values(some, mission, patch, _Ground.of(hits, rows))
            values |= _set_values(mission)
            for row, packet in zip(rows.tolist(), packets_of(some.time_us, values), strict=True):
                out[row] = packet.tobytes()
    return out


def _looked_at(reported: Reported, patch: Patch) -> Hits:
    """Where the rays of each report through `_SPOTS` meet the ground, flat, report by report."""
    count = len(reported.time_us)
    lens = Lens(reported.hfov[:, None], reported.vfov[:, None], 1, 1)
    rays = pixel_rays(lens, np.broadcast_to(_SPOTS, (count, len(_SPOTS), 2)))
    pose = reported.pose
    axes = np.swapaxes(enu_axes(pose.lat, pose.lon), -1, -2) @ camera_axes(pose)
    directions = np.einsum("nij,nkj->nki", axes, rays).reshape(-1, 3)
    origins = np.repeat(pose.position_ecef, len(_SPOTS), axis=0)
    return cast(patch, origins, directions, max_range_m=_FARTHEST_M)


@dataclass(frozen=True, eq=False)
class _Ground:
    """Places (degrees, HAE) and ranges of the spots, each (n, spots)."""

    lat_deg: Floats
    lon_deg: Floats
    hae_m: Floats
    range_m: Floats

    @classmethod
    def of(cls, hits: Hits, rows: NDArray[np.int64]) -> _Ground:
        shaped = (np.reshape(v, (-1, len(_SPOTS)))[rows] for v in (hits.lat, hits.lon, hits.height_m, hits.range_m))
        lat, lon, hae, away = shaped
        return cls(np.degrees(lat), np.degrees(lon), hae, away)


def _sensor_values(reported: Reported, mission: Mission) -> dict[int | str, Any]:
    pose = with_heading_on_a_step(reported.pose)
    lat, lon, height = (np.asarray(v, dtype=np.float64) for v in (pose.lat, pose.lon, pose.height_m))
    angle = {name: np.degrees(np.asarray(getattr(pose, name), dtype=np.float64)) for name in pose.__dict__}
    msl = height - undulation(lat, lon)
    return {
        "mission_id": mission.name,
        "platform_tail_number": mission.aircraft.registration,
        "platform_designation": mission.aircraft.designation,
        "image_source_sensor": _SENSORS[mission.sensor.kind],
        "image_coordinate_system": "Geodetic WGS84",
        "platform_pitch_deg": np.clip(angle["pitch"], -20.0, 20.0),
        "platform_roll_deg": np.clip(angle["roll"], -50.0, 50.0),
        "sensor_height_msl_m": msl,
        "sensor_hfov_deg": np.degrees(reported.hfov),
        "sensor_vfov_deg": np.degrees(reported.vfov),
        # The items from here on to the SDCC are those that its matrix speaks of, in its order.
        "sensor_latitude_deg": angle["lat"],
        "sensor_longitude_deg": angle["lon"],
        # In place of item 75: ST 0902 allows one of the two, and that one is known to 0.3 m only.
        "sensor_height_hae_extended_m": height,
        "platform_heading_deg": angle["heading"] % 360.0,
        "platform_pitch_full_deg": angle["pitch"],
        "platform_roll_full_deg": angle["roll"],
        "sensor_relative_azimuth_deg": angle["azimuth"] % 360.0,
        "sensor_relative_elevation_deg": angle["elevation"],
        "sensor_relative_roll_deg": angle["twist"] % 360.0,
        "sdcc": encode_sdcc_flp_mode2(stated_sigmas(mission.aircraft, mission.sensor, float(lat[0])), [0.0] * 36, 1),
        "platform_ground_speed_mps": np.clip(np.round(reported.ground_speed_mps), 0.0, 255.0),
        "version": _VERSION,
    }


def _ground_values(reported: Reported, mission: Mission, patch: Patch, ground: _Ground) -> dict[int | str, Any]:
    lat, lon, hae = ground.lat_deg, ground.lon_deg, ground.hae_m
    geoid = undulation(np.radians(lat[:, 0]), np.radians(lon[:, 0]))
    ends = ecef_from_geodetic(np.radians(lat[:, 5:]), np.radians(lon[:, 5:]), hae[:, 5:])
    ce90, le90 = centre_errors(reported, mission.aircraft, mission.sensor, patch)
    values: dict[int | str, Any] = {
        "slant_range_m": ground.range_m[:, 0],
        "frame_width_m": np.minimum(np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1), 10_000.0),
        "frame_width_extended_m": np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1),
        "frame_centre_latitude_deg": lat[:, 0],
        "frame_centre_longitude_deg": lon[:, 0],
        "frame_centre_height_msl_m": hae[:, 0] - geoid,
        "frame_centre_height_hae_m": hae[:, 0],
        "ce90_m": np.minimum(ce90, 4_095.0),
        "le90_m": np.minimum(le90, 4_095.0),
        "flags": (),
    }
    offsets: dict[int | str, Any] = {}
    full: dict[int | str, Any] = {}
    for corner, spot in enumerate(range(*_CORNERS.indices(len(_SPOTS))), 1):
        for name, degrees in (("latitude", lat), ("longitude", lon)):
            offset = degrees[:, spot] - degrees[:, 0]
            # Older readers know offsets only; a corner too far for one is said in full alone.
            offsets[f"corner_{corner}_{name}_offset_deg"] = np.where(np.abs(offset) <= _OFFSET_DEG, offset, np.nan)
            full[f"corner_{corner}_{name}_deg"] = degrees[:, spot]
    return {**values, **offsets, **full}


def _set_values(mission: Mission) -> dict[int | str, Any]:
    platform = f"simulated:{mission.aircraft.registration}"
    return {
        "operational_mode": "exercise",
        "security_set": security_set(caveats="TEST DATA", releasing_instructions="USA MEX"),
        "core_id": core_id(f"{platform}:{mission.sensor.name}", platform),
    }
