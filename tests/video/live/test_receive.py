"""What comes over a link is in the spool, all of it, and how it came is told."""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from threading import Event, Thread
from typing import Any

import pytest

from otear.domain.arrival import Arrival
from otear.domain.clock import FixedClock, SystemStopwatch
from otear.errors import InputError
from otear.video.live.address import live_address
from otear.video.live.links import Link, Piece
from otear.video.live.open import open_link
from otear.video.live.receive import Limits, receive
from otear.video.live.srt import SrtLink
from otear.video.live.udp import UdpLink

from .test_address import PACKETS, rtp

SHORT = Limits(wait_s=2.0, idle_s=0.6)


def datagram(number: int) -> bytes:
    """Seven packets of one stream whose counters go on from one datagram to the next."""
    packets = (bytes([0x47, 1, 0, 0x10 | (7 * number + n) & 0x0F]) + bytes([number & 0xFF]) * 184 for n in range(7))
    return b"".join(packets)


def received(link: Link, limits: Limits = SHORT, stop: Event | None = None) -> tuple[bytes, Arrival]:
    spool = io.BytesIO()
    told = receive(
        link,
        spool,
        "test",
        limits,
        clock=FixedClock(5),
        stopwatch=SystemStopwatch(),
        stop=stop or Event(),
        heard=lambda arrival: None,
    )
    return spool.getvalue(), told


@contextmanager
def meanwhile(work: Callable[[], object]) -> Iterator[None]:
    thread = Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        thread.join()


@contextmanager
def udp() -> Iterator[tuple[UdpLink, Callable[[bytes], object], socket.socket]]:
    link = UdpLink(live_address("udp://127.0.0.1:0"))
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as out:
        yield link, lambda data: out.sendto(data, ("127.0.0.1", link.port)), out


def test_every_datagram_of_a_burst_is_kept() -> None:
    """Two thousand at once are more than a default buffer holds."""
    with udp() as (link, send, _):
        if link.refused_bytes:
            pytest.skip("this machine gives small receive buffers only")
        whole = [datagram(number) for number in range(1_000)]
        for data in whole:
            send(data)
        spool, told = received(link)
    assert spool == b"".join(whole)
    assert (told.datagrams, told.ts_packets, told.lost_ts_packets) == (1_000, 7_000, 0)
    assert (told.gaps, told.senders, told.start_us) == ((), 1, 5)


def test_what_is_no_transport_stream_is_kept_and_counted() -> None:
    with udp() as (link, send, _):
        for data in (datagram(0), b"hello", datagram(1)[:-3], rtp(datagram(2), number=2), datagram(3)):
            send(data)
        spool, told = received(link)
    assert spool == datagram(0) + b"hello" + datagram(1)[:-3] + datagram(2) + datagram(3)
    assert (told.odd_datagrams, told.rtp, told.ts_packets) == (2, True, 21)


def test_it_ends_after_the_time_asked_for() -> None:
    with udp() as (link, send, _):
        ended = Event()

        def sending() -> None:
            number = 0
            while not ended.wait(0.02):
                send(datagram(number))
                number += 1

        with meanwhile(sending):
            began = time.monotonic()
            _, told = received(link, Limits(wait_s=2.0, idle_s=5.0, for_s=0.6))
            ended.set()
    assert time.monotonic() - began < 2.0
    assert 0.4 < told.seconds < 1.2
    assert told.lost_ts_packets == 0


def test_it_ends_at_once_when_asked_and_keeps_what_came() -> None:
    stop = Event()
    with udp() as (link, send, _):
        send(PACKETS)

        def ask() -> None:
            time.sleep(0.3)
            stop.set()

        with meanwhile(ask):
            began = time.monotonic()
            spool, _ = received(link, Limits(idle_s=30.0), stop)
    assert spool == PACKETS
    assert time.monotonic() - began < 2.0


def test_nothing_comes() -> None:
    with udp() as (link, _, _):
        spool, told = received(link, Limits(wait_s=0.3))
    assert (spool, told.datagrams) == (b"", 0)


def test_another_sender_after_a_silence_is_one_gap_and_no_loss() -> None:
    with udp() as (link, send, _), closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as again:

        def sending() -> None:
            for number in range(3):
                send(datagram(number))
            time.sleep(0.4)
            for number in range(5, 8):
                again.sendto(datagram(number), ("127.0.0.1", link.port))

        with meanwhile(sending):
            _, told = received(link, Limits(wait_s=2.0, idle_s=1.0))
    (gap,) = told.gaps
    assert gap.restarted
    assert 0.3 < gap.seconds < 0.8
    assert (told.lost_ts_packets, told.senders) == (0, 2)


class Scripted:
    """A link that yields what a script says, and lets the stopwatch run between."""

    refused_bytes = 0

    def __init__(self, script: list[tuple[float, str]]) -> None:
        self.at_s = 0.0
        self._script = iter([(at, Piece(datagram(number), who)) for number, (at, who) in enumerate(script)])

    def now_s(self) -> float:
        return self.at_s

    def receive(self, seconds: float) -> Piece | None:
        found = next(self._script, None)
        self.at_s += seconds if found is None else 0.0
        if found is None:
            return None
        self.at_s = found[0]
        return found[1]

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing here sleeps")

    def close(self) -> None:
        pass


def scripted(script: list[tuple[float, str]]) -> Arrival:
    link = Scripted(script)
    return receive(
        link,
        io.BytesIO(),
        "test",
        Limits(idle_s=60.0),
        clock=FixedClock(5),
        stopwatch=link,
        stop=Event(),
        heard=lambda arrival: None,
    )


def test_a_silence_is_a_gap_only_where_it_is_longer_than_usual() -> None:
    steady = [(0.01 * n, "a") for n in range(100)]
    assert scripted(steady).gaps == ()
    (gap,) = scripted([*steady, *((2.5 + 0.01 * n, "a") for n in range(100))]).gaps
    assert (gap.after_s, gap.seconds, gap.restarted) == (pytest.approx(0.99), pytest.approx(1.51), False)
    assert scripted([(0.9 * n, "a") for n in range(40)]).gaps == (), "metadata alone, about once a second"


def test_two_senders_at_once_are_not_a_gap_each_time() -> None:
    told = scripted([(0.01 * n, "ab"[n % 2]) for n in range(100)])
    assert (told.senders, len(told.gaps)) == (2, 1)


def test_a_link_that_breaks_is_an_error_and_not_silence() -> None:
    class Broken(Scripted):
        def receive(self, seconds: float) -> Piece | None:
            raise OSError("the network is gone")

    link = Broken([])
    with pytest.raises(OSError, match="gone"):
        receive(
            link,
            io.BytesIO(),
            "test",
            Limits(),
            clock=FixedClock(5),
            stopwatch=link,
            stop=Event(),
            heard=lambda arrival: None,
        )


def test_multicast_on_loopback() -> None:
    try:
        link = UdpLink(live_address("udp://@239.255.77.1:0?localaddr=127.0.0.1"))
    except InputError as error:
        pytest.skip(f"no multicast here: {error}")
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as out:
        out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
        out.sendto(PACKETS, ("239.255.77.1", link.port))
        assert received(link)[0] == PACKETS


@pytest.mark.parametrize("scheme", ["udp", "srt"])
def test_a_port_in_use_and_an_address_of_another_machine_are_said(scheme: str) -> None:
    first: Any = open_link(live_address(f"{scheme}://127.0.0.1:0?mode=listener"))
    taken = f"{scheme}://127.0.0.1:{first.port}"
    with closing(first), pytest.raises(InputError, match="listened on") as caught:
        open_link(live_address(f"{taken}?mode=listener"))
    assert caught.value.source == taken
    with pytest.raises(InputError, match="listened on"):
        open_link(live_address(f"{scheme}://192.0.2.1:5000?mode=listener"))


def test_srt_options_that_nobody_knows_are_refused() -> None:
    with pytest.raises(InputError, match="mode"):
        SrtLink(live_address("srt://127.0.0.1:9000?mode=sideways"))


def test_an_srt_caller_waits_for_nobody_longer_than_asked() -> None:
    began = time.monotonic()
    spool, told = received(SrtLink(live_address("srt://127.0.0.1:9?mode=caller")), Limits(wait_s=0.5))
    assert (spool, told.datagrams) == (b"", 0)
    assert time.monotonic() - began < 3.0
