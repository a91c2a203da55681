"""Points of things and where a camera puts them: what labels are made of.

Cameras stand in ECEF from the middle of a world's plane; a camera's frame is along its axis (*depth*), to the right and
down, metres. Pixels are (x, y) from the top left corner.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from otear.geo.camera import Lens
from otear.geo.frames import Floats
from otear.simulate.scene.label_kinds import Mask
from otear.simulate.world.land import Singles

_SLACK_M = 0.5
_EDGE, _RINGS, _SPOKES, _LANES = 32, 5, 16, 4


@dataclass(frozen=True, eq=False)
class Eye:
    """A camera: where it is (ECEF from the middle of the plane), its axes, and its picture. Points off the land (NaN)
    are outside of the picture."""

    at: Floats
    axes: Floats
    lens: Lens

    def camera(self, ecef: Floats) -> Floats:
        """Along the axis, to the right, down: metres."""
        return np.asarray((ecef - self.at) @ self.axes.T)

    def pixels(self, camera: Floats) -> Floats:
        """Where points of the camera's frame are in the picture, (n, 2)."""
        size = np.array([self.lens.width_px, self.lens.height_px])
        slopes = camera[:, 1:] / np.maximum(camera[:, :1], 1.0)
        return np.nan_to_num(0.5 * size * (1.0 + slopes / self.tan_half), nan=-1.0)

    @property
    def tan_half(self) -> Floats:
        """Tangents of half the fields of view, across and down, (2,)."""
        return np.tan(0.5 * np.array([self.lens.hfov, self.lens.vfov], dtype=np.float64))

    @property
    def pixel_tan(self) -> float:
        """The size of a pixel per metre of depth."""
        return float(2.0 * self.tan_half[0] / self.lens.width_px)


def free(camera: Floats, eye: Eye, depths: Singles, *, outside: bool) -> Mask:
    """Whether nothing of a picture of depths is before points of the camera's frame; `outside` for those beyond it."""
    x, y = np.floor(eye.pixels(camera)).astype(np.int64).T
    height, width = depths.shape
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    # Things are drawn a little nearer than they are, and within a pixel slanting ground is nearer and farther.
    pixel_m = camera[:, 0] * eye.pixel_tan
    before = depths[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)] + lift(pixel_m) + _SLACK_M + pixel_m
    return np.asarray(np.where(inside, camera[:, 0] < before, outside))


def lift(pixel_m: Floats | float) -> Floats | float:
    """By how much the renderer draws things nearer, metres."""
    return 0.3 + 0.5 * pixel_m


def _oval() -> tuple[Floats, Floats]:
    ring, edge = (
        np.stack([np.cos(turn), np.sin(turn)], axis=1)
        for turn in (2.0 * np.pi * (np.arange(many) + 0.5) / many for many in (_SPOKES, _EDGE))
    )
    reach = np.sqrt((np.arange(_RINGS) + 0.5) / _RINGS)
    return edge, (reach[:, None, None] * ring).reshape(-1, 2)


def _strip() -> tuple[Floats, Floats]:
    along, across = (2.0 * (np.arange(many) + 0.5) / many - 1.0 for many in (_RINGS * _SPOKES // _LANES, _LANES))
    points = np.stack(np.meshgrid(along, across), axis=-1).reshape(-1, 2)
    side = np.linspace(-1.0, 1.0, _EDGE // 2)
    edge = np.concatenate([np.stack([side, np.full_like(side, end)], axis=1) for end in (-1.0, 1.0)])
    return edge, points


OVAL_EDGE, OVAL_POINTS = _oval()
STRIP_EDGE, STRIP_POINTS = _strip()
"""Outlines (32, 2) and points that each stand for as much of the inside (80, 2): along and across, -1 to 1."""
