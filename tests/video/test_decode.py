"""Every picture of a recording, one after the other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from otear.errors import RecordingError
from otear.video.decode import Decoding, decoded
from otear.video.frames import frame_at


def test_every_picture_comes_in_order_grey_and_in_colours(clip: Path) -> None:
    counts = Decoding()
    pictures = list(decoded(clip, counts=counts))
    times = [one.pts_s for one in pictures]
    assert times == sorted(set(times))
    assert (counts.damaged, counts.untimed) == (0, 0)
    middle = pictures[len(pictures) // 2]
    same = frame_at(clip, middle.pts_s)
    assert same.pts_s == pytest.approx(middle.pts_s)
    assert np.array_equal(middle.colours(), same.pixels)
    # Luma is the colours' own grey, in the narrower range that video keeps to.
    luma = 16.0 + (same.pixels @ np.array([0.299, 0.587, 0.114])) * 219.0 / 255.0
    assert float(np.abs(luma - middle.grey).mean()) < 4.0


def test_two_threads_give_the_same_pictures(clip: Path) -> None:
    one, two = (list(decoded(clip, threads=threads)) for threads in (1, 2))
    assert [a.pts_s for a in one] == [b.pts_s for b in two]
    assert all(np.array_equal(a.grey, b.grey) for a, b in zip(one[::20], two[::20], strict=True))


def test_damaged_video_is_passed_over_and_counted(clip: Path, tmp_path: Path) -> None:
    data = bytearray(clip.read_bytes())
    middle = len(data) // 2 // 188 * 188
    for packet in range(middle, middle + 40 * 188, 188):
        data[packet + 60 : packet + 180] = bytes(120)
    broken = tmp_path / "broken.ts"
    broken.write_bytes(bytes(data))
    whole = len(list(decoded(clip)))
    assert 0.5 * whole < len(list(decoded(broken))) <= whole


def test_a_stream_without_pictures_says_so(tmp_path: Path) -> None:
    empty = tmp_path / "empty.ts"
    empty.write_bytes(b"\x00" * 1000)
    with pytest.raises(RecordingError, match=r"empty\.ts"):
        list(decoded(empty))
