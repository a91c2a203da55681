"""The plain planner: a whiteboard, and the flight that is worth most first. Kept beside the solver to be beaten.

Each flight takes the first departure, the first airframe and the first crews that are free. It moves nothing that is
on the board, sends nothing to the hangar, gives a crew one shift a duty, plans no stand-ins, and counts all flight
time of the rota against the limits of 7 and of 28 days.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from otear.domain.bilingual import Bilingual
from otear.domain.rota import (
    Airframe,
    Assignment,
    Crew,
    Duty,
    FlightWanted,
    LeftOut,
    Maintenance,
    Rota,
    RotaProblem,
    Seat,
    Shift,
)
from otear.plan.rota.rules import accept
from otear.plan.rota.terms import (
    DAY_US,
    checked,
    departures,
    fits,
    instant_us,
    minute_down,
    minute_up,
    suits,
    ways_to_cut,
)

_NO_ROOM = Bilingual(
    "Does not fit on the board beside what is worth more.", "No cabe en el tablero junto a lo que vale más."
)

Span = tuple[int, int]


@dataclass
class _Board:
    """What is taken: minutes by airframe and by crew, and flight minutes by crew."""

    busy: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))
    duties: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))
    flown: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def plain_rota(problem: RotaProblem, *, step_min: int = 15) -> Rota:
    """A rota as it comes on a whiteboard. Raises `InputError` for a problem that cannot be planned for."""
    checked(problem)
    board = _Board()
    flights: list[Assignment] = []
    duties: list[Duty] = []
    left_out: list[LeftOut] = []
    by_worth = sorted(problem.flights, key=lambda one: (one.priority, one.value * (one.cancelled - 1.0)))
    for wanted in by_worth:
        found = _place(problem, board, wanted, step_min) if wanted.value * (1.0 - wanted.cancelled) > 0.0 else None
        if found is None:
            left_out.append(LeftOut(wanted.flight_id, (), _NO_ROOM))
        else:
            flights.append(found[0])
            duties += found[1]
    hangar = [
        Maintenance(airframe.airframe_id, slot.start_us, slot.end_us, slot.resets_hours, True)
        for airframe in problem.airframes
        for slot in airframe.fixed_maintenance
    ]
    return accept(
        problem,
        Rota(
            problem.start_us,
            tuple(sorted(flights, key=lambda one: (one.depart_us, one.flight_id))),
            tuple(hangar),
            tuple(sorted(duties, key=lambda one: (one.start_us, one.crew_id))),
            tuple(left_out),
        ),
    )


def _place(
    problem: RotaProblem, board: _Board, wanted: FlightWanted, step_min: int
) -> tuple[Assignment, list[Duty]] | None:
    """The first place on the board for a flight, written on it."""
    for departs in departures(problem, wanted, step_min):
        for airframe in problem.airframes:
            if not suits(wanted, airframe) or not _free(problem, board, airframe, departs, wanted.duration_min):
                continue
            taken = dict[str, Span]()
            shifts = [_crewed(problem, board, wanted, airframe, seat, departs=departs, taken=taken) for seat in Seat]
            if any(not found for found in shifts):
                continue
            lands = departs + wanted.duration_min
            board.busy[airframe.airframe_id].append((departs, lands + airframe.turn_round_min))
            board.flown[airframe.airframe_id] += wanted.duration_min
            duties: list[Duty] = []
            for shift in (shift for found in shifts for shift in found):
                span = taken[shift.crew_id]
                board.duties[shift.crew_id].append(span)
                board.flown[shift.crew_id] += minute_down(problem, shift.end_us) - minute_down(problem, shift.start_us)
                duties.append(Duty(shift.crew_id, instant_us(problem, span[0]), instant_us(problem, span[1])))
            flown = Assignment(
                wanted.flight_id,
                airframe.airframe_id,
                instant_us(problem, departs),
                instant_us(problem, lands),
                tuple(shift for found in shifts for shift in found),
            )
            return flown, duties
    return None


def _free(problem: RotaProblem, board: _Board, airframe: Airframe, departs: int, duration: int) -> bool:
    lands = departs + duration
    hangar = [
        (minute_down(problem, slot.start_us), minute_up(problem, slot.end_us)) for slot in airframe.fixed_maintenance
    ]
    return (
        minute_up(problem, airframe.available_from_us) <= departs
        and lands <= minute_down(problem, airframe.available_until_us)
        and board.flown[airframe.airframe_id] + duration
        <= min(airframe.minutes_left_min, airframe.maintenance_every_min if hangar else airframe.minutes_left_min)
        and all(
            lands + airframe.turn_round_min <= start or end <= departs
            for start, end in (*board.busy[airframe.airframe_id], *hangar)
        )
    )


def _crewed(
    problem: RotaProblem,
    board: _Board,
    wanted: FlightWanted,
    airframe: Airframe,
    seat: Seat,
    *,
    departs: int,
    taken: dict[str, Span],
) -> list[Shift]:
    """The first crews that are free for a seat, empty if there are too few; `taken` gets their duties."""
    able = [
        crew
        for crew in problem.crews
        if crew.seat is seat and airframe.aircraft_type in crew.aircraft_types and wanted.base in crew.bases
    ]
    for way in ways_to_cut(wanted.duration_min, problem.handover_min, able)[:1]:
        shifts: list[Shift] = []
        for offset, length in way:
            start, end = departs + offset, departs + offset + length
            for crew in able:
                span = (start - crew.rules.pre_flight_min, end + crew.rules.post_flight_min)
                if crew.crew_id not in taken and fits(crew, length) and _rested(problem, board, crew, span, length):
                    taken[crew.crew_id] = span
                    shifts.append(Shift(crew.crew_id, seat, instant_us(problem, start), instant_us(problem, end)))
                    break
        if len(shifts) == len(way):
            return shifts
    return []


def _rested(problem: RotaProblem, board: _Board, crew: Crew, span: Span, length: int) -> bool:
    rest, (start, end) = max(crew.rules.shortest_rest_min, crew.rules.change_min), span
    first = problem.start_us // DAY_US
    for days, most in ((7, crew.rules.flight_7_days_min), (28, crew.rules.flight_28_days_min)):
        before = sum(one.flight_min for one in crew.flown if one.day_us // DAY_US > first - days)
        if before + board.flown[crew.crew_id] + length > most:
            return False
    if (
        crew.last_duty_end_us is not None
        and start < minute_up(problem, crew.last_duty_end_us) + crew.rules.shortest_rest_min
    ):
        return False
    away = [(minute_down(problem, slot.start_us), minute_up(problem, slot.end_us)) for slot in crew.away]
    return all(end + rest <= other[0] or other[1] + rest <= start for other in board.duties[crew.crew_id]) and all(
        end <= other[0] or other[1] <= start for other in away
    )
