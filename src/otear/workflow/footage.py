"""Finding a recording again, and what can be shown of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from otear.authority.roles import Action
from otear.domain.authority import DataKind
from otear.errors import InputError, NotFoundError
from otear.store.base import FootageRow
from otear.store.recording_files import read_packet
from otear.store.workspace import Workspace
from otear.workflow.authorities import authority_of
from otear.workflow.desk import WORKSPACE, Desk
from otear.workflow.held import footage_resource, footage_subject, not_purged


def find(workspace: Workspace, name: str) -> FootageRow:
    """A recording by the beginning of its identifier, or `latest`. Raises `NotFoundError`."""
    if name != "latest":
        return workspace.store.footage(name)
    rows = workspace.store.all_footage()
    if not rows:
        raise NotFoundError("the workspace holds no footage", source=workspace.root, remedy="Ingest a recording first")
    return rows[-1]


def chosen(workspace: Workspace, names: Sequence[str]) -> list[FootageRow]:
    """These recordings, each once, or all of them where none is named. Raises `NotFoundError`."""
    named = {row.footage_id: row for row in (find(workspace, name) for name in names)}
    return list(named.values()) or workspace.store.all_footage()


def listed(desk: Desk) -> list[FootageRow]:
    """Every recording, oldest ingest first. Raises `RefusedError` where this person may not know."""
    desk.permit(Action.VIEW_METADATA, WORKSPACE)
    return desk.workspace.store.all_footage()


def shown(desk: Desk, row: FootageRow) -> dict[str, Any]:
    """What `ingest` found in a recording. Raises `RefusedError` where this person may not know."""
    readable(desk, row)
    return row.summary


def packet_items(desk: Desk, row: FootageRow, number: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """One packet and its items, for people. Raises `InputError` past the end, `NotFoundError` once purged."""
    from otear.video.klv.describe import describe  # loads the standards, which lists do not need

    readable(desk, row)
    not_purged(row, DataKind.METADATA)
    packet = read_packet(desk.workspace.derived(row.footage_id), number) if number >= 0 else None
    if packet is None:
        total = row.summary["packets"]["total"]
        raise InputError(f"there is no packet {number}", field="--at", remedy=f"Give a number from 0 to {total - 1}")
    items = [{"item": tag, "name": name, "value": value, "unit": unit} for tag, name, value, unit in describe(packet)]
    return asdict(packet), items


def readable(desk: Desk, row: FootageRow) -> None:
    """Raises `RefusedError` where this person may not know what is in a recording."""
    authority = authority_of(desk, row)
    resource = footage_resource(row, authority, desk.clock.now_us())
    desk.permit(Action.VIEW_METADATA, footage_subject(row), resource=resource)
