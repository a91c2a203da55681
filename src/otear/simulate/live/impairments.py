"""What a link does to datagrams: loses them, delays them, flips bits in them, and fails for a while."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from otear.errors import SettingError

_BRIEF_S = 1e-3


@dataclass(frozen=True)
class DropOut:
    """A time in which nothing gets through: from `at_s` seconds after the start of the stream, for `for_s`."""

    at_s: float
    for_s: float


@dataclass(frozen=True)
class Impairments:
    """How bad a link is.

    `loss` is the probability that a datagram is lost, `jitter_ms` the most that one is delayed (evenly spread, and
    never past the next one), `bit_errors` the probability that a bit is flipped. At each of `restarts_s` the sender
    goes away for `pause_s` and starts afresh. Times are seconds after the start of the stream. Raises `SettingError`
    for numbers that no link can have.
    """

    loss: float = 0.0
    jitter_ms: float = 0.0
    bit_errors: float = 0.0
    drop_outs: tuple[DropOut, ...] = ()
    restarts_s: tuple[float, ...] = ()
    pause_s: float = 2.0

    def __post_init__(self) -> None:
        for field, what, values, least in (
            ("--loss", "a share from 0 to 1", (self.loss, 1.0 - self.loss), 0.0),
            ("--bit-errors", "a share from 0 to 0.5", (self.bit_errors, 0.5 - self.bit_errors), 0.0),
            ("--jitter-ms", "milliseconds from 0 to 10000", (self.jitter_ms, 10_000.0 - self.jitter_ms), 0.0),
            ("--drop-out", "seconds: when, from 0 on, and for how long", [one.at_s for one in self.drop_outs], 0.0),
            ("--drop-out", "seconds: when, and for how long, above 0", [one.for_s for one in self.drop_outs], _BRIEF_S),
            ("--restart", "seconds after the start, above 0", self.restarts_s, _BRIEF_S),
            ("--pause", "seconds from 0 to 3600", (self.pause_s, 3_600.0 - self.pause_s), 0.0),
        ):
            # Not `value < least`: that is false for a NaN.
            if not all(least <= value < math.inf for value in values):
                raise SettingError(f"must be {what}", field=field, remedy="Give such a number")

    def dropped_out(self, at_s: float) -> bool:
        """Whether the link is down at a time."""
        return any(one.at_s <= at_s < one.at_s + one.for_s for one in self.drop_outs)


class Noise:
    """The chances of one transmission; each impairment has its own, so that one does not change another."""

    def __init__(self, impairments: Impairments, rng: np.random.Generator) -> None:
        self._impairments = impairments
        self._losing, self._delaying, self._flipping = rng.spawn(3)

    def loses(self) -> bool:
        """Whether the next datagram is lost."""
        return bool(self._losing.random() < self._impairments.loss)

    def delay_s(self) -> float:
        """How late the next datagram is, in seconds."""
        return float(self._delaying.random()) * self._impairments.jitter_ms * 1e-3

    def damaged(self, data: bytes) -> tuple[bytes, int]:
        """The next datagram as it arrives, and how many of its bits are flipped."""
        count = int(self._flipping.binomial(8 * len(data), self._impairments.bit_errors))
        if not count:
            return data, 0
        flipped = np.frombuffer(data, dtype=np.uint8).copy()
        bits = self._flipping.choice(8 * len(data), count, replace=False)
        np.bitwise_xor.at(flipped, bits >> 3, (1 << (bits & 7)).astype(np.uint8))
        return flipped.tobytes(), count
