"""Watching video in real time on two cores: `python -m benchmarks.watching`.

1,280 x 720 at 30 pictures a second, H.264, of a simulated orbit about a place where things stand: *decoded* is every
picture decoded and nothing else; *watched* is what `otear detect` does with each of them (decoding, registration onto
the picture before, hot spots on every picture of a thermal camera, the learned detector and the colour anomaly on key
frames), waiting for whatever is slow, so that nothing is dropped. *live* is the same as it comes, a picture every 33
ms: what cannot be done in time is dropped and counted. `slowest second` is the least that any second of it had.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np

from benchmarks._report import Tables, main
from otear.detect.keyframes import KeyFrames
from otear.detect.watch import Sight, Watch
from otear.domain.authority import SensorKind
from otear.simulate.scene.contact_sheet import look_at
from otear.simulate.scene.render import Renderer
from otear.simulate.scene.weather import CALM
from otear.simulate.sortie.lens import camera_lens
from otear.simulate.world.folder import open_world
from otear.simulate.world.instructor import truth_of
from otear.simulate.world.make import make_world
from otear.simulate.world.truth import Truth
from otear.video.decode import decoded
from otear.workflow.families import Family, family_of

WIDTH, HEIGHT, RATE_HZ = 1280, 720, 30
SECONDS = int(os.environ.get("OTEAR_BENCH_SECONDS", "20"))
_HFOV_DEG, _RANGE_M, _DEPRESSION_DEG, _SPEED_MPS = 2.8, 5_000.0, 50.0, 80.0


def film(path: Path, truth: Truth, sensor: SensorKind) -> None:
    """An orbit about the first ranch of a world: ten in the morning, or ten at night in heat."""
    ranch = truth.lookalikes[0]
    east, north = truth.land.plane.metres(np.radians([ranch.lat_deg]), np.radians([ranch.lon_deg]))
    hour = 10.0 if sensor is SensorKind.VISIBLE else 22.0
    start = 1_772_064_000_000_000 + round((hour - np.degrees(truth.land.plane.lon) / 15.0) * 3.6e9)
    lens = camera_lens(np.radians(_HFOV_DEG), WIDTH, HEIGHT)
    step_deg = float(np.degrees(_SPEED_MPS / RATE_HZ / (_RANGE_M * np.cos(np.radians(_DEPRESSION_DEG)))))
    renderer = Renderer(truth, CALM, sensor, WIDTH, HEIGHT, seed=7)
    with av.open(str(path), "w", format="mpegts") as out:
        stream = out.add_stream("libx264", rate=RATE_HZ, options={"preset": "superfast", "crf": "24", "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for k in range(SECONDS * RATE_HZ):
            # The camera also wanders over the ground, as an operator's does, so that there are key frames.
            pose = look_at(
                truth.land, float(east[0]) + 0.4 * k, float(north[0]), bearing_deg=k * step_deg,
                depression_deg=_DEPRESSION_DEG, range_m=_RANGE_M,
            )  # fmt: skip
            picture = renderer.picture(pose, lens, start + k * 1_000_000 // RATE_HZ)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24" if picture.ndim == 3 else "gray")
            out.mux(stream.encode(frame.reformat(format="yuv420p")))
        out.mux(stream.encode(None))


def _rates(stamps: list[float]) -> tuple[float, float]:
    """Pictures a second over all, and in the slowest second of pictures."""
    times = np.array(stamps)
    seconds = times[RATE_HZ::RATE_HZ] - times[:-RATE_HZ:RATE_HZ][: len(times[RATE_HZ::RATE_HZ])]
    return (len(times) - 1) / (times[-1] - times[0]), RATE_HZ / float(seconds.max())


def decode_alone(path: Path) -> tuple[float, float]:
    """Decoding and nothing else."""
    stamps = [time.perf_counter()]
    for _ in decoded(path):
        stamps.append(time.perf_counter())
    return _rates(stamps)


def watch(path: Path, sensor: SensorKind, family: Family, *, live: bool) -> dict[str, Any]:
    """Everything, as quickly as it goes or at the pace at which it comes."""
    gsd_m = _RANGE_M * np.radians(_HFOV_DEG) / WIDTH / np.sqrt(np.sin(np.radians(_DEPRESSION_DEG)))
    stamps = [time.perf_counter()]
    with Watch(family.quick, family.slow, KeyFrames(), live=live) as watching:
        found = 0
        for one in _paced(path, live=live):
            sight = Sight(round(one.pts_s * 1e6), one.grey, one.colours, sensor, float(gsd_m), _DEPRESSION_DEG)
            found += len(watching.see(sight))
            stamps.append(time.perf_counter())
        found += len(watching.finish())
        stamps[-1] = time.perf_counter()
    fps, slowest = _rates(stamps)
    work = watching.work
    return {
        "fps": fps, "slowest_second": slowest, "key_frames": work.key_frames, "dropped": work.key_frames_dropped,
        "unregistered": work.unregistered, "things": found,
    }  # fmt: skip


def _paced(path: Path, *, live: bool) -> Iterator[Any]:
    begin = time.perf_counter()
    for k, one in enumerate(decoded(path)):
        if live:
            time.sleep(max(0.0, begin + k / RATE_HZ - time.perf_counter()))
        yield one


def rows() -> list[dict[str, Any]]:
    """Three rows for each sensor."""
    found: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="otear-bench-") as folder:
        make_world(Path(folder) / "world", seed=501, sites=6, rows=240, columns=240)
        truth = truth_of(open_world(Path(folder) / "world"))
        for sensor in (SensorKind.VISIBLE, SensorKind.THERMAL):
            path = Path(folder) / f"{sensor}.ts"
            film(path, truth, sensor)
            family = family_of(sensor)
            alone, slowest = decode_alone(path)
            found.append({"sensor": sensor.value, "what": "decoded", "fps": alone, "slowest_second": slowest})
            for live in (False, True):
                row = watch(path, sensor, family, live=live)
                share = {"of_decoding": row["fps"] / alone} if not live else {}
                found.append({"sensor": sensor.value, "what": "live" if live else "watched", **row, **share})
    return found


def tables() -> Tables:
    """Pictures a second."""
    return {f"Watching 1,280 x 720, {SECONDS} s, two cores: pictures a second": rows()}


if __name__ == "__main__":
    main(tables, __doc__)
