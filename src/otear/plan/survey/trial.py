"""Which boxes an aircraft can sweep under an authority, from which side, how long each takes and how much it shows.

Boxes near a border or a zone are laid out alone, from the base and back, and put to the authority: what is refused
alone is refused in any sortie, and the reason is kept. Those that lie deep in open air need no trial: every sortie is
put to the authority whole in the end (`sorties`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely

from otear.authority.decide import may_look
from otear.domain.aircraft import Aircraft, Sensor
from otear.domain.authority import Authority
from otear.domain.bilingual import Bilingual
from otear.domain.plan import Because
from otear.domain.progress import Progress, silent
from otear.domain.sortie import GroundPoint, Sortie, Task
from otear.errors import InputError, RefusedError
from otear.flight.exports.ground_seen import band
from otear.flight.laying import laid_out
from otear.flight.route import Heights, Route, allowed
from otear.flight.wind import Wind
from otear.geo.frames import Floats
from otear.plan.survey.belief import Looked, missing
from otear.plan.survey.boxes import Boxes, inside, open_air, strips_of
from otear.plan.survey.patterns import HEADING, From, Pattern, pattern, radius_of, tasks
from otear.plan.survey.sight import visible_share
from otear.plan.survey.sweep import Sweep

_TURNS = 2.5
"""Radii of a turn: no way from a strip to the next reaches further from the box."""
_LOOK_MARGIN_M = 50.0
_ROOM_M = 250.0
"""Room to spare that a box is flown with where some side of it has that: in a sortie it is come to from elsewhere."""
_MEASURED = 5
"""Boxes that are laid out in any case, to know what comes on top of flying strips and ways."""
_CLIMB_FUEL = 1.3
"""Time at cruise that a second of climbing and coming down counts as, for the fuel that it takes."""


@dataclass(frozen=True, eq=False)
class Conditions:
    """What sorties are flown in: wind, ground (heights in metres above the ellipsoid at radians), purpose, when."""

    authority: Authority
    wind: Wind
    heights: Heights
    purpose: str
    at_us: int
    until_us: int
    now_us: int


@dataclass(frozen=True)
class Craft:
    """An aircraft with one of its sensors, at a base whose ground is `base_msl_m` above mean sea level."""

    aircraft: Aircraft
    sensor: Sensor
    base: GroundPoint
    base_msl_m: float


@dataclass(frozen=True, eq=False)
class Trial:
    """One aircraft with one of its sensors, tried on every box: its `sweep`, the `patterns` of the boxes that it can
    sweep (None where it cannot), what stood against the others, and for each box the seconds that a sweep takes with
    the turns onto it, and the probability that one sweep shows a site there. From the base, climbing and coming down
    take `overhead_s`; `endurance_s` is left for all else."""

    craft: Craft
    sweep: Sweep
    patterns: tuple[Pattern | None, ...]
    against: tuple[tuple[Because, Bilingual] | None, ...]
    sweep_s: Floats
    chance: Floats
    overhead_s: float
    endurance_s: float
    speed_mps: float


def tried(
    craft: Craft, sweep: Sweep, boxes: Boxes, looked: Looked, conditions: Conditions, *, progress: Progress = silent
) -> Trial:
    """Try an aircraft on every box."""
    wind, aircraft = conditions.wind, craft.aircraft
    radius = radius_of(aircraft, wind)
    # Strips are flown to and fro: what the wind gives one way it takes back, and more, the other way.
    speed = aircraft.speeds.cruise_mps - wind.mps * wind.mps / aircraft.speeds.cruise_mps
    within = inside(boxes, sweep)
    reach = sweep.off_m + _TURNS * radius
    free = open_air(conditions.authority, boxes.chart, conditions.at_us, conditions.until_us, reach)
    patterns: list[Pattern | None] = []
    against: list[tuple[Because, Bilingual] | None] = []
    sweep_s, chance = np.full(len(boxes), 1.0), np.zeros(len(boxes))
    overhead: list[float] = []
    for k, box in enumerate(boxes.boxes):
        progress("trying boxes", k + 1, len(boxes))
        found: Pattern | None = None
        spare: Pattern | None = None
        reason: tuple[Because, Bilingual] | None = _NARROW
        for seen_from in _sides(box.middle_m):
            whole = strips_of(box, within, sweep, HEADING[seen_from])
            strips = missing(box, whole, HEADING[seen_from], sweep, looked)
            one = pattern(box, strips, seen_from, sweep, radius)
            if one is None:
                reason = _SEEN if len(whole) else reason
                continue
            square = shapely.box(*box.corner_m, *(edge + box.side_m for edge in box.corner_m))
            if len(overhead) >= _MEASURED and free.contains(square):
                found = one
                break
            order = draft(craft, sweep, conditions, tasks(one, boxes.chart, sweep))
            try:
                route = laid_out(order, aircraft, wind=wind, heights=conditions.heights)
                permitted(route, order, aircraft, conditions)
            except RefusedError as refusal:
                reason = Because.NOT_ALLOWED, _words(refusal)
                continue
            except InputError as fault:
                reason = Because.NOT_FLYABLE, Bilingual(str(fault), f"no se puede volar: {fault}")
                continue
            overhead.append(_overhead_s(route))
            roomy = allowed(
                route.path, order, aircraft, conditions.authority, conditions.now_us, room_m=_ROOM_M
            ).allowed
            if roomy:
                found = one
                break
            spare = spare or one
        found = found or spare
        reason = None if found is not None else reason
        patterns.append(found)
        against.append(reason)
        if found is not None:
            spacing = box.side_m / np.ceil(box.side_m / sweep.apart_m)
            share = min(found.strips_m * spacing / box.area_m2, 1.0)
            sweep_s[k] = found.length_m / speed
            clear = visible_share(found, boxes.chart, sweep, conditions.heights)
            chance[k] = sweep.chance * share * clear
    fixed = max(overhead, default=0.0)
    sweep_s[chance > 0.0] += _between_s(craft, sweep, boxes, patterns, conditions, speed)
    return Trial(
        craft=craft,
        sweep=sweep,
        patterns=tuple(patterns),
        against=tuple(against),
        sweep_s=sweep_s,
        chance=chance,
        overhead_s=fixed,
        endurance_s=max(endurance_s(aircraft) - fixed, 1.0),
        speed_mps=speed,
    )


def _between_s(  # noqa: PLR0917 - what a sortie is laid out from
    craft: Craft,
    sweep: Sweep,
    boxes: Boxes,
    patterns: Sequence[Pattern | None],
    conditions: Conditions,
    speed_mps: float,
) -> float:
    """What the way from one box to the next takes beyond the straight line between their middles: turns, and corners
    that lie far apart. It is measured, on pairs of neighbours that are laid out together and alone."""
    base_m = boxes.chart.xy([craft.base.lon_deg], [craft.base.lat_deg])[0]
    found: list[float] = []
    pairs = [(a, b) for a, b in pairwise(patterns) if a is not None and b is not None and a.box.row == b.box.row]
    for one, other in pairs[:: max(len(pairs) // _MEASURED, 1)]:
        first = tasks(one, boxes.chart, sweep)
        both = (*first, *tasks(other, boxes.chart, sweep))
        try:
            alone_s, together_s = (
                laid_out(
                    draft(craft, sweep, conditions, flown), craft.aircraft, wind=conditions.wind,
                    heights=conditions.heights,
                ).duration_s
                for flown in (first, both)
            )  # fmt: skip
        except InputError:  # one that cannot be flown tells nothing of those that can
            continue
        at, then = np.array(one.box.middle_m), np.array(other.box.middle_m)
        ways = np.hypot(*(then - at)) + np.hypot(*(then - base_m)) - np.hypot(*(at - base_m))
        found.append(together_s - alone_s - (other.length_m + float(ways)) / speed_mps)
    return max(float(np.mean(found)), 0.0) if found else 0.0


def draft(
    craft: Craft,
    sweep: Sweep,
    conditions: Conditions,
    flown: Sequence[Task],
    *,
    name: str = "draft",
    depart_us: int | None = None,
) -> Sortie:
    """A sortie of these tasks, not yet a document."""
    return Sortie(
        sortie_id="s-draft",
        name=name,
        authority_id=conditions.authority.authority_id,
        aircraft=craft.aircraft.registration,
        sensor=craft.sensor.name,
        purpose=conditions.purpose,
        depart_us=conditions.at_us if depart_us is None else depart_us,
        base=craft.base,
        base_msl_m=round(craft.base_msl_m, 1),
        height_msl_m=sweep.height_msl_m,
        tasks=tuple(flown),
    )


def permitted(route: Route, sortie: Sortie, aircraft: Aircraft, conditions: Conditions) -> None:
    """Go on if the authority lets this route be flown, turns included, and all that its strips show be looked at.

    Raises `RefusedError`.
    """
    allowed(route.path, sortie, aircraft, conditions.authority, conditions.now_us).enforce()
    rings = []
    for index in range(len(sortie.tasks)):
        corners = band(route, sortie, aircraft, index, conditions.heights)
        if corners is not None:
            rings.append([(float(lon), float(lat)) for lon, lat in corners])
    first, last = route.starts_us[0], route.starts_us[-1]
    may_look(conditions.authority, rings, first, last, _LOOK_MARGIN_M).enforce()


def endurance_s(aircraft: Aircraft) -> float:
    """How long it can be away at cruise with its reserve untouched, and no longer than its document says."""
    model = aircraft.flight_model
    stated = aircraft.endurance_h * 3_600.0
    if model is None:
        return stated
    fuel = model.fuel
    return min(stated, (fuel.capacity - fuel.reserve) / (1.05 * fuel.cruise_per_h) * 3_600.0)


def _overhead_s(route: Route) -> float:
    """Climbing and coming down, and the fuel that climbing costs on top, as time at cruise."""
    steep = [k for k, part in enumerate(route.parts) if part.start_hae_m != part.end_hae_m]
    return sum(route.starts_us[k + 1] - route.starts_us[k] for k in steep) / 1e6 * _CLIMB_FUEL


def _sides(middle_m: tuple[float, float]) -> tuple[From, ...]:
    """From where to look at a box: first from the side that is nearer to the middle of the ground."""
    x, y = middle_m
    by_x = (From.EAST, From.WEST) if x < 0.0 else (From.WEST, From.EAST)
    by_y = (From.NORTH, From.SOUTH) if y < 0.0 else (From.SOUTH, From.NORTH)
    return (*by_y, *by_x) if abs(y) >= abs(x) else (*by_x, *by_y)


def _words(refusal: RefusedError) -> Bilingual:
    because = refusal.spanish[0] if refusal.spanish else refusal.because
    return Bilingual(f"{refusal.rule}: {refusal.because}", f"{refusal.rule}: {because}")


_NARROW = (
    Because.TOO_NARROW,
    Bilingual(
        "no strip fits into what may be looked at of it",
        "ninguna franja cabe en lo que se permite observar de él",
    ),
)
_SEEN = (
    Because.SEEN,
    Bilingual(
        "all of it was looked at not long ago, as well as another pass would",
        "todo se observó hace poco, tan bien como lo haría otra pasada",
    ),
)
