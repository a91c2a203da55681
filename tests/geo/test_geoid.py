"""The geoid against the values that its makers published."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.geo import geoid

# NIMA's test points for EGM96 (OUTPT.DAT): latitude, longitude in degrees, undulation in metres.
PUBLISHED = np.array(
    [
        (38.6281550, 269.7791550, -31.628),
        (-14.6212170, 305.0211140, -2.969),
        (46.8743190, 102.4487290, -43.575),
        (-23.6174460, 133.8747120, 15.871),
        (38.6254730, 359.9995000, 50.066),
        (-0.4667440, 0.0023000, 17.329),
    ]
)
LATITUDES = st.floats(-90.0, 90.0)
LONGITUDES = st.floats(-360.0, 360.0)


def test_published_undulations() -> None:
    lat, lon = np.radians(PUBLISHED[:, 0]), np.radians(PUBLISHED[:, 1])
    np.testing.assert_allclose(geoid.undulation(lat, lon), PUBLISHED[:, 2], atol=0.015)


def test_known_extremes() -> None:
    """The lowest geoid is south of India, the highest over New Guinea; both are well-known figures of EGM96."""
    lat, lon = np.meshgrid(np.radians(np.arange(-90.0, 90.1, 0.25)), np.radians(np.arange(-180.0, 180.0, 0.25)))
    undulations = geoid.undulation(lat, lon)
    assert undulations.min() == pytest.approx(-106.99, abs=0.01)
    assert undulations.max() == pytest.approx(85.39, abs=0.01)


@given(LATITUDES, LONGITUDES)
def test_longitude_turns(lat_deg: float, lon_deg: float) -> None:
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    assert geoid.undulation(lat, lon) == pytest.approx(float(geoid.undulation(lat, lon + 2 * np.pi)), abs=1e-6)


@given(LATITUDES, LONGITUDES)
def test_continuous(lat_deg: float, lon_deg: float) -> None:
    """One metre aside changes less than 2 mm, across grid lines, the antimeridian and the poles alike."""
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    aside = max(lat - 1.6e-7, -np.pi / 2)
    assert geoid.undulation(aside, lon) == pytest.approx(float(geoid.undulation(lat, lon)), abs=2e-3)


@pytest.mark.parametrize(("lat_deg", "undulation_m"), [(90.0, 13.606), (-90.0, -29.534)])
def test_poles_are_one_place(lat_deg: float, undulation_m: float) -> None:
    around = geoid.undulation(np.radians(lat_deg), np.radians(np.linspace(0.0, 360.0, 13)))
    np.testing.assert_allclose(around, undulation_m, atol=0.006)


@given(LATITUDES, LONGITUDES, st.floats(-500.0, 9000.0))
def test_heights_go_there_and_back(lat_deg: float, lon_deg: float, msl_m: float) -> None:
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    assert geoid.msl_from_hae(lat, lon, geoid.hae_from_msl(lat, lon, msl_m)) == pytest.approx(msl_m, abs=1e-9)


def test_no_place_no_height() -> None:
    assert np.isnan(geoid.undulation([np.nan, 2.0, 0.0], [0.0, 0.0, np.nan])).all()
