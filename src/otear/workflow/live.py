"""Live: receive from an address, then ingest what came as any other recording.

What comes is written as it comes, byte for byte, into a spool of the workspace, and taken into custody when nothing
more comes. If the process dies, or what came is no recording, the spool stays: the next reception takes in what was
left, or says that it cannot.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from otear.authority.roles import Action
from otear.domain.arrival import Arrival
from otear.domain.clock import Stopwatch
from otear.domain.progress import Progress, silent
from otear.domain.times import utc_text
from otear.errors import InputError, RecordingError
from otear.geo.terrain import Terrain
from otear.store.base import FootageRow
from otear.store.spool import left_spools, new_spool
from otear.video.live.address import LiveAddress
from otear.video.live.open import open_link
from otear.video.live.receive import Limits, receive
from otear.workflow.authorities import acting_named
from otear.workflow.custody import live_summary, plain, take_in
from otear.workflow.desk import Desk, Subject
from otear.workflow.flown import UNSTATED, Stated
from otear.workflow.ingest import admit


@dataclass(frozen=True)
class Watch:
    """Who waits for a reception: `heard` is told how far it is; setting `stop` ends it, and it is set when it ended."""

    heard: Callable[[Arrival], None]
    stop: Event


def ingest_live(
    desk: Desk,
    address: LiveAddress,
    limits: Limits,
    watch: Watch,
    *,
    stopwatch: Stopwatch,
    terrain: Terrain | None,
    authority_id: str | None = None,
    stated: Stated = UNSTATED,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Receive until a limit is reached, then ingest; returns the summary as `ingest` does, with how it came as `live`.

    `live.recovered` are the recordings of receptions that were cut off before and are in custody now; `live.left` are
    spools that hold no recording. Raises `InputError` where the address cannot be used or nothing comes, and what
    `ingest` raises.
    """
    named = None if authority_id is None else acting_named(desk, authority_id)
    desk.permit(Action.INGEST, Subject("footage", address.label))
    row, arrival = _received(desk, address, limits, watch, stopwatch=stopwatch, progress=progress)
    summary = admit(desk, row, terrain=terrain, named=named, stated=stated, progress=progress)
    recovered, left = recover(desk, progress)
    names = {"recovered": [one.footage_id for one in recovered], "left": [str(path) for path in left]}
    return {**summary, "live": {**plain(live_summary(arrival)), **names}}


def recover(desk: Desk, progress: Progress = silent) -> tuple[list[FootageRow], list[Path]]:
    """Take what receptions left that were cut off into custody; returns those, and spools that hold no recording."""
    recovered, left = [], []
    with left_spools(desk.workspace.root / "staging") as spools:
        for path, name in spools:
            try:
                recovered.append(take_in(desk, path, progress, name=name))
            except RecordingError:
                if path.stat().st_size:
                    left.append(path)
                    continue
            path.unlink()
    return recovered, left


def _received(
    desk: Desk, address: LiveAddress, limits: Limits, watch: Watch, *, stopwatch: Stopwatch, progress: Progress
) -> tuple[FootageRow, Arrival]:
    """Receive, and take what came into custody; returns its row, and how it came this time."""
    link = open_link(address)
    name = f"{address.label} {utc_text(desk.clock.now_us())}"
    with new_spool(desk.workspace.root / "staging", name) as (path, file):
        arrival = receive(
            link,
            file,
            address.label,
            limits,
            clock=desk.clock,
            stopwatch=stopwatch,
            stop=watch.stop,
            heard=watch.heard,
        )
        watch.stop.set()
        if not arrival.bytes:
            path.unlink()
            raise InputError(
                "nothing arrived",
                source=address.label,
                remedy="Check that the sender sends to this address and port, that no firewall is between, and which "
                f"network a multicast group comes from; --wait says how long to wait (it was {limits.wait_s:g} s)",
            )
        try:
            row = take_in(desk, path, progress, name=name, arrival=arrival)
        except RecordingError as error:
            raise RecordingError(
                f"what arrived is no recording: {error.problem}",
                source=address.label,
                offset=error.offset,
                remedy=f"{error.remedy}; the {arrival.bytes:,} bytes that came are kept in {path}: look at them, then "
                "delete them",
            ) from error
        path.unlink()
    return row, arrival
