"""Heights above the ellipsoid from whatever a stream carries, and signs that it mixed its vertical datums up.

ST 0601 items 15, 25 and 42 stand above mean sea level (EGM96), 75, 78 and 104 above the WGS 84 ellipsoid. Telemetry is
in degrees and metres.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from otear.domain.telemetry import Floats, Telemetry
from otear.geo.camera import camera_axes
from otear.geo.frames import enu_axes, geodetic_from_ecef
from otear.geo.geoid import undulation
from otear.geo.terrain.base import Terrain
from otear.video.poses import poses

_SAME_M = 0.01 + 19_900.0 / 65_535.0 / 2.0
"""Two items that hold one number differ by no more than a centimetre and half of the 16-bit step of items 15 and 75."""
_TELLING_UNDULATION_M = 5.0
"""Where the geoid is nearer to the ellipsoid than this, a mix-up can neither be seen nor does it matter much."""


@dataclass(frozen=True)
class Heights:
    """Heights above the ellipsoid in metres, shape (n,), NaN where the stream gives none."""

    sensor_hae_m: Floats
    centre_hae_m: Floats


def resolve_heights(telemetry: Telemetry) -> Heights:
    """Heights above the ellipsoid of sensor and frame centre: as sent, else mean sea level plus undulation."""
    t = telemetry
    return Heights(
        _resolve(t.sensor_lat_deg, t.sensor_lon_deg, t.sensor_msl_m, t.sensor_hae_m),
        _resolve(t.centre_lat_deg, t.centre_lon_deg, t.centre_msl_m, t.centre_hae_m),
    )


def _resolve(lat_deg: Floats, lon_deg: Floats, msl_m: Floats, hae_m: Floats) -> Floats:
    return np.where(np.isnan(hae_m), msl_m + undulation(np.radians(lat_deg), np.radians(lon_deg)), hae_m)


def implied_centre_hae_m(telemetry: Telemetry) -> Floats:
    """Height above the ellipsoid of what is looked at, by slant range and pointing, shape (n,), NaN where unknown."""
    pose = poses(telemetry, resolve_heights(telemetry).sensor_hae_m)
    ahead = np.einsum("nij,ni->nj", enu_axes(pose.lat, pose.lon), camera_axes(pose)[..., :, 0])
    range_m = np.where(telemetry.slant_range_m > 0.0, telemetry.slant_range_m, np.nan)
    return geodetic_from_ecef(pose.position_ecef + range_m[:, None] * ahead)[2]


def with_heights(telemetry: Telemetry) -> Telemetry:
    """The same rows with both heights of the sensor filled in, each from the other where only one was sent."""
    hae_m = resolve_heights(telemetry).sensor_hae_m
    geoid_m = undulation(np.radians(telemetry.sensor_lat_deg), np.radians(telemetry.sensor_lon_deg))
    msl_m = np.where(np.isnan(telemetry.sensor_msl_m), hae_m - geoid_m, telemetry.sensor_msl_m)
    return replace(telemetry, sensor_hae_m=hae_m, sensor_msl_m=msl_m)


def datum_doubts(telemetry: Telemetry, terrain: Terrain | None = None) -> list[str]:
    """Plain sentences on what looks like one vertical datum written into the item of another; empty if nothing does."""
    t = telemetry
    doubts = []
    for what, lat, lon, msl_m, hae_m in (
        ("sensor", t.sensor_lat_deg, t.sensor_lon_deg, t.sensor_msl_m, t.sensor_hae_m),
        ("frame centre", t.centre_lat_deg, t.centre_lon_deg, t.centre_msl_m, t.centre_hae_m),
    ):
        both = np.isfinite([lat, lon, msl_m, hae_m]).all(axis=0)
        if not both.any():
            continue
        geoid_m = float(np.median(undulation(np.radians(lat[both]), np.radians(lon[both]))))
        gap_m = float(np.median(hae_m[both] - msl_m[both]))
        telling = abs(geoid_m) > _TELLING_UNDULATION_M
        if telling and abs(gap_m) <= _SAME_M:
            doubts.append(
                f"The {what} height is the same above sea level and above the ellipsoid, but the geoid stands "
                f"{geoid_m:+.1f} m from the ellipsoid there: one of the two items holds the other's datum."
            )
        elif telling and abs(gap_m + geoid_m) < _near_m(geoid_m):
            doubts.append(
                f"The {what} height above the ellipsoid is {gap_m:+.1f} m off that above sea level, but the geoid "
                f"stands {geoid_m:+.1f} m from the ellipsoid there: the two items may have changed places."
            )
        elif abs(gap_m - geoid_m) > max(3.0 * abs(geoid_m), 100.0):
            doubts.append(
                f"The {what} heights above sea level and above the ellipsoid are {abs(gap_m):.0f} m apart; the geoid "
                f"explains {geoid_m:+.1f} m."
            )
    if terrain is not None:
        doubts += terrain_doubts(telemetry, terrain)
    return doubts


def _near_m(geoid_m: float) -> float:
    """How near to the undulation a difference of heights counts as caused by it."""
    return max(3.0, 0.25 * abs(geoid_m))


def terrain_doubts(telemetry: Telemetry, terrain: Terrain) -> list[str]:
    """A plain sentence where reported frame centres lie off the terrain by what separates the datums."""
    lat, lon = np.radians(telemetry.centre_lat_deg), np.radians(telemetry.centre_lon_deg)
    excess = resolve_heights(telemetry).centre_hae_m - terrain.heights(lat, lon)
    known = ~np.isnan(excess)
    if not known.any():
        return []
    excess_m, geoid_m = float(np.median(excess[known])), float(np.median(undulation(lat[known], lon[known])))
    if abs(geoid_m) > _TELLING_UNDULATION_M and abs(abs(excess_m) - abs(geoid_m)) < _near_m(geoid_m):
        return [
            f"The reported frame centre lies {excess_m:+.1f} m off the terrain, about the geoid's {geoid_m:+.1f} m: "
            "its height is probably in the other datum."
        ]
    return []
