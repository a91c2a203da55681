"""Simulated pictures a second at 1,280 x 720 on two cores: `python -m benchmarks.pictures`.

A world is made for it (seed 7; `OTEAR_BENCH_WORLD` names one that is there). A camera orbits a village at 100 m/s, 30
pictures a second, of which each is new. *Rendered* is the renderer by itself; *encoded* is libx264 by itself, on
pictures that are there already, with the settings of `simulate fly --video`; *both* is what a recording needs: one
thread renders while another encodes. The tiles of the first picture are painted before the clock starts.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from benchmarks._report import Tables, main
from otear.domain.authority import SensorKind
from otear.geo.camera import Lens, Pose
from otear.simulate.scene.contact_sheet import look_at
from otear.simulate.scene.render import Renderer
from otear.simulate.scene.weather import CALM
from otear.simulate.sortie.lens import camera_lens
from otear.simulate.sortie.recording import encoder
from otear.simulate.world.folder import open_world
from otear.simulate.world.instructor import truth_of
from otear.simulate.world.truth import Truth

WIDTH, HEIGHT, FRAMES = 1280, 720, 150
VIEWS = {"wide, 17 deg at 10 km": (17.0, 10_000.0), "narrow, 2.8 deg at 5 km": (2.8, 5_000.0)}
_SPEED_MPS, _RATE_HZ = 100.0, 30


def _truth(folder: Path) -> Truth:
    given = os.environ.get("OTEAR_BENCH_WORLD")
    if given is None:
        from otear.simulate.world.make import make_world

        make_world(folder, seed=7)
    return truth_of(open_world(Path(given) if given else folder))


def _shots(truth: Truth, hfov_deg: float, range_m: float) -> list[tuple[Pose, Lens, int]]:
    """An orbit about the largest village, two hours before solar noon."""
    village = max(truth.land.villages, key=lambda each: each.population)
    lens = camera_lens(np.radians(hfov_deg), WIDTH, HEIGHT)
    one = Lens(float(lens.hfov), float(lens.vfov), WIDTH, HEIGHT)
    start = 1_772_064_000_000_000 + round((10.0 - np.degrees(truth.land.plane.lon) / 15.0) * 3.6e9)
    step_deg = float(np.degrees(_SPEED_MPS / _RATE_HZ / (range_m * np.cos(np.radians(40.0)))))
    return [
        (
            look_at(
                truth.land, village.east_m, village.north_m, bearing_deg=k * step_deg, depression_deg=40.0,
                range_m=range_m,
            ),
            one,
            start + k * 1_000_000 // _RATE_HZ,
        )
        for k in range(FRAMES)
    ]  # fmt: skip


def _encode(pictures: Iterator[NDArray[np.uint8]]) -> int:
    coder, size = encoder(WIDTH, HEIGHT), 0
    for tick, picture in enumerate(pictures):
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24" if picture.ndim == 3 else "gray")
        frame = frame.reformat(format="yuv420p")
        frame.pts = tick
        size += sum(len(bytes(packet)) for packet in coder.encode(frame))
    return size + sum(len(bytes(packet)) for packet in coder.encode(None))


def _ahead(renderer: Renderer, shots: list[tuple[Pose, Lens, int]]) -> Iterator[NDArray[np.uint8]]:
    with ThreadPoolExecutor(max_workers=1) as painting:
        waiting = [painting.submit(renderer.picture, *shot) for shot in shots[:4]]
        for k in range(len(shots)):
            picture = waiting.pop(0).result()
            if k + 4 < len(shots):
                waiting.append(painting.submit(renderer.picture, *shots[k + 4]))
            yield picture


def rows() -> list[dict[str, Any]]:
    """One row for each sensor and field of view."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        truth = _truth(Path(folder) / "world")
    for sensor in (SensorKind.VISIBLE, SensorKind.THERMAL):
        renderer = Renderer(truth, CALM, sensor, WIDTH, HEIGHT, seed=7)
        for name, where in VIEWS.items():
            shots = _shots(truth, *where)
            pictures = [renderer.picture(*shot) for shot in shots[:1]]
            begin = time.perf_counter()
            pictures = [renderer.picture(*shot) for shot in shots]
            rendered = FRAMES / (time.perf_counter() - begin)
            begin = time.perf_counter()
            size = _encode(iter(pictures))
            encoded = FRAMES / (time.perf_counter() - begin)
            begin = time.perf_counter()
            _encode(_ahead(renderer, shots))
            both = FRAMES / (time.perf_counter() - begin)
            found.append(
                {
                    "sensor": sensor.value, "view": name, "rendered_fps": rendered, "encoded_fps": encoded,
                    "both_fps": both, "megabit_per_s": size * 8 * _RATE_HZ / FRAMES / 1e6,
                }
            )  # fmt: skip
    return found


def tables() -> Tables:
    """Frames a second of every sensor and view."""
    return {"Pictures a second, 1,280 x 720, two cores": rows()}


if __name__ == "__main__":
    main(tables, __doc__)
