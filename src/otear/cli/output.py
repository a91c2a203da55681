"""How commands speak: one JSON document on standard output, or tables for people; progress on standard error."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

JsonOption = Annotated[bool, typer.Option("--json", help="Print exactly one JSON document.")]

# Names of files and places are printed as they are: square brackets in them are no markup.
out = Console(highlight=False, soft_wrap=True, markup=False)
err = Console(stderr=True, highlight=False, markup=False)


def print_json(value: Any) -> None:
    """Print one JSON document; what JSON cannot hold (NaN, infinity) becomes null."""
    sys.stdout.write(json.dumps(jsonable(value), ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def jsonable(value: Any) -> Any:
    """Plain JSON types out of dataclasses, enumerations, paths, arrays and tuples."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "tolist"):  # NumPy scalars and arrays
        return jsonable(value.tolist())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [jsonable(item) for item in value]
    return value


def print_warnings(warnings: Sequence[str]) -> None:
    """Print warnings, one a line."""
    for warning in warnings:
        out.print(Text.assemble(("! ", "yellow"), warning))


def facts_table(title: str, facts: Mapping[str, Any]) -> Table:
    """A two-column table of names and values."""
    table = Table(title=title, title_justify="left", show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold")
    table.add_column()
    for name, value in facts.items():
        table.add_row(name, str(value))
    return table


def uncut(table: Table, *columns: int) -> None:
    """Keep columns whole, however narrow the terminal: a person copies from them."""
    for column in columns:
        table.columns[column].no_wrap = True
        table.columns[column].overflow = "ignore"
        table.columns[column].min_width = 24


class Bars:
    """Progress bars on standard error for anything longer than two seconds."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
            console=err,
            transient=True,
        )
        self._tasks: dict[str, Any] = {}
        self._shown = False

    def __call__(self, stage: str, done: float, total: float) -> None:
        """Report that `done` of `total` of a stage is finished."""
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(stage, total=total)
        task = self._tasks[stage]
        self._progress.update(task, completed=done, total=total)
        started = self._progress.tasks[0].start_time
        now = self._progress.get_time()
        if not self._shown and started is not None and now - started > 2.0:
            self._progress.start()
            self._shown = True

    def stop(self) -> None:
        """Take the bars away."""
        if self._shown:
            self._progress.stop()


@contextmanager
def progress_bars() -> Iterator[Bars]:
    """Bars that are gone on the way out, however that is."""
    bars = Bars()
    try:
        yield bars
    finally:
        bars.stop()
