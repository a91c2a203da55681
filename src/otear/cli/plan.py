"""`otear plan`: sorties for days, with a certificate of how good they are."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.table import Table

from otear.cli.desk import desk_in
from otear.cli.options import TerrainDatumOption, TerrainOption, chosen_terrain
from otear.cli.output import JsonOption, facts_table, out, print_json, print_warnings, progress_bars

if TYPE_CHECKING:
    from otear.domain.plan import Plan

_LEFT_OUT = 8


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="Who looks where and when.", no_args_is_help=True, rich_markup_mode=None)
    group.command(name="make")(make)
    group.command(name="list")(list_plans)
    group.command(name="show")(show)
    group.command(name="export")(export)
    app.add_typer(group, name="plan")


def make(
    context: typer.Context,
    start: Annotated[str, typer.Option("--from", help="When the plan begins, as in 2026-11-26T00:00:00Z.")],
    days: Annotated[int, typer.Option(help="How many days it is for, 1 to 31.")] = 1,
    seconds: Annotated[
        float, typer.Option(help="How long to search, nominally: the same number, the same plan.")
    ] = 10.0,
    authority: Annotated[
        str | None, typer.Option(help="The authority to fly under. Default: the only one in force.")
    ] = None,
    sensor: Annotated[Literal["visible", "thermal"], typer.Option(help="By day in colours, or by night in heat.")] = (
        "visible"
    ),
    aircraft: Annotated[
        list[str] | None, typer.Option(help="Only these registrations; may be repeated. Default: all that may fly.")
    ] = None,
    base: Annotated[
        tuple[float, float] | None,
        typer.Option(help="Where aircraft fly from: latitude and longitude. Not needed with --roster."),
    ] = None,
    roster: Annotated[
        Path | None, typer.Option(help="Bases, airframes, crews and duty rules: an `otear-roster/1` document.")
    ] = None,
    wind_mps: Annotated[float, typer.Option(min=0.0, help="Steady wind in m/s.")] = 0.0,
    wind_from: Annotated[float, typer.Option(help="Degrees from north that the wind comes from.")] = 0.0,
    gust_mps: Annotated[float, typer.Option(min=0.0, help="Gusts: one standard deviation, in m/s.")] = 0.0,
    explore: Annotated[float, typer.Option(help="Share of the sweeping for ground drawn at random.")] = 0.12,
    box: Annotated[float, typer.Option(help="Side of the boxes that are swept in one go, in km.")] = 4.0,
    purpose: Annotated[
        str | None, typer.Option(help="What the flights are for. Default: the authority's purpose, where it has one.")
    ] = None,
    seed: Annotated[int, typer.Option(help="What is drawn at random is drawn with this.", min=0)] = 0,
    terrain: TerrainOption = None,
    terrain_datum: TerrainDatumOption = None,
    json: JsonOption = False,
) -> None:
    """Plan sorties, prove how near they come to the best that any plan could do, and keep the plan.

    What the forecast expects, what is asked for and what was looked at before decide where to look. Flown coverage
    counts: made again after a flight, the plan flies only what is missing.
    """
    from otear.authority.roles import Action
    from otear.domain.authority import SensorKind
    from otear.domain.times import instant_us
    from otear.flight.wind import Wind
    from otear.plan.rota.roster import read_roster
    from otear.workflow.files import read_text
    from otear.workflow.footage import chosen
    from otear.workflow.held import in_reach
    from otear.workflow.planning import Order, make_plan
    from otear.workflow.plans import authority_for

    desk = desk_in(context)
    order = Order(
        from_us=instant_us(start, "--from"),
        days=days,
        seconds=seconds,
        sensor=SensorKind(sensor),
        aircraft=tuple(aircraft or ()),
        roster=None if roster is None else read_roster(read_text(roster), roster),
        bases=() if base is None else (base,),
        wind=Wind(wind_mps, wind_from, gust_mps),
        explore=explore,
        side_m=1_000.0 * box,
        purpose=purpose,
        seed=seed,
    )
    ground = chosen_terrain(desk.workspace, terrain, terrain_datum)
    sources, withheld = in_reach(desk, chosen(desk.workspace, []), Action.PROCESS)
    with progress_bars() as progress:
        plan = make_plan(desk, authority_for(desk, authority), order, sources, terrain=ground, progress=progress)
    if json:
        print_json({**summary(plan), "withheld": withheld})
        return
    if withheld:
        print_warnings([f"{withheld} recordings are left out: in quarantine, without authority in force, or purged."])
    _print(plan)


def list_plans(context: typer.Context, json: JsonOption = False) -> None:
    """List the plans, oldest first."""
    from otear.domain.times import utc_text
    from otear.workflow.plans import listed

    plans = listed(desk_in(context))
    if json:
        print_json([summary(plan, brief=True) for plan in plans])
        return
    table = Table("plan", "from", "days", "sorties", "finds", "ratio", box=None)
    for plan in plans:
        one = plan.guarantee
        table.add_row(
            plan.plan_id,
            utc_text(plan.from_us)[:16],
            str(plan.days),
            str(len(plan.sorties)),
            f"{one.p_detect:.1%}",
            f"{one.ratio:.3f}",
        )
    out.print(table)


def show(
    context: typer.Context,
    plan: Annotated[str, typer.Argument(help="A plan, by the beginning of its identifier, or `latest`.")],
    day: Annotated[int | None, typer.Option(help="Only this day of it, from 1.", min=1)] = None,
    picture: Annotated[Path | None, typer.Option("--out", help="PNG file to draw it to.")] = None,
    spanish: Annotated[bool, typer.Option("--spanish", help="Reasons in Spanish.")] = False,
    terrain: TerrainOption = None,
    terrain_datum: TerrainDatumOption = None,
    json: JsonOption = False,
) -> None:
    """Explain a plan: its certificate, its sorties, why each box is in, and the best of those left out."""
    from otear.workflow.plans import authority_now, shown
    from otear.workflow.plans import picture as draw

    desk = desk_in(context)
    found = shown(desk, plan)
    if picture is not None:
        ground = chosen_terrain(desk.workspace, terrain, terrain_datum)
        draw(desk, found, authority_now(desk, found), picture, terrain=ground)
    if json:
        print_json(summary(found))
        return
    _print(found, day=day, spanish=spanish)
    if picture is not None:
        out.print(f"Picture {picture}")


def export(
    context: typer.Context,
    plan: Annotated[str, typer.Argument(help="A plan, by the beginning of its identifier, or `latest`.")],
    to: Annotated[Path, typer.Option("--out", help="A .kml, .plan, .geojson or .cot file.")],
    sortie: Annotated[int | None, typer.Option(help="Only the sortie of this number.", min=1)] = None,
    terrain: TerrainOption = None,
    terrain_datum: TerrainDatumOption = None,
    json: JsonOption = False,
) -> None:
    """Write sorties for the cockpit and for ground stations, each put to its authority again: one file for each."""
    from otear.workflow.plans import authority_now, shown
    from otear.workflow.plans import export as write

    desk = desk_in(context)
    found = shown(desk, plan)
    ground = chosen_terrain(desk.workspace, terrain, terrain_datum)
    written = write(desk, found, authority_now(desk, found), to, number=sortie, terrain=ground)
    if json:
        print_json({"plan_id": found.plan_id, "files": [path for path, _ in written]})
        return
    for path, notes in written:
        out.print(f"{path}")
        print_warnings(list(notes))


def summary(plan: Plan, *, brief: bool = False) -> dict[str, Any]:
    """A plan for scripts."""
    from otear.domain.times import utc_text
    from otear.flight.sortie import sortie_document

    one = plan.guarantee
    certificate = {
        **asdict(one),
        "continuous_correction": {"factor": one.factor, "error": one.error},
        "bounds": dict(one.bounds),
    }
    told = {
        "plan_id": plan.plan_id,
        "made": utc_text(plan.made_us),
        "made_by": plan.made_by,
        "from": utc_text(plan.from_us),
        "days": plan.days,
        "authority_id": plan.authority_id,
        "certificate": certificate,
        "expected_sites": plan.expected_sites,
        "expectation": plan.expectation,
    }
    if brief:
        return {**told, "sorties": len(plan.sorties)}
    sorties = [
        {
            **asdict(flight),
            "sortie": sortie_document(flight.sortie),
            "depart": utc_text(flight.sortie.depart_us),
            "back": utc_text(flight.back_us),
        }
        for flight in plan.sorties
    ]
    return {
        **told,
        "sorties": sorties,
        "boxes": [asdict(box) for box in plan.boxes],
        "left_out_sorties": [asdict(words) for words in plan.left_out_sorties],
        "assumed": [asdict(words) for words in plan.assumed],
    }


def _print(plan: Plan, *, day: int | None = None, spanish: bool = False) -> None:
    from otear.cli.plan_text import certificate_facts, days_of, left_out, ways

    out.print(facts_table(f"Plan {plan.plan_id}", certificate_facts(plan)))
    out.print()
    for number in days_of(plan, day):
        for part in ways(plan, number, spanish=spanish):
            out.print(part)
    out.print()
    for line in left_out(plan, _LEFT_OUT, spanish=spanish):
        out.print(line)
