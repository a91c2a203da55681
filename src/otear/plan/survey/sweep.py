"""How ground is swept: at which height, field of view and depression angle a camera finds most in an hour.

Strips are flown side by side, the camera abeam. Of what a camera can be set to, the setting is chosen whose *sweep
width* is largest: how far strips are apart, times how likely a site in the strip shows itself in one pass (B. O.
Koopman, The theory of search). Angles are degrees here, lengths metres; heights are above EGM96 mean sea level.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from otear.coverage.resolution import ResolutionModel, ground_sample
from otear.domain.aircraft import Aircraft, Sensor
from otear.errors import InputError

DEPRESSIONS_DEG = (50.0, 60.0, 70.0, 80.0)
"""Flatter, hills hide more; steeper, strips are narrow and the camera sees only what is under it."""
OVERLAP = 0.12
"""Of a strip's width that the next one sees again: room for errors of position and pointing."""
_HEIGHTS = 16
_NEARLY = 0.9
"""Of the largest sweep width: the lowest height that reaches this is flown, to climb less and stay under clouds."""
_LEAST_ABOVE_M = 500.0
"""Over the highest ground: lower, an aircraft is heard."""


@dataclass(frozen=True)
class Sweep:
    """A setting of a camera: over mean ground it sees strips `swath_m` wide, flown `apart_m` apart at `off_m` to the
    side, each pixel `gsd_m` of ground. One pass shows a site in the strip with probability `chance`."""

    sensor: str
    hfov_deg: float
    depression_deg: float
    height_msl_m: float
    swath_m: float
    apart_m: float
    off_m: float
    gsd_m: float
    chance: float

    @property
    def width_m(self) -> float:
        """The sweep width."""
        return self.apart_m * self.chance


def best_sweep(
    aircraft: Aircraft,
    sensor: Sensor,
    model: ResolutionModel,
    *,
    ground_m: float,
    highest_m: float,
    band_m: tuple[float, float],
    coarsest_gsd_m: float = np.inf,
) -> Sweep:
    """The setting that finds most in an hour over ground at `ground_m`, flying within `band_m` (lowest, highest) and
    clear of the `highest_m` ground. Raises `InputError` where there is none."""
    low, high = max(band_m[0], highest_m + _LEAST_ABOVE_M), min(band_m[1], aircraft.ceiling.height_m)
    if not low <= high:
        raise InputError(
            f"between {low:.0f} m, {_LEAST_ABOVE_M:g} m over the highest ground, and {high:.0f} m there is no height "
            f"for {aircraft.registration}",
            field="height_msl_m",
            remedy="Take an aircraft with a higher ceiling, or have the authority's band of altitudes widened",
        )
    heights = np.round(np.linspace(low, high, _HEIGHTS), -1).clip(low, high)
    every = [
        one
        for height, field, depression in product(heights.tolist(), _fields(sensor), _depressions(sensor))
        if (
            one := setting(
                aircraft,
                sensor,
                model,
                ground_m=ground_m,
                height_msl_m=height,
                hfov_deg=field,
                depression_deg=depression,
            )
        ).gsd_m
        <= coarsest_gsd_m
    ]
    if not every:
        raise InputError(
            f"{sensor.name!r} of {aircraft.registration} sees no strip at {coarsest_gsd_m:g} m a pixel or finer from "
            f"{low:.0f} m up",
            field="gsd_m",
            remedy="Ask for a coarser resolution, or take another aircraft",
        )
    best = max(one.width_m for one in every)
    return min(
        (one for one in every if one.width_m >= _NEARLY * best), key=lambda one: (one.height_msl_m, -one.width_m)
    )


def setting(
    aircraft: Aircraft,
    sensor: Sensor,
    model: ResolutionModel,
    *,
    ground_m: float,
    height_msl_m: float,
    hfov_deg: float,
    depression_deg: float,
) -> Sweep:
    """What a camera sees at one setting, abeam over level ground."""
    columns, rows = _pixels(sensor)
    above = height_msl_m - ground_m
    down, half = np.radians(depression_deg), _vfov(hfov_deg, columns, rows) / 2.0
    # Straight down and beyond, the near edge lies on the other side.
    swath = above * (1.0 / np.tan(down - half) - 1.0 / np.tan(down + half))
    ifov = np.radians(hfov_deg) / columns
    gsd = float(ground_sample(above / np.sin(down), ifov, ifov, down).mean_m)
    along = above / np.sin(down) * 2.0 * np.tan(np.radians(hfov_deg) / 2.0)
    chance = float(model.probability(gsd, along / aircraft.speeds.cruise_mps))
    return Sweep(
        sensor=sensor.name,
        hfov_deg=hfov_deg,
        depression_deg=depression_deg,
        height_msl_m=height_msl_m,
        swath_m=float(swath),
        apart_m=float(swath) * (1.0 - OVERLAP),
        off_m=float(above / np.tan(down)),
        gsd_m=gsd,
        chance=chance,
    )


def _pixels(sensor: Sensor) -> tuple[int, int]:
    if sensor.frame_width_px is None or sensor.frame_height_px is None:
        raise InputError(
            f"{sensor.name!r} makes no pictures",
            field="sensor",
            remedy="Plan with a sensor that does; radar is not planned with yet",
        )
    return sensor.frame_width_px, sensor.frame_height_px


def _vfov(hfov_deg: float, columns: int, rows: int) -> float:
    return float(2.0 * np.arctan(np.tan(np.radians(hfov_deg) / 2.0) * rows / columns))


def _fields(sensor: Sensor) -> tuple[float, ...]:
    """Fields of view to choose from, in degrees: those that it stops at, else eight over its zoom."""
    if sensor.optics is not None and sensor.optics.fields_of_view_deg:
        return sensor.optics.fields_of_view_deg
    return tuple(np.geomspace(sensor.hfov_min_deg, sensor.hfov_max_deg, 8).tolist())


def _depressions(sensor: Sensor) -> list[float]:
    steepest = -sensor.gimbal.elevation_min_deg
    flattest = -sensor.gimbal.elevation_max_deg
    fit = [one for one in DEPRESSIONS_DEG if flattest <= one <= steepest]
    if not fit:
        raise InputError(
            f"the gimbal of {sensor.name!r} reaches no depression of {DEPRESSIONS_DEG[0]:g} to "
            f"{DEPRESSIONS_DEG[-1]:g} degrees",
            field="gimbal",
            remedy="Take another sensor",
        )
    return fit
