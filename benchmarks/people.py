"""Cues that sit on people, who are drawn for this alone: `python -m benchmarks.people`.

Groups of 5 to 40 people on open ground (`tests.simulate.crowds`), by night and at noon in heat and by day in colours,
at 0.1, 0.2 and 0.4 m and three depression angles. A cue sits on people where it would be kept (`detect.LEAST_REAL`) and
they stand in its middle and fill a twentieth of its box: they are what differs from the same picture without them. A
cue of the same kind that the picture without people has there too (they stand on a clearing) is not of them, and is
counted apart. There should be none.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from benchmarks._report import Tables, main
from otear.detect.base import KINDS, Picture, Pixels
from otear.detect.boxes import overlaps
from otear.detect.gathering import Gathering, Shot
from otear.domain.authority import SensorKind
from otear.geo.camera import Lens
from otear.simulate.scene.contact_sheet import look_at
from otear.simulate.scene.render import Renderer
from otear.simulate.scene.weather import CALM
from otear.simulate.world.land import Cover
from otear.workflow.detect import LEAST_REAL
from otear.workflow.families import family_of
from tests.simulate.crowds import crowded
from tests.simulate.lands import land, truth

_NOON_US = 1_772_064_000_000_000 + round((12.0 + 107.1 / 15.0) * 3.6e9)
_SIZE = (1280, 720)
_GROUPS = 5
_TRIALS = ((SensorKind.THERMAL, 11.0), (SensorKind.THERMAL, 0.0), (SensorKind.VISIBLE, -1.5))
"""Sensor, and hours after noon."""
_SAME = 0.5
"""Overlap from which on a cue is there without people too."""
_COVERS = (Cover.PASTURE, Cover.FOREST, Cover.CROPS)


def _pictures(
    sensor: SensorKind, hours: float, number: int, gsd_m: float, *, depression_deg: float
) -> tuple[Pixels, Pixels]:
    """The same picture with people and without."""
    rng, half = np.random.default_rng(100 + number), _SIZE[0] * gsd_m * 0.3
    ground = land(cover=_COVERS[number])
    places = [(float(x), 0.5 * float(y)) for x, y in rng.uniform(-half, half, (_GROUPS, 2))]
    hfov = np.radians(3.0)
    across_m = gsd_m * np.sqrt(np.sin(np.radians(depression_deg))) * _SIZE[0]
    pose = look_at(
        ground, 0.0, 0.0, bearing_deg=20.0, depression_deg=depression_deg, range_m=0.5 * across_m / np.tan(hfov / 2.0)
    )
    lens = Lens(float(hfov), float(2.0 * np.arctan(np.tan(hfov / 2.0) * _SIZE[1] / _SIZE[0])), *_SIZE)
    time_us = _NOON_US + round(hours * 3.6e9)
    with_people, without = (
        Renderer(world, CALM, sensor, *_SIZE, seed=1).picture(pose, lens, time_us)
        for world in (crowded(truth(ground), places, rng), truth(ground))
    )
    return with_people, without


def rows() -> list[dict[str, Any]]:
    """Cues on people by detector and kind."""
    groups: Counter[str] = Counter()
    on: Counter[tuple[str, str, str, bool]] = Counter()
    for sensor, hours in _TRIALS:
        family = family_of(sensor)
        for number in range(len(_COVERS)):
            for gsd_m in (0.1, 0.2, 0.4):
                for depression_deg in (35.0, 60.0, 85.0):
                    seen, empty = _pictures(sensor, hours, number, gsd_m, depression_deg=depression_deg)
                    apart = np.abs(seen.astype(int) - empty.astype(int))
                    people = (apart.max(axis=-1) if apart.ndim == 3 else apart) > 12
                    groups[sensor.value] += _GROUPS
                    for detector in (*family.quick, *family.slow):
                        found = detector.detect(Picture(seen, sensor, gsd_m, depression_deg))
                        before = detector.detect(Picture(empty, sensor, gsd_m, depression_deg))
                        for k, box in enumerate(found.boxes):
                            shot = Shot(0, box, float(found.score[k]), gsd_m, depression_deg)
                            kind = KINDS[int(found.kind[k])]
                            real = family.calibrated(Gathering(detector.name, kind, (shot,), 1)).real
                            if real >= LEAST_REAL and _on_people(shot, people):
                                alike = before.boxes[before.kind == found.kind[k]]
                                anyway = bool((overlaps(box[None], alike) > _SAME).any())
                                on[sensor.value, detector.name, kind.value, anyway] += 1
    whose = sorted({key[:3] for key in on})
    total = [
        {"sensor": sensor, "groups": groups[sensor], "detector": "all", "kind": "all",
         "cues_on_people": sum(count for key, count in on.items() if key[0] == sensor and not key[3]),
         "there_anyway": sum(count for key, count in on.items() if key[0] == sensor and key[3])}
        for sensor in sorted(groups)
    ]  # fmt: skip
    return [
        {"sensor": sensor, "groups": groups[sensor], "detector": name, "kind": kind,
         "cues_on_people": on[sensor, name, kind, False], "there_anyway": on[sensor, name, kind, True]}
        for sensor, name, kind in whose
    ] + total  # fmt: skip


def _on_people(shot: Shot, people: np.ndarray[Any, np.dtype[np.bool_]]) -> bool:
    left, top, right, bottom = np.clip(shot.box.astype(int), 0, [*_SIZE, *_SIZE]).tolist()
    x, y = (int(edge) for edge in shot.pixel)
    middle = people[max(y - 3, 0) : y + 4, max(x - 3, 0) : x + 4]
    return bool(middle.any() and people[top : bottom + 1, left : right + 1].mean() > 0.05)


def tables() -> Tables:
    """Cues of them should be 0."""
    return {"Cues that sit on people": rows()}


if __name__ == "__main__":
    main(tables, __doc__)
