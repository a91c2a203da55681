"""`otear simulate fly`: sorties over a simulated world, flown and recorded."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from otear.cli.output import JsonOption, out, print_json, progress_bars
from otear.errors import InputError

if TYPE_CHECKING:
    from otear.domain.progress import Progress
    from otear.simulate.scene.weather import Weather
    from otear.simulate.sortie.fly import Recorded
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
    cot: Annotated[
        str | None,
        typer.Option(metavar="FILE|udp://HOST:PORT", help="The track as CoT events: to a file, or sent at its pace."),
    ] = None,
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
    read = {folder / f"{path.stem}.ts": read_sortie(read_text(path), path) for path in sorties}
    if len(read) < len(sorties):
        raise InputError(
            "two sorties have one name, and recordings are named after them",
            field="SORTIES",
            remedy="Name each once, or fly them into different folders",
        )
    track = None if cot is None else _Track(cot, place.world_id)
    take = Take(video=video, errors=errors is Errors.ON, from_s=from_s, for_s=for_s)
    done: list[dict[str, Any]] = []
    for path, sortie in read.items():
        with progress_bars() as bars:
            recorded = fly_sortie(place, sortie, path, weather=weather, seed=seed, take=take, progress=bars)
            events = 0 if track is None else track.take(recorded, bars)
        flown = recorded.flown
        facts = {
            "file": recorded.path,
            "sortie_id": sortie.sortie_id,
            "seconds": round(len(flown) / RATE_HZ, 1),
            "packets": len(recorded.packets),
            "pictures": len(flown) if video else 0,
            "cot_events": events,
            "events": [{"time_us": e.time_us, "what": e.what, "why": e.why} for e in flown.events],
        }
        done.append(facts)
        if not json:
            out.print(f"Recording {facts['file']}: {facts['seconds']} s, {facts['packets']} packets")
            for event in flown.events:
                out.print(f"  {event.what}: {event.why}")
    if track is not None:
        track.finish()
    if json:
        print_json({"files": [facts["file"] for facts in done], "cot": cot, "flights": done})
    elif cot is not None:
        out.print(f"Track     {cot}: {sum(facts['cot_events'] for facts in done)} events")


class _Track:
    """What flights say of themselves as events, one sortie after the other: written to a file, or sent."""

    def __init__(self, to: str, simulation: str) -> None:
        from otear.flight.exports.cot_send import udp_address
        from otear.workflow.files import check_output

        self._to, self._live, self._simulation = to, "://" in to, simulation
        self._lines: list[str] = []
        if self._live:
            udp_address(to)
        else:
            check_output(Path(to))

    def take(self, recorded: Recorded, progress: Progress) -> int:
        """Keep the events of one, or send them at the pace of the flight, as of now; how many they are."""
        from otear.domain.clock import SystemClock
        from otear.flight.exports import send_cot
        from otear.simulate.sortie.reported_track import reported_track

        if not self._live:
            events = [event for _, event in reported_track(recorded, self._simulation)]
            self._lines += events
            return len(events)
        clock = SystemClock()
        later_us = clock.now_us() - int(recorded.flown.time_us[0])
        today = reported_track(recorded, self._simulation, later_us=later_us)
        return send_cot(_watched(list(today), progress), self._to, clock=clock)

    def finish(self) -> None:
        """Write the file."""
        from otear.workflow.files import write_text

        if not self._live:
            write_text(Path(self._to), "".join(f"{line}\n" for line in self._lines))


def _watched(events: list[tuple[int, str]], progress: Progress) -> Iterator[tuple[int, str]]:
    for number, event in enumerate(events):
        progress("sending events", number, len(events))
        yield event


def _weather(world: World, **changes: float) -> Weather:
    from dataclasses import replace

    from otear.simulate.scene.weather import CALM

    for name, value in changes.items():
        if not isfinite(value):
            raise InputError(f"{value} is no quantity", field=name, remedy="Give a number")
    return replace(CALM, season=world.season, **changes)
