"""Transport streams by PyAV (FFmpeg): the second reader, for comparison and for files that the first cannot read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av

from otear.errors import RecordingError
from otear.video.demux.events import Event, MetadataBlock, StreamInfo, StreamKind, Unwrap, VideoUnit
from otear.video.klv.keys import KEY_REACH, looks_like_klv

_KINDS = {"video": StreamKind.VIDEO, "audio": StreamKind.AUDIO}


def _is_klv(stream: Any) -> bool:
    """Whether FFmpeg takes a stream for KLV; streams it knows nothing of have no name at all."""
    return bool(stream.type == "data" and stream.name == "klv")


class PyavDemuxer:
    """Reads transport streams with FFmpeg's demultiplexer, without decoding pictures."""

    def events(self, path: Path) -> Iterator[Event]:
        """Yield what a transport stream holds (see `Demuxer`); it reports neither gaps nor wrong stream_ids."""
        unwrap = Unwrap()
        try:
            with av.open(str(path), format="mpegts") as container:
                known: dict[int, StreamInfo] = {}
                for stream in container.streams:
                    coded = stream.codec_context
                    codec = coded.name if coded is not None else "klv" if _is_klv(stream) else ""
                    kind = StreamKind.METADATA if codec == "klv" else _KINDS.get(stream.type, StreamKind.OTHER)
                    known[stream.index] = StreamInfo(stream.id, kind, codec, 0)
                    yield known[stream.index]
                for packet in container.demux():
                    if packet.size == 0:
                        continue
                    info, data = known[packet.stream.index], bytes(packet)
                    if info.kind is StreamKind.VIDEO:
                        pts_s, offset = unwrap.seconds(packet.pts), packet.pos or 0
                        yield VideoUnit(info.stream, offset, pts_s, packet.is_keyframe, info.codec, data)
                    elif info.kind is StreamKind.METADATA or (
                        info.kind is StreamKind.OTHER and looks_like_klv(data[:KEY_REACH])
                    ):
                        if info.kind is StreamKind.OTHER:
                            info = StreamInfo(info.stream, StreamKind.METADATA, "klv", 0)
                            known[packet.stream.index] = info
                            yield info
                        yield MetadataBlock(info.stream, packet.pos or 0, unwrap.seconds(packet.pts), data)
        except av.FFmpegError as error:
            raise RecordingError(
                f"FFmpeg cannot read it as a transport stream: {error.strerror}",
                source=path,
                offset=0,
                remedy="Give an MPEG transport stream (.ts, .mpg, .m2ts) or a raw KLV file",
            ) from error
