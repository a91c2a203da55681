"""The posts of a land seen from its plane: which metres a post lies at, and lines drawn over posts.

Arrays are (row, column), row 0 in the north; plane coordinates are metres east and north of the middle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from affine import Affine
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import gaussian_filter1d

from otear.geo.frames import Floats
from otear.geo.terrain.grid import Grid
from otear.simulate.world.plane import Plane

POST_DEG = 1.0 / 3600.0


@dataclass(frozen=True)
class Lattice:
    """Posts one second of arc apart, the middle of them at the middle of the plane."""

    plane: Plane
    shape: tuple[int, int]

    @property
    def grid(self) -> Grid:
        """Where the posts lie."""
        rows, columns = self.shape
        west = np.degrees(self.plane.lon) - (columns - 1) / 2.0 * POST_DEG
        north = np.degrees(self.plane.lat) + (rows - 1) / 2.0 * POST_DEG
        return Grid(Affine(POST_DEG, 0.0, float(west), 0.0, -POST_DEG, float(north)), self.shape)

    @property
    def step_m(self) -> tuple[float, float]:
        """Distance of neighbours along a row and along a column."""
        parallel, meridian = self.plane.metres_per_radian
        return parallel * float(np.radians(POST_DEG)), meridian * float(np.radians(POST_DEG))

    @property
    def half_m(self) -> tuple[float, float]:
        """East and north from the middle to the outermost posts."""
        (across, down), (rows, columns) = self.step_m, self.shape
        return (columns - 1) / 2.0 * across, (rows - 1) / 2.0 * down

    def metres(self, column: ArrayLike, row: ArrayLike) -> Floats:
        """East and north of columns and rows, shape (..., 2)."""
        (across, down), (east, north) = self.step_m, self.half_m
        return np.stack(
            [np.asarray(column, dtype=np.float64) * across - east, north - np.asarray(row, dtype=np.float64) * down], -1
        )

    def index(self, points_m: Floats) -> tuple[Floats, Floats]:
        """Column and row (fractions kept) of points of shape (..., 2)."""
        (across, down), (east, north) = self.step_m, self.half_m
        return (points_m[..., 0] + east) / across, (north - points_m[..., 1]) / down

    def nearest(self, points_m: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Row and column of the nearest posts of points, which are held inside."""
        column, row = self.index(points_m)
        rows, columns = self.shape
        return (
            np.clip(np.round(row), 0, rows - 1).astype(np.int64),
            np.clip(np.round(column), 0, columns - 1).astype(np.int64),
        )

    def inside(self, points_m: Floats, margin_m: float) -> NDArray[np.bool_]:
        """Whether points are further in than a margin from the outermost posts."""
        east, north = self.half_m
        return np.asarray((np.abs(points_m[..., 0]) < east - margin_m) & (np.abs(points_m[..., 1]) < north - margin_m))

    def within(self, margin_m: float) -> NDArray[np.bool_]:
        """The posts that are further in than a margin from the outermost."""
        columns, rows = (int(np.ceil(margin_m / step)) for step in self.step_m)
        mask = np.zeros(self.shape, dtype=bool)
        mask[rows : self.shape[0] - rows, columns : self.shape[1] - columns] = True
        return mask

    def marked(self, points_m: Floats) -> NDArray[np.bool_]:
        """The posts nearest to points of shape (n, 2)."""
        mask = np.zeros(self.shape, dtype=bool)
        mask[self.nearest(points_m)] = True
        return mask

    def drawn(self, lines_m: Sequence[Floats], width_m: float) -> NDArray[np.bool_]:
        """The posts that lines of points (k, 2) cover."""
        picture = np.zeros(self.shape, dtype=np.uint8)
        thick = max(round(width_m / self.step_m[0]), 1)
        lines = [np.round(np.stack(self.index(line), -1)).astype(np.int32).reshape(-1, 1, 2) for line in lines_m]
        cv2.polylines(picture, lines, False, 1, thick)
        return picture.astype(bool)

    def distance_m(self, mask: NDArray[np.bool_]) -> NDArray[np.float32]:
        """How far the next post of a mask is; as far as the land is wide where there is none."""
        if not mask.any():
            return np.full(self.shape, 2.0 * max(self.half_m), dtype=np.float32)
        away = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
        return np.asarray(away * np.float32(sum(self.step_m) / 2.0))

    def smoothed(self, points_m: Floats, sigma: float, every: int = 1) -> Floats:
        """A line of points (k, 2) with its corners rounded off and its ends kept, thinned to every so manieth point."""
        if len(points_m) < 3:
            return points_m
        smooth = gaussian_filter1d(points_m, min(sigma, len(points_m) / 4.0), axis=0, mode="nearest")
        # The ends stay where they are: what the filter moved them by fades out along the line.
        fade = np.exp(-np.arange(len(points_m)) / max(sigma, 1.0))[:, None]
        smooth = smooth + fade * (points_m[0] - smooth[0]) + fade[::-1] * (points_m[-1] - smooth[-1])
        keep = np.arange(0, len(smooth), every)
        return np.asarray(smooth[np.append(keep, len(smooth) - 1) if keep[-1] != len(smooth) - 1 else keep])


def slope_of(msl_m: Floats, step_m: tuple[float, float]) -> tuple[Floats, Floats]:
    """Rise per metre to the east and to the north."""
    down, right = np.gradient(np.asarray(msl_m, dtype=np.float64), step_m[1], step_m[0])
    return np.asarray(right), np.asarray(-down)
