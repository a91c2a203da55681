"""`otear oversight`: what is kept, what is due, and what is held."""

from __future__ import annotations

from typing import Annotated

import typer

from otear.cli.desk import desk_in
from otear.cli.footage import FootageArgument
from otear.cli.output import JsonOption, out, print_json, progress_bars


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(
        help="What is kept, what is due, and what is held.", no_args_is_help=True, rich_markup_mode=None
    )
    group.command(name="purge")(purge)
    group.command(name="hold")(hold)
    group.command(name="lift")(lift)
    group.command(name="holds")(holds)
    app.add_typer(group, name="oversight")


def purge(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what is due.")] = False,
    json: JsonOption = False,
) -> None:
    """Delete what has been kept long enough; hashes and a proof stay."""
    from otear.domain.times import utc_text
    from otear.workflow.retention import purge as purge_due

    with progress_bars() as bars:
        done = purge_due(desk_in(context), dry_run=dry_run, progress=bars)
    if json:
        print_json({"dry_run": dry_run, "due": [one.document() for one in done]})
        return
    if not done:
        out.print("Nothing is due.")
        return
    for one in done:
        due = one.due
        if due.held_by:
            fate = f"held: {'; '.join(hold.ground for hold in due.held_by)}"
        elif one.entry is None:
            fate = "would be purged"
        else:
            fate = f"purged, ledger entry {one.entry}"
        out.print(
            f"{due.row.footage_id}  {due.keep.data_kind:<8}  kept until {utc_text(due.keep.keep_until_us)}  "
            f"files {len(due.files)}, bytes {due.size_bytes:,}: {fate}"
        )
    for one in done:
        for path in one.due.elsewhere:
            out.print(f"! To be deleted by hand (outside the workspace, or changed since): {path}")


def hold(
    context: typer.Context,
    footage_id: FootageArgument,
    ground: Annotated[str, typer.Option(help="Why it must be kept; the ledger keeps it.")],
    json: JsonOption = False,
) -> None:
    """Keep a recording beyond its time, on a recorded ground."""
    from otear.workflow.footage import find
    from otear.workflow.retention import place_hold

    desk = desk_in(context)
    placed = place_hold(desk, find(desk.workspace, footage_id), ground)
    if json:
        print_json(placed)
    else:
        out.print(f"Hold {placed.hold_id} on {placed.footage_id}: {placed.ground}")


def lift(
    context: typer.Context,
    hold_id: Annotated[str, typer.Argument(help="The hold's identifier.")],
    reason: Annotated[str, typer.Option(help="Why it need not be kept any longer; the ledger keeps it.")],
    json: JsonOption = False,
) -> None:
    """Let a recording go when its time is up."""
    from otear.workflow.retention import lift_hold

    lift_hold(desk_in(context), hold_id, reason)
    if json:
        print_json({"hold_id": hold_id, "lifted": True})
    else:
        out.print(f"Hold {hold_id} is lifted.")


def holds(context: typer.Context, json: JsonOption = False) -> None:
    """List the holds, lifted ones too."""
    from otear.domain.times import utc_text
    from otear.workflow.retention import listed_holds

    found = listed_holds(desk_in(context))
    if json:
        print_json(found)
        return
    for one in found:
        state = "stands" if one.lifted_us is None else f"lifted {utc_text(one.lifted_us)}"
        placed = f"placed {utc_text(one.placed_us)} by {one.placed_by}"
        out.print(f"{one.hold_id}  {one.footage_id}  {placed}, {state}: {one.ground}")
