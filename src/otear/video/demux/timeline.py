"""One line of presentation time for a recording in which a sender started afresh.

A new sender's clock begins anywhere, often where the first one's began, so the same presentation time would stand for
two moments. Where the clock reference (PCR) steps back, time therefore goes on from where it was, with a second
between: which bytes are on which side, and what was added, is told as a `Restart`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from statistics import median

import numpy as np

from otear.video.demux.events import Restart, Unwrap
from otear.video.demux.transport import Packets, PesStart, clock_references, streams_of

_FORWARD_S = 5.0
"""A clock reference comes ten times a second: one that is more after the last, or before it, is another clock, or
damaged."""
_REORDER_S = 0.5
"""Pictures are shown in another order than they are sent in, by less than this."""
_BETWEEN_S = 1.0
_RECENT = 16
_TICKS = 90_000.0
_ROUND_S = (1 << 33) / _TICKS


class Timeline:
    """Puts the time stamps of all streams of a recording on one line, in the order of its bytes."""

    def __init__(self) -> None:
        self._offsets = [-1]
        self._lines = [(Unwrap(), 0.0)]
        self._stream: int | None = None
        self._reference_s: float | None = None
        self._steps: deque[tuple[int, int]] = deque()
        """Clock references between which the clock stepped back, by their offsets, whose stamps are yet to come."""
        self._recent: deque[float] = deque(maxlen=_RECENT)
        self._after_offset = 0
        self._unwrap, self._shift_s = Unwrap(), 0.0

    def seconds(self, ticks: int | None, offset: int) -> float | None:
        """Seconds of a raw 90 kHz time stamp that begins at a byte of the recording, None for none."""
        unwrap, shift_s = self._lines[bisect_right(self._offsets, offset) - 1]
        found = unwrap.seconds(ticks)
        return None if found is None else found + shift_s

    def note(self, packets: Packets, starts: Sequence[PesStart]) -> list[Restart]:
        """Take note of the next packets and of the elementary packets in them, before any of their time stamps."""
        self._find_steps(packets)
        stamped = [(start.offset, start.pts) for start in starts if start.pts is not None]
        found = []
        for number, (offset, pts) in enumerate(stamped):
            if self._steps and self._is_new(offset, pts, stamped[number:]):
                found.append(self._restart(offset, [later for _, later in stamped[number : number + _RECENT]]))
            seconds = self._unwrap.seconds(pts)
            if seconds is not None:
                self._recent.append(seconds + self._shift_s)
            self._after_offset = offset + 1
        return found

    def _find_steps(self, packets: Packets) -> None:
        at, seconds = clock_references(packets.rows)
        if self._stream is None and len(at):
            self._stream = int(streams_of(packets.rows[at[:1]])[0])
        ours = streams_of(packets.rows[at]) == self._stream
        offsets: list[int] = packets.offsets[at[ours]].tolist()
        values: list[float] = seconds[ours].tolist()
        last, last_offset = self._reference_s, 0
        for number, (offset, value) in enumerate(zip(offsets, values, strict=True)):
            if last is not None and not _goes_on(last, value):
                following = values[number + 1] if number + 1 < len(values) else None
                if following is not None and _goes_on(last, following):
                    continue  # it was damaged, and the clock itself goes on
                if _step(last, value) < 0.0:
                    self._steps.append((last_offset, offset))
            last, last_offset = value, offset
        self._reference_s = last

    def _is_new(self, offset: int, pts: int, following: Sequence[tuple[int, int]]) -> bool:
        """Whether a time stamp is of the clock after the next step; between two references the nearer one counts."""
        before, after = self._steps[0]
        if offset >= after:
            return True
        if offset <= before or not self._recent:
            return False
        ours = self._recent[-1] - self._shift_s
        theirs = next((later for place, later in following if place >= after), None)
        if theirs is None:
            return not -_REORDER_S <= _step(ours, pts / _TICKS) <= _FORWARD_S
        return abs(_step(theirs / _TICKS, pts / _TICKS)) < abs(_step(ours, pts / _TICKS))

    def _restart(self, offset: int, first: Sequence[int]) -> Restart:
        self._steps.popleft()
        usual = median(self._recent) if self._recent else 0.0
        end_s = max((at for at in self._recent if abs(at - usual) < _FORWARD_S), default=0.0)
        begin_s = first[0] / _TICKS
        begin_s += min(step for pts in first if abs(step := _step(begin_s, pts / _TICKS)) < _FORWARD_S)
        self._unwrap, self._shift_s = Unwrap(), end_s + _BETWEEN_S - begin_s
        self._recent.clear()
        self._offsets.append(offset)
        self._lines.append((Unwrap(), self._shift_s))
        return Restart(self._after_offset, end_s + _BETWEEN_S / 2.0, self._shift_s)


def _step(before_s: float, after_s: float) -> float:
    """From one time to another of a clock that rolls over."""
    return float((np.float64(after_s) - before_s + _ROUND_S / 2.0) % _ROUND_S - _ROUND_S / 2.0)


def _goes_on(before_s: float, after_s: float) -> bool:
    return 0.0 <= _step(before_s, after_s) <= _FORWARD_S
