"""The sun stands where almanacs say."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from otear.geo.sun import between, solar_hour, sun_at


def _us(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp()) * 1_000_000


def test_at_the_june_solstice_the_noon_sun_stands_over_the_tropic() -> None:
    lon = np.radians(-107.1)
    noon = min(
        range(_us(2026, 6, 21, 18), _us(2026, 6, 21, 21), 60_000_000), key=lambda t: abs(solar_hour(t, lon) - 12)
    )
    sun = sun_at(noon, np.radians(23.44), lon)
    assert np.degrees(sun.elevation) == pytest.approx(90.0, abs=0.15)


def test_noon_of_the_solar_clock_is_when_the_sun_is_due_south_and_highest() -> None:
    lat, lon = np.radians(24.8), np.radians(-107.1)
    times = np.arange(_us(2026, 2, 1, 17), _us(2026, 2, 1, 21), 60_000_000)
    suns = [sun_at(int(t), lat, lon) for t in times]
    highest = suns[int(np.argmax([sun.elevation for sun in suns]))]
    assert highest.solar_h == pytest.approx(12.0, abs=0.03)
    assert np.degrees(highest.azimuth) == pytest.approx(180.0, abs=0.7)
    assert np.degrees(highest.elevation) == pytest.approx(90.0 - 24.8 - 17.2, abs=0.3)


def test_the_direction_is_a_unit_vector_to_the_east_in_the_morning() -> None:
    sun = sun_at(_us(2026, 2, 1, 15), np.radians(24.8), np.radians(-107.1))
    assert np.linalg.norm(sun.direction_enu) == pytest.approx(1.0)
    assert sun.direction_enu[0] > 0.5


def test_hours_run_round_midnight_where_the_first_is_later() -> None:
    from_h, to_h = np.array([8.0, 20.0, 5.0]), np.array([17.0, 4.0, 5.0])
    assert between(12.0, from_h, to_h).tolist() == [True, False, False]
    assert between(2.0, from_h, to_h).tolist() == [False, True, False]
    assert between(20.0, from_h, to_h).tolist() == [False, True, False]
