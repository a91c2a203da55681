"""Opening a recording: what kind of file it is, which reader fits, and whether it holds what a survey needs."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import numpy as np

from otear.errors import RecordingError
from otear.video.demux import (
    Demuxer,
    Event,
    MetadataBlock,
    Notice,
    RawKlvDemuxer,
    StreamInfo,
    StreamKind,
    TstransDemuxer,
    VideoUnit,
)
from otear.video.demux.transport import packet_stride
from otear.video.klv.keys import looks_like_klv

_HEAD_BYTES = 1 << 16
_WANTED = "Give a STANAG 4609 transport stream (.ts, .mpg, .m2ts) or a raw KLV file (.klv)"


class Container(StrEnum):
    """How a recording is wrapped."""

    TRANSPORT_STREAM = "MPEG transport stream"
    RAW_KLV = "raw KLV"


def container_of(path: Path) -> Container:
    """Tell what kind of recording a file is from its first bytes; `RecordingError` if it is none."""
    if path.is_dir():
        raise RecordingError("it is a folder", source=path, remedy="Name the recordings inside it")
    if not path.exists():
        raise RecordingError("there is no such file", source=path, remedy="Check the path")
    if not path.is_file():
        raise RecordingError(
            "it is a pipe or a device, which cannot be read twice",
            source=path,
            remedy="Write it to an ordinary file first",
        )
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise RecordingError(
            f"it cannot be opened: {error.strerror}", source=path, remedy="Check who may read it"
        ) from error
    if not head:
        raise RecordingError("the file is empty", source=path, offset=0, remedy="Copy it again from its source")
    if packet_stride(np.frombuffer(head, dtype=np.uint8)):
        return Container.TRANSPORT_STREAM
    if looks_like_klv(head):
        return Container.RAW_KLV
    kind = "a text file" if _is_text(head) else "of a kind that holds no metadata we know"
    raise RecordingError(
        f"no transport packets and no KLV keys in its first {len(head)} bytes: it is {kind}",
        source=path,
        offset=0,
        remedy=_WANTED,
    )


def _is_text(head: bytes) -> bool:
    return not any(byte < 9 or 13 < byte < 32 for byte in head[:4096])


def read_recording(path: Path, demuxer: Demuxer | None = None) -> Iterator[Event]:
    """Yield the events of a recording by the reader that fits it, or by `demuxer` if it is a transport stream.

    Raises `RecordingError` for a file that is no recording, and, at its end, for one that held no metadata at all. A
    transport stream without pictures is usable and gets a `Notice`.
    """
    container = container_of(path)
    reader: Demuxer = RawKlvDemuxer() if container is Container.RAW_KLV else demuxer or TstransDemuxer()
    streams: dict[int, StreamInfo] = {}
    blocks: dict[int, int] = {}
    pictures = 0
    for event in reader.events(path):
        match event:
            case StreamInfo():
                streams[event.stream] = event
            case MetadataBlock():
                blocks[event.stream] = blocks.get(event.stream, 0) + 1
            case VideoUnit():
                pictures += 1
            case _:
                pass
        yield event
    if not blocks:
        raise RecordingError(
            f"it holds no KLV metadata, so nothing says where the camera looked; {_listing(streams)}",
            source=path,
            remedy="Export it again from its source with the KLV stream kept",
        )
    for stream in streams.values():
        if stream.kind is StreamKind.METADATA and not blocks.get(stream.stream):
            yield Notice(f"The metadata stream on PID {stream.stream} is announced but empty.")
    if container is Container.TRANSPORT_STREAM and not pictures:
        yield Notice("The recording holds metadata but no pictures.")


def _listing(streams: dict[int, StreamInfo]) -> str:
    if not streams:
        return "it announces no streams (no program map was found)"
    names = (f"{s.codec or 'unknown'} {s.kind.value} on PID {s.stream}" for s in streams.values())
    return "its streams are: " + ", ".join(names)
