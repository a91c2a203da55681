"""The search problem in cells: what may be where, how aircraft get from cell to cell, and what a plan finds.

Sites stand still. Time goes in steps. An aircraft starts in a cell; each step takes it to a cell that `moves` allows
from the last (its own among them, where it may stay), and ends with one look there. n looks in a cell detect each of
its sites with probability 1 - exp(-rate n), by random search (`effort`). A plan is a path for each aircraft: the cells
it looks at, in order. Cells are numbered from 0; those of a grid run along its rows: cell = row * columns + column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from otear.errors import InputError
from otear.geo.frames import Floats

Cells32 = NDArray[np.int32]
"""Cells by their numbers."""
Paths = tuple[Cells32, ...]
"""A path for each aircraft: the cells it looks at, one a step."""


@dataclass(frozen=True, eq=False)
class Ground:
    """What may be found: expected sites `prior` (n,) not detected so far, and the detection `rate` (n,) of one look.

    A rate of 0 is a cell that cannot be seen. Raises `InputError` for numbers that are not finite or below zero.
    """

    prior: Floats
    rate: Floats

    def __post_init__(self) -> None:
        for name in ("prior", "rate"):
            values = np.asarray(getattr(self, name), dtype=np.float64)
            if values.ndim != 1 or not np.isfinite(values).all() or (values < 0.0).any():
                raise InputError("not a row of numbers from 0 up", field=name, remedy="Give one number a cell")
            object.__setattr__(self, name, values)
        if self.prior.shape != self.rate.shape:
            raise InputError(
                f"{len(self.prior)} priors, {len(self.rate)} rates", field="rate", remedy="Give one of each a cell"
            )

    def __len__(self) -> int:
        return len(self.prior)

    def after(self, looks: ArrayLike) -> Ground:
        """What is left to find after `looks` (n,) that were good at the same rate: earlier effort taken off."""
        return Ground(self.prior * np.exp(-self.rate * np.asarray(looks, dtype=np.float64)), self.rate)

    def detected(self, looks: ArrayLike) -> float:
        """Expected sites detected by `looks` (n,)."""
        # Not the product `@`: it sums in an order that depends on the machine.
        return float((self.prior * -np.expm1(-self.rate * np.asarray(looks, dtype=np.float64))).sum())


@dataclass(frozen=True, eq=False)
class Moves:
    """Where an aircraft can look next: from cell j at `to[first[j]:first[j + 1]]`."""

    first: Cells32
    to: Cells32

    @classmethod
    def of(cls, reachable: Sequence[Sequence[int]]) -> Self:
        """From a list of cells for each cell. Raises `InputError` for a cell that does not exist."""
        first = np.cumsum([0, *(len(one) for one in reachable)])
        to = np.array([cell for one in reachable for cell in one], dtype=np.int32)
        if len(to) and (to.min() < 0 or to.max() >= len(reachable)):
            raise InputError("a move to a cell that does not exist", field="moves", remedy="Number cells from 0")
        return cls(first.astype(np.int32), to)

    def __len__(self) -> int:
        return len(self.first) - 1

    def of_cell(self, cell: int) -> Cells32:
        """The cells that can be looked at next from one."""
        return self.to[self.first[cell] : self.first[cell + 1]]


def grid_moves(rows: int, columns: int, *, diagonal: bool = True, closed: NDArray[np.bool_] | None = None) -> Moves:
    """Moves on a grid: to stay, or to one of the 4 or (with `diagonal`) 8 neighbours, none of them into or out of a
    cell that is `closed` (rows, columns)."""
    free = np.ones((rows, columns), dtype=np.bool_) if closed is None else ~closed
    reachable = list[list[int]]()
    for row in range(rows):
        for column in range(columns):
            around = [
                (row + down, column + right)
                for down in (-1, 0, 1)
                for right in (-1, 0, 1)
                if diagonal or down == 0 or right == 0
            ]
            reachable.append(
                [y * columns + x for y, x in around if 0 <= y < rows and 0 <= x < columns and free[y, x]]
                if free[row, column]
                else []
            )
    return Moves.of(reachable)


@dataclass(frozen=True)
class Searcher:
    """One aircraft: it starts in cell `start`, has `steps` looks, and ends in cell `end`, where one is given."""

    start: int
    steps: int
    end: int | None = None


@dataclass(frozen=True, eq=False)
class Search:
    """The problem: ground, moves, aircraft. Raises `InputError` if an aircraft has no path at all."""

    ground: Ground
    moves: Moves
    searchers: tuple[Searcher, ...]

    def __post_init__(self) -> None:
        if len(self.ground) != len(self.moves):
            raise InputError(
                f"{len(self.ground)} cells of ground, moves from {len(self.moves)}", field="moves", remedy="Give both"
            )
        for k, one in enumerate(self.searchers):
            ends = () if one.end is None else (one.end,)
            if one.steps < 0 or not all(0 <= cell < len(self.ground) for cell in (one.start, *ends)):
                raise InputError(
                    f"aircraft {k} is not in a cell", field="searchers", remedy="Give cells of the ground, steps from 0"
                )
        at_end = tuple(reach[-1] for reach in (reached(self.moves, one) for one in self.searchers))
        if not all(one.any() for one in at_end):
            k = next(k for k, one in enumerate(at_end) if not one.any())
            raise InputError(f"aircraft {k} has no path", field="searchers", remedy="Give more steps, or another end")

    @property
    def steps(self) -> int:
        """Looks of all aircraft together."""
        return sum(one.steps for one in self.searchers)

    def looks(self, paths: Sequence[Cells32]) -> Floats:
        """How often a plan looks at each cell, (n,)."""
        count = np.zeros(len(self.ground))
        for path in paths:
            np.add.at(count, path, 1.0)
        return count

    def detected(self, paths: Sequence[Cells32]) -> float:
        """Expected sites that a plan detects."""
        return self.ground.detected(self.looks(paths))

    def check(self, paths: Sequence[Cells32]) -> None:
        """Raise `InputError` unless the paths can be flown: a path for each aircraft, every step an allowed move."""
        if len(paths) != len(self.searchers):
            raise InputError(f"{len(paths)} paths", field="paths", remedy=f"Give {len(self.searchers)}")
        for k, (one, path) in enumerate(zip(self.searchers, paths, strict=True)):
            at = one.start
            for step, cell in enumerate(path):
                if int(cell) not in self.moves.of_cell(at):
                    raise InputError(
                        f"step {step} from {at} to {cell} is no move", field=f"paths[{k}]", remedy="Plan it anew"
                    )
                at = int(cell)
            if len(path) != one.steps or (one.end is not None and at != one.end):
                raise InputError(
                    f"{len(path)} steps that end in {at}", field=f"paths[{k}]", remedy="Use all steps, end at the end"
                )


def reached(moves: Moves, searcher: Searcher) -> NDArray[np.bool_]:
    """Where an aircraft can be after each number of steps, (steps + 1, n), if it is to end where it must."""
    n = len(moves)
    tail = np.repeat(np.arange(n), np.diff(moves.first))
    there = np.zeros((searcher.steps + 1, n), dtype=np.bool_)
    there[0, searcher.start] = True
    for step in range(searcher.steps):
        there[step + 1, moves.to[there[step, tail]]] = True
    if searcher.end is not None:
        there[-1, np.arange(n) != searcher.end] = False
        for step in range(searcher.steps, 0, -1):
            leads_on = np.zeros(n, dtype=np.bool_)
            leads_on[tail[there[step, moves.to]]] = True
            there[step - 1] &= leads_on
    return there


def most_looks(search: Search) -> Floats:
    """No plan looks at a cell more often than this, (n,): the steps at which each aircraft can be there, together."""
    most = np.zeros(len(search.ground))
    for one in search.searchers:
        most += reached(search.moves, one)[1:].sum(axis=0)
    return most
