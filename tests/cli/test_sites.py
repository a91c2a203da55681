"""`otear sites` through the command line: the keys that others rely on, who speaks, and what people read."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from otear.domain.kinds import CueKind
from otear.store.workspace import SETTINGS_FILE, create_workspace

from ..consent import take
from ..made_cues import cue, put
from .test_commands import PLACE_KEYS, Cli

PEOPLE = (
    '[people]\nroles = { operator = ["administrator", "planner", "analyst"], ana = ["analyst"], luz = ["analyst"] }\n'
)
SITE_KEYS = {
    "site_id", "kind", "kinds", "place", "posterior", "prior", "evidence", "state", "not_counted", "not_covered",
    "reviews", "reviews_not_shown", "reviews_before", "next", "passes_for", "passes_against", "also_known_as",
    "if_none", "pieces_withheld", "withheld", "decides",
}  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, clip: Any) -> Path:
    """A workspace with two analysts, the clip adopted, and two sites in it."""
    workspace = create_workspace(tmp_path_factory.mktemp("sites") / "workspace")
    (workspace.root / SETTINGS_FILE).write_text(PEOPLE, encoding="utf-8")
    row = take(workspace, clip.recording, clip.terrain)
    west, south, east, north = row["bounds"]
    at, footage = ((south + north) / 2, (west + east) / 2), row["footage_id"]
    kinds = (CueKind.WASTE_PIT, CueKind.CLEARING, CueKind.WATER_POINT)
    offs = ((0.0, 0.0), (15.0, 8.0), (300.0, 0.0))
    start_us = 1_709_654_400_000_000
    cues = [
        cue(f"c-{k}", footage, at, off, kind=kind, time_us=start_us + k)
        for k, (kind, off) in enumerate(zip(kinds, offs, strict=True))
    ]
    put(workspace, footage, cues)
    return workspace.root


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], tmp_path: Path, made: Path) -> Cli:
    return Cli(capsys, Path(shutil.copytree(made, tmp_path / "workspace")))


def test_sites_are_listed_shown_and_judged(cli: Cli, tmp_path: Path) -> None:
    first, other = cli.json("sites", "list")
    assert first["next"]["worth"] >= other["next"]["worth"]
    name = first["site_id"]
    shown = cli.json("sites", "show", name[:8], "--picture", tmp_path / "site.png")
    assert set(shown) == SITE_KEYS | {"picture"}
    assert set(shown["place"]) == PLACE_KEYS | {"ellipse"}
    assert (tmp_path / "site.png").read_bytes().startswith(b"\x89PNG")
    for line in shown["evidence"]:
        assert {"look", "llr", "why"} <= set(line)
    assert {"cue", "look"} <= set(shown["evidence"][1])
    code, out, _ = cli("sites", "show", name)
    assert code == 0
    assert out.splitlines()[-1].endswith("alone to decide.")
    code, out, err = cli("sites", "review", name, "--verdict", "confirmed", "--json")
    assert code == 1, "whoever administers does not judge"
    assert "administrator_apart" in err
    judged = cli.json("sites", "review", name, "--verdict", "confirmed", "--as", "ana", "--note", "a pit")
    assert judged["state"] == "confirmed"
    assert [(one["by"], one["verdict"]) for one in judged["reviews"]] == [("ana", "confirmed")]
    (entry,) = cli.json("ledger", "list", "--last", 1)
    assert entry["actor"] == "ana"
    assert [one["site_id"] for one in cli.json("sites", "list", "--state", "confirmed")] == [name]
    code, out, _ = cli("sites", "list")
    assert code == 0
    assert "confirmed" in out


def test_nobody_speaks_who_is_not_known_here(cli: Cli) -> None:
    name = cli.json("sites", "list")[0]["site_id"]
    code, _, err = cli("sites", "review", name, "--verdict", "refuted", "--as", "nobody")
    assert code == 2
    assert "nobody called 'nobody' works here" in err
    code, _, err = cli("sites", "show", "s-none")
    assert code == 2
    assert "site_id" in err


def test_sites_are_merged_split_and_put_back(cli: Cli) -> None:
    one, other = (site["site_id"] for site in sorted(cli.json("sites", "list"), key=lambda each: each["place"]["lon"]))
    merged = cli.json("sites", "merge", one, other, "--as", "ana")
    assert set(merged) == {"change_id", "what", "sites", "time", "by"}
    assert cli.json("sites", "show", one)["site_id"] == other
    assert cli.json("sites", "split", other, "--cue", "c-1", "--as", "luz")["by"] == "luz"
    code, out, _ = cli("sites", "undo", merged["change_id"], "--as", "ana")
    assert code == 0
    assert "was undone" in out
    changes = cli.json("sites", "history", one)["changes"]
    assert merged["change_id"] in {change["change_id"] for change in changes}
    code, out, _ = cli("sites", "history", one)
    assert code == 0
    assert "was merged into" in out


def test_a_report_from_outside_is_taken_in(cli: Cli) -> None:
    first = cli.json("sites", "list")[0]
    lat, lon = first["place"]["lat"], first["place"]["lon"]
    told = ("sites", "report", "add", "--lat", lat, "--lon", lon, "--source", "a rancher", "--hit", 0.4, "--false", 0.1)
    added = cli.json(*told, "--time", "2026-10-01T00:00:00Z", "--ce90", 60, "--as", "ana")
    assert added["site"]["site_id"] == first["site_id"]
    assert added["site"]["posterior"] > first["posterior"]
    again = cli.json(*told, "--derived-from", added["report_id"], "--as", "luz")
    assert again["site"]["posterior"] == added["site"]["posterior"]
    code, _, err = cli(*told, "--time", "yesterday", "--as", "ana")
    assert code == 2
    assert "--time" in err


def test_a_workspace_without_sites_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    cli = Cli(capsys, tmp_path / "workspace")
    cli.json("init")
    assert cli.json("sites", "list") == []
    assert cli("sites", "list")[1].strip() == "No sites."
