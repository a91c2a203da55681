"""Ingest: a recording in; every packet, its telemetry, the verdict on its health, its looks and its coverage out.

First into custody, whatever it is; then, where an authority covers it, out of quarantine and looked at. Interrupted
between the two, it stays in quarantine, and the same ingest again goes on from there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from otear.domain.authority import Authority
from otear.domain.progress import Progress, silent
from otear.geo.terrain import Terrain
from otear.store.base import FootageRow
from otear.workflow.adopt import adopt, choose, stays, who_may
from otear.workflow.authorities import acting_named, authorities_in_force
from otear.workflow.custody import take_in
from otear.workflow.desk import Desk
from otear.workflow.flown import UNSTATED, Stated, flown


def ingest(
    desk: Desk,
    source: Path,
    *,
    terrain: Terrain | None,
    authority_id: str | None = None,
    stated: Stated = UNSTATED,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Take a recording into the workspace; returns its summary, as `footage show` will print it.

    It is looked at under the authority named, else under the oldest one in force that covers it. Where none does, or
    where this person may ingest but not adopt, it stays in quarantine, and the summary says why. Raises
    `NotFoundError` for an authority that is not known, `RecordingError` for what is no recording, `TerrainError` where
    the terrain cannot be used, `RefusedError` where this person may not ingest.
    """
    named = None if authority_id is None else acting_named(desk, authority_id)
    row = take_in(desk, source, progress)
    return admit(desk, row, terrain=terrain, named=named, stated=stated, progress=progress)


def admit(
    desk: Desk,
    row: FootageRow,
    *,
    terrain: Terrain | None,
    named: Authority | None,
    stated: Stated = UNSTATED,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Look at a recording that is in custody, under the authority named, else under the oldest one in force that covers
    it; returns its summary, which says why if it stays in quarantine. Raises as `ingest` does."""
    if not row.quarantined:
        return row.summary
    permission = who_may(desk, row)
    if not permission.allowed:
        return stays(desk, row, permission, named).row.summary
    facts = flown(desk.workspace, row, stated)
    tried = authorities_in_force(desk) if named is None else [named]
    authority, decision = choose(desk, tried, facts)
    if authority is None:
        return stays(desk, row, decision, named).row.summary
    return adopt(desk, row, authority, stated, terrain=terrain, progress=progress).row.summary
