"""What things are called in the labels of pictures: the kind of cue that each one is, and which of them make one.

A label says what a thing is, not whether it is at a site: a ranch's tank is a tank. Plane coordinates in metres.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from otear.domain.kinds import CueKind
from otear.geo.frames import Floats
from otear.simulate.world.land import Land, WayKind
from otear.simulate.world.things import ALWAYS_FROM_US, ALWAYS_UNTIL_US, Material, Shape, Things, things
from otear.simulate.world.truth import Truth

KINDS: tuple[CueKind, ...] = tuple(CueKind)
NO_KIND = -1

Mask = NDArray[np.bool_]

_PAINTS = (Material.PAINT_WHITE, Material.PAINT_RED, Material.PAINT_DARK)
_ROOM_M = 1.8
"""A box as high as a door is a building; what is lower is a trough, a stack of bricks."""
_TANK_M = 1.2
"""A cylinder as high as this is a tank or a gas cylinder; drums and tubs are lower."""
_WIDE_M = 12.0
"""Bare ground as wide as this is a clearing; narrower strips are tracks."""
_SCAR_M = 4.0
_LINK_M = 3.0
_CAB_M = 4.0
"""A lorry's cab stands 3.8 m ahead of the middle of its body."""
_PIECE_M = 50.0


@dataclass(frozen=True, eq=False)
class Named:
    """Things and what they are: `kind` (n,) as an index into `KINDS` or `NO_KIND`; those of one `group` (n,) make one
    label. Long strips are cut into pieces, and the tracks of the land are strips among the others.
    """

    things: Things
    kind: NDArray[np.int8]
    group: NDArray[np.int64]


def named_things(truth: Truth) -> Named:
    """All that stands or lies in a world, the land's own things first."""
    everything = _cut(truth.land.things.joined(truth.things).joined(_tracks(truth.land)))
    kind = _kinds(everything)
    return Named(everything, kind, _groups(everything, kind))


def _kinds(all_things: Things) -> NDArray[np.int8]:
    shape, material = all_things.shape, all_things.material
    length, width, height = all_things.length_m, all_things.width_m, all_things.height_m
    patch, strip, soil = shape == Shape.PATCH, shape == Shape.STRIP, material == Material.BARE_SOIL
    painted = _painted(all_things)
    body, cab = painted & (length > 4.0), painted & (length < 2.2) & (height > 1.5)
    sacks = painted & ~body & ~cab & (all_things.heat_k == 0.0)
    cylinder, narrow = shape == Shape.CYLINDER, np.minimum(length, width)
    rules: list[tuple[CueKind, Mask]] = [
        (CueKind.STRUCTURE, (shape == Shape.GABLE) | ((shape == Shape.BOX) & ~painted & (height >= _ROOM_M))),
        (CueKind.COVER, shape == Shape.SHEET),
        (CueKind.DRUMS, (cylinder & (height < _TANK_M)) | sacks),
        (CueKind.TANK, cylinder & (height >= _TANK_M)),
        (CueKind.VEHICLE, body | cab),
        (CueKind.WATER_POINT, patch & (material == Material.WATER)),
        (CueKind.BURN_SCAR, patch & (material == Material.ASH) & (length >= _SCAR_M)),
        (CueKind.WASTE_PIT, patch & (material == Material.RUBBISH)),
        (CueKind.CLEARING, (patch | strip) & soil & (narrow >= _WIDE_M)),
        (CueKind.TRACK, strip & soil & (narrow < _WIDE_M)),
    ]
    codes = [np.int8(KINDS.index(kind)) for kind, _ in rules]
    return np.select([mask for _, mask in rules], codes, default=np.int8(NO_KIND))


def _painted(all_things: Things) -> Mask:
    """What `solids` draws as vehicles, or as parts of them."""
    paint = (all_things.shape == Shape.BOX) & np.isin(all_things.material, _PAINTS)
    return np.asarray(paint & (all_things.length_m < 12.0) & (all_things.height_m < 4.0))


def _groups(all_things: Things, kind: NDArray[np.int8]) -> NDArray[np.int64]:
    """The number of the group of each thing: drums, tubs and sacks; gas cylinders; a vehicle's body and cab."""
    at = np.stack([all_things.east_m, all_things.north_m], axis=1)
    drums, tank, vehicle = (kind == KINDS.index(each) for each in (CueKind.DRUMS, CueKind.TANK, CueKind.VEHICLE))
    gas = tank & (all_things.width_m < 1.0)
    pairs = np.concatenate([_near(at, drums, _LINK_M), _near(at, gas, _LINK_M), _near(at, vehicle, _CAB_M)])
    # Vehicles beside each other stand at slightly different angles; a body and its cab never do.
    alike = all_things.azimuth_deg[pairs[:, 0]] == all_things.azimuth_deg[pairs[:, 1]]
    pairs = pairs[~vehicle[pairs[:, 0]] | alike]
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(at), len(at)))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def _near(at: Floats, chosen: Mask, reach_m: float) -> NDArray[np.int64]:
    """Pairs of chosen places within reach of each other, (k, 2)."""
    index = np.flatnonzero(chosen)
    return np.asarray(index[cKDTree(at[index]).query_pairs(reach_m, output_type="ndarray")], dtype=np.int64)


def _tracks(land: Land) -> Things:
    """The tracks of a land as strips of soil, one from point to point."""
    rows: list[tuple[float, ...]] = []
    for way in land.ways:
        if way.kind is WayKind.TRACK:
            for (x0, y0), (x1, y1) in pairwise(way.points_m.tolist()):
                middle = (0.5 * (x0 + x1), 0.5 * (y0 + y1), float(np.degrees(np.arctan2(x1 - x0, y1 - y0))))
                size = (float(np.hypot(x1 - x0, y1 - y0)), way.width_m, 0.0)
                stays = (float(ALWAYS_FROM_US), float(ALWAYS_UNTIL_US))
                rows.append((float(Shape.STRIP), float(Material.BARE_SOIL), *middle, *size, 0.0, 0.0, 24.0, *stays))
    return things(rows)


def _cut(all_things: Things) -> Things:
    """The same, with strips cut into pieces that a picture may show whole: as long as three widths, or `_PIECE_M`."""
    piece = np.maximum(_PIECE_M, 3.0 * all_things.width_m)
    strip = (all_things.shape == Shape.STRIP) & (all_things.length_m > 0.0)
    count = np.where(strip, np.ceil(all_things.length_m / piece), 1.0).astype(np.int64)
    owner = np.repeat(np.arange(len(all_things)), count)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    cut, parts = all_things.rows(owner), count[owner]
    ahead = ((number + 0.5) / parts - 0.5) * cut.length_m
    turn = np.radians(cut.azimuth_deg)
    return replace(
        cut,
        east_m=cut.east_m + ahead * np.sin(turn),
        north_m=cut.north_m + ahead * np.cos(turn),
        length_m=cut.length_m / parts,
    )
