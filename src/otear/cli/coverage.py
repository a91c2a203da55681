"""`otear coverage`: what was looked at, how well, and what never was."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from otear.cli.desk import desk_in
from otear.cli.output import JsonOption, out, print_json, print_warnings, uncut


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(
        help="What was looked at, how well, and what never was.", no_args_is_help=True, rich_markup_mode=None
    )
    group.command(name="export")(export)
    group.command(name="at")(at)
    app.add_typer(group, name="coverage")


def export(
    context: typer.Context,
    to: Annotated[Path, typer.Option("--out", help="A .tif (cloud-optimised), .gpkg or .parquet file.")],
    footage: Annotated[
        list[str] | None, typer.Option(help="Only these recordings; may be repeated. Default: all.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Write the coverage of all recordings on the search grid."""
    from otear.authority.roles import Action
    from otear.workflow.coverage import export as export_coverage
    from otear.workflow.footage import chosen
    from otear.workflow.held import in_reach

    desk = desk_in(context)
    sources, withheld = in_reach(desk, chosen(desk.workspace, footage or []), Action.EXPORT_COVERAGE)
    summary = {**export_coverage(desk, sources, to), "withheld": withheld}
    if json:
        print_json(summary)
    else:
        out.print(f"{summary['file']}: {summary['passes']} passes, {summary['rows']} × {summary['cols']} cells")
        _print_withheld(withheld)


def at(
    context: typer.Context,
    lat: Annotated[float, typer.Option(min=-90.0, max=90.0, help="Latitude in degrees.")],
    lon: Annotated[float, typer.Option(min=-180.0, max=180.0, help="Longitude in degrees.")],
    json: JsonOption = False,
) -> None:
    """Tell every look at one place; a place outside every footprint was never looked at."""
    from otear.authority.roles import Action
    from otear.workflow.coverage import at as coverage_at
    from otear.workflow.footage import chosen
    from otear.workflow.held import in_reach

    desk = desk_in(context)
    sources, withheld = in_reach(desk, chosen(desk.workspace, []), Action.PROCESS)
    answer = coverage_at(desk, sources, lat, lon, withheld=withheld)
    if json:
        print_json(answer)
        return
    _print_withheld(withheld)
    if not answer["looks"]:
        out.print("Never looked at." if answer["never_looked"] else "Not looked at by what may be worked on.")
        return
    table = Table("time", "footage", "visible", "probability of detection", "GSD", "depression", box=None)
    uncut(table, 0, 1)
    for look in answer["looks"]:
        seen = look["visible"]
        table.add_row(
            look["time"],
            look["footage_id"],
            "yes" if seen else "hidden by terrain",
            f"{look['pd']:.3f}",
            f"{look['gsd_m']:.2f} m" if seen else "",
            f"{look['depression_deg']:.0f}°" if seen else "",
        )
    out.print(table)
    out.print(f"All passes together: {answer['pd_total']:.3f}")


def _print_withheld(withheld: int) -> None:
    if withheld:
        print_warnings([f"{withheld} recordings are left out: in quarantine, without authority in force, or purged."])
