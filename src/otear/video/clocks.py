"""One clock for picture and metadata.

A recording has up to three clocks: presentation time (seconds, counted from anywhere), the time stamp in each picture
(MISP), and the metadata's own clock, both in microseconds since 1970-01-01. The last two are set against the first
piece by piece: a new piece begins where a clock jumps by half a second or more.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from otear.domain.telemetry import Floats, Ints
from otear.video.demux import VideoUnit
from otear.video.misp import picture_time_us
from otear.video.thinning import EvenSample

JUMP_S = 0.5
_PIECE_SAMPLE = 256
_MOST_PIECES = 64
_RECENT_PICTURES = 65_536
_NOTABLE_LAG_MS = 100.0
_IMPOSSIBLE_US = 4_102_444_800_000_000
"""2100-01-01. Real flights carry picture stamps a thousand times too large that count on in microseconds."""
_FUTURE_SLACK_US = 86_400_000_000
"""A clock set a day ahead may be a time zone; beyond that it is wrong."""


class ClockSource(StrEnum):
    """What ties presentation time to the time of day."""

    PICTURE = "time stamps in the picture"
    METADATA = "metadata's presentation time"
    ARRIVAL = "the place of metadata between pictures"
    NONE = "nothing"


@dataclass(frozen=True)
class ClockPiece:
    """From `start_s` on, time of day is `time_us` + (1 + `rate`) * (pts - `pts_s`) * 1e6."""

    start_s: float
    pts_s: float
    time_us: float
    rate: float


@dataclass(frozen=True)
class ClockAlignment:
    """How a recording's presentation time and the time of day go together.

    `offset_us` is time of day less presentation time, `drift_ppm` how much faster the time of day runs, `jitter_ms` the
    robust 1-sigma scatter about that; None where nothing ties them. `metadata_lag_ms` is how far the metadata's clock
    is behind the picture's at one presentation time, None without both.
    """

    source: ClockSource
    pieces: tuple[ClockPiece, ...]
    offset_us: float | None
    drift_ppm: float | None
    jitter_ms: float | None
    metadata_lag_ms: float | None
    jumps: int
    backward_steps: int
    warnings: tuple[str, ...]

    def time_us(self, pts_s: ArrayLike) -> Floats:
        """Time of day, microseconds since 1970-01-01, of presentation times; NaN where nothing ties them."""
        pts = np.asarray(pts_s, dtype=np.float64)
        if not self.pieces:
            return np.full(pts.shape, np.nan)
        starts = np.array([piece.start_s for piece in self.pieces])
        which = np.clip(np.searchsorted(starts, pts, side="right") - 1, 0, None)
        at, time, rate = (np.array([getattr(p, name) for p in self.pieces]) for name in ("pts_s", "time_us", "rate"))
        return np.asarray(time[which] + (1.0 + rate[which]) * (pts - at[which]) * 1e6, dtype=np.float64)


def bracket(times_us: Ints, moments_us: ArrayLike) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    """The metadata rows before and after each moment, and the weight of the later one (0 to 1).

    `times_us` (n,) must not go backwards. A moment outside is given the nearest row twice.
    """
    moments = np.asarray(moments_us, dtype=np.float64)
    after = np.searchsorted(times_us, moments, side="right")
    low, high = np.clip(after - 1, 0, len(times_us) - 1), np.clip(after, 0, len(times_us) - 1)
    span = np.asarray(times_us[high] - times_us[low], dtype=np.float64)
    weight = np.where(span > 0.0, (moments - times_us[low]) / np.where(span > 0.0, span, 1.0), 0.0)
    return low, high, weight


def _slope(y: Floats, x: Floats) -> float:
    """The median of the slopes of all pairs (Theil and Sen)."""
    from scipy.stats import theilslopes  # takes a second to load, and short recordings do without

    return float(theilslopes(y, x).slope)


@dataclass
class _Piece:
    start_s: float
    pairs: EvenSample[tuple[float, int]] = field(default_factory=lambda: EvenSample(_PIECE_SAMPLE))

    def fit(self) -> tuple[ClockPiece, Floats]:
        pts = np.array([pair[0] for pair in self.pairs.items])
        time = np.array([pair[1] for pair in self.pairs.items], dtype=np.float64)
        middle = float(np.median(pts))
        offset = time - pts * 1e6
        base = offset[0]
        # Drift takes a minute to stand out from the 11 microsecond steps of presentation time.
        rate = _slope(offset - base, pts) * 1e-6 if np.ptp(pts) > 60.0 else 0.0
        level = float(np.median(offset - base - rate * (pts - middle) * 1e6)) + base
        left = offset - base - (level - base) - rate * (pts - middle) * 1e6
        return ClockPiece(self.start_s, middle, float(middle * 1e6 + level), rate), left


class _Timeline:
    """One clock set against presentation time, in bounded memory."""

    def __init__(self) -> None:
        self.pieces: list[_Piece] = []
        self.jumps = 0
        self._last: tuple[float, int] | None = None

    def add(self, pts_s: float, time_us: int, starts_s: Sequence[float] = ()) -> None:
        if self._last is not None and any(self._last[0] < start_s <= pts_s for start_s in starts_s):
            # Nothing says how long a sender was away that starts afresh: its clock is set against ours anew.
            if len(self.pieces) < _MOST_PIECES:
                self.pieces.append(_Piece(pts_s))
        elif self._last is not None:
            slip_s = (time_us - self._last[1]) * 1e-6 - (pts_s - self._last[0])
            if abs(slip_s) >= JUMP_S:
                self.jumps += 1
                if len(self.pieces) < _MOST_PIECES:
                    self.pieces.append(_Piece(pts_s))
        else:
            self.pieces.append(_Piece(pts_s))
        self._last = (pts_s, time_us)
        self.pieces[-1].pairs.add(self._last)


class ClockObserver:
    """Watches the clocks of a recording as it streams by; memory does not grow with its length."""

    def __init__(self) -> None:
        self._pictures = _Timeline()
        self._metadata = _Timeline()
        self._arrival = _Timeline()
        self._recent: deque[tuple[int, float]] = deque(maxlen=_RECENT_PICTURES)
        self._backward = 0
        self._impossible = 0
        self._last_us: int | None = None
        self._latest_us = 0
        self._starts_s: list[float] = []

    def restart(self, start_s: float) -> None:
        """Take note that what is presented after `start_s` comes from a sender that started afresh."""
        self._starts_s.append(start_s)

    def picture(self, unit: VideoUnit) -> int | None:
        """Take note of a picture; gives the time stamp in it (microseconds since 1970-01-01), None for none."""
        if unit.pts_s is None:
            return None
        self._recent.append((unit.offset, unit.pts_s))
        time_us = picture_time_us(unit)
        if time_us is None:
            return None
        if time_us > _IMPOSSIBLE_US:
            self._impossible += 1
            return None
        self._pictures.add(unit.pts_s, time_us, self._starts_s)
        return time_us

    def metadata(self, offset: Ints, pts_s: Floats, time_us: Ints) -> None:
        """Take note of trusted packets (n,): offsets, presentation times (NaN for none), own clock (0 or -1 for none).

        A packet without a presentation time counts at that of the last picture that stands before it in the file.
        """
        for at, pts, time in zip(offset.tolist(), pts_s.tolist(), time_us.tolist(), strict=True):
            while len(self._recent) > 1 and self._recent[1][0] <= at:
                self._recent.popleft()
            if time <= 0:
                continue
            if self._last_us is not None and time < self._last_us:
                self._backward += 1
            self._last_us = time
            self._latest_us = max(self._latest_us, time)
            if not math.isnan(pts):
                self._metadata.add(pts, time, self._starts_s)
            elif self._recent and self._recent[0][0] <= at:
                self._arrival.add(self._recent[0][1], time, self._starts_s)

    def alignment(self, now_us: int) -> ClockAlignment:
        """The verdict, with `now_us` the present in microseconds since 1970-01-01."""
        source, timeline = ClockSource.NONE, _Timeline()
        if self._pictures.pieces:
            source, timeline = ClockSource.PICTURE, self._pictures
        elif self._metadata.pieces:
            source, timeline = ClockSource.METADATA, self._metadata
        elif self._arrival.pieces:
            source, timeline = ClockSource.ARRIVAL, self._arrival
        fits = [piece.fit() for piece in sorted(timeline.pieces, key=lambda piece: piece.start_s)]
        pieces = tuple(piece for piece, _ in fits)
        lag_ms = self._metadata_lag_ms(pieces) if source is ClockSource.PICTURE else None
        first = pieces[0] if pieces else None
        scatter = np.abs(np.concatenate([left for _, left in fits])) if fits else None
        return ClockAlignment(
            source,
            pieces,
            None if first is None else first.time_us - first.pts_s * 1e6,
            None if first is None else first.rate * 1e6,
            None if scatter is None else 1.4826e-3 * float(np.median(scatter)),
            lag_ms,
            max(self._pictures.jumps, self._metadata.jumps),
            self._backward,
            tuple(self._warnings(lag_ms, now_us)),
        )

    def _metadata_lag_ms(self, pieces: tuple[ClockPiece, ...]) -> float | None:
        pairs = [pair for piece in self._metadata.pieces for pair in piece.pairs.items]
        if not pairs:
            return None
        picture = ClockAlignment(ClockSource.PICTURE, pieces, None, None, None, None, 0, 0, ())
        pts, time = np.array([p for p, _ in pairs]), np.array([t for _, t in pairs], dtype=np.float64)
        return float(np.median(picture.time_us(pts) - time)) * 1e-3

    def _warnings(self, lag_ms: float | None, now_us: int) -> list[str]:
        warnings = []
        if self._latest_us > now_us + _FUTURE_SLACK_US:
            days = (self._latest_us - now_us) / 86_400e6
            warnings.append(f"The metadata's clock is {days:,.0f} days in the future: its date cannot be right.")
        if self._impossible:
            warnings.append(f"{self._impossible} pictures carry time stamps of no possible date; they are not used.")
        if self._backward:
            warnings.append(f"The metadata's clock went backwards {self._backward} times.")
        if self._pictures.jumps or self._metadata.jumps:
            warnings.append(
                f"The time of day jumped against presentation time by {JUMP_S} s or more: "
                f"{self._pictures.jumps} times in the picture, {self._metadata.jumps} in the metadata."
            )
        if lag_ms is not None and abs(lag_ms) > _NOTABLE_LAG_MS:
            warnings.append(
                f"At one presentation time the metadata's clock is {lag_ms:+,.0f} ms behind the picture's: "
                "rows are matched by the time of day, not by presentation time."
            )
        return warnings
