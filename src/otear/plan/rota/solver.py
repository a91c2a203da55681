"""CP-SAT, so set that the same input gives the same rota: one worker, one seed, and a limit in deterministic time.

Deterministic time counts what the solver does, not what the clock says; a unit is about a second on a desktop.
"""

from __future__ import annotations

from ortools.sat.python.cp_model import CpSolver


def solver(effort: float, *, prove: bool = False) -> CpSolver:
    """A solver that stops after `effort` of deterministic time, for the best, or to `prove` that there is one or none.

    To find the best, one worker takes turns at what several would do side by side: among it, the search around a good
    rota for a better one. To prove, one kind of search is quicker.
    """
    found = CpSolver()
    found.parameters.num_workers = 1
    found.parameters.random_seed = 0
    found.parameters.max_deterministic_time = effort
    found.parameters.interleave_search = not prove
    return found
