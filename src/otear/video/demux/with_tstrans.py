"""Transport streams by `tstrans`: the default reader.

`tstrans` reassembles streams but does not say where in the file a thing stood, whether it had a time stamp at all (it
gives 0), or which PES stream_id it came under. `transport.py` notes these for every elementary packet, and each sample
is matched to its note.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
from tstrans.exceptions import DemuxError
from tstrans.mpegts import Demuxer as TransportDemuxer
from tstrans.mpegts import DemuxerConfig, DemuxEvent, StreamKindTag
from tstrans.mpegts import StreamInfo as Announced

from otear.domain.packets import Repair, RepairKind
from otear.errors import RecordingError
from otear.video.demux.continuity import Continuity
from otear.video.demux.events import Event, Gap, MetadataBlock, Notice, Restart, StreamInfo, StreamKind, VideoUnit
from otear.video.demux.timeline import Timeline
from otear.video.demux.transport import Packets, PesStart, packet_stride, pes_starts, read_packets
from otear.video.klv.keys import KEY_REACH, looks_like_klv

_HEAD_BYTES = 1 << 16
_SYNCHRONOUS_TYPE = 0x15
_TABLE_PIECES = 8
_MOST_WAITING = 1 << 13
"""More than a piece of the file has transport packets: streams whose samples nobody takes do not pile up."""
_MPEG_VIDEO = {1: "mpeg1video", 2: "mpeg2video"}
_CODEC_NAMES = {"h265": "hevc", "h266": "vvc"}
_PRIVATE_TYPES = (0x06, 0x15)


def _stream_id_repairs(start: PesStart, stream_type: int) -> tuple[Repair, ...]:
    """The repair that metadata under the wrong PES stream_id needs (MISB ST 1402), none if it is right."""
    right = 0xFC if stream_type == _SYNCHRONOUS_TYPE else 0xBD
    if start.stream_id is None or start.stream_id == right:
        return ()
    carriage = "synchronous" if stream_type == _SYNCHRONOUS_TYPE else "asynchronous"
    detail = f"PES stream_id is 0x{start.stream_id:02X}; {carriage} metadata has 0x{right:02X}"
    return (Repair(RepairKind.STREAM_ID_IGNORED, start.offset, detail),)


def _tables(path: Path, stride: int) -> bytes:
    """The transport packets of the first program tables, so that what stands before them in the file can be read."""
    demuxer, seen = TransportDemuxer(DemuxerConfig()), []
    for packets in islice(read_packets(path, stride), _TABLE_PIECES):
        seen.append(packets.rows)
        demuxer.feed(packets.rows.tobytes())
        maps = [event for event in demuxer if isinstance(event, DemuxEvent.ProgramMap)]
        if maps:
            rows = np.concatenate(seen)
            pid = (rows[:, 1] & 0x1F).astype(np.int64) << 8 | rows[:, 2]
            return b"".join(
                rows[pid == table].tobytes() for table in (0, *(program.pmt_pid for program in maps[-1].programs))
            )
    return b""


class TstransDemuxer:
    """Reads MPEG transport streams with 188, 192 or 204 bytes between packets."""

    def events(self, path: Path) -> Iterator[Event]:
        """Yield what a transport stream holds (see `Demuxer`)."""
        with path.open("rb") as file:
            stride = packet_stride(np.frombuffer(file.read(_HEAD_BYTES), dtype=np.uint8))
        if not stride:
            raise RecordingError(
                "no transport packets line up at its start",
                source=path,
                offset=0,
                remedy="Give an MPEG transport stream (.ts, .mpg, .m2ts) or a raw KLV file",
            )
        session = _Session()
        yield from session.feed(_tables(path, stride), path)
        errors, continuity = 0, Continuity()
        for packets in read_packets(path, stride):
            errors += packets.errors
            if packets.skipped:
                whole = "a packet that the file cuts off" if not len(packets.rows) else "bytes that are no packet"
                yield Gap(0, session.position, f"{packets.skipped} bytes stepped over: {whole}")
                if not len(packets.rows):
                    yield Notice(f"The file ends inside a transport packet ({packets.skipped} bytes): it was cut off.")
            if len(packets.rows):
                continuity.add(packets.rows)
                yield from session.note(packets, int(packets.offsets[-1]) + stride)
                yield from session.feed(packets.rows.tobytes(), path)
        yield from session.finish(path)
        yield continuity.missing()
        if errors:
            yield Notice(f"{errors} transport packets were marked as damaged on reception; their contents were kept.")


class _Session:
    """One pass through one file: `tstrans`, and the elementary packets it has yet to hand out."""

    def __init__(self) -> None:
        self.position = 0
        self._demuxer = TransportDemuxer(DemuxerConfig())
        self._starts: dict[int, deque[PesStart]] = {}
        self._announced: dict[int, StreamInfo] = {}
        self._types: dict[int, int] = {}
        self._timeline = Timeline()

    def note(self, packets: Packets, position: int) -> Iterator[Restart]:
        """Remember elementary packets that are about to be fed, up to byte `position` of the file."""
        starts = list(pes_starts(packets))
        for start in starts:
            self._starts.setdefault(start.stream, deque(maxlen=_MOST_WAITING)).append(start)
        self.position = position
        yield from self._timeline.note(packets, starts)

    def feed(self, data: bytes, path: Path) -> Iterator[Event]:
        try:
            self._demuxer.feed(data)
        except DemuxError as error:
            raise self._unreadable(error, path) from error
        yield from self._drain()

    def finish(self, path: Path) -> Iterator[Event]:
        try:
            self._demuxer.flush()
        except DemuxError as error:
            raise self._unreadable(error, path) from error
        yield from self._drain()

    def _unreadable(self, error: DemuxError, path: Path) -> RecordingError:
        return RecordingError(
            f"the transport stream cannot be read: {error}",
            source=path,
            offset=self.position,
            remedy="Copy the file again from its source, or cut it before this place",
        )

    def _drain(self) -> Iterator[Event]:
        for event in self._demuxer:
            match event:
                case DemuxEvent.ProgramMap():
                    for program in event.programs:
                        for announced in program.streams:
                            self._types[announced.pid] = announced.stream_type
                            yield from self._announce(_stream_info(announced))
                case DemuxEvent.Video():
                    start = self._start(event.stream.pid, event.pts.raw, event.raw)
                    codec = self._announced[event.stream.pid].codec
                    yield self._video(start, event.random_access_indicator, codec, event.raw)
                case DemuxEvent.Metadata():
                    cells = event.stream.kind is StreamKindTag.KLV_SYNC
                    yield self._metadata(event.stream.pid, event.pts.raw, event.payload, cells)
                case DemuxEvent.UnknownSample():
                    yield from self._unknown(event)
                case DemuxEvent.Discontinuity():
                    waiting = self._starts.get(event.stream.pid)
                    offset = waiting[0].offset if waiting else self.position
                    yield Gap(event.stream.pid, offset, event.kind.value.replace("_", " "))
                case _:
                    pass

    def _announce(self, info: StreamInfo) -> Iterator[StreamInfo]:
        if self._announced.get(info.stream) != info:
            self._announced[info.stream] = info
            yield info

    def _unknown(self, event: DemuxEvent.UnknownSample) -> Iterator[Event]:
        pid, payload = event.stream.pid, event.payload
        if event.stream_type in _MPEG_VIDEO:
            start = self._start(pid, event.pts.raw, payload)
            # A sequence header opens what can be decoded on its own.
            key_frame = payload.startswith(b"\x00\x00\x01\xb3")
            yield self._video(start, key_frame, _MPEG_VIDEO[event.stream_type], payload)
        elif event.stream_type in _PRIVATE_TYPES:
            known = self._announced.get(pid)
            if (known is not None and known.kind is StreamKind.METADATA) or looks_like_klv(payload[:KEY_REACH]):
                yield from self._announce(StreamInfo(pid, StreamKind.METADATA, "klv", event.stream.program_number))
                yield self._metadata(pid, event.pts.raw, payload, cells=False)

    def _metadata(self, pid: int, pts: int, payload: bytes, cells: bool) -> MetadataBlock:
        start = self._start(pid, pts, payload, keep=cells)
        repairs = _stream_id_repairs(start, self._types[pid])
        return MetadataBlock(pid, start.offset, self._timeline.seconds(start.pts, start.offset), payload, repairs)

    def _video(self, start: PesStart, key_frame: bool, codec: str, data: bytes) -> VideoUnit:
        pts_s = self._timeline.seconds(start.pts, start.offset)
        return VideoUnit(start.stream, start.offset, pts_s, key_frame, codec, data)

    def _start(self, pid: int, pts: int, payload: bytes, keep: bool = False) -> PesStart:
        """The elementary packet that a sample came from; those before it never became one and are forgotten.

        With `keep` several samples (cells of synchronous metadata) may come from one elementary packet. A sample that
        no note fits is handed on all the same: the note of a header that spans two transport packets lacks its time,
        and where there is none at all, the sample is said to begin where the next one does.
        """
        waiting = self._starts.setdefault(pid, deque(maxlen=_MOST_WAITING))
        head = payload[:32]
        for number, start in enumerate(waiting):
            if (start.pts or 0) != pts:
                continue
            last = number + 1 == len(waiting) or (waiting[number + 1].pts or 0) != pts
            if head in start.payload or start.payload[:32] in payload or (keep and last):
                for _ in range(number if keep else number + 1):
                    waiting.popleft()
                return start
        if waiting and waiting[0].pts is None and not waiting[0].payload:
            return replace(waiting.popleft(), pts=pts or None)
        return PesStart(pid, waiting[0].offset if waiting else self.position, None, pts or None, b"")


def _stream_info(announced: Announced) -> StreamInfo:
    codec = _MPEG_VIDEO.get(announced.stream_type) or (announced.codec.value if announced.codec is not None else "")
    kind = StreamKind.OTHER
    if announced.kind is StreamKindTag.VIDEO or announced.stream_type in _MPEG_VIDEO:
        kind = StreamKind.VIDEO
    elif announced.kind in (StreamKindTag.KLV_SYNC, StreamKindTag.KLV_ASYNC):
        kind, codec = StreamKind.METADATA, "klv"
    elif announced.kind is StreamKindTag.AUDIO:
        kind = StreamKind.AUDIO
    return StreamInfo(announced.pid, kind, _CODEC_NAMES.get(codec, codec), announced.program_number)
