"""What was looked at: one place, or everything, for a map."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from otear.coverage.aggregate import aggregate
from otear.coverage.files import coverage_at, read_pass
from otear.coverage.raster import write_raster
from otear.coverage.vector import write_geopackage, write_geoparquet
from otear.domain.times import utc_text
from otear.errors import InputError, NotFoundError
from otear.store.workspace import COVERAGE_FILE, Workspace
from otear.workflow.footage import find


def at(workspace: Workspace, lat_deg: float, lon_deg: float) -> dict[str, Any]:
    """Every look at one place in degrees, all passes together, and whether it was never looked at."""
    ids = workspace.store.passes_at(lat_deg, lon_deg)
    answer = coverage_at([read_pass(workspace.derived(one) / COVERAGE_FILE) for one in ids], lat_deg, lon_deg)
    return {
        "lat": lat_deg,
        "lon": lon_deg,
        "looks": [
            {
                "time": utc_text(look.start_us),
                "end": utc_text(look.end_us),
                "footage_id": look.footage_id,
                "look": look.look,
                "pd": look.pd,
                "gsd_m": look.gsd_m,
                "depression_deg": look.depression_deg,
                "dwell_s": look.dwell_s,
                "visible": look.visible,
            }
            for look in answer.looks
        ],
        "pd_total": answer.pd_total,
        "never_looked": answer.never_looked,
    }


def export(workspace: Workspace, path: Path, footage: Sequence[str]) -> dict[str, Any]:
    """Write the coverage of these recordings, or of all, by the ending of `path`. Raises `InputError`."""
    writers = {".tif": "raster", ".tiff": "raster", ".gpkg": "geopackage", ".parquet": "geoparquet"}
    kind = writers.get(path.suffix.lower())
    if kind is None:
        raise InputError(
            f"cannot write coverage as {path.suffix or 'a file without an ending'}",
            source=path,
            field="--out",
            remedy="End the name in .tif, .gpkg or .parquet",
        )
    named = {row.footage_id: row for row in (find(workspace, name) for name in footage)}
    rows = list(named.values()) or workspace.store.all_footage()
    passes = [
        read_pass(workspace.derived(row.footage_id) / COVERAGE_FILE) for row in rows if row.bounds_deg is not None
    ]
    if not passes:
        raise NotFoundError("no recording saw any ground", source=workspace.root, remedy="Ingest a recording first")
    path.parent.mkdir(parents=True, exist_ok=True)
    with aggregate(passes) as cells:
        match kind:
            case "raster":
                write_raster(cells, path)
            case "geopackage":
                write_geopackage(cells, passes, path)
            case _:
                write_geoparquet(cells, path)
        extent, grid = cells.extent, cells.grid
    return {"file": path, "passes": len(passes), "rows": extent.rows, "cols": extent.cols, "crs": grid.crs}
