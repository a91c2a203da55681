"""The whole chain from sensor to ground with errors in it.

Angles are radians, lengths metres, times seconds; positions are ECEF on the last axis. An error is what is added to the
parameter that the metadata give (`Parameter` says in which unit).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from otear.geo.budget import Parameter
from otear.geo.camera import Lens, Pose, camera_axes, sight_lines
from otear.geo.frames import Floats, ecef_from_geodetic, enu_axes


class HitsLike(Protocol):
    """What a ray caster tells of n rays: places in radians and metres HAE, and in `miss` 0 for a hit."""

    @property
    def range_m(self) -> Floats: ...
    @property
    def lat(self) -> Floats: ...
    @property
    def lon(self) -> Floats: ...
    @property
    def height_m(self) -> Floats: ...
    @property
    def miss(self) -> NDArray[np.uint8]: ...


Caster = Callable[[Floats, Floats], HitsLike]
"""Origins and unit directions in ECEF, both (n, 3), to where they meet the ground; `partial(cast, patch)` is one."""


@dataclass(frozen=True)
class Motion:
    """How the sensor moves, for the error of the clock.

    `velocity_enu_mps` is east, north, up; `turn` is how the camera turns against the ground, radians per second about
    its own axes (line of sight, right, down: right-handed). Both have shape (3,) or (k, 3).
    """

    velocity_enu_mps: Floats
    turn: Floats = field(default_factory=lambda: np.zeros(3))


AT_REST = Motion(np.zeros(3))


def places_with(
    errors: Mapping[Parameter, Floats],
    pose: Pose,
    lens: Lens,
    pixels: ArrayLike,
    *,
    cast: Caster,
    motion: Motion = AT_REST,
) -> Floats:
    """Where k pixels lie on the ground if these errors are added, ECEF of shape (..., k, 3), NaN for a miss.

    Each of `errors` has shape (..., k), and they broadcast against each other. `pixels` has shape (k, 2) or (2,); pose,
    lens and motion are one for all or arrays of k. All rays go through `cast` in one call.

    Raised terrain under a sensor is terrain under a sensor that is lower by as much, with the place raised afterwards:
    the error of the terrain's height so meets the true slope at its own size.
    """
    error = defaultdict(lambda: np.zeros(1), errors)
    late, raised, zoom = error[Parameter.CLOCK], error[Parameter.TERRAIN], 1.0 + error[Parameter.FIELD_OF_VIEW]
    turned = Pose(
        pose.lat,
        pose.lon,
        pose.height_m,
        pose.heading + error[Parameter.HEADING],
        pose.pitch + error[Parameter.PITCH],
        pose.roll + error[Parameter.ROLL],
        pose.azimuth + error[Parameter.AZIMUTH],
        pose.elevation + error[Parameter.ELEVATION],
        pose.twist + error[Parameter.TWIST],
    )
    zoomed = Lens(lens.hfov * zoom, lens.vfov * zoom, lens.width_px, lens.height_px)
    picked = np.asarray(pixels, dtype=np.float64) + _stack(error[Parameter.PIXEL_X], error[Parameter.PIXEL_Y])
    origins, lines = sight_lines(turned, zoomed, picked)
    to_ecef = np.swapaxes(enu_axes(pose.lat, pose.lon), -1, -2)
    turn = np.einsum("...ij,...jk,...k->...i", to_ecef, camera_axes(pose), motion.turn)
    lines = _turned(lines, late[..., None] * turn)
    up = error[Parameter.UP] + error[Parameter.GEOID] - raised
    shift = _stack(error[Parameter.EAST], error[Parameter.NORTH], up) + late[..., None] * motion.velocity_enu_mps
    origins = origins + np.einsum("...ij,...j->...i", to_ecef, shift)

    origins, lines = np.broadcast_arrays(origins, lines)
    shape = origins.shape[:-1]
    hits = cast(origins.reshape(-1, 3), lines.reshape(-1, 3))
    lat, lon, height = (np.where(hits.miss == 0, v, np.nan).reshape(shape) for v in (hits.lat, hits.lon, hits.height_m))
    return ecef_from_geodetic(lat, lon, height + raised)


def _turned(lines: Floats, turn: Floats) -> Floats:
    """Vectors turned by rotation vectors, both (..., 3) (O. Rodrigues)."""
    angle = np.linalg.norm(turn, axis=-1, keepdims=True)
    axis = np.divide(turn, angle, out=np.zeros_like(turn), where=angle > 0.0)
    along = axis * np.sum(axis * lines, axis=-1, keepdims=True)
    return np.asarray(along + (lines - along) * np.cos(angle) + np.cross(axis, lines) * np.sin(angle))


def _stack(*components: Floats) -> Floats:
    return np.stack(np.broadcast_arrays(*components), axis=-1)
