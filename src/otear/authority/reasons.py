"""Parts of the sentences that give the reasons of a decision, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

import numpy as np

from otear.domain.authority import Window
from otear.domain.bilingual import Bilingual
from otear.domain.decision import Decision, refused
from otear.domain.times import utc_text

LAST_US = 253_402_300_800_000_000
"""The year 10000: a clock that says later is not believed, nor one that says 1970 or earlier."""


def settle(checks: Iterator[Decision]) -> Decision:
    """The first refusal among checks, else the last of them; those after a refusal are not made."""
    last = next(checks)
    while last.allowed:
        following = next(checks, None)
        if following is None:
            break
        last = following
    return last


def place(lat_deg: float, lon_deg: float) -> Bilingual:
    """A place to about a metre, north or south and east or west."""
    lon_deg = (lon_deg + 180.0) % 360.0 - 180.0
    north = f"{abs(lat_deg):.5f}° {'N' if lat_deg >= 0.0 else 'S'}"
    return Bilingual(
        f"{north}, {abs(lon_deg):.5f}° {'E' if lon_deg >= 0.0 else 'W'}",
        f"{north}, {abs(lon_deg):.5f}° {'E' if lon_deg >= 0.0 else 'O'}",
    )


def moment(time_us: int) -> str:
    """A time in UTC, ISO 8601, to the second where it is a whole one, else to the millisecond."""
    return utc_text(time_us).replace(".000Z", "Z")


def period(window: Window) -> Bilingual:
    """A window, in UTC."""
    start, end = moment(window.start_us), moment(window.end_us)
    return Bilingual(f"from {start} until just before {end}", f"desde {start} hasta justo antes de {end}")


def number(value: float) -> str:
    """A number with the digits that it has, and no more than ten."""
    return f"{value:.10g}"


def listed(names: frozenset[str]) -> str:
    """Names in a stable order, in quotes."""
    return ", ".join(f"'{name}'" for name in sorted(names))


def among(name: Bilingual, named: frozenset[str]) -> Bilingual:
    """That something were one of the names, of which there may be none."""
    if not named:
        return Bilingual("the authorization named it", "la autorización lo incluyera")
    if len(named) == 1:
        return Bilingual(f"{name.en} were {listed(named)}", f"{name.es} fuera {listed(named)}")
    return Bilingual(
        f"{name.en} were one of {listed(named)}", f"{name.es} fuera una de estas opciones: {listed(named)}"
    )


def said(reason: str) -> str:
    """What somebody gave as a reason, to go at the end of a sentence; nothing where nobody gave one."""
    return f": {reason}" if reason else ""


def missing(name: Bilingual) -> Decision:
    """A fact that was not given."""
    return refused(
        "missing_fact",
        Bilingual(f"{name.en} is not given", f"no se indica {name.es}"),
        Bilingual(f"{name.en} were stated", f"se indicara {name.es}"),
    )


def doubtful(because: Bilingual, would_be_allowed_if: Bilingual) -> Decision:
    """A fact that cannot be true, or that nothing can be decided by."""
    return refused("doubtful_fact", because, would_be_allowed_if)


def number_doubt(name: Bilingual, value: object, lower: float, upper: float) -> Decision | None:
    """What is wrong with a number that must lie from `lower` to `upper`; None where nothing is."""
    if value is None:
        return missing(name)
    if isinstance(value, int | float | np.integer | np.floating) and lower <= value <= upper:
        return None
    return doubtful(
        _is(name, value),
        Bilingual(
            f"{name.en} were a number from {number(lower)} to {number(upper)}",
            f"{name.es} fuera un número entre {number(lower)} y {number(upper)}",
        ),
    )


def time_doubt(name: Bilingual, value: object) -> Decision | None:
    """What is wrong with a time in whole microseconds; None where nothing is."""
    if value is None:
        return missing(name)
    if isinstance(value, int | np.integer) and 0 < value < LAST_US:
        return None
    return doubtful(
        _is(name, value),
        Bilingual(
            f"{name.en} were given in whole microseconds since 1970, before the year 10000",
            f"{name.es} se indicara en microsegundos enteros desde 1970, antes del año 10000",
        ),
    )


def _is(name: Bilingual, value: object) -> Bilingual:
    """What a fact is, in words where it is a number that is none."""
    if isinstance(value, float | np.floating) and not isfinite(value):
        return Bilingual(f"{name.en} is no finite number", f"{name.es} no es un número finito")
    if isinstance(value, float | np.floating):
        text = number(float(value))
    else:
        text = str(value) if isinstance(value, int | np.integer) else repr(value)
    return Bilingual(f"{name.en} is {text}", f"{name.es} es {text}")


def metres(length_m: float) -> str:
    """A length in metres, kilometres where that reads better, centimetres where it is less than a metre."""
    if length_m < 1.0:
        return f"{100.0 * length_m:.0f} cm"
    return f"{length_m:.1f} m" if length_m < 10_000.0 else f"{length_m / 1000.0:.1f} km"
