"""`otear bench`: the benchmark tables, run from a checkout."""

from __future__ import annotations

import importlib
import pkgutil
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
    known = _known()
    for name in names or known:
        if name not in known:
            raise NotFoundError(f"no benchmark {name!r}", field="names", remedy=f"Known: {', '.join(known)}")
    report = importlib.import_module("benchmarks._report")
    measured: dict[str, Any] = {}
    for name in names or known:
        measured[name] = importlib.import_module(f"benchmarks.{name}").tables()
        if not json:
            report.show(measured[name], out)
    if json:
        print_json(measured)


def _known() -> list[str]:
    try:
        package = importlib.import_module("benchmarks")
    except ModuleNotFoundError as error:
        raise NotFoundError(
            "the benchmarks are not here", source="benchmarks/", remedy="Run this from the root of a source checkout"
        ) from error
    return sorted(module.name for module in pkgutil.iter_modules(package.__path__) if not module.name.startswith("_"))
