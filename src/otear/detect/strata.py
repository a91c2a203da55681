"""Scores become probabilities by the conditions they were reached in: sensor, ground sample distance, depression angle.

A stratum has its own curve where enough detections of either outcome were seen in it. Else it takes the curve of the
kind of cue in all conditions, or of all kinds of the sensor, and its name says so.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from otear.detect.base import KINDS
from otear.detect.calibration import Curve, fitted
from otear.detect.outcomes import Outcomes
from otear.domain.authority import SensorKind
from otear.domain.kinds import CueKind
from otear.geo.frames import Floats

GSD_EDGES_M = (0.0, 0.1, 0.2, 0.4)
"""Bands of the mean ground sample distance: up to 0.1 m, to 0.2 m, to 0.4 m, over that."""
DEPRESSION_EDGES_DEG = (0.0, 30.0, 60.0)
"""Bands of the depression angle: up to 30°, to 60°, over that."""
FEWEST = 60
"""Outcomes of either sort below which a band has no curve of its own."""
FEWEST_OF_A_KIND = 30
"""The same for a kind in all conditions, whose errors differ more from those of other kinds than bands do."""


@dataclass(frozen=True)
class Stratum:
    """One calibration: `curve` puts scores right, fitted to `outcomes` detections; of those of them that the detector
    reports, the share `base_rate` was real."""

    name: str
    curve: Curve
    base_rate: float
    outcomes: int


@dataclass(frozen=True)
class Strata:
    """All calibrations of a detector on a sensor: by name, and `pooled`, which stands in where outcomes are too few."""

    sensor: SensorKind
    own: dict[str, Stratum]
    pooled: Stratum

    def at(self, gsd_m: float, depression_deg: float, kind: CueKind | None = None) -> Stratum:
        """The calibration for a detection, of a kind if one is given; its name says where another stands in."""
        name = stratum_name(self.sensor, gsd_m, depression_deg, kind)
        if name in self.own:
            return self.own[name]
        nearest = self.own.get(f"{self.sensor} {kind}") if kind is not None else None
        instead = self.pooled if nearest is None else nearest
        return Stratum(
            f"{name} (too few outcomes there: {instead.name} in all conditions)",
            instead.curve,
            instead.base_rate,
            instead.outcomes,
        )

    def real(self, of: Outcomes) -> Floats:
        """Probabilities that detections are real, (n,), each by its own stratum."""
        said = np.empty(len(of))
        conditions = list(zip(of.kind.tolist(), of.gsd_m.tolist(), of.depression_deg.tolist(), strict=True))
        of_condition: dict[tuple[int, float, float], list[int]] = {}
        for row, condition in enumerate(conditions):
            of_condition.setdefault(condition, []).append(row)
        for condition, rows in of_condition.items():
            kind, gsd_m, depression_deg = condition
            said[rows] = self.at(gsd_m, depression_deg, KINDS[kind]).curve(of.score[rows])
        return said

    def as_json(self) -> dict[str, Any]:
        """Plain values, for a card."""
        return {
            "sensor": self.sensor.value,
            "pooled": asdict(self.pooled),
            "own": {name: asdict(one) for name, one in sorted(self.own.items())},
        }


def strata_from(read: dict[str, Any]) -> Strata:
    """What `as_json` wrote. Raises `KeyError`, `TypeError` or `ValueError` for anything else."""
    own = {name: _stratum(one) for name, one in read["own"].items()}
    return Strata(SensorKind(read["sensor"]), own, _stratum(read["pooled"]))


def stratum_name(sensor: SensorKind, gsd_m: float, depression_deg: float, kind: CueKind | None = None) -> str:
    """Sensor, kind if one is given, and the bands of ground sample distance and depression angle, for people."""
    what = sensor.value if kind is None else f"{sensor} {kind}"
    return f"{what}, {_band(gsd_m, GSD_EDGES_M, ' m')}, {_band(depression_deg, DEPRESSION_EDGES_DEG, '°')}"


def fit_strata(sensor: SensorKind, of: Outcomes, least_scores: Floats | None = None) -> Strata:
    """Calibrations from detections in frames that no training saw: for each kind, for each band, and for each kind in
    each band, wherever there are enough of either outcome. The detector reports those of `least_scores` (kinds,) and
    more, all without."""
    least = np.zeros(len(KINDS)) if least_scores is None else least_scores
    conditions = list(zip(of.gsd_m, of.depression_deg, strict=True))
    bands = [stratum_name(sensor, gsd_m, depression) for gsd_m, depression in conditions]
    kinds = [f"{sensor} {KINDS[kind]}" for kind in of.kind]
    both = [
        stratum_name(sensor, gsd_m, depression, KINDS[kind])
        for kind, (gsd_m, depression) in zip(of.kind, conditions, strict=True)
    ]
    own = {}
    for names, fewest in ((bands, FEWEST), (kinds, FEWEST_OF_A_KIND), (both, FEWEST)):
        column = np.array(names, dtype=object)
        for name in sorted(set(names)):
            part = of.rows(column == name)
            if min(int(part.real.sum()), int((~part.real).sum())) >= fewest:
                own[name] = _fitted(name, part, least)
    return Strata(sensor, own, _fitted(sensor.value, of, least))


def _fitted(name: str, of: Outcomes, least_scores: Floats) -> Stratum:
    reported = of.real[of.score >= least_scores[of.kind]]
    base_rate = float(reported.mean()) if len(reported) else 0.5
    return Stratum(name, fitted(of.score, of.real), base_rate, len(of))


def _stratum(read: dict[str, Any]) -> Stratum:
    return Stratum(str(read["name"]), Curve(**read["curve"]), float(read["base_rate"]), int(read["outcomes"]))


def _band(value: float, edges: tuple[float, ...], unit: str) -> str:
    low = max([edge for edge in edges if value > edge], default=edges[0])
    above = [edge for edge in edges if edge > low]
    return f"{low:g} to {above[0]:g}{unit}" if above else f"over {low:g}{unit}"
