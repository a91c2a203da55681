"""Heights of a source, brought to the ellipsoid."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from otear.geo import geoid
from otear.geo.frames import SEMI_MAJOR_M, Floats
from otear.geo.terrain.base import VerticalDatum
from otear.geo.terrain.grid import Grid

EGM2008_SIGMA_M = 1.0
"""What is added to the 1-sigma error of EGM2008 heights, which are brought to the ellipsoid by the geoid of EGM96."""
_STEP_M = 500.0


def sigma_with_datum(sigma_m: float, datum: VerticalDatum) -> float:
    """1-sigma error of a height above the ellipsoid, of one of `sigma_m` above the datum."""
    return sigma_m + (EGM2008_SIGMA_M if datum is VerticalDatum.EGM2008 else 0.0)


def ellipsoidal(heights_m: ArrayLike, grid: Grid, datum: VerticalDatum) -> NDArray[np.float32]:
    """HAE, float32, of the posts of a grid whose heights are above `datum`.

    The undulation is taken every 500 m and interpolated linearly between: within 0.1 mm of it at every post.
    """
    heights = np.asarray(heights_m, dtype=np.float32)
    if datum is VerticalDatum.ELLIPSOID:
        return heights
    lat, lon = grid.place([0.0, 1.0], [0.0, 1.0])
    post_m = SEMI_MAJOR_M * float(np.hypot(lat[1] - lat[0], (lon[1] - lon[0]) * np.cos(lat[0]))) / np.sqrt(2.0)
    step = max(1, int(_STEP_M / post_m))
    row, column = (np.arange(0, size + step, step) for size in grid.shape)
    lattice = geoid.undulation(*grid.place(*np.meshgrid(column, row)))
    return (heights + _between(_between(lattice, step, grid.shape[0]).T, step, grid.shape[1]).T).astype(np.float32)


def _between(values: Floats, step: int, size: int) -> Floats:
    """Values at 0 to `size` - 1 along the first axis, linear between those given every `step`."""
    below, fraction = np.divmod(np.arange(size), step)
    weight = (fraction / step)[:, None]
    return np.asarray(values[below] * (1.0 - weight) + values[below + 1] * weight, dtype=np.float64)
