"""Simulated flights to measure with: hills, an authority over them, and random sorties of the aircraft that come along.

The authority is signed by two keys that exist here only, as any other is: nothing flies without one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from affine import Affine

from benchmarks._scenes import MOUNTAINS, Scene
from otear.authority.documents import read_bundle, verified
from otear.authority.registry import KeyRole, RegisteredKey, Registry
from otear.authority.signatures import canonical, sha256, sign, signature_text
from otear.domain.aircraft import Aircraft
from otear.domain.authority import Authority, Revocation
from otear.domain.sortie import Sortie
from otear.flight.kinematics import Flown, fly
from otear.flight.library import PROFILES, profile
from otear.flight.sortie import read_sortie
from otear.flight.wind import Wind
from otear.geo.terrain.grid import Grid
from otear.geo.terrain.memory import GridTerrain
from otear.ledger.keys import new_key

LAT_DEG, LON_DEG = 24.8, -107.4
HOST, PROGRAMME = new_key("host.bench", b"h" * 32), new_key("programme.bench", b"p" * 32)
NOW_US = 1_790_000_000_000_000
"""2026-09-21T14:13:20Z."""
_WINDOW = {"start": "2026-01-01T00:00:00Z", "end": "2027-01-01T00:00:00Z"}
_HALF_DEG = 0.35


@lru_cache(maxsize=1)
def hills(scene: Scene = MOUNTAINS) -> GridTerrain:
    """70 km of mountains at one second of arc, heights above the ellipsoid."""
    posts = round(2.0 * _HALF_DEG * 3600.0) + 1
    to_map = Affine(1.0 / 3600.0, 0.0, LON_DEG - _HALF_DEG, 0.0, -1.0 / 3600.0, LAT_DEG + _HALF_DEG)
    grid = Grid(to_map, (posts, posts))
    column, row = np.meshgrid(np.arange(posts), np.arange(posts))
    return GridTerrain(scene.surface(*grid.place(column, row)).astype(np.float32), grid, name="simulated mountains")


def bundle() -> str:
    """Authorization and approval, signed."""
    terms: dict[str, Any] = {
        "format": "otear-authorization/1",
        "host": "MEX",
        "reference": "BENCH/1",
        "title": {"en": "For measurements", "es": "Para mediciones"},
        "issued": _WINDOW["start"],
        "volumes": [
            {
                "name": "hills",
                "area": {"circle": {"centre": [LON_DEG, LAT_DEG], "radius_m": 90_000}},
                "altitude": {"lower_m": -400, "upper_m": 20_000, "datum": "ellipsoid"},
                "window": _WINDOW,
            }
        ],
        "exclusions": [],
        "purposes": ["find_laboratories"],
        "site_kinds": ["laboratory"],
        "sensors": ["visible", "thermal"],
        "aircraft": [profile(name).registration for name in PROFILES],
        "recipients": [{"id": "host", "name": {"en": "Host", "es": "Anfitrión"}, "receives": ["report"]}],
        "retention": {"imagery_days": 90, "metadata_days": 365, "coverage_days": 3650, "findings_days": 3650},
        "conditions": [],
        "review_by": _WINDOW["end"],
    }
    approved = {
        "format": "otear-approval/1",
        "authorization_sha256": sha256(canonical(terms)),
        "approved_by": "Programme",
        "title": {"en": "For measurements", "es": "Para mediciones"},
        "issued": _WINDOW["start"],
        "window": _WINDOW,
        "review_by": _WINDOW["end"],
    }
    signatures = [
        {"over": made.over.value, "key": made.key_id, "signature": signature_text(made.signature)}
        for made in (sign(terms, HOST), sign(approved, PROGRAMME))
    ]
    return json.dumps({"authorization": terms, "approval": approved, "signatures": signatures})


class _Stands:
    """Nothing of it is revoked."""

    def revocation(self, authority_id: str) -> Revocation | None:
        """None."""
        return None


def authority() -> Authority:
    """The authority of the bundle."""
    keys = ((HOST, KeyRole.HOST, "MEX"), (PROGRAMME, KeyRole.PROGRAMME, "Programme"))
    registry = Registry({k.public.key_id: RegisteredKey(k.public, role, holder, 0, 0) for k, role, holder in keys})
    return verified(read_bundle(bundle()), registry, NOW_US, _Stands(), {})


def sortie(name: str, aircraft: Aircraft, tasks: list[Mapping[str, Any]], *, height_msl_m: float) -> Sortie:
    """A sortie from a base on a summit in the middle, on the day after `NOW_US`."""
    document = {
        "format": "otear-sortie/1",
        "name": name,
        "aircraft": aircraft.registration,
        "sensor": aircraft.sensors[0].name,
        "purpose": "find_laboratories",
        "depart": "2026-09-22T16:00:00Z",
        "base": {"lat_deg": LAT_DEG, "lon_deg": LON_DEG, "height_msl_m": 1_900.0},
        "height_msl_m": height_msl_m,
        "tasks": tasks,
    }
    return read_sortie(json.dumps(document))


def random_sortie(name: str, aircraft: Aircraft, rng: np.random.Generator) -> Sortie:
    """An orbit and a strip somewhere, as high, as wide and as narrow as that aircraft flies and looks."""
    sensor = aircraft.sensors[0]
    small = aircraft.speeds.loiter_mps == 0.0
    above_m = float(rng.uniform(300.0, 600.0) if small else rng.uniform(2_000.0, 5_000.0))
    away = 0.008 if small else 0.1
    lat, lon = LAT_DEG + rng.uniform(-away, away), LON_DEG + rng.uniform(-away, away)
    fields = sensor.optics.fields_of_view_deg if sensor.optics and sensor.optics.fields_of_view_deg else (8.0, 20.0)
    narrow = [field for field in fields if 1.0 <= field <= 20.0]
    hfov = [float(rng.choice(narrow)) for _ in range(2)]
    side = str(rng.choice(["left", "right"]))
    reach, length = (0.004, 0.006) if small else (0.03, 0.04)
    turn = rng.uniform(0.0, 2.0 * np.pi)
    start = {"lat_deg": lat + reach, "lon_deg": lon}
    end = {"lat_deg": start["lat_deg"] + length * np.cos(turn), "lon_deg": lon + length * np.sin(turn)}
    radius_m = float(rng.uniform(0.8, 1.6) * above_m)
    tasks: list[Mapping[str, Any]] = [
        {"kind": "orbit", "name": "orbit", "centre": {"lat_deg": lat, "lon_deg": lon}, "radius_m": radius_m,
         "turns": 1.0, "side": side, "hfov_deg": hfov[0]},
        {"kind": "strip", "name": "strip", "start": start, "end": end, "side": side,
         "depression_deg": float(rng.uniform(35.0, 60.0)), "hfov_deg": hfov[1]},
    ]  # fmt: skip
    return sortie(name, aircraft, tasks, height_msl_m=2_100.0 + above_m)


def flown(order: Sortie, aircraft: Aircraft, rng: np.random.Generator) -> Flown:
    """The sortie, flown in a breeze."""
    wind = Wind(float(rng.uniform(0.0, 4.0)), float(rng.uniform(0.0, 360.0)), 0.5)
    return fly(order, aircraft, authority(), wind=wind, heights=hills().heights, rng=rng)
