"""The rota as a constraint program for CP-SAT, in the terms of `rota_terms`: all rules are hard."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import ceil

from ortools.sat.python.cp_model import CpModel, CpSolver, Domain, IntVar, LinearExprT

from otear.domain.rota import Assignment, Duty, FlightWanted, Maintenance, Rota, RotaProblem, Seat, Shift
from otear.plan.rota.fleet import Event, add_airframe
from otear.plan.rota.seats import DutyTerms, Piece, add_crew, add_seat
from otear.plan.rota.terms import MINUTE_US, departures, instant_us, may_stand_in, minute_down, suits

MICRO = 1_000_000
"""Expected values are counted in millionths of a site, rounded up so that a bound stays one."""


class RotaModel:
    """Variables and rules for `flights`; all of them are flown if `all_of_them`, else those of them that are worth it.

    Those of them that are `standing` keep departure, airframe and crews.
    """

    def __init__(
        self,
        problem: RotaProblem,
        flights: Sequence[FlightWanted],
        *,
        step_min: int,
        all_of_them: bool = False,
        stand_ins: bool = False,
        standing: Sequence[Assignment] = (),
    ) -> None:
        self.problem, self.flights, self.step_min = problem, tuple(flights), step_min
        self.standing = {one.flight_id: one for one in standing}
        self.model = CpModel()
        self.present: dict[str, IntVar] = {}
        self.depart: dict[str, IntVar] = {}
        self.flies: dict[str, dict[str, IntVar]] = {}
        self.events: dict[str, list[Event]] = {}
        self.pieces: list[Piece] = []
        self.duties: list[DutyTerms] = []
        self.stand_in: dict[tuple[str, str], IntVar] = {}
        for wanted in self.flights:
            self._add_flight(wanted, must=all_of_them)
        end = self._end()
        for airframe in problem.airframes:
            flies, events = add_airframe(
                self.model, problem, airframe, self.flights, depart=self.depart, standing=self.standing, end=end
            )
            self.flies[airframe.airframe_id], self.events[airframe.airframe_id] = flies, events
        for wanted in self.flights:
            self._add_people(wanted)
        for crew in problem.crews:
            self.duties += add_crew(self.model, problem, crew, self.pieces)
        if stand_ins:
            self._add_stand_ins()

    def expected(self, priority: int) -> LinearExprT:
        """Expected sites of the flights of a priority, planned or standing in, in millionths, rounded up."""
        by_id = {one.flight_id: one for one in self.flights}
        terms: list[LinearExprT] = [
            ceil(MICRO * one.value * (1.0 - one.cancelled)) * self.present[one.flight_id]
            for one in self.flights
            if one.priority == priority
        ]
        for (first, second), literal in self.stand_in.items():
            one = by_id[second]
            if one.priority == priority:
                terms.append(ceil(MICRO * by_id[first].cancelled * one.value * (1.0 - one.cancelled)) * literal)
        return sum(terms)

    def unevenness(self) -> LinearExprT:
        """Flight minutes between the most and the least loaded crew of a seat, added up over the seats."""
        spread: list[LinearExprT] = []
        for seat in Seat:
            names = [crew.crew_id for crew in self.problem.crews if crew.seat is seat]
            longest = sum(piece.length for piece in self.pieces if piece.seat is seat)
            if len(names) < 2 or not longest:
                continue
            most, least = (self.model.new_int_var(0, longest, f"{word} {seat}") for word in ("most", "least"))
            for name in names:
                load = sum(piece.length * piece.on[name] for piece in self.pieces if name in piece.on)
                self.model.add(most >= load)
                self.model.add(least <= load)
            spread.append(most - least)
        return sum(spread)

    def flown(self) -> list[IntVar]:
        """What says which flights are flown when and by which airframes, without the crews."""
        flies = [literal for flies in self.flies.values() for literal in flies.values()]
        return [*self.present.values(), *self.stand_in.values(), *self.depart.values(), *flies]

    def hint(self, rota: Rota) -> None:
        """Tell the solver where to begin: at a rota for the same problem and steps."""
        flown = {one.flight_id: one for one in rota.flights}
        for name, present in self.present.items():
            self.model.add_hint(present, name in flown)
            if name in flown:
                self.model.add_hint(self.depart[name], minute_down(self.problem, flown[name].depart_us))
        for airframe, flies in self.flies.items():
            for name, on in flies.items():
                self.model.add_hint(on, name in flown and flown[name].airframe_id == airframe)
        shifts = {
            (name, shift.crew_id, (shift.start_us - one.depart_us) // MINUTE_US, (shift.end_us - shift.start_us))
            for name, one in flown.items()
            for shift in one.shifts
        }
        for piece in self.pieces:
            for crew, on in piece.on.items():
                key = (piece.flight_id, crew, piece.offset, piece.length * MINUTE_US)
                self.model.add_hint(on, key in shifts)

    def solution(self, solver: CpSolver) -> tuple[list[Assignment], list[Maintenance], list[Duty]]:
        """What the solver found: flights by departure, maintenances and duties by their beginning."""
        flights = [self._assignment(solver, one) for one in self.flights if solver.value(self.present[one.flight_id])]
        hangar = [
            self._maintenance(solver, name, event)
            for name, events in self.events.items()
            for event in events
            if event.used is None or solver.value(event.used)
        ]
        for airframe in self.problem.airframes:
            # Those that were over before the rota began are no part of the model, and stand as they were given.
            hangar += [
                Maintenance(airframe.airframe_id, slot.start_us, slot.end_us, slot.resets_hours, True)
                for slot in airframe.fixed_maintenance
                if slot.end_us <= self.problem.start_us
            ]
        duties = [self._duty(solver, one) for one in self.duties if solver.value(one.used)]
        return (
            sorted(flights, key=lambda one: (one.depart_us, one.flight_id)),
            sorted(hangar, key=lambda one: (one.start_us, one.airframe_id)),
            sorted(duties, key=lambda one: (one.start_us, one.crew_id)),
        )

    def _add_flight(self, wanted: FlightWanted, *, must: bool) -> None:
        name, window = wanted.flight_id, self._window(wanted)
        self.present[name] = self.model.new_bool_var(f"fly {name}")
        self.depart[name] = self.model.new_int_var_from_domain(
            Domain.from_values(list(window or [0])), f"depart {name}"
        )
        if must:
            self.model.add(self.present[name] == 1)
        if not window or not (must or ceil(MICRO * wanted.value * (1.0 - wanted.cancelled))):
            self.model.add(self.present[name] == 0)

    def _window(self, wanted: FlightWanted) -> range:
        """The minutes at which it may depart."""
        if wanted.flight_id in self.standing:
            minute = minute_down(self.problem, self.standing[wanted.flight_id].depart_us)
            return range(minute, minute + 1)
        return departures(self.problem, wanted, self.step_min)

    def _end(self) -> int:
        """A minute by which everything is over."""
        windows = [(one, self._window(one)) for one in self.flights]
        landed = [window[-1] + one.duration_min for one, window in windows if window]
        ground = [one.turn_round_min + one.maintenance_min for one in self.problem.airframes]
        return max([0, *landed]) + max([0, *ground])

    def _add_people(self, wanted: FlightWanted) -> None:
        name = wanted.flight_id
        types: dict[str, list[IntVar]] = defaultdict(list)
        for airframe in self.problem.airframes:
            if name in self.flies[airframe.airframe_id]:
                types[airframe.aircraft_type].append(self.flies[airframe.airframe_id][name])
        present = self.present[name]
        self.model.add(sum(literal for literals in types.values() for literal in literals) == present)
        for seat in Seat:
            self.pieces += add_seat(
                self.model,
                self.problem,
                wanted,
                seat,
                present=present,
                departs=self.depart[name],
                types=types,
                window=self._window(wanted) or range(1),
                standing=self.standing.get(name),
            )

    def _add_stand_ins(self) -> None:
        model = self.model
        for second in self.flights:
            window = departures(self.problem, second, 1)
            literals: list[IntVar] = []
            for first in self.flights:
                if not may_stand_in(second, first) or not window or first.cancelled * second.value <= 0.0:
                    continue
                literal = model.new_bool_var(f"{second.flight_id} for {first.flight_id}")
                departs = self.depart[first.flight_id]
                model.add_implication(literal, self.present[first.flight_id])
                model.add(departs >= window[0]).only_enforce_if(literal)
                model.add(departs <= window[-1]).only_enforce_if(literal)
                for airframe in self.problem.airframes:
                    flies = self.flies[airframe.airframe_id].get(first.flight_id)
                    if flies is not None and not suits(second, airframe):
                        model.add_bool_or([~literal, ~flies])
                self.stand_in[first.flight_id, second.flight_id] = literal
                literals.append(literal)
            model.add(sum(literals) + self.present[second.flight_id] <= 1)
        for first in self.flights:
            model.add_at_most_one(self.stand_in[key] for key in self.stand_in if key[0] == first.flight_id)

    def _assignment(self, solver: CpSolver, wanted: FlightWanted) -> Assignment:
        name, departs = wanted.flight_id, solver.value(self.depart[wanted.flight_id])
        airframe = next(a for a, flies in self.flies.items() if name in flies and solver.value(flies[name]))
        shifts = [
            Shift(
                crew,
                piece.seat,
                instant_us(self.problem, departs + piece.offset),
                instant_us(self.problem, departs + piece.offset + piece.length),
            )
            for piece in self.pieces
            if piece.flight_id == name
            for crew, on in piece.on.items()
            if solver.value(on)
        ]
        return Assignment(
            name,
            airframe,
            instant_us(self.problem, departs),
            instant_us(self.problem, departs + wanted.duration_min),
            tuple(sorted(shifts, key=lambda one: (one.seat, one.start_us))),
            next((key[1] for key, literal in self.stand_in.items() if key[0] == name and solver.value(literal)), None),
        )

    def _maintenance(self, solver: CpSolver, name: str, event: Event) -> Maintenance:
        if event.slot is not None:
            return Maintenance(name, event.slot.start_us, event.slot.end_us, event.slot.resets_hours, True)
        start = solver.value(event.start)
        ends = instant_us(self.problem, start + event.length)
        return Maintenance(name, instant_us(self.problem, start), ends, True, False)

    def _duty(self, solver: CpSolver, terms: DutyTerms) -> Duty:
        """From the briefing of its first shift to the debriefing of its last."""
        done = [piece for piece, works in terms.works if solver.value(works)]
        start = min(solver.value(piece.begins) for piece in done) - terms.crew.rules.pre_flight_min
        end = max(solver.value(piece.begins) + piece.length for piece in done) + terms.crew.rules.post_flight_min
        return Duty(terms.crew.crew_id, instant_us(self.problem, start), instant_us(self.problem, end))
