"""The deny-list: what it finds, wherever and however it is written, and what it leaves alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.authority.documents import read_bundle
from otear.authority.unarmed import ABOARD, DENIED, LOOK_ALIKES, armed_words, find_armed, refuse_armed
from otear.domain.bilingual import Bilingual
from otear.errors import RefusedError

WHAT = Bilingual("the document", "el documento")
WORDS = [word.strip("*") for group in DENIED for word in group.words]
SINGLE = [word for word in WORDS if " " not in word]


@pytest.mark.parametrize(
    "text",
    [
        "weapon", "Weapons", "WEAPONs", "weaponStation", "weapon_count", "WEAPON-TYPE", "munición", "municiones",
        "misiles", "hardpoint", "hardPoints", "hard_point", "HARDPOINT2", "external stores", "fireControl",
        "fire-control", "laser designator", "laserDesignator", "LASERDESIGNATOR", "laser designation",
        "designador láser", "engage", "engagement", "strikes", "kill", "target", "targeting", "retargeted",
        "neutralise", "neutralizar", "lethality", "non-lethal", "face recognition", "licensePlateReader",
        "personTracker", "wea\u00adpon", "ｗｅａｐｏｎ", "arma", "ARMAS", "reconocimiento facial",
        "punto de anclaje de carga", "carga explosiva", "cabeza explosiva", "carga bélica", "cabeza de combate",
        "artillería", "proyectiles", "bombardero", "mortero", "radar de tiro", "disparar", "escopeta", "pistola",
        "detonador", "objetivo militar", "adquisición de objetivos", "designación de objetivos", "dron suicida",
        "lector de placas", "iluminación láser", "artillery", "projectile", "shotgun", "pistol", "shoot", "sniper",
        "detonator", "minigun", "taser", "tear gas", "payload release", "drop mechanism", "ejector rack",
        "suicide drone", "effector", "Hellfire", "GBU-12", "gbu12", "Paveway", "JDAM", "AGM-114R", "Mk-82", "MK 82",
        "gunpod", "killswitch", "uavstrike", "portabombas", "lanzabombas", "micromissiles",
    ],
)  # fmt: skip
def test_a_word_is_found_however_it_is_written(text: str) -> None:
    assert armed_words(text)
    assert armed_words({text: 1})
    assert armed_words({"list": [{"kind": (text,)}]})


@pytest.mark.parametrize(
    "text",
    [
        "unarmed", "desarmado", "disarmament", "skill", "begun", "interface", "surface", "vmti_targets", "VmtiTarget",
        "vmti targets", "VTarget", "platform_angle_of_attack_deg", "stream_designator", "platform_designation", "Canon",
        "laser range finder", "slant range measured", "store", "database stores", "bomba de agua", "payload",
        "burn scar", "fire", "armadillo", "farmacia", "Armada de México", "template", "track", "auto tracking",
        "person", "type designator", "ICAO type designator", "designador de tipo", "bomba hidráulica", "engaged clutch",
        "data plate number", "disparador de la cámara", "disparar la cámara", "objetivo de la cámara",
        "Kill Devil Hills", "Granada", "Cerro Cohete", "combate a incendios", "bomberos", "bird strike",
        "point-and-shoot camera", "Mk 2", "AGM battery", "8-12 µm", "50 kΩ", "禅思H20T", "Αθήνα", "Łódź",
        "use arm as mount",
    ],
)  # fmt: skip
def test_words_that_only_look_like_it_are_left_alone(text: str) -> None:
    assert armed_words(text) == ()


@pytest.mark.parametrize("text", ["stores", "pylon", "Pylons", "cañón"])
def test_some_words_are_denied_only_aboard_an_aircraft(text: str) -> None:
    assert armed_words(text) == ()
    assert armed_words(text, (*DENIED, *ABOARD))


@pytest.mark.parametrize("text", ["granada", "cohetes", "soporte sub-alar", "soportes subalares"])
def test_places_are_no_excuse_aboard(text: str) -> None:
    assert armed_words({"designation": text}, (*DENIED, *ABOARD))


@given(st.sampled_from(SINGLE), st.sampled_from([" ", "-", ".", "_", " - ", "/"]))
def test_letters_set_apart_are_read_together(word: str, between: str) -> None:
    assert armed_words(f"gimbal {between.join(word)}")


@given(st.sampled_from([word for word in SINGLE if len(word) > 4]), st.data(), st.sampled_from([" ", "-", "_"]))
def test_a_word_in_pieces_is_read_whole(word: str, data: st.DataObject, between: str) -> None:
    places = sorted(data.draw(st.sets(st.integers(1, len(word) - 1), min_size=1, max_size=3)))
    pieces = [word[start:end] for start, end in zip([0, *places], [*places, len(word)], strict=True)]
    assert armed_words(f"turret {between.join(pieces)} camera")


@given(st.sampled_from(SINGLE), st.integers(1, 99), st.sampled_from("xX"))
def test_a_count_that_is_put_to_a_word_hides_nothing(word: str, count: int, times: str) -> None:
    assert armed_words(f"{count}{times}{word}")
    assert armed_words(f"{word}{times}{count}")
    assert armed_words(f"{word}{count}")


@pytest.mark.parametrize(
    "text",
    ["\u043cissile", "m\u0456ssile", "c\u0430mera", "turret \u0397ellfire", "\u13abun", "gimb\u03b1l"],
)
def test_a_word_of_several_alphabets_is_refused_whatever_it_says(text: str) -> None:
    assert [finding.group for finding in find_armed({"name": text})][:1] == [LOOK_ALIKES]
    with pytest.raises(RefusedError, match="letters of several alphabets"):
        refuse_armed({"name": text}, WHAT)


def test_a_phrase_counts_with_the_key_that_it_stands_under() -> None:
    assert armed_words({"laser": {"designation": True}}) == ("laser designation",)
    assert armed_words({"laser": {"wavelength_nm": 905}, "designation": "Model 1"}) == ()


def test_a_standard_term_excuses_its_own_words_only() -> None:
    assert armed_words("vmti targets and other targets") == ("targets",)


@given(
    st.sampled_from(WORDS),
    st.recursive(
        st.none() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3), max_leaves=8
    ),
    st.lists(st.sampled_from(["a", "sensors", "0"]), max_size=4),
    st.booleans(),
)
def test_no_depth_and_no_company_hides_a_word(word: str, beside: Any, path: list[str], as_key: bool) -> None:
    value: Any = {word: beside} if as_key else [beside, word.upper()]
    for key in path:
        value = {"beside": beside, key: value}
    assert armed_words(value)


EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "authority-sinaloa.yaml"


def test_people_places_and_laws_have_their_own_names_in_an_authority() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    for said, other in (
        ("reference: EJEMPLO/SOB/2023/001", "reference: Ley Federal de Armas de Fuego, art. 7"),
        ("name: foothills", "name: Cerro de las Armas"),
        ("name: invented town", "name: fábrica de municiones"),
        ("approved_by: Director of the example programme", "approved_by: Ana de Armas"),
    ):
        assert said in text
        text = text.replace(said, other)
    bundle = read_bundle(text)
    assert bundle.authorization is not None
    assert [volume.name for volume in bundle.authorization.noun.volumes] == ["Cerro de las Armas"]


@pytest.mark.parametrize(
    ("part", "document"),
    [
        ("authorization", {"volumes": [{"name": "Granada", "missile": 1}]}),
        ("authorization", {"volumes": [{"area": {"name": "missile"}}]}),
        ("authorization", {"exclusions": ["missile"]}),
        ("authorization", {"exclusions": {"name": "missile"}}),
        ("authorization", {"aircraft": ["w-e-a-p-o-n"]}),
        ("approval", {"missiles": "Ana de Armas"}),
    ],
)
def test_only_those_names_are_let_by(part: str, document: dict[str, Any]) -> None:
    with pytest.raises(RefusedError) as refusal:
        read_bundle(json.dumps({part: document}))
    assert refusal.value.rule == "unarmed"


def test_findings_say_where() -> None:
    found = find_armed({"sensors": [{"name": "a"}, {"name": "laser pointer"}], "hardpoints": 2})
    assert {(finding.word, finding.where) for finding in found} == {
        ("laser pointer", "sensors.1.name"), ("hardpoints", "hardpoints"),
    }  # fmt: skip


def test_refusing_names_the_words_and_where_in_both_languages() -> None:
    with pytest.raises(RefusedError) as refusal:
        refuse_armed({"payload": [{"missile_count": 0}]}, WHAT)
    assert refusal.value.rule == "unarmed"
    assert "'missile' (payload.0.missile_count)" in refusal.value.because
    assert refusal.value.spanish is not None
    assert "'missile' (payload.0.missile_count)" in refusal.value.spanish[0]


def test_what_names_nothing_of_the_kind_goes_on() -> None:
    refuse_armed({"sensors": [{"name": "camera", "hfov_deg": 2.5}], 3: None, "raw": b"weapon"}, WHAT)
