"""The light of a moment, and what becomes of painted surfaces in it: colours, or temperatures.

A *code* is what a pixel holds until it is developed: red, green and blue in one 32-bit number (0xRRGGBB), or a
temperature as 256 steps a kelvin from -40 degrees Celsius on, in the lowest 16 bits.
"""

# ruff: noqa: PLR0917 - compiled functions take plain numbers and arrays, many of them
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from otear.geo.frames import Floats
from otear.geo.sun import Sun
from otear.simulate.scene.weather import Weather
from otear.simulate.world.land import Singles

Codes32 = NDArray[np.uint32]

COLDEST_C, STEPS = -40.0, 256.0
_TWILIGHT = np.radians(-9.0)
_NIGHT = 0.02
"""Star light and the glow of far towns, beside the day's light."""


@dataclass(frozen=True, eq=False)
class Light:
    """`sun_enu` to the sun; `direct` and `ambient` (3,): what a surface that faces the sun, and any surface, gets,
    where flat ground in full daylight gets 1. Of a thermal picture only `air_c` and how much the sun's side matters."""

    sun_enu: Floats
    direct: Floats
    ambient: Floats
    thermal: bool
    air_c: float
    sided: float
    day: float
    """From 0 at night to 1 by day."""


def light(sun: Sun, weather: Weather, air: float, *, thermal: bool) -> Light:
    """The light under a sun and a sky."""
    up = np.sin(sun.elevation)
    day = float(np.clip((sun.elevation - _TWILIGHT) / (np.radians(8.0) - _TWILIGHT), 0.0, 1.0)) ** 2
    strength = np.exp(-0.16 / max(up, 0.05)) if up > 0.0 else 0.0
    strength *= 1.0 - 0.85 * weather.cloud_cover
    low = np.exp(-max(up, 0.0) / 0.25)
    direct = strength * np.array([1.0, 0.96 - 0.12 * low, 0.88 - 0.30 * low])
    ambient = (0.13 + 0.30 * weather.cloud_cover) * np.array([0.93, 1.0, 1.16])
    # The camera opens its iris so that flat ground stays as bright, but not all the way under a low sun.
    gain = 1.12 / (0.6 * (direct * max(up, 0.0) + ambient).mean() + 0.4 * 0.72)
    scale = gain * max(day, _NIGHT)
    sided = float(np.clip(up / 0.15, 0.0, 1.0)) * (1.0 - weather.cloud_cover)
    return Light(sun.direction_enu, direct * scale, ambient * scale, thermal, air, sided, day)


def developed(layer: Singles, share: Singles, facing: Singles, lit: Light) -> Codes32:
    """Codes of painted ground: `layer` (rows, columns, 3), `share` and `facing` (rows, columns); see `paint`."""
    codes = np.empty(share.shape, dtype=np.uint32)
    up = max(float(lit.sun_enu[2]), 0.05)
    if lit.thermal:
        _temperatures(layer, share, facing, lit.air_c, up, lit.sided, codes)
    else:
        _colours(layer, share, facing, lit.direct, lit.ambient, codes)
    return codes


def face_codes(surface: Singles, normal_enu: Floats, lit: Light) -> Codes32:
    """Codes of flat faces in the open: `surface` (n, 3), `normal_enu` (n, 3)."""
    facing = np.clip(normal_enu @ lit.sun_enu, 0.0, None).astype(np.float32)
    share = np.full(len(surface), 1.0 if lit.sun_enu[2] > 0.0 else 0.0, dtype=np.float32)
    return np.asarray(developed(surface[None].astype(np.float32), share[None], facing[None], lit)[0])


@njit(cache=True)  # type: ignore[untyped-decorator]
def _colours(layer: Singles, share: Singles, facing: Singles, direct: Floats, ambient: Floats, codes: Codes32) -> None:
    rows, columns = share.shape
    for i in range(rows):
        for j in range(columns):
            sun = share[i, j] * facing[i, j]
            code = np.uint32(0)
            for c in range(3):
                value = layer[i, j, c] * (ambient[c] + direct[c] * sun)
                # A shoulder instead of a cut: bright roofs keep their shape.
                if value > 200.0:
                    value = 200.0 + 55.0 * (1.0 - np.exp(-(value - 200.0) / 55.0))
                code = (code << np.uint32(8)) | np.uint32(max(value, 0.0))
            codes[i, j] = code


@njit(cache=True)  # type: ignore[untyped-decorator]
def _temperatures(
    layer: Singles, share: Singles, facing: Singles, air: float, up: float, sided: float, codes: Codes32
) -> None:
    rows, columns = share.shape
    for i in range(rows):
        for j in range(columns):
            sun = 1.0 + sided * (min(share[i, j] * facing[i, j] / up, 1.7) - 1.0)
            kelvin = air + layer[i, j, 0] + layer[i, j, 1] * (sun - 1.0) + layer[i, j, 2]
            codes[i, j] = np.uint32(min(max((kelvin - COLDEST_C) * STEPS, 0.0), 65535.0))
