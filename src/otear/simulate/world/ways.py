"""Roads and tracks: each the cheapest way over the ground, and cheaper along what has been built already.

Paved between the larger villages and out of the land, gravel to the others, tracks to whatever else is lived or worked
at. Plane coordinates in metres.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree
from scipy.spatial import cKDTree

from otear.geo.frames import Floats
from otear.simulate.world.flow import Mask
from otear.simulate.world.land import Way, WayKind
from otear.simulate.world.lattice import Lattice
from otear.simulate.world.relief import fractal

Nodes = NDArray[np.int64]

WIDTH_M = {WayKind.PAVED: 8.0, WayKind.GRAVEL: 6.0, WayKind.TRACK: 3.5}
_COARSE = 8
"""Roads are laid out on every so manieth post."""
_GRADE = 0.06
"""A slope at which a metre of road costs twice that on the level."""
_BUILT = 0.3
"""What following a road costs, of building one."""
_WET = 25.0
_ROUND = 8.0


def reachable(lattice: Lattice, allowed: Mask, barred: Mask) -> Mask:
    """The allowed posts to which roads can go: of what barred ground parts, the piece with the most of them."""
    pieces, count = label(_open(barred), np.ones((3, 3)))
    row, column = (
        np.minimum(np.round(np.arange(side) / _COARSE).astype(int), last - 1)
        for side, last in zip(lattice.shape, pieces.shape, strict=True)
    )
    piece = np.where(allowed, pieces[row[:, None], column], 0)
    largest = 1 + int(np.argmax(np.bincount(piece.reshape(-1), minlength=count + 1)[1:])) if count else -1
    return np.asarray(piece == largest)


def _open(barred: Mask) -> Mask:
    """The junctions so far from barred ground that no line between two of them, its corners rounded, meets it."""
    reach = np.ones((2 * _COARSE + 1, 2 * _COARSE + 1), dtype=np.uint8)
    return np.asarray(cv2.dilate(barred.astype(np.uint8), reach)[::_COARSE, ::_COARSE] == 0)


class Network:
    """The roads of a land while they are built: through water where they must, and nowhere through `barred` ground."""

    def __init__(self, lattice: Lattice, msl_m: Floats, water: Mask, barred: Mask, rng: np.random.Generator) -> None:
        self.ways: list[Way] = []
        self._lattice = lattice
        # Soil and owners differ from place to place, so that no road is straight for miles.
        low = msl_m[::_COARSE, ::_COARSE]
        self._shape = low.shape
        row, column = np.divmod(np.arange(low.size), low.shape[1])
        self._places = lattice.metres(column * _COARSE, row * _COARSE)
        self._built = np.zeros(low.size, dtype=bool)
        self._from, self._to, self._cost = self._edges(
            low, water[::_COARSE, ::_COARSE], _open(barred), np.exp(0.3 * fractal(low.shape, 12.0, 3, rng))
        )
        self._vertices: list[Floats] = []

    def node(self, east_m: float, north_m: float) -> int:
        """The junction nearest to a place."""
        row, column = self._lattice.nearest(np.array([east_m, north_m]))
        rows, columns = self._shape
        near = np.minimum(np.round(np.array([row, column]) / _COARSE), (rows - 1, columns - 1)).astype(int)
        return int(near[0] * columns + near[1])

    def place(self, node: int) -> tuple[float, float]:
        """Where a junction is."""
        east, north = self._places[node]
        return float(east), float(north)

    def join(self, ends: Sequence[tuple[int, int]], kind: WayKind) -> None:
        """Build the roads between pairs of junctions, in their order; none between two that no road can join."""
        for start, end in ends:
            _, before = dijkstra(self._graph(), indices=np.array([start]), return_predecessors=True)
            self._build(_path(before[0], end), kind)

    def reach(self, nodes: Iterable[int], kind: WayKind) -> None:
        """Build from each junction the cheapest way to the roads that there are, if there is one."""
        roads = np.flatnonzero(self._built)
        _, before, _ = dijkstra(self._graph(), indices=roads, return_predecessors=True, min_only=True)
        for node in nodes:
            self._build(_path(before, node), kind)

    def _edges(self, low: Floats, water: Mask, passable: Mask, ground: Floats) -> tuple[Nodes, Nodes, Floats]:
        rows, columns = low.shape
        number = np.arange(rows * columns).reshape(low.shape)
        across, down = (step * _COARSE for step in self._lattice.step_m)
        starts, ends, costs = [], [], []
        for dr, dc in ((0, 1), (1, 0), (1, 1), (1, -1)):
            here = (slice(0, rows - dr), slice(max(-dc, 0), columns - max(dc, 0)))
            there = (slice(dr, rows), slice(max(dc, 0), columns - max(-dc, 0)))
            length = float(np.hypot(dr * down, dc * across))
            grade = np.abs(low[there] - low[here]) / length / _GRADE
            wet = water[there] | water[here]
            built = length * (1.0 + grade**2) * np.where(wet, _WET, ground[here])
            kept = passable[there] & passable[here]
            costs.append(built[kept])
            starts.append(number[here][kept])
            ends.append(number[there][kept])
        return np.concatenate(starts), np.concatenate(ends), np.concatenate(costs)

    def _graph(self) -> csr_array:
        cost = self._cost * np.where(self._built[self._from] & self._built[self._to], _BUILT, 1.0)
        size = len(self._built)
        both = (np.concatenate([self._from, self._to]), np.concatenate([self._to, self._from]))
        return csr_array((np.concatenate([cost, cost]), both), shape=(size, size))

    def _build(self, path: Nodes, kind: WayKind) -> None:
        """Add those stretches of a path that are not built yet."""
        built = self._built[path]
        new = np.flatnonzero(~(built[:-1] & built[1:]))
        if len(new) == 0:
            return
        for run in np.split(new, np.flatnonzero(np.diff(new) > 1) + 1):
            stretch = path[run[0] : run[-1] + 2]
            line = self._places[stretch].copy()
            for end in (0, -1):
                if self._built[stretch[end]]:
                    line[end] = self._snapped(line[end])
            fine = _densified(line, 8)
            points = self._lattice.smoothed(fine, _ROUND, every=2)
            self.ways.append(Way(kind, points, WIDTH_M[kind]))
            self._vertices.append(points)
        self._built[path] = True

    def _snapped(self, point: Floats) -> Floats:
        vertices = np.concatenate(self._vertices)
        _, nearest = cKDTree(vertices).query(point)
        return np.asarray(vertices[nearest])


def pairs(places_m: Floats, extra: int) -> list[tuple[int, int]]:
    """Which of some places to join: a tree of the shortest lines, and the shortest few others. `places_m` (n, 2)."""
    if len(places_m) < 2:
        return []
    apart = np.linalg.norm(places_m[:, None] - places_m[None], axis=-1)
    tree = minimum_spanning_tree(csr_array(apart)).tocoo()
    chosen = [(int(a), int(b)) for a, b in zip(tree.row, tree.col, strict=True)]
    held = {frozenset(pair) for pair in chosen}
    first, second = np.triu_indices(len(places_m), 1)
    for i in np.argsort(apart[first, second], kind="stable"):
        pair = (int(first[i]), int(second[i]))
        if extra > 0 and frozenset(pair) not in held:
            chosen.append(pair)
            extra -= 1
    return chosen


def _path(before: NDArray[np.int32], end: int) -> Nodes:
    """From an end back to where the search began."""
    path = [end]
    while before[path[-1]] >= 0:
        path.append(int(before[path[-1]]))
    return np.array(path, dtype=np.int64)


def _densified(line: Floats, times: int) -> Floats:
    at = np.linspace(0.0, len(line) - 1.0, (len(line) - 1) * times + 1)
    return np.stack([np.interp(at, np.arange(len(line)), line[:, axis]) for axis in (0, 1)], -1)
