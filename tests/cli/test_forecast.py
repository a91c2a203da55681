"""`otear forecast` through the command line: the keys that others rely on, exit codes, and what people read."""

from __future__ import annotations

from pathlib import Path

import pytest

from .test_commands import EXAMPLES, Cli


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Cli:
    made = Cli(capsys, tmp_path / "workspace")
    made("init")
    return made


def test_the_whole_road_from_counts_to_a_map(cli: Cli, tmp_path: Path) -> None:
    told = cli.json("forecast", "import", EXAMPLES / "counts.csv")
    assert {"file", "sha256", "added", "already_here", "counts", "series", "conflicts", "unread"} <= set(told)
    assert (told["added"], len(told["conflicts"]), told["unread"]) == (98, 6, [])
    cli.json("forecast", "import", EXAMPLES / "flows.csv")
    series = cli.json("forecast", "series")
    assert [one["series"] for one in series["series"]] == ["Example ministry", "Example press", "Example flows"]
    assert [one["file"] for one in series["files"]] == ["counts.csv", "flows.csv"]
    made = cli.json(
        "forecast", "fit", "--series", "Example ministry", "--areas", EXAMPLES / "districts.geojson",
        "--kind", "laboratory",
    )  # fmt: skip
    assert {"forecast_id", "year", "expected", "highest", "assumed", "are_not", "kinds"} <= set(made)
    assert made["areas"]["count"] == 42
    assert len(made["highest"]) == 12
    drawn = cli.json("forecast", "map", "--out", tmp_path / "map.png")
    assert drawn["forecast_id"] == made["forecast_id"]
    assert [one["name"] for one in drawn["trends"]["states"]] == ["Costa", "Sierra", "Valle"]
    rising = cli.json("forecast", "alerts", "--by", "state")
    assert rising["of"] == 3
    flows = cli.json("forecast", "flows", "--out", tmp_path / "flows.png")
    assert flows["drawn"] == 5
    for name in ("map.png", "flows.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")


def test_people_read_what_is_assumed_and_what_counts_are_not(cli: Cli, tmp_path: Path) -> None:
    code, out, _ = cli("forecast", "series")
    assert (code, "otear forecast import" in out) == (0, True)
    code, out, _ = cli("forecast", "import", EXAMPLES / "counts.csv")
    assert code == 0
    assert "Example ministry says 5 (line 89); Example press says 7 (line 98). All are kept." in out
    code, out, _ = cli("forecast", "import", EXAMPLES / "counts.csv")
    assert "0 records added, 98 were here already" in out
    sources = ("--from", EXAMPLES / "counts.csv", "--areas", EXAMPLES / "districts.geojson")
    code, out, err = cli("forecast", "alerts", *sources, "--series", "Example ministry")
    assert code == 0, err
    assert "D35 Piedra Ancha, Valle" in out
    assert "counts.csv line 89" in out
    assert "not a census" in out
    code, out, err = cli(
        "forecast", "flows", "--out", tmp_path / "f.png", "--from", EXAMPLES / "flows.csv", *sources[2:]
    )
    assert code == 0, err
    assert "1 are not drawn, for want of a place" in out
    code, out, err = cli("forecast", "series")
    assert "Example press" in out


def test_what_cannot_be_done_says_how_it_could_be(cli: Cli, tmp_path: Path) -> None:
    tried = {
        "otear forecast import": ("fit", "--areas", EXAMPLES / "districts.geojson"),
        "--areas": ("map", "--out", tmp_path / "m.png", "--from", EXAMPLES / "counts.csv"),
        "Kinds: laboratory": ("fit", "--kind", "person"),
        "End the name in .png": ("map", "--out", tmp_path / "m.tif"),
        "is no file": ("import", tmp_path / "none.csv"),
        "series of flows": ("flows", "--out", tmp_path / "f.png"),
    }
    for said, words in tried.items():
        code, _, err = cli("forecast", *words)
        assert code == 2, words
        assert said in " ".join(err.split()), words
    assert not list(tmp_path.glob("*.png"))
