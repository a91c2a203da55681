"""A recording sent as a live stream, at its own pace, over a link as bad as wanted: a rehearsal without an aircraft.

The same recording, impairments and seed send the same datagrams; only their times are those of the day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from otear.domain.clock import Stopwatch
from otear.domain.progress import Progress, silent
from otear.simulate.live.impairments import Impairments, Noise
from otear.simulate.live.outlets import Outlet
from otear.simulate.live.pace import Datagram, datagrams
from otear.simulate.live.restart import FreshMuxer
from otear.video.demux.transport import PACKET_BYTES


@dataclass
class Sent:
    """What became of a recording that was broadcast; `unsent_*` is what fell into a drop-out or a restart."""

    datagrams: int = 0
    bytes: int = 0
    ts_packets: int = 0
    lost_datagrams: int = 0
    lost_ts_packets: int = 0
    flipped_bits: int = 0
    damaged_datagrams: int = 0
    unsent_datagrams: int = 0
    unsent_ts_packets: int = 0
    drop_outs: int = 0
    restarts: int = 0
    seconds: float = 0.0
    behind_s: float = field(default=0.0)
    """The most that a datagram went out later than it was due."""

    def as_dict(self) -> dict[str, Any]:
        """All of it, by name."""
        return asdict(self)


def broadcast(
    path: Path,
    connect: Callable[[], Outlet],
    impairments: Impairments,
    rng: np.random.Generator,
    *,
    stopwatch: Stopwatch,
    speed: float = 1.0,
    progress: Progress = silent,
) -> Sent:
    """Send a transport stream to its end; returns what was sent and what was not.

    `connect` opens a sending end (`outlets.outlet_to`). Raises `RecordingError` for what cannot be paced, and what the
    sending end raises.
    """
    sender = _Sender(connect, impairments, Noise(impairments, rng), stopwatch, speed)
    size = path.stat().st_size
    done = 0
    try:
        for datagram in datagrams(path):
            sender.take(datagram)
            done += PACKET_BYTES * len(datagram.rows)
            progress("sending", done, size)
    finally:
        sender.close()
    return sender.sent


class _Sender:
    """Sends datagrams when they are due, and is away when it should be."""

    def __init__(
        self,
        connect: Callable[[], Outlet],
        impairments: Impairments,
        noise: Noise,
        stopwatch: Stopwatch,
        speed: float,
    ) -> None:
        self.sent = Sent()
        self._connect, self._impairments, self._noise = connect, impairments, noise
        self._stopwatch, self._speed = stopwatch, speed
        self._outlet: Outlet | None = connect()
        self._muxer: FreshMuxer | None = None
        self._restarts_s = sorted(impairments.restarts_s)
        self._away_until_s = 0.0
        self._down = False
        self._began_s = stopwatch.now_s()

    def take(self, datagram: Datagram) -> None:
        if self._restarts_s and datagram.due_s >= self._restarts_s[0]:
            self._go_away(self._restarts_s.pop(0))
        if datagram.due_s < self._away_until_s or self._is_down(datagram.due_s):
            self.sent.unsent_datagrams += 1
            self.sent.unsent_ts_packets += len(datagram.rows)
            return
        self._wait(datagram.due_s)
        if self._outlet is None:
            self._outlet = self._connect()
            self._muxer = FreshMuxer(datagram.due_s)
        rows = datagram.rows if self._muxer is None else self._muxer.rewritten(datagram.rows)
        if self._noise.loses():
            self.sent.lost_datagrams += 1
            self.sent.lost_ts_packets += len(rows)
            return
        data, flipped = self._noise.damaged(rows.tobytes())
        self._outlet.send(data)
        self.sent.datagrams += 1
        self.sent.bytes += len(data)
        self.sent.ts_packets += len(rows)
        self.sent.flipped_bits += flipped
        self.sent.damaged_datagrams += flipped > 0
        self.sent.seconds = self._stopwatch.now_s() - self._began_s

    def _go_away(self, at_s: float) -> None:
        self._wait(at_s)
        self.close()
        self._away_until_s = at_s + self._impairments.pause_s
        self.sent.restarts += 1

    def _is_down(self, at_s: float) -> bool:
        down = self._impairments.dropped_out(at_s)
        self.sent.drop_outs += down and not self._down
        self._down = down
        return down

    def _wait(self, due_s: float) -> None:
        """Let time pass until something is due, and as long again as jitter has it."""
        ahead_s = self._began_s + due_s / self._speed + self._noise.delay_s() - self._stopwatch.now_s()
        if ahead_s > 0.0:
            self._stopwatch.sleep(ahead_s)
        else:
            self.sent.behind_s = max(self.sent.behind_s, -ahead_s)

    def close(self) -> None:
        if self._outlet is not None:
            self._outlet.close()
            self._outlet = None
