"""Spools: files in a workspace's staging folder that receive what comes over a live link.

A spool is locked while somebody receives into it or takes it into custody. What a killed process left stays there,
under a name that says what it is, until the next reception takes it in.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote

_PREFIX, _ENDING = "live-", ".ts"


@contextmanager
def new_spool(staging: Path, name: str) -> Iterator[tuple[Path, BinaryIO]]:
    """A new file to receive into, for a recording that will be called `name`; it stays on the way out."""
    staging.mkdir(parents=True, exist_ok=True)
    path = staging / f"{_PREFIX}{quote(name, safe='')}{_ENDING}"
    with path.open("xb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield path, file


@contextmanager
def left_spools(staging: Path) -> Iterator[list[tuple[Path, str]]]:
    """Spools that nobody works on, with the names of their recordings; they are locked until the way out."""
    held: list[int] = []
    found: list[tuple[Path, str]] = []
    try:
        for path in sorted(staging.glob(f"{_PREFIX}*{_ENDING}")):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                continue
            held.append(descriptor)
            found.append((path, unquote(path.name.removeprefix(_PREFIX).removesuffix(_ENDING))))
        yield found
    finally:
        for descriptor in held:
            os.close(descriptor)
