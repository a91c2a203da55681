"""Both readers of transport streams, on real clips and on streams of odd shape."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tstrans.mpegts import KlvStreamType

from otear.domain.packets import RepairKind
from otear.errors import RecordingError
from otear.video.demux import Demuxer, PyavDemuxer, StreamInfo, StreamKind, TstransDemuxer
from otear.video.demux.events import Unwrap

from .recordings import (
    PACKET,
    blocks,
    events,
    gaps,
    klv,
    mux,
    notices,
    pictures,
    pid,
    transport_packets,
    write_packets,
)

CLIPS = {
    "huntsville-sim.ts": (277, 277, "h264"),
    "aphill-eg0104.ts": (48, 96, "h264"),
    "h264_klv.ts": (30, 30, "h264"),
    "h265_klv.ts": (30, 30, "hevc"),
    "mpeg2_klv.ts": (30, 30, "mpeg2video"),
}
READERS = pytest.mark.parametrize("reader", [TstransDemuxer(), PyavDemuxer()], ids=["tstrans", "pyav"])


@pytest.mark.parametrize("name", CLIPS)
def test_readers_agree_on_real_clips(shared_data: Path, name: str) -> None:
    path = shared_data / "video" / name
    ours, theirs = events(path, TstransDemuxer()), events(path, PyavDemuxer())
    assert (len(blocks(ours)), len(pictures(ours))) == CLIPS[name][:2]
    assert {unit.codec for unit in pictures(ours)} == {CLIPS[name][2]}
    assert [replace(block, repairs=()) for block in blocks(ours)] == blocks(theirs)
    assert pictures(ours) == pictures(theirs)


def test_offsets_name_the_transport_packet_that_starts_each_block(shared_data: Path) -> None:
    path = shared_data / "video" / "huntsville-sim.ts"
    data = path.read_bytes()
    for block in blocks(events(path)):
        packet = data[block.offset : block.offset + PACKET]
        assert packet[0] == 0x47
        assert packet[1] & 0x40
        assert pid(packet) == block.stream


@pytest.mark.parametrize("name", CLIPS)
def test_wrong_stream_id_is_noted(shared_data: Path, name: str) -> None:
    wrong = name in {"huntsville-sim.ts", "aphill-eg0104.ts"}
    for block in blocks(events(shared_data / "video" / name)):
        assert [repair.kind for repair in block.repairs] == [RepairKind.STREAM_ID_IGNORED] * wrong
        assert all("0xFC; asynchronous metadata has 0xBD" in repair.detail for repair in block.repairs)


def test_own_streams_have_the_right_stream_id(clip: Path, tmp_path: Path) -> None:
    assert not any(block.repairs for block in blocks(events(clip)))
    path = mux(tmp_path / "s.ts", {0x101: [klv(n) for n in range(5)]}, kind=KlvStreamType.SYNCHRONOUS_METADATA)
    assert not any(block.repairs for block in blocks(events(path)))


@READERS
def test_own_clip_is_read_whole(clip: Path, reader: Demuxer) -> None:
    found = events(clip, reader)
    assert (len(blocks(found)), len(pictures(found))) == (40, 60)
    assert [unit.pts_s for unit in pictures(found)] == pytest.approx([1.0 + k / 15 for k in range(60)], abs=1e-5)
    assert [k for k, unit in enumerate(pictures(found)) if unit.key_frame] == [0, 15, 30, 45]
    assert not gaps(found)
    assert not notices(found)


@READERS
def test_several_metadata_streams_of_which_one_is_empty(tmp_path: Path, reader: Demuxer) -> None:
    first, second = [klv(n) for n in range(5)], [klv(n, 90) for n in range(100, 105)]
    path = mux(tmp_path / "three.ts", {0x101: first, 0x102: [], 0x103: second})
    found = events(path, reader)
    assert [b.payload for b in blocks(found) if b.stream == 0x101] == first
    assert [b.payload for b in blocks(found) if b.stream == 0x103] == second
    assert notices(found) == ["The metadata stream on PID 258 is announced but empty."]


@READERS
def test_synchronous_metadata_comes_without_its_cell_header(tmp_path: Path, reader: Demuxer) -> None:
    payloads = [klv(n) + klv(n + 50) for n in range(5)]
    path = mux(tmp_path / "sync.ts", {0x101: payloads}, kind=KlvStreamType.SYNCHRONOUS_METADATA)
    found = blocks(events(path, reader))
    assert [block.payload for block in found] == payloads
    assert [block.pts_s for block in found] == pytest.approx([1.0 + 0.04 * k for k in range(5)])


@READERS
def test_metadata_in_a_stream_that_is_not_registered_as_such(tmp_path: Path, reader: Demuxer) -> None:
    whole, cut = [klv(n) for n in range(5)], [klv(n)[5:] for n in range(5)]
    path = mux(tmp_path / "plain.ts", {0x101: whole, 0x102: cut}, plain=(0x101, 0x102))
    found = events(path, reader)
    assert [b.payload for b in blocks(found) if b.stream == 0x101] == whole
    assert [b.payload for b in blocks(found) if b.stream == 0x102] == cut
    kinds = {event.stream: event.kind for event in found if isinstance(event, StreamInfo)}
    assert kinds[0x101] is kinds[0x102] is StreamKind.METADATA


@pytest.mark.parametrize(("before", "after"), [(4, 0), (0, 16)], ids=["192", "204"])
def test_longer_packets_hold_the_same(clip: Path, tmp_path: Path, before: int, after: int) -> None:
    packets = [bytearray(before) + packet + bytearray(after) for packet in transport_packets(clip)]
    plain, long = events(clip), events(write_packets(tmp_path / "long.ts", packets))
    stride = PACKET + before + after
    assert [b.payload for b in blocks(long)] == [b.payload for b in blocks(plain)]
    assert [b.offset for b in blocks(long)] == [b.offset // PACKET * stride + before for b in blocks(plain)]
    assert not gaps(long)
    assert not notices(long)


def test_leading_junk_is_stepped_over(clip: Path, tmp_path: Path) -> None:
    path = tmp_path / "junk.ts"
    path.write_bytes(b"\x47junk\x47" * 50 + clip.read_bytes()[100:])
    found, plain = events(path), events(clip)
    assert [b.payload for b in blocks(found)] == [b.payload for b in blocks(plain)]
    assert [b.offset for b in blocks(found)] == [b.offset + 200 for b in blocks(plain)]
    assert gaps(found)[0].detail.startswith("388 bytes stepped over")


def test_a_damaged_sync_byte_costs_nothing(clip: Path, tmp_path: Path) -> None:
    packets = transport_packets(clip)
    for index in range(50, len(packets) - 50, 37):
        packets[index][0] = 0x00
    assert events(write_packets(tmp_path / "sync.ts", packets)) == events(clip)


def test_bytes_lost_in_the_middle_cost_only_what_they_hit(clip: Path, tmp_path: Path) -> None:
    data = clip.read_bytes()
    path = tmp_path / "lost.ts"
    path.write_bytes(data[:100_000] + data[100_100:])
    found, plain = blocks(events(path)), blocks(events(clip))
    kept = {b.payload for b in found}
    assert sum(b.payload not in kept for b in plain) <= 1
    assert all(b.offset == o.offset for b, o in zip(found, plain, strict=False) if b.offset < 90_000)
    assert gaps(events(path))


def test_packets_marked_as_damaged_are_kept(clip: Path, tmp_path: Path) -> None:
    packets = transport_packets(clip)
    marked = [packet for packet in packets if pid(packet) == 0x101][3:6]
    for packet in marked:
        packet[1] |= 0x80
    found = events(write_packets(tmp_path / "marked.ts", packets))
    assert blocks(found) == blocks(events(clip))
    assert notices(found) == ["3 transport packets were marked as damaged on reception; their contents were kept."]


@READERS
@pytest.mark.parametrize("fits", [2, 6, 12], ids=lambda fits: f"{fits} bytes")
def test_a_header_that_spans_two_transport_packets_loses_nothing(tmp_path: Path, reader: Demuxer, fits: int) -> None:
    """An elementary packet may begin in the last bytes of a transport packet."""
    payloads = [klv(n) for n in range(20)]
    packets = transport_packets(mux(tmp_path / "plain.ts", {0x101: payloads}, count=20))
    fourth = [k for k, packet in enumerate(packets) if pid(packet) == 0x101][3]
    for packet in packets[fourth + 1 :]:
        if pid(packet) == 0x101:
            packet[3] = packet[3] & 0xF0 | (packet[3] + 1) & 0x0F
    whole = packets[fourth]
    pes = whole[4 + (1 + whole[4] if whole[3] & 0x20 else 0) :]
    packets[fourth : fourth + 1] = [
        stuffed(pes[:fits], whole[3] & 0x0F, first=True),
        stuffed(pes[fits:], (whole[3] + 1) & 0x0F, first=False),
    ]
    found = blocks(events(write_packets(tmp_path / "spans.ts", packets), reader))
    assert [block.payload for block in found] == payloads
    assert [block.pts_s for block in found] == pytest.approx([1.0 + 0.04 * k for k in range(20)])
    assert found[3].offset == fourth * PACKET
    assert not any(block.repairs for block in found)


def stuffed(body: bytes, counter: int, *, first: bool) -> bytearray:
    """A transport packet of PID 0x101 that carries `body` behind an adaptation field of stuffing."""
    field = PACKET - 5 - len(body)
    head = bytes([0x47, 0x40 * first | 0x01, 0x01, 0x30 | counter, field])
    return bytearray(head + b"\x00" + b"\xff" * (field - 1) + body)


@pytest.mark.parametrize("rest", [1, 77])
def test_truncated_file_gives_what_is_there_and_says_so(clip: Path, tmp_path: Path, rest: int) -> None:
    path = tmp_path / "cut.ts"
    path.write_bytes(clip.read_bytes()[: 188 * 700 + rest])
    found, plain = events(path), events(clip)
    assert 0 < len(blocks(found)) < len(blocks(plain))
    assert blocks(found)[:-1] == blocks(plain)[: len(blocks(found)) - 1]
    assert notices(found) == [f"The file ends inside a transport packet ({rest} bytes): it was cut off."]


@given(st.integers(0, 2**33 - 1), st.lists(st.integers(-90_000, 90_000 * 3_600), min_size=1, max_size=50))
def test_time_stamps_are_unwrapped(start: int, steps: list[int]) -> None:
    unwrap = Unwrap()
    truth = np.cumsum([start, *steps])
    seconds = [unwrap.seconds(int(ticks) % 2**33) for ticks in truth]
    assert np.diff(seconds) == pytest.approx(np.diff(truth) / 90_000.0)
    assert unwrap.seconds(None) is None


@READERS
def test_garbage_is_refused_or_read_but_never_breaks(clip: Path, tmp_path: Path, reader: Demuxer) -> None:
    whole, rng, path = clip.read_bytes()[: 188 * 60], np.random.default_rng(5), tmp_path / "garbage.ts"
    outcomes = set()
    for case in range(120):
        data = np.frombuffer(whole, dtype=np.uint8).copy()
        if case % 3 == 0:
            spots = rng.integers(0, len(data), 10 ** int(rng.integers(0, 4)))
            data[spots] ^= np.uint8(1) << rng.integers(0, 8, len(spots)).astype(np.uint8)
        elif case % 3 == 1:
            data = np.delete(data, rng.integers(0, len(data), 400))
        else:
            data = rng.integers(0, 256, len(data)).astype(np.uint8)
            data[::PACKET] = 0x47
        path.write_bytes(data.tobytes())
        try:
            events(path, reader)
            outcomes.add("read")
        except RecordingError:
            outcomes.add("refused")
    assert outcomes == {"read", "refused"}
