"""Watching: every picture through registration and the quick detectors, key frames through the slow ones.

The slow ones work beside, on pictures that wait in a short queue; their answers are taken in the order of the pictures,
so that the same recording gives the same cues however long they take. Who watches live and may not wait drops key
frames when the queue is full, and `Work` counts them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np

from otear.detect.base import Detections, Detector, Picture, Pixels
from otear.detect.gathering import Gatherer, Gathering
from otear.detect.keyframes import KeyFrames
from otear.detect.registration import Registrar
from otear.domain.authority import SensorKind
from otear.geo.frames import Floats

_WAITING = 2
"""Key frames that may wait for the slow detectors."""
_SEEN_OFTEN, _SEEN_SHARE = 3, 0.34
"""In how many pictures, and in which share of those that looked, a quick detector must have seen a thing."""


@dataclass(frozen=True, eq=False)
class Sight:
    """A picture as it comes: `grey` at once, `colours` when a detector asks for them; ground sample distance and
    depression angle in its middle; polarity, where the sensor is thermal."""

    time_us: int
    grey: Pixels
    colours: Callable[[], Pixels]
    sensor: SensorKind
    gsd_m: float
    depression_deg: float
    white_hot: bool = True

    def picture(self, *, coloured: bool) -> Picture:
        """As detectors take it."""
        pixels = self.colours() if coloured else self.grey
        return Picture(pixels, self.sensor, self.gsd_m, self.depression_deg, self.white_hot)


@dataclass
class Work:
    """What was done, and what was not: `pictures` seen, of which `unregistered` could not be laid onto the one before;
    `key_frames` looked at by the slow detectors and `key_frames_dropped` because they were busy; `too_seldom` things
    that quick detectors saw in too few pictures to count."""

    pictures: int = 0
    unregistered: int = 0
    key_frames: int = 0
    key_frames_dropped: int = 0
    too_seldom: int = 0


@dataclass(frozen=True, eq=False)
class _Waiting:
    sight: Sight
    moved: Floats | None
    answers: Future[list[Detections]]


class Watch:
    """Takes the pictures of one camera in order. Use it as a context manager: it owns a thread."""

    def __init__(
        self, quick: Sequence[Detector], slow: Sequence[Detector], key_frames: KeyFrames, *, live: bool
    ) -> None:
        """`live`: key frames are dropped rather than waited for."""
        self.work = Work()
        self._quick, self._slow = tuple(quick), tuple(slow)
        self._registrar, self._key_frames, self._live = Registrar(), key_frames, live
        self._gather_quick = [Gatherer(one.name, _SEEN_OFTEN, _SEEN_SHARE) for one in self._quick]
        self._gather_slow = [Gatherer(one.name) for one in self._slow]
        self._since_wanted: Floats | None = None
        self._since_looked: Floats | None = None
        self._waiting: deque[_Waiting] = deque()
        self._aside = ThreadPoolExecutor(max_workers=1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._aside.shutdown(wait=True, cancel_futures=True)

    def see(self, sight: Sight) -> list[Gathering]:
        """Take the next picture; returns what has left the picture meanwhile."""
        self.work.pictures += 1
        step = self._registrar.step(sight.grey)
        moved = step.homography if step.ok else None
        if moved is None:
            self.work.unregistered += 1
        ended: list[Gathering] = []
        rows, columns = sight.grey.shape
        for detector, gatherer in zip(self._quick, self._gather_quick, strict=True):
            ended += gatherer.moved(moved)
            found = detector.detect(sight.picture(coloured=False))
            ended += gatherer.add(
                found,
                time_us=sight.time_us,
                size_px=(columns, rows),
                gsd_m=sight.gsd_m,
                depression_deg=sight.depression_deg,
            )
        self._since_wanted = _then(moved, self._since_wanted)
        self._since_looked = _then(moved, self._since_looked)
        if self._slow and self._key_frames.wants(self._since_wanted, columns, rows, sight.time_us / 1e6):
            self._since_wanted = np.eye(3)
            self._look_closely(sight)
        return ended + self._taken(most=_WAITING)

    def finish(self) -> list[Gathering]:
        """What is still in the picture, once everything that waits is answered."""
        ended = self._taken(most=0)
        for gatherer in (*self._gather_quick, *self._gather_slow):
            ended += gatherer.finish()
        self.work.too_seldom = sum(gatherer.dropped for gatherer in self._gather_quick)
        return ended

    def _look_closely(self, sight: Sight) -> None:
        """Hand a key frame to the slow detectors, or drop it where that may not wait."""
        if self._live and len(self._waiting) >= _WAITING and not self._waiting[0].answers.done():
            self.work.key_frames_dropped += 1
            return
        self.work.key_frames += 1
        coloured = sight.sensor is not SensorKind.THERMAL
        picture = sight.picture(coloured=coloured)
        answers = self._aside.submit(lambda: [one.detect(picture) for one in self._slow])
        self._waiting.append(_Waiting(sight, self._since_looked, answers))
        self._since_looked = np.eye(3)

    def _taken(self, *, most: int) -> list[Gathering]:
        """The answers that are there, in order; waits for the first ones while more than `most` wait."""
        ended: list[Gathering] = []
        while self._waiting and (len(self._waiting) > most or self._waiting[0].answers.done()):
            one = self._waiting.popleft()
            rows, columns = one.sight.grey.shape
            for found, gatherer in zip(one.answers.result(), self._gather_slow, strict=True):
                ended += gatherer.moved(one.moved)
                ended += gatherer.add(
                    found,
                    time_us=one.sight.time_us,
                    size_px=(columns, rows),
                    gsd_m=one.sight.gsd_m,
                    depression_deg=one.sight.depression_deg,
                )
        return ended


def _then(moved: Floats | None, before: Floats | None) -> Floats | None:
    return None if moved is None or before is None else moved @ before
