"""Time stamps in pictures of three codecs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from otear.video.misp import picture_time_us

from .recordings import events, pictures


@pytest.mark.parametrize(
    ("name", "count", "first_us"),
    [
        ("huntsville-sim.ts", 277, 1_340_980_354_100_000),
        ("h264_klv.ts", 30, 1_224_807_209_913_000),
        ("h265_klv.ts", 30, 1_224_807_209_913_000),
        ("mpeg2_klv.ts", 30, 1_224_807_209_913_000),
    ],
)
def test_every_picture_of_real_clips_tells_its_time(shared_data: Path, name: str, count: int, first_us: int) -> None:
    """The clips' first metadata packets say the same times."""
    times = [picture_time_us(unit) for unit in pictures(events(shared_data / "video" / name))]
    assert len(times) == count
    assert times[0] == first_us
    assert times == sorted(time for time in times if time is not None)


def test_what_was_written_is_read(clip: Path) -> None:
    times = [picture_time_us(unit) for unit in pictures(events(clip))]
    assert times == [1_709_654_400_000_000 + k * 1_000_000 // 15 for k in range(60)]


def test_damaged_or_missing_stamps_are_none(shared_data: Path) -> None:
    for name in ("huntsville-sim.ts", "mpeg2_klv.ts"):
        unit = pictures(events(shared_data / "video" / name))[0]
        at = unit.data.index(b"MISPmicrosectime") + 16
        broken = unit.data[: at + 3] + b"\x00" + unit.data[at + 4 :]
        assert picture_time_us(replace(unit, data=broken)) is None
        assert picture_time_us(replace(unit, data=unit.data[: at + 5])) is None
        assert picture_time_us(replace(unit, data=unit.data[at:])) is None
