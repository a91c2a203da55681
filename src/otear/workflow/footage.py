"""Finding a recording again, and what can be shown of it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from otear.coverage.files import PassFile, read_pass
from otear.coverage.tracks import pass_geojson, pass_kml
from otear.domain.looks import Look
from otear.domain.telemetry import Telemetry
from otear.errors import InputError, NotFoundError
from otear.store.base import FootageRow
from otear.store.recording_files import read_packet, read_telemetry
from otear.store.workspace import COVERAGE_FILE, Workspace
from otear.video.clocks import ClockAlignment, ClockPiece, ClockSource
from otear.video.health import joined
from otear.video.heights import with_heights
from otear.video.klv.describe import describe


def find(workspace: Workspace, name: str) -> FootageRow:
    """A recording by the beginning of its identifier, or `latest`. Raises `NotFoundError`."""
    if name != "latest":
        return workspace.store.footage(name)
    rows = workspace.store.all_footage()
    if not rows:
        raise NotFoundError("the workspace holds no footage", source=workspace.root, remedy="Ingest a recording first")
    return rows[-1]


def pass_of(workspace: Workspace, row: FootageRow) -> PassFile:
    """The coverage of a recording. Raises `NotFoundError` where it saw no ground that could be placed."""
    if row.bounds_deg is None:
        raise NotFoundError(
            f"footage {row.footage_id} saw no ground that could be placed",
            field="footage_id",
            remedy="`otear footage show` gives its health verdict and says why",
        )
    return read_pass(workspace.derived(row.footage_id) / COVERAGE_FILE)


def looks_of(workspace: Workspace, row: FootageRow) -> tuple[Look, ...]:
    """The looks of a recording, none where it saw no ground."""
    return () if row.bounds_deg is None else pass_of(workspace, row).looks


def packet_items(workspace: Workspace, row: FootageRow, number: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """One packet and its items, for people. Raises `InputError` past the end."""
    packet = read_packet(workspace.derived(row.footage_id), number) if number >= 0 else None
    if packet is None:
        total = row.summary["packets"]["total"]
        raise InputError(f"there is no packet {number}", field="--at", remedy=f"Give a number from 0 to {total - 1}")
    items = [{"item": tag, "name": name, "value": value, "unit": unit} for tag, name, value, unit in describe(packet)]
    return asdict(packet), items


def trusted_telemetry(workspace: Workspace, row: FootageRow) -> Telemetry:
    """All trusted rows of a recording, heights resolved."""
    return with_heights(joined(list(read_telemetry(workspace.derived(row.footage_id)))))


def track_geojson(workspace: Workspace, row: FootageRow) -> dict[str, Any]:
    """Track and footprints as a GeoJSON FeatureCollection."""
    return pass_geojson(trusted_telemetry(workspace, row), looks_of(workspace, row))


def write_track(workspace: Workspace, row: FootageRow, path: Path) -> None:
    """Write track and footprints as .geojson or .kml. Raises `InputError` for any other ending."""
    match path.suffix.lower():
        case ".geojson" | ".json":
            content = json.dumps(track_geojson(workspace, row), ensure_ascii=False).encode()
        case ".kml":
            content = pass_kml(row.name, trusted_telemetry(workspace, row), looks_of(workspace, row))
        case other:
            raise InputError(
                f"cannot write a track as {other or 'a file without an ending'}",
                source=path,
                field="--out",
                remedy="End the name in .geojson or .kml",
            )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def clock_of(row: FootageRow) -> ClockAlignment:
    """How presentation time and the time of day go together in a recording."""
    clock = row.summary["clock"]
    return ClockAlignment(
        **{
            **clock,
            "source": ClockSource(clock["source"]),
            "pieces": tuple(ClockPiece(**piece) for piece in clock["pieces"]),
            "warnings": tuple(clock["warnings"]),
        }
    )
