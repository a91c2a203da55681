"""`otear plan` and `otear request`: the keys that others rely on, and words that people can follow."""

from __future__ import annotations

from pathlib import Path

import pytest

from otear.workflow.planning import make_plan

from ..plan.test_documents import REQUEST
from ..workflow.test_planning import GROUND, ORDER, prepared
from .test_commands import Cli


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    return Cli(capsys, tmp_path / "workspace")


def test_a_plan_is_told_to_scripts_and_to_people(cli: Cli, tmp_path: Path) -> None:
    desk, authority = prepared(tmp_path)
    plan = make_plan(desk, authority, ORDER, [], terrain=GROUND)
    told = cli.json("plan", "show", "latest")
    assert told["plan_id"] == plan.plan_id
    certificate = {"p_detect", "bound", "ratio", "bound_method", "continuous_correction", "explore_share"}
    assert certificate <= set(told["certificate"])
    assert [one["number"] for one in told["sorties"]] == [1]
    assert told["sorties"][0]["sortie"]["format"] == "otear-sortie/1"
    (listed,) = cli.json("plan", "list")
    assert (listed["plan_id"], listed["sorties"]) == (plan.plan_id, 1)
    code, words, _ = cli("plan", "show", plan.plan_id[:8], "--spanish", "--out", "plan.png")
    assert code == 0
    assert "por hora" in words
    assert "for the host nation to decide" in " ".join(words.split())
    assert (tmp_path / "plan.png").read_bytes().startswith(b"\x89PNG")


def test_requests_come_and_go(cli: Cli, tmp_path: Path) -> None:
    prepared(tmp_path)
    (tmp_path / "request.yaml").write_text(REQUEST, encoding="utf-8")
    asked = cli.json("request", "import", "request.yaml")
    assert asked["new"]
    assert not cli.json("request", "import", "request.yaml")["new"]
    assert cli.json("request", "withdraw", asked["request_id"][:6], "--reason", "done")["priority"] == 2
    assert [one["withdrawn"] for one in cli.json("request", "list")] == ["done"]


def test_the_examples_of_the_pages_are_read() -> None:
    from otear.plan.requests import read_request
    from otear.plan.rota.roster import read_roster

    examples = Path(__file__).resolve().parents[2] / "docs" / "examples"
    assert read_request((examples / "request-dam.yaml").read_text(encoding="utf-8")).priority == 1
    assert len(read_roster((examples / "roster-valley.yaml").read_text(encoding="utf-8")).at) == 2
