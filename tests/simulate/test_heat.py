"""Surfaces warm and cool in the order in which real ones do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from otear.simulate.scene.heat import air_c, low_passed, warmth
from otear.simulate.scene.palette import Surface
from otear.simulate.scene.weather import CALM
from otear.simulate.world.things import Material

_DAY = np.maximum(np.sin((np.arange(288) / 12.0 - 6.0) * np.pi / 12.0), -1.0) * 0.85
TIN, CONCRETE = Surface.THING + Material.TIN, Surface.THING + Material.CONCRETE


def _above_air(hour: float) -> np.ndarray:
    table = warmth(CALM, hour, np.arcsin(_DAY))
    return np.asarray(table[:, 0] + table[:, 2])


def test_air_is_coldest_at_sunrise_and_warmest_at_three() -> None:
    hours = np.arange(0.0, 24.0, 0.1)
    air = [air_c(CALM, hour) for hour in hours]
    assert hours[int(np.argmin(air))] == pytest.approx(6.3, abs=0.11)
    assert hours[int(np.argmax(air))] == pytest.approx(15.0, abs=0.11)
    assert (min(air), max(air)) == pytest.approx((CALM.coldest_c, CALM.warmest_c), abs=0.05)


def test_a_tin_roof_is_hot_at_noon_and_colder_than_all_else_before_sunrise() -> None:
    assert _above_air(12.5)[TIN] > 15.0
    night = _above_air(5.0)
    assert night[TIN] < -4.0
    assert night[TIN] == night.min()


def test_concrete_keeps_the_day_into_the_evening_and_tin_does_not() -> None:
    evening = _above_air(19.5)
    assert evening[CONCRETE] > 1.0 > evening[TIN]


def test_water_is_cold_by_day_and_warm_by_night() -> None:
    day, night = _above_air(14.0), _above_air(4.0)
    assert day[Surface.WATER] < -5.0
    assert night[Surface.WATER] > 3.0


def test_cloud_evens_everything_out() -> None:
    clear = warmth(CALM, 13.0, np.arcsin(_DAY))
    dull = warmth(replace(CALM, cloud_cover=1.0), 13.0, np.arcsin(_DAY))
    assert np.ptp(dull[:, 0]) < 0.5 * np.ptp(clear[:, 0])


def test_a_quick_filter_follows_and_a_slow_one_lags() -> None:
    forcing = np.clip(_DAY, 0.0, None)
    peak = [
        max(np.arange(8.0, 22.0, 0.25), key=lambda h: low_passed(forcing, np.array([constant]), h)[0])
        for constant in (0.1, 3.0)
    ]
    assert peak[0] == pytest.approx(12.0, abs=0.3)
    assert peak[1] > peak[0] + 1.5
