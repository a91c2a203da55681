"""The surface of a real terrain on the posts of a world: its heights as they are, its holes, its sea.

Arrays are (row, column), row 0 in the north; metres above EGM96 mean sea level.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from rasterio.fill import fillnodata
from scipy.ndimage import label

from otear.errors import TerrainError
from otear.geo.frames import Floats
from otear.geo.geoid import undulation
from otear.geo.terrain.base import Terrain
from otear.simulate.world.flow import Mask
from otear.simulate.world.lattice import POST_DEG, Lattice
from otear.simulate.world.relief import Relief

_MOST_MISSING = 0.05
"""No more of a world than this is made up between the posts that its terrain has."""
_FEW_POSTS = 9
"""A hole of more posts than this says nothing of what is in it, so nothing is put there."""
_NUDGE = float(np.radians(1e-4 * POST_DEG))
"""3 mm: to beside a post."""
_SEA_LEVEL_M, _LEVEL_M, _SEA_KM2 = 0.5, 0.1, 0.25
"""Sea is no higher than the first, does not rise by more than the second from post to post, and is this large."""
_AROUND = np.ones((3, 3), dtype=np.uint8)
_CLEAR_M = 100.0


@dataclass(frozen=True, eq=False)
class Surface:
    """`msl_m` are the heights of the terrain, between them where it has none (`filled`). The `sea` is water, at its
    level or below; a salt lake below it, too."""

    msl_m: Floats
    filled: Mask
    sea: Mask

    @property
    def barred(self) -> Mask:
        """Where nothing may be put: sea, and holes of more than a few posts."""
        return self.sea | _large(self.filled, _FEW_POSTS + 1)

    def relief(self, lattice: Lattice) -> Relief:
        """What water, roads and plants find: without the noise that sensors leave from post to post."""
        ends = np.ones(lattice.shape, dtype=bool)
        ends[1:-1, 1:-1] = False
        smooth = np.where(self.sea, self.msl_m, cv2.GaussianBlur(self.msl_m, (0, 0), 0.8))
        return Relief(smooth, ends | self.sea, lattice.step_m, self.sea)


def clear_of(barred: Mask, lattice: Lattice) -> Mask:
    """The posts at some distance from where nothing may be put."""
    return np.asarray(lattice.distance_m(barred) > _CLEAR_M) if barred.any() else ~barred


def surface_of(terrain: Terrain, lattice: Lattice, path: Path) -> Surface:
    """A terrain on a lattice; small holes are filled. Raises `TerrainError` where more than a little is missing."""
    rows, columns = lattice.shape
    lat, lon = lattice.grid.place(*np.meshgrid(np.arange(columns), np.arange(rows)))
    heights = terrain.heights(lat, lon)
    # A post that the terrain has, beside one that it has not, is part of cells with and without data.
    for up, right in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
        missing = np.isnan(heights)
        heights[missing] = terrain.heights(lat[missing] + up * _NUDGE, lon[missing] + right * _NUDGE)
    missing = np.isnan(heights)
    if missing.mean() > _MOST_MISSING:
        raise TerrainError(
            f"has no data for {missing.mean():.0%} of the {rows:,} by {columns:,} posts of the world",
            source=path,
            remedy="Set the sea to height 0, fill other holes (gdal_fillnodata), or cut it to where it has data",
        )
    msl = heights - undulation(lat, lon)
    if missing.any():
        whole = fillnodata(np.where(missing, 0.0, msl).astype(np.float32), ~missing, max(lattice.shape))
        msl = np.where(missing, whole, msl)
    return Surface(msl, missing, sea_of(msl, lattice))


def sea_of(msl_m: Floats, lattice: Lattice) -> Mask:
    """Water at the level of the sea: large, level, and no higher. Ground below that level slopes."""
    east, north = lattice.step_m
    lowest = cv2.erode(msl_m, _AROUND)
    level = (cv2.dilate(msl_m, _AROUND) - lowest <= _LEVEL_M) & (msl_m <= _SEA_LEVEL_M)
    to_the_shore = cv2.dilate(level.astype(np.uint8), _AROUND).astype(bool)
    water = to_the_shore & (msl_m - lowest <= _LEVEL_M) & (msl_m <= _SEA_LEVEL_M)
    return _large(water, round(_SEA_KM2 * 1e6 / (east * north)))


def _large(mask: Mask, least: int) -> Mask:
    """The parts of a mask that hang together and have so many posts."""
    parts, _ = label(mask, _AROUND)
    return np.asarray(mask & (np.bincount(parts.reshape(-1))[parts] >= least))
