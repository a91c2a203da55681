"""`otear aircraft`: the fleet, unarmed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from otear.cli.desk import desk_in
from otear.cli.output import JsonOption, out, print_json, uncut


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="The fleet, unarmed only.", no_args_is_help=True, rich_markup_mode=None)
    group.command(name="import")(import_aircraft)
    group.command(name="list")(list_aircraft)
    app.add_typer(group, name="aircraft")


def import_aircraft(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The aircraft's description, YAML or JSON.")],
    json: JsonOption = False,
) -> None:
    """Take in an aircraft. One that is not unarmed is refused."""
    from otear.workflow.fleet import import_aircraft as take_in

    aircraft = take_in(desk_in(context), file)
    if json:
        print_json(aircraft)
    else:
        out.print(f"Aircraft {aircraft.aircraft_id}: {aircraft.registration}, {aircraft.designation}")


def list_aircraft(context: typer.Context, json: JsonOption = False) -> None:
    """List the fleet."""
    from otear.workflow.fleet import fleet

    aircraft = fleet(desk_in(context))
    if json:
        print_json(aircraft)
        return
    table = Table("aircraft", "registration", "designation", "endurance", "sensors", box=None)
    uncut(table, 0)
    for one in aircraft:
        sensors = ", ".join(f"{sensor.name} ({sensor.kind})" for sensor in one.sensors)
        table.add_row(one.aircraft_id, one.registration, one.designation, f"{one.endurance_h:g} h", sensors)
    out.print(table)
