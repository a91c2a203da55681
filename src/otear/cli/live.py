"""Watching a reception: how far it is, on standard error, and Ctrl-C, which ends it and loses nothing."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING, Any

from otear.cli.output import err, progress_bars

if TYPE_CHECKING:
    from otear.domain.arrival import Arrival
    from otear.geo.terrain.base import Terrain
    from otear.video.live.address import LiveAddress
    from otear.video.live.receive import Limits
    from otear.workflow.desk import Desk
    from otear.workflow.flown import Stated


def receive_one(
    desk: Desk,
    address: LiveAddress,
    limits: Limits,
    *,
    terrain: Terrain | None,
    authority_id: str | None,
    stated: Stated,
) -> dict[str, Any]:
    """Receive from one address until a limit, or until somebody ends it, and ingest what came."""
    from otear.domain.clock import SystemStopwatch
    from otear.workflow.live import Watch, ingest_live

    with ended_by_signals() as stop, progress_bars() as bars:
        status = err.status(f"Waiting at {address.label} (Ctrl-C ends)")

        listening = False

        def heard(arrival: Arrival) -> None:
            nonlocal listening
            if arrival.datagrams:
                status.update(_so_far(arrival))
            elif not listening:
                listening = True
                err.print(f"Listening at {address.label}")

        def progress(stage: str, done: float, total: float) -> None:
            status.stop()
            bars(stage, done, total)

        with status:
            return ingest_live(
                desk,
                address,
                limits,
                Watch(heard, stop),
                stopwatch=SystemStopwatch(),
                terrain=terrain,
                authority_id=authority_id,
                stated=stated,
                progress=progress,
            )


def _so_far(arrival: Arrival) -> str:
    return (
        f"Receiving {arrival.address}: {arrival.seconds:.0f} s, {arrival.bytes / 1e6:.1f} MB, "
        f"{arrival.ts_packets:,} packets, {arrival.lost_ts_packets:,} lost ({arrival.lost_share:.2%}), "
        f"{len(arrival.gaps)} gaps (Ctrl-C ends)"
    )


@contextmanager
def ended_by_signals() -> Iterator[Event]:
    """An event that Ctrl-C and a request to terminate set; once it is set, they interrupt as usual."""
    stop = Event()

    def asked(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, asked) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
