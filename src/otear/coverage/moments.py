"""Which moments of a recording are worked out: as many as the picture's motion over the ground asks for.

A camera that stares is sampled slowly, one that pans is sampled so often that each picture overlaps the last by most of
itself, up to a rate. Ground that is swept faster than that was not looked at, and is not claimed. ECEF metres.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numba import njit
from numpy.typing import NDArray

from otear.geo.camera import Lens, Pose, camera_axes
from otear.geo.frames import Floats, enu_axes

NINE = np.array([(x, y) for y in (-1.0, 0.0, 1.0) for x in (-1.0, 0.0, 1.0)])
"""Corners, middles of the edges and centre of a picture, from -1 to 1 to the right and down."""


@dataclass(frozen=True)
class Views:
    """Cameras of n moments.

    `position` (n, 3), `up` (n, 3) and `axes` (n, 3, 3) in ECEF, the rows of the last being line of sight, right and
    down of the picture. All others are (n,): `lat` (radians), `height_m` (HAE) and `hfov` (radians) of pose and lens,
    `tan_h` and `tan_v` the tangents of the half fields of view, `pixel_angle` the geometric mean angle of the central
    pixel in radians.
    """

    time_us: NDArray[np.int64]
    lat: Floats
    height_m: Floats
    hfov: Floats
    position: Floats
    up: Floats
    axes: Floats
    tan_h: Floats
    tan_v: Floats
    pixel_angle: Floats

    @staticmethod
    def of(time_us: NDArray[np.int64], pose: Pose, lens: Lens) -> Views:
        """The cameras of array poses and lenses."""
        to_enu = enu_axes(pose.lat, pose.lon)
        tan_h, tan_v = np.tan(np.asarray(lens.hfov) / 2.0), np.tan(np.asarray(lens.vfov) / 2.0)
        return Views(
            time_us,
            np.asarray(pose.lat),
            np.asarray(pose.height_m),
            np.asarray(lens.hfov),
            pose.position_ecef,
            np.ascontiguousarray(to_enu[:, 2, :]),
            np.ascontiguousarray(np.swapaxes(camera_axes(pose), -1, -2) @ to_enu),
            tan_h,
            tan_v,
            2.0 * np.sqrt(tan_h * tan_v / (lens.width_px * lens.height_px)),
        )

    def at(self, index: list[int] | slice) -> Views:
        """The cameras of some moments."""
        return Views(**{f.name: getattr(self, f.name)[index] for f in fields(self)})

    def rays(self, places: Floats) -> Floats:
        """Unit sight lines, ECEF (n, k, 3), through k places in the picture, each -1 to 1 to the right and down."""
        right = places[:, 0] * self.tan_h[:, None]
        down = places[:, 1] * self.tan_v[:, None]
        rays = np.stack([np.ones_like(right), right, down], axis=-1)
        return np.asarray(rays / np.linalg.norm(rays, axis=-1, keepdims=True) @ self.axes, dtype=np.float64)


def usable(time_us: NDArray[np.int64], pose: Pose, lens: Lens) -> NDArray[np.bool_]:
    """Which moments have a time, a position, an attitude and a field of view between 0 and 180 degrees."""
    known = time_us >= 0
    for value in (*vars(pose).values(), lens.hfov, lens.vfov):
        known &= np.isfinite(value)
    for fov in (lens.hfov, lens.vfov):
        known &= (np.asarray(fov) > 0.0) & (np.asarray(fov) < np.pi)
    return known


@njit(cache=True)  # type: ignore[untyped-decorator]
def picture_motion(ground: Floats, position: Floats, axes: Floats, tan_h: float, tan_v: float) -> tuple[float, bool]:
    """How far an earlier picture's ground has moved in a later one, and whether any of it is still there.

    `ground` (9, 3) are the places where the rays through `NINE` met the ground in the earlier picture. The motion is
    the largest of the nine, as a part of the picture's width or height; infinite where one is now behind the camera.
    """
    motion = 0.0
    overlap = False
    for k in range(9):
        offset = ground[k] - position
        forward = axes[0, 0] * offset[0] + axes[0, 1] * offset[1] + axes[0, 2] * offset[2]
        if not forward > 0.0:
            motion = np.inf
            continue
        x = (axes[1, 0] * offset[0] + axes[1, 1] * offset[1] + axes[1, 2] * offset[2]) / (forward * tan_h)
        y = (axes[2, 0] * offset[0] + axes[2, 1] * offset[1] + axes[2, 2] * offset[2]) / (forward * tan_v)
        overlap = overlap or (abs(x) <= 1.0 and abs(y) <= 1.0)
        motion = max(motion, abs(x - NINE[k, 0]) / 2.0, abs(y - NINE[k, 1]) / 2.0)
    return motion, overlap
