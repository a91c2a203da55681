"""Live, end to end on loopback at real pace: sent, received, in custody, and what was lost on the way is told."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest

from otear.authority.roles import Actor, Role
from otear.domain.arrival import Arrival
from otear.domain.clock import SystemStopwatch
from otear.errors import InputError, RecordingError, RefusedError
from otear.simulate.clip import write_clip
from otear.simulate.live.broadcast import Sent, broadcast
from otear.simulate.live.impairments import DropOut, Impairments
from otear.simulate.live.outlets import outlet_to
from otear.store.recording_files import read_packets
from otear.store.workspace import Workspace
from otear.video.demux import MetadataBlock, TstransDemuxer, VideoUnit
from otear.video.live.address import live_address
from otear.video.live.receive import Limits
from otear.video.misp import picture_time_us
from otear.workflow.footage import find
from otear.workflow.live import Watch, ingest_live
from otear.workflow.track import clock_of, restarts_of

from ..conftest import REPOSITORY, Clip
from ..consent import consented, desk_in

LIMITS = Limits(wait_s=5.0, idle_s=1.8)


@pytest.fixture(scope="module")
def short(clip: Clip, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first three eighths of the clip: about 1.3 seconds."""
    recording = tmp_path_factory.mktemp("short") / "short.ts"
    data = clip.recording.read_bytes()
    recording.write_bytes(data[: len(data) * 3 // 8 // 188 * 188])
    return recording


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listened(
    workspace: Workspace, address: str, send: Callable[[], Any], limits: Limits = LIMITS
) -> tuple[dict[str, Any], Any]:
    """What `ingest` says of what `send` sends as soon as somebody listens, and what `send` says of it."""
    began, stop = Event(), Event()

    def sending() -> Any:
        assert began.wait(20.0)
        return send()

    with ThreadPoolExecutor(1) as threads:
        sent = threads.submit(sending)
        watch = Watch(lambda arrival: began.set(), stop)
        try:
            summary = ingest_live(
                desk_in(workspace), live_address(address), limits, watch, stopwatch=SystemStopwatch(), terrain=None
            )
        finally:
            began.set()
        return summary, sent.result()


def sender(recording: Path, to: str, impairments: Impairments, seed: int = 11) -> Callable[[], Sent]:
    stopwatch = SystemStopwatch()
    connect = outlet_to(live_address(to), stopwatch)
    rng = np.random.default_rng(seed)
    return lambda: broadcast(recording, connect, impairments, rng, stopwatch=stopwatch)


def metadata_of(recording: Path) -> list[bytes]:
    return [event.payload for event in TstransDemuxer().events(recording) if isinstance(event, MetadataBlock)]


def trusted_in(workspace: Workspace, summary: dict[str, Any]) -> list[bytes]:
    batches = read_packets(workspace.derived(summary["footage_id"]))
    return [packet.raw for batch in batches for packet in batch if packet.trusted]


def left_in_staging(workspace: Workspace) -> list[str]:
    return [path.name for path in (workspace.root / "staging").iterdir()]


@pytest.mark.parametrize("scheme", ["udp", "srt"])
def test_over_a_good_link_everything_arrives(workspace: Workspace, short: Path, tmp_path: Path, scheme: str) -> None:
    authority = consented(desk_in(workspace), tmp_path)
    to = f"{scheme}://127.0.0.1:{free_port()}"
    summary, sent = listened(workspace, f"{to}?mode=listener", sender(short, to, Impairments()))
    raw = short.read_bytes()
    assert workspace.blobs.path(summary["sha256"]).read_bytes() == raw
    assert summary["packets"]["valid"] == summary["packets"]["total"] == len(metadata_of(short)) >= 10
    assert summary["authority_id"] == authority.authority_id
    assert summary["looks"] == 1
    assert not [text for text in summary["health"]["warnings"] if "missing" in text or "Gap" in text]
    assert summary["name"].startswith(f"{to} 2026-")
    live = summary["live"]
    assert (live["bytes"], live["ts_packets"], live["lost_ts_packets"]) == (len(raw), len(raw) // 188, 0)
    assert (live["gaps"], live["recovered"], live["left"]) == ([], [], [])
    assert live["seconds"] == pytest.approx(1.3, abs=0.6), "at real pace"
    assert sent.behind_s < 1.0
    assert left_in_staging(workspace) == []
    assert find(workspace, "latest").summary["live"]["bytes"] == len(raw)


def check_losses(workspace: Workspace, recording: Path, seed: int) -> None:
    port = free_port()
    to = f"udp://127.0.0.1:{port}"
    summary, sent = listened(workspace, to, sender(recording, to, Impairments(loss=0.05), seed))
    assert sent.lost_datagrams > 5
    live = summary["live"]
    assert live["ts_packets"] == sent.ts_packets, "nothing but the impairment loses packets"
    assert live["lost_share"] == pytest.approx(
        sent.lost_ts_packets / (sent.lost_ts_packets + sent.ts_packets), abs=0.01
    )
    # Nothing can tell what was lost before the first datagram and after the last.
    assert live["lost_ts_packets"] == pytest.approx(sent.lost_ts_packets, rel=0.01, abs=14)
    warnings = " ".join(summary["health"]["warnings"])
    assert f"{live['lost_ts_packets']:,} transport packets" in warnings
    kept = workspace.blobs.path(summary["sha256"])
    whole, undamaged = metadata_of(recording), metadata_of(kept)
    trusted = trusted_in(workspace, summary)
    assert set(trusted) <= set(whole), "what was cut by a loss is never trusted"
    intact = set(undamaged) & set(whole)
    assert len(intact) >= 0.8 * len(whole)
    assert len(set(trusted) & intact) >= 0.95 * len(intact)


def test_with_five_percent_loss_what_is_whole_is_read_and_the_loss_is_told(workspace: Workspace, clip: Clip) -> None:
    check_losses(workspace, clip.recording, seed=11)


@pytest.mark.slow
def test_losses_over_a_longer_flight(workspace: Workspace, tmp_path: Path) -> None:
    write_clip(tmp_path / "long.ts", tmp_path / "terrain.tif", seed=7, seconds=4.0, repeats=3)
    check_losses(workspace, tmp_path / "long.ts", seed=1)


@pytest.mark.parametrize("scheme", ["udp", pytest.param("srt", marks=pytest.mark.slow)])
def test_a_restart_of_the_sender_is_one_gap_in_one_recording(
    workspace: Workspace, clip: Clip, tmp_path: Path, scheme: str
) -> None:
    consented(desk_in(workspace), tmp_path)
    to = f"{scheme}://127.0.0.1:{free_port()}"
    impairments = Impairments(restarts_s=(1.4,), pause_s=1.2)
    summary, sent = listened(workspace, f"{to}?mode=listener", sender(clip.recording, to, impairments))
    assert sent.restarts == 1
    assert len(workspace.store.all_footage()) == 1
    live = summary["live"]
    (gap,) = live["gaps"]
    assert gap["restarted"]
    assert gap["seconds"] == pytest.approx(1.2, abs=0.5)
    assert (live["lost_ts_packets"], live["ts_packets"]) == (0, sent.ts_packets)
    assert summary["health"]["gaps"] == 1
    assert summary["packets"]["valid"] == summary["packets"]["total"] >= 26
    assert any("afresh" in warning for warning in summary["health"]["warnings"])
    row = find(workspace, "latest")
    clock = clock_of(row)
    assert len(restarts_of(row)) == 1
    assert len(clock.pieces) == 2
    kept = workspace.blobs.path(row.sha256)
    for unit in (event for event in TstransDemuxer().events(kept) if isinstance(event, VideoUnit)):
        assert clock.time_us(unit.pts_s or 0.0) == pytest.approx(picture_time_us(unit), abs=50.0)


@pytest.mark.slow
def test_a_drop_out_is_a_gap_and_no_restart(workspace: Workspace, clip: Clip) -> None:
    to = f"udp://127.0.0.1:{free_port()}"
    summary, _ = listened(workspace, to, sender(clip.recording, to, Impairments(drop_outs=(DropOut(1.0, 1.5),))))
    (gap,) = summary["live"]["gaps"]
    assert not gap["restarted"]
    assert gap["seconds"] == pytest.approx(1.5, abs=0.4)
    assert summary["live"]["lost_ts_packets"] > 0


@pytest.mark.slow
def test_damage_is_flagged_and_never_trusted(workspace: Workspace, clip: Clip) -> None:
    to = f"udp://127.0.0.1:{free_port()}"
    summary, sent = listened(workspace, to, sender(clip.recording, to, Impairments(bit_errors=1e-4, jitter_ms=20.0)))
    assert sent.damaged_datagrams > 50
    # A damaged key is put right where the checksum proves it; the raw bytes stay as they came.
    right = {payload[16:] for payload in metadata_of(clip.recording)}
    assert {raw[16:] for raw in trusted_in(workspace, summary)} <= right
    assert summary["packets"]["flagged"] > 0


def test_nothing_comes(workspace: Workspace) -> None:
    with pytest.raises(InputError, match="nothing arrived") as caught:
        listened(workspace, f"udp://127.0.0.1:{free_port()}", lambda: None, Limits(wait_s=0.5))
    assert "firewall" in caught.value.remedy
    assert left_in_staging(workspace) == []


def test_what_comes_and_is_no_recording_is_named_and_kept(workspace: Workspace) -> None:
    port = free_port()

    def send() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            for _ in range(20):
                out.sendto(b"Dear sir, " * 50, ("127.0.0.1", port))

    with pytest.raises(RecordingError, match="is no recording") as caught:
        listened(workspace, f"udp://127.0.0.1:{port}", send, Limits(idle_s=0.5))
    (name,) = left_in_staging(workspace)
    assert name in caught.value.remedy
    assert (workspace.root / "staging" / name).read_bytes() == b"Dear sir, " * 1000


def test_who_may_not_ingest_does_not_even_listen(workspace: Workspace) -> None:
    desk = desk_in(workspace, actor=Actor("visitor", frozenset({Role.INSPECTOR})))
    watch = Watch(lambda arrival: pytest.fail("it listened"), Event())
    with pytest.raises(RefusedError):
        ingest_live(desk, live_address("udp://@:0"), LIMITS, watch, stopwatch=SystemStopwatch(), terrain=None)


def process(workspace: Workspace, address: str, *options: str) -> subprocess.Popen[str]:
    """`otear ingest` in a process of its own, once it listens."""
    command = [sys.executable, "-m", "otear", "--workspace", workspace.root, "ingest", address, *options]
    found = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=REPOSITORY,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert found.stderr is not None
    assert "Listening" in found.stderr.readline()
    return found


def send_all(recording: Path, port: int) -> None:
    """At a pace that no buffer minds, without regard to clocks."""
    data = recording.read_bytes()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        for at in range(0, len(data), 1316):
            out.sendto(data[at : at + 1316], ("127.0.0.1", port))
            time.sleep(0.001)
    time.sleep(0.5)


@pytest.mark.slow
def test_ctrl_c_ends_a_reception_and_ingests_what_came(workspace: Workspace, clip: Clip) -> None:
    port = free_port()
    receiver = process(workspace, f"udp://127.0.0.1:{port}", "--idle", "60", "--json")
    send_all(clip.recording, port)
    receiver.send_signal(signal.SIGINT)
    said, complaint = receiver.communicate(timeout=60)
    assert receiver.returncode == 0, complaint
    summary = json.loads(said)
    assert summary["packets"]["valid"] == 40
    assert summary["live"]["bytes"] == clip.recording.stat().st_size
    assert left_in_staging(workspace) == []


def test_what_a_killed_reception_left_is_taken_in_by_the_next(workspace: Workspace, clip: Clip) -> None:
    port = free_port()
    receiver = process(workspace, f"udp://127.0.0.1:{port}", "--idle", "60")
    send_all(clip.recording, port)
    receiver.kill()
    receiver.communicate()
    (spool,) = (workspace.root / "staging").glob("live-*")
    assert spool.read_bytes() == clip.recording.read_bytes()
    two = f"udp://127.0.0.1:{free_port()}"
    cut = workspace.root.parent / "cut.ts"
    cut.write_bytes(clip.recording.read_bytes()[: 188 * 700])
    summary, _ = listened(workspace, two, lambda: send_all(cut, live_address(two).port), Limits(idle_s=0.7))
    (recovered,) = summary["live"]["recovered"]
    row = find(workspace, recovered)
    assert row.name.startswith(f"udp://127.0.0.1:{port} ")
    assert row.quarantined
    assert left_in_staging(workspace) == []


def test_progress_is_told_while_it_comes(workspace: Workspace, clip: Clip) -> None:
    heard: list[Arrival] = []
    port = free_port()
    with ThreadPoolExecutor(1) as threads:
        threads.submit(lambda: (time.sleep(0.3), send_all(clip.recording, port)))
        ingest_live(
            desk_in(workspace), live_address(f"udp://127.0.0.1:{port}"), Limits(idle_s=1.0),
            Watch(heard.append, Event()), stopwatch=SystemStopwatch(), terrain=None,
        )  # fmt: skip
    assert [one.datagrams for one in heard] == sorted(one.datagrams for one in heard)
    assert heard[0].datagrams == 0
    assert heard[-1].bytes == clip.recording.stat().st_size
