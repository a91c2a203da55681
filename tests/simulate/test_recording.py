"""Recordings of simulated flights: both fidelities hold the same metadata, and anybody can play them."""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from stanag4609.verifier import verify_fmv_file

from otear.geo.camera import Lens, Pose
from otear.simulate.sortie.recording import PACKETS_EVERY, write_telemetry, write_video
from otear.simulate.sortie.telemetry import Mission, packets
from otear.video.demux import MetadataBlock
from otear.video.misp import picture_time_us
from otear.video.probe import read_recording

from ..video.recordings import events, pictures
from .flights import camera, craft, on_task, patch, said

WIDTH_PX, HEIGHT_PX = 320, 180


class Ramp:
    """Paints a ramp that moves with the time."""

    def __init__(self) -> None:
        self.lenses: list[Lens] = []

    def picture(self, pose: Pose, lens: Lens, time_us: int) -> NDArray[np.uint8]:
        self.lenses.append(lens)
        ramp = (np.arange(lens.width_px) + time_us // 10_000) % 256
        return np.broadcast_to(ramp.astype(np.uint8), (lens.height_px, lens.width_px)).copy()


@cache
def data() -> tuple[bytes, ...]:
    return tuple(packets(said(), Mission("M-7", craft(), camera()), patch()))


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "film.ts"
    write_video(path, on_task(), data(), Ramp(), width_px=WIDTH_PX, height_px=HEIGHT_PX)
    return path


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("log") / "log.ts"
    write_telemetry(path, said().time_us, data())
    return path


def metadata(path: Path) -> list[bytes]:
    return [event.payload for event in read_recording(path) if isinstance(event, MetadataBlock)]


def test_both_fidelities_hold_the_same_metadata(film: Path, log: Path) -> None:
    assert b"".join(metadata(film)) == b"".join(metadata(log)) == b"".join(data())


def test_the_same_flight_is_the_same_bytes(film: Path, log: Path, tmp_path: Path) -> None:
    write_video(tmp_path / "film.ts", on_task(), data(), Ramp(), width_px=WIDTH_PX, height_px=HEIGHT_PX)
    write_telemetry(tmp_path / "log.ts", said().time_us, data())
    assert (tmp_path / "film.ts").read_bytes() == film.read_bytes()
    assert (tmp_path / "log.ts").read_bytes() == log.read_bytes()


def test_every_picture_says_when_it_was_taken(film: Path) -> None:
    units = pictures(events(film))
    assert [picture_time_us(unit) for unit in units] == on_task().time_us.tolist()


def test_key_frames_are_at_most_two_seconds_apart(film: Path) -> None:
    with av.open(str(film)) as file:
        frames = list(file.decode(video=0))
    assert len(frames) == len(on_task())
    assert (frames[0].width, frames[0].height) == (WIDTH_PX, HEIGHT_PX)
    keys = [frame.time for frame in frames if frame.key_frame]
    assert max(np.diff(keys)) <= 2.0
    ramp = frames[120].to_ndarray(format="gray")[90].astype(float)
    wanted = (np.arange(WIDTH_PX) + on_task().time_us[120] // 10_000) % 256
    assert np.median(np.abs(ramp - wanted)) < 20.0


def test_the_painted_lens_is_the_one_that_is_said(tmp_path: Path) -> None:
    painter, size = Ramp(), {"width_px": 1280, "height_px": 720}
    with pytest.raises(_EnoughError):
        write_video(tmp_path / "never.ts", on_task(), data(), _Once(painter), **size)
    assert painter.lenses[0] == Lens(float(said().hfov[0]), float(said().vfov[0]), 1280, 720)


class _EnoughError(Exception):
    pass


class _Once:
    def __init__(self, painter: Ramp) -> None:
        self._painter = painter

    def picture(self, pose: Pose, lens: Lens, time_us: int) -> NDArray[np.uint8]:
        self._painter.picture(pose, lens, time_us)
        raise _EnoughError


def test_an_independent_verifier_accepts_them(film: Path, log: Path) -> None:
    """docs/simulated-flights.md lists what is left, and why."""

    def left(path: Path) -> set[str]:
        findings = verify_fmv_file(path).findings
        return {f.code for f in findings if f.status.value not in {"pass", "not_applicable"}}

    assert left(film) == {"st1402.metadata_std.unverifiable"}
    without_pictures = {"fmv.video", "st1402.metadata.motion_imagery_program"}
    assert left(log) == {"st1402.metadata_std.unverifiable"} | without_pictures


def test_ffprobe_plays_them(film: Path, log: Path) -> None:
    ffprobe = shutil.which("ffprobe")
    if ffprobe is None:
        pytest.skip("there is no ffprobe on this machine")
    for path, wanted in ((film, {"h264", "klv"}), (log, {"klv"})):
        asked = [ffprobe, "-v", "error", "-count_packets", "-show_streams", "-of", "json", str(path)]
        finished = subprocess.run(asked, capture_output=True, text=True, check=True)
        assert finished.stderr == ""
        streams = json.loads(finished.stdout)["streams"]
        assert {stream["codec_name"] for stream in streams} == wanted
        read = {stream["codec_name"]: int(stream["nb_read_packets"]) for stream in streams}
        assert read["klv"] == len(data()) == -(-len(on_task()) // PACKETS_EVERY)


def test_nothing_half_written_stays_behind(tmp_path: Path) -> None:
    with pytest.raises(_EnoughError):
        write_video(tmp_path / "film.ts", on_task(), data(), _Once(Ramp()), width_px=WIDTH_PX, height_px=HEIGHT_PX)
    assert list(tmp_path.iterdir()) == []
