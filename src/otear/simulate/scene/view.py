"""What ground each pixel sees: rays through the corners of cells of pixels, or through every pixel where needed.

Between the four corners of a cell the place on the plane is interpolated. A cell in which the ground bends too much for
that, above all one that an edge of the terrain runs through, gets a ray for every pixel, so that what hides what is
right to the pixel. *Depth* is the distance along the optical axis; *fineness* the level of the tile whose texels are
`TEXEL_PX` times as large as a pixel on the ground (the geometric mean of its two sides), with fractions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from otear.geo.camera import Lens, Pose, camera_axes, pixel_rays
from otear.geo.frames import Floats, enu_axes
from otear.geo.raycast import cast
from otear.simulate.scene.tiles import FINEST_M, LEVELS
from otear.simulate.world.land import Land

CELL_PX = 8
SKY_DEPTH_M = 1e9
TEXEL_PX = 1.3
"""The next level is mixed in from 0.88 of a level on: texels are 0.65 to 1.3 pixels large. Finer ones would glitter."""
_BEND_PX = 0.6
"""Interpolation inside a cell may be wrong by this much; a cell that would be wronger gets a ray for every pixel."""
_GRAZING = 0.06


@dataclass(frozen=True, eq=False)
class Sight:
    """Ground of points of the picture: `east_m`, `north_m` on the plane, `depth_m` (`SKY_DEPTH_M` for none),
    `fineness`; all of one shape."""

    east_m: Floats
    north_m: Floats
    depth_m: Floats
    fineness: Floats


@dataclass(frozen=True, eq=False)
class View:
    """The ground of a whole picture. `corners` of shape (cell rows + 1, cell columns + 1); `fine_cell` (cell rows, cell
    columns) is the row in `fine`, of shape (k, CELL_PX * CELL_PX), of a cell that got a ray for every pixel, else -1.

    `axes_ecef` (3, 3) are rows: along the optical axis, to the right, down; `eye_ecef` is the camera."""

    width_px: int
    height_px: int
    corners: Sight
    fine_cell: NDArray[np.int32]
    fine: Sight
    axes_ecef: Floats
    eye_ecef: Floats
    tan_half: tuple[float, float]
    rays_ecef: Floats
    """Unit sight lines through the corners, shape (cell rows + 1, cell columns + 1, 3)."""


def view(land: Land, pose: Pose, lens: Lens) -> View:
    """Look at the land with one pose and one lens."""
    rows, columns = -(-lens.height_px // CELL_PX), -(-lens.width_px // CELL_PX)
    axes = (enu_axes(pose.lat, pose.lon).T @ camera_axes(pose)).T
    eye = pose.position_ecef
    x, y = np.meshgrid(np.arange(columns + 1) * float(CELL_PX), np.arange(rows + 1) * float(CELL_PX))
    rays = pixel_rays(lens, np.stack([x, y], axis=-1)) @ axes
    corners = _sight(land, eye, rays, axes[0], lens)
    bent = _bent(corners.east_m, corners.north_m, corners.depth_m)
    cell_rows, cell_columns = np.nonzero(bent)
    fine_cell = np.full((rows, columns), -1, dtype=np.int32)
    fine_cell[cell_rows, cell_columns] = np.arange(len(cell_rows))
    inside = np.arange(CELL_PX * CELL_PX)
    pixels = np.stack(
        [
            cell_columns[:, None] * CELL_PX + inside % CELL_PX + 0.5,
            cell_rows[:, None] * CELL_PX + inside // CELL_PX + 0.5,
        ],
        axis=-1,
    )
    fine = _sight(land, eye, pixel_rays(lens, pixels) @ axes, axes[0], lens)
    tan_half = float(np.tan(np.asarray(lens.hfov) / 2.0)), float(np.tan(np.asarray(lens.vfov) / 2.0))
    return View(lens.width_px, lens.height_px, corners, fine_cell, fine, axes, eye, tan_half, rays)


def fineness_of(pixel_m: Floats | float) -> Floats:
    """The fineness of a pixel that is so large on the ground."""
    return np.asarray(np.log2(np.asarray(pixel_m) * (TEXEL_PX / FINEST_M)), dtype=np.float64)


def _sight(land: Land, eye: Floats, rays: Floats, forward: Floats, lens: Lens) -> Sight:
    flat = np.ascontiguousarray(rays.reshape(-1, 3))
    hits = cast(land.patch, eye, flat)
    east, north = land.plane.metres(hits.lat, hits.lon)
    up = enu_axes(land.plane.lat, land.plane.lon)
    # The cosine between the ray and the ground's normal; the plane's axes will do for how fine a picture must be.
    grazing = -np.einsum("ij,ij->i", flat @ up.T, hits.normal_enu)
    pixel_m = hits.range_m * (2.0 * np.tan(np.asarray(lens.hfov) / 2.0) / lens.width_px)
    with np.errstate(invalid="ignore"):
        side = pixel_m / np.sqrt(np.maximum(grazing, _GRAZING))
        fineness = np.clip(fineness_of(side), 0.0, LEVELS - 1.0)
    depth = np.where(hits.hit, hits.range_m * (flat @ forward), SKY_DEPTH_M)
    shape = rays.shape[:-1]
    return Sight(east.reshape(shape), north.reshape(shape), depth.reshape(shape), fineness.reshape(shape))


@njit(cache=True)  # type: ignore[untyped-decorator]
def _bent(east: Floats, north: Floats, depth: Floats) -> NDArray[np.bool_]:
    """Cells that interpolation would get wrong, or in which only some corners see ground.

    Along a line of corners the second difference over the first is the error in the middle of a cell in pixels, for a
    cell of eight pixels: |d2| / 8 against |d1| / 8 per pixel. Over an edge of the terrain it is nearly one.
    """
    rows, columns = depth.shape
    bent = np.zeros((rows - 1, columns - 1), dtype=np.bool_)
    for i in range(rows):
        for j in range(columns):
            if depth[i, j] >= SKY_DEPTH_M:
                continue
            for across in range(2):
                di, dj = (0, 1) if across else (1, 0)
                i0, j0, i1, j1 = i - di, j - dj, i + di, j + dj
                if i0 < 0 or j0 < 0 or i1 >= rows or j1 >= columns:
                    continue
                if depth[i0, j0] >= SKY_DEPTH_M or depth[i1, j1] >= SKY_DEPTH_M:
                    continue
                ax, ay = east[i, j] - east[i0, j0], north[i, j] - north[i0, j0]
                bx, by = east[i1, j1] - east[i, j], north[i1, j1] - north[i, j]
                bend = (bx - ax) ** 2 + (by - ay) ** 2
                if bend > _BEND_PX**2 * max(ax * ax + ay * ay, bx * bx + by * by):
                    for a in range(max(i - 1, 0), min(i + 1, rows - 1)):
                        for b in range(max(j - 1, 0), min(j + 1, columns - 1)):
                            bent[a, b] = True
    for i in range(rows - 1):
        for j in range(columns - 1):
            count = 0
            for a in range(2):
                for b in range(2):
                    count += 1 if depth[i + a, j + b] < SKY_DEPTH_M else 0
            if count == 0:
                bent[i, j] = False
            elif count < 4:
                bent[i, j] = True
    return bent
