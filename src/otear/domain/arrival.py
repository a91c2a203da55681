"""How a recording arrived that came over a live link, while it came."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Silence:
    """A time in which nothing arrived: `after_s` seconds after the first byte, for `seconds`.

    With `restarted` another sender, or the same one afresh, went on after it.
    """

    after_s: float
    seconds: float
    restarted: bool


@dataclass(frozen=True)
class Arrival:
    """What came over a link.

    `address` is without secrets; `start_us` is when the first byte came, microseconds since 1970-01-01, by our own
    clock, and `seconds` how long it was until the last one. `bytes` are those kept, in `ts_packets` transport packets
    and `odd_datagrams` that held something else. `lost_ts_packets` are missing at least, in so many `places`, by
    continuity counters, and by sequence numbers where there are any; what was sent during a silence is not among them
    where a sender started afresh. `damaged_counters` were wrong by themselves. `refused_bytes` of a receive buffer were
    asked of the machine and not given.
    """

    address: str
    start_us: int
    seconds: float
    datagrams: int
    bytes: int
    ts_packets: int
    odd_datagrams: int
    lost_ts_packets: int
    places: int
    damaged_counters: int
    gaps: tuple[Silence, ...]
    senders: int
    rtp: bool
    refused_bytes: int

    @property
    def lost_share(self) -> float:
        """The part of all transport packets that was lost, 0 to 1."""
        return self.lost_ts_packets / max(1, self.lost_ts_packets + self.ts_packets)
