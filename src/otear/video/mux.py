"""Writing STANAG 4609 transport streams: H.264 pictures with their time in them, and KLV beside.

One program; pictures on PID 0x100, asynchronous metadata (stream_type 0x06 registered as KLVA, PES stream_id 0xBD) on
PID 0x101. Or metadata alone. Presentation times are seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np
from tstrans.codec import MispTimestamp
from tstrans.mpegts import (
    KlvStreamType,
    Muxer,
    MuxerConfig,
    MuxerProgramConfigBuilder,
    Pts90khz,
    VideoCodec,
)

VIDEO_PID = 0x100
METADATA_PID = 0x101
_PMT_PID = 0x1000
_CLOCK_HZ = 90_000
_TS_PACKET = 188
_PRIVATE_STREAM_1 = 0xBD
_LOCKED = 0x1F
"""MISP time status (ST 0603): locked to absolute time, no discontinuity, reserved bits set."""


@dataclass(frozen=True)
class CodedPicture:
    """An H.264 access unit in Annex B form; `time_us` is when it was taken, microseconds since 1970-01-01."""

    pts_s: float
    time_us: int
    key_frame: bool
    data: bytes


@dataclass(frozen=True)
class CodedMetadata:
    """One KLV packet."""

    pts_s: float
    data: bytes


def write_transport_stream(path: Path, units: Iterable[CodedPicture | CodedMetadata]) -> None:
    """Write units, in the order of their presentation times, to a new file, which appears only when it is whole."""
    program = (
        MuxerProgramConfigBuilder(1, _PMT_PID)
        .add_video(VIDEO_PID, VideoCodec.H264)
        .add_klv(METADATA_PID, KlvStreamType.PRIVATE_DATA, carries_pts=False)
        .build()
    )
    muxer = Muxer(MuxerConfig.builder().add_program(program).build())
    video, metadata = muxer.video_handles()[0], muxer.klv_handles()[0]
    with _whole(path) as draft, muxer.write_file(draft) as sink:
        for unit in units:
            pts = Pts90khz(round(unit.pts_s * _CLOCK_HZ))
            if isinstance(unit, CodedMetadata):
                sink.push_klv_to(metadata, unit.data, pts=pts)
            else:
                stamp = MispTimestamp.micros(unit.time_us, _LOCKED)
                sink.push_video_misp_to(video, unit.data, pts=pts, key_frame=unit.key_frame, misp=stamp)


def write_metadata_stream(path: Path, units: Iterable[CodedMetadata]) -> None:
    """Write metadata alone, in the order of their presentation times, to a new file, which appears only when whole.

    FFmpeg's muxer writes it: the other one puts its clock reference beside pictures only.
    """
    with _whole(path) as draft, av.open(str(draft), "w", format="mpegts") as file:
        stream = file.add_data_stream("klv")
        stream.id = METADATA_PID
        for unit in units:
            packet = av.Packet(unit.data)
            packet.stream, packet.time_base = stream, Fraction(1, _CLOCK_HZ)
            packet.pts = packet.dts = round(unit.pts_s * _CLOCK_HZ)
            file.mux_one(packet)
        file.close()
        _as_private_stream(draft, METADATA_PID)


def _as_private_stream(path: Path, pid: int) -> None:
    """Make the PES headers of a PID those of asynchronous metadata (MISB ST 1402): private_stream_1, no time stamps.

    FFmpeg writes them otherwise and has no setting for it. Where a time stamp stood, stuffing takes its place.
    """
    whole = np.memmap(path, dtype=np.uint8, mode="r+")
    packets = whole.reshape(-1, _TS_PACKET)
    of_pid = (packets[:, 1].astype(np.int64) & 0x1F) << 8 | packets[:, 2] == pid
    rows = np.flatnonzero(of_pid & (packets[:, 1] & 0x40 != 0))
    # The payload starts after four bytes and, where there is one, the adaptation field.
    starts = 4 + np.where(packets[rows, 3] & 0x20 != 0, packets[rows, 4].astype(np.int64) + 1, 0)
    packets[rows, starts + 3] = _PRIVATE_STREAM_1
    packets[rows, starts + 7] &= 0x3F
    packets[rows[:, None], starts[:, None] + np.arange(9, 14)] = 0xFF
    whole.flush()


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A path to write to, beside the one wanted, to which it moves when all is written."""
    # The muxer's own atomic writing would leave a file that only its owner may read.
    with TemporaryDirectory(dir=path.parent, prefix=f".{path.name}-") as folder:
        draft = Path(folder) / path.name
        yield draft
        draft.replace(path)
