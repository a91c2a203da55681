"""Many passes into one row per cell: how well it was ever looked at, how often, when last, and what was only masked.

Streams in blocks of the grid, so that the area may be larger than memory. A cell that is in no row was never looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa

from otear.coverage.files import Extent, PassFile, common_cap, common_grid, connect
from otear.errors import NotFoundError
from otear.geo.grid import SearchGrid


class CellState(IntEnum):
    """What is known of a cell; *never looked* is the absence of a row, and no-data in a raster."""

    MASKED = 1
    """In the picture, but ground in front hid it every time."""
    LOOKED = 2
    """Seen at least once, whatever came of it."""


@dataclass(frozen=True)
class Aggregate:
    """An open aggregate: its grid, the extent of its cells, and the rows themselves, to be read once.

    `batches` has the columns row, col, pd_total, looks (visible ones), best_gsd_m (null where masked), last_seen_us
    (null where masked) and state; rows come block by block of `block` cells counted from the extent's corner.
    """

    grid: SearchGrid
    extent: Extent
    block: int
    batches: Iterator[pa.RecordBatch]


_CELLS = f"""
WITH best_of_pass AS (
    SELECT cells.filename, row, col,
           max(pd) AS pd,
           count(*) FILTER (visible) AS looks,
           min(gsd_m) FILTER (visible) AS best_gsd_m,
           max(end_us) FILTER (visible) AS last_seen_us
    FROM read_parquet(?, filename = true) AS cells JOIN looks USING (filename, look)
    GROUP BY ALL
)
SELECT row, col,
       least(?, 1.0 - product(1.0 - pd::DOUBLE)) AS pd_total,
       sum(looks)::INTEGER AS looks,
       min(best_gsd_m)::DOUBLE AS best_gsd_m,
       max(last_seen_us) AS last_seen_us,
       (CASE WHEN sum(looks) > 0 THEN {CellState.LOOKED:d} ELSE {CellState.MASKED:d} END)::UTINYINT AS state
FROM best_of_pass GROUP BY row, col
ORDER BY floor((row - ?) / ?::DOUBLE), floor((col - ?) / ?::DOUBLE), row, col
"""


@contextmanager
def aggregate(passes: Sequence[PassFile], *, block: int = 512, spill: Path | None = None) -> Iterator[Aggregate]:
    """Combine passes: within a pass the best look of a cell, across passes 1 − Π(1 − pd) under their `common_cap`.

    `spill` is the folder for what does not fit in memory (default: beside the first pass). Raises `NotFoundError` where
    no pass has any cell, `InputError` where the grids differ.
    """
    grid = common_grid(passes)
    extents = [each.extent for each in passes if each.extent is not None]
    if not extents:
        raise NotFoundError("no pass saw any ground", remedy="Check the health verdict of the recordings")
    row, col = min(each.row for each in extents), min(each.col for each in extents)
    rows = max(each.row + each.rows for each in extents) - row
    cols = max(each.col + each.cols for each in extents) - col
    paths = [str(each.path) for each in passes]
    with (
        TemporaryDirectory(prefix=".aggregate.", dir=spill or passes[0].path.parent) as folder,
        connect(Path(folder)) as db,
    ):
        looks = [(str(each.path), look.index, look.end_us) for each in passes for look in each.looks]
        db.register(
            "looks",
            pa.table(
                {
                    "filename": pa.array([look[0] for look in looks], pa.string()),
                    "look": pa.array([look[1] for look in looks], pa.int32()),
                    "end_us": pa.array([look[2] for look in looks], pa.int64()),
                }
            ),
        )
        cells = db.sql(_CELLS, params=[paths, common_cap(passes), row, block, col, block])
        yield Aggregate(grid, Extent(row, col, rows, cols), block, iter(cells.to_arrow_reader(65_536)))
