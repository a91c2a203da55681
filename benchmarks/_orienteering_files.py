"""Team orienteering instances of the literature: readers of both formats, and the best known values.

`planning/` of the shared data holds a few of Chao, Golden and Wasil's (no windows, `top/`) and of those with windows
that Montemanni and Gambardella and Vansteenwegen et al. made of Solomon's and Cordeau's (`toptw/`); SOURCES.md there
gives formats and best known values. Those with windows are solved with 1 to 4 routes. Their times have no unit: one
stands for a second here.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import starmap
from pathlib import Path

import numpy as np

from otear.geo.frames import Floats
from otear.plan.routes.problem import Orienteering, Vehicle, Visit

_TOP = {"p4.2.j": 965, "p4.2.t": 1306}
_TOPTW = {
    "c101": (320, 590, 810, 1020),
    "c104": (420, 760, 1030, 1260),
    "r101": (198, 349, 484, 611),
    "r104": (303, 552, 778, 975),
    "rc101": (219, 427, 621, 811),
    "pr01": (308, 502, 622, 657),
    "pr02": (404, 715, 943, 1079),
    "pr10": (594, 1134, 1573, 1943),
}
"""With one route, two, three, four."""


@dataclass(frozen=True)
class Instance:
    """An instance by its name, its number of routes, and the best value known to SOURCES.md."""

    name: str
    routes: int
    best_known: int

    def __str__(self) -> str:
        return f"{self.name}/{self.routes}"

    def read(self, folder: Path) -> Orienteering:
        """The problem, from the folder `planning` of the shared data."""
        if self.name in _TOP:
            return read_top(folder / "top" / f"{self.name}.txt")
        return read_toptw(folder / "toptw" / f"{self.name}.txt", self.routes)


INSTANCES = (
    *(Instance(name, int(name.split(".")[1]), best) for name, best in _TOP.items()),
    *(Instance(name, routes, best) for name, values in _TOPTW.items() for routes, best in enumerate(values, 1)),
)
"""All with a best known value."""


def read_top(path: Path) -> Orienteering:
    """An instance without windows: `n`, `m`, `tmax`, then `x y score` a line; first the start, last the end."""
    lines = [line.split() for line in path.read_text().splitlines() if line.strip()]
    routes, limit_s = int(lines[1][1]), float(lines[2][1])
    nodes = np.array([[float(word) for word in line] for line in lines[3:]])
    visits = tuple(Visit(place, float(nodes[place, 2])) for place in range(1, len(nodes) - 1))
    return Orienteering(_distances(nodes[:, :2]), visits, (Vehicle(0, len(nodes) - 1, limit_s),) * routes)


def read_toptw(path: Path, routes: int) -> Orienteering:
    """An instance with windows; first the depot, whose window is that of all routes.

    Two lines about the vehicles, then `i x y service score f a list... opens closes`, where `list` has `a` numbers.
    Distances are cut off after one decimal, in files `pr` after two.
    """
    lines = [line.split() for line in path.read_text().splitlines() if line.strip()][2:]
    between = _distances(np.array([[float(line[1]), float(line[2])] for line in lines]))
    parts = 100.0 if path.name.startswith("pr") else 10.0
    between = np.floor(between * parts + 1e-9) / parts
    ready_s, back_by_s = float(lines[0][-2]), float(lines[0][-1])
    visits = tuple(starmap(_visit, enumerate(lines[1:], 1)))
    return Orienteering(between, visits, (Vehicle(0, 0, back_by_s - ready_s, ready_s, back_by_s),) * routes)


def _visit(place: int, words: list[str]) -> Visit:
    return Visit(place, float(words[4]), float(words[3]), float(words[-2]), float(words[-1]))


def _distances(places: Floats) -> Floats:
    difference = places[:, None, :] - places[None, :, :]
    return np.asarray(np.hypot(difference[..., 0], difference[..., 1]))
