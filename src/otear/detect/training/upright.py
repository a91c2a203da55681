"""Small upright things that are no cue, painted on what the network learns from, so that it learns to pass over them.

Whatever lives is no cue, alone or in a group, in any light. Nothing of the kind is a thing of a simulated world: what
is painted here is no wider than a drum and has no label. Pixels are (x, y) from the top left corner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from otear.detect.base import Pixels, Singles
from otear.geo.frames import Floats

_SELDOM = 0.4
_GROUPS, _MOST = 4, 60
"""Groups in a picture, at most, and things in a group."""
_WIDE_M, _HIGH_M = (0.3, 0.65), (0.5, 1.9)
_APART_M = (0.7, 2.0)
"""Between the things of a group: their number's root times this is how far it reaches."""
_FINE = 4
"""Bits of a pixel in which corners are given to OpenCV."""

Corners = Sequence[tuple[float, float, float]]
"""Metres to the right, away and up from the middle of a group."""


def strewn(crop: Pixels, gsd_m: float, depression_deg: float, taken: Singles, rng: np.random.Generator) -> Pixels:
    """At times with groups of small upright things on it, 0.3 to 0.65 m wide and up to 1.9 m high.

    They stand up along one of the picture's four sides, as much as the depression angle shows of them; their shadows
    all lie one way. What is in the middle of one of the boxes `taken` (n, 4) stays as it is: there is something.
    """
    return crop if rng.random() < _SELDOM else painted(crop, gsd_m, depression_deg, taken, rng)[0]


def painted(
    crop: Pixels, gsd_m: float, depression_deg: float, taken: Singles, rng: np.random.Generator
) -> tuple[Pixels, Singles]:
    """The same, always with groups where there is room for one; and their boxes (n, 4)."""
    pixels = np.array(crop if crop.ndim == 3 else crop[..., None], order="C")
    rows, cols, depth = pixels.shape
    up = int(rng.integers(4))
    on = _Canvas(pixels, gsd_m, float(np.radians(depression_deg)), up, _Light(rng, depth))
    boxes = []
    for _ in range(int(rng.integers(1, _GROUPS + 1))):
        middle = rng.uniform(0.0, 1.0, 2) * [cols, rows]
        if not ((taken[:, :2] <= middle) & (taken[:, 2:] >= middle)).all(axis=1).any():
            boxes.append(on.group(middle, rng))
    return pixels.reshape(crop.shape), np.array(boxes, dtype=np.float32).reshape(-1, 4)


class _Light:
    """What a picture's small things have in common: their shadows, and in heat how much warmer they are."""

    def __init__(self, rng: np.random.Generator, depth: int) -> None:
        self.shade = float(rng.uniform(0.25, 1.0)) if depth > 1 or rng.random() < 0.5 else 1.0
        self.shadow = rng.uniform(-2.5, 2.5, 2)
        self.warmth = rng.uniform(-30.0, 160.0, 2) if depth == 1 else np.zeros(2)
        self.spread = float(rng.uniform(15.0, 90.0))

    def colours(self, ground: Floats, rng: np.random.Generator) -> Floats:
        """Of the two sides of a thing that show and of its top, (3, channels)."""
        if len(ground) == 1:
            level = ground + self.warmth[int(rng.integers(2))] + rng.uniform(-1.0, 1.0, (3, 1)) * self.spread
            return np.asarray(level)
        plain = rng.uniform(10.0, 245.0) * np.ones(len(ground))
        bright = plain if rng.random() < 0.4 else rng.uniform(10.0, 245.0, len(ground))
        return np.asarray(bright * rng.uniform(0.45, 1.25, (3, 1)))


@dataclass(frozen=True, eq=False)
class _Canvas:
    """A picture to paint on: its ground sample distance, its depression angle in radians, the side that is up."""

    pixels: Pixels
    gsd_m: float
    down: float
    up: int
    light: _Light

    def group(self, middle: Floats, rng: np.random.Generator) -> Floats:
        """Paint a group about a place in the picture, what is farthest away first; its box without shadows."""
        count = round(float(np.exp(rng.uniform(0.0, np.log(_MOST)))))
        reach_m = np.sqrt(count) * rng.uniform(*_APART_M)
        feet = rng.uniform(-0.5, 0.5, (count, 2)) * reach_m * [1.0, rng.uniform(0.3, 1.0)]
        feet = feet[np.argsort(-feet[:, 1])]
        sizes = np.stack([rng.uniform(*_WIDE_M, count), rng.uniform(*_HIGH_M, count)], axis=1)
        if self.light.shade < 1.0:
            self._darken(middle, feet, sizes)
        faces: list[Floats] = []
        ground = self.pixels.reshape(-1, self.pixels.shape[2]).mean(axis=0)
        for (x, y), (wide, high) in zip(feet, sizes, strict=True):
            colours = self.light.colours(ground, rng)
            split, deep = x + wide * rng.uniform(-0.5, 0.5), wide * rng.uniform(0.5, 1.0)
            left, right = x - wide / 2, x + wide / 2
            sides = (
                [(left, y, 0), (split, y, 0), (split, y, high), (left, y, high)],
                [(split, y, 0), (right, y, 0), (right, y, high), (split, y, high)],
                [(left, y, high), (right, y, high), (right, y + deep, high), (left, y + deep, high)],
            )
            for corners, colour in zip(sides, colours, strict=True):
                self._fill(self.pixels, middle, corners, colour)
            faces += [self._at(middle, corners) for corners in sides]
        every = np.concatenate(faces)
        return np.concatenate([every.min(axis=0), every.max(axis=0)])

    def _darken(self, middle: Floats, feet: Floats, sizes: Floats) -> None:
        mask = np.zeros(self.pixels.shape[:2], dtype=np.uint8)
        for (x, y), (wide, high) in zip(feet, sizes, strict=True):
            end_x, end_y = np.array([x, y]) + self.light.shadow * high / 1.75
            left, right = x - wide / 2, x + wide / 2
            corners = [(left, y, 0), (right, y, 0), (end_x + wide / 2, end_y, 0), (end_x - wide / 2, end_y, 0)]
            self._fill(mask, middle, corners, np.array([255.0]))
        dim = 1.0 - (1.0 - self.light.shade) * (mask.astype(np.float32) / 255.0)
        self.pixels[...] = (self.pixels * dim[..., None]).astype(np.uint8)

    def _fill(self, on: Pixels, middle: Floats, corners: Corners, colour: Floats) -> None:
        """Paint a convex face whose corners lie about a place in the picture."""
        at = np.round((self._at(middle, corners) - 0.5) * (1 << _FINE)).astype(np.int32)
        values = [float(value) for value in np.clip(colour, 0.0, 255.0)]
        cv2.fillConvexPoly(on, at, values, lineType=cv2.LINE_AA, shift=_FINE)

    def _at(self, middle: Floats, corners: Corners) -> Floats:
        """Corners in pixels, (n, 2)."""
        right, away, high = np.array(corners, dtype=np.float64).T
        across_m = self.gsd_m * np.sqrt(np.sin(self.down))
        x, y = right / across_m, -(away * np.sin(self.down) + high * np.cos(self.down)) / across_m
        turned = ((x, y), (-y, x), (-x, -y), (y, -x))[self.up]
        return np.asarray(np.stack(turned, axis=1) + middle)
