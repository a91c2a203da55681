"""A user's ONNX detector, by toy models that always answer the same: boxes land where they should, people never do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from otear.detect.adapter import OnnxDetector, onnx_detector
from otear.detect.adapter_schema import Description
from otear.detect.base import KINDS, Picture, Singles
from otear.domain.authority import SensorKind
from otear.domain.kinds import CueKind
from otear.errors import SettingError

CLASSES = [
    {"name": "person"},
    {"name": "car", "kind": "vehicle"},
    {"name": "dog"},
    {"name": "hut", "kind": "structure"},
]
NAMES = [str(one["name"]) for one in CLASSES]
SIDE = 64
CARS = np.array([[8, 16, 24, 32], [40, 40, 56, 60]], dtype=np.float32)
"""In pixels of the input."""


def answering(**outputs: Any) -> bytes:
    """A model that answers with these arrays to any picture of SIDE by SIDE."""
    nodes = [
        helper.make_node("Constant", [], [name], value=numpy_helper.from_array(np.asarray(value)))
        for name, value in outputs.items()
    ]
    made = [
        helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(np.asarray(value).dtype), np.shape(value))
        for name, value in outputs.items()
    ]
    entry = helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, SIDE, SIDE])
    model = helper.make_model(
        helper.make_graph(nodes, "toy", [entry], made), opset_imports=[helper.make_opsetid("", 18)], ir_version=9
    )
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def described(output: dict[str, Any], **changes: Any) -> Description:
    return Description.model_validate_json(
        json.dumps(
            {
                "format": "otear-onnx/1",
                "name": "toy 1",
                "model": "toy.onnx",
                "licence": "none",
                "sensors": ["visible"],
                "input": {"width": SIDE, "height": SIDE},
                "output": output,
                "classes": CLASSES,
                "coarsest_gsd_m": 0.5,
                "least_score": 0.2,
                **changes,
            }
        )
    )


def picture(rows: int = SIDE, cols: int = SIDE, gsd_m: float = 0.1) -> Picture:
    return Picture(np.zeros((rows, cols, 3), dtype=np.uint8), SensorKind.VISIBLE, gsd_m, 60.0)


def middled(boxes: Singles) -> Singles:
    return np.concatenate([(boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]], axis=1)


def logits(scores: Singles) -> Singles:
    return np.log(np.clip(scores, 1e-6, 1.0) / np.clip(1.0 - scores, 1e-6, 1.0)).astype(np.float32)


Layout = tuple[bytes, dict[str, Any], list[dict[str, str]]]


def layouts(scores: Singles) -> dict[str, Layout]:
    """Every layout that is understood, answering with CARS and these scores (n, 4), by its name."""
    sure = np.full((len(scores), 1), 0.9, dtype=np.float32)
    best = scores.argmax(axis=1)
    none = np.log(np.maximum(np.concatenate([scores, 1e-3 + 0 * sure], axis=1), 1e-9)).astype(np.float32)
    yolo = {"form": "yolo"}
    apart = {"form": "separate", "boxes_name": "b", "scores_name": "s"}
    background = [{"name": "background"}, *CLASSES]
    return {
        "yolo columns": (
            answering(out=np.concatenate([middled(CARS), scores], axis=1).T[None]),
            {**yolo, "axis": "columns"},
            CLASSES,
        ),
        "yolo rows, objectness, shares": (
            answering(out=np.concatenate([middled(CARS) / SIDE, sure, scores], axis=1)[None]),
            {**yolo, "axis": "rows", "objectness": True, "shares": True},
            CLASSES,
        ),
        "yolo corners, log odds": (
            answering(out=np.concatenate([CARS, logits(scores)], axis=1)),
            {**yolo, "axis": "rows", "boxes": "xyxy", "activation": "sigmoid"},
            CLASSES,
        ),
        "torchvision": (
            answering(b=CARS, s=scores.max(axis=1), l=best.astype(np.int64) + 1),
            {**apart, "labels_name": "l"},
            background,
        ),
        "scores per class": (answering(b=CARS[None], s=scores[None]), apart, CLASSES),
        "DETR": (
            answering(b=(middled(CARS) / SIDE)[None], s=none[None]),
            {**apart, "boxes": "cxcywh", "shares": True, "activation": "softmax"},
            [*CLASSES, {"name": "nothing"}],
        ),
    }


LAYOUTS = list(layouts(np.full((2, 4), 0.5, dtype=np.float32)))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_things_come_out_where_they_are(layout: str) -> None:
    model, output, classes = layouts(np.array([[0.1, 0.8, 0.0, 0.1], [0.0, 0.2, 0.1, 0.7]], dtype=np.float32))[layout]
    found = OnnxDetector(model, described(output, classes=classes)).detect(picture())
    assert found.boxes == pytest.approx(CARS, abs=1e-3)
    assert [KINDS[kind] for kind in found.kind] == [CueKind.VEHICLE, CueKind.STRUCTURE]
    assert (found.score > 0.5).all()


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("more", [0, 2], ids=["person", "dog"])
def test_where_people_or_animals_score_highest_nothing_comes_out(layout: str, more: int) -> None:
    scores = np.full((2, 4), 0.85, dtype=np.float32)
    scores[:, more] = 0.9
    model, output, classes = layouts(scores)[layout]
    assert len(OnnxDetector(model, described(output, classes=classes)).detect(picture())) == 0


def test_a_person_class_cannot_be_described_as_anything() -> None:
    model, output, _ = layouts(np.full((2, 4), 0.5, dtype=np.float32))["scores per class"]
    classes = [{"name": "person", "kind": "heat_source"}, *CLASSES[1:]]
    with pytest.raises(SettingError, match="never people or animals"):
        OnnxDetector(model, described(output, classes=classes))


@pytest.mark.parametrize("fit", ["letterbox", "stretch"])
def test_boxes_come_back_to_the_picture_that_went_in(fit: str) -> None:
    model, output, _ = layouts(np.array([[0.0, 0.8, 0.0, 0.0]] * 2, dtype=np.float32))["scores per class"]
    entry = {"width": SIDE, "height": SIDE, "fit": fit}
    found = OnnxDetector(model, described(output, input=entry)).detect(picture(rows=2 * SIDE, cols=4 * SIDE))
    if fit == "stretch":
        assert found.boxes == pytest.approx(CARS * np.array([4, 2, 4, 2]), abs=1e-3)
    else:
        there = np.minimum((CARS - np.array([0, 16, 0, 16])) * 4, np.array([4, 2, 4, 2]) * SIDE)
        assert found.boxes == pytest.approx(there, abs=1e-3), "what is beside the picture is cut off"


def test_a_large_picture_is_cut_into_tiles_where_the_description_says_so() -> None:
    model, output, _ = layouts(np.array([[0.0, 0.8, 0.0, 0.0]] * 2, dtype=np.float32))["scores per class"]
    tiled = {"context_m": SIDE * 0.1, "overlap_m": 1.0}
    found = OnnxDetector(model, described(output, tiles=tiled)).detect(picture(rows=SIDE, cols=3 * SIDE - 20))
    left = [0, 54, 108]
    each = [CARS + np.array([x, 0, x, 0]) for x in left[:2]] + [CARS + np.array([left[2], 0, left[2], 0])]
    wanted = np.concatenate(each)
    order = np.lexsort((found.boxes[:, 1], found.boxes[:, 0]))
    assert found.boxes[order] == pytest.approx(wanted[np.lexsort((wanted[:, 1], wanted[:, 0]))], abs=1.5)
    with pytest.raises(SettingError):
        OnnxDetector(model, described(output, tiles={"context_m": 1.0, "overlap_m": 9.0})).detect(picture())


def test_what_goes_in_is_as_described() -> None:
    """The model answers with the mean of its input's first channel as the score of a car."""
    nodes = [
        helper.make_node("ReduceMean", ["images", "axes"], ["mean"], keepdims=0),
        helper.make_node("Slice", ["mean", "zero", "one", "at"], ["first"]),
        helper.make_node("Reshape", ["first", "shape"], ["car"]),
        helper.make_node("Concat", ["nothing", "car", "nothing", "nothing"], ["s"], axis=1),
        helper.make_node("Identity", ["box"], ["b"]),
    ]
    arrays = {
        "axes": np.array([2, 3]),
        "zero": np.array([0]),
        "one": np.array([1]),
        "at": np.array([1]),
        "shape": np.array([1, 1]),
        "nothing": np.zeros((1, 1), dtype=np.float32),
        "box": CARS[:1],
    }
    made = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 4]) for name in ("b", "s")]
    entry = helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, SIDE, SIDE])
    held = [numpy_helper.from_array(value, name) for name, value in arrays.items()]
    graph = helper.make_graph(nodes, "toy", [entry], made, held)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9).SerializeToString()
    pixels = np.zeros((SIDE, SIDE, 3), dtype=np.uint8)
    pixels[..., 2] = 150
    blue = Picture(pixels, SensorKind.VISIBLE, 0.1, 60.0)
    apart = {"form": "separate", "boxes_name": "b", "scores_name": "s"}
    size = {"width": SIDE, "height": SIDE}
    plain = OnnxDetector(model, described(apart, input={**size, "colours": "bgr"})).detect(blue)
    assert plain.score == pytest.approx([150 / 255], abs=1e-4)
    assert len(OnnxDetector(model, described(apart, input=size)).detect(blue)) == 0, "red comes first"
    levelled = {**size, "colours": "bgr", "mean": [0.5, 0.5, 0.5], "deviation": [0.25, 0.25, 0.25]}
    shifted = OnnxDetector(model, described(apart, input=levelled)).detect(blue)
    assert shifted.score == pytest.approx([(150 / 255 - 0.5) / 0.25], abs=1e-4)


def test_other_sensors_are_refused_and_coarse_pictures_say_nothing() -> None:
    model, output, _ = layouts(np.array([[0.0, 0.8, 0.0, 0.0]] * 2, dtype=np.float32))["scores per class"]
    detector = OnnxDetector(model, described(output))
    assert detector.kinds == {CueKind.VEHICLE, CueKind.STRUCTURE}
    assert not detector.covers(0.6)
    assert len(detector.detect(picture(gsd_m=0.6))) == 0
    thermal = Picture(np.zeros((SIDE, SIDE), dtype=np.uint8), SensorKind.THERMAL, 0.1, 60.0)
    with pytest.raises(SettingError, match="not for thermal"):
        detector.detect(thermal)


def test_a_description_that_does_not_fit_the_model_is_an_error() -> None:
    model, _, _ = layouts(np.full((2, 4), 0.5, dtype=np.float32))["yolo columns"]
    with pytest.raises(SettingError, match="numbers a candidate"):
        OnnxDetector(model, described({"form": "yolo", "axis": "rows"})).detect(picture())
    with pytest.raises(SettingError, match="has no output 'b'"):
        OnnxDetector(model, described({"form": "separate", "boxes_name": "b", "scores_name": "s"}))
    with pytest.raises(SettingError, match="does not take such pictures"):
        OnnxDetector(model, described({"form": "yolo", "axis": "columns"}, input={"width": 96, "height": 96})).detect(
            picture()
        )
    with pytest.raises(SettingError, match="cannot load"):
        OnnxDetector(b"no model", described({"form": "yolo", "axis": "rows"}))


def test_a_description_is_read_from_yaml_with_its_model_beside_it(tmp_path: Path) -> None:
    model, _, _ = layouts(np.array([[0.1, 0.8, 0.1, 0.2]] * 2, dtype=np.float32))["yolo columns"]
    file = tmp_path / "toy.yaml"
    text = f"""
        format: otear-onnx/1
        name: toy 1
        model: toy.onnx
        licence: none
        sensors: [visible]
        input: {{width: {SIDE}, height: {SIDE}}}
        output: {{form: yolo, axis: columns}}
        coarsest_gsd_m: 0.5
        classes:
          - name: person
          - {{name: car, kind: vehicle}}
          - name: dog
          - {{name: hut, kind: structure}}
        """
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingError, match="no model can be read"):
        onnx_detector(file)
    (tmp_path / "toy.onnx").write_bytes(model)
    assert len(onnx_detector(file).detect(picture())) == 2
    file.write_text(text.replace("name: person", "{name: person, kind: vehicle}"), encoding="utf-8")
    with pytest.raises(SettingError, match=r"toy\.yaml .*classes\[0\]\.kind"):
        onnx_detector(file)
    file.write_text(text.replace("kind: structure", "kind: person"), encoding="utf-8")
    with pytest.raises(SettingError, match=r"classes\[3\]\.kind"):
        onnx_detector(file)
