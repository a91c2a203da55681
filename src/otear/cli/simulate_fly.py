"""`otear simulate fly`: sorties over a simulated world, flown and recorded."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from otear.cli.output import JsonOption, out, print_json, progress_bars

if TYPE_CHECKING:
    from otear.simulate.scene.weather import Weather
    from otear.simulate.world.folder import World


class Errors(StrEnum):
    """Whether a flight measures with errors."""

    ON = "on"
    OFF = "off"


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command(name="fly")(fly)


def fly(
    sorties: Annotated[list[Path], typer.Argument(help="Documents of sorties, as in the world's folder `sorties`.")],
    world: Annotated[Path, typer.Option(help="The folder that `otear simulate world` made.")],
    to: Annotated[Path | None, typer.Option("--out", help="Folder for the recordings. Default: WORLD/footage.")] = None,
    video: Annotated[bool, typer.Option("--video", help="Pictures, too; needs the instructor's folder.")] = False,
    errors: Annotated[Errors, typer.Option(help="Whether the aircraft measures with errors.")] = Errors.ON,
    seed: Annotated[int, typer.Option(min=0, help="Of errors, gusts and noise: the same gives the same bytes.")] = 0,
    from_s: Annotated[float, typer.Option("--from", min=0.0, help="Record from so many seconds after departure.")] = 0,
    for_s: Annotated[float | None, typer.Option("--for", min=0.1, help="Record so many seconds.")] = None,
    wind_mps: Annotated[float, typer.Option(min=0.0, help="Wind at flight height, m/s.")] = 0.0,
    wind_from: Annotated[float, typer.Option(help="Where it comes from, degrees.")] = 0.0,
    gusts_mps: Annotated[float, typer.Option(min=0.0, help="One standard deviation of its gusts, m/s.")] = 0.0,
    cloud_cover: Annotated[float, typer.Option(min=0.0, max=1.0, help="Share of sky under cloud.")] = 0.0,
    cloud_base: Annotated[float, typer.Option(help="Height of its base above sea level, metres.")] = 9_000.0,
    visibility: Annotated[float, typer.Option(min=100.0, help="Meteorological range, metres.")] = 40_000.0,
    json: JsonOption = False,
) -> None:
    """Fly sorties over a simulated world and write what the aircraft would have sent: STANAG 4609."""
    from otear.flight.guidance import RATE_HZ
    from otear.flight.sortie import read_sortie
    from otear.simulate.sortie.fly import Take, fly_sortie
    from otear.simulate.world.folder import open_world
    from otear.workflow.files import read_text

    place = open_world(world)
    weather = _weather(
        place,
        wind_mps=wind_mps,
        wind_from_deg=wind_from,
        gust_mps=gusts_mps,
        cloud_cover=cloud_cover,
        cloud_base_msl_m=cloud_base,
        visibility_m=visibility,
    )
    folder = to or world / "footage"
    folder.mkdir(parents=True, exist_ok=True)
    take = Take(video=video, errors=errors is Errors.ON, from_s=from_s, for_s=for_s)
    done: list[dict[str, Any]] = []
    for path in sorties:
        with progress_bars() as bars:
            recorded = fly_sortie(
                place,
                read_sortie(read_text(path), path),
                folder / f"{path.stem}.ts",
                weather=weather,
                seed=seed,
                take=take,
                progress=bars,
            )
        flown = recorded.flown
        facts = {
            "file": recorded.path,
            "sortie_id": recorded.sortie.sortie_id,
            "seconds": round(len(flown) / RATE_HZ, 1),
            "packets": recorded.packets,
            "pictures": len(flown) if video else 0,
            "events": [{"time_us": e.time_us, "what": e.what, "why": e.why} for e in flown.events],
        }
        done.append(facts)
        if not json:
            out.print(f"Recording {facts['file']}: {facts['seconds']} s, {facts['packets']} packets")
            for event in flown.events:
                out.print(f"  {event.what}: {event.why}")
    if json:
        print_json({"files": [facts["file"] for facts in done], "flights": done})


def _weather(world: World, **changes: float) -> Weather:
    from dataclasses import replace

    from otear.simulate.scene.weather import CALM

    return replace(CALM, season=world.season, **changes)
