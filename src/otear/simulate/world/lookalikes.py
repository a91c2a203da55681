"""What is no site and looks like one: more of it than there are sites, as everywhere.

Plane coordinates in metres.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from otear.geo.frames import Floats
from otear.simulate.world.country import Country, roads_of
from otear.simulate.world.pieces import Pieces, Spot
from otear.simulate.world.settle import add_vehicle, build_barn
from otear.simulate.world.things import Material, Shape, Things
from otear.simulate.world.truth import Lookalike

_PER_100_KM2 = {"barn": 1.3, "farm tank": 1.6, "kiln": 0.5, "dump": 0.6, "burnt field": 1.0, "parked vehicles": 1.4}
"""How many there are besides the ranches (assumed)."""
_CLEAR_OF_SITES_M = 250.0
_RANCH_RADIUS_M = 60.0


def add_lookalikes(country: Country, sites_m: Floats, rng: np.random.Generator) -> tuple[tuple[Lookalike, ...], Things]:
    """Lookalikes and their things, clear of the sites at `sites_m`, shape (n, 2). All ranches are among them."""
    km2 = float(country.allowed.mean()) * 4.0 * country.lattice.half_m[0] * country.lattice.half_m[1] / 1e6
    # However many sites are asked for, there are more of these.
    least = 1.2 * len(sites_m) / len(_PER_100_KM2)
    pieces = Pieces()
    found = [_lookalike(country, "ranch", spot, _RANCH_RADIUS_M) for spot in country.ranches]
    for what, density in _PER_100_KM2.items():
        wanted = int(np.ceil(max(density * km2 / 100.0, least)))
        for spot in _places(country, what, wanted, sites_m, rng):
            found.append(_lookalike(country, what, spot, _BUILD[what](spot, pieces, rng)))
    return tuple(found), pieces.things()


def _lookalike(country: Country, what: str, spot: Spot, radius_m: float) -> Lookalike:
    lat, lon = country.lattice.plane.place(spot.east_m, spot.north_m)
    return Lookalike(what, float(np.degrees(lat)), float(np.degrees(lon)), radius_m)


def _places(country: Country, what: str, wanted: int, sites_m: Floats, rng: np.random.Generator) -> list[Spot]:
    """Beside roads for what people drive to, in fields and pastures for the rest."""
    land, lattice = country.land, country.lattice
    points = np.concatenate([way.points_m for way in roads_of(land)])
    reach = {"parked vehicles": 25.0, "dump": 60.0, "kiln": 120.0}.get(what, 450.0)
    spots: list[Spot] = []
    for _ in range(60 * wanted):
        if len(spots) == wanted:
            break
        angle = rng.uniform(0.0, 2.0 * np.pi)
        point = points[int(rng.integers(len(points)))] + rng.uniform(0.4, 1.0) * reach * np.array(
            [np.sin(angle), np.cos(angle)]
        )
        row, column = lattice.nearest(point)
        level = bool(country.allowed[row, column]) and float(country.slopes.here_deg[row, column]) < 9.0
        dry = float(country.drainage.channel_m[row, column]) > 40.0
        fit = level and dry and bool(lattice.inside(point, 300.0))
        if fit and (len(sites_m) == 0 or np.linalg.norm(sites_m - point, axis=1).min() > _CLEAR_OF_SITES_M):
            spots.append(Spot(float(point[0]), float(point[1]), float(rng.uniform(0.0, 360.0))))
    return spots


def _barn(spot: Spot, pieces: Pieces, rng: np.random.Generator) -> float:
    pieces.add(Shape.PATCH, Material.BARE_SOIL, spot, (38.0, 26.0, 0.0))
    build_barn(spot, pieces, rng)
    return 20.0


def _farm_tank(spot: Spot, pieces: Pieces, rng: np.random.Generator) -> float:
    """A cistern of concrete or tin, troughs beside it; or a row of plastic ones."""
    if rng.random() < 0.7:
        side = rng.uniform(3.0, 8.0)
        material = Material.CONCRETE if rng.random() < 0.5 else Material.TIN
        pieces.add(Shape.CYLINDER, material, spot, (side, side, rng.uniform(1.2, 3.0)))
    else:
        for i in range(int(rng.integers(2, 5))):
            pieces.add(Shape.CYLINDER, Material.PLASTIC_BLACK, spot.moved(2.2 * i, 0.0), (1.8, 1.8, 1.9))
    pieces.add(Shape.BOX, Material.CONCRETE, spot.moved(0.0, 7.0), (5.0, 0.9, 0.6))
    pieces.add(Shape.PATCH, Material.BARE_SOIL, spot.moved(0.0, 6.0), (24.0, 18.0, 0.0))
    return 15.0


def _kiln(spot: Spot, pieces: Pieces, rng: np.random.Generator) -> float:
    """Brick kilns, hot for days and nights, with their stacks of bricks and firewood."""
    pieces.add(Shape.PATCH, Material.BARE_SOIL, spot, (44.0, 34.0, 0.0))
    begins = rng.uniform(14.0, 20.0)
    for i in range(int(rng.integers(1, 4))):
        kiln = spot.moved(0.0, 9.0 * i - 9.0)
        heat = float(rng.uniform(35.0, 90.0))
        pieces.add(Shape.BOX, Material.BRICK, kiln, (5.5, 4.5, 3.6), heat_k=heat, works_h=(begins, begins - 6.0))
    for i in range(int(rng.integers(2, 6))):
        pieces.add(Shape.BOX, Material.BRICK, spot.moved(-12.0, 4.0 * i - 8.0), (6.0, 1.6, 1.4))
    pieces.add(Shape.HEAP, Material.WOOD, spot.moved(13.0, 4.0), (7.0, 5.0, 1.8))
    return 25.0


def _dump(spot: Spot, pieces: Pieces, rng: np.random.Generator) -> float:
    size = rng.uniform(14.0, 34.0)
    pieces.add(Shape.PATCH, Material.RUBBISH, spot, (size, 0.7 * size, 0.0))
    for _ in range(int(rng.integers(3, 9))):
        ahead, right = (rng.uniform(-0.35, 0.35, 2) * size).tolist()
        heap = spot.moved(ahead, right, float(rng.uniform(0.0, 180.0)))
        pieces.add(Shape.HEAP, Material.RUBBISH, heap, (rng.uniform(3.0, 6.0), rng.uniform(2.0, 4.0), 1.2))
    if rng.random() < 0.5:
        pieces.add(Shape.PATCH, Material.ASH, spot, (5.0, 4.0, 0.0), heat_k=40.0, works_h=(15.0, 21.0))
    return float(size * 0.6)


def _burnt_field(spot: Spot, pieces: Pieces, rng: np.random.Generator) -> float:
    length, width = rng.uniform(60.0, 180.0), rng.uniform(40.0, 110.0)
    pieces.add(Shape.PATCH, Material.ASH, spot, (length, width, 0.0))
    return float(length / 2.0)


def _parked_vehicles(spot: Spot, pieces: Pieces, rng: np.random.Generator) -> float:
    for i in range(int(rng.integers(1, 5))):
        add_vehicle(spot.moved(rng.uniform(-2.0, 2.0), 3.8 * i, rng.uniform(-12.0, 12.0)), pieces, rng)
    return 12.0


_BUILD: dict[str, Callable[[Spot, Pieces, np.random.Generator], float]] = {
    "barn": _barn,
    "farm tank": _farm_tank,
    "kiln": _kiln,
    "dump": _dump,
    "burnt field": _burnt_field,
    "parked vehicles": _parked_vehicles,
}
