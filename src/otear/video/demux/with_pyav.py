"""Transport streams by PyAV (FFmpeg): the second reader, for comparison and for files that the first cannot read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av

from otear.errors import RecordingError
from otear.video.demux.events import Event, MetadataBlock, StreamInfo, StreamKind, Unwrap, VideoUnit
from otear.video.demux.transport import PACKET_BYTES, pes_start
from otear.video.demux.with_tstrans import looks_like_klv, stream_id_repairs

_KINDS = {"video": StreamKind.VIDEO, "audio": StreamKind.AUDIO}


class PyavDemuxer:
    """Reads transport streams with FFmpeg's demultiplexer, without decoding pictures."""

    def events(self, path: Path) -> Iterator[Event]:
        """Yield what a transport stream holds (see `Demuxer`); gaps are not reported by this reader."""
        unwrap = Unwrap()
        try:
            with av.open(str(path), format="mpegts") as container, path.open("rb") as file:
                known: dict[int, StreamInfo] = {}
                for stream in container.streams:
                    codec = stream.codec_context.name if stream.codec_context is not None else ""
                    kind = _KINDS.get(stream.type, StreamKind.OTHER)
                    known[stream.index] = StreamInfo(stream.id, kind, codec, 0)
                    if kind is not StreamKind.OTHER:
                        yield known[stream.index]
                for packet in container.demux():
                    if packet.size == 0:
                        continue
                    info, data = known[packet.stream.index], bytes(packet)
                    if info.kind is StreamKind.VIDEO:
                        pts_s, offset = unwrap.seconds(packet.pts), packet.pos or 0
                        yield VideoUnit(info.stream, offset, pts_s, packet.is_keyframe, info.codec, data)
                    elif info.kind is StreamKind.METADATA or (info.kind is StreamKind.OTHER and looks_like_klv(data)):
                        if info.kind is StreamKind.OTHER:
                            info = StreamInfo(info.stream, StreamKind.METADATA, "klv", 0)
                            known[packet.stream.index] = info
                            yield info
                        file.seek(packet.pos or 0)
                        start = pes_start(file.read(PACKET_BYTES), packet.pos or 0)
                        repairs = () if start is None else stream_id_repairs(start.stream_id, start.offset)
                        yield MetadataBlock(info.stream, packet.pos or 0, unwrap.seconds(packet.pts), data, repairs)
        except av.FFmpegError as error:
            raise RecordingError(
                f"FFmpeg cannot read it as a transport stream: {error.strerror}",
                source=path,
                offset=0,
                remedy="Give an MPEG transport stream (.ts, .mpg, .m2ts) or a raw KLV file",
            ) from error
