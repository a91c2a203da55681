"""Relief from a seed: foothills that rise from a plain in the south-west to ridges in the north-east.

Uplift and stream-power erosion, dz/dt = U - K A^m S (Howard 1994), solved implicitly in one sweep up the rivers (Braun
and Willett 2013), first on a coarse grid until hills and rivers are in balance, then refined, so that large valleys
cost little and small ones are cut into them. Slopes that no ground holds slide; valley floors are filled with what
came down. Arrays are (row, column), row 0 in the north; metres above mean sea level.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numba import njit

from otear.domain.progress import Progress
from otear.geo.frames import Floats
from otear.simulate.world.flow import Cells, Flow, Mask, drain

EXPONENT = 0.45
"""m of the stream power law."""
_PLAIN_MSL_M = 70.0
_STEPS = ((8, 220, 2.0e5), (4, 24, 1.0e5), (2, 6, 5.0e4), (1, 3, 2.5e4))
"""How many times coarser than the posts, how many steps of erosion there, and of how many years."""
_ERODIBILITY = 4.0e-6
"""K, in metres to the power 1 - 2m a year."""
_STEEPEST = np.tan(np.radians(38.0))
_TRIBUTARY_M2 = 4.0e4
"""Above less ground than this there is no channel, and rain wears a slope as if it were there."""
_VALLEY_M2 = 4.0e6
"""Rivers that drain more than this have a floor of what they carried."""


@dataclass(frozen=True)
class Relief:
    """Heights of posts, where their water leaves, the distance of neighbours along a row and a column, and the sea."""

    msl_m: Floats
    outlets: Mask
    step_m: tuple[float, float]
    sea: Mask


def make_relief(
    shape: tuple[int, int], step_m: tuple[float, float], rng: np.random.Generator, progress: Progress
) -> Relief:
    """Relief of this many rows and columns. The highest ridges reach 1,800 to 2,200 m where it is 60 km wide."""
    width_m = shape[1] * step_m[0]
    peak = float(rng.uniform(1_800.0, 2_200.0)) * min(width_m / 60_000.0, 1.0) ** 0.5
    coarsest = _STEPS[0][0]
    pattern = _uplift(shape, step_m, rng)
    heights = _PLAIN_MSL_M + 20.0 * rng.random(_smaller(shape, coarsest))
    scale = 1.0e-3
    done, total = 0, sum(count * (coarsest // coarse) ** 2 for coarse, count, _ in _STEPS)
    for coarse, count, years in _STEPS:
        size = _smaller(shape, coarse)
        step = (step_m[0] * shape[1] / size[1], step_m[1] * shape[0] / size[0])
        if heights.shape != size:
            heights = np.asarray(cv2.resize(heights, size[::-1], interpolation=cv2.INTER_CUBIC), dtype=np.float64)
            heights += 0.04 * step[0] * (rng.random(size) - 0.5)
        lift = np.asarray(cv2.resize(pattern, size[::-1], interpolation=cv2.INTER_AREA), dtype=np.float64)
        for _ in range(count):
            heights = _eroded(heights, lift * scale, step, years)
            done += (coarsest // coarse) ** 2
            progress("relief", done, total)
        if coarse == coarsest:
            stretch = (peak - _PLAIN_MSL_M) / (heights.max() - _PLAIN_MSL_M)
            heights = _PLAIN_MSL_M + (heights - _PLAIN_MSL_M) * stretch
            scale *= stretch
    heights = _PLAIN_MSL_M + (heights - _PLAIN_MSL_M) * (peak - _PLAIN_MSL_M) / (heights.max() - _PLAIN_MSL_M)
    outlets = sea_side(shape)
    heights = _floored(heights, drain(heights, outlets, step_m), step_m)
    heights += 0.6 * fractal(shape, 160, 3, rng)
    return Relief(drain(heights, outlets, step_m).filled_m, outlets, step_m, np.zeros(shape, dtype=bool))


def sea_side(shape: tuple[int, int]) -> Mask:
    """Water leaves to the west and the south."""
    outlets = np.zeros(shape, dtype=bool)
    outlets[-1, :] = outlets[:, 0] = True
    return outlets


def fractal(shape: tuple[int, int], coarsest_px: float, octaves: int, rng: np.random.Generator) -> Floats:
    """Fractal noise of about unit scatter: each octave twice as fine as the one before and half as strong."""
    total = np.zeros(shape)
    for octave in range(octaves):
        cells = tuple(max(round(side / coarsest_px * 2**octave), 1) + 3 for side in shape)
        noise = rng.standard_normal(cells)
        total += cv2.resize(noise, shape[::-1], interpolation=cv2.INTER_CUBIC) * 0.5**octave
    return np.asarray((total - total.mean()) / max(float(total.std()), 1e-9))


def _smaller(shape: tuple[int, int], times: int) -> tuple[int, int]:
    return max(shape[0] // times, 24), max(shape[1] // times, 24)


def _uplift(shape: tuple[int, int], step_m: tuple[float, float], rng: np.random.Generator) -> Floats:
    """How fast the ground rises, 0 to 1: hardly in the plain, and along ridges that run north-west to south-east."""
    size = _smaller(shape, _STEPS[0][0])
    rows, columns = size
    y, x = np.mgrid[0:rows, 0:columns]
    inland = 0.5 * (x / (columns - 1) + 1.0 - y / (rows - 1))
    along = 0.5 * (x / (columns - 1) + y / (rows - 1))
    wide = fractal(size, columns / 3.0, 3, rng)
    bent = inland + 0.07 * wide
    rise = 1.0 / (1.0 + np.exp(-(bent - 0.52) / 0.11))
    km = shape[1] * step_m[0] / 1_000.0
    ridges = 0.5 + 0.5 * np.sin(2.0 * np.pi * (inland + 0.05 * fractal(size, columns / 4.0, 2, rng)) * km / 13.0)
    lone = np.clip(fractal(size, columns / 7.0, 2, rng) - 1.0, 0.0, 2.0)
    rough = np.exp(0.25 * fractal(size, columns / 8.0, 3, rng))
    pattern = 0.015 + rise * (0.55 + 0.45 * ridges) * rough + 0.12 * lone * (1.0 - rise) + 0.02 * along
    return np.asarray(cv2.resize(pattern, shape[::-1], interpolation=cv2.INTER_CUBIC).clip(0.01))


def _eroded(heights: Floats, lift: Floats, step_m: tuple[float, float], years: float) -> Floats:
    """One step of erosion."""
    flow = drain(heights, sea_side(heights.shape), step_m)
    area = flow.gathered(step_m[0] * step_m[1])
    worn = flow.filled_m.reshape(-1).copy()
    _wear(worn, flow.order, flow.receiver, flow.run_m, area, lift.reshape(-1), years)
    shaped = worn.reshape(heights.shape)
    # Soil creep: one explicit step of diffusion, which is stable as its number is below 1/4.
    bend = cv2.Laplacian(shaped, cv2.CV_64F, ksize=1, borderType=cv2.BORDER_REFLECT_101)
    return np.asarray(shaped + 0.12 * min(30.0 / step_m[0], 1.5) * bend)


@njit(cache=True)  # type: ignore[untyped-decorator]
def _wear(  # noqa: PLR0917
    heights: Floats, order: Cells, receiver: Cells, run: Floats, area: Floats, lift: Floats, years: float
) -> None:
    """Stream power, implicitly and in place, from the outlets up; then no slope to a receiver is over the steepest."""
    for i in range(order.size):
        cell = order[i]
        to = receiver[cell]
        if to == cell:
            heights[cell] = _PLAIN_MSL_M
            continue
        power = _ERODIBILITY * years * max(area[cell], _TRIBUTARY_M2) ** EXPONENT / run[cell]
        worn = (heights[cell] + lift[cell] * years + power * heights[to]) / (1.0 + power)
        heights[cell] = min(worn, heights[to] + _STEEPEST * run[cell])


def _floored(heights: Floats, flow: Flow, step_m: tuple[float, float]) -> Floats:
    """Valleys widened to floors: ground less than a depth above its river comes down to it, the rest by that depth.

    The depth grows with the river and is smooth over the land, so that divides do not become cliffs.
    """
    area = flow.gathered(step_m[0] * step_m[1])
    river = area > _VALLEY_M2
    depth = np.where(river, 10.0 * (area / _VALLEY_M2) ** 0.22, 0.0).reshape(heights.shape)
    blur = (0, 0)
    weight = cv2.GaussianBlur(river.reshape(heights.shape).astype(np.float64), blur, 25.0)
    depth = cv2.GaussianBlur(depth, blur, 25.0) / np.maximum(weight, 1e-4)
    above = np.maximum(heights - flow.spread(heights.reshape(-1), river).reshape(heights.shape), 0.0)
    soft = 0.3 * np.maximum(depth, 0.1)
    kept = 0.5 * ((above - depth) + np.hypot(above - depth, soft)) - 0.5 * (np.hypot(depth, soft) - depth)
    return np.asarray(heights - 0.94 * cv2.GaussianBlur(above - kept, blur, 1.0))
