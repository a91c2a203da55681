"""Losses are counted as they are: none invented, none missed, and bursts that go round the counters told apart."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otear.domain.arrival import Arrival, Silence
from otear.video.demux.continuity import Continuity
from otear.video.live.losses import LossCounter, arrival_texts
from otear.video.live.payload import Payload, payload_of

VIDEO, METADATA, TABLES = 0x100, 0x101, 0


def packet(stream: int, counter: int, *, payload: bool = True, fill: int = 0) -> bytes:
    control = (0x10 if payload else 0x20) | counter & 0x0F
    adaptation = b"" if payload else bytes([183, 0])
    head = bytes([0x47, stream >> 8, stream & 0xFF, control]) + adaptation
    return head + bytes([fill]) * (188 - len(head))


def stream_of(datagrams: int, size: int = 7) -> list[bytes]:
    """Mostly pictures; metadata and tables now and then."""
    counters = {stream: itertools.count() for stream in (VIDEO, METADATA, TABLES)}
    made = []
    for number in range(datagrams * size):
        stream = TABLES if number % 53 == 0 else METADATA if number % 17 in (3, 4) else VIDEO
        made.append(packet(stream, next(counters[stream]), fill=number & 0xFF))
    return [b"".join(made[at : at + size]) for at in range(0, len(made), size)]


def with_silent_packets(datagrams: int, rng: np.random.Generator) -> list[bytes]:
    """The same, with packets here and there that carry a clock and no payload, which no counter counts."""
    whole = b"".join(stream_of(datagrams))
    packets = [whole[at : at + 188] for at in range(0, len(whole), 188)]
    last, made = 0, []
    for one in packets:
        if one[1] == 1 and one[2] == 0:
            last = one[3] & 0x0F
            if rng.random() < 0.04:
                made.append(packet(VIDEO, last - 1, payload=False))
        made.append(one)
    return [b"".join(made[at : at + 7]) for at in range(0, len(made) - 6, 7)]


def counted(datagrams: Sequence[bytes]) -> LossCounter:
    counter = LossCounter()
    for datagram in datagrams:
        counter.add(payload_of(datagram))
    return counter


def test_nothing_is_missing_where_nothing_is() -> None:
    whole = stream_of(200)
    assert counted(whole).missing().lost == 0
    assert counted(whole).missing().arrived == 1400


@given(st.sets(st.integers(40, 150), max_size=30))
def test_scattered_losses_are_counted_exactly(lost: set[int]) -> None:
    """Any losses of up to fifteen packets of one stream in a row, with a whole stretch before and after."""
    lost = {n for n in lost if not {n - 1, n - 2} <= lost}
    whole = stream_of(200)
    left = [datagram for n, datagram in enumerate(whole) if n not in lost]
    assert counted(left).missing().lost == 7 * len(lost)


@pytest.mark.parametrize("burst", [3, 4, 5, 6, 7])
def test_a_burst_that_goes_round_the_counters_is_counted_too(burst: int) -> None:
    whole = stream_of(200)
    left = whole[:90] + whole[90 + burst :]
    continuity = Continuity()
    for datagram in left:
        continuity.add(np.frombuffer(datagram, dtype=np.uint8).reshape(-1, 188))
    assert continuity.missing().lost < 7 * burst, "counters alone cannot tell"
    assert counted(left).missing().lost == 7 * burst


def test_where_datagrams_differ_in_size_it_says_the_least() -> None:
    whole = [part for datagram in stream_of(100) for part in (datagram[: 3 * 188], datagram[3 * 188 :])]
    left = whole[:80] + whole[88:]
    assert 0 < counted(left).missing().lost < 28


@settings(max_examples=40)
@given(st.integers(0, 10**6))
def test_random_losses_of_five_percent(seed: int) -> None:
    """Within one percent of what was lost, or a packet or so at the very ends, where nothing can tell."""
    whole = stream_of(600)
    gone = np.random.default_rng(seed).random(600) < 0.05
    gone[:40], gone[-40:] = False, False
    left = [datagram for datagram, lost in zip(whole, gone, strict=True) if not lost]
    assert counted(left).missing().lost == 7 * int(gone.sum())


def test_packets_that_no_counter_counts_are_lost_too() -> None:
    """Counters alone say four percent too little; two datagrams of one flight are the most that is wrong."""
    wrong, lost = [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        whole = with_silent_packets(600, rng)
        gone = rng.random(len(whole)) < 0.05
        gone[:40], gone[-40:] = False, False
        left = [datagram for datagram, lost_now in zip(whole, gone, strict=True) if not lost_now]
        lost.append(7 * int(gone.sum()))
        wrong.append(counted(left).missing().lost - lost[-1])
    assert abs(sum(wrong)) < 0.01 * sum(lost)
    assert sum(abs(error) <= 0.01 * n for error, n in zip(wrong, lost, strict=True)) >= 16
    assert max(map(abs, wrong)) <= 21


def test_a_packet_sent_twice_is_none_lost() -> None:
    whole = stream_of(60)
    first = whole[30][:188]
    assert counted([*whole[:30], first, whole[30], *whole[31:]]).missing().lost == 0


def test_packets_without_payload_do_not_count_on() -> None:
    rows = [packet(VIDEO, 4), packet(VIDEO, 4, payload=False), packet(VIDEO, 5), packet(VIDEO, 6)]
    assert counted(rows).missing().lost == 0


def test_a_damaged_counter_is_no_loss() -> None:
    rows = [packet(VIDEO, n, fill=n) for n in range(40)]
    rows[20] = packet(VIDEO, 20 ^ 0x0B, fill=20)
    missing = counted(rows).missing()
    assert (missing.lost, missing.damaged) == (0, 1)


def test_an_announced_discontinuity_is_no_loss() -> None:
    announced = bytes([0x47, 1, 0, 0x30 | 9, 1, 0x80]) + bytes(182)
    assert counted([packet(VIDEO, 2), packet(VIDEO, 3), announced, packet(VIDEO, 10)]).missing().lost == 0


def test_null_packets_have_no_counters() -> None:
    assert counted([packet(0x1FFF, n) for n in (3, 9, 1)]).missing().lost == 0


def test_another_sender_begins_anywhere() -> None:
    counter = counted(stream_of(50))
    counter.restart()
    for datagram in stream_of(50)[3:]:
        counter.add(payload_of(datagram))
    assert counter.missing().lost == 0


def test_rtp_numbers_tell_however_long_the_burst_and_across_the_roll_over() -> None:
    whole = stream_of(300)
    counter = LossCounter()
    for number, datagram in enumerate(whole):
        if not 100 <= number < 160:
            counter.add(Payload(datagram, 7, (65_500 + number) % 65_536))
    assert counter.missing().lost == 7 * 60


def test_an_overtaken_datagram_of_rtp_is_not_lost() -> None:
    whole = stream_of(60)
    order = [*range(30), 31, 30, *range(32, 60)]
    counter = LossCounter()
    for number in order:
        counter.add(Payload(whole[number], 7, number))
    assert counter.missing().lost == 0


def arrival(**changes: object) -> Arrival:
    good = {
        "address": "udp://:1", "start_us": 0, "seconds": 9.0, "datagrams": 100, "bytes": 131_600, "ts_packets": 700,
        "odd_datagrams": 0, "lost_ts_packets": 0, "places": 0, "damaged_counters": 0, "gaps": (), "senders": 1,
        "rtp": False, "refused_bytes": 4_000_000,
    }  # fmt: skip
    return Arrival(**{**good, **changes})  # type: ignore[arg-type]


def test_a_good_link_gives_no_warning_and_a_bad_one_its_numbers() -> None:
    assert arrival_texts(arrival()) == []
    bad = arrival(
        lost_ts_packets=35, places=5, gaps=(Silence(4.0, 2.5, True),), senders=3, odd_datagrams=2, damaged_counters=1
    )
    texts = " ".join(arrival_texts(bad))
    for words in ("35 transport packets (4.76%)", "2.5 s, 4.0 s after", "afresh", "3 senders", "2 datagrams", "rmem"):
        assert words in texts
