"""Painting ground: what the land's covers look like from above, texel by texel, in any fineness.

A *texel* is one square of the ground's picture. A surface is three numbers (a row of a palette): red, green and blue,
or the three columns of `heat.warmth`; what is painted is a mixture of rows, so that both pictures of one ground agree.
Posts are some 30 m apart: between them covers reach into one another along lines bent by noise, and noise of every
wavelength longer than two texels gives grain, so that no post shows as a square. Layers are (row, column), row 0 in
the *south*; `share` is how much of the sun's light arrives (0 to 1), `facing` the cosine of its angle to the ground.
"""

# ruff: noqa: PLR0917 - compiled functions take plain numbers and arrays, many of them
from __future__ import annotations

import numpy as np
from numba import njit

from otear.geo.frames import Floats
from otear.simulate.scene.noise import chance, noise, smooth
from otear.simulate.scene.palette import Surface
from otear.simulate.world.land import Cover, Pixels, Singles

_CROPS, _ROCK, _FOREST, _SCRUB = int(Cover.CROPS), int(Cover.ROCK), int(Cover.FOREST), int(Cover.SCRUB)
_PASTURE = int(Cover.PASTURE)
_RIPARIAN, _WATER, _SAND = int(Cover.RIPARIAN), int(Cover.WATER), int(Cover.SAND)
_S_ROCK, _S_SOIL, _S_LUSH, _S_SHRUB = int(Surface.ROCK), int(Surface.SOIL), int(Surface.LUSH), int(Surface.SHRUB)
_S_LEAFLESS, _S_BROADLEAF, _S_PINE = int(Surface.LEAFLESS), int(Surface.BROADLEAF), int(Surface.PINE)
_S_CROP, _S_GRAVEL = int(Surface.CROP_1), int(Surface.GRAVEL)
TREES_BELOW_M = 1.5
"""Below this size of a texel trees are drawn one by one; above, forest is a texture."""
_PENUMBRA = 0.012
"""The sun is half a degree wide, and posts are 30 m apart: the edge of a shadow is soft."""


@njit(cache=True)  # type: ignore[untyped-decorator]
def ground(
    layer: Singles, share: Singles, open_share: Singles, facing: Singles,
    east0: float, north0: float, texel: float, index: Floats,
    msl: Singles, rise_east: Singles, rise_north: Singles, margin: Singles,
    cover: Pixels, canopy: Pixels, moisture: Pixels,
    palette: Singles, square: Singles, sun: Floats, yards: Floats,
) -> None:  # fmt: skip
    """Paint a square of ground whose first texel has its middle at (`east0`, `north0`).

    `index` of shape (2, 3): column and row at the first texel, what they grow by per texel east, and per texel north.
    `yards` (k, 3): east, north and radius of settlements, between whose houses nothing is sown. `open_share` is what
    the land alone leaves of the sun's light, for what is drawn over grass and bushes later.
    """
    size = layer.shape[0]
    rows, columns = msl.shape
    weights = np.empty(8)
    total = np.empty(3)
    for i in range(size):
        north = north0 + i * texel
        for j in range(size):
            east = east0 + j * texel
            column = index[0, 0] + index[0, 1] * j + index[0, 2] * i
            row = index[1, 0] + index[1, 1] * j + index[1, 2] * i
            column, row = min(max(column, 0.0), columns - 1.001), min(max(row, 0.0), rows - 1.001)
            left, up = np.int64(column), np.int64(row)
            u, v = column - left, row - up
            w00, w01, w10, w11 = (1.0 - u) * (1.0 - v), u * (1.0 - v), (1.0 - u) * v, u * v
            slope_east = (
                w00 * rise_east[up, left]
                + w01 * rise_east[up, left + 1]
                + w10 * rise_east[up + 1, left]
                + w11 * rise_east[up + 1, left + 1]
            )
            slope_north = (
                w00 * rise_north[up, left]
                + w01 * rise_north[up, left + 1]
                + w10 * rise_north[up + 1, left]
                + w11 * rise_north[up + 1, left + 1]
            )
            lit = (
                w00 * margin[up, left]
                + w01 * margin[up, left + 1]
                + w10 * margin[up + 1, left]
                + w11 * margin[up + 1, left + 1]
            )
            height = (
                w00 * msl[up, left] + w01 * msl[up, left + 1] + w10 * msl[up + 1, left] + w11 * msl[up + 1, left + 1]
            )

            # Broad patches, and the bends of the lines between covers.
            patch = noise(square, east / 310.0, north / 310.0) + 0.6 * noise(square, north / 97.0, east / 97.0)
            bend_x, bend_y = 0.0, 0.0
            for wave in (61.0, 23.0, 9.0, 3.6, 1.4):
                if wave > 1.5 * texel:
                    strength = 0.42 * wave / 61.0 + 0.05
                    bend_x += strength * noise(square, east / wave + 11.3, north / wave)
                    bend_y += strength * noise(square, north / wave, east / wave + 71.7)
            warped_column = min(max(column + bend_x, 0.0), columns - 1.001)
            warped_row = min(max(row + bend_y, 0.0), rows - 1.001)
            left, up = np.int64(warped_column), np.int64(warped_row)
            u, v = warped_column - left, warped_row - up
            w00, w01, w10, w11 = (1.0 - u) * (1.0 - v), u * (1.0 - v), (1.0 - u) * v, u * v
            for k in range(8):
                weights[k] = 0.0
            weights[cover[up, left]] += w00
            weights[cover[up, left + 1]] += w01
            weights[cover[up + 1, left]] += w10
            weights[cover[up + 1, left + 1]] += w11
            trees = (
                w00 * canopy[up, left]
                + w01 * canopy[up, left + 1]
                + w10 * canopy[up + 1, left]
                + w11 * canopy[up + 1, left + 1]
            ) / 100.0
            wet = (
                w00 * moisture[up, left]
                + w01 * moisture[up, left + 1]
                + w10 * moisture[up + 1, left]
                + w11 * moisture[up + 1, left + 1]
            ) / 255.0
            sharpened = 0.0
            for k in range(8):
                weights[k] = weights[k] ** 5
                sharpened += weights[k]
            for k in range(8):
                weights[k] /= sharpened

            settled = 0.0
            for k in range(yards.shape[0]):
                away = np.sqrt((east - yards[k, 0]) ** 2 + (north - yards[k, 1]) ** 2)
                settled = max(settled, smooth(1.05, 0.7, away / yards[k, 2] + 0.12 * patch))
            if settled > 0.0:
                for k in range(8):
                    weights[k] *= 1.0 - settled
                weights[_PASTURE] += settled
                trees *= 1.0 - 0.7 * settled

            # Grain: every wavelength that the texels can hold.
            grain = 0.0
            for wave in (37.0, 13.0, 5.1, 2.1, 0.9, 0.4):
                if wave > 2.0 * texel:
                    grain += 0.055 * noise(square, (0.8 * east + 0.6 * north) / wave, (0.8 * north - 0.6 * east) / wave)
            open_ground = 1.0 - weights[_WATER]
            shade = smooth(-0.75, 0.75, patch)
            total[0], total[1], total[2] = 0.0, 0.0, 0.0
            for k in range(8):
                if weights[k] > 1e-3 and k != _CROPS:
                    for c in range(3):
                        total[c] += weights[k] * (
                            palette[2 * k, c] + shade * (palette[2 * k + 1, c] - palette[2 * k, c])
                        )
            if weights[_CROPS] > 1e-3:
                _crop(total, weights[_CROPS], east, north, texel, palette, square)

            # Bare soil and rock where it is steep, green where it is wet.
            wild = open_ground - weights[_CROPS] - weights[_SAND]
            steepness = np.sqrt(slope_east * slope_east + slope_north * slope_north)
            worn = noise(square, east / 43.0, north / 43.0) + 0.5 * patch + 0.5 * steepness + 0.7 * settled
            bare = wild * 0.7 * smooth(0.35, 1.1, worn)
            stony = (
                wild
                * 0.8
                * smooth(0.62, 1.05, steepness + 0.22 * noise(square, east / 19.0, north / 19.0) + 2.0 * grain)
            )
            green = wild * 0.75 * smooth(0.45, 0.95, wet + 0.12 * patch) * (1.0 - weights[_FOREST])
            for c in range(3):
                total[c] += bare * (palette[_S_SOIL, c] - total[c])
                total[c] += stony * (palette[_S_ROCK, c] - total[c])
                total[c] += green * (palette[_S_LUSH, c] - total[c])

            # Shrubs: dots with a little shadow on the side away from the sun.
            thick = 0.55 * weights[_SCRUB] + 0.18 * wild + 0.3 * weights[_FOREST] + 0.35 * weights[_RIPARIAN]
            thick -= 0.3 * stony + 0.1 * settled
            shadow = 0.0
            if wild < 0.02:
                pass
            elif texel < 1.1:
                bush = wild * _bush(square, east, north, texel, thick)
                behind = wild * _bush(square, east + 0.9 * sun[0], north + 0.9 * sun[1], texel, thick)
                shadow = 0.75 * max(behind - bush, 0.0)
                for c in range(3):
                    total[c] += 0.85 * bush * (palette[_S_SHRUB, c] - total[c])
            else:
                for c in range(3):
                    total[c] += 0.30 * min(max(thick, 0.0), 1.0) * (palette[_S_SHRUB, c] - total[c])
                shadow = 0.15 * min(max(thick, 0.0), 1.0)

            # Forest as a texture of lumps where single trees are too small to draw.
            if texel >= TREES_BELOW_M and trees > 0.02:
                lump = 0.0
                toward = 0.0
                for wave in (17.0, 7.3):
                    if wave > 1.8 * texel:
                        lump += noise(square, east / wave, north / wave)
                        toward += noise(square, (east + 3.5 * sun[0]) / wave, (north + 3.5 * sun[1]) / wave)
                crowns = smooth(-0.35, 0.35, 0.45 * lump + 1.25 * (trees - 0.5)) * open_ground
                kind = greenness(wet, height, patch)
                for c in range(3):
                    total[c] += 0.9 * crowns * (_leaf(palette, kind, c) - total[c])
                shadow = max(shadow, crowns * min(max(0.30 + 0.35 * (toward - lump), 0.0), 0.85))

            rough = 1.0 + grain * (0.25 + 0.75 * open_ground)
            for c in range(3):
                layer[i, j, c] = total[c] * rough
            open_share[i, j] = smooth(-_PENUMBRA, _PENUMBRA, lit) if sun[2] > 0.0 else 0.0
            share[i, j] = (1.0 - shadow) * open_share[i, j]
            # Small unevenness catches the light too.
            tilt = 0.0
            for wave in (29.0, 8.0, 2.7, 0.8):
                if wave > 2.0 * texel:
                    x, y = east / wave, north / wave
                    tilt += 0.12 * (noise(square, x, y) - noise(square, x + 0.4 * sun[0], y + 0.4 * sun[1]))
            cosine = (sun[2] - sun[0] * slope_east - sun[1] * slope_north) / np.sqrt(1.0 + steepness * steepness)
            facing[i, j] = max(cosine + tilt * wild, 0.0)


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator]
def greenness(wet: float, height: float, patch: float) -> float:
    """What a tree keeps of its leaves: 0 leafless in the dry season, 1 broad-leaved, 2 pine (from 1,500 m up)."""
    low = smooth(0.25, 0.75, wet + 0.15 * patch + 0.4 * smooth(600.0, 1500.0, height))
    return low + smooth(1350.0, 1900.0, height + 150.0 * patch)


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator]
def _leaf(palette: Singles, kind: float, c: int) -> float:
    if kind < 1.0:
        return palette[_S_LEAFLESS, c] + kind * (palette[_S_BROADLEAF, c] - palette[_S_LEAFLESS, c])
    return palette[_S_BROADLEAF, c] + min(kind - 1.0, 1.0) * (palette[_S_PINE, c] - palette[_S_BROADLEAF, c])


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator]
def _bush(square: Singles, east: float, north: float, texel: float, thick: float) -> float:
    shape = noise(square, east / 1.9, north / 1.9) + 0.5 * noise(square, east / 6.7, north / 6.7)
    if texel < 0.3:
        shape += 0.35 * noise(square, east / 0.55, north / 0.55)
    return smooth(0.62 - 1.1 * thick, 1.02 - 1.1 * thick, shape)


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator]
def _crop(
    total: Floats, weight: float, east: float, north: float, texel: float, palette: Singles, square: Singles
) -> None:
    """Parcels in rows: each with its crop and furrows, hedges between them, an orchard now and then."""
    bent_east = east + 14.0 * noise(square, east / 160.0, north / 160.0)
    district_x = np.int64(np.floor(bent_east / 1500.0 + 0.2 * noise(square, north / 700.0, east / 700.0)))
    district_y = np.int64(np.floor(north / 1300.0 + 0.2 * noise(square, east / 700.0, north / 700.0)))
    turn = 1.5 * chance(district_x, district_y, 1)
    cos, sin = np.cos(turn), np.sin(turn)
    along, across = cos * bent_east + sin * north, cos * north - sin * bent_east
    width = 55.0 + 80.0 * chance(district_x, district_y, 2)
    strip = np.int64(np.floor(across / width))
    length = width * (1.3 + 1.6 * chance(strip, district_x, 3))
    offset = length * chance(strip, district_y, 4)
    parcel = np.int64(np.floor((along + offset) / length))
    crop = np.int64(6.0 * chance(strip, parcel, 5))
    tone = 0.88 + 0.24 * chance(strip, parcel, 6)
    over, beside = along + offset - parcel * length, across - strip * width
    lengthwise = chance(strip, parcel, 7) < 0.5
    line = across if lengthwise else along
    waviness = 1.0
    for period, depth in ((1.9, 0.10), (12.0, 0.05)):
        if period > 2.0 * texel:
            waviness += depth * np.sin(2.0 * np.pi * line / period)
    edge = min(over, length - over, beside, width - beside)
    hedge = smooth(2.6, 1.2, edge + 1.2 * noise(square, east / 4.0, north / 4.0)) if texel < 8.0 else 0.0
    lane = smooth(4.5, 3.0, edge) * 0.5 if texel < 8.0 else 0.0
    orchard = 0.0
    if chance(strip, parcel, 8) < 0.14 and edge > 4.0:
        if texel < 2.5:
            x, y = over % 7.5 - 3.75, beside % 7.5 - 3.75
            orchard = smooth(2.9, 2.0, np.sqrt(x * x + y * y) + 0.5 * noise(square, east, north))
        else:
            orchard = 0.36
    for c in range(3):
        value = palette[_S_CROP + crop, c] * tone * waviness
        value += orchard * (palette[_S_BROADLEAF, c] - value)
        value += lane * (palette[_S_GRAVEL, c] - value)
        value += hedge * (palette[_S_SHRUB, c] - value)
        total[c] += weight * value
