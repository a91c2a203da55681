"""Reports from outside: each with its source and with what it goes back to, so that one root never counts twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from otear.authority.roles import Action
from otear.domain.evidence import Report
from otear.domain.sites import PlacedReport
from otear.errors import InputError
from otear.evidence.accounts import joined
from otear.evidence.belief import believed
from otear.evidence.marks import Plane
from otear.evidence.provenance import roots_of
from otear.store.base import ChangeRow
from otear.workflow.desk import Desk, Subject
from otear.workflow.held import Held, all_held
from otear.workflow.site_accounts import Account, weighed
from otear.workflow.site_gathering import BY_OTEAR, gathered, report_mark
from otear.workflow.site_permission import consent_at, name_of


@dataclass(frozen=True)
class Stated:
    """What somebody outside says: `place_deg` is latitude and longitude, known to `ce90_m`; see `domain.evidence`."""

    source: str
    place_deg: tuple[float, float]
    ce90_m: float
    time_us: int
    hit: float
    false: float
    derived_from: tuple[str, ...] = ()


def add_report(
    desk: Desk, sources: Sequence[Held], stated: Stated, *, withheld: int = 0
) -> tuple[PlacedReport, Account]:
    """Take in a report about a place that an authority in force lets be looked at: it joins the site that it may be of,
    or a new one is born of it. Raises as `review` does, and `InputError` for numbers that are no rates."""
    sources = all_held(sources)
    known = gathered(desk, sources)
    now_us = desk.clock.now_us()
    report_id = name_of("r", desk, stated.source, stated.place_deg, stated.time_us)
    report = Report(report_id, stated.time_us, stated.source, stated.hit, stated.false, stated.derived_from)
    _check(stated, report, now_us)
    subject = Subject("report", report_id)
    authority = consent_at(desk, stated.place_deg, subject)
    placed = PlacedReport(report, *stated.place_deg, stated.ce90_m, desk.actor.name, now_us, authority.authority_id)
    plane = Plane(*stated.place_deg)
    seen = joined(known.changes, known.marks(plane), [report_mark(placed, plane)])
    changes = [ChangeRow(change, now_us, BY_OTEAR) for change in seen]
    said = f"{stated.source}, of {seen[0].site}"
    note = desk.note(Action.REVIEW_SITE, subject, authority=authority, reason=said)
    desk.workspace.sites.add_report(placed, changes, [note])
    known = gathered(desk, sources, withheld=withheld)
    return placed, weighed(desk, known, sources, only=seen[0].site)[0]


def _check(stated: Stated, report: Report, now_us: int) -> None:
    """Raises `InputError` for a report that could not be weighed."""
    if stated.ce90_m <= 0.0:
        raise InputError(f"{stated.ce90_m} is no error", field="--ce90", remedy="Give metres above 0")
    if not stated.source.strip():
        raise InputError("a report needs a source", field="--source", remedy="Say whose it is")
    if stated.time_us > now_us:
        raise InputError("this is still to come", field="--time", remedy="Give the time that the report is of")
    roots_of(report.report_id, {report.report_id: report.derived_from})
    believed(0.5, [], [report], at_us=now_us)
