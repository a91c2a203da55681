"""Crews in the constraint program: shifts, duties, rests, and flight time in days.

A flight is cut into shifts of equal length, each seat by itself: into as few as the limits of the crews allow, or one
more. A crew's time is divided into duties; each of its shifts lies in one of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ortools.sat.python.cp_model import CpModel, IntervalVar, IntVar, LinearExprT

from otear.domain.rota import Assignment, Crew, DutyRules, FlightWanted, RotaProblem, Seat
from otear.plan.rota.terms import DAY_US, MINUTE_US, fits, instant_us, minute_down, minute_up, ways_to_cut


@dataclass(frozen=True, eq=False)
class Piece:
    """One shift of one way to cut a flight, with the literal of each crew that may have it.

    It begins `offset` minutes after the minute `departs` and lasts `length`; `first` and `last` are the earliest and
    the latest minute at which it may begin.
    """

    flight_id: str
    seat: Seat
    offset: int
    length: int
    departs: IntVar
    first: int
    last: int
    on: dict[str, IntVar] = field(default_factory=dict)

    @property
    def begins(self) -> LinearExprT:
        """The minute at which it begins."""
        return self.departs + self.offset


@dataclass(frozen=True, eq=False)
class DutyTerms:
    """One duty that a crew may have: which of its pieces lie in it."""

    crew: Crew
    used: IntVar
    works: list[tuple[Piece, IntVar]]


def add_seat(
    model: CpModel,
    problem: RotaProblem,
    wanted: FlightWanted,
    seat: Seat,
    *,
    present: IntVar,
    departs: IntVar,
    types: Mapping[str, list[IntVar]],
    window: range,
    standing: Assignment | None,
) -> list[Piece]:
    """The shifts of one seat of a flight: one way to cut it, and one crew for each shift, if it is `present`.

    `types` are the airframes that may fly it, by type: whether each does. It departs in `window`. If it is `standing`
    as planned before, its shifts and their crews are not to be changed.
    """
    able = [
        crew
        for crew in problem.crews
        if crew.seat is seat and wanted.base in crew.bases and not types.keys().isdisjoint(crew.aircraft_types)
    ]
    ways = ways_to_cut(wanted.duration_min, problem.handover_min, able)
    fixed: dict[tuple[int, int], str] = {}
    if standing is not None:
        for shift in (one for one in standing.shifts if one.seat is seat):
            minutes = (shift.start_us - standing.depart_us) // MINUTE_US, (shift.end_us - shift.start_us) // MINUTE_US
            fixed[minutes] = shift.crew_id
        ways = [tuple(sorted(fixed))]
    pieces: list[Piece] = []
    chosen: list[IntVar] = []
    for way in ways:
        literal = model.new_bool_var(f"{wanted.flight_id} {seat} in {len(way)}")
        chosen.append(literal)
        for offset, length in way:
            piece = Piece(wanted.flight_id, seat, offset, length, departs, window[0] + offset, window[-1] + offset)
            for crew in able:
                if fits(crew, length) and fixed.get((offset, length), crew.crew_id) == crew.crew_id:
                    on = model.new_bool_var(f"{crew.crew_id} {wanted.flight_id} {len(way)} {offset}")
                    piece.on[crew.crew_id] = on
                    for other in sorted(types.keys() - set(crew.aircraft_types)):
                        model.add(sum(types[other]) + on <= 1)
            model.add(sum(piece.on.values()) == literal)
            pieces.append(piece)
    model.add(sum(chosen) == present)
    return pieces


def add_crew(model: CpModel, problem: RotaProblem, crew: Crew, pieces: Iterable[Piece]) -> list[DutyTerms]:
    """The rules of one crew. Returns the duties that it may have.

    A piece that can share its duty with no other is a duty by itself, and needs no more than room for its briefings and
    the rest after it. Only those that can share are divided among duties that grow with what lies in them.
    """
    name, rules = crew.crew_id, crew.rules
    mine = [piece for piece in pieces if name in piece.on]
    if not mine:
        return []
    model.add_no_overlap(
        model.new_optional_fixed_size_interval_var(
            piece.begins, piece.length + rules.change_min, piece.on[name], f"{name} busy"
        )
        for piece in mine
    )
    short = [one for one in mine if one.length + min(piece.length for piece in mine) <= rules.longest_flight_min]
    sharing = [one for one in short if any(_share(rules, one, other) for other in short if other is not one)]
    rested = (
        None if crew.last_duty_end_us is None else minute_up(problem, crew.last_duty_end_us) + rules.shortest_rest_min
    )
    spans: list[_Span] = []
    duties: list[DutyTerms] = []
    for piece in mine:
        if piece not in sharing:
            length = rules.pre_flight_min + piece.length + rules.post_flight_min
            on = piece.on[name]
            spans.append(
                _Span(
                    piece.begins - rules.pre_flight_min,
                    piece.begins + (piece.length + rules.post_flight_min),
                    length,
                    on,
                )
            )
            duties.append(DutyTerms(crew, on, [(piece, on)]))
    shared = _shared(model, crew, sharing)
    for start, stop, terms in shared:
        spans.append(_Span(start, stop, None, terms.used))
        duties.append(terms)
    _add_counts(model, crew, [piece for piece in mine if piece not in sharing])
    if rested is not None:
        for span in spans:
            model.add(span.start >= rested).only_enforce_if(span.used)
    rests = [span.interval(model, rules.longest_duty_min, rules.shortest_rest_min) for span in spans]
    model.add_no_overlap(rests)
    if crew.away:
        model.add_no_overlap(
            [*(span.interval(model, rules.longest_duty_min, 0) for span in spans), *_away(model, problem, crew)]
        )
    _add_days(model, problem, crew, mine)
    return duties


@dataclass(frozen=True, eq=False)
class _Span:
    """A duty in time; `length` is None where it is not fixed."""

    start: LinearExprT
    stop: LinearExprT
    length: int | None
    used: IntVar

    def interval(self, model: CpModel, longest: int, rest: int) -> IntervalVar:
        """The duty and the rest after it, as an interval."""
        if self.length is not None:
            return model.new_optional_fixed_size_interval_var(self.start, self.length + rest, self.used, "duty")
        size = model.new_int_var(rest, longest + rest, "length of duty")
        return model.new_optional_interval_var(self.start, size, self.stop + rest, self.used, "duty")


def _add_counts(model: CpModel, crew: Crew, alone: Sequence[Piece]) -> None:
    """How many duties can begin within a stretch of time: nothing new, but the solver's bound is tighter for it."""
    if not alone:
        return
    rules = crew.rules
    briefings = rules.pre_flight_min + rules.post_flight_min
    apart = max(1, min(piece.length for piece in alone) + briefings + rules.shortest_rest_min)
    told: set[tuple[int, ...]] = set()
    for begin in sorted({piece.first for piece in alone}):
        later = [k for k, piece in enumerate(alone) if piece.first >= begin]
        for count in range(1, 1 + (max(alone[k].last for k in later) - begin) // apart + 1):
            within = tuple(k for k in later if alone[k].last < begin + count * apart)
            if len(within) > count and within not in told:
                told.add(within)
                model.add(sum(alone[k].on[crew.crew_id] for k in within) <= count)


def _share(rules: DutyRules, one: Piece, other: Piece) -> bool:
    """Whether one duty could hold two pieces, whatever else it holds."""
    room = rules.longest_duty_min - rules.pre_flight_min - rules.post_flight_min
    together = one.length + other.length
    in_time = (
        max(after.first + after.length - before.last, together + rules.change_min) <= room
        and before.first + before.length + rules.change_min <= after.last
        for before, after in ((one, other), (other, one))
    )
    return together <= rules.longest_flight_min and any(in_time)


def _shared(model: CpModel, crew: Crew, pieces: Sequence[Piece]) -> list[tuple[IntVar, IntVar, DutyTerms]]:
    """Duties for pieces that can share one, in order of time: beginning, end and what lies within each."""
    if not pieces:
        return []
    name, rules = crew.crew_id, crew.rules
    briefings, rest = rules.pre_flight_min + rules.post_flight_min, rules.shortest_rest_min
    shortest = min(piece.length for piece in pieces) + briefings
    earliest = min(piece.first for piece in pieces) - rules.pre_flight_min
    latest = max(piece.last + piece.length for piece in pieces) + rules.post_flight_min
    found: list[tuple[IntVar, IntVar, DutyTerms]] = []
    lies: list[list[IntVar]] = [[] for _ in pieces]
    for k in range(min(len(pieces), (latest - earliest + rest) // (shortest + rest))):
        first = earliest + k * (shortest + rest)
        used = model.new_bool_var(f"{name} duty {k}")
        start = model.new_int_var(first, latest, f"{name} duty {k} from")
        stop = model.new_int_var(first, latest, f"{name} duty {k} to")
        if found:
            model.add_implication(used, found[-1][2].used)
            model.add(start >= found[-1][1] + rest).only_enforce_if(used)
        works: list[tuple[Piece, IntVar]] = []
        for piece, literals in zip(pieces, lies, strict=True):
            if piece.last - rules.pre_flight_min < first:
                continue
            does = model.new_bool_var(f"{name} duty {k} {piece.flight_id} {piece.offset} {piece.length}")
            model.add_implication(does, used)
            model.add(start <= piece.begins - rules.pre_flight_min).only_enforce_if(does)
            model.add(stop >= piece.begins + (piece.length + rules.post_flight_min)).only_enforce_if(does)
            works.append((piece, does))
            literals.append(does)
        model.add(sum(piece.length * does for piece, does in works) <= rules.longest_flight_min * used)
        model.add_bool_or([*(does for _, does in works), ~used])
        found.append((start, stop, DutyTerms(crew, used, works)))
    for piece, literals in zip(pieces, lies, strict=True):
        model.add(sum(literals) == piece.on[name])
    return found


def _away(model: CpModel, problem: RotaProblem, crew: Crew) -> list[IntervalVar]:
    """When the crew is away, as intervals that do not overlap one another."""
    joined: list[tuple[int, int]] = []
    for slot in sorted(crew.away, key=lambda slot: slot.start_us):
        start, end = minute_down(problem, slot.start_us), minute_up(problem, slot.end_us)
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return [model.new_fixed_size_interval_var(start, end - start, f"{crew.crew_id} away") for start, end in joined]


def _add_days(model: CpModel, problem: RotaProblem, crew: Crew, mine: Sequence[Piece]) -> None:
    """Flight time in any 7 and any 28 days. Windows that all of the pieces together could not fill are passed over."""
    flown = defaultdict[int, int](int)
    for one in crew.flown:
        flown[one.day_us // DAY_US] += one.flight_min
    first = instant_us(problem, min(piece.first for piece in mine)) // DAY_US
    last = instant_us(problem, max(piece.last for piece in mine)) // DAY_US
    for days, most in ((7, crew.rules.flight_7_days_min), (28, crew.rules.flight_28_days_min)):
        for day in range(first, last + 1):
            left = max(0, most - sum(flown[one] for one in range(day - days + 1, day + 1) if one in flown))
            begin, end = (minute_up(problem, one * DAY_US) for one in (day - days + 1, day + 1))
            could = [piece for piece in mine if piece.first < end and piece.last >= begin]
            if sum(piece.length for piece in could) <= left:
                continue
            terms: list[LinearExprT] = []
            for piece in could:
                counted = piece.on[crew.crew_id]
                if not (begin <= piece.first and piece.last < end):
                    counted = _within(model, piece, counted, begin, end)
                terms.append(piece.length * counted)
            model.add(sum(terms) <= left)


def _within(model: CpModel, piece: Piece, on: IntVar, begin: int, end: int) -> IntVar:
    """A literal that is true where the crew has the piece and it begins from minute `begin` on and before `end`."""
    within, early, late = (model.new_bool_var(word) for word in ("within", "early", "late"))
    model.add(piece.begins < begin).only_enforce_if(early)
    model.add(piece.begins >= end).only_enforce_if(late)
    model.add_bool_or([within, early, late, ~on])
    return within
