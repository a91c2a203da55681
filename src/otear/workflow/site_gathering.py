"""What accounts of sites are made of, as far as it may be worked on: cues, reports, runs of detectors, and the history
of what belongs to which site."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from otear.authority.decide import in_force
from otear.authority.roles import Action, Resource
from otear.domain.authority import Authority, DataKind
from otear.domain.cues import Cue
from otear.domain.sites import PlacedReport
from otear.evidence.accounts import joined
from otear.evidence.histories import Change, standing, stands_as
from otear.evidence.marks import Mark, Plane, mark_of, mark_of_report, plane_about
from otear.store.base import ChangeRow, DetectionRow
from otear.store.workspace import Workspace
from otear.workflow.authorities import acting_for, authorities
from otear.workflow.desk import Desk, Subject
from otear.workflow.held import Held, all_held, under

_NEAR_DEG = 0.05
"""Sites farther than five kilometres from new cues are not theirs, whatever errors their places have."""
BY_OTEAR = "otear"
"""Who makes changes that no person makes: cues join sites by where they are."""


@dataclass(frozen=True, eq=False)
class Gathered:
    """All that may be worked on: recordings, cues and reports by their names, and the runs of detectors in each
    recording. `rows` is the whole history; `ours` are all recordings that there are, and
    `withheld` how many of them may not be worked on."""

    by_id: Mapping[str, Held]
    cues: Mapping[str, Cue]
    reports: Mapping[str, PlacedReport]
    runs: Mapping[str, Sequence[DetectionRow]]
    rows: Sequence[ChangeRow]
    ours: frozenset[str]
    withheld: int = 0

    @cached_property
    def changes(self) -> list[Change]:
        """The history, without who and when."""
        return [row.change for row in self.rows]

    @cached_property
    def sites(self) -> dict[str, frozenset[str]]:
        """The pieces of every site that stands."""
        return standing(self.changes)

    @cached_property
    def names(self) -> dict[str, tuple[str, ...]]:
        """Every name that sites were given here, by the name under which they stand."""
        given = dict.fromkeys(
            name
            for change in self.changes
            for name in (getattr(change, "site", None), getattr(change, "new", None))
            if name is not None
        )
        roots = {name: stands_as(name, self.changes) for name in given}
        return {root: tuple(name for name in given if roots[name] == root) for root in dict.fromkeys(roots.values())}

    def run(self, footage_id: str) -> DetectionRow | None:
        """The run that looked through most of a recording."""
        return max(self.runs.get(footage_id, ()), key=lambda run: (run.share, -len(run.dropped)), default=None)

    def plane(self, pieces: frozenset[str]) -> Plane:
        """A plane about the first of some pieces."""
        cues = [self.cues[piece] for piece in pieces & self.cues.keys()]
        if cues:
            return plane_about(cues)
        first = min(pieces & self.reports.keys())
        return Plane(self.reports[first].lat_deg, self.reports[first].lon_deg)

    def marks(self, plane: Plane, pieces: frozenset[str] | None = None) -> list[Mark]:
        """Some pieces, or all, as far as they may be worked on, on a plane."""
        cues = (cue for name, cue in self.cues.items() if pieces is None or name in pieces)
        reports = (one for name, one in self.reports.items() if pieces is None or name in pieces)
        return [*(mark_of(cue, plane) for cue in cues), *(report_mark(one, plane) for one in reports)]


def gathered(desk: Desk, sources: Sequence[Held], *, withheld: int = 0) -> Gathered:
    """Whatever may be worked on. Raises `RefusedError` where an authority does not allow it."""
    by_id = {one.row.footage_id: one for one in all_held(sources)}
    workspace = desk.workspace
    cues = {cue.cue_id: cue for cue in workspace.sites.cues(by_id)}
    for footage_id in sorted({cue.footage_id for cue in cues.values()}):
        one = by_id[footage_id]
        under(desk, one.row, one.authority, Action.PROCESS, DataKind.FINDINGS)
    runs: dict[str, list[DetectionRow]] = {}
    for run in workspace.sites.detections():
        if run.footage_id in by_id:
            runs.setdefault(run.footage_id, []).append(run)
    reports = dict[str, PlacedReport]()
    told, now_us = workspace.sites.reports(), desk.clock.now_us()
    known = authorities(workspace) if told else {}
    for report in told:
        authority = acting_for(known, report.authority_id, now_us)
        if authority is not None and in_force(authority, now_us).allowed:
            _permit_report(desk, report, authority)
            reports[report.report.report_id] = report
    ours = frozenset(row.footage_id for row in workspace.store.all_footage())
    return Gathered(by_id, cues, reports, runs, workspace.sites.changes(), ours, withheld)


def _permit_report(desk: Desk, report: PlacedReport, authority: Authority) -> None:
    """Raises `RefusedError` where this person may not know what was reported under an authority in force."""
    name = report.report.report_id
    resource = Resource("report", name, in_force=True, revoked=False, covered=True, quarantined=False)
    desk.permit(Action.PROCESS, Subject("report", name), resource=resource, authority=authority)


def report_mark(one: PlacedReport, plane: Plane) -> Mark:
    """A report on a plane."""
    place = (one.lat_deg, one.lon_deg)
    return mark_of_report(one.report.report_id, one.report.time_us, place, one.ce90_m, plane)


def joining(workspace: Workspace, new: Iterable[Cue], at_us: int) -> list[ChangeRow]:
    """The changes by which the cues of a recording join the sites of a workspace, for `Sites.put_cues`.

    Whoever calls it holds `Workspace.alone` until they are put, so that two passes do not found one site twice. Places
    of recordings that may not be worked on count here, too: a cue joins its site, whoever may see either.
    """
    cues = list(new)
    if not cues:
        return []
    plane, sites = plane_about(cues), workspace.sites
    lats, lons = [cue.place.lat for cue in cues], [cue.place.lon for cue in cues]
    near = (min(lons) - _NEAR_DEG, min(lats) - _NEAR_DEG, max(lons) + _NEAR_DEG, max(lats) + _NEAR_DEG)
    known = [mark_of(cue, plane) for cue in sites.cues_at(near)]
    known += [report_mark(one, plane) for one in sites.reports()]
    changes = [row.change for row in sites.changes()]
    seen = joined(changes, known, [mark_of(cue, plane) for cue in cues])
    return [ChangeRow(change, at_us, BY_OTEAR) for change in seen]
