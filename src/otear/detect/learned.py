"""The learned detector: a small network of our own, run by ONNX Runtime; its card says what it is for.

Pictures finer than the network was trained on are scaled down to its finest; of coarser ones it knows nothing, and
`covers` says so beforehand.
"""

from __future__ import annotations

from copy import copy
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np

from otear.detect.base import KINDS, NONE, Detections, Picture, Singles
from otear.detect.boxes import clipped, suppressed
from otear.detect.cards import Card, read_card
from otear.detect.levels import levelled, padded
from otear.detect.sessions import session
from otear.domain.authority import SensorKind
from otear.domain.kinds import CueKind
from otear.errors import SettingError

STRIDE = 4
_MOST = 300
"""Detections of a picture before those on one thing become one."""
_OVERLAP = 0.5


class LearnedDetector:
    """A network and its card. Safe to call from one thread at a time; `threads` is how many cores one picture takes,
    `least_score` the score from which on every kind is reported, instead of those of the card."""

    def __init__(self, model: bytes, card: Card, *, threads: int = 1, least_score: float | None = None) -> None:
        self._session = session(model, threads)
        self._kind = np.array([KINDS.index(kind) for kind in card.kinds], dtype=np.int8)
        self.card = card
        self.least_scores = card.least_scores if least_score is None else np.full(len(KINDS), least_score)

    @property
    def name(self) -> str:
        """Which network, and its version."""
        return self.card.name

    @property
    def sensors(self) -> frozenset[SensorKind]:
        """The sensor that it was trained for."""
        return frozenset({self.card.sensor})

    @property
    def kinds(self) -> frozenset[CueKind]:
        """What it may find."""
        return frozenset(self.card.kinds)

    def reporting_from(self, least_score: float) -> LearnedDetector:
        """The same network, reporting every kind from another score on."""
        other = copy(self)
        other.least_scores = np.full(len(KINDS), least_score)
        return other

    def covers(self, gsd_m: float) -> bool:
        """Whether it was trained on pictures as coarse as this; finer ones are always covered."""
        return 0.0 < gsd_m <= self.card.coarsest_gsd_m

    def detect(self, picture: Picture) -> Detections:
        """What it finds; nothing where `covers` is False. Raises `SettingError` for a picture of another sensor."""
        if picture.sensor is not self.card.sensor:
            raise SettingError(
                f"{self.name} is for {self.card.sensor} pictures, not {picture.sensor}",
                field="sensor",
                remedy="Take a detector for this sensor",
            )
        if not self.covers(picture.gsd_m):
            return NONE
        fine = scaled(picture, self.card.finest_gsd_m)
        found = self._found(levelled(fine), fine.gsd_m)
        rows, cols = picture.pixels.shape[:2]
        up = np.array([cols / fine.pixels.shape[1], rows / fine.pixels.shape[0]] * 2, dtype=np.float32)
        boxes = clipped(found.boxes * up, rows, cols)
        return suppressed(Detections(boxes, found.kind, found.score), _OVERLAP)

    def _found(self, level: Singles, gsd_m: float) -> Detections:
        """Boxes in pixels of the levelled picture, best first, several on one thing."""
        inputs = {"level": padded(level)[None], "gsd_m": np.array([gsd_m], dtype=np.float32)}
        score, sides = (part[0] for part in self._session.run(["score", "sides"], inputs))
        kind, row, column = np.nonzero(score >= self.least_scores[self._kind][:, None, None])
        value = score[kind, row, column]
        best = np.argsort(-value, kind="stable")[:_MOST]
        kind, row, column, value = kind[best], row[best], column[best], value[best]
        away = sides.reshape(len(self._kind), 4, *sides.shape[1:])[kind, :, row, column]
        x, y = STRIDE * (column + 0.5), STRIDE * (row + 0.5)
        boxes = np.stack([x - away[:, 0], y - away[:, 1], x + away[:, 2], y + away[:, 3]], axis=1)
        inside = (x < level.shape[2]) & (y < level.shape[1])
        return Detections(boxes.astype(np.float32), self._kind[kind], value.astype(np.float32)).rows(inside)


def scaled(picture: Picture, finest_m: float) -> Picture:
    """The picture scaled down to a ground sample distance of `finest_m`; itself where it is not finer."""
    share = picture.gsd_m / finest_m
    if share >= 1.0:
        return picture
    rows, cols = picture.pixels.shape[:2]
    size = (max(round(cols * share), 1), max(round(rows * share), 1))
    pixels = cv2.resize(picture.pixels, size, interpolation=cv2.INTER_AREA)
    gsd_m = picture.gsd_m * cols / size[0]
    return Picture(np.asarray(pixels, dtype=np.uint8), picture.sensor, gsd_m, picture.depression_deg, picture.white_hot)


def learned_detector(path: Path, *, threads: int = 1, least_score: float | None = None) -> LearnedDetector:
    """The network of a file, with its card beside it (the same name, .json). Raises `SettingError` where either cannot
    be read or they do not belong together."""
    card = read_card(path.with_suffix(".json"))
    try:
        model = path.read_bytes()
    except OSError as error:
        raise SettingError("no model can be read", source=path, remedy="Name an .onnx file of otear train") from error
    card.check(model, path)
    return LearnedDetector(model, card, threads=threads, least_score=least_score)


def shipped(sensor: SensorKind, *, threads: int = 1, least_score: float | None = None) -> LearnedDetector:
    """The network that comes with Otear for a sensor. Raises `SettingError` where there is none for it."""
    path = Path(str(files("otear.detect") / "models" / f"{sensor}.onnx"))
    if not path.is_file():
        raise SettingError(
            f"no learned detector comes for {sensor}", field="sensor", remedy="Take visible or thermal pictures"
        )
    return learned_detector(path, threads=threads, least_score=least_score)
