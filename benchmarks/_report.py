"""Printing tables of measurements, and the command line that all benchmarks share."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

Tables = Mapping[str, Sequence[Mapping[str, Any]]]

SHARED_DATA = Path(os.environ.get("OTEAR_SHARED_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
"""Public clips beside the checkout; a benchmark that would use them says so when it uses something else."""


def show(tables: Tables, console: Console | None = None) -> None:
    """Print tables for people."""
    console = console or Console(width=160)
    for title, rows in tables.items():
        names = list(dict.fromkeys(name for row in rows for name in row))
        table = Table(title=title, title_justify="left")
        for name in names:
            numbers = all(row.get(name) is None or isinstance(row[name], (int, float)) for row in rows)
            table.add_column(name.replace("_", " "), justify="right" if numbers else "left")
        for row in rows:
            table.add_row(*(_text(row.get(name)) for name in names))
        console.print(table)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        if 0.0 < abs(value) < 1e-3:
            return f"{value:.1e}"
        digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 100 else 2 if abs(value) >= 1 else 4
        return f"{value:,.{digits}f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def main(tables: Callable[[], Tables], doc: str | None, argv: Sequence[str] | None = None) -> None:
    """Measure and print, with `--json` as one document."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args(argv)
    measured = tables()
    if options.json:
        print(json.dumps(measured, indent=2))
    else:
        show(measured)
