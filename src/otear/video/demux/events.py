"""The demultiplexing seam: what any reader of recordings yields, in the order of the file.

Offsets are bytes from the start of the file; in a transport stream, the sync byte of the transport packet where the
thing begins. Presentation times are seconds on the recording's own 90 kHz clock, unwrapped over its 33-bit
roll-over so that they only jump where the recording does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from otear.domain.packets import Repair


class StreamKind(StrEnum):
    """What an elementary stream carries."""

    VIDEO = "video"
    METADATA = "metadata"
    AUDIO = "audio"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """An elementary stream that the recording announces: `stream` is its PID (0 in a raw KLV file).

    `codec` is "h264", "hevc", "mpeg2video", "klv", or another short name, "" where nothing names it.
    """

    stream: int
    kind: StreamKind
    codec: str
    program: int


@dataclass(frozen=True, slots=True)
class MetadataBlock:
    """Consecutive bytes of one metadata stream: a whole PES payload, or a piece of a raw KLV file.

    A block usually holds one KLV packet, but may hold several, or part of one. `repairs` lists what was already put
    right to read it.
    """

    stream: int
    offset: int
    pts_s: float | None
    payload: bytes
    repairs: tuple[Repair, ...] = ()


@dataclass(frozen=True, slots=True)
class VideoUnit:
    """One coded picture (access unit), as it stands in the recording."""

    stream: int
    offset: int
    pts_s: float | None
    key_frame: bool
    codec: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Gap:
    """A place where bytes of a stream are missing, by its continuity counters or by bytes that are no packet."""

    stream: int
    offset: int
    detail: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about the recording as a whole that its reader should know, in a plain sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class Missing:
    """Transport packets that are missing by their continuity counters: at least `lost`, in so many `places`.

    `arrived` did not; `damaged` counters were wrong by themselves. A reader says this once, at the end.
    """

    lost: int = 0
    places: int = 0
    arrived: int = 0
    damaged: int = 0

    @property
    def share(self) -> float:
        """The part of all packets that is missing, 0 to 1."""
        return self.lost / max(1, self.lost + self.arrived)


@dataclass(frozen=True, slots=True)
class Restart:
    """A place where a sender started afresh: what stands in the recording from byte `offset` on has its own clock.

    On the one line of presentation time that this reader gives, it begins after `start_s`, and `shift_s` was added to
    what the clock says.
    """

    offset: int
    start_s: float
    shift_s: float


Event = StreamInfo | MetadataBlock | VideoUnit | Gap | Restart | Missing | Notice


class Demuxer(Protocol):
    """A reader of recordings: streams through a file once, in memory that does not grow with its length."""

    def events(self, path: Path) -> Iterator[Event]:
        """Yield what the recording holds, in its order; `RecordingError` where it cannot be read."""
        ...


class Unwrap:
    """Puts 33-bit time stamps of all streams of a recording on one line: each is taken nearest to the last."""

    def __init__(self) -> None:
        self._last: int | None = None

    def seconds(self, ticks: int | None) -> float | None:
        """Seconds of a raw 90 kHz time stamp, None for none."""
        if ticks is None:
            return None
        if self._last is not None:
            half = 1 << 32
            ticks = self._last + (ticks - self._last + half) % (1 << 33) - half
        self._last = ticks
        return ticks / 90_000.0
