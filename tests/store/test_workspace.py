"""A workspace is one folder that is there whole or not at all."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from otear.errors import InputError, NotFoundError
from otear.store.base import FootageRow
from otear.store.blobs import FolderBlobs
from otear.store.recording_files import PACKETS_FILE, TELEMETRY_FILE
from otear.store.workspace import COVERAGE_FILE, Workspace, create_workspace, open_workspace

ROW = FootageRow(
    footage_id="f-0123456789abcdef",
    sha256="0" * 64,
    name="clip.ts",
    ingested_us=5,
    start_us=1,
    end_us=2,
    summary={"footage_id": "f-0123456789abcdef", "looks": 3, "quarantined": True, "authority_id": None},
    bounds_deg=(-107.5, 24.5, -107.4, 24.6),
)


def test_making_it_twice_opens_it(workspace: Workspace) -> None:
    workspace.store.add_footage(ROW, [], [])
    assert create_workspace(workspace.root).store.all_footage() == [ROW]


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="not an empty folder"):
        create_workspace(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_an_interrupted_making_is_made_good(tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    root.mkdir()
    for name in ("otear.db", "otear.db-wal", "otear.db-shm", ".otear.toml"):
        (root / name).touch()
    assert create_workspace(root).store.all_footage() == []


def test_several_may_make_the_same_one_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(create_workspace, [tmp_path / "workspace"] * 4))
    made[0].store.add_footage(ROW, [], [])
    assert [one.store.all_footage() for one in made] == [[ROW]] * 4


def test_a_folder_name_may_hold_any_character(tmp_path: Path) -> None:
    root = tmp_path / "año 50%?#"
    create_workspace(root).store.add_footage(ROW, [], [])
    assert (root / "otear.db").is_file()
    assert open_workspace(root).store.all_footage() == [ROW]


def test_opening_what_is_not_one_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"otear --workspace .* init"):
        open_workspace(tmp_path)


def test_a_database_that_is_none_is_named(workspace: Workspace) -> None:
    (workspace.root / "otear.db").write_bytes(b"not a database at all" * 100)
    for name in ("otear.db-wal", "otear.db-shm"):
        (workspace.root / name).unlink(missing_ok=True)
    with pytest.raises(InputError, match="index database cannot be used") as caught:
        open_workspace(workspace.root)
    assert caught.value.source == str(workspace.root / "otear.db")


def test_footage_is_found_by_any_unambiguous_beginning(workspace: Workspace) -> None:
    other = replace(ROW, footage_id="f-0123ffff", sha256="1" * 64, bounds_deg=None)
    workspace.store.add_footage(ROW, [], [])
    workspace.store.add_footage(other, [], [])
    assert workspace.store.footage("f-01234") == ROW
    assert workspace.store.footage("f-0123f") == other
    with pytest.raises(NotFoundError, match="several recordings"):
        workspace.store.footage("f-0123")
    with pytest.raises(NotFoundError, match="no recording"):
        workspace.store.footage("f-%")


def test_the_same_footage_twice_changes_nothing(workspace: Workspace) -> None:
    workspace.store.add_footage(ROW, [], [])
    workspace.store.add_footage(replace(ROW, ingested_us=9, summary={"quarantined": True}), [], [])
    assert workspace.store.all_footage() == [ROW]


def test_passes_are_found_by_place(workspace: Workspace) -> None:
    workspace.store.add_footage(ROW, [], [])
    assert workspace.store.passes_at(24.55, -107.45) == [ROW.footage_id]
    assert workspace.store.passes_at(24.7, -107.45) == []


def test_a_pass_over_the_antimeridian_is_found_on_both_sides(workspace: Workspace) -> None:
    workspace.store.add_footage(replace(ROW, bounds_deg=(179.9, -1.0, -179.9, 1.0)), [], [])
    for lon_deg in (179.95, -179.95, 180.0, -180.0):
        assert workspace.store.passes_at(0.0, lon_deg) == [ROW.footage_id]
    assert workspace.store.passes_at(0.0, 0.0) == []


def test_a_fact_is_settled_once(workspace: Workspace) -> None:
    assert workspace.store.fact("grid") is None
    assert workspace.store.settle("grid", "a") == "a"
    assert workspace.store.settle("grid", "b") == "a"
    assert workspace.store.fact("grid") == "a"


def test_a_blob_is_kept_whole_and_by_content(tmp_path: Path) -> None:
    source = tmp_path / "clip.ts"
    source.write_bytes(b"G" * 10_000_000)
    blobs = FolderBlobs(tmp_path / "media")
    blob = blobs.stage(source, tmp_path)
    assert blob.sha256 == hashlib.sha256(source.read_bytes()).hexdigest()
    assert blob.sha256 not in blobs
    blob.keep()
    kept = blobs.path(blob.sha256)
    assert kept.read_bytes() == source.read_bytes()
    assert kept.stat().st_mode & 0o222 == 0
    blobs.stage(source, tmp_path).keep()
    assert [path for path in blobs.root.rglob("*") if path.is_file()] == [kept]


def test_a_blob_that_is_not_there_and_a_source_that_cannot_be_read(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path / "media")
    with pytest.raises(NotFoundError):
        blobs.path("ab" * 32)
    with pytest.raises(InputError, match="cannot be copied"):
        blobs.stage(tmp_path / "nothing.ts", tmp_path)


def test_staging_is_gone_afterwards_and_what_was_published_stays(workspace: Workspace) -> None:
    with workspace.staging() as folder:
        (folder / "derived").mkdir()
        (folder / "derived" / "whole").write_text("x")
        (folder / "half").write_text("x")
        raw = workspace.blobs.stage(folder / "half", folder)
        assert workspace.publish(raw, folder / "derived", ROW, instead_of=None, keep=[], notes=[]) == ROW
    assert list((workspace.root / "staging").iterdir()) == []
    assert (workspace.derived(ROW.footage_id) / "whole").read_text() == "x"
    assert workspace.store.all_footage() == [ROW]


def test_publishing_replaces_what_was_left_but_not_what_is_indexed(workspace: Workspace) -> None:
    left = workspace.derived(ROW.footage_id)
    left.mkdir(parents=True)
    (left / "interrupted").write_text("x")

    def publish(name: str, instead_of: FootageRow | None = None) -> tuple[str, str]:
        with workspace.staging() as folder:
            (folder / "derived").mkdir()
            for file in (PACKETS_FILE, TELEMETRY_FILE, COVERAGE_FILE):
                (folder / "derived" / file).write_text(name)
            (folder / "source").write_text("x")
            raw, row = workspace.blobs.stage(folder / "source", folder), replace(ROW, name=name)
            standing = workspace.publish(raw, folder / "derived", row, instead_of=instead_of, keep=[], notes=[])
        assert {path.name for path in left.iterdir()} == {PACKETS_FILE, TELEMETRY_FILE, COVERAGE_FILE}
        return standing.name, (left / PACKETS_FILE).read_text()

    raw = workspace.root / "media" / ROW.sha256[:2] / ROW.sha256
    raw.parent.mkdir(parents=True)
    raw.write_text("x")
    assert publish("whole") == ("whole", "whole")
    assert publish("late") == ("whole", "whole"), "who comes second gets the row that stands"
    (left / TELEMETRY_FILE).unlink()
    assert publish("again", replace(ROW, name="whole")) == ("again", "again"), "what was lost is put back"


def test_what_a_killed_process_left_is_swept_and_what_another_works_in_is_not(workspace: Workspace) -> None:
    left = workspace.root / "staging" / "left"
    left.mkdir(parents=True)
    (left / "half").write_text("x")
    (left.parent / "a file of another's").touch()
    with workspace.staging() as mine, workspace.staging() as other:
        assert not left.exists()
        assert mine.exists()
        assert other.exists()
        assert mine != other
