"""Helpers: what a recording holds, and transport streams of odd shape."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from tstrans.mpegts import KlvStreamType, Muxer, MuxerConfig, MuxerProgramConfigBuilder, Pts90khz, VideoCodec

from otear.domain.telemetry import Telemetry
from otear.video.clocks import ClockObserver
from otear.video.demux import Demuxer, Event, Gap, MetadataBlock, Notice, VideoUnit
from otear.video.klv.columns import telemetry
from otear.video.klv.framing import Framer, Frames
from otear.video.probe import read_recording

PACKET = 188


def events(path: Path, demuxer: Demuxer | None = None) -> list[Event]:
    return list(read_recording(path, demuxer))


def blocks(found: list[Event]) -> list[MetadataBlock]:
    return [event for event in found if isinstance(event, MetadataBlock)]


def pictures(found: list[Event]) -> list[VideoUnit]:
    return [event for event in found if isinstance(event, VideoUnit)]


def gaps(found: list[Event]) -> list[Gap]:
    return [event for event in found if isinstance(event, Gap)]


def notices(found: list[Event]) -> list[str]:
    return [event.text for event in found if isinstance(event, Notice)]


def read(path: Path) -> tuple[Telemetry, ClockObserver]:
    """All telemetry of a recording, and an observer that has seen its clocks."""
    framer, clocks, parts = Framer(elementary=path.suffix == ".klv"), ClockObserver(), []
    for event in read_recording(path):
        match event:
            case MetadataBlock():
                parts.append(framer.feed(event.payload, event.offset, event.pts_s, event.repairs))
            case VideoUnit():
                clocks.picture(event)
            case _:
                pass
    frames = Frames.joined([*parts, framer.flush()])
    rows = telemetry(frames)
    clocks.metadata(frames.offset[rows.packet], rows.pts_s, rows.time_us)
    return rows, clocks


def transport_packets(path: Path) -> list[bytearray]:
    data = path.read_bytes()
    return [bytearray(data[at : at + PACKET]) for at in range(0, len(data), PACKET)]


def pid(packet: bytes | bytearray) -> int:
    return (packet[1] & 0x1F) << 8 | packet[2]


def write_packets(path: Path, packets: list[bytearray]) -> Path:
    path.write_bytes(b"".join(packets))
    return path


def mux(
    path: Path,
    metadata: dict[int, list[bytes]],
    *,
    kind: KlvStreamType = KlvStreamType.PRIVATE_DATA,
    plain: tuple[int, ...] = (),
    picture: bytes = b"\x00\x00\x00\x01\x09\xf0\x00\x00\x00\x01\x65\x88\x84" + bytes(range(1, 200)),
    count: int = 5,
) -> Path:
    """A transport stream with a picture every 40 ms (unless empty) and, per PID, one payload with each picture.

    PIDs in `plain` are private data that is not registered as KLV.
    """
    builder = MuxerProgramConfigBuilder(1, 0x1000).add_video(0x100, VideoCodec.H264)
    for number in metadata:
        builder = (
            builder.add_data(number, 0x06, carries_pts=True)
            if number in plain
            else builder.add_klv(number, kind, carries_pts=True)
        )
    muxer = Muxer(MuxerConfig.builder().add_program(builder.build()).build())
    klv = dict(zip((n for n in metadata if n not in plain), muxer.klv_handles(), strict=True))
    data = dict(zip((n for n in metadata if n in plain), muxer.data_handles(), strict=True))
    with muxer.write_file(path) as sink:
        for index in range(count):
            pts = Pts90khz(90_000 + 3_600 * index)
            if picture:
                sink.push_video(picture, pts=pts, key_frame=True)
            for number, payloads in metadata.items():
                if index >= len(payloads):
                    continue
                if number in plain:
                    sink.push_data_to(data[number], payloads[index], pts=pts)
                else:
                    sink.push_klv_to(klv[number], payloads[index], pts=pts)
    return path


def klv(value: int, size: int = 60) -> bytes:
    """Bytes that look like an ST 0601 packet on the outside."""
    body = np.full(size, value, dtype=np.uint8).tobytes()
    return bytes.fromhex("060e2b34020b01010e01030101000000") + bytes([size]) + body
