"""`otear evaluate`: how good a learned detector is on frames that neither training nor calibration saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from otear.detect.base import KINDS, Detections
from otear.detect.calibration import calibration_error
from otear.detect.labels import Frame
from otear.detect.learned import LearnedDetector
from otear.detect.outcomes import Outcomes, found_in, outcomes, scored_kind
from otear.detect.precision import average_precision, precision, recall
from otear.domain.authority import SensorKind
from otear.domain.progress import Progress, silent
from otear.errors import SettingError
from otear.geo.frames import Floats
from otear.workflow.labelled import leaky_frames, scene_frames, vehicle_blocks

GSDS_M = (0.1, 0.2, 0.4)
"""Ground sample distances of the table; a frame counts under the nearest, by ratio."""
LEAKY = "leaky: frames at random, most of them trained on and the others beside such; no measure of anything but memory"


@dataclass(frozen=True)
class Row:
    """A kind at a ground sample distance (None: all): how many labels count, and how well they are found.

    `recall30` and `precision30` are of what the detector reports, at an overlap of 0.3.
    """

    sensor: str
    kind: str
    gsd_m: float | None
    labels: int
    ap50: float
    ap30: float
    recall30: float
    precision30: float


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The document that the command prints, the rows of its table, and what every detection was said to be (`stated`,
    a probability) and was."""

    document: dict[str, Any]
    rows: tuple[Row, ...]
    stated: Floats
    outcomes: Outcomes


def evaluate_vehicles(detector: LearnedDetector, folder: Path, seed: int, progress: Progress = silent) -> Evaluation:
    """Scores on the test's block of ids, and beside them those of a random split, which are leaky.

    Raises `SettingError` where the detector is for another sensor, or was trained on another split of such frames.
    """
    if detector.card.sensor is not SensorKind.THERMAL:
        raise SettingError("those frames are thermal", field="--model", remedy="Take a thermal model")
    blocks = vehicle_blocks(folder)
    trained = detector.card.told.get("data", {}).get("vehicles")
    if trained is not None and any(trained[part] != blocks.told[part] for part in ("test", "calibration", "gap_ids")):
        raise SettingError(
            "the model was trained on another split of these frames, maybe on the test's",
            field="--vehicles",
            remedy="Give the folder that it was trained with",
        )
    doubting = detector.reporting_from(detector.card.scored_from)
    found = found_in(doubting, blocks.test, progress, "the block")
    dealt = leaky_frames(folder, seed)
    leaky = found_in(doubting, dealt, progress, "the leaky split")
    least = detector.least_scores
    rows, whole = (_rows(found, blocks.test, least, banded=banded) for banded in (True, False))
    result = _evaluation(detector, found, blocks.test, rows)
    document = {
        **_head(detector, blocks.test),
        **_scores(whole),
        **result.document,
        "split": {**blocks.told, "trained_on_these": trained is not None},
        "leaky": {
            "what": LEAKY,
            **_scores(_rows(leaky, dealt, least, banded=False)),
            **_evaluation(detector, leaky, dealt, ()).document,
        },
        "rows": [asdict(row) for row in (*whole, *rows)],
    }
    return Evaluation(document, (*whole, *rows), result.stated, result.outcomes)


def evaluate_scenes(detector: LearnedDetector, folders: Sequence[Path], progress: Progress = silent) -> Evaluation:
    """Scores on simulated scenes, per kind and ground sample distance; `ap50` and `ap30` are means over kinds.

    Raises `SettingError` for scenes of a seed that the detector was trained or calibrated on.
    """
    frames = scene_frames(folders, detector.card.sensor)
    seeds = sorted({int(frame.group) for frame in frames})
    told = detector.card.told.get("data", {}).get("scenes", {})
    seen = sorted(set(seeds) & {*told.get("training_seeds", ()), *told.get("calibration_seeds", ())})
    if seen:
        raise SettingError(
            f"the model has seen scenes of seed {seen[0]}: the score would be leaky",
            field="--scenes",
            remedy="Make scenes of seeds that are not in its card",
        )
    doubting = detector.reporting_from(detector.card.scored_from)
    found = found_in(doubting, frames, progress, f"{detector.card.sensor} scenes")
    whole, rows = (_rows(found, frames, detector.least_scores, banded=banded) for banded in (False, True))
    result = _evaluation(detector, found, frames, (*whole, *rows))
    document = {
        **_head(detector, frames),
        **_scores(whole),
        **result.document,
        "split": {"test_seeds": seeds, "rule": "whole seeds that no training saw"},
        "rows": [asdict(row) for row in result.rows],
    }
    return Evaluation(document, result.rows, result.stated, result.outcomes)


def _head(detector: LearnedDetector, frames: Sequence[Frame]) -> dict[str, Any]:
    counted = sum(int(frame.labels.counts.sum()) for frame in frames)
    return {
        "detector": detector.name,
        "sensor": detector.card.sensor.value,
        "frames": len(frames),
        "labels": counted,
        "least_score": detector.card.least_score,
        "least_scores": {kind.value: float(detector.least_scores[KINDS.index(kind)]) for kind in detector.card.kinds},
        "scored_from": detector.card.scored_from,
    }


def _rows(found: Sequence[Detections], frames: Sequence[Frame], least: Floats, *, banded: bool) -> tuple[Row, ...]:
    """A row per kind that is labelled, over all frames or per ground sample distance."""
    nearest = np.array([int(np.argmin(np.abs(np.log(np.array(GSDS_M) / frame.gsd_m)))) for frame in frames])
    rows = []
    for kind in KINDS:
        for band in range(len(GSDS_M)) if banded else (None,):
            mine = [k for k in range(len(frames)) if band is None or nearest[k] == band]
            here = [found[k] for k in mine], [frames[k] for k in mine]
            half, third = (scored_kind(*here, kind, overlap) for overlap in (0.5, 0.3))
            if half.labels:
                rows.append(
                    Row(
                        frames[0].sensor.value,
                        kind.value,
                        None if band is None else GSDS_M[band],
                        half.labels,
                        average_precision(half),
                        average_precision(third),
                        recall(third, float(least[KINDS.index(kind)])),
                        precision(third, float(least[KINDS.index(kind)])),
                    )
                )
    return tuple(rows)


def _scores(rows: Sequence[Row]) -> dict[str, float]:
    """The means over kinds."""
    if not rows:
        return {"ap50": float("nan"), "ap30": float("nan")}
    return {"ap50": float(np.mean([row.ap50 for row in rows])), "ap30": float(np.mean([row.ap30 for row in rows]))}


def _evaluation(
    detector: LearnedDetector, found: Sequence[Detections], frames: Sequence[Frame], rows: tuple[Row, ...]
) -> Evaluation:
    came = outcomes(found, frames)
    stated = detector.card.strata.real(came)
    reported = came.score >= detector.least_scores[came.kind]
    document = {
        "ece": calibration_error(stated, came.real) if len(came) else float("nan"),
        "ece_of_reported": calibration_error(stated[reported], came.real[reported]) if reported.any() else float("nan"),
        "ece_uncalibrated": calibration_error(came.score, came.real) if len(came) else float("nan"),
        "detections": len(came),
        "reported": int(reported.sum()),
        "real": int(came.real.sum()),
    }
    return Evaluation(document, rows, stated, came)
