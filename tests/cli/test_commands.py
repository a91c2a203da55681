"""The command line keeps its promises: one JSON document, the exit codes, and keys that others rely on."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from otear.cli.main import run


class Cli:
    """Runs commands in this process, as a script would see them."""

    def __init__(self, capsys: pytest.CaptureFixture[str], workspace: Path) -> None:
        self._capsys = capsys
        self.workspace = workspace

    def __call__(self, *arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            run(["--workspace", str(self.workspace), *map(str, arguments)])
        out, err = self._capsys.readouterr()
        assert isinstance(left.value.code, int)
        return left.value.code, out, err

    def json(self, *arguments: object) -> Any:
        code, out, err = self(*arguments, "--json")
        assert code == 0, err
        return json.loads(out)


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Cli:
    return Cli(capsys, tmp_path / "workspace")


EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"


@pytest.fixture
def consented(cli: Cli) -> Cli:
    """A workspace with the example authority over the clip."""
    cli.json("init")
    cli.json("key", "add", EXAMPLES / "keys" / "host-example.pub", "--role", "host", "--holder", "MEX")
    cli.json("key", "add", EXAMPLES / "keys" / "programme-example.pub", "--role", "programme", "--holder", "Programme")
    cli.json("authority", "import", EXAMPLES / "authority-sinaloa.yaml")
    return cli


@pytest.fixture
def filled(consented: Cli, clip: Any) -> Cli:
    cli = consented
    cli.json("ingest", clip.recording, "--terrain", clip.terrain)
    return cli


INGEST_KEYS = {
    "footage_id", "sha256", "standard", "duration_s", "frames", "video", "packets", "repairs", "vmti_targets", "bounds",
    "looks", "covered_km2", "quarantined", "health",
}  # fmt: skip
HEALTH_KEYS = {"lag_ms", "pointing_rms_deg", "pointing_p90_deg", "range_pedigree", "stale_fields", "warnings"}
PLACE_KEYS = {"lat", "lon", "height_hae_m", "height_msl_m", "mgrs", "ce90_m", "le90_m"}


def test_init_says_where(cli: Cli) -> None:
    assert cli.json("init") == {"workspace": str(cli.workspace.resolve())}
    code, out, _ = cli("init")
    assert code == 0
    assert "otear.toml" in out


def test_one_source_gives_one_object_and_several_a_list(consented: Cli, clip: Any) -> None:
    cli = consented
    one = cli.json("ingest", clip.recording, "--terrain", clip.terrain)
    assert set(one) >= INGEST_KEYS
    assert set(one["health"]) >= HEALTH_KEYS
    assert set(one["video"]) == {"codec", "width", "height", "fps"}
    assert set(one["packets"]) == {"total", "valid", "flagged", "repaired", "set_aside"}
    assert cli.json("ingest", clip.recording, clip.recording, "--terrain", clip.terrain) == [one, one]


def test_what_is_in_a_recording(filled: Cli, tmp_path: Path) -> None:
    (listed,) = filled.json("footage", "list")
    assert filled.json("footage", "show", "latest") == listed
    assert filled.json("footage", "show", listed["footage_id"][:6]) == listed
    packet = filled.json("footage", "packets", "latest", "--at", 2)
    assert packet["packet"]["index"] == 2
    assert packet["packet"]["raw"].startswith("060e2b34")
    code, out, _ = filled("footage", "track", "latest")
    assert code == 0
    assert json.loads(out)["type"] == "FeatureCollection"
    picture = filled.json("footage", "quicklook", "latest", "--out", tmp_path / "look.png")["picture"]
    assert Path(picture).read_bytes().startswith(b"\x89PNG")


def test_locate_gives_one_place_per_pixel(filled: Cli, clip: Any) -> None:
    at = ("locate", "latest", "--time", 1, "--terrain", clip.terrain)
    places = filled.json(*at, "--pixel", 320, 180, "--pixel", 0, 0)
    assert [place["pixel"] for place in places] == [[320.0, 180.0], [0.0, 0.0]]
    assert set(places[0]) >= PLACE_KEYS | {"ellipse", "gsd_m", "slant_range_m", "depression_deg", "budget"}
    code, out, _ = filled(*at, "--pixel", 320, 180)
    assert code == 0
    assert "share of the horizontal variance" in out
    assert "CE90" in out


def test_coverage_at_and_export(filled: Cli, tmp_path: Path) -> None:
    west, south, east, north = filled.json("footage", "show", "latest")["bounds"]
    seen = filled.json("coverage", "at", "--lat", (south + north) / 2, "--lon", (west + east) / 2)
    assert set(seen) >= {"looks", "pd_total", "never_looked"}
    assert set(seen["looks"][0]) >= {"time", "pd", "gsd_m", "visible"}
    assert filled.json("coverage", "at", "--lat", 10, "--lon", 10)["never_looked"] is True
    code, out, _ = filled("coverage", "at", "--lat", 10, "--lon", 10)
    assert (code, out.strip()) == (0, "Never looked at.")
    assert filled.json("coverage", "export", "--out", tmp_path / "coverage.tif")["passes"] == 1


def test_detect_looks_through_a_recording_and_sites_list_what_came_of_it(
    filled: Cli, clip: Any, tmp_path: Path
) -> None:
    found = filled.json("detect", "latest", "--terrain", clip.terrain)
    assert {"footage_id", "detectors", "cues", "sites", "work", "warnings"} <= set(found)
    assert found["work"]["pictures"] == 60
    promised = {"cue_id", "kind", "place", "ellipse", "real", "base_rate", "stratum", "score", "detector"}
    assert all(promised <= set(cue) for cue in found["cues"])
    listed = filled.json("sites", "list")
    assert {one["site_id"] for one in listed} == set(found["sites"])
    code, out, _ = filled("detect", "latest", "--terrain", clip.terrain)
    assert code == 0
    assert "key frames" in out


def test_people_get_tables(filled: Cli) -> None:
    for arguments in (("footage", "list"), ("footage", "show", "latest"), ("footage", "packets", "latest")):
        code, out, err = filled(*arguments)
        assert code == 0
        assert len(out.splitlines()) >= 2
        assert err == ""


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("ingest", "nothing.ts"), None),
        (("footage", "show", "f-ffff"), "footage_id"),
        (("locate", "latest", "--time", "99", "--pixel", "1", "1"), "--time"),
        (("coverage", "export", "--out", "coverage.shp"), "--out"),
        (("ingest", "x.ts", "--authority", "a-ffff"), "authority_id"),
    ],
)
def test_bad_input_is_exit_2_with_its_remedy(filled: Cli, arguments: tuple[str, ...], field: str | None) -> None:
    code, out, err = filled(*arguments, "--json")
    assert code == 2
    error = json.loads(out)["error"]
    assert error["problem"]
    assert error["remedy"]
    assert error["field"] == field
    assert error["remedy"] in err


@pytest.mark.parametrize(
    "arguments", [("locate", "latest"), ("coverage", "at", "--lat", "abc", "--lon", "1"), ("nonsense",)]
)
def test_a_wrong_call_is_exit_2_and_still_one_json_document(filled: Cli, arguments: tuple[str, ...]) -> None:
    code, out, err = filled(*arguments, "--json")
    assert code == 2
    assert json.loads(out)["error"]["problem"]
    assert err


def test_a_folder_that_is_no_workspace_says_how_to_make_one(cli: Cli) -> None:
    code, _, err = cli("footage", "list")
    assert code == 2
    assert "init" in err


def test_a_synthetic_recording_is_the_same_from_the_same_seed(cli: Cli, tmp_path: Path) -> None:
    made = [
        cli.json("simulate", "clip", "--seconds", 1, "--seed", seed, "--out", tmp_path / str(k))["files"]
        for k, seed in enumerate((3, 3))
    ]
    assert [Path(f).read_bytes() for f in made[0]] == [Path(f).read_bytes() for f in made[1]]


def test_a_reader_who_leaves_early_is_no_fault_and_a_full_disk_is_said(filled: Cli) -> None:
    command = [sys.executable, "-m", "otear", "--workspace", str(filled.workspace), "footage", "track", "latest"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait() == 0
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device, not a path
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_odd_name_is_printed_and_drawn_as_it_is(consented: Cli, clip: Any, tmp_path: Path) -> None:
    odd = tmp_path / "a$b_{$ [red]x.ts"
    odd.write_bytes(clip.recording.read_bytes())
    cli = consented
    code, out, _ = cli("ingest", odd, "--terrain", clip.terrain)
    assert code == 0
    assert odd.name in out
    assert cli.json("footage", "quicklook", "latest", "--out", tmp_path / "look.png")["picture"]
    at = ("locate", "latest", "--time", 1, "--pixel", 320, 180, "--terrain", clip.terrain)
    assert cli.json(*at, "--picture", tmp_path / "place.png")
    code, _, err = cli(*at, "--picture", tmp_path / "place.jpg")
    assert code == 2
    assert ".png" in err


def test_identifiers_and_times_are_whole_in_narrow_tables(filled: Cli) -> None:
    (listed,) = filled.json("footage", "list")
    _, out, _ = filled("footage", "list")
    assert listed["footage_id"] in out
    assert listed["start"] in out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_a_request_to_terminate_leave_nothing(
    number: int, cli: Cli, monkeypatch: pytest.MonkeyPatch, clip: Any
) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        signal.raise_signal(number)

    cli.json("init")
    monkeypatch.setattr("otear.workflow.ingest.ingest", interrupted)
    code, out, err = cli("ingest", clip.recording)
    assert (code, out) == (130, "")
    assert "nothing half-written" in err
