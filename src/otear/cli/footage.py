"""`otear footage`: what is in the recordings of a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from otear.cli.ingest import print_summary
from otear.cli.options import TerrainDatumOption, TerrainOption, chosen_terrain
from otear.cli.output import JsonOption, out, print_json, uncut
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
    app.add_typer(group, name="footage")


def list_footage(context: typer.Context, json: JsonOption = False) -> None:
    """List the recordings, oldest ingest first."""
    from otear.store.workspace import open_workspace

    rows = open_workspace(context.obj).store.all_footage()
    if json:
        print_json([row.summary for row in rows])
        return
    table = Table("footage", "file", "start", "duration", "packets", "looks", "km²", box=None)
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
        )
    out.print(table)


def show(context: typer.Context, footage_id: FootageArgument, json: JsonOption = False) -> None:
    """Show what `ingest` found in a recording."""
    from otear.store.workspace import open_workspace
    from otear.workflow.footage import find

    summary = find(open_workspace(context.obj), footage_id).summary
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
    from otear.store.workspace import open_workspace
    from otear.workflow.footage import find, packet_items

    workspace = open_workspace(context.obj)
    packet, items = packet_items(workspace, find(workspace, footage_id), at)
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
        Path | None, typer.Option("--out", help="A .geojson or .kml file; GeoJSON is printed if unset.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Write the sensor's track and the footprints of its looks, as GeoJSON or KML."""
    from otear.store.workspace import open_workspace
    from otear.workflow.footage import find, track_geojson, write_track

    workspace = open_workspace(context.obj)
    row = find(workspace, footage_id)
    if to is None:
        print_json(track_geojson(workspace, row))
        return
    write_track(workspace, row, to)
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
    from otear.store.workspace import open_workspace
    from otear.workflow.footage import find
    from otear.workflow.quicklook import quicklook as draw

    workspace = open_workspace(context.obj)
    row = find(workspace, footage_id)
    draw(workspace, row, to, terrain=chosen_terrain(workspace, terrain, terrain_datum))
    if json:
        print_json({"footage_id": row.footage_id, "picture": to})
    else:
        out.print(f"Picture {to}")
