"""The key that a workspace signs the checkpoints of its ledger with: made once, with the workspace, and never again.

A ledger whose key is replaced is another ledger to whoever holds its old checkpoints. So a key that is lost is a fault
that is told, not one that is mended.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from otear.errors import InputError
from otear.ledger.keys import SigningKey, new_key, signing_key

_SECRET, _PUBLIC = "log.key", "log.pub"


def make_log_key(folder: Path, entropy: Callable[[int], bytes]) -> None:
    """Make the key, unless there is one. Its name, and the log's origin, are random: no two logs share one."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if (folder / _SECRET).exists():
        return
    key = new_key(f"otear/{entropy(8).hex()}", entropy(32))
    (folder / _PUBLIC).write_text(key.public.text + "\n", encoding="utf-8")
    write_secret(folder / _SECRET, key)


def has_log_key(folder: Path) -> bool:
    """Whether there is a key."""
    return (folder / _SECRET).is_file()


def read_log_key(folder: Path) -> SigningKey:
    """The key. Raises `InputError` where it is gone or not whole."""
    path = folder / _SECRET
    if not path.is_file():
        raise InputError(
            "the key that signs this ledger's checkpoints is gone",
            source=path,
            remedy="Put it back from a copy: with another key this would be another ledger to those who watch it",
        )
    return signing_key(path.read_bytes().decode("utf-8", errors="replace"), source=path)


def write_secret(path: Path, key: SigningKey) -> None:
    """Write a signing key whole or not at all, for its owner's eyes only."""
    draft = path.with_name(f".{path.name}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(key.text + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
