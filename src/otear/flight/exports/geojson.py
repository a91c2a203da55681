"""A sortie as GeoJSON (RFC 7946): longitude, latitude, height above the ellipsoid; cut at the antimeridian."""

from __future__ import annotations

from typing import Any

import numpy as np

from otear.authority.paths import Turn
from otear.domain.aircraft import Aircraft
from otear.domain.sortie import GroundPoint, Sortie, Stare, Strip, Task
from otear.domain.times import utc_text
from otear.flight.exports.antimeridian import cut_line, cut_ring
from otear.flight.exports.ground_seen import band
from otear.flight.exports.stretches import Stretch, stretches
from otear.flight.route import TRANSIT, Heights, Route
from otear.geo.frames import Floats

_DIGITS, _HEIGHT_DIGITS = 8, 3


def geojson(route: Route, sortie: Sortie, aircraft: Aircraft, heights: Heights) -> dict[str, Any]:
    """A FeatureCollection: the sortie itself, without a geometry; its parts in order; its tasks; what strips see."""
    names = [task.name for task in sortie.tasks]
    parts = [_part(index, one, names) for index, one in enumerate(stretches(route))]
    tasks = [_task(task) for task in sortie.tasks]
    bands = [
        _feature(_areas(cut_ring(corners)), {"what": "seen", "task": task.name})
        for index, task in enumerate(sortie.tasks)
        if isinstance(task, Strip) and (corners := band(route, sortie, aircraft, index, heights)) is not None
    ]
    whole = {
        **_about(sortie, aircraft),
        "what": "sortie",
        "start": utc_text(route.starts_us[0]),
        "end": utc_text(route.starts_us[-1]),
        "length_m": round(route.length_m, 1),
        "fuel_used": round(route.fuel_used, 3),
    }
    return {"type": "FeatureCollection", "features": [_feature(None, whole), *parts, *tasks, *bands]}


def _part(index: int, one: Stretch, names: list[str]) -> dict[str, Any]:
    turn = one.part if isinstance(one.part, Turn) else None
    seconds = (int(one.time_us[-1]) - int(one.time_us[0])) / 1e6
    msl = one.msl_m
    said: dict[str, Any] = {
        "what": "leg" if turn is None else "turn",
        "part": index,
        "task": _task_name(one.task, names),
        "start": utc_text(int(one.time_us[0])),
        "end": utc_text(int(one.time_us[-1])),
        "start_msl_m": round(float(msl[0]), 2),
        "end_msl_m": round(float(msl[-1]), 2),
        "airspeed_mps": one.airspeed_mps,
        "ground_speed_mps": round(one.length_m / seconds, 2),
        "length_m": round(one.length_m, 1),
    }
    if turn is not None:
        said |= {
            "direction": turn.direction.value,
            "radius_m": round(turn.radius_m, 2),
            "sweep_deg": round(abs(one.sweep_deg), 3),
            "centre": [round(turn.lon_deg, _DIGITS), round(turn.lat_deg, _DIGITS)],
        }
    return _feature(_lines(cut_line(np.column_stack([one.lon_deg, one.lat_deg, one.hae_m]))), said)


def _task(task: Task) -> dict[str, Any]:
    said: dict[str, Any] = {"what": "task", "task": task.name, "hfov_deg": task.hfov_deg, "side": task.side.value}
    if isinstance(task, Strip):
        line = np.array([_place(task.start), _place(task.end)])
        return _feature(_lines(cut_line(line)), {**said, "kind": "strip", "depression_deg": task.depression_deg})
    if isinstance(task, Stare):
        cells = _rounded(np.array([_place(cell) for cell in task.cells]))
        return _feature(
            {"type": "MultiPoint", "coordinates": cells},
            {**said, "kind": "stare", "dwell_s": task.dwell_s, "radius_m": task.radius_m},
        )
    centre = _rounded(np.array([_place(task.centre)]))[0]
    return _feature(
        {"type": "Point", "coordinates": centre},
        {**said, "kind": "orbit", "radius_m": task.radius_m, "turns": task.turns},
    )


def _about(sortie: Sortie, aircraft: Aircraft) -> dict[str, Any]:
    return {
        "sortie_id": sortie.sortie_id,
        "name": sortie.name,
        "authority_id": sortie.authority_id,
        "aircraft": aircraft.registration,
        "sensor": sortie.sensor,
        "purpose": sortie.purpose,
    }


def _task_name(index: int, names: list[str]) -> str | None:
    return None if index == TRANSIT else names[index]


def _place(point: GroundPoint) -> tuple[float, float]:
    return point.lon_deg, point.lat_deg


def _feature(geometry: dict[str, Any] | None, said: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": said}


def _lines(pieces: list[Floats]) -> dict[str, Any]:
    lines = [_rounded(piece) for piece in pieces]
    if len(lines) == 1:
        return {"type": "LineString", "coordinates": lines[0]}
    return {"type": "MultiLineString", "coordinates": lines}


def _areas(rings: list[Floats]) -> dict[str, Any]:
    if len(rings) == 1:
        return {"type": "Polygon", "coordinates": [_rounded(rings[0])]}
    return {"type": "MultiPolygon", "coordinates": [[_rounded(ring)] for ring in rings]}


def _rounded(places: Floats) -> list[list[float]]:
    """Places (n, 2) or (n, 3): a millimetre or so on the ground, a millimetre of height."""
    digits = (_DIGITS, _DIGITS, _HEIGHT_DIGITS)
    return [[round(value, by) for value, by in zip(row, digits, strict=False)] for row in places.tolist()]
