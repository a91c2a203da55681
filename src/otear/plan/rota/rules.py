"""Every rule that a rota breaks, found by reading the rota: it shares no code with the model that makes rotas.

A rota is accepted if the list is empty, whoever made it: the solver, the plain planner, or a person with a pencil.
Instants are microseconds since 1970-01-01Z, lengths whole minutes, days UTC days.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

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
    Slot,
)
from otear.domain.times import utc_text
from otear.errors import InputError

_MINUTE_US = 60_000_000
_DAY_US = 1_440 * _MINUTE_US


class Rule(StrEnum):
    """What a rota is held to."""

    KNOWN = "known"
    """Flights, airframes and crews are those of the problem."""
    ACCOUNTED = "accounted"
    """Every flight wanted is in the rota, cancelled, or left out: in one of them, once."""
    WINDOW = "window"
    """Departure within the window, and not before the rota begins."""
    DURATION = "duration"
    """Landing one duration after departure."""
    SUITED = "suited"
    """The airframe is at the base, of a type that will do, with the sensors needed."""
    AVAILABLE = "available"
    """The airframe is available from departure to landing."""
    TURN_ROUND = "turn_round"
    """The airframe does nothing else from departure to the end of its turn-round."""
    MAINTENANCE_KEPT = "maintenance_kept"
    """Every fixed maintenance stands as it was given."""
    MAINTENANCE_DONE = "maintenance_done"
    """Maintenance is long enough, is not before the rota begins, and does not overlap another of the airframe."""
    MAINTENANCE_DUE = "maintenance_due"
    """No flight passes the flight hours after which maintenance is due."""
    SEATS = "seats"
    """Each seat is filled from departure to landing, shifts lie within the flight, and handovers are long enough."""
    QUALIFIED = "qualified"
    """The crew has the seat, is qualified for the type and works for the base."""
    ONE_PLACE = "one_place"
    """A crew has one shift at a time, and time to change between two."""
    IN_DUTY = "in_duty"
    """Every shift lies in a duty of its crew, with the time before and after flights."""
    DUTY_LENGTH = "duty_length"
    """No duty is longer than the longest."""
    DUTY_FLIGHT = "duty_flight"
    """No more flight time in a duty than is allowed."""
    REST = "rest"
    """Rest before every duty."""
    SEVEN_DAYS = "seven_days"
    """No more flight time in 7 consecutive days than is allowed."""
    TWENTY_EIGHT_DAYS = "twenty_eight_days"
    """No more flight time in 28 consecutive days than is allowed."""
    AWAY = "away"
    """No duty while a crew is away."""
    STAND_IN = "stand_in"
    """A stand-in is a flight left out that fits the airframe, the departure and the time of the one it stands in for,
    over ground with other weather."""


@dataclass(frozen=True)
class Broken:
    """A rule that is broken, by which flight, airframe or crew, and how, in a sentence."""

    rule: Rule
    subject: str
    words: str


def accept(problem: RotaProblem, rota: Rota) -> Rota:
    """The rota itself, if it breaks no rule. Raises `InputError` with all that it breaks."""
    found = broken(problem, rota)
    if found:
        raise InputError(
            "; ".join(f"{one.subject}: {one.words}" for one in found),
            field="rota",
            remedy="Plan it anew, or change what the sentence names",
        )
    return rota


def broken(problem: RotaProblem, rota: Rota) -> list[Broken]:
    """Every rule that the rota breaks, in a fixed order; empty for a rota that can be flown.

    If the rota names what the problem does not know, only that is listed: nothing else can be judged then.
    """
    return list(_Check(problem, rota).run())


class _Check:
    """One rota against one problem."""

    def __init__(self, problem: RotaProblem, rota: Rota) -> None:
        self.problem, self.rota = problem, rota
        self.flights = {one.flight_id: one for one in problem.flights}
        self.airframes = {one.airframe_id: one for one in problem.airframes}
        self.crews = {one.crew_id: one for one in problem.crews}

    def run(self) -> Iterator[Broken]:
        unknown = list(self.unknown())
        yield from unknown
        if unknown:
            return
        yield from self.accounts()
        for one in self.rota.flights:
            yield from self.flight(one, self.flights[one.flight_id], self.airframes[one.airframe_id])
            yield from self.seats(one, self.flights[one.flight_id], self.airframes[one.airframe_id])
        yield from self.stand_ins()
        for airframe in self.problem.airframes:
            flown = sorted(
                (one for one in self.rota.flights if one.airframe_id == airframe.airframe_id),
                key=lambda one: (one.depart_us, one.flight_id),
            )
            hangar = sorted(
                (one for one in self.rota.maintenance if one.airframe_id == airframe.airframe_id),
                key=lambda one: (one.start_us, one.end_us),
            )
            yield from self.turn_rounds(airframe, flown, hangar)
            yield from self.hangar(airframe, hangar)
            yield from self.due(airframe, flown, hangar)
        for crew in self.problem.crews:
            yield from self.crew(crew)

    def unknown(self) -> Iterator[Broken]:
        named = [(one.flight_id, "flight", self.flights) for one in (*self.rota.flights, *self.rota.cancelled)]
        named += [(one.flight_id, "flight", self.flights) for one in self.rota.left_out]
        named += [(one.stand_in, "flight", self.flights) for one in self.rota.flights if one.stand_in is not None]
        for name, what, known in named:
            if name not in known:
                yield Broken(Rule.KNOWN, name, f"no such {what} is wanted")
        placed: tuple[Assignment | Maintenance, ...] = (*self.rota.flights, *self.rota.maintenance)
        for name in (one.airframe_id for one in placed):
            if name not in self.airframes:
                yield Broken(Rule.KNOWN, name, "no such airframe")
        seated = [shift.crew_id for one in self.rota.flights for shift in one.shifts]
        for name in (*seated, *(one.crew_id for one in self.rota.duties)):
            if name not in self.crews:
                yield Broken(Rule.KNOWN, name, "no such crew")

    def accounts(self) -> Iterator[Broken]:
        listed: tuple[Assignment | LeftOut, ...] = (*self.rota.flights, *self.rota.cancelled, *self.rota.left_out)
        times = Counter(one.flight_id for one in listed)
        for name in self.flights:
            if times[name] != 1:
                yield Broken(Rule.ACCOUNTED, name, f"in the rota, cancelled or left out {times[name]} times, not once")

    def flight(self, one: Assignment, wanted: FlightWanted, airframe: Airframe) -> Iterator[Broken]:
        name = one.flight_id
        window = wanted.departure
        if not max(window.start_us, self.problem.start_us) <= one.depart_us <= window.end_us:
            yield Broken(Rule.WINDOW, name, f"departs at {utc_text(one.depart_us)}, outside its window")
        if one.land_us - one.depart_us != wanted.duration_min * _MINUTE_US:
            yield Broken(Rule.DURATION, name, f"is not {wanted.duration_min} min long")
        if airframe.base != wanted.base:
            yield Broken(Rule.SUITED, name, f"departs from {wanted.base}, {airframe.airframe_id} is at {airframe.base}")
        if wanted.aircraft_types and airframe.aircraft_type not in wanted.aircraft_types:
            yield Broken(Rule.SUITED, name, f"cannot be flown by a {airframe.aircraft_type}")
        if missing := [sensor for sensor in wanted.sensors if sensor not in airframe.sensors]:
            yield Broken(Rule.SUITED, name, f"needs {', '.join(missing)}, which {airframe.airframe_id} has not")
        if one.depart_us < airframe.available_from_us or one.land_us > airframe.available_until_us:
            yield Broken(Rule.AVAILABLE, name, f"{airframe.airframe_id} is not available all the time")

    def seats(self, one: Assignment, wanted: FlightWanted, airframe: Airframe) -> Iterator[Broken]:
        for seat in Seat:
            shifts = sorted((s for s in one.shifts if s.seat is seat), key=lambda s: (s.start_us, s.end_us, s.crew_id))
            yield from self.seat(one, seat, shifts)
        for shift in one.shifts:
            crew = self.crews[shift.crew_id]
            lacks = [
                text
                for text, good in (
                    (f"is no {shift.seat.value}", crew.seat is shift.seat),
                    (f"is not qualified for a {airframe.aircraft_type}", airframe.aircraft_type in crew.aircraft_types),
                    (f"does not work for {wanted.base}", wanted.base in crew.bases),
                )
                if not good
            ]
            for text in lacks:
                yield Broken(Rule.QUALIFIED, crew.crew_id, f"{text} and is on {one.flight_id}")

    def seat(self, one: Assignment, seat: Seat, shifts: Sequence[Shift]) -> Iterator[Broken]:
        name = one.flight_id
        if not shifts or shifts[0].start_us != one.depart_us or max(s.end_us for s in shifts) != one.land_us:
            yield Broken(Rule.SEATS, name, f"the shifts of the {seat.value} do not go from departure to landing")
        for shift in shifts:
            if not one.depart_us <= shift.start_us < shift.end_us <= one.land_us:
                yield Broken(Rule.SEATS, name, f"a shift of {shift.crew_id} is not within the flight")
        for before, after in pairwise(shifts):
            overlap = before.end_us - after.start_us
            # A flight that lands during a handover needs no more of it.
            if before.end_us != one.land_us and overlap < self.problem.handover_min * _MINUTE_US:
                yield Broken(
                    Rule.SEATS,
                    name,
                    f"{before.crew_id} hands over to {after.crew_id} in less than {self.problem.handover_min} min",
                )

    def stand_ins(self) -> Iterator[Broken]:
        left_out = {one.flight_id for one in self.rota.left_out}
        times = Counter(one.stand_in for one in self.rota.flights if one.stand_in is not None)
        for one in self.rota.flights:
            if one.stand_in is None:
                continue
            wanted, airframe = self.flights[one.stand_in], self.airframes[one.airframe_id]
            for text, good in (
                ("is not left out", one.stand_in in left_out),
                ("stands in more than once", times[one.stand_in] == 1),
                ("is longer", wanted.duration_min * _MINUTE_US <= one.land_us - one.depart_us),
                ("may not depart then", wanted.departure.start_us <= one.depart_us <= wanted.departure.end_us),
                ("departs from another base", wanted.base == airframe.base),
                ("needs another type", not wanted.aircraft_types or airframe.aircraft_type in wanted.aircraft_types),
                ("needs other sensors", set(wanted.sensors) <= set(airframe.sensors)),
                ("has the same weather", wanted.weather_area != self.flights[one.flight_id].weather_area),
            ):
                if not good:
                    yield Broken(Rule.STAND_IN, one.stand_in, f"{text}, and stands in for {one.flight_id}")

    def turn_rounds(
        self, airframe: Airframe, flown: Sequence[Assignment], hangar: Sequence[Maintenance]
    ) -> Iterator[Broken]:
        busy = [(one.depart_us, one.land_us + airframe.turn_round_min * _MINUTE_US, one.flight_id) for one in flown]
        for k, (start, end, name) in enumerate(busy):
            for other_start, _, other in busy[k + 1 :]:
                if other_start < end:
                    yield Broken(
                        Rule.TURN_ROUND, airframe.airframe_id, f"departs on {other} before {name} is turned round"
                    )
            for one in hangar:
                if one.start_us < end and start < one.end_us:
                    yield Broken(
                        Rule.TURN_ROUND,
                        airframe.airframe_id,
                        f"{name} and its turn-round overlap the maintenance of {utc_text(one.start_us)}",
                    )

    def hangar(self, airframe: Airframe, hangar: Sequence[Maintenance]) -> Iterator[Broken]:
        name = airframe.airframe_id
        given = Counter((one.start_us, one.end_us, one.resets_hours) for one in airframe.fixed_maintenance)
        fixed = Counter((one.start_us, one.end_us, one.resets_hours) for one in hangar if one.fixed)
        if given != fixed:
            yield Broken(Rule.MAINTENANCE_KEPT, name, "its fixed maintenance is not as it was given")
        for one in hangar:
            if not one.fixed and one.end_us - one.start_us < airframe.maintenance_min * _MINUTE_US:
                yield Broken(Rule.MAINTENANCE_DONE, name, f"maintenance is shorter than {airframe.maintenance_min} min")
            if not one.fixed and one.start_us < self.problem.start_us:
                yield Broken(Rule.MAINTENANCE_DONE, name, "maintenance before the rota begins")
        for before, after in pairwise(hangar):
            if after.start_us < before.end_us:
                yield Broken(Rule.MAINTENANCE_DONE, name, "two of its maintenances overlap")

    def due(self, airframe: Airframe, flown: Sequence[Assignment], hangar: Sequence[Maintenance]) -> Iterator[Broken]:
        left = airframe.minutes_left_min
        resets = [one.end_us for one in hangar if one.resets_hours]
        before = self.problem.start_us
        for one in flown:
            if any(before < end <= one.depart_us for end in resets):
                left = airframe.maintenance_every_min
            before = max(before, one.depart_us)
            left -= (one.land_us - one.depart_us) // _MINUTE_US
            if left < 0:
                yield Broken(
                    Rule.MAINTENANCE_DUE,
                    airframe.airframe_id,
                    f"flies {one.flight_id} {-left} min past the hours at which maintenance is due",
                )

    def crew(self, crew: Crew) -> Iterator[Broken]:
        shifts = sorted(
            (shift for one in self.rota.flights for shift in one.shifts if shift.crew_id == crew.crew_id),
            key=lambda shift: (shift.start_us, shift.end_us),
        )
        duties = sorted(
            (one for one in self.rota.duties if one.crew_id == crew.crew_id), key=lambda one: (one.start_us, one.end_us)
        )
        yield from _one_place(crew, shifts)
        yield from _duties(crew, shifts, duties)
        yield from _rests(crew, duties)
        yield from _days(crew, shifts)


def _one_place(crew: Crew, shifts: Sequence[Shift]) -> Iterator[Broken]:
    for k, one in enumerate(shifts):
        for other in shifts[k + 1 :]:
            if other.start_us < one.end_us + crew.rules.change_min * _MINUTE_US:
                yield Broken(
                    Rule.ONE_PLACE,
                    crew.crew_id,
                    f"begins a shift at {utc_text(other.start_us)}, less than {crew.rules.change_min} min after one "
                    f"that ends at {utc_text(one.end_us)}",
                )


def _duties(crew: Crew, shifts: Sequence[Shift], duties: Sequence[Duty]) -> Iterator[Broken]:
    rules = crew.rules
    within = defaultdict[int, list[Shift]](list)
    for shift in shifts:
        home = [
            k
            for k, duty in enumerate(duties)
            if duty.start_us <= shift.start_us - rules.pre_flight_min * _MINUTE_US
            and shift.end_us + rules.post_flight_min * _MINUTE_US <= duty.end_us
        ]
        if not home:
            yield Broken(
                Rule.IN_DUTY, crew.crew_id, f"no duty holds the shift of {utc_text(shift.start_us)} and its briefings"
            )
        for k in home:
            within[k].append(shift)
    for k, duty in enumerate(duties):
        if duty.end_us - duty.start_us > rules.longest_duty_min * _MINUTE_US:
            yield Broken(Rule.DUTY_LENGTH, crew.crew_id, f"a duty is longer than {rules.longest_duty_min} min")
        flown = sum(_minutes(shift) for shift in within[k])
        if flown > rules.longest_flight_min:
            yield Broken(
                Rule.DUTY_FLIGHT, crew.crew_id, f"flies {flown} min in a duty, more than {rules.longest_flight_min}"
            )
        for slot in crew.away:
            if duty.start_us < slot.end_us and slot.start_us < duty.end_us:
                yield Broken(Rule.AWAY, crew.crew_id, f"is away from {utc_text(slot.start_us)} and on duty")


def _rests(crew: Crew, duties: Sequence[Duty]) -> Iterator[Broken]:
    ends = [crew.last_duty_end_us, *(duty.end_us for duty in duties)]
    for end, duty in zip(ends, duties, strict=False):
        if end is not None and duty.start_us - end < crew.rules.shortest_rest_min * _MINUTE_US:
            yield Broken(
                Rule.REST,
                crew.crew_id,
                f"rests less than {crew.rules.shortest_rest_min} min before the duty of {utc_text(duty.start_us)}",
            )


def _days(crew: Crew, shifts: Sequence[Shift]) -> Iterator[Broken]:
    flown = defaultdict[int, int](int)
    for day in crew.flown:
        flown[day.day_us // _DAY_US] += day.flight_min
    new = {shift.start_us // _DAY_US for shift in shifts}
    for shift in shifts:
        flown[shift.start_us // _DAY_US] += _minutes(shift)
    for rule, days, most in (
        (Rule.SEVEN_DAYS, 7, crew.rules.flight_7_days_min),
        (Rule.TWENTY_EIGHT_DAYS, 28, crew.rules.flight_28_days_min),
    ):
        for last in range(min(new, default=0), max(new, default=-1) + days):
            window = range(last - days + 1, last + 1)
            total = sum(flown[day] for day in window if day in flown)
            # What was flown before the rota is not the rota's doing.
            if total > most and any(day in new for day in window):
                yield Broken(
                    rule,
                    crew.crew_id,
                    f"flies {total} min in the {days} days to {utc_text(last * _DAY_US)[:10]}, more than {most}",
                )


def _minutes(slot: Slot | Shift) -> int:
    return (slot.end_us - slot.start_us) // _MINUTE_US
