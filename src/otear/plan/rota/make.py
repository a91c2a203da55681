"""A rota that finds the most: which flights to fly, with which airframe and which crews, and what was left out and why.

What is sought, in this order: the expected sites of flights of priority 1, then of priority 2, and so on; then, with
the flights, times and airframes so chosen, that crews of one seat fly alike.

Weather is counted, not wished away. A flight is worth its value times the probability that it is flown. For a flight
that may be cancelled, a stand-in over ground with other weather may be named, which takes over airframe, crews and
departure as they are: no rule is touched by the exchange. It is worth the probability that the first is cancelled and
it is not, times its own value. Nothing is promised beyond that: no second stand-in, no flight put off to another day.

The bound of each stage is the solver's own: no rota in the terms of `rota_terms` and `rota_model` (departures in
steps, equal shifts, stand-ins as above) is worth more, given what the stages before it reached.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ortools.sat.python.cp_model import FEASIBLE, OPTIMAL, UNKNOWN, CpSolver

from otear.domain.bilingual import Bilingual
from otear.domain.rota import FlightWanted, LeftOut, Rota, RotaProblem, Stage
from otear.errors import SettingError
from otear.plan.rota.model import MICRO, RotaModel
from otear.plan.rota.plain import plain_rota
from otear.plan.rota.reasons import left_out
from otear.plan.rota.rules import Rule, accept, broken
from otear.plan.rota.solver import solver
from otear.plan.rota.terms import checked


@dataclass(frozen=True)
class Effort:
    """How long the solver may work, in its own deterministic time, of which a unit is a second or two.

    `insertion` for each flight that is added to a plain rota to begin with, `value` for each priority, `evenness` for
    the crews, `reason` for each question about a flight left out.
    """

    insertion: float = 0.05
    value: float = 0.7
    evenness: float = 0.5
    reason: float = 0.5


@dataclass(frozen=True)
class Expected:
    """Expected sites of a rota: of the flights planned, and beyond that of those that stand in."""

    planned: float
    standing_in: float


def make_rota(problem: RotaProblem, *, step_min: int = 15, effort: Effort | None = None) -> Rota:
    """A rota that breaks no rule, with its bounds, and a reason for every flight left out. Same input, same rota.

    Flights depart at the earliest moment of their windows or a multiple of `step_min` minutes later. Raises
    `InputError` for a problem that cannot be planned for, `SettingError` for a step below a minute.
    """
    if step_min < 1:
        raise SettingError(f"steps of {step_min} min", field="step_min", remedy="Give whole minutes from 1")
    effort = effort or Effort()
    checked(problem)
    model = RotaModel(problem, problem.flights, step_min=step_min, stand_ins=True)
    unevenness = model.unevenness()
    model.hint(_filled(problem, plain_rota(problem, step_min=step_min), step_min, effort.insertion))
    stages: list[Stage] = []
    found: CpSolver | None = None
    for priority in sorted({one.priority for one in problem.flights}):
        sought = model.expected(priority)
        model.model.maximize(sought)
        found, stage = _solved(model, found, effort.value, f"expected sites, priority {priority}", MICRO)
        stages.append(stage)
        model.model.add(sought >= found.value(sought))
    if found is not None:
        for variable in model.flown():
            model.model.add(variable == found.value(variable))
    model.model.minimize(unevenness)
    found, stage = _solved(model, found, effort.evenness, "flight minutes between crews of a seat", 1)
    flights, hangar, duties = model.solution(found)
    rota = Rota(problem.start_us, tuple(flights), tuple(hangar), tuple(duties), (), (*stages, stage))
    rota = _without_idle_maintenance(problem, rota)
    return accept(problem, replace(rota, left_out=tuple(_left_out(problem, rota, step_min, effort.reason))))


def expected(problem: RotaProblem, rota: Rota) -> Expected:
    """What a rota is expected to find, before the weather is known."""
    by_id = {one.flight_id: one for one in problem.flights}
    flown = [(by_id[one.flight_id], None if one.stand_in is None else by_id[one.stand_in]) for one in rota.flights]
    return Expected(
        sum(_worth(one) for one, _ in flown),
        sum(one.cancelled * _worth(other) for one, other in flown if other is not None),
    )


def _filled(problem: RotaProblem, rota: Rota, step_min: int, effort: float) -> Rota:
    """A rota with every flight that the solver finds room for beside those in it, which it may move: where to begin.

    Flights that are worth most for each hour come first. Only flights, maintenances and duties are those of a rota.
    """
    names = {one.flight_id for one in rota.flights}
    for wanted in sorted(problem.flights, key=lambda one: (one.priority, -_worth(one) / one.duration_min)):
        if wanted.flight_id in names or _worth(wanted) <= 0.0:
            continue
        flights = [one for one in problem.flights if one.flight_id in names or one is wanted]
        model = RotaModel(problem, flights, step_min=step_min, all_of_them=True)
        model.hint(rota)
        found = solver(effort, prove=True)
        if found.solve(model.model) in (OPTIMAL, FEASIBLE):
            flown, hangar, duties = model.solution(found)
            rota = Rota(problem.start_us, tuple(flown), tuple(hangar), tuple(duties), ())
            names.add(wanted.flight_id)
    return rota


def _worth(wanted: FlightWanted) -> float:
    """Expected sites of a flight that is planned."""
    return wanted.value * (1.0 - wanted.cancelled)


def _solved(
    model: RotaModel, before: CpSolver | None, effort: float, sought: str, scale: int
) -> tuple[CpSolver, Stage]:
    """Solve, beginning where the last solve ended, for `effort` or for as much more as it takes to find any rota."""
    if before is not None:
        model.model.clear_hints()  # type: ignore[no-untyped-call]  # CP-SAT gives it no types
        for index, value in enumerate(before.response_proto.solution):
            model.model.add_hint(model.model.get_int_var_from_proto_index(index), value)
    found = solver(effort)
    status = found.solve(model.model)
    while status not in (OPTIMAL, FEASIBLE):
        if status != UNKNOWN:
            raise RuntimeError(f"a rota without flights breaks no rule, and the solver says {status.name}")
        # A rota without flights exists: what was too short to find even that is doubled.
        effort *= 2.0
        found = solver(effort)
        status = found.solve(model.model)
    stage = Stage(sought, found.objective_value / scale, found.best_objective_bound / scale, status.name)
    return found, stage


def _without_idle_maintenance(problem: RotaProblem, rota: Rota) -> Rota:
    """The rota without the maintenances that the solver was free to place and that no flight needs."""
    for one in [one for one in rota.maintenance if not one.fixed]:
        fewer = replace(rota, maintenance=tuple(other for other in rota.maintenance if other != one))
        if not any(fault.rule is Rule.MAINTENANCE_DUE for fault in broken(problem, fewer)):
            rota = fewer
    return rota


def _left_out(problem: RotaProblem, rota: Rota, step_min: int, effort: float) -> Iterator[LeftOut]:
    """A reason for every flight that is not in the rota, and what it stands in for."""
    names = {one.flight_id for one in rota.flights}
    first = {one.stand_in: one.flight_id for one in rota.flights}
    for wanted in problem.flights:
        if wanted.flight_id in names:
            continue
        reason = left_out(problem, rota, wanted, step_min=step_min, effort=effort)
        if wanted.flight_id in first:
            name = first[wanted.flight_id]
            words = Bilingual(f"{reason.words.en} Stands in for {name}.", f"{reason.words.es} Reemplaza a {name}.")
            reason = replace(reason, words=words)
        yield reason
