"""The aircraft that come with Otear, and what a document says of how it flies."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from otear.authority.strict_yaml import read_mapping
from otear.domain.aircraft import Aircraft, Airframe
from otear.domain.authority import SensorKind
from otear.errors import InputError, NotFoundError
from otear.flight.aircraft import aircraft_text, read_aircraft
from otear.flight.laying import laid_out
from otear.flight.library import PROFILES, profile, profile_text, profiles
from otear.flight.pointing import measured
from otear.flight.route import flight_model
from otear.flight.sortie import read_sortie
from otear.flight.wind import Wind

from .documents import with_value

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
changed = partial(with_value, profile_text("medium-fixed-wing"))


def test_there_are_three_with_registrations_of_their_own() -> None:
    found = {name: (one.registration, one.airframe) for name, one in profiles().items()}
    assert found == {
        "long-endurance": ("OTEAR-SIM-3", Airframe.FIXED_WING),
        "medium-fixed-wing": ("OTEAR-SIM-1", Airframe.FIXED_WING),
        "multirotor": ("OTEAR-SIM-2", Airframe.MULTIROTOR),
    }
    with pytest.raises(NotFoundError, match="There are: long-endurance"):
        profile("balloon")


@pytest.mark.parametrize("name", PROFILES)
def test_each_can_be_simulated_and_makes_video_by_day_and_night(name: str) -> None:
    craft = profile(name)
    assert [sensor.kind for sensor in craft.sensors] == [SensorKind.VISIBLE, SensorKind.THERMAL]
    for sensor in craft.sensors:
        assert (sensor.frame_width_px, sensor.frame_height_px) == (1280, 720)
        assert measured(sensor).slew_dps >= 30.0
    assert read_aircraft(aircraft_text(craft)) == craft


@pytest.mark.parametrize("name", PROFILES)
def test_its_figures_agree_with_each_other(name: str) -> None:
    """Fuel lasts as long as the endurance, and errors are no larger than what it promises of 95% of them."""
    assert_figures_agree(profile(name))


def assert_figures_agree(craft: Aircraft) -> None:
    model, fuel = flight_model(craft), flight_model(craft).fuel
    assert fuel.loiter_per_h <= fuel.maximum_per_h
    longest_h = (fuel.capacity - fuel.reserve) / min(fuel.loiter_per_h, fuel.cruise_per_h)
    assert craft.endurance_h <= longest_h <= 1.25 * craft.endurance_h
    promised = craft.navigation_error
    assert 2.45 * np.hypot(model.horizontal_m.bias, model.horizontal_m.noise) <= promised.horizontal_m
    assert 1.96 * np.hypot(model.vertical_m.bias, model.vertical_m.noise) <= promised.vertical_m
    assert 1.96 * np.hypot(model.heading_deg.bias, model.heading_deg.noise) <= promised.heading_deg


def test_the_larger_ones_have_the_usual_fields_of_view() -> None:
    for name in ("long-endurance", "medium-fixed-wing"):
        for sensor in profile(name).sensors:
            assert measured(sensor).fields_of_view_deg == (0.6, 1.2, 2.8, 5.7, 17.0, 34.0)


def test_the_medium_one_flies_as_the_example_without_a_flight_model_does() -> None:
    example = read_aircraft((EXAMPLES / "aircraft-simulated.yaml").read_text(encoding="utf-8"))
    craft = profile("medium-fixed-wing")
    for name in ("registration", "speeds", "climb_mps", "ceiling", "maximum_bank_deg", "links", "navigation_error"):
        assert getattr(craft, name) == getattr(example, name)
    assert [sensor.name for sensor in craft.sensors] == [sensor.name for sensor in example.sensors]


def test_a_document_without_a_flight_model_has_the_identifier_that_it_always_had() -> None:
    example = read_aircraft((EXAMPLES / "aircraft-simulated.yaml").read_text(encoding="utf-8"))
    assert example.aircraft_id == "c-bc136b6caa8b53a2"
    assert example.flight_model is None
    assert "flight_model" not in aircraft_text(example)
    assert "optics" not in aircraft_text(example)


def test_the_example_with_a_flight_model_adds_it_to_the_example_without_and_changes_nothing() -> None:
    plain, more = (
        read_mapping((EXAMPLES / f"aircraft-{name}.yaml").read_text(encoding="utf-8"))
        for name in ("simulated", "flight-model")
    )
    assert more.pop("flight_model")
    for sensor in more["sensors"]:
        assert sensor.pop("optics")
    assert more == plain


def test_the_example_with_a_flight_model_flies_the_example_sortie_within_its_own_figures() -> None:
    craft = read_aircraft((EXAMPLES / "aircraft-flight-model.yaml").read_text(encoding="utf-8"))
    sortie = read_sortie((EXAMPLES / "sortie-sinaloa.yaml").read_text(encoding="utf-8"))
    route = laid_out(sortie, craft, wind=Wind(6.0, 300.0), heights=lambda lat, _: np.full(np.shape(lat), 370.0))
    assert {part.task for part in route.parts} == {-1, *range(len(sortie.tasks))}
    assert_figures_agree(craft)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("flight_model", "maximum_turn_rate_dps"), 0),
        (("flight_model", "correlation_s"), 0),
        (("flight_model", "fuel", "reserve"), 118),
        (("flight_model", "fuel", "unit"), "litres"),
        (("flight_model", "fuel", "loiter_per_h"), 0),
        (("flight_model", "horizontal_m"), {"bias": 1}),
        (("flight_model", "horizontal_m", "noise"), -1),
        (("flight_model", "heading_deg", "noise"), "little"),
        (("sensors", 0, "optics", "fields_of_view_deg"), [5.7, 2.8]),
        (("sensors", 0, "optics", "fields_of_view_deg"), [0.1, 2.8]),
        (("sensors", 0, "optics", "fields_of_view_deg"), [17, 40]),
        (("sensors", 0, "optics", "slew_dps"), 0),
        (("sensors", 0, "optics", "field_of_view_error"), 0.5),
    ],
)
def test_a_flight_model_that_cannot_be_is_refused_by_its_field(path: tuple[int | str, ...], value: Any) -> None:
    with pytest.raises(InputError) as refusal:
        read_aircraft(changed(*path, to=value), "a.json")
    assert refusal.value.field is not None
    assert refusal.value.field.replace("[0]", ".0").startswith(".".join(map(str, path)))


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        (("flight_model", "turn_rate_dps"), "maximum_turn_rate_dps"),
        (("flight_model", "horizontal_m", "sigma"), "bias"),
        (("flight_model", "fuel", "reserves"), "reserve"),
        (("sensors", 0, "optics", "mount"), "mount_deg"),
    ],
)
def test_an_unknown_key_in_it_is_named_with_the_nearest(path: tuple[int | str, ...], nearest: str) -> None:
    with pytest.raises(InputError, match=f"The nearest that is: {nearest}"):
        read_aircraft(changed(*path, to=1))


def test_it_is_an_aircraft() -> None:
    assert all(isinstance(craft, Aircraft) for craft in profiles().values())
