"""What is written is what is read, by both readers and in the right order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from otear.video.demux import Demuxer, PyavDemuxer, StreamInfo, StreamKind, TstransDemuxer
from otear.video.misp import picture_time_us
from otear.video.mux import METADATA_PID, VIDEO_PID, CodedMetadata, CodedPicture, write_transport_stream

from .recordings import blocks, events, klv, pictures

PICTURE = b"\x00\x00\x00\x01\x09\xf0\x00\x00\x00\x01\x65\x88\x84" + bytes(range(1, 200))


@pytest.mark.parametrize("reader", [TstransDemuxer(), PyavDemuxer()], ids=["tstrans", "pyav"])
def test_round_trip(tmp_path: Path, reader: Demuxer) -> None:
    path, start_us = tmp_path / "made.ts", 1_709_654_400_000_000
    packets = [klv(n, 100) for n in range(10)]
    write_transport_stream(
        path,
        [
            unit
            for n, packet in enumerate(packets)
            for unit in (
                CodedMetadata(2.0 + n / 10, packet),
                CodedPicture(2.0 + n / 10, start_us + n * 100_000, n % 5 == 0, PICTURE),
            )
        ],
    )
    found = events(path, reader)
    kinds = {event.stream: event.kind for event in found if isinstance(event, StreamInfo)}
    assert kinds == {VIDEO_PID: StreamKind.VIDEO, METADATA_PID: StreamKind.METADATA}
    assert [block.payload for block in blocks(found)] == packets
    assert [unit.pts_s for unit in pictures(found)] == pytest.approx([2.0 + n / 10 for n in range(10)])
    assert [picture_time_us(unit) for unit in pictures(found)] == [start_us + n * 100_000 for n in range(10)]


def test_the_file_is_like_any_other_and_there_whole_or_not_at_all(tmp_path: Path) -> None:
    ordinary, made, half = tmp_path / "ordinary", tmp_path / "made.ts", tmp_path / "half.ts"
    ordinary.touch()
    write_transport_stream(made, [CodedPicture(0.0, 1, True, PICTURE)])
    assert made.stat().st_mode == ordinary.stat().st_mode

    def breaking() -> Iterator[CodedPicture]:
        yield CodedPicture(0.0, 1, True, PICTURE)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_transport_stream(half, breaking())
    assert sorted(tmp_path.iterdir()) == [made, ordinary]
