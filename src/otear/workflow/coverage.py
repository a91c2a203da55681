"""What was looked at: one place, or everything, for a map."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from otear.authority.roles import Action
from otear.coverage.aggregate import aggregate
from otear.coverage.files import PassFile, coverage_at, read_pass
from otear.coverage.raster import write_raster
from otear.coverage.vector import write_geopackage, write_geoparquet
from otear.domain.authority import DataKind
from otear.domain.times import utc_text
from otear.errors import InputError, NotFoundError
from otear.store.workspace import COVERAGE_FILE
from otear.workflow.desk import Desk
from otear.workflow.held import Held, all_held, exporting, under


def at(desk: Desk, sources: Sequence[Held], lat_deg: float, lon_deg: float, *, withheld: int = 0) -> dict[str, Any]:
    """Every look of these recordings at one place in degrees, all passes together, and whether it was never looked at.

    Raises `RefusedError` where an authority does not allow it.
    """
    by_id = {one.row.footage_id: one for one in all_held(sources)}
    reaching = [by_id[one] for one in desk.workspace.store.passes_at(lat_deg, lon_deg) if one in by_id]
    passes = [_pass(desk, one, Action.PROCESS) for one in reaching]
    answer = coverage_at(passes, lat_deg, lon_deg)
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
        # What is withheld may have looked: then nobody can say that nothing did.
        "never_looked": None if answer.never_looked and withheld else answer.never_looked,
        "withheld": withheld,
    }


def export(desk: Desk, sources: Sequence[Held], path: Path) -> dict[str, Any]:
    """Write the coverage of these recordings, by the ending of `path`.

    Raises `InputError` for another ending or for nothing to write, `RefusedError` where an authority does not allow it.
    """
    sources = all_held(sources)
    writers = {".tif": "raster", ".tiff": "raster", ".gpkg": "geopackage", ".parquet": "geoparquet"}
    kind = writers.get(path.suffix.lower())
    if kind is None:
        raise InputError(
            f"cannot write coverage as {path.suffix or 'a file without an ending'}",
            source=path,
            field="--out",
            remedy="End the name in .tif, .gpkg or .parquet",
        )
    seen = [one for one in sources if one.row.bounds_deg is not None]
    passes = [_pass(desk, one, Action.EXPORT_COVERAGE) for one in seen]
    if not passes:
        raise NotFoundError(
            "no recording that may be worked on saw any ground",
            source=desk.workspace.root,
            remedy="Ingest a recording under an authority that covers it",
        )
    shown = [(one.row, one.authority) for one in seen]
    with (
        aggregate(passes) as cells,
        exporting(desk, path, shown, Action.EXPORT_COVERAGE, DataKind.COVERAGE) as draft,
    ):
        match kind:
            case "raster":
                write_raster(cells, draft)
            case "geopackage":
                write_geopackage(cells, passes, draft)
            case _:
                write_geoparquet(cells, draft)
        extent, grid = cells.extent, cells.grid
    return {"file": path, "passes": len(passes), "rows": extent.rows, "cols": extent.cols, "crs": grid.crs}


def _pass(desk: Desk, source: Held, action: Action) -> PassFile:
    under(desk, source.row, source.authority, action, DataKind.COVERAGE)
    return read_pass(desk.workspace.derived(source.row.footage_id) / COVERAGE_FILE)
