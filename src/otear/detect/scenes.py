"""Labelled scenes: pictures in a folder and, beside them in `scenes.json`, what they show. Training and evaluation read
them; nothing here knows a world, only what somebody wrote down of it.

    for scene in read_scenes(Path("scenes/train-101")):
        picture = scene.picture()      # what a detector is given
        scene.boxes[scene.clear]       # what it should find

The format is `otear-scenes/1` (docs/simulated-scenes.md). Boxes are left, top, right, bottom in pixels, as in
`detect.base`. All pictures of a folder come from one seed: neighbours, so that a split goes between folders.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from otear.authority.schema_types import Closed
from otear.authority.strict_yaml import field_path
from otear.detect.base import KINDS, Picture, Pixels, Singles
from otear.domain.authority import SensorKind
from otear.domain.kinds import CueKind
from otear.errors import InputError

FORMAT = "otear-scenes/1"
DOCUMENT = "scenes.json"
CLEAR_SHARE = 0.25
"""Of what is shown less than this, a picture says too little: it is neither to be found nor wrong to find."""
_REMEDY = "Make the scenes again: otear simulate scenes"


@dataclass(frozen=True, eq=False)
class Label:
    """One thing in a picture: `box` (4,) clipped to the picture; `visible` the share of the thing, 0 to 1, that the
    picture shows (not hidden, not outside); `heat_k` kelvin that its work adds at that time, 0 where it does not."""

    kind: CueKind
    box: Singles
    visible: float
    heat_k: float

    @property
    def clear(self) -> bool:
        """Whether enough of it is shown to ask for it."""
        return self.visible >= CLEAR_SHARE


@dataclass(frozen=True, eq=False)
class Scene:
    """One picture and its labels. `gsd_m` and `depression_deg` are those of its middle, `solar_h` the local solar hour,
    `over` what it was taken over: site, lookalike, village, land. `seed` is that of its folder."""

    path: Path
    seed: int
    sensor: SensorKind
    gsd_m: float
    depression_deg: float
    solar_h: float
    over: str
    labels: tuple[Label, ...]

    @cached_property
    def boxes(self) -> Singles:
        """Of all labels, (n, 4)."""
        return np.array([label.box for label in self.labels], dtype=np.float32).reshape(-1, 4)

    @cached_property
    def kind(self) -> NDArray[np.int8]:
        """Of all labels, (n,), as an index into `KINDS`."""
        return np.array([KINDS.index(label.kind) for label in self.labels], dtype=np.int8)

    @cached_property
    def clear(self) -> NDArray[np.bool_]:
        """Which labels show enough to ask for, (n,). The others are to be left out of account, found or not."""
        return np.array([label.clear for label in self.labels], dtype=np.bool_)

    def picture(self) -> Picture:
        """The picture, white-hot in heat. Raises `InputError` where the file holds none."""
        return Picture(_pixels(self.path, self.sensor), self.sensor, self.gsd_m, self.depression_deg)


class _Label(Closed):
    kind: CueKind
    box: tuple[float, float, float, float]
    visible: Annotated[float, Field(ge=0.0, le=1.0)]
    heat_k: float


class _Scene(Closed):
    file: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    sensor: Literal[SensorKind.VISIBLE, SensorKind.THERMAL]
    gsd_m: Annotated[float, Field(gt=0.0)]
    depression_deg: Annotated[float, Field(gt=0.0, le=90.0)]
    solar_h: Annotated[float, Field(ge=0.0, lt=24.0)]
    over: Literal["site", "lookalike", "village", "land"]
    labels: tuple[_Label, ...]


class _Scenes(Closed):
    format: Literal["otear-scenes/1"]
    seed: Annotated[int, Field(ge=0)]
    scenes: tuple[_Scene, ...]


def read_scenes(folder: Path) -> tuple[Scene, ...]:
    """The scenes of a folder, in the order of its document; pictures are read when they are asked for.

    Raises `InputError` naming the file and the field: for what is not of the format, for a box with no inside, and for
    a picture that is not there.
    """
    path = folder / DOCUMENT
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"cannot be read ({error.strerror})",
            source=path,
            remedy="Name a folder that `otear simulate scenes` made",
        ) from error
    try:
        document = _Scenes.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        problem = first["msg"][0].lower() + first["msg"][1:]
        raise InputError(problem, source=path, field=field_path(first["loc"]) or None, remedy=_REMEDY) from error
    return tuple(_scene(folder, document.seed, one, f"scenes[{i}]") for i, one in enumerate(document.scenes))


def _scene(folder: Path, seed: int, read: _Scene, field: str) -> Scene:
    if not (folder / read.file).is_file():
        raise InputError(
            f"{read.file} is not in the folder", source=folder / DOCUMENT, field=f"{field}.file", remedy=_REMEDY
        )
    labels = []
    for number, label in enumerate(read.labels):
        left, top, right, bottom = label.box
        if not (0.0 <= left < right and 0.0 <= top < bottom):
            raise InputError(
                f"{list(label.box)} has no inside",
                source=folder / DOCUMENT,
                field=f"{field}.labels[{number}].box",
                remedy=_REMEDY,
            )
        labels.append(Label(label.kind, np.array(label.box, dtype=np.float32), label.visible, label.heat_k))
    facts = (read.sensor, read.gsd_m, read.depression_deg, read.solar_h, read.over)
    return Scene(folder / read.file, seed, *facts, tuple(labels))


def _pixels(path: Path, sensor: SensorKind) -> Pixels:
    """(rows, columns, 3) red-green-blue, or (rows, columns) in heat."""
    thermal = sensor is SensorKind.THERMAL
    read = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE if thermal else cv2.IMREAD_COLOR_RGB)
    if read is None:
        raise InputError("is no picture", source=path, remedy=_REMEDY)
    return np.asarray(read, dtype=np.uint8)
