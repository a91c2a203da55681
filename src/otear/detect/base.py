"""The seam that every detector stands behind: a picture in, boxes of cues out.

Pixels are (row, column[, red-green-blue]) uint8; boxes are (n, 4) float32: left, top, right, bottom in pixels, the
picture's top left corner being (0, 0) and its first pixel's centre (0.5, 0.5). There is no class for a person or an
animal: `Detections` cannot hold one, because `CueKind` has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from otear.domain.authority import SensorKind
from otear.domain.kinds import CueKind

Pixels = NDArray[np.uint8]
Singles = NDArray[np.float32]

KINDS: tuple[CueKind, ...] = tuple(CueKind)
"""The order of kinds that numbers in `Detections.kind` refer to."""


@dataclass(frozen=True, eq=False)
class Picture:
    """One picture and how it was taken: `pixels` (rows, columns, 3) in colours or (rows, columns) in heat, white-hot
    unless `white_hot` is False; `gsd_m` the mean ground sample distance, `depression_deg` the depression angle, both in
    its middle."""

    pixels: Pixels
    sensor: SensorKind
    gsd_m: float
    depression_deg: float
    white_hot: bool = True

    @property
    def heat(self) -> Pixels:
        """Grey values that grow with heat, (rows, columns), whatever the polarity."""
        grey = self.pixels if self.pixels.ndim == 2 else self.pixels[..., 1]
        return grey if self.white_hot else 255 - grey


@dataclass(frozen=True, eq=False)
class Detections:
    """Columns: `boxes` (n, 4), `kind` (n,) as an index into `KINDS`, `score` (n,) from 0 to 1, not yet calibrated."""

    boxes: Singles
    kind: NDArray[np.int8]
    score: Singles

    def __len__(self) -> int:
        return len(self.score)

    def rows(self, index: NDArray[np.intp] | NDArray[np.bool_] | slice) -> Detections:
        """The same columns, cut to indices, a mask or a slice."""
        return Detections(self.boxes[index], self.kind[index], self.score[index])

    @property
    def middles(self) -> Singles:
        """Middle of each box, (n, 2) as x, y."""
        return np.asarray(0.5 * (self.boxes[:, :2] + self.boxes[:, 2:]), dtype=np.float32)

    @property
    def sizes(self) -> Singles:
        """Width and height of each box, (n, 2)."""
        return np.asarray(self.boxes[:, 2:] - self.boxes[:, :2], dtype=np.float32)


NONE = Detections(np.empty((0, 4), dtype=np.float32), np.empty(0, dtype=np.int8), np.empty(0, dtype=np.float32))
"""Nothing was seen."""


def joined(parts: Sequence[Detections]) -> Detections:
    """All of them, in order."""
    if not parts:
        return NONE
    return Detections(
        np.concatenate([one.boxes for one in parts]),
        np.concatenate([one.kind for one in parts]),
        np.concatenate([one.score for one in parts]),
    )


class Detector(Protocol):
    """Anything that finds cues in a single picture. `name` says which and of which version; `sensors` what it is for;
    `kinds` what it may find."""

    @property
    def name(self) -> str:
        """Which detector, and its version."""
        ...

    @property
    def sensors(self) -> frozenset[SensorKind]:
        """The sensors whose pictures it is made for."""
        ...

    @property
    def kinds(self) -> frozenset[CueKind]:
        """What it may find."""
        ...

    def detect(self, picture: Picture) -> Detections:
        """What it finds in a picture. Raises `SettingError` for a picture of another sensor."""
        ...
