"""The water of a land: rivers and streams as lines, reservoirs behind dams, and how far water is.

Arrays are (row, column), row 0 in the north; places are plane coordinates in metres (see `plane.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from otear.geo.frames import Floats
from otear.simulate.world.flow import Cells, Flow, Mask, drain
from otear.simulate.world.land import Way, WayKind
from otear.simulate.world.lattice import Lattice
from otear.simulate.world.relief import Relief

_STREAM_KM2, _RIVER_KM2 = 1.5, 40.0
_WIDE_M = 24.0
"""A river this wide covers whole posts with water."""
_DAM_KM2 = (8.0, 120.0)
_RESERVOIR_KM2 = (0.15, 2.5)
_DAMS_TRIED = 60


@dataclass(frozen=True, eq=False)
class Drainage:
    """The water of a land. `msl_m` are the heights with reservoirs full; `catchment_km2` is the
    ground that drains through each post; `channel_m` how far the next stream or water is from it."""

    msl_m: Floats
    catchment_km2: Floats
    water: Mask
    sand: Mask
    channel_m: NDArray[np.float32]
    ways: tuple[Way, ...]


def make_drainage(relief: Relief, lattice: Lattice, rng: np.random.Generator, *, dams: int = 3) -> Drainage:
    """The sea, and the water that relief leads off: over what fills its hollows, which stay as they are. So many
    valleys are dammed (in a real terrain none: it is as it is)."""
    flow = drain(relief.msl_m, relief.outlets, relief.step_m)
    shape = relief.msl_m.shape
    catchment = flow.gathered(relief.step_m[0] * relief.step_m[1] / 1e6).reshape(shape)
    msl, water = _reservoirs(flow, catchment, relief, rng, dams)
    ways = _lines(flow, catchment, lattice)
    sand = np.zeros(shape, dtype=bool)
    for way in ways:
        if way.kind is WayKind.RIVER and way.width_m >= _WIDE_M:
            water |= lattice.drawn([way.points_m], max(way.width_m, lattice.step_m[0]))
            sand |= lattice.drawn([way.points_m], way.width_m * 2.2 + lattice.step_m[0])
    wet = water | lattice.drawn([way.points_m for way in ways], 1.0)
    return Drainage(msl, catchment, water, sand & ~water, lattice.distance_m(wet), tuple(ways))


def river_width_m(catchment_km2: float) -> float:
    """How wide a river of a dry country is, by the ground that it drains (hydraulic geometry, width ~ area^0.45)."""
    return float(max(2.0 * catchment_km2**0.45, 2.0))


def _lines(flow: Flow, catchment: Floats, lattice: Lattice) -> list[Way]:
    area = catchment.reshape(-1)
    cells, starts = _traced(flow.order, flow.receiver, area > _STREAM_KM2, area)
    columns = catchment.shape[1]
    ways = []
    for i in range(len(starts) - 1):
        line = cells[starts[i] : starts[i + 1]]
        large = area[line] > _RIVER_KM2
        first = int(np.argmax(large)) if large.any() else len(line)
        for part, kind in ((line[: first + 1], WayKind.STREAM), (line[first:], WayKind.RIVER)):
            if len(part) < 4:
                continue
            points = lattice.smoothed(lattice.metres(part % columns, part // columns), 3.0, every=3)
            ways.append(Way(kind, points, round(river_width_m(float(np.median(area[part]))), 1)))
    return ways


@njit(cache=True)  # type: ignore[untyped-decorator]
def _traced(order: Cells, receiver: Cells, channel: Mask, area: Floats) -> tuple[Cells, Cells]:
    """Channels as lines of cells, each from its spring to where it meets a larger one (that cell included): the cells
    of all lines, and where each begins. A cell belongs to the line of its largest giver."""
    count = order.size
    largest = np.full(count, -1, dtype=np.int32)
    for i in range(count):
        cell = order[i]
        to = receiver[cell]
        if to != cell and channel[cell] and (largest[to] < 0 or area[cell] > area[largest[to]]):
            largest[to] = cell
    cells, starts = np.empty(2 * count, dtype=np.int32), np.zeros(count + 1, dtype=np.int32)
    done, lines = 0, 0
    for i in range(count):
        cell = order[i]
        if not channel[cell] or largest[cell] >= 0:
            continue
        while True:
            cells[done] = cell
            done += 1
            to = receiver[cell]
            if to == cell:
                break
            if largest[to] != cell:
                cells[done] = to
                done += 1
                break
            cell = to
        lines += 1
        starts[lines] = done
    return cells[:done].copy(), starts[: lines + 1].copy()


def _reservoirs(
    flow: Flow, catchment: Floats, relief: Relief, rng: np.random.Generator, wanted: int
) -> tuple[Floats, Mask]:
    """Heights with some valleys dammed, and where the water stands."""
    msl, water = relief.msl_m.copy(), relief.sea.copy()
    post_km2 = relief.step_m[0] * relief.step_m[1] / 1e6
    fit = np.flatnonzero(((catchment > _DAM_KM2[0]) & (catchment < _DAM_KM2[1])).reshape(-1))
    around = np.ones((3, 3), dtype=np.uint8)
    for cell in rng.permutation(fit)[:_DAMS_TRIED]:
        if wanted == 0:
            break
        level = float(flow.filled_m.flat[cell]) + float(rng.uniform(10.0, 22.0))
        dam = np.arange(catchment.size) == cell
        lake = (flow.spread(dam.astype(np.float64), dam) > 0.5).reshape(catchment.shape) & (flow.filled_m < level)
        edge = lake[0].any() or lake[-1].any() or lake[:, 0].any() or lake[:, -1].any()
        shore = cv2.dilate(lake.astype(np.uint8), around).astype(bool)
        large = _RESERVOIR_KM2[0] <= float(lake.sum()) * post_km2 <= _RESERVOIR_KM2[1]
        if not large or edge or (shore & water).any():
            continue
        msl[lake] = level
        water |= lake
        msl[shore & ~lake & (msl < level + 2.0)] = level + 2.0
        wanted -= 1
    return msl, water
