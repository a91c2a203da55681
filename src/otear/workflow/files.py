"""Reading the files that people name, and writing those they ask for: whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from otear.errors import InputError
from otear.store.workspace import SETTINGS_FILE

_OWN = {SETTINGS_FILE, "keys", "media", "sources", "derived", "staging", "ledger"}
"""What a workspace folder holds besides its database (store/workspace.py) and what people put there."""


def read_text(path: Path) -> str:
    """The text of a file. Raises `InputError`, naming it and the byte."""
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError("is not UTF-8 text", source=path, offset=error.start, remedy="Save it as UTF-8") from error
    except OSError as error:
        raise InputError(
            f"cannot be read ({error.strerror})", source=path, remedy="Check its name and who may read it"
        ) from error


def text_sha256(text: str) -> str:
    """The SHA-256 of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_text(path: Path, text: str) -> None:
    """Write a file in one step; one that is there is replaced. Raises `InputError` as `check_output` does."""
    check_output(path)
    write_own_text(path, text)


def write_own_text(path: Path, text: str) -> None:
    """Write one of a workspace's own files in one step; one that is there is replaced."""
    with _drafted(path) as draft:
        draft.write_text(text, encoding="utf-8")


@contextmanager
def drafted(path: Path) -> Iterator[Path]:
    """A name beside a file to write it under, with the same ending: it appears whole on the way out, or not at all.

    Raises `InputError` for what is no file that may be written over: a folder, a device, a part of a workspace.
    """
    check_output(path)
    with _drafted(path) as draft:
        yield draft


@contextmanager
def _drafted(path: Path) -> Iterator[Path]:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.stem}.draft{path.suffix}")
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def is_own(path: Path) -> bool:
    """Whether a path, relative to a workspace, is a part of the workspace itself and not what people put there."""
    return path.parts[0] in _OWN or path.parts[0].startswith("otear.db")


def check_output(path: Path) -> None:
    """Raises `InputError` for what is no file that may be written over: a folder, a device, a part of a workspace."""
    if path.exists() and not path.is_file():
        raise InputError("is no file that can be written over", source=path, remedy="Name a new file")
    place = path.resolve()
    for folder in place.parents:
        if (folder / SETTINGS_FILE).is_file() and is_own(place.relative_to(folder)):
            raise InputError(
                f"is a part of the workspace {folder}", source=path, remedy="Name a file that is none of its own"
            )
