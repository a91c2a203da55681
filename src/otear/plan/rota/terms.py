"""The terms in which rotas are made: whole minutes from the start of the rota, and what fits what.

Windows and availability are rounded inwards to whole minutes, maintenance and absence outwards: what is allowed in
these terms is allowed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from otear.domain.rota import Airframe, Crew, DutyRules, FlightWanted, RotaProblem
from otear.errors import InputError

MINUTE_US = 60_000_000
DAY_US = 1_440 * MINUTE_US
_MOST_SHIFTS = 24

Way = tuple[tuple[int, int], ...]
"""One way to cut a flight into shifts: minutes from departure and length in minutes of each."""


def minute_up(problem: RotaProblem, instant_us: int) -> int:
    """The first whole minute of the rota that is not before an instant."""
    return -((problem.start_us - instant_us) // MINUTE_US)


def minute_down(problem: RotaProblem, instant_us: int) -> int:
    """The last whole minute of the rota that is not after an instant."""
    return (instant_us - problem.start_us) // MINUTE_US


def instant_us(problem: RotaProblem, minute: int) -> int:
    """The instant of a minute of the rota."""
    return problem.start_us + minute * MINUTE_US


def departures(problem: RotaProblem, wanted: FlightWanted, step_min: int) -> range:
    """The minutes at which it may depart: the earliest of its window, and every `step_min` from there."""
    first = max(0, minute_up(problem, wanted.departure.start_us))
    return range(first, minute_down(problem, wanted.departure.end_us) + 1, step_min)


def suits(wanted: FlightWanted, airframe: Airframe) -> bool:
    """Whether base, type and sensors of the airframe are what the flight needs."""
    typed = not wanted.aircraft_types or airframe.aircraft_type in wanted.aircraft_types
    return typed and airframe.base == wanted.base and set(wanted.sensors) <= set(airframe.sensors)


def fits(crew: Crew, length_min: int) -> bool:
    """Whether one shift of that length is within the limits of one duty of the crew."""
    rules = crew.rules
    briefings = rules.pre_flight_min + rules.post_flight_min
    return length_min <= rules.longest_flight_min and length_min + briefings <= rules.longest_duty_min


def may_stand_in(second: FlightWanted, first: FlightWanted) -> bool:
    """Whether one flight could be flown in the place of another: no longer, from there, over other weather."""
    return (
        second.flight_id != first.flight_id
        and second.duration_min <= first.duration_min
        and second.base == first.base
        and second.weather_area != first.weather_area
    )


def ways_to_cut(duration_min: int, handover_min: int, crews: Iterable[Crew]) -> list[Way]:
    """How a flight may be cut into equal shifts: into the fewest that some crew can fly, and the fewest that all can.

    A crew that takes over begins `handover_min` early. Whole minutes: shifts differ by a minute where they must. Empty
    if there is no crew, or no way.
    """
    crews, found = list(crews), list[Way]()
    for count in range(1, _MOST_SHIFTS + 1):
        edges = [duration_min * k // count for k in range(count + 1)]
        starts = [edge - handover_min if k else edge for k, edge in enumerate(edges[:-1])]
        if any(after <= before for before, after in pairwise(starts)):
            break
        way = tuple((start, end - start) for start, end in zip(starts, edges[1:], strict=True))
        able = [crew for crew in crews if all(fits(crew, length) for _, length in way)]
        if able and (not found or len(able) == len(crews)):
            found.append(way)
        if len(able) == len(crews):
            break
    return found


def checked(problem: RotaProblem) -> RotaProblem:
    """The problem itself, if it can be planned for. Raises `InputError` for the first thing that is wrong with it."""
    for field, problem_text, remedy in _faults(problem):
        raise InputError(problem_text, field=field, remedy=remedy)
    return problem


def _faults(problem: RotaProblem) -> Iterator[tuple[str, str, str]]:
    names = (
        ("flights", [one.flight_id for one in problem.flights]),
        ("airframes", [one.airframe_id for one in problem.airframes]),
        ("crews", [one.crew_id for one in problem.crews]),
    )
    for field, found in names:
        for name, times in Counter(found).items():
            if times > 1:
                yield field, f"{name} is listed {times} times", "Give each one name"
    if problem.handover_min < 0:
        yield "handover_min", "a handover of less than no time", "Give minutes from 0"
    for one in problem.flights:
        field = f"flights[{one.flight_id}]"
        if not (one.value >= 0.0 and one.value < 1e6):
            yield f"{field}.value", f"{one.value} expected sites", "Give a number from 0 to a million"
        if not 0.0 <= one.cancelled <= 1.0:
            yield f"{field}.cancelled", f"{one.cancelled} is no probability", "Give a number from 0 to 1"
        if one.duration_min <= 0:
            yield f"{field}.duration_min", f"a flight of {one.duration_min} min", "Give minutes from 1"
        if one.departure.end_us < one.departure.start_us:
            yield f"{field}.departure", "a window that ends before it begins", "Give the earlier instant first"
    for airframe in problem.airframes:
        yield from _airframe_faults(airframe)
    for crew in problem.crews:
        yield from _crew_faults(problem, crew)


def _airframe_faults(airframe: Airframe) -> Iterator[tuple[str, str, str]]:
    field = f"airframes[{airframe.airframe_id}]"
    for name in ("turn_round_min", "minutes_left_min", "maintenance_every_min"):
        if getattr(airframe, name) < 0:
            yield f"{field}.{name}", "less than no time", "Give minutes from 0"
    if airframe.maintenance_min <= 0:
        yield f"{field}.maintenance_min", "a maintenance without length", "Give minutes from 1"
    slots = sorted(airframe.fixed_maintenance, key=lambda slot: slot.start_us)
    if any(slot.end_us <= slot.start_us for slot in slots):
        yield f"{field}.fixed_maintenance", "a maintenance without length", "Give the earlier instant first"
    if any(after.start_us < before.end_us for before, after in pairwise(slots)):
        yield f"{field}.fixed_maintenance", "two fixed maintenances overlap", "Give them as one"


def _crew_faults(problem: RotaProblem, crew: Crew) -> Iterator[tuple[str, str, str]]:
    field = f"crews[{crew.crew_id}]"
    for name in DutyRules.__dataclass_fields__:
        if getattr(crew.rules, name) < 0:
            yield f"{field}.rules.{name}", "less than no time", "Give minutes from 0"
    if any(slot.end_us <= slot.start_us for slot in crew.away):
        yield f"{field}.away", "an absence without length", "Give the earlier instant first"
    if any(one.day_us > problem.start_us or one.day_us % DAY_US for one in crew.flown):
        yield f"{field}.flown", "a day that is no UTC midnight before the rota", "Give midnight of days up to its first"
