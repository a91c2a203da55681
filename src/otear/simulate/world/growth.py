"""What grows where: by water, slope, height, the side of the hill, and what people cleared.

Arrays are (row, column), row 0 in the north.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from otear.geo.frames import Floats
from otear.simulate.world.drainage import Drainage
from otear.simulate.world.land import Cover, Pixels
from otear.simulate.world.lattice import Lattice, slope_of
from otear.simulate.world.relief import fractal

_CANOPY = {
    Cover.WATER: 0, Cover.SAND: 2, Cover.ROCK: 4, Cover.PASTURE: 8, Cover.SCRUB: 38, Cover.FOREST: 68, Cover.CROPS: 0,
    Cover.RIPARIAN: 62,
}  # fmt: skip
"""The share of ground under trees, in per cent, on middling ground."""
_TROPIC_DEG = 23.4


@dataclass(frozen=True, eq=False)
class Growth:
    """Values of `Cover`, canopy in per cent and moisture 0 to 255 of every post."""

    cover: Pixels
    canopy: Pixels
    moisture: Pixels


def grow(drainage: Drainage, lattice: Lattice, lived_at_m: NDArray[np.float32], rng: np.random.Generator) -> Growth:
    """Cover, canopy and moisture of a land; `lived_at_m` is how far each post is from the next village or ranch."""
    msl = drainage.msl_m
    east, north = slope_of(msl, lattice.step_m)
    steep = np.degrees(np.arctan(np.hypot(east, north)))
    noise, patches = fractal(msl.shape, 90.0, 5, rng), fractal(msl.shape, 34.0, 4, rng)
    moisture = _moisture(drainage, lattice, steep, north, noise)
    cover = np.full(msl.shape, Cover.SCRUB, dtype=np.uint8)
    cleared = np.exp(-np.asarray(lived_at_m, dtype=np.float64) / 900.0)
    woods = (msl - 650.0) / 350.0 + 2.2 * (moisture - 0.45) + 0.6 * noise
    cover[woods > 0.4] = Cover.FOREST
    gentle = steep < 9.0
    cover[gentle & (patches + 2.2 * cleared - 0.09 * steep - 0.5 * (woods > 0.4) > 0.9)] = Cover.PASTURE
    fertile = (steep < 3.2) & (msl < 700.0) & (drainage.channel_m < 1_500.0)
    parcels = cv2.resize(
        rng.random(tuple(side // 7 + 1 for side in msl.shape)), msl.shape[::-1], interpolation=cv2.INTER_NEAREST
    )
    likely = 0.55 + 1.2 * cleared + 0.35 * noise - drainage.channel_m / 1_800.0 - 0.08 * steep
    cover[fertile & (parcels < likely)] = Cover.CROPS
    cover[(steep > 33.0) & (steep + 3.0 * patches > 36.0)] = Cover.ROCK
    bank = np.clip(22.0 + 16.0 * np.log10(1.0 + cv2.dilate(drainage.catchment_km2, np.ones((9, 9)))), 0.0, 75.0)
    cover[(drainage.channel_m < bank) & (patches > -1.2)] = Cover.RIPARIAN
    cover[drainage.sand] = Cover.SAND
    cover[drainage.water] = Cover.WATER
    canopy = np.array([_CANOPY[kind] for kind in Cover])[cover] * (0.62 + 0.75 * moisture) * np.exp(0.22 * patches)
    canopy = np.where(lived_at_m < 120.0, np.minimum(canopy, 12.0), canopy)
    return Growth(cover, np.clip(canopy, 0.0, 95.0).astype(np.uint8), np.round(moisture * 255.0).astype(np.uint8))


def _moisture(drainage: Drainage, lattice: Lattice, steep: Floats, north: Floats, noise: Floats) -> Floats:
    """How wet the ground is, 0 to 1: by the topographic wetness index ln(a / tan slope) (Beven and Kirkby 1979), drier
    on slopes that face the sun at noon (either way at the equator), wetter with height."""
    per_width = drainage.catchment_km2 * 1e6 / lattice.step_m[0]
    index = np.log(per_width / np.tan(np.radians(np.maximum(steep, 0.5))))
    sun_in_the_south = float(np.clip(np.degrees(lattice.plane.lat) / _TROPIC_DEG, -1.0, 1.0))
    shade = -north * 0.45 * sun_in_the_south
    wet = 0.07 * (index - 7.0) + shade + drainage.msl_m / 4_500.0 + 0.08 * noise + 0.3
    wet += 0.4 * np.exp(-np.asarray(drainage.channel_m, dtype=np.float64) / 70.0)
    return np.asarray(np.clip(cv2.GaussianBlur(wet, (0, 0), 1.2), 0.0, 1.0))
