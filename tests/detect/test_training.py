"""Samples without torch: answers lie where labels are, whatever was done to the picture. One step of training with."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from otear.detect import learned as shipped_models
from otear.detect.base import Picture
from otear.detect.labels import Frame, boxed_kinds, labels
from otear.detect.training.samples import CROP_PX, NOT_ASKED, STRIDE, Range, answers, sample
from otear.domain.authority import SensorKind
from otear.domain.kinds import CueKind
from otear.errors import SettingError

KINDS = (CueKind.STRUCTURE, CueKind.VEHICLE)
RANGES = Range(0.08, 0.6)
ONLY_VEHICLES = frozenset({CueKind.VEHICLE})


def frame(folder: Path, gsd_m: float = 0.2) -> Frame:
    """A grey picture with two bright vehicles, the second of which does not count."""
    pixels = np.full((512, 640), 90, dtype=np.uint8)
    boxes = [(200.0, 220.0, 240.0, 236.0), (400.0, 300.0, 430.0, 330.0)]
    for left, top, right, bottom in boxes:
        pixels[int(top) : int(bottom), int(left) : int(right)] = 230
    cv2.imwrite(str(folder / "a.png"), pixels)
    rows = [(CueKind.VEHICLE, boxes[0], True), (CueKind.VEHICLE, boxes[1], False)]
    return Frame("a", folder / "a.png", "1", SensorKind.THERMAL, gsd_m, 60.0, ONLY_VEHICLES, labels(rows))


def test_a_thing_is_asked_for_in_its_middle_and_known_by_the_cells_around() -> None:
    box = (100.0, 60.0, 140.0, 80.0)
    heat, cells, boxes, weight = answers(labels([(CueKind.VEHICLE, box, True)]), ONLY_VEHICLES, KINDS)
    assert (heat[0] == NOT_ASKED).all(), "nobody labelled structures here"
    assert np.argwhere(heat[1] == 254).tolist() == [[70 // STRIDE, 120 // STRIDE]]
    assert heat[1].astype(int).sum() < 254 * 12
    assert {tuple(cell) for cell in cells} == {(1, 17 + dy, 30 + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)}
    assert boxes.tolist() == [list(box)] * 9
    assert weight.sum() == pytest.approx(1.0)


def test_what_does_not_count_is_not_asked_for_but_what_counts_inside_it_is() -> None:
    region, thing = (40.0, 40.0, 200.0, 200.0), (100.0, 100.0, 120.0, 120.0)
    heat, cells, _, _ = answers(
        labels([(CueKind.VEHICLE, thing, True), (CueKind.VEHICLE, region, False)]), ONLY_VEHICLES, KINDS
    )
    assert heat[1, 12, 12] == NOT_ASKED
    assert heat[1, 110 // STRIDE, 110 // STRIDE] == 254
    assert len(cells) == 9
    assert heat[1, 60, 60] == 0


@pytest.mark.parametrize("seed", range(12))
def test_labels_follow_the_picture_through_scaling_turning_and_mirroring(tmp_path: Path, seed: int) -> None:
    shown = frame(tmp_path)
    picture = shown.picture()
    assert isinstance(picture, Picture)
    made = sample(shown, picture, KINDS, RANGES, np.random.default_rng(seed))
    assert made.level.shape == (1, CROP_PX, CROP_PX)
    assert made.gsd_m * 1.0001 >= 0.2 / 1.6
    assert made.gsd_m <= 0.2 / 0.6 * 1.0001
    for left, top, right, bottom in np.unique(made.boxes, axis=0):
        inside = made.level[0, int(top) + 3 : int(bottom) - 2, int(left) + 3 : int(right) - 2]
        assert inside.mean() > 2.0, "a bright thing is where its label is"
        metres = sorted([(right - left) * made.gsd_m, (bottom - top) * made.gsd_m])
        assert metres[0] <= 16 * 0.2 * 1.001
        assert metres[1] <= 40 * 0.2 * 1.001


def test_most_samples_show_the_thing_and_all_are_the_same_for_the_same_seed(tmp_path: Path) -> None:
    shown = frame(tmp_path)
    picture = shown.picture()
    made = [sample(shown, picture, KINDS, RANGES, np.random.default_rng(seed)) for seed in range(20)]
    assert sum(len(one.cells) > 0 for one in made) > 10
    again = sample(shown, picture, KINDS, RANGES, np.random.default_rng(3))
    assert (again.level == made[3].level).all()
    assert (again.heat == made[3].heat).all()


def test_pictures_finer_than_the_range_are_scaled_into_it(tmp_path: Path) -> None:
    shown = frame(tmp_path, gsd_m=0.03)
    picture = shown.picture()
    made = [sample(shown, picture, KINDS, RANGES, np.random.default_rng(seed)) for seed in range(6)]
    assert min(one.gsd_m for one in made) > 0.08 / 1.2


def test_one_pass_of_training_makes_a_network_that_the_runtime_takes(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="torch comes with the extra `train`")
    pytest.importorskip("onnxscript", reason="onnxscript comes with the extra `train`")
    import onnxruntime

    from otear.detect.training.export import exported
    from otear.detect.training.fitting import Plan, fit
    from otear.detect.training.network import Answering

    network = fit([frame(tmp_path)] * 2, KINDS, RANGES, Plan(epochs=1, batch=2))
    session = onnxruntime.InferenceSession(exported(network, 1), providers=["CPUExecutionProvider"])
    level = np.random.default_rng(1).normal(size=(1, 1, 64, 160)).astype(np.float32)
    score, sides = session.run(["score", "sides"], {"level": level, "gsd_m": np.array([0.2], dtype=np.float32)})
    assert score.shape == (1, len(KINDS), 16, 40)
    assert sides.shape == (1, 4 * len(KINDS), 16, 40)
    with torch.no_grad():
        expected, _ = Answering(network)(torch.from_numpy(level), torch.tensor([0.2]))
    assert score == pytest.approx(expected.numpy(), abs=0.01)


def test_training_goes_on_from_a_network_that_answers_as_its_file_does(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="torch comes with the extra `train`")
    pytest.importorskip("onnxscript", reason="onnxscript comes with the extra `train`")
    import onnxruntime

    from otear.detect.training.fitting import Plan, fit
    from otear.detect.training.network import Answering
    from otear.detect.training.resumed import resumed

    path = Path(shipped_models.__file__ or "").parent / "models" / "thermal.onnx"
    kinds = boxed_kinds(SensorKind.THERMAL)
    level = np.random.default_rng(1).normal(size=(1, 1, 64, 96)).astype(np.float32)
    told = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]).run(
        ["score"], {"level": level, "gsd_m": np.array([0.2], dtype=np.float32)}
    )[0]
    network = resumed(path, 1, len(kinds))
    with torch.no_grad():
        score, _ = Answering(network).eval()(torch.from_numpy(level), torch.tensor([0.2]))
    assert score.numpy() == pytest.approx(told, abs=1e-5)
    fit([frame(tmp_path)] * 2, kinds, RANGES, Plan(epochs=1, batch=2), start=network)
    assert float(network.stem[0][1].running_mean.abs().max()) == 0.0, "normalisation stays at rest"
    with pytest.raises(SettingError, match="another network"):
        resumed(path, 3, len(kinds))
