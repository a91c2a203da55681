"""One Parquet file per pass: every look's cells, and in the file's metadata the looks, the grid and the model.

Rows are sorted by blocks of 64 by 64 cells, then row and column, so that a reader who asks for a place or a window
reads the few row groups whose statistics admit it. A file appears under its name only when it is whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from otear.coverage.resolution import ResolutionModel, over_passes
from otear.domain.looks import Look, LookCells
from otear.errors import InputError, NotFoundError
from otear.geo.frames import nearest_turn
from otear.geo.grid import SearchGrid

SCHEMA = pa.schema(
    [
        ("look", pa.int32()),
        ("row", pa.int32()),
        ("col", pa.int32()),
        ("visible", pa.bool_()),
        ("gsd_m", pa.float32()),
        ("depression_deg", pa.float32()),
        ("dwell_s", pa.float32()),
        ("share", pa.float32()),
        ("pd", pa.float32()),
    ]
)
_METADATA_KEY = b"otear.pass"
_ROWS_PER_GROUP = 65_536
_SORT_MEMORY = "128MB"


@dataclass(frozen=True)
class Extent:
    """The cells from `row` and `col` on, `rows` down and `cols` to the right."""

    row: int
    col: int
    rows: int
    cols: int


@dataclass(frozen=True)
class PassFile:
    """What a pass file says of itself: which footage, seen by which sensor, on which grid, judged by which model.

    `extent` holds every cell that was in a picture; None where no ground was.
    """

    path: Path
    footage_id: str
    sensor: str
    grid: SearchGrid
    model: ResolutionModel
    extent: Extent | None
    looks: tuple[Look, ...]

    @property
    def bounds_deg(self) -> tuple[float, float, float, float] | None:
        """West, south, east and north of the extent in degrees; west is greater than east over the antimeridian."""
        if self.extent is None:
            return None
        # The projection bows parallels and meridians, so that four corners would not hold the sides.
        steps = np.linspace(0.0, 1.0, 33)
        rows, cols = self.extent.row + self.extent.rows * steps, self.extent.col + self.extent.cols * steps
        lats, lons = self.grid.nodes(rows[:, None], cols[None, :])
        lons = nearest_turn(lons, lons[0, 0])
        west, east = np.degrees(nearest_turn([lons.min(), lons.max()]))
        return float(west), float(np.degrees(lats.min())), float(east), float(np.degrees(lats.max()))


@dataclass(frozen=True)
class LookAt:
    """One look at one place. `gsd_m` and `depression_deg` are None where the ground was hidden (`visible` is False)."""

    footage_id: str
    look: int
    start_us: int
    end_us: int
    visible: bool
    pd: float
    gsd_m: float | None
    depression_deg: float | None
    dwell_s: float

    @property
    def time(self) -> datetime:
        """When the look began, UTC."""
        return datetime.fromtimestamp(self.start_us / 1e6, UTC)


@dataclass(frozen=True)
class PlaceCoverage:
    """Everything that is known of how one place was looked at.

    `pd_total`: the best look of each pass, passes combined by `over_passes` under their `common_cap`. `never_looked`:
    the place was in no picture; a place that was in a picture but hidden has looks with `visible` False instead.
    """

    looks: tuple[LookAt, ...]
    pd_total: float

    @property
    def never_looked(self) -> bool:
        """Whether the place was outside every footprint."""
        return not self.looks


@contextmanager
def write_pass(
    path: Path, grid: SearchGrid, footage_id: str, sensor: str, model: ResolutionModel
) -> Iterator[PassWriter]:
    """Write a pass look by look; the file appears, whole and sorted, when the block ends without an error."""
    with TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
        writer = PassWriter(Path(folder))
        yield writer
        header = {
            "footage_id": footage_id,
            "sensor": sensor,
            "grid": asdict(grid),
            "model": model.to_json(),
            "extent": asdict(writer.extent) if writer.extent else None,
            "looks": [asdict(look) for look in writer.looks],
        }
        writer.finish(header).replace(path)


class PassWriter:
    """Takes looks in the order in which they end; memory is bounded by one row group."""

    def __init__(self, folder: Path) -> None:
        self.looks: list[Look] = []
        self.extent: Extent | None = None
        self._folder = folder
        self._spool = pq.ParquetWriter(folder / "spool.parquet", SCHEMA, compression="zstd")
        self._waiting: list[pa.Table] = []

    def add(self, look: Look, cells: LookCells) -> None:
        """Append one look and its cells."""
        self.looks.append(look)
        if len(cells):
            self.extent = _grown(self.extent, cells)
        self._waiting.append(pa.table(cells.columns(), schema=SCHEMA))
        if sum(len(table) for table in self._waiting) >= _ROWS_PER_GROUP:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            self._spool.write_table(pa.concat_tables(self._waiting))
        self._waiting = []

    def finish(self, header: dict[str, Any]) -> Path:
        """Sort what was added into one file with `header` in its metadata; returns its path."""
        self._flush()
        self._spool.close()
        whole = self._folder / "pass.parquet"
        schema = SCHEMA.with_metadata({_METADATA_KEY: json.dumps(header).encode()})
        with connect(self._folder) as connection, pq.ParquetWriter(whole, schema, compression="zstd") as out:
            ordered = connection.sql(
                "SELECT * FROM read_parquet(?) ORDER BY floor(row / 64.0), floor(col / 64.0), row, col, look",
                params=[str(self._folder / "spool.parquet")],
            )
            for batch in ordered.to_arrow_reader(_ROWS_PER_GROUP):
                out.write_batch(batch.cast(SCHEMA))
        return whole


def _grown(extent: Extent | None, cells: LookCells) -> Extent:
    """The smallest extent that holds another one and these cells."""
    corners = [(int(edge(cells.row)), int(edge(cells.col))) for edge in (np.min, np.max)]
    if extent is not None:
        corners += [(extent.row, extent.col), (extent.row + extent.rows - 1, extent.col + extent.cols - 1)]
    rows, cols = zip(*corners, strict=True)
    return Extent(min(rows), min(cols), max(rows) - min(rows) + 1, max(cols) - min(cols) + 1)


@contextmanager
def connect(spill: Path | None = None) -> Iterator[Any]:
    """A DuckDB connection in memory: a calculator over Parquet files, bounded in memory, that spills into `spill`."""
    connection = duckdb.connect(
        config={"memory_limit": _SORT_MEMORY, "temp_directory": str(spill / "spill") if spill else ""}
    )
    try:
        yield connection
    finally:
        connection.close()


def read_pass(path: Path) -> PassFile:
    """The header of a pass file; `InputError` where it is not one."""
    try:
        metadata = pq.read_schema(path).metadata or {}
        header = json.loads(metadata[_METADATA_KEY])
    except FileNotFoundError as error:
        raise NotFoundError("no such pass file", source=path, remedy="Ingest the recording again") from error
    except (pa.ArrowInvalid, KeyError) as error:
        raise InputError(
            "not a coverage pass file", source=path, remedy="Delete it and ingest the recording again"
        ) from error
    looks = (
        Look(
            **{
                **look,
                "outline": tuple(tuple((lon, lat) for lon, lat in ring) for ring in look["outline"]),
                "flags": tuple(look["flags"]),
            }
        )
        for look in header["looks"]
    )
    return PassFile(
        path,
        header["footage_id"],
        header["sensor"],
        SearchGrid(**header["grid"]),
        ResolutionModel.from_json(header["model"]),
        Extent(**header["extent"]) if header["extent"] else None,
        tuple(looks),
    )


def read_cells(path: Path) -> LookCells:
    """All rows of a pass file, in its order."""
    table = pq.read_table(path)
    return LookCells(**{name: table[name].to_numpy() for name in SCHEMA.names})


def common_grid(passes: Sequence[PassFile]) -> SearchGrid:
    """The grid that all passes share; `InputError` where they differ or there is none."""
    if not passes:
        raise NotFoundError("no pass has any coverage", remedy="Ingest a recording first")
    for other in passes[1:]:
        if other.grid != passes[0].grid:
            raise InputError(
                f"its grid {other.grid} is not that of {passes[0].path}: {passes[0].grid}",
                source=other.path,
                remedy="Combine passes of one workspace, or ingest the recording again on this grid",
            )
    return passes[0].grid


def common_cap(passes: Sequence[PassFile]) -> float:
    """The most that passes together may claim: as much as any one of them may."""
    return max(each.model.cap for each in passes)


def coverage_at(passes: Sequence[PassFile], lat_deg: float, lon_deg: float) -> PlaceCoverage:
    """How one place (degrees) was looked at in all passes; looks in the order of time."""
    if not passes:
        return PlaceCoverage((), 0.0)
    row, col = (int(value) for value in common_grid(passes).cells(np.radians(lat_deg), np.radians(lon_deg)))
    with connect() as connection:
        found = connection.sql(
            "SELECT filename, look, visible, pd, gsd_m, depression_deg, dwell_s"
            " FROM read_parquet(?, filename = true) WHERE row = ? AND col = ?",
            params=[[str(each.path) for each in passes], row, col],
        ).fetchall()
    by_path = {str(each.path): each for each in passes}
    looks = []
    for name, look, visible, pd, gsd, depression, dwell in found:
        source = by_path[name]
        when = source.looks[look]
        looks.append(
            LookAt(
                source.footage_id,
                look,
                when.start_us,
                when.end_us,
                visible,
                pd,
                gsd if visible else None,
                depression if visible else None,
                dwell,
            )
        )
    looks.sort(key=lambda look: (look.start_us, look.footage_id))
    best: dict[str, float] = {}
    for look in looks:
        best[look.footage_id] = max(best.get(look.footage_id, 0.0), look.pd)
    return PlaceCoverage(tuple(looks), over_passes(list(best.values()), common_cap(passes)))


def covered_km2(passed: PassFile) -> float:
    """Area in km² that was visible in a pass: its cells, each weighed by the largest part of it that one look saw."""
    with connect() as connection:
        ((cells,),) = connection.sql(
            "SELECT coalesce(sum(share), 0.0) FROM"
            " (SELECT max(share) AS share FROM read_parquet(?) WHERE visible GROUP BY row, col)",
            params=[str(passed.path)],
        ).fetchall()
    return float(cells) * passed.grid.area_m2 / 1e6
