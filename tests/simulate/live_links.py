"""Doubles for live links: a stopwatch that runs ahead, and an outlet that keeps what it is given."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class FastStopwatch:
    """Time passes only where somebody sleeps."""

    at_s: float = 100.0

    def now_s(self) -> float:
        return self.at_s

    def sleep(self, seconds: float) -> None:
        assert seconds > 0.0
        self.at_s += seconds


@dataclass
class Shelf:
    """Keeps every datagram with the time at which it was sent; a new sender starts a new row."""

    stopwatch: FastStopwatch
    sent: list[list[tuple[float, bytes]]] = field(default_factory=list)
    closed: int = 0

    def connect(self) -> Shelf:
        self.sent.append([])
        return self

    def send(self, data: bytes) -> None:
        self.sent[-1].append((self.stopwatch.now_s(), data))

    def close(self) -> None:
        self.closed += 1

    @property
    def data(self) -> bytes:
        return b"".join(data for row in self.sent for _, data in row)
