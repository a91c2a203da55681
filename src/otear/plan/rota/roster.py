"""Rosters as documents: `otear-roster/1`, YAML or JSON. Which airframes and crews there are, where, and their rules.

Hours and minutes; degrees. A roster is what the programme tells the planner; the law on duty hours of the state of the
operator goes into it, not into the code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from otear.authority.schema_types import Closed, Name, Some, distinct, validated, wrong
from otear.authority.signatures import canonical
from otear.authority.strict_yaml import Source, read_mapping
from otear.domain.aircraft import Aircraft
from otear.domain.rota import Airframe, Crew, DutyRules, Seat
from otear.domain.sortie import GroundPoint

_HOUR = 60

_Hours = Annotated[float, Field(gt=0.0, le=100_000.0)]
_Minutes = Annotated[int, Field(ge=0, le=10_000)]
_Latitude = Annotated[float, Field(ge=-85.0, le=85.0)]
_Longitude = Annotated[float, Field(ge=-180.0, le=180.0)]


class _Base(Closed):
    name: Name
    lat_deg: _Latitude
    lon_deg: _Longitude


class _Airframe(Closed):
    registration: Name
    base: Name
    turn_round_min: _Minutes = 120
    hours_left: _Hours = 60.0
    maintenance_every_h: _Hours = 100.0
    maintenance_h: _Hours = 12.0


class _Crews(Closed):
    pilots: Annotated[tuple[Name, ...], Some, distinct()]
    sensor_operators: Annotated[tuple[Name, ...], Some, distinct()]


class _Duty(Closed):
    longest_duty_h: _Hours = 12.0
    longest_flight_h: _Hours = 8.0
    shortest_rest_h: _Hours = 12.0
    flight_7_days_h: _Hours = 40.0
    flight_28_days_h: _Hours = 120.0
    pre_flight_min: _Minutes = 60
    post_flight_min: _Minutes = 30
    change_min: _Minutes = 30


class RosterModel(Closed):
    """The whole document."""

    format: Literal["otear-roster/1"]
    bases: Annotated[tuple[_Base, ...], Some, distinct(lambda base: base.name)]
    airframes: Annotated[tuple[_Airframe, ...], Some, distinct(lambda one: one.registration)]
    crews: _Crews
    duty: _Duty = _Duty()
    handover_min: _Minutes = 10
    cancelled: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.2

    @field_validator("airframes")
    @classmethod
    def _at_a_base(cls, airframes: tuple[_Airframe, ...], info: ValidationInfo) -> tuple[_Airframe, ...]:
        known = [base.name for base in info.data.get("bases", ())]
        for index, one in enumerate(airframes):
            if known and one.base not in known:
                raise wrong(f"is at {one.base!r}, which is no base", f"Bases: {', '.join(known)}", index, "base")
        return airframes


@dataclass(frozen=True)
class Roster:
    """Bases by name, airframes with the base of each, crews, and the chance that weather cancels a flight."""

    bases: dict[str, GroundPoint]
    at: dict[str, str]
    model: RosterModel

    @property
    def cancelled(self) -> float:
        """Probability that weather cancels a flight."""
        return self.model.cancelled

    @property
    def handover_min(self) -> int:
        """Minutes that a crew which takes over sits beside the one that hands over."""
        return self.model.handover_min

    def airframe(self, aircraft: Aircraft, from_us: int, until_us: int) -> Airframe:
        """An aircraft of the fleet as the rota knows it."""
        own = next(one for one in self.model.airframes if one.registration == aircraft.registration)
        return Airframe(
            airframe_id=aircraft.registration,
            aircraft_type=aircraft.designation,
            sensors=tuple(sensor.name for sensor in aircraft.sensors),
            base=own.base,
            available_from_us=from_us,
            available_until_us=until_us,
            turn_round_min=own.turn_round_min,
            minutes_left_min=round(own.hours_left * _HOUR),
            maintenance_every_min=round(own.maintenance_every_h * _HOUR),
            maintenance_min=round(own.maintenance_h * _HOUR),
        )

    def crews(self, aircraft_types: tuple[str, ...]) -> tuple[Crew, ...]:
        """All crews, qualified for these types and working from every base."""
        duty = self.model.duty
        rules = DutyRules(
            longest_duty_min=round(duty.longest_duty_h * _HOUR),
            longest_flight_min=round(duty.longest_flight_h * _HOUR),
            shortest_rest_min=round(duty.shortest_rest_h * _HOUR),
            flight_7_days_min=round(duty.flight_7_days_h * _HOUR),
            flight_28_days_min=round(duty.flight_28_days_h * _HOUR),
            pre_flight_min=duty.pre_flight_min,
            post_flight_min=duty.post_flight_min,
            change_min=duty.change_min,
        )
        seats = ((Seat.PILOT, self.model.crews.pilots), (Seat.SENSOR_OPERATOR, self.model.crews.sensor_operators))
        return tuple(
            Crew(name, seat, aircraft_types, tuple(self.bases), rules) for seat, names in seats for name in names
        )


def read_roster(text: str, source: Source = None) -> Roster:
    """Read a roster's document. Raises `InputError` naming `source` and the byte offset or field."""
    return _roster(validated(RosterModel, canonical(read_mapping(text, source)), source))


def assumed_roster(bases: dict[str, GroundPoint], registrations: tuple[str, ...]) -> Roster:
    """A roster for a programme that gave none: every aircraft at the first base, two pilots and two sensor operators
    for each, and the rules that `otear-roster/1` has where a document says nothing."""
    count = 2 * len(registrations)
    return _roster(
        RosterModel(
            format="otear-roster/1",
            bases=tuple(_Base(name=name, lat_deg=at.lat_deg, lon_deg=at.lon_deg) for name, at in bases.items()),
            airframes=tuple(_Airframe(registration=name, base=next(iter(bases))) for name in registrations),
            crews=_Crews(
                pilots=tuple(f"pilot {k + 1}" for k in range(count)),
                sensor_operators=tuple(f"sensor operator {k + 1}" for k in range(count)),
            ),
        )
    )


def _roster(model: RosterModel) -> Roster:
    return Roster(
        {base.name: GroundPoint(base.lat_deg, base.lon_deg) for base in model.bases},
        {one.registration: one.base for one in model.airframes},
        model,
    )
