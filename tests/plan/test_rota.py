"""Rotas: what is accepted breaks no rule, what is best is best, and what is left out is left out for a reason."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise, product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otear.domain.bilingual import Bilingual
from otear.domain.rota import (
    Assignment,
    DayFlown,
    Duty,
    DutyRules,
    Lack,
    LeftOut,
    MaintenanceSlot,
    Rota,
    RotaProblem,
    Seat,
    Shift,
    Slot,
)
from otear.errors import InputError, NotFoundError, SettingError
from otear.plan.rota.make import Effort, expected, make_rota
from otear.plan.rota.plain import plain_rota
from otear.plan.rota.rules import broken
from otear.plan.rota.text import rota_text
from otear.plan.rota.weather import after_weather

from .rotas import DAY_US, MINUTE_US, RULES, START_US, airframe, at, crew, problem, state, wanted

QUICK = Effort(insertion=0.01, value=0.05, evenness=0.02, reason=0.02)


@st.composite
def problems(draw: st.DrawFn) -> RotaProblem:
    """A few flights, airframes and crews, with everything that can stand in their way."""
    hours = st.integers(0, 60)
    flights = tuple(
        wanted(
            f"F{k}",
            draw(st.sampled_from((0.0, 0.5, 1.0, 3.0))),
            draw(st.sampled_from((2.0, 5.5, 9.0, 14.0))),
            since := draw(hours),
            since + draw(st.integers(0, 24)),
            base=draw(st.sampled_from(("north", "north", "south"))),
            aircraft_types=draw(st.sampled_from(((), ("MQ-X",), ("MQ-Y",)))),
            cancelled=draw(st.sampled_from((0.0, 0.3, 1.0))),
            weather_area=draw(st.sampled_from("ab")),
            priority=draw(st.integers(1, 2)),
        )
        for k in range(draw(st.integers(1, 5)))
    )
    fleet = tuple(
        airframe(
            f"A{k}",
            base=draw(st.sampled_from(("north", "south"))),
            aircraft_type=draw(st.sampled_from(("MQ-X", "MQ-Y"))),
            turn_round_min=draw(st.sampled_from((0, 90, 300))),
            minutes_left_min=draw(st.sampled_from((0, 400, 6_000))),
            maintenance_every_min=draw(st.sampled_from((700, 6_000))),
            maintenance_min=draw(st.sampled_from((60, 600))),
            fixed_maintenance=draw(
                st.sampled_from(((), (MaintenanceSlot(at(-3), at(2)), MaintenanceSlot(at(20), at(26.1), True))))
            ),
            available_from_us=at(draw(st.sampled_from((-9, 5)))),
        )
        for k in range(draw(st.integers(1, 2)))
    )
    rules = replace(
        RULES,
        longest_flight_min=draw(st.sampled_from((300, 480, 600))),
        shortest_rest_min=draw(st.sampled_from((0, 480, 720))),
        flight_7_days_min=draw(st.sampled_from((600, 2_400))),
    )
    crews = tuple(
        crew(
            f"{seat.value} {k}",
            seat,
            rules=rules if k else RULES,
            aircraft_types=draw(st.sampled_from((("MQ-X",), ("MQ-X", "MQ-Y")))),
            bases=draw(st.sampled_from((("north",), ("north", "south")))),
            last_duty_end_us=draw(st.sampled_from((None, at(-1)))),
            flown=draw(st.sampled_from(((), (DayFlown(START_US - 6 * DAY_US, 500), DayFlown(START_US, 60))))),
            away=draw(st.sampled_from(((), (Slot(at(10), at(30)), Slot(at(25), at(31)))))),
        )
        for seat in Seat
        for k in range(draw(st.integers(1, 3)))
    )
    return RotaProblem(START_US, flights, fleet, crews, draw(st.sampled_from((0, 20))))


@settings(max_examples=12)
@given(problems(), st.randoms(use_true_random=False))
def test_every_rota_that_is_accepted_breaks_no_rule(asked: RotaProblem, luck: Random) -> None:
    rota = make_rota(asked, step_min=45, effort=QUICK)
    assert broken(asked, rota) == []
    assert broken(asked, plain_rota(asked, step_min=45)) == []
    for stage in rota.stages[:-1]:
        assert stage.value <= stage.bound + 1e-6
    reached = expected(asked, rota)
    stated = sum(stage.value for stage in rota.stages[:-1])
    assert reached.planned + reached.standing_in == pytest.approx(stated, abs=1e-4)
    assert all(one.lacks and one.words.en and one.words.es for one in rota.left_out)
    # The weather may cancel anything: what is flown then breaks no rule either.
    named = [one.flight_id for one in rota.flights] + [one.stand_in for one in rota.flights if one.stand_in]
    gone = {name for name in named if luck.random() < 0.5}
    assert broken(asked, after_weather(asked, rota, gone)) == []


NO_WORDS = Bilingual("", "")


def best_by_trying(asked: RotaProblem, step_min: int) -> float:
    """The most that one airframe and one crew a seat can find: every departure of every flight, tried."""
    (plane,), (pilot, operator) = asked.airframes, asked.crews
    choices = [[None, *range(0, 24 * 60 + 1, step_min)] for _ in asked.flights]
    tried = []
    for minutes in product(*choices):
        chosen = [(m, f) for m, f in zip(minutes, asked.flights, strict=True) if m is not None]
        chosen.sort(key=lambda pair: pair[0])
        if all(m + f.duration_min <= after for (m, f), (after, _) in pairwise(chosen)):
            tried.append((sum(f.value * (1.0 - f.cancelled) for _, f in chosen), chosen))
    for value, chosen in sorted(tried, key=lambda pair: -pair[0]):
        flights: list[Assignment] = []
        spans: list[tuple[int, int]] = []
        for minute, one in chosen:
            start, end = at(minute / 60), at((minute + one.duration_min) / 60)
            shifts = tuple(Shift(c.crew_id, c.seat, start, end) for c in (pilot, operator))
            flights.append(Assignment(one.flight_id, plane.airframe_id, start, end, shifts))
            spans.append((start - RULES.pre_flight_min * MINUTE_US, end + RULES.post_flight_min * MINUTE_US))
        names = {one.flight_id for _, one in chosen}
        rest = tuple(LeftOut(one.flight_id, (), NO_WORDS) for one in asked.flights if one.flight_id not in names)
        for joins in product((False, True), repeat=max(0, len(spans) - 1)):
            duties: list[tuple[int, int]] = []
            for span, join in zip(spans, (False, *joins), strict=False):
                duties = [*duties[:-1], (duties[-1][0], span[1])] if join else [*duties, span]
            both = tuple(Duty(c.crew_id, *span) for c in (pilot, operator) for span in duties)
            if not broken(asked, Rota(START_US, tuple(flights), (), both, rest)):
                return value
    raise AssertionError("not even an empty rota breaks no rule")


@pytest.mark.parametrize(("rest_h", "flight_h"), [(12, 8), (5, 10)])
def test_the_best_is_as_good_as_trying_everything(rest_h: int, flight_h: int) -> None:
    rules = replace(RULES, shortest_rest_min=rest_h * 60, longest_flight_min=flight_h * 60)
    asked = RotaProblem(
        START_US,
        tuple(
            wanted(f"F{k}", value, hours, 0, 24, cancelled=0.0)
            for k, (value, hours) in enumerate(((1.0, 5), (1.6, 8), (0.9, 2), (0.7, 3)))
        ),
        (airframe("A"),),
        tuple(crew(seat.value, seat, rules=rules) for seat in Seat),
        0,
    )
    rota = make_rota(asked, step_min=300, effort=Effort(0.01, 1.0, 0.02, 0.02))
    assert rota.stages[0].status == "OPTIMAL"
    assert rota.stages[0].value == pytest.approx(best_by_trying(asked, 300), abs=1e-5)


def test_a_doubtful_flight_with_a_stand_in_beats_a_safe_one() -> None:
    asked = replace(
        problem(0),
        flights=(wanted("risky", 10.0, 6, 0, 1, cancelled=0.5), wanted("safe", 6.0, 6, 0, 1, cancelled=0.0)),
    )
    rota = make_rota(asked, effort=QUICK)
    (flown,) = rota.flights
    assert (flown.flight_id, flown.stand_in) == ("risky", "safe")
    assert expected(asked, rota).planned == pytest.approx(5.0)
    assert expected(asked, rota).standing_in == pytest.approx(3.0)
    assert rota.stages[0].status == "OPTIMAL"
    day = after_weather(asked, rota, {"risky"})
    assert [one.flight_id for one in day.flights] == ["safe"]
    assert [one.flight_id for one in day.cancelled] == ["risky"]
    same_weather = tuple(replace(one, weather_area="one") for one in asked.flights)
    (flown,) = make_rota(replace(asked, flights=same_weather), effort=QUICK).flights
    assert (flown.flight_id, flown.stand_in) == ("safe", None)
    with pytest.raises(NotFoundError):
        after_weather(asked, rota, {"nowhere"})


def test_a_priority_goes_before_any_value() -> None:
    asked = replace(
        problem(0), flights=(wanted("rich", 9.0, 6, 0, 1, priority=2), wanted("urgent", 0.1, 6, 0, 1, priority=1))
    )
    assert [one.flight_id for one in make_rota(asked, effort=QUICK).flights] == ["urgent"]


def test_a_long_flight_is_relieved() -> None:
    asked = replace(problem(0, pairs=3), flights=(wanted("long", 1.0, 20.0),))
    (flown,) = make_rota(asked, effort=QUICK).flights
    for seat in Seat:
        shifts = [shift for shift in flown.shifts if shift.seat is seat]
        assert len(shifts) == len({shift.crew_id for shift in shifts}) == 3
        assert all(a.end_us - b.start_us == 10 * MINUTE_US for a, b in pairwise(shifts))


def test_maintenance_is_done_when_a_flight_needs_it_and_only_then() -> None:
    short = replace(problem(2, pairs=4), airframes=(airframe("A", minutes_left_min=8 * 60),))
    rota = make_rota(short, effort=QUICK)
    (hangar,) = rota.maintenance
    assert len(rota.flights) == 2
    assert rota.flights[0].land_us + 180 * MINUTE_US <= hangar.start_us
    assert hangar.end_us <= rota.flights[1].depart_us
    assert make_rota(problem(2, pairs=4), effort=QUICK).maintenance == ()


def test_without_flights_there_is_an_empty_rota() -> None:
    fixed = MaintenanceSlot(at(1), at(2))
    rota = make_rota(replace(problem(0), airframes=(airframe("A", fixed_maintenance=(fixed,)),)), effort=QUICK)
    assert rota.flights == ()
    assert len(rota.maintenance) == 1


def reason(asked: RotaProblem, name: str) -> tuple[tuple[Lack, ...], ...]:
    rota = make_rota(asked, effort=QUICK)
    (found,) = [one for one in rota.left_out if one.flight_id == name]
    return found.lacks


def test_what_is_left_out_says_what_it_lacks() -> None:
    one = problem(0)
    alone = replace(one, flights=(wanted("F", 1.0, 6, 4, 8),))
    assert make_rota(alone, effort=QUICK).left_out == ()
    assert reason(replace(alone, flights=(wanted("F", sensors=("SAR",)),)), "F") == ((Lack.AIRFRAME,),)
    hangar = airframe("A", fixed_maintenance=(MaintenanceSlot(at(3), at(13)),))
    assert reason(replace(alone, airframes=(hangar,)), "F") == ((Lack.AIRFRAME,), (Lack.MAINTENANCE,), (Lack.WINDOW,))
    tired = tuple(
        replace(c, flown=(DayFlown(START_US - DAY_US, 36 * 60),)) if c.seat is Seat.PILOT else c for c in one.crews
    )
    assert reason(replace(alone, crews=tired), "F") == ((Lack.PILOT,),)
    busy = tuple(replace(c, away=(Slot(at(0), at(12)),)) for c in one.crews)
    assert reason(replace(alone, crews=busy), "F") == (
        (Lack.PILOT, Lack.SENSOR_OPERATOR),
        (Lack.WINDOW,),
    )
    past = replace(alone, flights=(wanted("F", 1.0, 6, -8, -4),))
    assert reason(past, "F") == ((Lack.WINDOW,),)
    assert reason(replace(alone, flights=(wanted("F", 0.0),)), "F") == ((Lack.VALUE,),)
    two = replace(one, flights=(wanted("F", 1.0, 6, 4, 8), wanted("G", 2.0, 6, 4, 8)))
    assert reason(two, "F") == ((Lack.AIRFRAME,), (Lack.WINDOW,))
    assert reason(replace(two, crews=one.crews[::2]), "F") == ((Lack.WINDOW,),)


def test_the_same_problem_gives_the_same_rota_in_another_process() -> None:
    script = (
        "import hashlib; from tests.plan.rotas import state; from otear.plan.rota.make import Effort, make_rota;"
        "print(hashlib.sha256(repr(make_rota(state(5, 3), effort=Effort(.01, .05, .02, .02))).encode()).hexdigest())"
    )
    here = hashlib.sha256(repr(make_rota(state(5, 3), effort=QUICK)).encode()).hexdigest()
    there = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "77", "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert there.stdout.strip() == here


def test_what_cannot_be_planned_for_is_refused() -> None:
    good = problem(2)
    one = good.flights[0]
    flawed = [
        (replace(good, flights=(one, one)), "flights"),
        (replace(good, flights=(replace(one, cancelled=1.5),)), "flights[F0].cancelled"),
        (replace(good, flights=(replace(one, value=float("nan")),)), "flights[F0].value"),
        (replace(good, flights=(replace(one, duration_min=0),)), "flights[F0].duration_min"),
        (replace(good, flights=(replace(one, departure=Slot(at(2), at(1))),)), "flights[F0].departure"),
        (replace(good, handover_min=-1), "handover_min"),
        (replace(good, airframes=(airframe("A", turn_round_min=-1),)), "airframes[A].turn_round_min"),
        (replace(good, airframes=(airframe("A", maintenance_min=0),)), "airframes[A].maintenance_min"),
        (
            replace(
                good,
                airframes=(
                    airframe("A", fixed_maintenance=(MaintenanceSlot(at(1), at(3)), MaintenanceSlot(at(2), at(4)))),
                ),
            ),
            "airframes[A].fixed_maintenance",
        ),
        (replace(good, crews=(crew("P", Seat.PILOT, away=(Slot(at(2), at(2)),)),)), "crews[P].away"),
        (replace(good, crews=(crew("P", Seat.PILOT, flown=(DayFlown(at(30), 1),)),)), "crews[P].flown"),
        (
            replace(good, crews=(crew("P", Seat.PILOT, rules=DutyRules(1, 1, -1, 1, 1, 1, 1, 1)),)),
            "crews[P].rules.shortest_rest_min",
        ),
    ]
    for asked, field in flawed:
        with pytest.raises(InputError) as caught:
            make_rota(asked)
        assert caught.value.field == field
    with pytest.raises(SettingError):
        make_rota(good, step_min=0)


def test_the_text_names_every_flight_and_every_bound() -> None:
    asked = problem(4)
    rota = make_rota(asked, effort=QUICK)
    text = rota_text(asked, rota)
    assert all(one.flight_id in text for one in asked.flights)
    assert all(f"bound {stage.bound:.3f}" in text for stage in rota.stages)
    day = after_weather(asked, rota, {rota.flights[0].flight_id})
    assert f"{rota.flights[0].flight_id} on A0 cancelled" in rota_text(asked, day)
