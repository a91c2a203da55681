"""`otear bench`: the benchmark tables, run from a checkout."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from otear.cli.output import JsonOption, out, print_json
from otear.errors import NotFoundError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="bench")(bench)


def bench(
    names: Annotated[list[str] | None, typer.Argument(help="Which tables; all of them if none is named.")] = None,
    json: JsonOption = False,
) -> None:
    """Run the benchmarks: ours beside the peer or the limit, in one run."""
    here = Path.cwd() / "benchmarks"
    known = sorted(path.stem for path in here.glob("[a-z]*.py"))
    if not known:
        raise NotFoundError(
            "the benchmarks are not here", source=here, remedy="Run this from the root of a source checkout"
        )
    for name in names or []:
        if name not in known:
            raise NotFoundError(f"no benchmark {name!r}", field="names", remedy=f"Known: {', '.join(known)}")
    # They are not part of the package, so only the folder that one stands in can give them.
    sys.path.insert(0, str(here.parent))
    report = importlib.import_module("benchmarks._report")
    measured: dict[str, Any] = {}
    for name in names or known:
        measured[name] = importlib.import_module(f"benchmarks.{name}").tables()
        if not json:
            report.show(measured[name], out)
    if json:
        print_json(measured)
