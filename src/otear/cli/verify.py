"""`otear verify`: a proof or an exported ledger, checked with nothing but this program."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from otear.cli.output import JsonOption, out, print_json, progress_bars


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="verify")(verify)


def verify(
    file: Annotated[Path, typer.Argument(help="A proof or an exported ledger.")],
    key: Annotated[Path | None, typer.Option(help="The log's public key, as you were given it.")] = None,
    witness: Annotated[
        list[Path] | None, typer.Option(help="The public key of a witness who must have signed; may be repeated.")
    ] = None,
    checkpoint: Annotated[
        Path | None, typer.Option(help="An older checkpoint that you kept: the log must have grown from it.")
    ] = None,
    lang: Annotated[Literal["en", "es"], typer.Option(help="English or Spanish.")] = "en",
    json: JsonOption = False,
) -> None:
    """Check a proof or an exported ledger; exit 1 if it does not hold. Needs no workspace and no network."""
    from otear.ledger.verify import verify_file
    from otear.workflow.files import read_text
    from otear.workflow.keyring import read_public_key

    with progress_bars() as bars:
        report = verify_file(
            file,
            log_key=None if key is None else read_public_key(key),
            witnesses=[read_public_key(path) for path in witness or []],
            old=None if checkpoint is None else read_text(checkpoint),
            progress=bars,
        )
    if json:
        print_json(report.document(lang))
    else:
        out.print(report.text(lang), end="")
    if not report.valid:
        raise typer.Exit(1)
