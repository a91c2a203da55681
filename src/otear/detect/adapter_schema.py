"""How somebody describes an ONNX detector of their own (docs/detectors.md), and how the description is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from otear.authority.schema_types import Closed, Name
from otear.authority.strict_yaml import field_path, read_mapping
from otear.detect.classes import Classes, ForeignClass
from otear.domain.authority import SensorKind
from otear.domain.kinds import CueKind
from otear.errors import SettingError

FORMAT = "otear-onnx/1"
_Px = Annotated[int, Field(ge=32, le=8192)]
_Share = Annotated[float, Field(ge=0.0, le=1.0)]
_REMEDY = "Compare it with docs/detectors.md"


class InputForm(Closed):
    """How the model takes a picture: `fit` letterbox keeps its shape and fills up with grey, stretch does not. Grey
    values are multiplied by `scale`, then less `mean`, over `deviation`, a number per channel."""

    width: _Px
    height: _Px
    layout: Literal["nchw", "nhwc"] = "nchw"
    colours: Literal["rgb", "bgr", "grey"] = "rgb"
    fit: Literal["letterbox", "stretch"] = "letterbox"
    type: Literal["float32", "uint8"] = "float32"
    scale: float = 1.0 / 255.0
    mean: tuple[float, ...] = (0.0,)
    deviation: tuple[float, ...] = (1.0,)


class TilesForm(Closed):
    """How a picture is cut up for the model: a tile shows `context_m` of ground, neighbours share `overlap_m`, as
    much as the largest thing that it is to find whole."""

    context_m: Annotated[float, Field(gt=0.0)]
    overlap_m: Annotated[float, Field(ge=0.0)]


class YoloForm(Closed):
    """One output with a row per candidate (`axis` rows: (n, 4 + classes), columns: (4 + classes, n)): a box, the
    objectness if there is one, and a score per class. Boxes are in pixels of the input, or shares of it."""

    form: Literal["yolo"]
    name: Name | None = None
    axis: Literal["rows", "columns"]
    boxes: Literal["cxcywh", "xyxy"] = "cxcywh"
    objectness: bool = False
    shares: bool = False
    activation: Literal["none", "sigmoid"] = "none"


class SeparateForm(Closed):
    """Outputs of their own for boxes (n, 4) and scores: (n,) beside `labels` (n,), or (n, classes) without. `softmax`
    for scores that are log odds of classes that exclude one another, the last being none of them, as DETR has it."""

    form: Literal["separate"]
    boxes_name: Name
    scores_name: Name
    labels_name: Name | None = None
    boxes: Literal["cxcywh", "xyxy"] = "xyxy"
    shares: bool = False
    activation: Literal["none", "sigmoid", "softmax"] = "none"


class ClassForm(Closed):
    """A class of the model; `kind` is the kind of cue that it stands for, left out where it stands for none."""

    name: Name
    kind: CueKind | None = None


class Description(Closed):
    """A detector: its file beside the description, what it sees, what goes in and what comes out."""

    format: Literal["otear-onnx/1"]
    name: Name
    model: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.onnx$")]
    licence: Name
    sensors: Annotated[tuple[Literal["visible", "thermal"], ...], Field(min_length=1)]
    input: InputForm
    output: Annotated[YoloForm | SeparateForm, Field(discriminator="form")]
    classes: Annotated[tuple[ClassForm, ...], Field(min_length=1)]
    coarsest_gsd_m: Annotated[float, Field(gt=0.0)]
    tiles: TilesForm | None = None
    least_score: _Share = 0.25
    overlap: _Share = 0.5

    @property
    def seen_by(self) -> frozenset[SensorKind]:
        """The sensors that it is for."""
        return frozenset(SensorKind(sensor) for sensor in self.sensors)

    def foreign_classes(self) -> Classes:
        """Its classes. Raises `SettingError` as `Classes` does."""
        return Classes([ForeignClass(one.name, one.kind) for one in self.classes])


def read_description(path: Path) -> Description:
    """The description in a YAML or JSON file. Raises `InputError` naming the file and the field."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise SettingError("no description can be read", source=path, remedy=_REMEDY) from error
    try:
        return Description.model_validate_json(json.dumps(read_mapping(text, path)))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        problem = first["msg"][0].lower() + first["msg"][1:]
        raise SettingError(problem, source=path, field=field_path(first["loc"]) or None, remedy=_REMEDY) from error
