"""A rota that breaks a rule is caught breaking that rule: a good one is spoilt in one way for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from otear.domain.bilingual import Bilingual
from otear.domain.rota import Assignment, Crew, DayFlown, Duty, LeftOut, MaintenanceSlot, Rota, RotaProblem, Seat, Slot
from otear.errors import InputError
from otear.plan.rota.make import Effort, make_rota
from otear.plan.rota.rules import Rule, accept, broken

from .rotas import DAY_US, MINUTE_US, START_US, airframe, at, crew, wanted

Spoilt = tuple[RotaProblem, Rota]
HOUR_US = 60 * MINUTE_US


@cache
def good() -> Spoilt:
    """A rota with a relieved flight, a stand-in, a fixed maintenance and one that was due."""
    problem = RotaProblem(
        START_US,
        (
            wanted("long", 5.0, 14.0, 0, 2, cancelled=0.3, weather_area="west"),
            wanted("short", 3.0, 6.0, 34, 40, cancelled=0.0),
            wanted("late", 3.0, 6.0, 60, 62, cancelled=0.0),
            wanted("spare", 1.0, 6.0, 0, 1, weather_area="east"),
        ),
        (airframe("A", minutes_left_min=20 * 60, fixed_maintenance=(MaintenanceSlot(at(24), at(30)),)),),
        tuple(crew(f"{seat.value} {k}", seat) for seat in Seat for k in range(2)),
        10,
    )
    rota = make_rota(problem, effort=Effort(0.02, 0.1, 0.02, 0.02))
    assert [one.flight_id for one in rota.flights] == ["long", "short", "late"]
    assert rota.flights[0].stand_in == "spare"
    assert [one.fixed for one in rota.maintenance].count(False) == 1
    return problem, rota


def first(rota: Rota, **changes: object) -> Rota:
    """The rota with its first flight changed."""
    return replace(rota, flights=(replace(rota.flights[0], **changes), *rota.flights[1:]))  # type: ignore[arg-type]


def moved(one: Assignment, by_us: int) -> Assignment:
    """A flight with all its shifts, at another time."""
    shifts = tuple(replace(s, start_us=s.start_us + by_us, end_us=s.end_us + by_us) for s in one.shifts)
    return replace(one, depart_us=one.depart_us + by_us, land_us=one.land_us + by_us, shifts=shifts)


def crews(problem: RotaProblem, **changes: object) -> RotaProblem:
    return replace(problem, crews=tuple(replace(one, **changes) for one in problem.crews))  # type: ignore[arg-type]


def ruled(problem: RotaProblem, **changes: int) -> RotaProblem:
    """The problem with other limits."""
    return replace(problem, crews=tuple(replace(one, rules=replace(one.rules, **changes)) for one in problem.crews))


def planes(problem: RotaProblem, **changes: object) -> RotaProblem:
    return replace(problem, airframes=tuple(replace(one, **changes) for one in problem.airframes))  # type: ignore[arg-type]


def duties(rota: Rota, change: Callable[[Duty], Duty]) -> Rota:
    return replace(rota, duties=tuple(change(one) for one in rota.duties))


def spare(problem: RotaProblem, **changes: object) -> RotaProblem:
    """The problem with another stand-in of the same name."""
    last = replace(problem.flights[-1], **changes)  # type: ignore[arg-type]
    return replace(problem, flights=(*problem.flights[:-1], last))


def busy_again(rota: Rota) -> Rota:
    """The relief begins while still at the controls: the same crew for both shifts of the first flight."""
    pilot = rota.flights[0].shifts[0].crew_id
    seat = rota.flights[0].shifts[0].seat
    return first(rota, shifts=tuple(replace(s, crew_id=pilot) if s.seat is seat else s for s in rota.flights[0].shifts))


SPOILS: dict[Rule, list[Callable[[RotaProblem, Rota], Spoilt]]] = {
    Rule.KNOWN: [
        lambda p, r: (p, first(r, flight_id="nobody's")),
        lambda p, r: (p, first(r, airframe_id="B")),
        lambda p, r: (p, replace(r, duties=(*r.duties, Duty("nobody", at(0), at(1))))),
        lambda p, r: (replace(p, crews=p.crews[1:]), r),
    ],
    Rule.ACCOUNTED: [
        lambda p, r: (p, replace(r, left_out=())),
        lambda p, r: (p, replace(r, left_out=(*r.left_out, LeftOut("long", (), Bilingual("", ""))))),
        lambda p, r: (p, replace(r, flights=(*r.flights, r.flights[1]))),
        lambda p, r: (p, replace(r, cancelled=r.flights[:1])),
    ],
    Rule.WINDOW: [
        lambda p, r: (p, replace(r, flights=(moved(r.flights[0], 3 * HOUR_US), *r.flights[1:]))),
        lambda p, r: (replace(p, start_us=r.flights[0].depart_us + 1), r),
    ],
    Rule.DURATION: [lambda p, r: (p, first(r, land_us=r.flights[0].land_us - MINUTE_US))],
    Rule.SUITED: [
        lambda p, r: (planes(p, base="south"), r),
        lambda p, r: (planes(p, aircraft_type="MQ-Y"), r),
        lambda p, r: (planes(p, sensors=("SAR",)), r),
    ],
    Rule.AVAILABLE: [
        lambda p, r: (planes(p, available_from_us=r.flights[0].depart_us + 1), r),
        lambda p, r: (planes(p, available_until_us=r.flights[-1].land_us - 1), r),
    ],
    Rule.TURN_ROUND: [
        lambda p, r: (planes(p, turn_round_min=40 * 60), r),
        lambda p, r: (
            p,
            replace(r, flights=(moved(r.flights[0], r.flights[1].depart_us - r.flights[0].land_us), *r.flights[1:])),
        ),
    ],
    Rule.MAINTENANCE_KEPT: [
        lambda p, r: (p, replace(r, maintenance=tuple(one for one in r.maintenance if not one.fixed))),
        lambda p, r: (p, replace(r, maintenance=tuple(replace(m, end_us=m.end_us - 1) for m in r.maintenance))),
    ],
    Rule.MAINTENANCE_DONE: [
        lambda p, r: (p, replace(r, maintenance=tuple(replace(m, end_us=m.end_us - 1) for m in r.maintenance))),
        lambda p, r: (p, replace(r, maintenance=(*r.maintenance, r.maintenance[0]))),
        lambda p, r: (replace(p, start_us=max(m.start_us for m in r.maintenance if not m.fixed) + 1), r),
    ],
    Rule.MAINTENANCE_DUE: [
        lambda p, r: (p, replace(r, maintenance=tuple(one for one in r.maintenance if one.fixed))),
        lambda p, r: (planes(p, minutes_left_min=60), r),
        lambda p, r: (planes(p, maintenance_every_min=5 * 60), r),
    ],
    Rule.SEATS: [
        lambda p, r: (p, first(r, shifts=r.flights[0].shifts[1:])),
        lambda p, r: (p, first(r, shifts=tuple(s for s in r.flights[0].shifts if s.seat is Seat.PILOT))),
        lambda p, r: (replace(p, handover_min=11), r),
        lambda p, r: (
            p,
            first(r, shifts=tuple(replace(s, end_us=s.end_us + HOUR_US) for s in r.flights[0].shifts)),
        ),
    ],
    Rule.QUALIFIED: [
        lambda p, r: (crews(p, aircraft_types=("MQ-Y",)), r),
        lambda p, r: (crews(p, bases=("south",)), r),
        lambda p, r: (crews(p, seat=Seat.PILOT), r),
    ],
    Rule.ONE_PLACE: [
        lambda p, r: (p, busy_again(r)),
        lambda p, r: (ruled(p, change_min=40 * 60), r),
    ],
    Rule.IN_DUTY: [
        lambda p, r: (p, replace(r, duties=r.duties[1:])),
        lambda p, r: (p, duties(r, lambda d: replace(d, start_us=d.start_us + 1))),
        lambda p, r: (ruled(p, post_flight_min=31), r),
    ],
    Rule.DUTY_LENGTH: [
        lambda p, r: (p, duties(r, lambda d: replace(d, end_us=d.start_us + 12 * HOUR_US + 1))),
        lambda p, r: (ruled(p, longest_duty_min=8 * 60), r),
    ],
    Rule.DUTY_FLIGHT: [lambda p, r: (ruled(p, longest_flight_min=7 * 60), r)],
    Rule.REST: [
        lambda p, r: (crews(p, last_duty_end_us=r.duties[0].start_us - 12 * HOUR_US + 1), r),
        lambda p, r: (ruled(p, shortest_rest_min=60 * 60), r),
    ],
    Rule.SEVEN_DAYS: [
        lambda p, r: (ruled(p, flight_7_days_min=6 * 60), r),
        lambda p, r: (crews(p, flown=(DayFlown(START_US - 6 * DAY_US, 40 * 60),)), r),
    ],
    Rule.TWENTY_EIGHT_DAYS: [lambda p, r: (crews(p, flown=(DayFlown(START_US - 27 * DAY_US, 120 * 60),)), r)],
    Rule.AWAY: [lambda p, r: (crews(p, away=(Slot(r.duties[0].start_us - 1, r.duties[0].start_us + 1),)), r)],
    Rule.STAND_IN: [
        lambda p, r: (p, first(r, stand_in="short")),
        lambda p, r: (p, replace(r, flights=tuple(replace(one, stand_in="spare") for one in r.flights))),
        lambda p, r: (spare(p, duration_min=14 * 60 + 1), r),
        lambda p, r: (spare(p, departure=Slot(at(10), at(20))), r),
        lambda p, r: (spare(p, base="south"), r),
        lambda p, r: (spare(p, aircraft_types=("MQ-Y",)), r),
        lambda p, r: (spare(p, sensors=("SAR",)), r),
        lambda p, r: (spare(p, weather_area="west"), r),
    ],
}


def test_every_rule_is_spoilt_by_something() -> None:
    assert list(SPOILS) == list(Rule)


@pytest.mark.parametrize(("rule", "k"), [(rule, k) for rule, spoils in SPOILS.items() for k in range(len(spoils))])
def test_a_rota_that_breaks_a_rule_is_caught(rule: Rule, k: int) -> None:
    problem, rota = good()
    assert broken(problem, rota) == []
    assert accept(problem, rota) is rota
    spoilt = SPOILS[rule][k](problem, rota)
    assert rule in {one.rule for one in broken(*spoilt)}
    with pytest.raises(InputError, match=broken(*spoilt)[0].subject):
        accept(*spoilt)


def test_limits_are_kept_to_the_minute() -> None:
    """A limit that is just reached is not broken, one that is passed by a minute is."""
    problem, rota = good()
    longest = max((s.end_us - s.start_us) // MINUTE_US for one in rota.flights for s in one.shifts)
    assert broken(ruled(problem, longest_flight_min=longest), rota) == []
    assert {one.rule for one in broken(ruled(problem, longest_flight_min=longest - 1), rota)} == {Rule.DUTY_FLIGHT}

    def flown(crew: Crew) -> int:
        shifts = [s for one in rota.flights for s in one.shifts if s.crew_id == crew.crew_id]
        return sum((s.end_us - s.start_us) // MINUTE_US for s in shifts)

    most = max(flown(one) for one in problem.crews)
    assert broken(ruled(problem, flight_7_days_min=most, flight_28_days_min=most), rota) == []
    assert {one.rule for one in broken(ruled(problem, flight_7_days_min=most - 1), rota)} == {Rule.SEVEN_DAYS}
    eight_days_ago = (DayFlown(START_US - 8 * DAY_US, 39 * 60),)
    assert broken(crews(problem, flown=eight_days_ago), rota) == []
