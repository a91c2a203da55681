"""Cues that arrive in the stream: what a sender's own detector reports (ST 0903), where it says what it takes it for.

A report of something that moves, without a word for what it is, may be of a person: it is counted and not used. So is
every word that stands for none of our cues.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from otear.detect.gathering import Gathering, Shot
from otear.domain.kinds import CueKind
from otear.video.klv.sets import Vmti, VmtiTarget

WORDS: dict[CueKind, frozenset[str]] = {
    CueKind.VEHICLE: frozenset({"vehicle", "car", "truck", "van", "pickup", "bus", "lorry", "tractor"}),
    CueKind.STRUCTURE: frozenset({"building", "structure", "shed", "hut", "house", "tent", "container"}),
    CueKind.TANK: frozenset({"tank", "cistern"}),
    CueKind.DRUMS: frozenset({"drum", "drums", "barrel", "barrels"}),
    CueKind.HEAT_SOURCE: frozenset({"fire", "hotspot", "heat"}),
}
"""What senders' words mean here; what is not among them means nothing here."""
_LEAST_PX = 2.0


@dataclass
class Arrivals:
    """Reports of a recording, put together by the sender's number for each thing. `unnamed` are those that do not say
    what they are, or nothing that has a name here; `unplaced` those without a place in the picture."""

    unnamed: int = 0
    unplaced: int = 0
    _shots: dict[tuple[str, int, CueKind], list[Shot]] = field(default_factory=dict)

    def add(self, report: Vmti, time_us: int, size_px: tuple[int, int], gsd_m: float, depression_deg: float) -> None:
        """Take the report of a moment; pixels are turned into those of pictures of `size_px` (width, height)."""
        wide, high = report.frame_width_px or size_px[0], report.frame_height_px or size_px[1]
        scale = np.array([size_px[0] / wide, size_px[1] / high])
        for one in report.targets:
            kind = kind_of(one.classes)
            if kind is None:
                self.unnamed += 1
                continue
            box = _box(one, scale)
            if box is None:
                self.unplaced += 1
                continue
            score = (one.confidence_pct or 0) / 100.0
            shot = Shot(time_us, box.astype(np.float32), score, gsd_m, depression_deg)
            self._shots.setdefault((report.system, one.number, kind), []).append(shot)

    def gathered(self) -> list[Gathering]:
        """Each thing once."""
        return [
            Gathering(f"ST 0903 {system}".strip(), kind, tuple(shots), len(shots))
            for (system, _, kind), shots in sorted(self._shots.items(), key=lambda pair: pair[0])
        ]


def kind_of(classes: Iterable[str]) -> CueKind | None:
    """The kind of cue that a sender's words stand for, if all that stand for anything agree."""
    words = {word for said in classes for word in re.split(r"[^a-z]+", said.lower())}
    kinds = [kind for kind, known in WORDS.items() if words & known]
    return kinds[0] if len(kinds) == 1 else None


def _box(one: VmtiTarget, scale: Sequence[float] | np.ndarray) -> np.ndarray | None:
    """Left, top, right, bottom; rows and columns count from 1 as sent."""
    sides = np.asarray(scale, dtype=np.float64)
    if one.box is not None:
        top, left, bottom, right = one.box
        return np.array([left - 1.0, top - 1.0, right, bottom]) * np.tile(sides, 2)
    if one.row is None or one.column is None:
        return None
    middle = (np.array([one.column, one.row]) - 0.5) * sides
    return np.concatenate([middle - _LEAST_PX, middle + _LEAST_PX])
