"""Which detectors look through which pictures, and how their scores become probabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from otear.detect.adapter import OnnxDetector, onnx_detector
from otear.detect.base import Detector
from otear.detect.classic import classic_strata
from otear.detect.colour import ColourAnomaly
from otear.detect.gathering import Gathering
from otear.detect.hotspot import HotSpot
from otear.detect.learned import shipped
from otear.detect.strata import Strata
from otear.domain.authority import SensorKind
from otear.errors import InputError
from otear.workflow.cue_places import Sure

UNKNOWN_SHARE = 0.2
"""Of the detections of a detector that nobody has calibrated, what share is taken to be real, whatever their scores."""
_NOBODY = "calibrated by nobody: its score counts for nothing"


@dataclass(frozen=True)
class Calibrations:
    """Calibrations by the names of detectors."""

    strata: Mapping[str, Strata]

    def __call__(self, gathering: Gathering) -> Sure:
        """How surely a gathering is what its detector says, by the conditions of its best shot."""
        strata, shot = self.strata.get(gathering.detector), gathering.best
        if strata is None:
            return Sure(UNKNOWN_SHARE, UNKNOWN_SHARE, _NOBODY)
        at = strata.at(shot.gsd_m, shot.depression_deg, gathering.kind)
        return Sure(float(at.curve(np.array([gathering.score]))[0]), at.base_rate, at.name)


@dataclass(frozen=True)
class Family:
    """Detectors for one sensor: `quick` ones see every picture, `slow` ones key frames; `calibrated` turns their scores
    into probabilities."""

    quick: tuple[Detector, ...]
    slow: tuple[Detector, ...]
    calibrated: Calibrations

    @property
    def name(self) -> str:
        """All detectors, in order."""
        return ", ".join(one.name for one in (*self.quick, *self.slow))


def family_of(sensor: SensorKind, users: Sequence[Path] = ()) -> Family:
    """What comes with Otear for a sensor, and the user's own detectors by their descriptions.

    Raises `InputError` for a sensor that makes no pictures, `SettingError` for a description that does not hold.
    """
    own: list[OnnxDetector] = [onnx_detector(path) for path in users]
    for one in own:
        if sensor not in one.sensors:
            raise InputError(
                f"{one.name} is for {', '.join(sorted(one.sensors))} pictures, not {sensor}",
                field="--detector",
                remedy="Leave it out for this recording",
            )
    match sensor:
        case SensorKind.THERMAL:
            quick: tuple[Detector, ...] = (HotSpot(),)
            learned = shipped(sensor)
            slow: tuple[Detector, ...] = (learned, *own)
        case SensorKind.VISIBLE:
            quick, learned = (), shipped(sensor)
            slow = (learned, ColourAnomaly(), *own)
        case _:
            raise InputError(
                f"a {sensor} sensor makes no pictures", field="--sensor", remedy="Ingest visible or thermal"
            )
    return Family(quick, slow, Calibrations({learned.name: learned.card.strata, **classic_strata()}))
