"""`otear evaluate` and `otear train`: what they answer, and what they refuse to score or to learn from."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from otear.detect.learned import shipped
from otear.domain.authority import SensorKind
from otear.errors import SettingError
from otear.workflow.labelled import scene_blocks, scene_frames

from .test_commands import Cli

Scenes = Callable[[int], Path]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Cli:
    return Cli(capsys, tmp_path / "workspace")


@pytest.fixture
def scenes(tmp_path: Path) -> Scenes:
    """Makes a folder of scenes of a seed: roofs on grey ground, a picture per sensor."""

    def make(seed: int) -> Path:
        folder = tmp_path / f"scenes-{seed}"
        folder.mkdir()
        boxes = [[40.0, 40.0, 100.0, 90.0], [180.0, 60.0, 240.0, 120.0], [60.0, 170.0, 110.0, 220.0]]
        rows = []
        for sensor, ground, roof in (("visible", (70, 90, 60), (200, 190, 180)), ("thermal", 90, 200)):
            pixels = np.full((256, 320, 3) if sensor == "visible" else (256, 320), ground, dtype=np.uint8)
            for left, top, right, bottom in boxes:
                pixels[int(top) : int(bottom), int(left) : int(right)] = roof
            cv2.imwrite(str(folder / f"{sensor}.jpg"), pixels)
            seen = [{"kind": "structure", "box": box, "visible": 1.0, "heat_k": 0.0} for box in boxes]
            hidden = {"kind": "vehicle", "box": [250.0, 200.0, 270.0, 210.0], "visible": 0.3, "heat_k": 0.0}
            facts = {"gsd_m": 0.2, "depression_deg": 70.0, "solar_h": 12.0, "over": "village"}
            rows.append({"file": f"{sensor}.jpg", "sensor": sensor, **facts, "labels": [*seen, hidden]})
        document = {"format": "otear-scenes/1", "seed": seed, "scenes": rows}
        (folder / "scenes.json").write_text(json.dumps(document), encoding="utf-8")
        return folder

    return make


def test_scenes_are_scored_for_both_sensors_and_drawn(cli: Cli, scenes: Scenes, tmp_path: Path) -> None:
    answer = cli.json("evaluate", "--scenes", scenes(9001), "--out", tmp_path / "scores.png")
    assert {"ap50", "ap30", "ece"} < set(answer)
    assert set(answer["sensors"]) == {"visible", "thermal"}
    for sensor, one in answer["sensors"].items():
        assert one["labels"] == 3, "what is hardly visible does not count"
        assert one["split"]["test_seeds"] == [9001]
        assert [(row["kind"], row["gsd_m"], row["labels"]) for row in one["rows"]] == [
            ("structure", None, 3),
            ("structure", 0.2, 3),
        ]
        assert one["detector"] == shipped(SensorKind(sensor)).name
        assert 0.0 <= one["ap50"] <= one["ap30"] <= 1.0
    assert answer["ap50"] == pytest.approx(sum(one["ap50"] for one in answer["sensors"].values()) / 2)
    assert (tmp_path / "scores.png").read_bytes()[:4] == b"\x89PNG"


def test_scenes_that_the_network_has_seen_are_not_scored(cli: Cli, scenes: Scenes) -> None:
    seen = shipped(SensorKind.VISIBLE).card.told["data"]["scenes"]
    for seed in (seen["training_seeds"][0], seen["calibration_seeds"][0]):
        code, _, err = cli("evaluate", "--scenes", scenes(seed))
        assert code == 2
        assert f"has seen scenes of seed {seed}" in err


def test_frames_split_in_another_way_than_for_training_are_not_scored(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    rows = [{"file": f"1_60_90_0_{k:05d}.jpg", "vehicles_xywh": [], "ignore_xywh": []} for k in range(0, 3000, 100)]
    (tmp_path / "annotations.json").write_text(json.dumps(rows), encoding="utf-8")
    code, _, err = cli("evaluate", "--vehicles", tmp_path)
    assert code == 2
    assert "another split" in err


def test_one_of_both_kinds_of_frames_is_asked_for(cli: Cli, tmp_path: Path) -> None:
    assert cli("evaluate")[0] == 2
    assert cli("evaluate", "--vehicles", tmp_path, "--scenes", tmp_path)[0] == 2
    code, _, err = cli("evaluate", "--model", tmp_path / "none.onnx", "--scenes", tmp_path)
    assert code == 2
    assert "no card can be read" in err


def test_training_and_calibration_share_no_seed(scenes: Scenes) -> None:
    frames = scene_frames([scenes(seed) for seed in (1, 2, 3, 4, 10)], SensorKind.VISIBLE)
    blocks = scene_blocks(frames)
    assert blocks.told["training_seeds"] == [1, 2, 3, 4]
    assert blocks.told["calibration_seeds"] == [10], "seeds are numbers, not words"
    assert all(frame.simulated for frame in blocks.calibration)
    with pytest.raises(SettingError, match="needs one that training does not see"):
        scene_blocks([frame for frame in frames if frame.group == "1"])
    with pytest.raises(SettingError, match="is given to both"):
        scene_blocks(frames, more=frames[:1])


@pytest.mark.skipif(importlib.util.find_spec("torch") is not None, reason="torch is installed")
def test_training_without_torch_says_what_to_install(cli: Cli, scenes: Scenes, tmp_path: Path) -> None:
    given = [part for seed in (1, 2) for part in ("--scenes", scenes(seed))]
    code, _, err = cli("train", "--sensor", "visible", *given, "--out", tmp_path / "model")
    assert code == 2
    assert "pip install 'otear[train]'" in err
    assert not (tmp_path / "model").exists()


def test_visible_networks_do_not_learn_from_thermal_frames(cli: Cli, tmp_path: Path) -> None:
    code, _, err = cli("train", "--sensor", "visible", "--vehicles", tmp_path, "--out", tmp_path / "model")
    assert code == 2
    assert "those frames are thermal" in err
    assert "nothing to learn from" in cli("train", "--sensor", "visible", "--out", tmp_path / "model")[2]
