"""From what was gathered in pictures to cues on the ground."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from otear.detect.gathering import Gathering, Shot
from otear.domain.authority import SensorKind
from otear.domain.cues import Cue
from otear.domain.kinds import CueKind
from otear.geo.budget import ErrorSource, Parameter, Pedigree
from otear.geo.frames import Floats
from otear.geo.uncertainty import GroundError
from otear.workflow.cue_places import Placed, Sure, cue_of, one_for_each, placed
from otear.workflow.pixels_on_ground import GroundPixels

LAT, LON = np.radians(24.8), np.radians(-107.4)
EARTH_M = 6_371_000.0
NOISE_M, FLIGHT_M, GROUND_M = 3.0, 10.0, 2.0
SOURCES = tuple(
    ErrorSource(parameter, 1.0, bias, Pedigree.DEFAULT)
    for parameter, bias in ((Parameter.AZIMUTH, False), (Parameter.HEADING, True), (Parameter.TERRAIN, True))
)
SURE = Sure(0.9, 0.3, "a stratum")


def ground(gsd_m: float = 0.2, miss: int = 0) -> Callable[[int, Floats], GroundPixels]:
    """A camera straight above: pixel (640, 360) is the origin, x east, y south."""

    def place(_time_us: int, pixels: Floats) -> GroundPixels:
        east, north = (pixels[:, 0] - 640.0) * gsd_m, (360.0 - pixels[:, 1]) * gsd_m
        count = len(pixels)
        columns = np.zeros((count, 3, 3))
        columns[:, 0, 0], columns[:, 1, 0], columns[:, 2, 1] = NOISE_M, FLIGHT_M, GROUND_M
        noise = np.einsum("kai,kaj->kij", columns[:, :1], columns[:, :1])
        bias = np.einsum("kai,kaj->kij", columns[:, 1:], columns[:, 1:])
        lat = LAT + north / EARTH_M
        lon = LON + east / (EARTH_M * np.cos(LAT))
        errors = GroundError(
            lat, lon, np.full(count, 100.0), noise, bias, np.full(count, 4_000.0),
            np.full(count, miss, dtype=np.uint8), columns, SOURCES, ("",) * count,
        )  # fmt: skip
        return GroundPixels(errors, np.full(count, gsd_m), np.full(count, 0.9))

    return place


def gathered(x: float, y: float, kind: CueKind = CueKind.TANK, count: int = 1, at_us: int = 0) -> Gathering:
    shots = tuple(
        Shot(at_us + k * 33_333, np.array([x - 8, y - 8, x + 8, y + 8], dtype=np.float32), 0.5, 0.2, 50.0)
        for k in range(count)
    )
    return Gathering("detector 1", kind, shots, count + 1)


def on_ground(*gatherings: Gathering) -> list[Placed]:
    found = [placed(one, SURE, ground()) for one in gatherings]
    assert all(one is not None for one in found)
    return [one for one in found if one is not None]


def cue(group: list[Placed]) -> Cue:
    return cue_of(group, "f-1", SensorKind.VISIBLE, ())


def test_a_cue_has_its_place_and_its_errors_in_parts() -> None:
    one = cue(on_ground(gathered(740.0, 360.0)))
    assert one.place.lon == pytest.approx(np.degrees(LON + 20.0 / (EARTH_M * np.cos(LAT))))
    assert one.errors.noise == pytest.approx((NOISE_M**2, 0.0, 0.0), abs=1e-9)
    assert one.errors.flight == pytest.approx((FLIGHT_M**2, 0.0, 0.0), abs=1e-9)
    assert one.errors.ground == pytest.approx((0.0, 0.0, GROUND_M**2), abs=1e-9)
    assert one.ellipse.semi_major_m == pytest.approx(2.146 * np.hypot(NOISE_M, FLIGHT_M), rel=1e-3)
    assert (one.real, one.base_rate, one.stratum, one.pictures, one.looked) == (0.9, 0.3, "a stratum", 1, 2)
    assert one.score == pytest.approx(0.25)


def test_shots_average_noise_and_nothing_else() -> None:
    one = cue(on_ground(gathered(740.0, 360.0, count=30)))
    assert one.errors.noise[0] == pytest.approx(NOISE_M**2 / 4)
    assert one.errors.flight[0] == pytest.approx(FLIGHT_M**2)


def test_what_was_seen_twice_in_a_pass_is_one_cue_and_neighbours_of_another_kind_are_not() -> None:
    again = gathered(744.0, 362.0, at_us=60_000_000)
    groups = one_for_each(
        on_ground(gathered(740.0, 360.0), again, gathered(742.0, 360.0, CueKind.VEHICLE), gathered(1100.0, 600.0))
    )
    assert sorted(len(group) for group in groups) == [1, 1, 2]
    both = cue(next(group for group in groups if len(group) == 2))
    assert (both.pictures, both.looked) == (2, 4)
    assert both.errors.noise[0] == pytest.approx(NOISE_M**2 / 2)
    assert both.errors.flight[0] == pytest.approx(FLIGHT_M**2)


def test_what_is_on_no_ground_has_no_place() -> None:
    assert placed(gathered(740.0, 360.0), SURE, ground(miss=1)) is None


def test_a_cue_has_the_same_name_whenever_it_is_found_again() -> None:
    first, second = (cue(on_ground(gathered(740.0, 360.0))) for _ in range(2))
    assert first == second
    assert first.cue_id != cue(on_ground(gathered(740.0, 360.0, CueKind.VEHICLE))).cue_id
    assert first.cue_id != cue_of(on_ground(gathered(740.0, 360.0)), "f-2", SensorKind.VISIBLE, ()).cue_id
