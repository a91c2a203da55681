"""What fewer or more survey orbits need and buy, on a forecast and a fleet: asked, told and drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from otear.domain.capacity import Capacity, Expectation, Row
from otear.errors import SettingError
from otear.plan.capacity.answer import OVERSTATED, CapacityTerms, capacity
from otear.plan.capacity.example import ACTIVE, SITES, example_forecast
from otear.plan.capacity.fleet import airframes_per_orbit, crews_for, flown_per_station_hour, on_station_h
from otear.plan.capacity.picture import draw_capacity
from otear.workflow.files import check_output, drafted

EXAMPLE_LIMIT = (
    "A worked example on public figures: its forecast is made by a rule of how unequal the land is, and no plan of any"
    " programme. It lends every orbit to one country, which nobody does."
)
COUNTED_LIMIT = (
    f"Sites are those counted in early 2023: {SITES:g}, of which {ACTIVE:g} were active. Where active ones lie as the"
    f" others do, a further active site costs {SITES / ACTIVE:.0f} times what a further site costs."
)
LIMITS = (
    "p_detect is of sites that can be seen from the air and stand all through the period. Laboratories in towns are out"
    " of reach of this method, at any number of orbits.",
    f"p_detect is a bound: hours are divided at will. A model in cells overstates {OVERSTATED[0]:g} to"
    f" {OVERSTATED[1]:g} times against a continuous simulation of a flown plan.",
    "A detection is a cue to look at, no proof of a site. The host nation alone decides whether to act.",
)


@dataclass(frozen=True, eq=False)
class Answered:
    """An answer with what it was asked of, and what it does not prove."""

    forecast: Expectation
    terms: CapacityTerms
    capacity: Capacity
    limits: tuple[str, ...]


def answer_example(terms: CapacityTerms, orbits: Sequence[int], sites: float = SITES, seed: int = 0) -> Answered:
    """The worked example: `sites` spread as public figures say. Raises `InputError` as `plan.capacity` does."""
    if not (sites > 0.0 and np.isfinite(sites)):
        raise SettingError(f"{sites:g} sites", field="sites", remedy="Give more than 0")
    limits = (EXAMPLE_LIMIT, COUNTED_LIMIT) if sites == SITES else (EXAMPLE_LIMIT,)
    return answer_on(example_forecast(sites), terms, orbits, seed, limits)


def answer_on(
    forecast: Expectation, terms: CapacityTerms, orbits: Sequence[int], seed: int = 0, limits: tuple[str, ...] = ()
) -> Answered:
    """The answer on any forecast; `limits` are what that forecast does not prove."""
    found = capacity(forecast, terms, orbits, np.random.default_rng(seed))
    return Answered(forecast, terms, found, (*limits, *LIMITS))


def check_picture(path: Path) -> None:
    """Raises `InputError` for what is no file that may be written over."""
    check_output(path)


def draw(answered: Answered, path: Path) -> None:
    """Write the picture. Raises `InputError` for a name that is no PNG's, or no file that may be written over."""
    with drafted(path) as draft:
        draw_capacity(answered.capacity, answered.terms, answered.forecast.name, draft)


def document(answered: Answered, picture: Path | None) -> dict[str, Any]:
    """The answer as one document."""
    fleet, terms, found = answered.terms.fleet, answered.terms, answered.capacity
    return {
        "rows": [_row(row) for row in found.rows],
        "steps": [asdict(step) for step in found.steps],
        "worth_up_to": {
            case: [{"hour_usd": usd, "orbits": stop} for usd, stop in zip(terms.worth.hour_usd, stops, strict=True)]
            for case, stops in found.worth_up_to.items()
        },
        "per_orbit": {
            "airframes": airframes_per_orbit(fleet),
            "crews": crews_for(terms.crewing, 1.0),
            "on_station_h": on_station_h(fleet),
            "flight_h_per_station_h": flown_per_station_hour(fleet),
        },
        "settings": asdict(terms),
        "forecast": {
            "name": answered.forecast.name,
            "sites": answered.forecast.sites,
            "cells": len(answered.forecast.expected),
            "area_km2": float(answered.forecast.area_km2.sum()),
        },
        "overstated": list(OVERSTATED),
        "does_not_prove": list(answered.limits),
        "picture": picture,
    }


def _row(row: Row) -> dict[str, Any]:
    """A row; what stands beside the number of orbits is of the hours that are really flown."""
    real = asdict(row.real)
    return {
        "orbits": row.orbits,
        **{name: value for name, value in asdict(row.need).items() if name != "confidence"},
        "hours_planned": row.ideal.hours_flown,
        **real,
        "confidence": row.need.confidence,
        "ideal": asdict(row.ideal),
    }
