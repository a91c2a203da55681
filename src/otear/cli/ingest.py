"""`otear ingest`: recordings in; packets, telemetry, looks and coverage out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from otear.cli.desk import desk_in
from otear.cli.live import receive_one
from otear.cli.options import (
    AircraftOption,
    PurposeOption,
    SensorOption,
    TerrainDatumOption,
    TerrainOption,
    chosen_terrain,
    stated_facts,
)
from otear.cli.output import JsonOption, facts_table, out, print_json, print_warnings, progress_bars


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="ingest")(ingest)


def ingest(
    context: typer.Context,
    sources: Annotated[
        list[str],
        typer.Argument(
            help="STANAG 4609 transport streams or raw KLV files; or live: udp://@:PORT, udp://@GROUP:PORT, "
            "srt://:PORT?mode=listener, srt://HOST:PORT?mode=caller."
        ),
    ],
    terrain: TerrainOption = None,
    terrain_datum: TerrainDatumOption = None,
    authority: Annotated[
        str | None,
        typer.Option(help="The authority that the flight was made under. Default: the oldest in force that covers it."),
    ] = None,
    sensor: SensorOption = None,
    aircraft: AircraftOption = None,
    purpose: PurposeOption = None,
    for_s: Annotated[
        float | None, typer.Option("--for", min=0.1, help="Live: receive for so many seconds at most.")
    ] = None,
    idle_s: Annotated[
        float, typer.Option("--idle", min=0.5, help="Live: end when nothing came for so many seconds.")
    ] = 10.0,
    wait_s: Annotated[
        float, typer.Option("--wait", min=0.5, help="Live: wait so many seconds for the first byte.")
    ] = 60.0,
    json: JsonOption = False,
) -> None:
    """Read recordings: keep every packet, judge the stream's health, and work out what was really looked at."""
    from otear.video.live.address import is_live, live_address
    from otear.video.live.receive import Limits
    from otear.workflow.ingest import ingest as ingest_one

    named = [live_address(source) if is_live(source) else Path(source) for source in sources]
    limits = Limits(wait_s, idle_s, for_s)
    desk = desk_in(context)
    ground = chosen_terrain(desk.workspace, terrain, terrain_datum)
    stated = stated_facts(sensor, aircraft, purpose)
    results: list[dict[str, Any]] = []
    for source in named:
        if isinstance(source, Path):
            with progress_bars() as bars:
                results.append(
                    ingest_one(desk, source, terrain=ground, authority_id=authority, stated=stated, progress=bars)
                )
        else:
            results.append(receive_one(desk, source, limits, terrain=ground, authority_id=authority, stated=stated))
        if not json:
            print_summary(results[-1])
    if json:
        print_json(results[0] if len(results) == 1 else results)


def print_summary(footage: dict[str, Any]) -> None:
    """Tell a person what is in a recording and how far it can be trusted."""
    packets = footage["packets"]
    facts = {
        "file": footage["name"],
        "authority": footage["authority_id"] or "none: in quarantine",
        "standard": footage["standard"],
        "duration": f"{footage['duration_s']:.1f} s, {footage['frames']} frames",
        "packets": "{total} kept: {valid} valid, {flagged} flagged, {repaired} repaired".format(**packets),
        "vmti targets": footage["vmti_targets"],
        "looks": f"{footage['looks']} at {footage['covered_km2']:.3f} km²",
    }
    if "live" in footage:
        facts["arrived"] = _arrived(footage["live"])
    if "health" in footage:
        facts.update(_health_facts(footage))
    if packets.get("set_aside"):
        facts["set aside"] = (
            f"{packets['set_aside']} packets with items that have no place here: flagged, never acted on"
        )
    out.print(facts_table(f"Footage {footage['footage_id']}", facts))
    for kind, entry in footage.get("purged", {}).items():
        proof = "`otear oversight purge` goes on" if entry is None else f"`otear ledger prove {entry}` gives the proof"
        out.print(f"Purged: {kind}; {proof}")
    for found in footage.get("live", {}).get("recovered", []):
        out.print(f"A reception that was cut off before is in custody now: {found}")
    for path in footage.get("live", {}).get("left", []):
        out.print(f"What a reception left holds no recording; look at it, then delete it: {path}")
    if footage["quarantined"]:
        why = footage.get("quarantine", {})
        out.print(Text.assemble(("In quarantine: ", "yellow"), why.get("because", "no authority covers it")))
        if why:
            out.print(f"It would be allowed if {why['would_be_allowed_if']}")
    if footage.get("repairs"):
        table = Table("repair", "times", "first at byte", box=None, title="Repairs", title_justify="left")
        for repair in footage["repairs"]:
            table.add_row(repair["kind"], str(repair["count"]), str(repair["first_offset"]))
        out.print(table)
    if "health" in footage:
        print_warnings(footage["health"]["warnings"])


def _arrived(live: dict[str, Any]) -> str:
    lost, gaps = live["lost_ts_packets"], len(live["gaps"])
    return (
        f"{live['datagrams']:,} datagrams, {live['bytes']:,} bytes in {live['seconds']:.1f} s; "
        f"{lost:,} transport packets lost ({live['lost_share']:.2%}), {gaps} {'gap' if gaps == 1 else 'gaps'}"
    )


def _health_facts(footage: dict[str, Any]) -> dict[str, Any]:
    video, health = footage["video"], footage["health"]
    picture = "none" if video is None else "{codec} {width} × {height}, {fps:.3g} frames a second".format(**video)
    return {
        "picture": picture,
        "terrain": footage["terrain"] or "none",
        "attitude lag": _number(health["lag_ms"], "ms"),
        "pointing": f"{_number(health['pointing_rms_deg'], '° rms')}, {_number(health['pointing_p90_deg'], '° p90')}; "
        f"{_number(health['fitted_rms_deg'], '° rms')} after fitting lag and mount",
        "slant range": health["range_pedigree"],
    }


def _number(value: float | None, unit: str) -> str:
    return "unknown" if value is None else f"{value:.3g} {unit}".replace(" °", "°")
