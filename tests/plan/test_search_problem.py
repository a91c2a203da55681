"""The problem in cells: where aircraft can be, and what is no plan."""

from __future__ import annotations

import numpy as np
import pytest

from otear.errors import InputError
from otear.plan.search.cells import Ground, Moves, Search, Searcher, grid_moves, most_looks, reached

from .search_problems import grid_search


def _cells(*path: int) -> np.ndarray:
    return np.array(path, dtype=np.int32)


def test_moves_on_a_grid() -> None:
    """On 3 x 3 cells the middle reaches all, a corner 4; without diagonals 5 and 3; nothing leads to a closed cell."""
    assert grid_moves(3, 3).of_cell(4).tolist() == list(range(9))
    assert grid_moves(3, 3).of_cell(0).tolist() == [0, 1, 3, 4]
    assert grid_moves(3, 3, diagonal=False).of_cell(4).tolist() == [1, 3, 4, 5, 7]
    closed = np.zeros((3, 3), dtype=np.bool_)
    closed[1, 1] = True
    assert 4 not in grid_moves(3, 3, closed=closed).to
    assert len(grid_moves(3, 3, closed=closed).of_cell(4)) == 0


def test_where_an_aircraft_can_be() -> None:
    """From a corner of 5 x 5: after 2 steps in 3 x 3 cells; with one step home after it in the 2 x 2 next to it."""
    moves = grid_moves(5, 5)
    assert reached(moves, Searcher(0, 2))[2].reshape(5, 5).sum() == 9
    there = reached(moves, Searcher(0, 2, 0))
    assert there[1].reshape(5, 5)[:2, :2].all()
    assert there[1].sum() == 4
    assert there[2].nonzero()[0].tolist() == [0]
    search = Search(Ground(np.ones(25), np.ones(25)), moves, (Searcher(0, 2), Searcher(0, 2, 0)))
    assert most_looks(search).reshape(5, 5)[0].tolist() == [4.0, 3.0, 1.0, 0.0, 0.0]


def test_what_a_plan_finds() -> None:
    """Two aircraft look at one cell: 1 - exp(-2 rate) of what is there."""
    ground = Ground(np.array([0.25, 0.75]), np.array([1.0, 0.5]))
    search = Search(ground, Moves.of([[0, 1], [0, 1]]), (Searcher(0, 1), Searcher(1, 2)))
    paths = (_cells(1), _cells(1, 0))
    search.check(paths)
    assert search.looks(paths).tolist() == [1.0, 2.0]
    assert search.detected(paths) == pytest.approx(0.25 * (1 - np.exp(-1.0)) + 0.75 * (1 - np.exp(-1.0)))
    assert ground.after([0.0, 2.0]).detected([1.0, 1.0]) == pytest.approx(
        ground.detected([1.0, 3.0]) - ground.detected([0.0, 2.0])
    )


@pytest.mark.parametrize(
    ("paths", "said"),
    [
        ((_cells(1, 2),), "1 paths"),
        ((_cells(8, 8), _cells(0, 0)), "is no move"),
        ((_cells(1, 0), _cells(1)), "1 steps"),
        ((_cells(1, 2), _cells(1, 1)), "end in 1"),
    ],
)
def test_what_is_no_plan(paths: tuple[np.ndarray, ...], said: str) -> None:
    search = Search(Ground(np.ones(9), np.ones(9)), grid_moves(3, 3), (Searcher(0, 2), Searcher(0, 2, 0)))
    with pytest.raises(InputError, match=said):
        search.check(paths)


def test_problems_that_make_no_sense_are_refused() -> None:
    ground, moves = Ground(np.ones(9), np.ones(9)), grid_moves(3, 3)
    with pytest.raises(InputError, match="has no path"):
        Search(ground, moves, (Searcher(0, 1, 8),))
    with pytest.raises(InputError, match="not in a cell"):
        Search(ground, moves, (Searcher(9, 1),))
    with pytest.raises(InputError, match="moves from"):
        Search(ground, grid_moves(2, 2), ())
    with pytest.raises(InputError, match="prior"):
        Ground(np.array([-1.0]), np.ones(1))
    with pytest.raises(InputError, match="rates"):
        Ground(np.ones(2), np.ones(1))
    with pytest.raises(InputError, match="does not exist"):
        Moves.of([[1]])


def test_nobody_finds_nothing() -> None:
    search = grid_search(3, 3, (), seed=0)
    assert search.detected(()) == 0.0
    assert most_looks(search).tolist() == [0.0] * 9
