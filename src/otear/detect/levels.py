"""Pictures as the learned detector takes them: levelled against their surroundings, so that gain and haze drop out."""

from __future__ import annotations

import cv2
import numpy as np

from otear.detect.base import Picture, Singles
from otear.domain.authority import SensorKind

STEP = 32
"""Rows and columns of what goes in are a multiple of this."""
_COARSE = 8
_FLOOR = 4.0
"""Deviation, in grey values, added to a picture's own: less than that is noise and is not stretched to full range."""
_LIMIT = 5.0


def channels(sensor: SensorKind) -> int:
    """Colours for visible light, heat alone for the others."""
    return 3 if sensor is SensorKind.VISIBLE else 1


def levelled(picture: Picture) -> Singles:
    """The picture, (channels, rows, columns): less the mean, over the deviation, of the half picture around each pixel.

    Each colour has its own mean and all share the deviation of their sum, so that what is grey stays grey.
    """
    pixels = picture.pixels if picture.sensor is SensorKind.VISIBLE else picture.heat
    planes = [np.asarray(plane, dtype=np.float32) for plane in cv2.split(pixels)]
    planes = planes * 3 if picture.sensor is SensorKind.VISIBLE and len(planes) == 1 else planes
    grey = planes[0] if len(planes) == 1 else (planes[0] + planes[1] + planes[2]) / np.float32(3.0)
    variance = np.maximum(_wide(grey * grey) - _wide(grey) ** 2, 0.0)
    gain = _up(1.0 / (np.sqrt(variance) + _FLOOR), grey)
    level = np.empty((len(planes), *grey.shape), dtype=np.float32)
    for row, plane in enumerate(planes):
        np.subtract(plane, _up(_wide(plane), plane), out=level[row])
        np.multiply(level[row], gain, out=level[row])
    return np.clip(level, -_LIMIT, _LIMIT, out=level)


def padded(level: Singles) -> Singles:
    """The same with zeros to the right and below, so that rows and columns are multiples of `STEP`."""
    _, rows, cols = level.shape
    return np.pad(level, ((0, 0), (0, -rows % STEP), (0, -cols % STEP)))


def _wide(plane: Singles) -> Singles:
    """The mean of the half picture around each place, on a coarser grid."""
    rows, cols = plane.shape
    small = (max(cols // _COARSE, 1), max(rows // _COARSE, 1))
    window = (max(small[0] // 2, 1), max(small[1] // 2, 1))
    coarse = cv2.resize(plane, small, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.blur(coarse, window, borderType=cv2.BORDER_REFLECT), dtype=np.float32)


def _up(coarse: Singles, like: Singles) -> Singles:
    return np.asarray(cv2.resize(coarse, like.shape[::-1]), dtype=np.float32)
