"""Exercises: two folders that share nothing hidden; scenarios that are read, or refused where they are wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from otear.authority.strict_yaml import read_mapping
from otear.errors import InputError
from otear.simulate.exercise.exercise import check_apart, make_exercise, open_exercise
from otear.simulate.exercise.marking import guessed, known, marked
from otear.simulate.exercise.scenario import read_scenario

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "scenario-foothills.yaml"
TEXT = EXAMPLE.read_text(encoding="utf-8")


def changed(**changes: object) -> str:
    document = {**read_mapping(TEXT), **changes}
    return json.dumps({key: value for key, value in document.items() if value is not None})


def test_the_example_is_read() -> None:
    scenario = read_scenario(TEXT, EXAMPLE)
    assert (scenario.seed, scenario.sites, scenario.video) == (20_260_301, 12, False)
    assert [flight.sensor for flight in scenario.flights] == ["visible", "thermal"]
    assert scenario.fleet == ("medium-fixed-wing",)


def test_an_aircraft_that_flies_is_in_the_fleet() -> None:
    scenario = read_scenario(changed(fleet=["multirotor"]))
    assert scenario.fleet == ("multirotor", "medium-fixed-wing")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"sites": 0}, "sites"),
        ({"starts": "2026-03-01"}, "starts"),
        ({"gives": "everything"}, "gives"),
        ({"seed": -1}, "seed"),
        ({"fleet": ["glider"]}, "fleet[0]"),
        ({"surprise": 1}, "surprise"),
        ({"title": None}, "title"),
    ],
)
def test_what_is_wrong_in_a_scenario_is_named(changes: dict[str, object], field: str) -> None:
    with pytest.raises(InputError) as caught:
        read_scenario(changed(**changes), "scenario.yaml")
    assert caught.value.field == field


def test_the_folders_must_lie_apart_and_be_new(tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "file").touch()
    desk = tmp_path / "desk"
    desk.mkdir()
    (desk / "otear.toml").touch()
    for trainee, instructor in (
        (tmp_path / "a", tmp_path / "a"),
        (tmp_path / "a", tmp_path / "a" / "b"),
        (tmp_path / "a" / "b", tmp_path / "a"),
        (full, tmp_path / "b"),
        (tmp_path / "a", full),
        (tmp_path / "a", desk / "instructor"),
    ):
        with pytest.raises(InputError):
            check_apart(trainee, instructor)
    check_apart(tmp_path / "a", tmp_path / "b")


@pytest.mark.slow
def test_an_exercise_gives_the_trainee_nothing_that_is_hidden(tmp_path: Path) -> None:
    scenario = read_scenario(changed(district_km=8, sites=6), EXAMPLE)
    trainee, instructor = tmp_path / "trainee", tmp_path / "instructor"
    seed = 0x5EED_5EED_5EED_5EED
    make_exercise(scenario, TEXT, trainee=trainee, instructor=instructor, seed=seed)
    exercise = open_exercise(instructor)
    truth = exercise.truth()
    assert len(truth.sites) >= 6
    assert {path.name for path in (trainee / "footage").iterdir()} == {"flight-1.ts", "flight-2.ts"}
    given = {path.relative_to(trainee).as_posix(): path.read_bytes() for path in trainee.rglob("*") if path.is_file()}
    assert not {name for name in given if "truth" in name or "seed" in name or "sorties" in name}
    told = b"\n".join(data for name, data in given.items() if not name.endswith((".ts", ".png", ".tif")))
    for secret in (str(seed).encode(), hex(seed).encode(), *(site.site_id.encode() for site in truth.sites)):
        assert secret not in told
    for site in truth.sites:
        assert f"{site.lat_deg:.4f}".encode() not in told
    assert (instructor.stat().st_mode & 0o077) == 0
    knows = known(instructor, np.random.default_rng(1))
    # A crew writes times by its own clock.
    hours_us = 5 * 3_600_000_000
    moved = tuple(replace(answer, time_us=answer.time_us + hours_us) for answer in knows.answers)
    for answers in (knows, replace(knows, started_us=knows.started_us + hours_us, answers=moved)):
        best = marked(instructor, answers, tmp_path / "score.png")
        assert (best.found, best.false, len(best.missed), best.minutes) == (len(knows.answers), 0, 0, scenario.minutes)
    assert best.found > 0
    guess = marked(instructor, guessed(instructor, 50, np.random.default_rng(1)))
    assert guess.chance.low <= guess.found <= guess.chance.high
    again, kept = tmp_path / "again", tmp_path / "kept"
    make_exercise(scenario, TEXT, trainee=again, instructor=kept, seed=seed)
    assert given == {
        path.relative_to(again).as_posix(): path.read_bytes() for path in again.rglob("*") if path.is_file()
    }
    with pytest.raises(InputError):
        make_exercise(scenario, TEXT, trainee=trainee, instructor=tmp_path / "new", seed=seed)
    assert not (tmp_path / "new").exists()


def test_a_folder_that_is_no_exercise_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"exercise\.json"):
        open_exercise(tmp_path)
    (tmp_path / "exercise.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="is no exercise"):
        open_exercise(tmp_path)
