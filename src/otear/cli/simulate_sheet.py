"""`otear simulate sheet`: what a world looks like, on one page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from otear.cli.output import JsonOption, out, print_json


def register(group: typer.Typer) -> None:
    """Add the command to `otear simulate`."""
    group.command(name="sheet")(sheet)


def sheet(
    world: Annotated[Path, typer.Option("--world", help="Folder of a world, with its instructor's folder.")],
    to: Annotated[Path, typer.Option("--out", help="PNG or JPG file to write.")],
    json: JsonOption = False,
) -> None:
    """Draw twelve labelled pictures of a world: visible and thermal, wide and narrow, valley, village, site, lookalike.

    For those who make or teach exercises: it shows where a site is.
    """
    from otear.simulate.scene.contact_sheet import write_sheet_of
    from otear.simulate.world.folder import open_world
    from otear.workflow.files import drafted

    opened = open_world(world)
    with drafted(to) as draft:
        labels = write_sheet_of(opened, draft)
    if json:
        print_json({"file": to, "pictures": labels})
    else:
        out.print(f"Contact sheet {to}: {len(labels)} pictures")
