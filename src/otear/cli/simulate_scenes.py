"""`otear simulate scenes`: labelled pictures to train and evaluate detectors with."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from otear.cli.output import JsonOption, facts_table, out, print_json, progress_bars
from otear.errors import InputError


class Sensors(StrEnum):
    """What takes the pictures."""

    VISIBLE = "visible"
    THERMAL = "thermal"
    BOTH = "both"


def register(group: typer.Typer) -> None:
    """Add the command to `otear simulate`."""
    group.command(name="scenes")(scenes)


def scenes(
    seed: Annotated[int, typer.Option(min=0, help="Of the world and the pictures: the same gives the same bytes.")],
    to: Annotated[Path, typer.Option("--out", help="A new folder for the pictures and `scenes.json`.")],
    count: Annotated[int, typer.Option(min=1, max=9_999, help="How many pictures of each sensor.")] = 60,
    sensor: Annotated[Sensors, typer.Option(help="What takes them.")] = Sensors.BOTH,
    gsd: Annotated[
        list[str] | None,
        typer.Option(metavar="M|FROM,TO", help="Ground sample distance in metres, or a range; several take turns."),
    ] = None,
    size: Annotated[tuple[int, int], typer.Option(metavar="W H", help="Width and height in pixels.")] = (640, 512),
    hours: Annotated[
        tuple[float, float], typer.Option(metavar="FROM TO", help="Local solar hours, round midnight where needed.")
    ] = (0.0, 24.0),
    json: JsonOption = False,
) -> None:
    """Draw pictures of a small world made from a seed, with boxes around what each shows: to train and to evaluate."""
    from otear.domain.authority import SensorKind
    from otear.simulate.scene.scenes import write_scenes
    from otear.simulate.scene.viewpoints import Wanted

    if not all(64 <= side <= 4096 for side in size):
        raise InputError("is not between 64 and 4096 pixels", field="--size", remedy="Write it as 640 512")
    if not all(0.0 <= hour <= 24.0 for hour in hours) or hours[0] == hours[1]:
        raise InputError("is not two different hours from 0 to 24", field="--hours", remedy="Write it as 8 16.5")
    sensors = [SensorKind(sensor)] if sensor is not Sensors.BOTH else [SensorKind.VISIBLE, SensorKind.THERMAL]
    wanted = Wanted(tuple(map(_range, gsd or ["0.08,0.5"])), *size, hours)
    with progress_bars() as bars:
        written = write_scenes(to, seed=seed, count=count, sensors=sensors, wanted=wanted, progress=bars)
    if json:
        print_json({"folder": to, "pictures": written.pictures, "labels": written.labels})
        return
    counts = {kind.replace("_", " "): f"{number:,}" for kind, number in written.labels.items()}
    out.print(facts_table(f"Scenes {to}: {written.pictures} pictures, labels", counts))


def _range(text: str) -> tuple[float, float]:
    """The lowest and the highest of a range, or the same number twice."""
    try:
        ends = [float(part) for part in text.split(",")]
    except ValueError as error:
        raise InputError(f"{text!r} is no number", field="--gsd", remedy="Write it as 0.2 or 0.1,0.4") from error
    low, high = ends[0], ends[-1]
    if len(ends) > 2 or not 0.03 <= low <= high <= 0.5:
        raise InputError(
            f"{text!r} is not between 0.03 and 0.5 m, the lower first", field="--gsd", remedy="Write it as 0.1,0.4"
        )
    return low, high
