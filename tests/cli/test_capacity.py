"""`otear capacity`: the keys that others rely on, the page that says what it prints, and what it refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperOption

from otear.cli import capacity

from .test_commands import Cli

PAGE = Path(__file__).resolve().parents[2] / "docs" / "capacity.md"


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return Cli(capsys, tmp_path / "workspace")


def test_it_answers_without_a_workspace_in_one_document(cli: Cli, tmp_path: Path) -> None:
    answer = cli.json("capacity", "--orbits", "40,60,90", "--out", "page.png")
    assert [row["orbits"] for row in answer["rows"]] == [40, 60, 90]
    for row in answer["rows"]:
        assert {
            "orbits", "airframes", "crews", "hours_flown", "p_detect", "p_detect_per_extra_orbit", "confidence",
        } <= set(row)  # fmt: skip
        assert row["confidence"] >= 0.9
        assert row["hours_flown"] == pytest.approx(0.22 * row["hours_planned"])
        assert row["p_detect"] < row["ideal"]["p_detect"]
    assert answer["per_orbit"]["airframes"] == 2.5
    assert [(step["before"], step["after"]) for step in answer["steps"]] == [(40, 60), (60, 90)]
    assert any("towns" in line for line in answer["does_not_prove"])
    assert answer["picture"] == "page.png"
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")
    assert not cli.workspace.exists()


def test_numbers_of_orbits_come_by_comma_by_option_and_one_by_one(cli: Cli) -> None:
    rows = [
        cli.json("capacity", *words)["rows"]
        for words in (("--orbits", "2,4,5"), ("--orbits", "2,4", "--orbits", "5"), ("--orbits", "2", "4", "5"))
    ]
    assert rows[0] == rows[1] == rows[2]


def test_a_document_comes_without_a_picture_that_nobody_asked_for(cli: Cli, tmp_path: Path) -> None:
    assert cli.json("capacity", "--orbits", 2)["picture"] is None
    assert list(tmp_path.iterdir()) == []


def test_settings_reach_the_answer(cli: Cli) -> None:
    words = ("--endurance", 14, "--transit", 3, "--turn-round", 10, "--reserve", 1, "--availability", 0.8)
    answer = cli.json("capacity", "--orbits", 4, *words, "--sweep", 181, "--hour-cost", 9000, "--flown", 1)
    assert round(answer["per_orbit"]["airframes"], 1) == 4.3
    assert answer["settings"]["looking"]["sweep_km2_h"] == 181.0
    assert answer["settings"]["worth"]["hour_usd"] == [9000.0]
    assert answer["rows"][0]["p_detect"] == answer["rows"][0]["ideal"]["p_detect"]


def test_the_page_says_every_option() -> None:
    application = typer.Typer()
    capacity.register(application)
    text = PAGE.read_text(encoding="utf-8")
    options = [one for one in typer.main.get_command(application).params if isinstance(one, TyperOption)]
    names = {name for one in options for name in one.opts}
    assert {"--orbits", "--flown", "--json"} <= names
    missing = {name for name in names - {"--install-completion", "--show-completion"} if f"`{name}" not in text}
    assert not missing


def test_the_page_shows_what_is_printed(cli: Cli) -> None:
    shown = re.search(r"```console\n\$ otear (.*?)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert shown is not None
    code, out, err = cli(*shown[1].split())
    assert (code, err) == (0, "")
    assert [line.rstrip() for line in out.splitlines()] == shown[2].splitlines()
    assert Path("capacity.png").is_file()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Give whole numbers"),
        (("--orbits", "40,many"), "'many' is no number of orbits"),
        (("--orbits", "40,,60"), "'' is no number of orbits"),
        (("--orbits", "-5"), "'-5' is no number of orbits"),
        (("--orbits", "40,40"), "each once"),
        (("--orbits", "40", "--gsd", "0.01"), "no field of view shows"),
        (("--orbits", "40", "--sites", "0"), "field 'sites'"),
        (("--orbits", "40", "--out", "plan.jpg"), "PNG"),
    ],
)
def test_what_says_nothing_is_bad_input(cli: Cli, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    code, _, err = cli("capacity", *words)
    assert code == 2
    assert said in err.replace("\n", " ")
    assert list(tmp_path.iterdir()) == [], "nothing half-written stays behind"
