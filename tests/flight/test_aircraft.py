"""Aircraft documents: what is read of them, what is refused as armed, and what is refused as wrong."""

from __future__ import annotations

import contextlib
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from otear.authority.signatures import canonical
from otear.authority.strict_yaml import read_mapping
from otear.authority.unarmed import ABOARD, DENIED
from otear.domain.aircraft import Airframe, Ceiling, LinkKind, NavigationError
from otear.domain.authority import Datum, SensorKind
from otear.errors import InputError, RefusedError
from otear.flight.aircraft import aircraft_text, read_aircraft
from otear.flight.library import profile_text
from otear.flight.schema import PARTS, AircraftModel

from .documents import document, with_value

REPOSITORY = Path(__file__).resolve().parent.parent.parent
EXAMPLES = sorted((REPOSITORY / "docs" / "examples").glob("aircraft-*.yaml"))
SIMULATED = (REPOSITORY / "docs" / "examples" / "aircraft-simulated.yaml").read_text(encoding="utf-8")
changed = partial(with_value, SIMULATED)


def test_the_example_is_read() -> None:
    aircraft = read_aircraft(SIMULATED)
    assert aircraft.registration == "OTEAR-SIM-1"
    assert aircraft.airframe is Airframe.FIXED_WING
    assert aircraft.speeds.loiter_mps == 38
    assert aircraft.ceiling == Ceiling(7600, Datum.EGM96)
    assert [sensor.kind for sensor in aircraft.sensors] == [SensorKind.VISIBLE, SensorKind.THERMAL]
    assert aircraft.sensors[0].gimbal == aircraft.sensors[1].gimbal
    assert [link.kind for link in aircraft.links] == [LinkKind.LINE_OF_SIGHT, LinkKind.SATELLITE]
    assert aircraft.links[1].range_km is None
    assert aircraft.navigation_error == NavigationError(15, 25, 0.5)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_text_of_an_aircraft_is_its_canonical_document(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    aircraft = read_aircraft(text, path)
    assert aircraft_text(aircraft).encode() == canonical(read_mapping(text))
    assert read_aircraft(aircraft_text(aircraft)) == aircraft


def test_the_identifier_is_that_of_the_content_and_not_of_its_writing() -> None:
    aircraft = read_aircraft(SIMULATED)
    reversed_keys = dict(reversed(document(SIMULATED).items()))
    assert read_aircraft(yaml.safe_dump(reversed_keys, sort_keys=False)) == aircraft
    assert read_aircraft(json.dumps(document(SIMULATED), indent=3)) == aircraft
    assert aircraft.aircraft_id.startswith("c-")
    assert len(aircraft.aircraft_id) == 18
    assert read_aircraft(changed("endurance_h", to=17)).aircraft_id != aircraft.aircraft_id


WORDS = [word.removesuffix("*") for group in (*DENIED, *ABOARD) for word in group.words]


@pytest.mark.parametrize("word", WORDS)
def test_a_document_that_names_anything_of_a_weapon_is_refused_as_armed(word: str) -> None:
    for text in (
        changed(word, to=[]),
        changed("sensors", 0, word.replace(" ", "_"), to=False),
        changed("designation", to=f"Model 5 {word.upper()}"),
        changed("sensors", 1, "name", to=word.title().replace(" ", "")),
    ):
        with pytest.raises(RefusedError) as refusal:
            read_aircraft(text, "a.json")
        assert refusal.value.rule == "unarmed"
        assert "a.json" in refusal.value.because


@pytest.mark.parametrize(
    ("extra", "where"),
    [
        ({"stores": [{"station": 1}]}, "stores"),
        ({"hardpoints_in_use": 2}, "hardpoints_in_use"),
        ({"payload": {"laser": {"designation": True}}}, "payload.laser.designation"),
        ({"roles": ["survey", "engagement"]}, "roles.1"),
        ({"hardpoints": 0}, "hardpoints"),
    ],
)
def test_the_refusal_names_the_field(extra: dict[str, Any], where: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        read_aircraft(json.dumps({**document(SIMULATED), **extra}))
    assert f"({where})" in refusal.value.because
    assert refusal.value.spanish is not None
    assert f"({where})" in refusal.value.spanish[0]


@pytest.mark.parametrize(
    ("path", "field", "nearest"),
    [
        (("endurence_h",), "endurence_h", "endurance_h"),
        (("speeds", "cruise_kmh"), "speeds.cruise_kmh", "cruise_mps"),
        (("sensors", 1, "hfov_deg"), "sensors[1].hfov_deg", "hfov_m"),
        (("sensors", 0, "gimbal", "azimut_min_deg"), "sensors[0].gimbal.azimut_min_deg", "azimuth_min_deg"),
        (("xyz",), "xyz", ""),
    ],
)
def test_any_other_unknown_key_is_named_with_the_nearest_that_is_known(
    path: tuple[int | str, ...], field: str, nearest: str
) -> None:
    with pytest.raises(InputError) as refusal:
        read_aircraft(changed(*path, to=1), "a.json")
    assert refusal.value.field == field
    assert refusal.value.source == "a.json"
    assert f"The nearest that is: {nearest}" in refusal.value.remedy


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("format",), "otear-aircraft/2"),
        (("registration",), ""),
        (("airframe",), "balloon"),
        (("endurance_h",), 0),
        (("endurance_h",), "18"),
        (("endurance_h",), True),
        (("speeds", "loiter_mps"), 55),
        (("speeds", "loiter_mps"), 0),
        (("speeds", "maximum_mps"), 49.9),
        (("speeds", "cruise_mps"), -1),
        (("climb_mps",), 0),
        (("ceiling", "height_m"), 50_000),
        (("ceiling", "datum"), "sea"),
        (("maximum_bank_deg",), 90),
        (("sensors",), []),
        (("sensors", 1, "name"), "turret daylight camera"),
        (("sensors", 0, "kind"), "sonar"),
        (("sensors", 0, "hfov_min_deg"), 40),
        (("sensors", 0, "hfov_max_deg"), 180),
        (("sensors", 0, "frame_width_px"), 1920.5),
        (("sensors", 0, "frame_height_px"), None),
        (("sensors", 0, "gimbal", "elevation_min_deg"), 30),
        (("sensors", 0, "gimbal", "azimuth_max_deg"), -361),
        (("links",), []),
        (("links", 0, "range_km"), None),
        (("links", 1, "range_km"), 100),
        (("navigation_error", "heading_deg"), 0),
        (("navigation_error", "horizontal_m"), 1e6),
        (("navigation_error",), 15),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_its_field(path: tuple[int | str, ...], value: Any) -> None:
    with pytest.raises(InputError) as refusal:
        read_aircraft(changed(*path, to=value), "a.json")
    assert refusal.value.source == "a.json"
    assert refusal.value.field is not None
    assert refusal.value.field.startswith(str(path[0]))


REQUIRED = [name for name, field in AircraftModel.model_fields.items() if field.is_required()]


@pytest.mark.parametrize("key", REQUIRED)
def test_a_key_that_is_missing_is_named(key: str) -> None:
    with pytest.raises(InputError) as refusal:
        read_aircraft(changed(key, to=None))
    assert refusal.value.field == key


def test_a_radar_may_have_no_frame_and_a_multirotor_may_stand_still() -> None:
    radar = {key: value for key, value in document(SIMULATED)["sensors"][0].items() if not key.startswith("frame")}
    aircraft = read_aircraft(changed("sensors", 0, to={**radar, "kind": "radar"}))
    assert aircraft.sensors[0].frame_width_px is None
    assert read_aircraft(aircraft_text(aircraft)) == aircraft
    hovering = {
        **document(SIMULATED),
        "airframe": "multirotor",
        "speeds": {**document(SIMULATED)["speeds"], "loiter_mps": 0},
    }
    assert read_aircraft(json.dumps(hovering)).speeds.loiter_mps == 0


@pytest.mark.parametrize(
    "text",
    ["", "- a", "{", "registration: A\nregistration: B", "!!python/object/apply:os.system [ls]", "endurance_h: .inf"],
)
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_aircraft(text, "a.yaml")


@given(
    st.recursive(
        st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(max_size=6),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
        max_leaves=6,
    ),
    st.sampled_from([*AircraftModel.model_fields]),
)
def test_any_value_under_any_key_is_refused_or_read_as_it_will_be_read_again(value: Any, key: str) -> None:
    with contextlib.suppress(InputError, RefusedError):
        aircraft = read_aircraft(json.dumps({**document(SIMULATED), key: value}))
        assert read_aircraft(aircraft_text(aircraft)) == aircraft


def test_every_mapping_of_the_schema_has_its_keys_known() -> None:
    """A mapping that were missing from PARTS would have its unknown keys found later, and without the nearest."""
    whole = read_mapping(profile_text("medium-fixed-wing"))
    parts = (whole, whole["sensors"][0], whole["flight_model"])
    mappings = {key for part in parts for key, value in part.items() if isinstance(value, (dict, list))}
    assert set(PARTS) == mappings


def test_the_page_lists_every_key() -> None:
    page = (REPOSITORY / "docs" / "aircraft.md").read_text(encoding="utf-8")
    for model in (AircraftModel, *PARTS.values()):
        for key in model.model_fields:
            assert f"`{key}`" in page
