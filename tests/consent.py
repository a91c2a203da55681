"""An authority for tests: signed as any other, and wide enough for every recording that they take in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from otear.authority.registry import KeyRole
from otear.authority.roles import Action, Actor, Role
from otear.authority.signatures import canonical, sha256, sign, signature_text
from otear.domain.authority import Authority, SensorKind
from otear.domain.clock import Clock, FixedClock
from otear.geo.terrain import open_terrain
from otear.ledger.keys import SigningKey, new_key
from otear.store.base import FootageRow
from otear.store.workspace import Workspace
from otear.workflow.authorities import import_authority
from otear.workflow.desk import Desk
from otear.workflow.flown import Stated
from otear.workflow.footage import find
from otear.workflow.held import held
from otear.workflow.ingest import ingest
from otear.workflow.keyring import register_key

NOW_US = 1_790_000_000_000_000
"""2026-09-21T14:13:20Z."""
NOW = FixedClock(NOW_US)
HOST, PROGRAMME = new_key("host.test", b"h" * 32), new_key("programme.test", b"p" * 32)
WORKER = Actor("operator", frozenset({Role.ADMINISTRATOR, Role.PLANNER, Role.ANALYST}))

NAMELESS = {"aphill-eg0104.ts", "mismms-dynamic.bin", "vmti-0903.bin", "made.klv"}
"""Recordings that do not say which aircraft made them."""
SENSORLESS = {"huntsville-sim.ts", "cheyenne-flight.klv"}
"""Recordings that do not say what kind of camera made them."""
PLACES = {
    "hills": (-107.4, 24.8),
    "huntsville": (-86.69, 34.72),
    "aphill": (-77.37, 38.25),
    "cheyenne": (-104.86, 41.09),
    "nowhere": (128.42, 60.18),
    "antimeridian": (180.0, 24.8),
    "equator": (-60.0, 2.0),
}
"""Longitude and latitude about which the recordings of the tests were made."""


def authorization(**changes: Any) -> dict[str, Any]:
    """The terms: 100 km about each place, nearly any height, from 2000 to 2100."""
    window = {"start": "2000-01-01T00:00:00Z", "end": "2100-01-01T00:00:00Z"}
    return {
        "format": "otear-authorization/1",
        "host": "MEX",
        "reference": "TEST/1",
        "title": {"en": "For tests", "es": "Para pruebas"},
        "issued": "2026-01-01T00:00:00Z",
        "volumes": [
            {
                "name": name,
                "area": {"circle": {"centre": [lon, lat], "radius_m": 100_000}},
                "altitude": {"lower_m": -400, "upper_m": 40_000, "datum": "ellipsoid"},
                "window": window,
            }
            for name, (lon, lat) in PLACES.items()
        ],
        "exclusions": [],
        "purposes": ["find_laboratories"],
        "site_kinds": ["laboratory"],
        "sensors": ["visible", "thermal"],
        "aircraft": ["OTEAR-SIM-1", "VRSG 5.6", "AF-101", "C208B", "Predator"],
        "recipients": [{"id": "host", "name": {"en": "Host", "es": "Anfitrión"}, "receives": ["report"]}],
        "retention": {"imagery_days": 90, "metadata_days": 365, "coverage_days": 3650, "findings_days": 3650},
        "conditions": [],
        "review_by": "2099-01-01T00:00:00Z",
        **changes,
    }


def approval(terms: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """The programme's approval of these terms, from 2000 to 2100."""
    return {
        "format": "otear-approval/1",
        "authorization_sha256": sha256(canonical(terms)),
        "approved_by": "Programme",
        "title": {"en": "For tests", "es": "Para pruebas"},
        "issued": "2026-01-01T00:00:00Z",
        "window": {"start": "2000-01-01T00:00:00Z", "end": "2100-01-01T00:00:00Z"},
        "review_by": "2099-01-01T00:00:00Z",
        **changes,
    }


def bundle(terms: Mapping[str, Any], approved: Mapping[str, Any] | None = None) -> str:
    """Both, signed."""
    approved = approval(terms) if approved is None else approved
    signatures = [_signature(terms, HOST), _signature(approved, PROGRAMME)]
    return json.dumps({"authorization": terms, "approval": approved, "signatures": signatures})


def desk_in(workspace: Workspace, clock: Clock = NOW, actor: Actor = WORKER) -> Desk:
    """Somebody at work."""
    return Desk(workspace, actor, clock)


def trusting(desk: Desk, folder: Path) -> None:
    """Make the workspace believe the test's keys."""
    for key, role, holder in ((HOST, KeyRole.HOST, "MEX"), (PROGRAMME, KeyRole.PROGRAMME, "Programme")):
        path = folder / f"{key.name}.pub"
        path.write_text(key.public.text, encoding="utf-8")
        register_key(desk, path, role, holder)


def consented(desk: Desk, folder: Path, **changes: Any) -> Authority:
    """The authority, in the workspace."""
    trusting(desk, folder)
    return imported(desk, folder, bundle(authorization(**changes)))


def imported(desk: Desk, folder: Path, text: str) -> Authority:
    """An authority out of a bundle's text."""
    file = folder / "authority.json"
    file.write_text(text, encoding="utf-8")
    return import_authority(desk, file)


def take(workspace: Workspace, source: Path, terrain: Path | None = None, **options: Any) -> dict[str, Any]:
    """Ingest under the test's authority, which is imported if it is not there; facts that the stream leaves out are
    stated."""
    desk = options.pop("desk", None) or desk_in(workspace)
    if not workspace.registers.authorities():
        consented(desk, workspace.root.parent)
    ground = None if terrain is None else open_terrain([terrain])
    seen_by = SensorKind.VISIBLE if source.name in {*NAMELESS, *SENSORLESS} else None
    stated = Stated(seen_by, "OTEAR-SIM-1" if source.name in NAMELESS else None)
    return ingest(desk, source, terrain=ground, stated=stated, **options)


def held_in(workspace: Workspace, name: str = "latest") -> tuple[Desk, FootageRow, Authority]:
    """A desk, a recording, and the authority that it is held under."""
    desk = desk_in(workspace)
    found = held(desk, find(workspace, name), Action.PROCESS)
    return desk, found.row, found.authority


def log_of(workspace: Workspace) -> list[dict[str, Any]]:
    """The entries of the ledger, oldest first, as JSON."""
    return [json.loads(body) for body in workspace.ledger.bodies()]


def _signature(document: Mapping[str, Any], key: SigningKey) -> dict[str, str]:
    made = sign(document, key)
    return {"over": made.over.value, "key": made.key_id, "signature": signature_text(made.signature)}
