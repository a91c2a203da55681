"""What a recording calls the camera and the aircraft it was made with, in the words of other parts of the house."""

from __future__ import annotations

import re

from otear.domain.authority import SensorKind

_WORDS = {
    SensorKind.VISIBLE: {"EO", "EON", "EOW", "EON1", "EOW1", "TV", "DTV", "HDTV", "DLTV", "DAY", "DAYLIGHT", "VISIBLE"},
    SensorKind.THERMAL: {"IR", "IRN", "IRW", "LWIR", "MWIR", "FLIR", "TI", "THERMAL", "INFRARED"},
    SensorKind.RADAR: {"SAR", "ISAR", "GMTI", "RADAR"},
}
"""Values of ST 0601 item 11 (image source sensor) seen in streams; the standard fixes none."""


def sensor_kind(name: str) -> SensorKind | None:
    """What kind of camera a stream's name for it means; None where it says none, or several."""
    words = set(re.split(r"[^A-Z0-9]+", name.upper()))
    kinds = [kind for kind, known in _WORDS.items() if words & known]
    return kinds[0] if len(kinds) == 1 else None
