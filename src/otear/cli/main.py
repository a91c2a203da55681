"""The command `otear`: gathers the commands, and turns errors into the exit codes that scripts rely on."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from otear import __version__
from otear.cli import (
    aircraft,
    authority,
    bench,
    capacity,
    coverage,
    detect,
    evaluate,
    footage,
    forecast,
    ingest,
    init,
    key,
    ledger,
    locate,
    oversight,
    plan,
    request,
    simulate,
    sites,
    sortie,
    train,
    verify,
)
from otear.cli.desk import Setting
from otear.cli.output import err, print_json
from otear.errors import InputError, RefusedError

_INTERRUPTED = 130
"""What the framework makes of Ctrl-C."""

app = typer.Typer(
    name="otear",
    help="Unarmed survey flights: from footage to ground, and what was really looked at.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"otear {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    workspace: Annotated[
        Path, typer.Option(envvar="OTEAR_WORKSPACE", help="The folder that holds everything.", show_default=True)
    ] = Path("workspace"),
    user: Annotated[
        str | None,
        typer.Option(envvar="OTEAR_USER", help="Who is at work; else whom the workspace's settings name."),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    context.obj = Setting(workspace, user)


for room in (
    init,
    key,
    authority,
    aircraft,
    request,
    forecast,
    plan,
    sortie,
    ingest,
    footage,
    locate,
    coverage,
    detect,
    sites,
    ledger,
    verify,
    oversight,
    simulate,
    train,
    evaluate,
    capacity,
    bench,
):
    room.register(app)


def run(argv: Sequence[str] | None = None) -> None:
    """Run one command and leave with 0 (done), 1 (refused), 2 (bad input) or 130 (interrupted)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    with _ended_as_by_hand():
        code = _run(arguments, as_json="--json" in arguments)
    sys.exit(code)


@contextmanager
def _ended_as_by_hand() -> Iterator[None]:
    """A request to terminate does what Ctrl-C does: drafts are taken away."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _run(arguments: list[str], *, as_json: bool) -> int:
    try:
        _check_text(arguments)
        code = app(args=arguments, prog_name="otear", standalone_mode=False)
        sys.stdout.flush()
    except RefusedError as refusal:
        answer: dict[str, object] = {
            "rule": refusal.rule,
            "because": refusal.because,
            "would_be_allowed_if": refusal.would_be_allowed_if,
        }
        if refusal.spanish is not None:
            answer["es"] = dict(zip(("because", "would_be_allowed_if"), refusal.spanish, strict=True))
        _say(f"Refused: {refusal}", {"refused": answer}, as_json=as_json)
        return 1
    except InputError as error:
        names = ("problem", "remedy", "source", "offset", "field")
        _say(f"Error: {error}", {"error": {name: getattr(error, name) for name in names}}, as_json=as_json)
        return 2
    except typer.TyperException as error:
        remedy = "See the command's --help"
        _say(
            f"Error: {error.format_message().rstrip('.')}. {remedy}",
            {"error": {"problem": error.format_message(), "remedy": remedy}},
            as_json=as_json,
        )
        return 2
    except SystemExit:
        # The framework leaves like this, its output pacified, when whoever read it has enough: no fault of ours.
        return 0
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        problem, remedy = (
            f"{where}{error.strerror or error}",
            "Check that the disk has room and who may read and write there",
        )
        _say(f"Error: {problem}. {remedy}", {"error": {"problem": problem, "remedy": remedy}}, as_json=as_json)
        return 2
    if code == _INTERRUPTED:
        err.print("Interrupted; nothing half-written was left behind.")
    return code if isinstance(code, int) else 0


def _check_text(arguments: Sequence[str]) -> None:
    """Raises `InputError` for an argument that is not text: nothing could write it into the ledger, or print it."""
    for argument in arguments:
        if not argument.isprintable() and any(0xD800 <= ord(letter) <= 0xDFFF for letter in argument):
            raise InputError(
                f"{argument.encode(errors='backslashreplace').decode()!r} is not UTF-8 text",
                remedy="Write it in UTF-8; rename a file that is called so",
            )


def _say(text: str, document: object, *, as_json: bool) -> None:
    err.print(text, style="red", soft_wrap=True)
    if as_json:
        # Where standard output is what failed, standard error has said so already.
        with suppress(OSError):
            print_json(document)
            sys.stdout.flush()
