"""A recording in which senders started afresh has one line of time, and every moment on it the right picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from otear.simulate.live.broadcast import broadcast
from otear.simulate.live.impairments import Impairments
from otear.video.clocks import ClockObserver, ClockSource
from otear.video.demux import Event, Restart, TstransDemuxer, VideoUnit
from otear.video.frames import frame_at, video_info
from otear.video.misp import picture_time_us

from ..simulate.live_links import FastStopwatch, Shelf

NOW_US = 1_790_000_000_000_000


@pytest.fixture(scope="module")
def flight(clip: Path) -> Path:
    """Four seconds."""
    return clip


def restarted(flight: Path, folder: Path, *at_s: float, pause_s: float = 0.6) -> Path:
    """The flight as somebody records it while its sender starts afresh."""
    stopwatch = FastStopwatch()
    shelf = Shelf(stopwatch)
    impairments = Impairments(restarts_s=at_s, pause_s=pause_s)
    broadcast(flight, shelf.connect, impairments, np.random.default_rng(1), stopwatch=stopwatch)
    (folder / "received.ts").write_bytes(shelf.data)
    return folder / "received.ts"


def read(path: Path) -> list[Event]:
    return list(TstransDemuxer().events(path))


def pictures(events: list[Event]) -> list[VideoUnit]:
    return [event for event in events if isinstance(event, VideoUnit)]


def restarts_in(events: list[Event]) -> list[Restart]:
    return [event for event in events if isinstance(event, Restart)]


@pytest.mark.parametrize("at_s", [(1.5,), (0.8, 2.2), (0.5, 1.4, 2.7), (2.51,)])
def test_time_goes_on_and_never_back(flight: Path, tmp_path: Path, at_s: tuple[float, ...]) -> None:
    events = read(restarted(flight, tmp_path, *at_s))
    restarts = restarts_in(events)
    assert len(restarts) == len(at_s)
    times = [unit.pts_s for unit in pictures(events) if unit.pts_s is not None]
    assert times == sorted(times)
    steps = np.diff(times)
    assert np.count_nonzero(steps > 0.5) == len(at_s), "one gap for each restart, and none else"
    for restart in restarts:
        assert sum(time < restart.start_s for time in times) == sum(
            unit.offset < restart.offset for unit in pictures(events)
        )


def test_every_picture_keeps_its_time_of_day(flight: Path, tmp_path: Path) -> None:
    """Also where the sender was away for nearly as long as presentation time leaves between."""
    path = restarted(flight, tmp_path, 1.0, 2.5, pause_s=0.9)
    clocks = ClockObserver()
    for event in (events := read(path)):
        if isinstance(event, Restart):
            clocks.restart(event.start_s)
        elif isinstance(event, VideoUnit):
            clocks.picture(event)
    found = clocks.alignment(NOW_US)
    assert found.source is ClockSource.PICTURE
    assert len(found.pieces) == 3
    stamped = [(unit.pts_s, picture_time_us(unit)) for unit in pictures(events)]
    for pts_s, time_us in stamped:
        assert time_us is not None
        assert found.time_us(pts_s) == pytest.approx(time_us, abs=50.0)


def test_a_picture_asked_for_is_the_one_that_was_on_show(flight: Path, tmp_path: Path) -> None:
    path = restarted(flight, tmp_path, 1.2, 2.4)
    events = read(path)
    restarts = restarts_in(events)
    by_time = {picture_time_us(unit): unit.pts_s for unit in pictures(read(flight))}
    units = pictures(events)
    asked = [units[5], units[len(units) // 2], units[-3]]
    assert {sum(one.start_s <= (unit.pts_s or 0.0) for one in restarts) for unit in asked} == {0, 1, 2}
    for unit in asked:
        assert unit.pts_s is not None
        original = by_time[picture_time_us(unit)]
        assert original is not None
        shown, same = frame_at(path, unit.pts_s + 0.01, restarts), frame_at(flight, original + 0.01)
        assert shown.pts_s == pytest.approx(unit.pts_s, abs=1e-4)
        # Decoding begins at a key frame of its own, or mid-group where a sender began there: nearly the same picture.
        assert np.abs(shown.pixels.astype(int) - same.pixels).mean() < 4.0
    assert video_info(path).fps == pytest.approx(15.0, rel=0.05)


def test_a_recording_without_a_restart_has_none(flight: Path) -> None:
    events = read(flight)
    assert restarts_in(events) == []
    assert pictures(events)[0].pts_s == pytest.approx(1.0, abs=0.05)


def test_a_damaged_clock_reference_is_no_restart(flight: Path, tmp_path: Path) -> None:
    rows = np.fromfile(flight, dtype=np.uint8).reshape(-1, 188)
    carries = np.flatnonzero((rows[:, 3] & 0x20 != 0) & (rows[:, 4] >= 7) & (rows[:, 5] & 0x10 != 0))
    for at in carries[[5, 12, 20, 33]]:
        rows[at, 6] ^= 0x40
    rows[carries[27], 7] ^= 0x08
    (tmp_path / "damaged.ts").write_bytes(rows.tobytes())
    assert restarts_in(read(tmp_path / "damaged.ts")) == []
