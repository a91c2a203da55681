"""Flights of an exercise: what stands against one is said, whatever else would not help."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from otear.domain.sortie import Sortie
from otear.errors import InputError, OtearError, RefusedError
from otear.flight.wind import Wind
from otear.geo.terrain.grid import Bounds
from otear.simulate.exercise.scenario import Sweep
from otear.simulate.exercise.sweeps import sweep_sortie

from ..flight.surveys import DEPART_US, HOUR_US, MEDIUM, aircraft, at, consent, level_ground

WIND = Wind(6.0, 290.0, 0.8)
SWEEP = Sweep(MEDIUM, "visible", DEPART_US, 0.5, 2_400.0, 5.7)


def swept(sweep: Sweep = SWEEP, wind: Wind = WIND) -> Sortie:
    south_west, north_east = at(-6_000.0, -6_000.0), at(6_000.0, 6_000.0)
    bounds = Bounds(
        *(np.radians(v) for v in (south_west.lon_deg, south_west.lat_deg, north_east.lon_deg, north_east.lat_deg))
    )
    return sweep_sortie(
        sweep,
        aircraft(),
        consent(until_us=DEPART_US + 10 * HOUR_US),
        name="flight 1",
        district=bounds,
        highest_msl_m=500.0,
        heights=level_ground,
        wind=wind,
        rng=np.random.default_rng(1),
    )


def test_as_many_strips_are_flown_as_there_is_time_for() -> None:
    short, long = swept(), swept(replace(SWEEP, hours=1.0))
    assert 1 <= len(short.tasks) < len(long.tasks)


@pytest.mark.parametrize(
    ("changes", "wind", "error", "names"),
    [
        ({}, Wind(55.0, 290.0, 0.8), InputError, r"flight 1 cannot be flown: a wind of 55 m/s.*too strong"),
        ({"hfov_deg": 5.5}, WIND, InputError, r"no field of view of 5\.5 degrees\. It has: 0\.6"),
        ({"hfov_deg": 0.01}, WIND, InputError, r"no field of view of 0\.01 degrees"),
        ({"above_m": 9_000.0}, WIND, InputError, r"the ceiling\. Choose a height"),
        ({"hours": 0.01}, WIND, InputError, r"a strip takes 0\.\d+ hours .* and 0\.01 are given\. Give it more hours"),
        ({"depart_us": DEPART_US + 11 * HOUR_US}, WIND, RefusedError, "flight 1: "),
    ],
)
def test_what_stands_against_a_flight_is_said(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, float], wind: Wind, error: type[OtearError], names: str
) -> None:
    monkeypatch.setattr("otear.simulate.exercise.sweeps._BASES", 2)
    with pytest.raises(error, match=names):
        swept(replace(SWEEP, **changes), wind)  # type: ignore[arg-type]
