"""`otear train`: a learned detector of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from otear.cli.output import JsonOption, err, facts_table, out, print_json, progress_bars


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="train")(train)


def train(
    sensor: Annotated[Literal["thermal", "visible"], typer.Option(help="Whose pictures to learn from.")],
    folder: Annotated[Path, typer.Option("--out", help="Folder for SENSOR.onnx and its card, SENSOR.json.")],
    scenes: Annotated[
        list[Path] | None, typer.Option(help="Folder of simulated scenes of one seed; may be repeated.")
    ] = None,
    vehicles: Annotated[
        Path | None, typer.Option(help="Folder of thermal frames with vehicles: annotations.json and images/.")
    ] = None,
    calibrate: Annotated[
        list[Path] | None, typer.Option(help="Folder of scenes of another seed, to calibrate with; may be repeated.")
    ] = None,
    test: Annotated[
        list[Path] | None, typer.Option(help="Folder of scenes of another seed, to score on; may be repeated.")
    ] = None,
    start: Annotated[
        Path | None, typer.Option("--from", help="Network (.onnx) with its card to go on from, for the same sensor.")
    ] = None,
    epochs: Annotated[int, typer.Option(help="How often every frame is seen.", min=1)] = 150,
    rate: Annotated[
        float | None, typer.Option(help="Highest rate of learning.  [default: 0.006; with --from 0.001]", min=1e-6)
    ] = None,
    seed: Annotated[
        int, typer.Option(help="The same gives the same network, as far as torch keeps its word.", min=0)
    ] = 1,
    processes: Annotated[int, typer.Option(help="Processes that draw samples; 0: this one does.", min=0)] = 0,
    device: Annotated[Literal["cpu", "cuda"], typer.Option(help="Where torch computes.")] = "cpu",
    json: JsonOption = False,
) -> None:
    """Train the learned detector on labelled frames, calibrate it on blocks that training never sees, and write both.

    Needs torch: pip install 'otear[train]'. There is no class for people or animals to be trained.
    """
    from otear.domain.authority import SensorKind
    from otear.workflow.train import Asked
    from otear.workflow.train import train as learn

    asked = Asked(
        SensorKind(sensor),
        tuple(scenes or ()),
        vehicles,
        epochs,
        seed,
        processes,
        device,
        tuple(calibrate or ()),
        tuple(test or ()),
        start,
        rate,
    )
    with progress_bars() as bars:
        card = learn(asked, folder, bars, note=None if json else err.print)
    if json:
        print_json(card)
        return
    calibration = card["calibration"]["pooled"]
    facts = {
        "model": folder / f"{sensor}.onnx",
        "kinds": ", ".join(card["kinds"]),
        "trained on": ", ".join(f"{name}: {one['training_frames']} frames" for name, one in card["data"].items()),
        **{f"AP50 on {name}": f"{one['ap50']:.3f} of {one['labels']} labels" for name, one in card["scores"].items()},
        "calibrated with": f"{calibration['outcomes']} detections, {calibration['base_rate']:.0%} of them real",
    }
    out.print(facts_table(card["name"], facts))
