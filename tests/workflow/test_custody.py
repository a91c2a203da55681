"""Custody among processes: killed at any moment it ends as if undisturbed, and several at once keep one ledger."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from otear.authority.roles import Actor, Role
from otear.domain.authority import DataKind
from otear.errors import RecordingError, RefusedError
from otear.store.workspace import Workspace, create_workspace, open_workspace
from otear.workflow.custody import DAY_US, take_in
from otear.workflow.footage import find

from ..conftest import REPOSITORY, Clip
from ..consent import NOW_US, consented, desk_in, take

INGEST = """
import os, signal, sys, time
from pathlib import Path
sys.path.insert(0, {repository!r})
from otear.store.workspace import Workspace, open_workspace
{before}
from tests.consent import take
take(open_workspace(Path(sys.argv[1])), Path(sys.argv[2]), Path(sys.argv[3]))
"""
"""Takes in a recording as this process does: a root, a source, its terrain."""


def process(workspace: Workspace, source: Path, terrain: Path, before: str = "") -> subprocess.Popen[bytes]:
    """Another process that takes in a recording; `before` is what it does first."""
    code = INGEST.format(repository=str(REPOSITORY), before=before)
    return subprocess.Popen([sys.executable, "-c", code, workspace.root, source, terrain])


def settled(root: Path) -> dict[str, bytes]:
    """Everything but the database and the ledger's key."""
    found = {str(path.relative_to(root)): path for path in sorted(root.rglob("*")) if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if not name.startswith(("otear.db", "keys/"))}


def told(workspace: Workspace) -> list[tuple[str, str, str]]:
    """What the ledger says was done, and to what."""
    entries = [json.loads(body) for body in workspace.ledger.bodies()]
    return [(one["action"], one["outcome"], one["subject"]["id"]) for one in entries]


@pytest.fixture
def agreed(workspace: Workspace) -> Workspace:
    """An empty workspace with an authority."""
    consented(desk_in(workspace), workspace.root.parent)
    return workspace


MOMENTS = {
    "before the row": "Workspace.publish = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)",
    "within the row": """
from otear.store.keeping import SqlKeeping
import otear.store.sql
otear.store.sql.put_keep = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
""",
    "between custody and adoption": """
import otear.workflow.ingest
otear.workflow.ingest.choose = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
""",
    "before the coverage": "Workspace.publish_coverage = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)",
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_ingest_that_is_killed_ends_like_an_undisturbed_one(
    agreed: Workspace, clip: Clip, tmp_path: Path, moment: str
) -> None:
    (tmp_path / "calm").mkdir()
    calm = create_workspace(tmp_path / "calm" / "workspace")
    wanted = take(calm, clip.recording, clip.terrain)
    killed = process(agreed, clip.recording, clip.terrain, MOMENTS[moment])
    assert killed.wait() == -signal.SIGKILL
    half = open_workspace(agreed.root)
    rows = half.store.all_footage()
    assert [row.quarantined for row in rows] == ([True] if "coverage" in moment or "adoption" in moment else [])
    assert half.ledger.verify().valid
    assert take(half, clip.recording, clip.terrain) == wanted
    assert settled(agreed.root) == settled(calm.root)
    assert half.keeping.kept() == calm.keeping.kept()
    assert told(half) == told(calm), "each step is in the ledger once"
    assert not list((agreed.root / "staging").iterdir())


@pytest.mark.slow
def test_an_ingest_that_is_killed_once_its_row_is_there(agreed: Workspace, clip: Clip) -> None:
    """Killed from outside, at whatever it does just then."""
    other = process(agreed, clip.recording, clip.terrain, "import otear.workflow.ingest as i; c = i.choose\n"
                    "i.choose = lambda *a, **k: (time.sleep(0.2), c(*a, **k))[1]")  # fmt: skip
    while not agreed.store.all_footage() and other.poll() is None:
        time.sleep(0.01)
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    (row,) = agreed.store.all_footage()
    assert take(agreed, clip.recording, clip.terrain)["quarantined"] is False
    done = told(open_workspace(agreed.root))
    assert done[-2:] == [("ingest", "done", row.footage_id), ("adopt", "done", row.footage_id)]


@pytest.mark.slow
def test_several_processes_keep_one_ledger(agreed: Workspace, clip: Clip, tmp_path: Path) -> None:
    sources = []
    for number in range(4):
        sources.append(tmp_path / f"{number}.ts")
        sources[-1].write_bytes(clip.recording.read_bytes() + b"\x47\x1f\xff\x10".ljust(188, bytes([number])))
    before = agreed.ledger.size()
    running = [process(agreed, source, clip.terrain) for source in sources]
    assert [one.wait() for one in running] == [0] * 4
    rows = agreed.store.all_footage()
    assert sorted(row.name for row in rows) == [source.name for source in sources]
    assert not any(row.quarantined for row in rows)
    assert agreed.ledger.size() == before + 8
    assert agreed.ledger.verify().valid
    entries = [json.loads(body) for body in agreed.ledger.bodies()]
    assert [one["sequence"] for one in entries] == list(range(before + 8))
    done = told(agreed)[before:]
    for row in rows:
        assert [step for step in done if step[2] == row.footage_id] == [
            ("ingest", "done", row.footage_id),
            ("adopt", "done", row.footage_id),
        ]
        assert agreed.holds(row)
    assert not list((agreed.root / "staging").iterdir())


@pytest.mark.slow
def test_several_processes_with_the_same_recording_make_one_of_it(agreed: Workspace, clip: Clip) -> None:
    before = agreed.ledger.size()
    running = [process(agreed, clip.recording, clip.terrain) for _ in range(4)]
    assert [one.wait() for one in running] == [0] * 4
    (row,) = agreed.store.all_footage()
    assert not row.quarantined
    assert Counter(told(agreed)[before:]) == {
        ("ingest", "done", row.footage_id): 1,
        ("adopt", "done", row.footage_id): 1,
    }
    assert agreed.holds(row)
    assert agreed.ledger.verify().valid


def test_custody_is_quarantine_with_a_time(workspace: Workspace, clip: Clip) -> None:
    row = take_in(desk_in(workspace), clip.recording)
    assert row.quarantined
    until_us = NOW_US + workspace.settings.retention.quarantine_days * DAY_US
    assert {(one.data_kind, one.collected_us, one.keep_until_us) for one in workspace.keeping.kept()} == {
        (DataKind.IMAGERY, NOW_US, until_us),
        (DataKind.METADATA, NOW_US, until_us),
    }
    assert told(workspace) == [("ingest", "done", row.footage_id)]
    assert take_in(desk_in(workspace), clip.recording) == row
    assert workspace.ledger.size() == 1


def test_who_may_not_ingest_leaves_a_denial_and_nothing_else(workspace: Workspace, clip: Clip) -> None:
    guest = desk_in(workspace, actor=Actor("inspectora", frozenset({Role.INSPECTOR})))
    before = settled(workspace.root)
    with pytest.raises(RefusedError):
        take_in(guest, clip.recording)
    assert settled(workspace.root) == before
    assert workspace.store.all_footage() == []
    assert [step[:2] for step in told(workspace)] == [("ingest", "refused")]


def test_what_is_no_recording_is_not_in_the_ledger(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear sir\n" * 100)
    with pytest.raises(RecordingError):
        take_in(desk_in(workspace), tmp_path / "letter.txt")
    assert workspace.ledger.size() == 0


@pytest.mark.parametrize("lost", ["coverage.parquet", "packets.parquet", "raw"])
def test_what_was_lost_comes_back_under_quarantine_and_is_adopted_again(
    agreed: Workspace, clip: Clip, lost: str
) -> None:
    wanted: dict[str, Any] = take(agreed, clip.recording, clip.terrain)
    before, kept, size = settled(agreed.root), agreed.keeping.kept(), agreed.ledger.size()
    row = find(agreed, "latest")
    (agreed.blobs.path(row.sha256) if lost == "raw" else agreed.derived(row.footage_id) / lost).unlink()
    assert not agreed.holds(row)
    assert take(agreed, clip.recording, clip.terrain) == wanted
    assert settled(agreed.root) == before
    assert agreed.keeping.kept() == kept
    assert [step[:2] for step in told(agreed)[size:]] == [("ingest", "done"), ("adopt", "done")]
