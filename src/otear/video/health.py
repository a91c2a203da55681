"""The verdict on a recording from its stream alone.

Telemetry streams by in pieces of any size. Counts (jumps, gaps, frozen and impossible fields) are taken on every row;
what needs rows side by side (closure, lag, range, datum) is worked out on at most 8 stretches of 512 consecutive rows,
evenly spread over the recording: all of it up to 4,096 rows, and no more memory for hours than for minutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from otear.domain.footage import Health
from otear.domain.telemetry import Floats, Telemetry
from otear.geo.frames import ecef_from_geodetic
from otear.geo.terrain.base import Terrain
from otear.video.closure import ClosureFit, closure, fit_closure, sights
from otear.video.heights import datum_doubts, resolve_heights
from otear.video.poses import HIGHEST_SENSOR_M, LOWEST_SENSOR_M
from otear.video.ranges import range_pedigree
from otear.video.thinning import EvenSample

_STRETCH_ROWS = 512
_STRETCHES = 8
_FASTEST_M_S = 400.0
_GAP_S = 1.0
_GAP_INTERVALS = 5.0
_FROZEN_S = 5.0
_FROZEN_ROWS = 20
_NOTABLE_LAG_S = 0.05
_NOTABLE_RMS_DEG = 1.0

_COMPANIONS = {
    "sensor_lat_deg": "sensor_lon_deg",
    "sensor_lon_deg": "sensor_lat_deg",
    "heading_deg": "sensor_lat_deg",
    "pitch_deg": "sensor_lat_deg",
    "roll_deg": "sensor_lat_deg",
    "azimuth_deg": "elevation_deg",
    "elevation_deg": "azimuth_deg",
    "slant_range_m": "sensor_lat_deg",
}
"""A field is stale when it stands still for long while its companion moves; a parked gimbal, say, is not stale."""


def joined(parts: Sequence[Telemetry]) -> Telemetry:
    """Several pieces of telemetry as one."""
    return Telemetry(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Telemetry)})


@dataclass
class _Frozen:
    """The longest run of rows, present in the stream, in which one field did not change."""

    last: float = np.nan
    run: int = 0
    longest: int = 0

    def add(self, column: Floats) -> None:
        present = column[~np.isnan(column)]
        if not len(present):
            return
        changed = np.flatnonzero(np.diff(present, prepend=self.last) != 0.0)
        if len(changed):
            runs = np.diff(changed, prepend=changed[0] - self.run - changed[0], append=len(present))
            self.longest = max(self.longest, int(runs[:-1].max()))
            self.run = int(runs[-1])
        else:
            self.run += len(present)
        self.longest = max(self.longest, self.run)
        self.last = float(present[-1])


class HealthObserver:
    """Watches the telemetry of a recording as it streams by."""

    def __init__(self) -> None:
        self._rows = 0
        self._jumps = 0
        self._gaps = 0
        self._gap_s: float | None = None
        self._first_us: int | None = None
        self._last: Telemetry | None = None  # the last row with a time
        self._frozen = {name: _Frozen() for name in _COMPANIONS}
        self._impossible: dict[str, int] = {}
        self._pending: list[Telemetry] = []
        self._stretches: EvenSample[Telemetry] = EvenSample(_STRETCHES)

    def add(self, telemetry: Telemetry) -> None:
        """Take note of the next rows, in the order of the stream."""
        if not len(telemetry):
            return
        self._rows += len(telemetry)
        self._count_steps(telemetry)
        self._count_impossible(telemetry)
        for name, frozen in self._frozen.items():
            frozen.add(getattr(telemetry, name))
        self._keep(telemetry)

    def _keep(self, telemetry: Telemetry) -> None:
        self._pending.append(telemetry)
        if sum(map(len, self._pending)) < _STRETCH_ROWS:
            return
        whole = joined(self._pending)
        cut = len(whole) - len(whole) % _STRETCH_ROWS
        for start in range(0, cut, _STRETCH_ROWS):
            self._stretches.add(whole.rows(slice(start, start + _STRETCH_ROWS)))
        self._pending = [whole.rows(slice(cut, None))]

    def _count_steps(self, telemetry: Telemetry) -> None:
        timed = telemetry.rows(telemetry.time_us > 0)
        if not len(timed):
            return
        if self._first_us is None:
            self._first_us = int(timed.time_us[0])
        t = timed if self._last is None else joined([self._last, timed])
        self._last = timed.rows(slice(-1, None))
        step_s = np.diff(t.time_us) * 1e-6
        if not len(step_s):
            return
        if self._gap_s is None:
            self._gap_s = max(_GAP_S, _GAP_INTERVALS * float(np.median(np.abs(step_s))))
        self._gaps += int(np.count_nonzero(step_s > self._gap_s))
        place = ecef_from_geodetic(np.radians(t.sensor_lat_deg), np.radians(t.sensor_lon_deg), np.zeros(len(t)))
        moved_m = np.linalg.norm(np.diff(place, axis=0), axis=1)
        self._jumps += int(np.count_nonzero(moved_m > _FASTEST_M_S * np.maximum(np.abs(step_s), 0.02)))

    def _count_impossible(self, t: Telemetry) -> None:
        heights = resolve_heights(t)
        for what, bad in {
            "sensor position at latitude and longitude 0": (t.sensor_lat_deg == 0.0) & (t.sensor_lon_deg == 0.0),
            "frame centre at latitude and longitude 0": (t.centre_lat_deg == 0.0) & (t.centre_lon_deg == 0.0),
            "sensor position or frame centre that is no place on Earth": _off_earth(t.sensor_lat_deg, t.sensor_lon_deg)
            | _off_earth(t.centre_lat_deg, t.centre_lon_deg),
            "horizontal field of view of 0 or at least 180 degrees": (t.hfov_deg <= 0.0) | (t.hfov_deg >= 180.0),
            "vertical field of view of 0 or at least 180 degrees": (t.vfov_deg <= 0.0) | (t.vfov_deg >= 180.0),
            "slant range of 0": t.slant_range_m <= 0.0,
            "frame width of 0": t.frame_width_m <= 0.0,
            "sensor height outside the atmosphere": (heights.sensor_hae_m < LOWEST_SENSOR_M)
            | (heights.sensor_hae_m > HIGHEST_SENSOR_M),
            "sensor below the frame centre": heights.sensor_hae_m < heights.centre_hae_m,
            "row without a time": t.time_us <= 0,
        }.items():
            count = int(np.count_nonzero(bad))
            if count:
                self._impossible[what] = self._impossible.get(what, 0) + count

    def verdict(self, *, terrain: Terrain | None = None, also: Sequence[str] = ()) -> Health:
        """The verdict so far. `also` are warnings from elsewhere (clocks, reader) to be listed with it."""
        parts = [*self._stretches.items, *([joined(self._pending)] if self._pending else [])]
        sample = joined(parts) if parts else None
        stretches = [sights(piece) for part in parts for piece in self._without_gaps(part)]
        stretches = [stretch for stretch in stretches if len(stretch)]
        before = np.degrees(np.concatenate([closure(s) for s in stretches])) if stretches else np.empty(0)
        fit = fit_closure(stretches)
        after = np.degrees(fit.after)
        pedigree, because = range_pedigree(sample)
        stale = self._stale()
        warnings = [*also, *_pointing_warnings(before, after, fit), *self._count_warnings(stale)]
        if sample is not None:
            warnings += datum_doubts(sample, terrain)
        return Health(
            lag_ms=None if fit.lag_s is None else fit.lag_s * 1e3,
            lag_sigma_ms=None if fit.lag_s is None else fit.lag_sigma_s * 1e3,
            gimbal_lag_ms=None if fit.gimbal_lag_s is None else fit.gimbal_lag_s * 1e3,
            pointing_rms_deg=_rms(before),
            pointing_median_deg=_percentile(before, 50.0),
            pointing_p90_deg=_percentile(before, 90.0),
            fitted_rms_deg=_rms(after),
            fitted_median_deg=_percentile(after, 50.0),
            fitted_p90_deg=_percentile(after, 90.0),
            mount_deg=_degrees(fit.mount) if len(after) else None,
            rows_closed=len(before),
            range_pedigree=pedigree,
            range_because=because,
            stale_fields=stale,
            jumps=self._jumps,
            gaps=self._gaps,
            warnings=tuple(warnings),
        )

    def _without_gaps(self, t: Telemetry) -> list[Telemetry]:
        """Attitude is never interpolated across a gap."""
        cuts = np.flatnonzero(np.abs(np.diff(t.time_us)) * 1e-6 > (self._gap_s or _GAP_S)) + 1
        edges = [0, *cuts.tolist(), len(t)]
        return [t.rows(slice(low, high)) for low, high in pairwise(edges)]

    def _stale(self) -> tuple[str, ...]:
        if self._last is None or self._first_us is None or self._rows < 2:
            return ()
        interval_s = (int(self._last.time_us[0]) - self._first_us) * 1e-6 / (self._rows - 1)
        return tuple(
            name
            for name, companion in _COMPANIONS.items()
            if (frozen := self._frozen[name].longest) >= _FROZEN_ROWS
            and frozen * interval_s >= _FROZEN_S
            and 0 < self._frozen[companion].longest < frozen / 2
        )

    def _count_warnings(self, stale: tuple[str, ...]) -> list[str]:
        warnings = []
        if stale:
            warnings.append(f"Frozen for seconds while the aircraft or camera moves: {', '.join(stale)}.")
        warnings += [f"Impossible in {n:,} of {self._rows:,} rows: {what}." for what, n in self._impossible.items()]
        if self._jumps:
            warnings.append(f"The sensor position jumps {self._jumps:,} times faster than {_FASTEST_M_S:.0f} m/s.")
        if self._gaps:
            warnings.append(f"Telemetry is missing {self._gaps:,} times for more than {self._gap_s:.1f} s.")
        return warnings


def _off_earth(lat_deg: Floats, lon_deg: Floats) -> NDArray[np.bool_]:
    """Only EG 0104 can write such a place: its numbers are floating ones, and no checksum stands over them."""
    return np.asarray((np.abs(lat_deg) > 90.0) | (np.abs(lon_deg) > 360.0), dtype=np.bool_)


def _pointing_warnings(before: Floats, after: Floats, fit: ClosureFit) -> list[str]:
    if not len(before):
        return ["Pointing cannot be tested: no row carries position, attitude and frame centre together."]
    warnings = []
    rms, fitted = _rms(before), _rms(after)
    if rms is not None and fitted is not None and fitted > _NOTABLE_RMS_DEG:
        warnings.append(
            f"Attitude and frame centre contradict each other: the line of sight misses the reported frame centre by "
            f"{rms:.1f} degrees rms, {fitted:.1f} after fitting lag and mount."
        )
    elif fit.lag_s is not None and abs(fit.lag_s) > max(_NOTABLE_LAG_S, 3.0 * fit.lag_sigma_s):
        warnings.append(
            f"The platform's attitude is {abs(fit.lag_s) * 1e3:.0f} ms {'late' if fit.lag_s > 0 else 'early'} against "
            f"its position; pointing closes to {rms:.2f} degrees rms as sent, {fitted:.2f} after fitting lag and mount."
        )
    return warnings


def _rms(angles: Floats) -> float | None:
    return float(np.sqrt(np.mean(angles**2))) if len(angles) else None


def _percentile(angles: Floats, percent: float) -> float | None:
    return float(np.percentile(angles, percent)) if len(angles) else None


def _degrees(angles: tuple[float, float, float]) -> tuple[float, float, float]:
    x, y, z = (float(np.degrees(angle)) for angle in angles)
    return x, y, z
