"""Whether a stream's slant range was measured or worked out. Telemetry is in degrees and metres."""

from __future__ import annotations

import numpy as np

from otear.domain.footage import RangePedigree
from otear.domain.telemetry import Telemetry
from otear.geo.frames import ecef_from_geodetic
from otear.video.heights import resolve_heights


def range_pedigree(telemetry: Telemetry | None) -> tuple[RangePedigree, str]:
    """Where the slant range comes from, and how one knows; without a flag that says so it is never called measured."""
    if telemetry is None or not (telemetry.slant_range_m > 0.0).any():
        return RangePedigree.ABSENT, "the stream carries no slant range"
    t, heights = telemetry, resolve_heights(telemetry)
    sensor = ecef_from_geodetic(np.radians(t.sensor_lat_deg), np.radians(t.sensor_lon_deg), heights.sensor_hae_m)
    centre = ecef_from_geodetic(np.radians(t.centre_lat_deg), np.radians(t.centre_lon_deg), heights.centre_hae_m)
    off_m = np.abs(np.linalg.norm(centre - sensor, axis=1) - t.slant_range_m)
    off_m = off_m[np.isfinite(off_m) & (t.slant_range_m > 0.0)]
    flags = t.slant_range_measured[t.slant_range_measured >= 0]
    if len(flags) and float(np.mean(flags)) > 0.5:
        return RangePedigree.MEASURED, "the stream's flags (item 47) say that a laser measured it"
    if len(flags):
        return RangePedigree.COMPUTED, "the stream's flags (item 47) say that it was computed"
    if not len(off_m):
        return (
            RangePedigree.COMPUTED,
            "nothing says that it was measured, and there is no frame centre to compare it with",
        )
    median_m = float(np.median(off_m))
    # Heights come in steps of 0.3 m: a range worked out from the same numbers cannot agree much better.
    if median_m < 1.0:
        return RangePedigree.COMPUTED, f"it equals the distance to the reported frame centre ({median_m:.2f} m median)"
    return (
        RangePedigree.COMPUTED,
        f"nothing says that it was measured; it is {median_m:.1f} m (median) off the distance to the frame centre",
    )
