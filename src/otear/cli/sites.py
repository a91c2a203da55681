"""`otear sites`: what is believed of places, why, and what people say of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.table import Table

from otear.cli.desk import Setting, desk_in
from otear.cli.output import JsonOption, err, out, print_json

if TYPE_CHECKING:
    from otear.store.base import ChangeRow
    from otear.workflow.desk import Desk
    from otear.workflow.held import Held

_WIDTHS = {
    "site": 18,
    "likeliest": 12,
    "place": 15,
    "belief": 6,
    "next": 9,
    "worth": 6,
    "state": 10,
    "for": 3,
    "against": 7,
}
"""Columns of the list, never cut: people copy from them."""

SiteArgument = Annotated[str, typer.Argument(help="A site's identifier, one that it had, or its beginning.")]
AsOption = Annotated[str | None, typer.Option("--as", help="Who says so; else who is at work.")]


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(
        help="What is believed of places, why, and what people say of them.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    for name, command in (
        ("list", list_sites), ("show", show), ("review", review), ("merge", merge), ("split", split), ("undo", undo),
        ("history", history),
    ):  # fmt: skip
        group.command(name=name)(command)
    reports = typer.Typer(help="What others report.", no_args_is_help=True, rich_markup_mode=None)
    reports.command(name="add")(add_report)
    group.add_typer(reports, name="report")
    app.add_typer(group, name="sites")


def list_sites(
    context: typer.Context,
    state: Annotated[
        Literal["open", "confirmed", "refuted", "look_again"] | None, typer.Option(help="Only those of one state.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """List sites, first those about which the next step is worth most."""
    from otear.domain.sites import State
    from otear.workflow.site_words import percent
    from otear.workflow.sites import documents, queue

    desk = desk_in(context)
    sources, withheld = _in_reach(desk)
    found = documents(desk, queue(desk, sources, state=None if state is None else State(state), withheld=withheld))
    if withheld:
        err.print(f"{withheld} recordings are left out: in quarantine, without authority in force, or purged.")
    if json:
        print_json(found)
        return
    if not found:
        out.print("No sites.")
        return
    table = Table(box=None)
    for name, width in _WIDTHS.items():
        table.add_column(name, min_width=width, no_wrap=True, overflow="ignore")
    for one in found:
        table.add_row(
            one["site_id"],
            one["kind"].replace("_", " "),
            one["place"]["mgrs"],
            percent(one["posterior"]),
            one["next"]["step"].value.replace("_", " "),
            f"{one['next']['worth']:.3f}",
            one["state"].value.replace("_", " "),
            str(one["passes_for"]),
            str(one["passes_against"]),
        )
    out.print(table)


def show(
    context: typer.Context,
    site: SiteArgument,
    picture: Annotated[Path | None, typer.Option(help="A PNG to draw the account into.")] = None,
    json: JsonOption = False,
) -> None:
    """Tell the account of a site: each pass, how far it moves belief, what does not count, what was not covered."""
    from otear.workflow.sites import account_of, documents, draw, told

    desk = desk_in(context)
    sources, withheld = _in_reach(desk)
    account = account_of(desk, sources, site, withheld=withheld)
    if picture is not None:
        draw(desk, sources, account, picture)
    if json:
        print_json({**documents(desk, [account])[0], "picture": picture})
        return
    for line in told(desk, account):
        out.print(line)
    if picture is not None:
        out.print(f"Picture {picture}")


def review(
    context: typer.Context,
    site: SiteArgument,
    verdict: Annotated[Literal["confirmed", "refuted", "look_again"], typer.Option(help="What it is.")],
    by: AsOption = None,
    note: Annotated[str, typer.Option(help="Why; the ledger keeps it.")] = "",
    json: JsonOption = False,
) -> None:
    """Judge a site, on the evidence as it stands; new evidence opens it again."""
    from otear.domain.sites import Verdict
    from otear.workflow.site_review import review as judge
    from otear.workflow.sites import documents

    desk = _desk_as(context, by)
    sources, withheld = _in_reach(desk)
    account = judge(desk, sources, site, Verdict(verdict), note, withheld=withheld)
    document = documents(desk, [account])[0]
    if json:
        print_json(document)
    else:
        out.print(
            f"{desk.actor.name} says of {account.site_id}: {verdict.replace('_', ' ')}. It is {document['state']}."
        )


def merge(
    context: typer.Context,
    site: SiteArgument,
    into: Annotated[str, typer.Argument(help="The site that it is a part of.")],
    by: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Let two sites be one; both histories are kept, and it can be undone."""
    from otear.workflow.site_changes import merge as merge_sites

    desk = _desk_as(context, by)
    _print_change(merge_sites(desk, _in_reach(desk)[0], site, into), json=json)


def split(
    context: typer.Context,
    site: SiteArgument,
    cue: Annotated[list[str], typer.Option(help="A cue, or its beginning, that is another site's; may be repeated.")],
    by: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Let some cues of a site be another site."""
    from otear.workflow.site_changes import split as split_site

    desk = _desk_as(context, by)
    _print_change(split_site(desk, _in_reach(desk)[0], site, cue), json=json)


def undo(
    context: typer.Context,
    change: Annotated[str, typer.Argument(help="A change, as `history` names it.")],
    by: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Take a merge or a split back, or the taking back of one."""
    from otear.workflow.site_changes import undo as undo_change

    desk = _desk_as(context, by)
    _print_change(undo_change(desk, _in_reach(desk)[0], change), json=json)


def history(context: typer.Context, site: SiteArgument, json: JsonOption = False) -> None:
    """Tell which cues joined a site and when, what was merged, split and undone, and who did it."""
    from otear.domain.times import utc_text
    from otear.workflow.site_changes import change_document
    from otear.workflow.site_changes import history as history_of

    desk = desk_in(context)
    account, rows = history_of(desk, _in_reach(desk)[0], site)
    if json:
        print_json({"site_id": account.site_id, "changes": [change_document(row) for row in rows]})
        return
    out.print(f"Site {account.site_id}")
    for row in rows:
        document = change_document(row)
        out.print(f"{utc_text(row.at_us)}  {document['change_id']}  {row.by}: {document['what']}")


def add_report(
    context: typer.Context,
    lat: Annotated[float, typer.Option(min=-90.0, max=90.0, help="Latitude in degrees.")],
    lon: Annotated[float, typer.Option(min=-180.0, max=180.0, help="Longitude in degrees.")],
    source: Annotated[str, typer.Option(help="Whose report it is.")],
    hit: Annotated[float, typer.Option(help="How often such a source reports a site that is there, 0 to 1.")],
    false: Annotated[float, typer.Option(help="How often it reports one that is not, 0 to 1.")],
    derived_from: Annotated[
        list[str] | None,
        typer.Option(help="What it goes back to: a recording, cue, site or report; may be repeated."),
    ] = None,
    ce90: Annotated[float, typer.Option(help="Metres within which the place is known, nine times of ten.")] = 100.0,
    at: Annotated[str | None, typer.Option("--time", help="When it was so, ISO 8601 with zone; else now.")] = None,
    by: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Take in what somebody reports of a place; it joins the site that it may be of, or is one of its own."""
    from otear.domain.times import instant_us
    from otear.workflow.site_reports import Stated
    from otear.workflow.site_reports import add_report as take_report
    from otear.workflow.sites import documents

    desk = _desk_as(context, by)
    time_us = desk.clock.now_us() if at is None else instant_us(at, "--time")
    stated = Stated(source, (lat, lon), ce90, time_us, hit, false, tuple(derived_from or ()))
    sources, withheld = _in_reach(desk)
    placed, account = take_report(desk, sources, stated, withheld=withheld)
    if json:
        print_json({"report_id": placed.report.report_id, "site": documents(desk, [account])[0]})
    else:
        out.print(f"Report {placed.report.report_id} is of site {account.site_id}.")


def _desk_as(context: typer.Context, name: str | None) -> Desk:
    """The desk of whoever speaks. Raises `NotFoundError` for somebody who is not in the settings."""
    setting: Setting = context.obj
    context.obj = Setting(setting.root, name or setting.user)
    return desk_in(context)


def _in_reach(desk: Desk) -> tuple[list[Held], int]:
    """The recordings that may be worked on, and how many may not."""
    from otear.authority.roles import Action
    from otear.workflow.footage import chosen
    from otear.workflow.held import in_reach

    return in_reach(desk, chosen(desk.workspace, []), Action.PROCESS)


def _print_change(row: ChangeRow, *, json: bool) -> None:
    from otear.workflow.site_changes import change_document

    document = change_document(row)
    if json:
        print_json(document)
    else:
        out.print(
            f"{document['change_id']}: {document['what']}. `otear sites undo {document['change_id']}` takes it back."
        )
