"""`otear detect`: what a recording shows that deserves eyes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from otear.cli.desk import desk_in
from otear.cli.footage import FootageArgument
from otear.cli.options import SensorOption, TerrainDatumOption, TerrainOption, chosen_terrain
from otear.cli.output import JsonOption, facts_table, out, print_json, print_warnings, progress_bars, uncut
from otear.domain.times import utc_text

if TYPE_CHECKING:
    from otear.domain.cues import Cue

_SHOWN = 30


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="detect")(detect)


def detect(
    context: typer.Context,
    footage_id: FootageArgument,
    sensor: SensorOption = None,
    black_hot: Annotated[
        bool | None,
        typer.Option(
            "--black-hot/--white-hot",
            help="Whether what is hot is dark in thermal pictures.  [default: as the stream's flags say, else bright]",
        ),
    ] = None,
    detector: Annotated[
        list[Path] | None,
        typer.Option(help="Description of an ONNX detector of your own, beside ours; may be repeated."),
    ] = None,
    against: Annotated[
        str | None, typer.Option(help="An earlier recording of the same ground: what has changed is a cue, too.")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(help="A PNG to draw: the surest cues, as the recording shows them.")
    ] = None,
    terrain: TerrainOption = None,
    terrain_datum: TerrainDatumOption = None,
    json: JsonOption = False,
) -> None:
    """Find cues in a recording, put them on the ground with their errors, and let them join sites.

    Cues are things and places, never people. The same recording looked through again changes nothing.
    """
    from otear.authority.roles import Action
    from otear.domain.authority import SensorKind
    from otear.workflow.detect import sensor_of
    from otear.workflow.detected import detect as look_through
    from otear.workflow.detected import draw
    from otear.workflow.families import family_of
    from otear.workflow.footage import find
    from otear.workflow.held import held

    desk = desk_in(context)
    source = held(desk, find(desk.workspace, footage_id), Action.PROCESS)
    earlier = None if against is None else held(desk, find(desk.workspace, against), Action.PROCESS)
    kind = sensor_of(source.row, None if sensor is None else SensorKind(sensor))
    family = family_of(kind, detector or [])
    ground = chosen_terrain(desk.workspace, terrain, terrain_datum)
    with progress_bars() as bars:
        found = look_through(
            desk,
            source.row,
            source.authority,
            family,
            sensor=kind,
            earlier=earlier,
            terrain=ground,
            black_hot=black_hot,
            progress=bars,
        )
    if picture is not None:
        draw(desk, source.row, source.authority, found.cues, picture)
    if json:
        print_json({**found.document(), "picture": picture})
        return
    _print(found.document(), found.cues)
    if picture is not None:
        out.print(f"Picture {picture}")


def _print(document: dict[str, Any], cues: tuple[Cue, ...]) -> None:
    work = document["work"]
    facts = {
        "detectors": document["detectors"],
        "pictures": f"{work['pictures']:,}, of which {work['unregistered']:,} could not be laid onto the one before",
        "key frames": f"{work['key_frames']:,} looked at, {work['key_frames_dropped']:,} dropped",
        "left out": f"{work['no_ground']:,} pictures without ground or metadata, {work['damaged']:,} damaged packets",
        "cues": len(cues),
        "sites": ", ".join(document["sites"]) or "none",
    }
    out.print(facts_table(f"Footage {document['footage_id']}", facts))
    table = Table("cue", "kind", "sure", "place", "CE90 m", "time", "pictures", box=None)
    uncut(table, 0, 3, 5)
    for cue in sorted(cues, key=lambda one: -one.real)[:_SHOWN]:
        table.add_row(
            cue.cue_id,
            cue.kind.value.replace("_", " "),
            f"{cue.real:.0%}",
            cue.place.mgrs,
            f"{cue.place.ce90_m:.0f}",
            utc_text(cue.time_us),
            f"{cue.pictures} of {cue.looked}",
        )
    if cues:
        out.print(table)
    if len(cues) > _SHOWN:
        out.print(f"and {len(cues) - _SHOWN} less sure ones (--json lists all)")
    print_warnings(document["warnings"])
