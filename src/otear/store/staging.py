"""Folders to build in, locked while somebody works in them: what a killed process left can be told and is swept.

The lock is `flock` on the folder itself; the kernel lets go of it when the process ends, however that is.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def staging_folder(root: Path) -> Iterator[Path]:
    """An empty folder in `root`, gone on the way out; what dead processes left there is swept first."""
    root.mkdir(parents=True, exist_ok=True)
    with locked(root):
        for left in root.iterdir():
            _sweep(left)
        folder = Path(tempfile.mkdtemp(dir=root))
        mine = _lock(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(mine)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, waiting for it: among processes, only one is here at a time."""
    descriptor = _lock(folder)
    try:
        yield
    finally:
        os.close(descriptor)


def _lock(folder: Path) -> int:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def _sweep(left: Path) -> None:
    """Delete a folder unless somebody works in it; one that its owner deletes meanwhile, and a file, are let be."""
    try:
        descriptor = os.open(left, os.O_RDONLY | os.O_DIRECTORY)
    except (FileNotFoundError, NotADirectoryError):
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    else:
        shutil.rmtree(left, ignore_errors=True)
    finally:
        os.close(descriptor)
