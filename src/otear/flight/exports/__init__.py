"""A sortie for the cockpit and for ground stations: KML, GeoJSON, QGroundControl, Cursor on Target."""

from __future__ import annotations

from otear.flight.exports.cot import Platform, cot_events, platform_of
from otear.flight.exports.cot_send import send_cot
from otear.flight.exports.cot_track import Moments, cot_track, moments_of_telemetry
from otear.flight.exports.geojson import geojson
from otear.flight.exports.kml import kml
from otear.flight.exports.qgc_plan import qgc_plan

__all__ = [
    "Moments",
    "Platform",
    "cot_events",
    "cot_track",
    "geojson",
    "kml",
    "moments_of_telemetry",
    "platform_of",
    "qgc_plan",
    "send_cot",
]
