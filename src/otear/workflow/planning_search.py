"""The search of a plan: aircraft tried on boxes, flights that crews are there for, tours laid out as sorties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from otear.coverage.resolution import ResolutionModel
from otear.domain.aircraft import Aircraft
from otear.domain.authority import Window
from otear.domain.bilingual import Bilingual
from otear.domain.progress import Progress
from otear.domain.rota import FlightWanted, Rota
from otear.errors import InputError
from otear.geo.frames import Floats
from otear.geo.geoid import undulation
from otear.plan.rota.make import make_rota
from otear.plan.rota.roster import Roster
from otear.plan.survey.belief import Looked
from otear.plan.survey.boxes import Boxes, lonlat
from otear.plan.survey.sorties import Flyable, flyable, refilled
from otear.plan.survey.sweep import best_sweep
from otear.plan.survey.tours import Slot, Toured, campaign
from otear.plan.survey.trial import Conditions, Craft, Trial, endurance_s, tried
from otear.workflow.planning_fleet import Group, band_of, crews_on, flights, retimed, rota_problem

_ANY_MIN = 31 * 1_440
_ESTIMATE = 0.97
"""Sorties take a little longer than the search reckons, which flies from middle to middle of boxes."""


@dataclass(frozen=True, eq=False)
class Survey:
    """What a plan is made of: groups of airframes tried on boxes, stretches of light, the roster, and when."""

    groups: Sequence[Group]
    trials: Sequence[Trial]
    boxes: Boxes
    worth: Floats
    lights: Sequence[Window]
    roster: Roster
    conditions: Conditions
    until_us: int

    def rota(self, wanted: Sequence[FlightWanted]) -> Rota:
        """Airframes and crews for flights."""
        return make_rota(rota_problem(self.groups, wanted, self.roster, self.conditions.at_us, self.until_us))


@dataclass(frozen=True, eq=False)
class Flight:
    """A sortie as it will be flown: the number of its slot, the laid-out sortie, its crews."""

    slot: int
    flight: Flyable
    crews: tuple[str, ...]


def trials_of(
    groups: Sequence[Group],
    roster: Roster,
    boxes: Boxes,
    looked: Looked,
    conditions: Conditions,
    *,
    coarsest_gsd_m: float,
    until_us: int,
    progress: Progress,
) -> list[Trial]:
    """Every group of airframes, tried on every box."""
    lon, lat = lonlat(boxes.chart, np.array([box.middle_m for box in boxes.boxes]))
    ground = conditions.heights(np.radians(lat), np.radians(lon))
    ground = ground[np.isfinite(ground)] - float(undulation(np.radians(lat.mean()), np.radians(lon.mean())))
    if not len(ground):
        raise InputError(
            "the terrain covers none of the ground that may be looked at",
            field="--terrain",
            remedy="Give a terrain that does",
        )
    band = band_of(conditions.authority, conditions.at_us, until_us, boxes.chart.lat_deg, boxes.chart.lon_deg)
    found = []
    for group in groups:
        base = roster.bases[group.base]
        at = np.radians([base.lat_deg]), np.radians([base.lon_deg])
        craft = Craft(group.first, group.sensor, base, float((conditions.heights(*at) - undulation(*at))[0]))
        sweep = best_sweep(
            group.first,
            group.sensor,
            ResolutionModel(),
            ground_m=float(np.mean(ground)),
            highest_m=float(np.percentile(ground, 98)),
            band_m=band,
            coarsest_gsd_m=coarsest_gsd_m,
        )
        found.append(tried(craft, sweep, boxes, looked, conditions, progress=progress))
    return found


def slots_of(survey: Survey) -> tuple[list[Slot], list[str], tuple[Bilingual, ...]]:
    """The flights that airframes and crews are there for: slots, their names, and why others are not."""
    minutes = [int(endurance_s(group.first) // 60) for group in survey.groups]
    wanted = flights(survey.groups, survey.lights, minutes, survey.roster)
    able = [any(one is not None for one in trial.patterns) for trial in survey.trials]
    asked = [flight for number, _, flight in wanted.values() if able[number]]
    if not asked:
        return [], [], ()
    rota = survey.rota(asked)
    slots, names = [], []
    for one in sorted(rota.flights, key=lambda flight: (flight.depart_us, flight.flight_id)):
        number, at, flight = wanted[one.flight_id]
        trial, light = survey.trials[number], survey.lights[at]
        away_s = _ESTIMATE * min(flight.duration_min * 60.0 - trial.overhead_s, trial.endurance_s)
        slots.append(Slot(number, one.airframe_id, away_s, light.start_us, light.end_us))
        names.append(one.flight_id)
    return slots, names, tuple(one.words for one in rota.left_out)


def sorties_of(
    survey: Survey, found: Toured, slots: Sequence[Slot], names: Sequence[str]
) -> tuple[list[Flight], tuple[Bilingual, ...]]:
    """Tours as sorties: laid out to know how long they are, given airframes, crews and times, and laid out again."""
    drafts = {}
    swept = {int(box) for tour in found.tours for box in tour}
    for k, slot in enumerate(slots):
        aircraft = survey.trials[slot.kind].craft.aircraft
        one = _laid_out(survey, found, slot, found.tours[k], aircraft, slot.from_us, k + 1)
        if one is not None and one.cut and not one.late:
            one = _refilled(survey, found, slot, one, swept - {box for box, _ in one.cut})
            swept |= {int(box) for box in one.tour}
        if one is not None:
            drafts[names[k]] = k, one
    if not drafts:
        return [], ()
    wanted = flights(survey.groups, survey.lights, [_ANY_MIN] * len(survey.groups), survey.roster)
    timed = []
    for name, (k, one) in drafts.items():
        gain = float((survey.worth * survey.trials[slots[k].kind].chance)[one.tour].sum())
        light = Window(slots[k].from_us, slots[k].until_us)
        timed.append(retimed(wanted[name][2], int(np.ceil(one.route.duration_s / 60.0)) + 1, gain, light))
    rota = survey.rota(timed)
    fleet = {one.registration: one for group in survey.groups for one in group.airframes}
    flown = []
    for number, flight in enumerate(sorted(rota.flights, key=lambda each: (each.depart_us, each.flight_id)), 1):
        k, one = drafts[flight.flight_id]
        again = _laid_out(survey, found, slots[k], one.tour, fleet[flight.airframe_id], flight.depart_us, number)
        if again is not None:
            again = replace(again, cut=(*one.cut, *again.cut))
            flown.append(Flight(k, again, crews_on(rota, flight.flight_id)))
    return flown, tuple(one.words for one in rota.left_out)


def _refilled(survey: Survey, found: Toured, slot: Slot, one: Flyable, swept: set[int]) -> Flyable:
    """A sortie that lost boxes, with others that nobody sweeps."""
    trial = survey.trials[slot.kind]
    problem = campaign(survey.boxes, survey.worth, trial, [slot])
    gone = {box for box, _ in one.cut}
    gain = survey.worth * trial.chance / trial.sweep_s
    rest = [k for k in np.argsort(-gain, kind="stable").tolist() if gain[k] > 0.0 and k not in swept | gone]
    return refilled(
        one,
        rest,
        slot.away_s,
        lambda tour: problem.duration_s(0, np.array(tour, dtype=np.int32)),
        lambda tour: _laid_out(survey, found, slot, tour, trial.craft.aircraft, slot.from_us, 1),
    )


def _laid_out(  # noqa: PLR0917 - what one sortie is made of
    survey: Survey,
    found: Toured,
    slot: Slot,
    tour: NDArray[np.int32],
    aircraft: Aircraft,
    depart_us: int,
    number: int,
) -> Flyable | None:
    trial = survey.trials[slot.kind]
    gain = survey.worth * trial.chance / trial.sweep_s
    return flyable(
        tour,
        trial,
        survey.boxes,
        replace(survey.conditions, at_us=depart_us),
        aircraft=aircraft,
        name=f"sortie {number}",
        until_us=slot.until_us,
        # What was drawn at random goes last.
        per_hour=np.where(found.drawn, gain + 1.0, gain),
    )
