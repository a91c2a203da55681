"""Trees, one by one: a lattice of places, each with a tree where the canopy is dense enough for its chance.

A wood is made in squares of `SQUARE_M`, each from nothing but its place, the land and what stands in the way, so that
the same square always holds the same trees. Metres east and north of the plane.
"""

# ruff: noqa: PLR0917 - compiled functions take plain numbers and arrays, many of them
from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from otear.geo.frames import Floats
from otear.simulate.scene.noise import chance, noise, smooth
from otear.simulate.scene.paint import greenness
from otear.simulate.scene.palette import Surface
from otear.simulate.world.land import Cover, Pixels, Singles

SQUARE_M = 120.0
_SPACING_M = 5.0
_ACROSS = int(SQUARE_M / _SPACING_M)
_TONE_K = 2.5
"""Kelvin for a tone of one: crowns differ by some tenths of a kelvin, with their leaves and their water."""
_WATER, _CROPS, _RIPARIAN = int(Cover.WATER), int(Cover.CROPS), int(Cover.RIPARIAN)


class Trees(NamedTuple):
    """Trees of one square: `places` (k, 5) east, north, radius, height, sunlight kept away; `kind` (k,) what they keep
    of their leaves (see `paint.greenness`); `tone` (k,) how bright each is beside its kind."""

    places: Floats
    kind: Floats
    tone: Floats


def trees(
    square_x: int, square_y: int, index: Floats, land_arrays: tuple[Singles, Pixels, Pixels, Pixels],
    square: Singles, lines: Floats, footprints: Floats, seed: int,
) -> Trees:  # fmt: skip
    """The trees of a square. `index` (2, 3): column and row of the land's posts at its south-west corner and what they
    grow by per metre east and north; `lines` (k, 5): two points and half a width that stay free; `footprints` (k, 5):
    middle, azimuth in radians, half length and half width of what stands or lies there."""
    table = np.empty((_ACROSS * _ACROSS, 7))
    count = _trees(square_x, square_y, index, *land_arrays, square, lines, footprints, seed, table)
    return Trees(table[:count, :5].copy(), table[:count, 5].copy(), table[:count, 6].copy())


def leaf_tones(palette: Singles, kind: Floats, tone: Floats, *, thermal: bool) -> Singles:
    """The surface of every tree, shape (k, 3); in heat the tone is a little warmer or colder than its kind."""
    low, high = np.clip(kind, 0.0, 1.0)[:, None], np.clip(kind - 1.0, 0.0, 1.0)[:, None]
    bare, leafy, pine = (palette[surface] for surface in (Surface.LEAFLESS, Surface.BROADLEAF, Surface.PINE))
    mixed = bare + low * (leafy - bare)
    leaves = mixed + high * (pine - mixed)
    more = np.array([0.0, 0.0, _TONE_K]) * (tone[:, None] - 1.0) if thermal else leaves * (tone[:, None] - 1.0)
    return np.asarray(leaves + more, dtype=np.float32)


@njit(cache=True)  # type: ignore[untyped-decorator]
def _trees(
    square_x: int, square_y: int, index: Floats, msl: Singles, cover: Pixels, canopy: Pixels, moisture: Pixels,
    square: Singles, lines: Floats, footprints: Floats, seed: int, table: Floats,
) -> int:  # fmt: skip
    rows, columns = msl.shape
    count = 0
    for a in range(_ACROSS):
        for b in range(_ACROSS):
            x, y = square_x * _ACROSS + a, square_y * _ACROSS + b
            east = (x + 0.1 + 0.8 * chance(x, y, seed)) * _SPACING_M
            north = (y + 0.1 + 0.8 * chance(x, y, seed + 1)) * _SPACING_M
            away_x, away_y = east - square_x * SQUARE_M, north - square_y * SQUARE_M
            column = index[0, 0] + index[0, 1] * away_x + index[0, 2] * away_y
            row = index[1, 0] + index[1, 1] * away_x + index[1, 2] * away_y
            if not (0.0 <= column < columns - 1.0 and 0.0 <= row < rows - 1.0):
                continue
            left, up = np.int64(column), np.int64(row)
            u, v = column - left, row - up
            w00, w01, w10, w11 = (1.0 - u) * (1.0 - v), u * (1.0 - v), (1.0 - u) * v, u * v
            near = cover[up + (1 if v > 0.5 else 0), left + (1 if u > 0.5 else 0)]
            if near in {_WATER, _CROPS}:
                continue
            dense = (
                w00 * canopy[up, left]
                + w01 * canopy[up, left + 1]
                + w10 * canopy[up + 1, left]
                + w11 * canopy[up + 1, left + 1]
            ) / 100.0
            lump = noise(square, east / 17.0, north / 17.0) + noise(square, east / 7.3, north / 7.3)
            share = smooth(-0.35, 0.35, 0.45 * lump + 1.25 * (dense - 0.5))
            if chance(x, y, seed + 2) > 0.15 * dense + 0.85 * share or dense < 0.01:
                continue
            wet = (
                w00 * moisture[up, left]
                + w01 * moisture[up, left + 1]
                + w10 * moisture[up + 1, left]
                + w11 * moisture[up + 1, left + 1]
            ) / 255.0
            height = (
                w00 * msl[up, left] + w01 * msl[up, left + 1] + w10 * msl[up + 1, left] + w11 * msl[up + 1, left + 1]
            )
            patch = noise(square, east / 310.0, north / 310.0) + 0.6 * noise(square, north / 97.0, east / 97.0)
            big = chance(x, y, seed + 3)
            kind = greenness(wet, height, patch) + 0.5 * (chance(x, y, seed + 4) - 0.5)
            radius = (1.5 + 2.1 * big) * (0.8 + 0.5 * dense) * (1.15 if near == _RIPARIAN else 1.0)
            radius *= 0.85 if kind > 1.3 else 1.0
            if _taken(east, north, radius, lines, footprints):
                continue
            table[count, 0], table[count, 1], table[count, 2] = east, north, radius
            table[count, 3] = radius * ((4.4 if kind > 1.3 else 2.3) + 0.9 * chance(x, y, seed + 5))
            table[count, 4] = 0.5 + 0.35 * min(max(kind, 0.0), 1.0)
            table[count, 5] = max(kind, 0.0)
            table[count, 6] = 0.82 + 0.36 * chance(x, y, seed + 6)
            count += 1
    return count


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator]
def _taken(east: float, north: float, radius: float, lines: Floats, footprints: Floats) -> bool:
    for k in range(lines.shape[0]):
        dx, dy = lines[k, 2] - lines[k, 0], lines[k, 3] - lines[k, 1]
        along = ((east - lines[k, 0]) * dx + (north - lines[k, 1]) * dy) / max(dx * dx + dy * dy, 1e-9)
        t = min(max(along, 0.0), 1.0)
        away_sq = (east - lines[k, 0] - t * dx) ** 2 + (north - lines[k, 1] - t * dy) ** 2
        if away_sq < (lines[k, 4] + 0.55 * radius) ** 2:
            return True
    for k in range(footprints.shape[0]):
        sin, cos = np.sin(footprints[k, 2]), np.cos(footprints[k, 2])
        dx, dy = east - footprints[k, 0], north - footprints[k, 1]
        margin = 0.6 * radius
        if (
            abs(dx * sin + dy * cos) < footprints[k, 3] + margin
            and abs(dx * cos - dy * sin) < footprints[k, 4] + margin
        ):
            return True
    return False
