"""Cues of the tests' own making, put into a workspace as a run of a detector puts them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from otear.domain.authority import SensorKind
from otear.domain.cues import Cue, PlaceErrors
from otear.domain.kinds import CueKind
from otear.domain.places import Ellipse, Place
from otear.evidence.marks import Plane
from otear.store.base import DetectionRow
from otear.store.workspace import Workspace
from otear.workflow.site_gathering import joining

from .consent import NOW_US

DETECTOR = "made/1"


def cue(
    cue_id: str,
    footage_id: str,
    place_deg: tuple[float, float],
    off_m: tuple[float, float] = (0.0, 0.0),
    *,
    kind: CueKind = CueKind.DRUMS,
    time_us: int = 1_772_726_400_000_000,
    real: float = 0.9,
    sensor: SensorKind = SensorKind.VISIBLE,
) -> Cue:
    """A cue so many metres east and north of a place in degrees, known to about ten metres."""
    lat, lon = (float(value) for value in Plane(*place_deg).degrees(np.array(off_m)))
    return Cue(
        cue_id=cue_id,
        footage_id=footage_id,
        look=0,
        kind=kind,
        time_us=time_us,
        place=Place(lat, lon, 400.0, 420.0, "", 12.0, 15.0),
        ellipse=Ellipse(12.0, 10.0, 30.0),
        errors=PlaceErrors((9.0, 1.0, 9.0), (25.0, 0.0, 25.0), (4.0, 0.0, 4.0)),
        score=0.8,
        real=real,
        base_rate=0.1,
        stratum="all",
        detector=DETECTOR,
        sensor=sensor,
        gsd_m=0.2,
        depression_deg=60.0,
        pixel=(320.5, 180.5),
        size_px=(8.0, 6.0),
        pictures=3,
        looked=4,
    )


def run(footage_id: str, **changes: Any) -> DetectionRow:
    """A run that looked through all of a recording."""
    said = {
        "detector": DETECTOR,
        "sensor": SensorKind.VISIBLE,
        "ran_us": NOW_US,
        "share": 1.0,
        "counts": {"pictures": 9},
    }
    return DetectionRow(footage_id, **{**said, **changes})


def put(workspace: Workspace, footage_id: str, cues: Sequence[Cue], **changes: Any) -> None:
    """Keep cues, and let them join sites."""
    with workspace.alone():
        changed = joining(workspace, cues, NOW_US)
        workspace.sites.put_cues(run(footage_id, **changes), cues, changed, [], [])
