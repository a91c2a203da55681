"""What a simulated aircraft says of its own errors: ST 1010 of what it measures, CE90 and LE90 of its frame centre.

The same figures as its profile has (`deviations` draws from them), bias and noise together, as a stream states them.
"""

from __future__ import annotations

from math import hypot

import numpy as np

from otear.domain.aircraft import Aircraft, Sensor
from otear.flight.platform_errors import profiled
from otear.flight.pointing import measured
from otear.flight.route import flight_model
from otear.geo.camera import Lens
from otear.geo.frames import Floats, metres_per_radian
from otear.geo.raycast import Hits, cast
from otear.geo.terrain.patch import Patch
from otear.geo.uncertainty import ground_error
from otear.simulate.sortie.deviations import Reported

_THIN_S = 5.0
"""CE90 and LE90 change slowly: they are reckoned this often and interpolated."""
_FARTHEST_M = 200_000.0


def stated_sigmas(aircraft: Aircraft, sensor: Sensor, lat: float) -> list[float]:
    """One standard deviation of latitude and longitude (degrees), height (metres), heading, pitch, roll, relative
    azimuth, elevation and roll (degrees): what an SDCC-FLP states of items in this order. `lat` in radians."""
    model, optics = flight_model(aircraft), measured(sensor)
    parallel, meridian = (np.radians(metres) for metres in metres_per_radian(lat))
    horizontal = hypot(model.horizontal_m.bias, model.horizontal_m.noise)
    vertical = hypot(model.vertical_m.bias, model.vertical_m.noise)
    angles = [hypot(sigma.bias, sigma.noise) for sigma in (model.heading_deg, model.pitch_deg, model.roll_deg)]
    gimbal = [optics.encoder_noise_deg] * 3
    return [horizontal / float(meridian), horizontal / float(parallel), vertical, *angles, *gimbal]


def centre_errors(reported: Reported, aircraft: Aircraft, sensor: Sensor, patch: Patch) -> tuple[Floats, Floats]:
    """CE90 and LE90 of the frame centre for each report, metres."""
    seconds = (reported.time_us - reported.time_us[0]) / 1e6
    some = np.unique(np.searchsorted(seconds, np.arange(0.0, seconds[-1] + _THIN_S, _THIN_S)).clip(0, len(seconds) - 1))
    thin = reported.rows(some)
    width, height = sensor.frame_width_px or 1280, sensor.frame_height_px or 720
    lens = Lens(thin.hfov, thin.vfov, width, height)

    def caster(origins: Floats, directions: Floats) -> Hits:
        return cast(patch, origins, directions, max_range_m=_FARTHEST_M)

    budget = profiled(aircraft, sensor, terrain_sigma_m=0.0)
    middle = np.broadcast_to([width / 2.0, height / 2.0], (len(some), 2))
    errors = ground_error(thin.pose, lens, middle, caster, budget=budget)
    known = np.isfinite(errors.ce90_m) & np.isfinite(errors.le90_m)
    if not known.any():
        return np.full(len(seconds), 4_095.0), np.full(len(seconds), 4_095.0)
    at = seconds[some][known]
    return np.interp(seconds, at, errors.ce90_m[known]), np.interp(seconds, at, errors.le90_m[known])
