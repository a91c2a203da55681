"""Heights of both datums, and mix-ups between them; the geoid stands some 30 m below the ellipsoid here."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.typing import ArrayLike

from otear.domain.telemetry import Floats, Telemetry
from otear.geo.geoid import undulation
from otear.geo.terrain.base import Bounds, Patch, VerticalDatum
from otear.video.heights import datum_doubts, resolve_heights

from .flights import LAT, LON, flight

GEOID_M = float(undulation(LAT, LON))


@dataclass(frozen=True)
class Level:
    """Terrain of one height."""

    height_m: float
    name: str = "level"
    datum: VerticalDatum = VerticalDatum.ELLIPSOID
    sigma_m: float = 1.0

    def heights(self, lat: ArrayLike, lon: ArrayLike) -> Floats:
        return np.full(np.broadcast(lat, lon).shape, self.height_m)

    def patch(self, bounds: Bounds) -> Patch:
        raise NotImplementedError


def with_both(telemetry: Telemetry, shift_m: float) -> Telemetry:
    """Both heights of the sensor, the MSL one being HAE less `shift_m`."""
    return replace(telemetry, sensor_msl_m=telemetry.sensor_hae_m - shift_m)


def test_sea_level_becomes_ellipsoid_and_sent_ellipsoid_wins() -> None:
    telemetry = flight(seconds=2.0)
    truth = telemetry.sensor_hae_m
    geoid = undulation(np.radians(telemetry.sensor_lat_deg), np.radians(telemetry.sensor_lon_deg))
    only_msl = replace(telemetry, sensor_msl_m=truth - geoid, sensor_hae_m=truth * np.nan)
    assert resolve_heights(only_msl).sensor_hae_m == pytest.approx(truth)
    assert resolve_heights(with_both(telemetry, 777.0)).sensor_hae_m == pytest.approx(truth)
    neither = replace(telemetry, sensor_hae_m=truth * np.nan)
    assert np.isnan(resolve_heights(neither).sensor_hae_m).all()


def test_right_heights_raise_no_doubt() -> None:
    assert datum_doubts(flight(seconds=5.0)) == []
    assert datum_doubts(with_both(flight(seconds=5.0), GEOID_M), Level(200.0)) == []


def test_one_number_in_both_items_is_doubted() -> None:
    (doubt,) = datum_doubts(with_both(flight(seconds=5.0), 0.0))
    assert "one of the two items holds the other's datum" in doubt
    assert f"{GEOID_M:+.0f}"[:3] in doubt


def test_items_that_changed_places_are_doubted() -> None:
    (doubt,) = datum_doubts(with_both(flight(seconds=5.0), -GEOID_M))
    assert "changed places" in doubt
    assert f"is {-GEOID_M:+.1f} m off" in doubt
    assert f"stands {GEOID_M:+.1f} m" in doubt


@pytest.mark.parametrize("off_m", [-60.0, 30.0, 90.0])
def test_a_barometer_is_no_mix_up(off_m: float) -> None:
    """Heights above sea level are often barometric, and tens of metres off."""
    assert datum_doubts(with_both(flight(seconds=5.0), GEOID_M + off_m)) == []


def test_heights_without_a_place_cannot_be_compared() -> None:
    telemetry = with_both(flight(seconds=5.0), 0.0)
    telemetry.sensor_lat_deg[:] = np.nan
    assert datum_doubts(telemetry) == []


def test_heights_that_no_geoid_explains_are_doubted() -> None:
    (doubt,) = datum_doubts(with_both(flight(seconds=5.0), 900.0))
    assert "900 m apart" in doubt


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_frame_centre_off_the_terrain_by_the_undulation_is_doubted(sign: float) -> None:
    (doubt,) = datum_doubts(flight(seconds=5.0), Level(200.0 + sign * GEOID_M))
    assert "probably in the other datum" in doubt


def test_a_frame_centre_off_the_terrain_by_something_else_is_no_mix_up() -> None:
    assert datum_doubts(flight(seconds=5.0), Level(200.0 + 2.5 * GEOID_M)) == []
