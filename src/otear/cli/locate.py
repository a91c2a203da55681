"""`otear locate`: pixels to places on the ground, each with its error."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from typer.core import TyperCommand

from otear.cli.desk import desk_in
from otear.cli.footage import FootageArgument
from otear.cli.options import TerrainDatumOption, TerrainOption, chosen_terrain
from otear.cli.output import JsonOption, facts_table, out, print_json, print_warnings


class Pixels(tuple[tuple[float, float], ...]):
    """Pixels (x, y) as they were given."""


def _pixels(given: Sequence[tuple[str, str]]) -> Pixels:
    return Pixels((float(x), float(y)) for x, y in given)


class _Command(TyperCommand):
    """Lets `--pixel` be repeated with two numbers each time, which annotations cannot say."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        pixel: Any = next(parameter for parameter in self.params if parameter.name == "pixel")
        pixel.multiple, pixel.nargs, pixel.metavar = True, 2, "X Y"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="locate", cls=_Command)(locate)


def locate(
    context: typer.Context,
    footage_id: FootageArgument,
    time: Annotated[float, typer.Option(help="Seconds from the start of the recording.")],
    pixel: Annotated[
        Pixels,
        typer.Option(parser=_pixels, help="Pixel X Y from the top left corner of the picture; may be repeated."),
    ],
    terrain: TerrainOption = None,
    terrain_datum: TerrainDatumOption = None,
    use_flagged: Annotated[
        bool, typer.Option("--use-flagged", help="Also use packets whose checksum failed; every place then says so.")
    ] = False,
    picture: Annotated[
        Path | None, typer.Option(help="A PNG to draw: the pixels, and the places with their ellipses.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Put pixels on the terrain, each with its error ellipse and the budget behind it."""
    from otear.authority.roles import Action
    from otear.workflow.footage import find
    from otear.workflow.held import held
    from otear.workflow.locate import draw
    from otear.workflow.locate import locate as locate_pixels

    desk = desk_in(context)
    source = held(desk, find(desk.workspace, footage_id), Action.PROCESS)
    ground = chosen_terrain(desk.workspace, terrain, terrain_datum)
    located = locate_pixels(
        desk, source.row, source.authority, time_s=time, pixels=pixel, terrain=ground, use_flagged=use_flagged
    )
    if picture is not None:
        draw(desk, source.row, source.authority, located, picture, time_s=time, terrain=ground)
    documents = [each.document() for each in located]
    if json:
        print_json(documents)
        return
    for document in documents:
        _print_place(document)
    if picture is not None:
        out.print(f"Picture {picture}")


def _print_place(place: dict[str, Any]) -> None:
    x, y = place["pixel"]
    title = f"Pixel {x:g}, {y:g} at {place['time']}"
    if place.get("miss"):
        out.print(f"{title}: no place on the ground: {place['miss']}")
        return
    ellipse = place["ellipse"]
    facts = {
        "place": f"{place['lat']:.7f}, {place['lon']:.7f}   {place['dms']}",
        "MGRS": place["mgrs"],
        "UTM": place["utm"] or "none so near the pole",
        "height": f"{place['height_hae_m']:.1f} m above the ellipsoid, {place['height_msl_m']:.1f} m above sea level",
        "error": f"CE90 {place['ce90_m']:.1f} m, LE90 {place['le90_m']:.1f} m",
        "90% ellipse": "{semi_major_m:.1f} × {semi_minor_m:.1f} m, major axis {azimuth_deg:.0f}°".format(**ellipse),
        "seen": f"{place['slant_range_m']:.0f} m away, {place['depression_deg']:.1f}° below the horizon, "
        f"{place['gsd_m']:.2f} m a pixel",
        "terrain": place["terrain"],
        "pedigree": place["pedigree"],
    }
    out.print(facts_table(title, facts))
    table = Table("source of error", "share of the horizontal variance", box=None)
    for row in place["budget"]:
        table.add_row(row["source"], f"{row['share']:6.1%}  " + "█" * round(40 * row["share"]))
    out.print(table)
    print_warnings(place["warnings"])
