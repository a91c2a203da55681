"""Trust among damage: what a bad link does to a flight, and what is believed of it afterwards."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from otear.domain.packets import Checksum, Packet
from otear.video.klv import Batch, PacketReader, encode_st0601
from otear.video.klv.ber import local_items
from otear.video.klv.encode import running_sum
from otear.video.klv.items import TAGS

PACKET = 259
"""Bytes of each of the 711 packets of the real flight."""
HEADER = 18
SEEDS = range(5)


def batches(raw: bytes, batch_bytes: int = 1 << 20) -> list[Batch]:
    reader = PacketReader(elementary=True, batch_bytes=batch_bytes)
    found = []
    for at in range(0, len(raw), 50_000):
        found += reader.read(raw[at : at + 50_000], at)
    return [*found, *reader.finish()]


def read(raw: bytes, batch_bytes: int = 1 << 20) -> list[Packet]:
    return [packet for batch in batches(raw, batch_bytes) for packet in batch.packets()]


def positions(raw: bytes) -> list[tuple[float, float, float]]:
    return [
        place
        for table in (batch.telemetry for batch in batches(raw))
        for place in zip(table.sensor_lat_deg, table.sensor_lon_deg, table.sensor_msl_m, strict=True)
    ]


def flipped(raw: bytes, count: int, seed: int) -> bytes:
    data = np.frombuffer(raw, dtype=np.uint8).copy()
    for bit in np.random.default_rng(seed).integers(0, 8 * len(data), count):
        data[bit // 8] ^= 1 << (bit % 8)
    return data.tobytes()


def lossy(raw: bytes, count: int, size: int, seed: int) -> tuple[bytes, np.ndarray]:
    kept = np.ones(len(raw), dtype=bool)
    for at in np.random.default_rng(seed).integers(0, len(raw) - size, count):
        kept[at : at + size] = False
    return np.frombuffer(raw, dtype=np.uint8)[kept].tobytes(), kept


def test_a_clean_flight_is_believed_to_the_last_packet(cheyenne: bytes) -> None:
    assert [packet.trusted for packet in read(cheyenne)] == [True] * 711
    assert len(set(positions(cheyenne))) == 711


@pytest.mark.parametrize("seed", SEEDS)
def test_a_hundred_flips_leave_what_they_did_not_touch(cheyenne: bytes, seed: int) -> None:
    trusted = [packet for packet in read(flipped(cheyenne, 100, seed)) if packet.trusted]
    assert len(trusted) >= 617
    clean = set(positions(cheyenne))
    assert [place for place in positions(flipped(cheyenne, 100, seed)) if place not in clean] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_losses_cost_only_the_packets_whose_items_they_hit(cheyenne: bytes, seed: int) -> None:
    raw, kept = lossy(cheyenne, 20, 184, seed)
    whole = kept.reshape(-1, PACKET)[:, HEADER:].all(axis=1).sum()
    trusted = [packet for packet in read(raw) if packet.trusted]
    # No reader can have more. One packet may be doubted: among damage, one real slant range stands alone.
    assert whole - 1 <= len(trusted) <= whole
    assert len(trusted) >= 677


def test_losses_on_average_leave_677_packets(cheyenne: bytes) -> None:
    counts = [sum(packet.trusted for packet in read(lossy(cheyenne, 20, 184, seed)[0])) for seed in range(20)]
    assert np.mean(counts) >= 677


@pytest.mark.parametrize("seed", range(20))
def test_a_thousand_flips_put_no_position_on_the_map_that_was_not_flown(cheyenne: bytes, seed: int) -> None:
    clean = set(positions(cheyenne))
    assert [place for place in positions(flipped(cheyenne, 1000, seed)) if place not in clean] == []


def test_damage_in_one_stretch_costs_nothing_elsewhere(cheyenne: bytes) -> None:
    first, last = 300 * PACKET, 360 * PACKET
    raw = cheyenne[:first] + flipped(cheyenne[first:last], 200, 1) + cheyenne[last:]
    packets = read(raw)
    assert all(packet.trusted for packet in packets if packet.offset < first - 32 * PACKET)
    assert all(packet.trusted for packet in packets if packet.offset >= last + 32 * PACKET)
    # In it, most packets are gone and no checksum can vouch for the rest.
    assert not any(packet.trusted for packet in packets if first <= packet.offset < last)


def test_a_jump_of_the_recording_is_nobodys_fault(cheyenne: bytes) -> None:
    middle = 400 * PACKET
    jumped = read(cheyenne[:middle] + cheyenne[: 100 * PACKET] + cheyenne[middle:])
    assert all(packet.trusted for packet in jumped)
    noisy = flipped(cheyenne[: 100 * PACKET], 12, 3)
    packets = read(cheyenne[:middle] + noisy + cheyenne[middle:])
    assert sum(packet.checksum is Checksum.GOOD and not packet.trusted for packet in packets) <= 1


def forged(raw: bytes, **changes: object) -> bytes:
    """The packet with items changed and a checksum that is right again: what two cancelling flips look like."""
    items = dict(local_items(raw[HEADER:]))
    del items[1]
    return encode_st0601({**items, **{TAGS[name]: value for name, value in changes.items()}})


FORGERIES = [
    ({"platform_tail_number": "OT-3"}, "item 4"),
    ({"version": 17}, "item 65"),
    ({"sensor_hfov_deg": 5.1}, "item 16"),
    ({"platform_call_sign": "X"}, "item 59"),
    ({"time_us": 1_600_000_000_000_000 + (1 << 26)}, "clock"),
    ({"sensor_latitude_deg": 24.81}, "latitude"),
    ({"sensor_longitude_deg": -107.39}, "longitude"),
]


@pytest.mark.parametrize(("change", "reason"), FORGERIES)
def test_what_contradicts_its_surroundings_is_doubted_among_damage(
    flight: list[bytes], change: dict[str, object], reason: str
) -> None:
    odd = forged(flight[60], **change)
    broken = flight[64][:-1] + bytes([flight[64][-1] ^ 1])
    calm = [*flight[:60], odd, *flight[61:]]
    noisy = [*flight[:60], odd, *flight[61:64], broken, *flight[65:]]
    (packet,) = [packet for packet in read(b"".join(noisy)) if packet.raw == odd]
    assert (packet.checksum, packet.trusted) == (Checksum.GOOD, False)
    assert any(reason in doubt for doubt in packet.doubts)
    # Without damage around it there is no ground for doubt: a sender may say what it likes.
    assert all(packet.trusted for packet in read(b"".join(calm)))
    assert [packet.raw for packet in read(b"".join(noisy)) if not packet.trusted] == [odd, broken]


def test_a_lasting_change_is_believed_among_damage(flight: list[bytes]) -> None:
    later = [forged(raw, sensor_hfov_deg=1.0) for raw in flight[60:]]
    raws = [*flight[:60], *later]
    raws[64] = raws[64][:-1] + bytes([raws[64][-1] ^ 1])
    assert [k for k, packet in enumerate(read(b"".join(raws))) if not packet.trusted] == [64]


def test_an_item_that_stands_twice_is_doubted_only_among_damage(flight: list[bytes]) -> None:
    body = flight[60][HEADER:-4] + b"\x41\x01\x13"
    twice = flight[60][:16] + bytes([0x81, len(body) + 4]) + body + b"\x01\x02"
    twice += running_sum(twice).to_bytes(2, "big")
    broken = flight[64][:-1] + bytes([flight[64][-1] ^ 1])
    assert all(packet.trusted for packet in read(b"".join([*flight[:60], twice, *flight[61:]])))
    noisy = read(b"".join([*flight[:60], twice, *flight[61:64], broken, *flight[65:]]))
    assert [k for k, packet in enumerate(noisy) if not packet.trusted] == [60, 64]


def test_small_batches_judge_as_one_large_one_does(cheyenne: bytes) -> None:
    raw = flipped(cheyenne, 100, 2)
    whole, pieces = read(raw), read(raw, batch_bytes=20_000)
    assert [packet.raw for packet in whole] == [packet.raw for packet in pieces]
    assert [packet.index for packet in pieces] == list(range(len(whole)))
    assert sum(a.trusted != b.trusted for a, b in zip(whole, pieces, strict=True)) <= 1
    assert all(a.offset < b.offset for a, b in pairwise(pieces))
