"""Example sorties for a world: a valley, a ranch, the edge of a village, and two hillsides.

They go by the land alone, whatever is hidden in it: that one of them looks at a site is chance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from otear.domain.aircraft import Aircraft
from otear.domain.authority import Authority
from otear.domain.sortie import GroundPoint, Orbit, Side, Sortie, Stare, Strip, Task
from otear.errors import InputError, RefusedError
from otear.flight.laying import plan
from otear.flight.wind import Wind
from otear.simulate.world.country import Country
from otear.simulate.world.land import WayKind

_DAY_US, _HOUR_US = 86_400_000_000, 3_600_000_000
_TRIES = 40
_DEPARTS_AFTER_DAYS = 21


@dataclass(frozen=True)
class _Errand:
    name: str
    aircraft: str
    sensor: str
    hour_utc: float
    above_m: float
    tasks: Callable[[], Iterator[Task]]


def example_sorties(
    country: Country,
    authority: Authority,
    *,
    fleet: dict[str, Aircraft],
    starts_us: int,
    rng: np.random.Generator,
) -> dict[str, Sortie]:
    """Sorties by the names of their files, each one flyable in calm air and allowed by the authority.

    An errand for which no place will do (a small land) is left out.
    """
    maker = _Maker(country, authority, fleet, starts_us, rng)
    errands = {
        "valley-strip": _Errand("Valley", "OTEAR-SIM-1", "turret daylight camera", 16.5, 2_400.0, maker.valley),
        "ranch-orbit": _Errand("Ranch", "OTEAR-SIM-1", "turret daylight camera", 17.0, 2_200.0, maker.ranch),
        "village-stare": _Errand("Village", "OTEAR-SIM-1", "turret daylight camera", 21.0, 2_200.0, maker.village),
        "hillside-stare": _Errand(
            "Hillside by day", "OTEAR-SIM-3", "turret daylight camera", 18.0, 3_200.0, maker.hillside
        ),
        "night-stare": _Errand(
            "Hillside by night", "OTEAR-SIM-3", "turret thermal camera", 28.5, 3_200.0, maker.hillside
        ),
    }
    made = {name: maker.sortie(errand) for name, errand in errands.items()}
    return {name: sortie for name, sortie in made.items() if sortie is not None}


class _Maker:
    def __init__(
        self,
        country: Country,
        authority: Authority,
        fleet: dict[str, Aircraft],
        starts_us: int,
        rng: np.random.Generator,
    ) -> None:
        self._country, self._authority, self._fleet = country, authority, fleet
        self._starts_us, self._rng = starts_us, rng
        self._land = country.land
        # Not the largest: it lies in the zone that nobody may fly in.
        self._bases = [(v.east_m, v.north_m) for v in self._land.villages[1:6]]

    def sortie(self, errand: _Errand) -> Sortie | None:
        """The first that can be flown."""
        aircraft = self._fleet[errand.aircraft]
        for task in islice(errand.tasks(), _TRIES):
            for base in self._bases:
                point = self._degrees(base)
                sortie = Sortie(
                    sortie_id="",
                    name=errand.name,
                    authority_id=self._authority.authority_id,
                    aircraft=errand.aircraft,
                    sensor=errand.sensor,
                    purpose="find_laboratories",
                    depart_us=self._starts_us + _DEPARTS_AFTER_DAYS * _DAY_US + round(errand.hour_utc * _HOUR_US),
                    base=point,
                    base_msl_m=round(self._ground(base)),
                    height_msl_m=round((self._highest(task) + errand.above_m) / 50.0) * 50.0,
                    tasks=(task,),
                )
                try:
                    plan(
                        sortie,
                        aircraft,
                        self._authority,
                        wind=Wind(),
                        heights=self._land.patch.heights,
                        now_us=self._starts_us,
                    )
                except (InputError, RefusedError):
                    continue
                return sortie
        return None

    def valley(self) -> Iterator[Task]:
        """Along the large rivers, whose hills are the highest first."""
        rivers = [way.points_m for way in self._land.ways if way.kind is WayKind.RIVER]
        for line in sorted(rivers, key=lambda line: -self._ground(tuple(line[len(line) // 2]))):
            away = np.hypot(*(line - line[0]).T)
            far = np.flatnonzero(away > min(9_000.0, 0.6 * self._country.lattice.half_m[0]))
            if len(far):
                ends = self._degrees(tuple(line[far[0]])), self._degrees(tuple(line[0]))
                yield Strip("valley", *ends, Side.LEFT, 50.0, 5.7)

    def ranch(self) -> Iterator[Task]:
        """About ranches."""
        for spot in self._shuffled([(one.east_m, one.north_m) for one in self._country.ranches]):
            yield Orbit("ranch", self._degrees(spot), 2_400.0, 2.0, Side.LEFT, 2.8)

    def village(self) -> Iterator[Task]:
        """Over the edges of middling villages."""
        for village in self._land.villages[2:]:
            edge = (village.east_m + 0.6 * village.radius_m, village.north_m - 0.3 * village.radius_m)
            yield Stare("edge of the village", self._cells(edge, 220.0), 6.0, 2_400.0, Side.RIGHT, 5.7)

    def hillside(self) -> Iterator[Task]:
        """Over wooded slopes, anywhere."""
        lattice, steep = self._country.lattice, self._country.slopes.around_deg
        inside = lattice.within(0.2 * min(lattice.half_m)) & self._country.allowed
        posts = np.flatnonzero(inside & (self._land.canopy >= 25) & (steep > 4.0) & (steep < 20.0))
        for post in posts[self._rng.integers(len(posts), size=_TRIES)] if len(posts) else ():
            row, column = divmod(int(post), lattice.shape[1])
            east, north = lattice.metres(column, row).tolist()
            yield Stare("hillside", self._cells((east, north), 230.0), 8.0, 3_200.0, Side.LEFT, 5.7)

    def _cells(self, middle: tuple[float, float], apart_m: float) -> tuple[GroundPoint, ...]:
        east, north = middle
        return tuple(
            self._degrees((east + apart_m * i, north + apart_m * (j if i % 2 == 0 else -j)))
            for i in (-1, 0, 1)
            for j in (-1, 0, 1)
        )

    def _shuffled(self, spots: list[tuple[float, float]]) -> list[tuple[float, float]]:
        return [spots[i] for i in self._rng.permutation(len(spots))]

    def _degrees(self, spot: tuple[float, ...]) -> GroundPoint:
        lat, lon = self._land.plane.place(spot[0], spot[1])
        return GroundPoint(round(float(np.degrees(lat)), 5), round(float(np.degrees(lon)), 5))

    def _ground(self, spot: tuple[float, ...]) -> float:
        return float(self._land.msl_m[self._country.lattice.nearest(np.array(spot[:2]))])

    def _highest(self, task: Task) -> float:
        """The ground about a task, at its highest."""
        points = (
            (task.start, task.end)
            if isinstance(task, Strip)
            else task.cells
            if isinstance(task, Stare)
            else (task.centre,)
        )
        lat, lon = np.radians([p.lat_deg for p in points]), np.radians([p.lon_deg for p in points])
        spots = np.stack(self._land.plane.metres(lat, lon), -1)
        return float(self._land.msl_m[self._country.lattice.nearest(spots)].max())
