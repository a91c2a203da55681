"""A simulated flight as Cursor on Target events: where its aircraft says that it is, never where it was.

They are made of the packets that were sent, as anybody makes them who receives the recording.
"""

from __future__ import annotations

from collections.abc import Iterator

from otear.flight.exports import cot_track, moments_of_telemetry, platform_of
from otear.simulate.sortie.fly import Recorded
from otear.video.heights import with_heights
from otear.video.klv.columns import telemetry
from otear.video.klv.framing import Framer, Frames


def reported_track(recorded: Recorded, simulation: str, *, later_us: int = 0) -> Iterator[tuple[int, str]]:
    """When, and an event as text of one line, for each second of a recording.

    Events say that they belong to the `simulation` of this name; `later_us` is added to all times (see `cot_track`).
    """
    framer = Framer()
    frames = Frames.joined([framer.feed(b"".join(recorded.packets), 0), framer.flush()])
    moments = moments_of_telemetry(with_heights(telemetry(frames)))
    platform, sensor = platform_of(recorded.aircraft), recorded.sortie.sensor
    return cot_track(moments, platform, sensor=sensor, simulation=simulation, later_us=later_us)
