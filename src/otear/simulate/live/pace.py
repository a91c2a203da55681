"""The pace of a transport stream: when each of its packets is due, by the clock references (PCR) that it carries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from otear.errors import RecordingError
from otear.video.demux.transport import (
    PACKET_BYTES,
    Bytes,
    clock_references,
    packet_stride,
    read_packets,
    streams_of,
)

Times = NDArray[np.float64]

PER_DATAGRAM = 7
"""As many transport packets as fit into an Ethernet frame: what every sender sends."""
_HEAD_BYTES = 1 << 16
_MOST_WITHOUT = 1 << 16
_ROUND_S = (1 << 33) / 90_000.0
_LONGEST_S = 5.0
"""The clock reference comes at least ten times a second: a longer step is none of time, but of the clock."""


@dataclass(frozen=True, eq=False)
class Datagram:
    """Transport packets (n, 188) that are sent together, `due_s` seconds after the first ones."""

    due_s: float
    rows: Bytes


def datagrams(path: Path) -> Iterator[Datagram]:
    """Yield a recording in datagrams, the last of which may be shorter, at its own pace.

    Raises `RecordingError` for what is no transport stream, or one without clock references.
    """
    held_rows, held_times = np.empty((0, PACKET_BYTES), dtype=np.uint8), np.empty(0)
    for rows, times in timed_packets(path):
        held_rows, held_times = np.concatenate([held_rows, rows]), np.concatenate([held_times, times])
        whole = len(held_rows) - len(held_rows) % PER_DATAGRAM
        for at in range(0, whole, PER_DATAGRAM):
            yield Datagram(float(held_times[at]), held_rows[at : at + PER_DATAGRAM])
        held_rows, held_times = held_rows[whole:], held_times[whole:]
    if len(held_rows):
        yield Datagram(float(held_times[0]), held_rows)


def timed_packets(path: Path) -> Iterator[tuple[Bytes, Times]]:
    """Yield the packets (n, 188) of a recording and when each is due (n,), in seconds after the first.

    Between two clock references packets are evenly spaced; those before the first are due at once, those after the last
    go on as before it. A clock that jumps lets no time pass.
    """
    with path.open("rb") as file:
        stride = packet_stride(np.frombuffer(file.read(_HEAD_BYTES), dtype=np.uint8))
    if not stride:
        raise RecordingError(
            "no transport packets line up at its start, so it cannot be broadcast",
            source=path,
            offset=0,
            remedy="Give an MPEG transport stream (.ts)",
        )
    pace = _Pace()
    for packets in read_packets(path, stride):
        yield from pace.add(packets.rows)
        if pace.waits_in_vain:
            break
    yield from pace.finish(path)


class _Pace:
    """Holds packets back until the clock reference after them says when they are due."""

    def __init__(self) -> None:
        self._held = np.empty((0, PACKET_BYTES), dtype=np.uint8)
        self._stream: int | None = None
        self._reference_s: float | None = None
        """The last clock reference, as it stands in the stream; the first of the packets held carries it."""
        self._due_s = 0.0
        self._spacing_s = 0.0

    @property
    def waits_in_vain(self) -> bool:
        """Whether so much has come without a clock reference that none will."""
        return self._reference_s is None and len(self._held) > _MOST_WITHOUT

    def add(self, rows: Bytes) -> Iterator[tuple[Bytes, Times]]:
        rows = np.concatenate([self._held, rows])
        at, seconds = clock_references(rows)
        if self._stream is None and len(at):
            self._stream = int(streams_of(rows[at[:1]])[0])
        ours = streams_of(rows[at]) == self._stream
        at, seconds = at[ours], seconds[ours]
        if self._reference_s is None and len(at):
            self._reference_s = float(seconds[0])
            if at[0]:
                at, seconds = np.concatenate([[0], at]), np.concatenate([seconds[:1], seconds])
        if len(at) < 2:
            self._held = rows
            return
        steps = np.diff(seconds) % _ROUND_S
        steps[steps > _LONGEST_S] = 0.0
        due = self._due_s + np.concatenate([[0.0], np.cumsum(steps)])
        last = int(at[-1])
        yield rows[:last], np.interp(np.arange(last), at, due).astype(np.float64)
        self._spacing_s = float(steps[-1]) / int(at[-1] - at[-2])
        self._held, self._due_s, self._reference_s = rows[last:], float(due[-1]), float(seconds[-1])

    def finish(self, path: Path) -> Iterator[tuple[Bytes, Times]]:
        if self._reference_s is None:
            raise RecordingError(
                "it carries no clock references (PCR), so its pace is not known",
                source=path,
                remedy="Write it again with a muxer that adds them, as every one for broadcast does",
            )
        yield self._held, np.asarray(self._due_s + self._spacing_s * np.arange(len(self._held)), dtype=np.float64)
