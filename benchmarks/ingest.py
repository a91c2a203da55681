"""Metadata-only ingest as a multiple of real time, beside the limits it cannot pass: `python -m benchmarks.ingest`.

A ten-second clip follows itself for an hour (`OTEAR_BENCH_HOURS` for another length), all clocks going on. It is
ingested with its terrain, under an authority: packets, health, the flight judged, looks and coverage, by one process
that is held to one core; the process is started fresh, so that its start-up and its peak memory count. Beside it, over
the same file and on one core: copying with a hash, and `tstrans` alone taking the stream apart.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tstrans.io import parse_file

from benchmarks._report import Tables, main
from otear.authority.registry import KeyRole
from otear.domain.clock import SystemClock
from otear.simulate.clip import write_clip
from otear.store.blobs import FolderBlobs
from otear.store.workspace import create_workspace
from otear.workflow.authorities import import_authority
from otear.workflow.desk import desk_of
from otear.workflow.keyring import register_key

_CLIP_S = 10.0
_EXAMPLES = Path(__file__).resolve().parents[1] / "docs" / "examples"
_PEAK = """
import re, sys
from otear.cli.main import _run
code = _run(sys.argv[1:], as_json=True)
print(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1], file=sys.stderr)
sys.exit(code)
"""


def tables() -> Tables:
    """Seconds, multiples of real time, and peak memory."""
    hours = float(os.environ.get("OTEAR_BENCH_HOURS", "1"))
    folder = Path(tempfile.mkdtemp(prefix="otear-bench-"))
    try:
        return {f"A recording of {hours:g} h, one core": _measure(folder, round(hours * 3600.0 / _CLIP_S))}
    finally:
        shutil.rmtree(folder)


def _measure(folder: Path, repeats: int) -> list[dict[str, object]]:
    recording, terrain = folder / "clip.ts", folder / "terrain.tif"
    write_clip(recording, terrain, seed=7, seconds=_CLIP_S, repeats=repeats)
    real_s = repeats * _CLIP_S
    summary, ingest_s, peak_mib = _ingest(folder / "workspace", recording, terrain)
    copy_s = _timed(lambda: FolderBlobs(folder / "blobs").stage(recording, folder))
    demux_s = _timed(lambda: sum(1 for _ in parse_file(recording)))
    size_mb = recording.stat().st_size / 1e6
    return [
        {
            "what": name,
            "seconds": seconds,
            "times real time": real_s / seconds,
            "MB a second": size_mb / seconds,
            "packets": packets,
            "peak MiB": peak,
        }
        for name, seconds, packets, peak in (
            ("otear ingest: everything", ingest_s, summary["packets"]["valid"], peak_mib),
            ("limit: copy and hash", copy_s, None, None),
            ("limit: tstrans takes the stream apart", demux_s, None, None),
        )
    ]


def _ingest(workspace: Path, recording: Path, terrain: Path) -> tuple[dict[str, dict[str, int]], float, float]:
    desk = desk_of(create_workspace(workspace), SystemClock())
    for key, role, holder in (("host", KeyRole.HOST, "MEX"), ("programme", KeyRole.PROGRAMME, "Programme")):
        register_key(desk, _EXAMPLES / "keys" / f"{key}-example.pub", role, holder)
    import_authority(desk, _EXAMPLES / "authority-sinaloa.yaml")
    command: Sequence[str | Path] = (
        sys.executable, "-c", _PEAK, "--workspace", workspace, "ingest", recording, "--terrain", terrain, "--json",
    )  # fmt: skip
    begin = time.perf_counter()
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, preexec_fn=lambda: os.sched_setaffinity(0, {0})
    )
    seconds = time.perf_counter() - begin
    return json.loads(done.stdout), seconds, float(done.stderr.splitlines()[-1]) / 1024.0


def _timed(work: Callable[[], object]) -> float:
    """Seconds that some work takes on one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {0})
    try:
        begin = time.perf_counter()
        work()
        return time.perf_counter() - begin
    finally:
        os.sched_setaffinity(0, before)


if __name__ == "__main__":
    main(tables, __doc__)
