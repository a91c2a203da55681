"""Capacity: the figures of the facts, the fleet against a simulation of it, the optimum against other divisions."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import shape

from otear.domain.capacity import Crewing, Expectation, Floats, Looking, OrbitFleet, Period, Worth
from otear.errors import InputError, SettingError
from otear.plan.capacity.answer import OVERSTATED, CapacityTerms, capacity
from otear.plan.capacity.example import CAMERA, LAND_KM2, camera_looking, example_forecast, example_shares, state_sizes
from otear.plan.capacity.fleet import (
    airframes_per_orbit,
    busy_per_orbit,
    chance,
    crews_for,
    fewest_airframes,
    flown_per_station_hour,
    need,
    on_station_h,
)
from otear.plan.capacity.picture import draw_capacity
from otear.plan.capacity.search import searched

FLEET = OrbitFleet()
LOOKING = camera_looking(0.2, 0.5)
TERMS = CapacityTerms(FLEET, Crewing(), LOOKING, Worth(), Period())
SURE = replace(FLEET, availability=1.0, cancelled=0.0)


def few(seed: int = 0, cells: int = 6) -> Expectation:
    """A small forecast with cells of all sizes."""
    generator = np.random.default_rng(seed)
    return Expectation(
        "few", generator.gamma(0.5, 4.0, cells) + 0.01, generator.uniform(50.0, 900.0, cells), np.full(cells, 1.5)
    )


@pytest.mark.parametrize(("endurance_h", "transit_h", "airframes"), [(20.0, 2.0, 2.5), (14.0, 3.0, 4.3)])
def test_one_orbit_takes_the_airframes_of_the_facts(endurance_h: float, transit_h: float, airframes: float) -> None:
    fleet = OrbitFleet(endurance_h, transit_h, turn_round_h=10.0, reserve_h=1.0, availability=0.8)
    assert round(airframes_per_orbit(fleet), 1) == airframes


def test_the_camera_is_that_of_the_facts() -> None:
    table = [
        (field, round(CAMERA.swath_km(field), 2), round(CAMERA.gsd_m(field), 2), round(CAMERA.sweep_km2_h(field)))
        for field in (34.0, 5.7, 2.8, 1.2)
    ]
    assert table == [(34.0, 6.11, 3.18, 2265), (5.7, 1.0, 0.52, 369), (2.8, 0.49, 0.25, 181), (1.2, 0.21, 0.11, 78)]
    assert CAMERA.widest(0.2) == 1.2
    assert CAMERA.widest(10.0) == 34.0
    with pytest.raises(SettingError, match="no field of view shows"):
        CAMERA.widest(0.01)


def simulated(fleet: OrbitFleet, airframes: int, orbits: float, days: int, trials: int, seed: int) -> float:
    """How often a simulated fleet has the hours: airframes that fail and are mended, bases under their own weather."""
    generator = np.random.default_rng(seed)
    base = np.arange(airframes) % fleet.bases
    back = math.exp(-1.0 / (fleet.availability * fleet.repair_days))
    fit = generator.random((trials, airframes)) < fleet.availability
    flown = np.zeros(trials)
    for _ in range(days):
        open_bases = generator.random((trials, fleet.bases)) >= fleet.cancelled
        flown += (fit & open_bases[:, base]).sum(axis=1)
        # The chain whose days are correlated by `back`: kept as it is, or drawn anew.
        kept = generator.random(fit.shape) < back
        fit = np.where(kept, fit, generator.random(fit.shape) < fleet.availability)
    return float((flown >= math.ceil(orbits * days * busy_per_orbit(fleet) - 1e-9)).mean())


@pytest.mark.parametrize(
    ("fleet", "airframes", "orbits"),
    [
        (FLEET, 9, 3.0),
        (FLEET, 16, 5.0),
        (FLEET, 60, 20.0),
        (replace(FLEET, bases=1, cancelled=0.2), 40, 11.0),
        (replace(FLEET, repair_days=12.0, cancelled=0.02), 32, 12.0),
        (replace(FLEET, availability=0.5, bases=2), 50, 10.0),
    ],
)
def test_the_chance_agrees_with_a_simulated_fleet(fleet: OrbitFleet, airframes: int, orbits: float) -> None:
    said = chance(fleet, airframes, orbits, 7)
    came = simulated(fleet, airframes, orbits, 7, 6000, seed=3)
    assert 0.05 < came < 0.97, "a case that says something"
    assert said == pytest.approx(came, abs=0.02)


def test_a_fleet_that_never_fails_is_as_large_as_the_mean() -> None:
    assert fewest_airframes(SURE, 60, 7, 0.9) == 120
    assert fewest_airframes(replace(SURE, bases=1), 1, 30, 0.99) == 2


def test_a_fleet_of_the_mean_has_the_hours_every_second_time_and_no_more() -> None:
    assert chance(replace(FLEET, cancelled=0.0), 150, 60, 7) == pytest.approx(0.5, abs=0.03)
    assert chance(FLEET, 150, 60, 7) < 0.1


@settings(max_examples=40)
@given(
    st.floats(0.3, 1.0), st.floats(0.0, 0.4), st.integers(1, 6), st.integers(1, 40), st.integers(2, 20),
    st.floats(0.5, 0.99),
)  # fmt: skip
def test_the_fewest_airframes_are_enough_and_one_less_is_not(
    availability: float, cancelled: float, bases: int, orbits: int, days: int, confidence: float
) -> None:
    fleet = replace(FLEET, availability=availability, cancelled=cancelled, bases=bases)
    if 1.0 - cancelled ** (bases * days) < confidence + 0.001:
        return
    airframes = fewest_airframes(fleet, orbits, days, confidence)
    assert chance(fleet, airframes, orbits, days) >= confidence
    assert chance(fleet, airframes - 1, orbits, days) < confidence
    assert airframes >= fewest_airframes(fleet, orbits, days, 0.5 * (0.5 + confidence))


def test_weather_that_bases_share_takes_more_airframes() -> None:
    sizes = [fewest_airframes(replace(FLEET, bases=bases), 60, 7, 0.9) for bases in (1, 2, 4, 16)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[-1] + 10


def test_no_fleet_flies_where_weather_takes_every_day() -> None:
    with pytest.raises(SettingError, match="no fleet has hours"):
        fewest_airframes(replace(FLEET, cancelled=0.5, bases=1), 1, 2, 0.9)


def test_ten_aircrew_keep_one_orbit_manned() -> None:
    assert crews_for(Crewing(), 1.0) * Crewing().aircrew == 10
    assert crews_for(Crewing(), 60.0) == 300
    assert crews_for(Crewing(shift_h=6.0), 60.0) == 400, "four shifts a day"
    assert crews_for(Crewing(shift_h=7.0), 60.0) == 400, "a day is not cut into three shifts of seven hours"
    planned = need(SURE, Crewing(), 60, 7, 0.9)
    assert (planned.orbits_up, planned.crews) == (60.0, 300)
    assert need(FLEET, Crewing(), 60, 7, 0.9).crews > 300, "hours that weather took are flown by somebody"


def test_the_forecast_has_the_concentration_of_the_facts() -> None:
    forecast = example_forecast(527.0)
    assert len(forecast.expected) == 2469
    assert forecast.sites == pytest.approx(527.0)
    assert forecast.area_km2.sum() == pytest.approx(LAND_KM2)
    leading = np.argsort(-forecast.expected)[:2]
    assert forecast.expected[leading].sum() / forecast.sites == pytest.approx(0.36)
    assert forecast.area_km2[leading].sum() / LAND_KM2 == pytest.approx(0.0043)
    three = example_shares()[: sum(state_sizes()[:3])].sum()
    assert three == pytest.approx((0.64 + 0.87) / 2.0)


def test_draws_of_the_forecast_differ_as_much_as_the_facts() -> None:
    drawn = searched(example_forecast(), LOOKING, np.random.default_rng(1), 1500).drawn
    low, high = np.quantile(drawn[:, : sum(state_sizes()[:3])].sum(axis=1), (0.05, 0.95))
    assert high - low == pytest.approx(0.87 - 0.64, abs=0.02)


def test_the_land_is_that_of_the_municipios(shared_data: Path) -> None:
    features = json.loads((shared_data / "mexico" / "mx_municipios_2020.geojson").read_bytes())["features"]
    ground = Geod(ellps="WGS84")
    areas = [abs(ground.geometry_area_perimeter(shape(one["geometry"]))[0]) / 1e6 for one in features]
    assert len(areas) == 2469
    assert sum(areas) == pytest.approx(LAND_KM2, abs=1.0)


def test_one_cell_is_found_by_random_search() -> None:
    one = Expectation("one", np.array([3.0]), np.array([500.0]), np.array([2.0]))
    search = searched(one, Looking(78.0, 0.5), np.random.default_rng(0))
    assert search.found(20.0) == pytest.approx(1.0 - math.exp(-0.5 * 78.0 * 20.0 / 500.0))
    assert search.found(0.0) == 0.0


@given(st.integers(0, 50), st.floats(0.5, 200.0), st.integers(0, 1000))
def test_no_division_of_the_hours_finds_more(seed: int, hours: float, other: int) -> None:
    search = searched(few(seed), LOOKING, np.random.default_rng(0), 2)
    at_will = np.random.default_rng(other).dirichlet(np.full(6, 0.7)) * hours
    assert search.found(hours) >= search.shares @ -np.expm1(-search.rate * at_will) - 1e-12


@given(st.integers(0, 50), st.floats(1.0, 300.0))
def test_the_last_hour_finds_what_it_is_said_to(seed: int, hours: float) -> None:
    search = searched(few(seed), LOOKING, np.random.default_rng(0), 2)
    price = (search.found(hours + 1e-3) - search.found(hours - 1e-3)) / 2e-3
    assert search.hours_until(price) == pytest.approx(hours, rel=1e-3)


def test_more_orbits_find_more_each_less_than_the_one_before() -> None:
    answer = capacity(example_forecast(), TERMS, (20, 40, 60, 90), np.random.default_rng(0))
    for case in ("ideal", "real"):
        found = answer.curve.p_detect[case]
        assert (np.diff(found) > 0.0).all()
        slope = np.diff(found) / np.diff(answer.curve.orbits)
        assert (np.diff(slope) < 0.0).all()
    for row in answer.rows:
        assert row.real.p_detect < row.ideal.p_detect
        assert row.real.hours_flown == pytest.approx(0.22 * row.ideal.hours_flown)
        assert row.ideal.station_h == row.orbits * 24.0 * 7.0
        assert row.ideal.hours_flown == pytest.approx(row.ideal.station_h * 19.0 / 15.0)
        assert row.need.confidence >= 0.9
        for case_ in (row.ideal, row.real):
            assert case_.p_detect_90[0] < case_.p_detect < case_.p_detect_90[1]
            assert case_.p_detect / case_.p_detect_flown[0] == pytest.approx(OVERSTATED[1])
    forty, sixty, ninety = answer.rows[1:]
    gained = [step.p_detect for step in answer.steps[1:]]
    assert gained == [sixty.real.p_detect - forty.real.p_detect, ninety.real.p_detect - sixty.real.p_detect]
    assert answer.steps[2].orbits_ratio == 1.5
    assert 1.0 < answer.steps[2].sites_ratio < 1.5


def test_it_stops_being_worth_it_where_a_further_site_costs_what_it_is_worth() -> None:
    terms = replace(TERMS, worth=Worth(site_usd=400_000.0, hour_usd=(12_255.0,)))
    stop = capacity(example_forecast(), terms, (1,), np.random.default_rng(0)).worth_up_to["real"][0]
    around = (math.floor(stop) - 1, math.ceil(stop) + 1)
    before, after = capacity(example_forecast(), terms, around, np.random.default_rng(0)).rows
    assert before.real.usd_per_further_site[0] < 400_000.0 < after.real.usd_per_further_site[0]


def test_the_hours_worth_flying_do_not_depend_on_who_flies_them() -> None:
    answer = capacity(example_forecast(), TERMS, (60,), np.random.default_rng(0))
    ideal, real = (np.array(answer.worth_up_to[case]) for case in ("ideal", "real"))
    np.testing.assert_allclose(real * 0.22, ideal)


def test_a_surer_forecast_has_a_narrower_interval() -> None:
    def width(shape_: float) -> float:
        base = example_forecast()
        sure = Expectation("sure", base.expected, base.area_km2, np.full(len(base.expected), shape_))
        low, high = searched(sure, LOOKING, np.random.default_rng(0)).found_90(3000.0)
        return high - low

    assert width(20.0) < 0.5 * width(1.0)


@pytest.mark.parametrize("orbits", [(), (0,), (40, 40), (1001,), (-3,)])
def test_numbers_of_orbits_that_say_nothing_are_refused(orbits: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="Give whole numbers from 1 to 1000"):
        capacity(few(), TERMS, orbits, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("field", "make"),
    [
        ("endurance_h", lambda: OrbitFleet(endurance_h=5.0)),
        ("endurance_h", lambda: OrbitFleet(endurance_h=math.nan)),
        ("transit_h", lambda: OrbitFleet(transit_h=-1.0)),
        ("availability", lambda: OrbitFleet(availability=0.0)),
        ("cancelled", lambda: OrbitFleet(cancelled=1.0)),
        ("bases", lambda: OrbitFleet(bases=0)),
        ("shift_h", lambda: Crewing(shift_h=0.0)),
        ("pd", lambda: Looking(78.0, 1.5)),
        ("sweep_km2_h", lambda: Looking(math.inf)),
        ("days", lambda: Period(days=0)),
        ("confidence", lambda: Period(confidence=1.0)),
        ("flown_share", lambda: Period(flown_share=22.0)),
        ("hour_usd", lambda: Worth(hour_usd=())),
        ("site_usd", lambda: Worth(site_usd=0.0)),
    ],
)
def test_a_setting_out_of_range_is_named(field: str, make: object) -> None:
    assert callable(make)
    with pytest.raises(SettingError) as told:
        make()
    assert told.value.field == field


@pytest.mark.parametrize("field", ["expected", "area_km2", "shape"])
def test_a_forecast_of_nothing_is_refused(field: str) -> None:
    arrays: dict[str, Floats] = {"expected": np.ones(3), "area_km2": np.ones(3), "shape": np.ones(3)}
    arrays[field] = np.zeros(3)
    with pytest.raises(InputError) as told:
        Expectation("none", **arrays)
    assert told.value.field == field


def test_the_same_question_gives_the_same_picture(tmp_path: Path) -> None:
    pictures = []
    for name in ("one.png", "two.png"):
        answer = capacity(few(), TERMS, (1, 2), np.random.default_rng(7))
        draw_capacity(answer, TERMS, "few", tmp_path / name)
        pictures.append((tmp_path / name).read_bytes())
    assert pictures[0] == pictures[1]
    assert pictures[0].startswith(b"\x89PNG")


def test_a_picture_is_drawn_where_nothing_more_is_to_be_found(tmp_path: Path) -> None:
    terms = replace(TERMS, looking=Looking(1e6, 1.0), period=Period(days=300))
    answer = capacity(few(), terms, (5,), np.random.default_rng(7))
    assert answer.rows[0].ideal.p_detect == pytest.approx(1.0)
    assert answer.rows[0].ideal.p_detect_per_extra_orbit == 0.0
    assert answer.rows[0].ideal.usd_per_further_site == (math.inf, math.inf)
    draw_capacity(answer, terms, "few", tmp_path / "all.png")


def test_hours_on_station_leave_out_transit_and_reserve() -> None:
    assert on_station_h(FLEET) == 15.0
    assert flown_per_station_hour(FLEET) == pytest.approx(19.0 / 15.0)
