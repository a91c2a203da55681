"""Terrain without files: an array with its grid, and one height everywhere.

Places are radians, heights metres.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from affine import Affine
from numpy.typing import ArrayLike, NDArray

from otear.errors import TerrainError
from otear.geo import geoid
from otear.geo.frames import Floats
from otear.geo.terrain.base import Bounds, Patch, VerticalDatum
from otear.geo.terrain.datum import ellipsoidal, sigma_with_datum
from otear.geo.terrain.grid import Grid, bilinear

_CONSTANT_STEP = np.radians(1.0 / 120.0)
_CONSTANT_POSTS = 512


@dataclass(frozen=True, eq=False)
class GridTerrain:
    """Heights in memory: `posts_m` of shape (rows, columns) in metres above `datum`, NaN for no data, on `grid`.

    `own_sigma_m` is the 1-sigma error of the posts above their own datum.
    """

    posts_m: NDArray[np.floating]
    grid: Grid
    datum: VerticalDatum = VerticalDatum.ELLIPSOID
    own_sigma_m: float = 0.0
    name: str = "heights in memory"

    @property
    def sigma_m(self) -> float:
        """1-sigma error of a height above the ellipsoid, in metres."""
        return sigma_with_datum(self.own_sigma_m, self.datum)

    @cached_property
    def _hae_m(self) -> NDArray[np.float32]:
        return ellipsoidal(self.posts_m, self.grid, self.datum)

    def heights(self, lat: ArrayLike, lon: ArrayLike) -> Floats:
        """HAE in metres, bilinear between posts; NaN outside and where there is no data. Inputs broadcast."""
        return bilinear(self._hae_m, *self.grid.index(lat, lon))

    def patch(self, bounds: Bounds) -> Patch:
        """The posts whose cells cover the part of the bounds that the array reaches."""
        window = self.grid.around(bounds).cut(self.grid.window)
        if min(window.shape) < 2:
            raise TerrainError(
                f"{self.name} does not reach {bounds.text}",
                remedy="Give terrain that covers the area that the sensor looks at",
            )
        return Patch.of(self._hae_m[window.within(self.grid.window)], self.grid.part(window))


@dataclass(frozen=True)
class ConstantTerrain:
    """The same height everywhere, above the ellipsoid or (EGM96 and EGM2008 alike) above mean sea level.

    What is used where nothing better is known, and said so: `sigma_m` has to hold the relief that is left out.
    """

    height_m: float
    datum: VerticalDatum = VerticalDatum.ELLIPSOID
    sigma_m: float = 100.0
    name: str = field(init=False)

    def __post_init__(self) -> None:
        above = "the ellipsoid" if self.datum is VerticalDatum.ELLIPSOID else "mean sea level"
        object.__setattr__(self, "name", f"constant {self.height_m:,.0f} m above {above}")

    def heights(self, lat: ArrayLike, lon: ArrayLike) -> Floats:
        """HAE in metres at places in radians. Inputs broadcast."""
        lat, lon = np.broadcast_arrays(np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64))
        if self.datum is VerticalDatum.ELLIPSOID:
            return np.full(lat.shape, float(self.height_m))
        return geoid.hae_from_msl(lat, lon, self.height_m)

    def patch(self, bounds: Bounds) -> Patch:
        """Posts half a minute of arc apart (wider where that would be more than 512 a side) over the whole bounds."""
        spans = (bounds.north - bounds.south, bounds.width)
        shape = tuple(min(_CONSTANT_POSTS, max(2, int(np.ceil(span / _CONSTANT_STEP)) + 1)) for span in spans)
        step_lat, step_lon = (
            np.degrees(max(span, _CONSTANT_STEP)) / (count - 1) for span, count in zip(spans, shape, strict=True)
        )
        west, north = np.degrees(bounds.west), np.degrees(bounds.north)
        grid = Grid(Affine(step_lon, 0.0, west, 0.0, -step_lat, north), (shape[0], shape[1]))
        column, row = np.meshgrid(np.arange(shape[1]), np.arange(shape[0]))
        return Patch.of(self.heights(*grid.place(column, row)).astype(np.float32), grid)
