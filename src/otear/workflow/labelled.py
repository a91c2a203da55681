"""Labelled frames out of folders, and which of them are for training, calibration and the test."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from otear.detect.labels import Frame, boxed_kinds, labels
from otear.detect.scenes import Scene, read_scenes
from otear.detect.splits import GAP, LEAST_SHARE, Split, block_split, group_split, random_split
from otear.detect.vehicles import VehicleFrame, vehicle_frames
from otear.domain.authority import SensorKind
from otear.errors import SettingError

SEEN_SHARE = 0.5
"""A label of which the picture shows less neither counts nor punishes."""


@dataclass(frozen=True, eq=False)
class Blocks:
    """Frames in three parts that share no neighbours; `told` says which, for a card."""

    training: list[Frame]
    calibration: list[Frame]
    test: list[Frame]
    told: dict[str, Any]


def vehicle_blocks(folder: Path) -> Blocks:
    """The frames of `detect.vehicles` in blocks of ids: the test's chosen first, the calibration's from what is left,
    each a fifth of all frames, with a gap on both sides of each."""
    frames = vehicle_frames(folder)
    count = math.ceil(LEAST_SHARE * len(frames))
    test = _block(frames, count)
    rest = [frames[k] for k in test.rest]
    calibration = _block(rest, count)
    return Blocks(
        [rest[k].frame for k in calibration.rest],
        [rest[k].frame for k in calibration.held],
        [frames[k].frame for k in test.held],
        {
            "frames": len(frames),
            "gap_ids": GAP,
            "test": _told(test),
            "calibration": _told(calibration),
            "training_frames": len(calibration.rest),
            "rule": "the contiguous block of ids most like the whole in light, altitude and pitch",
        },
    )


def leaky_frames(folder: Path, seed: int) -> list[Frame]:
    """As many frames as the test's block has, dealt at random: most were trained on, the others have neighbours that
    were. Only ever shown beside the block, with the word leaky."""
    frames = vehicle_frames(folder)
    count = math.ceil(LEAST_SHARE * len(frames))
    rows = random_split([one.frame_id for one in frames], count, np.random.default_rng(seed), leaky=True)
    return [frames[k].frame for k in rows]


def scene_frames(folders: Sequence[Path], sensor: SensorKind) -> list[Frame]:
    """The pictures of one sensor in folders of scenes; the group is the seed."""
    scenes = [scene for folder in folders for scene in read_scenes(folder) if scene.sensor is sensor]
    if not scenes:
        raise SettingError(
            f"the folders hold no {sensor} pictures", field="--scenes", remedy="Name folders of otear simulate scenes"
        )
    return [_frame(scene) for scene in scenes]


def scene_blocks(frames: Sequence[Frame], more: Sequence[Frame] = ()) -> Blocks:
    """Scenes for training and for calibration: the last fifth of the seeds, at least one, and `more`, of other seeds.
    The test's seeds are others altogether. Raises `SettingError` for fewer than two seeds, or one given to both."""
    seeds = sorted({frame.group for frame in frames}, key=int)
    if len(seeds) < 2:
        raise SettingError(
            "all scenes are of one seed, and calibration needs one that training does not see",
            field="--scenes",
            remedy="Name scenes of two seeds or more",
        )
    held = seeds[-max(1, round(LEAST_SHARE * len(seeds))) :]
    twice = sorted({frame.group for frame in more} & set(seeds))
    if twice:
        raise SettingError(
            f"seed {twice[0]} is given to both training and calibration",
            field="--calibrate",
            remedy="Calibrate with other seeds",
        )
    calibration, training = group_split([frame.group for frame in frames], held)
    calibrating = [*(frames[k] for k in calibration), *more]
    return Blocks(
        [frames[k] for k in training],
        calibrating,
        [],
        {
            "training_seeds": [int(seed) for seed in seeds if seed not in held],
            "calibration_seeds": sorted({int(frame.group) for frame in calibrating}),
            "training_frames": len(training),
            "calibration_frames": len(calibrating),
            "rule": "whole seeds; the last fifth calibrates",
        },
    )


def _block(frames: Sequence[VehicleFrame], count: int) -> Split:
    return block_split([one.frame_id for one in frames], [one.conditions for one in frames], count)


def _told(split: Split) -> dict[str, int]:
    return {"first_id": split.first, "last_id": split.last, "frames": len(split.held), "gap_frames": len(split.gap)}


def _frame(scene: Scene) -> Frame:
    kinds = frozenset(boxed_kinds(scene.sensor))
    rows = [
        (label.kind, tuple(float(side) for side in label.box), label.visible >= SEEN_SHARE)
        for label in scene.labels
        if label.kind in kinds
    ]
    return Frame(
        name=scene.path.name,
        path=scene.path,
        group=str(scene.seed),
        sensor=scene.sensor,
        gsd_m=scene.gsd_m,
        depression_deg=scene.depression_deg,
        kinds=kinds,
        labels=labels(rows),  # type: ignore[arg-type]  # four sides
        simulated=True,
    )
