"""Drawing shapes on a square of ground with soft edges: strokes, ovals, strips, polygons, crowns.

Layers as in `paint.py`: (row, column), row 0 in the south, the first texel's middle at (`east0`, `north0`).
An edge covers a texel by how far the texel's middle lies inside it, in texels.
"""

# ruff: noqa: PLR0917 - compiled functions take plain numbers and arrays, many of them
from __future__ import annotations

import numpy as np
from numba import njit

from otear.geo.frames import Floats
from otear.simulate.scene.noise import noise
from otear.simulate.world.land import Singles


@njit(cache=True)  # type: ignore[untyped-decorator]
def strokes(
    layer: Singles, share: Singles, open_share: Singles, east0: float, north0: float, texel: float,
    lines: Floats, styles: Singles, square: Singles,
) -> None:  # fmt: skip
    """Lines: `lines` (k, 6) are two points, half a width, and how ragged the edge is (metres); `styles` (k, 4) are the
    three numbers of the surface and its opacity. A line narrower than a texel covers as much of it as it is wide."""
    size = layer.shape[0]
    for k in range(lines.shape[0]):
        ax, ay, bx, by, half, ragged = lines[k]
        reach = half + 2.0 * ragged + texel
        j0, j1 = _span(min(ax, bx) - reach, max(ax, bx) + reach, east0, texel, size)
        i0, i1 = _span(min(ay, by) - reach, max(ay, by) + reach, north0, texel, size)
        wave = 3.0 + 2.5 * half
        dx, dy = bx - ax, by - ay
        squared = max(dx * dx + dy * dy, 1e-9)
        thin = min(2.0 * half / texel, 1.0)
        for i in range(i0, i1):
            y = north0 + i * texel
            for j in range(j0, j1):
                x = east0 + j * texel
                t = min(max(((x - ax) * dx + (y - ay) * dy) / squared, 0.0), 1.0)
                away = np.sqrt((x - ax - t * dx) ** 2 + (y - ay - t * dy) ** 2)
                if away > reach:
                    continue
                edge = half
                if ragged > 0.3 * texel:
                    edge += ragged * (
                        noise(square, x / wave, y / wave) + 0.4 * noise(square, 3.0 * x / wave, 3.0 * y / wave)
                    )
                inside = min(max((edge - away) / texel + 0.5, 0.0), 1.0) * thin * styles[k, 3]
                if inside > 0.0:
                    for c in range(3):
                        layer[i, j, c] += inside * (styles[k, c] - layer[i, j, c])
                    share[i, j] += inside * (open_share[i, j] - share[i, j])


@njit(cache=True)  # type: ignore[untyped-decorator]
def spots(
    layer: Singles, share: Singles, open_share: Singles, east0: float, north0: float, texel: float,
    places: Floats, styles: Singles, square: Singles,
) -> None:  # fmt: skip
    """Ovals and strips: `places` (k, 6) are the middle, the sine and cosine of the azimuth, and half length and half
    width, whose sign is below zero for a strip; `styles` as in `strokes`. Their edges are uneven, their middle worn."""
    size = layer.shape[0]
    for k in range(places.shape[0]):
        x0, y0, sin, cos, half_length, half_width = places[k]
        strip = half_width < 0.0
        half_width = abs(half_width)
        reach = np.sqrt(half_length**2 + half_width**2) * 1.35 + texel
        j0, j1 = _span(x0 - reach, x0 + reach, east0, texel, size)
        i0, i1 = _span(y0 - reach, y0 + reach, north0, texel, size)
        uneven = 0.16 * min(half_width, 9.0)
        for i in range(i0, i1):
            y = north0 + i * texel
            for j in range(j0, j1):
                x = east0 + j * texel
                along, across = abs((x - x0) * sin + (y - y0) * cos), abs((x - x0) * cos - (y - y0) * sin)
                wobble = uneven * (
                    noise(square, x / (0.4 + 0.9 * half_width), y / (0.4 + 0.9 * half_width))
                    + 0.6 * noise(square, x / (0.2 + 0.25 * half_width), y / (0.2 + 0.25 * half_width))
                )
                if strip:
                    depth = min(half_length - along, half_width - across) + 0.5 * wobble
                else:
                    ratio = np.sqrt((along / half_length) ** 2 + (across / half_width) ** 2)
                    depth = (1.0 - ratio) * half_width * min(max(half_length / half_width, 1.0), 1.6) + wobble
                inside = min(max(depth / max(texel, 0.35 + 0.06 * half_width) + 0.5, 0.0), 1.0) * styles[k, 3]
                if inside > 0.0:
                    tone = 1.0 + (0.09 * noise(square, x / 1.3, y / 1.3) if texel < 0.7 else 0.0)
                    tone += 0.09 * noise(square, x / 5.0, y / 5.0) if texel < 2.6 else 0.0
                    for c in range(3):
                        layer[i, j, c] += inside * (styles[k, c] * tone - layer[i, j, c])
                    share[i, j] += inside * (open_share[i, j] - share[i, j])


@njit(cache=True)  # type: ignore[untyped-decorator]
def polygons(
    layer: Singles, share: Singles, open_share: Singles, east0: float, north0: float, texel: float,
    corners: Floats, styles: Singles, shadow: bool,
) -> None:  # fmt: skip
    """Convex polygons: `corners` (k, 4, 2) in order, the last one again for a triangle. A shadow keeps sunlight away by
    its opacity; anything else is painted in its surface."""
    size = layer.shape[0]
    for k in range(corners.shape[0]):
        area, low_x, high_x, low_y, high_y = 0.0, 1e18, -1e18, 1e18, -1e18
        for a in range(4):
            b = (a + 1) % 4
            area += corners[k, a, 0] * corners[k, b, 1] - corners[k, b, 0] * corners[k, a, 1]
            low_x, high_x = min(low_x, corners[k, a, 0]), max(high_x, corners[k, a, 0])
            low_y, high_y = min(low_y, corners[k, a, 1]), max(high_y, corners[k, a, 1])
        if abs(area) < 1e-3:
            continue
        turn = 1.0 if area > 0.0 else -1.0
        # What is smaller than a texel covers as much of it as its area.
        thin = min(min(high_x - low_x, high_y - low_y) / texel, 1.0)
        j0, j1 = _span(low_x - texel, high_x + texel, east0, texel, size)
        i0, i1 = _span(low_y - texel, high_y + texel, north0, texel, size)
        for i in range(i0, i1):
            y = north0 + i * texel
            for j in range(j0, j1):
                x = east0 + j * texel
                depth = 1e9
                for a in range(4):
                    b = (a + 1) % 4
                    ex, ey = corners[k, b, 0] - corners[k, a, 0], corners[k, b, 1] - corners[k, a, 1]
                    length = np.sqrt(ex * ex + ey * ey)
                    if length > 1e-6:
                        depth = min(depth, turn * (ex * (y - corners[k, a, 1]) - ey * (x - corners[k, a, 0])) / length)
                inside = min(max(depth / texel + 0.5, 0.0), 1.0) * thin * styles[k, 3]
                if inside > 0.0:
                    if shadow:
                        share[i, j] = min(share[i, j], 1.0 - inside)
                    else:
                        for c in range(3):
                            layer[i, j, c] += inside * (styles[k, c] - layer[i, j, c])
                        share[i, j] += inside * (open_share[i, j] - share[i, j])


@njit(cache=True)  # type: ignore[untyped-decorator]
def crowns(
    layer: Singles, share: Singles, open_share: Singles, east0: float, north0: float, texel: float,
    trees: Floats, tones: Singles, square: Singles, sun: Floats, flat: bool,
) -> None:  # fmt: skip
    """Trees from above: `trees` (k, 5) are east, north, radius, height, and how much sunlight they keep away; `tones`
    (k, 3) their surface. `flat`: only the litter and shade below them, because the crowns will be drawn standing."""
    size = layer.shape[0]
    level = np.sqrt(sun[0] ** 2 + sun[1] ** 2)
    long = min(level / max(sun[2], 0.15), 4.0) / max(level, 1e-6)
    for k in range(trees.shape[0] if sun[2] > 0.0 else 0):
        east, north, radius, height, dark = trees[k]
        x0, y0 = east - 0.6 * height * long * sun[0], north - 0.6 * height * long * sun[1]
        _disc(layer, share, open_share, x0, y0, radius, dark, tones[k], east0, north0, texel, size, square, sun, 0)
    for k in range(trees.shape[0]):
        _disc(
            layer,
            share,
            open_share,
            trees[k, 0],
            trees[k, 1],
            trees[k, 2],
            0.0,
            tones[k],
            east0,
            north0,
            texel,
            size,
            square,
            sun,
            2 if flat else 1,
        )


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator]
def _disc(
    layer: Singles, share: Singles, open_share: Singles, x0: float, y0: float, radius: float, dark: float,
    tone: Singles,
    east0: float, north0: float, texel: float, size: int, square: Singles, sun: Floats, what: int,
) -> None:  # fmt: skip
    reach = 1.3 * radius + texel
    j0, j1 = _span(x0 - reach, x0 + reach, east0, texel, size)
    i0, i1 = _span(y0 - reach, y0 + reach, north0, texel, size)
    for i in range(i0, i1):
        y = north0 + i * texel
        for j in range(j0, j1):
            x = east0 + j * texel
            dx, dy = x - x0, y - y0
            away = np.sqrt(dx * dx + dy * dy)
            if away > reach:
                continue
            edge = radius * (1.0 + 0.3 * noise(square, x / (0.7 * radius), y / (0.7 * radius)))
            inside = min(max((edge - away) / max(texel, 0.25 * radius) + 0.5, 0.0), 1.0)
            if inside <= 0.0:
                continue
            if what == 0:
                share[i, j] = min(share[i, j], 1.0 - dark * inside)
            elif what == 1:
                light = 0.86 + 0.5 * (dx * sun[0] + dy * sun[1]) / radius
                light += 0.25 * noise(square, x / 0.8, y / 0.8) if texel < 0.6 else 0.0
                for c in range(3):
                    layer[i, j, c] += inside * (tone[c] * light - layer[i, j, c])
                share[i, j] += 0.85 * inside * (open_share[i, j] - share[i, j])
            else:
                for c in range(3):
                    layer[i, j, c] += 0.5 * inside * (0.75 * tone[c] - layer[i, j, c])
                share[i, j] = min(share[i, j], 1.0 - 0.45 * inside)


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator]
def _span(low: float, high: float, first: float, texel: float, size: int) -> tuple[int, int]:
    """The texels from one place to another, cut to the square: the first, and the one after the last."""
    start = np.int64(np.ceil(max((low - first) / texel, 0.0)))
    return start, np.int64(min(np.floor((high - first) / texel) + 1.0, size))
