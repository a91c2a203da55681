"""`otear sortie` on the example sortie over the clip's hills, and a recording's track as Cursor on Target."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyogrio
import pytest

from otear.authority.cot import screen_cot
from otear.flight.library import profile_text

from .test_commands import EXAMPLES, Cli
from .test_consent import quiet

SORTIE = EXAMPLES / "sortie-sinaloa.yaml"
KINDS = ("kml", "geojson", "plan", "cot")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace to copy, with the example authority and the aircraft that the example sortie names."""
    folder = tmp_path_factory.mktemp("fleet")
    document = folder / "aircraft.yaml"
    document.write_text(profile_text("medium-fixed-wing"), encoding="utf-8")
    quiet(folder / "workspace", "init")
    for name, role, holder in (("host", "host", "MEX"), ("programme", "programme", "Programme")):
        key = EXAMPLES / "keys" / f"{name}-example.pub"
        quiet(folder / "workspace", "key", "add", key, "--role", role, "--holder", holder)
    quiet(folder / "workspace", "authority", "import", EXAMPLES / "authority-sinaloa.yaml")
    quiet(folder / "workspace", "aircraft", "import", document)
    return folder / "workspace"


@pytest.fixture
def fleet(made: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Cli:
    return Cli(capsys, Path(shutil.copytree(made, tmp_path / "workspace")))


Changed = Callable[..., Path]


@pytest.fixture
def changed(tmp_path: Path) -> Changed:
    def write(*pairs: tuple[str, str]) -> Path:
        text = SORTIE.read_text(encoding="utf-8")
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new)
        file = tmp_path / "changed.yaml"
        file.write_text(text, encoding="utf-8")
        return file

    return write


def last_entry(cli: Cli) -> dict[str, Any]:
    (entry,) = cli.json("ledger", "list", "--last", 1)
    assert isinstance(entry, dict)
    return entry


def refused(cli: Cli, *arguments: object) -> dict[str, Any]:
    code, out, err = cli(*arguments, "--json")
    assert code == 1, out + err
    answer: dict[str, Any] = json.loads(out)["refused"]
    assert answer["rule"] in err
    return answer


def test_show_tells_legs_times_and_fuel(fleet: Cli, clip: Any) -> None:
    told = fleet.json("sortie", "show", SORTIE, "--terrain", clip.terrain, "--wind-mps", 6, "--wind-from", 300)
    assert told["allowed"]["rule"] == "within_terms"
    assert told["aircraft"] == "OTEAR-SIM-1"
    parts = told["parts"]
    assert next(part["task"] for part in parts if part["task"]) == "river"
    assert {part["task"] for part in parts} == {None, "river", "three clearings", "ford"}
    for before, after in pairwise(parts):
        assert before["end"] == after["start"]
    assert (told["depart"], told["back"]) == (parts[0]["start"], parts[-1]["end"])
    assert sum(part["length_m"] for part in parts) == pytest.approx(told["length_m"])
    assert parts[0]["start_msl_m"] == pytest.approx(1_200.0, abs=1.0)
    fuel = told["fuel"]
    assert fuel["unit"] == "kg"
    assert fuel["used"] + fuel["left"] == pytest.approx(110.0)
    assert fuel["used"] > told["duration_s"] / 3600.0 * 5.6


def test_people_get_a_table_and_wind_costs_time(fleet: Cli, clip: Any) -> None:
    code, out, err = fleet("sortie", "show", SORTIE, "--terrain", clip.terrain)
    assert (code, err) == (0, "")
    assert "three clearings" in out
    assert "2 circles right, 2000 m" in out
    calm = fleet.json("sortie", "show", SORTIE, "--terrain", clip.terrain)
    windy = fleet.json("sortie", "show", SORTIE, "--terrain", clip.terrain, "--wind-mps", 8, "--wind-from", 45)
    assert windy["wind"] == {"mps": 8.0, "from_deg": 45.0, "gust_mps": 0.0}
    assert windy["duration_s"] > calm["duration_s"] * 1.01


def test_export_writes_each_kind_and_the_ledger_keeps_it(fleet: Cli, clip: Any, tmp_path: Path) -> None:
    for kind in KINDS:
        file = tmp_path / f"sortie.{kind}"
        told = fleet.json("sortie", "export", SORTIE, "--out", file, "--terrain", clip.terrain)
        assert told["file"] == str(file)
        assert told["warnings"] == []
        entry = last_entry(fleet)
        assert (entry["action"], entry["outcome"]) == ("plan", "done")
        assert entry["subject"]["kind"] == "sortie"
        assert entry["subject"]["id"] == told["sortie_id"]
        assert str(file) in entry["reason"]
    assert {one.name for one in tmp_path.iterdir()} >= {f"sortie.{kind}" for kind in KINDS}
    assert not list(tmp_path.glob(".*"))
    assert len(pyogrio.list_layers(tmp_path / "sortie.kml")) == 2
    assert json.loads((tmp_path / "sortie.geojson").read_text(encoding="utf-8"))["type"] == "FeatureCollection"
    plan = json.loads((tmp_path / "sortie.plan").read_text(encoding="utf-8"))
    assert plan["fileType"] == "Plan"
    assert plan["geoFence"]["circles"][0]["inclusion"] is False  # the invented town
    for line in (tmp_path / "sortie.cot").read_text(encoding="utf-8").splitlines():
        assert screen_cot(line.encode()).flagged == ()


def test_the_picture_is_drawn_and_on_record(fleet: Cli, clip: Any, tmp_path: Path) -> None:
    file = tmp_path / "sortie.png"
    assert fleet.json("sortie", "show", SORTIE, "--terrain", clip.terrain, "--picture", file)["picture"] == str(file)
    assert file.read_bytes().startswith(b"\x89PNG")
    assert str(file) in last_entry(fleet)["reason"]


@pytest.mark.parametrize(
    ("pairs", "rule"),
    [
        ([("height_msl_m: 2900", "height_msl_m: 6500")], "outside_altitude"),
        ([("purpose: find_laboratories", "purpose: count_cattle")], "purpose"),
        ([("2026-03-05T08:40", "2023-03-05T08:40")], "approval_not_yet"),
        ([("name: river", "name: missile")], "unarmed"),
    ],
)
def test_what_the_authority_does_not_allow_is_exit_1_and_on_record(
    fleet: Cli, clip: Any, changed: Changed, tmp_path: Path, pairs: list[tuple[str, str]], rule: str
) -> None:
    file = tmp_path / "none.kml"
    answer = refused(fleet, "sortie", "export", changed(*pairs), "--out", file, "--terrain", clip.terrain)
    assert answer["rule"] == rule
    assert not file.exists()
    entry = last_entry(fleet)
    assert (entry["action"], entry["outcome"]) == ("plan", "refused")
    assert answer["rule"] in entry["reason"]


def test_a_revoked_authority_allows_no_sortie(fleet: Cli, clip: Any) -> None:
    (authority,) = fleet.json("authority", "list")
    fleet.json("authority", "revoke", authority["authority_id"], "--reason", "for the test")
    told = refused(fleet, "sortie", "show", SORTIE, "--terrain", clip.terrain)
    assert told["rule"] == "no_authority"
    named = ("--authority", authority["authority_id"])
    assert refused(fleet, "sortie", "show", SORTIE, "--terrain", clip.terrain, *named)["rule"] == "revoked"


def test_only_a_planner_plans(fleet: Cli, clip: Any) -> None:
    settings = fleet.workspace / "otear.toml"
    settings.write_text('[people]\nroles = { ana = ["analyst"] }\nat_work = "ana"\n', encoding="utf-8")
    assert refused(fleet, "sortie", "show", SORTIE, "--terrain", clip.terrain)["rule"] == "role"


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("export", SORTIE, "--out", "sortie.gpx"), "--out"),
        (("show", SORTIE, "--aircraft", "OTEAR-SIM-9"), "--aircraft"),
        (("show", SORTIE, "--authority", "a-ffff"), "authority_id"),
        (("show", SORTIE, "--wind-mps", 60), "wind"),
        (("show", EXAMPLES / "aircraft-simulated.yaml"), None),
    ],
)
def test_bad_input_is_exit_2_with_its_remedy(
    fleet: Cli, clip: Any, arguments: tuple[object, ...], field: str | None
) -> None:
    code, out, _ = fleet("sortie", *arguments, "--terrain", clip.terrain, "--json")
    assert code == 2
    error = json.loads(out)["error"]
    assert error["remedy"]
    assert field is None or error["field"] == field
    assert not Path("sortie.gpx").exists()


def test_without_elevation_nothing_is_laid_out(fleet: Cli) -> None:
    code, out, _ = fleet("sortie", "show", SORTIE, "--json")
    assert code == 2
    assert json.loads(out)["error"]["field"] == "--terrain"


def test_an_aircraft_that_is_not_in_the_fleet_is_said(fleet: Cli, clip: Any, changed: Changed) -> None:
    other = changed(("aircraft: OTEAR-SIM-1", "aircraft: OTEAR-SIM-7"))
    code, out, _ = fleet("sortie", "show", other, "--terrain", clip.terrain, "--json")
    assert code == 2
    assert "import" in json.loads(out)["error"]["remedy"]


def test_a_sortie_under_another_authority_is_said(fleet: Cli, clip: Any, changed: Changed) -> None:
    other = changed(("aircraft: OTEAR-SIM-1", "authority: a-0123456789abcdef\naircraft: OTEAR-SIM-1"))
    (authority,) = fleet.json("authority", "list")
    named = ("--authority", authority["authority_id"])
    code, out, _ = fleet("sortie", "show", other, "--terrain", clip.terrain, *named, "--json")
    assert code == 2
    assert json.loads(out)["error"]["field"] == "--authority"


def test_a_recordings_track_becomes_events(fleet: Cli, clip: Any, tmp_path: Path) -> None:
    fleet.json("ingest", clip.recording, "--terrain", clip.terrain)
    file = tmp_path / "track.cot"
    assert fleet.json("footage", "track", "latest", "--out", file)["file"] == str(file)
    events = [ElementTree.fromstring(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert len(events) == 5  # four seconds
    assert {one.get("type") for one in events} == {"a-f-A-C-F"}
    assert {one.get("uid") for one in events} == {"otear.OTEAR-SIM-1"}
    assert [one.get("time", "") for one in events] == sorted(one.get("time", "") for one in events)
    track, sensor = events[0].find("detail/track"), events[0].find("detail/sensor")
    assert track is not None
    assert sensor is not None
    assert float(track.get("speed", "")) == pytest.approx(72.0, abs=1.0)
    assert float(sensor.get("elevation", "")) < -20.0
    assert float(sensor.get("range", "")) == pytest.approx(3_800.0, rel=0.1)
    assert str(file) in last_entry(fleet)["reason"]


def test_a_recording_of_a_stranger_has_a_track_without_claims(
    capsys: pytest.CaptureFixture[str], clip: Any, tmp_path: Path
) -> None:
    """Its aircraft is in no fleet, so nobody knows what it is and how well it knows where it is."""
    cli = Cli(capsys, tmp_path / "workspace")
    cli.json("init")
    cli.json("ingest", clip.recording)
    file = tmp_path / "track.cot"
    cli.json("footage", "track", "latest", "--out", file)
    event = ElementTree.fromstring(file.read_text(encoding="utf-8").splitlines()[0])
    point = event.find("point")
    assert point is not None
    assert (event.get("type"), point.get("ce")) == ("a-f-A-C", "9999999.0")
