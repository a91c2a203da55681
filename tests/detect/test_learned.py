"""The learned detector by a toy network that answers to bright spots; and what the shipped ones say of themselves."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from otear.detect.base import KINDS, Picture
from otear.detect.calibration import STRAIGHT
from otear.detect.cards import Card, read_card, write_card
from otear.detect.classes import never
from otear.detect.labels import boxed_kinds
from otear.detect.learned import LearnedDetector, learned_detector, scaled, shipped
from otear.detect.levels import levelled, padded
from otear.detect.strata import Strata, Stratum
from otear.domain.authority import SensorKind
from otear.domain.kinds import CueKind
from otear.errors import SettingError

MODELS = Path(str(files("otear.detect") / "models"))
SENSORS = (SensorKind.THERMAL, SensorKind.VISIBLE)


def toy() -> bytes:
    """Scores are the levels' means in cells of 4 by 4 over 5; every box reaches 8 pixels to each side."""
    nodes = [
        helper.make_node("AveragePool", ["level"], ["mean"], kernel_shape=[4, 4], strides=[4, 4]),
        helper.make_node("Mul", ["mean", "fifth"], ["raw"]),
        helper.make_node("Relu", ["raw"], ["score"]),
        helper.make_node("Mul", ["score", "nought"], ["zero"]),
        helper.make_node("Add", ["zero", "eight"], ["sides"]),
    ]
    held = {"fifth": [[[[0.2]]]], "nought": [[[[0.0]]]], "eight": [[[[8.0]]], [[[8.0]]], [[[8.0]]], [[[8.0]]]]}
    arrays = [numpy_helper.from_array(np.array(value, dtype=np.float32), name) for name, value in held.items()]
    arrays[2] = numpy_helper.from_array(np.full((1, 4, 1, 1), 8.0, dtype=np.float32), "eight")
    entries = [
        helper.make_tensor_value_info("level", TensorProto.FLOAT, [1, 1, "rows", "columns"]),
        helper.make_tensor_value_info("gsd_m", TensorProto.FLOAT, [1]),
    ]
    made = [
        helper.make_tensor_value_info("score", TensorProto.FLOAT, [1, 1, None, None]),
        helper.make_tensor_value_info("sides", TensorProto.FLOAT, [1, 4, None, None]),
    ]
    graph = helper.make_graph(nodes, "toy", entries, made, arrays)
    return bytes(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9).SerializeToString()
    )


TOY = toy()
CARD = Card(
    "toy-1",
    SensorKind.THERMAL,
    (CueKind.HEAT_SOURCE,),
    finest_gsd_m=0.1,
    coarsest_gsd_m=0.5,
    least_score=0.5,
    scored_from=0.01,
    sha256=hashlib.sha256(TOY).hexdigest(),
    strata=Strata(SensorKind.THERMAL, {}, Stratum("thermal", STRAIGHT, 0.5, 0)),
    told={"licence": "Apache-2.0"},
)


def spotted(rows: int, cols: int, side: int, gsd_m: float, *, white_hot: bool = True) -> Picture:
    """A grey picture with one bright square of that side in the cell whose corner is (8, 4) sides away."""
    pixels = np.full((rows, cols), 100, dtype=np.uint8)
    pixels[4 * side : 5 * side, 8 * side : 9 * side] = 250
    return Picture(pixels if white_hot else 255 - pixels, SensorKind.THERMAL, gsd_m, 60.0, white_hot)


@pytest.mark.parametrize("white_hot", [True, False])
@pytest.mark.parametrize(("rows", "cols"), [(128, 160), (101, 117)])
def test_boxes_lie_around_what_was_found(rows: int, cols: int, white_hot: bool) -> None:
    found = LearnedDetector(TOY, CARD).detect(spotted(rows, cols, 4, 0.2, white_hot=white_hot))
    assert found.boxes.tolist() == [[26.0, 10.0, 42.0, 26.0]]
    assert KINDS[found.kind[0]] is CueKind.HEAT_SOURCE
    assert found.score[0] == pytest.approx(1.0, abs=0.01)


def test_finer_pictures_are_scaled_down_and_boxes_back_up() -> None:
    found = LearnedDetector(TOY, CARD).detect(spotted(400, 400, 20, 0.02))
    assert found.boxes == pytest.approx(np.array([[130.0, 50.0, 210.0, 130.0]]), abs=1e-3), (
        "cells are five times larger"
    )
    assert scaled(spotted(400, 400, 20, 0.02), 0.1).pixels.shape == (80, 80)
    coarse = spotted(128, 128, 4, 0.3)
    assert scaled(coarse, 0.1) is coarse


def test_coarser_pictures_than_it_was_trained_on_say_nothing_and_it_says_so() -> None:
    detector = LearnedDetector(TOY, CARD)
    assert detector.covers(0.5)
    assert detector.covers(0.01)
    assert not detector.covers(0.51)
    assert not detector.covers(float("nan"))
    assert len(detector.detect(spotted(128, 128, 4, 0.51))) == 0


def test_other_sensors_are_refused() -> None:
    colours = Picture(np.zeros((64, 64, 3), dtype=np.uint8), SensorKind.VISIBLE, 0.2, 60.0)
    with pytest.raises(SettingError, match="for thermal pictures"):
        LearnedDetector(TOY, CARD).detect(colours)
    with pytest.raises(SettingError, match="no learned detector comes for radar"):
        shipped(SensorKind.RADAR)


def test_levels_do_not_change_with_gain_and_offset() -> None:
    rng = np.random.default_rng(1)
    ground = rng.normal(0.0, 1.0, (96, 128, 1)) * np.ones(3)
    one, other = (
        levelled(Picture((mean + gain * ground).astype(np.uint8), SensorKind.VISIBLE, 0.2, 60.0))
        for mean, gain in ((100.0, 20.0), (140.0, 12.0))
    )
    assert one.shape == (3, 96, 128)
    assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.999
    assert np.abs(one - other).mean() < 0.1
    assert padded(one[:, :90, :100]).shape == (3, 96, 128)


def test_a_card_comes_back_as_it_was_and_belongs_to_its_model(tmp_path: Path) -> None:
    (tmp_path / "toy.onnx").write_bytes(TOY)
    with pytest.raises(SettingError, match="no card can be read"):
        learned_detector(tmp_path / "toy.onnx")
    write_card(CARD, tmp_path / "toy.json")
    assert learned_detector(tmp_path / "toy.onnx").card == CARD
    write_card(replace(CARD, sha256="0" * 64), tmp_path / "toy.json")
    with pytest.raises(SettingError, match="of another model"):
        learned_detector(tmp_path / "toy.onnx")
    (tmp_path / "toy.json").write_text(json.dumps({**CARD.as_json(), "kinds": ["person"]}), encoding="utf-8")
    with pytest.raises(SettingError, match="person"):
        learned_detector(tmp_path / "toy.onnx")


def test_what_is_no_model_is_an_error(tmp_path: Path) -> None:
    rubbish = b"no model"
    write_card(replace(CARD, sha256=hashlib.sha256(rubbish).hexdigest()), tmp_path / "toy.json")
    (tmp_path / "toy.onnx").write_bytes(rubbish)
    with pytest.raises(SettingError, match="cannot load"):
        learned_detector(tmp_path / "toy.onnx")


@pytest.mark.parametrize("sensor", SENSORS)
def test_a_shipped_network_finds_no_people_and_says_where_it_comes_from(sensor: SensorKind) -> None:
    detector = shipped(sensor)
    assert detector.kinds == set(boxed_kinds(sensor))
    assert [kind for kind in detector.kinds if never(kind.value)] == []
    told = read_card(MODELS / f"{sensor}.json").told
    assert {"licence", "training", "data", "labels", "scores"} <= set(told)
    assert all("licence" in data for data in told["data"].values())


def test_the_shipped_networks_are_small() -> None:
    assert sum(path.stat().st_size for path in MODELS.glob("*.onnx")) < 2_000_000


@pytest.mark.parametrize("sensor", SENSORS)
def test_a_shipped_network_takes_pictures_of_any_size_and_says_the_same_again(sensor: SensorKind) -> None:
    rng = np.random.default_rng(2)
    pixels = rng.integers(60, 180, (75, 133, 3) if sensor is SensorKind.VISIBLE else (75, 133)).astype(np.uint8)
    picture = Picture(pixels, sensor, 0.2, 60.0)
    detector = shipped(sensor, least_score=0.0)
    first, again = detector.detect(picture), detector.detect(picture)
    assert len(first) > 0
    assert (first.boxes == again.boxes).all()
    assert (first.boxes[:, [0, 1]] >= 0).all()
    assert (first.boxes[:, 2] <= 133).all()
    assert (first.boxes[:, 3] <= 75).all()


def test_the_toy_is_a_model() -> None:
    onnx.checker.check_model(onnx.load_from_string(TOY))
