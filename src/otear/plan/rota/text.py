"""A rota as text: flights with their airframes and crews, the hangar, what was left out and why, and the bounds."""

from __future__ import annotations

from collections.abc import Iterator

from otear.domain.rota import Rota, RotaProblem, Seat, Shift
from otear.domain.times import utc_text
from otear.plan.rota.make import expected
from otear.plan.rota.terms import MINUTE_US


def rota_text(problem: RotaProblem, rota: Rota) -> str:
    """The rota for people to read, in English, every time in UTC."""
    return "\n".join(_lines(problem, rota)) + "\n"


def _lines(problem: RotaProblem, rota: Rota) -> Iterator[str]:
    by_id = {one.flight_id: one for one in problem.flights}
    for one in sorted(rota.flights, key=lambda one: (one.depart_us, one.flight_id)):
        wanted = by_id[one.flight_id]
        reserve = f", stand-in {one.stand_in}" if one.stand_in else ""
        yield (
            f"{_when(one.depart_us)} to {_when(one.land_us)}  {one.flight_id} on {one.airframe_id}: "
            f"{wanted.value:.3f} sites, cancelled with {wanted.cancelled:.0%}{reserve}"
        )
        for seat in Seat:
            shifts = ", ".join(_shift(shift) for shift in one.shifts if shift.seat is seat)
            yield f"    {seat.value.replace('_', ' ')}: {shifts}"
    for gone in rota.cancelled:
        yield f"{_when(gone.depart_us)}  {gone.flight_id} on {gone.airframe_id} cancelled"
    for hangar in rota.maintenance:
        why = "fixed" if hangar.fixed else "due by flight hours"
        yield f"{_when(hangar.start_us)} to {_when(hangar.end_us)}  {hangar.airframe_id} in maintenance, {why}"
    for crew in problem.crews:
        minutes = sum(_minutes(s) for one in rota.flights for s in one.shifts if s.crew_id == crew.crew_id)
        duties = sum(duty.crew_id == crew.crew_id for duty in rota.duties)
        yield f"{crew.crew_id}: {_hours(minutes)} h of flight in {duties} duties"
    for out in rota.left_out:
        yield f"{out.flight_id} left out: {out.words.en}"
    worth = expected(problem, rota)
    yield f"expected sites: {worth.planned:.3f} planned, {worth.standing_in:.3f} by stand-ins"
    for stage in rota.stages:
        yield f"{stage.sought}: {stage.value:.3f}, bound {stage.bound:.3f}, {stage.status}"


def _when(time_us: int) -> str:
    return utc_text(time_us)[5:16].replace("T", " ") + "Z"


def _shift(shift: Shift) -> str:
    return f"{shift.crew_id} {utc_text(shift.start_us)[11:16]}-{utc_text(shift.end_us)[11:16]}"


def _minutes(shift: Shift) -> int:
    return (shift.end_us - shift.start_us) // MINUTE_US


def _hours(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"
