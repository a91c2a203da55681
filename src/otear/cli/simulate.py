"""`otear simulate`: recordings that the project makes for itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from otear.cli import (
    simulate_broadcast,
    simulate_exercise,
    simulate_fly,
    simulate_scenes,
    simulate_sheet,
    simulate_world,
)
from otear.cli.output import JsonOption, out, print_json


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="Synthetic recordings.", no_args_is_help=True, rich_markup_mode=None)
    group.callback()(_group)
    group.command(name="clip")(clip)
    simulate_world.register(group)
    simulate_fly.register(group)
    simulate_broadcast.register(group)
    simulate_exercise.register(group)
    simulate_sheet.register(group)
    simulate_scenes.register(group)
    app.add_typer(group, name="simulate")


def _group() -> None:
    """Synthetic recordings."""


def clip(
    to: Annotated[Path, typer.Option("--out", help="Folder for clip.ts and terrain.tif.")],
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same bytes.")] = 7,
    seconds: Annotated[float, typer.Option(min=1.0, max=600.0, help="Length of the recording.")] = 10.0,
    repeat: Annotated[int, typer.Option(min=1, help="How often the flight follows itself, clocks going on.")] = 1,
    json: JsonOption = False,
) -> None:
    """Make a small STANAG 4609 recording over synthetic terrain, and that terrain as a GeoTIFF."""
    from otear.simulate.clip import write_clip

    to.mkdir(parents=True, exist_ok=True)
    recording, ground = to / "clip.ts", to / "terrain.tif"
    write_clip(recording, ground, seed=seed, seconds=seconds, repeats=repeat)
    if json:
        print_json({"files": [recording, ground]})
    else:
        out.print(f"Recording {recording}\nTerrain   {ground}")
