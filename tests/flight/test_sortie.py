"""Sortie documents: what is read of them, what is refused, and that they are the same however they are written."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from otear.authority.unarmed import ABOARD, DENIED
from otear.domain.sortie import GroundPoint, Orbit, Side, Stare, Strip
from otear.errors import InputError, RefusedError
from otear.flight.laying import laid_out
from otear.flight.library import profiles
from otear.flight.sortie import read_sortie, sortie_text
from otear.flight.sortie_schema import SortieModel
from otear.flight.wind import Wind

from .documents import document, with_value

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((REPOSITORY / "docs" / "examples").glob("sortie-*.yaml"))
LONG = (REPOSITORY / "docs" / "examples" / "sortie-long-endurance.yaml").read_text(encoding="utf-8")
changed = partial(with_value, LONG)


def test_the_example_is_read() -> None:
    sortie = read_sortie(LONG)
    assert sortie.aircraft == "OTEAR-SIM-3"
    assert sortie.depart_us == 1_772_802_000_000_000
    assert sortie.base == GroundPoint(24.5, -107.6)
    assert [type(task) for task in sortie.tasks] == [Strip, Stare, Orbit]
    assert sortie.tasks[0].side is Side.LEFT
    assert sortie.authority_id is None


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_examples_can_be_flown_by_the_aircraft_that_they_name(path: Path) -> None:
    sortie = read_sortie(path.read_text(encoding="utf-8"), path)
    (craft,) = (one for one in profiles().values() if one.registration == sortie.aircraft)
    ground = sortie.base_msl_m - 30.0
    route = laid_out(sortie, craft, wind=Wind(4.0, 250.0, 0.5), heights=lambda lat, _: np.full(np.shape(lat), ground))
    assert {part.task for part in route.parts} == {-1, *range(len(sortie.tasks))}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_text_of_a_sortie_is_the_same_sortie(path: Path) -> None:
    sortie = read_sortie(path.read_text(encoding="utf-8"), path)
    assert read_sortie(sortie_text(sortie)) == sortie
    assert read_sortie(yaml.safe_dump(json.loads(sortie_text(sortie)), sort_keys=False)) == sortie


def test_the_identifier_is_that_of_what_is_said_and_not_of_its_writing() -> None:
    sortie = read_sortie(LONG)
    assert sortie.sortie_id.startswith("s-")
    assert len(sortie.sortie_id) == 18
    assert read_sortie(json.dumps(dict(reversed(document(LONG).items())))) == sortie
    assert read_sortie(changed("depart", to="2026-03-06T14:00:00+01:00")) == sortie
    assert read_sortie(changed("depart", to="2026-03-06T14:00:00Z")).sortie_id != sortie.sortie_id
    assert read_sortie(changed("name", to="other")).sortie_id != sortie.sortie_id


WORDS = [group.words[0].removesuffix("*") for group in (*DENIED, *ABOARD)]
"""One of each group: all of them are tried on aircraft, by the same reader."""


@pytest.mark.parametrize("word", WORDS)
def test_a_sortie_that_names_anything_of_a_weapon_is_refused(word: str) -> None:
    for text in (changed(word, to=1), changed("tasks", 0, "name", to=word.upper()), changed("name", to=f"the {word}")):
        with pytest.raises(RefusedError) as refusal:
            read_sortie(text, "s.json")
        assert refusal.value.rule == "unarmed"
        assert "s.json" in refusal.value.because


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("format",), "otear-sortie/2"),
        (("depart",), "2026-03-06T07:00:00"),
        (("base", "lat_deg"), 91),
        (("base", "height_msl_m"), None),
        (("height_msl_m",), "high"),
        (("tasks",), []),
        (("tasks", 0, "kind"), "chase"),
        (("tasks", 0, "side"), "up"),
        (("tasks", 0, "depression_deg"), 5),
        (("tasks", 0, "end"), None),
        (("tasks", 0, "extra"), 1),
        (("tasks", 1, "cells"), []),
        (("tasks", 1, "name"), "valley"),
        (("tasks", 1, "dwell_s"), 0),
        (("tasks", 2, "turns"), 0),
        (("tasks", 2, "radius_m"), -5),
        (("purpose",), "Find Laboratories"),
        (("anything",), 1),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_its_field(path: tuple[int | str, ...], value: Any) -> None:
    with pytest.raises(InputError) as refusal:
        read_sortie(changed(*path, to=value), "s.json")
    assert refusal.value.source == "s.json"
    assert refusal.value.field is not None
    assert refusal.value.field.startswith(str(path[0]))


@pytest.mark.parametrize("key", [name for name, field in SortieModel.model_fields.items() if field.is_required()])
def test_a_key_that_is_missing_is_named(key: str) -> None:
    with pytest.raises(InputError) as refusal:
        read_sortie(changed(key, to=None))
    assert refusal.value.field == key


def test_the_page_lists_every_key() -> None:
    page = (REPOSITORY / "docs" / "sorties.md").read_text(encoding="utf-8")
    keys = (
        {*SortieModel.model_fields}
        | {key for task in document(LONG)["tasks"] for key in task}
        | {*document(LONG)["base"]}
    )
    assert {key for key in keys if f"`{key}`" not in page} == set()
