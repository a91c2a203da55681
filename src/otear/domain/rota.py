"""A rota: which airframe and which crews fly which flight, when, and what could not be flown and why.

Instants (`_us`) are microseconds since 1970-01-01Z; lengths (`_min`) are whole minutes. Days are UTC days. A crew is
one seat's worth: one pilot or one sensor operator, known by an identifier only.

Words that the rules turn on:

- A *shift* is a crew's time at the controls of one flight. All of it counts as flight time, the overlap of a handover
  too, and it counts on the UTC day on which it begins, as a log book does.
- A *duty* is what lies between two rests: from `pre_flight_min` before its first shift to `post_flight_min` after its
  last one.
- A *stand-in* is a flight over other ground that takes the place of one that weather cancels, with the same airframe,
  the same crews and the same departure, so that no rule is touched by the exchange.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from otear.domain.bilingual import Bilingual


class Seat(StrEnum):
    """What a crew does. Every moment of a flight has one of each."""

    PILOT = "pilot"
    SENSOR_OPERATOR = "sensor_operator"


@dataclass(frozen=True)
class Slot:
    """From one instant to another."""

    start_us: int
    end_us: int


@dataclass(frozen=True)
class MaintenanceSlot(Slot):
    """A fixed time in the hangar; `resets_hours` where it counts as the maintenance that flight hours bring due."""

    resets_hours: bool = False


@dataclass(frozen=True)
class Airframe:
    """One aircraft of the fleet, at its `base`; it takes off from there and lands there.

    It flies between `available_from_us` and `available_until_us`. After `minutes_left_min` of flight it is due for a
    maintenance of `maintenance_min`, from then on after every `maintenance_every_min`; a flight that would pass the
    limit is not begun. For `turn_round_min` after landing it neither flies nor is maintained.
    """

    airframe_id: str
    aircraft_type: str
    sensors: tuple[str, ...]
    base: str
    available_from_us: int
    available_until_us: int
    turn_round_min: int
    minutes_left_min: int
    maintenance_every_min: int
    maintenance_min: int
    fixed_maintenance: tuple[MaintenanceSlot, ...] = ()


@dataclass(frozen=True)
class DutyRules:
    """What a crew may be asked to do.

    `change_min` is the least time between two shifts of one duty; `flight_7_days_min` and `flight_28_days_min` are the
    most flight time in any 7 and any 28 consecutive UTC days.
    """

    longest_duty_min: int
    longest_flight_min: int
    shortest_rest_min: int
    flight_7_days_min: int
    flight_28_days_min: int
    pre_flight_min: int
    post_flight_min: int
    change_min: int


@dataclass(frozen=True)
class DayFlown:
    """Flight time of a crew on the UTC day that begins at `day_us`, before the rota."""

    day_us: int
    flight_min: int


@dataclass(frozen=True)
class Crew:
    """One pilot, or one sensor operator: qualified for `aircraft_types`, working for flights from `bases`.

    `last_duty_end_us` is when the last duty before the rota ended; `flown` what was flown in the 27 days before the
    rota and on its first day; `away` is when no duty may lie (leave, training).
    """

    crew_id: str
    seat: Seat
    aircraft_types: tuple[str, ...]
    bases: tuple[str, ...]
    rules: DutyRules
    last_duty_end_us: int | None = None
    flown: tuple[DayFlown, ...] = ()
    away: tuple[Slot, ...] = ()


@dataclass(frozen=True)
class FlightWanted:
    """A flight that is asked for.

    `value` is the expected number of sites that it detects if it is flown. It departs from `base` at an instant of
    `departure` and lands there `duration_min` later. `aircraft_types` are those that will do (none named: any),
    `sensors` all that it needs. `cancelled` is the probability that weather cancels it before departure; the weather
    of two `weather_area`s is taken to be independent, within one area it is the same weather. Flights of `priority` 1
    come before all of priority 2, and so on.
    """

    flight_id: str
    value: float
    duration_min: int
    departure: Slot
    base: str
    aircraft_types: tuple[str, ...]
    sensors: tuple[str, ...]
    weather_area: str
    cancelled: float
    priority: int = 1


@dataclass(frozen=True)
class RotaProblem:
    """What a rota is made from. No flight departs, no maintenance and no duty's first shift begins before `start_us`.

    `handover_min` is how long the crew that takes over in flight sits beside the one that hands over.
    """

    start_us: int
    flights: tuple[FlightWanted, ...]
    airframes: tuple[Airframe, ...]
    crews: tuple[Crew, ...]
    handover_min: int


@dataclass(frozen=True)
class Shift:
    """One crew at the controls of one flight."""

    crew_id: str
    seat: Seat
    start_us: int
    end_us: int


@dataclass(frozen=True)
class Assignment:
    """A flight of the rota with its airframe and its shifts; `stand_in` is flown in its place if weather cancels it."""

    flight_id: str
    airframe_id: str
    depart_us: int
    land_us: int
    shifts: tuple[Shift, ...]
    stand_in: str | None = None


@dataclass(frozen=True)
class Duty:
    """One duty of one crew; its shifts are those of the crew that lie within it."""

    crew_id: str
    start_us: int
    end_us: int


@dataclass(frozen=True)
class Maintenance:
    """An airframe in the hangar, at a time that was fixed before or that the rota chose."""

    airframe_id: str
    start_us: int
    end_us: int
    resets_hours: bool
    fixed: bool


class Lack(StrEnum):
    """What a flight that was left out lacks."""

    WINDOW = "window"
    AIRFRAME = "airframe"
    MAINTENANCE = "maintenance"
    PILOT = "pilot"
    SENSOR_OPERATOR = "sensor_operator"
    VALUE = "value"
    """It could be flown, and would add nothing."""
    TIME_TO_SOLVE = "time_to_solve"
    """Not known: the solver ran out of the time that it was given."""


@dataclass(frozen=True)
class LeftOut:
    """A flight that is not in the rota. Any one group of `lacks` would make room for it: all that is in the group."""

    flight_id: str
    lacks: tuple[tuple[Lack, ...], ...]
    words: Bilingual


@dataclass(frozen=True)
class Stage:
    """One solve: what was sought, what was reached, and the bound that no rota in the same terms can beat.

    `status` is the solver's own word: OPTIMAL where bound and value meet, FEASIBLE where the time ran out.
    """

    sought: str
    value: float
    bound: float
    status: str


@dataclass(frozen=True)
class Rota:
    """Who flies what, when. Every flight wanted is in one of `flights`, `cancelled` and `left_out`.

    `cancelled` are empty until weather is known; a cancelled flight's airframe and crews stay as they were planned.
    """

    start_us: int
    flights: tuple[Assignment, ...]
    maintenance: tuple[Maintenance, ...]
    duties: tuple[Duty, ...]
    left_out: tuple[LeftOut, ...]
    stages: tuple[Stage, ...] = ()
    cancelled: tuple[Assignment, ...] = ()
