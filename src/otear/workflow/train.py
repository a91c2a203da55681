"""`otear train`: labelled frames in, a network with its card out."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from otear.detect.base import KINDS
from otear.detect.calibration import STRAIGHT
from otear.detect.cards import Card, read_card, write_card
from otear.detect.labels import Frame, boxed_kinds
from otear.detect.learned import LearnedDetector
from otear.detect.levels import channels
from otear.detect.outcomes import found_in, outcomes, real_first
from otear.detect.strata import FEWEST, Strata, Stratum, fit_strata
from otear.detect.training.passing import SHARE, passing
from otear.detect.training.samples import Range
from otear.domain.authority import SensorKind
from otear.domain.progress import Progress, silent
from otear.errors import InputError, SettingError
from otear.workflow.evaluate import evaluate_scenes, evaluate_vehicles
from otear.workflow.files import drafted
from otear.workflow.labelled import Blocks, scene_blocks, scene_frames, vehicle_blocks

RANGE = Range(0.08, 0.6)
LEAST_SCORE = 0.2
"""Scores below this are not reported: hardly one in thirty of them is real."""
_UPRIGHT_SEED = 7
"""Of the groups of small upright things that floors are found with."""
FRESH_RATE, RESUMED_RATE = 6e-3, 1e-3
"""The highest rate of learning from nothing, and from a network."""
SCORED_FROM = 0.01
"""Calibration and evaluation look at all from this score on."""
VEHICLES_LICENCE = "HIT-UAV (J. Suo and others 2023), CC BY 4.0; the frames without people, re-encoded as grey JPEG"
SCENES_LICENCE = "drawn by otear simulate scenes, Apache-2.0"


@dataclass(frozen=True)
class Asked:
    """What to train: the sensor, where the frames are, how long, from which seed, by how many processes, on which
    device; `calibrate` and `tests` are scenes of other seeds, to calibrate with beside a fifth of the seeds, and to
    score on; `start` is a network to go on from; `rate` is the highest rate of learning, else one for the start."""

    sensor: SensorKind
    scenes: tuple[Path, ...]
    vehicles: Path | None
    epochs: int
    seed: int
    processes: int = 0
    device: str = "cpu"
    calibrate: tuple[Path, ...] = ()
    tests: tuple[Path, ...] = ()
    start: Path | None = None
    rate: float | None = None


def train(
    asked: Asked, out: Path, progress: Progress = silent, note: Callable[[str], None] | None = None
) -> dict[str, Any]:
    """Train, calibrate, and write SENSOR.onnx and SENSOR.json into the folder `out`; returns the card.

    Raises `SettingError` where torch is not installed or the frames cannot be used.
    """
    blocks = gathered(asked)
    _require("torch", "onnx", "onnxscript")
    from otear.detect.training.export import exported
    from otear.detect.training.fitting import Plan, fit
    from otear.detect.training.resumed import resumed

    rate = asked.rate or (FRESH_RATE if asked.start is None else RESUMED_RATE)
    plan = Plan(epochs=asked.epochs, seed=asked.seed, processes=asked.processes, rate=rate)
    kinds = boxed_kinds(asked.sensor)
    start = None if asked.start is None else resumed(asked.start, channels(asked.sensor), len(kinds))
    network = fit(blocks.training, kinds, RANGE, plan, device=asked.device, start=start, progress=progress, note=note)
    model = exported(network, channels(asked.sensor))
    how = {"epochs": plan.epochs, "batch": plan.batch, "rate": plan.rate, "seed": plan.seed, "device": asked.device}
    how |= {} if asked.start is None else {"after": _told_of(asked.start)}
    card = scored(model, carded(model, asked.sensor, blocks, how, progress), asked, progress)
    write(model, card, out)
    return card.as_json()


def gathered(asked: Asked) -> Blocks:
    """The frames that were asked for, in blocks. Raises `SettingError` where there are none."""
    parts: dict[str, Blocks] = {}
    if asked.vehicles is not None:
        if asked.sensor is not SensorKind.THERMAL:
            raise SettingError(
                "those frames are thermal", field="--vehicles", remedy="Leave it out, or train for --sensor thermal"
            )
        parts["vehicles"] = vehicle_blocks(asked.vehicles)
    if asked.scenes:
        more = scene_frames(asked.calibrate, asked.sensor) if asked.calibrate else []
        parts["scenes"] = scene_blocks(scene_frames(asked.scenes, asked.sensor), more)
    if not parts:
        raise SettingError("there is nothing to learn from", field="--scenes", remedy="Name folders of scenes")
    return Blocks(
        [frame for one in parts.values() for frame in one.training],
        [frame for one in parts.values() for frame in one.calibration],
        [],
        {name: one.told for name, one in parts.items()},
    )


def carded(model: bytes, sensor: SensorKind, blocks: Blocks, how: dict[str, Any], progress: Progress = silent) -> Card:
    """A network's card, with its calibration on the blocks that are kept for that."""
    digest = hashlib.sha256(model).hexdigest()
    licences = {"vehicles": VEHICLES_LICENCE, "scenes": SCENES_LICENCE}
    told = {
        "licence": "Apache-2.0",
        "training": how,
        "data": {name: {**facts, "licence": licences[name]} for name, facts in blocks.told.items()},
        "labels": _label_counts(blocks.training),
    }
    raw = Card(
        f"otear-{sensor}-{digest[:8]}",
        sensor,
        boxed_kinds(sensor),
        RANGE.finest_m,
        RANGE.coarsest_m,
        LEAST_SCORE,
        SCORED_FROM,
        digest,
        Strata(sensor, {}, Stratum("uncalibrated", STRAIGHT, 0.5, 0)),
        told,
    )
    detector = LearnedDetector(model, raw, least_score=SCORED_FROM)
    frames = blocks.calibration
    found = found_in(detector, frames, progress, "calibrating")
    passed = passing(detector, frames, found, np.random.default_rng(_UPRIGHT_SEED), progress)
    raw = replace(
        raw, floors=passed.floors, told={**raw.told, "passed_over": {"groups": passed.groups, "share": SHARE}}
    )
    flown, drawn = (
        outcomes([found[k] for k in rows], [frames[k] for k in rows])
        for rows in ([k for k, one in enumerate(frames) if one.simulated is drawn] for drawn in (False, True))
    )
    return replace(raw, strata=fit_strata(sensor, real_first(flown, drawn, FEWEST), raw.least_scores))


def scored(model: bytes, card: Card, asked: Asked, progress: Progress = silent) -> Card:
    """The card with the scores on the test's frames: the vehicles' block and scenes of other seeds, where there are
    any."""
    detector = LearnedDetector(model, card)
    scores: dict[str, Any] = {}
    if asked.vehicles is not None:
        scores["vehicles"] = evaluate_vehicles(detector, asked.vehicles, 0, progress).document
    if asked.tests:
        scores["scenes"] = evaluate_scenes(detector, asked.tests, progress).document
    return replace(card, told={**card.told, "scores": scores})


def write(model: bytes, card: Card, out: Path) -> None:
    """Write SENSOR.onnx and SENSOR.json into a folder, each whole or not at all."""
    path = out / f"{card.sensor}.onnx"
    with drafted(path) as network, drafted(path.with_suffix(".json")) as beside:
        network.write_bytes(model)
        write_card(card, beside)


def _told_of(start: Path) -> dict[str, Any]:
    """What the card beside a network says of its training, and which network it is."""
    card = read_card(start.with_suffix(".json"))
    return {"network": card.name, **card.told.get("training", {})}


def _label_counts(frames: Sequence[Frame]) -> dict[str, int]:
    """How many labels of each kind count in frames."""
    numbers = [int(kind) for frame in frames for kind in frame.labels.kind[frame.labels.counts]]
    return {KINDS[kind].value: numbers.count(kind) for kind in sorted(set(numbers))}


def _require(*modules: str) -> None:
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if missing:
        raise InputError(
            f"training needs {' and '.join(missing)}, which is not installed", remedy="pip install 'otear[train]'"
        )
