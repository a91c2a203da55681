"""How the picture has moved since the one before: corners followed through, and the motion that most of them agree on.

Pictures are grey, (rows, columns) uint8; pixels are (x, y), and a homography maps those of the picture before to those
of this one. Corners are J. Shi's and C. Tomasi's (1994), followed by the pyramidal method of B. Lucas, T. Kanade (1981)
and J. Bouguet (2001) on pictures of half the size; what does not move with the rest is left out by RANSAC (M. Fischler,
R. Bolles 1981).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from otear.detect.base import Pixels, Singles
from otear.geo.frames import Floats

_SHRUNK = 2
_MOST_CORNERS, _ENOUGH = 240, 120
"""Corners to begin with; when fewer are left, new ones are looked for."""
_APART_PX, _QUALITY = 12, 0.01
_WINDOW, _LEVELS = (15, 15), 3
_LEAST_INLIERS, _LEAST_SHARE = 16, 0.4
_WITHIN_PX = 1.5
_LEAST_CONTRAST = 2.0
"""A picture whose grey values spread less than this shows nothing to hold on to."""


@dataclass(frozen=True, eq=False)
class Registration:
    """The motion since the picture before: `homography` (3, 3), of `tracked` corners that could be followed the
    `inliers` that agree; None where too few do, and for the first picture."""

    homography: Floats | None
    inliers: int
    tracked: int

    @property
    def ok(self) -> bool:
        """Whether the picture could be laid onto the one before."""
        return self.homography is not None


_FIRST = Registration(None, 0, 0)


class Registrar:
    """Takes the pictures of one camera in order. State: the picture before, shrunk, and its corners."""

    def __init__(self) -> None:
        self._before: Pixels | None = None
        self._corners: Singles = np.empty((0, 1, 2), dtype=np.float32)

    def step(self, grey: Pixels) -> Registration:
        """The motion from the picture before to this one."""
        rows, columns = grey.shape
        size = (max(columns // _SHRUNK, 1), max(rows // _SHRUNK, 1))
        small = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        before, self._before = self._before, small
        if before is None or before.shape != small.shape:
            self._corners = _corners(small)
            return _FIRST
        if len(self._corners) < _ENOUGH:
            self._corners = _corners(before)
        if len(self._corners) < _LEAST_INLIERS:
            return _FIRST
        moved, found, _ = cv2.calcOpticalFlowPyrLK(
            before, small, self._corners, np.empty_like(self._corners), winSize=_WINDOW, maxLevel=_LEVELS
        )
        there = found.ravel() == 1
        old, new = self._corners[there], np.asarray(moved[there], dtype=np.float32)
        self._corners = new
        if len(new) < _LEAST_INLIERS:
            return Registration(None, 0, len(new))
        matrix, mask = cv2.findHomography(old, new, cv2.RANSAC, _WITHIN_PX / _SHRUNK, maxIters=500, confidence=0.995)
        agree = np.zeros(len(new), dtype=bool) if mask is None else mask.ravel() == 1
        inliers = int(agree.sum())
        # What moves by itself is followed no further: it would drag its neighbourhood's corners along.
        self._corners = new[agree] if inliers else new
        if matrix is None or inliers < max(_LEAST_INLIERS, _LEAST_SHARE * len(new)):
            self._corners = _corners(small)
            return Registration(None, inliers, len(new))
        return Registration(_full_size(np.asarray(matrix), columns / size[0], rows / size[1]), inliers, len(new))


def _corners(small: Pixels) -> Singles:
    if float(small.std()) < _LEAST_CONTRAST:
        return np.empty((0, 1, 2), dtype=np.float32)
    found = cv2.goodFeaturesToTrack(small, _MOST_CORNERS, _QUALITY, _APART_PX)
    return np.empty((0, 1, 2), dtype=np.float32) if found is None else np.asarray(found, dtype=np.float32)


def _full_size(matrix: Floats, wide: float, high: float) -> Floats:
    """A homography of shrunk pictures as one of whole pictures, whose pixels are `wide` and `high` times as many.

    OpenCV counts from the middle of the first pixel, here pixels count from its corner.
    """
    to_small = np.array([[1.0 / wide, 0.0, -0.5], [0.0, 1.0 / high, -0.5], [0.0, 0.0, 1.0]])
    whole = np.linalg.inv(to_small) @ matrix @ to_small
    return np.asarray(whole / whole[2, 2], dtype=np.float64)
