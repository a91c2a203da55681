"""How recordings looked at where sites may be: not at one cell, but all over the ellipse that holds each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from otear.authority.roles import Action
from otear.coverage.files import PassFile, common_grid, connect, read_pass
from otear.domain.authority import DataKind
from otear.evidence.marks import Plane
from otear.evidence.middles import Middle
from otear.geo.frames import Floats
from otear.store.workspace import COVERAGE_FILE
from otear.workflow.desk import Desk
from otear.workflow.held import Held, all_held, under

POINTS = 61
"""Places by which an ellipse is asked for: each as likely as any other to hold the site."""
_GOLDEN_ANGLE = float(np.pi * (3.0 - np.sqrt(5.0)))

Stretches = Sequence[tuple[int, int]]
"""Times from and to that nobody looked through."""


@dataclass(frozen=True)
class Over:
    """How one recording looked at where a site may be: the probability `pd` that a site there would have shown itself
    to its best look, and the shares of the ellipse that it `seen`, and that was in its picture but `hidden` behind
    ground. `look` and `time_us` are of the look that saw most. `dropped`: it was left out where nobody looked through.
    """

    footage_id: str
    look: int
    time_us: int
    pd: float
    seen: float
    hidden: float
    dropped: bool


@dataclass(frozen=True)
class Passed:
    """All recordings that looked there, and the share of the ellipse that was in no picture of theirs."""

    over: tuple[Over, ...]
    never: float


def spread_over(middle: Middle, plane: Plane) -> tuple[Floats, Floats]:
    """Latitudes and longitudes (n,) in degrees, evenly likely, of the 90% ellipse about a middle."""
    k = np.arange(POINTS)
    radius = np.sqrt(-2.0 * np.log1p(-0.9 * (k + 0.5) / POINTS))  # quantiles of how far a normal of two axes goes
    round_ = radius[:, None] * np.stack([np.cos(k * _GOLDEN_ANGLE), np.sin(k * _GOLDEN_ANGLE)], axis=1)
    return plane.degrees(middle.at + round_ @ np.linalg.cholesky(middle.covariance).T)


def passes_over(
    desk: Desk,
    sources: Sequence[Held],
    spots: Mapping[str, tuple[Floats, Floats]],
    dropped: Mapping[str, Stretches],
) -> dict[str, Passed]:
    """How these recordings looked at each of some spots: latitudes and longitudes (n,) in degrees.

    Looks that touch a stretch that was `dropped` in their recording do not count in it. Raises `RefusedError` where an
    authority does not allow it.
    """
    sources = all_held(sources)
    if not spots:
        return {}
    south, north = (float(edge([edge(lat) for lat, _ in spots.values()])) for edge in (np.min, np.max))
    near = [one for one in sources if one.row.bounds_deg and one.row.bounds_deg[1] <= north]
    passes = [_pass(desk, one) for one in near if one.row.bounds_deg and one.row.bounds_deg[3] >= south]
    if not passes:
        return {name: Passed((), 1.0) for name in spots}
    grid = common_grid(passes)
    cells = {
        name: list(zip(*(each.tolist() for each in grid.cells(np.radians(lat), np.radians(lon))), strict=True))
        for name, (lat, lon) in spots.items()
    }
    seen = _seen(passes, {cell for spot in cells.values() for cell in spot})
    return {name: _passed(passes, seen, spot, dropped) for name, spot in cells.items()}


Cell = tuple[int, int]
_SeenCells = Mapping[tuple[str, Cell], Sequence[tuple[int, bool, float]]]


def _seen(passes: Sequence[PassFile], cells: set[Cell]) -> _SeenCells:
    """Look, visibility and probability of each look of each pass at each of these cells."""
    rows, cols = zip(*sorted(cells), strict=True)
    wanted = pa.table({"row": pa.array(rows, pa.int32()), "col": pa.array(cols, pa.int32())})
    with connect() as connection:
        connection.register("wanted", wanted)
        found = connection.sql(
            "SELECT filename, seen.row, seen.col, look, visible, pd FROM read_parquet(?, filename = true) AS seen"
            " JOIN wanted ON seen.row = wanted.row AND seen.col = wanted.col"
            " WHERE seen.row BETWEEN ? AND ? AND seen.col BETWEEN ? AND ?",
            params=[[str(each.path) for each in passes], min(rows), max(rows), min(cols), max(cols)],
        ).fetchall()
    by_path = {str(each.path): each.footage_id for each in passes}
    seen: dict[tuple[str, Cell], list[tuple[int, bool, float]]] = {}
    for path, row, col, look, visible, pd in found:
        seen.setdefault((by_path[path], (row, col)), []).append((look, visible, pd))
    return seen


def _passed(
    passes: Sequence[PassFile], seen: _SeenCells, spot: Sequence[Cell], dropped: Mapping[str, Stretches]
) -> Passed:
    over = [_over(one, seen, spot, dropped.get(one.footage_id, ())) for one in passes]
    pictured = {cell for cell in spot if any((one.footage_id, cell) in seen for one in passes)}
    never = sum(cell not in pictured for cell in spot) / len(spot)
    found = sorted((one for one in over if one is not None), key=lambda one: (one.time_us, one.footage_id))
    return Passed(tuple(found), never)


def _over(passed: PassFile, seen: _SeenCells, spot: Sequence[Cell], dropped: Stretches) -> Over | None:
    """How one pass looked at the cells of a spot, None where none of them was in its picture."""
    left_out = {
        look.index
        for look in passed.looks
        if any(start <= look.end_us and look.start_us <= end for start, end in dropped)
    }
    by_look: dict[int, float] = {}
    pd = visible = pictured = 0.0
    for cell in spot:
        looks = seen.get((passed.footage_id, cell), ())
        counted = [one for one in looks if one[0] not in left_out]
        pd += max((one[2] for one in counted), default=0.0)
        visible += any(one[1] for one in counted)
        pictured += bool(looks)
        for look, _, chance in looks:
            by_look[look] = by_look.get(look, 0.0) + chance
    if not by_look:
        return None
    look = max(by_look, key=lambda number: (by_look[number], -number))
    hidden = sum(
        bool(looks) and not any(one[1] for one in looks)
        for looks in (seen.get((passed.footage_id, cell), ()) for cell in spot)
    )
    return Over(
        passed.footage_id,
        look,
        passed.looks[look].start_us,
        pd=pd / len(spot),
        seen=visible / len(spot),
        hidden=hidden / len(spot),
        dropped=bool(left_out & set(by_look)),
    )


def _pass(desk: Desk, source: Held) -> PassFile:
    under(desk, source.row, source.authority, Action.PROCESS, DataKind.COVERAGE)
    return read_pass(desk.workspace.derived(source.row.footage_id) / COVERAGE_FILE)
