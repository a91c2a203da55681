"""Recordings of simulated flights: metadata alone, or pictures with the same metadata beside them.

Pictures are painted in one thread and encoded in another, a few ahead of the encoder, so that two cores are busy and
memory is not. The bytes do not depend on which of the two is faster.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import av
import numpy as np
from numpy.typing import NDArray

from otear.domain.progress import Progress, silent
from otear.flight.guidance import RATE_HZ
from otear.flight.kinematics import Flown
from otear.geo.camera import Lens, Pose
from otear.simulate.sortie.lens import camera_lens
from otear.video.mux import CodedMetadata, CodedPicture, write_metadata_stream, write_transport_stream

FIRST_PTS_S = 1.0
KEY_FRAME_EVERY_S = 1.0
PACKETS_EVERY = 3
"""Ticks of the flight from one packet to the next: ten packets a second."""
_AHEAD = 4


class Painter(Protocol):
    """Whatever makes pictures of a pose: (height, width, 3) in colours, or (height, width) in grey."""

    def picture(self, pose: Pose, lens: Lens, time_us: int) -> NDArray[np.uint8]:
        """What the camera sees at a time."""
        ...


def write_telemetry(
    path: Path, time_us: NDArray[np.int64], packets: Sequence[bytes], progress: Progress = silent
) -> None:
    """Write metadata alone, packet by packet, as a transport stream."""

    def units() -> Iterator[CodedMetadata]:
        for i, (at, packet) in enumerate(zip(_pts(time_us, int(time_us[0])), packets, strict=True)):
            if i % 5_000 == 0:
                progress("writing", i, len(packets))
            yield CodedMetadata(at, packet)
        progress("writing", len(packets), len(packets))

    write_metadata_stream(path, units())


def write_video(
    path: Path,
    flown: Flown,
    packets: Sequence[bytes],
    painter: Painter,
    *,
    width_px: int,
    height_px: int,
    progress: Progress = silent,
) -> None:
    """Write a picture for every state of a flight (30 a second), and its packets, one for every `PACKETS_EVERY`th."""
    write_transport_stream(path, _units(flown, packets, painter, (width_px, height_px), progress))


def _pts(time_us: NDArray[np.int64], first_us: int) -> list[float]:
    seconds: list[float] = (FIRST_PTS_S + (time_us - first_us) / 1e6).tolist()
    return seconds


def _units(
    flown: Flown, packets: Sequence[bytes], painter: Painter, size: tuple[int, int], progress: Progress
) -> Iterator[CodedMetadata | CodedPicture]:
    coder = encoder(*size)
    pts = _pts(flown.time_us, int(flown.time_us[0]))
    count = len(flown)
    with ThreadPoolExecutor(max_workers=1) as painting:
        waiting: list[Future[NDArray[np.uint8]]] = []
        for tick in range(count):
            while len(waiting) < _AHEAD and tick + len(waiting) < count:
                waiting.append(painting.submit(_paint, painter, flown, tick + len(waiting), size))
            if tick % PACKETS_EVERY == 0:
                yield CodedMetadata(pts[tick], packets[tick // PACKETS_EVERY])
            picture = waiting.pop(0).result()
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24" if picture.ndim == 3 else "gray")
            frame = frame.reformat(format="yuv420p")
            frame.pts = tick
            yield from _coded(coder.encode(frame), flown, pts)
            progress("filming", tick + 1, count)
    yield from _coded(coder.encode(None), flown, pts)


def _paint(painter: Painter, flown: Flown, tick: int, size: tuple[int, int]) -> NDArray[np.uint8]:
    pose = Pose(**{name: float(np.asarray(value)[tick]) for name, value in flown.pose.__dict__.items()})
    lens = camera_lens(float(flown.hfov_rad[tick]), *size)
    return painter.picture(pose, lens, int(flown.time_us[tick]))


def encoder(width_px: int, height_px: int) -> av.VideoCodecContext:
    """H.264 whose bytes are the same on every run: one thread, no look-ahead, a key frame every second."""
    coder = av.CodecContext.create("libx264", "w")
    coder.width, coder.height, coder.pix_fmt = width_px, height_px, "yuv420p"
    coder.framerate = Fraction(RATE_HZ, 1)
    coder.time_base = Fraction(1, RATE_HZ)
    coder.thread_count = 1
    key = round(RATE_HZ * KEY_FRAME_EVERY_S)
    coder.options = {
        "preset": "superfast",
        "crf": "24",
        "x264-params": f"keyint={key}:min-keyint={key}:scenecut=0:bframes=0:rc-lookahead=0:sync-lookahead=0:"
        "repeat-headers=1:aud=1:threads=1:mbtree=0",
    }
    return coder


def _coded(packets: list[av.Packet], flown: Flown, pts: list[float]) -> Iterator[CodedPicture]:
    for packet in packets:
        tick = packet.pts
        yield CodedPicture(pts[tick], int(flown.time_us[tick]), packet.is_keyframe, bytes(packet))
