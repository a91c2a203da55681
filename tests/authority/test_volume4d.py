"""Volumes go out as ASTM F3548 Volume4D and come back the same; what does not fit is never dropped silently."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.authority.outlines import boundary
from otear.authority.volume4d import exported, exported_exclusion, imported
from otear.domain.authority import AltitudeBand, Area, Circle, Datum, Exclusion, Outline, Ring, Volume, Window
from otear.errors import InputError
from otear.geo.geoid import undulation

LON, LAT = st.floats(-180, 180), st.floats(-60, 60)
CIRCLES = st.builds(Circle, LON, LAT, st.floats(1.0, 400_000))
YEAR_US = 31_557_600_000_000


@st.composite
def rings(draw: st.DrawFn) -> Ring:
    """Star-shaped about a place anywhere, the antimeridian included."""
    lon, lat, size = draw(LON), draw(LAT), draw(st.floats(1e-4, 3.0))
    shares = draw(st.lists(st.floats(0.5, 1.0), min_size=3, max_size=12))
    turn = np.linspace(0.0, 2.0 * np.pi, len(shares), endpoint=False)
    lons = (lon + size * np.array(shares) * np.cos(turn) + 180.0) % 360.0 - 180.0
    lats = lat + size * np.array(shares) * np.sin(turn)
    return Ring(tuple(zip(lons.tolist(), lats.tolist(), strict=True)))


@st.composite
def volumes(draw: st.DrawFn, datum: Datum = Datum.ELLIPSOID) -> Volume:
    outline: Outline = draw(CIRCLES | rings())
    lower, start = draw(st.floats(-500, 5_000)), draw(st.integers(-50 * YEAR_US, 100 * YEAR_US))
    band = AltitudeBand(lower, lower + draw(st.floats(1, 20_000)), datum)
    window = Window(start, start + draw(st.integers(1, 20 * YEAR_US)))
    holes: tuple[Outline, ...] = ()
    if isinstance(outline, Circle):
        shares = draw(st.lists(st.floats(0.1, 0.9), max_size=2))
        holes = tuple(replace(outline, radius_m=outline.radius_m * share) for share in shares)
    return Volume(draw(st.sampled_from(["north", "south"])), Area(outline, holes), band, window)


@given(volumes())
def test_a_volume_above_the_ellipsoid_comes_back_as_it_was(volume: Volume) -> None:
    out = exported(volume)
    assert imported(out.volume, volume.name, out.holes) == volume
    as_text = json.dumps([out.volume, *out.holes])
    first, *holes = json.loads(as_text)
    assert imported(first, volume.name, holes) == volume


def inside(outline: Outline, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Places within an outline: its rim drawn in towards its middle."""
    points = boundary(outline)
    middle = points.mean(axis=0)
    lon, lat = (middle + share * (points - middle)).T
    return np.radians(lat), np.radians(lon)


@given(volumes(Datum.EGM96), st.floats(0.0, 1.0))
def test_airspace_above_mean_sea_level_only_shrinks(volume: Volume, share: float) -> None:
    geoid_m = undulation(*inside(volume.area.outline, share))
    try:
        band = imported(exported(volume).volume, volume.name).altitude
    except InputError as error:
        assert error.field == "altitude"  # noqa: PT017 (either outcome is right)
        spread_m = float(np.ptp(undulation(*inside(volume.area.outline, 1.0))))
        assert volume.altitude.upper_m - volume.altitude.lower_m < 4.0 * spread_m + 20.0
        return
    assert band.datum is Datum.ELLIPSOID
    assert (band.lower_m - geoid_m >= volume.altitude.lower_m - 1e-6).all()
    assert (band.upper_m - geoid_m <= volume.altitude.upper_m + 1e-6).all()


@given(volumes(Datum.EGM96), st.floats(0.0, 1.0))
def test_an_exclusion_above_mean_sea_level_only_grows(volume: Volume, share: float) -> None:
    exclusion = Exclusion("town", volume.area, flight=True, view=False, altitude=volume.altitude, window=volume.window)
    geoid_m = undulation(*inside(volume.area.outline, share))
    out = exported_exclusion(exclusion).volume
    assert (out.volume.altitude_lower.value <= volume.altitude.lower_m + geoid_m + 1e-6).all()
    assert (out.volume.altitude_upper.value >= volume.altitude.upper_m + geoid_m - 1e-6).all()


def test_a_band_over_a_small_area_loses_little() -> None:
    band = AltitudeBand(1000.0, 6000.0, Datum.EGM96)
    volume = Volume("v", Area(Circle(-107.4, 24.8, 5_000.0)), band, Window(0, 1))
    out = imported(exported(volume).volume, "v").altitude
    geoid_m = float(undulation(np.radians(24.8), np.radians(-107.4)))
    assert out.lower_m == pytest.approx(1000.0 + geoid_m, abs=1.0)
    assert out.upper_m == pytest.approx(6000.0 + geoid_m, abs=1.0)


SQUARE = Ring(((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)))
HOLE = Circle(0.5, 0.5, 10_000.0)
BAND = AltitudeBand(100.0, 2_000.0, Datum.ELLIPSOID)


def test_holes_are_handed_over_beside_the_outline() -> None:
    volume = Volume("v", Area(SQUARE, (HOLE,)), BAND, Window(0, 1_000_001))
    out = exported(volume)
    assert len(out.holes) == 1
    assert out.holes[0].volume.outline_circle.radius.value == HOLE.radius_m
    assert out.holes[0].volume.altitude_upper.value == BAND.upper_m
    assert out.volume.time_end.value == "1970-01-01T00:00:01.000001Z"
    assert imported(out.volume, "v").area == Area(SQUARE)


def test_holes_above_mean_sea_level_reach_as_high_as_their_volume() -> None:
    out = exported(Volume("v", Area(SQUARE, (HOLE,)), replace(BAND, datum=Datum.EGM96), Window(0, 1)))
    assert out.holes[0].volume.altitude_lower.value < out.volume.volume.altitude_lower.value
    assert out.holes[0].volume.altitude_upper.value > out.volume.volume.altitude_upper.value


def test_an_exclusion_without_bounds_is_a_volume_without_bounds() -> None:
    out = exported_exclusion(Exclusion("town", Area(SQUARE, (HOLE,)), flight=True, view=True))
    for volume in (out.volume, *out.holes):
        assert "time_start" not in volume
        assert "altitude_lower" not in volume.volume
    assert len(out.holes) == 1
    with pytest.raises(InputError) as caught:
        exported_exclusion(Exclusion("town", Area(SQUARE), flight=False, view=True))
    assert caught.value.field == "forbids"


def changed(path: str, value: Any) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(json.dumps(exported(Volume("v", Area(SQUARE), BAND, Window(0, 1))).volume))
    place = whole
    *steps, last = path.split(".")
    for step in steps:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return whole


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("volume.altitude_lower", ..., "volume.altitude_lower"),
        ("time_end", ..., "time_end"),
        ("time_end.value", "1970-01-01T00:00:01+00:00", "time_end.value"),
        ("time_end.value", "1970-01-01T00:00:00Z", "window.end"),
        ("time_end.value", "soon", "time_end"),
        ("volume.altitude_upper.value", 50.0, "altitude.upper_m"),
        ("volume.altitude_upper.reference", "SFC", "altitude_upper.reference"),
        ("volume.altitude_upper.units", "FT", "altitude_upper.units"),
        ("volume.outline_polygon", ..., "area"),
        ("volume.outline_circle", {"center": {"lng": 0, "lat": 0}, "radius": {"value": 5, "units": "M"}}, "area"),
        ("volume.outline_polygon.vertices", [{"lng": 0, "lat": 0}, {"lng": 1, "lat": 0}], "area.polygon"),
        ("volume", ..., "volume"),
    ],
)
def test_what_cannot_be_taken_over_is_named(path: str, value: Any, named: str) -> None:
    with pytest.raises(InputError) as caught:
        imported(changed(path, value), "v", source="volume.json")
    assert named in str(caught.value)
    assert caught.value.source == "volume.json"


@pytest.mark.parametrize("missing", ["center", "radius"])
def test_half_a_circle_is_none(missing: str) -> None:
    circle = {"center": {"lng": 0, "lat": 0}, "radius": {"value": 5, "units": "M"}}
    del circle[missing]
    with pytest.raises(InputError, match=r"area\.circle"):
        imported(
            {
                **changed("volume.outline_polygon", ...),
                "volume": {
                    "outline_circle": circle,
                    "altitude_lower": {"value": 1, "reference": "W84", "units": "M"},
                    "altitude_upper": {"value": 2, "reference": "W84", "units": "M"},
                },
            },
            "v",
        )
