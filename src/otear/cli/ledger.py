"""`otear ledger`: the log of everything that was done or refused, and what proves it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from otear.cli.desk import desk_in
from otear.cli.output import JsonOption, facts_table, out, print_json, progress_bars


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(
        help="The log of everything that was done or refused, and what proves it.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command(name="list")(list_entries)
    group.command(name="verify")(verify)
    group.command(name="checkpoint")(checkpoint)
    group.command(name="cosign")(cosign)
    group.command(name="witness")(witness)
    group.command(name="prove")(prove)
    group.command(name="export")(export)
    group.command(name="accept-clock")(accept_clock)
    app.add_typer(group, name="ledger")


def list_entries(
    context: typer.Context,
    last: Annotated[int, typer.Option(min=1, help="How many of the last entries.")] = 20,
    json: JsonOption = False,
) -> None:
    """List the last entries, oldest first."""
    from json import loads

    from otear.workflow.log import entries

    found = [loads(body) for body in entries(desk_in(context), last)]
    if json:
        print_json(found)
        return
    for entry in found:
        authority = f" under {entry['authority']['id']}" if entry["authority"] else ""
        out.print(
            f"{entry['sequence']:>6}  {entry['time']}  {entry['actor']}: {entry['action']}, {entry['outcome']}, "
            f"{entry['subject']['kind']} {entry['subject']['id']}{authority}"
        )
        if entry["reason"]:
            out.print(f"        {entry['reason']}")


def verify(context: typer.Context, json: JsonOption = False) -> None:
    """Recompute the whole ledger and compare it with every checkpoint that is kept; exit 1 if it does not hold."""
    from otear.domain.times import utc_text
    from otear.workflow.log import verify as verify_ledger

    with progress_bars() as bars:
        verdict = verify_ledger(desk_in(context), bars)
    document = {
        "entries": verdict.entries,
        "root": verdict.root_hex,
        "valid": verdict.valid,
        "checkpoints": verdict.checkpoints,
        "witnesses": [
            {"name": seen.witness, "time": utc_text(seen.time_us), "entries": size} for seen, size in verdict.witnesses
        ],
        "faults": [{"en": fault.en, "es": fault.es} for fault in verdict.faults],
    }
    if json:
        print_json(document)
    else:
        facts = {
            "entries": verdict.entries,
            "root": verdict.root_hex,
            "checkpoints": verdict.checkpoints,
            "witnesses": ", ".join(f"{seen.witness} ({size} entries)" for seen, size in verdict.witnesses) or "none",
            "verdict": "holds" if verdict.valid else "DOES NOT HOLD",
        }
        out.print(facts_table("Ledger", facts))
        for fault in verdict.faults:
            out.print(f"! {fault.en}")
    if not verdict.valid:
        raise typer.Exit(1)


def checkpoint(
    context: typer.Context,
    to: Annotated[Path | None, typer.Option("--out", help="The note to write; it is printed if unset.")] = None,
    json: JsonOption = False,
) -> None:
    """Sign the ledger as it stands: a note to give to whoever watches over it."""
    from otear.ledger.checkpoint import read_note
    from otear.workflow.files import write_text
    from otear.workflow.log import checkpoint as sign_checkpoint

    note = sign_checkpoint(desk_in(context))
    if to is not None:
        write_text(to, note)
    if json:
        seen = read_note(note).checkpoint
        print_json(
            {"origin": seen.origin, "entries": seen.size, "root": seen.root.hex(), "checkpoint": note, "file": to}
        )
    else:
        out.print(note if to is None else f"Checkpoint {to}", end="" if to is None else "\n")


def cosign(
    note: Annotated[Path, typer.Argument(help="The checkpoint to sign.")],
    key: Annotated[Path, typer.Option(help="The witness's signing key.")],
    log_key: Annotated[Path, typer.Option(help="The log's public key, as you were given it when you began to watch.")],
    to: Annotated[Path, typer.Option("--out", help="The cosigned note to write.")],
    since: Annotated[
        Path | None, typer.Option(help="The last checkpoint you signed; it must be a beginning of this one.")
    ] = None,
    log: Annotated[Path | None, typer.Option(help="The exported ledger, which shows that it only grew.")] = None,
    json: JsonOption = False,
) -> None:
    """Sign a checkpoint as a witness, if the log only grew since the last one you signed. Needs no workspace."""
    from otear.domain.clock import SystemClock
    from otear.workflow.files import write_text
    from otear.workflow.keyring import read_public_key, read_signing_key
    from otear.workflow.log import cosigned

    signed = cosigned(
        note, read_signing_key(key), read_public_key(log_key), now_us=SystemClock().now_us(), since=since, log=log
    )
    write_text(to, signed)
    if json:
        print_json({"file": to, "checkpoint": signed})
    else:
        out.print(f"Cosigned {to}")


def witness(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A checkpoint of this ledger that a witness cosigned.")],
    json: JsonOption = False,
) -> None:
    """Take in a witness's signature. From then on the ledger cannot be rewritten without its being found out."""
    from otear.domain.times import utc_text
    from otear.workflow.log import witness as take_in

    seen = take_in(desk_in(context), file)
    if json:
        print_json({"witnesses": [{"name": one.witness, "time": utc_text(one.time_us)} for one in seen]})
    else:
        out.print("\n".join(f"Witnessed by {one.witness} at {utc_text(one.time_us)}" for one in seen))


def prove(
    context: typer.Context,
    entry: Annotated[int, typer.Argument(min=0, max=2**63 - 1, help="The number of the entry.")],
    to: Annotated[Path | None, typer.Option("--out", help="The proof. Default: entry-NUMBER.proof.json.")] = None,
    since: Annotated[
        Path | None, typer.Option(help="A checkpoint that the reader keeps: the proof leads on from it.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Write a small file that proves an entry; `otear verify` checks it anywhere."""
    from otear.workflow.log import prove as write_proof

    path = to or Path(f"entry-{entry}.proof.json")
    note = write_proof(desk_in(context), entry, path, since=since)
    if json:
        print_json({"entry": entry, "file": path, "checkpoint": note})
    else:
        out.print(f"Proof {path}")


def export(
    context: typer.Context,
    to: Annotated[Path, typer.Option("--out", help="The file to write.")],
    upto: Annotated[
        Path | None,
        typer.Option(help="A checkpoint to end at, witnessed or to be witnessed. Default: a new one, over all."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Write the whole ledger as one file; `otear verify` checks it anywhere."""
    from otear.workflow.log import export as write_log

    with progress_bars() as bars:
        count = write_log(desk_in(context), to, bars, upto=upto)
    if json:
        print_json({"entries": count, "file": to})
    else:
        out.print(f"Ledger {to}: {count:,} entries")


def accept_clock(
    context: typer.Context,
    reason: Annotated[str, typer.Option(help="Which clock was wrong, and since when; the ledger keeps it.")],
    json: JsonOption = False,
) -> None:
    """Go on with today's clock, although a clock that was wrong wrote later times into the ledger."""
    from otear.workflow.log import accept_clock as accept

    accept(desk_in(context), reason)
    if json:
        print_json({"accepted": True})
    else:
        out.print("The clock counts again from now on.")
