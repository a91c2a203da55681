"""Frames with vehicles are read as they were labelled; the shipped network holds on the block it never saw."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from otear.detect.learned import shipped
from otear.detect.outcomes import found_in, scored_kind
from otear.detect.precision import average_precision
from otear.detect.vehicles import vehicle_frames
from otear.domain.authority import SensorKind
from otear.domain.kinds import CueKind
from otear.errors import SettingError
from otear.workflow.labelled import leaky_frames, vehicle_blocks

FRAMES = Path(__file__).parents[3] / "shared" / "data" / "imagery" / "thermal-vehicles"
shared = pytest.mark.skipif(not FRAMES.is_dir(), reason="the frames of HIT-UAV are not beside the checkout")


def folder_of(tmp_path: Path, *names: str) -> Path:
    (tmp_path / "images").mkdir()
    rows = [
        {"file": name, "vehicles_xywh": [[10, 20, 30, 40]], "ignore_xywh": [[50, 60, 7, 8]] if number else []}
        for number, name in enumerate(names)
    ]
    (tmp_path / "annotations.json").write_text(json.dumps(rows), encoding="utf-8")
    for name in names:
        cv2.imwrite(str(tmp_path / "images" / name), np.full((512, 640), 80, dtype=np.uint8))
    return tmp_path


def test_a_frame_is_what_its_name_and_its_annotation_say(tmp_path: Path) -> None:
    first, second = vehicle_frames(folder_of(tmp_path, "1_100_30_0_00009.jpg", "0_60_90_0_00004.jpg"))
    assert [first.frame_id, second.frame_id] == [4, 9], "in the order of their ids"
    assert first.conditions == ("day", "60 m", "90°")
    assert second.conditions == ("night", "100 m", "30°")
    assert first.frame.labels.boxes.tolist() == [[10, 20, 40, 60], [50, 60, 57, 68]]
    assert first.frame.labels.counts.tolist() == [True, False]
    assert first.frame.gsd_m == pytest.approx(60 * 0.00068)
    assert second.frame.gsd_m == pytest.approx(200 * 0.00068 * 2**0.5), "longer along the line of sight"
    assert first.frame.picture().pixels.shape == (512, 640)


def test_other_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="no annotations"):
        vehicle_frames(tmp_path)
    (tmp_path / "annotations.json").write_text("[]", encoding="utf-8")
    with pytest.raises(SettingError, match="lists no frames"):
        vehicle_frames(tmp_path)
    (tmp_path / "annotations.json").write_text('[{"file": "cat.jpg"}]', encoding="utf-8")
    with pytest.raises(SettingError, match=r"cat\.jpg"):
        vehicle_frames(tmp_path)


@shared
def test_the_blocks_are_those_of_the_shipped_card_and_apart_from_one_another() -> None:
    blocks = vehicle_blocks(FRAMES)
    told = shipped(SensorKind.THERMAL).card.told["data"]["vehicles"]
    assert told["test"] == blocks.told["test"]
    assert told["calibration"] == blocks.told["calibration"]
    ids = {part: [int(one.name[:-4].split("_")[-1]) for one in getattr(blocks, part)] for part in ("training", "test")}
    assert len(ids["test"]) >= 0.2 * 649
    assert min(abs(one - other) for one in ids["training"] for other in ids["test"]) > 60
    assert {one.name[0] for one in blocks.test} == {"0", "1"}, "day and night"
    assert len(leaky_frames(FRAMES, 0)) == len(blocks.test)


@shared
def test_the_shipped_network_finds_vehicles_in_frames_from_the_block_it_never_saw() -> None:
    frames = vehicle_blocks(FRAMES).test[::10]
    doubting = shipped(SensorKind.THERMAL).reporting_from(0.01)
    rows = scored_kind(found_in(doubting, frames), frames, CueKind.VEHICLE, 0.5)
    assert average_precision(rows) > 0.55
