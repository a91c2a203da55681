"""Why a flight was left out: what it would fit with, found by asking the solver again.

The flight is to be added to the rota as it stands, and one thing at a time is given freely: another airframe, no
maintenance, crews without limits in one seat or in both, any hour of departure. What makes room for it is what it
lacks. Where no single thing does, all are given, and taken back one by one as long as there is still room. What there
is no room without, whatever else is given, is sought first, as that alone may do.

Maintenance that the rota placed may be moved; flights and their crews are not. A flight that does not fit even if
nothing else is flown is asked about alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ortools.sat.python.cp_model import FEASIBLE, INFEASIBLE, OPTIMAL

from otear.domain.bilingual import Bilingual
from otear.domain.rota import (
    Airframe,
    Assignment,
    Crew,
    DutyRules,
    FlightWanted,
    Lack,
    LeftOut,
    Rota,
    RotaProblem,
    Seat,
    Slot,
)
from otear.plan.rota.model import RotaModel
from otear.plan.rota.solver import solver
from otear.plan.rota.terms import DAY_US, departures, instant_us

_FREE_MIN = 1_000_000
"""Minutes that nothing uses up."""
_NO_LIMITS = DutyRules(_FREE_MIN, _FREE_MIN, 0, _FREE_MIN, _FREE_MIN, 0, 0, 0)
_BOTH = (Lack.PILOT, Lack.SENSOR_OPERATOR)
_SINGLY = ((Lack.AIRFRAME,), (Lack.MAINTENANCE,), (Lack.PILOT,), (Lack.SENSOR_OPERATOR,), _BOTH, (Lack.WINDOW,))
_BACK = (Lack.WINDOW, Lack.MAINTENANCE, Lack.SENSOR_OPERATOR, Lack.PILOT, Lack.AIRFRAME)
_WORDS = {
    (Lack.AIRFRAME,): Bilingual("one more airframe", "una aeronave más"),
    (Lack.MAINTENANCE,): Bilingual("no maintenance due or fixed", "ningún mantenimiento debido ni fijo"),
    (Lack.PILOT,): Bilingual("pilots with duty time left", "pilotos con tiempo de servicio disponible"),
    (Lack.SENSOR_OPERATOR,): Bilingual(
        "sensor operators with duty time left", "operadores de sensor con tiempo de servicio disponible"
    ),
    _BOTH: Bilingual("crews of both seats with duty time left", "tripulaciones con tiempo de servicio disponible"),
    (Lack.WINDOW,): Bilingual("another hour of departure", "otra hora de salida"),
}


def left_out(problem: RotaProblem, rota: Rota, wanted: FlightWanted, *, step_min: int, effort: float) -> LeftOut:
    """Why `wanted` is not flown beside the flights of the rota; `effort` is the deterministic time of one solve."""
    alone = _room(problem, (), wanted, step_min=step_min, effort=effort)
    beside = () if alone is False else rota.flights
    room = alone if not beside else _room(problem, beside, wanted, step_min=step_min, effort=effort)
    if room:
        return _fitting(wanted)
    if room is None:
        return _unknown(wanted)

    def enough(lacks: Sequence[Lack]) -> bool | None:
        given = _given(problem, wanted, lacks)
        found = [_room(more, beside, moved, step_min=step_min, effort=effort) for more, moved in given]
        return True if any(found) else None if None in found else False

    needed = tuple(lack for lack in _BACK if enough([one for one in _BACK if one is not lack]) is False)
    if needed and enough(needed):
        return _lacking(wanted, [needed], alone=not beside)
    singly: list[tuple[Lack, ...]] = []
    for lacks in _SINGLY:
        fewest = not any(set(one) <= set(lacks) for one in singly)
        if fewest and set(needed) <= set(lacks) and enough(lacks):
            singly.append(lacks)
    if singly:
        return _lacking(wanted, singly, alone=not beside)
    together: tuple[Lack, ...] = _BACK
    for lack in _BACK:
        fewer = tuple(one for one in together if one is not lack)
        if lack not in needed and enough(fewer):
            together = fewer
    return _lacking(wanted, [together], alone=not beside) if enough(together) else _unknown(wanted)


def _room(
    problem: RotaProblem, beside: Sequence[Assignment], wanted: FlightWanted, *, step_min: int, effort: float
) -> bool | None:
    """Whether the flight can be added to others as they stand; None where the time did not suffice to know."""
    if not departures(problem, wanted, step_min):
        return False
    names = {one.flight_id for one in beside}
    flights = [*(one for one in problem.flights if one.flight_id in names), wanted]
    model = RotaModel(problem, flights, step_min=step_min, all_of_them=True, standing=beside)
    status = solver(effort, prove=True).solve(model.model)
    return True if status in (OPTIMAL, FEASIBLE) else False if status == INFEASIBLE else None


def _given(
    problem: RotaProblem, wanted: FlightWanted, lacks: Sequence[Lack]
) -> Iterator[tuple[RotaProblem, FlightWanted]]:
    """Problem and flight with what is lacking given freely: one for each type that another airframe could be of."""
    last_us = max(one.departure.end_us for one in problem.flights)
    if Lack.WINDOW in lacks:
        any_hour = Slot(problem.start_us, max(last_us, problem.start_us + DAY_US))
        wanted = replace(wanted, departure=any_hour)
    if Lack.MAINTENANCE in lacks:
        free = tuple(replace(one, minutes_left_min=_FREE_MIN, fixed_maintenance=()) for one in problem.airframes)
        problem = replace(problem, airframes=free)
    types = wanted.aircraft_types or tuple(sorted({one.aircraft_type for one in problem.airframes})) or ("",)
    for seat, lack in ((Seat.PILOT, Lack.PILOT), (Seat.SENSOR_OPERATOR, Lack.SENSOR_OPERATOR)):
        if lack in lacks:
            able = tuple(sorted({*types, *(one.aircraft_type for one in problem.airframes)}))
            bases = tuple(sorted({one.base for one in (wanted, *problem.flights)}))
            problem = replace(problem, crews=(*problem.crews, Crew(f"+{seat}", seat, able, bases, _NO_LIMITS)))
    if Lack.AIRFRAME not in lacks:
        yield problem, wanted
        return
    until_us = instant_us(problem, _FREE_MIN)
    for kind in types:
        more = Airframe("+", kind, wanted.sensors, wanted.base, problem.start_us, until_us, 0, _FREE_MIN, _FREE_MIN, 1)
        yield replace(problem, airframes=(*problem.airframes, more)), wanted


def _lacking(wanted: FlightWanted, groups: Sequence[tuple[Lack, ...]], *, alone: bool) -> LeftOut:
    groups = [tuple(lack for lack in Lack if lack in group) for group in groups]
    said = [_said(group) for group in groups]
    english = ", or with ".join(one.en for one in said)
    spanish = ", o con ".join(one.es for one in said)
    where = (
        Bilingual("Does not fit even if nothing else is flown", "No cabe aunque no se vuele nada más")
        if alone
        else Bilingual("No room for it in the rota as it stands", "No hay lugar en la rotación como está")
    )
    words = Bilingual(f"{where.en}; it would fit with {english}.", f"{where.es}; cabría con {spanish}.")
    return LeftOut(wanted.flight_id, tuple(groups), words)


def _said(group: tuple[Lack, ...]) -> Bilingual:
    """A group in words: both seats are said at once."""
    parts = [_WORDS[one,] for one in group if one not in _BOTH or not set(_BOTH) <= set(group)]
    if set(_BOTH) <= set(group):
        parts.append(_WORDS[_BOTH])
    return Bilingual(" and ".join(one.en for one in parts), " y ".join(one.es for one in parts))


def _fitting(wanted: FlightWanted) -> LeftOut:
    if wanted.value * (1.0 - wanted.cancelled) <= 0.0:
        words = Bilingual("Would find nothing: its expected value is 0.", "No hallaría nada: su valor esperado es 0.")
        return LeftOut(wanted.flight_id, ((Lack.VALUE,),), words)
    words = Bilingual(
        "Fits into the rota as it stands: the solver stopped before it found that. Give it more time.",
        "Cabe en la rotación como está: el cálculo terminó antes de hallarlo. Dele más tiempo.",
    )
    return LeftOut(wanted.flight_id, ((Lack.TIME_TO_SOLVE,),), words)


def _unknown(wanted: FlightWanted) -> LeftOut:
    words = Bilingual(
        "Not known what it lacks: the solver stopped before it could tell. Give it more time.",
        "No se sabe qué le falta: el cálculo terminó antes de poder decirlo. Dele más tiempo.",
    )
    return LeftOut(wanted.flight_id, ((Lack.TIME_TO_SOLVE,),), words)
