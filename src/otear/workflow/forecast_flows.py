"""Flows of one series drawn over outlines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from otear.authority.roles import Action
from otear.domain.bilingual import Language
from otear.domain.records import FlowRecord
from otear.domain.series import Records, Series
from otear.errors import InputError, NotFoundError
from otear.forecast.flow_picture import arrows, draw_flows
from otear.workflow.desk import Desk, Subject
from otear.workflow.files import drafted, file_sha256
from otear.workflow.forecast_ground import ground_of
from otear.workflow.forecast_map import Sources, check_png, records_for


def write_flows(desk: Desk, sources: Sources, path: Path, *, language: Language = "en") -> dict[str, Any]:
    """Draw the flows of a series over the states of the ground, and tell what is drawn.

    Raises `InputError` as `draw_flows` does and for a name that is no PNG's, `NotFoundError` for a series of flows that
    is not there, `RefusedError`, which the ledger keeps.
    """
    desk.permit(Action.FORECAST, Subject("flows", path.name))
    check_png(path)
    flows = _chosen(records_for(desk, sources), sources.chosen.series)
    ground = ground_of(desk.workspace, sources.areas)
    every = arrows(flows)
    with drafted(path) as draft:
        draw_flows(flows, ground.states, draft, language)
    note = desk.note(Action.FORECAST, Subject("flows", path.name, file_sha256(path)), reason=f"map of {flows.name}")
    desk.workspace.ledger.append([note])
    placed = [one for one in every if None not in {one.origin.lat_deg, one.destination.lat_deg}]
    return {
        "picture": path,
        "series": flows.name,
        "agencies": sorted({one.agency for one in flows.records}),
        "records": len(flows.records),
        "superseded": len(flows.superseded()),
        "drawn": len(placed),
        "flows": [
            {
                "origin": one.origin.name,
                "destination": one.destination.name,
                "commodity": one.commodity.value,
                "consignments": one.count,
                "drawn": one in placed,
            }
            for one in every
        ],
        "are_not": ["They are reported consignments, not all that moved. Arrows join places and follow no route."],
    }


def _chosen(records: Records, name: str | None) -> Series[FlowRecord]:
    """The series of flows of this name, or the only one. Raises `NotFoundError`, `InputError` for several."""
    known = [one.name for one in records.flows]
    listed = ", ".join(known)
    if name is None and len(known) > 1:
        raise InputError(
            f"there are {len(known)} series of flows, and flows of several are never drawn together",
            field="--series",
            remedy=f"Name one of {listed}",
        )
    found = next((one for one in records.flows if name in {None, one.name}), None)
    if found is None:
        raise NotFoundError(
            "there is no series of flows" + (f" called {name!r}" if name else ""),
            field="--series",
            remedy=f"There are {listed}" if known else "Import a file of flows, or name one with --from",
        )
    return found
