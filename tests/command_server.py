"""The command line in a process of its own, without the second that each one needs to load its packages.

A server loads them once and forks a child for every command; nothing else is shared.
"""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
if str(REPOSITORY) not in sys.path:
    sys.path.append(str(REPOSITORY))  # the child finds this module by its name

_FORKING = get_context("forkserver")
_FORKING.set_forkserver_preload(
    ["otear.cli.main", "otear.workflow.ingest", "otear.workflow.locate", "otear.workflow.quicklook"]
)


@dataclass(frozen=True)
class Finished:
    """What a command left: its exit status and what it printed."""

    returncode: int
    stdout: str
    stderr: str


def typed(words: list[str], folder: Path) -> Finished:
    """Run `otear` with these words in a folder, as a shell would."""
    with tempfile.TemporaryDirectory() as said:
        out, err = Path(said) / "out", Path(said) / "err"
        child = _FORKING.Process(target=_command, args=(words, str(folder), str(out), str(err)))
        child.start()
        child.join()
        assert child.exitcode is not None
        return Finished(child.exitcode, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8"))


def _command(words: list[str], folder: str, out: str, err: str) -> None:
    for stream, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), stream)
    os.chdir(folder)
    sys.argv = ["otear", *words]
    from otear.cli.main import run

    run()
