"""From a link into a file, as it comes.

A thread does nothing but take pieces off the link, so that a slow disk or screen loses none; everything else is done
here, after it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event
from typing import BinaryIO

from otear.domain.arrival import Arrival, Silence
from otear.domain.clock import Clock, Stopwatch
from otear.video.live.links import Link, Piece
from otear.video.live.losses import LossCounter
from otear.video.live.payload import payload_of

_POLL_S, _LISTEN_S, _TELL_S = 0.1, 0.2, 0.5
_SILENCE_S, _SILENCE_SPACINGS = 1.0, 5.0
_BATCH = 4096
_Item = tuple[float, Piece]


@dataclass(frozen=True)
class Limits:
    """How long to receive: `wait_s` for the first byte, until nothing came for `idle_s`, at most `for_s` in all."""

    wait_s: float = 60.0
    idle_s: float = 10.0
    for_s: float | None = None


def receive(
    link: Link,
    spool: BinaryIO,
    address: str,
    limits: Limits,
    *,
    clock: Clock,
    stopwatch: Stopwatch,
    stop: Event,
    heard: Callable[[Arrival], None],
) -> Arrival:
    """Write what comes over a link into `spool`, until a limit is reached or `stop` is set; the link is then closed.

    Raises what the link raises, once what came before is written.
    `heard` is told when listening begins, and now and then how far it is. Where nothing came, the arrival has no
    datagrams.
    """
    came: SimpleQueue[_Item] = SimpleQueue()
    ended = Event()
    log = _Log(address, clock, link.refused_bytes)
    with closing(link), ThreadPoolExecutor(1, "receiver") as threads:
        began = told = stopwatch.now_s()
        heard(log.arrival())
        listening = threads.submit(_listen, link, came, ended, stopwatch)
        try:
            while not stop.is_set() and not listening.done():
                log.add(_taken(came, _POLL_S), spool)
                now = stopwatch.now_s()
                if log.over(now, began, limits):
                    break
                if now - told >= _TELL_S:
                    told = now
                    heard(log.arrival())
        finally:
            ended.set()
    while rest := _taken(came, 0.0):
        log.add(rest, spool)
    listening.result()
    heard(log.arrival())
    return log.arrival()


def _listen(link: Link, came: SimpleQueue[_Item], ended: Event, stopwatch: Stopwatch) -> None:
    while not ended.is_set():
        piece = link.receive(_LISTEN_S)
        if piece is not None:
            came.put((stopwatch.now_s(), piece))


def _taken(came: SimpleQueue[_Item], seconds: float) -> list[_Item]:
    """What has come, waiting for the first for so many seconds."""
    taken: list[_Item] = []
    with suppress(Empty):
        taken.append(came.get(timeout=seconds) if seconds else came.get_nowait())
        while len(taken) < _BATCH:
            taken.append(came.get_nowait())
    return taken


class _Log:
    """What has come so far."""

    def __init__(self, address: str, clock: Clock, refused_bytes: int) -> None:
        self._address, self._clock, self._refused_bytes = address, clock, refused_bytes
        self._losses = LossCounter()
        self._first_s = self._last_s = 0.0
        self._start_us = 0
        self._sender = ""
        self._senders = set[str]()
        self._datagrams = self._bytes = self._odd = 0
        self._gaps: list[Silence] = []
        self._quiet_s = 0.0
        self._rtp = False

    def add(self, pieces: list[_Item], spool: BinaryIO) -> None:
        kept = []
        for at_s, piece in pieces:
            self._follow(at_s, piece.sender)
            payload = payload_of(piece.data)
            self._losses.add(payload)
            self._rtp = self._rtp or payload.sequence is not None
            self._datagrams += 1
            self._odd += not payload.packets
            self._bytes += len(payload.data)
            kept.append(payload.data)
        if kept:
            spool.write(b"".join(kept))
            spool.flush()

    def _follow(self, at_s: float, sender: str) -> None:
        """Whether something was between this piece and the one before."""
        if not self._datagrams:
            self._first_s, self._start_us = at_s, self._clock.now_us()
        else:
            silence_s = at_s - self._last_s
            restarted = sender not in self._senders
            if restarted or silence_s > self._notable_s():
                self._gaps.append(Silence(self._last_s - self._first_s, silence_s, restarted))
                self._quiet_s += silence_s
            if sender != self._sender:
                self._losses.restart()
        self._last_s, self._sender = at_s, sender
        self._senders.add(sender)

    def _notable_s(self) -> float:
        """How long nothing must come to be a gap: more than is usual between two datagrams."""
        usual_s = (self._last_s - self._first_s - self._quiet_s) / max(1, self._datagrams - 1)
        return max(_SILENCE_S, _SILENCE_SPACINGS * usual_s)

    def over(self, now_s: float, began_s: float, limits: Limits) -> bool:
        """Whether a limit is reached."""
        if not self._datagrams:
            return now_s - began_s >= limits.wait_s
        if limits.for_s is not None and now_s - self._first_s >= limits.for_s:
            return True
        return now_s - self._last_s >= limits.idle_s

    def arrival(self) -> Arrival:
        missing = self._losses.missing()
        return Arrival(
            address=self._address,
            start_us=self._start_us,
            seconds=self._last_s - self._first_s,
            datagrams=self._datagrams,
            bytes=self._bytes,
            ts_packets=missing.arrived,
            odd_datagrams=self._odd,
            lost_ts_packets=missing.lost,
            places=missing.places,
            damaged_counters=missing.damaged,
            gaps=tuple(self._gaps),
            senders=len(self._senders),
            rtp=self._rtp,
            refused_bytes=self._refused_bytes,
        )
