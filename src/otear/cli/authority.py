"""`otear authority`: what a host authorized and the programme approved, and what that allows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.table import Table

from otear.cli.desk import desk_in
from otear.cli.output import JsonOption, facts_table, out, print_json, uncut

if TYPE_CHECKING:
    from otear.domain.authority import Authority
    from otear.workflow.desk import Desk

AuthorityArgument = Annotated[str, typer.Argument(help="An authority's identifier, or its beginning.")]


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(
        help="What a host authorized and the programme approved, and what that allows.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command(name="sign")(sign)
    group.command(name="import")(import_authority)
    group.command(name="list")(list_authorities)
    group.command(name="show")(show)
    group.command(name="explain")(explain)
    group.command(name="revoke")(revoke)
    group.command(name="export")(export)
    group.command(name="volume")(volume)
    app.add_typer(group, name="authority")


def sign(
    authorization: Annotated[Path, typer.Argument(help="The host's authorization, YAML or JSON.")],
    approval: Annotated[Path, typer.Argument(help="The programme's approval of it.")],
    host_key: Annotated[Path, typer.Option(help="The host's signing key.")],
    programme_key: Annotated[Path, typer.Option(help="The programme's signing key.")],
    to: Annotated[Path, typer.Option("--out", help="The signed file to write.")],
    json: JsonOption = False,
) -> None:
    """Sign an authorization and its approval, where one machine holds both keys: for exercises. Needs no workspace."""
    from otear.workflow.authorities import signed_bundle
    from otear.workflow.files import write_text
    from otear.workflow.keyring import read_signing_key

    write_text(to, signed_bundle(authorization, read_signing_key(host_key), approval, read_signing_key(programme_key)))
    if json:
        print_json({"file": to})
    else:
        out.print(f"Signed {to}")


def import_authority(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Authorization, approval and signatures in one file, YAML or JSON.")],
    json: JsonOption = False,
) -> None:
    """Take in an authority, if both documents and their signatures hold now."""
    from otear.workflow.authorities import import_authority as take_in

    desk = desk_in(context)
    _print_authority(desk, take_in(desk, file), as_json=json)


def list_authorities(context: typer.Context, json: JsonOption = False) -> None:
    """List the authorities and whether they allow anything now."""
    from otear.workflow.authorities import listed, unbelieved

    desk = desk_in(context)
    documents = [_document(desk, one) for one in listed(desk)]
    documents += [
        {
            "authority_id": authority_id,
            "allowed_now": False,
            "state": f"{refusal.rule}: {refusal.because}",
            **dict.fromkeys(("host", "reference", "until"), ""),
        }
        for authority_id, refusal in unbelieved(desk).items()
    ]
    if json:
        print_json(documents)
        return
    table = Table("authority", "host", "reference", "until", "state", box=None)
    uncut(table, 0)
    for document in documents:
        table.add_row(
            document["authority_id"], document["host"], document["reference"], document["until"], document["state"]
        )
    out.print(table)


def show(
    context: typer.Context,
    authority_id: AuthorityArgument,
    picture: Annotated[Path | None, typer.Option(help="A PNG to draw: volumes and excluded zones on a map.")] = None,
    json: JsonOption = False,
) -> None:
    """Show an authority's terms, where it stands, and what it continues."""
    from otear.workflow.authorities import shown
    from otear.workflow.authority_picture import draw_authority

    desk = desk_in(context)
    authority = shown(desk, authority_id)
    if picture is not None:
        draw_authority(authority, picture)
    _print_authority(desk, authority, as_json=json)
    if picture is not None and not json:
        out.print(f"Picture {picture}")


def explain(
    context: typer.Context,
    at: Annotated[str, typer.Option(help="The moment, ISO 8601 with its zone.")],
    lat: Annotated[float, typer.Option(min=-90.0, max=90.0, help="Latitude in degrees.")],
    lon: Annotated[float, typer.Option(min=-180.0, max=180.0, help="Longitude in degrees.")],
    alt: Annotated[float, typer.Option(help="Altitude in metres.")],
    sensor: Annotated[Literal["visible", "thermal", "radar"], typer.Option(help="What the camera sees by.")],
    purpose: Annotated[str, typer.Option(help="What for.")],
    aircraft: Annotated[str | None, typer.Option(help="With which aircraft. Default: not asked.")] = None,
    datum: Annotated[
        Literal["egm96", "ellipsoid"], typer.Option(help="What the altitude stands above: sea level or the ellipsoid.")
    ] = "egm96",
    authority: Annotated[str | None, typer.Option(help="Under this authority. Default: any.")] = None,
    json: JsonOption = False,
) -> None:
    """Explain whether an authority allows being there then, by which term, and what would make it allowed."""
    from otear.authority.decide import PointFacts
    from otear.domain.authority import Datum, SensorKind
    from otear.domain.times import instant_us
    from otear.workflow.authorities import authority_named
    from otear.workflow.authorities import explain as explained

    desk = desk_in(context)
    facts = PointFacts(
        at_us=instant_us(at, "--at"),
        lat_deg=lat,
        lon_deg=lon,
        height_m=alt,
        datum=Datum(datum),
        sensor=SensorKind(sensor),
        purpose=purpose,
        aircraft=aircraft,
    )
    named = None if authority is None else authority_named(desk.workspace, authority)
    found, decision = explained(desk, facts, named)
    if json:
        print_json(
            {
                "allowed": decision.allowed,
                "rule": decision.rule,
                "because": decision.because.en,
                "would_be_allowed_if": decision.would_be_allowed_if.en,
                "authority_id": found and found.authority_id,
                "es": {"because": decision.because.es, "would_be_allowed_if": decision.would_be_allowed_if.es},
            }
        )
        return
    because, unless = decision.because, decision.would_be_allowed_if
    out.print(f"{'Allowed' if decision.allowed else 'Refused'} ({decision.rule}): {because.en}")
    if not decision.allowed:
        out.print(f"  It would be allowed if {unless.en}")
    out.print(f"{'Permitido' if decision.allowed else 'Denegado'} ({decision.rule}): {because.es}")
    if not decision.allowed:
        out.print(f"  Se permitiría si {unless.es}")


def revoke(
    context: typer.Context,
    authority_id: AuthorityArgument,
    reason: Annotated[str, typer.Option(help="Why consent is taken back; the ledger keeps it.")],
    json: JsonOption = False,
) -> None:
    """Take consent back: from this moment nothing is allowed under it, running work included."""
    from otear.workflow.authorities import authority_named, revoke_authority

    desk = desk_in(context)
    authority = authority_named(desk.workspace, authority_id)
    revoke_authority(desk, authority, reason)
    _print_authority(desk, authority, as_json=json)


def export(
    context: typer.Context,
    authority_id: AuthorityArgument,
    to: Annotated[Path, typer.Option("--out", help="A .json file of ASTM F3548 volumes.")],
    json: JsonOption = False,
) -> None:
    """Write an authority's volumes and excluded zones as ASTM F3548 Volume4D, for traffic management."""
    from otear.workflow.authorities import shown
    from otear.workflow.authority_document import volumes_text
    from otear.workflow.files import write_text

    write_text(to, volumes_text(shown(desk_in(context), authority_id)))
    if json:
        print_json({"file": to})
    else:
        out.print(f"Volumes {to}")


def volume(
    file: Annotated[Path, typer.Argument(help="A Volume4D of ASTM F3548, JSON.")],
    name: Annotated[str, typer.Option(help="What the volume is called in the authorization.")],
    json: JsonOption = False,
) -> None:
    """Turn an ASTM F3548 volume into a volume as an authorization writes it. Needs no workspace."""
    import yaml

    from otear.workflow.authority_document import volume_terms

    terms = volume_terms(file, name)
    if json:
        print_json(terms)
    else:
        out.print(yaml.safe_dump([terms], sort_keys=False, allow_unicode=True), end="")


def _print_authority(desk: Desk, authority: Authority, *, as_json: bool) -> None:
    document = _document(desk, authority)
    if as_json:
        print_json(document)
        return
    terms = document["terms"]
    out.print(
        facts_table(
            f"Authority {authority.authority_id}",
            {
                "host": f"{document['host']}, {document['reference']}",
                "title": f"{document['title']['en']} / {document['title']['es']}",
                "state": document["state"],
                "approved": f"by {document['approved_by']} until {document['until']}",
                "review by": document["review_by"],
                "purposes": ", ".join(terms["purposes"]),
                "sensors": ", ".join(terms["sensors"]),
                "aircraft": ", ".join(terms["aircraft"]),
                "kept (days)": ", ".join(f"{kind} {days}" for kind, days in terms["retention_days"].items()),
                "continues": ", ".join(document["continues"]) or "none",
            },
        )
    )
    table = Table("airspace", "altitude", "from", "until", box=None)
    uncut(table, 2, 3)
    for volume in terms["volumes"]:
        table.add_row(volume["name"], volume["altitude"], volume["from"], volume["until"])
    for zone in terms["exclusions"]:
        table.add_row(
            f"not {zone['name']} ({', '.join(zone['forbids'])})",
            zone["altitude"] or "all",
            zone["from"] or "always",
            zone["until"] or "always",
        )
    out.print(table)
    for condition in terms["conditions"]:
        out.print(f"Condition: {condition['en']} / {condition['es']}")


def _document(desk: Desk, authority: Authority) -> dict[str, Any]:
    from otear.workflow.authority_document import authority_document

    return authority_document(authority, desk.clock.now_us())
