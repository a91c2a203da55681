"""Labelled pictures of a small world, to train and evaluate detectors with: a folder and its `scenes.json`.

The world is made from a seed for this alone and thrown away. None that somebody was given is ever opened: whoever has a
seed has everything that is in its world. The format is `otear-scenes/1` (docs/simulated-scenes.md).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np

from otear.domain.authority import SensorKind
from otear.domain.progress import Progress, silent
from otear.errors import InputError
from otear.simulate.scene.label_kinds import KINDS
from otear.simulate.scene.labels import Labeller, Labels
from otear.simulate.scene.render import Renderer
from otear.simulate.scene.view import SKY_DEPTH_M
from otear.simulate.scene.viewpoints import Viewpoint, Wanted, viewpoint
from otear.simulate.whole import whole_folder
from otear.simulate.world.instructor import truth_of
from otear.simulate.world.land import Pixels, Singles
from otear.simulate.world.make import make_world
from otear.simulate.world.truth import Truth

FORMAT = "otear-scenes/1"
DOCUMENT = "scenes.json"
POSTS, SITES = 320, 12
"""The world: some 10 km square, as many sites as such a land always has a place for."""
_QUALITY = 90
_TRIES = 50
_OFF = 0.15
"""A sight line that ends this much of its length before or behind the place looks at something else."""

_Shot = tuple[Viewpoint, Pixels, Labels]


@dataclass(frozen=True)
class Written:
    """How many pictures were written, and how many labels of each kind they have."""

    pictures: int
    labels: dict[str, int]


def write_scenes(
    out: Path, *, seed: int, count: int, sensors: Sequence[SensorKind], wanted: Wanted, progress: Progress = silent
) -> Written:
    """Write a folder of `count` pictures of each sensor, whole or not at all; the same seed gives the same bytes.

    Raises `InputError` for a folder that is there already and for a seed whose land is too small for its sites,
    `SettingError` where the hours hold no daylight for visible pictures.
    """
    with whole_folder(out) as draft, TemporaryDirectory() as temporary:
        try:
            world = make_world(Path(temporary) / "world", seed=seed, rows=POSTS, columns=POSTS, sites=SITES)
        except InputError as error:
            raise InputError(
                f"{seed} makes no world to draw ({error.problem})", field="--seed", remedy="Give another seed"
            ) from error
        truth = truth_of(world)
        studio = _Studio(truth, Labeller(truth), world.starts_us)
        scenes: list[dict[str, Any]] = []
        for sensor in sensors:
            for number in range(count):
                progress(f"{sensor.value} pictures", number, count)
                # Each picture has its own stream: more pictures do not make other ones.
                rng = np.random.default_rng([seed, number, list(SensorKind).index(sensor)])
                taken, picture, labels = studio.taken(sensor, wanted, number, rng)
                name = f"{sensor.value}-{number:04d}.jpg"
                (draft / name).write_bytes(_coded(picture))
                scenes.append(_document(name, sensor, taken, labels))
            progress(f"{sensor.value} pictures", count, count)
        document = {"format": FORMAT, "seed": seed, "scenes": scenes}
        (draft / DOCUMENT).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    kinds = Counter(label["kind"] for scene in scenes for label in scene["labels"])
    return Written(len(scenes), {kind.value: kinds[kind.value] for kind in KINDS if kinds[kind.value]})


@dataclass(frozen=True)
class _Studio:
    """The world that pictures are drawn of."""

    truth: Truth
    labeller: Labeller
    starts_us: int

    def taken(self, sensor: SensorKind, wanted: Wanted, number: int, rng: np.random.Generator) -> _Shot:
        """A picture of a viewpoint from which its place is seen, and whose picture ends before the land does."""
        gsd, size = wanted.gsd_m[number % len(wanted.gsd_m)], (wanted.width_px, wanted.height_px)
        for _ in range(_TRIES):
            view = viewpoint(self.truth, self.starts_us, sensor, wanted, gsd=gsd, rng=rng)
            at = view.pose, view.lens, view.time_us
            renderer = Renderer(self.truth, view.weather, sensor, *size, seed=int(rng.integers(1 << 31)))
            if _clear(renderer.depth_of(*at), view.range_m):
                labels = self.labeller.labels(renderer, *at, thermal=sensor is SensorKind.THERMAL)
                return view, renderer.picture(*at), labels
        raise InputError(
            f"picture {number} would show the end of the land wherever it is taken",
            field="--gsd",
            remedy="Ask for a finer ground sample distance or smaller pictures",
        )


def _clear(depths: Singles, range_m: float) -> bool:
    """Whether a picture shows ground everywhere, and in its middle that which it was taken of."""
    rows, columns = (side // 2 for side in depths.shape)
    middle = float(np.median(depths[rows - 8 : rows + 8, columns - 8 : columns + 8]))
    return float(depths.max()) < SKY_DEPTH_M and abs(middle - range_m) < _OFF * range_m


def _coded(picture: Pixels) -> bytes:
    pixels = picture if picture.ndim == 2 else np.ascontiguousarray(picture[..., ::-1])
    done, coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    assert done, "every picture can be a JPEG"
    return coded.tobytes()


def _document(name: str, sensor: SensorKind, view: Viewpoint, labels: Labels) -> dict[str, Any]:
    return {
        "file": name,
        "sensor": sensor.value,
        "gsd_m": round(view.gsd_m, 4),
        "depression_deg": round(view.depression_deg, 2),
        "solar_h": round(view.solar_h, 2) % 24.0,
        "over": view.over,
        "labels": [
            {
                "kind": KINDS[labels.kind[i]].value,
                "box": [round(side, 1) for side in labels.boxes[i].tolist()],
                "visible": round(float(labels.visible[i]), 3),
                "heat_k": round(float(labels.heat_k[i]), 1),
            }
            for i in range(len(labels))
        ],
    }
