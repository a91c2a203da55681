"""`otear forecast score`: how good forecasts of a register are, on years that none of them saw."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from otear.cli.output import JsonOption, out, print_json, progress_bars

if TYPE_CHECKING:
    from otear.workflow.forecast_score import Scored


def register(app: typer.Typer) -> None:
    """Add the command to the group `forecast`."""
    app.command(name="score")(score)


def score(
    file: Annotated[Path, typer.Argument(help="CSV file of counts by county and year, or by 5 km cell and year.")],
    series: Annotated[
        str | None, typer.Option(help="Which series of the file; else the one with the most sites.")
    ] = None,
    test: Annotated[
        str | None, typer.Option(help="The years to test on, as in 2005-2017; else those the register is known by.")
    ] = None,
    without_piled_up: Annotated[
        bool, typer.Option("--without-piled-up", help="Leave out points that eight or more rows share.")
    ] = False,
    picture: Annotated[Path | None, typer.Option("--out", help="PNG file to draw the scores to.")] = None,
    json: JsonOption = False,
) -> None:
    """Score forecasts on years that they never saw, ours beside what everybody would try first.

    Every test year is foreseen from the years before it. It needs no workspace.
    """
    from otear.workflow.forecast_score import check_picture, document, draw, score_file

    tested = None if test is None else _years(test)
    if picture is not None:
        check_picture(picture)
    with progress_bars() as bars:
        scored = score_file(file, series, tested, piled_up=not without_piled_up, progress=bars)
    if picture is not None:
        draw(scored, picture)
    if json:
        print_json(document(scored, picture))
        return
    _print(scored)
    if picture is not None:
        out.print(f"Picture {picture}")


def _years(said: str) -> range:
    """Years out of `2005-2017` or `2005`. Raises `SettingError`."""
    from otear.errors import SettingError

    parts = said.split("-")
    if len(parts) > 2 or not all(part.isascii() and part.isdigit() and len(part) == 4 for part in parts):
        raise SettingError(f"{said!r} are no years", field="--test", remedy="Write them as in 2005-2017")
    first, last = int(parts[0]), int(parts[-1])
    if last < first:
        raise SettingError(f"{said!r} ends before it begins", field="--test", remedy="Write the earlier year first")
    return range(first, last + 1)


def _print(scored: Scored) -> None:
    from otear.workflow.forecast_score import LIMITS, document, title

    told = document(scored, None)
    out.print(title(scored), style="bold")
    if scored.others:
        out.print(f"Other series of the file, none of them added to this one: {', '.join(scored.others)}")
    out.print()
    rows = [
        (
            row["model"],
            row["split"],
            f"{row['top5_share']:.4f}",
            f"{row['log_score']:.4f}",
            f"{row['best_possible']:.4f}",
            f"{row['covered_90']:.1%}, states {row['stated_90']:.1%}",
        )
        for row in told["rows"]
    ]
    out.print(
        _table(("model", "split", "top 5% share", "log score", "best possible", "90% interval holds"), rows, left=2)
    )
    out.print()
    margins = [
        (
            each["ours_less"],
            _signed(each["share"], each["share_error"]),
            f"{each['better']} of {each['years']}, worse in {each['worse']}",
            _signed(each["log_score"], each["log_score_error"]),
        )
        for each in told["margins"]
    ]
    out.print(_table(("ours less", "share", "better in years", "log score"), margins, left=1))
    out.print()
    chosen = ", ".join(f"{name} {weight:.0%}" for name, weight in scored.choices.items())
    out.print(f"Ours mixes choices by how well they foresaw the years before; for {scored.tested[-1]}: {chosen}")
    for line in LIMITS:
        out.print(f"! {line}")


def _signed(value: float, error: float | None) -> str:
    return f"{value:+.4f}" if error is None else f"{value:+.4f} ± {error:.4f}"


def _table(names: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, left: int) -> Table:
    """A table with its first `left` columns to the left, the others to the right, none of them ever cut."""
    table = Table(box=None, pad_edge=False)
    for at, column in enumerate(zip(names, *rows, strict=True)):
        width = max(map(len, column))
        table.add_column(
            names[at],
            justify="left" if at < left else "right",
            no_wrap=True,
            overflow="ignore",
            min_width=width,
        )
    for row in rows:
        table.add_row(*row)
    return table
