"""Frames whose cues are known: what detectors are trained on and scored against.

Boxes are (n, 4) float32: left, top, right, bottom in pixels, as in `otear.detect.base`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from otear.detect.base import KINDS, Picture, Singles
from otear.domain.authority import SensorKind
from otear.domain.kinds import CueKind
from otear.errors import SettingError


@dataclass(frozen=True, eq=False)
class Labels:
    """What a frame shows. `boxes` (n, 4), `kind` (n,) as an index into `KINDS`, `counts` (n,) False where a label
    neither counts nor punishes: what is hardly visible, what nobody could say."""

    boxes: Singles
    kind: NDArray[np.int8]
    counts: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.kind)

    def of(self, kind: CueKind) -> Labels:
        """The labels of one kind."""
        rows = self.kind == KINDS.index(kind)
        return Labels(self.boxes[rows], self.kind[rows], self.counts[rows])


def boxed_kinds(sensor: SensorKind) -> tuple[CueKind, ...]:
    """The kinds that have boxes in pictures of a sensor, in the order of `KINDS`: a track is too long for one, and heat
    is seen in thermal alone."""
    left_out = {CueKind.TRACK} if sensor is SensorKind.THERMAL else {CueKind.TRACK, CueKind.HEAT_SOURCE}
    return tuple(kind for kind in KINDS if kind not in left_out)


def labels(rows: list[tuple[CueKind, tuple[float, float, float, float], bool]]) -> Labels:
    """Columns out of rows: the kind, the box, whether it counts."""
    return Labels(
        np.array([row[1] for row in rows], dtype=np.float32).reshape(-1, 4),
        np.array([KINDS.index(row[0]) for row in rows], dtype=np.int8),
        np.array([row[2] for row in rows], dtype=bool),
    )


@dataclass(frozen=True, eq=False)
class Frame:
    """One labelled frame and where its picture is. `kinds` are those that were labelled: of others nothing is known.

    `group` names what neighbours share: a flight, a sheet, a seed. `simulated` frames were drawn, not flown.
    """

    name: str
    path: Path
    group: str
    sensor: SensorKind
    gsd_m: float
    depression_deg: float
    kinds: frozenset[CueKind]
    labels: Labels
    simulated: bool = False

    def picture(self) -> Picture:
        """The frame's picture, heat growing with the grey value. Raises `SettingError` where it cannot be read."""
        thermal = self.sensor is SensorKind.THERMAL
        read = cv2.imread(str(self.path), cv2.IMREAD_GRAYSCALE if thermal else cv2.IMREAD_COLOR)
        if read is None:
            raise SettingError("no picture can be read", source=self.path, remedy="Give the folder as it was written")
        pixels = read if thermal else np.ascontiguousarray(read[..., ::-1])
        return Picture(np.asarray(pixels, dtype=np.uint8), self.sensor, self.gsd_m, self.depression_deg)
