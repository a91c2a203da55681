"""Ingest: everything kept, nothing half-written, the same bytes twice change nothing."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from otear.authority.roles import Action
from otear.domain.packets import Checksum
from otear.errors import InputError, NotFoundError, RecordingError, SettingError, TerrainError
from otear.simulate.clip import write_clip
from otear.store.recording_files import read_packets, read_telemetry
from otear.store.workspace import SETTINGS_FILE, Workspace, create_workspace, open_workspace
from otear.video.klv import encode_st0601
from otear.workflow.coverage import at as coverage_at
from otear.workflow.ground import terrain_from
from otear.workflow.held import in_reach
from otear.workflow.locate import locate

from ..consent import NOW, desk_in, held_in, take

PUBLIC = {
    "huntsville-sim.ts": (277, 130, "ST 0601"),
    "aphill-eg0104.ts": (48, 0, "EG 0104"),
    "h264_klv.ts": (30, 60, "ST 0601"),
    "h265_klv.ts": (30, 60, "ST 0601"),
    "mpeg2_klv.ts": (30, 60, "ST 0601"),
    "cheyenne-flight.klv": (711, 0, "ST 0601"),
}


def files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def settled(root: Path) -> dict[str, bytes]:
    """Everything but the database's own housekeeping and the ledger's key, which is random."""
    return {name: data for name, data in files(root).items() if not name.startswith(("otear.db", "keys/"))}


def test_a_recording_is_kept_decoded_and_looked_at(workspace: Workspace, clip: Any) -> None:
    summary = take(workspace, clip.recording, clip.terrain)
    assert summary["packets"] == {"total": 40, "valid": 40, "flagged": 0, "repaired": 0, "set_aside": 0}
    assert summary["video"] == {"codec": "h264", "width": 640, "height": 360, "fps": 15.0}
    assert (summary["frames"], summary["duration_s"]) == (60, pytest.approx(4.0))
    assert summary["standard"] == "ST 0601"
    assert summary["looks"] == 1
    assert 0.2 < summary["covered_km2"] < 0.5
    assert summary["health"]["pointing_rms_deg"] < 0.005
    assert summary["health"]["warnings"] == []
    west, south, east, north = summary["bounds"]
    assert west < -107.4 < east
    assert south < 24.8 < north
    raw = clip.recording.read_bytes()
    assert summary["sha256"] == hashlib.sha256(raw).hexdigest()
    assert workspace.blobs.path(summary["sha256"]).read_bytes() == raw
    packets = [p for batch in read_packets(workspace.derived(summary["footage_id"])) for p in batch]
    assert len(packets) == 40
    assert all(raw[packet.offset] == 0x47 for packet in packets), "offsets are those of transport packets"


def test_the_same_bytes_again_change_nothing(workspace: Workspace, clip: Any, tmp_path: Path) -> None:
    first = take(workspace, clip.recording, clip.terrain)
    before = settled(workspace.root)
    renamed = tmp_path / "another name.ts"
    renamed.write_bytes(clip.recording.read_bytes())
    assert take(workspace, renamed) == first
    assert settled(workspace.root) == before
    assert len(workspace.store.all_footage()) == 1


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path, clip: Any) -> None:
    made = []
    for name in ("one", "two"):
        workspace = create_workspace(tmp_path / name)
        take(workspace, clip.recording, clip.terrain)
        made.append(settled(workspace.root))
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("empty.ts", b"", "empty"),
        ("letter.txt", b"Dear sir, the footage is in the post.\n" * 400, "text file"),
        ("noise.bin", bytes(range(256)) * 300, "no transport packets"),
    ],
)
def test_what_is_no_recording_is_named_and_leaves_nothing(
    workspace: Workspace, tmp_path: Path, name: str, content: bytes, problem: str
) -> None:
    source = tmp_path / name
    source.write_bytes(content)
    before = settled(workspace.root)
    with pytest.raises(RecordingError, match=problem) as caught:
        take(workspace, source)
    assert caught.value.source == str(source)
    assert caught.value.remedy
    assert settled(workspace.root) == before
    assert source.read_bytes() == content


def test_a_stream_without_klv_names_the_file_given_and_leaves_nothing(workspace: Workspace, shared_data: Path) -> None:
    source = shared_data / "video" / "h264_no_klv.ts"
    with pytest.raises(RecordingError, match="no KLV metadata") as caught:
        take(workspace, source)
    assert caught.value.source == str(source)
    assert not list((workspace.root / "staging").iterdir())
    assert not list((workspace.root / "media").rglob("*"))


def test_a_folder_and_a_missing_file(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="folder"):
        take(workspace, tmp_path)
    with pytest.raises(RecordingError, match="no such file"):
        take(workspace, tmp_path / "nothing.ts")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(RecordingError, match="pipe"):
        take(workspace, tmp_path / "pipe")


def test_a_recording_that_was_cut_off_is_read_as_far_as_it_goes(
    workspace: Workspace, clip: Any, tmp_path: Path
) -> None:
    whole = clip.recording.read_bytes()
    source = tmp_path / "cut.ts"
    source.write_bytes(whole[: len(whole) // 2 + 7])
    summary = take(workspace, source, clip.terrain)
    assert 15 <= summary["packets"]["total"] <= 25
    assert any("cut off" in warning for warning in summary["health"]["warnings"])


def test_a_stream_from_the_future_is_said_to_be(workspace: Workspace) -> None:
    source = workspace.root.with_name("made.klv")
    source.write_bytes(flight(time_us=lambda k: NOW.moment_us + 10**14 + 200_000 * k))
    summary = take(workspace, source)
    assert any("future" in warning for warning in summary["health"]["warnings"])


def test_a_terrain_that_does_not_reach_claims_nothing(workspace: Workspace, shared_data: Path, clip: Any) -> None:
    summary = take(workspace, shared_data / "video" / "huntsville-sim.ts", clip.terrain)
    assert summary["looks"] == 0
    assert summary["covered_km2"] == 0.0
    assert summary["bounds"] is None
    assert any("terrain does not reach" in warning for warning in summary["health"]["warnings"])


def test_a_terrain_that_is_not_there(workspace: Workspace, clip: Any, tmp_path: Path) -> None:
    with pytest.raises(TerrainError):
        take(workspace, clip.recording, tmp_path / "nothing.tif")


def test_either_demuxer_gives_the_same_packets_and_coverage(tmp_path: Path, clip: Any) -> None:
    summaries = []
    for name in ("tstrans", "pyav"):
        create_workspace(tmp_path / name)
        (tmp_path / name / SETTINGS_FILE).write_text(f'[video]\ndemuxer = "{name}"\n')
        summaries.append(take(open_workspace(tmp_path / name), clip.recording, clip.terrain))
    assert summaries[0] == summaries[1]


def test_armament_items_are_noted_and_have_no_meaning(workspace: Workspace, shared_data: Path) -> None:
    summary = take(workspace, shared_data / "video" / "h264_klv.ts")
    assert any("never acted upon" in warning for warning in summary["health"]["warnings"])
    assert summary["packets"]["set_aside"] == 30


def test_without_terrain_the_plane_that_stands_in_is_owned_up_to(workspace: Workspace, clip: Any) -> None:
    summary = take(workspace, clip.recording)
    assert summary["terrain"].startswith("constant ")
    assert summary["terrain_sigma_m"] >= 50.0
    assert any("taken to be flat" in warning for warning in summary["health"]["warnings"])
    assert summary["looks"] == 1


def test_an_authority_that_is_not_known_is_bad_input(workspace: Workspace, clip: Any) -> None:
    with pytest.raises(NotFoundError, match="no authority begins"):
        take(workspace, clip.recording, clip.terrain, authority_id="a-1")
    assert workspace.store.all_footage() == []


def test_a_grid_that_was_changed_after_footage_is_refused(workspace: Workspace, clip: Any, tmp_path: Path) -> None:
    take(workspace, clip.recording, clip.terrain)
    (workspace.root / SETTINGS_FILE).write_text("[grid]\ncell_m = 10.0\n")
    other = tmp_path / "other.ts"
    other.write_bytes(clip.recording.read_bytes() + b"\x47" * 188)
    with pytest.raises(SettingError, match=r"grid\.cell_m"):
        take(open_workspace(workspace.root), other, clip.terrain)


def test_a_terrain_in_the_settings_needs_no_option(workspace: Workspace, clip: Any) -> None:
    (workspace.root / SETTINGS_FILE).write_text(
        f"[terrain]\npaths = [{json.dumps(str(clip.terrain))}]\nsigma_m = 3.0\n"
    )
    chosen = terrain_from(open_workspace(workspace.root), [], None)
    assert chosen is not None
    assert chosen.sigma_m == pytest.approx(3.0)


@pytest.mark.parametrize("name", PUBLIC)
def test_every_packet_of_the_public_clips_is_kept_and_valid(workspace: Workspace, shared_data: Path, name: str) -> None:
    total, targets, standard = PUBLIC[name]
    summary = take(workspace, shared_data / "video" / name)
    assert summary["packets"]["total"] == summary["packets"]["valid"] == total
    assert summary["packets"]["flagged"] == 0
    assert summary["vmti_targets"] == targets
    assert summary["standard"] == standard
    stored = [p for batch in read_packets(workspace.derived(summary["footage_id"])) for p in batch]
    assert len(stored) == total


def test_a_packet_with_a_bad_checksum_is_kept_flagged_and_not_used(workspace: Workspace, shared_data: Path) -> None:
    summary = take(workspace, shared_data / "video" / "mismms-bad-checksum.bin")
    assert summary["packets"] == {"total": 1, "valid": 0, "flagged": 1, "repaired": 0, "set_aside": 0}
    folder = workspace.derived(summary["footage_id"])
    (packet,) = next(read_packets(folder))
    assert packet.checksum is Checksum.BAD
    assert not packet.trusted
    assert sum(map(len, read_telemetry(folder))) == 0
    assert sum(map(len, read_telemetry(folder, use_flagged=True))) == 1


def test_cheyenne_closes_as_published(workspace: Workspace, shared_data: Path) -> None:
    health = take(workspace, shared_data / "video" / "cheyenne-flight.klv")["health"]
    assert health["pointing_median_deg"] == pytest.approx(0.105, abs=0.001)
    assert health["pointing_p90_deg"] <= 0.30
    assert health["pointing_rms_deg"] == pytest.approx(0.18, abs=0.005)
    assert health["fitted_rms_deg"] <= 0.12
    assert health["range_pedigree"] == "computed"


@pytest.mark.slow
def test_an_ingest_that_is_killed_leaves_nothing_and_starts_again_cleanly(tmp_path: Path, clip: Any) -> None:
    """Killed at a dozen moments from early to late; the same ingest then ends like one that was never disturbed."""
    long = tmp_path / "long.ts"
    write_clip(long, tmp_path / "terrain.tif", seed=7, seconds=2.0, repeats=150)
    calm = create_workspace(tmp_path / "calm")
    wanted = take(calm, long, tmp_path / "terrain.tif")
    workspace = create_workspace(tmp_path / "killed")
    command = [sys.executable, "-m", "otear", "--workspace", str(workspace.root), "ingest", str(long)]
    command += ["--terrain", str(tmp_path / "terrain.tif")]
    killed = 0
    for delay_s in (0.8, 1.2, 1.6, 2.0, 2.4, 2.8, 3.2):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay_s)
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            killed += 1
        process.wait()
        rows = open_workspace(workspace.root).store.all_footage()
        assert [row.footage_id for row in rows] in ([], [wanted["footage_id"]])
    assert killed >= 1
    again = take(open_workspace(workspace.root), long, tmp_path / "terrain.tif")
    assert {**again, "name": ""} == {**wanted, "name": ""}
    assert not list((workspace.root / "staging").iterdir())
    here, there = settled(workspace.root), settled(calm.root)
    assert here == there


@pytest.mark.slow
def test_memory_does_not_grow_with_the_length_of_a_recording(tmp_path: Path) -> None:
    """Peak memory of a fresh process: eight times the length costs no more than what batches and caches settle at."""
    # VmHWM is the process's own peak; ru_maxrss of a child begins with that of the process that started it.
    code = "import re, sys; from otear.cli.main import _run; left = _run(sys.argv[1:], as_json=True); "
    code += (
        "print(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1], file=sys.stderr); sys.exit(left)"
    )
    terrain = tmp_path / "terrain.tif"
    peaks_mib = []
    for repeats in (150, 1200):
        recording, root = tmp_path / f"{repeats}.ts", tmp_path / str(repeats)
        write_clip(recording, terrain, seed=7, seconds=2.0, repeats=repeats)
        create_workspace(root)
        command = ["--workspace", root, "ingest", recording, "--terrain", terrain, "--json"]
        done = subprocess.run(
            [sys.executable, "-c", code, *map(str, command)], check=True, capture_output=True, text=True
        )
        assert json.loads(done.stdout)["packets"]["valid"] == 20 * repeats
        peaks_mib.append(int(done.stderr.splitlines()[-1]) // 1024)
    assert peaks_mib[1] < 1024
    assert peaks_mib[1] - peaks_mib[0] < 100


def test_nothing_in_the_workspace_changes_when_input_is_bad(workspace: Workspace, tmp_path: Path) -> None:
    before = settled(workspace.root)
    bad = tmp_path / "bad.ts"
    bad.write_bytes(b"\x47" + b"\xff" * 187)
    with pytest.raises(InputError):
        take(workspace, bad)
    assert settled(workspace.root) == before


def flight(count: int = 40, **changes: Any) -> bytes:
    """A raw KLV recording; a change is a value for all packets, or a function of the packet's number."""
    packets = []
    for k in range(count):
        values: dict[int | str, object] = {
            "time_us": 1_700_000_000_000_000 + 200_000 * k,
            "platform_heading_deg": 0.0,
            "platform_pitch_deg": 0.0,
            "platform_roll_deg": 0.0,
            "sensor_latitude_deg": 24.8 + 1e-4 * k,
            "sensor_longitude_deg": -107.4,
            "sensor_height_msl_m": 3000.0,
            "sensor_hfov_deg": 5.0,
            "sensor_vfov_deg": 2.8,
            "sensor_relative_azimuth_deg": 90.0,
            "sensor_relative_elevation_deg": -45.0,
            "sensor_relative_roll_deg": 0.0,
            "frame_centre_latitude_deg": 24.8,
            "frame_centre_longitude_deg": -107.37,
            "frame_centre_height_msl_m": 200.0,
        }
        values.update({name: value(k) if callable(value) else value for name, value in changes.items()})
        packets.append(encode_st0601(values))
    return b"".join(packets)


def taken(workspace: Workspace, raw: bytes) -> dict[str, Any]:
    source = workspace.root.with_name("made.klv")
    source.write_bytes(raw)
    return take(workspace, source)


def test_a_row_without_a_fix_settles_no_grid_and_claims_no_ground(tmp_path: Path) -> None:
    clean = taken(create_workspace(tmp_path / "clean"), flight())
    zero = {name: (lambda k, at=at: 0.0 if k == 0 else at(k)) for name, at in AROUND.items()}
    workspace = create_workspace(tmp_path / "zero")
    summary = taken(workspace, flight(**zero))
    assert summary["looks"] == clean["looks"]
    assert summary["bounds"] == pytest.approx(clean["bounds"], abs=2e-3)
    assert json.loads(workspace.store.fact("grid") or "{}")["origin_lat_deg"] == 25.0
    assert any("latitude and longitude 0" in warning for warning in summary["health"]["warnings"])


AROUND = {"sensor_latitude_deg": lambda k: 24.8 + 1e-4 * k, "sensor_longitude_deg": lambda k: -107.4}


def test_a_row_at_a_pole_is_counted_and_the_rest_is_used(workspace: Workspace) -> None:
    summary = taken(workspace, flight(sensor_latitude_deg=lambda k: 90.0 if k == 13 else 24.8 + 1e-4 * k))
    assert summary["packets"]["valid"] == 40
    assert summary["covered_km2"] > 0.05
    assert any("beside a pole" in warning for warning in summary["health"]["warnings"])


def test_footage_that_saw_nothing_settles_no_grid_and_says_why(workspace: Workspace) -> None:
    summary = taken(workspace, flight(sensor_relative_elevation_deg=30.0))
    assert summary["covered_km2"] == 0.0
    assert workspace.store.fact("grid") is None
    assert any("No ground was seen" in warning for warning in summary["health"]["warnings"])


def test_what_was_derived_and_lost_comes_back_when_ingested_again(workspace: Workspace, clip: Any) -> None:
    first = take(workspace, clip.recording, clip.terrain)
    before = settled(workspace.root)
    for path in workspace.derived(first["footage_id"]).iterdir():
        path.unlink()
    assert take(workspace, clip.recording, clip.terrain) == first
    assert settled(workspace.root) == before


def test_pictures_that_cannot_be_decoded_do_not_cost_the_metadata(workspace: Workspace, shared_data: Path) -> None:
    source = workspace.root.with_name("junk.ts")
    source.write_bytes(b"junk" * 40 + (shared_data / "video" / "h264_klv.ts").read_bytes())
    summary = take(workspace, source)
    assert summary["packets"]["valid"] == 30
    assert summary["video"] is None
    assert any("pictures cannot be used" in warning for warning in summary["health"]["warnings"])


def test_a_field_of_view_of_nothing_is_passed_over(workspace: Workspace) -> None:
    taken(workspace, flight(sensor_hfov_deg=lambda k: 0.0 if k == 20 else 5.0))
    (place,) = locate(*held_in(workspace), time_s=4.0, pixels=[(640.0, 360.0)], terrain=None)
    assert place.place is not None


def test_places_and_coverage_go_on_over_the_antimeridian(workspace: Workspace) -> None:
    east = {"sensor_longitude_deg": 179.99, "frame_centre_longitude_deg": -179.98}
    taken(workspace, flight(**east))
    (place,) = locate(*held_in(workspace), time_s=4.0, pixels=[(640.0, 360.0)], terrain=None)
    assert place.place is not None
    assert -180.0 <= place.place.lon < -179.9
    desk = desk_in(workspace)
    sources, _ = in_reach(desk, workspace.store.all_footage(), Action.PROCESS)
    assert not coverage_at(desk, sources, place.place.lat, place.place.lon)["never_looked"]
