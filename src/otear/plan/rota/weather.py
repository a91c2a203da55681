"""The rota on the day: what weather cancels goes, and what stands in for it is flown instead."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from otear.domain.rota import Assignment, Rota, RotaProblem
from otear.errors import NotFoundError
from otear.plan.rota.rules import accept
from otear.plan.rota.terms import MINUTE_US


def after_weather(problem: RotaProblem, rota: Rota, cancelled: Collection[str]) -> Rota:
    """The rota without the flights that are `cancelled`, their stand-ins in their places.

    `cancelled` names flights, planned or standing in; a stand-in that is cancelled too is not flown. A flight that
    takes over keeps airframe, departure and crews; it may land earlier, and shifts end with it. Crews of a
    flight that nothing stands in for stay on their duty. Raises `NotFoundError` for a flight that is in no place of
    the rota.
    """
    by_id = {one.flight_id: one for one in problem.flights}
    known = {one.flight_id for one in rota.flights} | {one.stand_in for one in rota.flights}
    for name in sorted(cancelled):
        if name not in known:
            raise NotFoundError(f"{name} is not in the rota", field="cancelled", remedy="Name flights that are in it")
    flown: list[Assignment] = []
    gone: list[Assignment] = []
    for one in rota.flights:
        if one.flight_id not in cancelled:
            flown.append(replace(one, stand_in=None) if one.stand_in in cancelled else one)
            continue
        gone.append(replace(one, stand_in=None))
        if one.stand_in is not None and one.stand_in not in cancelled:
            flown.append(_taking_over(one, one.stand_in, by_id[one.stand_in].duration_min))
    took_over = {one.flight_id for one in flown}
    return accept(
        problem,
        replace(
            rota,
            flights=tuple(flown),
            cancelled=(*rota.cancelled, *gone),
            left_out=tuple(one for one in rota.left_out if one.flight_id not in took_over),
        ),
    )


def _taking_over(first: Assignment, name: str, duration_min: int) -> Assignment:
    """The stand-in in the place of the first: landing in its own time, every shift over by then."""
    land_us = first.depart_us + duration_min * MINUTE_US
    shifts = tuple(
        replace(shift, end_us=min(shift.end_us, land_us)) for shift in first.shifts if shift.start_us < land_us
    )
    return Assignment(name, first.airframe_id, first.depart_us, land_us, shifts)
