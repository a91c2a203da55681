"""The flow bound: aircraft that may be split flow through the graph of (step, cell); what no plan can beat.

Aircraft with the same rule for where they end are one commodity, those with fewer steps start later. The looks in a
cell are the flow into it over all steps, and what they find is a concave function of them, kept from above by straight
lines (an outer approximation): HiGHS solves the linear programme, a line is added wherever its answer lies above the
function, and so on until they differ by less than `tolerance` (J. O. Royset and H. Sato, Naval Research Logistics 57,
2010, section 4). With `whole_looks` the function is straight between whole numbers of looks, as in `price_bound`.

A solver's optimum is right within its tolerances only. So the bound is not its objective: its prices for looks (the
dual values of "looks = flow in") are given to `bound_at`, which proves a bound by itself, whatever the prices are.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from otear.errors import OtearError
from otear.geo.frames import Floats
from otear.plan.search.bundle import Finds
from otear.plan.search.cells import Search, most_looks, reached
from otear.plan.search.price_bound import bound_at

_ABOVE = 1e-9
Numbers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class FlowBound:
    """No plan finds more than `bound`, proved by `prices` (n,); `relaxed` is what the `looks` (n,) of the split
    aircraft find, so the best flow is between them; `arcs` of the graph, and how often the programme was solved."""

    bound: float
    prices: Floats
    looks: Floats
    relaxed: float
    arcs: int
    solves: int


class UnsolvedError(OtearError):
    """HiGHS gave no answer to a linear programme that has one."""


def flow_bound(
    search: Search, *, whole_looks: bool = False, tolerance: float = 1e-4, solves: int = 30, first: Floats | None = None
) -> FlowBound:
    """The flow bound by linear programming, for up to some 100,000 arcs (cells times moves times steps).

    `first` (n,) are looks about which the first lines are drawn: those of `price_bound` save most of the work. Raises
    `UnsolvedError` if HiGHS fails.
    """
    most = most_looks(search)
    finds = Finds(search.ground.prior, search.ground.rate, most, whole_looks)
    worth = np.flatnonzero((finds.prior * finds.rate > 0.0) & (most > 0.0))
    if not len(worth):
        return FlowBound(0.0, np.zeros(len(most)), np.zeros(len(most)), 0.0, 0, 0)
    balance, supply, into = _graph(search)
    arcs, n = balance.shape[1], len(worth)
    solver = _Quiet()
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("solver", "ipm")
    solver.setOptionValue("run_crossover", "off")
    # Columns: flow on arcs, looks in cells, what is found in cells. Rows: balance of flow, looks = flow in, lines.
    none = sparse.csr_matrix((balance.shape[0], 2 * n))
    looked = sparse.hstack([into[worth], -sparse.identity(n, format="csr"), sparse.csr_matrix((n, n))], format="csr")
    rows = sparse.vstack([sparse.hstack([balance, none], format="csr"), looked], format="csr")
    right = np.concatenate([supply, np.zeros(n)])
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = arcs + 2 * n, rows.shape[0]
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = np.concatenate([np.zeros(arcs + n), np.ones(n)])
    model.col_lower_ = np.zeros(arcs + 2 * n)
    model.col_upper_ = np.concatenate([np.full(arcs, np.inf), most[worth], finds.prior[worth]])
    model.row_lower_ = model.row_upper_ = right
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = rows.indptr, rows.indices, rows.data
    solver.passModel(model)
    around = np.zeros(len(most)) if first is None else first
    for apart in (-1.0, 0.0, 1.0) if whole_looks else (-0.4, -0.15, 0.0, 0.15, 0.4, 1.2):
        look = np.maximum(around + apart, 0.0)
        _add_lines(solver, finds, worth, which=np.arange(n), looks=look, arcs=arcs)
    best: FlowBound | None = None
    for solve in range(1, solves + 1):
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            # Interior points without a crossover may stop short on a degenerate problem; the simplex does not.
            solver.setOptionValue("solver", "simplex")
            solver.run()
            solver.setOptionValue("solver", "ipm")
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise UnsolvedError(f"HiGHS says {solver.modelStatusToString(solver.getModelStatus())} of a flow bound")
        answer = solver.getSolution()
        looks = np.zeros(len(most))
        looks[worth] = np.clip(np.asarray(answer.col_value)[arcs : arcs + n], 0.0, most[worth])
        prices = np.zeros(len(most))
        prices[worth] = np.abs(np.asarray(answer.row_dual)[len(supply) : len(supply) + n])
        bound, relaxed = bound_at(search, prices, whole_looks=whole_looks), finds.of(looks)
        if best is None or bound < best.bound:
            best = FlowBound(bound, prices, looks, max(relaxed, 0.0 if best is None else best.relaxed), arcs, solve)
        else:
            best = FlowBound(best.bound, best.prices, looks, max(relaxed, best.relaxed), arcs, solve)
        if best.bound - best.relaxed <= tolerance * best.bound:
            break
        said = np.asarray(answer.col_value)[arcs + n :]
        above = np.flatnonzero(said > _of_each(finds, looks)[worth] + _ABOVE * best.bound)
        if not len(above):
            break
        _add_lines(solver, finds, worth, which=above, looks=looks, arcs=arcs)
    assert best is not None
    return best


class _Quiet(highspy.Highs):
    """HiGHS without the line that it prints when it is made."""

    def __init__(self) -> None:
        # Not the wrapper's own: it asks for callbacks, which print before output can be turned off.
        super(highspy.Highs, self).__init__()
        self.setOptionValue("output_flag", False)


def _graph(search: Search) -> tuple[sparse.csr_matrix, Floats, sparse.csr_matrix]:
    """Balance of flow at each (commodity, step, cell) (nodes, arcs), what enters there, and which arcs lead into each
    cell (n, arcs)."""
    n, moves = len(search.ground), search.moves
    from_cell = np.repeat(np.arange(n), np.diff(moves.first))
    ends = sorted({-1 if one.end is None else one.end for one in search.searchers})
    tails, heads, cells, supplies = [], [], [], []
    base = 0
    for end in ends:
        crew = [one for one in search.searchers if (-1 if one.end is None else one.end) == end]
        steps = max(one.steps for one in crew)
        there = np.zeros((steps + 1, n), dtype=np.bool_)
        supply = np.zeros((steps + 1, n))
        for one in crew:
            there[steps - one.steps :] |= reached(moves, one)
            supply[steps - one.steps, one.start] += 1.0
        number = np.full((steps + 1, n), -1)
        number[:-1][there[:-1]] = base + np.arange(int(there[:-1].sum()))
        for step in range(steps):
            open_arc = np.flatnonzero(there[step, from_cell] & there[step + 1, moves.to])
            tails.append(number[step, from_cell[open_arc]])
            heads.append(number[step + 1, moves.to[open_arc]])
            cells.append(moves.to[open_arc])
        supplies.append(supply[:-1][there[:-1]])
        base += int(there[:-1].sum())
    tail, head, cell = (np.concatenate([np.empty(0, np.int64), *each]) for each in (tails, heads, cells))
    arcs = len(tail)
    inside = np.flatnonzero(head >= 0)
    leaving = sparse.csr_matrix((np.ones(arcs), (tail, np.arange(arcs))), shape=(base, arcs))
    entering = sparse.csr_matrix((np.ones(len(inside)), (head[inside], inside)), shape=(base, arcs))
    into = sparse.csr_matrix((np.ones(arcs), (cell, np.arange(arcs))), shape=(n, arcs))
    return (leaving - entering).tocsr(), np.concatenate([np.empty(0), *supplies]), into


def _of_each(finds: Finds, looks: Floats) -> Floats:
    """What looks find in each cell."""
    if not finds.whole:
        return np.asarray(finds.prior * -np.expm1(-finds.rate * looks))
    low = np.floor(looks)
    below = -np.expm1(-finds.rate * low)
    return np.asarray(finds.prior * (below + (looks - low) * (-np.expm1(-finds.rate * (low + 1.0)) - below)))


def _add_lines(
    solver: highspy.Highs, finds: Finds, worth: Numbers, *, which: Numbers, looks: Floats, arcs: int
) -> None:
    """A line that touches the function of each cell worth[which] at its looks: found - slope looks <= height at 0."""
    cells = worth[which]
    at = looks[cells]
    p, a = finds.prior[cells], finds.rate[cells]
    if finds.whole:
        low = np.floor(at + 1e-9)
        slope = p * np.exp(-a * low) * -np.expm1(-a)
        height = p * -np.expm1(-a * low) - slope * low
    else:
        slope = p * a * np.exp(-a * at)
        height = p * -np.expm1(-a * at) - slope * at
    k, n = len(cells), len(worth)
    columns = np.column_stack([arcs + which, arcs + n + which]).ravel().astype(np.int32)
    values = np.column_stack([-slope, np.ones(k)]).ravel()
    starts = (2 * np.arange(k)).astype(np.int32)
    solver.addRows(k, np.full(k, -highspy.kHighsInf), height, 2 * k, starts, columns, values)
