"""Exercises: two folders that share nothing hidden; scenarios that are read, or refused where they are wrong."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from otear.authority.strict_yaml import read_mapping
from otear.domain.kinds import SiteKind
from otear.errors import InputError, OtearError, RefusedError
from otear.flight.sortie import read_sortie
from otear.simulate.exercise.answers import Answers, read_answers
from otear.simulate.exercise.exercise import check_apart, make_exercise, open_exercise
from otear.simulate.exercise.findings import LATE, OUTSIDE
from otear.simulate.exercise.marking import guessed, known, marked
from otear.simulate.exercise.scenario import read_scenario
from otear.simulate.exercise.score import score
from otear.simulate.exercise.score_picture import draw_score
from otear.simulate.world.instructor import truth_of

from ..cli.test_commands import Cli
from .truths import START_US, truth

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
EXAMPLE, AIRSTRIP = EXAMPLES / "scenario-foothills.yaml", EXAMPLES / "scenario-airstrip.yaml"
TEXT = EXAMPLE.read_text(encoding="utf-8")
SORTIE = (EXAMPLES / "sortie-airstrip.yaml").read_text(encoding="utf-8")


def changed(text: str = TEXT, **changes: object) -> str:
    document = {**read_mapping(text), **changes}
    return json.dumps({key: value for key, value in document.items() if value is not None})


def test_the_example_is_read() -> None:
    scenario = read_scenario(TEXT, EXAMPLE)
    assert (scenario.seed, scenario.sites, scenario.video) == (20_260_301, 12, False)
    assert [flight.sensor for flight in scenario.flights] == ["visible", "thermal"]
    assert scenario.fleet == ("medium-fixed-wing",)


def test_the_example_with_chosen_kinds_and_a_sortie_is_read() -> None:
    scenario = read_scenario(AIRSTRIP.read_text(encoding="utf-8"), AIRSTRIP)
    assert scenario.sites == {
        SiteKind.LABORATORY: 2, SiteKind.STORE: 1, SiteKind.CAMP: 1, SiteKind.AIRSTRIP: 1,
    }  # fmt: skip
    assert scenario.sorties == ("sortie-airstrip.yaml",)
    assert read_sortie(SORTIE).aircraft in scenario.registrations
    every = read_scenario(changed(sites=None, kinds=dict.fromkeys(SiteKind, 1)))
    assert every.sites == dict.fromkeys(SiteKind, 1)


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
        ({"kinds": {"laboratory": 1}}, "kinds"),
        ({"sites": None, "kinds": {"laboratory": 0}}, "kinds"),
        ({"sites": None, "kinds": {"laboratory": -1}}, "kinds.laboratory"),
        ({"sites": None, "kinds": {"ranch": 1}}, "kinds.ranch"),
        ({"sorties": ["a/x.yaml", "b/x.yaml"]}, "sorties[1]"),
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
    hidden = truth_of(exercise.world)
    assert len(hidden.sites) == 6
    assert {path.name for path in (trainee / "footage").iterdir()} == {"flight-1.ts", "flight-2.ts"}
    given = {path.relative_to(trainee).as_posix(): path.read_bytes() for path in trainee.rglob("*") if path.is_file()}
    assert not {name for name in given if "truth" in name or "seed" in name or "sorties" in name}
    told = b"\n".join(data for name, data in given.items() if not name.endswith((".ts", ".png", ".tif")))
    for secret in (str(seed).encode(), hex(seed).encode(), *(site.site_id.encode() for site in hidden.sites)):
        assert secret not in told
    for site in hidden.sites:
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
    # What the flights have shown is the instructor's to know, and no claim makes it more.
    globe = ((-180.0, -90.0), (180.0, -90.0), (180.0, 90.0), (-180.0, 90.0))
    at = marked(instructor, replace(knows, looked_at=(globe,))).looked_at
    assert at.claimed_district == 1.0
    assert 0.05 < at.shown_district < 1.0
    assert at.claimed_unshown == pytest.approx(1.0 - at.shown_district)
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


SMALL = {"district_km": 8, "flights": [], "kinds": {"laboratory": 2, "camp": 1}}


def test_chosen_kinds_are_all_at_work_and_ready_sorties_are_given(tmp_path: Path) -> None:
    text = changed(AIRSTRIP.read_text(encoding="utf-8"), **SMALL)
    document = read_mapping(SORTIE)
    orbit = changed(SORTIE, tasks=document["tasks"][2:], depart="2026-03-02T16:00:00Z")
    trainee, instructor = tmp_path / "trainee", tmp_path / "instructor"
    scenario = read_scenario(text, AIRSTRIP)
    make_exercise(scenario, text, trainee=trainee, instructor=instructor, seed=5, sorties={"ready.json": orbit})
    exercise = open_exercise(instructor)
    sites = truth_of(exercise.world).sites
    assert Counter(site.kind for site in sites) == scenario.sites
    ends_us = exercise.starts_us + scenario.minutes * 60_000_000
    assert all(site.from_us <= exercise.starts_us and ends_us < site.idle_us for site in sites)
    given = {path.relative_to(trainee).as_posix() for path in trainee.rglob("*") if path.is_file()}
    assert {name for name in given if "sortie" in name} == {"sorties/ready.json"}
    assert (trainee / "sorties" / "ready.json").read_text(encoding="utf-8") == orbit
    assert "`sorties`" in (trainee / "README.md").read_text(encoding="utf-8")
    assert "`sorties`" in (trainee / "LEEME.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("changes", "error", "names"),
    [
        ({"purpose": "count_cattle"}, RefusedError, "ready.json"),
        ({"depart": "2029-03-02T16:00:00Z"}, RefusedError, "ready.json"),
        ({"height_msl_m": 300}, InputError, "ready.json"),
        ({"aircraft": "OTEAR-SIM-2"}, InputError, "not in the scenario's fleet"),
        ({"authority": "a-0123456789abcdef"}, InputError, "a-0123456789abcdef"),
        ({"tasks": []}, InputError, "tasks"),
    ],
)
def test_a_sortie_that_may_not_or_cannot_be_flown_ends_the_making(
    tmp_path: Path, changes: dict[str, object], error: type[OtearError], names: str
) -> None:
    text = changed(AIRSTRIP.read_text(encoding="utf-8"), **SMALL)
    wrong = changed(SORTIE, **changes)
    scenario = read_scenario(text, AIRSTRIP)
    trainee, instructor = tmp_path / "trainee", tmp_path / "instructor"
    with pytest.raises(error, match=names):
        make_exercise(scenario, text, trainee=trainee, instructor=instructor, seed=5, sorties={"ready.json": wrong})
    assert list(tmp_path.iterdir()) == []


def test_kinds_that_have_no_place_are_said(tmp_path: Path) -> None:
    text = changed(AIRSTRIP.read_text(encoding="utf-8"), **{**SMALL, "kinds": {"airstrip": 40}})
    with pytest.raises(InputError, match="of 40 sites of the kind airstrip") as caught:
        make_exercise(
            read_scenario(text), text, trainee=tmp_path / "trainee", instructor=tmp_path / "instructor", seed=5
        )
    assert caught.value.field == "kinds.airstrip"
    assert list(tmp_path.iterdir()) == []


def test_the_commands_make_answer_and_score(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    cli, exercise = Cli(capsys, tmp_path / "no-workspace"), ("simulate", "exercise")
    scenario = Path("scenario.json")
    scenario.write_text(changed(AIRSTRIP.read_text(encoding="utf-8"), **{**SMALL, "sorties": ["ready.yaml"]}))
    folders = ("--trainee", "trainee", "--instructor", "instructor")
    code, out, _ = cli(*exercise, "make", scenario, *folders, "--json")
    assert (code, json.loads(out)["error"]["source"]) == (2, "ready.yaml")
    Path("ready.yaml").write_text(changed(SORTIE, tasks=read_mapping(SORTIE)["tasks"][2:]))
    told = cli.json(*exercise, "make", scenario, *folders)
    assert "trainee/sorties/ready.yaml" in told["files"]
    for crew, found, count in (("omniscient", 3, 3), ("random", 0, 5)):
        file = f"{crew}.json"
        options = ("--instructor", "instructor", "--crew", crew, "--count", 5, "--seed", 2, "--out", file)
        assert cli.json(*exercise, "answer", *options)["answers"] == count
        scored = cli.json(*exercise, "score", file, "--instructor", "instructor")
        assert (scored["found"], scored["missed"]) == (found, 3 - found)
        assert scored["found"] + scored["false"] + scored["not_called"] == count
    document = json.loads(Path("omniscient.json").read_text())
    document["crew"] = "$x^$ [b]team[/b]"
    document["answers"] = [*document["answers"], document["answers"][0], {**document["answers"][0], "lat_deg": 0.0}]
    Path("twice.json").write_text(json.dumps(document))
    asked = (*exercise, "score", "twice.json", "--instructor", "instructor")
    assert cli.json(*asked)["false_for"] == ["duplicate", "outside the district"]
    code, out, _ = cli(*asked, "--picture", "score.png")
    assert (code, Path("score.png").read_bytes()[:4]) == (0, b"\x89PNG")
    assert "$x^$ [b]team[/b]" in out
    assert "2: duplicate, outside the district" in out


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("crew", ["\u5de1\u5bdf\u968a", "eagles \U0001f985", "Águilas"])
def test_a_crew_may_be_called_what_the_picture_has_no_letters_for(tmp_path: Path, crew: str) -> None:
    world = truth()
    path = tmp_path / "score.png"
    draw_score(score(Answers(crew, START_US, ()), world, 60.0), world, path)
    assert path.read_bytes()[:4] == b"\x89PNG"


def form(tmp_path: Path, **changes: object) -> tuple[str, str]:
    """The form for answers of a small exercise, and what the English page says."""
    text = changed(AIRSTRIP.read_text(encoding="utf-8"), **{**SMALL, "sorties": [], **changes})
    trainee = tmp_path / "trainee"
    make_exercise(read_scenario(text), text, trainee=trainee, instructor=tmp_path / "instructor", seed=5)
    return tuple((trainee / name).read_text(encoding="utf-8") for name in ("answers.yaml", "README.md"))  # type: ignore[return-value]


def test_the_form_is_valid_as_it_stands_and_with_its_example(tmp_path: Path) -> None:
    text, page = form(tmp_path, starts="2026-03-04T23:40:00Z", minutes=9)
    assert read_answers(text).answers == ()
    filled = read_answers("\n".join(line.removeprefix("#") if "deg" in line else line for line in text.splitlines()))
    (example,) = filled.answers
    assert filled.started_us < example.time_us < filled.started_us + 9 * 60_000_000
    result = marked(tmp_path / "instructor", filled)
    assert [finding.false_for in {LATE, OUTSIDE} for finding in result.findings] == [False]
    assert "confidence of 0.5" in page
    assert "confianza de 0.5" in (tmp_path / "trainee" / "LEEME.md").read_text(encoding="utf-8")


def test_more_sites_than_there_is_room_for_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="of 500 sites") as caught:
        form(tmp_path, kinds=None, sites=500, district_km=6)
    assert caught.value.field == "sites"
    assert list(tmp_path.iterdir()) == []


def test_what_lies_beside_the_folders_is_left_alone(tmp_path: Path) -> None:
    """Drafts of another run, say."""
    for name in ("trainee", "instructor"):
        (tmp_path / f".{name}.draft").mkdir()
        (tmp_path / f".{name}.draft" / "file").touch()
    form(tmp_path)
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.glob("*")}
    assert found == {".trainee.draft", ".instructor.draft", "trainee", "instructor"}
    assert all((tmp_path / f".{name}.draft" / "file").exists() for name in ("trainee", "instructor"))


def test_a_folder_that_is_no_exercise_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"exercise\.json"):
        open_exercise(tmp_path)
    whole = {"format": "otear-exercise/1", "title": "x", "starts": "2026-03-01T00:00:00Z", "minutes": 9}
    (tmp_path / "exercise.json").write_text(json.dumps(whole), encoding="utf-8")
    assert open_exercise(tmp_path).minutes == 9
    for wrong in ({}, [], {**whole, "format": "otear-exercise/2"}, {**whole, "starts": "soon"}):
        (tmp_path / "exercise.json").write_text(json.dumps(wrong), encoding="utf-8")
        with pytest.raises(InputError, match="Make the exercise again"):
            open_exercise(tmp_path)
