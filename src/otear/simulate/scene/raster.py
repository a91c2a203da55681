"""Drawing what stands on the ground into a picture: flat faces and tree crowns, nearer ones over farther ones.

Camera coordinates are metres along the optical axis (*depth*), to the right, and down. A pixel belongs to what its
middle falls on. Depth is kept as a picture of its own, so that a hill hides what is behind it.
"""

# ruff: noqa: PLR0917 - compiled functions take plain numbers and arrays, many of them
from __future__ import annotations

import numpy as np
from numba import njit

from otear.geo.frames import Floats
from otear.simulate.scene.light import Codes32
from otear.simulate.scene.noise import noise
from otear.simulate.world.land import Singles

_NEAREST_M = 1.0


@njit(cache=True)  # type: ignore[untyped-decorator]
def draw_faces(
    codes: Codes32, depths: Singles, corners: Floats, values: Codes32, opacity: Floats, lift_m: float,
    tan_right: float, tan_down: float, thermal: bool,
) -> None:  # fmt: skip
    """Draw convex faces: `corners` (n, 4, 3) in camera coordinates, the last one again for a triangle; `values` their
    codes. A face less than `lift_m` behind the ground is still seen, because ground is known to that only."""
    height, width = codes.shape
    xs, ys, inverse = np.empty(4), np.empty(4), np.empty(4)
    for k in range(corners.shape[0]):
        behind = False
        for a in range(4):
            if corners[k, a, 0] < _NEAREST_M:
                behind = True
                break
            inverse[a] = 1.0 / corners[k, a, 0]
            xs[a] = 0.5 * width * (1.0 + corners[k, a, 1] * inverse[a] / tan_right)
            ys[a] = 0.5 * height * (1.0 + corners[k, a, 2] * inverse[a] / tan_down)
        if behind:
            continue
        j0, j1 = max(np.int64(np.ceil(xs.min() - 0.5)), 0), min(np.int64(np.floor(xs.max() - 0.5)) + 1, width)
        i0, i1 = max(np.int64(np.ceil(ys.min() - 0.5)), 0), min(np.int64(np.floor(ys.max() - 0.5)) + 1, height)
        if j0 >= j1 or i0 >= i1:
            continue
        for half in range(2):  # two triangles: depth is a plane in the picture over each
            a, b, c = (0, 1, 2) if half == 0 else (0, 2, 3)
            area = (xs[b] - xs[a]) * (ys[c] - ys[a]) - (xs[c] - xs[a]) * (ys[b] - ys[a])
            if abs(area) < 1e-9:
                continue
            over = 1.0 / area
            top, low = min(ys[a], ys[b], ys[c]), max(ys[a], ys[b], ys[c])
            first, last = max(np.int64(np.ceil(top - 0.5)), 0), min(np.int64(np.floor(low - 0.5)) + 1, height)
            # The weights of the second and third corner grow evenly along a row, as does what is left for the first:
            # each is positive on one side of one place.
            grow = (ys[c] - ys[a]) * over, (ys[a] - ys[b]) * over
            for i in range(first, last):
                y = i + 0.5 - ys[a]
                start = -(xs[c] - xs[a]) * y * over, (xs[b] - xs[a]) * y * over
                left, right = j0 + 0.5 - xs[a], j1 - 0.5 - xs[a]
                for m in range(3):
                    slope, weight = (-grow[0] - grow[1], 1.0 - start[0] - start[1]) if m == 2 else (grow[m], start[m])
                    if slope > 0.0:
                        left = max(left, -weight / slope)
                    elif slope < 0.0:
                        right = min(right, -weight / slope)
                    elif weight < 0.0:
                        right = -np.inf
                if right < left:
                    continue
                for j in range(np.int64(np.ceil(left + xs[a] - 0.5)), np.int64(np.floor(right + xs[a] - 0.5)) + 1):
                    x = j + 0.5 - xs[a]
                    wb, wc = x * grow[0] + start[0], x * grow[1] + start[1]
                    depth = 1.0 / (inverse[a] + wb * (inverse[b] - inverse[a]) + wc * (inverse[c] - inverse[a]))
                    if depth - lift_m < depths[i, j]:
                        if opacity[k] >= 1.0:
                            codes[i, j] = values[k]
                            depths[i, j] = depth - lift_m
                        else:
                            codes[i, j] = _blend(codes[i, j], values[k], opacity[k], thermal)


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator]
def _blend(low: np.uint32, high: np.uint32, share: float, thermal: bool) -> np.uint32:
    if thermal:
        return np.uint32(low + (np.float64(high) - np.float64(low)) * share)
    code = np.uint32(0)
    for shift in (16, 8, 0):
        a, b = (
            np.float64((low >> np.uint32(shift)) & np.uint32(255)),
            np.float64((high >> np.uint32(shift)) & np.uint32(255)),
        )
        code |= np.uint32(a + (b - a) * share) << np.uint32(shift)
    return code


@njit(cache=True)  # type: ignore[untyped-decorator]
def draw_crowns(
    codes: Codes32, depths: Singles, middles: Floats, sizes: Floats, lit: Codes32, dark: Codes32, up: Floats,
    sun: Floats, lift_m: float, tan_right: float, tan_down: float, square: Singles, thermal: bool,
) -> None:  # fmt: skip
    """Draw tree crowns as uneven lit balls: `middles` (n, 3) and the directions `up` and `sun` (3,) in camera
    coordinates, `sizes` (n, 2) half the width and half the height, `lit` and `dark` the codes of the sides towards and
    away from the sun."""
    height, width = codes.shape
    per_metre = 0.5 * width / tan_right
    lean = np.sqrt(up[1] ** 2 + up[2] ** 2)
    ux, uy = (up[1] / lean, up[2] / lean) if lean > 1e-6 else (0.0, -1.0)
    for k in range(middles.shape[0]):
        depth = middles[k, 0]
        if depth < _NEAREST_M:
            continue
        scale = per_metre / depth
        x0 = 0.5 * width * (1.0 + middles[k, 1] / depth / tan_right)
        y0 = 0.5 * height * (1.0 + middles[k, 2] / depth / tan_down)
        across = sizes[k, 0] * scale
        tall = np.sqrt((sizes[k, 1] * lean) ** 2 + (sizes[k, 0] * up[0]) ** 2) * scale
        reach = 1.25 * max(across, tall)
        j0, j1 = max(np.int64(np.ceil(x0 - reach - 0.5)), 0), min(np.int64(np.floor(x0 + reach - 0.5)) + 1, width)
        i0, i1 = max(np.int64(np.ceil(y0 - reach - 0.5)), 0), min(np.int64(np.floor(y0 + reach - 0.5)) + 1, height)
        if j0 >= j1 or i0 >= i1:
            continue
        near = depth - lift_m - sizes[k, 0]
        grain_x, grain_y = 17.3 * (k % 97), 9.1 * (k % 61)
        for i in range(i0, i1):
            for j in range(j0, j1):
                if near >= depths[i, j]:
                    continue
                dx, dy = j + 0.5 - x0, i + 0.5 - y0
                s, t = (dx * uy - dy * ux) / across, (dx * ux + dy * uy) / tall
                squared = s * s + t * t
                if squared > 1.5:
                    continue
                lump = noise(square, grain_x + 2.3 * s, grain_y + 2.3 * t) if across > 2.5 else 0.0
                edge = squared - 0.28 * lump
                if edge > 1.0:
                    continue
                # The ball's normal at this pixel: towards the camera, along `up` in the picture, and across it.
                toward = np.sqrt(max(1.0 - squared, 0.0))
                facing = -toward * sun[0] + t * (ux * sun[1] + uy * sun[2]) + s * (uy * sun[1] - ux * sun[2])
                light = 0.42 + 0.58 * facing + 0.22 * lump - 0.22 * (1.0 - 0.5 * (t + 1.0))
                codes[i, j] = _blend(dark[k], lit[k], min(max(light, 0.0), 1.0), thermal)
                depths[i, j] = near
