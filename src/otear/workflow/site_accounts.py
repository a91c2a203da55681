"""The account of each site: what every recording that looked there says, what does not count, what nobody looked at.

A site is shown where one of its cues, or a report of it, may be worked on; what may not is left out and counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from otear.domain.authority import SensorKind
from otear.domain.cues import Cue
from otear.domain.evidence import Belief, PassOver, Report, Sign
from otear.domain.places import Ellipse, Place
from otear.domain.sites import PlacedReport
from otear.evidence.belief import DEFAULT, Scales, believed
from otear.evidence.histories import stands_as
from otear.evidence.light import Light, light
from otear.evidence.marks import Plane
from otear.evidence.middles import Middle, middle
from otear.evidence.provenance import roots_of
from otear.evidence.worth import Next, step_after
from otear.geo.ellipse import ce90, ellipse_90
from otear.geo.geoid import msl_from_hae
from otear.geo.labels import mgrs
from otear.workflow.desk import Desk
from otear.workflow.held import Held, all_held
from otear.workflow.site_gathering import Gathered, gathered
from otear.workflow.site_passes import Over, Passed, passes_over, spread_over
from otear.workflow.site_reviews import Judged, judged

CONDITIONS = (
    (SensorKind.VISIBLE, Light.DAY, "in visible light by day"),
    (SensorKind.THERMAL, Light.DAY, "in heat by day"),
    (SensorKind.THERMAL, Light.NIGHT, "in heat by night"),
)
"""What a site can be looked at by; a visible camera sees little by night."""


@dataclass(frozen=True)
class Uncounted:
    """A recording that looked there, or a report about it, that does not count; and why."""

    subject: str
    time_us: int
    why: str


@dataclass(frozen=True, eq=False)
class Account:
    """A site as it stands.

    `pieces` are all that belongs to it, of which `cues` and `reports` may be worked on; `sources` are the recordings of
    those cues. `middle` is where it is, on `plane`. `looks` are how recordings looked there, `passes` what those say
    that count; `never` is the share of its ellipse that was in no picture of theirs. `next` is what to do about it.
    """

    site_id: str
    also_known_as: tuple[str, ...]
    pieces: frozenset[str]
    cues: tuple[Cue, ...]
    reports: tuple[PlacedReport, ...]
    sources: tuple[Held, ...]
    place: Place
    ellipse: Ellipse
    middle: Middle
    plane: Plane
    looks: tuple[Over, ...]
    never: float
    passes: tuple[PassOver, ...]
    uncounted: tuple[Uncounted, ...]
    belief: Belief
    judged: Judged
    next: Next
    withheld: int

    @property
    def never_so(self) -> tuple[str, ...]:
        """How nobody ever looked there that counts, in words."""
        used = {one.condition for one in self.passes}
        return tuple(words for sensor, when, words in CONDITIONS if condition(sensor, when) not in used)


def condition(sensor: SensorKind, when: Light) -> str:
    """What passes that deceive alike share: sensor and light, in words."""
    return f"{sensor.value} by {when.value}"


def accounts(
    desk: Desk, sources: Sequence[Held], *, withheld: int = 0, only: str | None = None, scales: Scales = DEFAULT
) -> list[Account]:
    """The account of every site that may be shown, or of the one that stands under the name `only`.

    `withheld` is how many recordings are left out; `scales` weigh the evidence, and their curve is that of outcomes.
    Raises `RefusedError` where an authority does not allow it.
    """
    known = gathered(desk, sources, withheld=withheld)
    return weighed(desk, known, sources, only=only, scales=scales)


def weighed(
    desk: Desk, known: Gathered, sources: Sequence[Held], *, only: str | None = None, scales: Scales = DEFAULT
) -> list[Account]:
    """As `accounts`, of what was gathered."""
    sources = all_held(sources)
    shown = known.cues.keys() | known.reports.keys()
    sites = {name: its for name, its in known.sites.items() if its & shown and only in {None, name}}
    planes = {name: known.plane(its) for name, its in sites.items()}
    middles = {name: middle(known.marks(planes[name], its)) for name, its in sites.items()}
    spots = {name: spread_over(middles[name], planes[name]) for name in sites}
    dropped = {name: run.dropped for name in known.runs if (run := known.run(name)) is not None}
    passed = passes_over(desk, sources, spots, dropped)
    return [_Weighing(desk, known, scales).account(name, planes[name], middles[name], passed[name]) for name in sites]


@dataclass(frozen=True, eq=False)
class _Weighing:
    desk: Desk
    known: Gathered
    scales: Scales

    def account(self, name: str, plane: Plane, at: Middle, passed: Passed) -> Account:
        pieces, known, settings = self.known.sites[name], self.known, self.desk.workspace.settings
        own = [known.cues[one] for one in pieces & known.cues.keys()]
        cues = sorted(own, key=lambda cue: (cue.time_us, cue.cue_id))
        reports = tuple(known.reports[one] for one in sorted(pieces & known.reports.keys()))
        place, ellipse = _place(at, plane, cues)
        passes, uncounted = self._passes(cues, passed, place)
        told, ours = self._reports([one.report for one in reports])
        belief = believed(
            settings.evidence.prior,
            passes,
            told,
            at_us=self.desk.clock.now_us(),
            scales=self.scales,
            derived_from=self._derived_from(),
        )
        reviews = [one for one in self.desk.workspace.sites.reviews() if stands_as(one.site, known.changes) == name]
        counted = frozenset(one.pass_id for one in passes)
        verdicts = judged(reviews, pieces, counted, settings.evidence.readers)
        return Account(
            site_id=name,
            also_known_as=tuple(one for one in known.names.get(name, ()) if one != name),
            pieces=pieces,
            cues=tuple(cues),
            reports=reports,
            sources=tuple(known.by_id[one] for one in sorted({cue.footage_id for cue in cues})),
            place=place,
            ellipse=ellipse,
            middle=at,
            plane=plane,
            looks=passed.over,
            never=passed.never,
            passes=tuple(passes),
            uncounted=(*uncounted, *ours),
            belief=belief,
            judged=verdicts,
            next=step_after(belief.posterior, verdicts.agreed, settings.coverage.cap, self.scales.rates.pfa),
            withheld=known.withheld,
        )

    def _passes(self, cues: Sequence[Cue], passed: Passed, place: Place) -> tuple[list[PassOver], list[Uncounted]]:
        """What each recording says, once; and those that say nothing."""
        looks = {one.footage_id: one for one in passed.over}
        counted: list[PassOver] = []
        uncounted: list[Uncounted] = []
        for footage_id in sorted(looks.keys() | {cue.footage_id for cue in cues}):
            own = [cue for cue in cues if cue.footage_id == footage_id]
            over, run = looks.get(footage_id), self.known.run(footage_id)
            time_us = own[0].time_us if own else looks[footage_id].time_us
            when = light(time_us, place.lat, place.lon)
            why = self._why_not(time_us, own, over, footage_id, when)
            sensor = own[0].sensor if own else None if run is None else run.sensor
            if why or sensor is None:
                uncounted.append(Uncounted(footage_id, time_us, why))
                continue
            pd = 0.0 if over is None else over.pd
            if not own and run is not None:
                pd *= run.share
            counted.append(PassOver(footage_id, time_us, condition(sensor, when), pd, _signs(own)))
        return counted, uncounted

    def _why_not(self, time_us: int, cues: Sequence[Cue], over: Over | None, footage_id: str, when: Light) -> str:
        """Why a recording does not count, "" where it does."""
        run = self.known.run(footage_id)
        if time_us > self.desk.clock.now_us():
            return "its clock says a time that is still to come"
        if cues or over is None:
            return ""
        if run is None:
            return f"nobody has looked for cues in it yet (`otear detect {footage_id}`)"
        if run.share <= 0.0:
            return "it holds no pictures that were looked through"
        if run.sensor is SensorKind.VISIBLE and when is Light.NIGHT:
            return "it was night, and a camera for visible light shows nothing then"
        if over.pd * run.share > self.scales.rates.pfa:
            return ""
        if over.dropped:
            return "the pictures that showed the place were dropped and nobody looked through them"
        if over.hidden > over.seen:
            return "the place was in its picture, but ground in front hid it"
        return f"it saw too little of the place: {over.pd * run.share:.1%} of sites there would have shown themselves"

    def _reports(self, reports: Sequence[Report]) -> tuple[list[Report], list[Uncounted]]:
        """The reports from outside, and those that our own recordings prompted."""
        derived_from = self._derived_from()
        roots = {one.report_id: roots_of(one.report_id, derived_from) & self.known.ours for one in reports}
        ours = [
            Uncounted(
                one.report_id, one.time_us, f"{one.source}: goes back to our own recording {min(roots[one.report_id])}"
            )
            for one in reports
            if roots[one.report_id]
        ]
        return [one for one in reports if not roots[one.report_id]], ours

    def _derived_from(self) -> dict[str, tuple[str, ...]]:
        """What reports, sites and cues go back to; reports may say that they come from any of these."""
        known = self.known
        graph: dict[str, tuple[str, ...]] = {name: (cue.footage_id,) for name, cue in known.cues.items()}
        for root, names in known.names.items():
            pieces = known.sites.get(root, frozenset()) & known.cues.keys()
            footage = tuple(sorted({known.cues[piece].footage_id for piece in pieces}))
            graph |= dict.fromkeys(names, footage)
        return graph | {name: one.report.derived_from for name, one in known.reports.items()}


def _signs(cues: Sequence[Cue]) -> tuple[Sign, ...]:
    """The surest cue of each kind of one pass."""
    surest = sorted(cues, key=lambda cue: (cue.real, cue.cue_id))
    best = {cue.kind: Sign(cue.kind, cue.real, cue.base_rate) for cue in surest}
    return tuple(best[kind] for kind in sorted(best))


def _place(at: Middle, plane: Plane, cues: Sequence[Cue]) -> tuple[Place, Ellipse]:
    """The middle of a site as a place; its height is that of its cues, NaN where there are none."""
    lat, lon = (float(value) for value in plane.degrees(at.at))
    height = float(np.mean([cue.place.height_hae_m for cue in cues])) if cues else float("nan")
    msl = float(msl_from_hae(np.radians(lat), np.radians(lon), height)) if cues else float("nan")
    axes = ellipse_90(at.covariance)
    ellipse = Ellipse(float(axes.major_m), float(axes.minor_m), float(np.degrees(axes.azimuth)))
    error = max((cue.place.le90_m for cue in cues), default=float("nan"))
    return Place(lat, lon, height, msl, mgrs(lat, lon), float(ce90(at.covariance)), error), ellipse
