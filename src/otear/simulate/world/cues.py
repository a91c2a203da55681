"""What gives a site away, as things on the ground, and how often it does.

Each function puts things down in a yard and says which cue they are, where, and whether they stay when it is left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otear.domain.kinds import CueKind
from otear.simulate.world.pieces import Pieces, Spot
from otear.simulate.world.settle import add_vehicle
from otear.simulate.world.things import Material, Shape

if TYPE_CHECKING:
    from otear.simulate.world.prospect import Prospect

DRAWN: tuple[tuple[float, tuple[CueKind, ...]], ...] = (
    (0.59, (CueKind.DRUMS,)),
    (0.32, (CueKind.WATER_POINT,)),
    (0.30, (CueKind.TANK,)),
    (0.25, (CueKind.COVER,)),
    (0.21, (CueKind.VEHICLE,)),
    (0.14, (CueKind.STRUCTURE,)),
    (0.12, (CueKind.CLEARING,)),
    (0.11, (CueKind.HEAT_SOURCE,)),
    (0.09, (CueKind.TRACK,)),
    (0.07, (CueKind.WASTE_PIT, CueKind.BURN_SCAR)),
)
"""The share of sites at which each was reported in 56 public bulletins: drums, tubs or sacks; water; gas cylinders or
tanks; concealment; vehicles; buildings; a camp; a generator; a track; a waste pit, runoff or burning."""

Shown = tuple[CueKind, Spot, bool]


@dataclass
class Yard:
    """A site while it is laid out: its middle, its radius, and the times of its episode."""

    spot: Spot
    radius_m: float
    prospect: Prospect
    from_us: int
    idle_us: int
    until_us: int
    pieces: Pieces
    runway_m: tuple[float, float] = (0.0, 0.0)

    def some_place(self, rng: np.random.Generator, within: float = 0.75) -> Spot:
        """Somewhere in the yard."""
        angle, reach = rng.uniform(0.0, 2.0 * np.pi), self.radius_m * within * np.sqrt(rng.random())
        return self.spot.moved(reach * np.cos(angle), reach * np.sin(angle), float(rng.uniform(0.0, 360.0)))

    def last(self, until_us: int) -> None:
        """Let what is put down from now on be there until then."""
        self.pieces.from_us, self.pieces.until_us = self.from_us, until_us


def show_drums(yard: Yard, rng: np.random.Generator) -> Shown:
    """Drums in rows, with tubs and sacks beside them. Most of it stays when the site is left."""
    at = yard.some_place(rng)
    count = int(rng.integers(10, 60))
    across = max(round(np.sqrt(count) * rng.uniform(0.6, 1.3)), 2)
    colour = Material.PLASTIC_BLUE if rng.random() < 0.65 else Material.PLASTIC_BLACK
    for i in range(count):
        yard.last(yard.until_us if i % 3 else yard.idle_us)
        other = Material.PLASTIC_BLACK if colour is Material.PLASTIC_BLUE else Material.PLASTIC_BLUE
        drum = at.moved(0.78 * (i // across) + rng.normal(0.0, 0.08), 0.78 * (i % across) + rng.normal(0.0, 0.08))
        yard.pieces.add(Shape.CYLINDER, colour if rng.random() < 0.85 else other, drum, (0.58, 0.58, 0.88))
    yard.last(yard.idle_us)
    for _ in range(int(rng.integers(0, 5))):
        tub = at.moved(rng.uniform(-6.0, -2.5), rng.uniform(-4.0, 6.0))
        yard.pieces.add(Shape.CYLINDER, Material.PLASTIC_BLACK, tub, (1.5, 1.5, 0.9))
    for _ in range(int(rng.integers(0, 4))):
        sacks = at.moved(rng.uniform(4.0, 8.0), rng.uniform(-5.0, 5.0), rng.uniform(0.0, 180.0))
        yard.pieces.add(Shape.BOX, Material.PAINT_WHITE, sacks, (2.4, 1.2, rng.uniform(0.5, 1.1)))
    return CueKind.DRUMS, at, True


def show_water(yard: Yard, rng: np.random.Generator) -> Shown:
    """A dug pool, and a black cistern that a hose fills."""
    at = yard.some_place(rng, 1.0)
    yard.last(yard.until_us)
    yard.pieces.add(Shape.PATCH, Material.WATER, at, (rng.uniform(4.0, 9.0), rng.uniform(3.0, 5.0), 0.0))
    yard.last(yard.idle_us)
    yard.pieces.add(Shape.CYLINDER, Material.PLASTIC_BLACK, at.moved(5.5, 1.0), (1.6, 1.6, 1.7))
    return CueKind.WATER_POINT, at, True


def show_tanks(yard: Yard, rng: np.random.Generator) -> Shown:
    """Gas cylinders in a group, or one or two large tanks."""
    at = yard.some_place(rng)
    yard.last(yard.idle_us)
    if rng.random() < 0.5:
        for i in range(int(rng.integers(4, 14))):
            yard.pieces.add(
                Shape.CYLINDER, Material.PAINT_WHITE, at.moved(0.6 * (i // 3), 0.6 * (i % 3)), (0.4, 0.4, 1.3)
            )
    else:
        for i in range(int(rng.integers(1, 4))):
            side = rng.uniform(1.8, 2.8)
            colour = Material.PAINT_WHITE if rng.random() < 0.5 else Material.TIN
            yard.pieces.add(Shape.CYLINDER, colour, at.moved(0.0, 3.4 * i), (side, side, rng.uniform(1.8, 2.8)))
    return CueKind.TANK, at, False


def show_cover(yard: Yard, rng: np.random.Generator) -> Shown:
    """A tarpaulin on poles, cut brush about it."""
    at = yard.some_place(rng)
    yard.last(yard.idle_us)
    size = (rng.uniform(6.0, 14.0), rng.uniform(4.0, 8.0), rng.uniform(2.2, 3.0))
    yard.pieces.add(Shape.SHEET, Material.CANVAS, at, size)
    yard.last(yard.until_us)
    for _ in range(int(rng.integers(2, 5))):
        brush = at.moved(
            rng.uniform(-8.0, 8.0), rng.choice([-1.0, 1.0]) * rng.uniform(4.0, 7.0), rng.uniform(0.0, 180.0)
        )
        yard.pieces.add(Shape.HEAP, Material.BRUSH, brush, (rng.uniform(2.0, 4.0), rng.uniform(1.5, 2.5), 1.0))
    return CueKind.COVER, at, False


def show_vehicles(yard: Yard, rng: np.random.Generator) -> Shown:
    """One to three."""
    at = yard.some_place(rng)
    yard.last(yard.idle_us)
    for i in range(int(rng.integers(1, 4))):
        add_vehicle(at.moved(rng.uniform(-1.0, 1.0), 4.0 * i, rng.uniform(-15.0, 15.0)), yard.pieces, rng)
    return CueKind.VEHICLE, at, False


def show_buildings(yard: Yard, rng: np.random.Generator) -> Shown:
    """A shed or two."""
    at = yard.some_place(rng, 0.5)
    yard.last(yard.until_us)
    for i in range(int(rng.integers(1, 3))):
        size = (rng.uniform(5.0, 11.0), rng.uniform(4.0, 6.5), rng.uniform(2.6, 3.4))
        roof = Material.TIN if rng.random() < 0.6 else Material.WOOD
        shape = Shape.GABLE if rng.random() < 0.5 else Shape.BOX
        yard.pieces.add(shape, roof, at.moved(0.0, 12.0 * i, rng.uniform(-20.0, 20.0)), size)
    return CueKind.STRUCTURE, at, True


def show_camp(yard: Yard, rng: np.random.Generator) -> Shown:
    """Tents about a hearth on cleared ground."""
    at = yard.some_place(rng, 0.4)
    yard.last(yard.until_us)
    yard.pieces.add(Shape.PATCH, Material.BARE_SOIL, at, (rng.uniform(16.0, 26.0), rng.uniform(12.0, 18.0), 0.0))
    yard.last(yard.idle_us)
    for i in range(int(rng.integers(3, 7))):
        tent = at.moved(0.0, 0.0, 60.0 * i).moved(rng.uniform(5.0, 9.0), 0.0, rng.uniform(0.0, 180.0))
        cloth = Material.CANVAS if rng.random() < 0.6 else Material.PLASTIC_BLUE
        yard.pieces.add(Shape.GABLE, cloth, tent, (rng.uniform(3.0, 4.5), rng.uniform(2.2, 3.0), 1.9))
    yard.pieces.add(Shape.PATCH, Material.ASH, at, (1.6, 1.4, 0.0), heat_k=60.0, works_h=(18.5, 23.0))
    return CueKind.CLEARING, at, True


def show_generator(yard: Yard, rng: np.random.Generator) -> Shown:
    """A generator; three in four run at night."""
    at = yard.some_place(rng)
    yard.last(yard.idle_us)
    hours = (rng.uniform(18.0, 21.0), rng.uniform(4.0, 6.5)) if rng.random() < 0.75 else (8.0, rng.uniform(15.0, 19.0))
    heat = float(rng.uniform(22.0, 45.0))
    yard.pieces.add(Shape.BOX, Material.PAINT_DARK, at, (1.9, 0.9, 1.1), heat_k=heat, works_h=hours)
    return CueKind.HEAT_SOURCE, at, False


def show_track(yard: Yard, rng: np.random.Generator) -> Shown:
    """A fresh track to the nearest way. It is no way of the land: no map shows it."""
    end = np.array(yard.prospect.nearest_road(yard.spot))
    start = np.array([yard.spot.east_m, yard.spot.north_m])
    length = float(np.hypot(*(end - start)))
    count = max(int(length // 45.0), 1)
    at = np.linspace(0.0, 1.0, count + 1)[:, None]
    across = np.array([end[1] - start[1], start[0] - end[0]]) / max(length, 1.0)
    bend = rng.uniform(-0.16, 0.16) * length * np.sin(np.pi * at) + rng.uniform(-8.0, 8.0) * np.sin(5.0 * np.pi * at)
    line = start + (end - start) * at + across * bend
    yard.last(yard.until_us)
    for (x0, y0), (x1, y1) in zip(line[:-1].tolist(), line[1:].tolist(), strict=True):
        middle = Spot((x0 + x1) / 2.0, (y0 + y1) / 2.0, float(np.degrees(np.arctan2(x1 - x0, y1 - y0))))
        if not yard.prospect.allows(middle):
            continue
        yard.pieces.add(Shape.STRIP, Material.BARE_SOIL, middle, (float(np.hypot(x1 - x0, y1 - y0)) + 2.0, 3.2, 0.0))
    east, north = line[min(1, count)].tolist()
    return CueKind.TRACK, Spot(east, north), True


def show_waste(yard: Yard, rng: np.random.Generator) -> Shown:
    """A pit of rubbish, a dark runoff from it."""
    at = yard.some_place(rng, 1.0)
    yard.last(yard.until_us)
    length, width = rng.uniform(4.0, 8.0), rng.uniform(3.0, 5.0)
    yard.pieces.add(Shape.PATCH, Material.RUBBISH, at, (length, width, 0.0))
    yard.pieces.add(Shape.STRIP, Material.ASH, at.moved(length, 0.0), (rng.uniform(8.0, 18.0), 1.4, 0.0))
    return CueKind.WASTE_PIT, at, True


def show_burn(yard: Yard, rng: np.random.Generator) -> Shown:
    """Burnt ground, warm while the site is at work."""
    at = yard.some_place(rng, 1.0)
    size = (rng.uniform(6.0, 13.0), rng.uniform(5.0, 9.0), 0.0)
    yard.last(yard.until_us)
    yard.pieces.add(Shape.PATCH, Material.ASH, at, size)
    yard.last(yard.idle_us)
    yard.pieces.add(Shape.PATCH, Material.ASH, at, (2.4, 2.0, 0.0), heat_k=35.0, works_h=(16.0, 20.0))
    return CueKind.BURN_SCAR, at, True


def show_airstrip(yard: Yard, rng: np.random.Generator) -> Shown:
    """A graded strip along the azimuth of the yard."""
    yard.runway_m = (float(rng.uniform(600.0, 1_000.0)), float(rng.uniform(14.0, 20.0)))
    yard.last(yard.until_us)
    yard.pieces.add(Shape.STRIP, Material.BARE_SOIL, yard.spot, (*yard.runway_m, 0.0))
    return CueKind.CLEARING, yard.spot, True


def show_mouth(yard: Yard, rng: np.random.Generator) -> Shown:
    """A timbered mouth in the slope, and the spoil before it."""
    at = yard.some_place(rng, 0.2)
    yard.last(yard.until_us)
    yard.pieces.add(Shape.BOX, Material.WOOD, at, (2.6, 2.4, 2.1))
    yard.pieces.add(
        Shape.HEAP, Material.BARE_SOIL, at.moved(7.0, 0.0), (rng.uniform(6.0, 11.0), rng.uniform(4.0, 7.0), 1.6)
    )
    return CueKind.STRUCTURE, at, True


SHOWN: dict[CueKind, Callable[[Yard, np.random.Generator], Shown]] = {
    CueKind.DRUMS: show_drums,
    CueKind.WATER_POINT: show_water,
    CueKind.TANK: show_tanks,
    CueKind.COVER: show_cover,
    CueKind.VEHICLE: show_vehicles,
    CueKind.STRUCTURE: show_buildings,
    CueKind.CLEARING: show_camp,
    CueKind.HEAT_SOURCE: show_generator,
    CueKind.TRACK: show_track,
    CueKind.WASTE_PIT: show_waste,
    CueKind.BURN_SCAR: show_burn,
}
