"""What is between the camera and the ground: haze, clouds, and the noise of the sensor.

Haze follows Koschmieder: over the meteorological range V contrast falls to 2%, so that light from r metres away arrives
by exp(-3.912 r / V). V is measured near the ground; higher up haze thins out with a scale height of 2 km, which a slant
sight line feels as a shorter way. Long-wave infrared goes through dry haze better, and through cloud no better.
"""

# ruff: noqa: PLR0917 - compiled functions take plain numbers and arrays, many of them
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from otear.geo.frames import Floats
from otear.simulate.scene.light import COLDEST_C, STEPS, Codes32, Light
from otear.simulate.scene.noise import SIZE, noise
from otear.simulate.scene.weather import Weather
from otear.simulate.world.land import Pixels, Singles

KOSCHMIEDER = 3.912
_HAZE_HEIGHT_M = 2_000.0
_THERMAL_HAZE = 0.3
"""Of the extinction of visible light."""
_STEPS_OF_AIR = 4096
_CLOUD_M = 1_400.0
"""The size of the larger clouds."""
_LEAST_SPAN_K = 9.0
"""A thermal picture is not stretched further than this many kelvin from black to white."""
_STAY, _MOVE, _ASIDE, _BYTE = np.uint64(0xFF00FF), np.uint64(0x00FF00), np.uint64(24), np.uint64(0xFF)
_AIRLIGHT = np.array([196.0, 208.0, 222.0])
_CLOUD = np.array([236.0, 238.0, 242.0])


def transmission(range_m: Floats, above_ground_m: float, visibility_m: float, *, thermal: bool) -> Floats:
    """How much of the light of ground arrives from `range_m` away at a camera that is `above_ground_m` up."""
    up = max(above_ground_m, 1.0)
    thinner = _HAZE_HEIGHT_M / up * (1.0 - np.exp(-up / _HAZE_HEIGHT_M))
    extinction = KOSCHMIEDER / visibility_m * thinner * (_THERMAL_HAZE if thermal else 1.0)
    return np.asarray(np.exp(-extinction * range_m), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Air:
    """The air of one picture. `passed` (steps,) is the transmission up to `range_m`; `cloud` (cell rows + 1, cell
    columns + 1) the share of each corner's sight line that is cloud, or None."""

    passed: Singles
    range_m: float
    cloud: Singles | None
    haze_code: int
    cloud_code: int


def air(
    weather: Weather, lit: Light, above_ground_m: float, farthest_m: float, cloud: Singles | None, cell_air_c: float
) -> Air:
    """The air of a picture that sees ground up to `farthest_m`; `cell_air_c` is how warm the cloud base is."""
    reach = max(farthest_m, 1_000.0)
    ranges = (np.arange(_STEPS_OF_AIR) + 0.5) * (reach / _STEPS_OF_AIR)
    passed = transmission(ranges, above_ground_m, weather.visibility_m, thermal=lit.thermal).astype(np.float32)
    if lit.thermal:
        return Air(passed, reach, cloud, temperature_code(lit.air_c - 3.0), temperature_code(cell_air_c))
    return Air(passed, reach, cloud, _colour_code(_AIRLIGHT * _sky_level(lit)), _colour_code(_CLOUD * _sky_level(lit)))


def sky_code(lit: Light) -> int:
    """What is seen where there is no ground."""
    return temperature_code(lit.air_c - 25.0) if lit.thermal else _colour_code(_AIRLIGHT * _sky_level(lit))


def temperature_code(celsius: float) -> int:
    """The code of a temperature."""
    return int(np.clip((celsius - COLDEST_C) * STEPS, 0.0, 65_535.0))


def _sky_level(lit: Light) -> float:
    return 0.03 + 0.97 * lit.day


def _colour_code(colour: Floats) -> int:
    red, green, blue = (int(np.clip(value, 0.0, 255.0)) for value in colour)
    return red << 16 | green << 8 | blue


@njit(cache=True)  # type: ignore[untyped-decorator]
def clouds(
    east: Floats, north: Floats, seen: NDArray[np.bool_], cover: float, drift_east: float, drift_north: float,
    square: Singles,
) -> Singles:  # fmt: skip
    """How dense the cloud is where sight lines cross its base at places of the plane (0 to 1), 0 where not
    `seen`. The field moves with its drift (metres)."""
    result = np.zeros(east.shape, dtype=np.float32)
    # The noise's spread is 0.6: this threshold leaves about the share `cover` of the sky above it.
    threshold = 1.15 * (1.0 - 2.0 * cover)
    for i in range(east.shape[0]):
        for j in range(east.shape[1]):
            if not seen[i, j]:
                continue
            x, y = (east[i, j] - drift_east) / _CLOUD_M, (north[i, j] - drift_north) / _CLOUD_M
            field = noise(square, x, y) + 0.5 * noise(square, 2.3 * x, 2.3 * y + 40.0)
            field += 0.25 * noise(square, 5.1 * x + 9.0, 5.1 * y) + 0.13 * noise(square, 11.0 * x, 11.0 * y)
            result[i, j] = min(max((field - threshold) / 0.45, 0.0), 1.0)
    return result


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def colours(
    codes: Codes32, depths: Singles, passed: Singles, range_m: float, cloud: Singles, cell_px: int, haze: int,
    cloud_code: int, grain: NDArray[np.int16], offset: int, result: Pixels,
    first_row: int, end_row: int,
) -> None:  # fmt: skip
    """Develop a picture in colours, (height, width, 3). `cloud` of shape (0, 0) is a clear sky."""
    width = codes.shape[1]
    cloudy = cloud.shape[0] > 0
    steps = len(passed)
    per_metre = np.float32(steps / range_m)
    # All three channels at once, 16 bits each (as in `lookup`): what passes of the code, and what the haze adds.
    weights = (passed * 256.0).astype(np.uint64)
    haze_code = np.uint64(haze)
    haze_wide = (haze_code & _STAY) | ((haze_code & _MOVE) << _ASIDE)
    hazes = haze_wide * (np.uint64(256) - weights)
    for i in range(first_row, end_row):
        row = (i * 167 + offset) & (SIZE * SIZE - 1)
        for j in range(width):
            code = np.uint64(codes[i, j])
            step = min(np.int32(depths[i, j] * per_metre), steps - 1)
            hazy = (((code & _STAY) | ((code & _MOVE) << _ASIDE)) * weights[step] + hazes[step]) >> np.uint64(8)
            red, green, blue = int((hazy >> np.uint64(16)) & _BYTE), int(hazy >> np.uint64(32)), int(hazy & _BYTE)
            if cloudy:
                dense = int(256.0 * _inside(cloud, i, j, cell_px))
                red += ((((cloud_code >> 16) & 255) - red) * dense) >> 8
                green += ((((cloud_code >> 8) & 255) - green) * dense) >> 8
                blue += (((cloud_code & 255) - blue) * dense) >> 8
            noisy = int(grain[(row + j) & (SIZE * SIZE - 1)])
            result[i, j, 0] = min(max(red + noisy, 0), 255)
            result[i, j, 1] = min(max(green + noisy, 0), 255)
            result[i, j, 2] = min(max(blue + noisy, 0), 255)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def temperatures(
    codes: Codes32, depths: Singles, passed: Singles, range_m: float, cloud: Singles, cell_px: int, haze: int,
    cloud_code: int, result: Singles, first_row: int, end_row: int,
) -> None:  # fmt: skip
    """What arrives of the temperatures of a picture, (height, width), as codes with fractions."""
    width = codes.shape[1]
    cloudy = cloud.shape[0] > 0
    steps = len(passed)
    per_metre = np.float32(steps / range_m)
    for i in range(first_row, end_row):
        for j in range(width):
            t = passed[min(np.int32(depths[i, j] * per_metre), steps - 1)]
            value = np.float32(haze) + t * (np.float32(codes[i, j]) - np.float32(haze))
            if cloudy:
                value += np.float32(_inside(cloud, i, j, cell_px)) * (np.float32(cloud_code) - value)
            result[i, j] = value


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator]
def _inside(cloud: Singles, i: int, j: int, cell_px: int) -> float:
    a, b = i // cell_px, j // cell_px
    s, t = (j + 0.5) / cell_px - b, (i + 0.5) / cell_px - a
    return (1.0 - t) * ((1.0 - s) * cloud[a, b] + s * cloud[a, b + 1]) + t * (
        (1.0 - s) * cloud[a + 1, b] + s * cloud[a + 1, b + 1]
    )


def gain(values: Singles, ground: NDArray[np.bool_]) -> tuple[float, float]:
    """The codes that a thermal picture shows as black and as white, from its `ground` (all of it where there is none):
    the coldest and warmest 0.5% are left out of one in sixteen pixels, with some room at both ends. Never narrower than
    9 K."""
    few = values[::4, ::4]
    there = few[ground[::4, ::4]]
    low, high = np.percentile(there if len(there) else few, (0.5, 99.5))
    middle, half = 0.5 * (low + high), 0.5 * max(high - low, _LEAST_SPAN_K * STEPS)
    return float(middle - 1.15 * half), float(middle + 1.35 * half)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def greys(
    values: Singles, black: float, white: float, grain: NDArray[np.int16], offset: int, result: Pixels,
    first_row: int, end_row: int,
) -> None:  # fmt: skip
    """White-hot grey, (height, width)."""
    width = values.shape[1]
    scale = np.float32(255.0 / (white - black))
    for i in range(first_row, end_row):
        row = (i * 167 + offset) & (SIZE * SIZE - 1)
        for j in range(width):
            grey = np.int32((values[i, j] - np.float32(black)) * scale) + grain[(row + j) & (SIZE * SIZE - 1)]
            result[i, j] = min(max(grey, 0), 255)
