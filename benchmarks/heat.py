"""Heat that is at work, found or not: `python -m benchmarks.heat`.

Thermal pictures of simulated worlds that nothing was trained or tuned on (`OTEAR_BENCH_SCENES`: folders of `otear
simulate scenes`, separated by colons; else seeds 211 to 213 are drawn, two minutes each). A source counts that is at
work, of which the picture shows half; it is found where the middle of a detection is within its box, or within a metre
of it. False is what has no source at work within three metres, in pictures over land that was picked at random. *Hot
spot* is `detect.hotspot`, *learned* the heat sources of the learned detector, *either* both together.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._report import Tables, main
from otear.detect.base import KINDS, Detections, joined
from otear.detect.hotspot import HotSpot
from otear.detect.learned import shipped
from otear.detect.scenes import Scene, read_scenes
from otear.domain.authority import SensorKind
from otear.domain.kinds import CueKind
from otear.geo.frames import Floats

_SEEDS, _COUNT = (211, 212, 213), 60
_SEEN, _NEAR_M, _FAR_M = 0.5, 1.0, 3.0
_LEARNED_FROM = 0.5
"""Score from which the learned detector's heat sources count."""
_NIGHT_H = (18.5, 6.0)
GSDS_M = (0.1, 0.2, 0.4)
_HEAT = KINDS.index(CueKind.HEAT_SOURCE)


def _scenes(room: Path) -> list[Scene]:
    given = os.environ.get("OTEAR_BENCH_SCENES")
    if given:
        folders = [Path(one) for one in given.split(":")]
        return [scene for folder in folders for scene in read_scenes(folder) if scene.sensor is SensorKind.THERMAL]
    from otear.simulate.scene.scenes import write_scenes
    from otear.simulate.scene.viewpoints import Wanted

    found: list[Scene] = []
    for seed in _SEEDS:
        out = room / str(seed)
        write_scenes(
            out,
            seed=seed,
            count=_COUNT,
            sensors=(SensorKind.THERMAL,),
            wanted=Wanted(tuple((one, one) for one in GSDS_M), 640, 512, (0.0, 24.0)),
        )
        found += read_scenes(out)
    return found


def _middles_in(found: Detections, box: Floats, margin_px: float) -> np.ndarray[Any, np.dtype[np.bool_]]:
    x, y = found.middles.T
    left, top, right, bottom = box
    return np.asarray(
        (x >= left - margin_px) & (x <= right + margin_px) & (y >= top - margin_px) & (y <= bottom + margin_px)
    )


def _one(scene: Scene, found: Detections) -> tuple[int, int, int]:
    """Sources that count, those found, and false detections."""
    hot = [one for one in scene.labels if one.kind is CueKind.HEAT_SOURCE]
    count = [one for one in hot if one.visible >= _SEEN]
    near, far = _NEAR_M / scene.gsd_m, _FAR_M / scene.gsd_m
    right = sum(bool(_middles_in(found, np.asarray(one.box), near).any()) for one in count)
    explained = np.zeros(len(found), dtype=bool)
    for one in hot:
        explained |= _middles_in(found, np.asarray(one.box), far)
    return len(count), right, int((~explained).sum())


def rows() -> list[dict[str, Any]]:
    """A row for each light and ground sample distance, and for all of a light."""
    with tempfile.TemporaryDirectory(prefix="otear-bench-") as folder:
        return _measured(_scenes(Path(folder)))


def _measured(scenes: list[Scene]) -> list[dict[str, Any]]:
    hot, learned = HotSpot(), shipped(SensorKind.THERMAL)
    ways: dict[str, list[Detections]] = {"hot_spot": [], "learned": [], "either": []}
    for scene in scenes:
        picture = scene.picture()
        spots, said = hot.detect(picture), learned.detect(picture)
        heat = said.rows((said.kind == _HEAT) & (said.score >= _LEARNED_FROM))
        for name, one in (("hot_spot", spots), ("learned", heat), ("either", joined([spots, heat]))):
            ways[name].append(one)
    night = np.array([scene.solar_h >= _NIGHT_H[0] or scene.solar_h < _NIGHT_H[1] for scene in scenes])
    gsd = np.array([scene.gsd_m for scene in scenes])
    found = []
    for light, of_light in (("night", night), ("day", ~night)):
        for gsd_m in (*GSDS_M, None):
            chosen = of_light if gsd_m is None else of_light & (np.abs(np.log(gsd / gsd_m)) < 0.3)
            found.append(_row(light, gsd_m, np.flatnonzero(chosen).tolist(), scenes, ways))
    return found


def _row(
    light: str, gsd_m: float | None, which: Sequence[int], scenes: Sequence[Scene], ways: dict[str, list[Detections]]
) -> dict[str, Any]:
    land = [k for k in which if scenes[k].over == "land"]
    km2 = sum(_km2(scenes[k]) for k in land)
    row: dict[str, Any] = {"light": light, "gsd_m": "all" if gsd_m is None else f"{gsd_m:g}", "land_km2": km2}
    for name, found in ways.items():
        counts = [_one(scenes[k], found[k]) for k in which]
        row["sources"] = sum(one[0] for one in counts)
        row[f"{name}_recall"] = sum(one[1] for one in counts) / max(row["sources"], 1)
        false = sum(_one(scenes[k], found[k])[2] for k in land)
        row[f"{name}_false_per_10_km2"] = 10.0 * false / km2 if km2 else None
    return row


def _km2(scene: Scene) -> float:
    high, wide = scene.picture().pixels.shape[:2]
    return float(high * wide * scene.gsd_m**2 / 1e6)


def tables() -> Tables:
    """Recall and false cues."""
    return {"Heat at work in thermal pictures": rows()}


if __name__ == "__main__":
    main(tables, __doc__)
