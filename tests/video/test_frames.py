"""Pixels at a time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from otear.domain.footage import VideoInfo
from otear.errors import RecordingError
from otear.video.frames import frame_at, video_info

from .recordings import events, pictures


@pytest.mark.parametrize(
    ("name", "info"),
    [
        ("huntsville-sim.ts", VideoInfo("h264", 640, 480, 30.0)),
        ("h264_klv.ts", VideoInfo("h264", 160, 120, 30.0)),
        ("h265_klv.ts", VideoInfo("hevc", 160, 120, 30.0)),
        ("mpeg2_klv.ts", VideoInfo("mpeg2video", 160, 120, 30.0)),
    ],
)
def test_each_picture_is_found_at_its_time(shared_data: Path, name: str, info: VideoInfo) -> None:
    path = shared_data / "video" / name
    assert video_info(path) == info
    times = sorted(unit.pts_s for unit in pictures(events(path)) if unit.pts_s is not None)
    for pts_s in times[:: len(times) // 7]:
        frame = frame_at(path, pts_s + 0.001)
        assert frame.pts_s == pytest.approx(pts_s, abs=1e-5)
        assert frame.pixels.shape == (info.height, info.width, 3)
        assert frame.pixels.dtype == np.uint8


def test_before_the_first_and_after_the_last(clip: Path) -> None:
    assert frame_at(clip, -5.0).pts_s == pytest.approx(1.0)
    assert frame_at(clip, 1e5).pts_s == pytest.approx(1.0 + 59 / 15, abs=1e-4)


def test_no_pictures_and_no_file(tmp_path: Path) -> None:
    path = tmp_path / "x.ts"
    path.write_bytes(bytes(1000))
    for missing in (path, tmp_path / "nowhere.ts"):
        with pytest.raises(RecordingError, match="cannot be decoded"):
            frame_at(missing, 0.0)
