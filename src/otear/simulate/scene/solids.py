"""Things as solids: flat faces of at most four corners, standing on the land.

Plane coordinates and heights in metres; a face's corners are given as east, north of the plane and height above the
ground at the foot of its thing, in order; a triangle has its last corner twice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otear.geo.frames import Floats, ecef_from_geodetic
from otear.geo.terrain.grid import bilinear
from otear.simulate.scene.palette import WALLS, Surface
from otear.simulate.world.land import Land
from otear.simulate.world.things import Material, Shape, Things

_SUNK_M = 1.5
"""Walls go this far into the ground, because ground slopes."""
_SIDES = 12
_PAINTS = (Material.PAINT_WHITE, Material.PAINT_RED, Material.PAINT_DARK)
_RAILS_OPAQUE = 0.45
FLAT = (Shape.PATCH, Shape.STRIP)
"""What lies on the ground and has no faces."""

Corners = tuple[tuple[float, float, float], ...]
Pattern = list[tuple[Corners, int, float]]
"""Faces of a thing of length, width and height one: corners (along, across, up), kind of surface, opacity."""
_ROOF, _WALL, _GLASS = 0, 1, 2


@dataclass(frozen=True, eq=False)
class Solids:
    """Faces of things. `thing` (n,) is the index of each; `corners_m` (n, 4, 3) as the module says; `ecef` (n, 4, 3) is
    the same from `origin_ecef`; `normal_enu` (n, 3); `surface` (n,) and `opacity` (n,)."""

    thing: NDArray[np.int64]
    corners_m: Floats
    ecef: Floats
    origin_ecef: Floats
    normal_enu: Floats
    surface: NDArray[np.int64]
    opacity: Floats
    foot_hae_m: Floats
    """Of each *thing*, shape (things,): the ground below its middle, NaN off the land."""


def solids(things: Things, land: Land) -> Solids:
    """The faces of all things."""
    lat, lon = land.plane.place(things.east_m, things.north_m)
    foot = bilinear(land.patch.heights_m, *land.grid.index(lat, lon))
    origin = ecef_from_geodetic(land.plane.lat, land.plane.lon, 0.0)
    parts = [
        part
        for shape in Shape
        if shape not in FLAT
        for vehicle in ((False, True) if shape is Shape.BOX else (False,))
        if (part := _of_shape(things, shape, vehicle)) is not None
    ]
    if parts:
        thing, corners, surface, opacity = (np.concatenate(column) for column in zip(*parts, strict=True))
    else:
        thing, corners = np.empty(0, dtype=np.int64), np.empty((0, 4, 3))
        surface, opacity = np.empty(0, dtype=np.int64), np.empty(0)
    on_land = np.isfinite(foot[thing])
    thing, corners, surface, opacity = thing[on_land], corners[on_land], surface[on_land], opacity[on_land]
    order = np.argsort(thing, kind="stable")
    thing, corners, surface, opacity = thing[order], corners[order], surface[order], opacity[order]
    lat, lon = land.plane.place(corners[..., 0], corners[..., 1])
    ecef = ecef_from_geodetic(lat, lon, foot[thing][:, None] + corners[..., 2]) - origin
    return Solids(thing, corners, ecef, origin, _normals(corners), surface, opacity, foot)


def _of_shape(
    things: Things, shape: Shape, vehicle: bool
) -> tuple[NDArray[np.int64], Floats, NDArray[np.int64], Floats] | None:
    of_shape = things.shape == shape
    if shape is Shape.BOX:
        painted = np.isin(things.material, _PAINTS) & (things.length_m < 12.0) & (things.height_m < 4.0)
        of_shape &= painted if vehicle else ~painted
    index = np.flatnonzero(of_shape)
    if not len(index):
        return None
    pattern = _VEHICLE if vehicle else _PATTERNS[shape]
    unit = np.array([(*corners, corners[-1])[:4] if len(corners) == 3 else corners for corners, _, _ in pattern])
    along = unit[None, ..., 0] * things.length_m[index, None, None]
    width = np.where(shape == Shape.CYLINDER, things.width_m[index], things.width_m[index])
    if shape is Shape.CYLINDER:
        along = unit[None, ..., 0] * width[:, None, None]
    across = unit[None, ..., 1] * width[:, None, None]
    up = np.where(unit[None, ..., 2] < 0.0, -_SUNK_M, unit[None, ..., 2] * things.height_m[index, None, None])
    sin, cos = (f(np.radians(things.azimuth_deg[index]))[:, None, None] for f in (np.sin, np.cos))
    corners = np.stack(
        [
            things.east_m[index, None, None] + along * sin + across * cos,
            things.north_m[index, None, None] + along * cos - across * sin,
            up,
        ],
        axis=-1,
    )
    kind = np.array([kind for _, kind, _ in pattern])
    roof = things.material[index].astype(np.int64)
    wall = np.array([WALLS.get(int(material), material) for material in roof], dtype=np.int64)
    surface = np.where(kind[None] == _ROOF, roof[:, None], wall[:, None]) + int(Surface.THING)
    surface = np.where(kind[None] == _GLASS, int(Surface.GLASS), surface)
    opacity = np.broadcast_to([opacity for _, _, opacity in pattern], surface.shape)
    count = len(index) * len(pattern)
    return (
        np.repeat(index, len(pattern)),
        corners.reshape(count, 4, 3),
        surface.reshape(count),
        opacity.reshape(count).astype(np.float64),
    )


def _normals(corners: Floats) -> Floats:
    normal = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    flat = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal = np.where(np.linalg.norm(normal, axis=1, keepdims=True) > 1e-9, normal, flat)
    return np.asarray(normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12))


def _ring(half_length: float, half_width: float, up: float) -> Corners:
    """The corners of a level rectangle, anticlockwise from above (along, across to the right)."""
    return (
        (half_length, -half_width, up), (-half_length, -half_width, up),
        (-half_length, half_width, up), (half_length, half_width, up),
    )  # fmt: skip


def _walls(below: Corners, above: Corners, kind: int = _WALL, opacity: float = 1.0) -> Pattern:
    count = len(below)
    return [((below[a], below[(a + 1) % count], above[(a + 1) % count], above[a]), kind, opacity) for a in range(count)]


def _round(radius: float, up: float) -> Corners:
    turn = -2.0 * np.pi * np.arange(_SIDES) / _SIDES
    return tuple((float(radius * np.cos(a)), float(radius * np.sin(a)), up) for a in turn)


def _lid(ring: Corners, middle: tuple[float, float, float], kind: int = _ROOF) -> Pattern:
    return [((ring[a], ring[(a + 1) % len(ring)], middle), kind, 1.0) for a in range(len(ring))]


_BASE, _TOP, _EAVES = _ring(0.5, 0.5, -1.0), _ring(0.5, 0.5, 1.0), _ring(0.5, 0.5, 0.62)
_RIDGE = ((0.5, 0.0, 1.0), (-0.5, 0.0, 1.0))
_BODY = _ring(0.5, 0.5, 0.55)
_CABIN, _CABIN_TOP = _ring(0.26, 0.44, 0.55), _ring(0.2, 0.38, 1.0)
_VEHICLE: Pattern = [
    *_walls(_BASE, _BODY, _ROOF), (_BODY, _ROOF, 1.0), *_walls(_CABIN, _CABIN_TOP, _GLASS), (_CABIN_TOP, _ROOF, 1.0),
]  # fmt: skip
_PATTERNS: dict[Shape, Pattern] = {
    Shape.BOX: [*_walls(_BASE, _TOP), (_TOP, _ROOF, 1.0)],
    Shape.GABLE: [
        *_walls(_BASE, _EAVES),
        ((_EAVES[0], _EAVES[1], _RIDGE[1], _RIDGE[0]), _ROOF, 1.0),
        ((_EAVES[2], _EAVES[3], _RIDGE[0], _RIDGE[1]), _ROOF, 1.0),
        ((_EAVES[3], _EAVES[0], _RIDGE[0]), _WALL, 1.0),
        ((_EAVES[1], _EAVES[2], _RIDGE[1]), _WALL, 1.0),
    ],
    Shape.CYLINDER: [
        *_walls(_round(0.5, -1.0), _round(0.5, 1.0), _ROOF), *_lid(_round(0.5, 1.0), (0.0, 0.0, 1.0)),
    ],
    Shape.SHEET: [(_TOP, _ROOF, 1.0)],
    Shape.FENCE: _walls(_ring(0.5, 0.5, 0.0), _TOP, _ROOF, _RAILS_OPAQUE),
    Shape.HEAP: [
        *_walls(_round(0.5, -1.0), _round(0.5, 0.05), _ROOF),
        *_walls(_round(0.5, 0.05), _round(0.3, 0.72), _ROOF),
        *_lid(_round(0.3, 0.72), (0.03, 0.04, 1.0)),
    ],
}  # fmt: skip
