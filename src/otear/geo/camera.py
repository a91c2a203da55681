"""The camera: where it is, where it points, and the sight line of every pixel.

Conventions are those of MISB ST 0601. Angles are radians, lengths metres. The platform body frame is x forward, y right
wing, z down; heading, pitch and roll turn north-east-down (NED) into it in that order. The gimbal turns the body frame
by relative azimuth about z (clockwise from above), then relative elevation about y (up is positive), then relative
roll about the line of sight (clockwise seen from behind the camera). The camera frame is x along the line of sight,
y to the right of the picture, z to its bottom.

A pixel position is (x, y): x to the right, y down, from the top left *corner* of the picture, so that the centre of the
first pixel is (0.5, 0.5) and the centre of the picture is (width / 2, height / 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from otear.geo.frames import Floats, ecef_from_geodetic, enu_axes

_NED_FROM_ENU = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, -1.0]])


@dataclass(frozen=True)
class Pose:
    """Where the sensor is and how platform and gimbal are turned; each field is a float or an array of shape (n,).

    `lat`, `lon` in radians, `height_m` above the ellipsoid; `heading` (true, clockwise from north), `pitch`, `roll` of
    the platform and `azimuth`, `elevation`, `twist` of the sensor relative to the platform, all in radians.
    """

    lat: Floats | float
    lon: Floats | float
    height_m: Floats | float
    heading: Floats | float
    pitch: Floats | float
    roll: Floats | float
    azimuth: Floats | float
    elevation: Floats | float
    twist: Floats | float

    @property
    def position_ecef(self) -> Floats:
        """Sensor position in ECEF, shape (3,) or (n, 3)."""
        return ecef_from_geodetic(self.lat, self.lon, self.height_m)

    def at(self, index: int | slice | NDArray[Any]) -> Pose:
        """The pose, or poses, of one index, slice or mask of an array pose."""
        return Pose(**{name: np.atleast_1d(value)[index] for name, value in self.__dict__.items()})


@dataclass(frozen=True)
class Lens:
    """Field of view in radians, full angle across the picture, and picture size in pixels.

    `hfov` and `vfov` are floats or arrays of shape (n,); `width_px` and `height_px` are whole numbers.
    """

    hfov: Floats | float
    vfov: Floats | float
    width_px: int
    height_px: int

    def at(self, index: int | slice | NDArray[Any]) -> Lens:
        """The lens of one index, slice or mask of an array lens."""
        return Lens(np.atleast_1d(self.hfov)[index], np.atleast_1d(self.vfov)[index], self.width_px, self.height_px)


def _turn(angle: ArrayLike, axis: int) -> Floats:
    """Right-handed rotation about body axis 0 (x), 1 (y) or 2 (z): maps turned-frame vectors into the parent frame."""
    angle = np.asarray(angle, dtype=np.float64)
    cos, sin = np.cos(angle), np.sin(angle)
    matrix = np.zeros((*angle.shape, 3, 3))
    i, j = (axis + 1) % 3, (axis + 2) % 3
    matrix[..., axis, axis] = 1.0
    matrix[..., i, i] = cos
    matrix[..., j, j] = cos
    matrix[..., i, j] = -sin
    matrix[..., j, i] = sin
    return matrix


def camera_axes(pose: Pose) -> Floats:
    """Rotation from the camera frame to ENU at the sensor, shape (3, 3) or (n, 3, 3)."""
    matrix = _turn(pose.heading, 2)
    for angle, axis in (
        (pose.pitch, 1),
        (pose.roll, 0),
        (pose.azimuth, 2),
        (pose.elevation, 1),
        (pose.twist, 0),
    ):
        matrix = matrix @ _turn(angle, axis)
    return _NED_FROM_ENU.T @ matrix


def pixel_rays(lens: Lens, pixels: ArrayLike) -> Floats:
    """Unit sight lines in the camera frame, shape (..., 3), of pixel positions (x, y) of shape (..., 2).

    A pinhole whose focal lengths follow from the two fields of view: f = size / 2 / tan(fov / 2).
    """
    pixels = np.asarray(pixels, dtype=np.float64)
    right = (2.0 * pixels[..., 0] / lens.width_px - 1.0) * np.tan(np.asarray(lens.hfov) / 2.0)
    down = (2.0 * pixels[..., 1] / lens.height_px - 1.0) * np.tan(np.asarray(lens.vfov) / 2.0)
    right, down = np.broadcast_arrays(right, down)
    rays = np.stack([np.ones_like(right), right, down], axis=-1)
    return np.asarray(rays / np.linalg.norm(rays, axis=-1, keepdims=True), dtype=np.float64)


def sight_lines(pose: Pose, lens: Lens, pixels: ArrayLike) -> tuple[Floats, Floats]:
    """Origins and unit directions in ECEF, both of shape (k, 3), of the sight lines through k pixels of one pose.

    `pixels` has shape (k, 2). With an array pose of n entries and n pixels, ray i belongs to pose i and pixel i.
    """
    rays = pixel_rays(lens, pixels)
    axes = np.swapaxes(enu_axes(pose.lat, pose.lon), -1, -2) @ camera_axes(pose)
    directions = np.einsum("...ij,...j->...i", axes, rays)
    origins = np.broadcast_to(pose.position_ecef, directions.shape)
    return np.ascontiguousarray(origins), np.ascontiguousarray(directions)


def line_of_sight(pose: Pose) -> tuple[Floats, Floats]:
    """Azimuth (clockwise from north) and depression angle (down is positive), radians, of the optical axis."""
    forward = camera_axes(pose)[..., :, 0]
    return np.arctan2(forward[..., 0], forward[..., 1]), np.arcsin(np.clip(-forward[..., 2], -1.0, 1.0))
