"""An authority as others read it: its terms and where it stands as JSON, its airspace as ASTM F3548 volumes."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from otear.authority.decide import in_force
from otear.authority.strict_yaml import read_mapping
from otear.authority.volume4d import Exported, exported, exported_exclusion, imported, rfc3339
from otear.domain.authority import AltitudeBand, Authority, Circle, DataKind, Datum, Outline, Window
from otear.domain.times import utc_text
from otear.workflow.files import read_text


def volumes_text(authority: Authority) -> str:
    """Volumes and excluded zones as ASTM F3548 `Volume4D`, in JSON.

    F3548 knows no holes: those of a volume stand beside it under `holes` and are not to be flown in; those of an
    excluded zone are gaps in it. Zones that forbid looking only are no airspace: they are named, not drawn.
    """
    terms = authority.authorization
    document = {
        "authority_id": authority.authority_id,
        "volumes": [_volume(one.name, exported(one)) for one in terms.volumes],
        "excluded": [_volume(one.name, exported_exclusion(one)) for one in terms.exclusions if one.flight],
        "not_to_be_looked_at": [one.name for one in terms.exclusions if one.view],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _volume(name: str, parts: Exported) -> dict[str, Any]:
    return {"name": name, "volume": parts.volume, "holes": parts.holes}


def volume_terms(path: Path, name: str) -> dict[str, Any]:
    """An ASTM F3548 volume in a file as an authorization writes it under `volumes`.

    The file holds a `Volume4D`, or as `volumes_text` writes them `{volume, holes}`. Raises `InputError`.
    """
    data = read_mapping(read_text(path), path)
    whole = "time_start" not in data and isinstance(data.get("volume"), dict) and "volume" in data["volume"]
    volume = imported(data["volume"], name, data.get("holes", ()), path) if whole else imported(data, name, (), path)
    area: dict[str, Any] = _outline_terms(volume.area.outline)
    if volume.area.holes:
        area["holes"] = [_outline_terms(hole) for hole in volume.area.holes]
    return {
        "name": volume.name,
        "area": area,
        "altitude": asdict(volume.altitude) | {"datum": volume.altitude.datum.value},
        "window": {"start": rfc3339(volume.window.start_us), "end": rfc3339(volume.window.end_us)},
    }


def _outline_terms(outline: Outline) -> dict[str, Any]:
    if isinstance(outline, Circle):
        return {"circle": {"centre": [outline.lon_deg, outline.lat_deg], "radius_m": outline.radius_m}}
    return {"polygon": [list(point) for point in outline.points]}


def authority_document(authority: Authority, now_us: int) -> dict[str, Any]:
    """An authority as `--json` prints it: its terms, and where it stands now."""
    terms, approval = authority.authorization, authority.approval
    standing = in_force(authority, now_us)
    return {
        "authority_id": authority.authority_id,
        "sha256": authority.sha256,
        "host": terms.host,
        "reference": terms.reference,
        "title": asdict(terms.title),
        "allowed_now": standing.allowed,
        "state": "in force" if standing.allowed else f"{standing.rule}: {standing.because.en}",
        "approved_by": approval.approved_by,
        "until": utc_text(approval.window.end_us),
        "review_by": utc_text(min(approval.review_by_us, terms.review_by_us)),
        "continues": [one.authority_id for one in authority.before],
        "terms": {
            "purposes": sorted(terms.purposes),
            "site_kinds": sorted(terms.site_kinds),
            "sensors": sorted(terms.sensors),
            "aircraft": sorted(terms.aircraft),
            "recipients": [
                {"id": one.recipient_id, "name": asdict(one.name), "receives": sorted(one.receives)}
                for one in terms.recipients
            ],
            "retention_days": {kind.value: terms.retention.days(kind) for kind in DataKind},
            "conditions": [asdict(one) for one in (*terms.conditions, *approval.conditions)],
            "volumes": [
                {"name": one.name, "altitude": band_text(one.altitude), **_window(one.window)} for one in terms.volumes
            ],
            "exclusions": [
                {
                    "name": one.name,
                    "forbids": [what for what, held in (("flight", one.flight), ("view", one.view)) if held],
                    "altitude": one.altitude and band_text(one.altitude),
                    **_window(one.window),
                }
                for one in terms.exclusions
            ],
        },
    }


def band_text(band: AltitudeBand) -> str:
    """An altitude band, for people."""
    above = "the ellipsoid" if band.datum is Datum.ELLIPSOID else "sea level (EGM96)"
    return f"{band.lower_m:g} to {band.upper_m:g} m above {above}"


def _window(window: Window | None) -> dict[str, str | None]:
    if window is None:
        return {"from": None, "until": None}
    return {"from": utc_text(window.start_us), "until": utc_text(window.end_us)}
