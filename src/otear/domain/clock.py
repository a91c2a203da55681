"""Time comes in through this seam, so that the same inputs give the same bytes out."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol


class Clock(Protocol):
    """Tells what time it is."""

    def now_us(self) -> int:
        """Microseconds since 1970-01-01T00:00:00Z."""
        ...


class Stopwatch(Protocol):
    """Measures time and lets it pass: whatever keeps a pace takes one."""

    def now_s(self) -> float:
        """Seconds since some moment; never goes back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Come back after so many seconds."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now_us(self) -> int:
        """Microseconds since 1970-01-01T00:00:00Z."""
        return time.time_ns() // 1000


class SystemStopwatch:
    """The machine's own stopwatch."""

    def now_s(self) -> float:
        """Seconds since the machine started."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Come back after so many seconds."""
        time.sleep(seconds)


@dataclass(frozen=True)
class FixedClock:
    """Always the same moment: for tests and for runs that must be repeatable."""

    moment_us: int

    def now_us(self) -> int:
        """The moment it was made with."""
        return self.moment_us
