"""The card of a learned detector: what it was trained on, how it was split, how good it is, and its calibration."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from otear.detect.base import KINDS
from otear.detect.strata import Strata, strata_from
from otear.domain.authority import SensorKind
from otear.domain.kinds import CueKind
from otear.errors import SettingError
from otear.geo.frames import Floats

FORMAT = "otear-detector/1"
_OWN = {"format", "name", "sensor", "kinds", "finest_gsd_m", "coarsest_gsd_m", "least_score", "floors",
        "scored_from", "sha256"}  # fmt: skip
_REMEDY = "Keep the .json beside the .onnx as otear train wrote both"


@dataclass(frozen=True)
class Card:
    """What running a network takes; `told` is the rest, for people: data, licences, split, seeds, scores.

    `finest_gsd_m` and `coarsest_gsd_m` are the ends of the trained range, `least_score` the score below which nothing
    is reported, `floors` those of kinds that small upright things are taken for more easily (`training.passing`).
    Calibration and evaluation look at all from `scored_from`, the doubtful ones too.
    """

    name: str
    sensor: SensorKind
    kinds: tuple[CueKind, ...]
    finest_gsd_m: float
    coarsest_gsd_m: float
    least_score: float
    scored_from: float
    sha256: str
    strata: Strata
    told: dict[str, Any]
    floors: dict[CueKind, float] = field(default_factory=dict)

    @property
    def least_scores(self) -> Floats:
        """The score from which on each of `KINDS` is reported, (kinds,)."""
        return np.array([max(self.least_score, self.floors.get(kind, 0.0)) for kind in KINDS])

    def check(self, model: bytes, path: Path) -> None:
        """Raise `SettingError` where a model is not the one that the card is about."""
        if hashlib.sha256(model).hexdigest() != self.sha256:
            raise SettingError("the card beside the model is of another model", source=path, remedy=_REMEDY)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "format": FORMAT,
            "name": self.name,
            "sensor": self.sensor.value,
            "kinds": [kind.value for kind in self.kinds],
            "finest_gsd_m": self.finest_gsd_m,
            "coarsest_gsd_m": self.coarsest_gsd_m,
            "least_score": self.least_score,
            "floors": {kind.value: score for kind, score in sorted(self.floors.items())},
            "scored_from": self.scored_from,
            "sha256": self.sha256,
            **self.told,
            "calibration": self.strata.as_json(),
        }


def read_card(path: Path) -> Card:
    """The card of a file. Raises `SettingError` naming it where it cannot be read or is no card."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingError("no card can be read", source=path, remedy=_REMEDY) from error
    if not isinstance(read, dict) or read.get("format") != FORMAT:
        raise SettingError(f"this is no card of format {FORMAT}", source=path, field="format", remedy=_REMEDY)
    try:
        return Card(
            name=str(read["name"]),
            sensor=SensorKind(read["sensor"]),
            kinds=tuple(CueKind(kind) for kind in read["kinds"]),
            finest_gsd_m=float(read["finest_gsd_m"]),
            coarsest_gsd_m=float(read["coarsest_gsd_m"]),
            least_score=float(read["least_score"]),
            scored_from=float(read["scored_from"]),
            sha256=str(read["sha256"]),
            strata=strata_from(read["calibration"]),
            floors={CueKind(kind): float(score) for kind, score in read.get("floors", {}).items()},
            told={name: value for name, value in read.items() if name not in {*_OWN, "calibration"}},
        )
    except (KeyError, TypeError, ValueError) as error:
        raise SettingError(f"the card lacks or misspells something ({error})", source=path, remedy=_REMEDY) from error


def write_card(card: Card, path: Path) -> None:
    """Write it, readable for people."""
    path.write_text(json.dumps(card.as_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
