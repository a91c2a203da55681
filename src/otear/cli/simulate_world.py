"""`otear simulate world`: a land to fly over, and what is hidden in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from otear.cli.options import TerrainDatumOption
from otear.cli.output import JsonOption, out, print_json, progress_bars


def register(group: typer.Typer) -> None:
    """Add the command to `otear simulate`."""
    group.command(name="world")(world)


def world(
    to: Annotated[Path, typer.Option("--out", help="A new folder for the world.")],
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same bytes, and opens the truth.")] = 7,
    sites: Annotated[int, typer.Option(min=0, max=2_000, help="Hidden sites, over all of its twelve weeks.")] = 48,
    starts: Annotated[
        str, typer.Option(help="When the twelve weeks begin, ISO 8601 with zone.")
    ] = "2026-02-01T00:00:00Z",
    season: Annotated[Literal["dry", "wet"], typer.Option(help="The season that is flown in.")] = "dry",
    terrain: Annotated[
        Path | None, typer.Option(help="Real elevation instead of an invented one: a file, or a folder of them.")
    ] = None,
    terrain_datum: TerrainDatumOption = None,
    boundary: Annotated[Path | None, typer.Option(help="GeoJSON of areas outside of which nothing is placed.")] = None,
    json: JsonOption = False,
) -> None:
    """Make a world: terrain, water, vegetation, roads, villages, hidden sites and what only looks like them."""
    from otear.domain.times import instant_us
    from otear.simulate.scene.weather import Season
    from otear.simulate.world.make import filled_posts, make_world

    with progress_bars() as progress:
        made = make_world(
            to,
            seed=seed,
            sites=sites,
            starts_us=instant_us(starts, "starts"),
            season=Season(season),
            terrain=terrain,
            datum=terrain_datum,
            boundary=boundary,
            progress=progress,
        )
    filled = filled_posts(made)
    if json:
        ids = {"world_id": made.world_id, "authority_id": made.authority_id}
        print_json({**ids, "filled_posts": filled, "files": made.files})
    else:
        out.print(f"World     {made.world_id}\nFolder    {made.folder}\nMap       {made.map}")
        if filled:
            out.print(f"Terrain   {filled:,} posts had no height and were filled from those around them")
        out.print(f"Authority {made.authority} ({made.authority_id})")
        out.print(f"Sorties   {len(made.sorties)} in {made.folder / 'sorties'}")
        out.print(f"Truth     sealed in {made.folder / 'instructor'}: give that folder to no trainee")
