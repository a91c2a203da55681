"""`otear request`: what somebody asks to be looked at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from otear.cli.desk import desk_in
from otear.cli.output import JsonOption, out, print_json, uncut

if TYPE_CHECKING:
    from otear.domain.request import Request


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="What somebody asks to be looked at.", no_args_is_help=True, rich_markup_mode=None)
    group.command(name="import")(import_one)
    group.command(name="list")(list_requests)
    group.command(name="withdraw")(withdraw)
    app.add_typer(group, name="request")


def import_one(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="An `otear-request/1` document.")],
    json: JsonOption = False,
) -> None:
    """Take in a request: ground to be looked at, by when, how much it matters, and who asks."""
    from otear.workflow.requests import import_request

    request, new = import_request(desk_in(context), file)
    if json:
        print_json({**_told(request), "new": new})
    else:
        out.print(f"Request {request.request_id}{'' if new else ', which was there already'}")


def list_requests(context: typer.Context, json: JsonOption = False) -> None:
    """List the requests, in the order of import."""
    from otear.domain.times import utc_text
    from otear.workflow.requests import listed

    found = listed(desk_in(context))
    if json:
        print_json([{**_told(one), "withdrawn": row.withdrawn_because} for one, row in found])
        return
    table = Table("request", "priority", "by", "asked by", "title", "state", box=None)
    uncut(table, 0)
    for one, row in found:
        state = "stands" if row.withdrawn_us is None else f"withdrawn: {row.withdrawn_because}"
        table.add_row(one.request_id, str(one.priority), utc_text(one.by_us)[:10], one.asked_by, one.title.en, state)
    out.print(table)


def withdraw(
    context: typer.Context,
    request: Annotated[str, typer.Argument(help="A request, by the beginning of its identifier.")],
    reason: Annotated[str, typer.Option(help="Why, for those who asked.")],
    json: JsonOption = False,
) -> None:
    """Withdraw a request: nothing is planned for it any more. It stays in the records."""
    from otear.workflow.requests import withdraw as take_back

    one = take_back(desk_in(context), request, reason)
    if json:
        print_json(_told(one))
    else:
        out.print(f"Request {one.request_id} is withdrawn")


def _told(request: Request) -> dict[str, Any]:
    from otear.domain.times import utc_text

    return {
        "request_id": request.request_id,
        "title": {"en": request.title.en, "es": request.title.es},
        "asked_by": request.asked_by,
        "priority": request.priority,
        "gsd_m": request.gsd_m,
        "site_kinds": sorted(request.site_kinds),
        "begin": utc_text(request.from_us),
        "by": utc_text(request.by_us),
        "authority_id": request.authority_id,
    }
