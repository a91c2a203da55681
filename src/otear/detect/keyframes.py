"""Which pictures the slow detectors look at: those of which too little was in the last one that they looked at.

Never every so many pictures: a camera that stares needs few, one that sweeps needs many. Pixels are (x, y).
"""

from __future__ import annotations

import cv2
import numpy as np

from otear.errors import SettingError
from otear.geo.frames import Floats


class KeyFrames:
    """`share` of the picture must have been in the last key frame, else it is one; `longest_s` seconds after the last
    one the next comes in any case, since light and angle change."""

    def __init__(self, share: float = 0.6, longest_s: float = 4.0) -> None:
        if not 0.0 < share < 1.0 or longest_s <= 0.0:
            raise SettingError("key frames would be all or none", field="share", remedy="Give a share between 0 and 1")
        self._share, self._longest_s = share, longest_s
        self._last_s: float | None = None

    def wants(self, since: Floats | None, width: int, height: int, time_s: float) -> bool:
        """Whether a picture is a key frame, `since` being the motion (3, 3) since the last one, None where nobody knows
        it. A picture that is, is the last one from then on."""
        last = self._last_s
        wanted = (
            last is None
            or since is None
            or not 0.0 <= time_s - last < self._longest_s
            or overlap(since, width, height) < self._share
        )
        if wanted:
            self._last_s = time_s
        return wanted


def overlap(homography: Floats, width: int, height: int) -> float:
    """The share of a picture that was in the one from which the homography leads to it, 0 to 1."""
    corners = np.array([[0.0, 0.0, 1.0], [width, 0.0, 1.0], [width, height, 1.0], [0.0, height, 1.0]])
    moved = corners @ homography.T
    if np.any(moved[:, 2] <= 1e-6):
        return 0.0  # it has turned over: nothing of it can be the same ground
    outline = (moved[:, :2] / moved[:, 2:]).astype(np.float32)
    area, _ = cv2.intersectConvexConvex(outline, corners[:, :2].astype(np.float32))
    return float(area) / (width * height)
