"""Where people live: villages with their streets and houses, and ranches. All names are invented.

Plane coordinates in metres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np
from scipy.spatial import cKDTree

from otear.geo.frames import Floats
from otear.simulate.world.drainage import Drainage
from otear.simulate.world.flow import Mask
from otear.simulate.world.land import Village, Way, WayKind
from otear.simulate.world.lattice import Lattice
from otear.simulate.world.pieces import Pieces, Spot
from otear.simulate.world.things import Material, Shape

_PEOPLE_PER_M2 = 2.5e-3
_PEOPLE_PER_HOUSE = 4.2
_BLOCK_M = (95.0, 62.0)
_LOT_M = 14.0
_APART_M = 5_200.0
_SAINTS = ("San Jacinto", "Santa Eduviges", "San Telmo", "Santa Brígida", "San Evaristo", "Santa Olalla", "San Fermín")
_GROUNDS = ("El Mezquital", "Las Pitahayas", "El Amapal", "Los Guásimos", "El Palmar", "Las Tinajas", "La Higuera")
_MORE = ("Agua Zarca", "Arroyo Hondo", "Tierra Amarilla", "El Guayacán", "La Cofradía", "Los Brasiles", "El Tule")
_ENDS = (
    "del Retamo",
    "de las Lomas",
    "de Abajo",
    "de Arriba",
    "del Vado",
    "de la Cañada",
    "del Coyol",
    "Viejo",
    "Chico",
)


@dataclass(frozen=True)
class Slopes:
    """How steep the ground is, in degrees: of the posts, and over a few hundred metres."""

    here_deg: Floats
    around_deg: Floats


def village_places(
    lattice: Lattice, drainage: Drainage, slopes: Slopes, allowed: Mask, rng: np.random.Generator
) -> Floats:
    """Places of villages, the best first, shape (n, 2): level ground near water, none close to another."""
    share = float(allowed.mean()) * 4.0 * lattice.half_m[0] * lattice.half_m[1] / 1e6
    wanted = int(np.clip(round(share / 150.0), 2, 40))
    half = min(lattice.half_m)
    # A small land has its villages closer together.
    apart = min(_APART_M, 0.5 * half)
    score = (
        -0.3 * slopes.around_deg
        - np.abs(drainage.channel_m - 350.0) / 400.0
        + 0.5 * np.log10(1.0 + drainage.catchment_km2)
        + rng.gumbel(0.0, 1.2, drainage.msl_m.shape)
        - drainage.msl_m / 3_000.0
    )
    fit = allowed & ~drainage.water & (drainage.channel_m > 130.0) & (slopes.around_deg < 11.0)
    return spread_out(lattice, np.where(fit, score, -np.inf), wanted, apart, min(3_000.0, 0.25 * half))


def ranch_places(
    lattice: Lattice, drainage: Drainage, slopes: Slopes, allowed: Mask, villages: Floats, *, rng: np.random.Generator
) -> Floats:
    """Places of ranches, shape (n, 2): fairly level, by water or not far from it, out of the villages."""
    share = float(allowed.mean()) * 4.0 * lattice.half_m[0] * lattice.half_m[1] / 1e6
    wanted = int(np.clip(round(share / 30.0), 4, 220))
    fit = allowed & ~drainage.water & (drainage.channel_m > 90.0) & (slopes.around_deg < 13.0)
    fit &= lattice.distance_m(lattice.marked(villages)) > 1_500.0
    score = rng.gumbel(0.0, 1.0, fit.shape) - slopes.around_deg / 6.0 - drainage.channel_m / 700.0
    return spread_out(lattice, np.where(fit, score, -np.inf), wanted, 1_300.0, 700.0)


def spread_out(lattice: Lattice, score: Floats, wanted: int, apart_m: float, margin_m: float) -> Floats:
    """The best places of a score of shape (rows, columns) that are `apart_m` from one another, best first, (n, 2)."""
    order = np.argsort(score, axis=None)[::-1]
    best = order[np.isfinite(score.reshape(-1)[order])][: wanted * 3_000]
    points = lattice.metres(best % score.shape[1], best // score.shape[1])
    points = points[lattice.inside(points, margin_m)]
    chosen: list[Floats] = []
    while len(points) and len(chosen) < wanted:
        chosen.append(points[0])
        points = points[np.linalg.norm(points - points[0], axis=1) > apart_m]
    return np.array(chosen).reshape(-1, 2)


def named(places_m: Floats, rng: np.random.Generator) -> tuple[Village, ...]:
    """Villages at places, of a rank-size law (Zipf), the largest first."""
    firsts = rng.permutation([*_SAINTS, *_GROUNDS, *_MORE]).tolist()
    ends = rng.permutation(_ENDS).tolist()
    villages = []
    for i, (east, north) in enumerate(places_m.tolist()):
        people = int(max(3_600.0 / (i + 1.0) ** 0.95 * rng.uniform(0.8, 1.2), rng.uniform(70.0, 200.0)))
        name = f"{firsts[i % len(firsts)]} {ends[(i + i // len(firsts)) % len(ends)]}"
        villages.append(Village(name, east, north, float(np.sqrt(people / _PEOPLE_PER_M2 / np.pi)), people))
    return tuple(villages)


def build_village(
    village: Village,
    roads: Sequence[Way],
    buildable: Mask,
    barred: Mask,
    lattice: Lattice,
    *,
    pieces: Pieces,
    rng: np.random.Generator,
) -> list[Way]:
    """Put a village's church and houses down; its streets, of which none meets barred ground."""
    centre = Spot(village.east_m, village.north_m, _road_azimuth(village, roads, rng))
    streets = _streets(village, centre)
    _church(centre, pieces, rng)
    lots = _lots(village, centre, streets, rng)
    spots = np.array([(lot.east_m, lot.north_m) for lot in lots]).reshape(-1, 2)
    free = buildable[lattice.nearest(spots)]
    beside = cKDTree(spots).query_ball_point(spots, _LOT_M) if len(spots) else []
    wanted = round(village.population / _PEOPLE_PER_HOUSE)
    for index, lot in enumerate(lots):
        if wanted == 0:
            break
        if free[index]:
            _house(lot, pieces, rng)
            free[beside[index]] = False
            wanted -= 1
    posts = [lattice.nearest(street.points_m) for street in streets]
    return list(compress(streets, (buildable[on].mean() > 0.6 and not barred[on].any() for on in posts)))


def _lots(village: Village, centre: Spot, streets: Sequence[Way], rng: np.random.Generator) -> list[Spot]:
    """Where houses may stand beside streets, about from the middle outwards; none on a street or the square."""
    lots: list[tuple[float, Spot]] = []
    for street in streets:
        (x0, y0), (x1, y1) = street.points_m[0].tolist(), street.points_m[-1].tolist()
        length, course = float(np.hypot(x1 - x0, y1 - y0)), float(np.degrees(np.arctan2(x1 - x0, y1 - y0)))
        for side in (-1.0, 1.0):
            along = rng.uniform(10.0, 18.0)
            while along < length - 9.0:
                lot = Spot(x0, y0, course).moved(along, side * rng.uniform(9.0, 14.0))
                along += rng.uniform(15.0, 24.0)
                east, north = lot.east_m - village.east_m, lot.north_m - village.north_m
                turn = np.radians(centre.azimuth_deg)
                ahead = east * np.sin(turn) + north * np.cos(turn)
                right = east * np.cos(turn) - north * np.sin(turn)
                clear = min(_off_lines(ahead, _BLOCK_M[0]), _off_lines(right, _BLOCK_M[1])) > 8.0
                away = float(np.hypot(east, north))
                if clear and away > 48.0:
                    lots.append((away / village.radius_m + rng.exponential(0.25), lot))
    return [lot for _, lot in sorted(lots, key=lambda lot: lot[0])]


def _off_lines(across_m: float, apart_m: float) -> float:
    """How far from the nearest of parallel lines."""
    return float(abs(across_m - apart_m * np.round(across_m / apart_m)))


def build_ranch(spot: Spot, pieces: Pieces, rng: np.random.Generator) -> None:
    """House, barn, corral, tank, pond, vehicles on a yard of bare soil."""
    pieces.add(Shape.PATCH, Material.BARE_SOIL, spot, (rng.uniform(45.0, 75.0), rng.uniform(35.0, 55.0), 0.0))
    _house(spot.moved(rng.uniform(8.0, 18.0), rng.uniform(-12.0, 12.0)), pieces, rng)
    build_barn(spot.moved(rng.uniform(-22.0, -12.0), rng.uniform(-14.0, 14.0), 90.0 * rng.integers(2)), pieces, rng)
    corral = spot.moved(rng.uniform(-12.0, 12.0), rng.choice([-1.0, 1.0]) * rng.uniform(26.0, 40.0))
    pieces.add(Shape.FENCE, Material.WOOD, corral, (rng.uniform(18.0, 32.0), rng.uniform(14.0, 22.0), 1.5))
    pieces.add(Shape.PATCH, Material.BARE_SOIL, corral, (26.0, 19.0, 0.0))
    width = rng.uniform(2.0, 5.0)
    tank = Material.CONCRETE if rng.random() < 0.5 else Material.TIN
    pieces.add(Shape.CYLINDER, tank, spot.moved(rng.uniform(-8.0, 4.0), 18.0), (width, width, rng.uniform(1.6, 2.6)))
    if rng.random() < 0.45:
        pond = spot.moved(rng.uniform(50.0, 90.0), rng.uniform(-50.0, 50.0), rng.uniform(0.0, 180.0))
        pieces.add(Shape.PATCH, Material.WATER, pond, (rng.uniform(18.0, 45.0), rng.uniform(12.0, 26.0), 0.0))
    for _ in range(int(rng.integers(0, 3))):
        add_vehicle(spot.moved(rng.uniform(-5.0, 8.0), rng.uniform(-16.0, 16.0), rng.uniform(0.0, 180.0)), pieces, rng)


def build_barn(spot: Spot, pieces: Pieces, rng: np.random.Generator) -> None:
    """A long shed under a tin roof."""
    size = (rng.uniform(14.0, 26.0), rng.uniform(7.0, 11.0), rng.uniform(4.0, 5.5))
    pieces.add(Shape.GABLE, Material.TIN if rng.random() < 0.8 else Material.WOOD, spot, size)


def add_vehicle(spot: Spot, pieces: Pieces, rng: np.random.Generator) -> None:
    """A car, a pick-up or a small lorry: the body, and the cab where it has one apart."""
    paint = rng.choice([Material.PAINT_WHITE, Material.PAINT_WHITE, Material.PAINT_RED, Material.PAINT_DARK])
    if rng.random() < 0.6:
        pieces.add(Shape.BOX, paint, spot, (5.2, 1.9, 1.0))
        pieces.add(Shape.BOX, paint, spot.moved(0.4, 0.0), (1.9, 1.8, 1.8))
    else:
        pieces.add(Shape.BOX, paint, spot.moved(-0.8, 0.0), (5.6, 2.3, rng.uniform(1.2, 2.8)))
        pieces.add(Shape.BOX, Material.PAINT_WHITE, spot.moved(3.0, 0.0), (1.9, 2.2, 2.3))


def _house(spot: Spot, pieces: Pieces, rng: np.random.Generator) -> None:
    turned = spot.moved(0.0, 0.0, float(90.0 * rng.integers(2) + rng.normal(0.0, 2.0)))
    size = (rng.uniform(7.5, 13.5), rng.uniform(6.0, 9.0))
    if rng.random() < 0.55:
        wall = rng.choice([Material.CONCRETE, Material.WHITEWASH, Material.BRICK], p=[0.5, 0.32, 0.18])
        pieces.add(Shape.BOX, wall, turned, (*size, 5.8 if rng.random() < 0.12 else rng.uniform(2.8, 3.4)))
    else:
        roof = Material.TIN if rng.random() < 0.6 else Material.TILE
        pieces.add(Shape.GABLE, roof, turned, (*size, rng.uniform(3.4, 4.4)))
    if rng.random() < 0.35:
        pieces.add(Shape.CYLINDER, Material.PLASTIC_BLACK, turned.moved(size[0] / 2.0 + 1.2, 1.0), (1.1, 1.1, 1.4))
    if rng.random() < 0.18:
        add_vehicle(spot.moved(rng.uniform(-8.0, 8.0), rng.choice([-1.0, 1.0]) * 7.5, 90.0), pieces, rng)


def _church(centre: Spot, pieces: Pieces, rng: np.random.Generator) -> None:
    pieces.add(Shape.STRIP, Material.CONCRETE, centre, (44.0, 44.0, 0.0))
    nave = centre.moved(36.0, 0.0)
    pieces.add(Shape.GABLE, Material.TILE, nave, (24.0, 11.0, 9.0))
    pieces.add(Shape.BOX, Material.WHITEWASH, nave.moved(-13.5, 5.0), (4.5, 4.5, rng.uniform(12.0, 17.0)))
    pieces.add(Shape.STRIP, Material.BARE_SOIL, centre.moved(-80.0, 20.0), (90.0, 52.0, 0.0))


def _road_azimuth(village: Village, roads: Sequence[Way], rng: np.random.Generator) -> float:
    """The direction of the road that passes a village, else any."""
    best, azimuth = 400.0, float(rng.uniform(0.0, 180.0))
    for road in roads:
        away = np.hypot(road.points_m[:, 0] - village.east_m, road.points_m[:, 1] - village.north_m)
        nearest = int(np.argmin(away))
        if away[nearest] < best and len(away) > 3:
            ahead = road.points_m[min(nearest + 2, len(away) - 1)] - road.points_m[max(nearest - 2, 0)]
            best, azimuth = float(away[nearest]), float(np.degrees(np.arctan2(ahead[0], ahead[1])))
    return azimuth


def _streets(village: Village, centre: Spot) -> list[Way]:
    """A grid of streets, shorter the further out: about a circle."""
    reach = village.radius_m * 1.15
    streets = []
    for spacing, turn in ((_BLOCK_M[1], 0.0), (_BLOCK_M[0], 90.0)):
        frame = centre.moved(0.0, 0.0, turn)
        for step in range(-int(reach // spacing), int(reach // spacing) + 1):
            half = float(np.sqrt(max(reach**2 - (step * spacing) ** 2, 0.0)))
            if half < 40.0:
                continue
            ends = frame.moved(-half, step * spacing), frame.moved(half, step * spacing)
            first, last = (np.array([end.east_m, end.north_m]) for end in ends)
            line = np.linspace(first, last, max(int(half // 20), 2))
            streets.append(Way(WayKind.GRAVEL, line, 5.0))
    return streets
