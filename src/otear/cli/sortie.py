"""`otear sortie`: flights as they are planned, and files of them for the cockpit and for ground stations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from otear.cli.desk import desk_in
from otear.cli.options import TerrainDatumOption, TerrainOption, chosen_terrain
from otear.cli.output import JsonOption, facts_table, out, print_json, print_warnings

if TYPE_CHECKING:
    from otear.geo.terrain.base import Terrain
    from otear.workflow.desk import Desk
    from otear.workflow.sorties import Planned

SortieArgument = Annotated[Path, typer.Argument(help="The sortie's document, YAML or JSON.")]
UnderOption = Annotated[
    str | None,
    typer.Option(
        "--authority", help="To fly under. Default: the authority that the document names, else the only one."
    ),
]
FleetOption = Annotated[
    str | None,
    typer.Option("--aircraft", help="The aircraft of the fleet, where several have the registration that it names."),
]
WindOption = Annotated[float, typer.Option("--wind-mps", min=0.0, max=100.0, help="Wind in metres a second.")]
WindFromOption = Annotated[
    float, typer.Option("--wind-from", min=0.0, max=360.0, help="Where it comes from, degrees clockwise from north.")
]
GustOption = Annotated[
    float, typer.Option("--gust-mps", min=0.0, max=50.0, help="Gusts about it, one standard deviation.")
]


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="Flights as they are planned.", no_args_is_help=True, rich_markup_mode=None)
    group.command(name="show")(show)
    group.command(name="export")(export)
    app.add_typer(group, name="sortie")


def show(
    context: typer.Context,
    file: SortieArgument,
    authority: UnderOption = None,
    aircraft: FleetOption = None,
    wind_mps: WindOption = 0.0,
    wind_from: WindFromOption = 0.0,
    gust_mps: GustOption = 0.0,
    terrain: TerrainOption = None,
    terrain_datum: TerrainDatumOption = None,
    picture: Annotated[Path | None, typer.Option(help="A PNG to draw: path, tasks and airspace on a map.")] = None,
    json: JsonOption = False,
) -> None:
    """Lay a sortie out, put it to its authority, and tell its legs, times and fuel."""
    from otear.workflow.sorties import picture as draw

    desk, ground = _at_work(context, terrain, terrain_datum)
    one = _planned(desk, file, authority, aircraft, (wind_mps, wind_from, gust_mps), ground)
    if picture is not None:
        draw(desk, one, one.authority, picture, terrain=ground)
    if json:
        print_json(_summary(one) | {"picture": picture})
        return
    _print(one)
    if picture is not None:
        out.print(f"Picture {picture}")


def export(
    context: typer.Context,
    file: SortieArgument,
    to: Annotated[Path, typer.Option("--out", help="A .kml, .geojson, .plan (QGroundControl) or .cot file.")],
    authority: UnderOption = None,
    aircraft: FleetOption = None,
    wind_mps: WindOption = 0.0,
    wind_from: WindFromOption = 0.0,
    gust_mps: GustOption = 0.0,
    terrain: TerrainOption = None,
    terrain_datum: TerrainDatumOption = None,
    json: JsonOption = False,
) -> None:
    """Write a sortie for a map, a ground station or a common picture, if its authority allows it."""
    from otear.workflow.sorties import export as write

    desk, ground = _at_work(context, terrain, terrain_datum)
    one = _planned(desk, file, authority, aircraft, (wind_mps, wind_from, gust_mps), ground)
    warnings = write(desk, one, one.authority, to)
    if json:
        print_json({"sortie_id": one.sortie.sortie_id, "file": to, "warnings": warnings})
        return
    print_warnings(warnings)
    out.print(f"Sortie {to}")


def _at_work(context: typer.Context, paths: list[Path] | None, datum: Any) -> tuple[Desk, Terrain | None]:
    desk = desk_in(context)
    return desk, chosen_terrain(desk.workspace, paths, datum)


def _planned(
    desk: Desk,
    file: Path,
    authority: str | None,
    aircraft: str | None,
    wind: tuple[float, float, float],
    terrain: Terrain | None,
) -> Planned:
    from otear.flight.wind import Wind
    from otear.workflow.sorties import authority_of, planned, read

    sortie = read(desk, file)
    consent = authority_of(desk, sortie, authority)
    return planned(desk, sortie, consent, aircraft=aircraft, wind=Wind(*wind), terrain=terrain)


def _summary(one: Planned) -> dict[str, Any]:
    """What there is to know of a planned sortie, for scripts."""
    from otear.domain.times import utc_text
    from otear.workflow.sorties import fuel_left, parts_of

    route = one.route
    return {
        "sortie_id": one.sortie.sortie_id,
        "name": one.sortie.name,
        "aircraft": one.aircraft.registration,
        "aircraft_id": one.aircraft.aircraft_id,
        "sensor": one.sortie.sensor,
        "purpose": one.sortie.purpose,
        "authority_id": one.authority.authority_id,
        "allowed": {"rule": one.decision.rule, "because": one.decision.because.en, "es": one.decision.because.es},
        "wind": one.wind,
        "depart": utc_text(route.starts_us[0]),
        "back": utc_text(route.starts_us[-1]),
        "duration_s": route.duration_s,
        "length_m": route.length_m,
        "fuel": fuel_left(one),
        "parts": parts_of(one),
    }


def _print(one: Planned) -> None:
    summary = _summary(one)
    hours, minutes = divmod(round(summary["duration_s"] / 60.0), 60)
    fuel = summary["fuel"]
    facts = {
        "aircraft": f"{summary['aircraft']}, {summary['sensor']}",
        "depart": summary["depart"],
        "back": f"{summary['back']}, after {hours} h {minutes:02d} min and {summary['length_m'] / 1000.0:.1f} km",
        "fuel": f"{fuel['used']:.2f} {fuel['unit']} used, {fuel['left']:.2f} left above the reserve",
        "wind": f"{one.wind.mps:g} m/s from {one.wind.from_deg:g}°, gusts {one.wind.gust_mps:g} m/s",
        "authority": f"{summary['authority_id']}: {summary['allowed']['because']}",
    }
    out.print(facts_table(f"Sortie {summary['sortie_id']}: {summary['name']}", facts))
    table = Table("from", "what", "task", "km", "height (m)", "m/s", box=None)
    for column in table.columns:
        column.no_wrap = True
    for part in summary["parts"]:
        start, end = part["start_msl_m"], part["end_msl_m"]
        table.add_row(
            part["start"][11:19],
            part["what"],
            part["task"] or "",
            f"{part['length_m'] / 1000.0:.1f}",
            f"{start:.0f}" if abs(start - end) < 10.0 else f"{start:.0f} to {end:.0f}",
            f"{part['ground_speed_mps']:.0f}",
        )
    out.print(table)
    out.print("Heights are above mean sea level, speeds over the ground.")
