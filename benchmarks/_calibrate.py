"""Calibrations of the detectors that learn nothing: `python -m benchmarks._calibrate --scenes DIR... [--out FILE]`.

Scores of hot spots and colour anomalies in simulated scenes (`otear simulate scenes`) against their labels, by ground
sample distance and depression angle; the file is what `otear.detect.classic` reads. Name scenes of seeds that nothing
is evaluated on.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from otear.detect.base import Detector
from otear.detect.calibration import calibration_error
from otear.detect.classic import FILE
from otear.detect.colour import ColourAnomaly
from otear.detect.hotspot import HotSpot
from otear.detect.outcomes import found_in, outcomes
from otear.detect.strata import fit_strata
from otear.domain.authority import SensorKind
from otear.workflow.labelled import scene_frames

DETECTORS: tuple[tuple[SensorKind, Detector], ...] = (
    (SensorKind.THERMAL, HotSpot()),
    (SensorKind.VISIBLE, ColourAnomaly()),
)


def calibrated(folders: Sequence[Path]) -> dict[str, Any]:
    """The document: for each detector its calibration, and how many outcomes made it."""
    found = {}
    for sensor, detector in DETECTORS:
        frames = scene_frames(folders, sensor)
        seen = outcomes(found_in(detector, frames), frames)
        strata = fit_strata(sensor, seen)
        stated = strata.real(seen)
        found[detector.name] = {
            "frames": len(frames),
            "outcomes": len(seen),
            "real": int(seen.real.sum()),
            "calibration_error_of_all": round(calibration_error(stated, seen.real), 4),
            "calibration": strata.as_json(),
        }
    return {"format": "otear-calibrations/1", "seeds": [folder.name for folder in folders], "detectors": found}


def main(argv: Sequence[str] | None = None) -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=Path, nargs="+", required=True, help="folders of `otear simulate scenes`")
    parser.add_argument("--out", type=Path, default=FILE, help="file to write")
    options = parser.parse_args(argv)
    document = calibrated(options.scenes)
    options.out.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    for name, one in document["detectors"].items():
        print(f"{name}: {one['outcomes']} detections in {one['frames']} pictures, {one['real']} real")


if __name__ == "__main__":
    main()
