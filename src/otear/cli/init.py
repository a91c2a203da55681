"""`otear init`: make a workspace."""

from __future__ import annotations

from pathlib import Path

import typer

from otear.cli.output import JsonOption, out, print_json


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="init")(init)


def init(context: typer.Context, json: JsonOption = False) -> None:
    """Make a workspace: settings, index and media in one folder. No server, no network."""
    from otear.store.workspace import SETTINGS_FILE, create_workspace

    root: Path = context.obj.root
    create_workspace(root)
    if json:
        print_json({"workspace": root.resolve()})
    else:
        out.print(f"Workspace {root.resolve()}\nSettings  {root.resolve() / SETTINGS_FILE}")
