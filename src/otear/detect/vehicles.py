"""Thermal frames with vehicles: the person-free frames of HIT-UAV (Suo and others 2023, CC BY 4.0) as shipped to us.

The folder holds `annotations.json` and `images/`; a frame's name is light_altitude_pitch_weather_id.jpg with light 0 by
day and 1 by night, the altitude in metres above the ground, the pitch in degrees below the horizon, and ids in the
order of the flights: neighbours are nearly the same picture.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from otear.detect.labels import Frame, labels
from otear.domain.authority import SensorKind
from otear.domain.kinds import CueKind
from otear.errors import SettingError

_NAME = re.compile(r"([01])_(\d+)_(\d+)_(\d+)_(\d+)\.jpg")
_SAMPLE_RAD = 17e-6 / 25e-3
"""Angle of one sample: detectors 17 µm apart behind 25 mm (the camera of HIT-UAV); cars then have their length."""
REMEDY = "Give the folder with annotations.json and images/ in it"


@dataclass(frozen=True)
class VehicleFrame:
    """A frame with what its name says: `night`, `altitude_m` above the ground, `pitch_deg` below the horizon."""

    frame_id: int
    night: bool
    altitude_m: int
    pitch_deg: int
    frame: Frame

    @property
    def conditions(self) -> tuple[str, ...]:
        """Light, altitude and pitch: what a fair block must show in the shares of the whole."""
        return ("night" if self.night else "day", f"{self.altitude_m} m", f"{self.pitch_deg}°")


def vehicle_frames(folder: Path) -> list[VehicleFrame]:
    """All frames of the folder in the order of their ids. Raises `SettingError` where it is no such folder."""
    try:
        rows = json.loads((folder / "annotations.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingError("no annotations can be read", source=folder, remedy=REMEDY) from error
    if not isinstance(rows, list) or not rows:
        raise SettingError("annotations.json lists no frames", source=folder, remedy=REMEDY)
    return sorted((_frame(folder, row) for row in rows), key=lambda one: one.frame_id)


def _frame(folder: Path, row: Any) -> VehicleFrame:
    name = str(row["file"]) if isinstance(row, dict) and "file" in row else ""
    parts = _NAME.fullmatch(name)
    if parts is None:
        raise SettingError(f"{name!r} is no light_altitude_pitch_weather_id.jpg", source=folder, remedy=REMEDY)
    light, altitude, pitch, _, number = (int(part) for part in parts.groups())
    below = np.sin(np.radians(pitch))
    boxes = [(box, True) for box in row["vehicles_xywh"]] + [(box, False) for box in row["ignore_xywh"]]
    frame = Frame(
        name=name,
        path=folder / "images" / name,
        group=f"{light}_{altitude}_{pitch}",
        sensor=SensorKind.THERMAL,
        # A sample's side across the line of sight, and along it where level ground is met at the pitch.
        gsd_m=float(altitude / below * _SAMPLE_RAD / np.sqrt(below)),
        depression_deg=float(pitch),
        kinds=frozenset({CueKind.VEHICLE}),
        labels=labels([(CueKind.VEHICLE, (x, y, x + w, y + h), counts) for (x, y, w, h), counts in boxes]),
    )
    return VehicleFrame(number, light == 1, altitude, pitch, frame)
