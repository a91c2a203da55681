"""What a recording says of its sensor, moment by moment: one row per packet, one array per quantity.

Edge units: degrees, metres, seconds. Missing values are NaN (a floating column) or -1 (a whole-number column). Rows are
in the order of the stream.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Telemetry:
    """Columns of shape (n,), but corners of shape (n, 4) in the order of ST 0601: upper left, upper right, lower right,
    lower left of the picture.

    Heights: `*_msl_m` stand above EGM96 mean sea level, `*_hae_m` above the WGS 84 ellipsoid; a stream may carry either
    or both, and what it did not carry is NaN here (`heights.py` in `video/` resolves them). `slant_range_measured` is 1
    where the stream's own flags say that a laser measured the range, 0 where they say that it was computed, -1 where
    they say nothing; `infrared_black_hot` likewise is 1 where they say that what is hot is dark in thermal pictures.
    `sigma_*` are 1-sigma errors that the stream itself states (ST 1010), NaN where it states none.
    """

    packet: Ints
    time_us: Ints
    pts_s: Floats
    sensor_lat_deg: Floats
    sensor_lon_deg: Floats
    sensor_msl_m: Floats
    sensor_hae_m: Floats
    heading_deg: Floats
    pitch_deg: Floats
    roll_deg: Floats
    azimuth_deg: Floats
    elevation_deg: Floats
    twist_deg: Floats
    hfov_deg: Floats
    vfov_deg: Floats
    slant_range_m: Floats
    slant_range_measured: Ints
    infrared_black_hot: Ints
    frame_width_m: Floats
    centre_lat_deg: Floats
    centre_lon_deg: Floats
    centre_msl_m: Floats
    centre_hae_m: Floats
    corner_lat_deg: Floats
    corner_lon_deg: Floats
    ce90_m: Floats
    le90_m: Floats
    sigma_lat_m: Floats
    sigma_lon_m: Floats
    sigma_height_m: Floats
    sigma_heading_deg: Floats
    sigma_pitch_deg: Floats
    sigma_roll_deg: Floats
    sigma_azimuth_deg: Floats
    sigma_elevation_deg: Floats
    sigma_twist_deg: Floats

    def __len__(self) -> int:
        return len(self.packet)

    def rows(self, index: slice | NDArray[np.bool_] | Ints) -> Telemetry:
        """The same columns, cut to a slice, a mask, or indices."""
        return Telemetry(**{f.name: getattr(self, f.name)[index] for f in fields(self)})
