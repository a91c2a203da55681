"""Simulated recordings as a multiple of real time: `python -m benchmarks.streams`.

An hour of one flight, ten packets a second. Its parts one by one: flying it thirty times a second, adding the errors,
casting its sight lines and writing the packets, putting them into a transport stream. Beside it the limit that it
cannot pass: FFmpeg's muxer, given ready packets of the same length. And packets a second of the encoder for columns
beside the one that writes one packet at a time.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from benchmarks import _flights
from benchmarks._report import Tables, main
from otear.flight.kinematics import Flown
from otear.flight.library import profile
from otear.simulate.sortie.deviations import drawn, reported
from otear.simulate.sortie.recording import PACKETS_EVERY, write_telemetry
from otear.simulate.sortie.telemetry import Mission, packets
from otear.video.klv.encode import encode_st0601
from otear.video.klv.items import ITEMS
from otear.video.klv.write_columns import packets_of
from otear.video.mux import CodedMetadata, write_metadata_stream

_SEED = 7
_HOUR_S = 3_600.0
_REPEATS = 3
_SINGLES = 2_000
T = TypeVar("T")


def tables() -> Tables:
    """An hour in parts, and the two encoders."""
    return {"An hour of telemetry": _hour(), "Writing ST 0601 packets": _encoders()}


def _hour() -> list[dict[str, Any]]:
    aircraft = profile("medium-fixed-wing")
    orbit = {
        "kind": "orbit",
        "name": "orbit",
        "centre": {"lat_deg": _flights.LAT_DEG + 0.05, "lon_deg": _flights.LON_DEG},
        "radius_m": 3_500.0,
        "turns": 6.0,
        "side": "left",
        "hfov_deg": 2.8,
    }
    order = _flights.sortie("an hour", aircraft, [orbit], height_msl_m=4_500.0)
    sensor, ground = aircraft.sensors[0], _flights.hills()
    patch = ground.patch(ground.grid.bounds)

    def fly() -> Flown:
        return _flights.flown(order, aircraft, np.random.default_rng(_SEED))

    flown, fly_s = _best(fly)
    real_s = len(flown) / 30.0
    rng = np.random.default_rng(_SEED)
    deviations = drawn(aircraft, sensor, rng)
    size = {"width_px": 1_280, "height_px": 720}
    said, errors_s = _best(lambda: reported(flown, deviations, every=PACKETS_EVERY, rng=rng, **size))
    data, packets_s = _best(lambda: packets(said, Mission("an hour", aircraft, sensor), patch))
    with tempfile.TemporaryDirectory(prefix="otear-bench-") as folder:
        path = Path(folder) / "hour.ts"
        _, write_s = _best(lambda: write_telemetry(path, said.time_us, data))
        ready = [CodedMetadata(1.0 + i / 10.0, bytes(len(data[0]))) for i in range(len(data))]
        _, limit_s = _best(lambda: write_metadata_stream(path, ready))
    parts = {
        "flying it": fly_s,
        "its errors": errors_s,
        "sight lines and packets": packets_s,
        "transport stream": write_s,
        "all of it": fly_s + errors_s + packets_s + write_s,
        "limit: ready packets through FFmpeg's muxer": limit_s,
    }
    return [
        {"what": name, "seconds for an hour": seconds * _HOUR_S / real_s, "times real time": real_s / seconds}
        for name, seconds in parts.items()
    ]


def _encoders() -> list[dict[str, Any]]:
    rng = np.random.default_rng(_SEED)
    count = 36_000
    times = 1_790_000_000_000_000 + np.arange(count, dtype=np.int64) * 100_000
    tags = (5, 6, 7, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 45, 46, *range(82, 92), 96, 104)
    columns: dict[int | str, Any] = {
        tag: rng.uniform(max(codec.low, -20.0), min(codec.high, 20.0), count)
        for tag in tags
        for codec in [ITEMS[tag].codec]
        if hasattr(codec, "low") and hasattr(codec, "high")
    }
    many, many_s = _best(lambda: packets_of(times, columns))
    rows = [
        {"time_us": int(times[i]), **{tag: float(values[i]) for tag, values in columns.items()}}
        for i in range(_SINGLES)
    ]
    single, single_s = _best(lambda: [encode_st0601(row) for row in rows])
    assert [packet.tobytes() for packet in many[:_SINGLES]] == single, "the two encoders differ"
    return [
        {"encoder": name, "items": len(columns) + 2, "packets a second": done / seconds}
        for name, done, seconds in (("columns", count, many_s), ("one by one", _SINGLES, single_s))
    ]


def _best(work: Callable[[], T]) -> tuple[T, float]:
    """What came of it, and the shortest time that it took."""
    times = []
    for _ in range(_REPEATS):
        start = time.perf_counter()
        done = work()
        times.append(time.perf_counter() - start)
    return done, min(times)


if __name__ == "__main__":
    main(tables, __doc__)
