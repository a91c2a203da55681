"""The dumb planner: mow the grid row by row, blind to what may be where.

Each aircraft gets a band of rows of its own, in the order of where the aircraft start, goes to the nearest corner of
the band by the shortest way and mows it to and fro until its steps run out; a band that is done is mown again.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from otear.errors import InputError
from otear.plan.search.campaign import Campaign, Tours
from otear.plan.search.cells import Cells32, Moves, Paths, Search, Searcher, reached


def lawnmower(search: Search, columns: int) -> Paths:
    """A plan for a grid of so many columns. Raises `InputError` for a number of cells that is no multiple of it."""
    n = len(search.ground)
    if columns <= 0 or n % columns:
        raise InputError(f"{n} cells are no grid of {columns} columns", field="columns", remedy="Give its columns")
    rows = n // columns
    m = len(search.searchers)
    order = sorted(range(m), key=lambda k: (search.searchers[k].start // columns, k))
    paths = [np.empty(0, dtype=np.int32)] * m
    for band, k in enumerate(order):
        low = rows * band // m
        high = max(rows * (band + 1) // m, low + 1)
        paths[k] = _mown(search.moves, search.searchers[k], _lanes(low, high, columns, search.searchers[k].start))
    return tuple(paths)


def _lanes(low: int, high: int, columns: int, start: int) -> list[int]:
    """The cells of a band of rows in the order of mowing, from the corner nearest to where the aircraft starts."""
    rows, across = list(range(low, high)), list(range(columns))
    if abs(start // columns - (high - 1)) < abs(start // columns - low):
        rows.reverse()
    if start % columns > columns // 2:
        across.reverse()
    return [
        row * columns + column
        for lane, row in enumerate(rows)
        for column in (across if lane % 2 == 0 else across[::-1])
    ]


def _mown(moves: Moves, one: Searcher, lanes: list[int]) -> Cells32:
    """A path along the lanes: always the shortest way to the next cell of them that has not been looked at."""
    may_be = reached(moves, one)
    path, at, following = list[int](), one.start, 0
    to_next = _distances(moves, lanes[0])
    for step in range(one.steps):
        open_to = [int(cell) for cell in moves.of_cell(at) if may_be[step + 1, cell]]
        at = min(open_to, key=lambda cell: (to_next[cell], cell))
        path.append(at)
        if at == lanes[following]:
            following = (following + 1) % len(lanes)
            to_next = _distances(moves, lanes[following])
    return np.array(path, dtype=np.int32)


def _distances(moves: Moves, goal: int) -> dict[int, float]:
    """Moves from each cell to a goal; infinity where there is no way."""
    tail = np.repeat(np.arange(len(moves)), np.diff(moves.first))
    far = np.full(len(moves), np.inf)
    far[goal] = 0.0
    while True:
        nearer = far.copy()
        np.minimum.at(nearer, tail, far[moves.to] + 1.0)
        if (nearer == far).all():
            return dict(enumerate(far.tolist()))
        far = nearer


def lawnmower_campaign(campaign: Campaign, columns: int) -> Tours:
    """Boxes of a grid are swept row by row, to and fro: each sortie goes on where the one before had to turn home, and
    begins anew when all are done. What does not fit any more ends the sortie. Raises as `lawnmower`."""
    n = len(campaign.ground)
    if columns <= 0 or n % columns:
        raise InputError(f"{n} boxes are no grid of {columns} columns", field="columns", remedy="Give its columns")
    return mown(campaign, _lanes(0, n // columns, columns, 0))


def mown(campaign: Campaign, lanes: Sequence[int]) -> Tours:
    """The same for boxes that are no whole grid: swept in the order of `lanes`."""
    following = 0
    tours = list[Cells32]()
    for k in range(len(campaign.launches)):
        tour = np.empty(0, dtype=np.int32)
        while len(tour) < len(lanes):
            longer = np.append(tour, np.int32(lanes[following])).astype(np.int32)
            if campaign.duration_s(k, longer) > campaign.launches[k].endurance_s:
                break
            tour, following = longer, (following + 1) % len(lanes)
        tours.append(tour)
    return tuple(tours)
