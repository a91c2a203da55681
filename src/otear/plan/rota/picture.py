"""A rota as a picture: a row for each airframe and each crew on an axis of time, legible in black and white.

What a bar means is in its pattern and its words, never in its colour alone: flights are grey with their names,
maintenance is cross-hatched, turn-rounds and duties are outlines, cancelled flights are dashed and dotted and say so,
and a stand-in, the reserve, is named in brackets beside the flight that it stands in for. Times are UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from otear.coverage.maps import write_png
from otear.domain.rota import Airframe, Crew, Rota, RotaProblem, Seat
from otear.domain.times import utc_text
from otear.plan.rota.make import Expected, expected
from otear.plan.rota.terms import DAY_US, MINUTE_US

_HOUR_US = 60 * MINUTE_US
_HEIGHT = 0.72


@dataclass(frozen=True)
class _Style:
    """How a kind of bar is filled and outlined, and what the legend says of it."""

    label: str
    face: str = "white"
    edge: str = "black"
    width: float = 1.0
    line: str = "-"
    hatch: str = ""


_FLIGHT = _Style("flight, shift [its stand-in]", face="#c8c8c8")
_AROUND = _Style("turn-round, duty with briefings", edge="#707070", width=0.7)
_HANGAR = _Style("maintenance", hatch="xxx")
_CANCELLED = _Style("cancelled", line="--", hatch="...")
_AWAY = _Style("away, not available", edge="#707070", width=0.5, hatch="///")


def draw_rota(problem: RotaProblem, rota: Rota, path: Path) -> None:
    """Write the picture as a PNG. The same rota gives the same bytes."""
    rows = len(problem.airframes) + len(problem.crews)
    figure = Figure(figsize=(14.0, 2.6 + 0.42 * rows + 0.17 * len(rota.left_out)), dpi=110, layout="constrained")
    figure.suptitle(_title(rota, expected(problem, rota)), x=0.01, ha="left", fontsize=13, fontweight="bold")
    axes = figure.subplots()
    labels: list[str] = []
    for airframe in problem.airframes:
        _draw_airframe(axes, len(labels), airframe, rota)
        labels.append(f"{airframe.airframe_id}  {airframe.aircraft_type}")
    for seat in Seat:
        axes.axhline(len(labels) - 0.5, color="black", linewidth=1.2)
        for crew in (one for one in problem.crews if one.seat is seat):
            _draw_crew(axes, len(labels), crew, rota)
            labels.append(f"{crew.crew_id}  {seat.value.replace('_', ' ')}")
    axes.set_yticks(range(len(labels)), labels, fontsize=8)
    axes.set_ylim(len(labels) - 0.4, -0.85)
    _draw_times(axes, rota)
    _draw_legend(axes)
    words = [f"{one.flight_id}  {one.words.en}" for one in rota.left_out]
    figure.supxlabel("\n".join(["Left out:", *words]) if words else "", fontsize=7.5, x=0.01, ha="left")
    write_png(figure, path)


def _title(rota: Rota, worth: Expected) -> str:
    hours = sum(one.land_us - one.depart_us for one in rota.flights) / _HOUR_US
    text = f"Rota from {utc_text(rota.start_us)[:16]}Z: {len(rota.flights)} flights, {hours:.1f} h"
    if rota.cancelled:
        return f"{text}, {len(rota.cancelled)} cancelled"
    return f"{text}; expected sites {worth.planned:.2f} planned, {worth.standing_in:.2f} by stand-ins"


def _bar(axes: Axes, row: float, start_us: int, end_us: int, style: _Style, *, height: float = _HEIGHT) -> None:
    axes.barh(
        row,
        (end_us - start_us) / _HOUR_US,
        left=start_us / _HOUR_US,
        height=height,
        facecolor=style.face,
        edgecolor=style.edge,
        linewidth=style.width,
        linestyle=style.line,
        hatch=style.hatch,
    )


def _words(axes: Axes, row: float, start_us: int, end_us: int, text: str, *, size: float = 7.0) -> None:
    """Words in the middle of a bar, on white so that a pattern does not run through them."""
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.2}
    middle = (start_us + end_us) / 2.0 / _HOUR_US
    axes.text(middle, row, text, ha="center", va="center", fontsize=size, clip_on=True, bbox=box)


def _draw_airframe(axes: Axes, row: int, airframe: Airframe, rota: Rota) -> None:
    name, end_us = airframe.airframe_id, _span(rota)[1]
    for slot in ((rota.start_us, airframe.available_from_us), (airframe.available_until_us, end_us)):
        if slot[1] > slot[0]:
            _bar(axes, row, *slot, _AWAY)
    for hangar in (hangar for hangar in rota.maintenance if hangar.airframe_id == name):
        _bar(axes, row, hangar.start_us, hangar.end_us, _HANGAR)
        _words(axes, row, hangar.start_us, hangar.end_us, "fixed" if hangar.fixed else "due", size=8)
    for one in (one for one in rota.flights if one.airframe_id == name):
        _bar(axes, row, one.land_us, one.land_us + airframe.turn_round_min * MINUTE_US, _AROUND, height=0.36)
        _bar(axes, row, one.depart_us, one.land_us, _FLIGHT)
        text = one.flight_id if one.stand_in is None else f"{one.flight_id} [{one.stand_in}]"
        _words(axes, row, one.depart_us, one.land_us, text, size=8)
    taken = {one.depart_us: one for one in rota.flights if one.airframe_id == name}
    for one in (one for one in rota.cancelled if one.airframe_id == name):
        # A stand-in has the place: what it replaces shows as a strip along its upper edge.
        height, at = (_HEIGHT, row) if one.depart_us not in taken else (0.2, row - 0.46)
        _bar(axes, at, one.depart_us, one.land_us, _CANCELLED, height=height)
        _words(axes, at, one.depart_us, one.land_us, f"{one.flight_id} cancelled", size=6.0)


def _draw_crew(axes: Axes, row: int, crew: Crew, rota: Rota) -> None:
    name = crew.crew_id
    starts = [shift.start_us for one in rota.flights for shift in one.shifts if shift.crew_id == name]
    for slot in crew.away:
        _bar(axes, row, slot.start_us, slot.end_us, _AWAY)
    for duty in (one for one in rota.duties if one.crew_id == name):
        _bar(axes, row, duty.start_us, duty.end_us, _AROUND, height=0.44)
        if not any(duty.start_us <= start < duty.end_us for start in starts):
            _words(axes, row, duty.start_us, duty.end_us, "stands by")
    for one in rota.flights:
        for shift in (shift for shift in one.shifts if shift.crew_id == name):
            _bar(axes, row, shift.start_us, shift.end_us, _FLIGHT)
            _words(axes, row, shift.start_us, shift.end_us, one.flight_id)


def _span(rota: Rota) -> tuple[int, int]:
    """From an hour before the first thing that happens to an hour after the last."""
    flights = (*rota.flights, *rota.cancelled)
    ends = [one.land_us for one in flights] + [one.end_us for one in rota.maintenance]
    starts = [one.depart_us for one in flights] + [one.start_us for one in rota.duties]
    ends += [one.end_us for one in rota.duties]
    return min([rota.start_us, *starts]) - _HOUR_US, max([rota.start_us + DAY_US, *ends]) + _HOUR_US


def _draw_times(axes: Axes, rota: Rota) -> None:
    """Lines and words every six hours, the date at midnight, a heavy line there."""
    left, right = _span(rota)
    quarter = DAY_US // 4
    ticks = range(-(-left // quarter) * quarter, right + 1, quarter)
    axes.set_xlim(left / _HOUR_US, right / _HOUR_US)
    axes.set_xticks(
        [tick / _HOUR_US for tick in ticks],
        [utc_text(tick)[11:16] + (f"\n{utc_text(tick)[:10]}" if tick % DAY_US == 0 else "") for tick in ticks],
        fontsize=8,
    )
    for tick in ticks:
        midnight = tick % DAY_US == 0
        axes.axvline(tick / _HOUR_US, color="black", linewidth=1.0 if midnight else 0.3, zorder=0.5)
    axes.set_xlabel("UTC", fontsize=8, loc="right")


def _draw_legend(axes: Axes) -> None:
    patches = [
        Patch(facecolor=one.face, edgecolor=one.edge, linestyle=one.line, hatch=one.hatch, label=one.label)
        for one in (_FLIGHT, _AROUND, _HANGAR, _CANCELLED, _AWAY)
    ]
    axes.legend(handles=patches, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=5, fontsize=8, frameon=False)
