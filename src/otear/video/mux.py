"""Writing STANAG 4609 transport streams: H.264 pictures with their time in them, and KLV beside.

One program; pictures on PID 0x100, asynchronous metadata (stream_type 0x06 registered as KLVA, PES stream_id 0xBD) on
PID 0x101. Presentation times are seconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

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
    # The muxer's own atomic writing would leave a file that only its owner may read.
    with TemporaryDirectory(dir=path.parent, prefix=f".{path.name}-") as folder:
        draft = Path(folder) / path.name
        with muxer.write_file(draft) as sink:
            for unit in units:
                pts = Pts90khz(round(unit.pts_s * 90_000))
                if isinstance(unit, CodedMetadata):
                    sink.push_klv_to(metadata, unit.data, pts=pts)
                else:
                    stamp = MispTimestamp.micros(unit.time_us, _LOCKED)
                    sink.push_video_misp_to(video, unit.data, pts=pts, key_frame=unit.key_frame, misp=stamp)
        draft.replace(path)
