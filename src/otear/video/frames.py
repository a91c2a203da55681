"""Pixels by PyAV (FFmpeg): H.264, H.265 and MPEG-2 pictures as arrays (height, width, 3), uint8, red-green-blue.

Presentation times are seconds on the recording's own clock, as in `demux`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import SEEK_CUR, SEEK_END, SEEK_SET
from pathlib import Path
from typing import Any, BinaryIO

import av
import numpy as np
from numpy.typing import NDArray

from otear.domain.footage import VideoInfo
from otear.errors import RecordingError
from otear.video.demux import Restart

Pixels = NDArray[np.uint8]

_TICKS = 90_000
_SEEK_BACK_S = (1.0, 5.0, 30.0)
"""A transport stream has no index: where a seek lands after the place, or on no key frame, it starts further back, and
at last from the beginning."""


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture and its presentation time in seconds."""

    pts_s: float
    pixels: Pixels


def video_info(path: Path) -> VideoInfo:
    """Codec, size and rate of the first video stream; `RecordingError` if there is none."""
    with _video(path, str(path)) as (_, stream):
        rate = stream.average_rate or stream.guessed_rate
        codec = stream.codec_context
        return VideoInfo(codec.name, codec.width, codec.height, float(rate) if rate else 0.0)


def frame_at(path: Path, pts_s: float, restarts: Sequence[Restart] = ()) -> Frame:
    """The picture on show at a presentation time: the last one that begins at or before it, else the first.

    Decodes from a key frame shortly before, so it costs no more in a long recording than in a short one. Where a sender
    started afresh (`restarts`), only what came after it, or before, is looked at, by its own clock.
    """
    begun = [one for one in restarts if one.start_s <= pts_s]
    if restarts:
        begin, shift_s = (begun[-1].offset, begun[-1].shift_s) if begun else (0, 0.0)
        end = restarts[len(begun)].offset if len(begun) < len(restarts) else None
        with path.open("rb") as file:
            found = _frame_in(lambda: Stretch(file, begin, end), path, pts_s - shift_s)
        return Frame(found.pts_s + shift_s, found.pixels)
    return _frame_in(lambda: str(path), path, pts_s)


def _frame_in(opened: Callable[[], str | Stretch], path: Path, pts_s: float) -> Frame:
    target = round(pts_s * _TICKS)
    with _video(path, opened()) as (container, stream):
        for back_s in _SEEK_BACK_S:
            place = target - round(back_s * _TICKS)
            if place <= (stream.start_time or 0):
                break
            container.seek(place, stream=stream)
            shown = _shown_at(container.decode(stream), target)
            if shown is not None and shown.pts <= target:
                return _frame(shown)
    with _video(path, opened()) as (container, stream):
        shown = _shown_at(container.decode(stream), target)
        if shown is not None:
            return _frame(shown)
    raise RecordingError(
        f"no picture can be decoded at {pts_s:.3f} s", source=path, remedy="Ask for a time inside the recording"
    )


def _shown_at(frames: Iterable[Any], target: int) -> Any:
    shown = None
    for frame in frames:
        if frame.pts is None:
            continue
        if shown is not None and frame.pts > target:
            break
        shown = frame
    return shown


def _frame(frame: Any) -> Frame:
    return Frame(frame.pts / _TICKS, np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8))


class Stretch:
    """Some bytes of an open file, as a file of its own."""

    def __init__(self, file: BinaryIO, begin: int, end: int | None) -> None:
        self._file, self._begin = file, begin
        self._end = file.seek(0, SEEK_END) if end is None else end
        self._at = begin

    def read(self, size: int = -1) -> bytes:
        """The next bytes, up to `size` of them."""
        left = max(0, self._end - self._at)
        self._file.seek(self._at)
        data = self._file.read(left if size < 0 else min(size, left))
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        """Go to a place; returns it."""
        base = {SEEK_SET: self._begin, SEEK_CUR: self._at, SEEK_END: self._end}[whence]
        self._at = base + offset
        return self.tell()

    def tell(self) -> int:
        """The place."""
        return self._at - self._begin


@contextmanager
def _video(path: Path, opened: str | Stretch) -> Iterator[tuple[Any, Any]]:
    try:
        with av.open(opened, format="mpegts" if isinstance(opened, Stretch) else None) as container:
            if not container.streams.video:
                raise RecordingError(
                    "it holds no pictures", source=path, remedy="Give a recording with an H.264, H.265 or MPEG-2 stream"
                )
            yield container, container.streams.video[0]
    except av.FFmpegError as error:
        raise RecordingError(
            f"its pictures cannot be decoded: {error.strerror}",
            source=path,
            remedy="Check that the recording is whole and holds an H.264, H.265 or MPEG-2 stream",
        ) from error
