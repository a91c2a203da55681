"""Rotas of known size: a small one to tamper with, a random one, and the size of a state."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from otear.domain.rota import (
    Airframe,
    Crew,
    DayFlown,
    DutyRules,
    FlightWanted,
    MaintenanceSlot,
    RotaProblem,
    Seat,
    Slot,
)

MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US
START_US = 20_515 * DAY_US
"""2026-03-03T00:00Z."""

RULES = DutyRules(
    longest_duty_min=12 * 60,
    longest_flight_min=8 * 60,
    shortest_rest_min=12 * 60,
    flight_7_days_min=40 * 60,
    flight_28_days_min=120 * 60,
    pre_flight_min=60,
    post_flight_min=30,
    change_min=30,
)


def at(hours: float) -> int:
    """Hours after the beginning of the rota, as an instant."""
    return START_US + round(hours * 60) * MINUTE_US


def airframe(name: str, **changes: object) -> Airframe:
    made = Airframe(name, "MQ-X", ("EO/IR",), "north", at(0), at(96), 180, 6_000, 12_000, 600)
    return replace(made, **changes)  # type: ignore[arg-type]


def crew(name: str, seat: Seat, **changes: object) -> Crew:
    return replace(Crew(name, seat, ("MQ-X",), ("north",), RULES), **changes)  # type: ignore[arg-type]


def wanted(
    name: str, value: float = 1.0, hours: float = 6.0, since: float = 0, until: float = 72, **changes: object
) -> FlightWanted:
    made = FlightWanted(
        name, value, round(hours * 60), Slot(at(since), at(until)), "north", ("MQ-X",), ("EO/IR",), name, 0.2
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def problem(flights: int = 4, airframes: int = 1, pairs: int = 2) -> RotaProblem:
    """So many flights of 6 hours in three days, airframes, and crews of each seat."""
    crews = tuple(crew(f"{seat.value} {k}", seat) for seat in Seat for k in range(pairs))
    return RotaProblem(
        START_US,
        tuple(wanted(f"F{k}", 1.0 + k / 10) for k in range(flights)),
        tuple(airframe(f"A{k}") for k in range(airframes)),
        crews,
        10,
    )


def state(flights: int, pairs: int, seed: int = 6) -> RotaProblem:
    """Four aircraft, three days, flights of 6 to 20 hours over 8 areas of weather; a fixed and a due maintenance."""
    rng = np.random.default_rng(seed)
    asked: list[FlightWanted] = []
    for k in range(flights):
        opens = 8 * int(rng.integers(0, 8))
        asked.append(
            wanted(
                f"F{k:02d}",
                round(float(rng.gamma(2.0, 0.4)), 3),
                float(rng.integers(6, 21)),
                opens,
                opens + 12,
                weather_area=f"area {k % 8}",
                cancelled=round(float(rng.uniform(0.05, 0.45)), 2),
                sensors=("EO/IR", "SAR") if k % 5 == 0 else ("EO/IR",),
            )
        )
    fleet = (
        airframe("N101", sensors=("EO/IR", "SAR")),
        airframe("N102", fixed_maintenance=(MaintenanceSlot(at(30), at(42), True),)),
        airframe("N103", minutes_left_min=25 * 60),
        airframe("N104", sensors=("EO/IR", "SAR"), available_from_us=at(10)),
    )
    crews = tuple(
        crew(
            f"{word}{k + 1:02d}",
            seat,
            flown=tuple(DayFlown(START_US - d * DAY_US, int(rng.integers(0, 6)) * 60) for d in range(1, 28)),
            last_duty_end_us=at(-float(rng.integers(1, 12))),
        )
        for seat, word in ((Seat.PILOT, "P"), (Seat.SENSOR_OPERATOR, "S"))
        for k in range(pairs)
    )
    return RotaProblem(START_US, tuple(asked), fleet, crews, 15)
