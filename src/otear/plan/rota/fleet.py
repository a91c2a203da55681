"""Airframes in the constraint program: one thing at a time, and flight hours between maintenances.

An airframe's time is divided into periods by the maintenances that reset its hours, those that are fixed and those
that the model places; each flight lies in one period, and each period has its own account of flight minutes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ortools.sat.python.cp_model import CpModel, IntVar, LinearExprT

from otear.domain.rota import Airframe, Assignment, FlightWanted, MaintenanceSlot, RotaProblem
from otear.plan.rota.terms import minute_down, minute_up, suits


@dataclass(frozen=True, eq=False)
class Event:
    """A maintenance: `used` is None, and `slot` is what was given, for one that is fixed."""

    start: IntVar | int
    length: int
    used: IntVar | None
    slot: MaintenanceSlot | None = None

    @property
    def resets(self) -> bool:
        """Whether flight hours are counted anew from it on."""
        return self.slot is None or self.slot.resets_hours


def add_airframe(
    model: CpModel,
    problem: RotaProblem,
    airframe: Airframe,
    flights: Sequence[FlightWanted],
    *,
    depart: Mapping[str, IntVar],
    standing: Mapping[str, Assignment],
    end: int,
) -> tuple[dict[str, IntVar], list[Event]]:
    """The rules of one airframe. Returns for each flight that it may fly whether it does, and its maintenances.

    `depart` are the minutes of departure by flight, `standing` flights that are not to be moved to another airframe,
    `end` a minute after which nothing happens.
    """
    name, turn_round = airframe.airframe_id, airframe.turn_round_min
    mine = [
        one
        for one in flights
        if suits(one, airframe) and (one.flight_id not in standing or standing[one.flight_id].airframe_id == name)
    ]
    events = _maintenances(model, problem, airframe, mine, end)
    busy = [
        model.new_fixed_size_interval_var(one.start, one.length, f"{name} hangar")
        if one.used is None
        else model.new_optional_fixed_size_interval_var(one.start, one.length, one.used, f"{name} hangar")
        for one in events
    ]
    resets = [one for one in events if one.resets]
    budgets = [airframe.minutes_left_min] + [airframe.maintenance_every_min] * len(resets)
    accounts: list[list[LinearExprT]] = [[] for _ in budgets]
    flies: dict[str, IntVar] = {}
    for wanted in mine:
        departs, duration = depart[wanted.flight_id], wanted.duration_min
        periods: list[IntVar] = []
        for k, budget in enumerate(budgets):
            if duration > budget:
                continue
            here = model.new_bool_var(f"{wanted.flight_id} {name} period {k}")
            if k:
                before = resets[k - 1]
                model.add(departs >= before.start + before.length).only_enforce_if(here)
                if before.used is not None:
                    model.add_implication(here, before.used)
            if k < len(resets):
                model.add(departs + (duration + turn_round) <= resets[k].start).only_enforce_if(here)
            accounts[k].append(duration * here)
            periods.append(here)
        if not periods:
            continue
        on = model.new_bool_var(f"{wanted.flight_id} {name}")
        model.add(sum(periods) == on)
        model.add(departs >= minute_up(problem, airframe.available_from_us)).only_enforce_if(on)
        model.add(departs + duration <= minute_down(problem, airframe.available_until_us)).only_enforce_if(on)
        interval = f"{wanted.flight_id} {name} busy"
        busy.append(model.new_optional_fixed_size_interval_var(departs, duration + turn_round, on, interval))
        flies[wanted.flight_id] = on
    for budget, account in zip(budgets, accounts, strict=True):
        if account:
            model.add(sum(account) <= budget)
    model.add_no_overlap(busy)
    return flies, events


def _maintenances(
    model: CpModel, problem: RotaProblem, airframe: Airframe, mine: Sequence[FlightWanted], end: int
) -> list[Event]:
    """Fixed maintenances in order, and between those that reset the hours as many more as could be of use.

    Two periods in a row whose flights would fit into one need no maintenance between them: that bounds the number.
    One that is not used has no length and waits where the next begins.
    """
    flown = sum(one.duration_min for one in mine)
    every, left = airframe.maintenance_every_min, airframe.minutes_left_min
    most = min(len(mine), 2 * (flown // (every + 1)) + 1)
    fixed = sorted(
        (slot for slot in airframe.fixed_maintenance if slot.end_us > problem.start_us), key=lambda slot: slot.start_us
    )
    top = max([end, *(minute_up(problem, slot.end_us) for slot in fixed)])
    events: list[Event] = []
    for slot in (*fixed, None):
        start = top if slot is None else minute_down(problem, slot.start_us)
        if slot is not None and not slot.resets_hours:
            events.append(Event(start, minute_up(problem, slot.end_us) - start, None, slot))
            continue
        if flown > left and start >= airframe.maintenance_min:
            placed: list[IntVar] = []
            for k in range(most):
                used = model.new_bool_var(f"{airframe.airframe_id} maintained {k}")
                begins = model.new_int_var(0, top, f"{airframe.airframe_id} maintenance {k}")
                if placed:
                    model.add_implication(used, placed[-1])
                placed.append(used)
                events.append(Event(begins, airframe.maintenance_min, used))
        if slot is not None:
            events.append(Event(start, minute_up(problem, slot.end_us) - start, None, slot))
            left = every
    for before, after in pairwise(one for one in events if one.resets):
        length = before.length if before.used is None else before.length * before.used
        model.add(before.start + length <= after.start)
    return events
