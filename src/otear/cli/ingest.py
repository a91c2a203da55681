"""`otear ingest`: recordings in; packets, telemetry, looks and coverage out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from otear.cli.options import TerrainDatumOption, TerrainOption, chosen_terrain
from otear.cli.output import JsonOption, facts_table, out, print_json, print_warnings, progress_bars


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="ingest")(ingest)


def ingest(
    context: typer.Context,
    sources: Annotated[list[Path], typer.Argument(help="STANAG 4609 transport streams or raw KLV files.")],
    terrain: TerrainOption = None,
    terrain_datum: TerrainDatumOption = None,
    authority: Annotated[
        str | None, typer.Option(help="The authority that the flight was made under (this version keeps none).")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Read recordings: keep every packet, judge the stream's health, and work out what was really looked at."""
    from otear.domain.clock import SystemClock
    from otear.store.workspace import open_workspace
    from otear.workflow.ingest import ingest as ingest_one

    workspace = open_workspace(context.obj)
    ground = chosen_terrain(workspace, terrain, terrain_datum)
    results: list[dict[str, Any]] = []
    for source in sources:
        with progress_bars() as bars:
            results.append(
                ingest_one(
                    workspace, source, terrain=ground, authority_id=authority, clock=SystemClock(), progress=bars
                )
            )
        if not json:
            print_summary(results[-1])
    if json:
        print_json(results[0] if len(results) == 1 else results)


def print_summary(footage: dict[str, Any]) -> None:
    """Tell a person what is in a recording and how far it can be trusted."""
    video, packets, health = footage["video"], footage["packets"], footage["health"]
    picture = "none" if video is None else "{codec} {width} × {height}, {fps:.3g} frames a second".format(**video)
    facts = {
        "file": footage["name"],
        "standard": footage["standard"],
        "duration": f"{footage['duration_s']:.1f} s, {footage['frames']} frames",
        "picture": picture,
        "packets": "{total} kept: {valid} valid, {flagged} flagged, {repaired} repaired".format(**packets),
        "vmti targets": footage["vmti_targets"],
        "looks": f"{footage['looks']} at {footage['covered_km2']:.3f} km²",
        "terrain": footage["terrain"] or "none",
        "attitude lag": _number(health["lag_ms"], "ms"),
        "pointing": f"{_number(health['pointing_rms_deg'], '° rms')}, {_number(health['pointing_p90_deg'], '° p90')}; "
        f"{_number(health['fitted_rms_deg'], '° rms')} after fitting lag and mount",
        "slant range": health["range_pedigree"],
    }
    out.print(facts_table(f"Footage {footage['footage_id']}", facts))
    if footage["repairs"]:
        table = Table("repair", "times", "first at byte", box=None, title="Repairs", title_justify="left")
        for repair in footage["repairs"]:
            table.add_row(repair["kind"], str(repair["count"]), str(repair["first_offset"]))
        out.print(table)
    print_warnings(health["warnings"])


def _number(value: float | None, unit: str) -> str:
    return "unknown" if value is None else f"{value:.3g} {unit}".replace(" °", "°")
