"""Where somebody who hides would go: near water, under trees, off the road but not far from it, out of towns.

Arrays are (row, column), row 0 in the north; plane coordinates in metres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from otear.domain.kinds import SiteKind
from otear.geo.frames import Floats
from otear.simulate.world.country import Country, roads_of
from otear.simulate.world.flow import Mask
from otear.simulate.world.land import Land
from otear.simulate.world.lattice import Lattice
from otear.simulate.world.pieces import Spot

ROAD_M = (120.0, 1_600.0)
"""Off-road access: no nearer and no further than this from a road or track."""
TOWN_M = 1_300.0
"""Out of towns: urban laboratories are out of reach of this method."""
MOVE_M = (1_200.0, 9_000.0)
RUNWAY_M = (600.0, 1_000.0)
_MARGIN_M = 1_500.0
_STEEPEST_RUNWAY, _ROUGHEST_RUNWAY_M = 0.03, 5.0
_TRIES = 400


@dataclass(frozen=True, eq=False)
class Prospect:
    """A land as somebody sees it who looks for places: `allowed` are the posts where anything may be; `fit` says for
    each kind which posts will do, as indices."""

    land: Land
    lattice: Lattice
    slope_deg: Floats
    road_m: NDArray[np.float32]
    channel_m: NDArray[np.float32]
    road_points_m: Floats
    allowed: Mask
    fit: dict[SiteKind, NDArray[np.int32]]

    def place(
        self, kind: SiteKind, taken: Sequence[Spot], apart_m: float, near: Spot | None, rng: np.random.Generator
    ) -> Spot | None:
        """A place for a site, `apart_m` from others, within reach of `near` for one that moves; None without one."""
        fit = self.fit[kind]
        if len(fit) == 0:
            return None
        cells = fit[rng.integers(len(fit), size=_TRIES)]
        points = self.lattice.metres(cells % self.lattice.shape[1], cells // self.lattice.shape[1])
        points = points + rng.uniform(-12.0, 12.0, points.shape)
        if taken:
            others = np.array([(spot.east_m, spot.north_m) for spot in taken])
            points = points[np.linalg.norm(points[:, None] - others, axis=-1).min(axis=1) > apart_m]
        if near is not None:
            away = np.hypot(*(points - (near.east_m, near.north_m)).T)
            points = points[(away > MOVE_M[0]) & (away < MOVE_M[1])]
        for point in points:
            level = self._runway(point) if kind is SiteKind.AIRSTRIP else float(rng.uniform(0.0, 360.0))
            if level is not None:
                return Spot(float(point[0]), float(point[1]), level)
        return None

    def allows(self, spot: Spot) -> bool:
        """Whether anything may be at a place."""
        return bool(self.allowed[self.lattice.nearest(np.array([spot.east_m, spot.north_m]))])

    @cached_property
    def _roads(self) -> cKDTree:
        return cKDTree(self.road_points_m)

    def nearest_road(self, spot: Spot) -> tuple[float, float]:
        """Where the nearest road or track is."""
        _, index = self._roads.query((spot.east_m, spot.north_m))
        east, north = self.road_points_m[index]
        return float(east), float(north)

    def _runway(self, point: Floats) -> float | None:
        """The azimuth along which the ground is most even over the longest runway; None where none will do."""
        along = np.linspace(-RUNWAY_M[1] / 2.0, RUNWAY_M[1] / 2.0, 21)
        angles = np.radians(np.arange(0.0, 180.0, 15.0))
        lines = point + np.stack([np.sin(angles), np.cos(angles)], -1)[:, None] * along[:, None]
        heights = self.land.msl_m[self.lattice.nearest(lines)].astype(np.float64)
        grade = (heights - heights.mean(axis=1, keepdims=True)) @ along / (along @ along)
        rough = np.abs(heights - heights.mean(axis=1, keepdims=True) - grade[:, None] * along).max(axis=1)
        allowed = self.allowed[self.lattice.nearest(lines)].all(axis=1)
        rough = np.where(allowed & (np.abs(grade) < _STEEPEST_RUNWAY), rough, np.inf)
        best = int(np.argmin(rough))
        return float(np.degrees(angles[best])) if rough[best] < _ROUGHEST_RUNWAY_M else None


def survey(country: Country) -> Prospect:
    """Look over a land."""
    land, lattice = country.land, country.lattice
    roads = roads_of(land)
    points = np.concatenate([way.points_m for way in roads]) if roads else np.zeros((1, 2))
    road = lattice.distance_m(lattice.drawn([way.points_m for way in roads], 1.0))
    towns = lattice.marked(np.array([(v.east_m, v.north_m) for v in land.villages]).reshape(-1, 2))
    homes = lattice.marked(np.array([(s.east_m, s.north_m) for s in country.ranches]).reshape(-1, 2))
    # Ranches end where they are seen from; towns reach as far as their largest.
    largest = max((village.radius_m for village in land.villages), default=0.0)
    lonely = (lattice.distance_m(towns) > TOWN_M + largest) & (lattice.distance_m(homes) > 350.0)
    steep = country.slopes.here_deg
    dry = ~country.drainage.water & (country.drainage.channel_m > 25.0)
    access = (road > ROAD_M[0]) & (road < ROAD_M[1])
    base = country.allowed & lattice.within(_MARGIN_M) & lonely & dry & access
    canopy = cv2.blur(land.canopy, (5, 5))
    hidden = base & (canopy >= 25) & (steep < 16.0)
    watered = hidden & (country.drainage.channel_m < 450.0)
    masks = {
        SiteKind.LABORATORY: watered,
        SiteKind.STORE: hidden,
        SiteKind.PILL_PRESS: hidden,
        SiteKind.CAMP: watered,
        SiteKind.AIRSTRIP: base & (steep < 4.0) & (canopy < 45),
        SiteKind.TUNNEL_MOUTH: base & (steep > 9.0) & (steep < 28.0),
    }
    fit = {kind: np.flatnonzero(mask).astype(np.int32) for kind, mask in masks.items()}
    return Prospect(land, lattice, steep, road, country.drainage.channel_m, points, country.allowed, fit)
