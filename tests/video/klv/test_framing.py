"""Packets in bytes: whole, damaged, in pieces, and in garbage."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from otear.domain.packets import Checksum, Packet, Repair, RepairKind, Standard
from otear.video.klv import Framer, Frames, PacketReader, decode, describe, encode_st0601
from otear.video.klv.ber import encode_oid
from otear.video.klv.encode import running_sum
from otear.video.klv.keys import KEYS, UAS_LOCAL_SET


def read(raw: bytes, batch_bytes: int = 1 << 20) -> list[Packet]:
    reader = PacketReader(elementary=True, batch_bytes=batch_bytes)
    return [p for batch in [*reader.read(raw, 0), *reader.finish()] for p in batch.packets()]


def kinds(packet: Packet) -> list[RepairKind]:
    return [repair.kind for repair in packet.repairs]


def test_whole_packets_are_kept_byte_for_byte(flight: list[bytes]) -> None:
    packets = read(b"".join(flight))
    assert [packet.raw for packet in packets] == flight
    assert {packet.checksum for packet in packets} == {Checksum.GOOD}
    assert all(packet.trusted and not packet.repaired for packet in packets)
    assert [packet.index for packet in packets] == list(range(len(flight)))
    assert np.diff([packet.offset for packet in packets]).tolist() == [len(raw) for raw in flight[:-1]]
    assert packets[5].time_us == 1_600_000_001_000_000


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(1, 5_000), max_size=30), data=st.data())
def test_cutting_the_stream_anywhere_changes_nothing(flight: list[bytes], cuts: list[int], data: st.DataObject) -> None:
    raw = bytearray(b"".join(flight[:30]))
    for at in data.draw(st.lists(st.integers(0, len(raw) - 1), max_size=6)):
        raw[at] ^= 0x10
    framer = Framer(elementary=True)
    edges = sorted({0, len(raw), *(cut for cut in cuts if cut < len(raw))})
    pieces = [framer.feed(bytes(raw[a:b]), a) for a, b in pairwise(edges)]
    together, whole = Frames.joined([*pieces, framer.flush()]), Frames.joined(frames_of(bytes(raw)))
    assert together.offset.tolist() == whole.offset.tolist()
    assert together.verdict.tolist() == whole.verdict.tolist()
    assert [together.body(k) for k in range(len(together))] == [whole.body(k) for k in range(len(whole))]


def frames_of(raw: bytes) -> Sequence[Frames]:
    framer = Framer(elementary=True)
    return [framer.feed(raw, 0), framer.flush()]


def test_a_block_lends_its_packets_its_offset_time_and_repairs(flight: list[bytes]) -> None:
    noted = Repair(RepairKind.STREAM_ID_IGNORED, 188, "stream_id 0xE0")
    reader = PacketReader(3, batch_bytes=0)
    blocks = [
        (flight[0][:100], 0, 1.0, ()),
        (flight[0][100:] + flight[1], 188, 1.2, (noted,)),
        (flight[2], 376, None, ()),
    ]
    batches = [batch for block in blocks for batch in reader.read(*block)]
    packets = [p for batch in [*batches, *reader.finish()] for p in batch.packets()]
    assert [(p.offset, p.pts_s, p.repairs, p.stream) for p in packets] == [
        (0, 1.0, (), 3),
        (188, 1.2, (noted,), 3),
        (376, None, (), 3),
    ]
    assert all(p.trusted for p in packets)


def test_bytes_that_belong_to_no_packet_are_stepped_over_and_counted(flight: list[bytes]) -> None:
    packets = read(flight[0] + b"not metadata" + flight[1])
    assert [packet.raw for packet in packets] == flight[:2]
    assert kinds(packets[1]) == [RepairKind.RESYNCHRONISED]
    assert "12 bytes" in packets[1].repairs[0].detail
    reader = PacketReader(elementary=True)
    list(reader.read(flight[0] + b"trailing", 0))
    list(reader.finish())
    assert reader.trailing_bytes == 8


def test_a_packet_that_fails_its_checksum_is_kept_and_not_trusted(flight: list[bytes]) -> None:
    bad = bytearray(flight[1])
    bad[60] ^= 1
    packets = read(flight[0] + bytes(bad) + flight[2])
    assert [packet.raw for packet in packets] == [flight[0], bytes(bad), flight[2]]
    assert (packets[1].checksum, packets[1].trusted) == (Checksum.BAD, False)
    assert len(describe(packets[1])) == len(describe(packets[0]))


@pytest.mark.parametrize("lost", [1, 5, 11, 16, 17, 18])
def test_a_key_that_lost_its_first_bytes_is_completed(flight: list[bytes], lost: int) -> None:
    packets = read(b"".join(raw[lost:] for raw in flight[:5]))
    assert [packet.raw for packet in packets] == [raw[lost:] for raw in flight[:5]]
    assert all(packet.checksum is Checksum.GOOD and packet.trusted for packet in packets)
    assert all(RepairKind.KEY_COMPLETED in kinds(packet) for packet in packets)
    np.testing.assert_array_equal(decode(packets).sensor_lat_deg, decode(read(b"".join(flight[:5]))).sensor_lat_deg)


def test_the_shortest_packets_are_all_found() -> None:
    """Nothing but times, and every key and length lost."""
    bare = [encode_st0601({"time_us": 1_600_000_000_000_000 + n})[17:] for n in range(200)]
    packets = read(b"".join(bare))
    assert [packet.raw for packet in packets] == bare
    assert [packet.time_us for packet in packets] == [1_600_000_000_000_000 + n for n in range(200)]


@pytest.mark.parametrize("byte", range(16))
def test_a_flipped_bit_in_a_key_is_put_right(flight: list[bytes], byte: int) -> None:
    bad = bytearray(flight[1])
    bad[byte] ^= 0x20
    packets = read(flight[0] + bytes(bad) + flight[2])
    assert [packet.raw for packet in packets] == [flight[0], bytes(bad), flight[2]]
    assert packets[1].checksum is Checksum.GOOD
    assert kinds(packets[1]) == [RepairKind.KEY_COMPLETED]


@pytest.mark.parametrize("length", ["8101", "81ff", "9180", "0180", "8000", "ffff", "8181"])
def test_a_wrong_length_is_corrected_where_the_checksum_proves_it(flight: list[bytes], length: str) -> None:
    bad = flight[1][:16] + bytes.fromhex(length) + flight[1][18:]
    packets = read(flight[0] + bad + flight[2])
    assert [packet.raw for packet in packets] == [flight[0], bad, flight[2]]
    assert (packets[1].checksum, packets[1].trusted) == (Checksum.GOOD, True)
    assert kinds(packets[1]) == [RepairKind.LENGTH_CORRECTED]


def test_a_length_that_lost_a_byte_leaves_its_key_behind(flight: list[bytes]) -> None:
    packets = read(flight[0] + flight[1][:16] + flight[1][17:] + flight[2])
    assert b"".join(packet.raw for packet in packets[1:-1]) == flight[1][:16] + flight[1][17:]
    assert [packet.time_us for packet in packets if packet.trusted] == [
        1_600_000_000_000_000,
        1_600_000_000_200_000,
        1_600_000_000_400_000,
    ]


def test_a_damaged_item_is_no_length_to_correct(flight: list[bytes]) -> None:
    rng = np.random.default_rng(5)
    for _ in range(300):
        bad = bytearray(flight[1])
        for at in rng.integers(18, len(bad), 2):
            bad[at] ^= 1 << int(rng.integers(8))
        packets = read(flight[0] + bytes(bad) + flight[2])
        if bytes(bad) != flight[1] and running_sum(bytes(bad[:-2])) != int.from_bytes(bad[-2:], "big"):
            assert not any(packet.trusted for packet in packets if packet.raw == bytes(bad))


@pytest.mark.parametrize("bomb", ["84ffffffff", "88ffffffffffffffff", "83ffffff", "80", "82ffff", "ff"])
def test_a_length_bomb_costs_one_packet(flight: list[bytes], bomb: str) -> None:
    packets = read(flight[0] + UAS_LOCAL_SET + bytes.fromhex(bomb) + b"junk" + b"".join(flight[1:40]))
    assert [packet.raw for packet in packets if packet.trusted] == flight[:40]


def test_a_packet_cut_short_does_not_take_the_next_one_with_it(flight: list[bytes]) -> None:
    packets = read(flight[0] + flight[1][:90] + flight[2] + flight[3])
    assert [packet.raw for packet in packets] == [flight[0], flight[1][:90], flight[2], flight[3]]
    assert [packet.trusted for packet in packets] == [True, False, True, True]


def test_known_and_unknown_sets_are_told_apart(flight: list[bytes]) -> None:
    unknown = bytes.fromhex("060e2b34020b01010e01030177000000") + b"\x03abc"
    time_stamp = KEYS[5].tobytes() + b"\x09" + b"\x1f" + (1_600_000_000_000_000).to_bytes(8, "big")
    marking = KEYS[3].tobytes() + b"\x03\x01\x01\x01"
    packets = read(flight[0] + unknown + time_stamp + marking + flight[1])
    assert [packet.standard for packet in packets] == [
        Standard.ST0601,
        Standard.UNKNOWN,
        Standard.ST0605,
        Standard.ST0102,
        Standard.ST0601,
    ]
    assert [packet.checksum for packet in packets] == [Checksum.GOOD, *[Checksum.ABSENT] * 3, Checksum.GOOD]
    assert not packets[1].trusted
    assert describe(packets[2]) == [("", "time_us", 1_600_000_000_000_000, "µs")]
    assert describe(packets[3])[0][2].classification == "UNCLASSIFIED"


def test_a_missing_checksum_is_not_a_good_one(flight: list[bytes]) -> None:
    bare = UAS_LOCAL_SET + bytes([0x81, flight[0][17] - 4]) + flight[0][18:-4]
    (packet,) = read(bare)
    assert (packet.checksum, packet.trusted) == (Checksum.ABSENT, False)
    assert "no checksum" in packet.doubts[0]


def with_item(tag: int, value: bytes) -> bytes:
    body = b"\x02\x08" + (1_600_000_000_000_000).to_bytes(8, "big") + encode_oid(tag) + bytes([len(value)]) + value
    raw = UAS_LOCAL_SET + bytes([len(body) + 4]) + body + b"\x01\x02"
    return raw + running_sum(raw).to_bytes(2, "big")


def test_an_item_of_another_length_is_scaled_by_it_and_noted() -> None:
    packets = read(with_item(22, bytes.fromhex("80000000")))
    assert kinds(packets[0]) == [RepairKind.ITEM_LENGTH_TOLERATED]
    assert "item 22 (frame_width_m)" in packets[0].repairs[0].detail
    assert decode(packets).frame_width_m[0] == pytest.approx(5000.0)
    assert np.isnan(decode(read(with_item(22, b""))).frame_width_m[0])
    assert np.isnan(decode(read(with_item(22, b"x" * 9))).frame_width_m[0])


@pytest.mark.parametrize("tag", [60, 61, 62, 140])
def test_a_packet_with_what_has_no_place_here_says_so(tag: int) -> None:
    (packet,) = read(with_item(tag, b"\x07"))
    assert packet.trusted
    assert "never acted upon" in packet.notes[0]
    assert describe(packet)[1][1] == f"excluded_{tag}"


def mutants(flight: list[bytes], count: int, rng: np.random.Generator) -> list[bytes]:
    """Short pieces of the flight with flips, cuts, splices, repeats and length bombs."""
    made = []
    for _ in range(count):
        first = int(rng.integers(len(flight) - 4))
        raw = bytearray(b"".join(flight[first : first + int(rng.integers(1, 5))]))
        for _ in range(int(rng.integers(1, 4))):
            at, other = (int(x) for x in rng.integers(0, len(raw), 2))
            match rng.integers(6):
                case 0:
                    raw[at] ^= 1 << int(rng.integers(8))
                case 1:
                    del raw[min(at, other) : max(at, other)]
                case 2:
                    raw[at:at] = raw[other : other + 60]
                case 3:
                    raw[at:at] = rng.bytes(int(rng.integers(1, 40)))
                case 4:
                    raw[16:17] = bytes.fromhex("84ffffffff")
                case 5:
                    raw[at:at] = bytes.fromhex("060e2b34020b01010e0103010100000083ffff")
            if not raw:
                break
        made.append(bytes(raw))
    return made


def test_no_mutant_crashes_and_no_byte_is_lost(flight: list[bytes]) -> None:
    for raw in mutants(flight, 20_000, np.random.default_rng(11)):
        framer = Framer(elementary=True)
        frames = Frames.joined([framer.feed(raw, 0), framer.flush()])
        kept = sum(len(frames.data[row[0] : row[1]]) for row in frames.rows)
        assert kept + int(frames.rows[:, 7].sum()) + framer.trailing == len(raw)


@pytest.mark.parametrize("count", [800, pytest.param(20_000, marks=pytest.mark.slow)])
def test_no_mutant_stops_judging_decoding_or_describing(flight: list[bytes], count: int) -> None:
    for raw in mutants(flight, count, np.random.default_rng(12)):
        packets = read(raw)
        decode(packets)
        for packet in packets:
            assert packet.raw in raw
            assert isinstance(describe(packet), list)
