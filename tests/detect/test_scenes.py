"""Scenes are read as they were written down, and what is wrong with them is said by file and field."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from otear.detect.base import KINDS
from otear.detect.scenes import CLEAR_SHARE, read_scenes
from otear.domain.authority import SensorKind
from otear.domain.kinds import CueKind
from otear.errors import InputError

LABEL = {"kind": "drums", "box": [1.0, 2.0, 9.5, 8.0], "visible": 0.9, "heat_k": 0.0}
SCENE = {
    "file": "visible-0000.jpg", "sensor": "visible", "gsd_m": 0.2, "depression_deg": 45.0, "solar_h": 9.5,
    "over": "site", "labels": [LABEL, {**LABEL, "kind": "heat_source", "visible": 0.1, "heat_k": 30.0}],
}  # fmt: skip
DOCUMENT: dict[str, Any] = {
    "format": "otear-scenes/1",
    "seed": 5,
    "scenes": [SCENE, {**SCENE, "file": "thermal-0000.jpg", "sensor": "thermal", "labels": []}],
}


def write(folder: Path, document: object) -> Path:
    """A folder with a document and its two pictures, left half red, right half black."""
    pixels = np.zeros((16, 24, 3), dtype=np.uint8)
    pixels[:, :12] = (0, 0, 200)  # blue, green, red
    cv2.imwrite(str(folder / "visible-0000.jpg"), pixels)
    cv2.imwrite(str(folder / "thermal-0000.jpg"), pixels[..., 2])
    (folder / "scenes.json").write_text(json.dumps(document), encoding="utf-8")
    return folder


def test_scenes_are_as_written(tmp_path: Path) -> None:
    visible, thermal = read_scenes(write(tmp_path, DOCUMENT))
    assert (visible.seed, visible.over, visible.solar_h) == (5, "site", 9.5)
    np.testing.assert_array_equal(visible.boxes, np.float32([LABEL["box"]] * 2))
    assert [KINDS[code] for code in visible.kind] == [CueKind.DRUMS, CueKind.HEAT_SOURCE]
    assert visible.clear.tolist() == [True, False]
    assert visible.labels[1].visible < CLEAR_SHARE <= visible.labels[0].visible
    assert visible.labels[1].heat_k == 30.0
    assert thermal.boxes.shape == (0, 4)
    assert len(thermal.kind) == len(thermal.clear) == 0
    picture = visible.picture()
    assert (picture.sensor, picture.gsd_m, picture.depression_deg) == (SensorKind.VISIBLE, 0.2, 45.0)
    assert picture.pixels.shape == (16, 24, 3)
    assert picture.pixels[8, 2, 0] > 150 > picture.pixels[8, 2, 2]
    assert thermal.picture().pixels.shape == (16, 24)


@pytest.mark.parametrize(
    ("way", "value", "field"),
    [
        (("format",), "otear-scenes/9", "format"),
        (("seed",), -1, "seed"),
        (("scenes", 0, "labels", 1, "kind"), "person", "scenes[0].labels[1].kind"),
        (("scenes", 0, "labels", 0, "visible"), 1.5, "scenes[0].labels[0].visible"),
        (("scenes", 0, "labels", 0, "box"), [1, 2, 3], "scenes[0].labels[0].box"),
        (("scenes", 0, "labels", 0, "box"), [5.0, 2.0, 5.0, 8.0], "scenes[0].labels[0].box"),
        (("scenes", 0, "labels", 0, "box"), [-1.0, 2.0, 5.0, 8.0], "scenes[0].labels[0].box"),
        (("scenes", 1, "sensor"), "radar", "scenes[1].sensor"),
        (("scenes", 1, "gsd_m"), 0.0, "scenes[1].gsd_m"),
        (("scenes", 1, "over"), "town", "scenes[1].over"),
        (("scenes", 1, "file"), "../secret.jpg", "scenes[1].file"),
        (("scenes", 1, "file"), "gone.jpg", "scenes[1].file"),
        (("scenes", 1, "more"), 1, "scenes[1].more"),
    ],
)
def test_what_is_wrong_is_said_by_its_field(
    way: tuple[str | int, ...], value: object, field: str, tmp_path: Path
) -> None:
    document: Any = copy.deepcopy(DOCUMENT)
    place = document
    for step in way[:-1]:
        place = place[step]
    place[way[-1]] = value
    with pytest.raises(InputError) as raised:
        read_scenes(write(tmp_path, document))
    assert str(raised.value.field).startswith(field)
    assert raised.value.source == str(tmp_path / "scenes.json")


def test_a_folder_without_scenes_and_a_file_that_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_scenes(tmp_path)
    folder = write(tmp_path, DOCUMENT)
    (folder / "thermal-0000.jpg").write_bytes(b"no picture")
    with pytest.raises(InputError, match=r"thermal-0000.jpg: is no picture"):
        read_scenes(folder)[1].picture()
