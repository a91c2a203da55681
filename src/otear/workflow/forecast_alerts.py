"""Places whose rate is rising, each with the counts and the records that say so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from otear.authority.roles import Action
from otear.domain.records import CountRecord, EventRecord
from otear.domain.series import Records
from otear.forecast.alerts import Alert, by_state, rising
from otear.forecast.panel import Panel
from otear.workflow.desk import Desk, Subject
from otear.workflow.forecast import this_year
from otear.workflow.forecast_documents import are_not, assumed
from otear.workflow.forecast_ground import Ground, ground_of, kept_ground
from otear.workflow.forecast_learning import Learning, learning
from otear.workflow.forecast_map import Sources, records_for
from otear.workflow.forecast_trends import alert_document, with_state_events


@dataclass(frozen=True)
class Terms:
    """What is called rising: the `recent` years against the `earlier` ones before them, a rate more than `factor` times
    as high, with no more than `false_share` of the alerts expected to be false; `beside_all` takes out what rose
    everywhere. `states` asks for states and not for their areas."""

    recent: int = 2
    earlier: int = 4
    factor: float = 1.0
    false_share: float = 0.1
    beside_all: bool = False
    states: bool = False


@dataclass(frozen=True, eq=False)
class Raised:
    """The alerts, clearest first, and what they were looked for in."""

    ground: Ground
    learning: Learning
    terms: Terms
    panel: Panel
    alerts: tuple[Alert, ...]
    records: Records


def raised(desk: Desk, sources: Sources, terms: Terms) -> Raised:
    """Where the rate of one series is rising. Raises as `learning`, `ground_of` and `rising` do, and `RefusedError`,
    which the ledger keeps."""
    subject = Subject("alerts", sources.chosen.series or "any series")
    desk.permit(Action.FORECAST, subject)
    records = records_for(desk, sources)
    row = None if sources.files or sources.areas else desk.workspace.records.latest_forecast(sources.chosen.series)
    workspace = desk.workspace
    ground = ground_of(workspace, sources.areas) if row is None else kept_ground(workspace, row.document)
    now = this_year(desk)
    before = now if sources.year is None else min(sources.year, now)
    learned = learning(records, ground, sources.chosen, before=before)
    panel = learned.panel
    if terms.states:
        panel = with_state_events(records, learned, by_state(panel))
    alerts = rising(
        panel,
        recent_years=terms.recent,
        earlier_years=terms.earlier,
        factor=terms.factor,
        false_share=terms.false_share,
        beside_all=terms.beside_all,
    )
    reason = f"{len(alerts)} of {len(panel.areas)} rising in {learned.series}"
    workspace.ledger.append([desk.note(Action.FORECAST, Subject("alerts", learned.series), reason=reason)])
    return Raised(ground, learned, terms, panel, tuple(alerts), records)


def alerts_document(found: Raised) -> dict[str, Any]:
    """The alerts with their evidence as one document."""
    last = found.learning.years[1]
    split = last - found.terms.recent
    return {
        "series": found.learning.series,
        "years": list(found.learning.years),
        "recent": [split + 1, last],
        "earlier": [split - found.terms.earlier + 1, split],
        "factor": found.terms.factor,
        "false_share": found.terms.false_share,
        "beside_all": found.terms.beside_all,
        "judged": int(((found.panel.counts.sum(axis=1)) > 0).sum()),
        "of": len(found.panel.areas),
        "alerts": [_alert(found, alert) for alert in found.alerts],
        "assumed": assumed(found.learning),
        "are_not": are_not(found.learning),
    }


def _alert(found: Raised, alert: Alert) -> dict[str, Any]:
    ground, last = found.ground, found.learning.years[1]
    counts = found.panel.counts[found.panel.areas.index(alert.area)]
    looked = found.panel.exposure[found.panel.areas.index(alert.area)]
    names = dict(zip(ground.states.keys, ground.states.names, strict=True))
    if found.terms.states:
        name, state = names[alert.area], alert.area
    else:
        (at,) = ground.areas.rows([alert.area]).tolist()
        name, state = ground.areas.names[at], ground.state_of[at]
    records = _evidence(found, alert.area, last - found.terms.recent + 1, last)
    return {
        "area": alert.area,
        "name": name,
        "state": names[state],
        **alert_document(alert),
        "never_before": bool(alert.earlier_sites == 0 and counts[: -found.terms.recent].sum() == 0),
        "counts": {
            str(int(year)): None if exposure == 0 else float(n)
            for year, n, exposure in zip(found.panel.years, counts, looked, strict=True)
        },
        "records": [_record(one) for one in records],
    }


def _evidence(found: Raised, area: str, first: int, last: int) -> list[CountRecord | EventRecord]:
    """The records of the recent years behind an alert, by date."""
    state_of = dict(zip(found.ground.areas.keys, found.ground.state_of, strict=True))
    behind = [one for one in found.learning.used if area in {one.area, state_of[one.area]}]
    if found.terms.states and found.learning.what == "events":
        same = [one for one in found.records.events if one.name == found.learning.series]
        behind += [one for each in same for one in each.current() if one.area == area and one.area not in state_of]
    dated = [(one.period, one) for one in behind if one.period is not None and first <= one.period.first.year <= last]
    dated.sort(key=lambda each: (each[0], each[1].source.file, each[1].source.line))
    return [one for _, one in dated]


def _record(one: CountRecord | EventRecord) -> dict[str, Any]:
    return {
        "period": str(one.period),
        "place": one.place if isinstance(one, EventRecord) else "",
        "count": one.count,
        "kind": None if one.kind is None else one.kind.value,
        "status": one.status.value,
        "file": one.source.file,
        "line": one.source.line,
        "url": one.source.url,
    }
