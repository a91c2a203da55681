"""Retention: what is due goes from every place, what is held stays, and the proof of either remains."""

from __future__ import annotations

import json
import shutil
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from otear.authority.roles import Action, Actor, Role
from otear.domain.authority import DataKind
from otear.domain.clock import FixedClock
from otear.errors import InputError, NotFoundError, RefusedError
from otear.ledger.proofs import read_proof
from otear.ledger.verify import verify_file
from otear.simulate.clip import write_clip
from otear.store.keeping import SqlKeeping
from otear.store.recording_files import PACKETS_FILE, TELEMETRY_FILE, read_packets
from otear.store.sql import SqlStore
from otear.store.workspace import COVERAGE_FILE, Workspace, create_workspace, open_workspace
from otear.workflow import retention
from otear.workflow.adopt import adopt
from otear.workflow.coverage import at, export
from otear.workflow.custody import DAY_US
from otear.workflow.desk import Desk
from otear.workflow.flown import UNSTATED, flown
from otear.workflow.footage import find, packet_items, shown
from otear.workflow.held import in_reach
from otear.workflow.locate import draw, locate
from otear.workflow.log import prove
from otear.workflow.quicklook import quicklook
from otear.workflow.retention import due, lift_hold, listed_holds, place_hold, purge
from otear.workflow.track import write_track

from ..conftest import Clip
from ..consent import NOW_US, consented, desk_in, held_in, take

START_US = NOW_US - 10 * DAY_US
COLLECTED_US = START_US + 3_900_000
"""When the recording ends."""
DAYS = {DataKind.IMAGERY: 100, DataKind.METADATA: 200, DataKind.COVERAGE: 300}
KEEPING = {"imagery_days": 100, "metadata_days": 200, "coverage_days": 300, "findings_days": 300}
INSPECTOR = Actor("inspectora", frozenset({Role.INSPECTOR}))
ANALYST = Actor("analista", frozenset({Role.ANALYST}))
LATER = FixedClock(COLLECTED_US + 1000 * DAY_US)


def after(kind: DataKind) -> FixedClock:
    """Just when the time of one kind is up."""
    return FixedClock(COLLECTED_US + DAYS[kind] * DAY_US)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """The clip, made ten days before the tests' present."""
    folder = tmp_path_factory.mktemp("recent")
    made = Clip(folder / "clip.ts", folder / "terrain.tif")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("otear.simulate.clip._START_US", START_US)
        write_clip(made.recording, made.terrain, seed=7, seconds=4.0)
    return made


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory, clip: Clip) -> Path:
    """A workspace with the clip, kept until after the present, to be copied."""
    workspace = create_workspace(tmp_path_factory.mktemp("taken") / "workspace")
    consented(desk_in(workspace), workspace.root.parent, retention=KEEPING)
    take(workspace, clip.recording, clip.terrain)
    workspace.store.compact()
    return workspace.root


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, taken: Path) -> Path:
    """The same, with a file of each sort that is written from a recording."""
    root = tmp_path_factory.mktemp("written") / "workspace"
    workspace = open_workspace(Path(shutil.copytree(taken, root)))
    desk, row, authority = held_in(workspace)
    quicklook(desk, row, authority, root / "pictures" / "look.png", terrain=None)
    places = locate(desk, row, authority, time_s=1.0, pixels=[(320.0, 180.0)], terrain=None)
    draw(desk, row, authority, places, root / "place.png", time_s=1.0, terrain=None)
    sources, _ = in_reach(desk, [row], Action.EXPORT_COVERAGE)
    for name in ("coverage.parquet", "coverage.tif", "coverage.gpkg"):
        export(desk, sources, root / name)
    for name in ("track.geojson", "track.kml"):
        write_track(desk, row, root / name)
    workspace.store.compact()
    return root


@pytest.fixture
def kept(taken: Path, tmp_path: Path) -> Workspace:
    """A workspace with the clip, of this test alone."""
    return open_workspace(Path(shutil.copytree(taken, tmp_path / "workspace")))


@pytest.fixture
def shared(written: Path, tmp_path: Path) -> Workspace:
    """One with the clip and its copies, of this test alone."""
    return open_workspace(Path(shutil.copytree(written, tmp_path / "workspace")))


COPIES = ("pictures/look.png", "place.png", "coverage.parquet", "coverage.tif", "coverage.gpkg", "track.geojson",
          "track.kml")  # fmt: skip


def files(root: Path) -> dict[str, bytes]:
    """Every file by its path; the index of the log beside the database says only who reads it."""
    found = {str(path.relative_to(root)): path for path in sorted(root.rglob("*")) if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if not name.endswith("-shm")}


def everything(root: Path) -> bytes:
    """All bytes of a workspace."""
    return b"\0".join(path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file())


def windows(data: bytes, count: int = 40, length: int = 64) -> list[bytes]:
    """Pieces from all over, none of which could stand somewhere by chance."""
    pieces = [data[at : at + length] for at in range(0, len(data) - length, max(1, len(data) // (4 * count)))]
    return [piece for piece in pieces if len(set(piece)) > length // 2][:count]


@dataclass(frozen=True)
class Content:
    """What a recording said, as it can stand on a disk; `texts` stand in the index, `rest` in files beside it."""

    texts: tuple[bytes, ...]
    rest: tuple[bytes, ...]


def content(workspace: Workspace, names: tuple[str, ...] = ()) -> Content:
    """What a search must not find once the latest recording is purged."""
    row = find(workspace, "latest")
    summary, folder = row.summary, workspace.derived(row.footage_id)
    numbers = [*summary["first_place_deg"], summary["centre_hae_m"], *(row.bounds_deg or ())]
    texts = [repr(number).encode() for number in numbers]
    texts += [struct.pack(">d", number) for number in row.bounds_deg or ()]
    texts += [str(summary["start"]).encode(), str(row.start_us).encode(), struct.pack(">q", row.start_us)]
    texts += [b"Simulated survey aircraft"]
    packets = [packet.raw for batch in read_packets(folder) for packet in batch]
    assert any(b"OTEAR-CLIP" in raw for raw in packets)
    rest = [b"OTEAR-CLIP", *(raw[16:80] for raw in packets)]
    rest += windows(workspace.blobs.path(row.sha256).read_bytes())
    for path in (*folder.iterdir(), *(workspace.root / name for name in names)):
        rest += windows(path.read_bytes())
    return Content(tuple(texts), tuple(rest))


def found(workspace: Workspace, sought: Content) -> list[bytes]:
    """What of it a search of all bytes of the workspace finds."""
    data = everything(workspace.root)
    return [needle for needle in (*sought.texts, *sought.rest) if needle in data]


def done(desk: Desk) -> dict[str, int | None]:
    """Purge; the ledger entry of each kind that was due."""
    return {one.due.keep.data_kind.value: one.entry for one in purge(desk, dry_run=False)}


def bodies(workspace: Workspace) -> list[dict[str, Any]]:
    """The ledger."""
    return [json.loads(body) for body in workspace.ledger.bodies()]


def test_keeping_counts_from_when_a_recording_was_made(kept: Workspace) -> None:
    until = {row.data_kind: row.keep_until_us for row in kept.keeping.kept()}
    assert until == {kind: COLLECTED_US + days * DAY_US for kind, days in DAYS.items()}
    row = find(kept, "latest")
    assert row.end_us == COLLECTED_US
    assert row.ingested_us == NOW_US > COLLECTED_US


def test_nothing_goes_before_its_time(shared: Workspace) -> None:
    before = files(shared.root)
    last = FixedClock(after(DataKind.IMAGERY).moment_us - 1)
    assert purge(desk_in(shared, last), dry_run=True) == purge(desk_in(shared, last), dry_run=False) == []
    assert files(shared.root) == before


def test_a_dry_run_shows_exactly_what_goes_and_changes_nothing(shared: Workspace) -> None:
    row, desk = find(shared, "latest"), desk_in(shared, LATER)
    before = files(shared.root)
    would = purge(desk, dry_run=True)
    assert files(shared.root) == before
    assert [(one.due.keep.data_kind, one.entry) for one in would] == [(kind, None) for kind in DAYS]
    shown_files = {str(path.relative_to(shared.root)) for one in would for path in one.due.files}
    derived = {f"derived/{row.footage_id}/{name}" for name in (PACKETS_FILE, TELEMETRY_FILE, COVERAGE_FILE)}
    assert shown_files == {f"media/{row.sha256[:2]}/{row.sha256}", *derived, *COPIES}
    assert sum(one.due.size_bytes for one in would) == sum(len(before[name]) for name in shown_files)
    did = purge(desk, dry_run=False)
    assert [one.due for one in did] == [one.due for one in would]
    left = set(files(shared.root))
    assert set(before) - left - {"otear.db-wal"} == shown_files
    assert left <= set(before)


def test_no_byte_of_it_is_left_anywhere(shared: Workspace, clip: Clip) -> None:
    sought = content(shared, COPIES)
    there = everything(shared.root)
    assert all(needle in there for needle in sought.texts)
    assert sum(needle in there for needle in sought.rest) > 200
    row = find(shared, "latest")
    done(desk_in(shared, LATER))
    assert found(shared, sought) == []
    assert found(open_workspace(shared.root), sought) == []
    gone = find(shared, "latest")
    assert (gone.footage_id, gone.sha256, gone.name) == (row.footage_id, row.sha256, "clip.ts")
    assert (gone.start_us, gone.end_us, gone.bounds_deg) == (None, None, None)
    assert set(gone.summary) == {
        "footage_id", "sha256", "name", "standard", "duration_s", "frames", "packets", "vmti_targets", "bounds",
        "looks", "covered_km2", "quarantined", "authority_id", "purged", "deleted",
    }  # fmt: skip


def test_what_is_not_due_stays_as_it_is(kept: Workspace, tmp_path: Path, clip: Clip) -> None:
    other = tmp_path / "other.ts"
    other.write_bytes(clip.recording.read_bytes() + b"\x47" * 188)
    first = find(kept, "latest")
    second = take(kept, other, clip.terrain)
    place_hold(desk_in(kept), kept.store.footage(second["footage_id"]), "a complaint about this flight")
    before = files(kept.root)
    done(desk_in(kept, LATER))
    stays = {name: data for name, data in before.items() if second["footage_id"] in name or second["sha256"] in name}
    assert len(stays) == 4
    assert stays.items() <= files(kept.root).items()
    assert kept.store.footage(second["footage_id"]).summary == second
    assert not any(first.footage_id in name or first.sha256 in name for name in files(kept.root))


def test_each_kind_goes_when_its_own_time_is_up(shared: Workspace) -> None:
    _, row, authority = held_in(shared)
    middle = ((row.bounds_deg[1] + row.bounds_deg[3]) / 2, (row.bounds_deg[0] + row.bounds_deg[2]) / 2)  # type: ignore[index]

    def stands(name: str) -> bool:
        return (shared.root / name).exists()

    desk = desk_in(shared, after(DataKind.IMAGERY))
    assert list(done(desk)) == ["imagery"]
    assert row.sha256 not in shared.blobs
    assert not stands("pictures/look.png")
    assert not stands("place.png")
    assert stands("track.kml")
    row = find(shared, "latest")
    assert packet_items(desk, row, 3)
    assert locate(desk, row, authority, time_s=1.0, pixels=[(320.0, 180.0)], terrain=None)[0].place
    with pytest.raises(NotFoundError, match=r"imagery .* was purged.*otear ledger prove \d+"):
        quicklook(desk, row, authority, shared.root / "look.png", terrain=None)

    desk = desk_in(shared, after(DataKind.METADATA))
    assert list(done(desk)) == ["metadata"]
    assert not stands("track.kml")
    assert not stands("track.geojson")
    assert stands("coverage.gpkg")
    row = find(shared, "latest")
    with pytest.raises(NotFoundError, match="metadata"):
        packet_items(desk, row, 3)
    with pytest.raises(NotFoundError, match="metadata"):
        locate(desk, row, authority, time_s=1.0, pixels=[(320.0, 180.0)], terrain=None)
    with pytest.raises(NotFoundError, match="metadata"):
        flown(shared, row, UNSTATED)
    sources, _ = in_reach(desk, [row], Action.PROCESS)
    assert not at(desk, sources, *middle)["never_looked"], "coverage has a time of its own"
    assert export(desk, sources, shared.root / "again.tif")["passes"] == 1

    desk = desk_in(shared, after(DataKind.COVERAGE))
    assert list(done(desk)) == ["coverage"]
    assert not any(stands(name) for name in (*COPIES, "again.tif"))
    row = find(shared, "latest")
    assert set(row.summary["purged"]) == {"imagery", "metadata", "coverage"}
    assert shown(desk, row)["looks"] == 1
    assert shared.store.passes_at(*middle) == []


@pytest.mark.parametrize("shortest", ["metadata_days", "coverage_days"])
def test_a_picture_goes_with_whatever_it_shows_first(workspace: Workspace, clip: Clip, shortest: str) -> None:
    consented(desk_in(workspace), workspace.root.parent, retention={**KEEPING, shortest: 50})
    take(workspace, clip.recording, clip.terrain)
    desk, row, authority = held_in(workspace)
    quicklook(desk, row, authority, workspace.root / "look.png", terrain=None)
    write_track(desk, row, workspace.root / "track.kml")
    late = desk_in(workspace, FixedClock(COLLECTED_US + 50 * DAY_US))
    assert list(done(late)) == [shortest.removesuffix("_days")]
    assert not (workspace.root / "look.png").exists()
    assert not (workspace.root / "track.kml").exists()
    with pytest.raises(NotFoundError, match=shortest.removesuffix("_days")):
        quicklook(late, find(workspace, "latest"), authority, workspace.root / "look.png", terrain=None)


def test_an_outsider_can_check_the_proof(shared: Workspace, tmp_path: Path) -> None:
    row, desk = find(shared, "latest"), desk_in(shared, LATER)
    sizes = {one.due.keep.data_kind: one.due.size_bytes for one in purge(desk, dry_run=True)}
    for kind, entry in done(desk).items():
        assert entry is not None
        file = tmp_path / f"{kind}.json"
        prove(desk, entry, file)
        report = verify_file(file, log_key=shared.log_key().public)
        assert report.valid, report.text("en")
        draft = read_proof(file.read_bytes()).entry.draft
        assert (draft.action, draft.outcome, draft.subject_id) == ("purge", "done", row.footage_id)
        assert draft.subject_sha256 == row.sha256
        assert draft.authority_id == row.authority_id
        assert draft.reason.startswith(f"{kind} of clip.ts: ")
        assert f", bytes {sizes[DataKind(kind)]}; kept until 20" in draft.reason
        assert draft.time_us == LATER.moment_us
        assert row.summary.get("purged") is None
        assert find(shared, "latest").summary["purged"][kind] == entry


def test_a_second_purge_finds_nothing(shared: Workspace) -> None:
    desk = desk_in(shared, LATER)
    done(desk)
    before = files(shared.root)
    assert purge(desk, dry_run=False) == []
    assert purge(desk, dry_run=True) == []
    assert files(shared.root) == before


def test_a_hold_stops_it_and_says_so_until_it_is_lifted(shared: Workspace) -> None:
    row, sought = find(shared, "latest"), content(shared, COPIES)
    hold = place_hold(desk_in(shared, actor=INSPECTOR), row, "  complaint 12/2026  ")
    assert hold.ground == "complaint 12/2026"
    desk = desk_in(shared, LATER)
    before = files(shared.root)
    (would, *_) = purge(desk, dry_run=True)
    assert would.document()["held"] == [{"hold_id": hold.hold_id, "ground": "complaint 12/2026"}]
    assert files(shared.root) == before
    size = shared.ledger.size()
    assert done(desk) == {"imagery": None, "metadata": None, "coverage": None}
    media = {name: data for name, data in before.items() if not name.startswith("otear.db")}
    assert media.items() <= files(shared.root).items()
    denials = bodies(shared)[size:]
    assert [(one["action"], one["outcome"], one["subject"]["id"]) for one in denials] == [
        ("purge", "refused", row.footage_id)
    ] * 3
    assert all(one["reason"].startswith("held: ") for one in denials)
    lift_hold(desk_in(shared, LATER, INSPECTOR), hold.hold_id, "the complaint was answered")
    assert None not in done(desk).values()
    assert found(shared, sought) == []
    (lifted,) = listed_holds(desk)
    assert (lifted.ground, lifted.lifted_us) == ("complaint 12/2026", LATER.moment_us)


def test_two_holds_both_have_to_be_lifted(kept: Workspace) -> None:
    row, desk = find(kept, "latest"), desk_in(kept, LATER)
    one, two = place_hold(desk, row, "one ground"), place_hold(desk, row, "another")
    lift_hold(desk, one.hold_id, "over")
    assert set(done(desk).values()) == {None}
    lift_hold(desk, two.hold_id, "over")
    assert None not in done(desk).values()


def test_holds_need_grounds_and_lifting_them_reasons(kept: Workspace) -> None:
    row, desk = find(kept, "latest"), desk_in(kept)
    with pytest.raises(InputError, match="--ground"):
        place_hold(desk, row, "  ")
    with pytest.raises(NotFoundError, match="no hold 'h-1'"):
        lift_hold(desk, "h-1", "over")
    hold = place_hold(desk_in(kept, actor=INSPECTOR), row, "a ground")
    with pytest.raises(RefusedError, match="hold_of_another"):
        lift_hold(desk, hold.hold_id, "over")
    with pytest.raises(InputError, match="--reason"):
        lift_hold(desk_in(kept, actor=INSPECTOR), hold.hold_id, " ")
    lift_hold(desk_in(kept, actor=INSPECTOR), hold.hold_id, "over")
    with pytest.raises(NotFoundError, match="no hold"):
        lift_hold(desk_in(kept, actor=INSPECTOR), hold.hold_id, "over")
    with pytest.raises(RefusedError):
        place_hold(desk_in(kept, actor=ANALYST), row, "a ground")


def test_who_may_not_purge_deletes_nothing_and_is_written_down(shared: Workspace) -> None:
    before = {name: data for name, data in files(shared.root).items() if not name.startswith("otear.db")}
    assert len(purge(desk_in(shared, LATER, INSPECTOR), dry_run=True)) == 3
    for actor in (INSPECTOR, ANALYST):
        with pytest.raises(RefusedError):
            purge(desk_in(shared, LATER, actor), dry_run=False)
        last = bodies(shared)[-1]
        assert (last["actor"], last["outcome"]) == (actor.name, "refused")
    assert before.items() <= files(shared.root).items()
    assert all(row.purged_us is None for row in shared.keeping.kept())


def test_a_clock_that_goes_back_purges_nothing(shared: Workspace) -> None:
    desk_in(shared, FixedClock(LATER.moment_us + DAY_US)).workspace.ledger.append(
        [desk_in(shared, FixedClock(LATER.moment_us + DAY_US)).note(Action.PLAN, retention.WORKSPACE)]
    )
    with pytest.raises(RefusedError, match="clock"):
        purge(desk_in(shared, LATER), dry_run=False)
    assert find(shared, "latest").sha256 in shared.blobs


MOMENTS = {
    "the second file": (Path, "unlink"),
    "the index": (SqlStore, "change_footage"),
    "the log": (SqlStore, "compact"),
    "the proof": (SqlKeeping, "purged"),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_interrupted_purge_proves_nothing_and_goes_on(
    shared: Workspace, moment: str, monkeypatch: pytest.MonkeyPatch, clip: Clip
) -> None:
    sought, row, desk = content(shared, COPIES), find(shared, "latest"), desk_in(shared, LATER)
    size, calls = shared.ledger.size(), iter(range(100))
    owner, name = MOMENTS[moment]
    real: Callable[..., Any] = getattr(owner, name)

    def interrupted(*arguments: Any, **options: Any) -> Any:
        if moment != "the second file" or next(calls) == 1:
            raise KeyboardInterrupt
        return real(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, interrupted)
        with pytest.raises(KeyboardInterrupt):
            purge(desk, dry_run=False)
    assert shared.ledger.size() == size
    assert all(one.purged_us is None for one in shared.keeping.kept())
    half = find(shared, "latest")
    if moment in ("the log", "the proof"):
        for attempt in (lambda: packet_items(desk, half, 0), lambda: take(shared, clip.recording, desk=desk)):
            with pytest.raises((NotFoundError, RefusedError), match="purged when its time was up"):
                attempt()
    assert len(purge(desk, dry_run=True)) == 3
    proofs = done(desk)
    assert None not in proofs.values()
    assert find(shared, "latest").summary["purged"] == proofs
    assert found(shared, sought) == []
    assert find(shared, "latest").sha256 == row.sha256


@pytest.mark.parametrize("moment", ["SqlStore.compact", "SqlKeeping.purged"])
def test_a_purge_that_is_killed_goes_on(shared: Workspace, moment: str) -> None:
    sought, size = content(shared, COPIES), shared.ledger.size()
    code = f"""
import os, signal
from pathlib import Path
from otear.authority.roles import Actor, Role
from otear.domain.clock import FixedClock
from otear.simulate.clip import write_clip
from otear.store.keeping import SqlKeeping
from otear.store.sql import SqlStore
from otear.store.workspace import open_workspace
from otear.workflow.desk import Desk
from otear.workflow.retention import purge
{moment} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
somebody = Actor("operator", frozenset({{Role.ADMINISTRATOR}}))
purge(Desk(open_workspace(Path({str(shared.root)!r})), somebody, FixedClock({LATER.moment_us})), dry_run=False)
"""
    killed = subprocess.run([sys.executable, "-c", code], check=False)
    assert killed.returncode == -signal.SIGKILL
    again = open_workspace(shared.root)
    assert again.ledger.size() == size
    assert None not in done(desk_in(again, LATER)).values()
    assert found(again, sought) == []
    assert again.ledger.verify().valid
    reasons = [one["reason"] for one in bodies(again) if one["action"] == "purge"]
    assert reasons
    assert not [reason for reason in reasons if "files 0" in reason], "what the first attempt deleted is in the proof"


def test_a_reader_that_keeps_the_log_open_keeps_it_unproved(shared: Workspace) -> None:
    """The database's log still holds what was deleted while somebody reads as of before."""
    sought, desk = content(shared, COPIES), desk_in(shared, LATER)
    with shared.store.engine.connect() as connection:  # type: ignore[attr-defined]
        connection.exec_driver_sql("PRAGMA busy_timeout=50")
    reader = SqlStore(f"sqlite:///{shared.root / 'otear.db'}")
    with reader.engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql("SELECT count(*) FROM footage").all()
        with pytest.raises(InputError, match="somebody reads the index"):
            purge(desk, dry_run=False)
        assert all(row.purged_us is None for row in shared.keeping.kept())
    assert None not in done(desk).values()
    assert found(shared, sought) == []


def test_what_a_killed_process_left_in_staging_goes_too(shared: Workspace, clip: Clip) -> None:
    sought = content(shared)
    left = shared.root / "staging" / "left by a killed ingest"
    left.mkdir(parents=True)
    (left / "raw").write_bytes(clip.recording.read_bytes())
    done(desk_in(shared, LATER))
    assert found(shared, sought) == []


def test_what_was_purged_is_not_taken_in_again(kept: Workspace, clip: Clip) -> None:
    sought, desk = content(kept), desk_in(kept, LATER)
    proofs = done(desk)
    with pytest.raises(RefusedError) as caught:
        take(kept, clip.recording, clip.terrain, desk=desk)
    assert caught.value.rule == "purged"
    assert str(proofs["coverage"]) in caught.value.because
    assert caught.value.spanish is not None
    last = bodies(kept)[-1]
    assert (last["action"], last["outcome"], last["subject"]["sha256"]) == (
        "ingest", "refused", find(kept, "latest").sha256
    )  # fmt: skip
    assert found(kept, sought) == []


def test_copies_elsewhere_are_named_and_left(kept: Workspace, tmp_path: Path) -> None:
    desk, row, authority = held_in(kept)
    outside, deleted, changed = tmp_path / "out" / "look.png", tmp_path / "gone.png", kept.root / "notes.png"
    for path in (outside, deleted, changed):
        quicklook(desk, row, authority, path, terrain=None)
    deleted.unlink()
    changed.write_bytes(changed.read_bytes() + b"with a remark")
    (would, *_) = purge(desk_in(kept, after(DataKind.IMAGERY)), dry_run=True)
    assert sorted(would.due.elsewhere) == sorted([str(outside.resolve()), str(changed.resolve())])
    purge(desk_in(kept, after(DataKind.IMAGERY)), dry_run=False)
    assert outside.exists()
    assert changed.exists()
    (entry,) = [one for one in bodies(kept) if one["action"] == "purge"]
    assert str(outside.resolve()) in entry["reason"]
    assert str(changed.resolve()) in entry["reason"]


def test_a_file_that_another_recording_was_written_over_is_the_other_s(
    kept: Workspace, tmp_path: Path, clip: Clip
) -> None:
    other = tmp_path / "other.ts"
    other.write_bytes(clip.recording.read_bytes() + b"\x47" * 188)
    first_id, second = find(kept, "latest").footage_id, take(kept, other, clip.terrain)
    for name in (first_id, second["footage_id"]):
        desk, row, authority = held_in(kept, name)
        quicklook(desk, row, authority, kept.root / "look.png", terrain=None)
    place_hold(desk_in(kept), kept.store.footage(second["footage_id"]), "a ground")
    (first, _) = purge(desk_in(kept, after(DataKind.IMAGERY)), dry_run=False)
    assert first.due.elsewhere == ()
    assert (kept.root / "look.png").exists()


def test_a_copy_of_several_goes_with_the_first_of_them(kept: Workspace, tmp_path: Path, clip: Clip) -> None:
    other = tmp_path / "other.ts"
    other.write_bytes(clip.recording.read_bytes() + b"\x47" * 188)
    take(kept, other, clip.terrain)
    desk = desk_in(kept)
    sources, _ = in_reach(desk, kept.store.all_footage(), Action.EXPORT_COVERAGE)
    assert export(desk, sources, kept.root / "both.gpkg")["passes"] == 2
    assert None not in done(desk_in(kept, LATER)).values()
    assert not (kept.root / "both.gpkg").exists()


def test_a_copy_that_also_shows_what_is_held_stays(kept: Workspace, tmp_path: Path, clip: Clip) -> None:
    other = tmp_path / "other.ts"
    other.write_bytes(clip.recording.read_bytes() + b"\x47" * 188)
    second = take(kept, other, clip.terrain)
    desk = desk_in(kept)
    sources, _ = in_reach(desk, kept.store.all_footage(), Action.EXPORT_COVERAGE)
    export(desk, sources, kept.root / "both.gpkg")
    place_hold(desk, kept.store.footage(second["footage_id"]), "a ground")
    named = [path for one in purge(desk_in(kept, LATER), dry_run=False) for path in one.due.elsewhere]
    assert (kept.root / "both.gpkg").exists()
    assert [path for path in named if "both.gpkg" in path and "held" in path]


def test_a_copy_that_was_moved_within_the_workspace_goes_too(kept: Workspace) -> None:
    desk, row, authority = held_in(kept)
    quicklook(desk, row, authority, kept.root / "look.png", terrain=None)
    (kept.root / "folder").mkdir()
    moved = (kept.root / "look.png").rename(kept.root / "folder" / "another name.png")
    purge(desk_in(kept, LATER), dry_run=False)
    assert not moved.exists()


def test_a_link_to_what_was_moved_out_is_named(kept: Workspace, tmp_path: Path) -> None:
    desk, row, authority = held_in(kept)
    quicklook(desk, row, authority, kept.root / "look.png", terrain=None)
    outside = (kept.root / "look.png").rename(tmp_path / "kept.png")
    (kept.root / "look.png").symlink_to(outside)
    named = [path for one in purge(desk_in(kept, LATER), dry_run=False) for path in one.due.elsewhere]
    assert [path for path in named if path.endswith("look.png")]


def test_copies_are_found_in_a_workspace_that_was_moved(shared: Workspace, tmp_path: Path) -> None:
    sought = content(shared, COPIES)
    moved = open_workspace(shared.root.rename(tmp_path / "moved"))
    done(desk_in(moved, LATER))
    assert not any((moved.root / name).exists() for name in COPIES)
    assert found(moved, sought) == []


def test_quarantined_footage_goes_after_its_days(workspace: Workspace, clip: Clip) -> None:
    consented(desk_in(workspace), workspace.root.parent, sensors=["thermal"])
    summary = take(workspace, clip.recording, clip.terrain)
    assert summary["quarantined"]
    sought = content(workspace)
    refusal = summary["quarantine"]["because"].encode()
    days = workspace.settings.retention.quarantine_days
    assert {row.keep_until_us for row in workspace.keeping.kept()} == {NOW_US + days * DAY_US}
    assert purge(desk_in(workspace, FixedClock(NOW_US + days * DAY_US - 1)), dry_run=False) == []
    desk = desk_in(workspace, FixedClock(NOW_US + days * DAY_US))
    assert set(done(desk)) == {"imagery", "metadata"}
    assert found(workspace, sought) == []
    row = find(workspace, "latest")
    assert refusal.decode() not in json.dumps(row.summary)
    assert row.quarantined
    with pytest.raises(NotFoundError, match="metadata"):
        flown(workspace, row, UNSTATED)
    with pytest.raises(RefusedError, match="purged"):
        take(workspace, clip.recording, clip.terrain, desk=desk)


def test_adopting_what_is_purged_meanwhile_brings_nothing_back(
    workspace: Workspace, clip: Clip, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The purge comes in while an adoption is at work, after its last look at the files."""
    consented(desk_in(workspace), workspace.root.parent, sensors=["thermal"])
    take(workspace, clip.recording, clip.terrain)
    sought, row = content(workspace), find(workspace, "latest")
    (tmp_path / "second").mkdir()
    covering = consented(desk_in(workspace), tmp_path / "second")
    desk = desk_in(workspace, LATER)
    real = Workspace.publish_coverage

    def late(*arguments: Any, **options: Any) -> Any:
        done(desk)
        return real(*arguments, **options)

    monkeypatch.setattr(Workspace, "publish_coverage", late)
    adopt(desk, row, covering, UNSTATED, terrain=None)
    assert found(workspace, sought) == []
    assert find(workspace, "latest").summary["purged"].keys() == {"imagery", "metadata"}
    assert not (workspace.derived(row.footage_id) / COVERAGE_FILE).exists()


def test_two_purges_at_once_prove_each_thing_once(shared: Workspace) -> None:
    desks = [desk_in(open_workspace(shared.root), LATER) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        proofs = [entries for entries in pool.map(done, desks) if entries]
    assert len(proofs) == 1
    assert [one["outcome"] for one in bodies(shared) if one["action"] == "purge"] == ["done"] * 3


def test_a_hold_is_placed_before_a_purge_or_after_it(shared: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never in the middle, where it would be said to stand over something that is half gone."""
    row, desk, other = find(shared, "latest"), desk_in(shared, LATER), desk_in(open_workspace(shared.root), LATER)
    real = SqlStore.compact
    placing: list[Future[Any]] = []
    with ThreadPoolExecutor(1) as pool:

        def slow(store: SqlStore) -> None:
            placing.append(pool.submit(place_hold, other, row, "a ground"))
            time.sleep(0.2)
            assert shared.keeping.holds() == []
            real(store)

        monkeypatch.setattr(SqlStore, "compact", slow)
        assert None not in done(desk).values()
    assert placing[0].result().footage_id == row.footage_id
    actions = [(one["action"], one["outcome"]) for one in bodies(shared)]
    assert actions[-4:] == [("purge", "done")] * 3 + [("hold", "done")]


def test_the_search_would_find_what_a_careless_database_leaves(tmp_path: Path, clip: Clip) -> None:
    """The control of the searches above: without overwriting, deleted texts stay on the disk."""
    workspace = create_workspace(tmp_path / "careless")
    consented(desk_in(workspace), tmp_path, retention=KEEPING)
    with workspace.store.engine.connect() as connection:  # type: ignore[attr-defined]
        connection.exec_driver_sql("PRAGMA secure_delete=OFF")
    take(workspace, clip.recording, clip.terrain)
    sought = content(workspace)
    done(desk_in(workspace, LATER))
    assert found(workspace, sought) != []


def test_what_is_due_comes_longest_overdue_first(kept: Workspace) -> None:
    assert [one.keep.data_kind for one in due(kept, LATER.moment_us)] == list(DAYS)
