"""Making a plan: from an authority, a forecast, requests and what was looked at, to sorties with a certificate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

import numpy as np
import shapely

from otear.authority.decide import in_force, required
from otear.authority.roles import Action, Resource
from otear.domain.authority import Authority, SensorKind
from otear.domain.bilingual import Bilingual
from otear.domain.plan import Plan
from otear.domain.progress import Progress, silent
from otear.domain.request import Request
from otear.errors import InputError, SettingError
from otear.flight.route import Heights
from otear.flight.wind import Wind
from otear.geo.terrain import Terrain
from otear.geo.terrain.grid import Bounds
from otear.plan.rota.roster import Roster
from otear.plan.survey.belief import FLAT_PER_1000_KM2, HALF_LIFE_D, Belief, Looked, flat, seen_share, weighed
from otear.plan.survey.boxes import Boxes, boxes_of, lonlat, surveyed
from otear.plan.survey.light import windows
from otear.plan.survey.tours import toured
from otear.plan.survey.trial import Conditions
from otear.store.plan_documents import plan_text
from otear.workflow.desk import Desk, Subject
from otear.workflow.forecast_use import expected_sites
from otear.workflow.held import Held
from otear.workflow.planning_fleet import fleet_of, groups_of, roster_of
from otear.workflow.planning_looked import looked_at
from otear.workflow.planning_result import outline_of, result_of
from otear.workflow.planning_search import Survey, slots_of, sorties_of, trials_of
from otear.workflow.requests import standing

DAY_US = 86_400_000_000
MOST_DAYS = 31
_PURPOSE_OF_MANY = "the authority names several purposes"


_CALM = Wind()
_BEYOND_M, _IN_MEMORY_M = 15_000.0, 150_000.0
"""Ground beyond what may be looked at that aircraft turn over, and half of the widest ground that is held in memory."""


@dataclass(frozen=True)
class Order:
    """What is asked of the planner: days from a time on, how long it may search, by which light, with which aircraft
    (none named: all that may), from where, in which wind, which share goes to ground drawn at random."""

    from_us: int
    days: int
    seconds: float = 10.0
    sensor: SensorKind = SensorKind.VISIBLE
    aircraft: tuple[str, ...] = ()
    roster: Roster | None = None
    bases: tuple[tuple[float, float], ...] = ()
    wind: Wind = _CALM
    explore: float = 0.12
    side_m: float = 4_000.0
    purpose: str | None = None
    seed: int = 0


def make_plan(
    desk: Desk,
    authority: Authority,
    order: Order,
    looks: Sequence[Held],
    *,
    terrain: Terrain | None,
    progress: Progress = silent,
) -> Plan:
    """Make a plan and keep it. Raises `RefusedError`, which the ledger keeps, where the authority is not in force or
    this person may not plan; `InputError` and `SettingError` where there is nothing to plan with."""
    authority = required(authority)
    _checked(order)
    now_us, until_us = desk.clock.now_us(), order.from_us + order.days * DAY_US
    subject = Subject("plan", "draft")
    desk.require(in_force(authority, now_us), Action.PLAN, subject, authority=authority)
    desk.require(in_force(authority, order.from_us), Action.PLAN, subject, authority=authority)
    resource = Resource(
        kind="plan",
        resource_id="draft",
        in_force=True,
        revoked=authority.standing.revocation(authority.authority_id) is not None,
        covered=True,
    )
    desk.permit(Action.PLAN, subject, resource=resource, authority=authority)
    if terrain is None:
        raise InputError(
            "no elevation was given, and nothing is planned over ground that nobody knows",
            field="--terrain",
            remedy="Give elevation with --terrain, or name it in the workspace's settings (terrain.paths)",
        )
    fit, left = fleet_of(desk.workspace, authority, order.sensor, order.aircraft)
    roster, fit, assumed = roster_of(order.roster, order.bases, fit)
    groups = groups_of(fit, roster, order.sensor)
    chart, ground = surveyed(authority, order.from_us, until_us)
    boxes = boxes_of(chart, ground, order.side_m)
    heights, purpose = _heights(terrain, boxes, roster), _purpose(authority, order.purpose)
    conditions = Conditions(authority, order.wind, heights, purpose, order.from_us, until_us, now_us)
    named = frozenset({authority.authority_id, *(one.authority_id for one in authority.before)})
    requests = standing(desk.workspace, named, order.from_us, until_us)
    looked = looked_at(desk, looks, chart, order.from_us)
    belief, unforecast = _belief(desk, boxes, looked, requests)
    coarsest = min((one.gsd_m for one in requests if one.gsd_m is not None), default=np.inf)
    lights = windows(order.sensor, order.from_us, order.days, chart.lat_deg, chart.lon_deg)
    trials = trials_of(
        groups, roster, boxes, looked, conditions, coarsest_gsd_m=coarsest, until_us=until_us, progress=progress
    )  # fmt: skip
    survey = Survey(groups, trials, boxes, belief.worth, lights, roster, conditions, until_us)
    slots, names, short = slots_of(survey)
    found = toured(
        boxes, belief.worth, trials, slots, explore=order.explore, seconds=order.seconds,
        rng=np.random.default_rng(order.seed), progress=progress,
    )  # fmt: skip
    flown, late = sorties_of(survey, found, slots, names)
    sorties, told, guarantee = result_of(survey, belief, found, slots, flown, seed=order.seed)
    plan = Plan(
        plan_id="",
        made_us=now_us,
        made_by=desk.actor.name,
        from_us=order.from_us,
        days=order.days,
        authority_id=authority.authority_id,
        authority_sha256=authority.sha256,
        seed=order.seed,
        side_m=order.side_m,
        wind=(order.wind.mps, order.wind.from_deg, order.wind.gust_mps),
        expectation=belief.source,
        expected_sites=float((belief.expected * (1.0 - belief.seen)).sum()),
        sorties=sorties,
        boxes=told,
        guarantee=guarantee,
        left_out_sorties=(*short, *late),
        assumed=(*assumed, *left, *unforecast, *_always(roster.cancelled)),
    )
    plan = replace(plan, plan_id=f"p-{sha256(plan_text(plan).encode()).hexdigest()[:16]}")
    drawn = sorted({name for one in plan.sorties for name in one.drawn})
    reason = f"{len(plan.sorties)} sorties; drawn at random with seed {order.seed}: {', '.join(drawn) or 'none'}"
    kept = Subject("plan", plan.plan_id, sha256(plan_text(plan).encode()).hexdigest())
    desk.workspace.plans.put_plan(plan, [desk.note(Action.PLAN, kept, authority=authority, reason=reason)])
    return plan


def _checked(order: Order) -> None:
    for field, fits, remedy in (
        ("--days", 1 <= order.days <= MOST_DAYS, f"Give 1 to {MOST_DAYS} days"),
        ("--seconds", 0.0 < order.seconds <= 3_600.0, "Give up to 3600 seconds"),
        ("--explore", 0.0 <= order.explore <= 0.9, "Give a share from 0 to 0.9"),
        ("--box", 1_000.0 <= order.side_m <= 50_000.0, "Give 1 to 50 km"),
    ):
        if not fits:
            raise SettingError("out of range", field=field, remedy=remedy)


def _purpose(authority: Authority, asked: str | None) -> str:
    purposes = sorted(authority.authorization.purposes)
    if asked is not None:
        return asked
    if len(purposes) != 1:
        raise InputError(_PURPOSE_OF_MANY, field="--purpose", remedy=f"Name one: {', '.join(purposes)}")
    return purposes[0]


def _heights(terrain: Terrain, boxes: Boxes, roster: Roster) -> Heights:
    """The ground that is planned over, in memory: it is asked for a hundred thousand times. Larger ground than memory
    holds well is read as it is asked for."""
    west, south, east, north = boxes.ground.bounds
    reach = max(east - west, north - south) / 2.0 + _BEYOND_M
    if reach > _IN_MEMORY_M:
        return terrain.heights
    x, y = (east + west) / 2.0, (north + south) / 2.0
    corners = np.array([[x - reach, y - reach], [x + reach, y - reach], [x + reach, y + reach], [x - reach, y + reach]])
    lon, lat = lonlat(boxes.chart, corners)
    bases = roster.bases.values()
    lon = np.concatenate([np.unwrap(lon, period=360.0), [one.lon_deg for one in bases]])
    lat = np.concatenate([lat, [one.lat_deg for one in bases]])
    sides = np.radians([lon.min(), lat.min(), lon.max(), lat.max()]).tolist()
    return terrain.patch(Bounds(*sides)).heights


def _belief(
    desk: Desk, boxes: Boxes, looked: Looked, requests: Sequence[Request]
) -> tuple[Belief, tuple[Bilingual, ...]]:
    """What is believed of each box, and what was assumed for want of a forecast."""
    outlines = [shapely.Polygon(outline_of(boxes, k)) for k in range(len(boxes))]
    found = expected_sites(desk.workspace, outlines)
    share = np.array([box.area_m2 for box in boxes.boxes]) / boxes.side_m**2
    weight, named = weighed(boxes, requests)
    seen = seen_share(boxes, looked)
    if found is not None and float(found.mean.sum()) > 0.0:
        return Belief(found.mean * share, seen, weight, named, found.source), ()
    words = Bilingual(
        f"There is no forecast of this ground: {FLAT_PER_1000_KM2:g} sites are taken to be on every 1,000 km²",
        f"No hay pronóstico de este terreno: se suponen {FLAT_PER_1000_KM2:g} sitios en cada 1,000 km²",
    )
    return Belief(flat(boxes), seen, weight, named, words.en), (words,)


def _always(cancelled: float) -> tuple[Bilingual, ...]:
    return (
        Bilingual(
            f"Weather cancels a flight with a probability of {cancelled:.0%}; the certificate is for flights that are "
            "flown",
            f"El mal tiempo cancela un vuelo con una probabilidad del {cancelled:.0%}; el certificado es para vuelos "
            "realizados",
        ),
        Bilingual(
            f"What a look said of a place is worth half after {HALF_LIFE_D:g} days; nobody knows how long sites stay",
            f"Lo que una observación dijo de un lugar vale la mitad a los {HALF_LIFE_D:g} días; nadie sabe cuánto dura "
            "un sitio",
        ),
    )
