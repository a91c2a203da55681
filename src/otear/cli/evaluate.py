"""`otear evaluate`: how good the learned detector is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from otear.cli.output import JsonOption, facts_table, out, print_json, progress_bars

if TYPE_CHECKING:
    from otear.workflow.evaluate import Row


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="evaluate")(evaluate)


def evaluate(
    model: Annotated[
        str, typer.Option(help="An .onnx file of `otear train` with its card beside it, or `shipped`.")
    ] = "shipped",
    vehicles: Annotated[
        Path | None, typer.Option(help="Folder of thermal frames with vehicles: annotations.json and images/.")
    ] = None,
    scenes: Annotated[
        list[Path] | None, typer.Option(help="Folder of simulated scenes of one seed; may be repeated.")
    ] = None,
    seed: Annotated[int, typer.Option(help="What the leaky split beside the block is dealt with.", min=0)] = 0,
    picture: Annotated[
        Path | None, typer.Option("--out", help="PNG file to draw the scores and calibration to.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Score a learned detector on frames that neither its training nor its calibration saw.

    Average precision per kind of cue and ground sample distance, and how far its probabilities are from what came.
    """
    from otear.detect.learned import learned_detector, shipped
    from otear.domain.authority import SensorKind
    from otear.errors import InputError
    from otear.workflow.evaluate import evaluate_scenes, evaluate_vehicles
    from otear.workflow.evaluation_picture import draw_evaluations
    from otear.workflow.files import check_output

    if (vehicles is None) == (not scenes):
        raise InputError(
            "either vehicles or scenes are evaluated on",
            field="--scenes",
            remedy="Give --vehicles, or --scenes once or more",
        )
    if picture is not None:
        check_output(picture)
    with progress_bars() as bars:
        if vehicles is not None:
            detector = shipped(SensorKind.THERMAL) if model == "shipped" else learned_detector(Path(model))
            results = [evaluate_vehicles(detector, vehicles, seed, bars)]
        else:
            sensors = (SensorKind.VISIBLE, SensorKind.THERMAL)
            detectors = [shipped(one) for one in sensors] if model == "shipped" else [learned_detector(Path(model))]
            results = [evaluate_scenes(one, scenes or [], bars) for one in detectors]
    if picture is not None:
        draw_evaluations(results, picture)
    documents = [one.document for one in results]
    if json:
        print_json(documents[0] if len(documents) == 1 else _together(documents))
        return
    for one in results:
        _print(one.document, one.rows)
    if picture is not None:
        out.print(f"Picture {picture}")


def _together(documents: list[dict[str, Any]]) -> dict[str, Any]:
    """One document for several sensors: the scores are means over them, each sensor's own stand under its name."""
    mean = {key: sum(one[key] for one in documents) / len(documents) for key in ("ap50", "ap30", "ece")}
    return {**mean, "sensors": {one["sensor"]: one for one in documents}}


def _print(document: dict[str, Any], rows: tuple[Row, ...]) -> None:
    facts = {
        "frames": f"{document['frames']}, {document['labels']} labels",
        "AP50": f"{document['ap50']:.3f}",
        "AP30": f"{document['ap30']:.3f}",
        "calibration error": f"{document['ece']:.4f} of {document['detections']} detections"
        f" (uncalibrated {document['ece_uncalibrated']:.4f})",
        "of the reported ones": f"{document['ece_of_reported']:.4f} of {document['reported']}"
        f" (score at least {document['least_score']:g}, more for some kinds)",
    }
    split = document["split"]
    if "test" in split:
        test = split["test"]
        facts["block held out"] = f"ids {test['first_id']} to {test['last_id']}, {split['gap_ids']} ids dropped beside"
        leaky = document["leaky"]
        facts["random split, leaky"] = f"AP50 {leaky['ap50']:.3f}, AP30 {leaky['ap30']:.3f}: {leaky['what']}"
    else:
        facts["seeds"] = ", ".join(str(seed) for seed in split["test_seeds"])
    out.print(facts_table(f"{document['detector']} ({document['sensor']})", facts))
    table = Table(title=f"{document['sensor']}: per kind and ground sample distance", title_justify="left")
    for name in ("kind", "GSD", "labels", "AP50", "AP30", "recall", "precision"):
        table.add_column(name, justify="left" if name == "kind" else "right")
    for row in rows:
        gsd = "all" if row.gsd_m is None else f"{row.gsd_m:g} m"
        scores = (f"{score:.3f}" for score in (row.ap50, row.ap30, row.recall30, row.precision30))
        table.add_row(row.kind, gsd, str(row.labels), *scores)
    out.print(table)
