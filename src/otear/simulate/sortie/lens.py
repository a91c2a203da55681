"""The lens of a simulated camera: one whose fields of view a stream can say.

ST 0601 has 16 bits for a field of view (items 16 and 17): steps of 0.0027 degrees, which at a field of 0.6 degrees are
three pixels from edge to edge. A camera whose field falls between two steps would be wrong by that much before any
error is added, so the simulated ones have fields that fall on a step. Angles are radians.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from otear.geo.camera import Lens
from otear.geo.frames import Floats
from otear.video.klv.codecs import Mapped
from otear.video.klv.items import ITEMS

_FIELD_OF_VIEW = 16


def camera_lens(hfov: ArrayLike, width_px: int, height_px: int) -> Lens:
    """The lens nearest to a horizontal field of view (one, or an array) and square pixels."""
    across = on_a_step(hfov)
    down = on_a_step(2.0 * np.arctan(np.tan(across / 2.0) * height_px / width_px))
    if not across.ndim:
        return Lens(float(across), float(down), width_px, height_px)
    return Lens(across, down, width_px, height_px)


def on_a_step(field: ArrayLike) -> Floats:
    """The nearest field of view that items 16 and 17 can say."""
    codec = ITEMS[_FIELD_OF_VIEW].codec
    assert isinstance(codec, Mapped)
    step = np.radians(codec.resolution(codec.size))
    return np.asarray(np.round(np.asarray(field, dtype=np.float64) / step) * step, dtype=np.float64)
