"""A land, whole: relief, water, villages, roads, growth and houses, one after the other.

Also out of a real terrain: then only what stands and grows on it is invented.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from otear.domain.progress import Progress
from otear.errors import InputError
from otear.geo.frames import Floats
from otear.simulate.world.drainage import Drainage, make_drainage
from otear.simulate.world.flow import Mask
from otear.simulate.world.growth import grow
from otear.simulate.world.land import Land, Village, Way, WayKind
from otear.simulate.world.lattice import Lattice, slope_of
from otear.simulate.world.pieces import Pieces, Spot
from otear.simulate.world.relief import make_relief
from otear.simulate.world.settle import Slopes, build_ranch, build_village, named, ranch_places, village_places
from otear.simulate.world.surface import Surface, clear_of
from otear.simulate.world.ways import Network, pairs, reachable

_QUANTUM_M = 1.0 / 64.0
"""Heights are whole multiples of this, so that files of them are small; far below their meaning."""
_PAVED_PEOPLE = 450
_LEAST_VILLAGES = 2
_DEAD_ENDS_KM2 = 22.0


@dataclass(frozen=True, eq=False)
class Country:
    """A land, and what its makers know of it besides: its lattice, its water, where its ranches are."""

    land: Land
    lattice: Lattice
    drainage: Drainage
    slopes: Slopes
    ranches: tuple[Spot, ...]
    allowed: Mask
    """Where things may be placed: inside the boundary, where there is one, and clear of the sea and of holes."""


def make_country(
    lattice: Lattice,
    rng: np.random.Generator,
    progress: Progress,
    *,
    surface: Surface | None = None,
    allowed: Mask | None = None,
) -> Country:
    """A land on a lattice. Without the `surface` of a real terrain its relief is made up; `allowed` are the posts where
    things may be placed. Raises `InputError` for a land that nobody could live in."""
    allowed = np.ones(lattice.shape, dtype=bool) if allowed is None else allowed
    if surface is None:
        relief, barred = make_relief(lattice.shape, lattice.step_m, rng, progress), np.zeros(lattice.shape, dtype=bool)
    else:
        relief, barred = surface.relief(lattice), surface.barred
        allowed = allowed & clear_of(barred, lattice)
    lived_in = reachable(lattice, allowed, barred)
    steps = iter(range(1, 6))
    progress("water", next(steps), 5)
    drainage = make_drainage(relief, lattice, rng, dams=3 if surface is None else 0)
    slopes = _slopes(drainage, lattice)
    progress("villages and roads", next(steps), 5)
    places = village_places(lattice, drainage, slopes, lived_in, rng)
    ranches = ranch_places(lattice, drainage, slopes, lived_in, places, rng=rng)
    network = Network(lattice, drainage.msl_m, drainage.water, barred, rng)
    villages = _connected(network, lattice, named(places, rng), ranches, allowed=lived_in, rng=rng)
    progress("growth", next(steps), 5)
    homes = lattice.marked(np.concatenate([[(v.east_m, v.north_m) for v in villages], ranches]))
    lived_at = lattice.distance_m(homes | _built_up(lattice, villages))
    growth = grow(drainage, lattice, lived_at, rng)
    progress("houses", next(steps), 5)
    pieces, roads = Pieces(), list(network.ways)
    buildable = (slopes.here_deg < 12.0) & ~drainage.water & (drainage.channel_m > 35.0) & allowed
    for village in villages:
        roads += build_village(village, network.ways, buildable, barred, lattice, pieces=pieces, rng=rng)
    spots = tuple(Spot(east, north, float(rng.uniform(0.0, 360.0))) for east, north in ranches.tolist())
    for spot in spots:
        build_ranch(spot, pieces, rng)
    heights = drainage.msl_m if surface is None else surface.msl_m
    msl = (np.round(heights / _QUANTUM_M) * _QUANTUM_M).astype(np.float32)
    land = Land(
        lattice.plane, lattice.grid, msl, growth.cover, growth.canopy, growth.moisture,
        (*drainage.ways, *roads), villages, pieces.things(),
    )  # fmt: skip
    progress("houses", 5, 5)
    return Country(land, lattice, drainage, slopes, spots, allowed)


def _slopes(drainage: Drainage, lattice: Lattice) -> Slopes:
    here = np.degrees(np.arctan(np.hypot(*slope_of(drainage.msl_m, lattice.step_m))))
    return Slopes(here, np.asarray(cv2.blur(here, (11, 11))))


def _built_up(lattice: Lattice, villages: tuple[Village, ...]) -> Mask:
    mask = np.zeros(lattice.shape, dtype=np.uint8)
    for village in villages:
        row, column = lattice.nearest(np.array([village.east_m, village.north_m]))
        cv2.circle(mask, (int(column), int(row)), max(int(village.radius_m / lattice.step_m[0]), 1), 1, -1)
    return mask.astype(bool)


def _connected(
    network: Network,
    lattice: Lattice,
    villages: tuple[Village, ...],
    ranches: Floats,
    *,
    allowed: Mask,
    rng: np.random.Generator,
) -> tuple[Village, ...]:
    """Build all roads; the villages, each moved onto its junction."""
    if len(villages) < _LEAST_VILLAGES:
        raise InputError(
            f"this land has a place for {len(villages)} of {_LEAST_VILLAGES} villages",
            remedy="Give a larger or gentler terrain, or a boundary that holds more of it",
        )
    nodes = [network.node(village.east_m, village.north_m) for village in villages]
    moved = tuple(
        Village(v.name, *network.place(node), v.radius_m, v.population) for v, node in zip(villages, nodes, strict=True)
    )
    where = np.array([(v.east_m, v.north_m) for v in moved])
    large = [i for i, v in enumerate(moved) if v.population >= _PAVED_PEOPLE or i < 2]
    east, north = lattice.half_m
    ways_out = [network.node(*exit) for exit in ((-east, where[0][1]), (where[0][0], -north), (-0.3 * east, north))]
    network.join([(nodes[0], out) for out in ways_out], WayKind.PAVED)
    network.join([(nodes[large[a]], nodes[large[b]]) for a, b in pairs(where[large], 1)], WayKind.PAVED)
    network.join([(nodes[a], nodes[b]) for a, b in pairs(where, len(moved) // 3)], WayKind.GRAVEL)
    network.reach([network.node(*place) for place in ranches.tolist()], WayKind.TRACK)
    count = round(float(allowed.mean()) * 4.0 * east * north / 1e6 / _DEAD_ENDS_KM2)
    ends = rng.uniform(-0.96, 0.96, (count, 2)) * lattice.half_m
    ends = ends[allowed[lattice.nearest(ends)]]
    network.reach([network.node(*place) for place in ends.tolist()], WayKind.TRACK)
    return moved


def roads_of(land: Land) -> tuple[Way, ...]:
    """The ways that people go by."""
    return tuple(way for way in land.ways if way.kind not in {WayKind.RIVER, WayKind.STREAM})
