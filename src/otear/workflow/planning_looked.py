"""What was looked at already, for a plan: the coverage of recordings that may be worked on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from otear.authority.charts import Chart
from otear.authority.roles import Action
from otear.coverage.aggregate import aggregate
from otear.coverage.files import read_pass
from otear.domain.authority import DataKind
from otear.plan.survey.belief import Looked, aged
from otear.store.workspace import COVERAGE_FILE
from otear.workflow.desk import Desk
from otear.workflow.held import Held, all_held, under

_TOGETHER = 4
"""Cells of the search grid on a side that count as one here."""


def looked_at(desk: Desk, sources: Sequence[Held], chart: Chart, at_us: int) -> Looked:
    """What recordings have shown, as much as it is worth at a time, on the plane of a chart.

    Raises `RefusedError`, which the ledger keeps, where an authority does not allow it.
    """
    passes = []
    for one in all_held(sources):
        if one.row.bounds_deg is not None:
            under(desk, one.row, one.authority, Action.PROCESS, DataKind.COVERAGE)
            passes.append(read_pass(desk.workspace.derived(one.row.footage_id) / COVERAGE_FILE))
    passes = [one for one in passes if one.extent is not None]
    if not passes:
        return Looked.nothing()
    sums: dict[tuple[int, int], float] = {}
    with aggregate(passes) as cells:
        grid = cells.grid
        for batch in cells.batches:
            row, col = (np.asarray(batch.column(name)) // _TOGETHER for name in ("row", "col"))
            pd = np.asarray(batch.column("pd_total"), dtype=np.float64)
            seen = batch.column("last_seen_us").to_numpy(zero_copy_only=False)
            known = np.isfinite(np.asarray(seen, dtype=np.float64)) & (pd > 0.0)
            worth = np.zeros(len(pd))
            worth[known] = aged(pd[known], np.asarray(seen)[known].astype(np.int64), at_us)
            keys, inverse = np.unique(np.stack([row, col], axis=1), axis=0, return_inverse=True)
            total = np.bincount(inverse.ravel(), worth, len(keys))
            for (r, c), value in zip(keys.tolist(), total.tolist(), strict=True):
                sums[r, c] = sums.get((r, c), 0.0) + value
    places = np.array(sorted(sums))
    pd = np.array([sums[r, c] for r, c in places.tolist()]) / _TOGETHER**2
    middle = (places + 0.5) * _TOGETHER
    lat, lon = grid.nodes(middle[:, 0], middle[:, 1])
    xy = chart.xy(np.degrees(lon), np.degrees(lat))
    return Looked(xy[:, 0], xy[:, 1], pd, grid.cell_m * _TOGETHER)
