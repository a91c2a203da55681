"""Labels against other people's conversions, at the poles, and where rounding is awkward."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mgrs import MGRS
from pyproj import Geod, Transformer

from otear.errors import InputError
from otear.geo.labels import dms, mgrs, utm

LATITUDES = st.floats(-90.0, 90.0)
LONGITUDES = st.floats(-180.0, 180.0)


def test_mgrs_of_a_place_that_everybody_knows() -> None:
    # The Washington Monument, an example of the US National Grid standard (FGDC-STD-011-2001): 18S UJ 2348 0647.
    assert mgrs(38.889468, -77.03524, 4) == "18SUJ23480647"
    assert mgrs(38.889468, -77.03524, 0) == "18SUJ"


@pytest.mark.parametrize(
    ("lat", "lon", "zone"),
    [(84.1, 3.0, "Z"), (84.1, -3.0, "Y"), (-80.1, 3.0, "B"), (-80.1, -3.0, "A"), (90.0, 3.0, "Z")],
)
def test_polar_grid_beyond_utm(lat: float, lon: float, zone: str) -> None:
    assert mgrs(lat, lon).startswith(zone)
    with pytest.raises(InputError, match="Use MGRS"):
        utm(lat, lon)


@pytest.mark.parametrize(("lat", "zone"), [(83.9, "31X"), (-79.9, "31C")])
def test_utm_up_to_its_last_bands(lat: float, zone: str) -> None:
    assert mgrs(lat, 3.0).startswith(zone)
    assert utm(lat, 3.0).zone == 31


@given(LATITUDES, LONGITUDES, st.integers(1, 5))
def test_mgrs_square_holds_the_place(lat: float, lon: float, digits: int) -> None:
    label = mgrs(lat, lon, digits)
    assert re.fullmatch(rf"(\d\d)?[A-Z]+\d{{{2 * digits}}}", label)
    south_west_lat, south_west_lon = MGRS().toLatLon(label)
    _, _, distance = Geod(ellps="WGS84").inv(lon, lat, south_west_lon, south_west_lat)
    assert distance < 1.5 * 10 ** (5 - digits)


@given(st.floats(-79.9, 83.9), LONGITUDES)
def test_utm_agrees_with_the_register_of_projections(lat: float, lon: float) -> None:
    place = utm(lat, lon)
    theirs = Transformer.from_crs("EPSG:4326", f"EPSG:{place.epsg}", always_xy=True).transform(lon, lat)
    assert (place.easting_m, place.northing_m) == pytest.approx(theirs, abs=1e-3)


@pytest.mark.parametrize(
    ("lat", "lon", "zone"),
    [(24.8, -107.4, 13), (60.0, 5.0, 32), (56.0, 2.9, 31), (78.0, 8.9, 31), (78.0, 9.1, 33), (-33.9, 18.4, 34)],
)
def test_utm_zones_with_their_exceptions(lat: float, lon: float, zone: int) -> None:
    assert utm(lat, lon).zone == zone
    assert utm(lat, lon).hemisphere == ("N" if lat >= 0.0 else "S")


def test_utm_reads_as_text() -> None:
    assert str(utm(0.0, -177.0)) == "01N 500000 0"


@pytest.mark.parametrize(
    ("lat", "lon", "decimals", "text"),
    [
        (19.4326, -99.1332, 1, "19°25′57.4″N 99°07′59.5″W"),
        (59.9999999 / 3600.0, -59.99 / 3600.0, 1, "0°01′00.0″N 0°01′00.0″W"),
        (-0.99999999, 179.99999999, 2, "1°00′00.00″S 180°00′00.00″E"),
        (89.9999, 5.0, 0, "90°00′00″N 5°00′00″E"),
    ],
)
def test_dms(lat: float, lon: float, decimals: int, text: str) -> None:
    assert dms(lat, lon, decimals) == text


@given(LATITUDES, LONGITUDES, st.integers(0, 4))
def test_dms_is_never_sixty_and_says_the_same_angle(lat: float, lon: float, decimals: int) -> None:
    for text, angle in zip(dms(lat, lon, decimals).split(), (lat, lon), strict=True):
        match = re.fullmatch(r"(\d+)°(\d\d)′(\d\d(?:\.\d+)?)″([NSEW])", text)
        assert match is not None
        degrees, minutes, seconds = int(match[1]), int(match[2]), float(match[3])
        assert minutes < 60
        assert seconds < 60.0
        sign = -1.0 if match[4] in "SW" else 1.0
        said = sign * (degrees + minutes / 60.0 + seconds / 3600.0)
        assert said == pytest.approx(angle, abs=0.5001 * 10.0**-decimals / 3600.0)


@pytest.mark.parametrize(("lat", "lon"), [(90.1, 0.0), (0.0, 180.1), (float("nan"), 0.0), (0.0, float("inf"))])
def test_no_label_for_an_angle_that_is_none(lat: float, lon: float) -> None:
    for label in (mgrs, utm, dms):
        with pytest.raises(InputError, match="Give degrees between"):
            label(lat, lon)


def test_digits_that_mgrs_does_not_have() -> None:
    with pytest.raises(InputError, match="Give 0 to 5"):
        mgrs(0.0, 0.0, 6)
