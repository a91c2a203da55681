"""How a recording was made, for an authority to judge: where the aircraft flew, with which camera, to what end.

What the stream says is a fact; what it does not say may be stated by the person who ingests it, and the ledger keeps
that it was stated. What contradicts the stream is not a fact.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, inf

import numpy as np
from pyproj import Geod

from otear.authority.paths import Track
from otear.domain.authority import Authority, DataKind, SensorKind
from otear.domain.looks import Look
from otear.errors import InputError
from otear.geo.geoid import undulation
from otear.geo.terrain import Terrain
from otear.store.base import FootageRow
from otear.store.recording_files import read_telemetry
from otear.store.settings import PlatformSettings
from otear.store.workspace import Workspace
from otear.video.heights import resolve_heights
from otear.video.poses import placed
from otear.video.sensors import sensor_kind
from otear.workflow.held import not_purged

_SIGMAS = 3.0
_POSITION_SIGMA_M, _HEIGHT_SIGMA_M = hypot(1.0, 2.0), hypot(1.5, 3.0)
"""Noise and bias of the default error budget (`geo/budget.py`)."""
_FOOTPRINT_ERROR_PER_M, _POINTING_DEG = 0.0125, 0.1
"""CE90 of 305 m at 25 km slant range from 0.1 degree about any axis, rounded up: the worst of docs/benchmarks.md."""
_LE90_PER_SIGMA = 1.645
_LEAST_ABOVE_M = 10.0
_POLAR_DEG = 89.0
"""No chart is exact beside a pole, so nothing is looked at from there, and no flight is judged there."""
_WGS84 = Geod(ellps="WGS84")


@dataclass(frozen=True)
class Stated:
    """What a person says of a recording where its stream does not."""

    sensor: SensorKind | None = None
    aircraft: str | None = None
    purpose: str | None = None


UNSTATED = Stated()


@dataclass(frozen=True)
class Flown:
    """The facts of a flight. `sensors` are all kinds of camera that it used, `aircraft` all names that the aircraft
    goes by; both are empty, and `purpose` None, where they are not known."""

    track: Track
    sensors: tuple[SensorKind, ...]
    aircraft: tuple[str, ...]
    purpose: str | None
    navigation_error_m: float
    height_error_m: float
    tail_numbers: int = 1
    """How many aircraft the stream says it comes from."""
    pictures_s: float = 0.0
    """For how long there are pictures."""
    height_gap_m: float = 0.0
    """How far the two heights of the sensor are apart, sea level and ellipsoid, beyond what the geoid explains."""
    stated: tuple[str, ...] = ()
    """Those of sensor, aircraft and purpose that a person stated, and the stream does not say."""

    def aircraft_for(self, authority: Authority) -> str:
        """The name that an authority knows the aircraft by, else its first name, "" where it has none."""
        known = [name for name in self.aircraft if name in authority.authorization.aircraft]
        return next(iter((*known, *self.aircraft)), "")

    def purpose_for(self, authority: Authority) -> str | None:
        """The stated purpose, else the only one that there is."""
        purposes = authority.authorization.purposes
        return next(iter(purposes)) if self.purpose is None and len(purposes) == 1 else self.purpose


def flown(workspace: Workspace, row: FootageRow, stated: Stated) -> Flown:
    """The facts of the flight that made a recording. Raises `InputError` where a statement contradicts the stream,
    `NotFoundError` where its metadata were purged."""
    not_purged(row, DataKind.METADATA)
    says = row.summary.get("says")
    if says is None:
        raise InputError(
            f"footage {row.footage_id} was ingested by an earlier version, which did not note how it was made",
            field="footage_id",
            remedy="Ingest the recording again: nothing of it is lost",
        )
    by_stream = [*says["tail_number"], *says["designation"]]
    named = list(by_stream)
    kinds = {name: sensor_kind(name) for name in says["sensor"]}
    known = {kind for kind in kinds.values() if kind is not None}
    if stated.sensor is not None and known - {stated.sensor}:
        raise InputError(
            f"the stream says that its camera is {', '.join(sorted(known))} ({', '.join(says['sensor'])})",
            field="--sensor",
            remedy="Leave it out",
        )
    # A name that means nothing here is what the person says it is, and nothing where nobody says.
    unclear = not known or None in kinds.values()
    sensors = known | ({stated.sensor} if unclear else set())
    fleet = workspace.registers.aircraft()
    if stated.aircraft is not None:
        own = {stated.aircraft, *(one.registration for one in fleet if one.aircraft_id == stated.aircraft)}
        tails = says["tail_number"]  # a designation (ST 0601 item 10) only says what kind of aircraft it is
        if tails and not own & set(tails):
            raise InputError(
                f"the stream says that its aircraft is {', '.join(tails)}", field="--aircraft", remedy="Leave it out"
            )
        named = [*named, *sorted(own - set(named))]
    ids = [one.aircraft_id for one in fleet if one.registration in named and one.aircraft_id not in named]
    track, height_gap_m = _track(workspace, row)
    return Flown(
        track=track,
        height_gap_m=height_gap_m,
        sensors=() if None in sensors else tuple(sorted(kind for kind in sensors if kind is not None)),
        aircraft=(*named, *ids),
        purpose=stated.purpose,
        tail_numbers=max(len(says["tail_number"]), len(says["designation"])),
        pictures_s=_pictures_s(row),
        navigation_error_m=_SIGMAS * (workspace.settings.platform.position_m or _POSITION_SIGMA_M),
        height_error_m=_SIGMAS * (workspace.settings.platform.height_m or _HEIGHT_SIGMA_M),
        stated=tuple(
            name
            for name, said, own in (
                ("sensor", not unclear, stated.sensor),
                ("aircraft", says["tail_number"], stated.aircraft),
                ("purpose", None, stated.purpose),
            )
            if own and not said
        ),
    )


def footprint_margin_m(platform: PlatformSettings, track: Track, look: Look, ground: Terrain) -> float:
    """How far the edge of a footprint may really lie from where it was worked out, in metres.

    Pointing counts with the slant range, the height of the ground with the slant of the sight line. Infinite where the
    track does not say where the sensor was.
    """
    during = np.flatnonzero((track.time_us >= look.start_us) & (track.time_us <= look.end_us))
    points = np.array([point for ring in look.outline for point in ring], dtype=np.float64).reshape(-1, 2)
    if not len(during) or not len(points):
        return inf
    pointing_deg = hypot(platform.attitude_deg or 0.0, platform.gimbal_deg or 0.0)
    per_m = _FOOTPRINT_ERROR_PER_M * max(1.0, pointing_deg / _POINTING_DEG)
    ground_m = float(np.nanmedian(ground.heights(*np.radians(points[:, ::-1]).T)))
    at = during[np.linspace(0, len(during) - 1, num=min(len(during), 50)).astype(np.intp)]
    margin_m = 0.0
    for k in at.tolist():
        here = np.full(len(points), track.lon_deg[k]), np.full(len(points), track.lat_deg[k])
        _, _, away_m = _WGS84.inv(*here, points[:, 0], points[:, 1])
        farthest_m, above_m = float(np.max(away_m)), max(float(track.height_hae_m[k]) - ground_m, _LEAST_ABOVE_M)
        by_height_m = _LE90_PER_SIGMA * ground.sigma_m * farthest_m / above_m
        margin_m = max(margin_m, hypot(per_m * hypot(farthest_m, above_m), by_height_m))
    return margin_m


def _pictures_s(row: FootageRow) -> float:
    """For how long a recording shows pictures: all of it where their rate is not known."""
    video, frames = row.summary["video"], row.summary["frames"]
    if not frames:
        return 0.0
    return float(frames / video["fps"] if video and video["fps"] > 0.0 else row.summary["duration_s"])


def _track(workspace: Workspace, row: FootageRow) -> tuple[Track, float]:
    """Where the sensor was, at every row that looks are worked out from, and how far its heights contradict each other;
    batch by batch, as recordings are long."""
    empty = np.empty(0)
    parts = [(np.empty(0, dtype=np.int64), empty, empty, empty)]
    gap_m = 0.0
    for telemetry in read_telemetry(workspace.derived(row.footage_id)):
        hae_m = resolve_heights(telemetry).sensor_hae_m
        used = placed(telemetry, hae_m) & (telemetry.time_us > 0) & np.isfinite(hae_m)
        used &= np.abs(telemetry.sensor_lat_deg) < _POLAR_DEG
        t = telemetry.rows(used)
        both = np.isfinite(t.sensor_msl_m) & np.isfinite(t.sensor_hae_m)
        if both.any():
            lat, lon = np.radians(t.sensor_lat_deg[both]), np.radians(t.sensor_lon_deg[both])
            gaps_m = np.abs(t.sensor_hae_m[both] - t.sensor_msl_m[both] - undulation(lat, lon))
            gap_m = max(gap_m, float(gaps_m.max()))
        parts.append((t.time_us, t.sensor_lat_deg, t.sensor_lon_deg, hae_m[used]))
    times, lats, lons, heights = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    order = np.argsort(times, kind="stable")
    return Track(times[order], lats[order], lons[order], heights[order]), gap_m
