"""Any user's ONNX detector behind our seam. Its people and animals are gone before anything is scored (`classes`)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from otear.detect.adapter_schema import Description, InputForm, SeparateForm, YoloForm, read_description
from otear.detect.base import NONE, Detections, Picture, Singles, joined
from otear.detect.boxes import clipped, suppressed
from otear.detect.sessions import UNUSABLE, session
from otear.detect.tiles import tiles
from otear.domain.authority import SensorKind
from otear.domain.kinds import CueKind
from otear.errors import SettingError

_FILL = 114
"""Grey beside a letterboxed picture, as YOLO's trainers have it."""
Candidates = tuple[Singles, NDArray[np.int8], Singles]
"""Boxes (n, 4) left, top, right, bottom in pixels of the input or shares of it; kinds (n,); scores (n,)."""


class OnnxDetector:
    """A described model. Safe to call from one thread at a time. Raises `SettingError` where the description asks for
    what `Classes` refuses, or for outputs that the model does not have."""

    def __init__(self, model: bytes, description: Description, *, threads: int = 1) -> None:
        self.description = description
        self._classes = description.foreign_classes()
        self._session = session(model, threads)
        self._outputs = [one.name for one in self._session.get_outputs()]
        for name in _named(description.output):
            if name not in self._outputs:
                raise SettingError(
                    f"the model has no output {name!r}",
                    field="output",
                    remedy=f"It has: {', '.join(self._outputs)}",
                )

    @property
    def name(self) -> str:
        """As the description has it."""
        return self.description.name

    @property
    def sensors(self) -> frozenset[SensorKind]:
        """The sensors that it is for."""
        return self.description.seen_by

    @property
    def kinds(self) -> frozenset[CueKind]:
        """What its classes stand for."""
        return self._classes.kinds

    def covers(self, gsd_m: float) -> bool:
        """Whether its maker says that it is for pictures as coarse as this."""
        return 0.0 < gsd_m <= self.description.coarsest_gsd_m

    def detect(self, picture: Picture) -> Detections:
        """What it finds; nothing where `covers` is False. Raises `SettingError` for a picture of another sensor, and
        where the model does not do what its description says."""
        if picture.sensor not in self.sensors:
            raise SettingError(
                f"{self.name} is not for {picture.sensor} pictures", field="sensor", remedy="Take another detector"
            )
        if not self.covers(picture.gsd_m):
            return NONE
        rows, cols = picture.pixels.shape[:2]
        parts = [self._in_tile(picture, *tile.tolist()) for tile in self._tiles(cols, rows, picture.gsd_m)]
        found = joined(parts)
        enough = (found.score >= self.description.least_score) & (found.sizes > 0.0).all(axis=1)
        return suppressed(found.rows(enough), self.description.overlap)

    def _tiles(self, cols: int, rows: int, gsd_m: float) -> NDArray[np.int64]:
        """(n, 4) left, top, right, bottom: the whole picture, but for a model whose description has it cut up."""
        form = self.description.tiles
        if form is None:
            return np.array([[0, 0, cols, rows]])
        return tiles(cols, rows, gsd_m, form.context_m, form.overlap_m)

    def _in_tile(self, picture: Picture, left: int, top: int, right: int, bottom: int) -> Detections:
        """What it finds in a part of a picture, in pixels of the picture."""
        part = replace(picture, pixels=picture.pixels[top:bottom, left:right])
        tensor, scale, away = _fitted(part, self.description.input)
        try:
            answers = self._session.run(None, {self._session.get_inputs()[0].name: tensor})
        except UNUSABLE as error:
            raise SettingError(
                f"{self.name} does not take such pictures ({str(error).splitlines()[0]})",
                field="input",
                remedy="Describe the input as the model has it",
            ) from error
        outputs = dict(zip(self._outputs, answers, strict=True))
        boxes, kind, score = self._candidates(outputs)
        placed = np.asarray((boxes - np.tile(away, 2)) / np.tile(scale, 2), dtype=np.float32)
        inside = clipped(placed, bottom - top, right - left)
        moved = np.asarray(inside + np.array([left, top, left, top]), dtype=np.float32)
        return Detections(moved, kind, np.clip(score, 0.0, 1.0))

    def _candidates(self, outputs: dict[str, Any]) -> Candidates:
        """What the model says of the classes that stand for a kind, and of nothing else."""
        form = self.description.output
        if isinstance(form, YoloForm):
            boxes, kind, score = self._yolo(form, outputs[form.name or self._outputs[0]])
        else:
            boxes, kind, score = self._separate(form, outputs)
        if form.boxes == "cxcywh":
            boxes = np.concatenate([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2], axis=1)
        if form.shares:
            entry = self.description.input
            boxes = boxes * np.array([entry.width, entry.height] * 2, dtype=np.float32)
        return boxes, kind, score

    def _yolo(self, form: YoloForm, answer: Any) -> Candidates:
        table = _table(answer)
        table = table.T if form.axis == "columns" else table
        first = 5 if form.objectness else 4
        described = first + len(self._classes)
        if table.shape[1] != described:
            raise SettingError(
                f"the model answers with {table.shape[1]} numbers a candidate, {described} are described",
                field="output",
                remedy="Check the axis, the objectness and that every class is listed",
            )
        raw = _active(table[:, first:], form.activation)
        rows, kind, score = self._classes.best(raw)
        if form.objectness:
            score = score * _active(table[rows, 4], form.activation)
        return table[rows, :4], kind, score

    def _separate(self, form: SeparateForm, outputs: dict[str, Any]) -> Candidates:
        boxes = _table(outputs[form.boxes_name])
        raw = np.asarray(outputs[form.scores_name], dtype=np.float32)
        if form.labels_name is None:
            rows, kind, score = self._classes.best(_active(_table(raw), form.activation))
        else:
            label = np.asarray(outputs[form.labels_name]).reshape(-1).astype(np.int64)
            rows, kind = self._classes.labelled(label)
            score = _active(raw.reshape(-1), form.activation)[rows]
        return boxes[rows], kind, score


def onnx_detector(path: Path, *, threads: int = 1) -> OnnxDetector:
    """The detector of a description, its model beside it. Raises `SettingError` naming the file."""
    description = read_description(path)
    model = path.parent / description.model
    try:
        return OnnxDetector(model.read_bytes(), description, threads=threads)
    except SettingError as error:
        raise error.naming(path) from error
    except OSError as error:
        raise SettingError("no model can be read", source=model, remedy="Put it beside its description") from error


def _named(form: YoloForm | SeparateForm) -> list[str]:
    names = [form.name] if isinstance(form, YoloForm) else [form.boxes_name, form.scores_name, form.labels_name]
    return [name for name in names if name is not None]


def _fitted(picture: Picture, form: InputForm) -> tuple[NDArray[Any], NDArray[np.float64], NDArray[np.float64]]:
    """The input, and how a place (x, y) of the picture gets there: times the scale, plus the shift."""
    pixels = picture.pixels if picture.sensor is SensorKind.VISIBLE and picture.pixels.ndim == 3 else picture.heat
    if pixels.ndim == 2 and form.colours != "grey":
        pixels = np.repeat(pixels[..., None], 3, axis=2)
    if pixels.ndim == 3:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY) if form.colours == "grey" else pixels
        pixels = pixels[..., ::-1] if form.colours == "bgr" else pixels
    pixels = np.atleast_3d(pixels)
    rows, cols = pixels.shape[:2]
    scale = np.array([form.width / cols, form.height / rows])
    if form.fit == "letterbox":
        scale = np.full(2, scale.min())
    size = np.maximum(np.round(np.array([cols, rows]) * scale), 1).astype(int)
    away = (np.array([form.width, form.height]) - size) // 2
    small = cv2.resize(np.ascontiguousarray(pixels), tuple(size.tolist()), interpolation=cv2.INTER_AREA)
    whole = np.full((form.height, form.width, pixels.shape[2]), _FILL, dtype=np.uint8)
    whole[away[1] : away[1] + size[1], away[0] : away[0] + size[0]] = small.reshape(size[1], size[0], -1)
    tensor: NDArray[Any] = whole
    if form.type == "float32":
        tensor = ((whole * form.scale - np.array(form.mean)) / np.array(form.deviation)).astype(np.float32)
    tensor = tensor.transpose(2, 0, 1) if form.layout == "nchw" else tensor
    return np.ascontiguousarray(tensor[None]), size / np.array([cols, rows]), away.astype(np.float64)


def _table(answer: Any) -> Singles:
    """An answer for one picture as (n, columns). Raises `SettingError` where it is not such a table."""
    table = np.asarray(answer, dtype=np.float32)
    table = table[0] if table.ndim == 3 and len(table) == 1 else table
    if table.ndim != 2:
        raise SettingError(
            f"the model answers in the shape {table.shape}",
            field="output",
            remedy="Export it for one picture at a time",
        )
    return table


def _active(raw: Singles, activation: str) -> Singles:
    if activation == "sigmoid":
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(raw, -60.0, 60.0))), dtype=np.float32)
    if activation == "softmax":
        power = np.exp(raw - raw.max(axis=-1, keepdims=True))
        return np.asarray(power / power.sum(axis=-1, keepdims=True), dtype=np.float32)
    return raw
