"""`otear footage`: what is in the recordings of a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from otear.cli.desk import desk_in
from otear.cli.ingest import print_summary
from otear.cli.options import (
    AircraftOption,
    PurposeOption,
    SensorOption,
    TerrainDatumOption,
    TerrainOption,
    chosen_terrain,
    stated_facts,
)
from otear.cli.output import JsonOption, out, print_json, progress_bars, uncut
from otear.domain.times import utc_text

FootageArgument = Annotated[str, typer.Argument(help="A footage identifier, its beginning, or `latest`.")]


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="What is in the recordings of a workspace.", no_args_is_help=True, rich_markup_mode=None)
    group.command(name="list")(list_footage)
    group.command(name="show")(show)
    group.command(name="packets")(packets)
    group.command(name="track")(track)
    group.command(name="quicklook")(quicklook)
    group.command(name="adopt")(adopt)
    app.add_typer(group, name="footage")


def list_footage(context: typer.Context, json: JsonOption = False) -> None:
    """List the recordings, oldest ingest first."""
    from otear.workflow.footage import listed

    rows = listed(desk_in(context))
    if json:
        print_json([row.summary for row in rows])
        return
    table = Table("footage", "file", "start", "duration", "packets", "looks", "km²", "authority", box=None)
    uncut(table, 0, 2)
    for row in rows:
        summary = row.summary
        table.add_row(
            row.footage_id,
            row.name,
            "unknown" if row.start_us is None else utc_text(row.start_us),
            f"{summary['duration_s']:.1f} s",
            f"{summary['packets']['valid']}/{summary['packets']['total']}",
            str(summary["looks"]),
            f"{summary['covered_km2']:.3f}",
            row.authority_id or "quarantine",
        )
    out.print(table)


def show(context: typer.Context, footage_id: FootageArgument, json: JsonOption = False) -> None:
    """Show what `ingest` found in a recording."""
    from otear.workflow.footage import find, shown

    desk = desk_in(context)
    summary = shown(desk, find(desk.workspace, footage_id))
    if json:
        print_json(summary)
    else:
        print_summary(summary)


def packets(
    context: typer.Context,
    footage_id: FootageArgument,
    at: Annotated[int, typer.Option(help="Number of the packet in the recording, from 0.")] = 0,
    json: JsonOption = False,
) -> None:
    """Show one metadata packet item by item, with its verdict and its repairs."""
    from otear.workflow.footage import find, packet_items

    desk = desk_in(context)
    packet, items = packet_items(desk, find(desk.workspace, footage_id), at)
    if json:
        print_json({"packet": {**packet, "raw": packet["raw"].hex()}, "items": items})
        return
    out.print(
        f"Packet {packet['index']} at byte {packet['offset']}: {packet['standard']}, checksum {packet['checksum']}, "
        f"{'trusted' if packet['trusted'] else 'not trusted'}"
    )
    for repair in packet["repairs"]:
        out.print(f"  repaired: {repair['kind']} at byte {repair['offset']}: {repair['detail']}")
    for doubt in packet["doubts"]:
        out.print(f"  doubt: {doubt}")
    table = Table("item", "name", "value", "unit", box=None)
    for item in items:
        table.add_row(str(item["item"]), item["name"], str(item["value"]), item["unit"])
    out.print(table)


def track(
    context: typer.Context,
    footage_id: FootageArgument,
    to: Annotated[
        Path | None, typer.Option("--out", help="A .geojson, .kml or .cot file; GeoJSON is printed if unset.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Write the sensor's track and the footprints of its looks, as GeoJSON or KML, or the track as CoT events."""
    from otear.workflow.footage import find
    from otear.workflow.track import track_geojson, write_track

    desk = desk_in(context)
    row = find(desk.workspace, footage_id)
    if to is None:
        print_json(track_geojson(desk, row))
        return
    write_track(desk, row, to)
    if json:
        print_json({"footage_id": row.footage_id, "file": to})
    else:
        out.print(f"Track {to}")


def quicklook(
    context: typer.Context,
    footage_id: FootageArgument,
    to: Annotated[Path, typer.Option("--out", help="The PNG to write.")],
    terrain: TerrainOption = None,
    terrain_datum: TerrainDatumOption = None,
    json: JsonOption = False,
) -> None:
    """Draw track, footprints and coverage over shaded relief, beside a picture of the recording."""
    from otear.authority.roles import Action
    from otear.workflow.footage import find
    from otear.workflow.held import held
    from otear.workflow.quicklook import quicklook as draw

    desk = desk_in(context)
    source = held(desk, find(desk.workspace, footage_id), Action.VIEW_IMAGERY)
    draw(desk, source.row, source.authority, to, terrain=chosen_terrain(desk.workspace, terrain, terrain_datum))
    if json:
        print_json({"footage_id": source.row.footage_id, "picture": to})
    else:
        out.print(f"Picture {to}")


def adopt(
    context: typer.Context,
    footage_id: FootageArgument,
    authority: Annotated[str, typer.Option(help="The authority that covers the flight.")],
    sensor: SensorOption = None,
    aircraft: AircraftOption = None,
    purpose: PurposeOption = None,
    terrain: TerrainOption = None,
    terrain_datum: TerrainDatumOption = None,
    json: JsonOption = False,
) -> None:
    """Take a recording out of quarantine, under an authority that covers it, and work out what was looked at."""
    from otear.workflow.adopt import adopt as adopt_footage
    from otear.workflow.authorities import acting_named
    from otear.workflow.footage import find

    desk = desk_in(context)
    row, consent = find(desk.workspace, footage_id), acting_named(desk, authority)
    stated = stated_facts(sensor, aircraft, purpose)
    ground = chosen_terrain(desk.workspace, terrain, terrain_datum)
    with progress_bars() as bars:
        adoption = adopt_footage(desk, row, consent, stated, terrain=ground, progress=bars)
    adoption.decision.enforce()
    if json:
        print_json(adoption.row.summary)
    else:
        print_summary(adoption.row.summary)
