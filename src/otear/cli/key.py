"""`otear key`: keys that sign, and the registry of keys that are believed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.table import Table

from otear.cli.desk import desk_in
from otear.cli.output import JsonOption, out, print_json, uncut

if TYPE_CHECKING:
    from otear.authority.registry import RegisteredKey


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(
        help="Keys that sign, and the registry of keys that are believed.", no_args_is_help=True, rich_markup_mode=None
    )
    group.command(name="new")(new)
    group.command(name="add")(add)
    group.command(name="list")(list_keys)
    group.command(name="hand-over")(hand_over)
    group.command(name="rotate")(rotate)
    group.command(name="revoke")(revoke)
    app.add_typer(group, name="key")


def new(
    name: Annotated[str, typer.Argument(help="What signatures call the key; no spaces.")],
    to: Annotated[Path, typer.Option("--out", help="The file to keep secret; the public key goes beside it as .pub.")],
    json: JsonOption = False,
) -> None:
    """Make a signing key. Needs no workspace."""
    import secrets

    from otear.workflow.keyring import make_key

    key = make_key(name, to, secrets.token_bytes)
    if json:
        print_json({"key_id": key.public.key_id, "secret": to, "public": f"{to}.pub", "line": key.public.text})
    else:
        out.print(f"Key     {key.public.key_id}\nSecret  {to}\nPublic  {to}.pub  {key.public.text}")


def add(
    context: typer.Context,
    public: Annotated[Path, typer.Argument(help="The .pub file of the key's holder.")],
    role: Annotated[
        Literal["host", "programme", "witness", "recipient"], typer.Option(help="What the key is believed to sign for.")
    ],
    holder: Annotated[
        str, typer.Option(help="Whose it is: of a host the nation's code of ISO 3166-1 alpha-3, else the organisation.")
    ],
    until: Annotated[str | None, typer.Option(help="When it expires, ISO 8601. Default: when it is revoked.")] = None,
    json: JsonOption = False,
) -> None:
    """Believe a public key from now on. First make sure, by another way, that it is its holder's."""
    from otear.authority.registry import KeyRole
    from otear.domain.times import instant_us
    from otear.workflow.keyring import register_key

    not_after_us = None if until is None else instant_us(until, "--until")
    _print_key(register_key(desk_in(context), public, KeyRole(role), holder, not_after_us), as_json=json)


def list_keys(context: typer.Context, json: JsonOption = False) -> None:
    """List the keys that are or were believed."""
    from otear.workflow.keyring import listed

    entries = listed(desk_in(context))
    if json:
        print_json([_document(entry) for entry in entries])
        return
    table = Table("key", "role", "holder", "name", "from", "state", box=None)
    uncut(table, 0)
    for entry in entries:
        document = _document(entry)
        table.add_row(
            *(document[column] for column in ("key_id", "role", "holder", "name", "not_before")), document["state"]
        )
    out.print(table)


def hand_over(
    old: Annotated[Path, typer.Argument(help="The secret file of the key that hands over.")],
    to: Annotated[Path, typer.Option("--to", help="The .pub file of the key that takes its place.")],
    statement: Annotated[Path, typer.Option("--out", help="The statement to write.")],
    json: JsonOption = False,
) -> None:
    """Sign, as a key's holder, that another key takes its place. Needs no workspace."""
    from otear.domain.clock import SystemClock
    from otear.workflow.files import write_text
    from otear.workflow.keyring import hand_over as signed

    write_text(statement, signed(old, to, SystemClock().now_us()))
    if json:
        print_json({"statement": statement})
    else:
        out.print(f"Statement {statement}")


def rotate(
    context: typer.Context,
    statement: Annotated[Path, typer.Argument(help="What the old key signed with `otear key hand-over`.")],
    json: JsonOption = False,
) -> None:
    """Put a new key in an old one's place. What the old one signed before stays."""
    from otear.workflow.keyring import rotate_key

    _print_key(rotate_key(desk_in(context), statement), as_json=json)


def revoke(
    context: typer.Context,
    key_id: Annotated[str, typer.Argument(help="The key's identifier.")],
    reason: Annotated[str, typer.Option(help="Why it is trusted no longer; the ledger keeps it.")],
    json: JsonOption = False,
) -> None:
    """Trust a key no longer. What it signed falls with it, at once."""
    from otear.workflow.keyring import revoke_key

    _print_key(revoke_key(desk_in(context), key_id, reason), as_json=json)


def _print_key(entry: RegisteredKey, *, as_json: bool) -> None:
    document = _document(entry)
    if as_json:
        print_json(document)
    else:
        out.print(f"Key {entry.key_id}: {entry.role} key of {entry.holder}, {document['state']}")


def _document(entry: RegisteredKey) -> dict[str, Any]:
    from otear.domain.times import utc_text

    def text(time_us: int | None) -> str | None:
        return None if time_us is None else utc_text(time_us)

    state = "stands"
    if entry.revoked_us is not None:
        state = f"revoked {text(entry.revoked_us)}: {entry.revoked_because}"
    elif entry.replaced_by is not None:
        state = f"replaced by {entry.replaced_by}"
    return {
        "key_id": entry.key_id,
        "name": entry.key.name,
        "line": entry.key.text,
        "role": entry.role.value,
        "holder": entry.holder,
        "not_before": text(entry.not_before_us),
        "not_after": text(entry.not_after_us),
        "revoked": text(entry.revoked_us),
        "replaced_by": entry.replaced_by,
        "state": state,
    }
