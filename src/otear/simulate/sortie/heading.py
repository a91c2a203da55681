"""A pose as ST 0601 can say it: the heading on a step of item 5, what is left of it in the gimbal's angles.

Item 5 has 16 bits for a turn, steps of 0.0055 degrees: 0.4 m on the ground 8 km away, more than a pixel of a narrow
field. The gimbal's angles have 32 bits. An aircraft that works its gimbal angles out against the heading that it sends
loses nothing, and so do the simulated ones. Angles are radians, conventions of `geo.camera`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from otear.geo.camera import Pose, camera_axes
from otear.video.klv.codecs import Mapped
from otear.video.klv.items import ITEMS

_HEADING = 5
_NEAR_VERTICAL = 1e-4
"""Cosine of the elevation below which the camera looks along the axis that its azimuth turns about."""


def with_heading_on_a_step(pose: Pose) -> Pose:
    """The array pose with the same sight lines whose heading is one that item 5 can say."""
    codec = ITEMS[_HEADING].codec
    assert isinstance(codec, Mapped)
    step = np.radians(codec.resolution(codec.size))
    heading = np.asarray(pose.heading, dtype=np.float64)
    sayable = np.round(np.mod(heading, 2.0 * np.pi) / step) * step
    stowed = replace(pose, heading=sayable, azimuth=0.0, elevation=0.0, twist=0.0)
    turned = np.swapaxes(camera_axes(stowed), -1, -2) @ camera_axes(pose)
    elevation = np.arcsin(np.clip(-turned[..., 2, 0], -1.0, 1.0))
    vertical = np.hypot(turned[..., 0, 0], turned[..., 1, 0]) < _NEAR_VERTICAL
    left = np.mod(heading - sayable + np.pi, 2.0 * np.pi) - np.pi
    return replace(
        pose,
        heading=sayable,
        azimuth=np.where(vertical, pose.azimuth + left, np.arctan2(turned[..., 1, 0], turned[..., 0, 0])),
        elevation=np.where(vertical, pose.elevation, elevation),
        twist=np.where(vertical, pose.twist, np.arctan2(turned[..., 2, 1], turned[..., 2, 2])),
    )
