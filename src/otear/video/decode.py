"""Every picture of a recording, one after the other: grey at once, colours when asked for.

Presentation times are seconds on the recording's own clock, as in `demux`; where a sender started afresh, both
stretches are read, each by its own clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import numpy as np

from otear.errors import RecordingError
from otear.video.demux import Restart
from otear.video.frames import Pixels, Stretch


@dataclass(frozen=True, eq=False)
class Decoded:
    """One picture. `grey` (rows, columns) is its luma as coded, which may keep to the values from 16 to 235."""

    pts_s: float
    grey: Pixels
    _frame: Any

    def colours(self) -> Pixels:
        """The picture (rows, columns, 3), red-green-blue."""
        return np.asarray(self._frame.to_ndarray(format="rgb24"), dtype=np.uint8)


@dataclass
class Decoding:
    """What could not be decoded on the way: `damaged` packets, `untimed` pictures without a presentation time."""

    damaged: int = 0
    untimed: int = 0
    reasons: set[str] = field(default_factory=set)


def decoded(
    path: Path, restarts: Sequence[Restart] = (), *, counts: Decoding | None = None, threads: int = 1
) -> Iterator[Decoded]:
    """The pictures of a recording in the order in which they are shown. What is damaged is counted and passed over.

    Raises `RecordingError` where there is no picture stream at all.
    """
    counts = Decoding() if counts is None else counts
    if not restarts:
        yield from _pictures(str(path), path, 0.0, counts, threads)
        return
    starts = [(0, 0.0), *((one.offset, one.shift_s) for one in restarts)]
    ends = [*(one.offset for one in restarts), None]
    with path.open("rb") as file:
        for (begin, shift_s), end in zip(starts, ends, strict=True):
            yield from _pictures(Stretch(file, begin, end), path, shift_s, counts, threads)


def _pictures(opened: str | Stretch, path: Path, shift_s: float, counts: Decoding, threads: int) -> Iterator[Decoded]:
    try:
        container = av.open(opened, format="mpegts" if isinstance(opened, Stretch) else None)
    except av.FFmpegError as error:
        raise RecordingError(
            f"its pictures cannot be decoded: {error.strerror}", source=path, remedy="Check that the recording is whole"
        ) from error
    with container:
        if not container.streams.video:
            raise RecordingError(
                "it holds no pictures", source=path, remedy="Give a recording with an H.264, H.265 or MPEG-2 stream"
            )
        stream = container.streams.video[0]
        stream.codec_context.thread_count = threads
        stream.codec_context.thread_type = "FRAME" if threads > 1 else "NONE"
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except av.FFmpegError as error:
                counts.damaged += 1
                counts.reasons.add(str(error.strerror))
                continue
            for frame in frames:
                if frame.pts is None:
                    counts.untimed += 1
                    continue
                yield Decoded(frame.pts * float(frame.time_base) + shift_s, _luma(frame), frame)


def _luma(frame: Any) -> Pixels:
    """The first plane of a planar picture, without a copy; of any other, its grey values."""
    if not frame.format.name.startswith(("yuv4", "yuvj4", "gray", "nv12")) or frame.format.components[0].bits != 8:
        return np.asarray(frame.to_ndarray(format="gray"), dtype=np.uint8)
    plane = frame.planes[0]
    rows = np.frombuffer(plane, dtype=np.uint8).reshape(-1, plane.line_size)
    return rows[: frame.height, : frame.width]
